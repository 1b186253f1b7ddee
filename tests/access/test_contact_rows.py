"""Pages and files of contacts, over HTTP: one student's are those of nobody, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from components.wording import NOTHING_TOLD
from tests.access.conftest import Build, Site
from tests.conftest import Delivery
from tests.queries.test_contact_rows import HISTORIES, NEW_HAVEN, write_program

CHARTS = ("volume", "calendar", "flow", "waits", "repeats")
ONE, NOBODY = f"?district={NEW_HAVEN}", f"?district={NEW_HAVEN}&grade=12"


@pytest.fixture(params=HISTORIES)
def here(request: pytest.FixtureRequest, site: Build, delivery: Delivery) -> Site:
    """New Haven has one student contacted."""
    write_program(delivery, HISTORIES[request.param])
    return site()


def file(here: Site, chart: str, address: str) -> str:
    answer = here.ask(f"{chart}-csv.data", 1, address).get_json()["response"]
    content: str = answer[f"{chart}-csv"]["data"]["content"]
    return content


@pytest.mark.parametrize("name", ["lea", "cora", "pat"])
def test_the_files_of_one_students_contacts_have_no_row_and_say_why(here: Site, name: str) -> None:
    here.sign_in(name)
    for chart in CHARTS:
        content = file(here, chart, ONE)
        assert content == file(here, chart, NOBODY)
        reason, source = content.strip().splitlines()
        assert reason == f'"{NOTHING_TOLD}"' or reason == NOTHING_TOLD
        assert "Counts are rounded to the nearest 5" in source
    page = f"http://localhost/districts/{NEW_HAVEN}"
    content = file(here, "district-volume", page)
    assert content == file(here, "district-volume", f"{page}?grade=12")
    assert NOTHING_TOLD in content


@pytest.mark.parametrize("name", ["lea", "cora", "pat"])
def test_the_page_of_one_students_contacts_is_that_of_nobody(here: Site, name: str) -> None:
    here.sign_in(name)

    def shown(search: str) -> dict[str, Any]:
        answer: dict[str, Any] = here.ask("visits-state", search).get_json()["response"]
        return answer

    assert shown(ONE) == shown(NOBODY)
    assert shown(ONE)["visits-body"]["hidden"]
