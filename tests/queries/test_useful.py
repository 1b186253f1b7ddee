"""Disclosure control leaves a small program a useful page: one district, 100 visited students."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from queries.database import Snapshot, snapshot
from queries.effects import effect
from queries.filters import Filters, View
from queries.schema import GRADE_BANDS, HEADLINE_MONTH
from queries.standing import standing
from queries.told import told
from queries.trajectories import trajectory
from queries.viewer import Viewer
from queries.visits import HALF_YEAR, Scope, volume, volume_period
from tests.conftest import Delivery

LEADERSHIP = Viewer("leadership")

VISITED, OTHERS, SCHOOLS = 100, 900, 5
YEARS = ("2020-21", "2021-22", "2022-23", "2023-24")
MONTHS = [
    f"{int(year[:4]) + (month < 9)}-{month:02d}"
    for year in YEARS
    for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
]
FIRST_VISITS = [month for month in MONTHS if "2021-10" <= month <= "2023-05"]


def write_district(delivery: Delivery, seed: int) -> Delivery:
    """Students who miss much school, some of them visited at some time in two school years."""
    rng = random.Random(seed)
    ids = [f"{number:010d}" for number in range(1, VISITED + OTHERS + 1)]
    visited = ids[:VISITED]
    level = {one: rng.betavariate(8, 2) for one in ids}
    school = {one: f"{rng.randrange(SCHOOLS):07d}" for one in ids}
    grade = {one: rng.choice(("1", "3", "5", "7", "9", "10")) for one in ids}
    first = {one: f"{rng.choice(FIRST_VISITS)}-{rng.randint(1, 28):02d}" for one in visited}

    def attended(one: str, month: str) -> int:
        gain = 0.06 if one in first and month > first[one][:7] else 0.0
        return sum(rng.random() < min(level[one] + gain, 1) for _ in range(20))

    return delivery.write(
        districts="district_code,district_name\n0640011,Hartford\n",
        schools="school_code,school_name,district_code\n"
        + "".join(f"{place:07d},School {place},0640011\n" for place in range(SCHOOLS)),
        students="student_id,first_name,last_name\n" + "".join(f"{one},A,B\n" for one in ids),
        enrollments="student_id,school_year,district_code,grade,school_code\n"
        + "".join(f"{one},{y},0640011,{grade[one]},{school[one]}\n" for one in ids for y in YEARS),
        attendance="student_id,district_code,month,days_enrolled,days_attended\n"
        + "".join(f"{one},0640011,{m},20,{attended(one, m)}\n" for one in ids for m in MONTHS),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(
            f"v{one},{one},{first[one]},{rng.choice(('home', 'home', 'school'))},completed,school\n"
            for one in visited
        ),
    )


@pytest.fixture(scope="module", params=[1, 2, 3])
def district(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """The district by itself, with some chance."""
    folder = tmp_path_factory.mktemp("useful")
    url = f"duckdb:///{folder}/leap.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_DATABASE_URL", url)
        write_district(Delivery(Path(folder) / "delivery", url), request.param).load()
        with snapshot() as data:
            yield data


def test_the_effect_after_six_months_is_told_with_its_range(district: Snapshot) -> None:
    found = effect(district, LEADERSHIP, Filters())
    month = found.months[HEADLINE_MONTH]
    assert not month["withheld"]
    assert found.verdict is not None
    figure = told(found)
    assert figure["low"] < figure["high"]


def test_nearly_all_months_are_drawn(district: Snapshot) -> None:
    frame = trajectory(district, LEADERSHIP, View()).frame
    assert frame["rate"].notna().sum() >= 18


def test_both_grade_bands_are_told(district: Snapshot) -> None:
    frame = trajectory(district, LEADERSHIP, View(split="grade_band")).frame
    months = frame[frame["rate"].notna()].groupby("group").size()
    assert set(months.index) == set(GRADE_BANDS)
    assert (months >= 18).all()
    assert standing(district, LEADERSHIP, View(split="grade_band"))["baseline"].notna().all()


def test_contacts_are_told_by_half_years(district: Snapshot) -> None:
    everybody = Scope(Filters(), is_own=False)
    assert volume_period(district, LEADERSHIP, everybody) == HALF_YEAR
    frame = volume(district, LEADERSHIP, everybody)
    told_of = frame[frame["contacts"].fillna(0) > 0]
    assert told_of["period"].nunique() >= 3
    assert {when.month for when in frame["period"]} <= {1, 7}
