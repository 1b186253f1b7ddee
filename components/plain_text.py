"""Text that others wrote, without the signs that nobody sees.

A name may hold anything. Control signs cannot be stored in every file, halves of letters in none,
and a direction sign turns around the figures that stand beside the name.
"""

from __future__ import annotations

import unicodedata

# They join letters of a word, as in Persian and Hindi names.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def plain(text: str) -> str:
    """The text as it reads: control signs become spaces, direction signs and the like nothing."""
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cf" and sign not in _JOINERS:
        return ""
    return " " if kind in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp") else sign
