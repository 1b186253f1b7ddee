"""A program in its first autumn, in the browser: search, one week of visits, August, a district."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, expect

from reporting.load import load
from reporting.mapping import read_mapping
from tests.browser.conftest import Visit, served
from tests.browser.test_students import coordinate
from tests.conftest import Delivery

__all__ = ["coordinate"]

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]

SCHOOLS = {
    "0641001": "Hartford High 1",
    "0641002": "Hartford High 2",
    "0641010": "Hartford High 10",
}
NAMED = {1: "Núñez", 2: "Müller", 3: unicodedata.normalize("NFD", "Désiré")}
HARTFORD, NEW_HAVEN = range(1, 31), range(31, 43)
MONTHS = ("2021-08", "2021-09", "2021-10", "2021-11")


def school_of(number: int) -> str:
    """12 students of High 1, 10 of High 2, 8 of High 10."""
    return list(SCHOOLS)[(number > 12) + (number > 22)]


def written(delivery: Delivery) -> Delivery:
    """42 students; each of Hartford was visited at home in the week of November 8."""
    ids = {number: f"{number:010d}" for number in (*HARTFORD, *NEW_HAVEN)}
    district = {number: "0640011" if number in HARTFORD else "0930011" for number in ids}
    (delivery.folder / "DEMONSTRATION").touch()
    return delivery.write(
        districts="district_code,district_name\n0640011,Hartford\n0930011,New Haven\n",
        schools="school_code,school_name,district_code\n"
        + "".join(f"{code},{name},0640011\n" for code, name in SCHOOLS.items()),
        students="student_id,first_name,last_name\n"
        + "".join(f"{one},Ann,{NAMED.get(at, f'Example{at}')}\n" for at, one in ids.items()),
        enrollments="student_id,school_year,district_code,school_code,grade\n"
        + "".join(
            f"{one},2021-22,{district[at]},{school_of(at) if at in HARTFORD else ''},9\n"
            for at, one in ids.items()
        ),
        attendance="student_id,district_code,month,days_enrolled,days_attended\n"
        + "".join(
            f"{one},{district[at]},{month},20,{15 + at % 5}\n"
            for at, one in ids.items()
            for month in MONTHS
        ),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(
            f"v{one},{one},2021-11-{8 + at % 5:02d},home,completed,school\n"
            for at, one in ids.items()
            if at in HARTFORD
        ),
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Served from a small database of its own."""
    folder = tmp_path_factory.mktemp("small")
    url = f"duckdb:///{folder}/leap.duckdb"
    delivery = Delivery(folder / "delivery", url).write()
    load(written(delivery).folder, sa.make_url(url), read_mapping(None))
    with served(LEAP_DATABASE_URL=url) as address:
        yield address


# --- Search ---------------------------------------------------------------------------------


def search(here: Visit, text: str, found: str) -> None:
    """Type into the list's search, and wait for the words that say how many are found."""
    here.page.get_by_role("combobox", name="Search the list").fill(text)
    expect(here.page.locator("#students-found")).to_have_text(found)


def names(here: Visit) -> Locator:
    return here.page.locator(".ag-pinned-left-cols-container [col-id=name]")


def test_a_name_is_found_however_its_accents_are_typed_and_so_is_a_number(
    coordinate: Open,
) -> None:
    here = coordinate("/students")
    expect(here.page.locator("#students-found")).to_have_text("30 students")
    for text, number in (
        ("Nunez", 1),
        ("NÚÑEZ", 1),
        ("Muller", 2),
        ("Desire", 3),
        (unicodedata.normalize("NFC", "Désiré"), 3),
        (unicodedata.normalize("NFD", "Désiré"), 3),
        ("0000000002", 2),
        ("ann nunez", 1),
    ):
        search(here, text, "1 of 30 students")
        expect(names(here)).to_have_text([f"{NAMED[number]}, Ann"])
    assert here.page.locator(".ag-header-cell[col-id=id]").count() == 0  # it is not shown


def test_a_schools_name_lists_that_school_alone_on_screen_in_the_address_and_in_the_file(
    coordinate: Open,
) -> None:
    here = coordinate("/students")
    search(here, "hartford high 1", "12 students of Hartford High 1")
    here.page.wait_for_url("**q=hartford*")
    again = here.go(f"/students{here.page.evaluate('window.location.search')}")
    expect(again.page.locator("#students-found")).to_have_text("12 students of Hartford High 1")
    with again.page.expect_download() as waiting:
        again.page.locator("#students-csv").click()
    text = waiting.value.path().read_bytes().decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text)))[2:]
    assert {row[head.index("School")] for row in rows} == {"Hartford High 1"}
    assert len(rows) == 12
    assert "found by searching for “hartford high 1”: 12 students" in text
    here.settle()


def test_a_school_with_nobody_in_the_list_does_not_give_way_to_another(coordinate: Open) -> None:
    here = coordinate("/students?list=attempted-only&q=Hartford+High+1")
    expect(here.page.locator("#students-found")).to_have_text("0 students of Hartford High 1")
    expect(here.page.locator(".ag-overlay-no-rows-center")).to_have_text("No student matches.")


def test_part_of_a_schools_name_is_looked_for_as_it_is_typed(coordinate: Open) -> None:
    here = coordinate("/students")
    search(here, "High 2", "10 of 30 students")
    search(here, '"high 1"', "12 of 30 students")  # not High 10
    search(here, "Hartford High", "30 of 30 students")


# --- One week of visits ---------------------------------------------------------------------


def test_the_first_week_of_visits_is_one_bar_with_its_date(coordinate: Open) -> None:
    here = coordinate("/visits")
    bar = here.page.locator("#volume-graph .bars .point path")
    expect(bar).to_have_count(1)
    box, whole = bar.bounding_box(), here.page.locator("#volume-graph").bounding_box()
    assert box is not None
    assert whole is not None
    assert 20 < box["width"] < whole["width"] / 5
    expect(here.page.locator("#volume-graph .xtick")).to_have_text(["Nov 82021"])  # two lines


# --- August ---------------------------------------------------------------------------------


def test_august_stands_left_of_september(visit: Open) -> None:
    here = visit("/districts/0640011")
    points = here.page.locator("#district-years-graph .scatterlayer .trace").first.locator(".point")
    boxes = [point.bounding_box() for point in points.all()]
    left = [box["x"] for box in boxes if box]
    assert len(left) == len(MONTHS)
    assert left == sorted(left)
    ticks = here.page.locator("#district-years-graph .xtick").all_text_contents()
    assert ticks[:2] == ["Aug", "Nov"]


# --- A district's page and the filter -------------------------------------------------------


def district_said(here: Visit) -> str:
    filters = here.page.locator("details.filter", has_text="District")
    return filters.locator(".filter-said").inner_text()


def test_the_filter_and_the_page_of_a_district_are_one(visit: Open) -> None:
    here = visit("/districts/0640011?grade=9")
    assert district_said(here) == "Hartford"
    here.choose("District", "New Haven")
    here.page.wait_for_url("**/districts/0930011?grade=9")
    expect(here.page.locator("h1")).to_have_text("New Haven")
    assert district_said(here) == "New Haven"
    here.page.go_back()
    here.settle()
    expect(here.page.locator("h1")).to_have_text("Hartford")
    assert district_said(here) == "Hartford"
    here.page.go_forward()
    here.settle()
    expect(here.page.locator("h1")).to_have_text("New Haven")
    assert district_said(here) == "New Haven"


def test_another_filter_keeps_the_district_out_of_the_address_of_its_page(visit: Open) -> None:
    here = visit("/districts/0640011")
    here.choose("Grade", "Grades 6–12")
    assert here.page.url.endswith("/districts/0640011?grade=6-12")
    assert district_said(here) == "Hartford"


def test_no_district_chosen_leads_to_all_of_them_and_so_does_clearing(visit: Open) -> None:
    here = visit("/districts/0640011?grade=9")
    here.choose("District", "Hartford")
    here.page.wait_for_url("**/districts?grade=9")
    assert district_said(here) == "All"
    here.page.go_back()
    here.settle()
    here.page.get_by_role("button", name="Clear filters").click()
    here.page.wait_for_url("**/districts")


def test_several_districts_are_chosen_beside_each_other(visit: Open) -> None:
    here = visit("/districts/0640011?grade=9")
    here.page.locator("details.filter summary", has_text="District").click()
    here.page.get_by_role("link", name="Choose several side by side").click()
    here.page.wait_for_url("**/districts?district=0640011&grade=9")
    here.page.get_by_role("checkbox", name="New Haven").click()
    here.page.wait_for_url("**/districts?district=0640011&district=0930011&grade=9")
    here.settle()


def test_the_path_wins_over_a_district_in_the_address(visit: Open) -> None:
    here = visit("/districts/0640011?district=0930011&grade=9")
    expect(here.page.locator("h1")).to_have_text("Hartford")
    assert district_said(here) == "Hartford"
    assert here.page.locator("#district-selection").inner_text() == "Grade 9"


def test_a_district_goes_along_to_other_pages_but_not_to_the_table_of_all(visit: Open) -> None:
    here = visit("/districts/0640011?grade=9")
    ways = {
        link.inner_text(): link.get_attribute("href")
        for link in here.page.locator("#navigation a").all()
    }
    assert ways["Overview"] == "/?district=0640011&grade=9"
    assert ways["Districts"] == "/districts?grade=9"
    here.page.get_by_role("link", name="All districts").first.click()
    here.page.wait_for_url("**/districts?grade=9")
    here.settle()
