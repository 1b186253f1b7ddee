"""The page for administrators in a real browser: what it says, an upload, fit, who sees it."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from filelock import FileLock
from playwright.sync_api import expect

from reporting.demonstration import LAST_MONTH, last_month_apart, write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping
from tests.browser.conftest import Visit, served

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One invented district, loaded until May; ``june.zip`` is what came then."""
    folder = tmp_path_factory.mktemp("deliveries")
    delivery = write_demonstration(folder / "demonstration", "district", seed=2021)
    may, june = last_month_apart(delivery, LAST_MONTH, folder / "loads")
    load(may, sa.make_url(f"duckdb:///{folder}/leap.duckdb"), read_mapping(None))
    with zipfile.ZipFile(folder / "june.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in june.iterdir():
            archive.write(file, f"June 2024/{file.name}")
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Served from a database of its own, because it changes."""
    with served(LEAP_DATABASE_URL=f"duckdb:///{folder}/leap.duckdb") as address:
        yield address


def choose(here: Visit, file: Path) -> None:
    with here.page.expect_file_chooser() as chosen:
        here.page.get_by_role("button", name="Choose a zip file").click()
    chosen.value.set_files(file)


def said(here: Visit) -> str:
    """Why a file was not taken."""
    words = here.page.locator(".drop-said")
    expect(words).not_to_be_empty()
    return words.inner_text()


def test_the_page_tells_what_came_and_what_was_rejected(visit: Open) -> None:
    here = visit("/data")
    assert "data through May 31, 2024" in here.page.locator("#data-head").inner_text()
    assert "the last load rejected" in here.page.locator("#data-steps").inner_text()
    assert here.page.locator("#freshness-graph .bars .point path").count() == 39
    assert "1 of 1 districts" in here.page.locator("#freshness-summary").inner_text()
    reasons = here.page.locator("#data-rejected tbody tr").all_inner_texts()
    assert any("is more than the days enrolled" in row for row in reasons)
    assert here.page.locator("#data-loads tbody tr").count() == 1
    assert here.asked_for("data-state.children") == 1


def test_lines_and_rules_can_be_taken_along_but_no_row(visit: Open) -> None:
    here = visit("/data")
    with here.page.expect_download() as waiting:
        here.page.get_by_role("link", name="Download lines and reasons").click()
    file: Path = waiting.value.path()
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert set(rows[0]) == {"file", "line", "column", "rule", "whole_row"}
    assert len({row["file"] for row in rows}) > 1
    months = list(csv.DictReader(io.StringIO(here.download("CSV", "freshness-section").decode())))
    assert {month["state"] for month in months} == {"delivered"}


def test_what_is_no_delivery_is_told_in_the_page(visit: Open, tmp_path: Path) -> None:
    here = visit("/data")
    (tmp_path / "june.zip").write_text("not one")
    choose(here, tmp_path / "june.zip")
    assert "not a zip file that can be read" in said(here)
    here.page.evaluate("document.querySelector('.drop').dataset.largest = 3")
    choose(here, tmp_path / "june.zip")
    expect(here.page.locator(".drop-said")).to_contain_text("june.zip is larger than")
    [complaint] = here.complaints
    assert "status of 400" in complaint
    here.complaints.clear()


def test_a_load_is_followed_through_a_reload_to_its_end(visit: Open, folder: Path) -> None:
    here = visit("/data")
    with FileLock(folder / "leap.duckdb.lock"):
        choose(here, folder / "june.zip")
        state = here.page.locator("#data-upload-state")
        expect(state).to_contain_text("Waiting for another load to end")
        here.page.reload()
        expect(state).to_contain_text("june.zip")
        expect(state.get_by_role("progressbar")).to_be_visible()
        choose(here, folder / "june.zip")
        assert "One goes at a time" in said(here)
    expect(state).to_contain_text("The dashboard shows it already")
    assert "attendance.csv" in here.page.locator("#data-upload-outcomes").inner_text()
    expect(here.page.locator("#data-head")).to_contain_text("data through June 30, 2024")
    expect(here.page.locator("#freshness-graph .bars .point path")).to_have_count(40)
    here.settle()
    asked = len(here.questions)
    here.page.wait_for_timeout(2_500)
    assert len(here.questions) == asked  # nothing is running: nothing is asked
    [complaint] = here.complaints
    assert "status of 409" in complaint
    here.complaints.clear()


def test_a_file_can_be_dropped(visit: Open) -> None:
    here = visit("/data")
    dropped = here.page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['x'], 'dropped.zip')); return data; }"
    )
    here.page.dispatch_event(".drop", "dragover", {"dataTransfer": dropped})
    expect(here.page.locator(".drop.over")).to_be_visible()
    here.page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    assert "not a zip file" in said(here)
    here.complaints.clear()


def test_others_have_neither_the_page_nor_the_way_there(visit: Open) -> None:
    here = visit("/methods")
    expect(here.page.locator(".nav-item", has_text="Data")).to_be_visible()
    here.page.get_by_role("button", name="Presenter").click()
    here.page.locator(".role.chosen", has_text="Presenter").wait_for()
    here.go("/data")
    assert here.page.locator(".nav-item", has_text="Data").count() == 0
    assert "For leadership" in here.page.locator("#data-state").inner_text()
    assert here.page.locator("#data-body").is_hidden()
    assert here.page.locator(".drop").count() == 0


def test_a_phone_shows_the_last_twelve_months(visit: Open) -> None:
    here = visit("/data", "phone")
    low, high = here.page.evaluate(
        "document.querySelector('#freshness-graph .js-plotly-plot').layout.xaxis.range"
    )
    assert 12 < high - low < 14


@pytest.mark.parametrize("device", ["laptop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits(visit: Open, device: str, scheme: str) -> None:
    here = visit("/data", device, scheme)
    assert here.violations() == []
    assert here.overflow() <= 0
