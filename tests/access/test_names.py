"""Names of districts, schools, students and visitors do nothing, wherever they stand or leave."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from exports.cells import neutral
from exports.digest import digest
from queries.database import snapshot
from queries.values import known_values
from tests.access.conftest import Site, demonstration
from tests.access.hostile_names import with_hostile_names
from tests.access.test_one_number import HARTFORD, as_role
from tests.conftest import Program
from tests.rendered import (
    csv_contents,
    deck_file,
    deck_texts,
    download_answers,
    page_answers,
)

# The charts of every page answer to this address: most to its search, some to its path.
PATH = f"/districts/{HARTFORD}"
_LINES = ("/data/rejected-rows.csv",)
_LONG = re.compile(r"\d\.\d{5,}")
_MARKS = re.compile(r"</?(?:b|i)>|<br>|<extra></extra>")


@pytest.fixture(scope="module")
def hostile(program: Program, tmp_path_factory: pytest.TempPathFactory) -> str:
    database = Path(program.url.removeprefix("duckdb:///"))
    return with_hostile_names(database, tmp_path_factory.mktemp("hostile") / "leap.duckdb")


@pytest.fixture
def shown(hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    with demonstration(hostile, tmp_path) as site:
        yield site


def searches() -> tuple[str, ...]:
    """Everything, by district, and the students of a language."""
    with snapshot() as data:
        languages = known_values(data).labels("home_language")
    [spoken, *_] = [language for language in languages if neutral(language) != language]
    return "", "?split=district", f"?{urlencode({'home_language': spoken})}"


# --- Files -------------------------------------------------------------------------------


def csv_files(site: Site) -> Iterator[tuple[str, str]]:
    """Every text file of cells that the dashboard gives, with where it came from."""
    for search in searches():
        for key, answer in download_answers(site, PATH, search):
            yield from ((key, content) for content in csv_contents(answer))
    as_role(site, "coordinator")
    for key, answer in download_answers(site, f"/students/{listed(site)[0]}", ""):
        yield from ((key, content) for content in csv_contents(answer))
    as_role(site, "leadership")
    for path in _LINES:
        yield path, site.client.get(path).get_data(as_text=True)
    figures = deck_file(site, "csv", "")
    assert figures is not None
    with zipfile.ZipFile(io.BytesIO(figures)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name).decode("utf-8-sig")
    yield "list", student_list(site, "csv").decode("utf-8-sig")


def listed(site: Site) -> list[str]:
    """The students of a coordinator."""
    grid = site.ask("students-grid", "").get_json()["response"]["students-grid"]
    return [row["id"] for row in grid["rowData"]]


def student_list(site: Site, kind: str) -> bytes:
    """The list of a coordinator's students as a file."""
    as_role(site, "coordinator")
    wanted = {"kind": kind, "ids": listed(site), "search": ""}
    content = site.ask("students-file", wanted).get_json()["response"]["students-file"]["data"]
    as_role(site, "leadership")
    text: str = content["content"]
    return base64.b64decode(text) if content["base64"] else text.encode()


def workbooks(site: Site) -> Iterator[tuple[str, bytes]]:
    """Every workbook, those behind the charts of the slides among them."""
    figures, slides = deck_file(site, "xlsx", ""), deck_file(site, "pptx", "")
    assert figures is not None
    assert slides is not None
    yield "figures", figures
    yield "list", student_list(site, "xlsx")
    for slide in Presentation(io.BytesIO(slides)).slides:
        for shape in slide.shapes:
            if shape.has_chart:
                yield "chart", shape.chart.part.chart_workbook.xlsx_part.blob


def test_no_cell_of_any_file_is_a_formula_and_no_number_is_finer_than_it_is_told(
    shown: Site,
) -> None:
    names = set()
    for where, content in csv_files(shown):
        names.add(where)
        for row in csv.reader(io.StringIO(content)):
            for cell in row:
                assert cell == neutral(cell), (where, cell)
                assert not _LONG.search(cell), (where, cell)
    assert len(names) >= 29  # the charts of all pages, the lists, the figures of the slides


def test_no_cell_of_any_workbook_is_a_formula_but_our_own(shown: Site) -> None:
    found = 0
    for where, content in workbooks(shown):
        for sheet in load_workbook(io.BytesIO(content)):
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                found += isinstance(cell.value, str)
                if cell.data_type == "f":
                    assert where == "chart"
                    assert re.fullmatch(r"=[A-Z]\d+-[A-Z]\d+", cell.value)
                elif isinstance(cell.value, str):
                    assert cell.quotePrefix or cell.value == neutral(cell.value), cell.value
                assert not _LONG.search(repr(cell.value)), (where, cell.value)
    assert found > 500


@pytest.mark.filterwarnings("ignore:Glyph")  # no font of ours has every sign there is
def test_no_word_of_slides_and_handout_has_a_long_number_or_a_turned_text(shown: Site) -> None:
    for text in deck_texts(shown, ""):
        assert "\u202e" not in text.words, text
        if text.where != "svg":  # its places are finer than any word
            assert not _LONG.search(text.words), text


@pytest.mark.usefixtures("shown")
def test_a_letter_tells_the_names_without_signs_that_nobody_sees() -> None:
    with snapshot() as data:
        letter = digest(data, HARTFORD, data.data_as_of)
    assert not {"\u202e", "\x07", "\r"} & set(letter.text + letter.html)
    assert "<a href" not in letter.html


# --- Pages -------------------------------------------------------------------------------


def figures(part: Any) -> Iterator[dict[str, Any]]:
    """Every figure within an answer."""
    if isinstance(part, dict):
        if "data" in part and "layout" in part:
            yield part
        else:
            for value in part.values():
                yield from figures(value)
    elif isinstance(part, list):
        for value in part:
            yield from figures(value)


def words(part: Any) -> Iterator[str]:
    """Every text, but where links lead."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for name, value in part.items():
            if name not in ("customdata", "href", "content"):
                yield from words(value)
    elif isinstance(part, list):
        for value in part:
            yield from words(value)


def answers(site: Site) -> Iterator[Any]:
    """All that the pages and their downloads get."""
    for search in searches():
        yield from (answer for _key, answer in page_answers(site, PATH, search))
        yield from (answer for _key, answer in download_answers(site, PATH, search))
    as_role(site, "coordinator")
    yield from (answer for _key, answer in page_answers(site, PATH, ""))


def test_a_figure_has_no_markup_but_our_own(shown: Site) -> None:
    escaped = 0
    for answer in answers(shown):
        for figure in figures(answer):
            for text in words(figure):
                assert "<" not in _MARKS.sub("", text), text
                assert "%{meta" not in text, text
                assert "bold</b>" not in text
                assert not {"\u202e", "\x07"} & set(text), text
                assert not text.startswith("@cmd"), text
                escaped += "&lt;a href" in text
        for part in answer.values():
            around = [value for name, value in part.items() if not list(figures(value))]
            assert not any("&lt;" in text for text in words(around))
    assert escaped > 10
