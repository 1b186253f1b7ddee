"""Lines that say what happened, and never to whom."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from logging.config import dictConfigClass
from typing import Any

import pytest

from operations.requests import request_id
from tests.access.conftest import Build
from tests.operations.conftest import gunicorn_settings

STUDENT = "0000000001"


class Lines:
    """Reads each line once."""

    def __init__(self, written: io.StringIO) -> None:
        self._written = written

    def text(self) -> str:
        text = self._written.getvalue()
        self._written.truncate(0)
        self._written.seek(0)
        return text

    def read(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[Lines]:
    """What the server would write with LEAP_LOG=json, from here on."""
    monkeypatch.setenv("LEAP_LOG", "json")
    settings = gunicorn_settings()["logconfig_dict"]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        dictConfigClass(settings).configure_formatter(settings["formatters"]["lines"])
    )
    caplog.set_level(settings["root"]["level"])
    logging.root.addHandler(handler)
    yield Lines(written)
    logging.root.removeHandler(handler)


def test_a_line_says_what_was_asked_by_route_how_it_was_answered_and_by_which_role(
    site: Build, lines: Lines
) -> None:
    here = site()
    here.sign_in("cora", buffered=True)
    lines.read()
    answer = here.client.get("/students", buffered=True)
    [line] = lines.read()
    assert line.pop("time").endswith("+00:00")
    assert 0 <= line.pop("milliseconds") < 60_000
    assert line.pop("message").startswith("GET /<path:path> 200 in ")
    assert line == {
        "level": "INFO",
        "logger": "operations.logs",
        "request_id": answer.headers["X-Request-ID"],
        "method": "GET",
        "route": "/<path:path>",
        "callback": None,
        "status": 200,
        "role": "coordinator",
    }


def test_no_line_holds_a_name_a_student_or_what_was_searched_for(site: Build, lines: Lines) -> None:
    here = site()
    here.sign_in("cora")
    here.client.get(f"/students/{STUDENT}?search=Ada", buffered=True)
    here.ask("student-state", True, f"/students/{STUDENT}").close()
    here.ask("students-grid", "?search=Ada").close()
    here.client.get(f"/no/such/{STUDENT}", buffered=True)
    written = lines.text()
    assert "student-state.children" in written
    for told in (STUDENT, "Ada", "cora", "search", "127.0.0.1"):
        assert told not in written


def test_probes_that_succeed_are_not_logged(site: Build, lines: Lines) -> None:
    client = site().client
    lines.read()
    for path in ("/healthz", "/readyz"):
        client.get(path, buffered=True)
    assert lines.read() == []
    client.get("/metrics", buffered=True)
    assert [line["status"] for line in lines.read()] == [404]


def test_a_request_keeps_the_number_it_came_with_if_it_is_one(site: Build) -> None:
    client = site().client
    for number in ("a", "0f8e-42", "x" * 64):
        answer = client.get("/healthz", headers={"X-Request-ID": number})
        assert answer.headers["X-Request-ID"] == number
    given = ["", " ", "x" * 65, "a b", "a\tb", "../etc", "<script>", '{"a":1}', "é", "a_b"]
    numbers = [
        client.get("/healthz", headers={"X-Request-ID": number}).headers["X-Request-ID"]
        for number in given
    ]
    assert all(len(number) == 32 and number.isalnum() for number in numbers)
    assert len(set(numbers)) == len(given)


def test_a_traceback_carries_the_number_that_the_reader_is_told(
    site: Build, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = site()
    here.sign_in("lea", buffered=True)
    monkeypatch.setattr("app.page_at", lambda _path: 1 / 0)
    lines.read()
    answer = here.ask("page", "/visits")
    number = answer.headers["X-Request-ID"]
    answer.close()
    failure, request = lines.read()
    assert failure["level"] == "ERROR"
    assert "ZeroDivisionError" in failure["exc_info"]
    assert failure["request_id"] == request["request_id"] == number
    assert number in answer.text


def test_a_request_that_breaks_carries_its_number_on_its_page(
    site: Build, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("access.guard.Users.verified", lambda *_rest: 1 / 0)
    answer = site().sign_in("cora")
    assert answer.status_code == 500
    [failure] = [line for line in lines.read() if "exc_info" in line]
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert failure["request_id"] in answer.text


def test_a_stream_is_logged_when_it_ends(site: Build, lines: Lines) -> None:
    here = site()
    here.sign_in("lea")
    here.client.get("/trajectories", buffered=True)
    lines.read()
    answer = here.client.get("/data/rejected-rows.csv", buffered=False)
    assert [line for line in lines.read() if line.get("route") == "/data/rejected-rows.csv"] == []
    answer.close()
    assert [line["route"] for line in lines.read()] == ["/data/rejected-rows.csv"]


def test_between_requests_nothing_has_a_number(site: Build, lines: Lines) -> None:
    here = site()
    here.client.get("/healthz", buffered=True)
    logging.getLogger("between").warning("a load has begun")
    assert lines.read()[-1]["request_id"] is None
    assert request_id() is None


def test_a_format_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_LOG", "xml")
    with pytest.raises(ValueError, match="LEAP_LOG is “xml”: it can be plain or json"):
        gunicorn_settings()
