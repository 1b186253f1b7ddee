"""Words that reports of several kinds have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

# Names told before "and others".
_NAMED = 5


def number(count: int, noun: str) -> str:
    """``1 day``, ``1,312 days``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def some(names: Iterable[str], between: str = ", ") -> str:
    """The first few names, and how many others there are."""
    told = list(names)
    others = len(told) - _NAMED
    if others < 2:
        return between.join(told)
    return f"{between.join(told[:_NAMED])} and {others} others"


def day_in_words(day: date) -> str:
    """``October 29, 2021``."""
    return f"{day:%B} {day.day}, {day.year}"
