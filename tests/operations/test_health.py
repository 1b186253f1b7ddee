"""Probes: open to machines, and nothing of the data in them."""

from __future__ import annotations

from operations import UNATTENDED
from tests.access.conftest import SETTINGS, Build

PROBES = ("/healthz", "/readyz")


def test_probes_answer_without_signing_in_or_https_and_set_no_cookie(site: Build) -> None:
    client = site(SETTINGS + "tls = true").client
    for path in PROBES:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/trajectories").status_code == 302


def test_probes_tell_that_it_works_and_how_old_the_load_is_and_nothing_else(site: Build) -> None:
    client = site().client
    assert client.get("/healthz").get_json() == {"alive": True}
    told = client.get("/readyz").get_json()
    assert told == {"ready": True, "load_age_seconds": told["load_age_seconds"]}
    assert 0 <= told["load_age_seconds"] < 300


def test_without_a_load_it_is_alive_and_not_ready_and_says_no_path(site: Build) -> None:
    here = site()
    file = here.folder / "leap.duckdb"
    for content in (None, b"", b"something else" * 1000):
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        answer = here.client.get("/readyz")
        assert answer.status_code == 503
        assert answer.get_json()["ready"] is False
        assert "leap" not in answer.text
        assert str(here.folder) not in answer.text
        assert here.client.get("/healthz").status_code == 200


def test_without_signing_in_set_up_other_machines_get_no_answer_at_all(site: Build) -> None:
    client = site(None).client
    for path in PROBES:
        assert client.get(path).status_code == 200
        far = client.get(path, environ_overrides={"REMOTE_ADDR": "10.0.0.7"})
        named = client.get(path, headers={"Host": "leap.example"})
        assert {far.status_code, named.status_code} == {403}


def test_what_is_open_to_machines_is_these_three_endpoints_and_their_exact_paths(
    site: Build,
) -> None:
    here = site()
    rules = [rule for rule in here.app.server.url_map.iter_rules() if rule.endpoint in UNATTENDED]
    assert {rule.rule for rule in rules} == {*PROBES, "/metrics"}
    for path in ("/healthz/", "/healthzz", "/readyz/students"):
        assert here.client.get(path).status_code == 302
