"""Hostile names in the browser: charts show them as they were written, and nothing happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from defusedxml.ElementTree import fromstring

from tests.access.hostile_names import with_hostile_names
from tests.browser.conftest import Visit, served
from tests.conftest import Program

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]

NAMES = {
    "0640011": '<a href="//e.x">N</a>',
    "0930011": "@cmd/x Stamford",
    "0890011": "@accent",
    "1350011": "R&amp;D <b>x</b>",
    "1630011": "%{x} $x$ [a](/b)",
}
PAGES = ("/", "/districts", "/trajectories?split=district", "/methods", "/data")


@pytest.fixture(scope="module")
def address(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard over a program whose names are traps, some districts short ones."""
    file = tmp_path_factory.mktemp("hostile") / "leap.duckdb"
    url = with_hostile_names(Path(program.url.removeprefix("duckdb:///")), file)
    with duckdb.connect(str(file)) as database:
        database.executemany(
            "UPDATE district SET district_name = ? WHERE district_code = ?",
            [(name, code) for code, name in NAMES.items()],
        )
    with served(LEAP_DATABASE_URL=url) as address:
        yield address


@pytest.mark.parametrize("path", PAGES)
def test_charts_are_drawn_and_hold_no_link_of_a_name(visit: Open, path: str) -> None:
    here = visit(path)  # whatever the page complains of fails at the end
    charts = here.page.locator(".js-plotly-plot")
    assert charts.locator(".plot path, .points path, .annotation").count() > 0
    assert charts.locator("a").count() == 0
    assert "&lt;" not in here.page.locator("body").inner_text()
    assert here.overflow() == 0  # however long a name is


@pytest.mark.parametrize("path", ["/data", "/"])
def test_names_stand_in_charts_as_they_were_written(visit: Open, path: str) -> None:
    here = visit(path)
    drawn = here.page.locator(".js-plotly-plot .annotation").all_text_contents()
    assert set(NAMES.values()) - {NAMES["0640011"]} <= set(drawn)  # which has no room


def test_a_slide_and_a_saved_drawing_show_names_as_they_were_written(visit: Open) -> None:
    slides = visit("/present")
    drawn = slides.page.locator(".slide .annotation").all_text_contents()
    assert "R&amp;D <b>x</b>" in drawn
    assert slides.page.locator(".slide .js-plotly-plot a").count() == 0
    ranking, links = told(visit("/").download("SVG", "overview-ranking-section"))
    assert NAMES["1350011"] in ranking
    assert links == []


def test_a_saved_drawing_of_a_district_bears_its_name_as_a_title(visit: Open) -> None:
    here = visit("/districts/0640011")
    texts, links = told(here.download("SVG", "district-effect-section"))
    assert f"Visited and similar students: {NAMES['0640011']}" in texts
    assert links == []


def told(drawing: bytes) -> tuple[list[str], list[Any]]:
    """The texts of a drawing, and its links."""
    parts = fromstring(drawing)
    texts = ["".join(text.itertext()) for text in parts.iterfind(".//{*}text")]
    return texts, parts.findall(".//{*}a")


def test_only_a_color_that_there_is_is_put_into_a_figure(visit: Open) -> None:
    dressed = visit("/methods").page.evaluate(
        """() => {
            const palette = { accent: "#0b6570" };
            const words = ["@accent", "@accent/0.5", "@cmd/x Stamford", "@", "@toString"];
            const figure = { data: [{ text: words }], layout: { meta: { kind: "none" } } };
            return window.dash_clientside.dashboard.dress(
                figure, null, null, { light: palette, dark: palette }).data[0].text;
        }"""
    )
    left = ["@cmd/x Stamford", "@", "@toString"]
    assert dressed == ["#0b6570", "rgba(11,101,112,0.5)", *left]
