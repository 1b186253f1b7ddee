"""What a district takes back at the source does not stay for ever, and no child on a wrong list."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from queries.database import snapshot
from queries.deliveries import doubtful_rules
from queries.filters import Filters
from queries.schema import (
    attendance_day,
    attendance_month,
    contacted_student,
    district_month,
    enrollment,
    served_student,
    visit,
    withdrawn_row,
)
from queries.students import caseload
from queries.viewer import Viewer
from reporting.check import database_summary
from reporting.load import LoadReport
from tests.conftest import ATTENDANCE_HEADER, Delivery, months

DAYS = "student_id,district_code,date,attended\n"
STAYS = "student_id,school_year,district_code,grade,school_code,entry_date,exit_date\n"
VISITS = "visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
HARTFORD, NEW_HAVEN = "0640011", "0930011"
MOVED = "1000000000"
NO_SHOWS = ("1000000900", "1000000901")
PRESENT = [f"10000000{n:02d}" for n in range(1, 30)]
NO_SCHOOL = "2021-09-02"
SEPTEMBER = [f"2021-09-{day:02d}" for day in (1, 2, 3, *range(7, 11), *range(13, 18))] + [
    f"2021-09-{day:02d}" for day in (*range(20, 25), *range(27, 31))
]


def first_september(delivery: Delivery) -> Delivery:
    """32 students with 21 days, two of them no-shows; on September 2 there was no school."""
    everybody = [MOVED, *PRESENT, *NO_SHOWS]
    absent = {(one, day) for one in NO_SHOWS for day in SEPTEMBER}
    absent |= {(one, NO_SCHOOL) for one in everybody}
    (delivery.folder / "attendance.csv").unlink(missing_ok=True)
    return delivery.write(
        students="student_id\n" + "".join(f"{one}\n" for one in everybody),
        enrollments=STAYS
        + "".join(f"{one},2021-22,{HARTFORD},5,,2021-09-01,\n" for one in everybody),
        attendance_daily=DAYS
        + "".join(
            f"{one},{HARTFORD},{day},{int((one, day) not in absent)}\n"
            for one in everybody
            for day in SEPTEMBER
        ),
        visits=f"{VISITS}V1,{MOVED},2021-09-15,home,completed,school\n",
    )


def corrected_september(delivery: Delivery) -> Delivery:
    """The same September whole: one of the students in New Haven since August 30."""
    days = [day for day in SEPTEMBER if day != NO_SCHOOL]
    return delivery.write(
        students="student_id\n" + "".join(f"{one}\n" for one in [MOVED, *PRESENT]),
        enrollments=f"{STAYS}{MOVED},2021-22,{NEW_HAVEN},5,,2021-08-30,\n"
        + "".join(f"{one},2021-22,{HARTFORD},5,,2021-09-01,\n" for one in PRESENT),
        attendance_daily=DAYS
        + "".join(f"{MOVED},{NEW_HAVEN},{day},1\n" for day in days)
        + "".join(f"{one},{HARTFORD},{day},1\n" for one in PRESENT for day in days),
    )


def load_as(delivery: Delivery, withdrawn: str) -> LoadReport:
    mapping = delivery.folder.parent / "withdrawn.toml"
    mapping.write_text(f'withdrawn = "{withdrawn}"\n')
    return delivery.load(mapping=str(mapping))


def of_district(delivery: Delivery, code: str) -> tuple:
    columns = district_month.c["students", "days_attended", "days_enrolled", "chronic_students"]
    [row] = delivery.read(sa.select(*columns).where(district_month.c.district_code == code))
    return row


def listed(district: str) -> list[str]:
    """Students on the list of a district's coordinator."""
    with snapshot() as data:
        return caseload(data, Viewer("coordinator", (district,)), Filters())["student_id"].tolist()


def undecided(delivery: Delivery) -> dict[str, int]:
    columns = withdrawn_row.c
    rows = delivery.read(sa.select(columns.record, sa.func.count()).group_by(columns.record))
    return dict(rows)


@pytest.fixture
def september(delivery: Delivery) -> Delivery:
    assert len(SEPTEMBER) == 21
    first_september(delivery).load()
    assert of_district(delivery, HARTFORD) == (32, 600, 672, 2)
    return delivery


def test_no_shows_and_a_day_without_school_are_gone_once_they_are_taken_back(
    september: Delivery,
) -> None:
    report = load_as(corrected_september(september), "remove")
    assert of_district(september, HARTFORD) == (29, 580, 580, 0)
    assert of_district(september, NEW_HAVEN) == (1, 20, 20, 0)
    assert listed(NEW_HAVEN) == [MOVED]
    assert listed(HARTFORD) == []
    place = sa.select(contacted_student.c.district_code)
    assert september.read(place.where(contacted_student.c.student_id == MOVED)) == [(NEW_HAVEN,)]
    assert september.read(sa.select(sa.func.count()).select_from(enrollment)) == [(30,)]
    assert september.read(sa.select(sa.func.count()).select_from(attendance_day)) == [(600,)]
    assert report.doubts.empty
    assert undecided(september) == {}
    assert report.remarks == [
        "enrollments.csv: 3 enrollments that the database holds of Hartford, 2021-22 are not in "
        "this delivery, which states the same again. Removed, as the mapping says.",
        "attendance_daily.csv: 92 student-days that the database holds of Hartford, September "
        "2021 are not in this delivery, which states the same again: 63 of 3 students who have "
        "none there now; 29 of September 2, 2021, which nobody has now. "
        "Removed, as the mapping says.",
        "Hartford, September 2021: none of 29 students missed a day: was attendance taken?",
    ]


def test_what_nobody_decided_about_stays_and_is_told_until_somebody_does(
    september: Delivery,
) -> None:
    report = corrected_september(september).load()
    assert of_district(september, HARTFORD) == (32, 600, 672, 2)
    assert "3 enrollments" in report.remarks[0]
    assert "92 student-days" in report.remarks[1]
    assert 'Kept until somebody decides: withdrawn = "remove" or "keep"' in report.remarks[1]
    assert not any(MOVED in remark for remark in report.remarks)  # remarks are for anybody
    words = report.doubts.groupby("file")["words"].apply(list)
    assert words["attendance_daily.csv"] == [
        f"{MOVED}: 21 days of September 2021 in Hartford",
        "1000000900: 21 days of September 2021 in Hartford",
        "1000000901: 21 days of September 2021 in Hartford",
        "September 2, 2021 in Hartford: 29 students; nobody has the day now",
    ]
    assert words["enrollments.csv"][0] == f"{MOVED}: 2021-22 in Hartford, since September 1, 2021"
    assert len(words["enrollments.csv"]) == 3
    september.load()  # the same once more: still undecided, and told again
    assert undecided(september) == {"attendance_day": 92, "enrollment": 3}
    with snapshot() as data:
        told = doubtful_rules(data, Viewer("leadership"))
        said = " ".join(database_summary(data).oddities)
    assert told["rows"].tolist() == [90]  # in fives, and from ten on
    assert "92 rows: days that a later delivery of their month no longer holds" in said
    assert "3 rows: enrollments that a later delivery of their school year no longer holds" in said


@pytest.mark.parametrize("withdrawn", [None, "keep"])
def test_a_child_enrolled_in_a_district_by_mistake_is_not_named_to_its_coordinator(
    september: Delivery, withdrawn: str | None
) -> None:
    corrected = corrected_september(september)
    if withdrawn:
        load_as(corrected, withdrawn)
    else:
        corrected.load()
    assert listed(NEW_HAVEN) == [MOVED]
    assert listed(HARTFORD) == []
    assert september.read(sa.select(served_student.c.district_code)) == [(NEW_HAVEN,)]


def test_what_comes_again_is_no_longer_in_doubt(september: Delivery) -> None:
    corrected_september(september).load()
    first_september(september).load()
    # Hartford has its rows again; of New Haven's, nothing was stated.
    assert undecided(september) == {}


def test_a_decision_counts_for_what_earlier_loads_found(september: Delivery) -> None:
    corrected_september(september).load()
    load_as(september, "remove")
    assert undecided(september) == {}
    assert of_district(september, HARTFORD) == (29, 580, 580, 0)
    first_september(september).load()
    corrected_september(september).load()
    load_as(september, "keep")
    assert undecided(september) == {"enrollment": 3}  # they count last, and are no doubt
    with snapshot() as data:
        assert doubtful_rules(data, Viewer("leadership")).empty
    assert listed(HARTFORD) == []


def test_a_file_of_corrections_takes_nothing_back(september: Delivery) -> None:
    correction = f"{DAYS}{PRESENT[0]},{HARTFORD},2021-09-03,0\n"
    september.write(enrollments=STAYS, attendance_daily=correction)
    report = load_as(september, "remove")
    assert of_district(september, HARTFORD)[:3] == (32, 599, 672)
    assert report.doubts.empty
    assert report.remarks == [
        "attendance_daily.csv holds a part alone of 1 month of 1 district, against what the "
        "database holds: taken as corrections and additions, the rest stays.",
        "Hartford, September 2021: all 32 students are absent on September 2, 2021: was there "
        "school?",
    ]


def test_the_last_weeks_days_take_none_of_the_weeks_before_back(september: Delivery) -> None:
    since = [day for day in SEPTEMBER if day >= "2021-09-13"]
    rows = (f"{one},{HARTFORD},{day},1\n" for one in PRESENT for day in since)
    september.write(enrollments=STAYS, attendance_daily=DAYS + "".join(rows))
    load_as(september, "remove")
    assert of_district(september, HARTFORD)[2] == 672


def test_a_rejected_row_takes_nothing_back(september: Delivery) -> None:
    corrected_september(september)
    first_september(september)
    file = september.folder / "attendance_daily.csv"
    bad = file.read_text().replace(f"{MOVED},{HARTFORD},2021-09-03,1", f"{MOVED},{HARTFORD},x,1")
    september.write(attendance_daily=bad)
    load_as(september, "remove")
    assert of_district(september, HARTFORD)[2] == 672


ADA, BEN = ("0000000001", HARTFORD), ("0000000002", NEW_HAVEN)


def test_a_student_taken_out_of_a_month_that_the_states_file_holds_whole(
    delivery: Delivery,
) -> None:
    cy = "1000000003"
    delivery.write(
        attendance=ATTENDANCE_HEADER + months(*ADA, [18, 14]) + months(cy, HARTFORD, [5, 5])
    ).load()
    again = ATTENDANCE_HEADER + months(*ADA, [18, 14]) + months(cy, HARTFORD, [5])
    report = load_as(delivery.write(attendance=again), "remove")
    of_cy = sa.select(attendance_month.c.month).where(attendance_month.c.student_id == cy)
    assert delivery.read(of_cy) == [("2021-09",)]
    [remark] = report.remarks
    assert "1 student-month that the database holds of Hartford, October 2021 is not" in remark


def test_the_shipped_mapping_of_the_states_file_removes_what_it_no_longer_holds(
    delivery: Delivery,
) -> None:
    header = (
        "Reporting District,SASID,Year,Month,In-Person Membership Days,In-Person Attendance Days\n"
    )
    ada, cy = "064,0000000001,2021,9,20,18\n", "064,1000000003,2021,9,20,5\n"
    (delivery.folder / "attendance.csv").unlink()
    for rows in (ada + cy, ada):
        delivery.write(membership_attendance=header + rows).load(mapping="connecticut_monthly")
    assert delivery.read(sa.select(attendance_month.c.student_id)) == [("0000000001",)]


def test_an_enrollment_with_a_corrected_entry_date_is_not_a_second_one(delivery: Delivery) -> None:
    delivery.load()
    stays = (delivery.folder / "enrollments.csv").read_text()
    delivery.write(enrollments=stays.replace("2021-09-01", "2021-08-30"))
    load_as(delivery, "remove")
    found = sa.select(enrollment.c.student_id, sa.cast(enrollment.c.entry_date, sa.Text))
    assert [day for _student, day in delivery.read(found)] == ["2021-08-30"] * 3


def test_a_visit_taken_out_of_the_log_is_taken_back(delivery: Delivery) -> None:
    ada = "0000000001"
    log = f"{VISITS}v1,{ada},2021-12-07,home,completed,school\n"
    wrong = f"v2,{ada},2022-02-01,home,completed,school\n"
    later = f"v3,{ada},2022-03-01,home,completed,school\n"
    delivery.write(visits=log + wrong + later).load()
    report = delivery.write(visits=log + later).load()
    assert report.doubts["words"].tolist() == [f"v2: {ada} on February 1, 2022"]
    assert delivery.read(sa.select(visit.c.visit_id).order_by("visit_id")) == [
        ("v1",),
        ("v2",),
        ("v3",),
    ]
    load_as(delivery, "remove")
    assert delivery.read(sa.select(visit.c.visit_id).order_by("visit_id")) == [("v1",), ("v3",)]
    assert undecided(delivery) == {}


def test_a_log_of_new_visits_alone_takes_no_earlier_one_back(delivery: Delivery) -> None:
    delivery.load()
    delivery.write(visits=f"{VISITS}v2,0000000001,2021-12-09,home,completed,school\n")
    assert load_as(delivery, "remove").remarks == []
    assert delivery.read(sa.select(sa.func.count()).select_from(visit)) == [(2,)]
