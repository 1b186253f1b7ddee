"""The worklist and a student's page as a coordinator uses them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]


@pytest.fixture
def coordinate(visit: Open) -> Open:
    """Opens a path as the demonstration's coordinator."""

    def open_as_coordinator(path: str, **how: str) -> Visit:
        here = visit("/students/0", **how)  # little to draw, for whomever
        here.page.get_by_role("button", name="Coordinator").click()
        here.page.locator(".role.chosen", has_text="Coordinator").wait_for()
        return here.go(path)

    return open_as_coordinator


def names(here: Visit) -> list[str]:
    return here.page.evaluate(
        "() => { const names = []; dash_ag_grid.getApi('students-grid')"
        ".forEachNodeAfterFilterAndSort(node => names.push(node.data.name)); return names }"
    )


def test_the_list_shows_names_need_and_counts(coordinate: Open) -> None:
    here = coordinate("/students")
    row = here.page.locator(".ag-center-cols-container .ag-row").first
    expect(row).to_contain_text("Urgent")
    head = here.page.locator("#students-head").inner_text()
    assert f"{len(names(here)):,} students contacted in Bridgeport" in head
    chosen = here.page.locator(".segment.chosen")
    assert f"{len(names(here)):,}" in chosen.inner_text()


def test_numbers_have_separators_and_a_dash_where_nobody_was_reached(
    coordinate: Open,
) -> None:
    shown = set()
    for order in ("reached", "-reached"):
        here = coordinate(f"/students?sort={order}")
        days = here.page.evaluate(
            "() => { const days = {}; dash_ag_grid.getApi('students-grid')"
            ".forEachNode(node => days[node.id] = node.data.reached); return days }"
        )
        for row in here.page.locator(".ag-center-cols-container .ag-row").all():
            told, known = (
                row.locator("[col-id=reached]").inner_text(),
                days[row.get_attribute("row-id")],
            )
            assert told == ("–" if known is None else f"{known:,}")
            shown.add(told)
    assert "–" in shown
    assert any("," in told for told in shown)
    everyone = f"{len(names(here)):,}"
    here.page.locator(".ag-row a").first.click()
    here.settle()
    assert here.page.locator("#student-place").inner_text() == f"1 of {everyone}"
    assert "," in everyone


def test_leadership_sees_no_list(visit: Open) -> None:
    here = visit("/students")
    assert "For coordinators" in here.page.locator("#students-state").inner_text()
    assert here.page.locator(".nav-item", has_text="Students").count() == 0


def test_a_quick_view_narrows_the_list_and_is_in_the_url(coordinate: Open) -> None:
    here = coordinate("/students")
    everyone = len(names(here))
    here.page.locator(".segment", has_text="Below expected, still chronic").click()
    here.settle()
    assert here.search() == "?list=not-responding"
    assert 0 < len(names(here)) < everyone
    statuses = here.page.locator(".ag-center-cols-container [col-id=status]").all_inner_texts()
    assert set(statuses) == {"▼ Below expected"}


def test_search_order_and_columns_are_in_the_url_and_come_back(coordinate: Open) -> None:
    here = coordinate("/students")
    asked = here.asked_for("students-grid")
    here.page.get_by_role("combobox", name="Search the list").fill("middle")
    here.page.wait_for_url("**q=middle*")
    here.page.locator(".ag-header-cell[col-id=now]").click()
    here.page.wait_for_url("**sort=now*")
    here.page.locator("details.filter summary", has_text="Columns").click()
    here.page.get_by_role("checkbox", name="Similar, since").click()
    here.page.wait_for_url("**columns=*")
    here.settle()
    shown = names(here)
    assert here.asked_for("students-grid") == asked  # the server was not asked again
    again = here.go(f"/students{here.page.evaluate('window.location.search')}")
    expect(again.page.locator(".ag-header-cell[col-id=similar]")).to_have_count(0)
    assert names(again) == shown
    assert again.page.get_by_role("combobox", name="Search the list").input_value() == "middle"


def test_list_student_next_back_and_export_by_keyboard_alone(coordinate: Open) -> None:
    here = coordinate("/students?list=not-responding")
    page, listed = here.page, names(here)
    page.get_by_role("combobox", name="Search the list").focus()
    for _ in range(12):  # on to the grid
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.ag-root') !== null"):
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    here.settle()
    heading = page.locator("h1")
    expect(heading).to_have_text(listed[0])
    assert page.locator("#student-place").inner_text() == f"1 of {len(listed)}"
    page.keyboard.press("ArrowRight")
    expect(heading).to_have_text(listed[1])
    here.settle()
    page.keyboard.press("ArrowLeft")
    expect(heading).to_have_text(listed[0])
    here.settle()
    page.locator("#student-back").focus()
    page.keyboard.press("Enter")
    here.settle()
    assert here.search() == "?list=not-responding"
    page.locator("#students-csv").focus()
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[3:]] == listed
    here.settle()


def test_a_students_page_has_the_timeline_and_every_contact(coordinate: Open) -> None:
    here = coordinate("/students?list=unreached&sort=-visits")
    here.page.locator(".ag-row a").first.click()
    here.settle()
    contacts = here.page.locator("#student-contacts tbody tr")
    marks = here.page.evaluate(
        "document.querySelector('#timeline-graph .js-plotly-plot').data"
        ".filter(trace => trace.name === 'Completed' || trace.name === 'Attempted')"
        ".reduce((total, trace) => total + trace.x.length, 0)"
    )
    assert contacts.count() == marks > 1
    assert "since the first visit on" in here.page.locator(".reason").inner_text()


def test_a_print_leaves_the_controls_out(coordinate: Open) -> None:
    here = coordinate("/students")
    here.page.locator(".ag-row a").first.click()
    here.settle()
    here.page.emulate_media(media="print")
    for control in (".top", ".filter-strip", ".ways", ".actions"):
        assert here.page.locator(control).first.is_hidden()
    assert here.page.locator("#student-contacts").is_visible()
    assert here.page.locator(".reason").is_visible()


def test_an_unknown_student_is_told_so(coordinate: Open) -> None:
    here = coordinate("/students/9999999999")
    assert "No such student on your list" in here.page.locator("#student-state").inner_text()


@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
def test_list_and_student_are_accessible_and_fit(
    coordinate: Open, device: str, scheme: str
) -> None:
    here = coordinate("/students", device=device, scheme=scheme)
    assert here.violations() == []
    assert here.overflow() == 0
    here.page.locator(".ag-row a").first.click()
    here.settle()
    assert here.violations() == []
    assert here.overflow() == 0
