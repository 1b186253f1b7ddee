"""Hostile requests: each gets its answer, none is a 500, none leaks."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from typing import Any

import pytest
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.access.conftest import Build, Site

LEAKS = (b"Hartford", b"New Haven", b"0640011")
INNARDS = (b"Traceback", b"duckdb", b"site-packages")


def renamed(body: dict[str, Any]) -> dict[str, Any]:
    body["inputs"][0]["id"] = "something-else"
    return body


def with_value(body: dict[str, Any], value: Any) -> dict[str, Any]:
    body["inputs"][0]["value"] = value
    return body


def forged(site: Site) -> TestResponse:
    session = {"_user_id": "lea#1", "started": 9e9, "seen": 9e9, "by": "password"}
    cookie = URLSafeTimedSerializer("a guessed key", salt="cookie-session").dumps(session)
    site.client.delete_cookie("session")
    site.client.set_cookie("session", cookie)
    return site.client.get("/_dash-layout")


def callback(site: Site) -> dict[str, Any]:
    return site.question("trajectory-figure", "?district=0640011")


NESTED = "[" * 10 + "]" * 10
OF_PARTS = "multipart/form-data; boundary=b"
PARTS = b'--b\r\nContent-Disposition: form-data; name="search"\r\n\r\n\xff\r\n--b--\r\n'


def sent(
    site: Site, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded"
) -> TestResponse:
    if not site.token():
        site.client.get("/sign-in")
    headers = {"X-CSRFToken": site.token()}
    return site.client.post(path, data=body, content_type=kind, headers=headers)


def no_text_in_path(site: Site) -> TestResponse:
    """As servers hand on /students/%ff; the test's client would make a sign of its own of it."""
    return site.client.get("/students", environ_overrides={"PATH_INFO": "/students/\xff"})


def posted(site: Site, body: bytes) -> TestResponse:
    return sent(site, "/_dash-update-component", body, "application/json")


Ask = Callable[[Site], TestResponse]

# What is asked, by whom (None: nobody signed in), and the answer's status.
HOSTILE: dict[str, tuple[str | None, Ask, int]] = {
    "signed out, layout": (None, lambda s: s.client.get("/_dash-layout"), 401),
    "signed out, dependencies": (None, lambda s: s.client.get("/_dash-dependencies"), 401),
    "signed out, callback": (None, lambda s: s.post(callback(s)), 401),
    "signed out, page": (None, lambda s: s.client.get("/trajectories"), 302),
    "signed out, unknown page": (None, lambda s: s.client.get("/students/1"), 302),
    "signed out, role": (None, lambda s: s.client.post("/role", data={"role": "x"}), 401),
    "forged cookie": (None, forged, 401),
    "no token": (
        "lea",
        lambda s: s.client.post("/_dash-update-component", json=callback(s)),
        400,
    ),
    "wrong token": (
        "lea",
        lambda s: s.client.post(
            "/_dash-update-component", json=callback(s), headers={"X-CSRFToken": "x"}
        ),
        400,
    ),
    "sign-out without token": ("lea", lambda s: s.client.post("/sign-out"), 400),
    "sign-in without token": (None, lambda s: s.client.post("/sign-in", data={"name": "lea"}), 400),
    "renamed input": ("lea", lambda s: s.post(renamed(callback(s))), 400),
    "unknown output": ("lea", lambda s: s.post(callback(s) | {"output": "page.style"}), 400),
    "browser's own callback": (
        "lea",
        lambda s: s.post(callback(s) | {"output": "url.search"}),
        400,
    ),
    "inputs missing": ("lea", lambda s: s.post({"output": callback(s)["output"]}), 400),
    "input not a text": ("lea", lambda s: s.post(with_value(callback(s), {"$gt": ""})), 400),
    "input a number": ("lea", lambda s: s.post(with_value(callback(s), 7)), 400),
    "input too long": ("lea", lambda s: s.post(with_value(callback(s), "?a=" + "x" * 5000)), 400),
    "body a list": ("lea", lambda s: s.post([]), 400),
    "body empty": ("lea", lambda s: s.post(None), 400),
    "body too large": ("lea", lambda s: s.post(with_value(callback(s), "x" * 300_000)), 413),
    "body deep": ("lea", lambda s: s.post(json.loads("[" * 500 + "]" * 500)), 400),
    "body deeper than can be read": ("lea", lambda s: posted(s, b"[" * 200_000), 400),
    "store deep": ("pat", lambda s: s.ask("effect-figure", {"load": json.loads(NESTED)}), 400),
    "store with a long text": ("pat", lambda s: s.ask("effect-figure", {"a": "x" * 4_001}), 400),
    "store with a long name": ("pat", lambda s: s.ask("effect-figure", {"x" * 4_001: 1}), 400),
    "store with too many values": ("pat", lambda s: s.ask("effect-figure", [1] * 25_000), 400),
    "half a letter": ("pat", lambda s: s.ask("trajectory-figure", "?a=\ud800"), 400),
    "half a letter in a path": ("cora", lambda s: s.ask("page.children", "/students/\udfff"), 400),
    "half a letter in a store": ("pat", lambda s: s.ask("effect-figure", {"a": ["\ud800"]}), 400),
    "half a letter in a name": ("pat", lambda s: s.ask("effect-figure", [{"\ud800": 1}]), 400),
    "half a letter in the id": ("pat", lambda s: s.post(callback(s) | {"\ud800": 1}), 400),
    "half a letter as bytes": ("pat", lambda s: posted(s, b'{"output": "\xed\xa0\x80"}'), 400),
    "half a letter, other letters": (
        "pat",
        lambda s: posted(s, '{"output": "\ud800"}'.encode("utf-16", "surrogatepass")),
        400,
    ),
    "no text in the address": ("pat", lambda s: s.client.get("/trajectories?a=%ff"), 400),
    "half a letter in the address": ("pat", lambda s: s.client.get("/trajectories?%ed%a0%80"), 400),
    "no text in the path": ("pat", no_text_in_path, 400),
    "no text in the path, signed out": (None, no_text_in_path, 400),
    "a per cent sign in the path": ("pat", lambda s: s.client.get("/%25ff"), 404),
    "no text in a form": ("pat", lambda s: sent(s, "/present/file", b"kind=pdf&search=%ff"), 400),
    "no text in a form, raw": ("pat", lambda s: sent(s, "/present/file", b"search=\xff"), 400),
    "no text in a form's name": ("pat", lambda s: sent(s, "/present/file", b"%ed%a0%80=1"), 400),
    "no text in a form of parts": ("pat", lambda s: sent(s, "/present/file", PARTS, OF_PARTS), 400),
    "no text in a snapshot's name": (
        "pat",
        lambda s: sent(s, "/present/snapshots", b"name=%ff"),
        400,
    ),
    "no text in a name, signing in": (None, lambda s: sent(s, "/sign-in", b"name=%ff"), 400),
    "form with a long text": (
        "pat",
        lambda s: sent(s, "/present/file", b"kind=pdf&search=" + b"x" * 4_001),
        400,
    ),
    "wrong method": ("lea", lambda s: s.client.get("/_dash-update-component"), 404),
    "path traversal": ("lea", lambda s: s.client.get("/assets/../app.py"), 404),
    "path traversal, encoded": ("lea", lambda s: s.client.get("/assets/%2e%2e/app.py"), 404),
    "path traversal, twice": ("lea", lambda s: s.client.get("/assets/..%2f..%2fusers.json"), 404),
    "unknown asset": ("lea", lambda s: s.client.get("/assets/leap.duckdb"), 404),
    "suite of another package": (
        "lea",
        lambda s: s.client.get("/_dash-component-suites/os/../app.py"),
        404,
    ),
    "sql in the search": (
        "pat",
        lambda s: s.ask("trajectory-figure", "?cohort=x' OR 1=1; DROP TABLE district;--"),
        200,
    ),
    "markup in the search": (
        "pat",
        lambda s: s.ask("trajectory-figure", "?split=<script>alert(1)</script>"),
        200,
    ),
    "store of another shape": ("pat", lambda s: s.ask("effect-figure", {"load": 1}), 200),
    "store with another search": (
        "pat",
        lambda s: s.ask("effect-figure", {"load": "x", "search": ["?"]}),
        200,
    ),
    "path of another kind": ("pat", lambda s: s.ask("page.children", "/../../etc/passwd"), 200),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_gets_its_answer_and_nothing_else(site: Build, name: str) -> None:
    who, ask, status = HOSTILE[name]
    here = site()
    if who:
        here.sign_in(who)
        here.client.get("/trajectories")
    answer = ask(here)
    assert answer.status_code == status
    assert not any(leak in answer.data for leak in INNARDS)
    if status == 200:
        assert answer.mimetype == "application/json"  # no markup, whatever it says
    else:
        assert not any(leak in answer.data for leak in LEAKS)
    if who:  # the server is as it was
        assert here.ask("trajectory-figure", "").status_code == 200


def test_a_path_of_the_address_is_text_in_the_page_and_not_markup(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    answer = here.ask("page.children", "/<img src=x onerror=alert(1)>")
    assert "There is no such page" in answer.get_data(as_text=True)
    assert answer.mimetype == "application/json"


def anything(rng: random.Random, depth: int = 0) -> Any:
    kinds: list[Callable[[], Any]] = [
        lambda: None,
        lambda: rng.choice([True, False]),
        lambda: rng.randint(-(10**12), 10**12),
        lambda: rng.uniform(-1e300, 1e300),
        lambda: "".join(rng.choices(string.printable + "\x00é\u202e\ud7ff", k=rng.randint(0, 40))),
        lambda: rng.choice(["?district=0640011&split=district", "/trajectories", "?same=1&a[]=b"]),
        lambda: f"?district=0640011{chr(rng.randint(0xD800, 0xDFFF))}",
    ]
    if depth < 3:
        kinds += [
            lambda: [anything(rng, depth + 1) for _ in range(rng.randint(0, 4))],
            lambda: {
                rng.choice(["load", "search", "id", "value", "\udc80"]): anything(rng, depth + 1)
                for _ in range(rng.randint(0, 3))
            },
        ]
    return rng.choice(kinds)()


def mangled(rng: random.Random, body: dict[str, Any]) -> Any:
    """A proper question with one to three things about it changed."""
    for _ in range(rng.randint(1, 3)):
        part = rng.choice(list(body))
        target: Any = body
        if part in ("inputs", "state") and body[part] and rng.random() < 0.8:
            target, part = rng.choice(body[part]), rng.choice(["value", "value", "id", "property"])
            if not isinstance(target, dict):
                continue
        if rng.random() < 0.1:
            target.pop(part, None)
        else:
            target[part] = anything(rng)
        if not all(isinstance(body.get(each), list) for each in ("inputs", "state")):
            break
    return body


def test_ten_thousand_malformed_questions_leave_the_server_alive(site: Build) -> None:
    here = site()
    here.sign_in("pat")
    here.client.get("/trajectories")
    rng = random.Random(2021)
    asked = [output for output, declared in here.app.callback_map.items() if "callback" in declared]
    assert len(asked) >= 10
    statuses: dict[int, int] = {}
    for number in range(10_000):
        output = asked[number % len(asked)]
        values = [
            anything(rng)
            for part in ("inputs", "state")
            for _ in here.app.callback_map[output][part]
        ]
        body = mangled(rng, here.question(output, *values))
        answer = here.post(body if rng.random() < 0.98 else anything(rng))
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, body
        assert not any(leak in answer.data for leak in INNARDS), body
    assert statuses[400] > 5_000
    assert here.ask("trajectory-figure", "").status_code == 200
