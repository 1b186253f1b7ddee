"""The methods page in a real browser."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]


def test_the_page_tells_words_method_checks_and_published_figures(visit: Open) -> None:
    page = visit("/methods")
    assert page.page.locator("#words dt").count() > 6
    assert page.page.locator("#in-full li").count() > 10
    assert "found similar students" in page.page.locator("#methods-overall").inner_text()
    published = page.page.locator("#published tbody tr").all_inner_texts()
    assert any("Hartford" in row and "30 points" in row for row in published)
    assert page.page.locator("#checks tbody tr").count() > 30
    assert "attendance.csv" in page.page.locator("#loads").inner_text()
    dots = page.page.locator("#designs-graph .points path")
    expect(dots.nth(60)).to_be_attached()
    assert len(page.questions) == 2


def test_filters_go_along_to_the_page_and_back(visit: Open) -> None:
    page = visit("/trajectories?district=0640011")
    page.page.get_by_role("link", name="Methods").click()
    page.settle()
    assert page.search() == "?district=0640011"
    page.page.get_by_role("link", name="Trajectories").click()
    page.settle()
    assert "Hartford" in page.page.locator("#trajectory-selection").inner_text()


@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
def test_no_serious_accessibility_violation_and_nothing_sticks_out(
    visit: Open, device: str, scheme: str
) -> None:
    page = visit("/methods", device, scheme)
    assert page.violations() == []
    assert page.overflow() <= 0


def test_the_figures_can_be_taken_along(visit: Open) -> None:
    page = visit("/methods")
    rows = list(csv.DictReader(io.StringIO(page.download("CSV", "designs-section").decode())))
    shown = [row for row in rows if row["withheld"] == "False"]
    assert min(int(row["students"]) for row in shown) >= 20
    assert {row["design"] for row in shown} == {"matched", "symmetric", "held_out", "lead"}
    assert "Grades 6–12" in page.download("SVG", "designs-section").decode()
