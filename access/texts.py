"""What a browser sends is text in UTF-8, bounded in length, number and depth, or is not looked at.

JSON can hold half a letter (``\\ud800``). Nothing can write it down afterwards: no database, no
answer, and no record of what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

_LONGEST_TEXT = 4_000
_MOST_VALUES = 25_000  # the students of a long list, to be exported in its order
_DEEPEST = 8


class MalformedQuestionError(ValueError):
    """Not a question that a page of the dashboard asks."""


def check_bytes(sent: bytes) -> None:
    """Raise MalformedQuestionError for bytes that are not UTF-8."""
    try:
        sent.decode()
    except UnicodeDecodeError:
        raise MalformedQuestionError(_NO_TEXT) from None


def check_texts(value: Any) -> None:
    """Raise MalformedQuestionError unless ``value`` is bounded: all inside it, keys included."""
    for number, part in enumerate(_parts(value)):
        if number >= _MOST_VALUES:
            raise MalformedQuestionError("it holds too many values")
        if isinstance(part, str):
            _check_text(part)


_NO_TEXT = "it holds something that is no text (UTF-8)"


def _parts(value: Any, depth: int = 0) -> Iterator[Any]:
    """A value, and all inside it."""
    if depth > _DEEPEST:
        raise MalformedQuestionError("it is nested too deeply")
    yield value
    if isinstance(value, dict):
        value = chain(value, value.values())
    elif not isinstance(value, list):
        return
    for part in value:
        yield from _parts(part, depth + 1)


def _check_text(text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise MalformedQuestionError(f"a text in it is too long: at most {_LONGEST_TEXT:,} letters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MalformedQuestionError(_NO_TEXT) from None
