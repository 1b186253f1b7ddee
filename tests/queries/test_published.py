"""The methods page's queries: published effects, every cut, the loads."""

from __future__ import annotations

import sqlalchemy as sa

from queries.database import Snapshot, snapshot
from queries.deliveries import last_loads
from queries.effects import effect, every_cut
from queries.filters import SPLITS, Filters
from queries.published import published_effects
from queries.schema import served_student
from queries.told import all_months
from queries.viewer import Viewer
from tests.conftest import Delivery

LEADERSHIP = Viewer("leadership")


def test_every_published_effect_is_told_of_the_same_students_here(data: Snapshot) -> None:
    rows = {row.group: row for row in published_effects(data, LEADERSHIP)}
    assert (rows["Hartford"].points, rows["Hartford"].month) == ("30", 6)
    hartford = effect(data, LEADERSHIP, Filters(district=("0640011",)))
    assert rows["Hartford"].here is not None
    assert rows["Hartford"].here.matched(6) == hartford.matched(6)
    assert all(row.here is not None and row.here.verdict for row in rows.values())


def test_a_database_without_the_published_groups_says_so(delivery: Delivery) -> None:
    delivery.load()
    with snapshot() as data:
        rows = {row.group: row for row in published_effects(data, LEADERSHIP)}
    assert rows["First visit in summer 2021"].here is None
    assert rows["Hartford"].here is not None  # the district is there, its effect withheld
    assert rows["Hartford"].here.verdict is None


def test_every_value_of_every_dimension_is_a_cut_and_its_students_add_up(data: Snapshot) -> None:
    cuts = every_cut(data, LEADERSHIP)
    assert cuts[0][0] == "all"
    everybody = cuts[0][1].frame.set_index("event_month")["students"][1]
    for split in SPLITS:
        parts = [result.frame for dimension, result in cuts if dimension == split]
        counts = [frame.set_index("event_month")["students"][1] for frame in parts]
        assert abs(sum(counts) - everybody) < 0.01 * everybody
    frame = all_months(cuts)
    assert set(frame["design"]) == {"matched", "symmetric", "held_out", "lead"}
    assert len(frame[["dimension", "group"]].drop_duplicates()) == len(cuts)


def test_nothing_of_a_cut_over_few_students_is_told(data: Snapshot) -> None:
    high = Viewer("leadership", threshold=200)
    frame = all_months(every_cut(data, high))
    shown = frame[~frame["withheld"]]
    assert (shown["students"] >= 200).all()
    assert frame.loc[frame["withheld"], ["effect", "students", "low"]].isna().all().all()
    served = sa.select(sa.func.count()).where(served_student.c.district_code == "1040011")
    assert data.connection.scalar(served) < 200
    small = frame[(frame["dimension"] == "district") & (frame["group"] == "Norwich")]
    assert small["withheld"].all()


def test_the_last_loads_come_newest_first(delivery: Delivery) -> None:
    delivery.load()
    delivery.add("visits", "v9,0000000002,2022-03-01,home,completed,robot")
    delivery.load()
    with snapshot() as data:
        loads = last_loads(data)
    assert loads["loaded_at"].is_monotonic_decreasing
    visits = loads[loads["file"] == "visits.csv"]
    assert list(visits["rows_rejected"]) == [1, 0]
