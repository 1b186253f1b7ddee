"""Signing in and out, sessions, refusals, and what is recorded of it."""

from __future__ import annotations

import base64
import re
import stat

import pytest
from flask import Flask

from access import SignInNeededError
from access.audit import read_audit
from access.users import UserError, Users
from app import create_app
from queries.database import DatabaseUnavailableError
from tests.access.conftest import PASSWORD, PEOPLE, SETTINGS, Build, Site
from tests.conftest import Delivery

VIEW = "/trajectories?district=0640011"


# --- Without signing in: invented students alone, on this machine alone ---------------------


def test_real_data_is_not_served_without_signing_in(delivery: Delivery) -> None:
    delivery.load()
    with pytest.raises(SignInNeededError, match="Set LEAP_SETTINGS"):
        create_app()


def test_without_a_database_the_program_says_how_to_make_one(delivery: Delivery) -> None:
    assert delivery.folder.exists()
    with pytest.raises(DatabaseUnavailableError, match="python -m reporting demo"):
        create_app()


def test_other_machines_and_other_names_are_refused(site: Build) -> None:
    client = site(None).client
    assert client.get("/trajectories").status_code == 200
    for path in ("/trajectories", "/_dash-layout", "/assets/styles.css"):
        elsewhere = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
        rebound = client.get(path, headers={"Host": "evil.example:8050"})
        for answer in (elsewhere, rebound):
            assert answer.status_code == 403
            assert b"Hartford" not in answer.data


def test_a_real_database_that_takes_the_place_of_the_demonstration_is_not_served(
    site: Build, delivery: Delivery
) -> None:
    here = site(None)
    assert here.ask("page.children", "/trajectories").status_code == 200
    (delivery.folder / "DEMONSTRATION").unlink()
    (delivery.folder.parent / "leap.duckdb").unlink()
    delivery.load()
    assert b"Hartford" not in here.client.get("/_dash-layout").data
    assert b"signing in is not set up" in here.ask("trajectory-figure", "").data


def test_every_role_can_be_tried_on_demonstration_data(site: Build) -> None:
    here = site(None)
    assert b'"Leadership"' in here.client.get("/_dash-layout").data
    form = {"role": "presenter", "next": VIEW, "csrf_token": here.token()}
    answer = here.client.post("/role", data=form)
    assert answer.headers["Location"] == VIEW
    assert b"fewer than 20" in here.ask("trajectory-figure", "").data
    here.client.post("/role", data=form | {"role": "emperor", "next": "//evil.example"})
    assert b"fewer than 20" in here.ask("trajectory-figure", "").data
    here.client.post("/role", data=form | {"role": "leadership"})
    assert b"fewer than 10" in here.ask("trajectory-figure", "").data


# --- Signing in ---------------------------------------------------------------------------------


def test_signed_out_documents_lead_to_the_sign_in_page_and_back(site: Build) -> None:
    here = site()
    answer = here.client.get(VIEW)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=/trajectories")
    page = here.client.get(answer.headers["Location"])
    assert b"Sign in" in page.data
    form = {"name": "lea", "password": PASSWORD, "csrf_token": here.token()}
    entered = here.client.post("/sign-in", data=form)
    assert entered.headers["Location"] == VIEW
    assert here.client.get(VIEW).status_code == 200
    assert here.ask("trajectory-figure", "?district=0640011").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_signing_in_never_leads_to_another_site(site: Build, elsewhere: str) -> None:
    here = site()
    here.client.get("/sign-in", query_string={"next": elsewhere})
    form = {"name": "lea", "password": PASSWORD, "csrf_token": here.token()}
    assert here.client.post("/sign-in", data=form).headers["Location"] == "/"


@pytest.mark.parametrize(("name", "password"), [("lea", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(
    site: Build, name: str, password: str
) -> None:
    answer = site().sign_in(name, password)
    assert answer.status_code == 401
    assert b"The name or the password is wrong." in answer.data


def test_signing_out_ends_the_session_even_for_a_copied_cookie(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    copied = here.client.get_cookie("session").value
    assert here.client.post("/sign-out", data={"csrf_token": here.token()}).status_code == 302
    assert here.client.get("/_dash-layout").status_code == 401
    here.client.set_cookie("session", copied)
    assert here.client.get("/_dash-layout").status_code == 401


def test_a_disabled_or_changed_person_is_out_at_once(site: Build) -> None:
    here = site()
    here.sign_in("cora")
    assert here.client.get("/_dash-layout").status_code == 200
    users = Users(here.folder / "users.json")
    users.change("cora", districts=("0930011",))
    assert here.client.get("/_dash-layout").status_code == 401
    here.sign_in("cora")
    assert here.client.get("/_dash-layout").status_code == 200
    users.change("cora", enabled=False)
    assert here.client.get("/_dash-layout").status_code == 401
    assert here.sign_in("cora").status_code == 401


@pytest.mark.parametrize(
    ("minutes", "every", "status"), [(29, 29, 200), (31, 31, 401), (60 * 10 + 5, 20, 401)]
)
def test_sessions_end_when_idle_and_after_a_working_day(
    site: Build, monkeypatch: pytest.MonkeyPatch, minutes: int, every: int, status: int
) -> None:
    here = site()
    here.sign_in("lea")
    start = __import__("time").time()
    answer = None
    for passed in [*range(every, minutes, every), minutes]:
        monkeypatch.setattr("access.guard.time.time", lambda passed=passed: start + 60 * passed)
        answer = here.client.get("/_dash-layout")
    assert answer is not None
    assert answer.status_code == status


def test_wrong_passwords_keep_out_who_sends_them_and_nobody_else(site: Build) -> None:
    here = site()
    attacker = another_browser(here)
    answers = [attacker.sign_in("lea", "wrong", **ELSEWHERE).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    refused = attacker.sign_in("lea", **ELSEWHERE)  # the right password too
    assert refused.status_code == 429
    assert b"Too many attempts" in refused.data
    assert attacker.sign_in("pat", **ELSEWHERE).status_code == 302
    assert here.sign_in("lea").status_code == 302


def test_a_browser_of_the_persons_own_comes_in_even_where_the_attacker_sits(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    here.client.post("/sign-out", data={"csrf_token": here.token()})
    attacker = another_browser(here)
    for number in range(40):
        attacker.sign_in("lea" if number % 2 else f"n{number}", "wrong")
    assert another_browser(here).sign_in("pat").status_code == 429  # the address has to wait
    assert here.sign_in("lea").status_code == 302


def test_a_browser_that_is_known_may_not_guess_on_either(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    answers = [here.sign_in("lea", "wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    assert another_browser(here).sign_in("lea").status_code == 302


def test_a_name_cannot_be_guessed_from_many_addresses(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    attacker = another_browser(here)
    spread = [attacker.sign_in("lea", "x", REMOTE_ADDR=f"192.0.2.{n // 9}") for n in range(100)]
    # Her own first sign-in was one of the hundred.
    assert [answer.status_code for answer in spread] == [401] * 99 + [429]
    assert attacker.sign_in("lea", REMOTE_ADDR="198.51.100.1").status_code == 429
    assert here.sign_in("lea").status_code == 302


def test_what_is_refused_at_one_address_uses_up_nothing_of_the_name(site: Build) -> None:
    here = site()
    attacker = another_browser(here)
    for _ in range(150):
        attacker.sign_in("lea", "wrong", **ELSEWHERE)
    assert here.sign_in("lea").status_code == 302


def test_one_machine_with_many_addresses_of_the_newer_kind_counts_once(site: Build) -> None:
    attacker = site()
    addresses = [f"2001:db8::{number:x}" for number in range(11)]
    answers = [attacker.sign_in("lea", "x", REMOTE_ADDR=one).status_code for one in addresses]
    assert answers[9:] == [401, 429]


def test_a_browsers_cookie_of_another_name_is_worth_nothing_and_tells_none(site: Build) -> None:
    here = site()
    here.sign_in("pat")
    cookie = here.client.get_cookie("leap_browser")
    assert cookie is not None
    assert cookie.http_only
    assert "pat" not in cookie.value
    assert not any(b"pat" in part for part in decoded(cookie.value))
    answers = [here.sign_in("lea", "wrong").status_code for _ in range(11)]
    assert answers[10] == 429
    assert another_browser(here).sign_in("lea").status_code == 429  # of the same address


ELSEWHERE = {"REMOTE_ADDR": "192.0.2.9"}


def another_browser(here: Site) -> Site:
    return Site(here.app.server.test_client(), here.folder, here.app)


def decoded(cookie: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(f"{part}==") for part in cookie.split(".")]


def test_cookies_and_headers_are_as_they_should_be(site: Build) -> None:
    here = site(SETTINGS + "tls = true\ntrusted_proxies = 1\n")
    secure = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    answer = here.client.get("/sign-in", headers=secure)
    cookies = {c.split("=")[0]: c for c in answer.headers.getlist("Set-Cookie")}
    assert all(part in cookies["session"] for part in ("Secure", "HttpOnly", "SameSite=Lax"))
    assert all(part in cookies["_csrf_token"] for part in ("Secure", "SameSite=Strict"))
    policy = answer.headers["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe" not in scripts
    assert "*" not in policy
    assert "http:" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert answer.headers["Cache-Control"] == "no-store"
    plain = here.client.get("/sign-in", headers={"X-Forwarded-Proto": "http"})
    assert plain.status_code == 302
    assert plain.headers["Location"].startswith("https://")


@pytest.mark.parametrize(
    "path",
    [
        "/_favicon.icoX",
        "/favicon.ico",
        "/favicon.ico/students",
        "/assets/",
        "/assets",
        "/assetsX/styles.css",
        "/_dash-component-suites/",
        "/_dash-component-suites/dash",
    ],
)
def test_an_address_that_begins_like_a_file_is_an_unknown_address(site: Build, path: str) -> None:
    here = site()
    answer, unknown = here.client.get(path), here.client.get("/unknown")
    if path.startswith("/_dash"):
        assert answer.status_code == 401
    else:
        assert answer.status_code == unknown.status_code == 302
        assert answer.headers["Location"] == f"/sign-in?next={path}"
    here.sign_in("lea")
    assert here.client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/_favicon.ico", "/assets/styles.css", "/assets/early/theme.js"])
def test_the_sign_in_page_has_its_files(site: Build, path: str) -> None:
    assert site().client.get(path).status_code == 200


# --- The users file and the audit log -----------------------------------------------------------


def test_browsers_keep_files_and_nothing_else(site: Build) -> None:
    here = site()
    here.sign_in("lea")
    document = here.client.get("/trajectories")
    assert "Cookie" in document.headers["Vary"]
    files = set(re.findall(r'(?:src|href)="(/(?:assets|_dash)[^"]+)"', document.text))
    assert len(files) > 10
    for file in (*files, "/_favicon.ico"):
        answer = here.client.get(file)
        assert "Cookie" not in answer.headers.get("Vary", ""), file
        assert (answer.cache_control.max_age or 0) >= 24 * 60 * 60, file
        assert not answer.cache_control.no_store, file


def test_what_people_do_is_recorded_without_data(site: Build) -> None:
    here = site()
    here.sign_in("lea", "wrong")
    here.sign_in("lea")
    here.client.post("/sign-out", data={"csrf_token": here.token()})
    log = here.folder / "audit.log"
    records = [(record["who"], record["what"]) for record in read_audit(log)]
    assert records == [("lea", "was refused"), ("lea", "signed in"), ("lea", "signed out")]
    assert PASSWORD not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_an_export_is_recorded_with_its_selection_and_no_data(site: Build) -> None:
    here = site()
    here.sign_in("pat")
    here.ask("trajectory-csv", 1, "?grade=6-12")
    last = list(read_audit(here.folder / "audit.log"))[-1]
    assert last.pop("when")
    assert last == {
        "who": "pat",
        "what": "exported",
        "file": "attendance-around-first-visit.csv",
        "selection": "?grade=6-12",
    }


def test_passwords_are_kept_as_salted_hashes_in_a_private_file(site: Build) -> None:
    here = site()
    file = here.folder / "users.json"
    assert PASSWORD not in file.read_text()
    hashes = [user.password_hash for user in Users(file).all()]
    assert len(set(hashes)) == len(PEOPLE)
    assert all(text.startswith("scrypt:") for text in hashes)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("Lea Smith", "leadership", (), PASSWORD), "cannot be a user name"),
        (("new", "emperor", (), PASSWORD), "is not a role"),
        (("new", "coordinator", (), PASSWORD), "needs districts"),
        (("new", "presenter", ("0640011",), PASSWORD), "needs districts"),
        (("new", "presenter", (), "short"), "too short"),
        (("lea", "presenter", (), PASSWORD), "exists already"),
    ],
)
def test_a_user_that_cannot_be_is_refused_with_the_reason(
    site: Build, arguments: tuple[str, str, tuple[str, ...], str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        Users(site().folder / "users.json").add(*arguments)


def signed_in_as(here: Site, name: str) -> Flask:
    here.sign_in(name)
    return here.app.server


def test_the_head_of_the_page_says_who_is_signed_in(site: Build) -> None:
    here = site()
    signed_in_as(here, "cora")
    layout = here.client.get("/_dash-layout").data
    assert b"cora" in layout
    assert b"Coordinator" in layout
    assert b"See it as" not in layout
