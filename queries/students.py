"""Named students: the caseload of a coordinator's own districts, and one student's record.

The only module that answers with names. Every query here starts from ``_own_students``, which is
empty for everyone but coordinators, and for them holds the students whose latest enrolment is in
their own districts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import sqlalchemy as sa

from evaluation.absence import is_chronic
from evaluation.response import ABOVE as ABOVE
from evaluation.response import AS_EXPECTED as AS_EXPECTED
from evaluation.response import ATTEMPTED_ONLY as ATTEMPTED_ONLY
from evaluation.response import BELOW as BELOW
from evaluation.response import LEFT as LEFT
from evaluation.response import LONG_UNREACHED_DAYS as LONG_UNREACHED_DAYS
from evaluation.response import NEEDS as NEEDS
from evaluation.response import NOT_ENOUGH_DATA as NOT_ENOUGH_DATA
from evaluation.response import STATUSES, direction
from evaluation.response import TOO_EARLY as TOO_EARLY
from queries.database import Snapshot
from queries.filters import Filters, parameters
from queries.official import school_year_of
from queries.schema import (
    MODALITIES,
    STUDENT_GROUPS,
    contacted_absence,
    contacted_enrollment,
    contacted_month,
    contacted_name,
    contacted_student,
    contacted_week,
    district,
    is_school_of,
    response_history,
    school,
    school_month,
    similar_month,
    visit,
)
from queries.student_groups import group_value
from queries.viewer import Viewer

# Days from the first contact to the first completed visit: the longest of each wait.
NOT_REACHED = "not-reached"
WAITS = {"at-once": 0, "week": 7, "two-weeks": 14, "month": 30, "two-months": 60, "longer": 9_999}
WAITS |= {NOT_REACHED: -1}

# Students with more completed visits are counted with these.
MOST_VISITS = 5

# School months around the first contact that a row's small picture shows.
PICTURE_MONTHS = tuple(range(-6, 13))

EVERYONE = "all"
NOT_RESPONDING, UNREACHED, RECOVERED = "not-responding", "unreached", "recovered"
NEVER_REACHED = "attempted-only"
QUICK_VIEWS = (EVERYONE, NOT_RESPONDING, NEVER_REACHED, UNREACHED, RECOVERED)


def sees_students(viewer: Viewer) -> bool:
    """Whether any student is named to the viewer."""
    return viewer.role == "coordinator" and bool(viewer.districts)


@dataclass(frozen=True)
class Behind:
    """Which students of a caseload stand behind a bar or row of the visits; None: not chosen.

    ``week`` is a Monday and ``kind`` a modality or NOT_REACHED, of one and the same contact;
    ``wait`` a name of WAITS; ``visits`` completed visits (MOST_VISITS: and more); ``school`` a
    code, told apart from other districts' by ``school_district``.
    """

    week: date | None = None
    kind: str | None = None
    wait: str | None = None
    visits: int | None = None
    school: str | None = None
    school_district: str | None = None

    @classmethod
    def parse(cls, search: str) -> Behind:
        """Read a URL's search; what is not known counts as not chosen."""
        given = dict(parameters(search))
        visits = given.get("visits", "")
        return cls(
            week=_day(given.get("week", "")),
            kind=_one_of((*MODALITIES, NOT_REACHED), given.get("kind")),
            wait=_one_of(WAITS, given.get("wait")),
            visits=int(visits) if visits in map(str, range(1, MOST_VISITS + 1)) else None,
            school=given.get("school"),
            school_district=given.get("school_district"),
        )

    def to_search(self) -> str:
        """The query part of a URL, without the question mark."""
        pairs = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: value for name, value in pairs.items() if value is not None})

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """On ``contacted_student``."""
        columns = contacted_student.c
        found: list[sa.ColumnElement[bool]] = []
        if self.week or self.kind:
            contacts = sa.select(visit.c.student_id)
            if self.week:
                end = self.week + timedelta(days=6)
                contacts = contacts.where(visit.c.visit_date.between(self.week, end))
            if self.kind == NOT_REACHED:
                contacts = contacts.where(visit.c.outcome != "completed")
            elif self.kind:
                contacts = contacts.where(
                    visit.c.outcome == "completed", visit.c.modality == self.kind
                )
            found.append(columns.student_id.in_(contacts))
        if self.wait:
            times = first_contact_and_visit()
            found.append(
                columns.student_id.in_(
                    sa.select(times.c.student_id).where(times.c.wait == self.wait)
                )
            )
        if self.visits == MOST_VISITS:
            found.append(columns.completed_visits >= MOST_VISITS)
        elif self.visits:
            found.append(columns.completed_visits == self.visits)
        if self.school:
            found.append(columns.school_code == self.school)
        if self.school and self.school_district:
            found.append(columns.district_code == self.school_district)
        return found


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year < date.max.year else None  # its week ends before time does


def _one_of(known: Iterable[str], value: str | None) -> str | None:
    return value if value is not None and value in known else None


def first_contact_and_visit() -> sa.Subquery:
    """student_id and wait (a name of WAITS) of everyone contacted."""
    completed = sa.func.min(visit.c.visit_date).filter(visit.c.outcome == "completed")
    days = completed - sa.func.min(visit.c.visit_date)
    wait = sa.case(
        (completed.is_(None), NOT_REACHED),
        *((days <= longest, name) for name, longest in WAITS.items() if longest >= 0),
    )
    return (
        sa.select(visit.c.student_id, wait.label("wait"))
        .group_by(visit.c.student_id)
        .subquery("first_contact_and_visit")
    )


def present_column(dimension: str) -> sa.ColumnElement[Any]:
    """The column of ``contacted_student`` of a dimension: the present district and grade."""
    if dimension in STUDENT_GROUPS:
        return group_value(contacted_student, dimension)
    return contacted_student.c["district_code" if dimension == "district" else dimension]


def in_caseload(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``contacted_student``, whose district and grade are the present ones."""
    return [present_column(name).in_(values) for name, values in filters.wanted().items()]


def unknown_to(viewer: Viewer, filters: Filters) -> sa.ColumnElement[bool]:
    """On ``contacted_student``: those whose number decides, because the viewer does not know them.

    A coordinator knows the own ones. But what is told of these alone as to others, a file, is for
    people who know none of them.
    """
    if not sees_students(viewer):
        return sa.true()
    is_own = contacted_student.c.district_code.in_(viewer.districts)
    chosen = set(filters.district)
    return is_own if chosen and chosen <= set(viewer.districts) else ~is_own


def caseload(
    data: Snapshot, viewer: Viewer, filters: Filters, behind: Behind | None = None
) -> pd.DataFrame:
    """Every student contacted in the viewer's own districts, the most urgent first.

    One row per student: the columns of ``contacted_student`` but student groups, ``first_name``,
    ``last_name``, ``school_name``, ``district_name``; ``days_unreached`` since the last completed
    visit and ``days_since_contact`` since any contact, both to the data's date (Int64, missing:
    never); ``direction`` of late (1, 0, -1); ``is_chronic`` (missing: too few days); ``months``,
    the rates (0..1, nan) of PICTURE_MONTHS.
    """
    own = _own_students(data, viewer, filters).where(*(behind or Behind()).conditions())
    frame = data.frame(own).set_index("student_id")
    frame = frame.join(_pictures(data, own)).reset_index()
    blank = [float("nan")] * len(PICTURE_MONTHS)
    frame["months"] = [
        row if isinstance(row, list) else blank for row in frame["months"].astype(object)
    ]
    return _ordered(_with_days(frame, data))


def own_schools(data: Snapshot, viewer: Viewer) -> list[str]:
    """Names of the schools of the viewer's own districts, whoever is enrolled there."""
    own = viewer.districts if sees_students(viewer) else ()
    names = sa.select(school.c.school_name).where(school.c.district_code.in_(own)).distinct()
    return [str(name) for name in data.connection.scalars(names.order_by(school.c.school_name))]


def _with_days(frame: pd.DataFrame, data: Snapshot) -> pd.DataFrame:
    today = pd.Timestamp(data.data_as_of)
    for column, source in (
        ("days_unreached", "last_reached_date"),
        ("days_since_contact", "last_contact_date"),
    ):
        days = (today - pd.to_datetime(frame[source])).dt.days
        frame[column] = days.clip(lower=0).astype("Int64")
    now, earlier = (frame[name].to_numpy(float) for name in ("now_rate", "earlier_rate"))
    return frame.assign(
        direction=direction(now, earlier), is_chronic=frame["is_chronic"].astype("boolean")
    )


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Need first, then status, then the lowest attendance now."""
    rank = {
        "need": frame["need"].map({need: -place for place, need in enumerate(NEEDS)}),
        "status": frame["status"].map({status: place for place, status in enumerate(STATUSES)}),
    }
    keys = pd.DataFrame(rank | {"now": frame["now_rate"], "id": frame["student_id"]})
    order = keys.sort_values(list(keys.columns), na_position="last").index
    return frame.loc[order].reset_index(drop=True)


def in_quick_view(frame: pd.DataFrame, name: str) -> pd.Series[bool]:
    """Which rows of a caseload a quick view holds."""
    here = frame["status"] != LEFT
    visited = frame["first_visit_date"].notna()
    now = frame["now_rate"]
    recovered = is_chronic(frame["baseline_rate"]) & now.notna() & ~is_chronic(now)
    views: Mapping[str, pd.Series[bool]] = {
        EVERYONE: here | ~here,
        NOT_RESPONDING: (frame["status"] == BELOW) & frame["is_chronic"].fillna(False),
        NEVER_REACHED: frame["status"] == ATTEMPTED_ONLY,
        UNREACHED: here & visited & (frame["days_unreached"] > LONG_UNREACHED_DAYS).fillna(False),
        RECOVERED: here & visited & recovered,
    }
    return views[name]


def waiting_longest(frame: pd.DataFrame) -> pd.DataFrame:
    """Those of a caseload in need, never reached first, then by the last completed visit."""
    rows = frame[(frame["need"] != NEEDS[0]) & (frame["status"] != LEFT)]
    never = rows["last_reached_date"].isna()
    since = pd.to_datetime(rows["last_reached_date"].where(~never, rows["first_contact_date"]))
    order = pd.DataFrame({"reached": ~never, "since": since}).sort_values(["reached", "since"])
    return rows.loc[order.index]


def caseload_before(
    data: Snapshot, viewer: Viewer, before: date
) -> tuple[datetime, pd.DataFrame] | None:
    """What the last load before a day found of the students now on the viewer's list.

    Columns student_id, status, first_visit_date, baseline_rate, now_rate, is_chronic; None where
    no load is that old.
    """
    history = response_history.c
    last = data.connection.scalar(
        sa.select(sa.func.max(history.loaded_at)).where(
            history.loaded_at < datetime.combine(before, datetime.min.time())
        )
    )
    if last is None:
        return None
    own = _own_students(data, viewer, Filters()).subquery("own")
    frame = data.frame(
        sa.select(response_history).where(
            history.loaded_at == last, history.student_id.in_(sa.select(own.c.student_id))
        )
    )
    return last, frame.astype({"is_chronic": "boolean"}).assign(days_unreached=0)


@dataclass(frozen=True)
class StudentRecord:
    """One student, for those who may see them.

    ``row`` is the student's row of the caseload; ``months`` has month, days_enrolled, rate,
    low, median, high (quartiles of similar students not visited, nan where not compared);
    ``weeks`` has week (its Monday), days_enrolled, rate, where days were delivered; ``visits``
    every contact; ``enrollments`` school year, district, school, grade, dates. ``absences`` of
    the school year so far has date, absent (share of the day; 0: late), excused (yes, no or
    missing), where absences were delivered.
    """

    row: Mapping[Any, Any]
    months: pd.DataFrame
    weeks: pd.DataFrame
    visits: pd.DataFrame
    enrollments: pd.DataFrame
    absences: pd.DataFrame


def one_student(data: Snapshot, viewer: Viewer, student_id: str) -> StudentRecord | None:
    """The record of a student of the viewer's own districts; None for any other, known or not."""
    own = _own_students(data, viewer, Filters()).where(contacted_student.c.student_id == student_id)
    frame = data.frame(own)
    if frame.empty:
        return None
    row = _with_days(frame, data).to_dict("records")[0]
    return StudentRecord(
        row=row,
        months=_months(data, student_id),
        weeks=_weeks(data, student_id),
        visits=data.frame(
            sa.select(
                *(
                    visit.c[name]
                    for name in ("visit_date", "modality", "outcome", "visitor_type", "visitor")
                )
            )
            .where(visit.c.student_id == student_id)
            .order_by(visit.c.visit_date, visit.c.visit_id)
        ),
        enrollments=_enrollments(data, student_id),
        absences=_absences(data, student_id),
    )


def _own_students(data: Snapshot, viewer: Viewer, filters: Filters) -> sa.Select[Any]:
    own = viewer.districts if sees_students(viewer) else ()
    data.name_students_of(own)
    columns = contacted_student.c
    return (
        sa.select(
            *(column for column in columns if column.name not in STUDENT_GROUPS),
            contacted_name.c.first_name,
            contacted_name.c.last_name,
            district.c.district_name,
            school.c.school_name,
        )
        .join_from(
            contacted_student, contacted_name, contacted_name.c.student_id == columns.student_id
        )
        .join(district, district.c.district_code == columns.district_code)
        .join(school, is_school_of(contacted_student), isouter=True)
        .where(columns.district_code.in_(own))
        .where(*in_caseload(filters))
    )


def _pictures(data: Snapshot, own: sa.Select[Any]) -> pd.DataFrame:
    """``months`` by student id: a list of rates over PICTURE_MONTHS around the first contact."""
    students = own.subquery("own")
    months = contacted_month.c
    at = school_month.c.number - students.c.month_plus_one + 1
    frame = data.frame(
        sa.select(
            students.c.student_id,
            at.label("place"),
            (months.days_attended / months.days_enrolled).label("rate"),
        )
        .join_from(students, contacted_month, months.student_id == students.c.student_id)
        .join(school_month, school_month.c.month == months.month)
        .where(at.between(PICTURE_MONTHS[0], PICTURE_MONTHS[-1]))
    )
    table = frame.pivot_table(index="student_id", columns="place", values="rate")
    rates = table.reindex(columns=list(PICTURE_MONTHS)).to_numpy(float)
    return pd.DataFrame({"months": rates.tolist()}, index=table.index)


def _months(data: Snapshot, student_id: str) -> pd.DataFrame:
    months, similar = contacted_month.c, similar_month.c
    return data.frame(
        sa.select(
            months.month,
            months.days_enrolled,
            (months.days_attended / months.days_enrolled).label("rate"),
            similar.low,
            similar.median,
            similar.high,
        )
        .join_from(
            contacted_month,
            similar_month,
            sa.and_(similar.month == months.month, similar.student_id == months.student_id),
            isouter=True,
        )
        .where(months.student_id == student_id)
        .order_by(months.month)
    )


def _weeks(data: Snapshot, student_id: str) -> pd.DataFrame:
    weeks = contacted_week.c
    return data.frame(
        sa.select(
            weeks.week,
            weeks.days_enrolled,
            (weeks.days_attended / weeks.days_enrolled).label("rate"),
        )
        .where(weeks.student_id == student_id, weeks.days_enrolled > 0)
        .order_by(weeks.week)
    )


def _enrollments(data: Snapshot, student_id: str) -> pd.DataFrame:
    enrolled = contacted_enrollment.c
    return data.frame(
        sa.select(
            enrolled.school_year,
            district.c.district_name,
            school.c.school_name,
            enrolled.grade,
            enrolled.entry_date,
            enrolled.exit_date,
        )
        .join_from(
            contacted_enrollment,
            district,
            district.c.district_code == enrolled.district_code,
            isouter=True,
        )
        .join(school, is_school_of(contacted_enrollment), isouter=True)
        .where(enrolled.student_id == student_id)
        .order_by(enrolled.school_year, enrolled.entry_date)
    )


def _absences(data: Snapshot, student_id: str) -> pd.DataFrame:
    """Of the school year of the data's date."""
    absences, year = contacted_absence.c, school_year_of(f"{data.data_as_of:%Y-%m}")
    return data.frame(
        sa.select(absences.date, absences.absent, absences.excused)
        .where(
            absences.student_id == student_id,
            absences.date.between(date(int(year[:4]), 8, 1), data.data_as_of),
        )
        .order_by(absences.date, absences.district_code)
    )
