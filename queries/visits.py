"""What visitors did: volume, how long until a family is reached, repeats, schools.

Contacts count for the district where the student is enrolled now. Who may see the names behind a
figure sees exact counts by week, a row for all there is. Everyone else sees months, rounded counts,
and none over fewer students than the threshold, nor one that the others and their total would tell
(``queries.sums``); and every row there could be, whatever happened, so that no row tells of
anybody: what is withheld may be few or none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial, wraps
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.contacted import in_caseload, unknown_to
from queries.database import Snapshot
from queries.disclosure import disclosed
from queries.disclosure.counts import group_noises
from queries.disclosure.parts import smallest_contacted
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import (
    MODALITIES,
    VISITOR_TYPES,
    contacted_student,
    is_school_of,
    school,
    visit,
)
from queries.stacks import bars, parts_of
from queries.standing import contacts
from queries.students import (
    MOST_VISITS,
    NOT_REACHED,
    WAITS,
    first_contact_and_visit,
    sees_students,
)
from queries.sums import guarded, lines
from queries.values import known_values
from queries.viewer import Viewer

AT_ONCE, LATER = next(iter(WAITS)), "later"

_KINDS = (*MODALITIES, NOT_REACHED)

# Students with more completed visits are counted with these in the flow.
FLOW_VISITS = 3
_FLOW = [
    *((reached, visits) for reached in (AT_ONCE, LATER) for visits in range(1, FLOW_VISITS + 1)),
    (NOT_REACHED, 0),
]


@dataclass(frozen=True)
class Scope:
    """Whose contacts are shown, and whether the viewer may see who is behind them."""

    filters: Filters
    is_own: bool


def visits_scope(viewer: Viewer, filters: Filters) -> Scope:
    """A coordinator's own districts, unless the filters name others; everyone else's filters."""
    if not sees_students(viewer):
        return Scope(filters, is_own=False)
    chosen = filters.district or viewer.districts
    return Scope(replace(filters, district=chosen), set(chosen) <= set(viewer.districts))


Query = Callable[[Snapshot, Viewer, Scope], pd.DataFrame]


def _remembered(query: Query) -> Query:
    """The query, answered once a load for a scope, a threshold and whom the viewer knows."""

    @wraps(query)
    def answer(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
        key = (query.__name__, viewer.sight, scope)
        return once(data.load_id, key, partial(query, data, viewer, scope))

    return answer


WEEK, MONTH, HALF_YEAR = "week", "month", "half-year"


def volume_period(data: Snapshot, viewer: Viewer, scope: Scope) -> str:
    """What contacts are told by: WEEK; to those who see no names MONTH, or HALF_YEAR.

    A month has to have the threshold of students on average, or hardly any could be told. What
    decides is their number as it is told, and nothing finer.
    """
    if scope.is_own:
        return WEEK
    [contacted] = contacts(data, viewer, View(scope.filters))["students"]
    months = 6 * len(_periods(data, viewer, scope, HALF_YEAR))
    if months and not pd.isna(contacted) and contacted >= viewer.threshold * months:
        return MONTH
    return HALF_YEAR


@_remembered
def volume(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Contacts by period and kind: period (its first day), kind (a modality, or NOT_REACHED).

    contacts (Int64, missing where withheld), students (Int64), withheld. For those who see no
    names, every month or half-year of the program (``volume_period``) has every kind, and
    TOGETHER: kinds of too few students in it.
    """
    unit = volume_period(data, viewer, scope)
    frame = data.frame(
        bars(
            _KINDS,
            _first_day(unit),
            sa.case((visit.c.outcome == "completed", visit.c.modality), else_=NOT_REACHED),
            visit.c.student_id,
            unknown_to(viewer, scope.filters),
            _contacts(scope.filters),
        )
    )
    if scope.is_own:
        every = parts_of(frame, _KINDS, list(frame["period"].unique()), 0)
        return _exact(every[every["contacts"] > 0], ("contacts",))
    periods = _periods(data, viewer, scope, unit)
    contacted = frame.groupby("period")["unknown"].sum().reindex(periods, fill_value=0)
    parts = parts_of(frame, _KINDS, periods, viewer.threshold)
    parts["unknown"] *= parts["period"].map(_guarded_periods(contacted, viewer) > 0)
    return _disclosed(data, viewer, scope, parts, {"contacts": "unknown"})


def _contacts(filters: Filters) -> sa.Select[Any]:
    """Contacts of the students that the filters leave, with the students."""
    return (
        sa.select(visit)
        .join_from(visit, contacted_student, contacted_student.c.student_id == visit.c.student_id)
        .where(*in_caseload(filters))
    )


def _first_day(unit: str) -> sa.ColumnElement[Any]:
    """The first day of a contact's ``day``, WEEK, MONTH or HALF_YEAR."""
    if unit != HALF_YEAR:
        return sa.cast(sa.func.date_trunc(unit, visit.c.visit_date), sa.Date)
    year, month = (
        sa.cast(sa.extract(part, visit.c.visit_date), sa.Integer) for part in ("year", "month")
    )
    return sa.func.make_date(year, sa.case((month < _JULY, 1), else_=_JULY), 1, type_=sa.Date)


_JULY = 7
_FREQUENCIES = {WEEK: "W-MON", MONTH: "MS", HALF_YEAR: "6MS"}


def _periods(data: Snapshot, viewer: Viewer, scope: Scope, unit: str) -> list[date]:
    """First days of every period of the program, from the first to the last that had enough.

    Of all its students unknown to the viewer, whatever the filters: before and after, nothing
    could be told of anybody, and a single contact there adds no row.
    """
    had_enough = (
        _contacts(Filters())
        .with_only_columns(_first_day(unit).label("period"))
        .where(unknown_to(viewer, scope.filters))
        .group_by(sa.text("period"))
        .having(sa.func.count(visit.c.student_id.distinct()) >= viewer.threshold)
        .subquery("had_enough")
    )
    ends = sa.select(sa.func.min(had_enough.c.period), sa.func.max(had_enough.c.period))
    first, last = data.connection.execute(ends).one()
    if first is None:
        return []
    return list(pd.date_range(first, last, freq=_FREQUENCIES[unit]).date)


def _guarded_periods(students: pd.Series[int], viewer: Viewer) -> pd.Series[int]:
    """As ``guarded``: the contacts before and after these periods, if any, are withheld as well."""
    and_others = pd.concat([students, pd.Series([0], index=[None])])
    everything = pd.Series(True, index=and_others.index)
    return guarded(and_others, viewer.threshold, [everything], overlapping=True).iloc[:-1]


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
        sa.select(times.c.wait, *_students(viewer, scope))
        .join_from(contacted_student, times, times.c.student_id == contacted_student.c.student_id)
        .where(*in_caseload(scope.filters))
        .group_by(times.c.wait)
    )
    every = frame.set_index("wait").reindex(list(WAITS), fill_value=0).reset_index()
    return _told(data, viewer, scope, every)


def _students(viewer: Viewer, scope: Scope) -> list[sa.ColumnElement[Any]]:
    """Students counted: all of them, and those whose number decides."""
    every = sa.func.count()
    return [
        every.label("students"),
        every.filter(unknown_to(viewer, scope.filters)).label("unknown"),
    ]


@_remembered
def calendar(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Completed visits by day for the own districts, by week (its Monday) otherwise.

    period, contacts (Int64, missing where withheld), students (Int64), withheld. For those who see
    no names, every week of the program.
    """
    student, is_unknown = visit.c.student_id.distinct(), unknown_to(viewer, scope.filters)
    frame = data.frame(
        _contacts(scope.filters)
        .with_only_columns(
            _first_day("day" if scope.is_own else WEEK).label("period"),
            sa.func.count().label("contacts"),
            sa.func.count(student).label("students"),
            sa.func.count(student).filter(is_unknown).label("unknown"),
        )
        .where(visit.c.outcome == "completed")
        .group_by(sa.text("period"))
        .order_by(sa.text("period"))
    )
    if scope.is_own:
        return _exact(frame, ("contacts",))
    weeks = pd.Index(_periods(data, viewer, scope, WEEK), name="period", dtype=object)
    every = frame.set_index("period").reindex(weeks, fill_value=0)
    every["unknown"] = _guarded_periods(every["unknown"], viewer)
    return _disclosed(data, viewer, scope, every.reset_index(), {"contacts": "unknown"})


@_remembered
def flow(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Students contacted by how they were reached and how often visited since.

    One row per pair: reached (``at-once``: by the first contact; LATER; NOT_REACHED), visits
    (completed: 0, 1, 2, FLOW_VISITS and more), students (Int64), withheld. For those who see no
    names, every pair there can be.
    """
    times, columns = first_contact_and_visit(), contacted_student.c
    how = sa.case((times.c.wait.in_((AT_ONCE, NOT_REACHED)), times.c.wait), else_=LATER)
    number = sa.case(
        (columns.completed_visits > FLOW_VISITS, FLOW_VISITS), else_=columns.completed_visits
    )
    frame = data.frame(
        sa.select(how.label("reached"), number.label("visits"), *_students(viewer, scope))
        .join_from(contacted_student, times, times.c.student_id == columns.student_id)
        .where(*in_caseload(scope.filters))
        .group_by(sa.text("reached"), sa.text("visits"))
        .order_by(sa.text("reached"), sa.text("visits"))
    )
    if scope.is_own:
        return _exact(frame)
    pair = ["reached", "visits"]
    pairs = pd.MultiIndex.from_tuples(_FLOW, names=pair)
    every = frame.set_index(pair).reindex(pairs, fill_value=0).reset_index()
    return _told(data, viewer, scope, every, by=pair)


@_remembered
def repeats(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Served students by completed visits, and how they stand against similar students since.

    One row for 1, 2, ... MOST_VISITS (and more): visits, students (Int64), withheld; for who sees
    the names also judged (Int64: with a status) and above_median (share 0..1 of the judged above
    half of similar students).
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
            *_students(viewer, scope),
            sa.func.count().filter(is_judged).label("judged"),
            sa.func.avg(is_above).filter(is_judged).label("above_median"),
        )
        .where(columns.completed_visits > 0, *in_caseload(scope.filters))
        .group_by(number)
    )
    every = frame.set_index("visits").reindex(range(1, MOST_VISITS + 1)).reset_index()
    counts = ["students", "unknown", "judged"]
    every[counts] = every[counts].fillna(0).astype(int)
    if scope.is_own:
        return _exact(every, ("judged",))
    return _told(data, viewer, scope, every[["visits", "students", "unknown"]])


@_remembered
def schools(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """One row per school of the students contacted, the most contacted first.

    district_code, school_code, school_name, students, reached, completed and attempted contacts
    (Int64, missing where withheld), withheld. For those who see no names, every school of the
    chosen districts, and a row without a school for those in none.
    """
    columns, is_unknown = contacted_student.c, unknown_to(viewer, scope.filters)
    is_reached, is_attempted = columns.first_visit_date.is_not(None), columns.attempted_visits > 0
    frame = data.frame(
        sa.select(
            columns.district_code,
            school.c.school_code,
            school.c.school_name,
            *_students(viewer, scope),
            sa.func.count().filter(is_reached).label("reached"),
            sa.func.sum(columns.completed_visits).label("completed"),
            sa.func.sum(columns.attempted_visits).label("attempted"),
            sa.func.count().filter(is_reached, is_unknown).label("reached_unknown"),
            sa.func.count().filter(is_attempted, is_unknown).label("attempted_unknown"),
        )
        .join_from(contacted_student, school, is_school_of(contacted_student), isouter=True)
        .where(*in_caseload(scope.filters))
        .group_by(columns.district_code, school.c.school_code, school.c.school_name)
        .order_by(
            sa.func.count().desc(),
            school.c.school_name,
            columns.district_code,
            school.c.school_code,
        )
    )
    if scope.is_own:
        of_a_school = frame[frame["school_code"].notna()].reset_index(drop=True)
        return _exact(of_a_school, ("reached", "completed", "attempted"))
    every = _every_school(data, scope, frame)
    unreached = every["unknown"] - every["reached_unknown"]
    every["either_unknown"] = every["reached_unknown"].clip(upper=unreached)
    counts = {
        "reached": "either_unknown",  # of all but few, the few are told
        "completed": "reached_unknown",
        "attempted": "attempted_unknown",
    }
    told = _told(data, viewer, scope, every, counts, by=["district_code"])
    return told.sort_values("students", ascending=False, kind="stable", ignore_index=True)


def _every_school(data: Snapshot, scope: Scope, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``frame``, and of the schools without any; each district's without a school."""
    keys = ["district_code", "school_code", "school_name"]
    in_scope = school.c.district_code.in_(scope.filters.district)
    declared = data.frame(
        sa.select(*(school.c[name] for name in keys))
        .where(in_scope if scope.filters.district else sa.true())
        .order_by(school.c.school_name, school.c.district_code, school.c.school_code)
    )
    districts = scope.filters.district or tuple(known_values(data).district)
    in_none = pd.DataFrame({"district_code": districts}, dtype=object)
    grid = pd.concat([declared, in_none], ignore_index=True).astype(object)
    every = grid.merge(frame.astype(dict.fromkeys(keys, object)), on=keys, how="left")
    counts = list(frame.columns.difference(keys))
    every[counts] = every[counts].fillna(0).astype(int)
    return every


@_remembered
def visitors(data: Snapshot, viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """One row per visitor type: visitor_type, completed and attempted contacts, students.

    For those who see no names, every type there is.
    """
    student, is_unknown = visit.c.student_id.distinct(), unknown_to(viewer, scope.filters)
    is_completed = visit.c.outcome == "completed"
    frame = data.frame(
        _contacts(scope.filters)
        .with_only_columns(
            visit.c.visitor_type,
            sa.func.count(student).label("students"),
            sa.func.count(student).filter(is_unknown).label("unknown"),
            sa.func.count().filter(is_completed).label("completed"),
            sa.func.count().filter(~is_completed).label("attempted"),
            sa.func.count(student).filter(is_completed, is_unknown).label("reached_unknown"),
            sa.func.count(student).filter(~is_completed, is_unknown).label("attempted_unknown"),
        )
        .group_by(visit.c.visitor_type)
        .order_by(visit.c.visitor_type)
    )
    if scope.is_own:
        return _exact(frame, ("completed", "attempted"))
    types = sorted(VISITOR_TYPES)
    every = frame.set_index("visitor_type").reindex(types, fill_value=0).reset_index()
    counts = {"completed": "reached_unknown", "attempted": "attempted_unknown"}
    return _told(data, viewer, scope, every, counts, overlapping=True)


def _exact(frame: pd.DataFrame, counts: Sequence[str] = ()) -> pd.DataFrame:
    """Counts to who sees the names behind them."""
    whole = {name: frame[name].astype("Int64") for name in ("students", *counts)}
    return _without_unknown(frame).assign(**whole, about=False, withheld=False)


def _told(
    data: Snapshot,
    viewer: Viewer,
    scope: Scope,
    frame: pd.DataFrame,
    counts: Mapping[str, str] | None = None,
    by: Sequence[str] = (),
    *,
    overlapping: bool = False,
) -> pd.DataFrame:
    """Counts as the viewer may see them, none of which a total tells (``queries.sums``).

    ``counts`` names the column of those behind each further count; for ``by`` and ``overlapping``
    see there.
    """
    if scope.is_own:
        return _exact(frame, tuple(counts or ()))
    totals = lines(frame, by)
    kept = {
        name: guarded(frame[name], viewer.threshold, totals, overlapping=overlapping)
        for name in frame.columns[_are_unknown(frame)]
    }
    return _disclosed(data, viewer, scope, frame.assign(**kept), counts or {})


def _disclosed(
    data: Snapshot, viewer: Viewer, scope: Scope, frame: pd.DataFrame, counts: Mapping[str, str]
) -> pd.DataFrame:
    """Counts rounded, missing where those behind them are fewer than the threshold."""
    part = smallest_contacted(data, viewer, scope.filters)
    rows = frame.assign(smallest_part=frame["unknown"].clip(upper=part))
    noise = group_noises(data, viewer, scope.filters, rows["students"], contacted_student)
    told = disclosed(rows, viewer, (), exact=False, counts=tuple(counts), noise=noise)
    for name, unknown in counts.items():
        told[name] = told[name].mask(frame[unknown] < viewer.threshold)
    return _without_unknown(told)


def _without_unknown(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.loc[:, ~_are_unknown(frame)]


def _are_unknown(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which columns count the students that decide, and are for nobody to see."""
    return frame.columns.str.endswith("unknown")
