"""The page of visits: figures, the way to the students behind them, small numbers, fit."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_students import coordinate, names

__all__ = ["coordinate"]

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]


def test_a_bar_leads_to_the_students_behind_it(coordinate: Open) -> None:
    here = coordinate("/visits")
    [students] = here.page.evaluate(
        "document.querySelector('#waits-graph .js-plotly-plot').data[0].y.slice(0, 1)"
    )
    here.click(here.page.locator("#waits-graph .bars .point path").first)
    here.page.wait_for_url("**/students?*wait=at-once*")
    here.settle()
    assert len(names(here)) == students > 100
    assert "reached: at once" in here.page.locator(".narrowed").inner_text()


def test_a_row_of_the_table_leads_to_a_student_by_keyboard(coordinate: Open) -> None:
    here = coordinate("/visits")
    link = here.page.locator("#visits-longest a").first
    name = link.inner_text()
    link.focus()
    here.page.keyboard.press("Enter")
    here.settle()
    assert here.page.locator("h1").inner_text() == name


def test_leadership_sees_rounded_counts_and_no_names(visit: Open) -> None:
    here = visit("/visits")
    assert here.page.locator("#visits-longest").is_hidden()
    assert here.page.locator("#visits-schools a").count() == 0
    counts = here.page.locator("#visits-schools td").all_inner_texts()
    assert all(re.fullmatch(r"about [\d,]*[05]|not shown|–", count) for count in counts)


def test_a_chart_of_which_nothing_may_be_shown_does_not_keep_the_one_before(visit: Open) -> None:
    here = visit("/visits")
    calendar = here.page.locator("#calendar-graph")
    assert calendar.is_visible()
    here.choose("District", "Torrington")  # no week with enough students
    assert not calendar.is_visible()
    assert here.page.locator("#volume-graph").is_visible()
    here.choose("District", "Torrington")
    assert calendar.is_visible()
    box = calendar.locator(".main-svg").first.bounding_box()
    assert box is not None
    assert box["width"] > 300


@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
def test_the_page_is_accessible_and_fits(coordinate: Open, device: str, scheme: str) -> None:
    here = coordinate("/visits", device=device, scheme=scheme)
    assert here.violations() == []
    assert here.overflow() == 0
