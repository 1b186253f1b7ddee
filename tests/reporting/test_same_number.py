"""One state number, two children: nobody's visits and attendance become another child's unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from queries.database import snapshot
from queries.schema import attendance_month, contacted_name, enrollment, visit
from reporting.check import database_summary
from reporting.errors import MappingError
from reporting.load import LoadReport
from reporting.mapping import read_mapping
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, Delivery

VISITS = "visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
ROSTER = "student_id,first_name,last_name,birth_date\n"
RULE = "student_id is another child's in the database: another name and another birth date"


def delivers(delivery: Delivery, district: str, first: str, last: str, born: str) -> Delivery:
    """Twenty children numbered 1000 to 1019, the first five of them visited."""
    code, visited = (
        ("0640011", "2021-11-10") if district == "Hartford" else ("0930011", "2021-12-07")
    )
    numbers = range(1000, 1020)
    return delivery.write(
        districts=f"district_code,district_name\n{code},{district}\n",
        students=ROSTER
        + "".join(f"{n},{first}{n - 1000:02d},{last}{n - 1000:02d},{born}\n" for n in numbers),
        enrollments="student_id,school_year,district_code,grade,entry_date\n"
        + "".join(f"{n},2021-22,{code},5,2021-09-01\n" for n in numbers),
        attendance=ATTENDANCE_HEADER
        + "".join(f"{n},{code},{month},20,19\n" for n in numbers for month in SCHOOL_YEAR[:5]),
        visits=VISITS
        + "".join(f"{district}-{n},{n},{visited},home,completed,school\n" for n in numbers[:5]),
    )


@pytest.fixture
def hartford(delivery: Delivery) -> Delivery:
    delivers(delivery, "Hartford", "Ann", "Hartford", "2012-03-04").load()
    return delivery


def rejecting(delivery: Delivery) -> LoadReport:
    mapping = delivery.folder.parent / "numbers.toml"
    mapping.write_text('[students]\nsame_number = "reject"\n')
    return delivery.load(mapping=str(mapping))


def names(delivery: Delivery, number: str) -> list[tuple]:
    columns = contacted_name.c["first_name", "last_name"]
    return delivery.read(sa.select(*columns).where(contacted_name.c.student_id == number))


def test_a_number_of_two_children_is_a_doubt_for_each(hartford: Delivery) -> None:
    doubts = delivers(hartford, "New Haven", "Zoe", "Haven", "2007-09-08").load().doubts
    doubts = doubts[doubts["file"] == "students.csv"]
    assert doubts["rule"].tolist() == [RULE] * 20
    assert doubts["line"].tolist() == list(range(2, 22))
    assert doubts["words"].iloc[0] == (
        "1000: Zoe00 Haven00 born 2007-09-08 here, Ann00 Hartford00 born 2012-03-04 before"
    )
    with snapshot() as data:
        oddities = database_summary(data).oddities
    assert (
        f"The last load took in 20 rows of students.csv that somebody should decide about: {RULE}."
        in oddities
    )


def test_the_other_childs_visit_does_not_land_on_the_child_who_had_the_number(
    hartford: Delivery,
) -> None:
    report = rejecting(delivers(hartford, "New Haven", "Zoe", "Haven", "2007-09-08"))
    assert names(hartford, "1000") == [("Ann00", "Hartford00")]
    rejected = report.rejected.groupby("file").size().to_dict()
    assert rejected == {
        "students.csv": 20,
        "enrollments.csv": 20,
        "attendance.csv": 100,
        "visits.csv": 5,
    }
    reasons = report.rejected.groupby("file")["reason"].unique()
    assert reasons["students.csv"].tolist() == [RULE]
    assert reasons["visits.csv"].tolist() == [
        "student_id is another child's in the database: its row of students was rejected"
    ]
    of_hartford = sa.select(sa.func.count(), sa.func.min(enrollment.c.district_code))
    assert hartford.read(of_hartford) == [(20, "0640011")]
    assert hartford.read(sa.select(sa.func.count()).select_from(attendance_month)) == [(100,)]
    assert hartford.read(sa.select(sa.func.count()).select_from(visit)) == [(5,)]


@pytest.mark.parametrize(
    "row",
    [
        "1000,Ann00,Married,2012-03-04",  # another last name alone
        "1000,Ann00,Hartford00,2012-04-03",  # another birth date alone
        "1000, ÁNN-00 , hartford 00,2012-04-03",  # the same name, written otherwise
        "1000,,,2007-09-08",
        "1000,Zoe00,Haven00,",
    ],
)
def test_a_marriage_or_a_corrected_birth_date_makes_no_other_child(
    hartford: Delivery, row: str
) -> None:
    report = hartford.write(students=f"{ROSTER}{row}\n").load()
    assert not (report.doubts["rule"] == RULE).any()


def test_only_a_student_can_be_rejected_for_a_number(tmp_path: Path) -> None:
    mapping = tmp_path / "numbers.toml"
    mapping.write_text('[visits]\nsame_number = "reject"\n')
    with pytest.raises(MappingError, match=r"same_number is an entry of \[students\] alone"):
        read_mapping(str(mapping))
    mapping.write_text('[students]\nsame_number = "perhaps"\n')
    with pytest.raises(MappingError, match="it can be “reject”"):
        read_mapping(str(mapping))
