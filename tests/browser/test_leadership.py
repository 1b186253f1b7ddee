"""Overview, districts, one district: figures, the ways between them, fit and accessibility."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]

PAGES = ("/", "/districts", "/districts/0640011")
SMALL = "/?district=1430011&modality=phone&cohort=2020-21"  # nobody, or a few


def card(here: Visit, name: str) -> str:
    return here.page.locator(".card-of-figure", has_text=name).locator(".card-figure").inner_text()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
def test_the_page_is_accessible_and_fits(visit: Open, path: str, device: str, scheme: str) -> None:
    here = visit(path, device=device, scheme=scheme)
    assert here.violations() == []
    assert here.overflow() == 0


def test_the_overview_shows_six_figures_that_follow_the_filters(visit: Open) -> None:
    here = visit("/")
    assert here.page.locator(".card-of-figure").count() == 6
    everybody = int(card(here, "Students served").replace(",", ""))
    assert "about" in here.page.locator("#overview-said").inner_text()
    here.choose("District", "New Haven")
    new_haven = int(card(here, "Students served").replace(",", ""))
    assert 1_000 < new_haven < everybody
    assert here.search() == "?district=0930011"
    here.choose("Grade", "Grades 6–12")
    assert card(here, "Students served").startswith("about ")
    here.page.get_by_role("link", name="Month by month").first.click()
    here.page.wait_for_url("**/trajectories?district=0930011&grade=6-12")


def test_too_few_students_are_said_to_be_too_few(visit: Open) -> None:
    here = visit(SMALL)
    assert "Too few students match" in here.page.locator("#overview-state").inner_text()
    assert here.page.locator("#overview-body").is_hidden()


def test_a_dot_of_the_ranking_leads_to_its_district_and_the_table_too(visit: Open) -> None:
    here = visit("/?grade=6-12")
    here.page.locator("#overview-ranking-section summary", has_text="Show the data").click()
    link = here.page.locator("#overview-ranking-table a").first
    name = link.inner_text()
    link.focus()
    here.page.keyboard.press("Enter")
    here.settle()
    expect(here.page.locator("h1")).to_have_text(name)
    assert here.search() == "?grade=6-12"
    here.page.go_back()
    here.settle()
    here.click(here.page.locator("#overview-ranking-graph .points path").first)
    here.page.wait_for_url("**/districts/*")
    expect(here.page.locator("h1")).to_have_text(name)


def test_the_districts_can_be_sorted_and_opened(visit: Open) -> None:
    here = visit("/districts")
    rows = here.page.locator("#districts-grid .ag-center-cols-container .ag-row")
    assert rows.count() == 15
    here.page.locator("#districts-grid .ag-header-cell", has_text="Served").click()
    here.settle()
    served = here.page.locator("#districts-grid .ag-cell[col-id='served']").all()
    order = sorted(
        (int(cell.locator("xpath=..").get_attribute("row-index") or 0), cell.inner_text())
        for cell in served
    )
    counts = [int(text.replace(",", "")) for _row, text in order]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    here.page.get_by_role("link", name="Norwich").click()
    here.settle()
    assert here.page.locator("h1").inner_text() == "Norwich"
    assert card(here, "Students served") == f"{counts[-1]:,}"


def test_a_district_has_its_schools_groups_peers_and_deliveries(visit: Open) -> None:
    here = visit("/districts/0640011?modality=home")
    assert here.page.locator("#district-selection").inner_text() == "Home"
    assert here.page.locator("#district-schools tbody tr").count() == 22
    assert here.page.locator("#district-peers tbody tr").count() == 5
    assert "40 school months" in here.page.locator("#district-quality").inner_text()
    assert here.page.locator("#district-groups-graph .points path").count() > 5
    assert "completed visits" in here.page.locator("#district-volume-summary").inner_text()
    content = here.download("CSV", "district-months-section")
    frame = pd.read_csv(io.BytesIO(content))
    assert set(frame["district_code"]) == {"0640011", "all"}


def test_a_district_stands_beside_its_official_rate_and_the_states(visit: Open) -> None:
    here = visit("/districts/0640011?grade=6-12")
    said = here.page.locator("#district-published-summary").inner_text()
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert "(June 2022 edition, July 22, 2022): Hartford 85.6 % in 2021-22 to date" in said
    assert "Connecticut 91.7 %" in said
    assert "the students here are invented" in said
    assert "similar students" in here.page.locator("#district-published-notes").inner_text()
    assert here.page.locator("#district-published-graph .trace.scatter").count() == 5
    frame = pd.read_csv(io.BytesIO(here.download("CSV", "district-published-section")))
    assert frame["rate"].iloc[:3].tolist() == [0.8564, 0.8325, 0.9082]


def test_a_district_nobody_knows_is_said_to_be_unknown(visit: Open) -> None:
    here = visit("/districts/0009999")
    assert "There is no such district" in here.page.locator("#district-state").inner_text()
    assert here.page.locator("#district-body").is_hidden()


def test_the_way_to_the_method_keeps_the_filters(visit: Open) -> None:
    here = visit("/?grade=6-12")
    here.page.locator("#overview-lines-section summary", has_text="How to read").click()
    here.page.get_by_role("link", name="Every definition and the method").first.click()
    here.page.wait_for_url("**/methods?grade=6-12")


def test_flow_and_calendar_stand_on_the_visits_page(visit: Open) -> None:
    here = visit("/visits")
    flow = here.page.locator("#flow-graph .annotation-text").all_text_contents()
    assert any("Families contacted" in words for words in flow)
    cells = here.page.evaluate(
        "document.querySelector('#calendar-graph .js-plotly-plot').data[0].x.length"
    )
    assert cells > 100
