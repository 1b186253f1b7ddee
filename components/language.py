"""The sentences of ``components/languages/en.toml``, with their gaps filled in.

Another language is another such file.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_LANGUAGE = Path(__file__).with_name("languages") / "en.toml"

SENTENCES: dict[str, Any] = tomllib.loads(_LANGUAGE.read_text(encoding="utf-8"))


def say(topic: str, sentence: str, **filled: Any) -> str:
    """A sentence of the language file with its gaps filled in."""
    return str(SENTENCES[topic][sentence]).format(**filled)


def months(number: int) -> str:
    """``six months``; up to the headline month."""
    words = SENTENCES["month" if number == 1 else "months"]
    return str(words).format(number=SENTENCES["numbers"][number])
