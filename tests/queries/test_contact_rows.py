"""No row of contacts tells of a student: a selection of few looks like one of nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from queries import visits
from queries.database import Snapshot, snapshot
from queries.filters import Filters
from queries.stacks import TOGETHER
from queries.students import NOT_REACHED
from queries.viewer import Viewer
from queries.visits import AT_ONCE, Query, Scope
from tests.conftest import Delivery

QUERIES: Mapping[str, Query] = {
    query.__name__: query
    for query in (
        visits.volume,
        visits.calendar,
        visits.flow,
        visits.waits,
        visits.repeats,
        visits.schools,
        visits.visitors,
    )
}
LEADERSHIP, PRESENTER = Viewer("leadership"), Viewer("presenter", (), 20)
CORA = Viewer("coordinator", ("0640011",))

HARTFORD, NEW_HAVEN = "0640011", "0930011"
ALONE = "2000000001"

# What became of the one student of New Haven: date, modality, outcome, visitor type.
HISTORIES = {
    "one visit": ["2022-10-05,home,completed,school"],
    "reached later, by another visitor": [
        "2022-09-20,phone,attempted,school",
        "2022-11-15,virtual,completed,community",
    ],
    "never reached": ["2022-10-11,home,cancelled,community"],
    "before and after all others": [
        "2021-11-10,community,completed,school",
        "2022-12-20,school,completed,school",
    ],
}


@pytest.fixture(params=HISTORIES)
def alone(request: pytest.FixtureRequest, delivery: Delivery) -> None:
    """The program with one student of New Haven contacted."""
    write_program(delivery, HISTORIES[request.param])
    delivery.load()


def write_program(delivery: Delivery, contacts: Sequence[str]) -> None:
    """Hartford visits 60 students at home in September, the first 30 in November, 12 are called in
    October; New Haven has one student, of school 201. Nobody is in grade 12.
    """
    ids = [f"{number:010d}" for number in range(1, 61)]
    rows = [f"s{one},{one},2022-09-14,home,completed,school" for one in ids]
    rows += [f"n{one},{one},2022-11-09,home,completed,community" for one in ids[:30]]
    rows += [f"o{one},{one},2022-10-12,phone,attempted,school" for one in ids[:12]]
    rows += [f"x{number},{ALONE},{contact}" for number, contact in enumerate(contacts)]
    everyone = [(one, HARTFORD, "101") for one in ids] + [(ALONE, NEW_HAVEN, "201")]
    delivery.write(
        schools="school_code,school_name,district_code\n"
        f"101,Oak,{HARTFORD}\n102,Elm,{HARTFORD}\n201,Harbor,{NEW_HAVEN}\n202,Hill,{NEW_HAVEN}\n",
        students="student_id\n" + "".join(f"{one}\n" for one, _code, _school in everyone),
        enrollments="student_id,school_year,district_code,grade,school_code\n"
        + "".join(f"{one},2022-23,{code},7,{school}\n" for one, code, school in everyone),
        attendance="student_id,district_code,month,days_enrolled,days_attended\n"
        + "".join(
            f"{one},{code},2022-{month},20,15\n"
            for one, code, _school in everyone
            for month in ("09", "10", "11", "12")
        ),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(f"{row}\n" for row in rows),
    )


def asked(data: Snapshot, viewer: Viewer, **filters: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    scope = Scope(Filters(**filters), is_own=False)
    return {name: query(data, viewer, scope) for name, query in QUERIES.items()}


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("viewer", [LEADERSHIP, PRESENTER, CORA], ids=lambda viewer: viewer.role)
def test_one_student_and_nobody_give_the_same_rows_whatever_the_contacts(viewer: Viewer) -> None:
    with snapshot() as data:
        one = asked(data, viewer, district=(NEW_HAVEN,))
        nobody = asked(data, viewer, district=(NEW_HAVEN,), grade=("12",))
    for name, frame in one.items():
        assert frame["withheld"].all(), name
        pd.testing.assert_frame_equal(frame, nobody[name])
    # Nor do the rows depend on what this student did: they are those of the whole program.
    months = [] if viewer == CORA else ["2022-09-01", "2022-10-01", "2022-11-01"]
    if viewer == PRESENTER:
        months = [month for month in months if month != "2022-10-01"] and months
    assert [f"{day:%Y-%m-%d}" for day in one["volume"]["period"].unique()] == months
    assert one["schools"]["school_name"].fillna("").tolist() == ["Harbor", "Hill", ""]
    assert len(one["flow"]) == 7
    assert one["visitors"]["visitor_type"].tolist() == ["community", "school"]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("viewer", [LEADERSHIP, PRESENTER, CORA], ids=lambda viewer: viewer.role)
def test_a_district_and_the_same_with_one_student_more_are_not_subtracted(viewer: Viewer) -> None:
    with snapshot() as data:
        both = asked(data, viewer, district=(HARTFORD, NEW_HAVEN))
    assert all(frame["withheld"].all() for frame in both.values())


def test_a_district_of_enough_students_is_told_but_for_its_smallest_month(
    delivery: Delivery,
) -> None:
    """60 visits in September, 12 calls in October, 30 visits in November: contacts before or after
    would be what all contacts leave beside the three.
    """
    write_program(delivery, ())
    delivery.load()
    with snapshot() as data:
        told = asked(data, LEADERSHIP, district=(HARTFORD,))
        file = asked(data, CORA.for_export(), district=(HARTFORD,))
    months = told["volume"][~told["volume"]["withheld"]]
    assert [(day.month, kind) for day, kind in months[["period", "kind"]].to_numpy()] == [
        (9, TOGETHER),
        (11, TOGETHER),
    ]
    assert months["contacts"].tolist() == [60, 30]
    schools = told["schools"].set_index("school_name")["students"]
    assert schools.isna().tolist() == [True] * 3  # 60 are in one: so nobody is in the others
    assert file["waits"]["withheld"].tolist() == told["waits"]["withheld"].tolist()


def test_the_students_whom_a_coordinator_knows_are_taken_off_before_it_is_counted(
    delivery: Delivery,
) -> None:
    """Thirteen were not reached, twelve of them Hartford's: the thirteenth would be told.

    (Eleven were reached within a week: the smallest number, withheld beside the waits of nobody.)
    """
    write_program(delivery, ())
    own = [f"30000000{number:02d}" for number in range(12)]
    others = [f"40000000{number:02d}" for number in range(26)]
    for one in [*own, *others]:
        code, school = (HARTFORD, "101") if one in own else (NEW_HAVEN, "201")
        outcome = "attempted" if one in [*own, others[0]] else "completed"
        delivery.add("students", one)
        delivery.add("enrollments", f"{one},2022-23,{code},7,{school}")
        delivery.add("attendance", f"{one},{code},2022-09,20,15")
        delivery.add("visits", f"c{one},{one},2022-09-14,home,{outcome},school")
    for one in others[15:]:
        delivery.add("visits", f"d{one},{one},2022-09-12,home,attempted,school")
    delivery.load()
    with snapshot() as data:
        to_leadership, to_cora = (
            asked(data, viewer, district=(HARTFORD, NEW_HAVEN))["waits"].set_index("wait")
            for viewer in (LEADERSHIP, CORA)
        )
    assert to_leadership["students"][[AT_ONCE, NOT_REACHED]].tolist() == [75, 15]
    assert to_cora["students"].dropna().to_dict() == {AT_ONCE: 75}
