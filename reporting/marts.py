"""The marts: what pages read, rebuilt from the facts by every load."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from evaluation.response import CHRONIC_RATE, SEVERE_RATE
from queries import schema
from queries.schema import (
    OF_CONTACTED,
    STUDENT_GROUPS,
    attendance_month,
    contacted_month,
    district_month,
    enrollment,
    school_month,
    school_year,
    served_student,
    student,
    trajectory_month,
    visit,
    visit_month,
)
from reporting.statements import insert_rows
from reporting.withdrawn import counts_last

_BASELINE_FROM, _BASELINE_TO = -3, -1

# The months that a student's rate now is taken over, and those it is held against.
_NOW_MONTHS, _EARLIER_MONTHS = 2, 3

Expression = sa.ColumnElement[Any]


def rebuild(connection: sa.Connection) -> None:
    """Fill the empty marts from the facts, in the caller's transaction."""
    for mart, rows in (
        (school_month, _school_months),
        (served_student, _served_students),
        (contacted_month, _contacted_months),
        (trajectory_month, _trajectory_months),
        (district_month, _district_months),
        (school_year, _school_years),
        (visit_month, _visit_months),
    ):
        insert_rows(connection, mart, rows())
    for mart, fact in OF_CONTACTED.items():
        insert_rows(connection, mart, _of_contacted(mart, fact))


# --- Words of the contract as expressions --------------------------------------


def _month_of(day: Expression) -> Expression:
    year = sa.cast(sa.extract("year", day), sa.Integer)
    month = sa.cast(sa.extract("month", day), sa.Integer)
    return sa.cast(year, sa.Text).concat("-").concat(sa.func.lpad(sa.cast(month, sa.Text), 2, "0"))


def _school_year_of(month: Expression) -> Expression:
    """The school year of a month ``YYYY-MM``: it starts in August."""
    year = sa.cast(sa.func.left(month, 4), sa.Integer)
    start = sa.case((sa.func.right(month, 2) >= "08", year), else_=year - 1)
    end = sa.func.right(sa.cast(start + 1, sa.Text), 2)
    return sa.cast(start, sa.Text).concat("-").concat(end)


def _cohort(day: Expression) -> Expression:
    """``2021-22``, or ``Summer 2021`` for a first visit in July or August."""
    month = _month_of(day)
    summer = sa.literal("Summer ").concat(sa.func.left(month, 4))
    return sa.case(
        (sa.func.right(month, 2).in_(("07", "08")), summer), else_=_school_year_of(month)
    )


def _grade_band(grade: Expression) -> Expression:
    return sa.case(*((grade.in_(grades), band) for band, grades in schema.GRADE_BANDS.items()))


def _rate(attended: Expression, enrolled: Expression) -> Expression:
    return attended / sa.func.nullif(enrolled, 0)


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
            _rate(attended, enrolled).label("rate"),
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
        return _rate(total(attended, period), total(enrolled, period))

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
        return _rate(
            sa.func.sum(months.days_attended).filter(period),
            sa.func.sum(months.days_enrolled).filter(period),
        )

    first_of_now = end - _NOW_MONTHS + 1
    return (
        sa.select(
            enrolled_in.c.student_id,
            rate(number.between(first_of_now, end)).label("now_rate"),
            rate(number.between(first_of_now - _EARLIER_MONTHS, first_of_now - 1)).label(
                "earlier_rate"
            ),
            rate(_school_year_of(months.month) == _school_year_of(last.c.month)).label("year_rate"),
        )
        .select_from(enrolled_in)
        .join(last, last.c.district_code == enrolled_in.c.district_code)
        .join(last_month, last_month.c.month == last.c.month)
        .join(attendance_month, months.student_id == enrolled_in.c.student_id)
        .join(school_month, school_month.c.month == months.month)
        .group_by(enrolled_in.c.student_id)
        .subquery("recently")
    )


def contacted_students() -> sa.Select[Any]:
    """Rows of ``contacted_student`` but for what comes of the comparison."""
    first, contacts, enrolled_in = _first_contacts(), _contacts(), _latest_enrollment()
    around, recently = _around(first), _recently(enrolled_in)
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
            *_groups(),
        )
        .select_from(first)
        .join(contacts, contacts.c.student_id == first.c.student_id)
        .join(student, student.c.student_id == first.c.student_id)
        .join(enrolled_in, enrolled_in.c.student_id == first.c.student_id)
        .join(around, around.c.student_id == first.c.student_id, isouter=True)
        .join(recently, recently.c.student_id == first.c.student_id, isouter=True)
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
    to_date = _absence_to_date(attendance_month.c.student_id.in_(sa.select(visit.c.student_id)))
    pre_kindergarten = _in_pre_kindergarten()
    before = first.c.month_plus_one - sa.case((first.c.has_month_zero, 2), else_=1)
    return (
        sa.select(
            first.c.student_id, (to_date.c.rate_to_date <= CHRONIC_RATE).label("chronic_before")
        )
        .join_from(first, school_month, school_month.c.number == before)
        .join(
            to_date,
            sa.and_(
                to_date.c.student_id == first.c.student_id, to_date.c.month == school_month.c.month
            ),
        )
        .join(
            pre_kindergarten,
            sa.and_(
                pre_kindergarten.c.student_id == first.c.student_id,
                pre_kindergarten.c.school_year == _school_year_of(school_month.c.month),
            ),
            isouter=True,
        )
        .where(pre_kindergarten.c.student_id.is_(None))
        .subquery("before")
    )


def _absence_to_date(*conditions: Expression) -> sa.Subquery:
    """Each student's attendance rate this school year so far, by month, all districts together."""
    monthly = (
        sa.select(
            attendance_month.c.student_id,
            attendance_month.c.month,
            sa.func.sum(attendance_month.c.days_enrolled).label("enrolled"),
            sa.func.sum(attendance_month.c.days_attended).label("attended"),
        )
        .where(attendance_month.c.days_enrolled > 0, *conditions)
        .group_by(attendance_month.c.student_id, attendance_month.c.month)
        .subquery("monthly")
    )
    year = _school_year_of(monthly.c.month)

    def so_far(column: Expression) -> Expression:
        return sa.func.sum(column).over(
            partition_by=(monthly.c.student_id, year), order_by=monthly.c.month
        )

    return sa.select(
        monthly.c.student_id,
        monthly.c.month,
        _rate(so_far(monthly.c.attended), so_far(monthly.c.enrolled)).label("rate_to_date"),
    ).subquery("to_date")


def _in_pre_kindergarten() -> sa.Subquery:
    """Students and school years that published chronic shares leave out."""
    return (
        sa.select(enrollment.c.student_id, enrollment.c.school_year)
        .where(enrollment.c.grade == "PK")
        .distinct()
        .subquery("pre_kindergarten")
    )


def _district_months() -> sa.Select[Any]:
    to_date, in_pre_kindergarten = _absence_to_date(), _in_pre_kindergarten()
    months = attendance_month.c
    is_k12 = in_pre_kindergarten.c.student_id.is_(None)

    def students(condition: Expression) -> Expression:
        return sa.func.count().filter(condition)

    return (
        sa.select(
            months.district_code,
            months.month,
            sa.func.count().label("students"),
            sa.func.sum(months.days_enrolled).label("days_enrolled"),
            sa.func.sum(months.days_attended).label("days_attended"),
            students(is_k12).label("students_k12"),
            students(sa.and_(is_k12, to_date.c.rate_to_date <= CHRONIC_RATE)).label(
                "chronic_students"
            ),
            students(sa.and_(is_k12, to_date.c.rate_to_date <= SEVERE_RATE)).label(
                "severe_students"
            ),
        )
        .select_from(attendance_month)
        .join(
            to_date,
            sa.and_(to_date.c.student_id == months.student_id, to_date.c.month == months.month),
        )
        .join(
            in_pre_kindergarten,
            sa.and_(
                in_pre_kindergarten.c.student_id == months.student_id,
                in_pre_kindergarten.c.school_year == _school_year_of(months.month),
            ),
            isouter=True,
        )
        .where(months.days_enrolled > 0)
        .group_by(months.district_code, months.month)
    )


def _school_years() -> sa.Select[Any]:
    months, columns = attendance_month.c, enrollment.c
    years = (
        sa.select(
            months.student_id,
            months.district_code,
            _school_year_of(months.month).label("school_year"),
            sa.func.sum(months.days_enrolled).label("enrolled"),
            sa.func.sum(months.days_attended).label("attended"),
        )
        .where(months.days_enrolled > 0)
        .group_by(months.student_id, months.district_code, sa.text("school_year"))
        .subquery("years")
    )
    place = (columns.student_id, columns.school_year, columns.district_code)
    nth = sa.func.row_number().over(
        partition_by=place,
        order_by=(counts_last(), columns.entry_date.desc().nulls_last(), columns.school_code),
    )
    stays = sa.select(*place, columns.school_code, columns.grade, nth.label("nth")).subquery("stay")
    is_k12 = stays.c.grade != "PK"
    is_chronic = _rate(years.c.attended, years.c.enrolled) <= CHRONIC_RATE
    return (
        sa.select(
            years.c.district_code,
            stays.c.school_code,
            years.c.school_year,
            sa.func.count().label("students"),
            sa.func.sum(years.c.enrolled).label("days_enrolled"),
            sa.func.sum(years.c.attended).label("days_attended"),
            sa.func.count().filter(is_k12).label("students_k12"),
            sa.func.count().filter(sa.and_(is_k12, is_chronic)).label("chronic_students"),
        )
        .join_from(
            years,
            stays,
            sa.and_(*(years.c[column.name] == stays.c[column.name] for column in place)),
        )
        .where(stays.c.nth == 1, stays.c.school_code.is_not(None))
        .group_by(years.c.district_code, stays.c.school_code, years.c.school_year)
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
