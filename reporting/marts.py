"""The marts: what pages read, rebuilt from the facts by every load."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries import schema
from queries.schema import (
    OF_CONTACTED,
    STUDENT_GROUPS,
    attendance_month,
    contacted_month,
    enrollment,
    meta,
    school_month,
    served_student,
    student,
    trajectory_month,
    visit,
    visit_month,
)
from reporting import official
from reporting.absence import Expression, chronic, in_pre_kindergarten, rate_of, school_year_of
from reporting.statements import insert_rows
from reporting.withdrawn import counts_last

_BASELINE_FROM, _BASELINE_TO = -3, -1

# The months that a student's rate now is taken over, and those it is held against.
_NOW_MONTHS, _EARLIER_MONTHS = 2, 3


def rebuild(connection: sa.Connection) -> None:
    """Fill the empty marts from the facts, in the caller's transaction."""
    for mart, rows in (
        (school_month, _school_months),
        (served_student, _served_students),
        (contacted_month, _contacted_months),
        (trajectory_month, _trajectory_months),
        (visit_month, _visit_months),
    ):
        insert_rows(connection, mart, rows())
    official.rebuild(connection)
    for mart, fact in OF_CONTACTED.items():
        insert_rows(connection, mart, _of_contacted(mart, fact))


# --- Words of the contract as expressions --------------------------------------


def _month_of(day: Expression) -> Expression:
    year = sa.cast(sa.extract("year", day), sa.Integer)
    month = sa.cast(sa.extract("month", day), sa.Integer)
    return sa.cast(year, sa.Text).concat("-").concat(sa.func.lpad(sa.cast(month, sa.Text), 2, "0"))


def _cohort(day: Expression) -> Expression:
    """``2021-22``, or ``Summer 2021`` for a first visit in July or August."""
    month = _month_of(day)
    summer = sa.literal("Summer ").concat(sa.func.left(month, 4))
    return sa.case((sa.func.right(month, 2).in_(("07", "08")), summer), else_=school_year_of(month))


def _grade_band(grade: Expression) -> Expression:
    return sa.case(*((grade.in_(grades), band) for band, grades in schema.GRADE_BANDS.items()))


# --- Pieces ----------------------------------------------------------------------


def _school_months() -> sa.Select[Any]:
    months = (
        sa.select(attendance_month.c.month)
        .where(attendance_month.c.days_enrolled > 0)
        .group_by(attendance_month.c.month)
        .subquery("months")
    )
    return sa.select(
        months.c.month, sa.func.row_number().over(order_by=months.c.month).label("number")
    )


def _placed_visits() -> sa.Subquery:
    """Every visit with the student's district, school and grade on that day.

    The enrolment that covers the day counts; else the last one before it (summer); else
    the next one after it; those that a later delivery no longer holds count last.
    """
    start_year = sa.cast(sa.func.left(enrollment.c.school_year, 4), sa.Integer)
    entry = sa.func.coalesce(enrollment.c.entry_date, sa.func.make_date(start_year, 9, 1))
    leave = sa.func.coalesce(enrollment.c.exit_date, sa.func.make_date(start_year + 1, 6, 30))
    day = visit.c.visit_date
    nearness = sa.case((sa.and_(entry <= day, day <= leave), 0), (entry <= day, 1), else_=2)
    order = (counts_last(), nearness, sa.func.abs(day - entry), enrollment.c.school_code)
    ranked = (
        sa.select(
            visit,
            enrollment.c.district_code,
            enrollment.c.school_code,
            enrollment.c.grade,
            sa.func.row_number()
            .over(partition_by=visit.c.visit_id, order_by=order)
            .label("choice"),
        )
        .join_from(visit, enrollment, visit.c.student_id == enrollment.c.student_id, isouter=True)
        .subquery("ranked")
    )
    return sa.select(ranked).where(ranked.c.choice == 1).subquery("placed")


def _first_contacts() -> sa.CTE:
    """The earliest completed visit of each student, else the earliest contact of any outcome.

    With its place in the school months.
    """
    placed = _placed_visits()
    is_attempt = sa.case((placed.c.outcome == "completed", 0), else_=1)
    nth = sa.func.row_number().over(
        partition_by=placed.c.student_id,
        order_by=(is_attempt, placed.c.visit_date, placed.c.visit_id),
    )
    contact = sa.select(placed, nth.label("nth")).subquery("contact")
    visit_month_text = _month_of(contact.c.visit_date)
    return (
        sa.select(
            contact,
            sa.select(sa.func.count() + 1)
            .select_from(school_month)
            .where(school_month.c.month <= visit_month_text)
            .scalar_subquery()
            .label("month_plus_one"),
            visit_month_text.in_(sa.select(school_month.c.month)).label("has_month_zero"),
        )
        .where(contact.c.nth == 1)
        .cte("first_contact")
    )


def _event_months(first: sa.FromClause) -> sa.Subquery:
    """Each served student's months with days enrolled, numbered from the first visit."""
    plus_one, number = first.c.month_plus_one, school_month.c.number
    before = number - plus_one + sa.case((first.c.has_month_zero, 1), else_=0)
    event_month = sa.case((number >= plus_one, number - plus_one + 1), else_=before)
    enrolled = sa.func.sum(attendance_month.c.days_enrolled)
    attended = sa.func.sum(attendance_month.c.days_attended)
    return (
        sa.select(
            first.c.student_id,
            event_month.label("event_month"),
            school_month.c.month,
            enrolled.label("days_enrolled"),
            attended.label("days_attended"),
            rate_of(attended, enrolled).label("rate"),
        )
        .join_from(first, attendance_month, first.c.student_id == attendance_month.c.student_id)
        .join(school_month, school_month.c.month == attendance_month.c.month)
        .where(attendance_month.c.days_enrolled > 0)
        .group_by(first.c.student_id, event_month, school_month.c.month)
        .subquery("event_months")
    )


def _around(first: sa.FromClause) -> sa.Subquery:
    """Days, attended days and months of each student before and since the first contact."""
    months = _event_months(first)
    baseline = months.c.event_month.between(_BASELINE_FROM, _BASELINE_TO)
    since = months.c.event_month > 0
    enrolled, attended = months.c.days_enrolled, months.c.days_attended

    def total(column: Expression, period: Expression) -> Expression:
        return sa.func.sum(column).filter(period)

    def rate(period: Expression) -> Expression:
        return rate_of(total(attended, period), total(enrolled, period))

    return (
        sa.select(
            months.c.student_id,
            rate(baseline).label("baseline_rate"),
            total(enrolled, baseline).label("baseline_days"),
            rate(since).label("since_rate"),
            total(enrolled, since).label("since_days"),
            sa.func.count().filter(since).label("since_months"),
        )
        .group_by(months.c.student_id)
        .subquery("around")
    )


def _contacts() -> sa.Subquery:
    """Each student's contacts: how many of which outcome, and the latest."""
    completed = visit.c.outcome == "completed"
    return (
        sa.select(
            visit.c.student_id,
            sa.func.count().filter(completed).label("completed_visits"),
            sa.func.count().filter(~completed).label("attempted_visits"),
            sa.func.max(visit.c.visit_date).filter(completed).label("last_reached_date"),
            sa.func.max(visit.c.visit_date).label("last_contact_date"),
        )
        .group_by(visit.c.student_id)
        .subquery("contacts")
    )


def _groups() -> list[sa.Column[Any]]:
    return [student.c[name] for name in STUDENT_GROUPS]


# Keys are below it: the sum of a million of them is still a number of 64 bits.
_KEYS = 2**40


def _noise_key() -> Expression:
    salt = sa.select(meta.c.noise_salt).scalar_subquery()
    number = sa.func.md5_number_lower(salt.concat(student.c.student_id), type_=sa.BigInteger)
    return sa.cast(number % _KEYS, sa.BigInteger).label("noise_key")


def _served_students() -> sa.Select[Any]:
    first, contacts = _first_contacts(), _contacts()
    around, before = _around(first), _chronic_before(first)
    return (
        sa.select(
            first.c.student_id,
            first.c.district_code,
            first.c.school_code,
            first.c.grade,
            _grade_band(first.c.grade).label("grade_band"),
            first.c.modality,
            first.c.visitor_type,
            _cohort(first.c.visit_date).label("cohort"),
            first.c.visit_date.label("first_visit_date"),
            contacts.c.completed_visits,
            contacts.c.attempted_visits,
            around.c.baseline_rate,
            sa.func.coalesce(around.c.baseline_days, 0).label("baseline_days"),
            around.c.since_rate,
            sa.func.coalesce(around.c.since_days, 0).label("since_days"),
            first.c.month_plus_one,
            first.c.has_month_zero,
            before.c.chronic_before,
            *_groups(),
            _noise_key(),
        )
        .select_from(first)
        .join(contacts, contacts.c.student_id == first.c.student_id)
        .join(student, student.c.student_id == first.c.student_id)
        .join(around, around.c.student_id == first.c.student_id, isouter=True)
        .join(before, before.c.student_id == first.c.student_id, isouter=True)
        .where(first.c.outcome == "completed")
    )


def _latest_enrollment() -> sa.Subquery:
    """The district, school and grade each student was last enrolled in."""
    columns = enrollment.c
    nth = sa.func.row_number().over(
        partition_by=columns.student_id,
        order_by=(
            counts_last(),
            columns.school_year.desc(),
            sa.func.coalesce(columns.entry_date, sa.func.make_date(1900, 1, 1)).desc(),
            columns.district_code,
            columns.school_code,
        ),
    )
    ranked = sa.select(enrollment, nth.label("nth")).subquery("ranked_enrollment")
    return sa.select(ranked).where(ranked.c.nth == 1).subquery("latest_enrollment")


def _recently(enrolled_in: sa.FromClause) -> sa.Subquery:
    """Rates of late: the last two school months of the student's district, and before.

    A district that delivers later than the others has its own last month.
    """
    months = attendance_month.c
    last = (
        sa.select(months.district_code, sa.func.max(months.month).label("month"))
        .where(months.days_enrolled > 0)
        .group_by(months.district_code)
        .subquery("last_delivered")
    )
    last_month = school_month.alias("last_month")
    number, end = school_month.c.number, last_month.c.number

    def rate(period: Expression) -> Expression:
        return rate_of(
            sa.func.sum(months.days_attended).filter(period),
            sa.func.sum(months.days_enrolled).filter(period),
        )

    first_of_now = end - _NOW_MONTHS + 1
    year = school_year_of(last.c.month)
    this_year = sa.and_(school_year_of(months.month) == year, months.month <= last.c.month)
    year_attended, year_enrolled = (
        sa.func.sum(days).filter(this_year) for days in (months.days_attended, months.days_enrolled)
    )
    return (
        sa.select(
            enrolled_in.c.student_id,
            rate(number.between(first_of_now, end)).label("now_rate"),
            rate(number.between(first_of_now - _EARLIER_MONTHS, first_of_now - 1)).label(
                "earlier_rate"
            ),
            rate_of(year_attended, year_enrolled).label("year_rate"),
            chronic(year_attended, year_enrolled).label("is_chronic"),
            year.label("school_year"),
        )
        .select_from(enrolled_in)
        .join(last, last.c.district_code == enrolled_in.c.district_code)
        .join(last_month, last_month.c.month == last.c.month)
        .join(attendance_month, months.student_id == enrolled_in.c.student_id)
        .join(school_month, school_month.c.month == months.month)
        .group_by(enrolled_in.c.student_id, last.c.month)
        .subquery("recently")
    )


def contacted_students() -> sa.Select[Any]:
    """Rows of ``contacted_student`` but for what comes of the comparison."""
    first, contacts, enrolled_in = _first_contacts(), _contacts(), _latest_enrollment()
    around, recently, young = _around(first), _recently(enrolled_in), in_pre_kindergarten()
    return (
        sa.select(
            first.c.student_id,
            enrolled_in.c.district_code,
            enrolled_in.c.school_code,
            enrolled_in.c.grade,
            first.c.modality,
            first.c.visitor_type,
            _cohort(first.c.visit_date).label("cohort"),
            first.c.visit_date.label("first_contact_date"),
            sa.case((first.c.outcome == "completed", first.c.visit_date)).label("first_visit_date"),
            first.c.month_plus_one,
            contacts.c.last_reached_date,
            contacts.c.last_contact_date,
            contacts.c.completed_visits,
            contacts.c.attempted_visits,
            around.c.baseline_rate,
            sa.func.coalesce(around.c.baseline_days, 0).label("baseline_days"),
            around.c.since_rate,
            sa.func.coalesce(around.c.since_days, 0).label("since_days"),
            sa.func.coalesce(around.c.since_months, 0).label("since_months"),
            recently.c.now_rate,
            recently.c.earlier_rate,
            recently.c.year_rate,
            recently.c.is_chronic,
            young.c.student_id.is_not(None).label("in_pre_kindergarten"),
            *_groups(),
            _noise_key(),
        )
        .select_from(first)
        .join(contacts, contacts.c.student_id == first.c.student_id)
        .join(student, student.c.student_id == first.c.student_id)
        .join(enrolled_in, enrolled_in.c.student_id == first.c.student_id)
        .join(around, around.c.student_id == first.c.student_id, isouter=True)
        .join(recently, recently.c.student_id == first.c.student_id, isouter=True)
        .join(
            young,
            sa.and_(
                young.c.student_id == first.c.student_id,
                young.c.school_year == recently.c.school_year,
            ),
            isouter=True,
        )
    )


def _of_contacted(mart: sa.Table, fact: sa.Table) -> sa.Select[Any]:
    columns = (fact.c[column.name] for column in mart.c)
    return sa.select(*columns).where(fact.c.student_id.in_(sa.select(visit.c.student_id)))


def _contacted_months() -> sa.Select[Any]:
    months = attendance_month.c
    return (
        sa.select(
            months.student_id,
            months.month,
            sa.func.sum(months.days_enrolled).label("days_enrolled"),
            sa.func.sum(months.days_attended).label("days_attended"),
        )
        .where(months.days_enrolled > 0, months.student_id.in_(sa.select(visit.c.student_id)))
        .group_by(months.student_id, months.month)
    )


def _trajectory_months() -> sa.Select[Any]:
    months = _event_months(served_student)
    return sa.select(months).where(
        months.c.event_month.between(schema.FIRST_EVENT_MONTH, schema.LAST_EVENT_MONTH)
    )


def _chronic_before(first: sa.FromClause) -> sa.Subquery:
    """Whether each served student was chronically absent, up to the last month before the visit."""
    months, last, young = attendance_month.c, school_month.c, in_pre_kindergarten()
    before = first.c.month_plus_one - sa.case((first.c.has_month_zero, 2), else_=1)
    year = school_year_of(last.month)
    return (
        sa.select(
            first.c.student_id,
            chronic(sa.func.sum(months.days_attended), sa.func.sum(months.days_enrolled)).label(
                "chronic_before"
            ),
        )
        .join_from(first, school_month, last.number == before)
        .join(
            attendance_month,
            sa.and_(
                months.student_id == first.c.student_id,
                months.month <= last.month,
                school_year_of(months.month) == year,
            ),
        )
        .join(
            young,
            sa.and_(young.c.student_id == first.c.student_id, young.c.school_year == year),
            isouter=True,
        )
        .where(young.c.student_id.is_(None))
        .group_by(first.c.student_id)
        .subquery("before")
    )


def _visit_months() -> sa.Select[Any]:
    placed = _placed_visits()
    month = _month_of(placed.c.visit_date)
    keys = (
        placed.c.district_code,
        month.label("month"),
        placed.c.modality,
        placed.c.visitor_type,
        placed.c.outcome,
    )
    return sa.select(
        *keys,
        sa.func.count().label("visits"),
        sa.func.count(placed.c.student_id.distinct()).label("students"),
    ).group_by(placed.c.district_code, month, *keys[2:])
