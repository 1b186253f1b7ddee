"""Files and snapshots of slides: who may ask, what comes, what is recorded."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook
from pptx import Presentation
from werkzeug.test import TestResponse

from access.audit import read_audit
from app import create_app
from components.deck import Deck
from exports.snapshots import FrozenDeck, listed, opened
from pages import deck_files
from queries.database import snapshot
from reporting.demonstration import LAST_MONTH, last_month_apart, write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping
from tests.access.conftest import Build, Site
from tests.conftest import Program
from tests.exports.decks import deck as small_deck
from tests.exports.decks import kept

KINDS = ("pptx", "pdf", "handout", "xlsx", "csv", "png", "svg")


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEAP_SNAPSHOTS", str(tmp_path / "snapshots"))
    return tmp_path / "snapshots"


@pytest.fixture
def shown(program: Program, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The demonstration of the whole program, where nobody signs in."""
    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    monkeypatch.delenv("LEAP_SETTINGS", raising=False)
    app = create_app()
    site = Site(app.server.test_client(), program.delivery, app)
    site.client.get("/present")
    return site


def send(site: Site, path: str, **form: str) -> Any:
    if not site.token():
        site.client.get("/present")
    return site.client.post(path, data=form, headers={"X-CSRFToken": site.token()})


def lines(site: Site, kind: str, search: str = "", slide: str = "lines") -> list[dict[str, Any]]:
    answer = send(site, "/present/file", kind=kind, search=search, slide=slide)
    assert answer.status_code == 200
    assert answer.mimetype == "application/x-ndjson"
    return [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]


# --- Files -------------------------------------------------------------------------------

STARTS = {
    "pptx": b"PK",
    "pdf": b"%PDF",
    "handout": b"%PDF",
    "xlsx": b"PK",
    "csv": b"PK",
    "png": b"\x89PNG",
    "svg": b"<?xml",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_comes_with_its_progress(shown: Site, kind: str) -> None:
    *progress, last = lines(shown, kind, "?slides=lines&slides=districts&slides=method")
    done = [line["done"] for line in progress]
    assert done == sorted(set(done))
    assert done
    assert base64.b64decode(last["data"]).startswith(STARTS[kind])
    assert last["name"].endswith({"handout": "pdf", "csv": "zip"}.get(kind, kind))


def test_every_number_of_the_slides_is_that_of_the_page(shown: Site) -> None:
    search = "?district=0640011&district=0930011"
    page = shown.ask("stage.children", search).get_json()["response"]
    drawn = list(_figures(page["stage"]["children"]))
    file = base64.b64decode(lines(shown, "pptx", search)[-1]["data"])
    charts = [
        shape.chart
        for slide in Presentation(io.BytesIO(file)).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    assert len(charts) == len(drawn) == 6
    for chart, figure in zip(charts, drawn, strict=True):
        blob = chart.part.chart_workbook.xlsx_part.blob
        _head, *rows = load_workbook(io.BytesIO(blob)).active.values
        columns = [_known(column) for column in zip(*rows, strict=True)]
        on_page = list(_drawn(figure))
        assert any(on_page)
        for values in on_page:
            assert _known(values) in columns


def _known(values: Sequence[Any]) -> list[float]:
    """The numbers of a column in their order."""
    return [round(float(value), 1) for value in values if isinstance(value, int | float)]


def _figures(part: Any) -> Iterator[dict[str, Any]]:
    """Every figure among the components of an answer, in their order."""
    if isinstance(part, list):
        for value in part:
            yield from _figures(value)
    if isinstance(part, dict):
        props = part.get("props", {})
        if "figure" in props:
            yield props["figure"]
        yield from _figures(props.get("children"))


def _drawn(figure: dict[str, Any]) -> Iterator[list[Any]]:
    """What the figure draws, a list a row of figures; lying rows are a trace each."""
    lying = [trace for trace in figure["data"] if "error_x" in trace]
    if lying:
        at = [trace["x"][0] for trace in lying]
        yield at
        for sign, end in ((1, "array"), (-1, "arrayminus")):
            yield [
                place + sign * trace["error_x"][end][0]
                for place, trace in zip(at, lying, strict=True)
            ]
    for trace in figure["data"]:
        if trace not in lying and "fill" not in trace:
            yield trace["y"]


def test_too_few_students_are_told_so_and_nothing_leaves(shown: Site) -> None:
    [told] = lines(shown, "pptx", "?district=1430011&grade=PK&modality=phone")
    assert set(told) == {"error"}
    assert "Too few" in told["error"]


@pytest.mark.parametrize("kind", ["", "exe", "../pptx"])
def test_a_kind_of_file_that_is_none_is_not_found(shown: Site, kind: str) -> None:
    assert send(shown, "/present/file", kind=kind, search="").status_code == 404


@pytest.mark.parametrize("slide", ["", "hat", "method'--"])
def test_a_picture_of_a_slide_that_is_none_is_told_so(shown: Site, slide: str) -> None:
    [told] = lines(shown, "png", "", slide)
    assert "error" in told


def test_whoever_stops_reading_stops_the_work(shown: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []

    def slow(deck: Deck, _link: str) -> Iterator[int]:
        for place in range(1, len(deck.slides) + 1):
            begun.append(place)
            yield place

    monkeypatch.setitem(deck_files._MAKERS, "pptx", ("x.pptx", slow))
    shown.client.get("/present")
    answer = shown.client.post(
        "/present/file",
        data={"kind": "pptx", "search": ""},
        headers={"X-CSRFToken": shown.token()},
        buffered=False,
    )
    reading = answer.response
    next(iter(reading))
    answer.close()
    assert begun == [1]


# --- Who may ask -------------------------------------------------------------------------


def test_signed_out_nothing_is_made_kept_or_deleted(site: Build) -> None:
    out = site()
    out.client.get("/sign-in")
    snap = kept(real_deck(), "May", "lea")
    for path in ("/present/file", "/present/snapshots", f"/present/snapshots/{snap.number}/delete"):
        answer = send(out, path, kind="pptx", search="", name="x")
        assert answer.status_code == 401
        assert b'"data"' not in answer.data
    assert numbers() == [snap.number]


def test_without_the_sessions_token_nothing_is_made_kept_or_deleted(site: Build) -> None:
    signed = site()
    signed.sign_in("lea")
    snap = kept(real_deck(), "May", "lea")
    for path in ("/present/file", "/present/snapshots", f"/present/snapshots/{snap.number}/delete"):
        assert signed.client.post(path, data={"kind": "pptx"}).status_code == 400
    assert numbers() == [snap.number]


def numbers() -> list[str]:
    return [entry.number for entry in listed(demonstration=False)]


def real_deck() -> Deck:
    return replace(small_deck(), is_demonstration=False)


@pytest.mark.parametrize(("who", "status"), [("lea", 302), ("pat", 302), ("cora", 403)])
def test_a_snapshot_is_deleted_by_its_maker_or_leadership(
    site: Build, who: str, status: int
) -> None:
    signed = site()
    snap = kept(real_deck(), "May", "pat")
    signed.sign_in(who)
    assert send(signed, f"/present/snapshots/{snap.number}/delete").status_code == status
    assert (numbers() == []) == (status == 302)
    log = [line["what"] for line in read_audit(signed.folder / "audit.log")]
    assert ("deleted a snapshot" in log) == (status == 302)


def with_many(number: int, by: str) -> list[str]:
    """Numbers of a person's snapshots, the oldest first."""
    days = range(1, number + 1)
    return [kept(real_deck(), "x", by, made_at=f"2024-05-01T00:00:{d:02d}").number for d in days]


@pytest.mark.parametrize(("who", "status"), [("lea", 302), ("pat", 302), ("cora", 403)])
def test_the_ten_oldest_of_a_person_are_deleted_at_once(site: Build, who: str, status: int) -> None:
    signed = site()
    pats, coras = with_many(12, "pat"), with_many(11, "cora")
    signed.sign_in(who)
    assert send(signed, "/present/snapshots/oldest/delete?by=pat").status_code == status
    left = pats[10:] if status == 302 else pats
    assert sorted(numbers()) == sorted(left + coras)
    last = [*read_audit(signed.folder / "audit.log")][-1]
    assert (last.get("snapshots", "").split() == pats[:10][::-1]) == (status == 302)


@pytest.mark.parametrize(("who", "offered"), [("lea", ["cora", "pat"]), ("pat", ["yours"])])
def test_deleting_many_is_offered_for_those_with_more_than_ten(
    site: Build, who: str, offered: list[str]
) -> None:
    signed = site()
    with_many(11, "pat")
    with_many(11, "cora")
    with_many(10, "lea")
    signed.sign_in(who)
    page = signed.ask("stage.children", "").get_data(as_text=True)
    assert re.findall(r'"children":"Delete the ten oldest of (\w+)"', page) == offered


def test_one_person_cannot_take_the_room_of_all(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exports.snapshots._MOST_BY_ONE", 2)
    monkeypatch.setattr("pages.deck_files.current_deck", lambda *_: real_deck())
    signed = site()

    def keep_one() -> TestResponse:
        return send(signed, "/present/snapshots", search="", name="May", load=real_deck().load_id)

    signed.sign_in("pat")
    assert [keep_one().status_code for _ in range(3)] == [302, 302, 400]
    assert "Delete some of them first" in keep_one().get_data(as_text=True)
    signed.sign_in("cora")
    assert keep_one().status_code == 302


def test_a_snapshot_that_is_none_is_not_found(site: Build) -> None:
    signed = site()
    signed.sign_in("lea")
    assert send(signed, f"/present/snapshots/{'0' * 16}/delete").status_code == 404
    [told] = lines(signed, "pptx", f"?snapshot={'0' * 16}")
    assert "no such snapshot" in told["error"]


def test_a_snapshot_of_demonstration_data_is_not_there_for_real_students(site: Build) -> None:
    signed = site()
    signed.sign_in("lea")
    snap = kept(small_deck(), "May", "")
    answer = signed.ask("stage.children", f"?snapshot={snap.number}")
    assert "no such snapshot" in answer.get_data(as_text=True)


def test_files_taken_and_snapshots_kept_are_recorded_without_their_figures(site: Build) -> None:
    signed = site()
    signed.sign_in("pat")
    snap = kept(real_deck(), "May", "pat")
    lines(signed, "xlsx", f"?snapshot={snap.number}")
    [record] = [
        line for line in read_audit(signed.folder / "audit.log") if line["what"] == "exported"
    ]
    assert record["who"] == "pat"
    assert record["file"] == "leap-figures.xlsx"
    assert set(record) == {"when", "who", "what", "file", "selection"}


# --- Frozen ------------------------------------------------------------------------------


def kept_of(shown: Site, search: str, name: str = "May") -> FrozenDeck:
    with snapshot() as data:
        load_id = data.load_id
    answer = send(shown, "/present/snapshots", search=search, name=name, load=load_id)
    assert answer.status_code == 302
    [number] = parse_qs(urlsplit(answer.location).query)["snapshot"]
    return opened(number, demonstration=True)


def test_a_deck_kept_in_may_shows_mays_figures_after_junes_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"duckdb:///{tmp_path}/leap.duckdb"
    monkeypatch.setenv("LEAP_DATABASE_URL", url)
    monkeypatch.delenv("LEAP_SETTINGS", raising=False)
    delivery = write_demonstration(tmp_path / "demonstration", "district", seed=2021)
    may, june = last_month_apart(delivery, LAST_MONTH, tmp_path / "loads")
    load(may, sa.make_url(url), read_mapping(None))
    app = create_app()
    site = Site(app.server.test_client(), tmp_path, app)
    search = "?slides=lines&slides=effect"
    frozen = kept_of(site, search)
    before = on_stage(site, search)
    load(june, sa.make_url(url), read_mapping(None))
    assert on_stage(site, search) != before
    assert on_stage(site, f"?snapshot={frozen.number}") == before
    assert b"data through May 31, 2024" in site.ask("stage", f"?snapshot={frozen.number}").data
    assert lines(site, "csv", f"?snapshot={frozen.number}")[-1]["name"] == "leap-figures.zip"


def test_figures_that_are_not_on_the_slides_any_more_are_not_kept(shown: Site) -> None:
    answer = send(shown, "/present/snapshots", search="", name="May", load="an older one")
    assert answer.status_code == 409
    assert listed(demonstration=True) == []


def on_stage(site: Site, search: str) -> Any:
    return site.ask("stage.children", search).get_json()["response"]["stage"]
