"""Slides in a real browser: shown, turned, chosen, taken along, kept."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pptx import Presentation

from tests.browser.conftest import Visit
from tests.waiting import LONGEST_WAIT, until

pytestmark = pytest.mark.browser
Open = Callable[..., Visit]

NAMES = [
    "What the program did",
    "Before and after",
    "Difference by month",
    "By grade band",
    "By kind of visit",
    "By district",
    "What we cannot say yet",
    "Method",
]


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_SNAPSHOTS", str(tmp_path))


@pytest.fixture
def present(visit: Open) -> Open:
    """Opens the slides at an address and waits until they are drawn."""

    def open_slides(search: str = "", *device: str) -> Visit:
        there = visit(f"/present{search}", *device)
        drawn(there.page)
        return there

    return open_slides


def drawn(page: Page) -> None:
    page.locator(".slide.current").wait_for()
    expect(page.locator(".slide .dash-graph:not(:has(.main-svg text))")).to_have_count(0)


def title(page: Page) -> str:
    return page.locator(".slide.current h2").inner_text()


def on_stage(page: Page, place: str) -> None:
    expect(page.locator(".stage-place")).to_have_text(place)


def outline(page: Page) -> list[str]:
    return page.locator(".outline li:not(.hidden-slide) .outline-name").all_inner_texts()


def test_arrow_keys_turn_the_pages_and_stop_at_the_ends(present: Open) -> None:
    page = present().page
    on_stage(page, "Slide 1 of 8")
    assert "9,1" in title(page)
    page.keyboard.press("ArrowLeft")
    on_stage(page, "Slide 1 of 8")
    page.keyboard.press("ArrowRight")
    on_stage(page, "Slide 2 of 8")
    assert title(page).startswith("Attendance was")
    for _more in range(9):
        page.keyboard.press("ArrowRight")
    on_stage(page, "Slide 8 of 8")
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    assert page.locator(".slide-notes:visible").inner_text().startswith("What they will ask")


def test_one_slide_is_seen_and_read_at_a_time(present: Open) -> None:
    page = present().page
    assert page.locator(".slide:visible").count() == 1
    assert page.locator(".slide[aria-hidden='false']").count() == 1
    assert page.locator(".slide-notes:visible").count() == 1


def test_slides_are_hidden_moved_and_shaped_by_the_address(present: Open) -> None:
    there = present()
    page = there.page
    assert outline(page) == NAMES
    page.get_by_role("link", name="Hide").nth(0).click()
    there.settle()
    drawn(page)
    assert outline(page) == NAMES[1:]
    page.get_by_role("link", name="↓").nth(0).click()
    there.settle()
    drawn(page)
    assert outline(page) == [NAMES[2], NAMES[1], *NAMES[3:]]
    page.get_by_role("link", name="4:3").click()
    there.settle()
    drawn(page)
    assert "shape=4x3" in there.search()
    box = page.locator(".stage-frame").bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(4 / 3, rel=0.01)
    again = present(f"{page.evaluate('location.search')}").page
    assert outline(again) == outline(page)
    page.go_back()
    there.settle()
    drawn(page)
    assert "shape" not in there.search()
    assert outline(page) == [NAMES[2], NAMES[1], *NAMES[3:]]


def test_filters_change_the_slides_and_keep_the_choice(present: Open) -> None:
    there = present("?slides=effect&slides=method")
    before = title(there.page)
    there.choose("District", "Hartford")
    assert title(there.page) != before
    assert outline(there.page) == ["Difference by month", "Method"]
    assert "Hartford" in there.page.locator(".slide.current .slide-source").inner_text()


def test_the_whole_screen_shows_the_slide_alone(present: Open) -> None:
    page = present().page
    page.get_by_role("button", name="Full screen").click()
    expect(page.locator(".stage-frame:fullscreen")).to_have_count(1)
    page.keyboard.press("PageDown")
    page.keyboard.press(" ")
    on_stage(page, "Slide 3 of 8")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    on_stage(page, "Slide 1 of 8")
    until(lambda: fills_the_screen(page))


def fills_the_screen(page: Page) -> bool:
    left, top, right, bottom, width, height = page.evaluate(
        "(() => { const box = document.querySelector('.slide.current').getBoundingClientRect();"
        "return [box.left, box.top, box.right, box.bottom, innerWidth, innerHeight]; })()"
    )
    is_inside = min(left, top, width - right, height - bottom) >= -1
    return is_inside and max((right - left) / width, (bottom - top) / height) > 0.99


def test_a_finger_turns_the_pages(present: Open) -> None:
    page = present("", "phone").page
    swipe = (
        "(by) => { const frame = document.querySelector('.stage-frame');"
        "const at = (x) => [new Touch({identifier: 1, target: frame, clientX: x, clientY: 300})];"
        "frame.dispatchEvent(new TouchEvent('touchstart',"
        " {bubbles: true, changedTouches: at(200)}));"
        "frame.dispatchEvent(new TouchEvent('touchend',"
        " {bubbles: true, changedTouches: at(200 + by)})); }"
    )
    page.evaluate(swipe, -120)
    on_stage(page, "Slide 2 of 8")
    page.evaluate(swipe, 20)
    on_stage(page, "Slide 2 of 8")
    page.evaluate(swipe, 120)
    on_stage(page, "Slide 1 of 8")


@pytest.mark.parametrize("shape", ["16x9", "4x3"])
@pytest.mark.parametrize(
    "search", ["", "&district=0640011&district=0930011&grade=6-12&modality=home&modality=school"]
)
def test_no_words_of_a_slide_leave_their_place_or_are_under_twenty_points(
    present: Open, shape: str, search: str
) -> None:
    page = present(f"?shape={shape}{search}").page
    found = page.evaluate(
        """() => Array.from(document.querySelectorAll('.slide')).flatMap(slide => {
            const inside = slide.getBoundingClientRect();
            const words = slide.querySelectorAll('h2, p, li, svg text');
            return Array.from(words).filter(part => part.textContent.trim()).map(part => {
                const box = part.getBoundingClientRect();
                const holder = part.closest('h2, p, ul') || slide;
                return {
                    words: part.textContent,
                    size: parseFloat(getComputedStyle(part).fontSize),
                    out: Math.max(inside.left - box.left, box.right - inside.right,
                                  inside.top - box.top, box.bottom - inside.bottom),
                    over: holder === slide ? 0 : holder.scrollHeight - holder.clientHeight,
                };
            });
        })"""
    )
    assert len(found) > 60
    for part in found:
        assert part["size"] >= 20 * 4 / 3 - 0.1, part
        assert part["out"] <= 1, part
        assert part["over"] <= 2, part


def test_a_deck_is_taken_along_with_its_progress(present: Open) -> None:
    page = present("?district=0640011&slides=lines&slides=effect").page
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PowerPoint").click()
    assert waiting.value.suggested_filename == "leap-slides.pptx"
    slides = Presentation(io.BytesIO(waiting.value.path().read_bytes())).slides
    assert [slide.shapes.title.text for slide in slides] == [
        one.text_content() for one in page.locator(".slide h2").all()
    ]
    expect(page.locator(".made")).to_have_text("Saved as leap-slides.pptx.")
    expect(page.locator(".making")).to_be_hidden()


@pytest.mark.parametrize(
    ("button", "name", "start"),
    [
        ("PDF", "leap-slides.pdf", b"%PDF"),
        ("Handout", "leap-handout.pdf", b"%PDF"),
        ("Excel", "leap-figures.xlsx", b"PK"),
        ("CSV", "leap-figures.zip", b"PK"),
        ("PNG", "leap-slide.png", b"\x89PNG"),
        ("SVG", "leap-slide.svg", b"<?xml"),
    ],
)
def test_every_kind_of_file_comes(present: Open, button: str, name: str, start: bytes) -> None:
    page = present("?slides=effect&slides=method").page
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button, exact=True).click()
    assert waiting.value.suggested_filename == name
    assert waiting.value.path().read_bytes().startswith(start)


def test_a_file_in_the_making_is_cancelled(present: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from pages import deck_files

    steps, ended = iter(range(300)), threading.Event()

    def slow(_deck: Any, _link: str) -> Any:
        try:
            for _step in steps:
                yield 3
                ended.wait(0.2)
        finally:
            ended.set()

    monkeypatch.setitem(deck_files._MAKERS, "pptx", ("leap-slides.pptx", slow))
    page = present().page
    page.get_by_role("button", name="PowerPoint").click()
    expect(page.locator(".making-words")).to_have_text("3 of 8 done")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".made")).to_have_text("Cancelled.")
    expect(page.locator(".making")).to_be_hidden()
    assert ended.wait(LONGEST_WAIT)
    assert next(steps, None) is not None


def test_a_snapshot_is_kept_opened_and_deleted(present: Open) -> None:
    there = present("?district=0640011&slides=effect&slides=lines")
    page = there.page
    told = title(page)
    page.get_by_label("Keep these figures as").fill("Board meeting, May")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.wait_for_url("**/present?snapshot=*")
    there.settle()
    drawn(page)
    expect(page.locator(".frozen")).to_contain_text("Snapshot “Board meeting, May”")
    assert title(page) == told
    assert outline(page) == ["Difference by month", "Before and after"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    archive = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes()))
    assert "snapshot=" in archive.read("README.txt").decode()
    page.get_by_role("link", name="Today’s figures").click()
    there.settle()
    drawn(page)
    expect(page.locator(".kept")).to_contain_text("Board meeting, May")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#present-kept")).to_contain_text("None yet")


def test_a_filter_that_leaves_nobody_has_no_slides(visit: Open) -> None:
    page = visit("/present?district=1430011&grade=PK&modality=phone").page
    expect(page.locator(".state")).to_contain_text("Too few students match")
    expect(page.locator("#present-body")).to_be_hidden()


def test_an_address_of_slides_that_are_none_is_told_so(present: Open) -> None:
    page = present("?slides=hat&snapshot=0000000000000000").page
    expect(page.locator(".notices")).to_contain_text("“hat” is not a known slide")
    expect(page.locator(".notices")).to_contain_text("There is no such snapshot")
    on_stage(page, "Slide 1 of 8")


@pytest.mark.parametrize(("device", "scheme"), [("laptop", "light"), ("phone", "dark")])
def test_the_page_is_accessible_and_fits(present: Open, device: str, scheme: str) -> None:
    there = present("", device, scheme)
    assert there.violations() == []
    assert there.overflow() <= 0
