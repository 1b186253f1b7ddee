"""Marts: event months, baselines, cohorts and places, on data a person can work out."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from queries.schema import (
    OF_CONTACTED,
    contacted_month,
    district_month,
    school_month,
    served_student,
    trajectory_month,
    visit_month,
)
from tests.conftest import ATTENDANCE_HEADER, ENROLLMENTS, VISITS, Delivery, months

ADA, BEN, CY = "0000000001", "0000000002", "1000000003"


def served(delivery: Delivery, *columns: str) -> list[tuple]:
    return delivery.read(sa.select(served_student.c[columns]).order_by(served_student.c.student_id))


def trajectory_of(delivery: Delivery) -> dict[int, float]:
    rows = delivery.read(sa.select(trajectory_month.c["event_month", "rate"]))
    return dict(sorted(rows))


def visited_on(delivery: Delivery, day: str) -> Delivery:
    return delivery.write(visits=VISITS.replace("2021-12-07", day))


def test_school_months_skip_the_empty_summer(delivery: Delivery) -> None:
    delivery.add("attendance", f"{ADA},0640011,2022-07,0,0", f"{ADA},0640011,2022-09,20,20")
    delivery.load()
    numbered = dict(delivery.read(sa.select(school_month)))
    assert numbered["2021-09"] == 1
    assert numbered["2022-06"] == 10
    assert numbered["2022-09"] == 11
    assert "2022-07" not in numbered


def test_month_zero_holds_the_visit_and_plus_one_is_the_next_school_month(
    delivery: Delivery,
) -> None:
    delivery.load()
    trajectory = trajectory_of(delivery)
    assert trajectory[-3] == 18 / 20
    assert trajectory[-1] == 10 / 20
    assert trajectory[0] == 12 / 20
    assert trajectory[1] == 16 / 20
    assert min(trajectory) == -3
    assert max(trajectory) == 6


def test_a_summer_visit_has_no_month_zero(delivery: Delivery) -> None:
    delivery.add("attendance", f"{ADA},0640011,2022-09,20,15", f"{ADA},0640011,2022-10,20,16")
    visited_on(delivery, "2022-07-20").load()
    trajectory = trajectory_of(delivery)
    assert 0 not in trajectory
    assert trajectory[-1] == 20 / 20  # June
    assert trajectory[1] == 15 / 20  # September
    assert trajectory[2] == 16 / 20
    assert served(delivery, "cohort", "has_month_zero") == [("Summer 2022", False)]


@pytest.mark.parametrize(
    ("day", "cohort"),
    [
        ("2021-06-30", "2020-21"),
        ("2021-07-01", "Summer 2021"),
        ("2021-08-31", "Summer 2021"),
        ("2021-09-01", "2021-22"),
        ("2022-01-05", "2021-22"),
    ],
)
def test_cohorts_are_school_years_with_summers_apart(
    delivery: Delivery, day: str, cohort: str
) -> None:
    visited_on(delivery, day).load()
    assert served(delivery, "cohort") == [(cohort,)]


def test_a_first_visit_before_the_first_attendance_month_has_no_past(delivery: Delivery) -> None:
    visited_on(delivery, "2021-05-03").load()
    trajectory = trajectory_of(delivery)
    assert min(trajectory) == 1
    assert trajectory[1] == 18 / 20  # September is the first school month after it
    assert served(delivery, "baseline_rate", "baseline_days") == [(None, 0.0)]


def test_the_baseline_pools_months_minus_three_to_minus_one_and_leaves_out_month_zero(
    delivery: Delivery,
) -> None:
    delivery.write(
        attendance=ATTENDANCE_HEADER
        + f"{ADA},0640011,2021-10,10,5\n{ADA},0640011,2021-11,20,19\n"
        + months(ADA, "0640011", [1, 16, 18], first=3)
        + "0000000002,0930011,2021-09,20,20\n"
    )
    delivery.load()
    columns = ("baseline_rate", "baseline_days", "since_rate", "since_days")
    assert served(delivery, *columns) == [(24 / 30, 30.0, 34 / 40, 40.0)]


def test_only_a_completed_visit_is_a_first_visit(delivery: Delivery) -> None:
    delivery.add(
        "visits",
        f"v0,{ADA},2021-10-05,phone,attempted,community",
        f"v2,{ADA},2022-02-05,phone,completed,community",
        f"v3,{ADA},2022-03-05,phone,cancelled,community",
        "v4,0000000002,2022-03-05,phone,attempted,community",
    )
    delivery.load()
    columns = ("student_id", "modality", "visitor_type", "completed_visits", "attempted_visits")
    assert served(delivery, *columns) == [(ADA, "home", "school", 2, 2)]


def test_a_move_between_districts_within_a_month_adds_the_days_up(delivery: Delivery) -> None:
    delivery.write(
        attendance=ATTENDANCE_HEADER
        + f"{ADA},0640011,2022-01,8,8\n{ADA},0930011,2022-01,12,4\n{ADA},0640011,2021-12,1,1\n"
    )
    delivery.load()
    assert trajectory_of(delivery)[1] == 12 / 20
    sums = delivery.read(
        sa.select(district_month.c["district_code", "days_enrolled", "days_attended"])
        .where(district_month.c.month == "2022-01")
        .order_by(district_month.c.district_code)
    )
    assert sums == [("0640011", 8.0, 8.0), ("0930011", 12.0, 4.0)]


def test_district_and_grade_are_those_of_the_enrolment_that_covers_the_visit(
    delivery: Delivery,
) -> None:
    header = ENROLLMENTS.splitlines()[0]
    delivery.write(
        enrollments=f"{header}\n"
        f"{ADA},2020-21,0930011,5,,2020-09-01,2021-06-15\n"
        f"{ADA},2021-22,0930011,6,,2021-09-01,2021-11-30\n"
        f"{ADA},2021-22,0640011,6,,2021-12-01,2022-01-10\n"
        f"{ADA},2021-22,0640011,7,,2022-01-11,2022-06-15\n"  # moved up a grade at new year
    )
    columns = ("district_code", "grade", "grade_band")
    delivery.load()
    assert served(delivery, *columns) == [("0640011", "6", "6-12")]
    visited_on(delivery, "2022-02-01").load()
    assert served(delivery, *columns) == [("0640011", "7", "6-12")]
    visited_on(delivery, "2021-07-15").load()  # summer: the year just ended
    assert served(delivery, *columns) == [("0930011", "5", "PK-5")]


def test_chronic_absence_counts_the_school_year_so_far_and_leaves_pre_kindergarten_out(
    delivery: Delivery,
) -> None:
    delivery.write(
        attendance=ATTENDANCE_HEADER
        + months(ADA, "0640011", [20, 16, 10])  # 100 %, 90 %, 77 % to date
        + months("1000000003", "0640011", [1, 1, 1])  # pre-kindergarten
    )
    delivery.load()
    counts = delivery.read(
        sa.select(
            district_month.c["students", "students_k12", "chronic_students", "severe_students"]
        ).order_by(district_month.c.month)
    )
    assert counts == [(2, 1, 0, 0), (2, 1, 1, 0), (2, 1, 1, 1)]


def test_visit_volumes_are_counted_by_district_and_month(delivery: Delivery) -> None:
    delivery.add("visits", f"v2,{ADA},2021-12-20,home,completed,school")
    delivery.load()
    rows = delivery.read(
        sa.select(visit_month.c["district_code", "month", "outcome", "visits", "students"])
    )
    assert rows == [("0640011", "2021-12", "completed", 2, 1)]


def test_marts_of_students_contacted_hold_those_visited_or_attempted_and_nobody_else(
    delivery: Delivery,
) -> None:
    delivery.write(
        attendance_daily="student_id,district_code,date,attended\n"
        + "".join(f"{student},0640011,2022-09-01,1\n" for student in (ADA, BEN, CY)),
        absences="student_id,district_code,date,absent\n"
        + "".join(f"{student},0640011,2022-05-03,1\n" for student in (ADA, BEN, CY)),
        calendar="district_code,date\n0640011,2022-05-03\n",
    )
    delivery.add("visits", f"v2,{BEN},2021-12-08,home,attempted,school").load()
    for mart in (*OF_CONTACTED, contacted_month):
        students = delivery.read(sa.select(mart.c.student_id).distinct().order_by("student_id"))
        assert students == [(ADA,), (BEN,)]
