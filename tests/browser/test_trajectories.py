"""The core chart in a real browser."""

from __future__ import annotations

import csv
import io
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from pages import trajectories
from tests.browser.conftest import Visit
from tests.conftest import Program
from tests.waiting import LONGEST_WAIT

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]
THREE = "/trajectories?district=0640011&grade=6-12&modality=home"
NOBODY = "/trajectories?district=1430011&grade=PK&modality=phone&cohort=2020-21"
QUERY, EFFECT = "trajectory-figure", "effect-figure"


def served(visit: Visit) -> str:
    return visit.page.locator("#trajectory-selection").inner_text()


# --- The URL is the state -------------------------------------------------------------


def test_a_cold_link_shows_its_filters_and_asks_once(visit: Open) -> None:
    page = visit(THREE)
    said = page.page.locator(".filter-said").all_inner_texts()
    assert said == ["Hartford", "Grades 6–12", "Home", "All", "All"]
    assert "Hartford, Grades 6–12, Home" in served(page)
    assert page.asked_for(QUERY) == page.asked_for(EFFECT) == 1


def test_a_filter_change_asks_once_and_does_not_rebuild_the_page(visit: Open) -> None:
    page = visit(THREE)
    page.page.evaluate("document.querySelector('#trajectory-graph').dataset.mark = 'kept'")
    before = page.figure()
    page.questions.clear()
    page.choose("Cohort", "2021-22")
    assert page.search() == "?district=0640011&grade=6-12&modality=home&cohort=2021-22"
    assert page.figure() != before
    assert page.asked_for(QUERY) == page.asked_for(EFFECT) == 1
    assert len(page.questions) == 2
    mark = page.page.evaluate("document.querySelector('#trajectory-graph').dataset.mark")
    assert mark == "kept"


def test_back_and_forward_give_exactly_the_same_views(visit: Open) -> None:
    page = visit("/trajectories")
    views = [(page.search(), served(page), page.figure())]
    for filter_name, label in (("District", "New Haven"), ("Visit modality", "Home")):
        page.choose(filter_name, label)
        views.append((page.search(), served(page), page.figure()))
    page.page.get_by_role("link", name="Visitor").click()
    page.settle()
    views.append((page.search(), served(page), page.figure()))
    assert len({search for search, _served, _figure in views}) == 4
    for move, order in (("go_back", views[-2::-1]), ("go_forward", views[1:])):
        for search, words, figure in order:
            getattr(page.page, move)()
            page.settle()
            assert (page.search(), served(page), page.figure()) == (search, words, figure)
    assert page.page.locator(".filter-said").all_inner_texts()[:3] == ["New Haven", "All", "Home"]


def test_a_shared_link_gives_the_same_view(visit: Open) -> None:
    page = visit("/trajectories")
    page.choose("District", "Hartford")
    page.page.get_by_role("link", name="Grade band").click()
    page.settle()
    page.page.get_by_role("button", name="Copy link").first.click()
    page.settle()
    link = page.page.evaluate("navigator.clipboard.readText()")
    other = visit(link.removeprefix(page.address))
    assert other.figure() == page.figure()
    assert other.page.get_by_text("(chosen)").count() == 1


def test_unknown_values_are_ignored_with_a_notice(visit: Open) -> None:
    page = visit("/trajectories?district=9999999&modality=home")
    assert "“9999999” is not a known district" in page.page.locator("#notices").inner_text()
    assert page.page.locator(".filter-said").all_inner_texts()[2] == "Home"
    page.choose("Visit modality", "Phone")
    assert page.page.locator("#notices").inner_text() == ""


def test_clear_filters_keeps_the_split(visit: Open) -> None:
    page = visit(f"{THREE}&split=modality")
    page.page.get_by_role("button", name="Clear filters").click()
    page.settle()
    assert page.search() == "?split=modality"
    assert page.asked_for(QUERY) == 2


# --- States -----------------------------------------------------------------------------


def test_a_selection_without_enough_students_says_so_and_shows_a_way_out(visit: Open) -> None:
    page = visit(NOBODY)
    assert page.page.get_by_text("Too few students match").is_visible()
    assert not page.page.locator("#trajectory-graph").is_visible()
    page.page.get_by_role("link", name="Show all students").click()
    page.settle()
    assert page.page.locator("#trajectory-graph").is_visible()
    assert page.search() == ""


def test_options_say_how_many_students_they_leave(visit: Open) -> None:
    page = visit("/trajectories?district=1430011")
    page.page.locator("details.filter summary", has_text="Cohort").click()
    labels = page.page.locator("details.filter[open] label").all_inner_texts()
    assert all("(about " in label or "(fewer than 10)" in label for label in labels)
    page.page.keyboard.press("Escape")
    page.page.locator("details.filter summary", has_text="District").click()
    [torrington] = [
        label
        for label in page.page.locator("details.filter[open] label").all_inner_texts()
        if "Torrington" in label
    ]
    assert "about" not in torrington


def test_an_unknown_address_has_a_page_and_a_status_of_its_own(visit: Open) -> None:
    page = visit("/trajectories")
    answer = page.page.goto(f"{page.address}/nowhere")
    page.settle()
    assert answer is not None
    assert answer.status == 404
    assert page.page.get_by_text("There is no such page").is_visible()
    page.complaints.clear()  # the browser itself reports the 404
    page.page.get_by_role("link", name="Go to the overview").click()
    page.page.wait_for_url(f"{page.address}/")


def test_a_broken_query_says_what_to_do_and_the_page_recovers(
    visit: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    page = visit("/trajectories")
    with monkeypatch.context() as broken:
        broken.setattr(trajectories, "trajectory", lambda *_: 1 / 0)
        page.choose("District", "Hartford")
        assert page.page.get_by_text("This could not be shown").is_visible()
        assert "ZeroDivisionError" in caplog.text
    page.choose("District", "New Haven")
    assert not page.page.get_by_text("This could not be shown").is_visible()
    assert "Hartford or New Haven" in served(page)


# --- The chart ---------------------------------------------------------------------------


def test_splits_of_up_to_six_share_a_panel_and_more_get_one_each(visit: Open) -> None:
    page = visit("/trajectories?split=modality")
    assert page.page.locator("#trajectory-graph .subplot").count() == 1
    page.page.get_by_role("link", name="District", exact=True).click()
    page.settle()
    assert page.page.locator("#trajectory-graph .subplot").count() == 15


def test_hovering_reads_like_a_sentence(visit: Open) -> None:
    page = visit("/trajectories")
    page.hover(page.page.locator(".js-plotly-plot .scatterlayer .trace .points path").nth(10))
    page.page.wait_for_selector(".hoverlayer .hovertext")
    words = page.page.locator(".hoverlayer").first.text_content()
    assert "of days attended, " in words
    assert "after the first visit" in words
    assert "students, 95 % interval" in words


def test_the_data_behind_the_chart_opens_as_a_table(visit: Open) -> None:
    page = visit(THREE)
    page.page.get_by_text("Show the data").first.click()
    rows = page.page.locator("#trajectory-table tbody tr")
    assert rows.count() == 22
    assert rows.nth(8).inner_text().startswith("−1")


def test_everything_works_by_keyboard(visit: Open) -> None:
    page = visit("/trajectories")
    page.page.keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.page.locator("details.filter summary").first.focus()
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Space")
    page.settle()
    assert page.search() == "?district=0150011"
    page.page.keyboard.press("Escape")
    assert page.page.locator("details.filter[open]").count() == 0
    assert page.page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_theme_can_be_switched_and_is_remembered(visit: Open) -> None:
    page = visit("/trajectories")
    paper = "getComputedStyle(document.querySelector('.card-panel')).backgroundColor"
    light = page.page.evaluate(paper)
    page.page.get_by_role("button", name="Dark").click()
    page.settle()
    assert page.page.evaluate(paper) != light
    drawn = "document.querySelector('.js-plotly-plot').layout.paper_bgcolor"
    assert page.page.evaluate(drawn) == "#171f27"
    page.go("/trajectories")
    assert page.page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
@pytest.mark.parametrize(
    "path", ["/trajectories?split=modality", "/trajectories?split=district", NOBODY]
)
def test_no_serious_accessibility_violation_and_nothing_sticks_out(
    visit: Open, path: str, device: str, scheme: str
) -> None:
    page = visit(path, device, scheme)
    page.page.get_by_text("How to read this").first.click() if path != NOBODY else None
    page.page.locator("details.filter summary").first.click()
    assert page.violations() == []
    assert page.overflow() <= 0


# --- Downloads: held to the presenter's threshold -------------------------------------------


def test_the_csv_holds_the_figures_and_follows_the_presenters_threshold(visit: Open) -> None:
    page = visit("/trajectories?split=cohort&district=1040011")
    rows = list(csv.DictReader(io.StringIO(page.download("CSV", "trajectory-chart").decode())))
    assert len(rows) == 7 * 22
    shown = [row for row in rows if row["withheld"] == "False"]
    hidden = [row for row in rows if row["withheld"] == "True"]
    assert shown
    assert hidden
    assert min(int(row["students"]) for row in shown) >= 20
    assert all(row["rate"] == "" and row["students"] == "" for row in hidden)


def test_pictures_carry_their_title_and_source(visit: Open) -> None:
    page = visit("/trajectories?district=0640011")
    picture = page.download("SVG", "trajectory-chart").decode()
    assert "Attendance before and after the first visit: Hartford" in picture
    assert "Data through June 30, 2024" in picture
    assert "Demonstration data" in picture
    assert page.download("PNG", "trajectory-chart").startswith(b"\x89PNG")


def test_a_slow_answer_fades_the_chart_and_moves_nothing(
    visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("/trajectories")
    height = page.page.evaluate("document.querySelector('#trajectory-body').offsetHeight")
    answer = trajectories.trajectory
    may_answer = threading.Event()

    def slowly(*arguments: Any) -> Any:
        may_answer.wait(LONGEST_WAIT)
        return answer(*arguments)

    monkeypatch.setattr(trajectories, "trajectory", slowly)
    page.page.get_by_role("link", name="Grade band").click()
    page.page.wait_for_selector("#trajectory-body.loading")
    assert page.page.evaluate("document.querySelector('#trajectory-body').offsetHeight") == height
    may_answer.set()
    page.settle()
    assert page.page.locator("#trajectory-body.loading").count() == 0


def test_a_new_load_shows_in_an_open_page(
    visit: Open, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A database of its own: tests in other processes read the program's meanwhile.
    database = tmp_path / "leap.duckdb"
    shutil.copyfile(sa.make_url(program.url).database, database)
    monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{database}")
    page = visit("/trajectories")
    assert "Data through June 30, 2024" in page.page.locator("footer").first.inner_text()
    changed = shutil.copyfile(database, tmp_path / "changed.duckdb")
    with duckdb.connect(changed) as connection:
        connection.execute("UPDATE meta SET data_as_of = DATE '2024-05-31', load_id = 'later'")
        connection.execute("DELETE FROM served_student WHERE district_code = '0640011'")
    changed.replace(database)
    page.choose("Visit modality", "Home")
    assert "Data through May 31, 2024" in page.page.locator("footer").first.inner_text()
    page.page.locator("details.filter summary", has_text="District").click()
    hartford = page.page.locator("details.filter[open] label", has_text="Hartford (").last
    assert "fewer than 10" in hartford.inner_text()


# --- Would they have come back anyway? -----------------------------------------------------


def test_the_comparison_says_how_much_higher_and_shows_both_lines(visit: Open) -> None:
    page = visit("/trajectories")
    words = page.page.locator("#effect-summary").inner_text()
    assert "higher than that of similar students" in words
    assert "The second opinion, changes around the visit" in words
    expect(page.page.locator("#effect-graph .subplot")).to_have_count(2)
    page.page.get_by_text("Show the data").nth(1).click()
    rows = page.page.locator("#effect-table tbody tr")
    assert rows.count() == 22
    assert "matched" in rows.nth(7).inner_text()


def test_a_split_has_a_panel_of_the_difference_for_each_group(visit: Open) -> None:
    page = visit("/trajectories?split=modality")
    expect(page.page.locator("#effect-graph .subplot")).to_have_count(5)
    words = page.page.locator("#effect-summary").inner_text()
    assert "Six months after the first visit, against similar students, in points: " in words
    assert "Home" in words


def test_a_small_selection_gets_no_figure_and_nobody_gets_no_comparison(visit: Open) -> None:
    page = visit("/trajectories?district=1430011&modality=school")
    assert "too few" in page.page.locator("#effect-summary").inner_text()
    page.go(NOBODY)
    assert not page.page.locator("#trajectory-effect").is_visible()


def test_where_the_past_cannot_be_checked_the_words_say_so(visit: Open) -> None:
    page = visit("/trajectories?cohort=Summer+2021")
    words = page.page.locator("#effect-summary").inner_text()
    assert "do not reach a year before these visits" in words
    assert "cannot be checked" in words


def test_the_comparison_can_be_taken_along(visit: Open) -> None:
    page = visit("/trajectories")
    rows = list(csv.DictReader(io.StringIO(page.download("CSV", "trajectory-effect").decode())))
    at_six = next(row for row in rows if row["event_month"] == "6")
    gap = float(at_six["visited_rate"]) - float(at_six["comparison_rate"])
    assert gap == pytest.approx(float(at_six["effect"]), abs=1e-9)
    picture = page.download("SVG", "trajectory-effect").decode()
    assert "that of similar students" in picture


def test_a_load_between_chart_and_comparison_is_not_mixed(
    visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visit("/trajectories")
    opened = trajectories.snapshot
    calls: list[int] = []

    @contextmanager
    def newer_for_the_comparison() -> Iterator[Any]:
        calls.append(1)
        with opened() as data:
            yield replace(data, load_id="newer") if len(calls) == 2 else data

    monkeypatch.setattr(trajectories, "snapshot", newer_for_the_comparison)
    page.page.get_by_role("link", name="Grade band").click()
    page.settle()
    expect(page.page.locator("#notices")).to_contain_text("New data was loaded")
    expect(page.page.locator("#trajectory-effect")).to_be_hidden()
