"""How served students stand: how many, attendance before, chronic absence, similar students.

All together, or each group of a split; and the contacts made to get there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.contacted import in_caseload, present_column
from queries.database import Snapshot
from queries.disclosure import disclosed, group_noise, is_exact
from queries.disclosure.counts import (
    Whom,
    drawn_by,
    drawn_noise,
    set_key,
    tells_of_groups,
    whom_asked,
)
from queries.disclosure.knowledge import is_known
from queries.disclosure.parts import (
    NOTHING_TOLD,
    Cells,
    counted_parts,
    groups_asked,
    left_out_students,
    of_group,
    population_cells,
    smallest_contacted,
    smallest_parts,
)
from queries.disclosure.precision import told_rate
from queries.disclosure.shares import told_share
from queries.filters import View
from queries.memory import once
from queries.schema import EVERYBODY, contacted_student, served_student, visit
from queries.served import in_selection, split_column
from queries.trajectories import groups_of_own_list
from queries.values import known_values
from queries.viewer import Viewer

_students = served_student.c
_CHRONIC_KNOWN = sa.and_(_students.chronic_before.is_not(None), _students.chronic_now.is_not(None))
_JUDGED = sa.and_(
    _students.status.in_((BELOW, AS_EXPECTED, ABOVE)), _students.similar_median.is_not(None)
)

# Each share: the students it is over, and those of them of whom it is so.
_SHARES = {
    "chronic_before": (_CHRONIC_KNOWN, _students.chronic_before),
    "chronic_now": (_CHRONIC_KNOWN, _students.chronic_now),
    "above_median": (_JUDGED, _students.since_rate > _students.similar_median),
}
_OVER = {"baseline": _students.baseline_rate.is_not(None)} | {
    name: over for name, (over, _yes) in _SHARES.items()
}

PEERS = 4

_CONTACTS = ("students", "completed", "contacts")

_A_YEAR_AGO = "a year ago"  # a date narrows a count like any dimension


def standing(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    """Served students of each group of ``view.split`` (one group ``all`` without one), in order.

    Indexed by group: label, place (position among all known values); students and
    students_before (Int64: served so far, and up to a year before the last day of attendance);
    baseline (mean of the students' own rates over months -3 to -1); chronic_before and
    chronic_now (share at or below 90 % of the school year up to month -1, and of this one so far,
    of the same students); above_median (of the students with a status, the share whose rate since
    the visit is above the median of similar students); and for each of these four ``_beyond``
    (text: ``above``, ``below`` or empty). Rates and shares are 0..1, missing where withheld;
    shares come from counts rounded to 5. ``about`` tells whether students are rounded,
    ``about_before`` the same of students_before; ``own_list`` that the figures are told over the
    viewer's own list alone, because too few others are among them.
    """
    key = ("standing", viewer.sight, view.filters, view.split)
    return once(data.load_id, key, partial(_standing, data, viewer, view))


def _standing(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    cells = population_cells(data, viewer, "standing", list(_OVER.values()))
    own = groups_of_own_list(data, cells, viewer, view)
    over = _who_count(cells, viewer)
    rows = _rows(data, viewer, view, own, over)
    asked = whom_asked(view)
    of_whom = rows if asked == view else _rows(data, viewer, asked, frozenset(), over)
    whom = of_whom.loc[rows.index if asked.split else [EVERYBODY] * len(rows)].set_axis(rows.index)
    groups = pd.Series({group: groups_asked(view, str(group)) for group in rows.index}, dtype=str)
    is_noisy = tells_of_groups(view.filters, view.split)
    now, before = (
        disclosed(
            _counted(data, viewer, view, rows[name], own, *conditions),
            viewer,
            (),
            exact=is_exact(view.filters, view.split, *further),
            noise=_noise(viewer, rows[name], whom, groups) if is_noisy else None,
        )
        for name, further, conditions in (
            ("students", (), ()),
            ("students_before", (_A_YEAR_AGO,), (_first_visited_by(data),)),
        )
    )
    parts = smallest_parts(data, cells, view) | {
        group: np.full(len(_OVER), NOTHING_TOLD) for group in own
    }
    told = rows[["label", "place"]].assign(
        students=now["students"],
        about=now["about"],
        students_before=before["students"],
        about_before=before["about"],
        own_list=rows.index.isin(own),
    )
    for number, name in enumerate(_OVER):
        part = pd.Series({group: int(parts[group][number]) for group in rows.index})
        names = whom[f"{name}_key"].combine(groups, drawn_by)
        shown = (_baseline if name == "baseline" else _share)(rows, name, names)
        few = np.minimum(rows[f"{name}_students"], part) < viewer.threshold
        told[name] = shown["figure"].mask(few)
        told[f"{name}_beyond"] = shown["beyond"].mask(few, "")
    return told


def _first_visited_by(data: Snapshot) -> sa.ColumnElement[bool]:
    return _students.first_visit_date <= data.year_ago


def _counted(
    data: Snapshot,
    viewer: Viewer,
    view: View,
    counted: pd.Series[int],
    own: frozenset[str],
    *of_whom: sa.ColumnElement[bool],
) -> pd.DataFrame:
    parts = counted_parts(data, viewer, view, *of_whom) | dict.fromkeys(own, NOTHING_TOLD)
    of_groups = [parts[str(group)] for group in counted.index]
    return pd.DataFrame({"students": counted, "smallest_part": of_groups})


def _noise(
    viewer: Viewer, counted: pd.Series[int], whom: pd.DataFrame, groups: pd.Series[str]
) -> pd.Series[int]:
    """What is added to a number of students of each group, by everybody of whom it is asked."""
    asked = whom[[f"{counted.name}_key", counted.name, f"{counted.name}_unknown"]]
    noise = [
        Whom(*one).noise(number, of_groups, viewer)
        for one, number, of_groups in zip(
            asked.itertuples(index=False), counted, groups, strict=True
        )
    ]
    return pd.Series(noise, counted.index, dtype=int)


def _baseline(rows: pd.DataFrame, name: str, drawn_by: pd.Series[str]) -> pd.DataFrame:
    told = told_rate(rows[name], rows[f"{name}_students"], f"{name} " + drawn_by)
    return told.rename(columns={"rate": "figure"})


def _share(rows: pd.DataFrame, name: str, drawn_by: pd.Series[str]) -> pd.DataFrame:
    """A share of a count that carries noise."""
    noise = drawn_by.map(lambda key: drawn_noise(key, name))
    shares = told_share(rows[name] + noise, rows[f"{name}_students"])
    return shares.rename(columns={"share": "figure"})


def _who_count(cells: Cells, viewer: Viewer) -> dict[str, sa.ColumnElement[bool]]:
    """The students that each figure is over, without the few of small districts."""
    return {
        name: sa.and_(over, _students.student_id.not_in(left_out_students(few, viewer)))
        if few
        else over
        for (name, over), few in zip(_OVER.items(), cells.left_out, strict=True)
    }


def _rows(
    data: Snapshot,
    viewer: Viewer,
    view: View,
    own: frozenset[str],
    over: Mapping[str, sa.ColumnElement[bool]],
) -> pd.DataFrame:
    group = split_column(view.split) if view.split else sa.literal(EVERYBODY)
    until = _first_visited_by(data)
    figures = [
        column
        for name, (_over, is_so) in _SHARES.items()
        for column in (
            sa.func.count().filter(over[name], is_so).label(name),
            sa.func.count().filter(over[name]).label(f"{name}_students"),
            set_key(served_student, over[name]).label(f"{name}_key"),
        )
    ]
    statement = sa.select(
        group.label("group"),
        *_of_whom("students", viewer, sa.true()),
        *_of_whom("students_before", viewer, until),
        sa.func.avg(_students.baseline_rate).filter(over["baseline"]).label("baseline"),
        sa.func.count().filter(over["baseline"]).label("baseline_students"),
        set_key(served_student, over["baseline"]).label("baseline_key"),
        *figures,
    ).where(*in_selection(view.filters), sa.or_(group.not_in(own), is_known(viewer)))
    return _every_group(data, statement, view)


def _of_whom(
    name: str, viewer: Viewer, of_whom: sa.ColumnElement[bool]
) -> list[sa.ColumnElement[Any]]:
    """What a ``Whom`` is made of: how many students, their key and how many are unknown."""
    counted = sa.func.count()
    return [
        counted.filter(of_whom).label(name),
        set_key(served_student, of_whom).label(f"{name}_key"),
        counted.filter(of_whom, ~is_known(viewer)).label(f"{name}_unknown"),
    ]


def contacts(data: Snapshot, viewer: Viewer, view: View) -> pd.DataFrame:
    """Contacts with the students of each group of ``view.split`` (``all`` without one), in order.

    Indexed by group: label, place; students contacted, completed visits and all contacts, and
    completed_before, contacts_before (the same up to a year before the last day of attendance):
    Int64, missing where withheld; about, about_before. Students count where they are enrolled now.
    """
    key = ("contacts", viewer.sight, view.filters, view.split)
    return once(data.load_id, key, partial(_contacts, data, viewer, view))


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
    rows["smallest_part"] = [_contacted_part(data, viewer, view, row) for row in rows.index]
    noise = _contacted_noise(data, viewer, view, rows["students"])
    now, before = (
        disclosed(
            rows[["smallest_part"]].assign(**{name: rows[name + when] for name in _CONTACTS}),
            viewer,
            (),
            exact=is_exact(view.filters, view.split, *further),
            counts=_CONTACTS[1:],
            noise=noise,
        )
        for when, further in (("", ()), ("_before", (_A_YEAR_AGO,)))
    )
    return (
        rows[["label", "place"]]
        .join(now)
        .assign(
            completed_before=before["completed"],
            contacts_before=before["contacts"],
            about_before=before["about"],
        )
    )


def _contacted_noise(
    data: Snapshot, viewer: Viewer, view: View, counted: pd.Series[int]
) -> pd.Series[int] | None:
    """What is added to the number of students of each group; None where nothing is."""
    if not tells_of_groups(view.filters, view.split):
        return None
    noise = [
        group_noise(
            data, viewer, of_group(view, str(group)) or view.filters, int(number), contacted_student
        )
        or 0
        for group, number in counted.items()
    ]
    return pd.Series(noise, counted.index, dtype=int)


def _contacted_part(data: Snapshot, viewer: Viewer, view: View, group: str) -> int:
    """The smallest part of those contacted that their counts by group would tell of."""
    filters = of_group(view, group)
    if filters is None or not tells_of_groups(filters):
        return NOTHING_TOLD
    return smallest_contacted(data, viewer, filters)


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
    counts = found.columns.drop("baseline", errors="ignore")  # of nobody no column is of integers
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
