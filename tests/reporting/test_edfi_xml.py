"""An Ed-Fi XML interchange becomes days enrolled and attended: nothing is guessed."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries.schema import attendance_month, student
from reporting.errors import DeliveryRefusedError
from reporting.sources import edfi_xml
from tests.conftest import Delivery

SAMPLE = Path(__file__).parents[1] / "data" / "ed-fi"
HIGH, MIDDLE, ELEMENTARY = "255901001", "255901044", "255901107"
ADA, BEN = "0001", "0002"


# --- Small interchanges -----------------------------------------------------------------


def xml(kind: str, *records: str, namespace: str = "http://ed-fi.org/5.2.0") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Interchange{kind} xmlns="{namespace}">\n'
        + "\n".join(records)
        + f"\n</Interchange{kind}>\n"
    )


def of_student(student_id: str) -> str:
    return (
        f"<StudentReference><StudentIdentity><StudentUniqueId>{student_id}</StudentUniqueId>"
        "</StudentIdentity></StudentReference>"
    )


def of_school(school: str) -> str:
    return (
        f"<SchoolReference><SchoolIdentity><SchoolId>{school}</SchoolId></SchoolIdentity>"
        "</SchoolReference>"
    )


def element(name: str, text: str | None) -> str:
    return f"<{name}>{text}</{name}>" if text is not None else ""


def enrolment(
    student_id: str,
    school: str,
    entry: str,
    leave: str | None = None,
    *,
    grade: str = "Ninth grade",
    year: str | None = None,
    calendar: str | None = None,
    why_left: str | None = None,
) -> str:
    reference = of_calendar(calendar, school) if calendar else ""
    return (
        f"<StudentSchoolAssociation>{of_student(student_id)}{of_school(school)}"
        f"{element('SchoolYear', year)}<EntryDate>{entry}</EntryDate>"
        f"<EntryGradeLevel>uri://ed-fi.org/GradeLevelDescriptor#{grade}</EntryGradeLevel>"
        f"{element('ExitWithdrawDate', leave)}{element('ExitWithdrawType', why_left)}{reference}"
        "</StudentSchoolAssociation>"
    )


def of_calendar(code: str, school: str, year: str = "2021-2022") -> str:
    return (
        f"<CalendarReference><CalendarIdentity><CalendarCode>{code}</CalendarCode>"
        f"{of_school(school)}<SchoolYear>{year}</SchoolYear></CalendarIdentity></CalendarReference>"
    )


def calendar_date(
    day: date, school: str, event: str = "Instructional day", code: str = "usual"
) -> str:
    return (
        f"<CalendarDate><Date>{day}</Date>"
        f"<CalendarEvent>uri://ed-fi.org/CalendarEventDescriptor#{event}</CalendarEvent>"
        f"{of_calendar(code, school)}</CalendarDate>"
    )


def session(school: str, first: str, last: str, days: int, name: str = "Fall") -> str:
    return (
        f"<Session><SessionName>{name}</SessionName><SchoolYear>2021-2022</SchoolYear>"
        f"<BeginDate>{first}</BeginDate><EndDate>{last}</EndDate>"
        f"<TotalInstructionalDays>{days}</TotalInstructionalDays>{of_school(school)}</Session>"
    )


def event(
    student_id: str, school: str, day: str, category: str, duration: str | None = None
) -> str:
    return (
        f"<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>{day}</EventDate>"
        "<AttendanceEventCategory>"
        f"uri://ed-fi.org/AttendanceEventCategoryDescriptor#{category}</AttendanceEventCategory>"
        f"{element('EventDuration', duration)}</AttendanceEvent>{of_student(student_id)}"
        f"{of_school(school)}</StudentSchoolAttendanceEvent>"
    )


def weekdays(first: str, last: str) -> Iterator[date]:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        if day.isoweekday() <= 5:
            yield day
        day += timedelta(days=1)


SCHOOL_WEEK = "2021-10-04", "2021-10-08"  # Monday to Friday


@dataclass
class Interchange:
    """A district with two schools, and two students enrolled in the first for a week of school.

    Every school has an event (Tardy, of a third student) on the Friday, so that attendance counts
    to the end of the week.
    """

    folder: Path
    calendar: list[str] = field(default_factory=lambda: [session("11", *SCHOOL_WEEK, 5)])
    enrolments: list[str] = field(
        default_factory=lambda: [
            enrolment(ADA, "11", "2021-10-01"),
            enrolment(BEN, "11", "2021-10-01"),
        ]
    )
    events: list[str] = field(
        default_factory=lambda: [
            event("0003", school, "2021-10-08", "Tardy") for school in ("11", "12")
        ]
    )
    namespace: str = "http://ed-fi.org/5.2.0"

    def write(self) -> Interchange:
        district = (
            '<LocalEducationAgency id="LEA"><NameOfInstitution>Grand Bend</NameOfInstitution>'
            "<LocalEducationAgencyId>0100</LocalEducationAgencyId></LocalEducationAgency>"
        )
        schools = [
            f"<School><NameOfInstitution>School {school}</NameOfInstitution>"
            f'<SchoolId>{school}</SchoolId><LocalEducationAgencyReference ref="LEA"/></School>'
            for school in ("11", "12")
        ]
        students = [
            f"<Student><StudentUniqueId>{student_id}</StudentUniqueId><Name><FirstName>{first}"
            "</FirstName><LastSurname>Example</LastSurname></Name><BirthData><BirthDate>2010-05-01"
            "</BirthDate></BirthData></Student>"
            for student_id, first in ((ADA, "Ada"), (BEN, "Ben"))
        ]
        self._write("places", "EducationOrganization", [district, *schools])
        self._write("people", "Student", students)
        self._write("days", "EducationOrgCalendar", self.calendar)
        self._write("stays", "StudentEnrollment", self.enrolments)
        self._write("absences", "StudentAttendance", self.events)
        return self

    def _write(self, name: str, kind: str, records: Iterable[str]) -> None:
        text = xml(kind, *records, namespace=self.namespace)
        (self.folder / f"{name}.xml").write_text(text, encoding="utf-8")

    def delivered(self, **attended: str) -> Made:
        return made_of(self.write().folder, attended)

    def refusal(self, **attended: str) -> str:
        return refusal_of(self.write().folder, attended)


@dataclass(frozen=True)
class Made:
    """The files that were made, by name, and the remarks in one text."""

    files: dict[str, list[dict[str, str]]]
    remarks: str

    def days(self, student_id: str) -> dict[str, float]:
        """Attendance of a student by date."""
        rows = [row for row in self.files["attendance_daily"] if row["student_id"] == student_id]
        days = {row["date"]: float(row["attended"]) for row in sorted(rows, key=itemgetter("date"))}
        assert len(days) == len(rows), "a day comes twice"
        return days


def made_of(folder: Path, attended: dict[str, str] | None = None) -> Made:
    into = folder / "made"
    into.mkdir()
    remarks = edfi_xml.deliver(folder, into, attended or {}, lambda _step, _share: None)
    files = {}
    for path in into.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            files[path.stem] = list(csv.DictReader(file))
    return Made(files, " ".join(remarks))


def refusal_of(folder: Path, attended: dict[str, str] | None = None) -> str:
    (folder / "made").mkdir(exist_ok=True)
    with pytest.raises(DeliveryRefusedError) as refused:
        edfi_xml.deliver(folder, folder / "made", attended or {}, lambda _step, _share: None)
    return str(refused.value)


@pytest.fixture
def interchange(tmp_path: Path) -> Interchange:
    return Interchange(tmp_path)


def week(*attended: float) -> dict[str, float]:
    days = [str(day) for day in weekdays(*SCHOOL_WEEK)]
    return dict(zip(days, attended, strict=True))


# --- The real sample ----------------------------------------------------------------------


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    folder.mkdir()
    for path in SAMPLE.glob("*.xml"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def test_the_sample_is_read_as_it_is_and_what_it_lacks_is_said(sample: Path) -> None:
    assert edfi_xml.is_interchange(sample)
    words = refusal_of(sample)
    assert words.startswith(
        "Read 1,917 attendance events of 227 students in 3 schools: 1,077 Excused Absence, "
        "773 Unexcused Absence, 66 Tardy, 1 Partial. Not counted as absent: 66 Tardy. "
        "Counted as attended, because without EventDuration: 1 Partial. "
        "Enrolment is missing: no file holds a StudentSchoolAssociation. Add the "
        "InterchangeStudentEnrollment file, with StudentUniqueId, SchoolId, EntryDate, "
        "EntryGradeLevel and, of those who left, ExitWithdrawDate."
    )
    # The one calendar of the sample is of some students and lists two days: no school's days.
    assert (
        f"School days are not known: {HIGH}, {MIDDLE}, {ELEMENTARY} in 2021-22: 2021-2022 Fall "
        "Semester (2021-08-23 to 2021-12-17) has 81 school days on 85 weekdays, and no calendar "
        "says which;"
    ) in words
    assert words.endswith("for every weekday of the school year.")


# Chosen from the sample: Lisa Woods has excused absences and a Partial, on the day of one of them;
# the others have an excused and an unexcused absence, and tardies alone.
LISA, SECOND, TARDY = "604822", "605354", "604853"

HOLIDAYS = {
    date.fromisoformat(day)
    for day in (
        "2021-09-06 2021-11-24 2021-11-25 2021-11-26 2022-01-17 2022-02-21 "
        "2022-03-14 2022-03-15 2022-03-16 2022-03-17 2022-03-18 2022-04-15"
    ).split()
}


def add_what_the_sample_lacks(folder: Path) -> None:
    """Calendars of the three schools, and three students' enrolments.

    The autumn lists its school days alone, which are as many as the session says: 81. The spring
    names every weekday: 96 school days and 8 holidays.
    """
    days = [
        calendar_date(day, school)
        for school in (HIGH, MIDDLE, ELEMENTARY)
        for day in weekdays("2021-08-23", "2021-12-17")
        if day not in HOLIDAYS
    ] + [
        calendar_date(day, school, "Holiday" if day in HOLIDAYS else "Instructional day")
        for school in (HIGH, MIDDLE, ELEMENTARY)
        for day in weekdays("2022-01-04", "2022-05-27")
    ]
    (folder / "calendars.xml").write_text(xml("EducationOrgCalendar", *days))
    enrolments = (
        enrolment(LISA, HIGH, "2021-08-23"),
        enrolment(SECOND, MIDDLE, "2021-08-23", "2021-10-15", grade="Seventh grade"),
        enrolment(TARDY, ELEMENTARY, "2022-01-04", grade="Fourth grade"),
    )
    (folder / "enrolments.xml").write_text(xml("StudentEnrollment", *enrolments))


def test_three_students_of_the_sample_have_the_days_worked_out_by_hand(
    sample: Path, delivery: Delivery
) -> None:
    add_what_the_sample_lacks(sample)
    delivery.folder = sample
    delivery.write(
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        f"v1,{LISA},2021-12-07,home,completed,school\n"
    )
    report = delivery.load(max_rejected=0)
    assert report.refusal is None
    columns = attendance_month.c["student_id", "month", "days_enrolled", "days_attended"]
    assert delivery.read(sa.select(*columns).order_by("student_id", "month")) == [
        # Weekdays less holidays. Excused on 31 August, 9 November, 15 December (and Partial, still
        # one day) and 18 May. December ends on the 17th, May on the 27th.
        (LISA, "2021-08", 7, 6),
        (LISA, "2021-09", 21, 21),
        (LISA, "2021-10", 21, 21),
        (LISA, "2021-11", 19, 18),
        (LISA, "2021-12", 13, 12),
        (LISA, "2022-01", 19, 19),
        (LISA, "2022-02", 19, 19),
        (LISA, "2022-03", 18, 18),
        (LISA, "2022-04", 20, 20),
        (LISA, "2022-05", 20, 19),
        # Three tardies are no absences.
        (TARDY, "2022-01", 19, 19),
        (TARDY, "2022-02", 19, 19),
        (TARDY, "2022-03", 18, 18),
        (TARDY, "2022-04", 20, 20),
        (TARDY, "2022-05", 20, 20),
        # Excused on 1 September, unexcused on the 17th; 15 October is the last day enrolled.
        (SECOND, "2021-08", 7, 7),
        (SECOND, "2021-09", 21, 19),
        (SECOND, "2021-10", 11, 11),
    ]
    people = delivery.read(
        sa.select(*student.c["first_name", "last_name", "birth_date"]).where(
            student.c.student_id == LISA
        )
    )
    assert people == [("Lisa", "Woods", date(2008, 9, 13))]
    said = " ".join(report.remarks)
    assert "Read 1,917 attendance events of 227 students in 3 schools" in said
    assert (
        f"up to the last event of each school: 2022-05-27 ({HIGH}, {MIDDLE}, {ELEMENTARY})." in said
    )


# --- Absences -----------------------------------------------------------------------------


def test_absences_count_for_their_share_of_the_day_and_tardies_not_at_all(
    interchange: Interchange,
) -> None:
    interchange.events += [
        event(ADA, "11", "2021-10-04", "Excused Absence"),  # no duration: the whole day
        event(ADA, "11", "2021-10-05", "Unexcused Absence", "0.5"),
        event(ADA, "11", "2021-10-06", "Partial", "0.25"),
        event(ADA, "11", "2021-10-07", "Partial"),
        event(ADA, "11", "2021-10-08", "Early departure", "0.5"),
    ]
    made = interchange.delivered()
    assert made.days(ADA) == week(0, 0.5, 0.75, 1, 1)
    assert made.days(BEN) == week(1, 1, 1, 1, 1)
    assert "absent all day, because without EventDuration: 1 Excused Absence." in made.remarks
    assert "Not counted as absent: 2 Tardy, 1 Early departure." in made.remarks
    assert "Counted as attended, because without EventDuration: 1 Partial." in made.remarks


def test_events_of_a_day_add_up_to_one_day_at_most_and_one_that_comes_twice_counts_once(
    interchange: Interchange,
) -> None:
    half = event(ADA, "11", "2021-10-04", "Excused Absence", "0.5")
    interchange.events += [
        half,
        half,
        event(ADA, "11", "2021-10-05", "Excused Absence", "0.5"),
        event(ADA, "11", "2021-10-05", "Unexcused Absence", "0.25"),
        event(ADA, "11", "2021-10-06", "Excused Absence", "0.75"),
        event(ADA, "11", "2021-10-06", "Unexcused Absence", "0.75"),
    ]
    made = interchange.delivered()
    assert made.days(ADA) == week(0.5, 0.25, 0, 1, 1)
    assert "1 event came more than once and count once." in made.remarks


def test_a_category_that_ed_fi_does_not_know_is_refused_with_its_events(
    interchange: Interchange,
) -> None:
    interchange.events += [event(ADA, "11", "2021-10-04", "Field trip")] * 2
    words = interchange.refusal()
    assert "It is not known whether these events are absences: 2 Field trip." in words
    assert "excused absence" in words


def test_a_mapping_says_what_local_categories_count_as(interchange: Interchange) -> None:
    interchange.events += [
        event(ADA, "11", "2021-10-04", "Medical"),
        event(ADA, "11", "2021-10-05", "Medical", "0.25"),
        event(ADA, "11", "2021-10-06", "Trip"),
        event(ADA, "11", "2021-10-07", "Tardy"),
    ]
    made = interchange.delivered(medical="0.5", TRIP="1", tardy="0")
    assert made.days(ADA) == week(0.5, 0.75, 1, 0, 1)
    words = interchange.refusal(Medical="perhaps")
    assert "says “perhaps” of the attendance category Medical: it can be a share" in words


def test_events_of_single_lessons_are_told_and_not_counted(interchange: Interchange) -> None:
    interchange.events.append(
        "<StudentSectionAttendanceEvent><AttendanceEvent><EventDate>2021-10-04</EventDate>"
        "<AttendanceEventCategory>x#Unexcused Absence</AttendanceEventCategory></AttendanceEvent>"
        f"{of_student(ADA)}</StudentSectionAttendanceEvent>"
    )
    made = interchange.delivered()
    assert made.days(ADA) == week(1, 1, 1, 1, 1)
    assert "Not counted: 1 StudentSectionAttendanceEvent" in made.remarks


def test_absences_where_the_student_is_not_enrolled_or_there_is_no_school_are_told(
    interchange: Interchange,
) -> None:
    interchange.events += [
        event(ADA, "12", "2021-10-04", "Excused Absence"),  # not Ada's school
        event(ADA, "11", "2021-10-09", "Excused Absence"),  # a Saturday
        event(BEN, "11", "2999-10-04", "Excused Absence"),
    ]
    made = interchange.delivered()
    assert made.days(ADA) == week(1, 1, 1, 1, 1)
    assert "Left out: 1 event in the future." in made.remarks
    assert "1 absence on days on which the student is not enrolled" in made.remarks
    assert "1 absence on days not known to be school days" in made.remarks


# --- Enrolments ---------------------------------------------------------------------------


def test_days_enrolled_are_school_days_from_entry_to_exit_both_included(
    interchange: Interchange,
) -> None:
    interchange.enrolments = [
        enrolment(ADA, "11", "2021-10-05", "2021-10-07"),
        enrolment(BEN, "11", "2021-10-04", "2021-10-04", why_left="x#No show"),
    ]
    made = interchange.delivered()
    assert list(made.days(ADA)) == ["2021-10-05", "2021-10-06", "2021-10-07"]
    assert made.days(BEN) == {}
    assert "Left out: 1 enrolment that ended as No show" in made.remarks
    assert made.files["enrollments"] == [
        {
            "student_id": ADA,
            "school_year": "2021-22",
            "district_code": "0100",
            "grade": "9",
            "school_code": "11",
            "entry_date": "2021-10-05",
            "exit_date": "2021-10-07",
        }
    ]


def test_a_student_of_two_schools_has_one_row_a_day_and_was_there_if_at_one_of_them(
    interchange: Interchange,
) -> None:
    interchange.calendar.append(session("12", *SCHOOL_WEEK, 5))
    interchange.enrolments.append(enrolment(ADA, "12", "2021-10-06"))
    interchange.events += [
        event(ADA, "11", "2021-10-05", "Excused Absence"),
        event(ADA, "11", "2021-10-06", "Excused Absence"),
        event(ADA, "11", "2021-10-07", "Excused Absence"),
        event(ADA, "12", "2021-10-07", "Excused Absence", "0.5"),
    ]
    assert interchange.delivered().days(ADA) == week(1, 0, 1, 0.5, 1)


def test_an_enrolment_that_nobody_ended_counts_in_its_own_school_year_alone(
    interchange: Interchange,
) -> None:
    interchange.enrolments = [
        enrolment(ADA, "11", "2020-09-01", year="2020-2021"),
        enrolment(BEN, "11", "2020-09-01", "2021-06-11", year="2020-2021"),
        enrolment(BEN, "11", "2021-10-01"),
        enrolment("0003", "11", "2020-09-01", "2021-06-11", year="2020-2021"),
    ]
    made = interchange.delivered()
    assert made.days(ADA) == {}
    assert made.days(BEN) == week(1, 1, 1, 1, 1)
    assert "Counted in one school year alone: 1 enrolment without an exit" in made.remarks


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Preschool/Prekindergarten", "PK"),
        ("Kindergarten", "K"),
        ("First grade", "1"),
        ("Twelfth grade", "12"),
        ("Ungraded", "Ungraded"),  # the loader rejects the row and says why
    ],
)
def test_grades_are_translated(interchange: Interchange, theirs: str, ours: str) -> None:
    interchange.enrolments[0] = enrolment(ADA, "11", "2021-10-01", grade=theirs)
    rows = interchange.delivered().files["enrollments"]
    assert [row["grade"] for row in rows if row["student_id"] == ADA] == [ours]


def test_home_language_and_english_learners_are_taken_where_organisations_agree(
    interchange: Interchange,
) -> None:
    def told(student_id: str, language: str, proficiency: str) -> str:
        return (
            f"<StudentEducationOrganizationAssociation>{of_student(student_id)}"
            f"<LimitedEnglishProficiency>x#{proficiency}</LimitedEnglishProficiency>"
            "<Language><Language>x#eng</Language><LanguageUse>x#Spoken language</LanguageUse>"
            f"</Language><Language><Language>x#{language}</Language>"
            "<LanguageUse>x#Spoken language</LanguageUse><LanguageUse>x#Home language</LanguageUse>"
            "</Language></StudentEducationOrganizationAssociation>"
        )

    interchange.enrolments += [
        told(ADA, "spa", "Limited"),
        told(BEN, "pol", "NotLimited"),
        told(BEN, "ukr", "NotLimited"),
    ]
    rows = interchange.delivered().files["students"]
    assert {row["student_id"]: (row["home_language"], row["english_learner"]) for row in rows} == {
        ADA: ("spa", "yes"),
        BEN: ("", "no"),
    }


def test_enrolments_in_a_school_without_a_district_are_told(interchange: Interchange) -> None:
    interchange.enrolments.append(enrolment(ADA, "99", "2021-10-01"))
    assert "no file places in a LocalEducationAgency: 99." in interchange.delivered().remarks


# --- School days --------------------------------------------------------------------------

MISSING_TUESDAY = [day for day in weekdays(*SCHOOL_WEEK) if day.isoweekday() != 2]


def test_a_calendar_with_as_many_school_days_as_the_session_says_is_exact(
    interchange: Interchange,
) -> None:
    interchange.calendar = [
        session("11", *SCHOOL_WEEK, 4),
        *(calendar_date(day, "11") for day in MISSING_TUESDAY),
    ]
    assert list(interchange.delivered().days(ADA)) == [str(day) for day in MISSING_TUESDAY]


def test_a_calendar_that_names_every_weekday_is_exact_whatever_the_session_planned(
    interchange: Interchange,
) -> None:
    interchange.calendar = [
        session("11", *SCHOOL_WEEK, 5),
        *(calendar_date(day, "11") for day in MISSING_TUESDAY),
        calendar_date(date(2021, 10, 5), "11", "Weather day"),
    ]
    made = interchange.delivered()
    assert list(made.days(ADA)) == [str(day) for day in MISSING_TUESDAY]
    assert "Fall of 11: 4 in the calendar, 5 in the session" in made.remarks


@pytest.mark.parametrize("event_of_tuesday", [None, "Other"])
def test_a_calendar_that_may_lack_days_shows_nothing(
    interchange: Interchange, event_of_tuesday: str | None
) -> None:
    tuesday = date(2021, 10, 5)
    interchange.calendar = [
        session("11", *SCHOOL_WEEK, 5),
        *(calendar_date(day, "11") for day in MISSING_TUESDAY),
        *([calendar_date(tuesday, "11", event_of_tuesday)] if event_of_tuesday else []),
        session("12", *SCHOOL_WEEK, 5),
    ]
    interchange.enrolments.append(enrolment(BEN, "12", "2021-10-01"))
    made = interchange.delivered()
    assert made.days(ADA) == {}
    assert made.days(BEN) == week(1, 1, 1, 1, 1)
    assert (
        "11 in 2021-22: calendar usual has 4 school days from 2021-10-04 to 2021-10-08, "
        "Fall has 5, and the calendar names 4 of 5 weekdays"
    ) in made.remarks
    told = "CalendarEvents that do not say whether there is school: 1 Other." in made.remarks
    assert told == (event_of_tuesday == "Other")


def test_a_school_without_calendar_and_sessions_is_not_shown_but_its_enrolments_are(
    interchange: Interchange,
) -> None:
    interchange.enrolments += [
        enrolment(BEN, "12", entry, leave)
        for entry, leave in (("2021-07-31", "2021-07-31"), ("2021-08-01", None))
    ]
    made = interchange.delivered()
    rows = made.files["enrollments"]
    # A school year starts in August where nothing else is known of it.
    years = {row["entry_date"]: row["school_year"] for row in rows if row["school_code"] == "12"}
    assert years == {"2021-07-31": "2020-21", "2021-08-01": "2021-22"}
    assert "12 in 2021-22: there is neither a calendar nor a session" in made.remarks


def test_an_enrolment_belongs_to_the_first_school_year_that_ends_after_its_entry(
    interchange: Interchange,
) -> None:
    interchange.enrolments[0] = enrolment(ADA, "11", "2021-07-01")
    assert interchange.delivered().days(ADA) == week(1, 1, 1, 1, 1)


def test_progress_is_told_by_file_and_ends_with_all(interchange: Interchange) -> None:
    folder = interchange.write().folder
    into = folder / "made"
    into.mkdir()
    told: list[tuple[str, float]] = []
    edfi_xml.deliver(folder, into, {}, lambda step, share: told.append((step, share)))
    assert [step for step, _share in told] == [
        *(f"Reading {name}.xml" for name in ("absences", "days", "people", "places", "stays")),
        "Counting days enrolled and attended",
    ]
    shares = [share for _step, share in told]
    assert shares == sorted(shares)
    assert shares[-2:] == [1, 1]


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "staff.xml").write_text(xml("StaffAssociation", "<Staff/>"))
    words = refusal_of(tmp_path)
    assert words.startswith("Read 0 attendance events of 0 students in 0 schools: none.")
    for missing in ("The district", "Schools are", "Students are", "Enrolment is", "Attendance is"):
        assert missing in words
    assert "School days are not known: there is neither a calendar nor a session." in words


def test_without_a_day_that_counts_it_is_said_what_is_in_the_way(interchange: Interchange) -> None:
    interchange.enrolments = [enrolment(ADA, "11", "2021-09-01", "2021-10-01")]
    words = interchange.refusal()
    assert (
        "No enrolment covers a school day on which attendance is known to have been taken" in words
    )
    assert "up to the last event of each school: 2021-10-08 (11)." in words


def test_a_session_says_its_days_only_where_all_weekdays_are_school_days(
    interchange: Interchange,
) -> None:
    made = interchange.delivered()
    assert made.days(ADA) == week(1, 1, 1, 1, 1)
    assert "Assumed: in 1 school without a calendar" in made.remarks
    interchange.calendar = [session("11", *SCHOOL_WEEK, 4)]
    words = interchange.refusal()
    assert "Fall (2021-10-04 to 2021-10-08) has 4 school days on 5 weekdays" in words


def test_a_student_follows_the_calendar_that_the_enrolment_refers_to(
    interchange: Interchange,
) -> None:
    # Of Ada's own calendar no session says how many days it has: it names every weekday.
    interchange.calendar = [
        session("11", *SCHOOL_WEEK, 5),
        *(calendar_date(day, "11") for day in weekdays(*SCHOOL_WEEK)),
        "<Calendar><CalendarCode>own</CalendarCode><CalendarType>x#IEP</CalendarType>"
        f"{of_school('11')}<SchoolYear>2021-2022</SchoolYear></Calendar>",
        *(calendar_date(day, "11", code="own") for day in MISSING_TUESDAY),
        calendar_date(date(2021, 10, 5), "11", "Non-instructional day", "own"),
    ]
    interchange.enrolments[0] = enrolment(ADA, "11", "2021-10-01", calendar="own")
    made = interchange.delivered()
    assert list(made.days(ADA)) == [str(day) for day in MISSING_TUESDAY]
    assert len(made.days(BEN)) == 5


def test_with_several_calendars_an_enrolment_has_to_say_which(interchange: Interchange) -> None:
    interchange.calendar = [
        session("11", *SCHOOL_WEEK, 5),
        *(calendar_date(day, "11", code=c) for day in weekdays(*SCHOOL_WEEK) for c in ("a", "b")),
    ]
    interchange.enrolments[1] = enrolment(BEN, "11", "2021-10-01", calendar="b")
    made = interchange.delivered()
    assert made.days(ADA) == {}
    assert len(made.days(BEN)) == 5
    assert "there are several calendars, and enrolments without a CalendarReference" in made.remarks


# --- How far attendance has been taken ------------------------------------------------------


def test_days_after_the_last_event_of_a_school_do_not_count(interchange: Interchange) -> None:
    interchange.events = [event("0003", "11", "2021-10-06", "Tardy")]
    made = interchange.delivered()
    assert list(made.days(ADA)) == ["2021-10-04", "2021-10-05", "2021-10-06"]
    assert "up to the last event of each school: 2021-10-06 (11)." in made.remarks


def test_an_event_in_the_future_does_not_open_days_that_are_still_to_come(
    interchange: Interchange,
) -> None:
    today = date.today()
    ahead = [today + timedelta(days=days) for days in range(-7, 8)]
    interchange.calendar = [
        session("11", str(ahead[0]), str(ahead[-1]), len(ahead)),
        *(calendar_date(day, "11") for day in ahead),
    ]
    interchange.enrolments[0] = enrolment(ADA, "11", str(ahead[0]), year="2021-2022")
    interchange.events = [
        event("0003", "11", str(day), "Tardy") for day in (today - timedelta(days=1), ahead[-1])
    ]
    made = interchange.delivered()
    assert list(made.days(ADA)) == [str(day) for day in ahead[:7]]
    assert "Left out: 1 event in the future." in made.remarks


def test_a_school_without_any_event_is_not_shown(interchange: Interchange) -> None:
    interchange.calendar.append(session("12", *SCHOOL_WEEK, 5))
    interchange.enrolments[1] = enrolment(BEN, "12", "2021-10-01")
    interchange.events = [event("0003", "11", "2021-10-08", "Tardy")]
    made = interchange.delivered()
    assert made.days(BEN) == {}
    assert "Not shown, because without any event: schools 12." in made.remarks


@pytest.mark.parametrize(("event_day", "counted"), [("2021-10-18", 11), ("2021-10-19", 1)])
def test_more_than_ten_school_days_without_an_event_do_not_count(
    interchange: Interchange, event_day: str, counted: int
) -> None:
    interchange.calendar = [session("11", "2021-10-04", "2021-10-22", 15)]
    interchange.events = [event("0003", "11", event_day, "Tardy")]
    made = interchange.delivered()
    assert len(made.days(ADA)) == counted
    told = "2021-10-04 to 2021-10-18 (11 days in 11)" in made.remarks
    assert told == (counted == 1)


# --- Files --------------------------------------------------------------------------------


def test_files_are_told_by_their_root_whatever_their_name_and_version(
    interchange: Interchange, tmp_path: Path
) -> None:
    interchange.namespace = "http://ed-fi.org/0310"
    interchange.write()
    people = tmp_path / "people.xml"
    prefixed = people.read_text().replace("<", "<e:").replace("<e:/", "</e:").replace("<e:?", "<?")
    people.write_text(prefixed.replace("xmlns=", "xmlns:e="))
    people.rename(tmp_path / "people.data")
    assert edfi_xml.is_interchange(tmp_path)
    assert len(made_of(tmp_path).files["students"]) == 2


def test_several_files_of_one_interchange_are_read_together(
    interchange: Interchange, tmp_path: Path
) -> None:
    more = event(ADA, "11", "2021-10-04", "Excused Absence")
    (tmp_path / "more.xml").write_text(xml("StudentAttendance", more))
    assert interchange.delivered().days(ADA) == week(0, 1, 1, 1, 1)


def test_a_folder_of_csv_files_is_no_interchange(tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text("student_id\n1\n")
    (tmp_path / "page.xml").write_text("<html/>")
    assert not edfi_xml.is_interchange(tmp_path)


LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY l0 'ha'>"
    + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    + "]>"
)
EXTERNAL = "<!DOCTYPE InterchangeStudent [<!ENTITY secret SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    ("doctype", "entity"), [(LAUGHS, "&l9;"), (EXTERNAL, "&secret;"), (EXTERNAL, "")]
)
def test_a_doctype_is_refused_before_its_entities_are_used(
    interchange: Interchange, tmp_path: Path, doctype: str, entity: str
) -> None:
    interchange.write()
    person = f"<Student><StudentUniqueId>{entity}</StudentUniqueId></Student>"
    text = xml("Student", person).replace("<Inter", f"{doctype}\n<Inter", 1)
    (tmp_path / "people.xml").write_text(text)
    assert edfi_xml.is_interchange(tmp_path)
    words = refusal_of(tmp_path)
    assert words.startswith("people.xml, line 2: the file declares a DOCTYPE")
    assert "root:" not in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            xml("Student", "<Student></Person>"),
            "line 3: this is no well-formed XML (mismatched tag)",
        ),
        (xml("Student", "<Student>")[:-25], "line 3: the file ends in the middle"),
        (xml("Student", "<Student><Stu")[:100], "line 3: the file ends in the middle"),
        ("\n<html/>", "line 2: the root element is html, not that of an Ed-Fi interchange"),
        ("", "line 1: the file ends in the middle"),
        (
            xml("Student", "<Student></Student>"),
            "line 3: this Student has no StudentUniqueId.",
        ),
        (
            xml("StudentAttendance", "", event(ADA, "11", "2021-02-30", "Tardy")),
            "line 4: this StudentSchoolAttendanceEvent has '2021-02-30' as "
            "AttendanceEvent/EventDate, no date like 2021-10-05.",
        ),
        (
            xml("StudentAttendance", event(ADA, "11", "2021-10-04", "Partial", "45")),
            "has '45' as AttendanceEvent/EventDuration, no share of a day.",
        ),
        (
            xml("EducationOrgCalendar", session("11", *SCHOOL_WEEK, 5).replace("2021-2022", "")),
            "this Session has no SchoolYear.",
        ),
        (
            xml("StudentEnrollment", enrolment(ADA, "11", "2021-10-01", year="1st")),
            "has '1st' as SchoolYear, no school year like 2021-2022.",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(
    interchange: Interchange, tmp_path: Path, text: str, words: str
) -> None:
    interchange.write()
    (tmp_path / "bad.xml").write_text(text)
    refused = refusal_of(tmp_path)
    assert refused.startswith("bad.xml, line ")
    assert words in refused


# --- Memory -------------------------------------------------------------------------------

_PEAK_OF_READING = r"""
import re, sys
from pathlib import Path
from tempfile import TemporaryDirectory
from reporting.sources.edfi_xml.days import put_aside
from reporting.sources.edfi_xml.elements import records
from reporting.sources.edfi_xml.rows import TABLES
with TemporaryDirectory() as folder:
    counts = put_aside(records(Path(sys.argv[1]), TABLES, lambda _bytes: None), Path(folder))
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(counts.total(), peak[1])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the peak")
def test_memory_stays_flat_however_long_a_file_is(tmp_path: Path) -> None:
    lesson = "<StudentSectionAttendanceEvent><Day>1</Day></StudentSectionAttendanceEvent>"
    record = event(ADA, "11", "2021-10-04", "Tardy") + lesson  # both kinds are passed by
    peaks = []
    for records in (2_500, 25_000):
        path = tmp_path / "long.xml"
        path.write_text(xml("StudentAttendance", *[record] * records))
        output = subprocess.check_output([sys.executable, "-c", _PEAK_OF_READING, path], text=True)
        count, peak = map(int, output.split())
        assert count == 2 * records
        peaks.append(peak / 1024)
    megabytes = path.stat().st_size / 2**20
    assert megabytes > 10
    assert peaks[1] - peaks[0] < 0.15 * megabytes
