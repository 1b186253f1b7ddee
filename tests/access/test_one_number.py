"""One number is told in one way, wherever it stands: pages, charts, tables, slides, files.

A program's database is given differences that can be told apart: a tie between two whole points, a
single point, one that is lower, one whose past differs, one of too few students. Then everything
that can be read of a selection is read, and every difference, interval, count and date in it must be
one that is right, in the one form it has.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from app import create_app
from queries import memory
from queries.database import snapshot
from queries.effects import HEADLINE_MONTH, Effect, effect, effects
from queries.filters import SPLITS, Filters, View
from queries.told import by_method, told
from queries.viewer import Viewer
from tests.access.conftest import Site
from tests.conftest import Program
from tests.rendered import Text, deck_texts, download_texts, page_texts

HARTFORD, NEW_BRITAIN, NEW_HAVEN, STAMFORD = "0640011", "0890011", "0930011", "1350011"

# District: verdict, difference and standard error of the main method, and of the second.
TRACERS = {
    HARTFORD: ("EFFECT", 0.085, 0.01, 0.087, 0.012),
    NEW_BRITAIN: ("RANGE", 0.0913, 0.01, 0.0941, 0.012),
    NEW_HAVEN: ("EFFECT", 0.0101, 0.003, 0.011, 0.004),
    STAMFORD: ("EFFECT", -0.0252, 0.005, -0.021, 0.006),
}
# Of the band of the whole curve, as wide as of no single number.
_BAND = 2.8
_PAST, _PAST_ERROR = 0.025, 0.0087


@pytest.fixture(scope="module")
def traced(program: Program, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The program's database with differences that can be told apart."""
    file = tmp_path_factory.mktemp("traced") / "leap.duckdb"
    shutil.copyfile(program.url.removeprefix("duckdb:///"), file)
    with duckdb.connect(str(file)) as database:
        for code, (verdict, *figures) in TRACERS.items():
            database.execute(
                "UPDATE effect_check SET verdict = ?, inherited = false "
                "WHERE dimension = 'district' AND value = ?",
                [verdict, code],
            )
            for design, size, error in zip(
                ("matched", "symmetric"), figures[::2], figures[1::2], strict=True
            ):
                width = _BAND if design == "matched" else 1.96
                _write(database, code, (design, HEADLINE_MONTH), size, error, width)
        for month in (-12, -15):
            _write(database, NEW_BRITAIN, ("held_out", month), _PAST, _PAST_ERROR, 1.96)
    return f"duckdb:///{file}"


def _write(
    database: duckdb.DuckDBPyConnection,
    code: str,
    place: tuple[str, int],
    size: float,
    error: float,
    width: float,
) -> None:
    database.execute(
        "UPDATE effect_month SET effect = ?, standard_error = ?, low = ?, high = ?, "
        "comparison_rate = visited_rate - ? WHERE dimension = 'district' AND value = ? "
        "AND design = ? AND event_month = ?",
        [size, error, size - width * error, size + width * error, size, code, *place],
    )


@pytest.fixture
def shown(traced: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("LEAP_DATABASE_URL", traced)
    monkeypatch.setenv("LEAP_SNAPSHOTS", str(tmp_path / "snapshots"))
    monkeypatch.delenv("LEAP_SETTINGS", raising=False)
    memory._memory._results.clear()
    app = create_app()
    site = Site(app.server.test_client(), tmp_path, app)
    site.client.get("/present")
    yield site
    memory._memory._results.clear()


def as_role(site: Site, role: str) -> None:
    form = {"role": role, "csrf_token": site.token()}
    site.client.post("/role", data=form, headers={"X-CSRFToken": site.token()})


# --- What is right -----------------------------------------------------------------------


@dataclass(frozen=True)
class Right:
    """The forms that a selection's differences may have, worked out without the interface."""

    estimates: frozenset[str]
    intervals: frozenset[str]
    wholes: frozenset[str]
    alone: frozenset[str]


def right_for(filters: Filters) -> Right:
    """Of the selection, its groups and all others of the page, for every threshold."""
    with snapshot() as data:
        found: list[Effect] = []
        for viewer in (Viewer("leadership"), Viewer("presenter", threshold=20)):
            asked = [Filters(), filters, Filters(district=())]
            found += [effect(data, viewer, one) for one in asked]
            for one in asked:
                for split in SPLITS:
                    found += effects(data, viewer, View(one, split))
    return _right(found)


def _right(found: Sequence[Effect]) -> Right:
    estimates, intervals, wholes, alone = set[str](), set[str](), set[str](), set[str]()
    for result in found:
        main = told(result)
        if main["effect"] == main["effect"]:
            alone.add(tenth(main["effect"]))
            wholes |= {whole(main["effect"])}
        for month in result.months:
            figures = [told(result, month), *by_method(result, month)]
            figures += [result.checked(name, month) for name in ("held_out", "lead")]
            for figure in figures:
                if figure["low"] == figure["low"]:
                    ends = f"{tenth(figure['low'])} to {tenth(figure['high'])}"
                    intervals.add(ends)
                    if figure["effect"] == figure["effect"]:
                        estimates.add(f"{tenth(figure['effect'])} ({ends})")
        for month in (-12, -15):
            past = result.checked("held_out", month)
            ends = f"{tenth(past['low'])} to {tenth(past['high'])}"
            intervals.add(ends)
            estimates.add(f"{tenth(past['effect'])} ({ends})")
    return Right(frozenset(estimates), frozenset(intervals), frozenset(wholes), frozenset(alone))


def tenth(difference: float) -> str:
    """Points to a tenth, by hand."""
    return f"{round(100 * difference + 0.0, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def whole(difference: float) -> str:
    """``9 points`` for 8.5: halves away from zero, of the tenth that tables tell."""
    tenths = abs(round(1000 * difference))
    points = (tenths + 5) // 10
    if tenths < 10:
        return f"0.{tenths} points"
    return "1 point" if points == 1 else f"{points} points"


# --- What is told ------------------------------------------------------------------------

_NUMBER = "[\N{MINUS SIGN}-]?\\d+(?:\\.\\d+)?"
ESTIMATE = re.compile(rf"(?<![\d.])({_NUMBER} \({_NUMBER} to {_NUMBER}\))")
INTERVAL = re.compile(rf"(?:95 % interval|likely range|range alone:) ({_NUMBER} to {_NUMBER})")
WHOLE = re.compile(rf"about ({_NUMBER} points?)\b")
BAND = re.compile(rf"band (?:of )?{_NUMBER} to {_NUMBER}")
DAY_FIRST = re.compile(
    r"\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]* \d{4}\b"
)
AS_OF = re.compile(r"([Dd]ata as of|[Dd]ata through|ttendance until) ([A-Z][a-z]+ \d+, \d{4})")


def wrong(texts: Sequence[Text], right: Right) -> list[Text]:
    """Every text that tells a difference otherwise than the one right way."""
    found = []
    for text in texts:
        told_wrong = (
            set(ESTIMATE.findall(text.words)) - right.estimates
            or set(INTERVAL.findall(text.words)) - right.intervals
            or set(WHOLE.findall(text.words)) - right.wholes
            or set(BAND.findall(text.words))
            or set(DAY_FIRST.findall(text.words))
        )
        if told_wrong:
            found.append(Text(text.where, f"{sorted(told_wrong)} in {text.words[:400]}"))
    return found


SELECTIONS = {
    "everyone": ("/", ""),
    "a tie between two whole points": (f"/districts/{HARTFORD}", f"?district={HARTFORD}"),
    "a past that differs": (f"/districts/{NEW_BRITAIN}", f"?district={NEW_BRITAIN}"),
    "too few for a figure": ("/", "?district=1430011&grade=PK&modality=phone"),
    "several filters": ("/", f"?district={HARTFORD}&district={STAMFORD}&modality=home"),
}


def everything(site: Site, path: str, search: str) -> list[Text]:
    return [
        *page_texts(site, path, search),
        *download_texts(site, path, search),
        *deck_texts(site, search),
    ]
