"""Names of columns that are days or months: 10/4/2021, Mon 10/4, 4-Oct, Sep Membership, 2021-09."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from reporting.proposal.names import HINT, matches

# What stands for a year or a month that the columns do not say.
UNKNOWN_YEAR, UNKNOWN_MONTH = "????", "??"

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[.,]?", re.IGNORECASE)

# Each with its order: which of the two numbers is the month.
_DAYS = (
    (re.compile(r"(?P<year>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"), "md"),
    (re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})(?:[-/.]{_YEAR})?"), "ab"),
    (re.compile(rf"{_MONTH}[-/ ]?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,? {_YEAR})?", re.I), "d"),
    (re.compile(rf"(?P<d>\d{{1,2}})[-/ ]{_MONTH}(?:[-/ ]{_YEAR})?", re.IGNORECASE), "d"),
    (re.compile(r"(?:day |d)?(?P<d>\d{1,2})", re.IGNORECASE), "only"),
)
_MONTH_AND_MORE = re.compile(
    rf"\b(?:(?P<year1>\d{{4}})[-_/ ]?)?{_MONTH}(?:[-_'/ ]*(?P<year2>\d{{4}}|\d{{2}}))?\b", re.I
)
_ISO_MONTH = re.compile(r"\b(?P<year>\d{4})[-_/](?P<m>0[1-9]|1[0-2])\b")
_FEWEST_DAYS, _FEWEST_MONTHS = 3, 2
_MEASURES = ("days_enrolled", "days_attended", "days_absent")


def days_of_names(names: Sequence[str]) -> dict[str, str]:
    """Name of a column -> the day it stands for, with ? where it does not say; {} if too few do.

    Of 3/4 and 4/3 those are taken that lie closer together, month-first where none do.
    """
    read = {name: found for name in names if (found := _parts_of_day(name)) is not None}
    best = min((_ordered(read, order) for order in ("ab", "ba")), key=_span)
    return best if len(best) >= _FEWEST_DAYS and len(set(best.values())) == len(best) else {}


def is_in_doubt(days: Sequence[str]) -> bool:
    """Could day and month change places in each of these names?"""
    read = [_parts_of_day(name) for name in days]
    return all(found is not None and "a" in found and int(found["b"]) <= 12 for found in read)


def _parts_of_day(name: str) -> dict[str, str] | None:
    text = _WEEKDAY.sub(" ", name).strip(" ()")
    for form, _order in _DAYS:
        if found := form.fullmatch(text):
            return {key: part for key, part in found.groupdict().items() if part}
    return None


def _ordered(read: dict[str, dict[str, str]], order: str) -> dict[str, str]:
    days = {name: _day(parts, order) for name, parts in read.items()}
    return {name: day for name, day in days.items() if day is not None}


def _day(parts: dict[str, str], order: str) -> str | None:
    year, day = parts.get("year", ""), parts.get("d", "")
    month = parts.get("m", "")
    if "month" in parts:
        month = str(_MONTHS.index(parts["month"][:3].lower()) + 1)
    if "a" in parts:
        month, day = parts[order[0]], parts[order[1]]
    known = f"{int(year) + 2000 * (len(year) == 2)}" if year else UNKNOWN_YEAR
    shown = f"{int(month):02}" if month else UNKNOWN_MONTH
    iso = f"{known}-{shown}-{int(day):02}"
    return iso if _exists(iso) else None


def _exists(iso: str) -> bool:
    try:
        datetime.strptime(filled_in(iso), "%Y-%m-%d")
    except ValueError:
        return False
    return True


def filled_in(iso: str) -> str:
    """A day in a leap year and a long month, where those are not known."""
    return iso.replace("????", "2000").replace("-??-", "-01-")


def _span(days: dict[str, str]) -> tuple[int, int]:
    dates = sorted(datetime.strptime(filled_in(day), "%Y-%m-%d") for day in days.values())
    return -len(days), (dates[-1] - dates[0]).days if dates else 0


# --- Months ----------------------------------------------------------------------


def months_of_names(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Name of a column -> its month and what it counts, our column or ""; {} if too few are so."""
    found = {name: said for name in names if (said := _month_of(name)) is not None}
    months = {month for month, _ours in found.values()}
    return found if len(months) >= _FEWEST_MONTHS and len(found) == len(set(found.values())) else {}


def _month_of(name: str) -> tuple[str, str] | None:
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
    if found := _ISO_MONTH.search(text):
        month, year = int(found["m"]), found["year"]
    elif found := _MONTH_AND_MORE.search(text):
        month = _MONTHS.index(found["month"].lower()) + 1
        year = found["year1"] or found["year2"] or ""
    else:
        return None
    rest = (text[: found.start()] + " " + text[found.end() :]).strip(" -:")
    measure = _measure(rest)
    if rest and not measure:
        return None
    known = f"{int(year) + 2000 * (len(year) == 2)}" if year else UNKNOWN_YEAR
    return f"{known}-{month:02}", measure


def _measure(name: str) -> str:
    likely = [match for match in matches([name], _MEASURES) if match.strength > HINT]
    return likely[0].ours if likely else ""
