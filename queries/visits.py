"""What visitors did: volume, how long until a family is reached, repeats, schools.

Contacts count for the district where the student is enrolled now. Who may see the names behind a
figure sees exact counts by week; everyone else sees months, rounded counts, and none over fewer
students than the threshold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial, wraps
from typing import Any

import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.database import Snapshot
from queries.disclosure import disclosed
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import MODALITIES, contacted_student, is_school_of, school, visit
from queries.stacks import bars, parts_of
from queries.standing import contacts
from queries.students import (
    MOST_VISITS,
    NOT_REACHED,
    WAITS,
    first_contact_and_visit,
    in_caseload,
    sees_students,
)
from queries.viewer import Viewer

AT_ONCE, LATER = next(iter(WAITS)), "later"

_KINDS = (*MODALITIES, NOT_REACHED)

# Students with more completed visits are counted with these in the flow.
FLOW_VISITS = 3


@dataclass(frozen=True)
class Scope:
    """Whose contacts are shown, and whether the viewer may see who is behind them."""

    filters: Filters
    is_own: bool

    @property
    def period(self) -> str:
        """``week`` or ``month``."""
        return "week" if self.is_own else "month"


def visits_scope(viewer: Viewer, filters: Filters) -> Scope:
    """A coordinator's own districts, unless the filters name others; everyone else's filters."""
    if not sees_students(viewer):
        return Scope(filters, is_own=False)
    chosen = filters.district or viewer.districts
    return Scope(replace(filters, district=chosen), set(chosen) <= set(viewer.districts))


Query = Callable[[Snapshot, Viewer, Scope], pd.DataFrame]


def _remembered(query: Query) -> Query:
    """The query, answered once a load for a scope and threshold."""

    @wraps(query)
    def answer(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
        key = (query.__name__, viewer.threshold, scope)
        return once(data.load_id, key, partial(query, data, viewer, scope))

    return answer


@_remembered
def volume(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Contacts by period and kind: period (its first day), kind (a modality, or NOT_REACHED).

    contacts (Int64, missing where withheld), students (Int64), withheld. For those who see no
    names, kinds of too few students in a period are one row of the kind TOGETHER; a period of too
    few has that row alone, withheld.
    """
    period = sa.cast(sa.func.date_trunc(scope.period, visit.c.visit_date), sa.Date)
    kind = sa.case((visit.c.outcome == "completed", visit.c.modality), else_=NOT_REACHED)
    made = (
        sa.select(visit)
        .join_from(visit, contacted_student, contacted_student.c.student_id == visit.c.student_id)
        .where(*in_caseload(scope.filters))
    )
    frame = data.frame(bars(_KINDS, period, kind, visit.c.student_id, made))
    parts = parts_of(frame, _KINDS, 0 if scope.is_own else viewer.threshold)
    return _told(parts, viewer, scope, ("contacts",))


def totals(data: Snapshot, viewer: Viewer, scope: Scope) -> tuple[int | None, int | None, bool]:
    """Completed visits, all other contacts, and whether both are rounded; None: withheld.

    What the cards say of the same filters, for those who see no names.
    """
    if scope.is_own:
        frame = volume(data, viewer, scope)
        completed = int(frame.loc[frame["kind"] != NOT_REACHED, "contacts"].sum())
        return completed, int(frame["contacts"].sum()) - completed, False
    [made] = contacts(data, viewer, View(scope.filters)).to_dict("records")
    if made["withheld"]:
        return None, None, bool(made["about"])
    return made["completed"], made["contacts"] - made["completed"], bool(made["about"])


@_remembered
def waits(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Students by days from the first contact to the first completed visit.

    One row per name of WAITS: wait, students (Int64), withheld.
    """
    times = first_contact_and_visit()
    frame = data.frame(
        sa.select(times.c.wait, sa.func.count().label("students"))
        .join_from(contacted_student, times, times.c.student_id == contacted_student.c.student_id)
        .where(*in_caseload(scope.filters))
        .group_by(times.c.wait)
    )
    every = frame.set_index("wait").reindex(list(WAITS), fill_value=0).reset_index()
    return _told(every, viewer, scope)


@_remembered
def calendar(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Completed visits by day for the own districts, by week (its Monday) otherwise.

    period, contacts (Int64, missing where withheld), students (Int64), withheld.
    """
    unit = "day" if scope.is_own else "week"
    period = sa.cast(sa.func.date_trunc(unit, visit.c.visit_date), sa.Date)
    columns: list[sa.ColumnElement[Any]] = [
        period.label("period"),
        sa.func.count().label("contacts"),
        sa.func.count(visit.c.student_id.distinct()).label("students"),
    ]
    frame = data.frame(
        sa.select(*columns)
        .join_from(visit, contacted_student, contacted_student.c.student_id == visit.c.student_id)
        .where(visit.c.outcome == "completed", *in_caseload(scope.filters))
        .group_by(sa.text("period"))
        .order_by(sa.text("period"))
    )
    return _told(frame, viewer, scope, ("contacts",))


@_remembered
def flow(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Students contacted by how they were reached and how often visited since.

    One row per pair: reached (``at-once``: by the first contact; LATER; NOT_REACHED), visits
    (completed: 0, 1, 2, FLOW_VISITS and more), students (Int64), withheld.
    """
    times, columns = first_contact_and_visit(), contacted_student.c
    how = sa.case((times.c.wait.in_((AT_ONCE, NOT_REACHED)), times.c.wait), else_=LATER)
    number = sa.case(
        (columns.completed_visits > FLOW_VISITS, FLOW_VISITS), else_=columns.completed_visits
    )
    frame = data.frame(
        sa.select(how.label("reached"), number.label("visits"), sa.func.count().label("students"))
        .join_from(contacted_student, times, times.c.student_id == columns.student_id)
        .where(*in_caseload(scope.filters))
        .group_by(sa.text("reached"), sa.text("visits"))
        .order_by(sa.text("reached"), sa.text("visits"))
    )
    return _told(frame, viewer, scope)


@_remembered
def repeats(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Served students by completed visits, and how they stand against similar students since.

    One row for 1, 2, ... MOST_VISITS (and more): visits, students (Int64), judged (Int64: with a
    status), above_median (share 0..1 of the judged above half of similar students), withheld.
    """
    columns = contacted_student.c
    number = sa.case(
        (columns.completed_visits > MOST_VISITS, MOST_VISITS), else_=columns.completed_visits
    )
    is_judged = columns.status.in_((BELOW, AS_EXPECTED, ABOVE))
    is_above = sa.case((columns.since_rate > columns.similar_median, 1.0), else_=0.0)
    frame = data.frame(
        sa.select(
            number.label("visits"),
            sa.func.count().label("students"),
            sa.func.count().filter(is_judged).label("judged"),
            sa.func.avg(is_above).filter(is_judged).label("above_median"),
        )
        .where(columns.completed_visits > 0, *in_caseload(scope.filters))
        .group_by(number)
    )
    every = frame.set_index("visits").reindex(range(1, MOST_VISITS + 1)).reset_index()
    every[["students", "judged"]] = every[["students", "judged"]].fillna(0).astype(int)
    told = _told(every, viewer, scope, ("judged",))
    return told if scope.is_own else told.assign(above_median=float("nan"))


@_remembered
def schools(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """One row per school of the students contacted, the most contacted first.

    district_code, school_code, school_name, students, reached, completed and attempted contacts
    (Int64), withheld.
    """
    columns = contacted_student.c
    frame = data.frame(
        sa.select(
            columns.district_code,
            columns.school_code,
            school.c.school_name,
            sa.func.count().label("students"),
            sa.func.count(columns.first_visit_date).label("reached"),
            sa.func.sum(columns.completed_visits).label("completed"),
            sa.func.sum(columns.attempted_visits).label("attempted"),
        )
        .join_from(contacted_student, school, is_school_of(contacted_student))
        .where(*in_caseload(scope.filters))
        .group_by(columns.district_code, columns.school_code, school.c.school_name)
        .order_by(
            sa.func.count().desc(), school.c.school_name, columns.district_code, columns.school_code
        )
    )
    return _told(frame, viewer, scope, ("reached", "completed", "attempted"))


@_remembered
def visitors(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """One row per visitor type: visitor_type, completed and attempted contacts, students."""
    completed = visit.c.outcome == "completed"
    frame = data.frame(
        sa.select(
            visit.c.visitor_type,
            sa.func.count(visit.c.student_id.distinct()).label("students"),
            sa.func.count().filter(completed).label("completed"),
            sa.func.count().filter(~completed).label("attempted"),
        )
        .join_from(visit, contacted_student, contacted_student.c.student_id == visit.c.student_id)
        .where(*in_caseload(scope.filters))
        .group_by(visit.c.visitor_type)
        .order_by(visit.c.visitor_type)
    )
    return _told(frame, viewer, scope, ("completed", "attempted"))


def _told(
    frame: pd.DataFrame, viewer: Viewer, scope: Scope, counts: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Counts as the viewer may see them; exact where the names behind them are the viewer's."""
    if scope.is_own:
        whole = {name: frame[name].astype("Int64") for name in ("students", *counts)}
        return frame.assign(**whole, about=False, withheld=False)
    return disclosed(frame, viewer, (), exact=False, counts=counts)
