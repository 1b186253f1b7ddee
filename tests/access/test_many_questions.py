"""Who asks for much at once waits, or is refused; nobody else does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from flask import Response
from werkzeug.test import TestResponse

import app
from access import GUARD, guard
from queries import effects
from queries.busy import BusyError, Places
from tests.access.conftest import Build, Site
from tests.waiting import LONGEST_WAIT, until

BUSY = "Many are asking at once. Try again in a moment."


# --- Places -------------------------------------------------------------------------------------


def test_so_many_have_a_place_so_many_wait_and_the_next_is_refused() -> None:
    places = Places(2, waiting=3)

    def use_one() -> str:
        with places:
            return "done"

    with ThreadPoolExecutor(4) as pool, places, places:
        asked = [pool.submit(use_one) for _ in range(4)]
        until(lambda: any(one.done() for one in asked))
        [refused] = [one for one in asked if one.done()]
        with pytest.raises(BusyError, match=BUSY):
            refused.result()
    assert [one.result() for one in asked if one is not refused] == ["done"] * 3


def test_who_waits_too_long_is_refused_and_takes_no_place_of_others() -> None:
    places = Places(1, waiting=1, longest=0.01)
    with ThreadPoolExecutor(1) as pool, places:
        for _ in range(5):
            with pytest.raises(BusyError):
                places.take()
        places._longest = LONGEST_WAIT
        waiting = pool.submit(places.take)
    waiting.result()


def test_an_error_gives_the_place_back() -> None:
    places = Places(1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places:
            raise ZeroDivisionError


# --- Of one person ------------------------------------------------------------------------------


@dataclass
class Slow:
    """A question that is being worked out until it is let go."""

    begun: list[str] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def answer(self, path: str | None) -> str:
        self.begun.append(str(path))
        self.let_go.wait(LONGEST_WAIT)
        return "done"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    """Pages called /slow are slow to come."""
    question = Slow()
    page_at = app.page_at

    class Page:
        def layout(self) -> str:
            return question.answer("/slow")

    monkeypatch.setattr(app, "page_at", lambda path: Page() if path == "/slow" else page_at(path))
    yield question
    question.let_go.set()


@dataclass
class Flooder:
    """Somebody signed in who asks from many connections at once."""

    site: Site
    pool: ThreadPoolExecutor
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, number: int) -> list[Future[TestResponse]]:
        return [self.pool.submit(self._one) for _ in range(number)]

    def _one(self) -> TestResponse:
        client = self.site.app.server.test_client()
        for name in ("session", "_csrf_token"):
            client.set_cookie(name, self.site.client.get_cookie(name).value)
        return Site(client, self.site.folder, self.site.app).ask("page.children", "/slow")


@pytest.fixture
def longest_wait() -> float:
    """How long a question waits for a place: in tests, as long as it takes."""
    return LONGEST_WAIT


@pytest.fixture
def flooder(site: Build, longest_wait: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flooder]:
    monkeypatch.setattr(guard, "_LONGEST_WAIT", longest_wait)
    here = site()
    here.sign_in("pat")
    here.client.get("/trajectories")
    with ThreadPoolExecutor(24) as pool:
        yield Flooder(here, pool)


def test_a_person_has_six_places_and_all_others_are_answered(flooder: Flooder, slow: Slow) -> None:
    asked = flooder.ask(24)
    until(lambda: sum(one.done() for one in asked) == 12)
    refused = [one.result() for one in asked if one.done()]
    assert {answer.status_code for answer in refused} == {429}
    assert all("You have asked for much at once" in one.get_json()["error"] for one in refused)
    assert len(slow.begun) == 6

    lea = Site(flooder.site.app.server.test_client(), flooder.site.folder, flooder.site.app)
    assert lea.sign_in("lea").status_code == 302
    assert lea.ask("trajectory-figure", "").status_code == 200

    page = flooder.site.client.get("/trajectories")
    assert page.status_code == 429
    assert "Wait a moment, then try again." in page.text
    assert flooder.site.client.get("/assets/styles.css").status_code == 200

    slow.let_go.set()
    statuses = [one.result(LONGEST_WAIT).status_code for one in asked]
    assert sorted(statuses) == [200] * 12 + [429] * 12
    assert flooder.site.client.get("/trajectories").status_code == 200


@pytest.mark.parametrize("longest_wait", [0.01])
def test_who_waits_too_long_for_a_place_is_refused(flooder: Flooder, slow: Slow) -> None:
    asked = flooder.ask(6)
    until(lambda: len(slow.begun) == 6)
    assert flooder.site.client.get("/trajectories").status_code == 429
    assert not any(one.done() for one in asked)


def test_what_twelve_parts_of_pages_ask_at_once_is_answered(flooder: Flooder, slow: Slow) -> None:
    """Three pages opened together: a page asks four questions at once at most."""
    asked = flooder.ask(12)
    until(lambda: len(slow.begun) == 6)
    slow.let_go.set()
    assert [one.result(LONGEST_WAIT).status_code for one in asked] == [200] * 12


def test_no_place_is_lost_however_a_question_ends(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site()
    here.sign_in("pat")
    here.client.get("/trajectories")
    with monkeypatch.context() as broken:
        broken.setattr(app, "page_at", lambda _path: 1 / 0)
        for _ in range(20):
            here.ask("page.children", "/broken")  # fails, and says so
            here.post({})  # is refused
            here.client.post("/_dash-update-component")  # without a token
            here.client.get("/unknown")
            here.client.head("/trajectories")
            here.client.options("/present/file")
            here.client.get("/%ff")
    [places] = here.app.server.extensions[GUARD]._places.values()
    for _ in range(6):
        places.take()


def test_an_answer_that_comes_in_parts_keeps_its_place_until_the_last(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts() -> Response:
        return Response(iter(("one", "two")))

    monkeypatch.setattr(guard, "_LONGEST_WAIT", 0.01)
    here = site()
    here.sign_in("pat")
    here.client.get("/trajectories")
    monkeypatch.setitem(here.app.server.view_functions, "data_files.rejected", parts)
    begun = [here.client.get("/data/rejected-rows.csv", buffered=False) for _ in range(6)]
    assert here.client.get("/trajectories").status_code == 429
    for answer in begun:
        answer.close()
    assert here.client.get("/trajectories").status_code == 200


# --- Fits ---------------------------------------------------------------------------------------


def test_a_fit_is_refused_where_ten_wait_and_the_page_says_so(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site()
    here.sign_in("lea")
    monkeypatch.setattr(effects, "_fitting", Places(0, waiting=0))
    search = "?district=0640011&grade=7"
    load = here.ask("trajectory-figure", search).get_json()["response"]["trajectory-shown"]["data"]
    answer = here.ask("effect-figure", load)
    assert answer.status_code == 503
    assert answer.get_json() == {"error": BUSY}


def test_slides_that_need_such_a_fit_are_refused_in_words(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        with Places(0, waiting=0):
            pass

    monkeypatch.setattr("pages.deck_files.current_deck", busy)
    here = site()
    here.sign_in("lea")
    answer = here.client.post(
        "/present/file",
        data={"kind": "pdf", "search": ""},
        headers={"X-CSRFToken": here.token(), "Accept": "application/json"},
    )
    assert answer.status_code == 503
    assert answer.get_json() == {"error": BUSY}
