"""Signing in, the role switch and the content security policy in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from access import GUARD, Settings, read_settings
from access.users import Users
from app import create_app
from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]
PASSWORD = "correct horse battery"


@pytest.fixture
def with_people(address: str, tmp_path: Path) -> Iterator[None]:
    """The running server, with people who sign in."""
    assert address
    guard = create_app().server.extensions[GUARD]
    Users(tmp_path / "users.json").add("pat", "presenter", (), PASSWORD)
    guard.configure(Settings("k" * 32, users_file=tmp_path / "users.json"))
    yield
    guard.configure(read_settings({}))


@pytest.mark.parametrize("device", ["laptop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("with_people")
def test_signing_in_leads_to_the_page_asked_for_and_out_again(
    visit: Open, device: str, scheme: str
) -> None:
    page = visit("", device, scheme, settle=False)
    page.page.goto(f"{page.address}/trajectories?district=0640011")
    assert page.page.url.startswith(f"{page.address}/sign-in")
    assert page.violations() == []
    assert page.overflow() <= 0
    page.page.get_by_label("Name").fill("pat")
    page.page.get_by_label("Password").fill(PASSWORD)
    page.page.keyboard.press("Enter")
    page.settle()
    assert page.search() == "?district=0640011"
    assert "Hartford" in page.page.locator("#trajectory-selection").inner_text()
    assert "pat" in page.page.locator(".account").inner_text()
    assert page.overflow() <= 0
    page.page.get_by_role("button", name="Sign out").click()
    page.page.wait_for_url("**/sign-in")
    page.complaints.clear()  # a request that was under way may have been answered 401


def test_another_role_is_tried_with_one_click(visit: Open) -> None:
    page = visit("/trajectories?district=1430011&modality=phone&cohort=2020-21")
    page.page.get_by_role("button", name="Presenter").click()
    expect(page.page.locator(".role.chosen")).to_have_text("Presenter")
    page.settle()
    assert "Too few students match" in page.page.locator("#page").inner_text()
    assert page.search().startswith("?district=1430011")
