"""Daily attendance becomes months and weeks, and later days complete a month."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from queries.schema import attendance_month, attendance_week
from reporting.load import LoadReport
from tests.conftest import ATTENDANCE_HEADER, Delivery

HEADER = "student_id,district_code,date,attended\n"
ADA = "0000000001,0640011"


def october(delivery: Delivery) -> list[tuple]:
    columns = attendance_month.c["days_enrolled", "days_attended"]
    return delivery.read(
        sa.select(*columns).where(
            attendance_month.c.month == "2021-10", attendance_month.c.student_id == "0000000001"
        )
    )


def daily_only(delivery: Delivery, rows: str) -> Delivery:
    (delivery.folder / "attendance.csv").unlink(missing_ok=True)
    return delivery.write(attendance_daily=HEADER + rows)


def test_days_are_summed_to_months_and_weeks_and_half_days_count_half(delivery: Delivery) -> None:
    daily_only(
        delivery,
        f"{ADA},2021-10-01,1\n{ADA},2021-10-04,0.5\n{ADA},2021-10-05,0\n{ADA},2021-11-01,1\n",
    ).load()
    assert october(delivery) == [(3.0, 1.5)]
    weeks = delivery.read(
        sa.select(attendance_week.c["week", "days_enrolled", "days_attended"]).order_by("week")
    )
    assert weeks == [
        (date(2021, 9, 27), 1.0, 1.0),
        (date(2021, 10, 4), 2.0, 0.5),
        (date(2021, 11, 1), 1.0, 1.0),
    ]


def test_a_later_delivery_completes_a_month_and_corrects_a_day(delivery: Delivery) -> None:
    daily_only(delivery, f"{ADA},2021-10-01,1\n{ADA},2021-10-04,0\n").load()
    report = daily_only(delivery, f"{ADA},2021-10-04,1\n{ADA},2021-10-05,1\n").load()
    assert october(delivery) == [(3.0, 3.0)]
    assert report.outcomes["attendance_daily.csv"].changed == 1


def test_a_month_stated_in_monthly_form_stays_as_stated(delivery: Delivery) -> None:
    delivery.write(
        attendance=ATTENDANCE_HEADER + f"{ADA},2021-10,20,10\n",
        attendance_daily=HEADER + f"{ADA},2021-10-01,1\n",
    ).load()
    assert october(delivery) == [(20.0, 10.0)]


def test_more_than_a_day_in_a_day_is_rejected(delivery: Delivery) -> None:
    report = daily_only(delivery, f"{ADA},2021-10-01,1.5\n{ADA},2999-10-01,1\n").load()
    assert report.rejected["column"].tolist() == ["attended", "date"]


# --- Periods ----------------------------------------------------------------------

PERIODS = """
[attendance_periods]
file = "periods.csv"
missing = ["NULL"]
[attendance_periods.columns]
student_id = "Student_Number"
district_code = "District"
date = "Att_Date"
period = "Period"
attended = "Att_Code"
[attendance_periods.values.attended]
P = "1"
T = "1"
A = "0"
E = "0"
[attendance_periods.dates]
date = ["%m/%d/%Y", "%Y-%m-%d"]
"""


def by_period(delivery: Delivery, *rows: str) -> Delivery:
    (delivery.folder / "attendance.csv").unlink(missing_ok=True)
    header = "Student_Number,District,Att_Date,Period,Att_Code\n"
    return delivery.write(periods=header + "".join(f"{ADA},{row}\n" for row in rows))


def load_periods(delivery: Delivery) -> LoadReport:
    mapping = delivery.folder.parent / "periods.toml"
    mapping.write_text(PERIODS)
    return delivery.load(mapping=str(mapping))


def test_a_day_counts_as_attended_from_half_of_its_periods(delivery: Delivery) -> None:
    by_period(
        delivery,
        *("10/1/2021,1,P", "10/1/2021,2,T", "10/1/2021,3,A", "10/1/2021,4,E"),  # half: attended
        *("10/4/2021,1,P", "10/4/2021,2,A", "10/4/2021,3,A"),  # a third: absent
        *("2021-10-05,1,p", "2021-10-05,2,P"),
    )
    report = load_periods(delivery)
    assert october(delivery) == [(3.0, 2.0)]
    [periods] = [found for name, found in report.outcomes.items() if name == "periods.csv"]
    assert (periods.read, periods.loaded, periods.rejected) == (9, 9, 0)


def test_a_period_twice_is_a_conflict_and_an_unknown_code_is_named(delivery: Delivery) -> None:
    by_period(delivery, "10/1/2021,1,P", "10/1/2021,1,A", "10/4/2021,1,X", "10/5/2021,1,NULL")
    rejected = load_periods(delivery).rejected.sort_values("line")
    assert rejected["line"].tolist() == [2, 3, 4, 5]
    assert "conflicting" in rejected["reason"].iloc[0]
    assert rejected["reason"].iloc[2] == "attended is not a number from 0 to 1"
    assert rejected["reason"].iloc[3] == "attended is empty"


def test_a_later_delivery_of_a_days_periods_replaces_the_day(delivery: Delivery) -> None:
    by_period(delivery, "10/1/2021,1,A", "10/1/2021,2,A", "10/4/2021,1,P")
    load_periods(delivery)
    by_period(delivery, "10/1/2021,1,P", "10/1/2021,2,A")
    assert load_periods(delivery).outcomes["periods.csv"].changed == 1
    assert october(delivery) == [(2.0, 2.0)]
