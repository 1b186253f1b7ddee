"""The reporting database: its tables, their columns, and the words they hold.

Facts are what districts delivered. Provenance says where it came from. Marts are
rebuilt by every load and are the only tables a page reads. A month is always text,
``YYYY-MM``; codes are always text, because leading zeros matter; a rate is days
attended divided by days enrolled, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    FromClause,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    and_,
)
from sqlalchemy import Text as AnyText
from sqlalchemy.types import TypeEngine

Kind = type[TypeEngine[Any]] | TypeEngine[Any]

SCHEMA_VERSION = 8

MODALITIES = ("home", "school", "community", "virtual", "phone")
OUTCOMES = ("completed", "attempted", "cancelled")
VISITOR_TYPES = ("school", "community")
GRADES = ("PK", "K", *(str(grade) for grade in range(1, 13)))

# The bands of the published evaluation.
GRADE_BANDS = {"PK-5": GRADES[:7], "6-12": GRADES[7:]}

# The months around the first visit that the trajectory shows.
FIRST_EVENT_MONTH, LAST_EVENT_MONTH = -9, 12
EVENT_MONTHS = tuple(range(FIRST_EVENT_MONTH, LAST_EVENT_MONTH + 1))

# The month that a single figure of the effect is told for.
HEADLINE_MONTH = 6

# Columns of a student that can become filters, each only where a setting switches it on.
STUDENT_GROUPS = ("home_language", "english_learner", "disability", "free_meals")

# In the order of its bytes on every engine, whatever language a server sorts by.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")

metadata = MetaData()


def _column(name: str, kind: Kind, comment: str) -> Column[object]:
    return Column(name, kind, comment=comment)


def _noise_key() -> Column[object]:
    return _column(
        "noise_key", BigInteger, "what noise in counts is drawn by; tells nothing by itself"
    )


def _student_groups() -> list[Column[object]]:
    words = (
        "language spoken at home",
        "learns English: yes or no",
        "has a disability that the school knows of: yes or no",
        "may eat at school free or at a reduced price: yes or no",
    )
    return [_column(name, Text, said) for name, said in zip(STUDENT_GROUPS, words, strict=True)]


# --- Facts -------------------------------------------------------------------

district = Table(
    "district",
    metadata,
    _column("district_code", Text, "official organisation code, for example 0640011"),
    _column("district_name", Text, "name as people say it"),
    comment="school districts taking part",
)

school = Table(
    "school",
    metadata,
    _column("school_code", Text, "school code, unique within its district"),
    _column("school_name", Text, "name as people say it"),
    _column("district_code", Text, "district it belongs to"),
    comment="schools, where the delivery declares them",
)

student = Table(
    "student",
    metadata,
    _column("student_id", Text, "the state's student number (Connecticut: 10-digit SASID)"),
    _column("first_name", Text, "first name"),
    _column("last_name", Text, "last name"),
    _column("birth_date", Date, "date of birth"),
    *_student_groups(),
    comment="every student of the schools, visited or not",
)

enrollment = Table(
    "enrollment",
    metadata,
    _column("student_id", Text, "student"),
    _column("school_year", Text, "school year, for example 2021-22"),
    _column("district_code", Text, "district"),
    _column("school_code", Text, "school"),
    _column("grade", Text, "PK, K, 1 to 12"),
    _column("entry_date", Date, "first day enrolled; empty: the start of the school year"),
    _column("exit_date", Date, "last day enrolled; empty: still enrolled or the end of the year"),
    comment="which school and grade a student was in, and when",
)

attendance_month = Table(
    "attendance_month",
    metadata,
    _column("student_id", Text, "student"),
    _column("district_code", Text, "district that reports the month"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("days_enrolled", Double, "days of membership in the month"),
    _column("days_attended", Double, "days attended in the month"),
    comment="attendance by student, district and month; from daily rows where those were given",
)

attendance_day = Table(
    "attendance_day",
    metadata,
    _column("student_id", Text, "student"),
    _column("district_code", Text, "district that reports the day"),
    _column("date", Date, "school day"),
    _column("attended", Double, "share of the day attended, 0 to 1"),
    comment="daily rows as delivered: kept so that a later delivery can complete a month",
)

absence = Table(
    "absence",
    metadata,
    _column("student_id", Text, "student"),
    _column("district_code", Text, "district that reports the day"),
    _column("date", Date, "day"),
    _column("absent", Double, "share of the day absent, 0 to 1; 0: late"),
    _column("excused", Text, "yes or no; empty: not recorded"),
    comment="exceptions, where a district delivers its absences alone; all other days are attended",
)

calendar_day = Table(
    "calendar_day",
    metadata,
    _column("district_code", Text, "district"),
    _column("school_code", Text, "school; empty: all schools of the district without days of own"),
    _column("grade", Text, "PK, K, 1 to 12; empty: all grades without days of their own"),
    _column("date", Date, "day"),
    _column("is_school_day", Text, "yes or no; empty: yes; assumed: somebody was absent"),
    comment="which days were school days, where a district delivers its absences alone",
)

attendance_week = Table(
    "attendance_week",
    metadata,
    _column("student_id", Text, "student"),
    _column("week", Date, "Monday of the week"),
    _column("days_enrolled", Double, "days of membership in the week"),
    _column("days_attended", Double, "days attended in the week"),
    comment="attendance by week, where daily rows were given",
)

visit = Table(
    "visit",
    metadata,
    _column("visit_id", Text, "the program's own number of the contact"),
    _column("student_id", Text, "student"),
    _column("visit_date", Date, "day of the contact"),
    _column("modality", Text, "home, school, community, virtual or phone"),
    _column("outcome", Text, "completed, attempted or cancelled"),
    _column("visitor_type", Text, "school or community staff"),
    _column("visitor", Text, "who went"),
    _column("language", Text, "language spoken"),
    _column("note_code", Text, "need that came up"),
    comment="every contact, completed or not",
)

public_rate = Table(
    "public_rate",
    metadata,
    _column("district_code", Text, "official organisation code; the state's own for all of it"),
    _column("district_name", Text, "name as published"),
    _column("category", Text, "what the group is a group by; empty: all students"),
    _column("student_group", Text, "group as published, for example All Students"),
    _column("school_year", Text, "school year, for example 2021-22"),
    _column("students", BigInteger, "students counted; empty: suppressed"),
    _column("rate", Double, "attendance rate, 0 to 1; empty: suppressed"),
    _column("year_to_date", Text, "yes: the year was not over when this was published; no"),
    _column("reporting_period", Text, "what the edition covers, for example June 2022"),
    _column("updated_on", Date, "day of the edition"),
    comment="what the state publishes of its districts: context, no program figure",
)


def is_school_of(row: FromClause) -> ColumnElement[bool]:
    """Joins ``school`` to rows with a district and a school code, which two districts may share."""
    return and_(
        school.c.district_code == row.c.district_code, school.c.school_code == row.c.school_code
    )


# --- Provenance --------------------------------------------------------------

delivery = Table(
    "delivery",
    metadata,
    _column("load_id", Text, "the load that took it in"),
    _column("loaded_at", DateTime, "when, UTC"),
    _column("file", Text, "file name"),
    _column("sha256", Text, "SHA-256 of the file"),
    _column("rows_read", BigInteger, "rows in the file"),
    _column("rows_loaded", BigInteger, "rows taken in"),
    _column("rows_changed", BigInteger, "of those, rows that replaced different values"),
    _column("rows_duplicate", BigInteger, "repetitions of a row, loaded once"),
    _column("rows_rejected", BigInteger, "rows rejected"),
    comment="what was delivered, one row per file and load",
)

rejected_row = Table(
    "rejected_row",
    metadata,
    _column("load_id", Text, "the load that rejected it"),
    _column("file", Text, "file name"),
    _column("line", BigInteger, "line in the file; the header is line 1"),
    _column("column", Text, "column at fault"),
    _column("value", Text, "its value as delivered"),
    _column("reason", Text, "why, in words"),
    _column("row", Text, "the whole row as delivered"),
    _column("rule", Text, "the rule it broke, in words without the row's values"),
    comment="every rejected row and the reason",
)

translated_spelling = Table(
    "translated_spelling",
    metadata,
    _column("load_id", Text, "the load that met it"),
    _column("file", Text, "file name"),
    _column("column", Text, "column of the contract"),
    _column("local", Text, "as delivered"),
    _column("ours", Text, "what it was taken as"),
    _column("rows", BigInteger, "rows with it"),
    comment="what became of local spellings",
)

doubtful_row = Table(
    "doubtful_row",
    metadata,
    _column("load_id", Text, "the load that met it"),
    _column("file", Text, "file name"),
    _column("line", BigInteger, "line in the file"),
    _column("rule", Text, "what is doubtful, in words without the row's values"),
    _column("words", Text, "what stands there, for whoever may see students"),
    comment="rows that were loaded and that somebody should decide about",
)

UNDECIDED, KEPT = "undecided", "kept"

withdrawn_row = Table(
    "withdrawn_row",
    metadata,
    _column("load_id", Text, "the load that first missed it"),
    _column("file", Text, "file name"),
    _column("record", Text, "fact table that holds it"),
    _column("district_code", Text, "district; of a visit: where the student is enrolled"),
    _column("period", Text, "month, YYYY-MM; of an enrollment: school year"),
    _column("student_id", Text, "student"),
    _column("school_code", Text, "of an enrollment: school"),
    _column("entry_date", Date, "of an enrollment: first day enrolled"),
    _column("date", Date, "of a day of attendance or a visit: the day"),
    _column("visit_id", Text, "of a visit: its number"),
    _column("decision", Text, "undecided, or kept: an enrollment kept on, counting last"),
    comment="facts that a later delivery of their month or school year no longer holds",
)

source_mark = Table(
    "source_mark",
    metadata,
    _column("source", Text, "database that deliveries are read from, without its password"),
    _column("part", Text, "view read"),
    _column("mark", Text, "how far it has been read"),
    comment="where the next reading of a source goes on",
)

response_history = Table(
    "response_history",
    metadata,
    _column("load_id", Text, "the load that found it"),
    _column("loaded_at", DateTime, "when, UTC"),
    _column("student_id", Text, "student contacted"),
    _column("status", Text, "response status, as in contacted_student"),
    _column("first_visit_date", Date, "earliest completed visit; empty: attempted only"),
    _column("baseline_rate", Double, "as in contacted_student"),
    _column("now_rate", Double, "as in contacted_student"),
    _column("year_rate", Double, "as in contacted_student"),
    _column("is_chronic", Boolean, "as in contacted_student"),
    comment="what every load found of every student contacted: what is new is told against it",
)

effect_history = Table(
    "effect_history",
    metadata,
    _column("load_id", Text, "the load that found it"),
    _column("loaded_at", DateTime, "when, UTC"),
    _column("data_as_of", Date, "last day its attendance covered"),
    _column("dimension", Text, "as in effect_month"),
    _column("value", Text, "as in effect_month"),
    _column("visited_rate", Double, "mean of the served six school months after the first visit"),
    _column("effect", Double, "matched effect six school months after the first visit"),
    _column("standard_error", Double, "of the effect"),
    _column("students", Integer, "visited students behind it"),
    _column("served", Integer, "served students behind visited_rate; empty: not kept then"),
    _column("verdict", Text, "as in effect_check"),
    comment="what every load found six months after the visit: what changed is told against it",
)

rejected_count = Table(
    "rejected_count",
    metadata,
    _column("load_id", Text, "the load that rejected them"),
    _column("district_code", Text, "district named in the rows"),
    _column("file", Text, "file name"),
    _column("rows", BigInteger, "rows rejected"),
    comment="rejected rows by district, of the files whose rows name one",
)

meta = Table(
    "meta",
    metadata,
    _column("schema_version", Integer, "version of these tables"),
    _column("load_id", Text, "the last load"),
    _column("loaded_at", DateTime, "when, UTC"),
    _column("is_demonstration", Boolean, "invented students"),
    _column("data_as_of", Date, "last day the attendance covers"),
    _column("least_days", Integer, "days enrolled below which nobody counts in chronic shares"),
    _column("noise_salt", Text, "secret of this database that keys of noise are made with"),
    comment="one row about the database itself",
)

# --- Marts -------------------------------------------------------------------

school_month = Table(
    "school_month",
    metadata,
    _column("month", Text, "calendar month with instructional days, YYYY-MM"),
    _column("number", Integer, "1, 2, 3 ... in order, so that summers do not count"),
    comment="the school months of this database",
)

served_student = Table(
    "served_student",
    metadata,
    _column("student_id", Text, "student with at least one completed visit"),
    _column("district_code", Text, "district at the first visit"),
    _column("school_code", Text, "school at the first visit"),
    _column("grade", Text, "grade at the first visit"),
    _column("grade_band", Text, "PK-5 or 6-12"),
    _column("modality", Text, "modality of the first visit"),
    _column("visitor_type", Text, "visitor type of the first visit"),
    _column("cohort", Text, "school year of the first visit, summers apart"),
    _column("first_visit_date", Date, "earliest completed visit"),
    _column("completed_visits", Integer, "completed visits so far"),
    _column("attempted_visits", Integer, "attempted and cancelled visits so far"),
    _column("baseline_rate", Double, "pooled attendance rate over months -3 to -1"),
    _column("baseline_days", Double, "days enrolled over months -3 to -1"),
    _column("since_rate", Double, "pooled attendance rate from month +1 to now"),
    _column("since_days", Double, "days enrolled from month +1 to now"),
    _column("status", Text, "response status, as in contacted_student"),
    _column("month_plus_one", Integer, "number of the first school month after the visit's month"),
    _column("has_month_zero", Boolean, "false where the first visit fell between school months"),
    _column(
        "chronic_before",
        Boolean,
        "at or below 90 % of that school year up to month -1; empty: too few days, "
        "pre-kindergarten",
    ),
    _column(
        "chronic_now",
        Boolean,
        "at or below 90 % this school year so far; empty: too few days, pre-kindergarten",
    ),
    _column("similar_median", Double, "as in contacted_student"),
    *_student_groups(),
    _noise_key(),
    comment="one row per served student; dimensions are those at the first visit",
)

contacted_student = Table(
    "contacted_student",
    metadata,
    _column("student_id", Text, "student with at least one contact, completed or not"),
    _column("district_code", Text, "district of the latest enrolment"),
    _column("school_code", Text, "school of the latest enrolment"),
    _column("grade", Text, "grade of the latest enrolment"),
    _column("modality", Text, "modality of the first visit; of the first contact without one"),
    _column("visitor_type", Text, "visitor type of the same"),
    _column("cohort", Text, "school year of the same, summers apart"),
    _column(
        "first_contact_date", Date, "day of the same: every rate before and since is around it"
    ),
    _column("first_visit_date", Date, "earliest completed visit; empty: attempted only"),
    _column("month_plus_one", Integer, "number of the first school month after the first contact"),
    _column("last_reached_date", Date, "latest completed visit"),
    _column("last_contact_date", Date, "latest contact, completed or not"),
    _column("completed_visits", Integer, "completed visits so far"),
    _column("attempted_visits", Integer, "attempted and cancelled visits so far"),
    _column("baseline_rate", Double, "pooled attendance rate over months -3 to -1"),
    _column("baseline_days", Double, "days enrolled over months -3 to -1"),
    _column("since_rate", Double, "pooled attendance rate from month +1 to now"),
    _column("since_days", Double, "days enrolled from month +1 to now"),
    _column("since_months", Integer, "months with days enrolled from month +1 to now"),
    _column("now_rate", Double, "pooled rate over the district's last two school months"),
    _column("earlier_rate", Double, "pooled rate over the three school months before those"),
    _column("year_rate", Double, "pooled rate over the school year so far, all districts"),
    _column("is_chronic", Boolean, "of that at or below 90 %; empty: fewer than the least days"),
    _column("in_pre_kindergarten", Boolean, "in that school year: in no chronic share"),
    _column("similar_low", Double, "a quarter of similar students not visited were below, since"),
    _column("similar_median", Double, "half of them were below"),
    _column("similar_high", Double, "three quarters of them were below"),
    _column("similar_students", Double, "effective number of them"),
    _column("status", Text, "below, as or above expected, too early, not enough data, ..."),
    _column("need", Text, "urgent, high, some or none"),
    *_student_groups(),
    _noise_key(),
    comment="one row per student contacted: did they respond, and who needs somebody now",
)


def _of_contacted(name: str, columns: Iterable[Column[Any]], words: str) -> Table:
    """A mart with columns of a fact, for students with at least one contact, completed or not."""
    kept = (_column(column.name, column.type, column.comment or "") for column in columns)
    return Table(name, metadata, *kept, comment=words)


contacted_name = _of_contacted(
    "contacted_name",
    student.c["student_id", "first_name", "last_name"],
    "the names of students contacted",
)
contacted_enrollment = _of_contacted(
    "contacted_enrollment", enrollment.c, "the enrolments of students contacted"
)
contacted_week = _of_contacted(
    "contacted_week",
    attendance_week.c,
    "the weeks of students contacted, where daily rows were given",
)

contacted_absence = _of_contacted(
    "contacted_absence",
    absence.c,
    "the absences of students contacted, where absences alone were delivered",
)

contacted_month = Table(
    "contacted_month",
    metadata,
    _column("student_id", Text, "student with at least one contact, completed or not"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("days_enrolled", Double, "days of membership, all districts together"),
    _column("days_attended", Double, "days attended, all districts together"),
    comment="the months of students contacted; no row without days enrolled",
)

similar_month = Table(
    "similar_month",
    metadata,
    _column("student_id", Text, "visited student"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("low", Double, "a quarter of similar students not visited were below"),
    _column("median", Double, "half of them were below"),
    _column("high", Double, "three quarters of them were below"),
    comment="what similar students not visited did, month by month",
)

trajectory_month = Table(
    "trajectory_month",
    metadata,
    _column("student_id", Text, "served student"),
    _column("event_month", SmallInteger, "school months from the first visit, -9 to 12"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("days_enrolled", Double, "days of membership, all districts together"),
    _column("days_attended", Double, "days attended, all districts together"),
    _column("rate", Double, "days attended / days enrolled"),
    _column("comparison_rate", Double, "what similar students had; empty: unmatched"),
    comment="served students' months around the first visit; no row without days enrolled",
)


def _official_month() -> list[Column[Any]]:
    return [
        _column("month", Text, "calendar month, YYYY-MM"),
        _column("students", Integer, "students with days enrolled"),
        _column("days_enrolled", Double, "sum of days of membership"),
        _column("days_attended", Double, "sum of days attended"),
        _column(
            "students_k12",
            Integer,
            "students outside pre-kindergarten enrolled here for the least days this school year "
            "so far, whoever has left included: the base of chronic shares",
        ),
        _column(
            "chronic_students",
            Integer,
            "of those, at or below 90 % this school year so far, all districts together",
        ),
        _column("severe_students", Integer, "of those, at or below 80 %"),
    ]


district_month = Table(
    "district_month",
    metadata,
    _column("district_code", Text, "district"),
    *_official_month(),
    comment="official attendance of a district in a month, and chronic absence to date",
)

all_districts_month = Table(
    "all_districts_month",
    metadata,
    *_official_month(),
    comment="the same of all districts together, each student once: less than their sum",
)

school_year = Table(
    "school_year",
    metadata,
    _column("district_code", Text, "district"),
    _column("school_code", Text, "school the student was last enrolled in that year; empty: none"),
    _column("school_year", Text, "school year, for example 2021-22"),
    _column("students", Integer, "students with days enrolled"),
    _column("days_enrolled", Double, "sum of days of membership"),
    _column("days_attended", Double, "sum of days attended"),
    _column("students_k12", Integer, "of those, in the district's students_k12 of its last month"),
    _column("chronic_students", Integer, "of those, in the district's chronic_students"),
    comment="official attendance of a school in a school year so far",
)

visit_month = Table(
    "visit_month",
    metadata,
    _column("district_code", Text, "district of the student at the visit"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("modality", Text, "modality"),
    _column("visitor_type", Text, "visitor type"),
    _column("outcome", Text, "outcome"),
    _column("visits", Integer, "contacts"),
    _column("students", Integer, "students contacted"),
    comment="volume of visits",
)

coverage_doubt = Table(
    "coverage_doubt",
    metadata,
    _column("district_code", Text, "district"),
    _column("school_code", Text, "school; empty: the district as a whole"),
    _column("month", Text, "calendar month, YYYY-MM"),
    _column("rule", Text, "what is doubtful"),
    _column("words", Text, "where, when and how much, in a sentence without a student's data"),
    _column("rows", BigInteger, "rows concerned, where they are what is counted"),
    comment="days that cannot be whole, or cannot be: of all districts, as the facts are now",
)

# The comparison's event months: two held out to check it by, and those shown. The unmatched
# rows of the second opinion begin two months earlier than its last effect reaches back.
COMPARISON_MONTHS = (-15, -12, -11, -10, *EVENT_MONTHS)


def outcome_column(event_month: int) -> str:
    """Column of ``comparison_cell`` with the rate in an event month: rate_m12, rate_p06."""
    return f"rate_{'m' if event_month < 0 else 'p'}{abs(event_month):02d}"


def weight_column(event_month: int) -> str:
    """Column of ``comparison_cell`` with the row's weight in a month from the visit on."""
    return f"weight_p{event_month:02d}"


comparison_cell = Table(
    "comparison_cell",
    metadata,
    _column("student_id", Text, "student, visited or not yet visited"),
    _column("student", Integer, "the student's number in this load, for clustering"),
    _column("school", Integer, "the school's number in this load, for clustering"),
    _column("district", Integer, "the district's number in this load, in the month before"),
    _column("matched", Boolean, "row of the matched design; false: of the symmetric one"),
    _column("visited", Boolean, "visited in the row's visit month"),
    _column("stratum", Integer, "those compared with each other"),
    _column("place", Integer, "place among the comparison rows of the stratum, by a fixed shuffle"),
    *(
        _column(name, Double, f"history before the visit month: {words}")
        for name, words in (
            ("L1", "rate in month -1"),
            ("L2", "rate in month -2"),
            ("L3", "rate in month -3"),
            ("LR", "pooled rate over months -4 to -9"),
            ("PY", "pooled rate over months -10 to -19"),
        )
    ),
    *(
        _column(outcome_column(month), Double, f"rate in event month {month}; empty: not compared")
        for month in COMPARISON_MONTHS
    ),
    *(
        _column(weight_column(month), Double, f"weight in event month {month}")
        for month in range(LAST_EVENT_MONTH + 1)
    ),
    comment="students by visit month and stratum: what the effect of the first visit is fitted to",
)

effect_month = Table(
    "effect_month",
    metadata,
    _column("dimension", Text, "all, district, grade_band, modality, visitor_type or cohort"),
    _column("value", Text, "value of the dimension at the first visit; all for all"),
    _column("design", Text, "matched, symmetric (second opinion), held_out or lead (checks)"),
    _column("event_month", SmallInteger, "school months from the first visit"),
    _column("visited_rate", Double, "mean of the visited; symmetric and lead: of their changes"),
    _column("comparison_rate", Double, "the same of students not visited"),
    _column("effect", Double, "visited_rate - comparison_rate; empty: equal by construction"),
    _column("standard_error", Double, "of the effect, by student or by school if larger"),
    _column("low", Double, "lower end of the 95 % interval; matched: of all months at once"),
    _column("high", Double, "upper end of it"),
    _column("students", Integer, "visited students behind the month"),
    _column("comparison_size", Double, "effective number of comparison students"),
    comment="the effect of the first visit, for all and for every value of every dimension",
)

effect_check = Table(
    "effect_check",
    metadata,
    _column("dimension", Text, "as in effect_month"),
    _column("value", Text, "as in effect_month"),
    _column("verdict", Text, "EFFECT, SYMMETRIC, RANGE, UNCHECKED or FEW"),
    _column("inherited", Boolean, "taken from all visited students: too few to check alone"),
    _column("share_matched", Double, "of the visited, the least of all months"),
    _column("held_out_passes", Boolean, "the held-out months agree; empty: nobody reaches back"),
    _column("no_effect_p", Double, "chance of effects this large if all months had none"),
    comment="what may be said of the effect, and why",
)

# What effects are told for: values of these columns at the first visit.
CUTS = {
    "district": served_student.c.district_code,
    "grade_band": served_student.c.grade_band,
    "modality": served_student.c.modality,
    "visitor_type": served_student.c.visitor_type,
    "cohort": served_student.c.cohort,
}
EVERYBODY = "all"

FACTS = (
    district,
    school,
    student,
    enrollment,
    attendance_month,
    attendance_day,
    absence,
    calendar_day,
    attendance_week,
    visit,
    public_rate,
)
# Marts with the rows of a fact that belong to students contacted.
OF_CONTACTED = {
    contacted_name: student,
    contacted_enrollment: enrollment,
    contacted_week: attendance_week,
    contacted_absence: absence,
}
# Of every student, visited or not: loads make marts of them, no page asks for them.
UNREAD = (student, enrollment, attendance_month, attendance_day, absence, attendance_week)
# Marts read for students who are named to the viewer, and for no figure.
NAMING = (*OF_CONTACTED, contacted_month, similar_month)
# Columns of other tables that tell of single students: no page asks for them either.
PRIVATE_COLUMNS = {
    rejected_row: ("value", "reason", "row"),
    doubtful_row: ("words",),
    withdrawn_row: ("student_id", "school_code", "entry_date", "date", "visit_id"),
}
PROVENANCE = (
    delivery,
    rejected_row,
    rejected_count,
    translated_spelling,
    doubtful_row,
    withdrawn_row,
    source_mark,
    response_history,
    effect_history,
    meta,
)
MARTS = (
    school_month,
    served_student,
    contacted_student,
    *OF_CONTACTED,
    contacted_month,
    similar_month,
    trajectory_month,
    district_month,
    all_districts_month,
    school_year,
    visit_month,
    coverage_doubt,
    comparison_cell,
    effect_month,
    effect_check,
)
