"""The bound of questions that a person may ask at once, as who opens pages meets it: never.

Questions that are refused all the same are asked again, and told in words at last.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from access import GUARD, Settings, guard, read_settings
from access.users import Users
from app import create_app
from tests.browser.conftest import Visit
from tests.waiting import LONGEST_WAIT

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]
PASSWORD = "correct horse battery"
QUESTIONS = re.compile("/_dash-update-component")
WORDS = "You have asked for much at once, and it is still being worked out."
PATHS = ("/", "/districts", "/trajectories", "/visits", "/methods", "/present", "/data")


@pytest.fixture
def lea(visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Leadership, signed in; a machine as slow as it may be refuses nobody for its slowness."""
    monkeypatch.setattr(guard, "_LONGEST_WAIT", LONGEST_WAIT)
    page = visit("/methods")
    the_guard = create_app().server.extensions[GUARD]
    Users(tmp_path / "users.json").add("lea", "leadership", (), PASSWORD)
    the_guard.configure(Settings("k" * 32, users_file=tmp_path / "users.json"))
    page.page.goto(f"{page.address}/sign-in")
    page.page.get_by_label("Name").fill("lea")
    page.page.get_by_label("Password").fill(PASSWORD)
    page.page.keyboard.press("Enter")
    page.settle()
    yield page
    the_guard.configure(read_settings({}))


def statuses_of(page: Page) -> list[int]:
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status))
    return statuses


@pytest.mark.parametrize("path", PATHS)
def test_a_page_with_all_its_charts_is_answered_within_the_bound(lea: Visit, path: str) -> None:
    statuses = statuses_of(lea.page)
    lea.go(path)
    assert lea.questions
    assert [status for status in statuses if status >= 400] == []
    assert lea.page.locator("#notices").inner_text() == ""


def test_three_pages_opened_together_are_all_answered(lea: Visit) -> None:
    tabs = [lea.page.context.new_page() for _ in range(3)]
    statuses = [statuses_of(tab) for tab in tabs]
    for tab in tabs:
        tab.goto(f"{lea.address}/trajectories?district=0640011&grade=7", wait_until="commit")
    for tab in tabs:
        expect(tab.locator("#effect-graph .subplot").first).to_be_visible()
        expect(tab.locator("#trajectory-graph .subplot").first).to_be_visible()
        assert tab.locator("#notices").inner_text() == ""
    assert [status for tab in statuses for status in tab if status >= 400] == []


def refuse(route: Route) -> None:
    route.fulfill(status=429, content_type="application/json", body=json.dumps({"error": WORDS}))


def test_a_question_that_is_refused_is_asked_again(lea: Visit) -> None:
    asked: dict[str, Iterator[int]] = {}

    def refuse_the_first(route: Route) -> None:
        """Each question once."""
        question: Any = route.request.post_data_json
        again = next(asked.setdefault(question["output"], count()))
        route.continue_() if again else refuse(route)

    lea.page.route(QUESTIONS, refuse_the_first)
    lea.page.goto(f"{lea.address}/trajectories?district=0640011")
    expect(lea.page.locator("#effect-graph .subplot").first).to_be_visible()
    expect(lea.page.locator("#trajectory-graph .subplot").first).to_be_visible()
    lea.settle()
    assert lea.page.locator("#notices").inner_text() == ""
    assert min(map(next, asked.values())) == 2
    forget_refusals(lea)


def test_a_question_that_is_refused_for_long_is_told_in_words_until_one_is_answered(
    lea: Visit,
) -> None:
    lea.go("/trajectories")
    lea.page.route(QUESTIONS, refuse)
    lea.choose("District", "Hartford")
    expect(lea.page.locator("#notices")).to_have_text(WORDS)
    lea.page.unroute(QUESTIONS)
    lea.choose("District", "New Haven")
    expect(lea.page.locator("#trajectory-selection")).to_contain_text("New Haven")
    expect(lea.page.locator("#notices")).to_have_text("")
    forget_refusals(lea)


def forget_refusals(lea: Visit) -> None:
    """The browser tells every answer of this kind on its console, and Dash every question."""
    lea.complaints[:] = [one for one in lea.complaints if "429" not in one and WORDS not in one]
