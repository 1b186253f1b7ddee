"""Chronic absence from files as districts deliver them: the same on every page, list and target."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from components import method
from components.standing_wording import months_summary
from components.student_wording import chronic
from queries.database import snapshot
from queries.filters import Filters, View
from queries.official import district_months, schools
from queries.schema import (
    all_districts_month,
    contacted_student,
    district_month,
    school_year,
    served_student,
)
from queries.standing import standing
from queries.students import caseload
from queries.targets import Target, progress
from queries.viewer import Viewer
from reporting.errors import DeliveryRefusedError
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, Delivery

HARTFORD, NEW_HAVEN = "0640011", "0930011"
LEADERSHIP = Viewer("leadership", threshold=5)
DAYS = [f"2021-09-{day:02d}" for day in (*range(1, 4), *range(6, 11), *range(13, 18))]
DAYS += [f"2021-09-{day:02d}" for day in (*range(20, 25), 27, 28)]
OF_ALL = sa.select(
    all_districts_month.c["month", "students_k12", "chronic_students", "severe_students"]
).order_by("month")


def enrolled(
    delivery: Delivery, students: Iterable[int], stays: Iterable[str], grade: str = "5"
) -> None:
    """Declare students, each with the same stays: district, school, entry, exit."""
    students = list(students)
    delivery.add("students", *(f"{n:010d},A,B,2011-01-01,English" for n in students))
    lines = (stay.split(",") for stay in stays)
    rows = [(d, f"{grade},{school},{entry},{exit_date}") for d, school, entry, exit_date in lines]
    delivery.add(
        "enrollments", *(f"{n:010d},2021-22,{d},{rest}" for n in students for d, rest in rows)
    )


def attended(
    delivery: Delivery, students: Iterable[int], district: str, months: Iterable[str], days: str
) -> None:
    """Give students the same days enrolled and attended in every month."""
    rows = [f"{n:010d},{district},{month},{days}" for n in students for month in months]
    delivery.add("attendance", *rows)


@pytest.fixture
def empty(delivery: Delivery) -> Delivery:
    """The two districts, a school each, without any student."""
    return delivery.write(
        schools="school_code,school_name,district_code\nOAK,Oak,0640011\nELM,Elm,0930011\n",
        students="student_id,first_name,last_name,birth_date,home_language\n",
        enrollments="student_id,school_year,district_code,grade,school_code,entry_date,exit_date\n",
        attendance=ATTENDANCE_HEADER,
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n",
    )


def of_district(delivery: Delivery, district: str, month: str) -> tuple[int, int]:
    """Students in the base of the chronic share of a month, and of those chronically absent."""
    columns = district_month.c
    [counts] = delivery.read(
        sa.select(columns.students_k12, columns.chronic_students).where(
            columns.district_code == district, columns.month == month
        )
    )
    return counts


# --- Exactly 90 % ----------------------------------------------------------------


def test_twenty_days_ten_of_them_0_8_are_90_percent_for_all_thirty(empty: Delivery) -> None:
    students = range(30)
    enrolled(empty, students, ["0640011,,,"])
    rows = [
        f"{n:010d},0640011,{day},{0.8 if (place + n) % 20 < 10 else 1}"
        for n in students
        for place, day in enumerate(DAYS)
    ]
    empty.write(attendance_daily="student_id,district_code,date,attended\n" + "\n".join(rows))
    empty.load()
    assert of_district(empty, HARTFORD, "2021-09") == (30, 30)


def test_tenths_of_days_by_month_are_added_up_to_exactly_90_percent(empty: Delivery) -> None:
    # 21 + 21 + 8 + 9 + 9 + 13 days enrolled, 72.9 of 81 attended; 91.8 of 102, 60.3 of 67 likewise.
    months = [*SCHOOL_YEAR[:6]]
    splits = (
        ("21,17.8", "21,21.0", "8,7.3", "9,8.0", "9,7.8", "13,11.0"),
        ("21,18.1", "21,17.9", "20,20.0", "20,17.6", "10,10.0", "10,8.2"),
        ("20,17.9", "13,12.1", "9,8.3", "9,7.9", "9,8.1", "7,6.0"),
    )
    for first, split in enumerate(splits):
        students = range(10 * first, 10 * first + 10)
        enrolled(empty, students, ["0640011,,,"])
        for month, days in zip(months, split, strict=True):
            attended(empty, students, HARTFORD, [month], days)
    empty.load()
    assert of_district(empty, HARTFORD, "2022-02") == (30, 30)


def test_ten_of_a_thousand_days_above_90_percent_is_not_chronic(empty: Delivery) -> None:
    enrolled(empty, range(20), ["0640011,,,"])
    attended(empty, range(20), HARTFORD, ["2021-09"], "20,18.002")  # 90.01 %
    empty.load()
    assert of_district(empty, HARTFORD, "2021-09") == (20, 0)


def test_half_of_the_periods_is_a_day_whatever_the_shares(empty: Delivery) -> None:
    enrolled(empty, range(10), ["0640011,,,"])
    shares = (0.1, 0.7, 0.9, 0.3)  # half of four periods: 0.49999999999999994 in this order
    rows = [
        f"{n:010d},0640011,2021-09-01,{share},{period}"
        for n in range(10)
        for period, share in enumerate(shares)
    ]
    empty.write(
        attendance_periods="student_id,district_code,date,attended,period\n" + "\n".join(rows)
    )
    empty.load()
    months = district_month.c
    assert empty.read(sa.select(months.days_enrolled, months.days_attended)) == [(10.0, 10.0)]


# --- Least days ------------------------------------------------------------------


def test_nobody_counts_before_the_tenth_day(empty: Delivery) -> None:
    enrolled(empty, range(40), ["0640011,OAK,2021-09-01,"])
    attended(empty, range(20), HARTFORD, ["2021-09"], "20,20")
    attended(empty, range(20, 40), HARTFORD, ["2021-09"], "9,0")
    empty.add("visits", *(f"v{n},{n:010d},2021-09-08,home,completed,school" for n in range(40)))
    empty.load()
    assert of_district(empty, HARTFORD, "2021-09") == (20, 0)
    assert [row[1:] for row in empty.read(OF_ALL)] == [(20, 0, 0)]
    school = school_year.c
    assert empty.read(sa.select(school.students, school.students_k12, school.chronic_students)) == [
        (40, 20, 0)
    ]
    now = sa.select(served_student.c.chronic_now, sa.func.count()).group_by("chronic_now")
    assert dict(empty.read(now)) == {False: 20, None: 20}
    with snapshot() as data:
        listed = caseload(data, Viewer("coordinator", (HARTFORD,)), Filters())
    flags = [chronic(row) for row in listed.to_dict("records")]
    assert sorted(set(flags)) == [
        "No (100\N{NO-BREAK SPACE}%)",
        "Too few days yet (0\N{NO-BREAK SPACE}%)",
    ]
    attended(empty, range(20, 40), HARTFORD, ["2021-10"], "1,0")
    empty.load()
    assert of_district(empty, HARTFORD, "2021-10") == (40, 20)


def test_the_least_days_are_a_setting_that_methods_tells(
    empty: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(empty, range(20), ["0640011,,,"])
    attended(empty, range(20), HARTFORD, ["2021-09"], "20,10")
    monkeypatch.setenv("LEAP_LEAST_DAYS", "21")
    empty.load()
    assert of_district(empty, HARTFORD, "2021-09") == (0, 0)
    monkeypatch.delenv("LEAP_LEAST_DAYS")  # the dashboard tells what the load counted by
    with snapshot() as data:
        words = method.least_days(data.least_days)
    assert words.startswith("Students with fewer than 21 days enrolled this school year")
    empty.load()
    assert of_district(empty, HARTFORD, "2021-09") == (20, 20)


@pytest.mark.parametrize("given", ["ten", "0", "-1", "10.5", "", "101"])
def test_a_setting_that_is_no_number_of_days_is_refused_in_words(
    empty: Delivery, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("LEAP_LEAST_DAYS", given)
    with pytest.raises(DeliveryRefusedError, match=r"LEAP_LEAST_DAYS is .* number of days from 1"):
        empty.load()


def test_pre_kindergarten_is_in_no_share_even_where_next_years_grade_is_known(
    empty: Delivery,
) -> None:
    enrolled(empty, range(20), ["0640011,OAK,2021-09-01,"], grade="PK")
    empty.add("enrollments", *(f"{n:010d},2022-23,0640011,K,OAK,," for n in range(20)))
    empty.add("visits", *(f"v{n},{n:010d},2021-10-08,home,completed,school" for n in range(20)))
    attended(empty, range(20), HARTFORD, SCHOOL_YEAR, "20,10")
    empty.load()
    assert of_district(empty, HARTFORD, "2022-06") == (0, 0)
    columns = served_student.c
    assert set(empty.read(sa.select(columns.chronic_before, columns.chronic_now))) == {(None, None)}
    assert empty.read(sa.select(sa.func.sum(school_year.c.students_k12))) == [(0,)]


# --- Who moves -------------------------------------------------------------------


@pytest.fixture
def twelve_moved(empty: Delivery) -> Delivery:
    """Two districts of thirty at 100 %; twelve more, at 45 % in Hartford, then 95 in New Haven."""
    stay, come, movers = range(30), range(100, 130), range(200, 212)
    enrolled(empty, stay, ["0640011,OAK,2021-09-01,"])
    enrolled(empty, come, ["0930011,ELM,2021-09-01,"])
    enrolled(empty, movers, ["0640011,OAK,2021-09-01,2022-01-07", "0930011,ELM,2022-01-10,"])
    attended(empty, stay, HARTFORD, SCHOOL_YEAR, "20,20")
    attended(empty, come, NEW_HAVEN, SCHOOL_YEAR, "20,20")
    attended(empty, movers, HARTFORD, SCHOOL_YEAR[:4], "20,9")
    attended(empty, movers, HARTFORD, ["2022-01"], "5,2")
    attended(empty, movers, NEW_HAVEN, ["2022-01"], "9,9")
    attended(empty, movers, NEW_HAVEN, SCHOOL_YEAR[5:], "20,19")
    return empty.add("visits", *(f"v{n},{n:010d},2022-02-10,home,completed,school" for n in movers))


def test_a_move_begins_no_new_year_and_the_only_school_is_its_district(
    twelve_moved: Delivery,
) -> None:
    twelve_moved.load()
    # Nine days there in January: not yet.
    assert of_district(twelve_moved, NEW_HAVEN, "2022-01") == (30, 0)
    assert of_district(twelve_moved, NEW_HAVEN, "2022-02") == (42, 12)
    for district, school in ((HARTFORD, "OAK"), (NEW_HAVEN, "ELM")):
        assert of_district(twelve_moved, district, "2022-06") == (42, 12)
        columns = school_year.c
        counts = sa.select(columns.students_k12, columns.chronic_students)
        assert twelve_moved.read(counts.where(columns.school_code == school)) == [(42, 12)]
    chronic_now = sa.select(served_student.c.chronic_now)
    assert twelve_moved.read(chronic_now) == [(True,)] * 12
    listed = sa.select(contacted_student.c.district_code, contacted_student.c.is_chronic)
    assert twelve_moved.read(listed) == [(NEW_HAVEN, True)] * 12


def test_nobody_counts_twice_in_all_districts_together(twelve_moved: Delivery) -> None:
    twelve_moved.load()
    assert twelve_moved.read(OF_ALL)[-1] == ("2022-06", 72, 12, 12)
    january = sa.select(all_districts_month.c.students, all_districts_month.c.days_enrolled)
    january = january.where(all_districts_month.c.month == "2022-01")
    assert twelve_moved.read(january) == [(72, 60 * 20 + 12 * 14.0)]
    with snapshot() as data:
        told = district_months(data, LEADERSHIP).set_index(["district_code", "month"])["chronic"]
        elm = schools(data, LEADERSHIP, NEW_HAVEN)["chronic"].iloc[0]
    # Of counts to fives, in whole per cents.
    assert told["all", "2022-06"] == pytest.approx(round(10 / 72, 2))
    assert told[NEW_HAVEN, "2022-06"] == elm == pytest.approx(round(10 / 42, 2))


def test_a_few_who_moved_are_not_told_by_the_sum_of_districts_less_all(
    twelve_moved: Delivery,
) -> None:
    twelve_moved.load()
    students = []
    with snapshot() as data:
        for threshold in (12, 13):
            told = district_months(data, Viewer("leadership", threshold=threshold))
            january = told[(told["district_code"] == "all") & (told["month"] == "2022-01")]
            students.append(january["students"].item())
    assert students == [72, 70]  # twelve were in both districts: to the nearest five


def test_a_district_that_delivers_late_is_told_by_its_own_last_month(
    twelve_moved: Delivery,
) -> None:
    # Hartford's last month is February; the movers go on missing days in New Haven.
    lines = (twelve_moved.folder / "attendance.csv").read_text().splitlines(keepends=True)
    late = [m for m in SCHOOL_YEAR if m > "2022-02"]
    kept = [line for line in lines if not any(f",{HARTFORD},{m}," in line for m in late)]
    twelve_moved.write(attendance="".join(kept)).load()
    assert of_district(twelve_moved, HARTFORD, "2022-02") == (42, 12)
    columns = school_year.c
    oak = sa.select(columns.students_k12, columns.chronic_students)
    assert twelve_moved.read(oak.where(columns.school_code == "OAK")) == [(42, 12)]
    # Hartford's thirty still count in all districts' June.
    assert twelve_moved.read(OF_ALL)[-1] == ("2022-06", 72, 12, 12)


# --- Who leaves ------------------------------------------------------------------


@pytest.fixture
def seniors(empty: Delivery) -> Delivery:
    """Sixty students; fifteen are seniors, at 83 % all year, whose last month is May."""
    enrolled(empty, range(15), ["0640011,OAK,2021-09-01,2022-05-31"], grade="12")
    enrolled(empty, range(15, 60), ["0640011,OAK,2021-09-01,"])
    attended(empty, range(15), HARTFORD, SCHOOL_YEAR[:9], "18,15")
    attended(empty, range(15, 60), HARTFORD, SCHOOL_YEAR, "18,17")
    return empty.add("visits", f"v1,{20:010d},2022-02-10,home,completed,school")


def test_seniors_who_leave_in_may_count_in_june(seniors: Delivery) -> None:
    seniors.load()
    assert of_district(seniors, HARTFORD, "2022-06") == (60, 15)
    with snapshot() as data:
        months = district_months(data, LEADERSHIP)
        own = months[months["district_code"] == HARTFORD]
        oak = schools(data, LEADERSHIP, HARTFORD)["chronic"].iloc[0]
        aims = [Target(d, "chronic", 20.0, date(2022, 6, 30)) for d in (HARTFORD, "all")]
        found = [progress(data, LEADERSHIP, aim) for aim in aims]
    june = own.iloc[-1]
    assert (june["students"], june["rate"]) == (45, round(17 / 18, 2))
    assert june["chronic"] == oak == 0.25
    days = (15 * 9 * 15 + 45 * 10 * 17) / (15 * 9 * 18 + 45 * 10 * 18)
    assert june["rate_to_date"] == round(days, 2)
    assert [(aim.state, aim.now) for aim in found] == [("missed", 25.0)] * 2
    assert "chronically absent 25\N{NO-BREAK SPACE}%" in months_summary(own, months, "Hartford")


def test_who_was_away_for_a_month_and_came_back_counts_all_the_time(empty: Delivery) -> None:
    enrolled(empty, range(20), ["0640011,OAK,2021-09-01,"])
    attended(empty, range(10), HARTFORD, SCHOOL_YEAR[:4], "20,20")
    attended(empty, range(10, 20), HARTFORD, ["2021-09", "2021-12"], "20,10")
    empty.load()
    for month in SCHOOL_YEAR[:4]:
        assert of_district(empty, HARTFORD, month) == (20, 10)


def test_a_new_school_year_begins_anew_in_august(empty: Delivery) -> None:
    enrolled(empty, range(20), ["0640011,OAK,2021-09-01,"])
    attended(empty, range(20), HARTFORD, ["2022-06", "2022-07"], "20,10")
    attended(empty, range(20), HARTFORD, ["2022-08"], "9,9")
    attended(empty, range(20), HARTFORD, ["2022-09"], "20,20")
    empty.load()
    found = [of_district(empty, HARTFORD, f"2022-{month:02d}") for month in (6, 7, 8, 9)]
    assert found == [(20, 20), (20, 20), (0, 0), (20, 0)]


def test_a_month_without_days_before_the_visit_leaves_the_year_so_far(empty: Delivery) -> None:
    enrolled(empty, range(20), ["0640011,OAK,2021-09-01,"])
    attended(empty, range(10), HARTFORD, SCHOOL_YEAR, "20,20")
    attended(empty, range(10, 20), HARTFORD, ["2021-09", "2022-03"], "20,10")
    visited = (f"v{n},{n:010d},2021-12-08,home,completed,school" for n in range(10, 20))
    empty.add("visits", *visited).load()
    with snapshot() as data:
        [found] = standing(data, LEADERSHIP, View(Filters())).to_dict("records")
    for share in ("chronic_before", "chronic_now"):  # all ten: half or more
        assert (found[share], found[f"{share}_beyond"]) == (0.5, "above")
    assert not pd.isna(found["baseline"])
