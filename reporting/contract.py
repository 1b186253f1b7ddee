"""The input files: which there are, what their columns mean, and which rows are refused.

A column knows how its text becomes a value and what is said where it cannot. Everything
is a SQLAlchemy expression over the staged text, so that a file of millions of rows is
checked by the database engine at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from evaluation.absence import at_least
from queries import schema
from reporting.dressing import Kind
from reporting.moments import iso_day

Expression = sa.ColumnElement[Any]

SPREADSHEET_NUMBER = r"[0-9]+([.,][0-9]+)?[eE]\+?[0-9]+"

# Grades as Connecticut writes them, besides PK, K, 1 to 12.
GRADE_SPELLINGS = (
    dict.fromkeys(("P3", "P4", "PK3", "PK4"), "PK")
    | dict.fromkeys(("KG", "KF", "KH", "KE"), "K")
    | {f"0{grade}": str(grade) for grade in range(1, 10)}
)


_YES_AND_NO = dict.fromkeys(("y", "true", "1"), "yes") | dict.fromkeys(("n", "false", "0"), "no")

# Nobody's data are older; 21 for 2021 is a usual accident.
# A spreadsheet takes a small number for a day in 1900.
_FIRST_DAY, _FIRST_MONTH = date(1950, 1, 1), "1950-01"
_FIRST_OF_MONTH = "[0-9]{4}-(0[1-9]|1[0-2])-01"
_LONG_AGO = "is before 1950: is the year written in full?"


@dataclass(frozen=True)
class Reason:
    """A rule a row can break: which column, when (over staged and typed values), and why."""

    column: str
    broken: Callable[[Row], Expression]
    why: str


@dataclass(frozen=True)
class Row:
    """A staged row as expressions: ``text`` as delivered, ``value`` as typed."""

    text: dict[str, Expression]
    value: dict[str, Expression]
    today: date


@dataclass(frozen=True)
class InputColumn:
    """A column of an input file.

    ``typed`` turns trimmed text (null where empty) into a value, null where it cannot;
    ``expected`` ends the sentence "... is not ...". ``declared_in`` names the fact table
    whose codes this column must hold. ``spellings`` are accepted besides ``choices``. ``kind``
    says what can be taken off a value that another program dressed.
    """

    name: str
    required: bool = False
    typed: Callable[[Expression], Expression] = lambda text: text
    expected: str = ""
    declared_in: sa.Table | None = None
    choices: tuple[str, ...] = ()
    spellings: dict[str, str] = field(default_factory=dict)
    is_code: bool = False
    is_date: bool = False
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Derived:
    """A required column that a file may lack, because others say it.

    ``source`` is the column that then has to be there; ``value`` makes the lacking one of the typed
    values of the others.
    """

    column: str
    source: str
    value: Callable[[dict[str, Expression]], Expression]


@dataclass(frozen=True)
class Summary:
    """What the rows of a file become where they are not facts themselves."""

    table: sa.Table
    key: tuple[str, ...]
    of: Callable[[sa.Select[Any]], sa.Select[Any]]


@dataclass(frozen=True, eq=False)
class InputFile:
    """An input file of a delivery: its rows have the columns of ``table``, the fact table it fills.

    With a ``summary`` its rows are facts of the summary's table only when summed up. ``derived``
    columns need not be there where what they are made of is.
    """

    name: str
    table: sa.Table
    columns: tuple[InputColumn, ...]
    key: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    summary: Summary | None = None
    derived: tuple[Derived, ...] = ()

    @property
    def file_name(self) -> str:
        """The file's name in a delivery that needs no mapping."""
        return f"{self.name}.csv"


def _number(text: Expression) -> Expression:
    is_number = sa.func.regexp_full_match(text, r"-?([0-9]+\.?[0-9]*|\.[0-9]+)")
    zero: Expression = sa.literal_column("0.0")  # added to a program's -0, it makes 0
    return sa.case((is_number, sa.try_cast(text, sa.Double) + zero))


def _month(text: Expression) -> Expression:
    is_month = sa.func.regexp_full_match(text, "[0-9]{4}-(0?[1-9]|1[0-2])")
    padded = sa.func.left(text, 5).concat(sa.func.lpad(sa.func.substr(text, 6), 2, "0"))
    # A spreadsheet makes the first day of a month of it.
    is_first_day = sa.func.regexp_full_match(text, f"{_FIRST_OF_MONTH}([T ]00:00(:00)?)?")
    return sa.case((is_month, padded), (is_first_day, sa.func.left(text, 7)))


def _school_year(text: Expression) -> Expression:
    is_year = sa.func.regexp_full_match(text, "(19|20)[0-9]{2}-[0-9]{2}")
    follows = sa.try_cast(sa.func.right(text, 2), sa.Integer) == (
        sa.try_cast(sa.func.left(text, 4), sa.Integer) + 1
    ) % sa.literal_column("100")
    return sa.case((sa.and_(is_year, follows), text))


def _code(name: str, declared_in: sa.Table | None = None, required: bool = True) -> InputColumn:
    return InputColumn(name, required, declared_in=declared_in, is_code=True, kind=Kind.CODE)


def _text(name: str, required: bool = False) -> InputColumn:
    return InputColumn(name, required)


def _own_code(name: str, required: bool = False) -> InputColumn:
    """A code that nobody else declares, of any form."""
    return InputColumn(name, required, kind=Kind.CODE)


def _day(name: str, required: bool = False) -> InputColumn:
    return InputColumn(
        name,
        required,
        iso_day,
        "a date of the calendar like 2021-10-05",
        is_date=True,
        kind=Kind.VALUE,
    )


def _days(name: str, required: bool = True) -> InputColumn:
    return InputColumn(name, required, _number, "a number", kind=Kind.NUMBER)


def _share(name: str, required: bool = False) -> InputColumn:
    return InputColumn(name, required, _number, "a number from 0 to 1", kind=Kind.NUMBER)


def _month_column(name: str) -> InputColumn:
    return InputColumn(name, True, _month, "a month like 2021-10", kind=Kind.CODE)


def _year_column(name: str) -> InputColumn:
    return InputColumn(name, True, _school_year, "a school year like 2021-22", kind=Kind.CODE)


def _choice(
    name: str,
    choices: tuple[str, ...],
    spellings: dict[str, str],
    required: bool = True,
    kind: Kind = Kind.VALUE,
) -> InputColumn:
    expected = f"one of {', '.join(choices)}"
    return InputColumn(
        name, required, expected=expected, choices=choices, spellings=spellings, kind=kind
    )


def _yes_or_no(name: str) -> InputColumn:
    return _choice(name, ("yes", "no"), _YES_AND_NO, required=False)


def _in_future(column: str) -> Reason:
    return Reason(column, lambda row: row.value[column] > row.today, "is in the future")


def _long_ago(column: str, first: date | str) -> Reason:
    return Reason(column, lambda row: row.value[column] < first, _LONG_AGO)


def _school_year_end(row: Row) -> Expression:
    # The 31 August after a school year: an exit planned for June is no error.
    year = sa.func.left(row.value["school_year"], 4)
    return sa.func.make_date(sa.cast(year, sa.Integer) + 1, 8, 31)


def _beyond_school_year(column: str) -> Reason:
    return Reason(
        column,
        lambda row: sa.and_(
            row.value[column] > row.today, row.value[column] > _school_year_end(row)
        ),
        "is in the future, after the school year of the row",
    )


def _days_disagree(row: Row) -> Expression:
    # Days written with one or two decimals are rounded each by itself.
    told = row.value["days_attended"] + row.value["days_absent"]
    return sa.func.abs(row.value["days_enrolled"] - told) > sa.literal_column("0.05")


STUDENT = _code("student_id", schema.student)
DISTRICT = _code("district_code", schema.district)

DISTRICTS = InputFile(
    "districts",
    schema.district,
    (_code("district_code"), _text("district_name", required=True)),
    key=("district_code",),
)

SCHOOLS = InputFile(
    "schools",
    schema.school,
    (_code("school_code"), _text("school_name", required=True), DISTRICT),
    # Two districts may number their schools alike.
    key=("district_code", "school_code"),
)

STUDENTS = InputFile(
    "students",
    schema.student,
    (
        _code("student_id"),
        _text("first_name"),
        _text("last_name"),
        _day("birth_date"),
        _text("home_language"),
        _yes_or_no("english_learner"),
        _yes_or_no("disability"),
        _yes_or_no("free_meals"),
    ),
    key=("student_id",),
    reasons=(_in_future("birth_date"), _long_ago("birth_date", _FIRST_DAY)),
)

ENROLLMENTS = InputFile(
    "enrollments",
    schema.enrollment,
    (
        STUDENT,
        _year_column("school_year"),
        DISTRICT,
        _choice("grade", schema.GRADES, GRADE_SPELLINGS, kind=Kind.CODE),
        _code("school_code", schema.school, required=False),
        _day("entry_date"),
        _day("exit_date"),
    ),
    # A student may come back to a school within the year: the entry tells the stays apart.
    key=("student_id", "school_year", "district_code", "school_code", "entry_date"),
    reasons=(
        _beyond_school_year("entry_date"),
        _beyond_school_year("exit_date"),
        _long_ago("entry_date", _FIRST_DAY),
        _long_ago("exit_date", _FIRST_DAY),
        Reason(
            "exit_date",
            lambda row: row.value["exit_date"] < row.value["entry_date"],
            "is before the entry date",
        ),
    ),
)

ATTENDANCE = InputFile(
    "attendance",
    schema.attendance_month,
    (
        STUDENT,
        DISTRICT,
        _month_column("month"),
        _days("days_enrolled"),
        _days("days_attended"),
        _days("days_absent", required=False),
    ),
    key=("student_id", "district_code", "month"),
    derived=(
        Derived(
            "days_attended",
            "days_absent",
            lambda value: value["days_enrolled"] - value["days_absent"],
        ),
    ),
    reasons=(
        Reason(
            "month",
            lambda row: row.value["month"] > row.today.strftime("%Y-%m"),
            "is in the future",
        ),
        _long_ago("month", _FIRST_MONTH),
        Reason("days_enrolled", lambda row: row.value["days_enrolled"] < 0, "is negative"),
        Reason(
            "days_enrolled",
            lambda row: row.value["days_enrolled"] > 31,
            "is more than 31 days: are these hours, or days of the year so far?",
        ),
        Reason("days_attended", lambda row: row.value["days_attended"] < 0, "is negative"),
        Reason(
            "days_attended",
            lambda row: row.value["days_attended"] > row.value["days_enrolled"],
            "is more than the days enrolled",
        ),
        Reason("days_absent", lambda row: row.value["days_absent"] < 0, "is negative"),
        Reason(
            "days_absent",
            lambda row: row.value["days_absent"] > row.value["days_enrolled"],
            "is more than the days enrolled",
        ),
        Reason("days_absent", _days_disagree, "and days_attended are not the days enrolled"),
    ),
)

ATTENDANCE_DAILY = InputFile(
    "attendance_daily",
    schema.attendance_day,
    (
        STUDENT,
        DISTRICT,
        _day("date", required=True),
        _share("attended", required=True),
    ),
    key=("student_id", "district_code", "date"),
    reasons=(
        _in_future("date"),
        _long_ago("date", _FIRST_DAY),
        Reason("attended", lambda row: row.value["attended"] < 0, "is negative"),
        Reason("attended", lambda row: row.value["attended"] > 1, "is more than one day"),
    ),
)

_attendance_period = sa.Table(
    "attendance_period",
    sa.MetaData(),
    *(sa.Column(column.name, column.type) for column in schema.attendance_day.c),
    sa.Column("period", sa.Text),
)

# Connecticut: a student is in attendance who is present for at least half of the school day.
_PRESENT_FROM = 0.5


def _days_of_periods(periods: sa.Select[Any]) -> sa.Select[Any]:
    rows = periods.subquery("periods").c
    is_present = at_least(sa.func.avg(rows.attended), _PRESENT_FROM)
    return sa.select(
        rows.student_id,
        rows.district_code,
        rows.date,
        sa.cast(sa.case((is_present, 1), else_=0), sa.Double).label("attended"),
    ).group_by(rows.student_id, rows.district_code, rows.date)


ATTENDANCE_PERIODS = InputFile(
    "attendance_periods",
    _attendance_period,
    (
        *ATTENDANCE_DAILY.columns,
        _own_code("period", required=True),
    ),
    key=(*ATTENDANCE_DAILY.key, "period"),
    reasons=ATTENDANCE_DAILY.reasons,
    summary=Summary(schema.attendance_day, ATTENDANCE_DAILY.key, _days_of_periods),
)

ABSENCES = InputFile(
    "absences",
    schema.absence,
    (
        STUDENT,
        DISTRICT,
        _day("date", required=True),
        InputColumn("absent", True, _number, "a number from 0 to 1"),
        _yes_or_no("excused"),
    ),
    key=ATTENDANCE_DAILY.key,
    reasons=(
        _in_future("date"),
        _long_ago("date", _FIRST_DAY),
        Reason("absent", lambda row: row.value["absent"] < 0, "is negative"),
        Reason("absent", lambda row: row.value["absent"] > 1, "is more than one day"),
    ),
)

# A row may be of a district, of one of its schools, or of a grade in either.
CALENDAR = InputFile(
    "calendar",
    schema.calendar_day,
    (
        DISTRICT,
        _day("date", required=True),
        _code("school_code", schema.school, required=False),
        _choice("grade", schema.GRADES, GRADE_SPELLINGS, required=False),
        _yes_or_no("is_school_day"),
    ),
    key=("district_code", "school_code", "grade", "date"),
    reasons=(_long_ago("date", _FIRST_DAY),),
)

VISITS = InputFile(
    "visits",
    schema.visit,
    (
        _own_code("visit_id", required=True),
        STUDENT,
        _day("visit_date", required=True),
        _choice("modality", schema.MODALITIES, {}),
        _choice("outcome", schema.OUTCOMES, {}),
        _choice("visitor_type", schema.VISITOR_TYPES, {}),
        _text("visitor"),
        _text("language"),
        _own_code("note_code"),
    ),
    key=("visit_id",),
    reasons=(_in_future("visit_date"), _long_ago("visit_date", _FIRST_DAY)),
)

PUBLIC_RATES = InputFile(
    "public_rates",
    schema.public_rate,
    (
        # Most of a state's districts take no part in the program: they are not declared.
        _own_code("district_code", required=True),
        _text("district_name", required=True),
        _text("category"),
        _text("student_group", required=True),
        _year_column("school_year"),
        _days("students", required=False),
        _share("rate"),
        _yes_or_no("year_to_date"),
        _text("reporting_period", required=True),
        _day("updated_on", required=True),
    ),
    # A later edition corrects an earlier one.
    key=("district_code", "category", "student_group", "school_year"),
    reasons=(
        Reason("students", lambda row: row.value["students"] < 0, "is negative"),
        Reason("rate", lambda row: row.value["rate"] < 0, "is negative"),
        Reason("rate", lambda row: row.value["rate"] > 1, "is more than 1: it is a fraction"),
        _in_future("updated_on"),
        _long_ago("updated_on", _FIRST_DAY),
    ),
)

# In the order of loading: a file may refer to those before it.
INPUT_FILES = (
    DISTRICTS,
    SCHOOLS,
    STUDENTS,
    ENROLLMENTS,
    ATTENDANCE,
    ATTENDANCE_DAILY,
    ATTENDANCE_PERIODS,
    CALENDAR,
    ABSENCES,
    VISITS,
    PUBLIC_RATES,
)

# A delivery holds all of these; schools are optional, and of attendance one form is enough.
REQUIRED_FILES = (DISTRICTS, STUDENTS, ENROLLMENTS, VISITS)
DAILY_FILES = (ATTENDANCE_DAILY, ATTENDANCE_PERIODS)
ATTENDANCE_FILES = (ATTENDANCE, *DAILY_FILES, ABSENCES)
