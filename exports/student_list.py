"""A coordinator's list as a workbook or CSV: confidential, with who exported it and when."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from components import student_wording as words
from components import wording
from components.caseload import COLUMNS, Column
from exports.cells import cell, neutral
from queries.students import NEEDS

_LISTED = tuple(column for column in COLUMNS if column.kind != "picture")


@dataclass(frozen=True)
class LeavingList:
    """Rows (``components.caseload.records``), which list it is, who takes it, how fresh it is."""

    rows: Sequence[dict[str, Any]]
    title: str
    by: str
    data_as_of: date
    is_demonstration: bool

    def lines(self) -> list[str]:
        """What stands above the rows."""
        kind = "Demonstration data: invented students. " if self.is_demonstration else ""
        now = datetime.now(UTC)
        return [
            "CONFIDENTIAL: student records. Share only with those who may see them, and delete "
            "the file when you are done.",
            f"{self.title}: {len(self.rows):,} students. {kind}Data through "
            f"{wording.day(self.data_as_of)}. Exported by {self.by} on {wording.day(now.date())}, "
            f"{now:%H:%M} UTC.",
        ]


def _cell(column: Column, row: dict[str, Any]) -> Any:
    value = row[column.field]
    return words.NEED_WORDS[NEEDS[value]] if column.kind == "need" else cell(value)


def csv_file(leaving: LeavingList) -> str:
    """The list as CSV with a byte-order mark, so that spreadsheets read it as UTF-8."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([neutral(line)] for line in leaving.lines())
    writer.writerow([column.name for column in _LISTED])
    writer.writerows([_cell(column, row) for column in _LISTED] for row in leaving.rows)
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{file.getvalue()}"


def workbook(leaving: LeavingList) -> bytes:
    """The list as an Excel workbook: frozen header, filters, percentages as numbers."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet("Students")
    bold = book.add_format({"bold": True})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E2F0F1"}
    )
    formats = {
        "percent": book.add_format({"num_format": "0%", "valign": "top"}),
        "date": book.add_format({"num_format": "d mmm yyyy", "align": "left", "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    lines = leaving.lines()
    for number, line in enumerate(lines):
        sheet.write_string(number, 0, neutral(line), bold)
    first = len(lines) + 1
    for place, column in enumerate(_LISTED):
        sheet.write_string(first, place, column.name, head)
        sheet.set_column(place, place, min(column.width / 7, 70))
        form = formats.get(column.kind, formats["text"])
        for number, row in enumerate(leaving.rows, start=first + 1):
            _write(sheet, number, place, column, _cell(column, row), form)
    sheet.freeze_panes(first + 1, 1)
    sheet.autofilter(first, 0, first + max(len(leaving.rows), 1), len(_LISTED) - 1)
    sheet.set_landscape()
    sheet.repeat_rows(first)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&LConfidential: student records&RPage &P of &N")
    book.set_properties({"title": leaving.title, "comments": " ".join(lines)})
    book.close()
    return file.getvalue()


def _write(sheet: Any, line: int, place: int, column: Column, value: Any, form: Any) -> None:
    if value is None:
        sheet.write_blank(line, place, None, form)
    elif column.kind == "percent":
        sheet.write_number(line, place, value / 100, form)
    elif column.kind == "date":
        sheet.write_datetime(line, place, datetime.fromisoformat(value), form)
    elif isinstance(value, int):
        sheet.write_number(line, place, value, form)
    else:
        sheet.write_string(line, place, value, form)
