"""Official attendance of districts, of all together and of schools: marts over every student.

A student has one attendance rate in a school year so far, over all districts together: who moves
begins no new year. In a month counts everyone enrolled this school year, whoever has left since
included. A district and its schools count whom it has enrolled for the least days; all districts
together count each student once, with the least days in all.

Every student's year is added up once, into a row a district with columns by month; what follows
works on a tenth of the rows, and needs no order.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from evaluation.absence import at_least, is_chronic, is_severe
from queries.schema import (
    all_districts_month,
    attendance_month,
    district_month,
    enrollment,
    school_year,
)
from reporting.absence import (
    Expression,
    in_pre_kindergarten,
    least_days_of_load,
    named_school_year,
    rate_of,
    start_year_of,
)
from reporting.statements import insert_rows
from reporting.withdrawn import counts_last

# Months of a school year, in their order.
_MONTHS = ("08", "09", "10", "11", "12", "01", "02", "03", "04", "05", "06", "07")
_DAYS = [f"{kind}_{month}" for kind in ("enrolled", "attended") for month in _MONTHS]

_student_year = sa.Table(
    "student_year",
    sa.MetaData(),
    sa.Column("student_id", sa.Text),
    sa.Column("district_code", sa.Text),
    sa.Column("start_year", sa.Integer),
    *(sa.Column(name, sa.Double) for name in _DAYS),
    prefixes=["TEMPORARY"],
)

# What holds of a student by the end of a month, and the figures made of it.
_STANDING = ("counts", "chronic", "severe")
_FIGURES = (
    *("students", "days_enrolled", "days_attended"),
    *("students_k12", "chronic_students", "severe_students"),
)


def rebuild(connection: sa.Connection) -> None:
    """Fill ``district_month``, ``all_districts_month`` and ``school_year``."""
    _student_year.create(connection)
    insert_rows(connection, _student_year, _student_years())
    insert_rows(connection, district_month, _district_months())
    insert_rows(connection, all_districts_month, _all_districts_months())
    insert_rows(connection, school_year, _school_years())
    _student_year.drop(connection)


# --- Students --------------------------------------------------------------------


def _student_years() -> sa.Select[Any]:
    """The days of every student, district and school year, month by month."""
    months = attendance_month.c
    rows = (
        sa.select(
            months.student_id,
            months.district_code,
            start_year_of(months.month).label("start_year"),
            sa.func.right(months.month, 2).label("month"),
            months.days_enrolled,
            months.days_attended,
        )
        .where(months.days_enrolled > 0)
        .subquery("months")
    )
    keys = [rows.c[name] for name in ("student_id", "district_code", "start_year")]

    def of_month(days: Expression, month: str) -> Expression:
        return sa.func.coalesce(sa.func.sum(days).filter(rows.c.month == month), 0)

    return sa.select(
        *keys,
        *(of_month(rows.c.days_enrolled, month).label(f"enrolled_{month}") for month in _MONTHS),
        *(of_month(rows.c.days_attended, month).label(f"attended_{month}") for month in _MONTHS),
    ).group_by(*keys)


def _moved() -> sa.Subquery:
    """The days of those with more than one district in a school year, districts added up."""
    own = _student_year.c
    movers = (
        sa.select(
            own.student_id, own.start_year, sa.func.min(own.district_code).label("one_district")
        )
        .group_by(own.student_id, own.start_year)
        .having(sa.func.count() > 1)
        .subquery("movers")
    )
    return (
        sa.select(*movers.c, *(sa.func.sum(own[name]).label(name) for name in _DAYS))
        .join_from(_student_year, movers, _same_student_year(own, movers.c))
        .group_by(*movers.c)
        .subquery("moved")
    )


def _same_student_year(one: Any, other: Any) -> Expression:
    return sa.and_(one.student_id == other.student_id, one.start_year == other.start_year)


def _stays() -> sa.Subquery:
    """Every student, district and school year: ``own_`` days there, ``all_`` days everywhere."""
    own, moved, young = _student_year.c, _moved(), in_pre_kindergarten()
    return (
        sa.select(
            own.student_id,
            own.district_code,
            own.start_year,
            young.c.student_id.is_(None).label("is_k12"),
            least_days_of_load().label("least_days"),
            (sa.func.coalesce(moved.c.one_district, own.district_code) == own.district_code).label(
                "is_first"
            ),
            *(own[name].label(f"own_{name}") for name in _DAYS),
            *(sa.func.coalesce(moved.c[name], own[name]).label(f"all_{name}") for name in _DAYS),
        )
        .join_from(_student_year, moved, _same_student_year(own, moved.c), isouter=True)
        .join(
            young,
            sa.and_(
                young.c.student_id == own.student_id,
                young.c.school_year == named_school_year(own.start_year),
            ),
            isouter=True,
        )
        .subquery("stays")
    )


def _so_far(stays: sa.Subquery, kind: str) -> Iterator[Expression]:
    """Days of the school year up to and with each month."""
    return accumulate(stays.c[f"{kind}_{month}"] for month in _MONTHS)


def _standing(place: str) -> sa.Subquery:
    """The stays with what holds of each by the end of each month of its school year.

    counts: in the base of the place's chronic shares; chronic, severe: so, and counts. ``place`` is
    where the least days are needed: ``own``, the district, or ``all`` districts together.
    """
    stays = _stays()
    days = _so_far(stays, f"{place}_enrolled")
    rates = map(rate_of, _so_far(stays, "all_attended"), _so_far(stays, "all_enrolled"))
    columns: list[Expression] = []
    for month, enrolled, so_far in zip(_MONTHS, days, rates, strict=True):
        counts = sa.and_(stays.c.is_k12, at_least(enrolled, stays.c.least_days))
        columns += [
            counts.label(f"counts_{month}"),
            sa.and_(counts, is_chronic(so_far)).label(f"chronic_{month}"),
            sa.and_(counts, is_severe(so_far)).label(f"severe_{month}"),
        ]
    return sa.select(stays, *columns).subquery("standing")


# --- Places ----------------------------------------------------------------------


def _district_months() -> sa.Select[Any]:
    standing = _standing("own")
    return _months(standing, "own", sa.select(standing.c.district_code), standing.c.district_code)


def _all_districts_months() -> sa.Select[Any]:
    standing = _standing("all")
    return _months(standing, "all", sa.select().where(standing.c.is_first))


def _months(
    standing: sa.Subquery, place: str, rows: sa.Select[Any], *keys: Expression
) -> sa.Select[Any]:
    """A row for every month with days enrolled, of ``rows`` of the stays, by their keys."""
    by_year = (
        rows.add_columns(standing.c.start_year)
        .add_columns(*(c for month in _MONTHS for c in _of_month(standing, place, month)))
        .group_by(*keys, standing.c.start_year)
        .cte("by_year")
    )
    months = (
        sa.select(
            *(by_year.c[key.name] for key in keys),
            _named_month(by_year.c.start_year, month).label("month"),
            *(by_year.c[f"{name}_{month}"].label(name) for name in _FIGURES),
        ).where(by_year.c[f"students_{month}"] > 0)
        for month in _MONTHS
    )
    return sa.select(sa.union_all(*months).subquery("months"))


def _of_month(standing: sa.Subquery, place: str, month: str) -> list[Expression]:
    stays = standing.c
    enrolled = stays[f"{place}_enrolled_{month}"]
    figures = (
        sa.func.count().filter(enrolled > 0),
        sa.func.sum(enrolled),
        sa.func.sum(stays[f"{place}_attended_{month}"]),
        *(sa.func.count().filter(stays[f"{name}_{month}"]) for name in _STANDING),
    )
    return [figure.label(f"{name}_{month}") for name, figure in zip(_FIGURES, figures, strict=True)]


def _named_month(start_year: Expression, month: str) -> Expression:
    year = start_year + int(month < _MONTHS[0])
    return sa.cast(year, sa.Text).concat(f"-{month}")


def _school_years() -> sa.Select[Any]:
    """What a district's last month says, by the school that each student was last enrolled in."""
    standing, schools, last = _standing("own"), _last_schools(), _last_months()
    year = named_school_year(standing.c.start_year)

    def students(name: str) -> Expression:
        holds = sa.case(
            *((last.c.month == month, standing.c[f"{name}_{month}"]) for month in _MONTHS)
        )
        return sa.func.count().filter(holds)

    def days(kind: str) -> Expression:
        return sa.func.sum(sum(standing.c[f"own_{kind}_{month}"] for month in _MONTHS))

    return (
        sa.select(
            standing.c.district_code,
            schools.c.school_code,
            year.label("school_year"),
            sa.func.count().label("students"),
            days("enrolled").label("days_enrolled"),
            days("attended").label("days_attended"),
            students("counts").label("students_k12"),
            students("chronic").label("chronic_students"),
        )
        .join_from(
            standing,
            schools,
            sa.and_(
                schools.c.student_id == standing.c.student_id,
                schools.c.district_code == standing.c.district_code,
                schools.c.school_year == year,
            ),
            isouter=True,
        )
        .join(
            last,
            sa.and_(
                last.c.district_code == standing.c.district_code,
                last.c.start_year == standing.c.start_year,
            ),
        )
        .group_by(standing.c.district_code, schools.c.school_code, sa.text("3"))
    )


def _last_months() -> sa.Subquery:
    """The last month of each school year that a district has delivered."""
    months = district_month.c
    start_year = start_year_of(months.month).label("start_year")
    last = sa.func.right(sa.func.max(months.month), 2).label("month")
    return (
        sa.select(months.district_code, start_year, last)
        .group_by(months.district_code, start_year)
        .subquery("last_months")
    )


def _last_schools() -> sa.Subquery:
    """The school that a student was last enrolled in, if any, by district and school year."""
    columns = enrollment.c
    place = (columns.student_id, columns.school_year, columns.district_code)
    nth = sa.func.row_number().over(
        partition_by=place,
        order_by=(counts_last(), columns.entry_date.desc().nulls_last(), columns.school_code),
    )
    stays = sa.select(*place, columns.school_code, nth.label("nth")).subquery("ranked_schools")
    return sa.select(stays).where(stays.c.nth == 1).subquery("last_schools")
