"""Which records of an interchange are read, and the row that each becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reporting.sources.edfi_xml.elements import Record, code_value

Row = tuple[str, ...]

_STUDENT = "StudentReference/StudentIdentity/StudentUniqueId"
_SCHOOL = "SchoolReference/SchoolIdentity/SchoolId"
_CALENDAR = "CalendarReference/CalendarIdentity"

_NEVER_ATTENDED = ("no show", "invalid enrollment")

GRADES = {
    "prekindergarten": "PK",
    "preschool": "PK",
    "preschool/prekindergarten": "PK",
    "transitional kindergarten": "K",
    "kindergarten": "K",
} | {
    f"{ordinal} grade": str(grade)
    for grade, ordinal in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
        start=1,
    )
}


@dataclass(frozen=True)
class Table:
    """Rows of one kind of record: the table's name, its columns, and a record's rows."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Record], Iterator[Row]]


def _district(record: Record) -> Iterator[Row]:
    district = record.needed("LocalEducationAgencyId")
    yield district, record.text("NameOfInstitution"), record.identity("@id")


def _school(record: Record) -> Iterator[Row]:
    reference = "LocalEducationAgencyReference"
    yield (
        record.needed("SchoolId"),
        record.text("NameOfInstitution"),
        record.text(f"{reference}/LocalEducationAgencyIdentity/LocalEducationAgencyId"),
        record.identity(f"{reference}@ref"),
    )


def _student(record: Record) -> Iterator[Row]:
    yield (
        record.needed("StudentUniqueId"),
        record.text("Name/FirstName"),
        record.text("Name/LastSurname"),
        record.day("BirthData/BirthDate"),
    )


def _background(record: Record) -> Iterator[Row]:
    proficiency = record.code("LimitedEnglishProficiency").casefold()
    learner = "" if not proficiency else "yes" if proficiency == "limited" else "no"
    yield record.needed(_STUDENT), _home_language(record), learner


def _home_language(record: Record) -> str:
    language = ""
    for path, text in record.leaves:
        if path == "Language/Language":
            language = code_value(text)
        elif path == "Language/LanguageUse" and code_value(text).casefold() == "home language":
            return language
    return ""


def _session(record: Record) -> Iterator[Row]:
    days = record.text("TotalInstructionalDays")
    if days and not days.isdecimal():
        record.refuse(f"has {days!r} as TotalInstructionalDays, no number of days")
    yield (
        record.needed(_SCHOOL),
        _needed_year(record, "SchoolYear"),
        record.text("SessionName"),
        _needed_day(record, "BeginDate"),
        _needed_day(record, "EndDate"),
        days,
    )


def _calendar(record: Record) -> Iterator[Row]:
    yield (
        record.needed(_SCHOOL),
        _needed_year(record, "SchoolYear"),
        record.needed("CalendarCode"),
        record.code("CalendarType"),
        record.identity("@id"),
    )


def _calendar_date(record: Record) -> Iterator[Row]:
    reference = record.identity("CalendarReference@ref")
    if not reference:
        record.needed(f"{_CALENDAR}/{_SCHOOL}")
        record.needed(f"{_CALENDAR}/CalendarCode")
        record.needed(f"{_CALENDAR}/SchoolYear")
    for event in record.texts("CalendarEvent"):
        yield (
            record.text(f"{_CALENDAR}/{_SCHOOL}"),
            _school_year(record, f"{_CALENDAR}/SchoolYear"),
            record.text(f"{_CALENDAR}/CalendarCode"),
            reference,
            _needed_day(record, "Date"),
            code_value(event),
        )


def _association(record: Record) -> Iterator[Row]:
    grade = record.code("EntryGradeLevel")
    never_attended = record.code("ExitWithdrawType").casefold() in _NEVER_ATTENDED
    yield (
        record.needed(_STUDENT),
        record.needed(_SCHOOL),
        _school_year(record, "SchoolYear") or _school_year(record, f"{_CALENDAR}/SchoolYear"),
        GRADES.get(grade.casefold(), grade),
        _needed_day(record, "EntryDate"),
        record.day("ExitWithdrawDate"),
        record.text(f"{_CALENDAR}/CalendarCode"),
        "yes" if never_attended else "",
    )


def _event(record: Record) -> Iterator[Row]:
    record.needed("AttendanceEvent/AttendanceEventCategory")
    yield (
        record.needed(_STUDENT),
        record.needed(_SCHOOL),
        _needed_day(record, "AttendanceEvent/EventDate"),
        record.code("AttendanceEvent/AttendanceEventCategory"),
        _share(record, "AttendanceEvent/EventDuration"),
    )


TABLES = {
    "LocalEducationAgency": Table("district", ("district_id", "name", "xml_id"), _district),
    "School": Table("school", ("school_id", "name", "district_id", "district_ref"), _school),
    "Student": Table("student", ("student_id", "first_name", "last_name", "birth_date"), _student),
    "StudentEducationOrganizationAssociation": Table(
        "background", ("student_id", "home_language", "english_learner"), _background
    ),
    "Session": Table(
        "session",
        ("school_id", "school_year", "name", "first_day", "last_day", "total_days"),
        _session,
    ),
    "Calendar": Table(
        "calendar", ("school_id", "school_year", "code", "type", "xml_id"), _calendar
    ),
    "CalendarDate": Table(
        "calendar_date",
        ("school_id", "school_year", "code", "calendar_ref", "date", "event"),
        _calendar_date,
    ),
    "StudentSchoolAssociation": Table(
        "association",
        (
            "student_id",
            "school_id",
            "school_year",
            "grade",
            "entry_date",
            "exit_date",
            "calendar",
            "never_attended",
        ),
        _association,
    ),
    "StudentSchoolAttendanceEvent": Table(
        "event", ("student_id", "school_id", "date", "category", "duration"), _event
    ),
}


def _needed_day(record: Record, path: str) -> str:
    record.needed(path)
    return record.day(path)


def _needed_year(record: Record, path: str) -> str:
    record.needed(path)
    return _school_year(record, path)


def _school_year(record: Record, path: str) -> str:
    """``2021-2022``, or its end, ``2022``, as ``2021-22``; empty where there is none."""
    text = record.text(path)
    years = re.fullmatch(r"(?:(\d{4})-)?(\d{4})", text)
    if not text or years is None:
        return text and record.refuse(f"has {text!r} as {path}, no school year like 2021-2022")
    end = int(years[2])
    return f"{end - 1}-{end % 100:02d}"


def _share(record: Record, path: str) -> str:
    """A share of the day, as the standard defines the duration of an event; empty: not stated."""
    text = record.text(path)
    try:
        is_share = not text or 0 <= float(text) <= 1
    except ValueError:
        is_share = False
    return text if is_share else record.refuse(f"has {text!r} as {path}, no share of a day")
