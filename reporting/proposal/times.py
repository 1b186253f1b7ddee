"""Lines of a mapping about dates, months and school years."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pandas as pd

from reporting.errors import DeliveryRefusedError
from reporting.proposal.dates import DateReading, read_dates
from reporting.proposal.draft import Doubt, Part, commented, entry, literal, rows_in_words
from reporting.proposal.spellings import UNKNOWN, Meaning
from reporting.proposal.values import translations

# Excel counts days from here, because it believes that 1900 was a leap year.
_DAY_ZERO = date(1899, 12, 30)
_MOST_DAY_NUMBERS = 400

# The loader takes no date before it.
_FIRST_YEAR = 1950

_ISO_DATE, _ISO_MONTH = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{4}-\d{1,2}")
_UTC_MOMENT = re.compile(r".*\d:\d\d.*(?:Z|[+-]00:?00)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def date_parts(
    file: str, ours: str, source: str, texts: pd.Series[str]
) -> tuple[list[Part], list[Part]]:
    """Lines for the table ``dates``, and for the table of the column's values.

    Raises DeliveryRefusedError where the dates contradict each other.
    """
    reading = read_dates(texts)
    if reading.contradiction:
        raise _contradicting(file, ours, source, reading.contradiction)
    numbers = _day_numbers(file, source, texts, reading)
    formats = reading.formats
    if numbers and formats:
        formats = tuple(dict.fromkeys((*formats, "%Y-%m-%d")))
    parts = _unread(source, texts, reading) + _long_ago(source, texts, reading)
    parts += _in_utc(source, texts)
    if reading.other_formats:
        parts.append(_either_order(source, reading))
    readable = texts[(texts != "") & ~texts.index.isin(reading.unread)]
    if formats and not readable.str.fullmatch(_ISO_DATE).all():
        parts.append(_format(ours, formats))
    if reading.other_formats:
        parts.append(commented(_format(ours, reading.other_formats) + "  # the day stands first"))
    return parts, numbers


def _in_utc(source: str, texts: pd.Series[str]) -> list[Part]:
    moments = texts[texts.str.fullmatch(_UTC_MOMENT)]
    if moments.empty:
        return []
    return [
        Doubt(
            f"“{source}” holds moments in UTC in {rows_in_words(len(moments))}, first in line "
            f"{moments.index[0]} (“{moments.iloc[0]}”): in the evening that is the next day. A "
            "line time_zone in the mapping says where the visits were."
        )
    ]


def _format(ours: str, formats: tuple[str, ...]) -> str:
    return entry(ours, formats[0] if len(formats) == 1 else formats)


def _contradicting(
    file: str, ours: str, source: str, rows: tuple[tuple[int, str], tuple[int, str]]
) -> DeliveryRefusedError:
    (line, text), (other_line, other_text) = rows
    return DeliveryRefusedError(
        f"{file}: the dates in “{source}” contradict each other: line {line} has {text}, line "
        f"{other_line} has {other_text}. In one the day stands first, in the other the month, so "
        "nobody can tell for the others. Export the column again in one form. If you know that "
        f"one of the two is a mistake, a mapping written by hand can give {ours} a format."
    )


def _either_order(source: str, reading: DateReading) -> Doubt:
    month_first, day_first = reading.weekends
    return Doubt(
        f"In “{source}” no day is above 12, so day and month cannot be told apart. Month-first is "
        "proposed, as in most exports of the United States: check it with a day that you know. "
        f"Dates on weekends: {month_first} if the month stands first, {day_first} if the day does."
    )


def _unread(source: str, texts: pd.Series[str], reading: DateReading) -> list[Part]:
    if not reading.unread:
        return []
    line = reading.unread[0]
    return [
        Doubt(
            f"“{source}” holds no date in {rows_in_words(len(reading.unread))}, first in line "
            f"{line} (“{texts[line]}”): such rows are rejected."
        )
    ]


def _long_ago(source: str, texts: pd.Series[str], reading: DateReading) -> list[Part]:
    years = texts[~texts.index.isin(reading.unread)].str.extract(r"\b(1[89]\d\d)\b")[0].dropna()
    early = years[years.astype(int) < _FIRST_YEAR]
    if early.empty:
        return []
    line = early.index[0]
    return [
        Doubt(
            f"“{source}” holds dates before {_FIRST_YEAR} in {rows_in_words(len(early))}, first in "
            f"line {line} (“{texts[line]}”), as a spreadsheet makes of small numbers and blanks: "
            "such rows are rejected."
        )
    ]


def _day_numbers(file: str, source: str, texts: pd.Series[str], reading: DateReading) -> list[Part]:
    """Lines that translate a spreadsheet's numbers of days."""
    numbers = sorted(texts[list(reading.day_numbers)].unique())
    if len(numbers) > _MOST_DAY_NUMBERS:
        raise DeliveryRefusedError(
            f"{file}: “{source}” holds numbers such as {numbers[0]}, as a spreadsheet counts days. "
            "Give the column a date format there and save the file again."
        )
    days = {text: _DAY_ZERO + timedelta(days=int(float(text))) for text in numbers}
    lines: list[Part] = [entry(literal(text), f"{day}") for text, day in days.items()]
    if not lines:
        return []
    text, day = next(iter(days.items()))
    return [
        Doubt(
            f"“{source}” holds days as Excel counts them, such as {text} for {day}. Those of this "
            "file are translated; before the next export, give the column a date format."
        ),
        *lines,
    ]


# --- Months and school years -----------------------------------------------------


def month_parts(source: str, texts: pd.Series[str]) -> list[Part]:
    """Lines that translate months which are not written like 2021-10."""
    return translations(source, texts, month_of)


def month_of(text: str) -> Meaning | None:
    """The month that a text means: 9/2021, 202109, Sep 2021, 2021-September, 9/1/2021.

    None where it is written as the loader reads it.
    """
    low = text.lower()
    if _ISO_MONTH.fullmatch(text):
        return None
    if found := re.fullmatch(r"(\d{1,2})(?:[-/. ]0?1)?[-/. ](\d{4})", text):
        return _month(int(found[2]), int(found[1]))
    if found := re.fullmatch(r"(\d{4})[-/. ]?(\d{1,2})(?:[-/.]\d{1,2})?", text):
        return _month(int(found[1]), int(found[2]))
    if found := re.fullmatch(r"([a-z]{3,9})\.?[-/., ]+(\d{4}|\d{2})", low):
        return _named_month(found[1], found[2])
    if found := re.fullmatch(r"(\d{4})[-/., ]+([a-z]{3,9})", low):
        return _named_month(found[2], found[1])
    return UNKNOWN


def _named_month(name: str, year: str) -> Meaning:
    month = _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else 0
    return _month(int(year) + (2000 if len(year) == 2 else 0), month)


def _month(year: int, month: int) -> Meaning:
    is_month = 1 <= month <= 12 and _FIRST_YEAR <= year <= 2100
    return Meaning(f"{year}-{month:02}") if is_month else UNKNOWN


def school_year_parts(source: str, texts: pd.Series[str]) -> list[Part]:
    """Lines that translate school years which are not written like 2021-22."""
    return translations(source, texts, school_year_of)


def school_year_of(text: str) -> Meaning | None:
    """The school year that a text means: 2021-2022, 21/22, SY 2021-22; 2022 with a doubt.

    None where it is written as the loader reads it.
    """
    if found := re.fullmatch(r"\D*(?:20)?(\d\d)\s*[-/–]\s*(?:20)?(\d\d)\D*", text):
        year = f"20{found[1]}-{found[2]}"
        if int(found[2]) != (int(found[1]) + 1) % 100:
            return UNKNOWN
        return None if text == year else Meaning(year)
    if found := re.fullmatch(r"(?:20|FY ?|SY ?|FY ?20|SY ?20)(\d\d)", text):
        last = int(found[1])
        words = "one year alone is taken for the one in which the school year ends"
        return Meaning(f"20{last - 1:02}-{last:02}", words)
    return UNKNOWN
