"""Daily attendance: months and weeks are made from the days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from queries.schema import attendance_day, attendance_month, attendance_week
from reporting.staging import StagedFile
from reporting.statements import insert_rows


def complete_months(
    connection: sa.Connection, daily: Sequence[StagedFile], monthly: StagedFile | None
) -> None:
    """Put the months that this delivery's days touch into the monthly attendance.

    A month that the same delivery also states in monthly form stays as stated there.
    """
    delivered = sa.union_all(*(staged.facts() for staged in daily)).subquery("delivered")
    month = sa.func.strftime(delivered.c.date, "%Y-%m")
    touched = (
        sa.select(delivered.c.student_id, delivered.c.district_code, month.label("month"))
        .distinct()
        .subquery("touched")
    )
    key = ("student_id", "district_code", "month")
    wanted = sa.select(touched)
    if monthly is not None:
        stated = monthly.good_rows().subquery("stated")
        wanted = wanted.where(
            ~sa.exists().where(*(stated.c[name] == touched.c[name] for name in key))
        )
    months = wanted.cte("months")
    connection.execute(
        sa.delete(attendance_month).where(
            sa.exists().where(*(attendance_month.c[name] == months.c[name] for name in key))
        )
    )
    day_month = sa.func.strftime(attendance_day.c.date, "%Y-%m")
    summed = (
        sa.select(
            *(months.c[name] for name in key),
            sa.cast(sa.func.count(), sa.Double).label("days_enrolled"),
            sa.func.sum(attendance_day.c.attended).label("days_attended"),
        )
        .join_from(
            months,
            attendance_day,
            sa.and_(
                attendance_day.c.student_id == months.c.student_id,
                attendance_day.c.district_code == months.c.district_code,
                day_month == months.c.month,
            ),
        )
        .group_by(*(months.c[name] for name in key))
    )
    insert_rows(connection, attendance_month, summed)


def rebuild_weeks(connection: sa.Connection, others: sa.FromClause | None = None) -> None:
    """Sum the days of every week (Monday to Sunday), all districts together.

    ``others`` are weeks that were not made of days, with the columns of ``attendance_week``.
    """
    connection.execute(sa.delete(attendance_week))
    weeks = _weeks_of_days()
    if others is not None:
        weeks = _together(weeks, sa.select(others))
    insert_rows(connection, attendance_week, weeks)


def _weeks_of_days() -> sa.Select[Any]:
    week = sa.cast(sa.func.date_trunc("week", attendance_day.c.date), sa.Date)
    return sa.select(
        attendance_day.c.student_id,
        week.label("week"),
        sa.cast(sa.func.count(), sa.Double).label("days_enrolled"),
        sa.func.sum(attendance_day.c.attended).label("days_attended"),
    ).group_by(attendance_day.c.student_id, week)


def _together(*weeks: sa.Select[Any]) -> sa.Select[Any]:
    """A student may have been in two districts within a week."""
    each = sa.union_all(*weeks).subquery("each").c
    return sa.select(
        each.student_id,
        each.week,
        sa.func.sum(each.days_enrolled).label("days_enrolled"),
        sa.func.sum(each.days_attended).label("days_attended"),
    ).group_by(each.student_id, each.week)
