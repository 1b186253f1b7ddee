"""A student group that is switched on, in the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Open = Callable[..., Visit]


@pytest.fixture(autouse=True)
def home_language() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_STUDENT_GROUPS", "home_language")
        yield


def test_a_language_goes_from_the_bar_into_the_address_the_words_and_back(visit: Open) -> None:
    here = visit("/trajectories")
    here.choose("Home language", "Spanish")
    assert here.search() == "?home_language=Spanish"
    assert here.page.locator(".selection").inner_text().endswith("Home language: Spanish")
    here.choose("Visit modality", "Phone")
    assert here.search() == "?modality=phone&home_language=Spanish"
    here.page.go_back()
    here.settle()
    assert here.search() == "?home_language=Spanish"
    here.page.get_by_role("button", name="Clear filters").click()
    here.settle()
    assert here.search() == ""
    assert "students served: all districts" in here.page.locator(".selection").inner_text()


@pytest.mark.parametrize("device", ["laptop", "phone"])
def test_six_filters_fit_the_bar(visit: Open, device: str) -> None:
    here = visit("/trajectories?home_language=Spanish&district=0640011", device)
    here.page.locator("details.filter summary", has_text="Home language").click()
    here.settle()
    assert here.overflow() == 0
    assert here.violations() == []
    heights = here.page.locator(".filter").evaluate_all("all => all.map(one => one.offsetTop)")
    assert len(heights) == 6
    if device == "laptop":
        assert len(set(heights)) == 1
