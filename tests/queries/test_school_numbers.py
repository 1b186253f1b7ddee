"""Two districts number their schools alike: each keeps its own school, wherever it is named."""

from __future__ import annotations

import pytest

from queries import official, visits
from queries.database import snapshot
from queries.filters import Filters
from queries.students import Behind, caseload, one_student
from queries.viewer import Viewer
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, Delivery

SCHOOLS = "school_code,school_name,district_code\n"
VISITS = "visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
BOTH = Viewer("coordinator", ("0640011", "0930011"))
LEADERSHIP = Viewer("leadership")


def district_delivers(
    delivery: Delivery, code: str, name: str, school: str, first: int
) -> Delivery:
    """Twenty students of a district's school 101, the first two of them visited."""
    students = range(first, first + 20)
    return delivery.write(
        districts=f"district_code,district_name\n{code},{name}\n",
        schools=f"{SCHOOLS}101,{school},{code}\n",
        students="student_id,first_name,last_name\n"
        + "".join(f"{n},F{n},L{n}\n" for n in students),
        enrollments="student_id,school_year,district_code,grade,school_code,entry_date\n"
        + "".join(f"{n},2021-22,{code},5,101,2021-09-01\n" for n in students),
        attendance=ATTENDANCE_HEADER
        + "".join(f"{n},{code},{month},20,19\n" for n in students for month in SCHOOL_YEAR[:5]),
        visits=VISITS
        + "".join(f"{code}-{n},{n},2021-11-10,home,completed,school\n" for n in students[:2]),
    )


@pytest.fixture
def two_districts(delivery: Delivery) -> None:
    district_delivers(delivery, "0640011", "Hartford", "Oak Street School", 1000000000).load()
    district_delivers(delivery, "0930011", "New Haven", "Harbor Academy", 1000000500).load()


@pytest.mark.usefixtures("two_districts")
def test_the_second_district_with_a_school_101_does_not_rename_the_first_ones() -> None:
    with snapshot() as data:
        students = caseload(data, BOTH, Filters())
        pages = {number: one_student(data, BOTH, number) for number in ("1000000000", "1000000500")}
        tables = {code: official.schools(data, LEADERSHIP, code) for code in BOTH.districts}
    schools = students.groupby("district_name")["school_name"].unique().map(list).to_dict()
    assert schools == {"Hartford": ["Oak Street School"], "New Haven": ["Harbor Academy"]}
    assert len(students) == 4  # nobody is listed once for either school 101
    for number, school in (("1000000000", "Oak Street School"), ("1000000500", "Harbor Academy")):
        page = pages[number]
        assert page is not None
        assert page.row["school_name"] == school
        assert page.enrollments["school_name"].tolist() == [school]
    assert tables["0640011"]["school_name"].tolist() == ["Oak Street School"]
    assert tables["0930011"]["school_name"].tolist() == ["Harbor Academy"]


@pytest.mark.usefixtures("two_districts")
def test_the_list_behind_a_school_holds_no_student_of_the_other_districts_school_101() -> None:
    with snapshot() as data:
        schools = visits.schools(data, BOTH, visits.visits_scope(BOTH, Filters()))
        assert sorted(schools["school_name"]) == ["Harbor Academy", "Oak Street School"]
        assert schools["students"].tolist() == [2, 2]
        for row in schools.to_dict("records"):
            link = Behind(school=row["school_code"], school_district=row["district_code"])
            behind = caseload(data, BOTH, Filters(), Behind.parse(f"?{link.to_search()}"))
            assert behind["school_name"].tolist() == [row["school_name"]] * 2


def test_both_schools_101_may_come_in_one_delivery(delivery: Delivery) -> None:
    report = delivery.write(
        schools=f"{SCHOOLS}101,Oak Street School,0640011\n101,Harbor Academy,0930011\n"
    ).load()
    assert report.outcomes["schools.csv"].loaded == 2


def test_a_school_that_only_the_other_district_declared_is_not_taken_for_the_rows_own(
    delivery: Delivery,
) -> None:
    delivery.write(schools=f"{SCHOOLS}101,Oak Street School,0640011\n").add(
        "enrollments", "0000000002,2021-22,0930011,3,101,2021-10-01,"
    )
    [reason] = delivery.load().rejected["reason"]
    assert reason == "school_code is a school of another district, not of the row's"
