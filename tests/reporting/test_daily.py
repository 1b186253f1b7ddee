"""Daily attendance becomes months and weeks, and later days complete a month."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from queries.schema import attendance_month, attendance_week
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
