"""Attendance by month before and after the first visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import Count, disclosed, disclosed_count, group_noise, is_exact
from queries.disclosure.counts import Whom, drawn_by, set_key, tells_of_groups, whom_asked
from queries.disclosure.knowledge import is_known
from queries.disclosure.parts import (
    NOTHING_TOLD,
    Cells,
    counted_parts,
    groups_asked,
    is_partly_known,
    left_out_students,
    month_cells,
    of_group,
    smallest_parts,
)
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import EVENT_MONTHS as EVENT_MONTHS
from queries.schema import EVERYBODY as EVERYBODY
from queries.schema import (
    served_student,
    trajectory_month,
)
from queries.served import in_every_month, in_selection, split_column
from queries.values import known_values
from queries.viewer import Viewer

# The normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Trajectory:
    """The core chart's figures.

    ``frame`` has one row per group and event month -9..12, always all of them, groups in
    the order of the known values: group (value of the split, ``all`` without one), label,
    place (the group's position among all known values, chosen or not), event_month, rate
    (mean of the students' own monthly rates, each student once, 0..1), low and high (its
    95 % interval), students (Int64), about (students rounded), beyond (text), withheld (fewer
    students than ``threshold``, or it would tell of so few: the figures are missing).
    ``own_list``: told over the viewer's own list alone, because too few others are among them.
    """

    frame: pd.DataFrame
    served: Count
    threshold: int
    view: View
    own_list: bool = False


def trajectory(data: Snapshot, viewer: Viewer, view: View) -> Trajectory:
    """Mean attendance of served students by month before and after the first visit.

    With ``view.same_students`` only students with days enrolled in every month shown,
    the visit's own month apart, so that no change comes from who is counted.
    """
    key = ("trajectory", viewer.sight, view)
    return once(data.load_id, key, partial(_trajectory, data, viewer, view))


def _trajectory(data: Snapshot, viewer: Viewer, view: View) -> Trajectory:
    cells = month_cells(data, viewer)
    own = groups_of_own_list(data, cells, viewer, view)
    rows = _with_interval(_all_rows(data, viewer, view, own))
    parts = smallest_parts(data, cells, view) | {
        group: np.full(len(EVENT_MONTHS), NOTHING_TOLD) for group in own
    }
    rows["smallest_part"] = np.concatenate([parts[group] for group in rows["group"].unique()])
    exact = is_exact(view.filters, view.split) and not view.same_students
    selected = _selected(viewer, view, own)
    served = data.connection.scalar(sa.select(sa.func.count()).select_from(selected)) or 0
    noise = group_noise(data, viewer, view.filters, served, served_student, *_throughout(view))
    frame = disclosed(
        rows.drop(columns=["drawn_by", "noise"]),
        viewer,
        ("rate", "low", "high"),
        exact=exact,
        noise=rows["noise"] if tells_of_groups(view.filters, view.split) else None,
        drawn_by=rows["drawn_by"],
    )
    part = min(counted_parts(data, viewer, View(view.filters), *_throughout(view)).values())
    is_told = bool(own) or part >= viewer.threshold
    return Trajectory(
        frame=frame,
        served=disclosed_count(served if is_told else 0, viewer, exact=exact, noise=noise),
        threshold=viewer.threshold,
        view=view,
        own_list=bool(own) and own >= set(rows["group"]),
    )


def groups_of_own_list(data: Snapshot, cells: Cells, viewer: Viewer, view: View) -> frozenset[str]:
    """The groups of the split (``all`` without one) that are told over the own list alone."""
    return frozenset(
        group
        for group in (known_values(data).labels(view.split) if view.split else (EVERYBODY,))
        if (filters := of_group(view, group)) is not None
        and is_partly_known(cells, viewer, filters)
    )


def mean_rates(
    data: Snapshot, viewer: Viewer, filters: Filters, own: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Mean rate and students by event month of the chosen students who count for a viewer.

    Not for pages: nothing is withheld or rounded; ``drawn_by`` names them
    (``queries.disclosure.precision.told_rate``).
    """
    frame = _all_rows(data, viewer, View(filters), own)
    return frame.set_index("event_month")[["rate", "students", "drawn_by"]]


def _selected(viewer: Viewer, view: View, own: frozenset[str]) -> sa.Subquery:
    group = split_column(view.split) if view.split else sa.literal(EVERYBODY)
    statement = sa.select(
        served_student.c.student_id,
        served_student.c.noise_key,
        (~is_known(viewer)).label("is_unknown"),
        group.label("group"),
    ).where(*in_selection(view.filters))
    if own:
        statement = statement.where(sa.or_(group.not_in(own), is_known(viewer)))
    return statement.where(*_throughout(view)).subquery("selected")


def _throughout(view: View) -> list[sa.ColumnElement[bool]]:
    return [served_student.c.student_id.in_(in_every_month())] if view.same_students else []


def _with_noise(data: Snapshot, viewer: Viewer, view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what their rates are drawn by, and what is added to their students.

    Both belong to everybody whom a row asks of. Every month has its own: of the students of two
    months one may make the difference.
    """
    asked = whom_asked(view)
    of_whom = rows if asked == view else _counted(data, viewer, asked, frozenset())
    whom = {
        (group, month): Whom(*of)
        for group, month, *of in of_whom[["group", "event_month", *_OF_WHOM]].itertuples(
            index=False
        )
    }
    names, noise = [], []
    for group, month, students in rows[["group", "event_month", "students"]].itertuples(
        index=False
    ):
        one = whom[group if asked.split else EVERYBODY, month]
        groups = groups_asked(view, group)
        names.append(f"rate {month} {drawn_by(one.key, groups)}")
        noise.append(one.noise(students, groups, viewer))
    return rows.drop(columns=["set_key", "unknown"]).assign(drawn_by=names, noise=noise)


_OF_WHOM = ("set_key", "students", "unknown")


def _all_rows(data: Snapshot, viewer: Viewer, view: View, own: frozenset[str]) -> pd.DataFrame:
    return _with_noise(data, viewer, view, _counted(data, viewer, view, own))


def _counted(data: Snapshot, viewer: Viewer, view: View, own: frozenset[str]) -> pd.DataFrame:
    selected = _selected(viewer, view, own)
    rate = trajectory_month.c.rate
    statement = (
        sa.select(
            selected.c.group,
            trajectory_month.c.event_month,
            sa.func.avg(rate).label("rate"),
            sa.func.stddev_samp(rate).label("spread"),
            sa.func.count().label("students"),
            set_key(selected).label("set_key"),
            sa.func.count().filter(selected.c.is_unknown).label("unknown"),
        )
        .join_from(
            selected, trajectory_month, selected.c.student_id == trajectory_month.c.student_id
        )
        .where(*_of_those_who_count(month_cells(data, viewer), viewer))
        .group_by(selected.c.group, trajectory_month.c.event_month)
    )
    labels = known_values(data).labels(view.split) if view.split else {EVERYBODY: "All students"}
    chosen = view.filters.chosen().get(view.split or "")
    groups = [group for group in labels if not chosen or group in chosen]
    every = pd.MultiIndex.from_product([groups, EVENT_MONTHS], names=["group", "event_month"])
    frame = data.frame(statement).set_index(["group", "event_month"]).reindex(every).reset_index()
    frame[list(_OF_WHOM)] = frame[list(_OF_WHOM)].fillna(0).astype("int64")
    frame.insert(1, "label", frame["group"].map(labels))
    frame.insert(2, "place", frame["group"].map({group: n for n, group in enumerate(labels)}))
    return frame


def _of_those_who_count(cells: Cells, viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``trajectory_month`` that leave out the few of small districts."""
    few: dict[tuple[str, ...], list[int]] = {}
    for month, districts in zip(EVENT_MONTHS, cells.left_out, strict=True):
        if districts:
            few.setdefault(districts, []).append(month)
    return [
        sa.not_(
            sa.and_(
                trajectory_month.c.event_month.in_(months),
                trajectory_month.c.student_id.in_(left_out_students(districts, viewer)),
            )
        )
        for districts, months in few.items()
    ]


def _with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    margin = Z95 * frame["spread"] / np.sqrt(frame["students"].where(frame["students"] > 0))
    return frame.assign(
        low=(frame["rate"] - margin).clip(lower=0), high=(frame["rate"] + margin).clip(upper=1)
    ).drop(columns="spread")
