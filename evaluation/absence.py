"""Who is chronically absent: the levels, and how a rate is held against them, in one place.

A student is chronically absent who misses a tenth of the days enrolled or more, severely who misses
a fifth, exactly a tenth and a fifth included. Days are sums of shares (0.8 of a day, tenths by
month), whose last bit depends on the order they are added in: ten days and ten of 0.8 are 18 or
18.000000000000004. So a level counts as reached up to a millionth, which in a school year is less
than a thousandth of a day. The functions serve numbers, arrays, columns of pandas and of SQL alike.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

CHRONIC_RATE, SEVERE_RATE = 0.90, 0.80

# EDFacts (file specification 195) counts a student enrolled for at least so many days.
LEAST_DAYS = 10

_LAST_BITS = 1e-6

Answer_co = TypeVar("Answer_co", covariant=True)


class Figure(Protocol[Answer_co]):
    """What can be held against a level: the answer is one or many, as the figure is."""

    def __le__(self, level: Any, /) -> Answer_co: ...

    def __ge__(self, level: Any, /) -> Answer_co: ...


def at_most(figure: Figure[Answer_co], level: Any) -> Answer_co:
    """Whether a rate or days are at or below a level, whatever their last bits."""
    return figure <= level + _LAST_BITS


def at_least(figure: Figure[Answer_co], level: Any) -> Answer_co:
    """Whether a rate or days are at or above a level, whatever their last bits."""
    return figure >= level - _LAST_BITS


def is_chronic(rate: Figure[Answer_co]) -> Answer_co:
    """Whether an attendance rate (0..1) is that of chronic absence; nan is not."""
    return at_most(rate, CHRONIC_RATE)


def is_severe(rate: Figure[Answer_co]) -> Answer_co:
    """Whether an attendance rate (0..1) is that of severe absence; nan is not."""
    return at_most(rate, SEVERE_RATE)
