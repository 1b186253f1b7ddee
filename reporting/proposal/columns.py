"""Which input file a file is, and which of its columns is which of ours: by names, then values."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from reporting.contract import (
    ATTENDANCE,
    ATTENDANCE_DAILY,
    ATTENDANCE_PERIODS,
    DISTRICTS,
    ENROLLMENTS,
    SCHOOLS,
    STUDENTS,
    VISITS,
    InputColumn,
    InputFile,
)
from reporting.proposal.dates import is_day_number, shape_of
from reporting.proposal.names import EXACT, Match, best_matches, matches, words_of
from reporting.proposal.spellings import has_spellings, is_readable, takes_as_is

# A column that says one of a few things says no more different ones than this.
MOST_SPELLINGS = 60

KINDS = (
    VISITS,
    ATTENDANCE,
    ATTENDANCE_PERIODS,
    ATTENDANCE_DAILY,
    ENROLLMENTS,
    STUDENTS,
    SCHOOLS,
    DISTRICTS,
)

# What a file is in words.
WORDS = {
    VISITS: "a visit log",
    ATTENDANCE: "monthly attendance",
    ATTENDANCE_DAILY: "daily attendance",
    ATTENDANCE_PERIODS: "attendance by period",
    STUDENTS: "students",
    ENROLLMENTS: "enrollments",
    SCHOOLS: "schools",
    DISTRICTS: "districts",
}

# A mapping can make these of other columns, so a file without them may still be the one.
_CAN_BE_MADE = frozenset({"visit_id", "district_code"})

# Files about students are not these.
_WITHOUT_STUDENTS = (SCHOOLS, DISTRICTS)

_ONE_ID = r"[A-Za-z]{0,3}\d[\dA-Za-z]{2,}"
SEVERAL_IDS = re.compile(rf"{_ONE_ID}(?:\s*(?:[;,/&+|]|\band\b|\s)\s*{_ONE_ID})+")
_ID = re.compile(rf"{_ONE_ID}|\d(\.\d+)?[eE]\+?\d+")
_NUMBER = re.compile(r"-?\d*[.,]?\d+")
_MONTH = re.compile(r"\d{1,4}([-/. ]\d{1,4}){0,2}|[A-Za-z]{3,9}\.?([-/ ,]+\d{2,4})?")


@dataclass(frozen=True)
class Assignment:
    """A reading of a file as one of the input files.

    ``columns``: our column -> the likeness to theirs. ``by_values``: ours that were found by what
    stands in them. ``score``: the higher, the better it fits.
    """

    kind: InputFile
    columns: dict[str, Match]
    by_values: tuple[str, ...] = ()
    score: float = field(default=0)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that nothing was found for."""
        return tuple(
            column.name
            for column in self.kind.columns
            if column.required and column.name not in self.columns
        )

    def theirs(self, ours: str) -> str | None:
        """Their column for one of ours, None where there is none."""
        match = self.columns.get(ours)
        return match.theirs if match else None


def assignments(rows: pd.DataFrame) -> list[Assignment]:
    """The file read as each of the input files, the best fit first."""
    read = [_assigned(kind, rows) for kind in KINDS]
    return sorted(read, key=lambda reading: -reading.score)


def _assigned(kind: InputFile, rows: pd.DataFrame) -> Assignment:
    # A name in braces would be a template in the mapping.
    names = [str(name) for name in rows if not re.fullmatch(r"(column \d+)?|.*[{}].*", str(name))]
    ours = {column.name: column for column in kind.columns}
    found = [
        match
        for match in matches(names, list(ours))
        if _is_plausible(ours[match.ours], rows[match.theirs])
    ]
    columns = best_matches(found)
    by_values = _found_by_values(kind, rows, columns, names)
    columns |= by_values
    return Assignment(kind, columns, tuple(by_values), _score(kind, columns, names))


def _score(kind: InputFile, columns: dict[str, Match], names: list[str]) -> float:
    if kind in _WITHOUT_STUDENTS and matches(names, ["student_id"]):
        return 0
    score = 0.0
    for column in kind.columns:
        if match := columns.get(column.name):
            score += (2 if column.required else 0.5) * (1 if match.strength == EXACT else 0.9)
        elif column.required and (column.name not in _CAN_BE_MADE or kind in _WITHOUT_STUDENTS):
            score -= 1.5
    return score


# --- Values ----------------------------------------------------------------------


def _is_plausible(column: InputColumn, texts: pd.Series[str]) -> bool:
    """Can a column of theirs be ours, by what stands in it? A blank one can."""
    counts = texts[texts != ""].value_counts()
    if counts.empty:
        return True
    if column.is_date:
        return _share(counts, _is_date) >= 0.5
    if column.name in ("student_id", "visit_id"):
        return _share(counts, lambda text: _has_digit(text) and not _is_written_date(text)) >= 0.5
    if column.name == "district_code":
        return _share(counts, _has_digit) >= 0.5
    if column.name in ("days_enrolled", "days_attended"):
        return _share(counts, lambda text: bool(_NUMBER.fullmatch(text))) >= 0.5
    if column.name == "month":
        return _share(counts, lambda text: bool(_MONTH.fullmatch(text))) >= 0.5
    if column.name in ("first_name", "last_name", "school_name", "district_name"):
        return _share(counts, _has_digit) < 0.5
    return not has_spellings(column) or len(counts) <= MOST_SPELLINGS


def _found_by_values(
    kind: InputFile, rows: pd.DataFrame, columns: dict[str, Match], names: list[str]
) -> dict[str, Match]:
    """Required columns that no name gave, where one column left over holds just such values."""
    left = [name for name in names if name not in {match.theirs for match in columns.values()}]
    found: dict[str, Match] = {}
    for column in kind.columns:
        if not column.required or column.name in columns:
            continue
        candidates = [name for name in left if _holds(column, rows[name])]
        if len(candidates) == 1:
            found[column.name] = Match(candidates[0], column.name, 0, 0)
            left.remove(candidates[0])
    return found


def _holds(column: InputColumn, texts: pd.Series[str]) -> bool:
    counts = texts[texts != ""].value_counts()
    if counts.empty:
        return False
    if column.is_date:
        return _share(counts, _is_written_date) >= 0.9
    if column.name == "student_id":
        return len(counts) > 1 and _share(counts, lambda text: bool(_ID.fullmatch(text))) >= 0.9
    if has_spellings(column) and len(counts) <= MOST_SPELLINGS:
        # Numbers alone say nothing: counts, rooms and grades are numbers too.
        if all(takes_as_is(column, text) and _has_digit(text) for text in counts.index):
            return False
        return _share(counts, lambda text: is_readable(column, text)) >= 0.6
    return False


def _share(counts: pd.Series[int], holds: Callable[[str], bool]) -> float:
    """The share of rows whose text fulfils something."""
    fulfilled = sum(count for text, count in counts.items() if holds(str(text)))
    return float(fulfilled / counts.sum())


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _is_date(text: str) -> bool:
    return shape_of(text) is not None or is_day_number(text)


def _is_written_date(text: str) -> bool:
    """A date with marks between its parts: digits alone may be a number of any kind."""
    return shape_of(text) is not None and not text.isdigit()


def month_and_year(names: list[str]) -> tuple[str, str] | None:
    """Two columns that together say a month."""
    month = next((name for name in names if words_of(name) == ("month",)), None)
    year = next(
        (name for name in names if words_of(name) in (("year",), ("calendar", "year"))), None
    )
    return (month, year) if month and year else None
