"""What speaks for a file being one of the input files, and what against it: reasons with points.

No column and no word decides alone. The names of columns are one reason, what stands in them is
another, and so is how many rows a student has. A reason that speaks for a reading is a part of a
sentence that is told to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from reporting.contract import (
    ABSENCES,
    ATTENDANCE,
    ATTENDANCE_DAILY,
    ATTENDANCE_PERIODS,
    CALENDAR,
    DISTRICTS,
    ENROLLMENTS,
    SCHOOLS,
    STUDENTS,
    VISITS,
    InputColumn,
    InputFile,
)
from reporting.proposal.coverage import Coverage, coverage_of
from reporting.proposal.flags import any_flag, is_flag_of_absence
from reporting.proposal.names import words_of
from reporting.proposal.plausible import is_share, readable_share
from reporting.proposal.records import are_no_students
from reporting.proposal.spellings import may_be_presence

# Fewer rows say nothing about how many a student has.
_FEWEST_ROWS = 5

_MOSTLY = 0.9
_ABOUT_THE_PERSON = ("first_name", "last_name", "birth_date", "home_language")
_WORDS_OF_CONTACTS = {"visit", "visitor", "contact", "call", "communication"}


@dataclass(frozen=True)
class Reason:
    """What speaks for a reading, with positive ``points``, or against it.

    ``words`` end the sentence "taken for students because …"; blank where nothing is to be told.
    """

    points: float
    words: str = ""


Columns = Mapping[str, str]
"""Our column -> theirs."""


def reasons_of(kind: InputFile, columns: Columns, rows: pd.DataFrame) -> tuple[Reason, ...]:
    """The reasons for and against rows being of a kind of file, but for the columns it lacks."""
    weigh = _WEIGHING.get(kind)
    return tuple(weigh(columns, rows)) if weigh else ()


# --- Of people -------------------------------------------------------------------


def _students(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    if are_no_students(rows):
        return [Reason(-6)]
    about = [name for name in _ABOUT_THE_PERSON if name in columns]
    reasons = [Reason(0.5 * len(about), "it says who the students are") if about else Reason(-2)]
    return reasons + _row_a_student(columns, rows, 1, -2)


def _enrollments(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    if are_no_students(rows):
        return [Reason(-6)]
    reasons = [Reason(0.5, "it has entry dates")] if "entry_date" in columns else []
    return reasons + _row_a_student(columns, rows, 0.5, -2)


def _row_a_student(
    columns: Columns, rows: pd.DataFrame, if_one: float, if_many: float
) -> list[Reason]:
    if "student_id" not in columns or len(rows) < 2:
        return []
    counts = _filled(rows[columns["student_id"]]).value_counts()
    if len(counts) and (counts == 1).mean() >= _MOSTLY:
        return [Reason(if_one, "every student has one row")]
    is_many = len(rows) >= _FEWEST_ROWS and counts.median() >= 3
    return [Reason(if_many)] if is_many else []


# --- Of days ---------------------------------------------------------------------


def _daily(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    return _of_days(columns, rows, "attended", is_wanted_list=False)


def _absences(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    return _of_days(columns, rows, "absent", is_wanted_list=True)


def _of_days(columns: Columns, rows: pd.DataFrame, ours: str, is_wanted_list: bool) -> list[Reason]:
    reasons = _codes(columns, rows, ours)
    coverage = coverage_in(columns, rows, ours)
    if coverage is None or not coverage.rows:
        return reasons
    if coverage.rows == coverage.students:
        return reasons  # a row a student may be a roster too
    if coverage.is_of_absences != is_wanted_list:
        return [*reasons, Reason(-1.5)]
    if is_wanted_list:
        return [*reasons, Reason(1.5, f"it has rows on few days: {coverage.words}")]
    return [*reasons, Reason(1.5, "students have a row for every day")]


def coverage_in(columns: Columns, rows: pd.DataFrame, ours: str) -> Coverage | None:
    """How much of the students' days rows hold; None where a column for that is missing."""
    if not {"student_id", "date", ours} <= columns.keys():
        return None
    is_present = _is_present(rows, columns[ours], ours)
    return coverage_of(rows[columns["student_id"]], rows[columns["date"]], is_present)


def _is_present(rows: pd.DataFrame, name: str, ours: str) -> pd.Series[bool]:
    """Rows that say that a student was there on time; of flags, those without one."""
    if is_flag_of_absence(rows, name):
        return ~any_flag(rows, name)
    if ours == "absent" and is_share(rows[name]):
        return pd.to_numeric(rows[name], errors="coerce").eq(0)
    meant = {text: may_be_presence(text) for text in rows[name].unique()}
    return rows[name].map(meant).astype(bool)


def _codes(columns: Columns, rows: pd.DataFrame, ours: str) -> list[Reason]:
    if ours not in columns:
        # A student and a day are in every log of incidents and tests.
        return [Reason(-1)]
    name = columns[ours]
    if is_flag_of_absence(rows, name):
        return [Reason(1, f"“{name}” says who was absent")]
    if _filled(rows[name]).empty:
        return []
    if readable_share(_ATTENDED, rows[name]) >= 0.6:
        return [Reason(1, f"“{name}” holds codes of attendance")]
    return [Reason(-0.5)]


def _periods(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    reasons = _codes(columns, rows, "attended")
    key = [columns[name] for name in ("student_id", "date") if name in columns]
    if len(key) < 2 or "period" not in columns or len(rows) < _FEWEST_ROWS:
        return reasons
    if rows.duplicated(key).any():
        return [*reasons, Reason(1.5, "students have several rows on one day, each of a period")]
    return [*reasons, Reason(-3)]


def _months(columns: Columns, _rows: pd.DataFrame) -> list[Reason]:
    days = [name for name in ("days_enrolled", "days_attended", "days_absent") if name in columns]
    return [Reason(0.5, "it counts days")] if len(days) >= 2 else []


def _calendar(columns: Columns, _rows: pd.DataFrame) -> list[Reason]:
    return [Reason(1.5, "it says on which days there is school")] * ("is_school_day" in columns)


# --- Of places -------------------------------------------------------------------


def _schools(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    return _row_a_place(columns, rows, ("district_code", "school_code"))


def _districts(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    return _row_a_place(columns, rows, ("district_code",))


def _row_a_place(columns: Columns, rows: pd.DataFrame, key: tuple[str, ...]) -> list[Reason]:
    """Figures of places by grade or group have a row for each, which a list of places has not."""
    names = [columns[name] for name in key if name in columns]
    is_repeated = bool(names) and bool(rows.duplicated(names, keep=False).mean() > 1 - _MOSTLY)
    return [Reason(-3)] if is_repeated else []


# --- Of contacts -----------------------------------------------------------------


def _visits(columns: Columns, rows: pd.DataFrame) -> list[Reason]:
    reasons = [
        Reason(1, f"“{columns[column.name]}” {words}")
        for column, words in _OF_CONTACTS
        if column.name in columns and readable_share(column, rows[columns[column.name]]) >= 0.5
    ]
    if not reasons and len(rows):
        reasons.append(Reason(-2))
    if "visit_date" not in columns:
        reasons.append(Reason(-2))
    if any(_WORDS_OF_CONTACTS & set(words_of(str(name))) for name in rows):
        reasons.append(Reason(0.5, "its columns speak of visits or contacts"))
    outcome = columns.get("outcome")
    if outcome and "modality" not in columns:
        is_code = readable_share(_ATTENDED, rows[outcome]) >= readable_share(
            _OUTCOME, rows[outcome]
        )
        reasons += [Reason(-1)] if is_code else []
    return reasons


def _filled(texts: pd.Series[str]) -> pd.Series[str]:
    return texts[texts != ""]


def _column(kind: InputFile, name: str) -> InputColumn:
    return next(column for column in kind.columns if column.name == name)


_OUTCOME = _column(VISITS, "outcome")
_ATTENDED = _column(ATTENDANCE_DAILY, "attended")
_OF_CONTACTS = (
    (_column(VISITS, "modality"), "says where or how"),
    (_OUTCOME, "says what came of it"),
    (_column(VISITS, "visitor_type"), "says who went"),
)
_WEIGHING: dict[InputFile, Callable[[Columns, pd.DataFrame], list[Reason]]] = {
    STUDENTS: _students,
    ENROLLMENTS: _enrollments,
    ATTENDANCE: _months,
    ATTENDANCE_DAILY: _daily,
    ATTENDANCE_PERIODS: _periods,
    ABSENCES: _absences,
    CALENDAR: _calendar,
    SCHOOLS: _schools,
    DISTRICTS: _districts,
    VISITS: _visits,
}
