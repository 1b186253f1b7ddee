"""Text that others wrote, without the signs that nobody sees.

A name may hold anything. Control signs cannot be stored in every file, halves of letters in none,
and a direction sign turns around the figures that stand beside the name.
"""

from __future__ import annotations

import unicodedata

_ENDS = "\t\n\r\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
# They join letters of a word, as in Persian and Hindi names.
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def plain(text: str) -> str:
    """The text as it reads: tabs and line ends become spaces, what nobody sees is left out."""
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(sign: str) -> str:
    if sign in _ENDS:
        return " "
    is_unseen = unicodedata.category(sign).startswith("C") and sign not in _JOINERS
    return "" if is_unseen else sign
