"""Parts of a bar too few to be told: the bar is whole, and none of them can be reckoned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.database import snapshot
from queries.filters import Filters
from queries.stacks import TOGETHER, Bar, Students, behind
from queries.students import NOT_REACHED
from queries.viewer import Viewer
from queries.visits import Scope, totals, volume
from tests.conftest import Delivery

KINDS = ("home", "school", "community", "virtual", "phone", "not-reached")


def bar(**students: int) -> Bar:
    """A bar of students with one contact of one kind each; nobody had the other KINDS."""
    contacts = dict.fromkeys(KINDS, 0) | students
    return of(contacts, {frozenset([kind]): number for kind, number in students.items()})


def of(contacts: Mapping[str, int], students: Students) -> Bar:
    """A bar of students of whom the viewer knows none."""
    return Bar(contacts, students, students)


def told(of: Bar, threshold: int = 10) -> dict[str, tuple[int, int]]:
    return {
        part["kind"]: (part["contacts"], part["students"])
        for part in of.parts(threshold)
        if part["unknown"] >= max(threshold, 1)
    }


def test_small_kinds_are_told_together_and_the_bar_is_whole() -> None:
    found = told(bar(home=40, school=7, phone=5))
    assert found == {"home": (40, 40), TOGETHER: (12, 12)}


def test_one_small_kind_is_joined_by_the_next_smallest() -> None:
    """Alone it would be what the whole bar leaves: 62 less 40 less 15."""
    assert told(bar(home=40, school=15, phone=7)) == {"home": (40, 40), TOGETHER: (22, 22)}


def test_small_kinds_that_are_too_few_together_are_joined_too() -> None:
    assert told(bar(home=40, school=15, phone=3, virtual=2)) == {
        "home": (40, 40),
        TOGETHER: (20, 20),
    }


def test_a_bar_of_two_kinds_of_which_one_is_small_is_one_part() -> None:
    assert told(bar(home=40, phone=3)) == {TOGETHER: (43, 43)}


def test_a_bar_of_too_few_students_is_withheld_never_told_as_nothing() -> None:
    for few in (bar(), bar(home=9), bar(home=5, phone=4)):
        assert told(few) == {}
        assert [part["kind"] for part in few.parts(10)] == [*KINDS, TOGETHER]


def test_a_bar_of_one_kind_looks_like_one_in_which_others_are_few() -> None:
    assert told(bar(home=40)) == {TOGETHER: (40, 40)}
    assert told(bar(home=40, school=15)) == {"home": (40, 40), TOGETHER: (15, 15)}


def test_students_whom_the_viewer_knows_do_not_hide_the_others() -> None:
    """Of 12 by phone a coordinator knows 11: the one left is told together with others."""
    had = {frozenset([kind]): number for kind, number in {"home": 40, "phone": 12}.items()}
    unknown = {frozenset(["home"]): 25, frozenset(["phone"]): 1}
    mixed = Bar(dict.fromkeys(KINDS, 0) | {"home": 40, "phone": 12}, had, unknown)
    assert told(mixed) == {TOGETHER: (52, 52)}


def test_a_student_with_two_kinds_of_contact_counts_once() -> None:
    """Six by phone and six by video are six students: too few for a part."""
    both = of(
        dict.fromkeys(KINDS, 0) | {"phone": 6, "virtual": 6, "home": 30, "school": 20},
        {
            frozenset(["phone", "virtual"]): 6,
            frozenset(["home"]): 30,
            frozenset(["school"]): 20,
        },
    )
    assert told(both) == {"home": (30, 30), TOGETHER: (32, 26)}


def test_who_sees_the_names_sees_every_kind() -> None:
    assert told(bar(home=2, phone=1), threshold=0) == {"home": (2, 2), "phone": (1, 1)}


BARS = st.dictionaries(
    st.frozensets(st.sampled_from(KINDS), min_size=1),
    st.integers(min_value=1, max_value=25),
    min_size=1,
).map(lambda students: of({kind: behind(students, kind) for kind in KINDS}, students))


def sets_told(of: Bar, threshold: int) -> list[frozenset[str]]:
    """The kinds behind each part told."""
    kinds = set(told(of, threshold))
    joined = [frozenset(KINDS) - kinds] if TOGETHER in kinds else []
    return [frozenset([kind]) for kind in kinds - {TOGETHER}] + joined


@given(BARS, st.sampled_from((5, 10, 20)))
def test_every_part_told_is_of_enough_students_and_the_parts_make_the_bar(
    of: Bar, threshold: int
) -> None:
    found = told(of, threshold)
    if behind(of.students, *KINDS) < threshold:
        assert found == {}
        return
    assert sum(contacts for contacts, _students in found.values()) == sum(of.contacts.values())
    for kinds in sets_told(of, threshold):
        assert behind(of.students, *kinds) >= threshold
    if TOGETHER in found:
        assert len(frozenset(KINDS) - set(found)) >= 2


@given(BARS, st.sampled_from((5, 10, 20)))
def test_which_kinds_told_together_had_few_students_and_which_none_makes_no_difference(
    of_some: Bar, threshold: int
) -> None:
    few = [kind for kind in KINDS if behind(of_some.students, kind) < threshold]
    other = dict(zip(few, [*few[1:], *few[:1]], strict=True))
    students = {
        frozenset(other.get(kind, kind) for kind in had): number
        for had, number in of_some.students.items()
    }
    contacts = {kind: behind(students, kind) for kind in KINDS}
    assert told(of(contacts, students), threshold) == told(of_some, threshold)


@given(BARS)
def test_no_few_students_are_left_by_subtracting_what_screen_and_file_tell(of: Bar) -> None:
    """Everybody sees a bar at 10 students and, in a file, at 20: each difference is of many."""
    screen, file = (sets_told(of, threshold) for threshold in (10, 20))
    for larger in file:
        inside = [kinds for kinds in screen if kinds <= larger]
        assert frozenset().union(*inside) == larger  # whole parts of the screen, nothing cut
        for number in range(1, len(inside)):
            for taken in combinations(inside, number):
                rest = larger - frozenset().union(*taken)
                assert behind(of.students, *rest) >= 10


# --- From a delivery ------------------------------------------------------------------------

HARTFORD = Scope(Filters(district=("0640011",)), is_own=False)
LEADERSHIP, PRESENTER = Viewer("leadership"), Viewer("presenter", (), 20)


MONTHS = ("09", "10", "11")


@pytest.fixture
def september(delivery: Delivery) -> Delivery:
    """Hartford in September: 40 home visits, 12 at school, 4 calls to as many students; in October
    3 students; in November 30 visits at home. Student 1 was called and visited at home.
    """
    ids = [f"{number:010d}" for number in range(1, 57)]
    kinds = ["home"] * 40 + ["school"] * 12 + ["phone"] * 4
    visits = [
        f"v{one},{one},2022-09-14,{kind},completed,school"
        for one, kind in zip(ids, kinds, strict=True)
    ]
    visits += ["w1,0000000001,2022-09-15,phone,attempted,school"]
    visits += [f"o{one},{one},2022-10-05,home,completed,school" for one in ids[:3]]
    visits += [f"n{one},{one},2022-11-09,home,completed,school" for one in ids[:30]]
    delivery.write(
        students="student_id\n" + "".join(f"{one}\n" for one in ids),
        enrollments="student_id,school_year,district_code,grade\n"
        + "".join(f"{one},2022-23,0640011,7\n" for one in ids),
        attendance="student_id,district_code,month,days_enrolled,days_attended\n"
        + "".join(f"{one},0640011,2022-{month},20,15\n" for one in ids for month in MONTHS),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "\n".join(visits)
        + "\n",
    )
    delivery.load()
    return delivery


@pytest.mark.usefixtures("september")
def test_the_months_of_a_district_are_whole_and_few_calls_are_not_told() -> None:
    """17 contacts of 17 students: 12 at school, 4 calls, 1 attempt; about 15.

    November is not told either: what all contacts leave beside September would be October's.
    """
    with snapshot() as data:
        frame = volume(data, LEADERSHIP, HARTFORD)
        leaving = volume(data, PRESENTER, HARTFORD)
        assert totals(data, LEADERSHIP, HARTFORD) == (89, 1, False)
        own = volume(data, Viewer("coordinator", ("0640011",)), Scope(HARTFORD.filters, True))
    assert list(frame.columns[:4]) == ["period", "kind", "contacts", "students"]
    rows = {(row["period"], row["kind"]): row["contacts"] for row in told_rows(frame)}
    assert rows == {(date(2022, 9, 1), "home"): 40, (date(2022, 9, 1), TOGETHER): 15}
    assert [row["contacts"] for row in told_rows(leaving)] == [55]  # too few beside 40
    assert own.set_index("kind")["contacts"].groupby(level=0).sum().to_dict() == {
        "home": 73,
        "school": 12,
        "phone": 4,
        NOT_REACHED: 1,
    }


def told_rows(frame: pd.DataFrame) -> list[dict[str, object]]:
    return frame[~frame["withheld"]].to_dict("records")
