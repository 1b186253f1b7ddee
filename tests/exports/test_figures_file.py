"""The figures of a deck as a workbook and as CSV files."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from typing import Any

from openpyxl import load_workbook

from components.deck import Chart, Deck, finished
from components.wording import unsigned
from exports.cells import cell
from exports.figures_file import csv_files, workbook
from tests.exports.decks import deck, official_deck

LINK = "https://leap.example.org/present?district=0640011"


def sheets(deck: Deck) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(finished(workbook(deck, LINK))))
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def expected(chart: Chart, place: int) -> list[Any]:
    """A row of a chart as it should stand."""
    months = chart.kind in ("lines", "gap")
    row: list[Any] = [unsigned(chart.categories[place]) if months else chart.categories[place]]
    for series in chart.series:
        row += [values[place] for values in (series.values, series.low, series.high) if values]
    if chart.kind != "columns":
        row.append(chart.students[place])
    if any(chart.cautions):
        row.append(chart.cautions[place] or None)
    return row


def test_every_figure_of_every_slide_stands_in_its_sheet() -> None:
    told = sheets(deck())
    assert list(told) == ["Read me", "1 Did", "2 Lines", "3 Effect", "4 Districts", "5 Unsaid"]
    for slide, rows in zip(deck().slides, list(told.values())[1:], strict=True):
        assert rows[0][0] == slide.title
        if slide.chart:
            body = rows[3:]
            assert len(body) == len(slide.chart.categories)
            for place, row in enumerate(body):
                assert row == list(map(cell, expected(slide.chart, place)))


def test_rates_stand_beside_their_students_in_per_cent() -> None:
    [_title, _blank, *table] = sheets(official_deck())["1 Official"]
    assert table == [
        ["Group", "Attendance (% of days enrolled)", "Students, about"],
        ["Connecticut", 91.7, 500_285],
        ["Hartford", 85.6, 16_371],
        ["Visited, before", 59.4, 355],
    ]


def test_the_readme_says_whose_figures_of_when_and_where_they_came_from() -> None:
    lines = [str(row[0]) for row in sheets(deck())["Read me"]]
    for words in ("Demonstration data", "Hartford, Grades 6–12", "June 30, 2024", LINK):
        assert any(words in line for line in lines)
    real = replace(deck(), is_demonstration=False)
    assert not any("Demonstration" in str(row[0]) for row in sheets(real)["Read me"])


def test_the_csv_files_hold_the_same_as_the_workbook() -> None:
    archive = zipfile.ZipFile(io.BytesIO(finished(csv_files(deck(), LINK))))
    assert archive.namelist() == [
        "README.txt",
        "1-did.csv",
        "2-lines.csv",
        "3-effect.csv",
        "4-districts.csv",
    ]
    for name, rows in zip(archive.namelist()[1:], list(sheets(deck()).values())[1:], strict=False):
        text = archive.read(name).decode("utf-8-sig")
        told = list(csv.reader(io.StringIO(text)))
        assert [[_value(cell) for cell in row] for row in told] == rows[2:]


def test_no_cell_of_a_csv_file_has_a_tenth_that_was_not_told() -> None:
    archive = zipfile.ZipFile(io.BytesIO(finished(csv_files(deck(), LINK))))
    cells = [
        cell
        for name in archive.namelist()[1:]
        for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig")))
        for cell in row
    ]
    assert {"76", "75.5", "6.8"} <= set(cells)
    assert not [cell for cell in cells if cell.endswith(".0")]


def _value(cell: str) -> float | str | None:
    try:
        return float(cell)
    except ValueError:
        return cell or None


def test_a_name_is_never_a_formula() -> None:
    told = sheets(deck(names=("=1+1", "+Hartford", "@x", "-y", "z")))["4 Districts"]
    assert [row[0] for row in told[3:]] == ["'=1+1", "'+Hartford", "'@x", "'-y", "z"]


def test_each_slide_is_counted_while_the_file_is_made() -> None:
    assert list(workbook(deck(), LINK)) == [1, 2, 3, 4, 5]
    assert list(csv_files(deck(), LINK)) == [1, 2, 3, 4, 5]
