"""Parts of a mapping file: lines of TOML and doubts, which become comments beside them."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_WIDTH = 96
_NOT_IN_COMMENTS = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Doubt:
    """A sentence: what somebody should decide or check."""

    sentence: str


@dataclass(frozen=True)
class Note:
    """A sentence: why something stands here, which needs no decision."""

    sentence: str


# A line of TOML as it is, a doubt or a note.
Part = str | Doubt | Note


def toml_of(parts: Iterable[Part]) -> str:
    """The text of a mapping file."""
    return "\n".join(line for part in parts for line in _lines(part)) + "\n"


def sentences(parts: Iterable[Part]) -> tuple[str, ...]:
    """All doubts, in order, each once."""
    return tuple(dict.fromkeys(part.sentence for part in parts if isinstance(part, Doubt)))


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, str):
        yield part
        return
    mark = "# ? " if isinstance(part, Doubt) else "# "
    yield from textwrap.wrap(
        _NOT_IN_COMMENTS.sub(" ", part.sentence),
        _WIDTH,
        initial_indent=mark,
        subsequent_indent="#" + " " * (len(mark) - 1),
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(name: str, parts: Sequence[Part]) -> list[Part]:
    """A table of TOML, nothing where it would be empty."""
    return ["", f"[{name}]", *parts] if parts else []


def entry(key: str, value: str | int | Sequence[str], comment: str = "") -> str:
    """A line ``key = value``, with a comment after it."""
    shown = str(value) if isinstance(value, int) else literal(value)
    return f"{key} = {shown}" + (f"  # {comment}" if comment else "")


def commented(line: str) -> str:
    """A line that stands ready for whoever takes the mark away."""
    return f"# {line}"


def literal(value: str | Sequence[str]) -> str:
    """A text or a list of texts as TOML writes them."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"[{', '.join(map(literal, value))}]"


def shown(texts: Collection[str], most: int = 5) -> str:
    """Some texts in words: “a”, “b” and 3 more."""
    rest = len(texts) - most
    words = ", ".join(f"“{text}”" for text in islice(texts, most))
    return f"{words} and {rest} more" if rest > 0 else words


def rows_in_words(count: int) -> str:
    """``1 row``, ``1,234 rows``."""
    return f"{count:,} row{'' if count == 1 else 's'}"
