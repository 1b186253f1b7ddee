"""What is said about an interchange: in the load report, and where it is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import duckdb

from reporting.wording import number, some

_NEEDED = {
    "LocalEducationAgency": "The district is missing: no file holds a LocalEducationAgency. Add "
    "the InterchangeEducationOrganization file, with LocalEducationAgencyId and NameOfInstitution.",
    "School": "Schools are missing: no file holds a School. Add the "
    "InterchangeEducationOrganization file, with SchoolId, NameOfInstitution and "
    "LocalEducationAgencyReference.",
    "Student": "Students are missing: no file holds a Student. Add the InterchangeStudent file, "
    "with StudentUniqueId, Name and BirthDate.",
    "StudentSchoolAssociation": "Enrolment is missing: no file holds a StudentSchoolAssociation. "
    "Add the InterchangeStudentEnrollment file, with StudentUniqueId, SchoolId, EntryDate, "
    "EntryGradeLevel and, of those who left, ExitWithdrawDate.",
    "StudentSchoolAttendanceEvent": "Attendance is missing: no file holds a "
    "StudentSchoolAttendanceEvent. Add the InterchangeStudentAttendance file with the events of "
    "whole days.",
}

Told = Iterator[str]


def summary(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """How many events of how many students and schools, by category, and how they count."""
    return [_events_read(connection), *_meaning_of_events(connection)]


def _events_read(connection: duckdb.DuckDBPyConnection) -> str:
    events, students, schools = _row(
        connection,
        "SELECT count(*), count(DISTINCT student_id), count(DISTINCT school_id) FROM event",
    )
    categories = ", ".join(_categories(connection)) or "none"
    return (
        f"Read {number(events, 'attendance event')} of {number(students, 'student')} in "
        f"{number(schools, 'school')}: {categories}."
    )


def obstacles(connection: duckdb.DuckDBPyConnection, counts: Counter[str]) -> list[str]:
    """Why no attendance can be told, in sentences; none where it can."""
    told = [words for name, words in _NEEDED.items() if not counts[name]]
    unknown = _categories(connection, "unknown")
    if unknown:
        known = ", ".join(name for (name,) in _rows(connection, "SELECT name FROM category"))
        told.append(
            f"It is not known whether these events are absences: {', '.join(unknown)}. Say in a "
            "mapping, in [attendance_daily.values.attended], which share of the day each counts as "
            f"attended, or export them as one of Ed-Fi's own categories ({known})."
        )
    if not _row(connection, "SELECT count(*) FROM school_day")[0]:
        why = _unknown_days(connection) or "there is neither a calendar nor a session"
        told += [f"School days are not known: {why}.", *_calendar_needed(connection)]
    elif not told and not _row(connection, "SELECT count(*) FROM (FROM attended_day LIMIT 1)")[0]:
        told.append(
            "No enrolment covers a school day on which attendance is known to have been taken."
        )
        told += _left_out(connection, counts)
    return told


def remarks(connection: duckdb.DuckDBPyConnection, counts: Counter[str]) -> list[str]:
    """What was read and assumed, and what was left out and why, in sentences."""
    return [*summary(connection), *_left_out(connection, counts)]


def _left_out(connection: duckdb.DuckDBPyConnection, counts: Counter[str]) -> Told:
    yield from _events_left_out(connection, counts)
    yield from _enrolments(connection)
    yield from _school_days(connection)
    yield from _days_taken(connection)


def _meaning_of_events(connection: duckdb.DuckDBPyConnection) -> Told:
    for meaning, words in (
        ("attended", "Not counted as absent"),
        ("absent all day", "Counted as absent all day, because without EventDuration"),
        ("absent for an unknown time", "Counted as attended, because without EventDuration"),
    ):
        events = _categories(connection, meaning)
        if events:
            yield f"{words}: {', '.join(events)}."
    (repeated,) = _row(
        connection,
        "SELECT count(*) - count(DISTINCT (student_id, school_id, date, lower(category))) "
        "FROM event",
    )
    if repeated:
        yield f"{number(repeated, 'event')} came more than once and count once."


def _events_left_out(connection: duckdb.DuckDBPyConnection, counts: Counter[str]) -> Told:
    others = ("StudentSectionAttendanceEvent", "StudentProgramAttendanceEvent")
    for name in others:
        if counts[name]:
            yield f"Not counted: {counts[name]:,} {name}, which are no events of whole days."
    (future,) = _row(
        connection, "SELECT count(*) FROM event WHERE CAST(date AS DATE) > current_date"
    )
    if future:
        yield f"Left out: {number(future, 'event')} in the future."
    not_enrolled, no_school_day = _row(
        connection,
        "SELECT count(*) FILTER (NOT is_enrolled), count(*) FILTER (is_enrolled AND NOT is_school) "
        "FROM placed_absence",
    )
    if not_enrolled:
        yield (
            f"Left out: {number(not_enrolled, 'absence')} on days on which the student is not "
            "enrolled in that school."
        )
    if no_school_day:
        yield f"Left out: {number(no_school_day, 'absence')} on days not known to be school days."


def _enrolments(connection: duckdb.DuckDBPyConnection) -> Told:
    (never,) = _row(connection, "SELECT count(*) FROM association WHERE never_attended = 'yes'")
    if never:
        enrolments = number(never, "enrolment")
        yield f"Left out: {enrolments} that ended as No show or Invalid enrollment."
    schools = _rows(
        connection,
        "SELECT DISTINCT school_id FROM association ANTI JOIN "
        "(FROM place WHERE district_id IS NOT NULL) USING (school_id) ORDER BY school_id",
    )
    if schools:
        yield (
            "Left out: enrolments in schools that no file places in a LocalEducationAgency: "
            f"{some(school for (school,) in schools)}."
        )
    if _row(connection, "SELECT count(exit_date) FROM enrolled")[0]:
        yield "Assumed: ExitWithdrawDate is the last day enrolled, as Ed-Fi recommends."
    (later,) = _row(connection, "SELECT count(*) FROM unfinished")
    if later:
        yield (
            f"Counted in one school year alone: {number(later, 'enrolment')} without an exit, of "
            "students without a StudentSchoolAssociation of the next year, which tells the grade."
        )


def _school_days(connection: duckdb.DuckDBPyConnection) -> Told:
    (schools,) = _row(
        connection, "SELECT count(DISTINCT school_id) FROM school_day WHERE code = ''"
    )
    if schools:
        yield (
            f"Assumed: in {number(schools, 'school')} without a calendar every weekday of a "
            "session that has as many school days as weekdays is a school day."
        )
    differing = _rows(
        connection,
        "SELECT DISTINCT format('{} of {}: {} in the calendar, {} in the session', "
        "name, school_id, school_days, total_days) AS words FROM stretch "
        "WHERE is_exact AND code <> '' AND school_days <> total_days ORDER BY words",
    )
    if differing:
        yield (
            "Sessions with another number of school days than the calendar, which counts because "
            f"it names every weekday: {some((words for (words,) in differing), '; ')}."
        )
    unknown = _unknown_days(connection)
    if unknown:
        yield f"Not shown, because school days are not known: {unknown}."
        yield from _calendar_needed(connection)


def _calendar_needed(connection: duckdb.DuckDBPyConnection) -> Told:
    vague = _rows(
        connection,
        "SELECT event, count(*) AS days FROM calendar_date "
        "WHERE lower(event) NOT IN (SELECT name FROM calendar_event) "
        "GROUP BY event ORDER BY days DESC, event",
    )
    if vague:
        told = some(f"{days:,} {event}" for event, days in vague)
        yield f"CalendarEvents that do not say whether there is school: {told}."
    yield (
        "Add to the InterchangeEducationOrgCalendar file a CalendarDate with its CalendarEvent "
        "(Instructional day, Holiday ...) for every weekday of the school year."
    )


def _days_taken(connection: duckdb.DuckDBPyConnection) -> Told:
    last = _rows(
        connection,
        "SELECT last_day, list(school_id ORDER BY school_id) FROM "
        "(SELECT school_id, max(date) AS last_day FROM taken_day GROUP BY school_id) "
        "GROUP BY last_day ORDER BY last_day DESC",
    )
    if last:
        days = some(f"{day} ({some(schools)})" for day, schools in last)
        yield f"Attendance is counted up to the last event of each school: {days}."
    silent = _rows(
        connection,
        "SELECT school_id, min(date), max(date), count(*) FROM numbered_day "
        "WHERE after - before - 1 > longest_silence() AND NOT has_event "
        "GROUP BY school_id, school_year, before ORDER BY ALL",
    )
    if silent:
        stretches = (
            f"{first} to {end} ({number(days, 'day')} in {school})"
            for school, first, end, days in silent
        )
        yield (
            "Not counted, because a school had no event at all for so many school days that "
            f"attendance may not have been taken: {some(stretches)}."
        )
    without = _rows(
        connection,
        "SELECT DISTINCT school_id FROM enrolled ANTI JOIN event USING (school_id) "
        "ORDER BY school_id",
    )
    if without:
        yield f"Not shown, because without any event: schools {some(s for (s,) in without)}."


# --- Words --------------------------------------------------------------------------


def _unknown_days(connection: duckdb.DuckDBPyConnection) -> str:
    """Schools and years without exact school days, and why."""
    rows = _rows(
        connection,
        "SELECT school_year, why, list(school_id ORDER BY school_id) FROM unknown_days "
        "GROUP BY school_year, why ORDER BY school_year, why",
    )
    return some((f"{some(schools)} in {year}: {why}" for year, why, schools in rows), "; ")


def _categories(connection: duckdb.DuckDBPyConnection, meaning: str | None = None) -> list[str]:
    """Categories of events with a meaning, or all, with their number."""
    rows = connection.execute(
        "SELECT category, CAST(sum(events) AS BIGINT) AS events FROM counted_event "
        "WHERE coalesce(meaning = ?, true) GROUP BY category ORDER BY events DESC, category",
        [meaning],
    ).fetchall()
    return [f"{events:,} {category}" for category, events in rows]


def _rows(connection: duckdb.DuckDBPyConnection, statement: str) -> list[tuple[Any, ...]]:
    return connection.execute(statement).fetchall()


def _row(connection: duckdb.DuckDBPyConnection, statement: str) -> tuple[Any, ...]:
    return _rows(connection, statement)[0]
