"""Signing in through a real OpenID Connect provider in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import requests
from werkzeug.test import TestResponse

from access.audit import read_audit
from benchmarks.ports import free_port
from tests.access.conftest import SETTINGS, Build, Site
from tests.waiting import LONGEST_WAIT, until

PEOPLE = {
    "cora": {"email": "cora@example.org", "groups": ["staff", "leap-hartford"]},
    "nate": {"email": "nate@example.org", "groups": ["leap-new-haven", "leap-hartford"]},
    "lea": {"email": "lea@example.org", "groups": "leap-leaders"},
    "guest": {"email": "guest@example.org", "groups": ["visitors"]},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where the provider is."""
    port = free_port()
    environment = os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "tests.access.provider", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    until(lambda: answers(address))
    for sub, claims in PEOPLE.items():
        requests.put(f"{address}/users/{sub}", json=claims, timeout=LONGEST_WAIT).raise_for_status()
    yield address
    process.terminate()
    process.wait()


def answers(address: str) -> bool:
    with suppress(requests.ConnectionError):
        return requests.get(f"{address}/.well-known/openid-configuration", timeout=LONGEST_WAIT).ok
    return False


@pytest.fixture
def openid(site: Build, provider: str, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The dashboard, with that provider."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("LEAP_OPENID_CLIENT_SECRET", "s")
    return site(
        SETTINGS
        + f"""
[openid]
name = "School account"
discovery_url = "{provider}/.well-known/openid-configuration"
client_id = "leap"
[[openid.grants]]
claim = "groups"
value = "leap-leaders"
role = "leadership"
[[openid.grants]]
claim = "groups"
value = "leap-hartford"
role = "coordinator"
districts = ["0640011"]
[[openid.grants]]
claim = "groups"
value = "leap-new-haven"
role = "coordinator"
districts = ["0930011"]
"""
    )


def at_the_provider(here: Site, sub: str) -> tuple[str, str]:
    """Start, consent at the provider; the address asked for and the one that leads back."""
    asked = here.client.get("/openid/start").headers["Location"]
    answer = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=LONGEST_WAIT)
    return asked, answer.headers["Location"]


def follow(here: Site, back: str) -> TestResponse:
    parts = urlsplit(back)
    return here.client.get(f"{parts.path}?{parts.query}")


def changed(back: str, **parameters: str) -> str:
    parts = urlsplit(back)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | parameters
    return urlunsplit(parts._replace(query=urlencode(query)))


def test_the_sign_in_page_offers_the_provider(openid: Site) -> None:
    assert b"Sign in with School account" in openid.client.get("/sign-in").data


@pytest.mark.parametrize(
    ("sub", "role"), [("cora", b"Coordinator"), ("nate", b"Coordinator"), ("lea", b"Leadership")]
)
def test_groups_become_a_role(openid: Site, sub: str, role: bytes) -> None:
    asked, back = at_the_provider(openid, sub)
    parameters = parse_qs(urlsplit(asked).query)
    assert parameters["code_challenge_method"] == ["S256"]
    assert all(parameters[name][0] for name in ("code_challenge", "state", "nonce"))
    assert follow(openid, back).status_code == 302
    layout = openid.client.get("/_dash-layout").data
    assert role in layout
    assert f"{sub}@example.org".encode() in layout


def test_nobody_enters_without_a_grant(openid: Site) -> None:
    _asked, back = at_the_provider(openid, "guest")
    answer = follow(openid, back)
    assert answer.status_code == 403
    assert b"no role here belongs to you" in answer.data
    assert openid.client.get("/_dash-layout").status_code == 401
    last = list(read_audit(openid.folder / "audit.log"))[-1]
    assert last["what"] == "was refused"


def test_an_answer_with_another_state_is_refused(openid: Site) -> None:
    _asked, back = at_the_provider(openid, "lea")
    assert follow(openid, changed(back, state="guessed")).status_code == 403
    assert openid.client.get("/_dash-layout").status_code == 401


def test_an_answer_works_once(openid: Site) -> None:
    _asked, back = at_the_provider(openid, "lea")
    assert follow(openid, back).status_code == 302
    openid.client.post("/sign-out", data={"csrf_token": openid.token()})
    assert follow(openid, back).status_code == 403
    assert openid.client.get("/_dash-layout").status_code == 401


def test_somebody_elses_answer_is_refused(openid: Site) -> None:
    thief = Site(openid.app.server.test_client(), openid.folder, openid.app)
    _asked, back = at_the_provider(openid, "lea")
    assert follow(thief, back).status_code == 403  # no such state in the thief's session
    _asked, own = at_the_provider(thief, "guest")
    code = parse_qs(urlsplit(back).query)["code"][0]
    # The stolen code with the thief's own state: PKCE's verifier does not fit it.
    assert follow(thief, changed(own, code=code)).status_code == 403
    assert thief.client.get("/_dash-layout").status_code == 401


def test_an_answer_with_another_nonce_is_refused(openid: Site) -> None:
    _asked, back = at_the_provider(openid, "lea")
    with openid.client.session_transaction() as session:
        [key] = [name for name in session if name.startswith("_state_leap_")]
        session[key]["data"]["nonce"] = "another"
        session.modified = True
    assert follow(openid, back).status_code == 403


def test_the_providers_refusal_is_told(openid: Site) -> None:
    asked = openid.client.get("/openid/start").headers["Location"]
    state = parse_qs(urlsplit(asked).query)["state"][0]
    answer = openid.client.get(f"/openid/callback?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert b"Try again" in answer.data
