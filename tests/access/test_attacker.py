"""Plays the attacker: every combination of filters, then the linear system over the students.

The attacker is signed in, knows of every student served which group they are in, and wants one
student's attendance in one month. Every figure the pages give is an equation: the mean over a
known set of students, to a tenth of a point. Linear programs then bound each single student.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from scipy.optimize import linprog
from scipy.sparse import csr_array

from components.wording import NOTHING_TOLD
from queries import parts, standing, trajectories
from queries.database import snapshot
from queries.schema import GRADE_BANDS, served_student, trajectory_month
from queries.student_groups import FEWEST_NAMED, LESS_COMMON, NOT_RECORDED
from queries.values import known_values
from tests.access.conftest import Build, Site
from tests.conftest import Delivery

log = logging.getLogger(__name__)

MONTH = 1
DISTRICTS = ((), ("0640011",), ("0930011",))
GRADES = ((), ("PK-5",), ("6-12",), ("3",), ("7",), ("3", "7"), ("PK-5", "7"))
MODALITIES = [
    chosen
    for size in range(4)
    for chosen in itertools.combinations(("home", "school", "phone"), size)
]
VISITORS = ((), ("school",), ("community",))
COHORTS = ((), ("2021-22",), ("2022-23",))
LANGUAGES = (
    (),
    ("English",),
    ("Spanish",),
    ("English", "Spanish"),
    (LESS_COMMON,),
    (NOT_RECORDED,),
    ("English", "Spanish", LESS_COMMON),
)
SPLITS = ("district", "grade_band", "modality", "visitor_type", "cohort")

# No student's rate may be bounded tighter than this.
TIGHTEST_ALLOWED = 10.0


def school_months() -> list[str]:
    return [
        f"{start + (month < 9)}-{month:02d}"
        for start in (2020, 2021, 2022)
        for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
    ]


def write_program(delivery: Delivery, students: int = 260, seed: int = 7) -> None:
    """Served students in groups of very different sizes, most of them present throughout."""
    rng = random.Random(seed)
    ids = [f"{number:010d}" for number in range(1, students + 1)]
    district = {one: rng.choices(("0640011", "0930011"), (5, 4))[0] for one in ids}
    grade = {one: rng.choices(("3", "4", "7", "8"), (4, 3, 5, 2))[0] for one in ids}
    cohort = {one: rng.choices(("2021-12-07", "2022-12-06"), (3, 2))[0] for one in ids}
    months = {one: school_months()[rng.choice((0, 0, 0, 0, 12)) :] for one in ids}
    level = {one: rng.betavariate(6, 2) for one in ids}
    rows = [
        f"{one},{district[one]},{month},20,{sum(rng.random() < level[one] for _ in range(20))}"
        for one in ids
        for month in months[one]
    ]
    enrolled = [
        f"{one},{year},{district[one]},{grade[one]}"
        for one in ids
        for year in ("2020-21", "2021-22", "2022-23")
    ]
    visits = [
        f"v{one},{one},{cohort[one]},{rng.choices(('home', 'school', 'phone'), (6, 3, 1))[0]},"
        f"completed,{rng.choices(('school', 'community'), (3, 2))[0]}"
        for one in ids
    ]
    spoken = [
        rng.choices(("English", "Spanish", "Urdu", "Polish", ""), (9, 8, 1, 1, 1)) for _ in ids
    ]
    language = [f"{one},{words[0]}" for one, words in zip(ids, spoken, strict=True)]
    delivery.write(
        students="\n".join(["student_id,home_language", *language, ""]),
        enrollments="\n".join(["student_id,school_year,district_code,grade", *enrolled, ""]),
        attendance="\n".join(
            ["student_id,district_code,month,days_enrolled,days_attended", *rows, ""]
        ),
        visits="\n".join(
            ["visit_id,student_id,visit_date,modality,outcome,visitor_type", *visits, ""]
        ),
    )


def served() -> pd.DataFrame:
    """What the attacker knows: each student's groups, and who has which months."""
    with snapshot() as data:
        people = data.frame(sa.select(served_student)).set_index("student_id")
        months = data.frame(sa.select(trajectory_month.c["student_id", "event_month", "rate"]))
    full = months[months["event_month"] != 0].groupby("student_id").size() == 21
    at = months[months["event_month"] == MONTH].set_index("student_id")
    language = people["home_language"]
    speakers = language.map(language.value_counts())
    language = language.where(speakers >= FEWEST_NAMED, LESS_COMMON).mask(
        speakers.isna(), NOT_RECORDED
    )
    people = people.assign(rate=100 * at["rate"], throughout=full, home_language=language)
    return people.dropna(subset=["rate"])


def members(people: pd.DataFrame, chosen: dict[str, Sequence[str]], same: bool) -> np.ndarray:
    inside = np.ones(len(people), dtype=bool)
    for dimension, values in chosen.items():
        column = {"district": "district_code", "grade_band": "grade"}.get(dimension, dimension)
        wanted = {one for value in values for one in GRADE_BANDS.get(value, (value,))}
        inside &= people[column].isin(wanted).to_numpy() if wanted else True
    return inside & people["throughout"].to_numpy() if same else inside


@dataclass(frozen=True)
class Figure:
    """The mean over a set of students lies between two values, in per cent."""

    inside: np.ndarray
    low: float
    high: float


def cells(answer: Any, part: str) -> list[list[str]]:
    table = answer.get_json()["response"][part]["children"]
    rows = table["props"]["children"][2]["props"]["children"]
    return [[str(cell["props"]["children"]) for cell in row["props"]["children"]] for row in rows]


def told(text: str) -> tuple[float, float] | None:
    """What a cell such as ``82.4 %`` or ``above 95 %`` says of the mean."""
    found = re.fullmatch(r"(above |below )?([\d.]+)\s%", text)
    if found is None:
        return None
    value = float(found[2])
    if found[1]:
        return (value, 100.0) if found[1] == "above " else (0.0, value)
    return value - 0.05, value + 0.05


def trajectory_figures(
    here: Site,
    people: pd.DataFrame,
    chosen: dict[str, Sequence[str]],
    same: bool,
    split: str | None = None,
) -> Iterator[Figure]:
    """The core chart's table, as one curve or split."""
    answer = here.ask("trajectory-figure", search(chosen, same, split))
    for *group, month, mean, _interval, _students in cells(answer, "trajectory-table"):
        if month == f"+{MONTH}" and (ends := told(mean)):
            yield Figure(in_group(people, chosen, same, split, "".join(group)), *ends)


def downloaded_figures(
    here: Site, people: pd.DataFrame, chosen: dict[str, Sequence[str]], same: bool, split: str
) -> Iterator[Figure]:
    """The core chart's download, whose means are of the same tenth of a point."""
    answer = here.ask("trajectory-csv", 1, search(chosen, same, split))
    content = answer.get_json()["response"]["trajectory-csv"]["data"]["content"]
    if NOTHING_TOLD in content:
        return
    frame = pd.read_csv(io.StringIO(content)).query("event_month == @MONTH").dropna(subset=["rate"])
    for label, mean in zip(frame["group"], 100 * frame["rate"], strict=True):
        low = 0.0 if mean <= 5 else mean - 0.05
        high = 100.0 if mean >= 95 else mean + 0.05
        yield Figure(in_group(people, chosen, same, split, label), low, high)


def in_group(
    people: pd.DataFrame,
    chosen: dict[str, Sequence[str]],
    same: bool,
    split: str | None,
    label: str,
) -> np.ndarray:
    """Who stands behind a curve with this label."""
    inside = members(people, chosen, same)
    if split is None:
        return inside
    with snapshot() as data:
        labels = known_values(data).labels(split)
    [value] = [value for value, name in labels.items() if name == label]
    return inside & members(people, {split: (value,)}, same)


def effect_figures(
    here: Site, people: pd.DataFrame, chosen: dict[str, Sequence[str]]
) -> Iterator[Figure]:
    """The visited line of the comparison: the core chart's mean, whoever found similar students."""
    answer = here.ask("effect-figure", {"load": newest_load(), "search": search(chosen, False)})
    for row in cells(answer, "effect-table"):
        if row[0] == f"+{MONTH}" and (mean := told(row[1])):
            yield Figure(members(people, chosen, False), *mean)


def baseline_figures(
    here: Site, people: pd.DataFrame, chosen: dict[str, Sequence[str]]
) -> Iterator[Figure]:
    """Attendance before the first visit, of the overview, and by district of the table."""
    shown = {"load": newest_load(), "search": search(chosen, False)}
    answer = here.ask("overview-effect", shown).get_json()["response"]
    [words] = re.findall(
        r'"([^"]*) → [^"]*"', json.dumps(answer["overview-effect"], ensure_ascii=False)
    )
    if ends := told(words):
        yield Figure(members(people, chosen, False), *ends)
    rows = here.ask("districts-grid", shown).get_json()["response"]["districts-grid"]["rowData"]
    for row in rows:
        if ends := told(row["baseline_told"]):
            of_district = members(people, {"district": (row["code"],)}, False)
            yield Figure(members(people, chosen, False) & of_district, *ends)


def newest_load() -> str:
    with snapshot() as data:
        return data.load_id


def search(chosen: dict[str, Sequence[str]], same: bool, split: str | None = None) -> str:
    pairs = [(dimension, value) for dimension, values in chosen.items() for value in values]
    options = [("same", "1")] * same + [("split", split)] * (split is not None)
    return f"?{urlencode([*pairs, *options])}"


def selections_with_languages() -> list[dict[str, Sequence[str]]]:
    """Selections by home language, district and grade band."""
    names = ("home_language", "district", "grade")
    every = itertools.product(LANGUAGES, DISTRICTS, GRADES[:3])
    return [dict(zip(names, values, strict=True)) for values in every]


def selections() -> list[dict[str, Sequence[str]]]:
    names = ("district", "grade", "modality", "visitor_type", "cohort")
    every = itertools.product(DISTRICTS, GRADES, MODALITIES, VISITORS, COHORTS)
    return [dict(zip(names, values, strict=True)) for values in every]


def tightest(people: pd.DataFrame, figures: list[Figure], enough: float = 0.0) -> tuple[float, str]:
    """The narrowest interval that any student's rate can be held to, and whose it is.

    One narrower than ``enough`` will do.
    """
    inside = np.array([figure.inside for figure in figures], dtype=float)
    # Students in the same sets are told of by their sum alone: one unknown for all of them.
    sums, first, of_group = np.unique(inside, axis=1, return_index=True, return_inverse=True)
    size = np.bincount(of_group)
    matrix = csr_array(np.concatenate([sums, -sums]))
    behind = inside.sum(axis=1)
    high, low = (np.array([getattr(one, end) for one in figures]) for end in ("high", "low"))
    limit = np.concatenate([high * behind, -low * behind])
    bounds = [(0, 100 * members) for members in size]
    narrowest, whose = np.inf, ""
    for group, student in enumerate(first):
        direction = np.zeros(len(size))
        direction[group] = 1
        ends = [
            linprog(sign * direction, matrix, limit, bounds=bounds, method="highs")
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        lowest, highest = ends[0].fun, -ends[1].fun
        # One of them takes what the others, each from 0 to 100, leave of the sum.
        width = min(100, highest) - max(0, lowest - 100 * (size[group] - 1))
        if width < narrowest:
            narrowest, whose = width, str(people.index[student])
        if narrowest < enough:
            break
    return narrowest, whose


def attack(
    here: Site, people: pd.DataFrame, every: Sequence[dict[str, Any]], enough: float = 0.0
) -> tuple[int, int, float, str]:
    """Queries, distinct figures, the tightest bound found and whose it is."""
    figures: list[Figure] = []
    asked = 0
    for number, chosen in enumerate(every):
        asked += 1
        figures += trajectory_figures(here, people, chosen, False)
        split = SPLITS[number // 8 % len(SPLITS)]
        if number % 4 == 0:
            asked += 1
            figures += trajectory_figures(here, people, chosen, True)
        if number % 8 == 0:
            asked += 1
            figures += trajectory_figures(here, people, chosen, number % 16 == 0, split)
        if number % 20 == 0:
            asked += 2
            figures += effect_figures(here, people, chosen)
            figures += downloaded_figures(here, people, chosen, number % 40 == 0, split)
    distinct = {(figure.inside.tobytes(), figure.low): figure for figure in figures}
    assert all(
        figure.low - 1e-9 <= people["rate"].to_numpy()[figure.inside].mean() <= figure.high + 1e-9
        for figure in distinct.values()
    )
    return asked, len(distinct), *tightest(people, list(distinct.values()), enough)


@pytest.fixture
def small_program(site: Build, delivery: Delivery) -> Site:
    write_program(delivery)
    return site()


def test_no_students_rate_can_be_bounded_by_what_a_presenter_sees(small_program: Site) -> None:
    here, people = small_program, served()
    here.sign_in("pat")
    asked, figures, width, whose = attack(here, people, selections())
    log.warning("presenter: %d queries, %d figures, tightest %.1f points", asked, figures, width)
    assert asked > 1_800
    assert figures > 60
    assert width >= TIGHTEST_ALLOWED, whose


def test_what_leadership_sees_bounds_no_student_to_a_point_or_two(small_program: Site) -> None:
    """Groups of ten tell more than groups of twenty; how much more is printed."""
    here, people = small_program, served()
    here.sign_in("lea")
    asked, figures, width, _whose = attack(here, people, selections()[::6])
    log.warning("leadership: %d queries, %d figures, tightest %.1f points", asked, figures, width)
    assert figures > 60
    assert width > 2


def attack_baselines(
    here: Site, every: Sequence[dict[str, Any]], enough: float = 0.0
) -> tuple[int, float, str]:
    """Distinct figures, the tightest bound of a student's rate before the visit, whose it is."""
    with snapshot() as data:
        people = data.frame(sa.select(served_student)).set_index("student_id")
    people = people.assign(rate=100 * people["baseline_rate"]).dropna(subset=["rate"])
    figures = [figure for chosen in every for figure in baseline_figures(here, people, chosen)]
    distinct = {(figure.inside.tobytes(), figure.low): figure for figure in figures}
    assert all(
        figure.low - 1e-9 <= people["rate"].to_numpy()[figure.inside].mean() <= figure.high + 1e-9
        for figure in distinct.values()
    )
    return len(distinct), *tightest(people, list(distinct.values()), enough)


def of_two_dimensions() -> list[dict[str, Sequence[str]]]:
    """Selections by two dimensions at most: of more, few figures are shown."""
    return [chosen for chosen in selections() if sum(map(bool, chosen.values())) <= 2]


def test_no_students_rate_before_the_visit_can_be_bounded(small_program: Site) -> None:
    small_program.sign_in("pat")
    figures, width, whose = attack_baselines(small_program, of_two_dimensions()[::2])
    log.warning("presenter, before the visit: %d figures, tightest %.1f points", figures, width)
    assert figures > 40
    assert width >= TIGHTEST_ALLOWED, whose


def test_rates_before_the_visit_are_bounded_without_disclosure_control(
    small_program: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncontrolled(frame: pd.DataFrame, *_rest: Any, **_more: Any) -> pd.DataFrame:
        return frame.assign(about=False, withheld=False, beyond=False)

    monkeypatch.setattr(standing, "disclosed", uncontrolled)
    small_program.sign_in("pat")
    _figures, width, _whose = attack_baselines(small_program, of_two_dimensions()[::3], enough=1)
    assert width < 1


def test_the_same_attack_succeeds_without_disclosure_control(
    small_program: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncontrolled(frame: pd.DataFrame, *_rest: Any, **_more: Any) -> pd.DataFrame:
        students = frame["students"].astype("Int64")
        missing = frame["students"] == 0
        return frame.drop(columns="smallest_part", errors="ignore").assign(
            students=students,
            about=False,
            withheld=missing,
            beyond=False,
            low=frame["low"].fillna(frame["rate"]),
            high=frame["high"].fillna(frame["rate"]),
        )

    monkeypatch.setattr(trajectories, "disclosed", uncontrolled)
    here, people = small_program, served()
    here.sign_in("pat")
    _asked, _figures, width, _whose = attack(here, people, selections()[:200], enough=1)
    assert width < 1


@pytest.fixture
def speakers(site: Build, delivery: Delivery, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A smaller program, with home language as a filter."""
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    write_program(delivery, students=120)
    return site()


def test_home_language_as_a_filter_bounds_no_students_rate(speakers: Site) -> None:
    speakers.sign_in("pat")
    asked, figures, width, whose = attack(speakers, served(), selections_with_languages())
    log.warning(
        "with languages: %d queries, %d figures, tightest %.1f points", asked, figures, width
    )
    assert figures > 15
    assert width >= TIGHTEST_ALLOWED, whose


def test_the_attack_by_language_succeeds_where_parts_forget_it(
    speakers: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(column: np.ndarray, dimension: str, values: tuple[str, ...]) -> np.ndarray:
        return marks(column, dimension, () if dimension == "home_language" else values)

    marks = parts._marks
    monkeypatch.setattr(parts, "_marks", forgetful)
    speakers.sign_in("pat")
    every = selections_with_languages()
    _asked, _figures, width, _whose = attack(speakers, served(), every, TIGHTEST_ALLOWED)
    assert width < TIGHTEST_ALLOWED
