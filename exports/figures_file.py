"""The figures of a deck as a workbook or as CSV files, with a sheet that says what they are."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import xlsxwriter

from components import wording
from components.deck import Chart, Deck, Export
from components.plain_text import plain
from components.slide_wording import SENTENCES, say
from exports.cells import cell, neutral

_WORDS: dict[str, Any] = SENTENCES["files"]
_README: dict[str, Any] = SENTENCES["readme"]

_WIDTH, _README_WIDTH = 22, 110


def readme(deck: Deck, link: str) -> list[str]:
    """What the figures are of, line by line."""
    as_of, loaded = wording.iso_day(deck.data_as_of), wording.iso_day(deck.loaded_at)
    return [
        _WORDS["program"],
        *([_README["demonstration"]] if deck.is_demonstration else []),
        say("files", "selection", selection=deck.selection),
        say("readme", "data", day=as_of, loaded=loaded),
        say("readme", "link", link=link),
        "",
        *_README["meanings"],
        "",
        *(
            say("readme", "slide", place=place, name=slide.name, title=slide.title)
            for place, slide in enumerate(deck.slides, start=1)
        ),
    ]


def rows(chart: Chart) -> list[list[Any]]:
    """The table of a chart with its heading: a row a category, None where nothing is shown."""
    months = chart.kind in ("lines", "gap")
    head = [chart.axis if months else _WORDS["group"]]
    columns: list[tuple[Any, ...]] = [
        tuple(map(wording.unsigned, chart.categories)) if months else chart.categories
    ]
    for series in chart.series:
        head.append(f"{series.name} ({_WORDS['units'][chart.kind]})")
        columns.append(series.values)
        for end, values in (("low", series.low), ("high", series.high)):
            if values:
                kind = f"band_{end}" if series.is_band else end
                head.append(say("files", kind, series=series.name))
                columns.append(values)
    if chart.kind != "columns":
        head.append(_WORDS["students_about" if chart.about else "students"])
        columns.append(chart.students)
    if any(chart.cautions):
        head.append(_WORDS["caution"])
        columns.append(tuple(caution or None for caution in chart.cautions))
    return [head, *(list(row) for row in zip(*columns, strict=True))]


def workbook(deck: Deck, link: str) -> Export:
    """An Excel workbook: a readme sheet, then a sheet a slide."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet = book.add_worksheet(_README["sheet"])
    sheet.set_column(0, 0, _README_WIDTH, wrapped)
    for number, line in enumerate(readme(deck, link)):
        sheet.write_string(number, 0, neutral(line))
    for place, slide in enumerate(deck.slides, start=1):
        sheet = book.add_worksheet(f"{place} {slide.name}"[:31])
        sheet.write_string(0, 0, neutral(slide.title), bold)
        if slide.chart:
            sheet.set_column(0, len(rows(slide.chart)[0]), _WIDTH)
            for number, row in enumerate(rows(slide.chart), start=2):
                for column, value in enumerate(row):
                    _write(sheet, number, column, value, bold if number == 2 else None)
        for number, paragraph in enumerate(slide.paragraphs, start=2):
            sheet.write_string(number, 0, neutral(paragraph))
        yield place
    book.set_properties({"title": deck.selection, "comments": deck.source})
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, cell(value), form)
    elif value is not None:
        sheet.write_number(row, column, cell(value), form)


def csv_files(deck: Deck, link: str) -> Export:
    """A zip archive: a readme, then a CSV file a slide that has a chart."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "\n".join(map(plain, readme(deck, link))) + "\n")
        for place, slide in enumerate(deck.slides, start=1):
            if slide.chart:
                archive.writestr(f"{place}-{slide.key}.csv", _csv(rows(slide.chart)))
            yield place
    return file.getvalue()


def _written(value: Any) -> Any:
    """A cell of a CSV, with no more digits than its number has."""
    told = cell(value)
    return f"{told:g}" if isinstance(told, float) else told


def _csv(table: list[list[Any]]) -> str:
    """With a byte-order mark, so that spreadsheets read it as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([_written(value) for value in row] for row in table)
    return f"\N{ZERO WIDTH NO-BREAK SPACE}{text.getvalue()}"
