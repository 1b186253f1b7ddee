"""The Ed-Fi Analytics Middle Tier: reporting views that a district runs on PostgreSQL.

They are read in one read-only transaction, as rows that the server has brought into the form of the
contract and that pass through in batches. What the views mean and lack is told in
docs/middle-tier.md, from the definitions that the Ed-Fi Alliance publishes (version 4.1).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from reporting.contract import (
    ATTENDANCE_DAILY,
    DISTRICTS,
    ENROLLMENTS,
    SCHOOLS,
    STUDENTS,
    Expression,
    InputFile,
)
from reporting.errors import DeliveryRefusedError
from reporting.faults import OFFICIAL_DIGITS
from reporting.progress import Progress

_BATCH_ROWS = 10_000
_CONNECT_SECONDS = 20
_MOST_LISTED = 5

# A row is given its time when it is written and is seen when that is committed. A short while is
# read twice, so that no row falls between two readings.
_COMMIT = timedelta(seconds=5)

# How far behind the others a district's reports may be and still be waited for.
_PATIENCE = timedelta(days=120)

# Ed-Fi's grade levels; others stay as they are, and the loader says what it cannot read.
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_GRADES = (
    dict.fromkeys(("preschool", "prekindergarten", "preschool/prekindergarten"), "PK")
    | dict.fromkeys(("transitional kindergarten", "kindergarten"), "K")
    | {f"{ordinal} grade": str(grade) for grade, ordinal in enumerate(_ORDINALS.split(), start=1)}
)

# Who is monitored has left the program for English learners.
_ENGLISH_LEARNER = {"limited": "yes"} | dict.fromkeys(
    ("notlimited", "limited monitored 1", "limited monitored 2"), "no"
)

# --- The views -------------------------------------------------------------------

_SCHEMA = "analytics"
_NO_YEAR = "Unknown"


def _view(name: str, columns: str) -> sa.Table:
    return sa.Table(
        name, sa.MetaData(), *(sa.Column(column) for column in columns.split()), schema=_SCHEMA
    )


_STUDENT_COLUMNS = (
    "studentkey schoolkey schoolyear studentfirstname studentlastname enrollmentdatekey gradelevel "
    "limitedenglishproficiency lastmodifieddate birthdate"
)

_district = _view("localeducationagencydim", "localeducationagencykey localeducationagencyname")
_school = _view("schooldim", "schoolkey schoolname localeducationagencykey")
_enrolled_now = _view("studentschooldim", _STUDENT_COLUMNS)
# Since version 2.9; those who have left, too.
_enrolled_ever = _view("allstudentschooldim", f"{_STUDENT_COLUMNS} exitwithdrawdate")
# Made by the option chrab.
_day = _view(
    "chrab_chronicabsenteeismattendancefact",
    "studentkey schoolkey datekey reportedaspresentatschool reportedasabsentfromschool "
    "reportedaspresentathomeroom reportedasabsentfromhomeroom reportedasispresentinallsections "
    "reportedasabsentfromanysection",
)

_NEEDED = (_district, _school, _enrolled_now, _day)


class _Missing(StrEnum):
    """PostgreSQL's codes of what a view cannot be read for."""

    VIEW = "42P01"
    COLUMN = "42703"
    RIGHT = "42501"


# A server plans a cursor for its first rows, and all of them can then take a hundred times as long.
_FOR_ALL_ROWS = sa.func.set_config("cursor_tuple_fraction", "1", True)


@dataclass(frozen=True)
class Reading:
    """What was read: ``remarks`` for the load report; ``marks``, view -> how far, for the next."""

    remarks: tuple[str, ...]
    marks: dict[str, str]


def deliver(url: sa.URL, into: Path, marks: Mapping[str, str], progress: Progress) -> Reading:
    """Write districts, schools, students, enrollments and daily attendance into ``into``.

    ``marks`` are those of the reading before: what it has read and has not changed since is left
    out; without marks everything is read. ``progress`` is told a share from 0 to 1. Raises
    DeliveryRefusedError where the views cannot be read.
    """
    with _connected(url) as connection:
        progress("Looking at the views", 0)
        scope = _scope(connection, _students_view(connection, url), marks)
        files: dict[InputFile, sa.Select[Any]] = {
            DISTRICTS: _districts(scope),
            SCHOOLS: _schools(scope),
            STUDENTS: _students(scope),
            ENROLLMENTS: _enrollments(scope),
        }
        rows = {}
        for file, statement in files.items():
            progress(f"Reading {file.name}", 0)
            rows[file] = _write(connection, statement, into / file.file_name)
        progress("Looking for the last day that was reported", 0)
        reports = _reports(connection, scope)
        expected = max(sum(report.rows for report in reports), 1)
        rows[ATTENDANCE_DAILY] = _write(
            connection,
            _days(scope, reports),
            into / ATTENDANCE_DAILY.file_name,
            lambda read: progress("Reading attendance", min(read / expected, 1)),
        )
    return Reading(tuple(_remarks(scope, rows, reports)), _new_marks(scope, reports, marks))


# --- The connection ----------------------------------------------------------------


@contextmanager
def _connected(url: sa.URL) -> Iterator[sa.Connection]:
    """One transaction that only reads and sees one state of all views."""
    if url.get_backend_name() != "postgresql":
        raise DeliveryRefusedError(
            f"The Middle Tier is read from PostgreSQL, and the address begins with "
            f"{url.drivername}://. Give one like postgresql+psycopg://reader@host/EdFi_Ods."
        )
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=sa.NullPool,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        hide_parameters=True,
    )
    try:
        connection = engine.connect()
    except sa.exc.DBAPIError as error:
        raise DeliveryRefusedError(
            f"{_name(url)} does not let us in: {_cause(error)}. Check the address, the role and "
            "its password (PGPASSWORD or a .pgpass file), and that the server runs."
        ) from error
    with connection:
        try:
            connection.execute(sa.select(_FOR_ALL_ROWS))
            yield connection
        except sa.exc.DBAPIError as error:
            raise DeliveryRefusedError(
                f"Reading {_name(url)} was broken off: {_cause(error)}. Nothing was loaded: "
                "load again, or ask its administrator."
            ) from error


def _name(url: sa.URL) -> str:
    """The database in words that hold no secret, wherever the address has one."""
    return f"The Middle Tier {url.database or ''} on {url.host or 'this machine'}"


def _cause(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0].rstrip(".")


def _students_view(connection: sa.Connection, url: sa.URL) -> sa.Table:
    """Check that the views can be read; gives the better one of students that can."""
    for view in _NEEDED:
        try:
            _try(connection, view)
        except sa.exc.DBAPIError as error:
            words = _why_unreadable(connection, view, error)
            raise DeliveryRefusedError(f"{_name(url)} cannot be read: {words}") from error
    try:
        _try(connection, _enrolled_ever)
    except sa.exc.ProgrammingError:
        return _enrolled_now
    return _enrolled_ever


def _try(connection: sa.Connection, view: sa.Table) -> None:
    with connection.begin_nested():
        connection.execute(sa.select(view).limit(0))


def _why_unreadable(connection: sa.Connection, view: sa.Table, error: sa.exc.DBAPIError) -> str:
    """What is missing, and what to do about it."""
    match getattr(error.orig, "sqlstate", None):
        case _Missing.VIEW:
            return (
                f"there is no view {view.fullname}. Install the Analytics Middle Tier with its "
                "option chrab, or give the address of the database that has it."
            )
        case _Missing.COLUMN:
            return (
                f"{view.fullname}: {_cause(error)}. Its views have another form than this program "
                "knows: upgrade the Middle Tier."
            )
        case _Missing.RIGHT:
            role = connection.scalar(sa.select(sa.func.quote_ident(sa.func.current_user())))
            views = ", ".join(needed.fullname for needed in _NEEDED)
            return (
                f"the role {role} may not read {view.fullname} ({_cause(error)}). Its "
                f"administrator grants it: GRANT USAGE ON SCHEMA {_SCHEMA} TO {role}; "
                f"GRANT SELECT ON {views} TO {role};"
            )
    return f"{view.fullname}: {_cause(error)}. Ask its administrator."


def _write(
    connection: sa.Connection,
    statement: sa.Select[Any],
    path: Path,
    told: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write the rows of a statement as CSV, never more than a batch in memory; gives how many."""
    options = {"stream_results": True, "yield_per": _BATCH_ROWS}
    rows = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        with connection.execute(statement, execution_options=options) as result:
            writer.writerow(result.keys())
            for batch in result.partitions():
                writer.writerows(batch)
                rows += len(batch)
                told(rows)
    return rows


# --- What is read this time ----------------------------------------------------------


@dataclass(frozen=True)
class _Scope:
    """What is read this time.

    ``students``: the view of students. ``changed_since``, ``first_day``: of students those changed
    after it, of attendance this day and later; None: all. ``read_until``: the last change of a
    student that is read, None where there are no students. ``without_year``: enrollments that have
    no school year. ``district_digits``, ``school_digits``: how many the official codes have that
    lost zeros; None: none did.
    """

    students: sa.Table
    changed_since: datetime | None
    first_day: date | None
    read_until: datetime | None
    without_year: int
    district_digits: int | None
    school_digits: int | None

    @property
    def knows_leavers(self) -> bool:
        return self.students is _enrolled_ever


def _scope(connection: sa.Connection, students: sa.Table, marks: Mapping[str, str]) -> _Scope:
    changed_since = first_day = None
    # A view of students that was not read before tells of others: their days are read, too.
    if students.name in marks and _day.name in marks:
        changed_since = datetime.fromisoformat(marks[students.name])
        first_day = _month_before(date.fromisoformat(marks[_day.name]))
    committed = sa.func.timezone("UTC", sa.func.now(), type_=sa.DateTime) - _COMMIT
    last_change = sa.func.max(students.c.lastmodifieddate)
    read_until, without_year = connection.execute(
        sa.select(
            sa.case((last_change.is_not(None), sa.func.least(last_change, committed))),
            sa.func.count().filter(sa.cast(students.c.schoolyear, sa.Text) == _NO_YEAR),
        )
    ).one()
    return _Scope(
        students,
        changed_since,
        first_day,
        read_until,
        without_year,
        _digits(connection, _district.c.localeducationagencykey, "district_code"),
        _digits(connection, _school.c.schoolkey, "school_code"),
    )


def _month_before(day: date) -> date:
    """The first day of the month before a day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _digits(connection: sa.Connection, key: sa.Column[Any], code: str) -> int | None:
    """Digits of a code with a fixed length that Ed-Fi, where keys are numbers, took zeros from."""
    lengths = sa.func.length(sa.cast(key, sa.Text))
    longest, shortest = connection.execute(
        sa.select(sa.func.max(lengths), sa.func.min(lengths).filter(lengths > 0))
    ).one()
    return longest if longest == OFFICIAL_DIGITS[code] != shortest else None


# --- Rows in the form of the contract --------------------------------------------------


def _code(key: Expression, digits: int | None) -> Expression:
    """A key as text, with the zeros that it began with."""
    text = sa.cast(key, sa.Text)
    if digits is None:
        return text
    is_short = sa.func.length(text).between(1, digits - 1)
    return sa.case((is_short, sa.func.lpad(text, digits, "0")), else_=text)


def _iso_day(key: Expression) -> Expression:
    """YYYYMMDD as YYYY-MM-DD; the day of a text that is written so already."""
    parts = (sa.func.substr(key, 1, 4), sa.func.substr(key, 5, 2), sa.func.substr(key, 7, 2))
    return sa.case(
        (key.regexp_match("^[0-9]{8}$"), sa.func.concat_ws("-", *parts)),
        else_=sa.func.left(key, 10),
    )


def _spelled(text: Expression, spellings: dict[str, str], otherwise: Expression) -> Expression:
    return sa.case(spellings, value=sa.func.lower(sa.func.trim(text)), else_=otherwise)


def _school_year(students: sa.Table) -> Expression:
    """``2022`` is 2021-22; an unknown year is the one, from August on, of the day of entry."""
    entry = _iso_day(students.c.enrollmentdatekey)
    entry_year = sa.cast(sa.func.left(entry, 4), sa.Integer)
    year_of_entry = sa.case((sa.func.substr(entry, 6, 2) >= "08", entry_year + 1), else_=entry_year)
    stated = sa.cast(students.c.schoolyear, sa.Text)
    is_year = stated.regexp_match("^[0-9]{4}$")
    end = sa.case((is_year, sa.cast(stated, sa.Integer)), (stated == _NO_YEAR, year_of_entry))
    words = sa.func.concat_ws(
        "-", sa.cast(end - 1, sa.Text), sa.func.right(sa.cast(end, sa.Text), 2)
    )
    return sa.case((end.is_not(None), words), else_=stated)


def _districts(scope: _Scope) -> sa.Select[Any]:
    view = _district.c
    return sa.select(
        _code(view.localeducationagencykey, scope.district_digits).label("district_code"),
        view.localeducationagencyname.label("district_name"),
    )


def _schools(scope: _Scope) -> sa.Select[Any]:
    view = _school.c
    return sa.select(
        _code(view.schoolkey, scope.school_digits).label("school_code"),
        view.schoolname.label("school_name"),
        _code(view.localeducationagencykey, scope.district_digits).label("district_code"),
    )


def _changed(scope: _Scope) -> list[Expression]:
    """Conditions on the view of students: those with anything new, with all that is told of them.

    The time of the last change is that of the student: who entered or left a school lately is
    found by the day.
    """
    if scope.changed_since is None or scope.first_day is None:
        return []
    view = scope.students.alias("changed").c
    lately = [_iso_day(view.enrollmentdatekey) >= scope.first_day.isoformat()]
    if scope.knows_leavers:
        lately.append(_iso_day(view.exitwithdrawdate) >= scope.first_day.isoformat())
    new = sa.select(view.studentkey).where(
        sa.or_(view.lastmodifieddate > scope.changed_since, *lately)
    )
    return [scope.students.c.studentkey.in_(new)]


def _students(scope: _Scope) -> sa.Select[Any]:
    """One row a student, where the view has one for each school."""
    view = scope.students.c
    learner = _spelled(view.limitedenglishproficiency, _ENGLISH_LEARNER, sa.null())
    return (
        sa.select(
            view.studentkey.label("student_id"),
            sa.func.max(view.studentfirstname).label("first_name"),
            sa.func.max(view.studentlastname).label("last_name"),
            sa.func.max(view.birthdate).label("birth_date"),
            sa.func.max(learner).label("english_learner"),
        )
        .where(*_changed(scope))
        .group_by(view.studentkey)
    )


def _enrollments(scope: _Scope) -> sa.Select[Any]:
    view = scope.students.c
    leave = _iso_day(view.exitwithdrawdate) if scope.knows_leavers else sa.null()
    return (
        sa.select(
            view.studentkey.label("student_id"),
            _school_year(scope.students).label("school_year"),
            _code(_school.c.localeducationagencykey, scope.district_digits).label("district_code"),
            _spelled(view.gradelevel, _GRADES, view.gradelevel).label("grade"),
            _code(view.schoolkey, scope.school_digits).label("school_code"),
            _iso_day(view.enrollmentdatekey).label("entry_date"),
            leave.label("exit_date"),
        )
        .join_from(scope.students, _school, view.schoolkey == _school.c.schoolkey, isouter=True)
        .where(*_changed(scope))
    )


# --- Attendance ------------------------------------------------------------------------

# A student present for a part of the day has both marks and attended. Without a mark, as in most
# schools, which report absences alone, or with a tardy one, the student was there. Sections do not
# tell how much of the day was missed.
_ATTENDED = sa.case(
    (_day.c.reportedaspresentatschool == 1, 1),
    (_day.c.reportedasabsentfromschool == 1, 0),
    (_day.c.reportedaspresentathomeroom == 1, 1),
    (_day.c.reportedasabsentfromhomeroom == 1, 0),
    else_=1,
)
_MARKS = [column for column in _day.c if column.name.startswith("reportedas")]
_IS_REPORTED = sa.or_(*(mark == 1 for mark in _MARKS))
_IN_SECTIONS_ALONE = sa.and_(
    _day.c.reportedasabsentfromanysection == 1,
    *(mark == 0 for mark in _MARKS if not mark.name.endswith(("section", "sections"))),
)


@dataclass(frozen=True)
class _Report:
    """What a district has reported of the days to be read.

    ``key`` as in the views, empty for schools of no district; ``last_day`` of instruction, and the
    last ``reported_day`` on which anybody was reported present or absent, None without one.
    ``rows``, and of those: absences ``in_sections_alone``, and days of students that the view of
    students lacks (``unknown``).
    """

    key: str
    last_day: date
    reported_day: date | None
    rows: int
    in_sections_alone: int
    unknown: int

    @property
    def is_behind(self) -> bool:
        return self.reported_day is None or self.reported_day < self.last_day


def _days_to_read(scope: _Scope) -> tuple[sa.Select[Any], Expression]:
    """The fact with its schools, no columns yet; and whether the day's student is known.

    Where the view of students lacks those who left, a first reading knows nothing of them.
    """
    source: sa.FromClause = sa.join(
        _day, _school, _day.c.schoolkey == _school.c.schoolkey, isouter=True
    )
    if scope.first_day is not None:
        days = sa.select().select_from(source)
        return days.where(_day.c.datekey >= f"{scope.first_day:%Y%m%d}"), sa.true()
    if scope.knows_leavers:
        return sa.select().select_from(source), sa.true()
    known = sa.select(scope.students.c.studentkey).distinct().subquery("known")
    source = source.join(known, known.c.studentkey == _day.c.studentkey, isouter=True)
    return sa.select().select_from(source), known.c.studentkey.is_not(None)


def _reports(connection: sa.Connection, scope: _Scope) -> list[_Report]:
    days, is_known = _days_to_read(scope)
    key, last_day = _school.c.localeducationagencykey, sa.func.max(_day.c.datekey)
    statement = days.add_columns(
        key,
        last_day,
        last_day.filter(_IS_REPORTED),
        sa.func.count(),
        sa.func.count().filter(_IN_SECTIONS_ALONE),
        sa.func.count().filter(~is_known),
    )
    return [
        _Report(
            "" if key is None else str(key),
            date.fromisoformat(last),
            None if reported is None else date.fromisoformat(reported),
            *counts,
        )
        for key, last, reported, *counts in connection.execute(statement.group_by(key))
    ]


def _days(scope: _Scope, reports: Sequence[_Report]) -> sa.Select[Any]:
    """One row a student, district and day; in two schools of a district: attended in either.

    Days after a district's last report are calendar alone: nobody has been reported yet.
    """
    days, is_known = _days_to_read(scope)
    key = _school.c.localeducationagencykey
    districts: dict[date, list[str]] = {}
    for report in reports:
        if report.reported_day is not None:
            districts.setdefault(report.reported_day, []).append(report.key)
    reported = [
        sa.and_(
            sa.func.coalesce(sa.cast(key, sa.Text), "").in_(keys),
            _day.c.datekey <= f"{last_day:%Y%m%d}",
        )
        for last_day, keys in districts.items()
    ]
    return (
        days.add_columns(
            _day.c.studentkey.label("student_id"),
            _code(key, scope.district_digits).label("district_code"),
            _iso_day(_day.c.datekey).label("date"),
            sa.func.max(_ATTENDED).label("attended"),
        )
        .where(is_known, sa.or_(sa.false(), *reported))
        .group_by(_day.c.studentkey, key, _day.c.datekey)
    )


# --- Marks and remarks -------------------------------------------------------------------


def _new_marks(
    scope: _Scope, reports: Sequence[_Report], marks: Mapping[str, str]
) -> dict[str, str]:
    """How far was read: the last change of a student, and a day until which all have reported."""
    new = dict(marks)
    if scope.read_until is not None:
        new[scope.students.name] = scope.read_until.isoformat(sep=" ")
    reported = [report.reported_day for report in reports if report.reported_day is not None]
    if reported:
        # What a district reports late is read when it comes, within reason: it may have closed.
        late = [report.reported_day for report in reports if report.is_behind]
        waited_for = [day for day in late if day and max(reported) - day <= _PATIENCE]
        new[_day.name] = min([max(reported), *waited_for]).isoformat()
    return new


def _remarks(
    scope: _Scope, rows: Mapping[InputFile, int], reports: Sequence[_Report]
) -> Iterator[str]:
    """What was read and what was assumed, in sentences."""
    counts = ", ".join(f"{file.name} {count:,}" for file, count in rows.items())
    yield f"Rows read from the Middle Tier: {counts}."
    if scope.changed_since is not None and scope.first_day is not None:
        yield (
            f"Of students only those changed after {scope.changed_since:%Y-%m-%d %H:%M} or who "
            f"entered or left a school since {scope.first_day}, and attendance since that day. "
            "Corrections of earlier days are read with --all."
        )
    yield from _attendance_remarks(reports)
    yield from _student_remarks(scope, sum(report.unknown for report in reports))


def _attendance_remarks(reports: Sequence[_Report]) -> Iterator[str]:
    reported = {
        report.key: report.reported_day for report in reports if report.reported_day is not None
    }
    if reported:
        yield (
            f"Attendance is reported up to {max(reported.values())}. A day of instruction without "
            "a reported absence counts as attended, a tardy one too."
        )
    behind = sorted(report.key for report in reports if report.is_behind)
    if late := [f"{key} after {reported[key]}" for key in behind if key in reported]:
        yield (
            "Days after the last on which a district reported anybody present or absent are not "
            f"reported yet and left out: {_listed(late)}."
        )
    if silent := [key for key in behind if key not in reported]:
        yield (
            f"Nobody is reported present or absent in {_listed(silent)}: no attendance was read. "
            "Are the district's attendance categories in analytics_config.descriptormap? When "
            "they are, load with --all."
        )
    if in_sections := sum(report.in_sections_alone for report in reports):
        yield (
            f"Days of students with an absence from sections alone: {in_sections:,}. They count as "
            "attended, because the view does not tell how much of the day was missed."
        )


def _student_remarks(scope: _Scope, unknown_days: int) -> Iterator[str]:
    if not scope.knows_leavers:
        left_out = f"{unknown_days:,} days of them are left out. " if unknown_days else ""
        yield (
            f"{_enrolled_now.fullname} lacks students who have left. {left_out}To have them, let "
            f"the role read {_enrolled_ever.fullname} (Middle Tier 2.9 or later)."
        )
    if scope.without_year:
        yield (
            f"{scope.without_year:,} enrollments have no school year: it is taken from the day of "
            "entry."
        )
    if scope.district_digits or scope.school_digits:
        yield "Ed-Fi keeps codes as numbers: those that were too short got their zeros back."


def _listed(words: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(words) - _MOST_LISTED
    return ", ".join(words[:_MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
