"""Figures for Prometheus: for who brings the token, in a bounded number of series."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from queries.schema import meta
from tests.access.conftest import Build, Site
from tests.conftest import Delivery
from tests.test_documentation import ROOT

TOKEN = "t" * 40
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def here(site: Build, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("LEAP_METRICS_TOKEN", TOKEN)
    return site()


def collected(here: Site) -> Series:
    answer = here.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    answer.close()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def value(series: Series, name: str, **labels: str) -> float:
    return series.get((name, tuple(sorted(labels.items()))), 0.0)


def test_without_a_token_set_there_are_no_metrics(site: Build) -> None:
    answer = site().client.get("/metrics", headers={"Authorization": "Bearer "})
    assert answer.status_code == 404
    assert "leap_requests" not in answer.text


def test_without_the_token_nothing_is_told(here: Site) -> None:
    wrong = ("", "Bearer", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer é", f"Basic {TOKEN}")
    for brought in ({}, {"Cookie": f"token={TOKEN}"}, *({"Authorization": one} for one in wrong)):
        answer = here.client.get("/metrics", headers=brought)
        assert answer.status_code == 401, brought
        assert "leap_requests" not in answer.text


def test_the_size_of_the_audit_log_is_told_so_that_somebody_wakes_up(here: Site) -> None:
    here.sign_in("lea")
    written = (here.folder / "audit.log").stat().st_size
    assert value(collected(here), "leap_audit_log_bytes") == written > 0


def test_who_has_signed_in_needs_the_token_too(here: Site) -> None:
    here.sign_in("lea")
    assert here.client.get("/metrics").status_code == 401


def test_requests_are_counted_by_route_and_what_pages_ask_by_callback(here: Site) -> None:
    here.sign_in("lea")
    before = collected(here)
    for _ in range(3):
        here.client.get("/districts", buffered=True)
        here.ask("page", "/nowhere").close()
    after = collected(here)
    page = {"method": "GET", "route": "/<path:path>", "status": "200"}
    name = "leap_requests_total"
    assert value(after, name, **page) - value(before, name, **page) == 3
    name = "leap_callback_seconds_count"
    asked = {"callback": "page.children"}
    assert value(after, name, **asked) - value(before, name, **asked) == 3


def test_no_request_whatever_it_asks_makes_a_series_of_its_own(here: Site) -> None:
    here.sign_in("lea")

    def ask(number: int) -> None:
        here.client.get(f"/students/{number}?a={number}", buffered=True)
        here.client.open("/districts", method=f"M{number}", buffered=True)
        here.client.get(f"/assets/{number}.js", buffered=True)
        here.post({"output": f"o{number}.children", "outputs": []}).close()

    ask(0)
    before = collected(here)
    for number in range(1, 30):
        ask(number)
    after = collected(here)
    assert set(after) == set(before)
    assert not any("o0" in str(labels) for _name, labels in after)


def test_the_load_and_what_is_remembered_are_told(here: Site, delivery: Delivery) -> None:
    [(loaded_at,)] = delivery.read(sa.select(meta.c.loaded_at))
    here.sign_in("lea")
    here.client.get("/_dash-layout", buffered=True)
    before = collected(here)
    here.client.get("/_dash-layout", buffered=True)
    after = collected(here)
    utc = datetime.fromisoformat(f"{loaded_at}+00:00")
    assert value(after, "leap_load_timestamp_seconds") == pytest.approx(utc.timestamp())
    assert 0 < value(after, "leap_cache_bytes") < value(after, "leap_cache_most_bytes")
    assert value(after, "leap_cache_hits_total") > value(before, "leap_cache_hits_total")
    assert value(after, "leap_cache_misses_total") == value(before, "leap_cache_misses_total")
    assert value(after, "leap_process_resident_bytes") > 10_000_000


def test_metrics_go_on_when_the_database_has_gone(here: Site) -> None:
    (here.folder / "leap.duckdb").unlink()
    ready = {"method": "GET", "route": "/readyz", "status": "503"}
    before = collected(here)
    here.client.get("/readyz", buffered=True)
    after = collected(here)
    name = "leap_requests_total"
    assert value(after, name, **ready) - value(before, name, **ready) == 1


def test_every_metric_is_documented(here: Site) -> None:
    text = (ROOT / "docs" / "serving.md").read_text()
    told = {name for name, _labels in collected(here) if name.startswith("leap_")}
    families = {re.sub("_(bucket|sum|count|created)$", "", name) for name in told}
    counters = {f"{name}_total" for name in families} & families
    for name in families - {name.removesuffix("_total") for name in counters}:
        assert f"`{name}`" in text, name
