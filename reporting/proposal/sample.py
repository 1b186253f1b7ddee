"""A look at a file: its rows as the loader will read them, and where its column names stand."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pandas as pd

from reporting.csv_files import holds_values, inspect, whole_lines
from reporting.errors import DeliveryRefusedError
from reporting.forms import (
    WORKBOOK,
    NumberedRow,
    column_names,
    filled_sheets,
    tidy,
    workbook_rows,
)
from reporting.mapping import Form
from reporting.proposal.form import csv_options, encoding_to_read, text_form
from reporting.proposal.headings import days_of_names
from reporting.proposal.names import known_columns, names_student
from reporting.proposal.records import is_for_machines
from reporting.proposal.usual_names import USUAL_NAMES

# Of a large file so many rows are read from its beginning, and from its end.
ROWS_OF_BEGINNING, ROWS_OF_END = 50_000, 1_000
_BYTES_OF_END = 1 << 17

# Column names are looked for in so many rows that are not blank.
_ROWS_OF_TITLES = 30
_FEWEST_KNOWN_NAMES = 2


@dataclass(frozen=True)
class Sample:
    """Rows of a file.

    ``rows``: texts, a column each of theirs, the index their lines. ``form``: how to read the
    file. ``is_whole``: every row was read. ``other_sheets``: sheets that are not read and not
    empty. ``short``, ``long``: lines with fewer or more cells than there are names. ``blank``: the
    column whose blank cells are no record, of a file with a column for every day. ``raw``: the rows
    as they stand in the file.
    """

    path: Path
    form: Form
    rows: pd.DataFrame
    is_whole: bool = True
    other_sheets: tuple[str, ...] = ()
    short: tuple[int, ...] = ()
    long: tuple[int, ...] = ()
    blank: str | None = None
    raw: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def names(self) -> list[str]:
        """Names of their columns, as the loader will know them."""
        return [str(name) for name in self.rows]


def sample_of(path: Path) -> Sample:
    """The rows to judge a file by.

    Raises DeliveryRefusedError where the file is no table or no row of it holds column names.
    """
    if not path.is_file():
        raise DeliveryRefusedError(f"There is no file {path}.")
    if path.suffix.lower() == WORKBOOK:
        return _workbook_sample(path)
    form = text_form(path)
    # The contract's own form is read by another reader, which may refuse it.
    header = inspect(path).header if form == Form() else ()
    with path.open(encoding=encoding_to_read(form.encoding), newline="") as file:
        rows = _text_rows(path, file, form)
        beginning = [row for row in islice(rows, ROWS_OF_BEGINNING) if any(row[1])]
        is_whole = next(rows, None) is None
    end = [] if is_whole else _end_of(path, form)
    last = beginning[-1][0] if beginning else 0
    end = [row for row in end if row[0] > last]
    sample = _located(path, form, [*beginning, *end], is_whole)
    if sample.form == Form():
        return replace(sample, rows=sample.rows.set_axis(list(header), axis="columns"))
    return replace(sample, rows=sample.rows.map(tidy))


# --- Text ------------------------------------------------------------------------


def _text_rows(
    path: Path, lines: Iterable[str], form: Form, *, is_strict: bool = True
) -> Iterator[NumberedRow]:
    line = 1
    reader = csv.reader(lines, strict=is_strict, **csv_options(form))
    try:
        for row in reader:
            yield line, [field.strip() for field in row]
            line = reader.line_num + 1
    except csv.Error as error:
        raise DeliveryRefusedError(
            f"{path.name}: line {line} cannot be read ({error}). Export the file again as CSV."
        ) from error


def _end_of(path: Path, form: Form) -> list[NumberedRow]:
    """The last rows of a file, with their lines."""
    if form.encoding == "utf-16":
        return []  # where its letters begin cannot be told within
    lines = sum(chunk.count(b"\n") for chunk in whole_lines(path))
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _BYTES_OF_END))
        text = file.read().decode(form.encoding, errors="ignore").partition("\n")[2]
    first = lines - text.count("\n") + 1
    # The first of these lines may begin within quotation marks.
    rows = list(_text_rows(path, io.StringIO(text, newline=""), form, is_strict=False))
    return [(first + line - 1, row) for line, row in rows[-ROWS_OF_END:] if any(row)]


# --- Workbooks -------------------------------------------------------------------


def _workbook_sample(path: Path) -> Sample:
    """The sheet whose column names say most; the first of equals."""
    sheets = filled_sheets(path)
    samples, problems = [], []
    for sheet in sheets:
        try:
            samples.append(_sheet_sample(path, sheet, sheets))
        except DeliveryRefusedError as problem:
            problems.append(problem)
    if not samples:
        raise problems[0]
    return max(samples, key=lambda sample: known_columns(sample.names, list(USUAL_NAMES)))


def _sheet_sample(path: Path, sheet: str, sheets: Sequence[str]) -> Sample:
    form = Form(sheet=sheet)
    rows = workbook_rows(path, form, [])
    beginning = [row for row in islice(rows, ROWS_OF_BEGINNING) if any(row[1])]
    end = [row for row in deque(rows, maxlen=ROWS_OF_END) if any(row[1])]
    sample = _located(path, form, [*beginning, *end], is_whole=not end)
    others = tuple(other for other in sheets if other != sheet)
    if sheet == sheets[0]:
        return replace(sample, form=replace(sample.form, sheet=None), other_sheets=others)
    return replace(sample, other_sheets=others)


# --- Column names ----------------------------------------------------------------


def _located(path: Path, form: Form, rows: Sequence[NumberedRow], is_whole: bool) -> Sample:
    if not rows:
        raise DeliveryRefusedError(f"{path.name}: the file is empty.")
    at, count = _header_at(path, [row for _line, row in rows[:_ROWS_OF_TITLES]])
    names = column_names([list(map(tidy, row)) for _line, row in rows[at : at + count]])
    records, width = rows[at + count :], len(names)
    short = tuple(line for line, row in records if len(row) < width)
    is_uneven = form.sheet is None and any(len(row) != width for _line, row in records)
    return Sample(
        path,
        # A line that is named makes the loader read rows of any length.
        replace(form, header_line=rows[at][0] if at or is_uneven else None, header_rows=count),
        pd.DataFrame(
            [(row + [""] * width)[:width] for _line, row in records],
            columns=names,
            index=[line for line, _row in records],
            dtype=str,
        ),
        is_whole,
        short=short if is_uneven else (),
        long=tuple(line for line, row in records if any(row[width:])) if is_uneven else (),
    )


def _header_at(path: Path, rows: Sequence[list[str]]) -> tuple[int, int]:
    """Where the column names begin, and how many rows they take, 1 or 2.

    They are where the most names are known. Two rows are one header where the upper one names
    groups of columns, or where no value stands in the lower one.
    """
    scores = [_known(rows[at : at + 1]) if _is_header(row) else 0 for at, row in enumerate(rows)]
    best = max(range(len(rows)), key=lambda at: (scores[at], -at))
    if scores[best] < _FEWEST_KNOWN_NAMES:
        unknown = [at for at in range(len(rows) - 1) if _may_be_names(rows[at], rows[at + 1])]
        if unknown:
            return unknown[0], 1
        raise DeliveryRefusedError(
            f"{path.name}: no line holds column names that are known, such as “Student ID” and "
            "“Date”. Give the columns names in a line above the rows."
        )
    if best and _names_groups(rows[best - 1]) and _known(rows[best - 1 : best + 1]) >= scores[best]:
        return best - 1, 2
    below = rows[best + 1 : best + 3]
    is_name_too = len(below) == 2 and not holds_values(below[0]) and not is_for_machines(below[0])
    if is_name_too and holds_values(below[1]):
        return best, 2
    return best, 1


def _is_header(row: Sequence[str]) -> bool:
    """Do names stand in a line, though some of them may be days, as in a register?"""
    return not holds_values(row) or any(map(names_student, row))


def _known(rows: Sequence[list[str]]) -> int:
    names = column_names(rows)
    return known_columns(names, list(USUAL_NAMES)) + bool(days_of_names(names))


def _may_be_names(row: Sequence[str], below: Sequence[str]) -> bool:
    """Are there as many texts as cells filled in the row below, which holds values?"""
    names, cells = len(list(filter(None, row))), len(list(filter(None, below)))
    return not holds_values(row) and holds_values(below) and names >= cells > 1


def _names_groups(row: Sequence[str]) -> bool:
    """Two names or more with gaps between them, as cells merged over several columns leave."""
    filled = [cell for cell in row if cell]
    return not holds_values(row) and len(filled) >= 2 and len(filled) < len(row)
