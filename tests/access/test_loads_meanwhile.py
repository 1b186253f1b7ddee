"""Loads land while people click: every answer is right, and no page mixes two loads."""

from __future__ import annotations

import json
import random
import re
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import (
    HTTPCookieProcessor,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    OpenerDirector,
    Request,
)

import pytest

from benchmarks.ports import free_port
from components.wording import NEWER_DATA
from queries import database
from tests.access.conftest import Build, Site
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, Delivery
from tests.reporting.load_process import start_load
from tests.test_documentation import ROOT
from tests.waiting import LONGEST_WAIT, until

USERS, LOADS = 50, 2

# Pages that answer in parts: the first says which load it is of, the others follow it.
IN_PARTS = ("overview", "trajectory", "districts", "district")
ADDRESS = {"pathname": "/districts/0640011", "search": ""}

Question = dict[str, Any]


@dataclass(frozen=True)
class Parts:
    """What a page asks: its first question, and those that follow the answer to it."""

    page: str
    first: Question
    following: list[Question]


def parts_of(here: Site, page: str) -> Parts:
    here.client.get("/")  # the app has its callbacks from the first request on
    first = here.question(f"{page}-shown", *given_to(here, f"{page}-shown.data"))
    following = [
        here.question(output.strip(".").split("...")[0], None)
        for output, declared in here.app.callback_map.items()
        if declared["inputs"][0]["id"] == f"{page}-shown"
    ]
    return Parts(page, first, following)


def given_to(here: Site, output: str) -> list[str]:
    [declared] = [asked for key, asked in here.app.callback_map.items() if output in key]
    return [ADDRESS[part["property"]] for part in declared["inputs"]]


def follow(question: Question, shown: Any) -> Question:
    [part] = question["inputs"]
    return question | {"inputs": [part | {"value": shown}]}


def split_off_load(page: str, answer: str) -> tuple[Any, str]:
    """What the first answer hands to those that follow, and the rest of it."""
    content = json.loads(answer)
    shown = content["response"].pop(f"{page}-shown")["data"]
    return shown, json.dumps(content)


STUDENTS = range(101, 161)


@pytest.fixture
def town(delivery: Delivery) -> Delivery:
    """Sixty students of Hartford, every third visited in December."""
    students = [f"{number:010d}" for number in STUDENTS]
    delivery.add("students", *(f"{student},A,B,2010-01-01,English" for student in students))
    stay = "2021-22,0640011,7,,2021-09-01,2022-06-14"
    delivery.add("enrollments", *(f"{student},{stay}" for student in students))
    visit = "2021-12-07,home,completed,school"
    delivery.add("visits", *(f"w{student},{student},{visit}" for student in students[::3]))
    return corrected(delivery, 0)


def corrected(delivery: Delivery, load: int) -> Delivery:
    """The attendance as a later delivery states it, and a district more; no figure stays."""
    rows = [
        f"{number:010d},0640011,{month},20,{days_attended(number, place, load)}"
        for number in STUDENTS
        for place, month in enumerate(SCHOOL_YEAR)
    ]
    delivery.write(attendance=ATTENDANCE_HEADER).add("attendance", *rows)
    return delivery.add("districts", f"099000{load},District {load}")


def days_attended(number: int, place: int, load: int) -> int:
    is_visited, is_after = number % 3 == 2, place > 3
    return 12 + number % 4 - load + (3 + load) * (is_visited and is_after)


# --- One load an answer, one load a page ------------------------------------------------------


def test_an_answer_that_a_page_asks_for_is_read_from_one_snapshot(
    site: Build, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site(None)
    opened = []
    describe = database._describe
    monkeypatch.setattr(database, "_describe", lambda seen: opened.append(seen) or describe(seen))
    questions = [parts_of(here, page).first for page in IN_PARTS]
    questions += [following for page in IN_PARTS for following in opened_page(here, page)]
    for question in [*questions, *whole_pages(here)]:
        with subtests.test(question["output"][:60]):
            opened.clear()
            assert here.post(question).status_code == 200
            assert len(opened) == 1


def whole_pages(here: Site) -> list[Question]:
    """What pages ask that come in one part."""
    outputs = ("visits-head", "present-selection", "methods-loads")
    return [here.question(output, "", "") for output in outputs]


def opened_page(here: Site, page: str) -> list[Question]:
    """What a page asks next when its first answer is there."""
    parts = parts_of(here, page)
    shown, _rest = split_off_load(page, here.post(parts.first).text)
    return [follow(question, shown) for question in parts.following]


def test_what_follows_on_a_page_is_not_answered_from_a_later_load(
    site: Build, town: Delivery, subtests: pytest.Subtests
) -> None:
    here = site(None)
    following = [question for page in IN_PARTS for question in opened_page(here, page)]
    assert len(following) == 8
    before = [here.post(question).text for question in following]
    assert not any(NEWER_DATA in answer for answer in before)
    corrected(town, 1).load()
    for question in following:
        with subtests.test(question["output"]):
            answer = here.post(question).get_json()
            told = json.dumps(answer.pop("sideUpdate"), ensure_ascii=False)
            assert NEWER_DATA in told
            assert "data-as-of" not in told  # what is seen is still of the load before
            assert not re.search("[0-9]", json.dumps(answer["response"]))
    # Opened anew, the pages show the new load.
    again = [question for page in IN_PARTS for question in opened_page(here, page)]
    for question, was in zip(again, before, strict=True):
        with subtests.test(f"{question['output']}, opened again"):
            # Without the state's public file there is no panel for it, before and after.
            assert (here.post(question).text != was) == ('"hidden":true' not in was)


# --- Loads while fifty people click -----------------------------------------------------------


@dataclass
class Answers:
    """Everything answered so far: per question the different answers, and what went wrong."""

    different: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    loads: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    count: int = 0

    def note(self, question: str, answer: str) -> None:
        self.count += 1
        self.different[question].add(answer)
        if "no data to show" in answer or "could not be shown" in answer:
            self.wrong.append(answer[:300])


@dataclass
class Person:
    """Opens pages one after the other, as a browser does."""

    address: str
    pages: list[Parts]
    answers: Answers

    def __post_init__(self) -> None:
        self.cookies = CookieJar()
        self.browser = OpenerDirector()  # as build_opener makes it, but for https, which is slow
        for handler in (HTTPHandler(), HTTPErrorProcessor(), HTTPDefaultErrorHandler()):
            self.browser.add_handler(handler)
        self.browser.add_handler(HTTPCookieProcessor(self.cookies))

    def click_until(self, over: threading.Event) -> None:
        while not over.wait(random.uniform(0, 8)):
            try:
                self.open_page(random.choice(self.pages))
            except (OSError, ValueError, KeyError) as error:
                self.answers.wrong.append(repr(error))

    def open_page(self, parts: Parts) -> None:
        self.ask("/trajectories")
        self.answers.note("layout", self.ask("/_dash-layout"))
        shown, first = split_off_load(parts.page, self.ask_part(parts.first))
        self.answers.loads.add(shown["load"])
        self.answers.note(f"first of {parts.page} of {shown['load']}", first)
        for question in parts.following:
            answer = self.ask_part(follow(question, shown))
            if NEWER_DATA not in answer:
                self.answers.note(f"{question['output']} of {shown['load']}", answer)

    def ask_part(self, question: Question) -> str:
        return self.ask("/_dash-update-component", json.dumps(question).encode())

    def ask(self, path: str, body: bytes | None = None) -> str:
        """Raises HTTPError, which is an OSError, for an answer that is an error."""
        tokens = [cookie.value or "" for cookie in self.cookies if cookie.name == "_csrf_token"]
        headers = {"Content-Type": "application/json", "X-CSRFToken": "".join(tokens)}
        question = Request(self.address + path, body, headers)  # noqa: S310 our own server
        with self.browser.open(question, timeout=LONGEST_WAIT) as answer:
            return answer.read().decode()


@contextmanager
def served() -> Iterator[str]:
    """The dashboard behind gunicorn, and its address."""
    address = f"127.0.0.1:{free_port()}"
    command = ["-m", "gunicorn", "--bind", address, "--threads", "8", "app:server"]
    server = subprocess.Popen([sys.executable, *command], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers_at(address))
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(LONGEST_WAIT)


@contextmanager
def clicking(address: str, pages: list[Parts], answers: Answers) -> Iterator[None]:
    """Fifty people open pages."""
    over = threading.Event()
    people = [Person(address, pages, answers) for _ in range(USERS)]
    threads = [threading.Thread(target=person.click_until, args=(over,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def answers_at(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as asking:
        return asking.connect_ex((host, int(port))) == 0


def test_fifty_people_click_while_loads_land_and_every_answer_is_right_and_of_one_load(
    site: Build, town: Delivery
) -> None:
    pages = [parts_of(site(None), page) for page in ("overview", "trajectory")]
    answers = Answers()
    with served() as address, clicking(address, pages, answers):
        for load in range(1, 1 + LOADS):
            until(lambda load=load: len(answers.loads) == load)
            assert start_load(corrected(town, load)).exit_code() == 0
        until(lambda: len(answers.loads) == 1 + LOADS)
    assert answers.wrong == []
    assert answers.count > USERS
    assert len(answers.different.pop("layout")) == 1 + LOADS
    of_one_load = list(answers.different.items())
    assert {len(found) for _question, found in of_one_load} == {1}
    firsts = [min(found) for question, found in of_one_load if question.startswith("first")]
    assert len(set(firsts)) == len(firsts)  # no two loads look alike
