"""Attendance by month before and after the first visit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import Count, disclosed, disclosed_count, is_one_way
from queries.filters import Filters, View
from queries.memory import once
from queries.parts import smallest_parts
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
    95 % interval), students (Int64), about (students rounded), days_enrolled, withheld
    (fewer students than ``threshold``: the figures are missing).
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
    key = ("trajectory", viewer.threshold, view)
    return once(data.load_id, key, partial(_trajectory, data, viewer, view))


def _trajectory(data: Snapshot, viewer: Viewer, view: View) -> Trajectory:
    exact = is_one_way(view.filters, view.split) and not view.same_students
    rows = _with_interval(_all_rows(data, view))
    parts = smallest_parts(data, view)
    rows["smallest_part"] = np.concatenate([parts[group] for group in rows["group"].unique()])
    frame = disclosed(rows, viewer, ("rate", "low", "high"), exact=exact)
    served = data.connection.scalar(sa.select(sa.func.count()).select_from(_selected(view)))
    return Trajectory(
        frame=frame,
        served=disclosed_count(served or 0, viewer, exact=exact),
        threshold=viewer.threshold,
        view=view,
    )


def mean_rates(data: Snapshot, filters: Filters) -> dict[int, float]:
    """Mean rate by event month of the chosen students. Not for pages: nothing is withheld."""
    frame = _all_rows(data, View(filters))
    return dict(zip(frame["event_month"], frame["rate"], strict=True))


def _selected(view: View) -> sa.Subquery:
    group = split_column(view.split) if view.split else sa.literal(EVERYBODY)
    statement = sa.select(served_student.c.student_id, group.label("group")).where(
        *in_selection(view.filters)
    )
    if view.same_students:
        statement = statement.where(served_student.c.student_id.in_(in_every_month()))
    return statement.subquery("selected")


def _all_rows(data: Snapshot, view: View) -> pd.DataFrame:
    selected = _selected(view)
    rate = trajectory_month.c.rate
    statement = (
        sa.select(
            selected.c.group,
            trajectory_month.c.event_month,
            sa.func.avg(rate).label("rate"),
            sa.func.stddev_samp(rate).label("spread"),
            sa.func.count().label("students"),
        )
        .join_from(
            selected, trajectory_month, selected.c.student_id == trajectory_month.c.student_id
        )
        .group_by(selected.c.group, trajectory_month.c.event_month)
    )
    labels = known_values(data).labels(view.split) if view.split else {EVERYBODY: "All students"}
    chosen = view.filters.chosen().get(view.split or "")
    groups = [group for group in labels if not chosen or group in chosen]
    every = pd.MultiIndex.from_product([groups, EVENT_MONTHS], names=["group", "event_month"])
    frame = data.frame(statement).set_index(["group", "event_month"]).reindex(every).reset_index()
    frame["students"] = frame["students"].fillna(0).astype(int)
    frame.insert(1, "label", frame["group"].map(labels))
    frame.insert(2, "place", frame["group"].map({group: n for n, group in enumerate(labels)}))
    return frame


def _with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    margin = Z95 * frame["spread"] / np.sqrt(frame["students"].where(frame["students"] > 0))
    return frame.assign(
        low=(frame["rate"] - margin).clip(lower=0), high=(frame["rate"] + margin).clip(upper=1)
    ).drop(columns="spread")
