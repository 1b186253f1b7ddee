"""One number is told in one way, wherever it stands: pages, charts, tables, slides, files.

A program's database is given differences that can be told apart: a tie between two whole points, a
single point, one that is lower, one whose past differs. Then everything that can be read of a
selection is read, and every difference, range, count and day in it must be one that is right, in
the one form it has.
"""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from exports.digest import digest
from queries.database import snapshot
from queries.effects import HEADLINE_MONTH, Effect, effects
from queries.filters import DIMENSIONS, SPLITS, Filters, View
from queries.standing import row_of_all, standing
from queries.told import by_method, told
from queries.values import known_values
from queries.viewer import Viewer
from tests.access.conftest import Site, demonstration
from tests.conftest import Program
from tests.rendered import Text, deck_texts, download_texts, page_texts

HARTFORD, NEW_BRITAIN, NEW_HAVEN, STAMFORD = "0640011", "0890011", "0930011", "1350011"

# District: verdict, difference and standard error of the main method, and of the second.
TRACERS = {
    HARTFORD: ("EFFECT", 0.305, 0.01, 0.287, 0.012),
    NEW_BRITAIN: ("RANGE", 0.331, 0.01, 0.364, 0.012),
    NEW_HAVEN: ("EFFECT", 0.0101, 0.003, 0.011, 0.004),
    STAMFORD: ("EFFECT", -0.205, 0.005, -0.187, 0.006),
}
ALONE, BESIDE = "33.1", "36.4"  # New Britain's two methods, of which neither may stand alone
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
def shown(traced: str, tmp_path: Path) -> Iterator[Site]:
    with demonstration(traced, tmp_path) as site:
        yield site


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


def right_for(filters: Filters) -> Right:
    """Of the selection and of all groups that stand beside it, for every threshold."""
    with snapshot() as data:
        found = [
            result
            for viewer in (Viewer("leadership"), Viewer("presenter", threshold=20))
            for one in (Filters(), filters)
            for split in (None, *SPLITS)
            for view in (View(one, split), View(_beside(one, split), split))
            for result in effects(data, viewer, view)
        ]
    figures = [figure for result in found for figure in _figures(result)]
    ranges = {_ends(figure) for figure in figures}
    one_number = [figure for figure in figures if not math.isnan(figure["effect"])]
    return Right(
        frozenset(f"{tenth(figure['effect'])} ({_ends(figure)})" for figure in one_number),
        frozenset(ranges),
        frozenset(whole(figure["effect"]) for figure in map(told, found)),
    )


def _beside(filters: Filters, split: str | None) -> Filters:
    """The filters without their choice in the dimension that splits."""
    return replace(filters, **{split: ()}) if split in DIMENSIONS else filters


def _figures(result: Effect) -> Iterator[dict[str, float]]:
    for month in result.months:
        yield told(result, month)
        yield from by_method(result, month)
    yield from (result.checked("held_out", month) for month in (-12, -15))


def _ends(figure: dict[str, float]) -> str:
    return f"{tenth(figure['low'])} to {tenth(figure['high'])}"


def tenth(difference: float) -> str:
    """Points to the tenth that they have, by hand."""
    words = f"{round(100 * difference, 1) + 0.0:.1f}".removesuffix(".0")
    return words.replace("-", "\N{MINUS SIGN}")


def whole(difference: float) -> str:
    """``31 points`` for 30.5: halves away from zero, of the tenth that tables tell."""
    if math.isnan(difference):
        return ""
    tenths = abs(round(1000 * difference))
    points = (tenths + 5) // 10
    if tenths < 10:
        return f"0.{tenths} points" if tenths else "0 points"
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
AS_OF = re.compile(
    r"(?:[Dd]ata as of|[Dd]ata through|ttendance until) [^.;,]+, \d{4}|[Dd]ata as of"
)
RATE = "of days attended"  # its interval is that of a rate


def wrong(texts: Sequence[Text], right: Right) -> list[Text]:
    """Every text that tells a difference, its range or a day otherwise than the one right way."""
    found = []
    for text in texts:
        intervals = set() if RATE in text.words else set(INTERVAL.findall(text.words))
        told_wrong = (
            (set(ESTIMATE.findall(text.words)) - right.estimates)
            | (intervals - right.intervals)
            | (set(WHOLE.findall(text.words)) - right.wholes)
            | set(BAND.findall(text.words))
            | set(DAY_FIRST.findall(text.words))
        )
        if told_wrong:
            found.append(Text(text.where, f"{sorted(told_wrong)} in {text.words[:400]}"))
    return found


def alone(texts: Sequence[Text]) -> list[Text]:
    """Where one of the two methods of a group without a single figure stands without the other.

    A table that has a row, a column or a dot of each method has as many of the one as of the other.
    """
    one, other = (
        [text for text in texts if _has(text, number) and not _has(text, beside)]
        for number, beside in ((ALONE, BESIDE), (BESIDE, ALONE))
    )
    return [] if len(one) == len(other) else [*one, *other]


def _has(text: Text, number: str) -> bool:
    """Points, not per cent, in words or as a rate of a file; targets are of something else."""
    if "measure: " in text.words:
        return False
    in_file = f"effect: {float(number) / 100:.3f}"
    return (
        bool(re.search(rf"(?<![\d.]){number}(?![\d.]| %|%)", text.words)) or in_file in text.words
    )


def as_of(texts: Sequence[Text]) -> set[str]:
    return {words[0].lower() + words[1:] for text in texts for words in AS_OF.findall(text.words)}


def unrounded(texts: Sequence[Text], filters: Filters) -> list[Text]:
    """Where the number of students of several filters is told without saying that it is rounded."""
    with snapshot() as data:
        row = row_of_all(standing(data, Viewer("leadership"), View(filters)))
    if not row["about"] or pd.isna(row["students"]):
        return []
    bare = re.compile(rf"(?<![Aa]bout )(?<![\d,]){int(row['students']):,} students")
    return [text for text in texts if bare.search(text.words)]


SELECTIONS = {
    "everyone": ("/", ""),
    "a tie between two whole points": (f"/districts/{HARTFORD}", f"?district={HARTFORD}"),
    "a past that differs": (f"/districts/{NEW_BRITAIN}", f"?district={NEW_BRITAIN}"),
    "too few for a figure": ("/", "?district=1430011&grade=PK&modality=phone"),
    "several filters": ("/", f"?district={HARTFORD}&district={STAMFORD}&modality=home"),
}


@pytest.mark.parametrize(
    ("role", "selection"),
    [
        ("leadership", "everyone"),
        ("coordinator", "a tie between two whole points"),
        ("presenter", "a past that differs"),
        ("leadership", "a past that differs"),
        ("presenter", "too few for a figure"),
        ("leadership", "several filters"),
    ],
)
def test_a_number_is_told_in_one_way_wherever_it_stands(
    shown: Site, role: str, selection: str
) -> None:
    path, search = SELECTIONS[selection]
    as_role(shown, role)
    texts = [
        *deck_texts(shown, search),
        *page_texts(shown, path, search),
        *download_texts(shown, path, search),
        *letter(),
    ]
    with snapshot() as data:
        filters = View.parse(search, known_values(data))[0].filters
    assert wrong(texts, right_for(filters)) == []
    assert alone(texts) == []
    assert unrounded(texts, filters) == []
    assert as_of(texts) == {"data through June 30, 2024"}
    assert any(ESTIMATE.search(text.words) for text in texts)


def letter() -> list[Text]:
    with snapshot() as data:
        found = digest(data, HARTFORD, date(2024, 6, 1))
    return [Text("digest", found.html), Text("digest", found.text)]


def test_a_past_that_differs_is_told_with_its_figure_on_page_and_slide(shown: Site) -> None:
    path, search = SELECTIONS["a past that differs"]
    reason = (
        "A year before their first visit, New Britain’s visited students already attended 2.5 "
        "points more than similar students (likely range 0.8 to 4.2). Our rule allows 1. So we "
        "show both methods: 33.1 (31.1 to 35.1) and 36.4 (34 to 38.8)."
    )
    places = {text.where for text in page_texts(shown, path, search) if reason in text.words}
    for page in ("district-said", "effect-figure", "present-selection"):
        assert any(page in place for place in places), page
