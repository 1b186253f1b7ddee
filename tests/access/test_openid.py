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
from access.people import person_of_claims
from access.settings import Grant, OpenId
from benchmarks.ports import free_port
from tests.access.conftest import SETTINGS, Build, Site
from tests.waiting import LONGEST_WAIT, until

PEOPLE = {
    "cora": {"email": "cora@example.org", "groups": ["staff", "leap-hartford"]},
    "nate": {"email": "nate@example.org", "groups": ["leap-new-haven", "leap-hartford"]},
    "lea": {"email": "lea@example.org", "groups": "leap-leaders"},
    "guest": {"email": "guest@example.org", "groups": ["visitors"]},
    "chief": {"email": "chief@example.org"},
    "thief": {"email": "chief@example.org"},
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
    for sub, given in PEOPLE.items():
        claims = {"email_verified": sub != "thief"} | given
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
[[openid.grants]]
claim = "email"
value = "chief@example.org"
role = "presenter"
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
    assert "no grant fits the claims" in last["why"]


def test_an_address_that_nobody_verified_grants_nothing(
    openid: Site, caplog: pytest.LogCaptureFixture
) -> None:
    assert follow(openid, at_the_provider(openid, "thief")[1]).status_code == 403
    assert openid.client.get("/_dash-layout").status_code == 401
    assert "the email is not said to be verified" in caplog.text
    assert "chief" not in caplog.text
    assert follow(openid, at_the_provider(openid, "chief")[1]).status_code == 302
    assert b"Presenter" in openid.client.get("/_dash-layout").data


OPENID = OpenId("x", "https://x", "x", "x", (Grant("email", "a@x.org", "presenter"),))
IN_LEADERS = OpenId("x", "https://x", "x", "x", (Grant("groups", "g", "leadership"),))
ADDRESS = {"sub": "1", "email": "a@x.org", "groups": ["g"]}


@pytest.mark.parametrize("yes", [True, "true", 1, "1"])
@pytest.mark.parametrize("name", ["email_verified", "xms_edov"])  # Entra ID has the second alone
def test_an_address_counts_where_the_provider_says_it_is_verified(name: str, yes: object) -> None:
    person = person_of_claims(OPENID, ADDRESS | {name: yes})
    assert person is not None
    assert person.name == "a@x.org"


@pytest.mark.parametrize("no", [False, None, "false", 0, "0", "", [], ["true"], {}, "True "])
@pytest.mark.parametrize("name", ["email_verified", "xms_edov", "other"])
def test_an_address_in_doubt_is_neither_a_grant_nor_a_name(name: str, no: object) -> None:
    claims = ADDRESS | {name: no}
    assert person_of_claims(OPENID, claims) is None
    known = person_of_claims(IN_LEADERS, claims)
    chosen = person_of_claims(IN_LEADERS, claims | {"preferred_username": "a@x.org"})
    assert known is not None
    assert chosen is not None
    assert (known.name, chosen.name) == ("1", "a@x.org (1)")


def test_an_answer_with_another_state_is_refused_and_the_log_says_why(
    openid: Site, caplog: pytest.LogCaptureFixture
) -> None:
    _asked, back = at_the_provider(openid, "lea")
    with caplog.at_level("WARNING"):
        assert follow(openid, changed(back, state="guessed")).status_code == 403
    assert openid.client.get("/_dash-layout").status_code == 401
    assert "MismatchingStateError: mismatching_state" in caplog.text


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


def test_the_providers_refusal_is_told(openid: Site, caplog: pytest.LogCaptureFixture) -> None:
    asked = openid.client.get("/openid/start").headers["Location"]
    state = parse_qs(urlsplit(asked).query)["state"][0]
    said = "error_description=lea%0Ais+out"
    answer = openid.client.get(f"/openid/callback?error=access_denied&{said}&state={state}")
    assert answer.status_code == 403
    assert b"Try again" in answer.data
    assert "OAuthError: access_denied" in caplog.text
    assert "is out" not in caplog.text  # a description may name the person
    last = list(read_audit(openid.folder / "audit.log"))[-1]
    assert last["why"] == "access_denied: lea\nis out"
