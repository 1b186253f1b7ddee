"""How served students stand: how many, attendance before, chronic absence, similar students.

All together, or each group of a split; and the contacts made to get there.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.database import Snapshot
from queries.disclosure import HIGHEST_TOLD, LOWEST_TOLD, disclosed, is_one_way
from queries.filters import View
from queries.memory import once
from queries.parts import smallest_parts_of
from queries.schema import EVERYBODY, contacted_student, served_student, visit
from queries.served import in_selection, split_column
from queries.students import in_caseload, present_column
from queries.values import known_values
from queries.viewer import Viewer

_students = served_student.c
_CHRONIC_KNOWN = sa.and_(_students.chronic_before.is_not(None), _students.chronic_now.is_not(None))
_JUDGED = sa.and_(
    _students.status.in_((BELOW, AS_EXPECTED, ABOVE)), _students.similar_median.is_not(None)
)


def _share(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[float]:
    return sa.case((condition, 1.0), else_=0.0)


# Each figure: the students it is over, and what is averaged over them.
_SHARES = {
    "chronic_before": (_CHRONIC_KNOWN, _share(_students.chronic_before)),
    "chronic_now": (_CHRONIC_KNOWN, _share(_students.chronic_now)),
    "above_median": (_JUDGED, _share(_students.since_rate > _students.similar_median)),
}
_FIGURES = {"baseline": (_students.baseline_rate.is_not(None), _students.baseline_rate)} | _SHARES

PEERS = 4

_A_YEAR_AGO = "a year ago"  # a date narrows a count like any dimension


def standing(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    """Served students of each group of ``view.split`` (one group ``all`` without one), in order.

    Indexed by group: label, place (position among all known values); students and
    students_before (Int64: served so far, and up to a year before the last day of attendance);
    baseline (mean of the students' own rates over months -3 to -1); chronic_before and
    chronic_now (share at or below 90 % of the school year up to month -1, and of this one so far,
    of the same students); above_median (of the students with a status, the share whose rate since
    the visit is above the median of similar students); and for each of these four ``_beyond``
    (bool). Rates and shares are 0..1, missing where withheld; shares end at 5 and 95 %.
    ``about`` tells whether students are rounded, ``about_before`` the same of students_before.
    """
    return once(
        data.load_id,
        ("standing", viewer.threshold, view.filters, view.split),
        partial(_standing, data, viewer, view),
    )


def _standing(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    rows = _rows(data, view)
    now, before = (
        disclosed(
            rows[[name]].rename(columns={name: "students"}),
            viewer,
            (),
            exact=is_one_way(view.filters, view.split, *further),
        )
        for name, further in (("students", ()), ("students_before", (_A_YEAR_AGO,)))
    )
    told = rows[["label", "place"]].assign(
        students=now["students"],
        about=now["about"],
        students_before=before["students"],
        about_before=before["about"],
    )
    parts = smallest_parts_of(data, view, "standing", [over for over, _rate in _FIGURES.values()])
    for number, name in enumerate(_FIGURES):
        figure = pd.DataFrame(
            {
                "students": rows[f"{name}_students"],
                "smallest_part": [int(parts[group][number]) for group in rows.index],
                name: rows[name].clip(LOWEST_TOLD, HIGHEST_TOLD) if name in _SHARES else rows[name],
            }
        )
        shown = disclosed(figure, viewer, (name,), exact=True)
        told[name], told[f"{name}_beyond"] = shown[name], shown["beyond"]
    return told


def _rows(data: Snapshot, view: View) -> pd.DataFrame:
    group = split_column(view.split) if view.split else sa.literal(EVERYBODY)
    until = _students.first_visit_date <= data.year_ago
    figures = [
        column
        for name, (over, averaged) in _FIGURES.items()
        for column in (
            sa.func.avg(averaged).filter(over).label(name),
            sa.func.count().filter(over).label(f"{name}_students"),
        )
    ]
    statement = sa.select(
        group.label("group"),
        sa.func.count().label("students"),
        sa.func.count().filter(until).label("students_before"),
        *figures,
    ).where(*in_selection(view.filters))
    return _every_group(data, statement, view)


def contacts(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    """Contacts with the students of each group of ``view.split`` (``all`` without one), in order.

    Indexed by group: label, place; students contacted, completed visits and all contacts, and
    completed_before, contacts_before (the same up to a year before the last day of attendance):
    Int64, missing where withheld; about, about_before. Students count where they are enrolled now.
    """
    return once(
        data.load_id,
        ("contacts", viewer.threshold, view.filters, view.split),
        partial(_contacts, data, viewer, view),
    )


def _contacts(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    group = present_column(view.split) if view.split else sa.literal(EVERYBODY)
    until = visit.c.visit_date <= data.year_ago
    is_completed = visit.c.outcome == "completed"
    statement = (
        sa.select(
            group.label("group"),
            sa.func.count(visit.c.student_id.distinct()).label("students"),
            sa.func.count().filter(is_completed).label("completed"),
            sa.func.count().label("contacts"),
            sa.func.count(visit.c.student_id.distinct()).filter(until).label("students_before"),
            sa.func.count().filter(is_completed, until).label("completed_before"),
            sa.func.count().filter(until).label("contacts_before"),
        )
        .join_from(visit, contacted_student, contacted_student.c.student_id == visit.c.student_id)
        .where(*in_caseload(view.filters))
    )
    rows = _every_group(data, statement, view)
    exact, exact_before = (
        is_one_way(view.filters, view.split, *further) for further in ((), (_A_YEAR_AGO,))
    )
    now = rows[["label", "place", "students", "completed", "contacts"]]
    counts = ("completed_before", "contacts_before")
    before = rows[["students_before", *counts]].rename(columns={"students_before": "students"})
    earlier = disclosed(before, viewer, (), exact=exact_before, counts=counts)
    return disclosed(now, viewer, (), exact=exact, counts=("completed", "contacts")).assign(
        **{name: earlier[name] for name in counts}, about_before=earlier["about"]
    )


def _every_group(data: Snapshot, statement: sa.Select[Any], view: View) -> pd.DataFrame:
    """A row for every group that the filters leave, in the order of the known values.

    ``statement`` counts all together under a column ``group``, or by it.
    """
    labels = {EVERYBODY: "All students"}
    if view.split:
        statement = statement.group_by(sa.text("1"))
        labels = dict(known_values(data).labels(view.split))
    chosen = view.filters.chosen().get(view.split or "")
    groups = [group for group in labels if not chosen or group in chosen]
    places = {group: place for place, group in enumerate(labels)}
    found = data.frame(statement).set_index("group")
    counts = found.select_dtypes("integer").columns
    rows = found.reindex(groups)
    rows[counts] = rows[counts].fillna(0).astype(int)
    rows.insert(0, "label", [labels[group] for group in groups])
    rows.insert(1, "place", [places[group] for group in groups])
    return rows


def row_of_all(frame: pd.DataFrame) -> dict[Any, Any]:
    """The one row of a frame that is not split."""
    [row] = frame.to_dict("records")
    return row


def nearest_baselines(frame: pd.DataFrame, group: str) -> list[str]:
    """The PEERS groups whose baseline is nearest to a group's, the nearest first.

    ``frame`` as of ``standing``; nobody where the group's own baseline is withheld.
    """
    baselines = frame["baseline"].dropna().to_dict()
    own = baselines.pop(group, None)
    if own is None:
        return []
    nearest = sorted(baselines, key=lambda other: abs(baselines[other] - own))
    return [str(other) for other in nearest[:PEERS]]
