"""Can a column of theirs be one of ours, by what stands in it?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

from reporting.contract import InputColumn
from reporting.proposal.dates import is_day_number, shape_of
from reporting.proposal.headings import filled_in
from reporting.proposal.names import words_of
from reporting.proposal.spellings import has_spellings, is_readable, takes_as_is

# A column that says one of a few things says no more different ones than this.
MOST_SPELLINGS = 60

_ONE_ID = r"[A-Za-z]{0,3}\d[\dA-Za-z]{2,}"
SEVERAL_IDS = re.compile(rf"{_ONE_ID}(?:\s*(?:[;,/&+|]|\band\b|\s)\s*{_ONE_ID})+")
_ID = re.compile(rf"{_ONE_ID}|\d(\.\d+)?[eE]\+?\d+")
_SHARE = re.compile(r"0(\.\d+)?|\.\d+|1(\.0+)?")
_NUMBER = re.compile(r"-?\d*[.,]?\d+")
_MONTH = re.compile(r"\d{1,4}([-/. ]\d{1,4}){0,2}|[A-Za-z]{3,9}\.?([-/ ,]+\d{2,4})?")

# A code of attendance that nobody knows is short.
_CODE = re.compile(r"[A-Za-z]{1,4}|\d|[A-Za-z]{1,2}[-/ ]?[A-Za-z0-9]{1,2}")
_WHOLE_DAY = re.compile(
    r"all|day|daily|all ?day|full|whole|full ?day|n/?a|none|null|-", re.IGNORECASE
)

_IDS = ("student_id", "visit_id")
_DAYS = ("days_enrolled", "days_attended", "days_absent")
_NAMES = ("first_name", "last_name", "school_name", "district_name")
_CODES = ("attended", "absent")

# What stands there has to be known words: "Disability: Autism" is neither yes nor no.
_WORDS_TO_KNOW = frozenset(
    "grade english_learner disability free_meals excused is_school_day".split()
)
_UNITS_OF_TIME = frozenset("minute min hour hr".split())
_NO_DIGIT = 10
_ROW_NUMBER = {("id",), ("number",), ("index",), ("row",)}


def share(counts: pd.Series[int], holds: Callable[[str], bool]) -> float:
    """The share of rows whose text fulfils something; ``counts``: text -> its rows."""
    fulfilled = sum(count for text, count in counts.items() if holds(str(text)))
    return float(fulfilled / counts.sum())


def is_plausible(column: InputColumn, texts: pd.Series[str]) -> bool:
    """Can a column that is called like ours be it? A blank one can, but for a period."""
    counts = texts[texts != ""].value_counts()
    if counts.empty:
        return column.name != "period" or texts.empty
    if column.is_date:
        return share(counts, _is_date) >= 0.5
    if column.name in _IDS:
        return _may_be_id(column.name, texts, counts)
    if column.name == "district_code":
        return share(counts, _has_digit) >= 0.5
    if column.name in _DAYS:
        return share(counts, lambda text: bool(_NUMBER.fullmatch(text))) >= 0.5
    if column.name == "month":
        return share(counts, lambda text: bool(_MONTH.fullmatch(filled_in(text)))) >= 0.5
    if column.name in _NAMES:
        return share(counts, _has_digit) < 0.5
    if column.name in _CODES:
        if says_amount(str(texts.name), counts):
            return False
        return len(counts) <= MOST_SPELLINGS and share(counts, _may_be_code(column)) >= 0.5
    if column.name == "period":
        return share(counts, lambda text: bool(_WHOLE_DAY.fullmatch(text))) < 0.5
    if column.name in _WORDS_TO_KNOW:
        return share(counts, _is_readable(column)) >= 0.5
    return not has_spellings(column) or len(counts) <= MOST_SPELLINGS


def holds(column: InputColumn, texts: pd.Series[str]) -> bool:
    """Do just such values stand in a column as ours has, so that its name does not matter?"""
    counts = texts[texts != ""].value_counts()
    if counts.empty:
        return False
    if column.is_date:
        return share(counts, _is_written_date) >= 0.9
    if column.name == "student_id":
        return len(counts) > 1 and share(counts, lambda text: bool(_ID.fullmatch(text))) >= 0.9
    if has_spellings(column) and len(counts) <= MOST_SPELLINGS:
        if column.name in _CODES and says_amount(str(texts.name), counts):
            return False
        # Numbers alone say nothing: counts, rooms and grades are numbers too.
        if all(takes_as_is(column, text) and _has_digit(text) for text in counts.index):
            return False
        return share(counts, _is_readable(column)) >= 0.6
    return False


def readable_share(column: InputColumn, texts: pd.Series[str]) -> float:
    """The share of filled rows whose text is one of ours or known words; 0 where all are blank."""
    counts = texts[texts != ""].value_counts()
    return share(counts, _is_readable(column)) if len(counts) else 0.0


def says_amount(name: str, counts: pd.Series[int]) -> bool:
    """Are there minutes, hours or the like, of which 0 is no share of a day and no code?"""
    if _UNITS_OF_TIME & set(words_of(name)):
        return all(_NUMBER.fullmatch(text) for text in counts.index)
    return all(_NUMBER.fullmatch(text) for text in counts.index) and any(
        float(text.replace(",", ".")) >= _NO_DIGIT for text in counts.index
    )


def is_share(texts: pd.Series[str]) -> bool:
    """Are there shares of a day alone, from 0 to 1, or blanks?"""
    return all(_SHARE.fullmatch(text) for text in texts.unique() if text)


def _is_readable(column: InputColumn) -> Callable[[str], bool]:
    return lambda text: is_readable(column, text)


def _may_be_code(column: InputColumn) -> Callable[[str], bool]:
    return lambda text: bool(_CODE.fullmatch(text)) or is_readable(column, text)


def _may_be_id(name: str, texts: pd.Series[str], counts: pd.Series[int]) -> bool:
    """Are there numbers, which are no dates? Of students, they do not just count the rows."""
    if name == "student_id" and words_of(str(texts.name)) in _ROW_NUMBER and _counts_rows(texts):
        return False
    return share(counts, lambda text: _has_digit(text) and not _is_written_date(text)) >= 0.5


def _counts_rows(texts: pd.Series[str]) -> bool:
    return texts.tolist() == [str(number) for number in range(1, len(texts) + 1)]


def _has_digit(text: str) -> bool:
    return any(sign.isdigit() for sign in text)


def _is_date(text: str) -> bool:
    return shape_of(filled_in(text)) is not None or is_day_number(text)


def _is_written_date(text: str) -> bool:
    """A date with marks between its parts: digits alone may be a number of any kind."""
    return shape_of(text) is not None and not text.isdigit()
