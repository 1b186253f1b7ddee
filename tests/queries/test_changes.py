"""What the last load changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest
import sqlalchemy as sa

from queries.changes import changes, effect_before, load_before
from queries.database import Snapshot, snapshot
from queries.disclosure import Count
from queries.disclosure.counts import drawn_noise
from queries.effects import effect
from queries.filters import Filters
from queries.schema import (
    contacted_student,
    effect_history,
    response_history,
    served_student,
    trajectory_month,
)
from queries.viewer import Viewer
from tests.conftest import SCHOOL_YEAR, Delivery, Program

LEADERSHIP = Viewer("leadership", threshold=5)
HARTFORD = Filters(district=("0640011",))


def contacted(students: range, day: str, outcome: str = "completed") -> list[str]:
    return [f"w{n},{n:010d},{day},home,{outcome},school" for n in students]


NOT_TOLD = Count(None, about=True)


def told(data: Snapshot, **students: int) -> dict[str, Count]:
    """Counts of changes as they are told: with the noise of all contacted, to fives, if enough."""
    key = data.connection.scalar(sa.select(sa.func.sum(contacted_student.c.noise_key)))
    noisy = {name: number + drawn_noise(int(key), name) for name, number in students.items()}
    return {
        name: Count((number + 2) // 5 * 5, about=True) if number >= 7 else NOT_TOLD
        for name, number in noisy.items()
    }


@pytest.fixture
def town(delivery: Delivery) -> Delivery:
    """Forty students of Hartford, at 80 % every month until April."""
    students = range(101, 141)
    delivery.add("students", *(f"{n:010d},A,B,2010-01-01,English" for n in students))
    stays = (f"{n:010d},2021-22,0640011,7,,2021-09-01,2022-06-14" for n in students)
    delivery.add("enrollments", *stays)
    rows = (f"{n:010d},0640011,{month},20,16" for n in students for month in SCHOOL_YEAR[:8])
    return delivery.add("attendance", *rows)


def test_the_first_load_has_nothing_before_it(town: Delivery) -> None:
    town.load()
    with snapshot() as data:
        assert load_before(data) is None
        assert changes(data, LEADERSHIP, Filters()) is None


def test_who_is_new_since_the_load_before(town: Delivery) -> None:
    town.add("visits", *contacted(range(101, 106), "2021-12-07")).load()
    town.add("visits", *contacted(range(106, 116), "2022-03-07"))
    town.add("visits", *contacted(range(120, 127), "2022-03-08", "attempted")).load()
    with snapshot() as data:
        found = changes(data, LEADERSHIP, Filters())
        of_others = changes(data, LEADERSHIP, Filters(district=("0930011",)))
        of_hartford = changes(data, LEADERSHIP, HARTFORD)
        noisy = told(data, contacted=17, served=10)
    assert {"contacted": found.contacted, "served": found.served} == noisy
    assert found.to_below == NOT_TOLD  # nobody, or fewer than five
    assert of_others.contacted == NOT_TOLD
    assert of_hartford == found  # the same students: the same noise


def test_who_crossed_the_line_of_chronic_absence(town: Delivery) -> None:
    town.add("visits", *contacted(range(101, 113), "2021-12-07")).load()
    month = SCHOOL_YEAR[8]
    # A month without a missed day lifts nobody over 90 %; correcting the past does.
    better = [f"{n:010d},0640011,{m},20,20" for n in range(101, 109) for m in SCHOOL_YEAR[:8]]
    town.write(attendance="student_id,district_code,month,days_enrolled,days_attended\n")
    town.add("attendance", *better, f"{140:010d},0640011,{month},20,16").load()
    with snapshot() as data:
        found = changes(data, LEADERSHIP, Filters())
        assert {"from_chronic": found.from_chronic} == told(data, from_chronic=8)
    assert found.to_chronic == found.contacted == NOT_TOLD
    assert f"{found.before.data_as_of:%Y-%m}" == "2022-06"


def test_who_reaches_the_least_days_far_below_the_line_is_newly_chronic(town: Delivery) -> None:
    newcomers = range(201, 209)
    town.add("students", *(f"{n:010d},A,B,2010-01-01,English" for n in newcomers))
    stays = [f"{n:010d},2021-22,0640011,7,,2022-04-11,2022-06-14" for n in newcomers]
    town.add("enrollments", *stays)
    town.add("visits", *contacted(range(101, 113), "2021-12-07"))
    town.add("visits", *contacted(newcomers, "2022-04-20"))
    town.add("attendance", *(f"{n:010d},0640011,2022-04,9,5" for n in newcomers)).load()
    town.write(attendance="student_id,district_code,month,days_enrolled,days_attended\n")
    town.add("attendance", *(f"{n:010d},0640011,2022-04,14,8" for n in newcomers)).load()
    with snapshot() as data:
        found = changes(data, LEADERSHIP, Filters())
        assert {"to_chronic": found.to_chronic} == told(data, to_chronic=8)
    assert found.from_chronic == NOT_TOLD


@pytest.fixture
def later(data: Snapshot) -> Snapshot:
    """The program's load as the one after its own."""
    return replace(data, loaded_at=data.loaded_at.replace(year=data.loaded_at.year + 1))


def test_the_effect_of_the_load_before_is_told_with_its_verdict(later: Snapshot) -> None:
    present = effect(later, LEADERSHIP, HARTFORD)
    told = effect_before(later, LEADERSHIP, HARTFORD, present)
    now = present.frame.set_index("event_month").loc[6]
    assert told.effect == pytest.approx(now["effect"], abs=0.0005)
    assert told.visited_rate == now["visited_rate"]
    own = present.matched(6)
    assert (told.low, told.high) == pytest.approx((own["low"], own["high"]), abs=0.001)
    assert told.verdict is present.verdict


# More students behind the effect and behind the rate than now, years after the program's load.
APART = [
    (0, 0, True),
    (1, 0, False),
    (-4, 0, False),
    (5, 0, True),
    (0, 1, False),
    (0, -4, False),
    (0, 5, True),
    (0, None, False),  # kept by a load that did not count them
]
PHONE = Filters(modality=("phone",))


@pytest.fixture(scope="module")
def loads(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """The program's load, and before it one for each row of APART, in its year after 2100."""
    file = tmp_path_factory.mktemp("loads") / "leap.duckdb"
    shutil.copyfile(sa.make_url(program.url).database or "", file)
    with duckdb.connect(str(file)) as database:
        for year, (students, served, _is_told) in enumerate(APART, start=2101):
            database.execute(
                "INSERT INTO effect_history BY NAME SELECT * REPLACE (? AS load_id, "
                "? AS loaded_at, students + ? AS students, served + ?::INTEGER AS served) "
                "FROM effect_history WHERE loaded_at < TIMESTAMP '2100-01-01'",
                [f"load-{year}", datetime(year, 1, 1), students, served],
            )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_DATABASE_URL", f"duckdb:///{file}")
        with snapshot() as data:
            yield data


@pytest.mark.parametrize("filters", [Filters(), HARTFORD, PHONE], ids=["all", "one", "about"])
def test_an_effect_before_is_not_told_where_a_few_students_make_the_difference(
    loads: Snapshot, filters: Filters
) -> None:
    present = effect(loads, LEADERSHIP, filters)
    for year, (students, served, is_told) in enumerate(APART, start=2101):
        after = replace(loads, loaded_at=datetime(year, 7, 1))
        found = effect_before(after, LEADERSHIP, filters, present)
        assert (found is not None) is is_told, (students, served)


def test_an_effect_before_is_told_of_one_value_of_one_dimension(later: Snapshot) -> None:
    two = Filters(district=("0640011", "0930011"))
    assert effect_before(later, LEADERSHIP, two, effect(later, LEADERSHIP, two)) is None


def test_an_effect_before_is_not_told_where_it_counted_the_few_of_a_district(
    later: Snapshot,
) -> None:
    """Its rate is of everybody, that of now without them: the difference would tell of them."""
    months = trajectory_month.c
    by_district = (
        sa.select(sa.func.count())
        .join_from(
            served_student, trajectory_month, months.student_id == served_student.c.student_id
        )
        .where(months.event_month == 6)
        .group_by(served_student.c.district_code)
    )
    fewest = min(later.connection.scalars(by_district))
    is_told = []
    for threshold in (fewest, fewest + 1):
        viewer = replace(LEADERSHIP, threshold=threshold)
        present = effect(later, viewer, Filters())
        assert present.verdict is not None
        is_told.append(effect_before(later, viewer, Filters(), present) is not None)
    assert is_told == [True, False]


def test_every_load_keeps_what_it_found(later: Snapshot) -> None:
    loads = sa.select(sa.func.count(effect_history.c.load_id.distinct()))
    assert later.connection.scalar(loads) == 1
    rows = sa.select(effect_history.c.dimension, sa.func.count()).group_by("dimension")
    found = dict(later.connection.execute(rows).all())
    assert (found["all"], found["district"], found["grade_band"]) == (1, 15, 2)
    contacted_once = sa.select(sa.func.count()).select_from(response_history)
    assert later.connection.scalar(contacted_once) > 10_000
