"""Absences alone: with calendar and enrolments they become days enrolled and attended.

Most student information systems store exceptions and no day on which all was well. What is
counted is in ``absences.sql``; how far attendance has been taken, in ``attendance_taken.sql``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.held import told_count
from queries.schema import absence, calendar_day, district, school
from reporting.contract import ABSENCES, ATTENDANCE, CALENDAR, DAILY_FILES, InputFile
from reporting.errors import DeliveryRefusedError
from reporting.staging import StagedFile
from reporting.statements import ATTENDANCE_TAKEN, create_temporary
from reporting.wording import day_in_words, number, some

_STATEMENTS = Path(__file__).with_name("absences.sql")

NOT_ENROLLED = "the student is not enrolled in the district on the day of the absence"
NO_SCHOOL = "there is no school on the day of the absence, as the calendar says"

Staged = Mapping[InputFile, StagedFile]
Expression = sa.ColumnElement[Any]


def _made(name: str, *columns: str) -> sa.TableClause:
    """A table that ``absences.sql`` makes."""
    return sa.table(name, *map(sa.column, columns))


# Weeks of the students of districts that deliver absences, a row a student, week and district.
WEEKS = _made("absence_week", "student_id", "week", "days_enrolled", "days_attended")

_STAY = _made(
    "stay",
    *("student_id", "district_code", "school_code", "school_id", "grade", "school_year"),
    *("first_day", "last_day"),
)
_SCHOOL_DAY = _made("school_day", "school_id", "grade", "school_year", "date")
_NUMBERED_DAY = _made(
    "numbered_day", "school_id", "school_year", "date", "has_event", "before", "after"
)
_TAKEN_DAY = _made("taken_day", "school_id", "school_year", "date")

# What absences.sql reads: months of districts that a delivery states in another form, and those
# whose school days are taken from the absences.
_STATED_MONTH = _made("stated_month", "district_code", "month")
_ASSUMED_MONTH = "assumed_month"


@dataclass(frozen=True)
class AbsencesReport:
    """What is said of absences: ``remarks`` in sentences; ``doubts`` with line, rule, words.

    ``told``: the remarks to whoever sent the delivery.
    """

    remarks: list[str]
    told: list[str]
    doubts: pd.DataFrame


def take_in(
    connection: sa.Connection, staged: Staged, *, assume_school_days: bool
) -> AbsencesReport | None:
    """Make months, and the table WEEKS, of all absences in the database; None if there are none.

    Made anew as a whole, because calendars and enrolments are corrected too. A month of a
    district that this delivery states in days or months stays as stated. With
    ``assume_school_days`` a month without a calendar has the days on which anybody of the school
    was absent. Raises DeliveryRefusedError where nothing says which days were school days.
    """
    for file in (ABSENCES, CALENDAR):
        if file in staged:
            _take_back(connection, staged[file], file)
    if not _has_any(connection, staged):
        return None
    _leave_as_stated(connection, staged)
    connection.exec_driver_sql(ATTENDANCE_TAKEN.read_text(encoding="utf-8"))
    create_temporary(connection, _ASSUMED_MONTH, _no_months())
    if ABSENCES in staged:
        _ask_for_calendar(connection, staged[ABSENCES], is_assumed=assume_school_days)
    connection.exec_driver_sql(_STATEMENTS.read_text(encoding="utf-8"))
    doubts = _doubts(connection, staged[ABSENCES]) if ABSENCES in staged else pd.DataFrame()
    said = list(_remarks(connection, staged))
    return AbsencesReport([*said, *_counted(doubts)], [*said, *_counted_in_fives(doubts)], doubts)


def _has_any(connection: sa.Connection, staged: Staged) -> bool:
    """Are there absences in the database, or in the delivery, of whomever?"""
    held = sa.exists().select_from(absence)
    if ABSENCES not in staged:
        return bool(connection.scalar(sa.select(held)))
    delivered = sa.exists(staged[ABSENCES].sound_rows())
    return bool(connection.scalar(sa.select(sa.or_(held, delivered))))


# --- What a delivery replaces --------------------------------------------------------------


def _month(day: Expression) -> Expression:
    return sa.func.strftime(day, "%Y-%m")


def _months_of(rows: sa.Select[Any]) -> sa.Select[Any]:
    """The months of districts that rows with a date are of."""
    days = rows.subquery("days").c
    return sa.select(days.district_code, _month(days.date).label("month")).distinct()


def _is_in(months: sa.FromClause, code: Expression, month: Expression) -> Expression:
    return sa.exists().where(months.c.district_code == code, months.c.month == month)


def _take_back(connection: sa.Connection, staged: StagedFile, file: InputFile) -> None:
    """Delete what earlier deliveries had in months of districts that this one holds again."""
    table, rows = file.table.c, staged.good_rows()
    months, delivered = _months_of(rows).subquery("months"), rows.subquery("delivered")
    same = (table[name].is_not_distinct_from(delivered.c[name]) for name in file.key)
    connection.execute(
        sa.delete(file.table).where(
            _is_in(months, table.district_code, _month(table.date)), ~sa.exists().where(*same)
        )
    )


def _leave_as_stated(connection: sa.Connection, staged: Staged) -> None:
    """Months of districts that this delivery states in another form have no calendar here."""
    rows = [_months_of(staged[file].facts()) for file in DAILY_FILES if file in staged]
    if ATTENDANCE in staged:
        months = staged[ATTENDANCE].good_rows().subquery("months").c
        rows.append(sa.select(months.district_code, months.month).distinct())
    stated = sa.union(*rows, _no_months()).subquery("stated")
    create_temporary(connection, _STATED_MONTH.name, sa.select(stated))
    days = calendar_day.c
    is_stated = _is_in(_STATED_MONTH, days.district_code, _month(days.date))
    connection.execute(sa.delete(calendar_day).where(is_stated))


def _no_months() -> sa.Select[Any]:
    return sa.select(calendar_day.c.district_code, sa.literal("").label("month")).where(sa.false())


# --- Which days were school days ------------------------------------------------------------


def _ask_for_calendar(connection: sa.Connection, staged: StagedFile, *, is_assumed: bool) -> None:
    """See that something says which days of the delivered months were school days.

    Of students that the database does not know, too: a refusal must not tell of a single one.
    """
    rows = staged.sound_rows().subquery("rows").c
    year = sa.func.school_year_of(rows.date)
    delivered = (
        sa.select(rows.district_code, _month(rows.date).label("month"), year.label("school_year"))
        .where(~_is_in(_STATED_MONTH, rows.district_code, _month(rows.date)))
        .distinct()
        .subquery("delivered")
    )
    wanted, days = delivered.c, calendar_day.c
    same_month = _month(days.date) == wanted.month
    same_year = sa.func.school_year_of(days.date) == wanted.school_year
    has_days = sa.exists().where(
        days.district_code == wanted.district_code, same_month if is_assumed else same_year
    )
    lacking = sa.select(delivered).where(~has_days)
    if is_assumed:
        create_temporary(connection, _ASSUMED_MONTH, lacking)
    else:
        _refuse(connection, staged.name, lacking.subquery("lacking"))


def _refuse(connection: sa.Connection, name: str, lacking: sa.FromClause) -> None:
    """Raises DeliveryRefusedError, which names districts without school days, if there are any."""
    years = connection.execute(
        sa.select(district.c.district_name, lacking.c.school_year)
        .join_from(lacking, district, district.c.district_code == lacking.c.district_code)
        .distinct()
        .order_by(lacking.c.school_year, district.c.district_name)
    ).all()
    if years:
        raise DeliveryRefusedError(
            f"{name} needs calendar.csv: which days were school days? Nothing says it of "
            f"{some(f'{district_name} in {year}' for district_name, year in years)}. Add "
            "calendar.csv with district_code and date of every school day. Where there is no "
            'calendar, school_days = "days with an absence" in [absences] of the mapping takes '
            "the days on which anybody of the school was absent."
        )


# --- What is said ---------------------------------------------------------------------------


def _remarks(connection: sa.Connection, staged: Staged) -> Iterable[str]:
    if ABSENCES in staged:
        yield from _stated_otherwise(connection, staged[ABSENCES])
    yield from _counted_through(connection)
    yield from _silent(connection)


def _stated_otherwise(connection: sa.Connection, staged: StagedFile) -> Iterable[str]:
    months = _months_of(staged.good_rows()).subquery("months")
    found = connection.execute(
        sa.select(district.c.district_name, sa.func.count().label("months"))
        .join_from(months, district, district.c.district_code == months.c.district_code)
        .where(_is_in(_STATED_MONTH, months.c.district_code, months.c.month))
        .group_by(district.c.district_name)
        .order_by(district.c.district_name)
    ).all()
    if found:
        months_of = some(f"{number(count, 'month')} of {name}" for name, count in found)
        yield (
            f"{staged.name}: months that the delivery also states in days or months stay as "
            "stated there, and their absences are kept and not counted: "
            f"{months_of}."
        )


def _counted_through(connection: sa.Connection) -> Iterable[str]:
    places = sa.select(_STAY.c.school_id, _STAY.c.district_code).distinct().subquery("places")
    last = sa.func.max(_TAKEN_DAY.c.date)
    found = connection.execute(
        sa.select(district.c.district_name, last)
        .join_from(_TAKEN_DAY, places, places.c.school_id == _TAKEN_DAY.c.school_id)
        .join(district, district.c.district_code == places.c.district_code)
        .group_by(district.c.district_name)
        .order_by(last.desc(), district.c.district_name)
    ).all()
    if found:
        yield (
            "Absences become days attended through the last day on which anybody of a school was "
            f"absent or late: {some((f'{name} {day_in_words(day)}' for name, day in found), '; ')}."
        )


def _silent(connection: sa.Connection) -> Iterable[str]:
    """Stretches without any absence, of which nobody knows whether attendance was taken."""
    days, stay = _NUMBERED_DAY.c, _STAY.c
    places = (
        sa.select(stay.school_id, stay.district_code, stay.school_code).distinct().subquery("place")
    )
    name = sa.func.coalesce(school.c.school_name, district.c.district_name)
    found = connection.execute(
        sa.select(name, sa.func.min(days.date), sa.func.max(days.date), sa.func.count())
        .join_from(_NUMBERED_DAY, places, places.c.school_id == days.school_id)
        .join(district, district.c.district_code == places.c.district_code)
        .join(
            school,
            sa.and_(
                school.c.school_code == places.c.school_code,
                school.c.district_code == places.c.district_code,
            ),
            isouter=True,
        )
        .where(days.after - days.before - 1 > sa.func.longest_silence(), ~days.has_event)
        .group_by(name, days.school_id, days.school_year, days.before)
        .order_by(name, sa.func.min(days.date))
    ).all()
    if found:
        stretches = (
            f"{day_in_words(first)} to {day_in_words(last)} "
            f"({number(count, 'school day')} in {place})"
            for place, first, last, count in found
        )
        yield (
            "Not counted, because nobody of a school was absent or late for so many school days "
            f"that attendance may not have been taken: {some(stretches)}."
        )


def _doubts(connection: sa.Connection, staged: StagedFile) -> pd.DataFrame:
    """Delivered absences that do not count: line, rule, words."""
    rows = staged.numbered_rows().subquery("row")
    row, stay, day = rows.c, _STAY.c, _SCHOOL_DAY.c
    is_enrolled = sa.func.bool_or(stay.student_id.is_not(None))
    is_school_day = sa.func.bool_or(day.date.is_not(None))
    words = sa.cast(row.student_id, sa.Text).concat(" on ").concat(sa.cast(row.date, sa.Text))
    same_stay = sa.and_(
        stay.student_id == row.student_id,
        stay.district_code == row.district_code,
        row.date.between(stay.first_day, stay.last_day),
    )
    same_day = sa.and_(
        day.school_id == stay.school_id,
        day.grade == stay.grade,
        day.school_year == stay.school_year,
        day.date == row.date,
    )
    found = pd.read_sql_query(
        sa.select(
            row.record,
            sa.case((~is_enrolled, NOT_ENROLLED), else_=NO_SCHOOL).label("rule"),
            words.label("words"),
        )
        .select_from(rows)
        .join(_STAY, same_stay, isouter=True)
        .join(_SCHOOL_DAY, same_day, isouter=True)
        .where(~_is_in(_STATED_MONTH, row.district_code, _month(row.date)))
        .group_by(row.record, row.student_id, row.date)
        .having(~sa.and_(is_enrolled, is_school_day))
        .order_by(row.record),
        connection,
    )
    return found.assign(line=staged.lines(found.pop("record")), file=staged.name)


def _counted(doubts: pd.DataFrame) -> list[str]:
    return [
        f"{name}: {number(count, 'absence')} kept and not counted: {rule}."
        for name, rule, count in _counts(doubts)
    ]


def _counted_in_fives(doubts: pd.DataFrame) -> list[str]:
    return [
        f"{name}: about {told:,} absences kept and not counted: {rule}."
        for name, rule, count in _counts(doubts)
        if (told := told_count(count)) is not None
    ]


def _counts(doubts: pd.DataFrame) -> Iterable[tuple[str, str, int]]:
    """File, rule and how many of both."""
    if doubts.empty:
        return []
    counts = doubts.groupby(["file", "rule"]).size().reset_index(name="rows")
    return counts.itertuples(index=False, name=None)
