"""Most systems list absences alone: with a calendar and enrolments they become days."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from queries.schema import absence, attendance_month, attendance_week
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.load import LoadReport
from tests.conftest import ATTENDANCE_HEADER, Delivery

HEADER = "student_id,district_code,date,absent,excused\n"
HARTFORD, NEW_HAVEN = "0640011", "0930011"
ADA, BEN, CY = "0000000001", "0000000002", "1000000003"
CALENDAR_HEADER = "district_code,date,school_code,grade,is_school_day\n"
# Twelve school days: two of September, ten of October. Columbus Day is none.
DAYS = ("09-29", "09-30", *(f"10-{day:02d}" for day in (1, 4, 5, 6, 7, 8, 12, 13, 14, 15)))


def calendar(*districts: str, days: tuple[str, ...] = DAYS) -> str:
    return CALENDAR_HEADER + "".join(
        f"{code},2021-{day},,,\n" for code in districts for day in days
    )


def absences(delivery: Delivery, *rows: str) -> Delivery:
    (delivery.folder / "attendance.csv").unlink(missing_ok=True)
    return delivery.write(absences=HEADER + "".join(f"{row}\n" for row in rows))


def of_hartford(delivery: Delivery, *rows: str) -> Delivery:
    return absences(delivery, *rows).write(calendar=calendar(HARTFORD))


def months(delivery: Delivery) -> dict[tuple[str, str], tuple[float, float]]:
    columns = attendance_month.c["student_id", "month", "days_enrolled", "days_attended"]
    rows = delivery.read(sa.select(*columns))
    return {(student, month): (enrolled, there) for student, month, enrolled, there in rows}


def said(report: LoadReport) -> str:
    return "\n".join(report.remarks)


def test_a_day_without_an_absence_was_attended(delivery: Delivery) -> None:
    of_hartford(
        delivery,
        f"{ADA},{HARTFORD},2021-10-04,1,yes",
        f"{ADA},{HARTFORD},2021-10-05,0.5,no",
        f"{CY},{HARTFORD},2021-10-15,1,",
    ).load()
    assert months(delivery) == {
        (ADA, "2021-09"): (2, 2),
        (ADA, "2021-10"): (10, 8.5),
        (CY, "2021-09"): (2, 2),
        (CY, "2021-10"): (10, 9),
    }


def test_weeks_of_two_months_are_whole(delivery: Delivery) -> None:
    of_hartford(
        delivery, f"{ADA},{HARTFORD},2021-10-01,1,", f"{CY},{HARTFORD},2021-10-05,1,"
    ).load()
    columns = attendance_week.c["week", "days_enrolled", "days_attended"]
    weeks = delivery.read(sa.select(*columns).where(attendance_week.c.student_id == ADA))
    assert sorted(weeks) == [(date(2021, 9, 27), 3, 2), (date(2021, 10, 4), 2, 2)]


def test_who_came_late_was_there(delivery: Delivery) -> None:
    mapping = delivery.folder.parent / "codes.toml"
    mapping.write_text('[absences.values.absent]\nT = "0"\nU = "1"\n')
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-04,U,no", f"{ADA},{HARTFORD},2021-10-15,T,")
    delivery.load(mapping=str(mapping))
    assert months(delivery)[ADA, "2021-10"] == (10, 9)


def test_no_day_is_invented_after_the_last_absence(delivery: Delivery) -> None:
    report = of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-08,1,no").load()
    assert months(delivery)[CY, "2021-10"] == (6, 6)
    assert "Hartford October 8, 2021" in said(report)


def test_days_before_the_entry_and_after_the_exit_do_not_count(delivery: Delivery) -> None:
    header = "student_id,school_year,district_code,grade,entry_date,exit_date\n"
    delivery.write(
        enrollments=header
        + f"{ADA},2021-22,{HARTFORD},7,2021-10-05,2021-10-13\n{CY},2021-22,{HARTFORD},5,,\n"
    )
    of_hartford(
        delivery, f"{CY},{HARTFORD},2021-10-15,1,", f"{ADA},{HARTFORD},2021-10-06,1,"
    ).load()
    assert months(delivery) == {
        (ADA, "2021-10"): (6, 5),
        (CY, "2021-09"): (2, 2),
        (CY, "2021-10"): (10, 9),
    }


def test_a_student_of_two_schools_at_once_has_every_day_once(delivery: Delivery) -> None:
    delivery.add("enrollments", f"{ADA},2021-22,{HARTFORD},7,101,2021-10-12,2021-10-13")
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-12,1,no", f"{CY},{HARTFORD},2021-10-15,1,")
    delivery.load()
    assert months(delivery)[ADA, "2021-10"] == (10, 9)


def test_the_calendar_of_a_school_or_grade_goes_before_the_districts(delivery: Delivery) -> None:
    header = "student_id,school_year,district_code,grade,school_code\n"
    rows = [f"{ADA},2021-22,{HARTFORD},7,101", f"{CY},2021-22,{HARTFORD},PK,101"]
    delivery.write(enrollments=header + "\n".join([*rows, f"{BEN},2021-22,{NEW_HAVEN},3,201\n"]))
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-15,1,", f"{CY},{HARTFORD},2021-10-15,1,")
    delivery.add(
        "calendar",
        f"{HARTFORD},2021-10-04,101,,no",
        f"{HARTFORD},2021-10-05,101,,no",
        f"{HARTFORD},2021-10-05,101,PK,yes",
        f"{HARTFORD},2021-10-06,,PK,no",
    ).load()
    assert months(delivery)[ADA, "2021-10"] == (8, 7)
    assert months(delivery)[CY, "2021-10"] == (8, 7)  # no school on the 4th and 6th


def test_a_missing_calendar_is_asked_for_and_nothing_changes(delivery: Delivery) -> None:
    absences(delivery, f"{ADA},{HARTFORD},2021-10-04,1,yes")
    with pytest.raises(DeliveryRefusedError, match="which days were school days") as refused:
        delivery.load()
    assert "absences.csv needs calendar.csv" in str(refused.value)
    assert "Hartford in 2021-22" in str(refused.value)


def test_a_calendar_of_an_earlier_delivery_is_remembered(delivery: Delivery) -> None:
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-04,1,yes").load()
    (delivery.folder / "calendar.csv").unlink()
    absences(delivery, f"{ADA},{HARTFORD},2021-10-08,1,yes").load()
    assert months(delivery)[ADA, "2021-10"] == (6, 5)


def test_days_with_an_absence_are_school_days_only_where_the_mapping_says_so(
    delivery: Delivery,
) -> None:
    mapping = delivery.folder.parent / "assumed.toml"
    mapping.write_text('[absences]\nschool_days = "days with an absence"\n')
    absences(
        delivery,
        f"{ADA},{HARTFORD},2021-10-04,1,yes",
        f"{CY},{HARTFORD},2021-10-05,1,yes",
        f"{CY},{HARTFORD},2021-10-07,1,yes",
    ).load(mapping=str(mapping))
    assert months(delivery) == {(ADA, "2021-10"): (3, 2), (CY, "2021-10"): (3, 1)}
    mapping.write_text('[absences]\nschool_days = "weekdays"\n')
    with pytest.raises(MappingError, match="days with an absence"):
        delivery.load(mapping=str(mapping))


def test_an_absence_taken_back_at_the_source_is_a_day_attended(delivery: Delivery) -> None:
    kept = f"{CY},{HARTFORD},2021-10-15,1,no"
    of_hartford(
        delivery, kept, f"{ADA},{HARTFORD},2021-09-30,1,", f"{ADA},{HARTFORD},2021-10-05,1,"
    )
    delivery.load()
    of_hartford(delivery, kept).load()
    assert months(delivery)[ADA, "2021-10"] == (10, 10)
    assert months(delivery)[ADA, "2021-09"] == (2, 1)  # September was not delivered again


def test_a_snow_day_taken_out_of_the_calendar_is_no_day_enrolled(delivery: Delivery) -> None:
    of_hartford(delivery, f"{CY},{HARTFORD},2021-10-15,1,no").load()
    days = tuple(day for day in DAYS if day != "10-05")
    delivery.write(calendar=calendar(HARTFORD, days=days)).load()
    assert months(delivery)[CY, "2021-10"] == (9, 8)


def test_absences_that_cannot_count_are_told_with_their_lines(delivery: Delivery) -> None:
    report = of_hartford(
        delivery,
        f"{ADA},{HARTFORD},2021-10-11,1,no",
        f"{BEN},{HARTFORD},2021-10-12,1,no",
        f"{CY},{HARTFORD},2021-10-15,1,no",
    ).load()
    doubts = report.doubts.sort_values("line")
    assert doubts[["line", "words"]].to_numpy().tolist() == [
        [2, f"{ADA} on 2021-10-11"],
        [3, f"{BEN} on 2021-10-12"],
    ]
    assert "no school" in doubts["rule"].iloc[0]
    assert "not enrolled" in doubts["rule"].iloc[1]
    assert "absences.csv: 1 absence kept and not counted: there is no school" in said(report)
    assert not any(ADA in remark for remark in report.remarks)


def test_a_school_that_took_no_attendance_has_no_days_for_it(delivery: Delivery) -> None:
    days = tuple(f"10-{day:02d}" for day in (1, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19, 20, 21, 22))
    absences(delivery, f"{ADA},{HARTFORD},2021-10-01,1,", f"{ADA},{HARTFORD},2021-10-22,1,")
    report = delivery.write(calendar=calendar(HARTFORD, days=days)).load()
    assert months(delivery)[ADA, "2021-10"] == (2, 0)
    assert "October 4, 2021 to October 21, 2021 (13 school days in Hartford)" in said(report)


def test_other_districts_may_deliver_days_and_months(delivery: Delivery) -> None:
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-10-08,1,no", f"{BEN},{NEW_HAVEN},2021-10-04,1,no")
    delivery.write(
        attendance=ATTENDANCE_HEADER + f"{BEN},{NEW_HAVEN},2021-10,20,15\n",
        attendance_daily=f"student_id,district_code,date,attended\n{BEN},{NEW_HAVEN},2021-11-01,1\n",
    )
    report = delivery.load()
    assert months(delivery)[ADA, "2021-10"] == (6, 5)
    assert months(delivery)[BEN, "2021-10"] == (20, 15)
    assert months(delivery)[BEN, "2021-11"] == (1, 1)
    assert "stay as stated there" in said(report)
    assert "1 month of New Haven" in said(report)


def test_months_delivered_later_take_the_place_of_absences(delivery: Delivery) -> None:
    of_hartford(delivery, f"{ADA},{HARTFORD},2021-09-30,1,no", f"{ADA},{HARTFORD},2021-10-15,1,no")
    delivery.load()
    for name in ("absences", "calendar"):
        (delivery.folder / f"{name}.csv").unlink()
    delivery.write(attendance=ATTENDANCE_HEADER + f"{ADA},{HARTFORD},2021-10,20,15\n")
    delivery.load()
    delivery.load()
    assert months(delivery)[ADA, "2021-10"] == (20, 15)
    assert months(delivery)[ADA, "2021-09"] == (2, 1)


def test_excused_or_not_is_kept(delivery: Delivery) -> None:
    of_hartford(
        delivery,
        f"{ADA},{HARTFORD},2021-10-04,1,Y",
        f"{ADA},{HARTFORD},2021-10-05,1,no",
        f"{ADA},{HARTFORD},2021-10-06,1,",
    ).load()
    rows = delivery.read(sa.select(absence.c.date, absence.c.excused).order_by(absence.c.date))
    assert [excused for _day, excused in rows] == ["yes", "no", None]
