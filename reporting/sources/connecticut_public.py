"""Connecticut's public yearly file: attendance rates of districts by student group, no students.

The Connecticut State Department of Education publishes it on the state's open-data portal,
data.ct.gov. A row is a district (00000CT: the state) and group of students; each school year has
two columns, students counted and attendance rate (a fraction). The years of an edition are told by
its headings. A year that was not over says "year to date". An empty cell is suppressed: fewer than
20 students. Spreadsheets take the leading zeros of codes away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import pandas as pd

from reporting.contract import PUBLIC_RATES
from reporting.errors import DeliveryRefusedError

_CODE, _NAME, _CATEGORY, _GROUP = "district code", "district name", "category", "student group"
_PERIOD, _UPDATED = "reporting period", "date update"
_HEADINGS = {_CODE, _NAME, _CATEGORY, _GROUP, _PERIOD, _UPDATED}

_OF_YEAR = re.compile(
    r"(?P<start>\d{4})-(?P<end>\d{4}|\d{2}) (?P<figure>student count|attendance rate)"
    r"(?P<to_date> - year to date)?"
)
_CODE_LENGTH = 7
_SUPPRESSED = ("", "*")
_DATE_FORMATS = ("%m/%d/%Y", "%Y-%m-%d")
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

# The portal puts a title over the header.
_HEADER_WITHIN_LINES, _LONGEST_LINE = 5, 10_000


@dataclass(frozen=True)
class _Year:
    """A school year of an edition, and the places of its two columns."""

    name: str
    to_date: bool
    students: int
    rate: int

    def in_words(self) -> str:
        return f"{self.name} to date" if self.to_date else self.name


@dataclass(frozen=True)
class _Header:
    """Where what stands in a row of ``width`` fields: by heading, and by year, earliest first."""

    width: int
    places: Mapping[str, int]
    years: Sequence[_Year]


@dataclass(frozen=True)
class _Record:
    """A row after the header, and the line it ends on."""

    file: str
    line: int
    cells: Sequence[str]

    def refused(self, heading: str, value: str, expected: str) -> DeliveryRefusedError:
        return DeliveryRefusedError(
            f"{self.file}, line {self.line}, column “{heading}”: “{value}” is not {expected}. "
            "Download the file again and deliver it as it comes."
        )


def is_public_file(path: Path) -> bool:
    """Whether a file has the header of the state's public yearly file, whatever its name."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = [file.readline(_LONGEST_LINE) for _line in range(_HEADER_WITHIN_LINES)]
    except OSError:
        return False
    return any(_header(next(csv.reader([line]), [])) is not None for line in lines)


def deliver(file: Path, into: Path) -> list[str]:
    """Write what a public file holds as ``into/public_rates.csv``; what it was, in sentences.

    A row a district, student group and school year. Codes without their leading zeros are completed
    to 7 characters; suppressed figures stay empty. Raises DeliveryRefusedError where a file with
    this header cannot be read, naming line and column.
    """
    header, records = _read(file)
    rows = [row for record in records for row in _rows(record, header)]
    if not rows:
        raise DeliveryRefusedError(f"{file.name}: there is no row under the header.")
    columns = [column.name for column in PUBLIC_RATES.columns]
    made = pd.DataFrame(rows, columns=columns).astype({"students": "Int64"})
    made.to_csv(into / PUBLIC_RATES.file_name, index=False)
    return _remarks(file.name, header, records, made)


def _read(file: Path) -> tuple[_Header, list[_Record]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeliveryRefusedError(
            f"{file.name} is not UTF-8 text. Save the file as “CSV UTF-8” and deliver that."
        ) from error
    except OSError as error:
        raise DeliveryRefusedError(f"{file.name} cannot be read: {error.strerror}.") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = ((reader.line_num, cells) for cells in reader)
        found = (_header(cells) for _line, cells in islice(lines, _HEADER_WITHIN_LINES))
        header = next((one for one in found if one is not None), None)
        records = [_Record(file.name, line, cells) for line, cells in lines if any(cells)]
    except csv.Error as error:
        raise DeliveryRefusedError(
            f"{file.name}, line {reader.line_num}: this is not readable as CSV ({error}). "
            "Download the file again and deliver it as it comes."
        ) from error
    if header is None:
        raise DeliveryRefusedError(f"{file.name} has not the header of the state’s public file.")
    return header, records


def _header(cells: Sequence[str]) -> _Header | None:
    """What a row of headings tells; None where it is not that of a public file."""
    names = [" ".join(cell.strip(_BYTE_ORDER_MARK).lower().split()) for cell in cells]
    places = {name: place for place, name in enumerate(names)}
    of_years = {
        place: found for place, name in enumerate(names) if (found := _OF_YEAR.fullmatch(name))
    }
    years = list(_years(of_years))
    if not places.keys() >= _HEADINGS or not years or 2 * len(years) != len(of_years):
        return None
    return _Header(len(names), places, sorted(years, key=lambda year: year.name))


def _years(headings: Mapping[int, re.Match[str]]) -> Iterator[_Year]:
    """The school years that have both their columns."""
    columns = {
        (f"{found['start']}-{found['end'][-2:]}", found["figure"]): (place, found["to_date"])
        for place, found in headings.items()
    }
    for (name, figure), (students, to_date) in columns.items():
        rate = columns.get((name, "attendance rate"))
        if figure == "student count" and rate is not None:
            yield _Year(name, bool(to_date), students, rate[0])


def _rows(record: _Record, header: _Header) -> Iterator[tuple[object, ...]]:
    """A row of the contract for each school year of a record."""
    cells = [cell.strip() for cell in record.cells]
    if len(cells) != header.width:
        raise DeliveryRefusedError(
            f"{record.file}, line {record.line}: the row has {len(cells)} fields and the header "
            f"{header.width}. Download the file again and deliver it as it comes."
        )
    told = {name: cells[place] for name, place in header.places.items()}
    code, updated_on = _code(record, told[_CODE]), _day(record, told[_UPDATED])
    for year in header.years:
        yield (
            code,
            told[_NAME],
            told[_CATEGORY],
            told[_GROUP],
            year.name,
            _students(record, year, cells[year.students]),
            _rate(record, year, cells[year.rate]),
            "yes" if year.to_date else "no",
            told[_PERIOD],
            updated_on.isoformat(),
        )


def _code(record: _Record, text: str) -> str:
    code = text.zfill(_CODE_LENGTH) if text.isdecimal() else text
    if not re.fullmatch(rf"[0-9]{{5}}[0-9A-Z]{{{_CODE_LENGTH - 5}}}", code):
        raise record.refused("District code", text, "a district’s code, such as 0640011")
    return code


def _day(record: _Record, text: str) -> date:
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise record.refused("Date update", text, "a date, such as 07/22/2022")


def _students(record: _Record, year: _Year, text: str) -> int | None:
    if text in _SUPPRESSED:
        return None
    digits = text.replace(",", "")
    if not digits.isdecimal():
        raise record.refused(f"{year.name} student count", text, "a number of students")
    return int(digits)


def _rate(record: _Record, year: _Year, text: str) -> float | None:
    if text in _SUPPRESSED:
        return None
    if not re.fullmatch(r"[01]|[01]?\.\d+", text) or float(text) > 1:
        raise record.refused(f"{year.name} attendance rate", text, "a fraction from 0 to 1")
    return float(text)


def _remarks(
    file: str, header: _Header, records: Sequence[_Record], made: pd.DataFrame
) -> list[str]:
    delivered = {record.cells[header.places[_CODE]].strip() for record in records}
    short = sum(len(code) < _CODE_LENGTH for code in delivered)
    suppressed = int(made["rate"].isna().sum())
    years = ", ".join(year.in_words() for year in header.years)
    last = made.sort_values("updated_on").iloc[-1]
    updated_on = date.fromisoformat(last["updated_on"])
    return [
        f"{file}: the state’s public file, {last['reporting_period']} edition of "
        f"{updated_on:%B %-d, %Y}: {len(records):,} rows, "
        f"{made['district_code'].nunique():,} codes; {years}.",
        f"{file}: {short:,} codes had lost leading zeros and were completed to {_CODE_LENGTH} "
        "characters.",
        f"{file}: {suppressed:,} of {len(made):,} rates are suppressed; they stay empty.",
    ]
