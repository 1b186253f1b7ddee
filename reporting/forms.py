"""Workbooks and text of other forms, made into CSV files of the contract's form.

What is made holds the same rows under the same names, a record a line; which line or row of the
delivered file each comes from is kept.
"""

from __future__ import annotations

import csv
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from reporting.csv_files import (
    MOST_COLUMNS,
    MOST_ROWS,
    CsvFile,
    check_names,
    distinct_names,
    inspect,
)
from reporting.errors import DeliveryRefusedError
from reporting.mapping import Form
from reporting.strict_workbooks import is_strict, usual_names

WORKBOOK = ".xlsx"

# A row as texts, and the line or row of the file that it starts on.
NumberedRow = tuple[int, list[str]]

# A workbook is a zip file, and a small one may unpack to anything: up to a thousand times its size.
# A real one of the same cell throughout unpacks to twelve times; small ones are no matter.
_LARGEST_WORKBOOK, _LARGEST_STRINGS = 2**30, 2**27
_LARGEST_RATIO, _LEAST_OF_RATIO = 100, 2**24
_STRINGS = "xl/sharedStrings.xml"

_LONGEST_LINE = 2_000_000  # characters, as the engine's

_ZERO_PADDED = re.compile("0{2,}")


def read_delivered(path: Path, form: Form, target: Path) -> tuple[CsvFile, list[str]]:
    """A delivered file as a readable CSV file, and remarks about what was not read.

    A file of another form is made into one, ``target``. Raises DeliveryRefusedError where the file
    cannot be read.
    """
    if path.suffix.lower() != WORKBOOK and form == Form():
        return inspect(path), []
    remarks: list[str] = []
    if path.suffix.lower() == WORKBOOK:
        rows = workbook_rows(path, form, remarks)
    else:
        rows = _text_rows(path, form)
    lines = _write(path, rows, form, target)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(
        inspect(target), name=path.name, sha256=digest, lines=np.array(lines, dtype=np.int64)
    ), remarks


def _write(path: Path, rows: Iterator[NumberedRow], form: Form, target: Path) -> list[int]:
    """Write the header and every row that is not blank; gives the lines of the latter."""
    filled: Iterator[NumberedRow] = (
        (line, row) for line, row in rows if any(row) and line >= (form.header_line or 1)
    )
    names = column_names([row for _line, row in islice(filled, form.header_rows)])
    if not names:
        raise DeliveryRefusedError(f"{path.name}: no line holds column names.")
    check_names(path.name, names)
    if form.across:
        form.across.check(path.name, names)
        filled, names = form.across.rows(names, filled), form.across.names(names)
    lines = []
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for line, row in filled:
            # Cells beyond the last name have none: no mapping can ask for them.
            is_beyond = path.suffix.lower() == WORKBOOK or not any(row[len(names) :])
            short = row[: len(names)] if is_beyond else row
            writer.writerow(short + [""] * (len(names) - len(short)))
            lines.append(line)
    return lines


def column_names(rows: Sequence[list[str]]) -> list[str]:
    """One name for each column; over several rows a merged cell's name goes for all its columns."""
    width = max((len(row) for row in rows), default=0)
    padded = [row + [""] * (width - len(row)) for row in rows]
    spread = [*map(_spread, padded[:-1]), *padded[-1:]]
    joined = [" ".join(filter(None, parts)) for parts in zip(*spread, strict=True)]
    return distinct_names(name or f"column {n}" for n, name in enumerate(joined, start=1))


def _spread(row: list[str]) -> list[str]:
    names, last = [], ""
    for name in row:
        last = name or last
        names.append(last)
    return names


def tidy(text: str) -> str:
    """One space between words, none around them; also for line ends and unbreakable spaces."""
    return " ".join(text.split())


# --- Text ------------------------------------------------------------------------


def _text_rows(path: Path, form: Form) -> Iterator[NumberedRow]:
    encoding = "utf-8-sig" if form.encoding == Form.encoding else form.encoding
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(
            _bounded_lines(path.name, file),
            delimiter=form.delimiter,
            quotechar=form.quote,
            escapechar=form.escape,
            doublequote=form.escape is None,
            skipinitialspace=True,
            strict=True,
        )
        line = 1
        try:
            for row in reader:
                yield line, [tidy(field) for field in row]
                line = reader.line_num + 1
        except UnicodeError as error:
            raise DeliveryRefusedError(
                f"{path.name}: after line {line} comes what is not {form.encoding} text. Name "
                "another encoding in the mapping, or save the file as “CSV UTF-8”."
            ) from error
        except csv.Error as error:
            raise DeliveryRefusedError(
                f"{path.name}: line {line} cannot be read ({error}). Say in the mapping how its "
                "fields are separated and quoted, or export it again."
            ) from error


def _bounded_lines(name: str, file: TextIO) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), ""), start=1):
        if len(line) == _LONGEST_LINE:
            raise DeliveryRefusedError(
                f"{name}: line {number:,} is longer than {_LONGEST_LINE:,} characters. Say in the "
                "mapping how its lines end and which encoding it has, or export it again."
            )
        yield line


# --- Workbooks -------------------------------------------------------------------


def workbook_rows(path: Path, form: Form, remarks: list[str]) -> Iterator[NumberedRow]:
    """The rows of a workbook's sheet; ``remarks`` is told what was not read.

    Raises DeliveryRefusedError where the workbook cannot be read.
    """
    with _opened(path) as book:
        try:
            sheet = _sheet(path, book, form, remarks)
            for line, cells in enumerate(_bounded_rows(path.name, sheet), start=1):
                yield line, _without_blank_end([_cell_text(cell) for cell in cells])
        except _DAMAGE as error:
            raise _unreadable(path) from error


def _bounded_rows(name: str, sheet: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet, and every missing one before a row whose number is higher.

    A row may say that it is the billionth, and a cell that it is in the last of all columns: the
    reader fills up what is missing, so that nobody may wait for the end of it.
    """
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number > MOST_ROWS:
            raise DeliveryRefusedError(
                f"{name}: the sheet “{sheet.title}” has rows beyond {MOST_ROWS:,}, the most that "
                "a sheet can have. Save it anew, or deliver it as “CSV UTF-8”."
            )
        if len(cells) > MOST_COLUMNS:
            raise DeliveryRefusedError(
                f"{name}: row {number:,} of the sheet “{sheet.title}” has {len(cells):,} columns; "
                f"a delivery’s file has at most {MOST_COLUMNS}. Delete the columns that are not "
                "needed, blank ones at the right too."
            )
        yield cells


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with ExitStack() as files:
        book = _open_workbook(path, files)
        files.callback(book.close)
        yield book


def _open_workbook(path: Path, files: ExitStack) -> Any:
    try:
        _check_sizes(path)
        readable = files.enter_context(usual_names(path)) if is_strict(path) else path
        return openpyxl.load_workbook(readable, read_only=True, data_only=True)
    except (InvalidFileException, OSError, *_DAMAGE) as error:
        raise _unreadable(path) from error


def _check_sizes(path: Path) -> None:
    """See that a workbook unpacks to no more than it says, and to no more than a real one."""
    with zipfile.ZipFile(path) as archive:
        sizes = {member.filename: member.file_size for member in archive.infolist()}
        size = sum(member.file_size for member in archive.infolist())
    packed = path.stat().st_size
    is_bomb = size > max(_LEAST_OF_RATIO, _LARGEST_RATIO * packed)
    if size > _LARGEST_WORKBOOK or is_bomb or sizes.get(_STRINGS, 0) > _LARGEST_STRINGS:
        raise DeliveryRefusedError(
            f"{path.name}: this workbook of {packed / 2**20:,.1f} MB unpacks to "
            f"{size / 2**20:,.0f} MB, more than is read. Save the sheet as “CSV UTF-8” and deliver "
            "that."
        )


# What reading a file that is no workbook, or half of one, may raise.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    EOFError,
    LookupError,
    SyntaxError,
    TypeError,
    ValueError,
)


def _unreadable(path: Path) -> DeliveryRefusedError:
    return DeliveryRefusedError(
        f"{path.name}: this is not a readable workbook (.xlsx); it may be damaged, protected by a "
        "password, or of another kind. Save it again as “Excel workbook” without a password."
    )


def _sheet(path: Path, book: Any, form: Form, remarks: list[str]) -> Any:
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # a workbook may say that it is smaller than it is
    if form.sheet is not None:
        if form.sheet not in book.sheetnames:
            raise DeliveryRefusedError(
                f"{path.name} has no sheet “{form.sheet}”. Its sheets: {', '.join(book.sheetnames)}"
            )
        return book[form.sheet]
    filled = _filled(path, book)
    if filled[1:]:
        others = ", ".join(f"“{sheet.title}”" for sheet in filled[1:])
        remarks.append(
            f"{path.name}: the sheet “{filled[0].title}” was read, {others} not. "
            "A mapping can name another sheet."
        )
    return filled[0]


def filled_sheets(path: Path) -> list[str]:
    """Names of a workbook's sheets that are not empty.

    Raises DeliveryRefusedError where the workbook cannot be read or all are.
    """
    with _opened(path) as book:
        return [sheet.title for sheet in _filled(path, book)]


def _filled(path: Path, book: Any) -> list[Any]:
    filled = [sheet for sheet in book.worksheets if _is_filled(path.name, sheet)]
    if not filled:
        raise DeliveryRefusedError(f"{path.name}: every sheet is empty.")
    return filled


def _is_filled(name: str, sheet: Any) -> bool:
    return any(cell.value is not None for row in _bounded_rows(name, sheet) for cell in row)


def _without_blank_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _cell_text(cell: Any) -> str:
    """What a person sees in a cell, dates as the contract writes them."""
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
        case float() if not value.is_integer():
            return repr(value)
        case int() | float():
            return _whole_number(int(value), cell.number_format)
    return tidy(str(value))


def _whole_number(number: int, number_format: str) -> str:
    """A code that a number format shows with its leading zeros has them."""
    width = len(number_format) if _ZERO_PADDED.fullmatch(number_format) else 0
    return str(number).zfill(width)
