"""Which formats fit a column's dates, and whether the day or the month stands first."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd

MONTH_FIRST, DAY_FIRST = "%m{0}%d", "%d{0}%m"

# A spreadsheet's number of a day: 20000 is in 1954, 60000 in 2064.
_DAY_NUMBERS = range(20_000, 60_000)

_YEARS = {4: "%Y", 2: "%y"}
_CLOCKS = (
    (re.compile(r"\d{1,2}:\d{2}:\d{2}\.\d+"), "%H:%M:%S.%f"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}"), "%H:%M:%S"),
    (re.compile(r"\d{1,2}:\d{2}"), "%H:%M"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]"), "%I:%M:%S %p"),
    (re.compile(r"\d{1,2}:\d{2} [AaPp][Mm]"), "%I:%M %p"),
    (re.compile(r"\d{1,2}:\d{2}:\d{2}[AaPp][Mm]"), "%I:%M:%S%p"),
    (re.compile(r"\d{1,2}:\d{2}[AaPp][Mm]"), "%I:%M%p"),
)
# Form tools write the zone of the telephone behind the time: -04:00, -0400 or Z.
_WITH_CLOCK = re.compile(
    r"(?P<day>.*?\d)(?P<gap>T|,? )(?P<clock>\d{1,2}:\d{2}[^Z+-]*)(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_YEAR_FIRST = re.compile(r"\d{4}(?P<mark>[-/.])(?P<a>\d{1,2})(?P=mark)(?P<b>\d{1,2})")
_YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
)
_NAMED_MONTH = (
    re.compile(r"(?P<d>\d{1,2})(?P<x>[- ])(?P<m>[A-Za-z]{3,9})(?P<y>,? |-)(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<m>[A-Za-z]{3,9})(?P<x> )(?P<d>\d{1,2})(?P<y>,? )(?P<year>\d{4})"),
)


@dataclass(frozen=True)
class Shape:
    """How one date is written: a format, ``{}`` where month and day stand in unknown order.

    ``mark``: what stands between the numbers ``a`` and ``b`` of that order.
    """

    format: str
    mark: str = ""
    a: int = 0
    b: int = 0


@dataclass(frozen=True)
class DateReading:
    """What was found in a column of dates.

    ``formats`` fit the texts, as far as known. ``other_formats``: those of the other order, where
    month and day could change places. ``weekends``: dates on a Saturday or Sunday in each of the
    two orders. ``contradiction``: a date that can only be month-first and one that can only be
    day-first, as (line, text), the earlier first. ``unread``: lines of texts that are no date.
    ``day_numbers``: lines of a spreadsheet's numbers of days.
    """

    formats: tuple[str, ...]
    other_formats: tuple[str, ...]
    weekends: tuple[int, int]
    contradiction: tuple[tuple[int, str], tuple[int, str]] | None
    unread: tuple[int, ...]
    day_numbers: tuple[int, ...]


@cache
def shape_of(text: str) -> Shape | None:
    """How a date is written, None where the text is no date."""
    if found := _WITH_CLOCK.fullmatch(text):
        day = shape_of(found["day"])
        clock = next((name for form, name in _CLOCKS if form.fullmatch(found["clock"])), None)
        if day is None or clock is None:
            return None
        zone = "%z" if found["zone"] else ""
        return Shape(f"{day.format}{found['gap']}{clock}{zone}", day.mark, day.a, day.b)
    if found := _YEAR_FIRST.fullmatch(text):
        mark = found["mark"]
        if int(found["a"]) > 12:
            return Shape(f"%Y{mark}%d{mark}%m")
        return Shape(f"%Y{mark}%m{mark}%d")
    if found := _YEAR_LAST.fullmatch(text):
        year = _YEARS[len(found["year"])]
        a, b = int(found["a"]), int(found["b"])
        if not (0 < a <= 31 and 0 < b <= 31 and min(a, b) <= 12):
            return None
        return Shape(f"{{}}{found['mark']}{year}", found["mark"], a, b)
    return _named_month(text) or _packed(text)


def _named_month(text: str) -> Shape | None:
    for form in _NAMED_MONTH:
        if found := form.fullmatch(text):
            month = "%b" if len(found["m"]) == 3 else "%B"
            year = _YEARS[len(found["year"])]
            first, second = ("%d", month) if form is _NAMED_MONTH[0] else (month, "%d")
            shape = Shape(f"{first}{found['x']}{second}{found['y']}{year}")
            return shape if _day_of(text, shape.format) else None
    return None


def _packed(text: str) -> Shape | None:
    """Eight digits: 20211005, or 10052021 as Connecticut writes it."""
    if not re.fullmatch(r"\d{8}", text):
        return None
    for form in ("%Y%m%d", "%m%d%Y"):
        day = _day_of(text, form)
        if day and 1900 <= day.year <= 2100:
            return Shape(form)
    return None


def _day_of(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


def is_day_number(text: str) -> bool:
    """Is a text a spreadsheet's number of a day, such as 44474 for 5 October 2021?"""
    found = re.fullmatch(r"(\d{5})(\.\d+)?", text)
    return found is not None and int(found[1]) in _DAY_NUMBERS


def days_of(texts: pd.Series[str]) -> pd.Series[Any]:
    """The day of each text as a number that grows by 1 a day, nothing where it is none.

    Month-first where day and month cannot be told apart.
    """
    formats = read_dates(texts).formats
    days = {text: _first_day(text, formats) for text in texts.unique()}
    return texts.map(days)


def _first_day(text: str, formats: Iterable[str]) -> float:
    found = (_day_of(text, form) for form in formats)
    return next((float(day.toordinal()) for day in found if day is not None), math.nan)


def read_dates(texts: pd.Series[str]) -> DateReading:
    """What the dates of a column look like; the index of ``texts`` are lines of the file."""
    filled = texts[texts != ""]
    first_lines = filled.index.to_series().groupby(filled.to_numpy()).min().sort_values()
    shapes = {text: shape for text in first_lines.index if (shape := shape_of(text)) is not None}
    month_first, day_first = [], []
    for text, shape in shapes.items():
        if shape.b > 12:
            month_first.append((int(first_lines[text]), text, shape.mark))
        elif shape.a > 12:
            day_first.append((int(first_lines[text]), text, shape.mark))
    orders = {mark: DAY_FIRST for _line, _text, mark in day_first}
    ambiguous = {shape.mark for shape in shapes.values() if shape.mark}
    ambiguous -= orders.keys() | {mark for _line, _text, mark in month_first}
    formats = _formats(shapes.values(), orders)
    others = _formats(shapes.values(), orders | dict.fromkeys(ambiguous, DAY_FIRST))
    no_dates = filled[~filled.isin(list(shapes))]
    numbers = no_dates.map(is_day_number).astype(bool)
    return DateReading(
        formats=formats,
        other_formats=others if ambiguous else (),
        weekends=(
            _weekends(shapes, orders),
            _weekends(shapes, dict.fromkeys(ambiguous, DAY_FIRST)),
        ),
        contradiction=_contradiction(month_first, day_first),
        unread=tuple(no_dates.index[~numbers]),
        day_numbers=tuple(no_dates.index[numbers]),
    )


def _formats(shapes: Iterable[Shape], orders: dict[str, str]) -> tuple[str, ...]:
    """The formats of some shapes, the most frequent first; month-first where nothing is known."""
    found = pd.Series([_with_order(shape, orders) for shape in shapes], dtype=str)
    return tuple(found.value_counts(sort=True).index)


def _with_order(shape: Shape, orders: dict[str, str]) -> str:
    return shape.format.format(orders.get(shape.mark, MONTH_FIRST).format(shape.mark))


def _weekends(shapes: dict[str, Shape], orders: dict[str, str]) -> int:
    days = (_day_of(text, _with_order(shape, orders)) for text, shape in shapes.items())
    return sum(day is not None and day.weekday() >= 5 for day in days)


def _contradiction(
    month_first: list[tuple[int, str, str]], day_first: list[tuple[int, str, str]]
) -> tuple[tuple[int, str], tuple[int, str]] | None:
    """The first date of each order, where dates with the same mark need both."""
    for line, text, mark in month_first:
        against = [other for other in day_first if other[2] == mark]
        if against:
            first, second = sorted([(line, text), against[0][:2]])
            return first, second
    return None
