"""Can the days of a district, school or month be whole? What is counted, and made a mart of.

Attendance is read once, student-months joined to where the student was enrolled; daily rows once
more, where there are any. All the rules (``coverage_rules``) look at the sums alone.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.schema import (
    attendance_day,
    attendance_month,
    calendar_day,
    coverage_doubt,
    district,
    enrollment,
    school,
    school_month,
)
from reporting.coverage_rules import Measured, doubts
from reporting.statements import create_temporary, insert_frame

Expression = sa.ColumnElement[Any]

# What is made along the way, and dropped at the end.
_MONTH = sa.table(
    "covered_month", *map(sa.column, ("month", "school_year", "first_day", "last_day", "weekdays"))
)
_STAY = sa.table(
    "covered_stay",
    *map(
        sa.column,
        ("student_id", "district_code", "school_year", "school_code", "first_day", "last_day"),
    ),
)

# A make-up Saturday or two are no error.
_BEYOND_WEEKDAYS = 2


def rebuild(connection: sa.Connection) -> None:
    """Fill the empty mart ``coverage_doubt`` from the facts and ``school_month``."""
    _make_months(connection)
    create_temporary(connection, _STAY.name, _stays())
    measured = Measured(
        names=_read(connection, sa.select(district)),
        schools=_read(connection, sa.select(school)),
        months=_read(connection, _months()),
        expected=_read(connection, _expected()),
        days=_read(connection, _days()),
        twice=_read(connection, _twice()),
        assumed=_read(connection, _assumed()),
    )
    found = doubts(measured)
    if len(found):
        insert_frame(connection, coverage_doubt, found)
    for table in (_MONTH, _STAY):
        connection.exec_driver_sql(f"DROP TABLE {table.name}")


def _read(connection: sa.Connection, rows: sa.Select[Any]) -> pd.DataFrame:
    return pd.read_sql_query(rows, connection)


def _make_months(connection: sa.Connection) -> None:
    months = [_month(month) for month in connection.scalars(sa.select(school_month.c.month))]
    columns = "month TEXT, school_year INTEGER, first_day DATE, last_day DATE, weekdays INTEGER"
    connection.exec_driver_sql(f"CREATE OR REPLACE TEMP TABLE {_MONTH.name} ({columns})")
    if months:
        connection.execute(sa.insert(_MONTH), months)


def _month(month: str) -> dict[str, Any]:
    first = date.fromisoformat(f"{month}-01")
    _weekday, length = monthrange(first.year, first.month)
    days = [first.replace(day=day) for day in range(1, length + 1)]
    return {
        "month": month,
        "school_year": first.year - (first.month < 8),
        "first_day": first,
        "last_day": days[-1],
        "weekdays": sum(day.weekday() < 5 for day in days),
    }


def _stays() -> sa.Select[Any]:
    """Where a student was last in a district's school year, from which day to which.

    A school year is the number of the year that it begins in.
    """
    columns = enrollment.c
    begins = sa.cast(sa.func.left(columns.school_year, 4), sa.Integer)
    first_day = sa.func.coalesce(columns.entry_date, sa.func.make_date(begins, 8, 1))
    last_day = sa.func.coalesce(columns.exit_date, sa.func.make_date(begins + 1, 7, 31))
    key = (columns.student_id, columns.district_code, begins)
    return sa.select(
        *key[:2],
        begins.label("school_year"),
        sa.func.arg_max(columns.school_code, first_day).label("school_code"),
        sa.func.min(first_day).label("first_day"),
        sa.func.max(last_day).label("last_day"),
    ).group_by(*key)


def _months() -> sa.Select[Any]:
    """The attendance of every school of a district in a month; the school empty: not known."""
    rows, stay, month = attendance_month.c, _STAY.c, _MONTH.c
    is_outside = sa.or_(
        stay.student_id.is_(None),
        stay.first_day > month.last_day,
        stay.last_day < month.first_day,
    )
    is_beyond = rows.days_enrolled > month.weekdays + _BEYOND_WEEKDAYS

    def students(condition: Expression) -> Expression:
        return sa.func.count().filter(condition)

    same_stay = sa.and_(
        stay.student_id == rows.student_id,
        stay.district_code == rows.district_code,
        stay.school_year == month.school_year,
    )
    return (
        sa.select(
            rows.district_code,
            stay.school_code,
            rows.month,
            sa.func.any_value(month.school_year).label("school_year"),
            sa.func.any_value(month.weekdays).label("weekdays"),
            sa.func.count().label("students"),
            sa.func.sum(rows.days_enrolled).label("days_enrolled"),
            sa.func.sum(rows.days_attended).label("days_attended"),
            students(rows.days_attended >= rows.days_enrolled).label("never_absent"),
            students(is_beyond).label("beyond"),
            sa.func.max(rows.days_enrolled).label("most_days"),
            students(is_outside).label("outside"),
        )
        .select_from(attendance_month)
        .join(_MONTH, month.month == rows.month)
        .join(_STAY, same_stay, isouter=True)
        .where(rows.days_enrolled > 0)
        .group_by(rows.district_code, stay.school_code, rows.month)
    )


def _expected() -> sa.Select[Any]:
    """Students enrolled in a school from before a month until after it, who must have its days."""
    columns = _STAY.c
    stays = (
        sa.select(
            columns.district_code,
            columns.school_code,
            columns.school_year,
            sa.func.date_trunc("month", columns.first_day).label("first_month"),
            sa.func.date_trunc("month", columns.last_day).label("last_month"),
            sa.func.count().label("students"),
        )
        .group_by(*list(columns)[1:4], sa.text("first_month"), sa.text("last_month"))
        .subquery("stays")
    ).c
    keys = (stays.district_code, stays.school_code, _MONTH.c.month)
    return (
        sa.select(*keys, sa.func.sum(stays.students).label("expected"))
        .where(
            stays.school_year == _MONTH.c.school_year,
            stays.first_month < _MONTH.c.first_day,
            stays.last_month > _MONTH.c.first_day,
        )
        .group_by(*keys)
    )


def _days() -> sa.Select[Any]:
    """Daily rows of a district on every day: how many, and how many students were there at all."""
    day = attendance_day.c
    return sa.select(
        day.district_code,
        day.date,
        sa.func.count().label("rows"),
        sa.func.count().filter(day.attended > 0).label("there"),
    ).group_by(day.district_code, day.date)


def _twice() -> sa.Select[Any]:
    """Students with more days in two districts together than a month has weekdays, by both."""
    rows, stay, month = attendance_month.c, _STAY.c, _MONTH.c
    movers = (
        sa.select(stay.student_id, stay.school_year)
        .group_by(stay.student_id, stay.school_year)
        .having(sa.func.count() > 1)
        .subquery("movers")
    )
    days = (
        sa.select(
            sa.func.min(rows.district_code).label("district_code"),
            sa.func.max(rows.district_code).label("other_code"),
            rows.month,
        )
        .join_from(attendance_month, movers, movers.c.student_id == rows.student_id)
        .join(_MONTH, sa.and_(month.month == rows.month, month.school_year == movers.c.school_year))
        .group_by(rows.student_id, rows.month)
        .having(
            sa.func.count(rows.district_code.distinct()) > 1,
            sa.func.sum(rows.days_enrolled) > sa.func.any_value(month.weekdays) + _BEYOND_WEEKDAYS,
        )
        .subquery("days")
    )
    return sa.select(*days.c, sa.func.count().label("students")).group_by(*days.c)


def _assumed() -> sa.Select[Any]:
    """Months of districts whose school days were taken from the absences."""
    day = calendar_day.c
    month = sa.func.strftime(day.date, "%Y-%m")
    return (
        sa.select(
            day.district_code,
            month.label("month"),
            sa.func.count(day.date.distinct()).label("days"),
        )
        .where(day.is_school_day == "assumed")
        .group_by(day.district_code, month)
    )
