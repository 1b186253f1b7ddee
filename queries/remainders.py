"""The students that a single step of the filters leaves out, month by month.

A figure of 30 students beside one of 31 tells the rate of the one who makes the difference. So
disclosure control asks how many students each step away from a selection adds or takes: lifting a
filter, leaving out one of several chosen values, completing a grade band of which some grades are
chosen, keeping only the same students throughout, or going from a group of a split to all groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.filters import View
from queries.schema import EVERYBODY, GRADE_BANDS, served_student, trajectory_month
from queries.served import in_every_month, in_selection, split_column

Counts = pd.Series  # students by group and event month


def smallest_remainders(data: Snapshot, view: View) -> Counts:
    """The fewest students, but one at least, that one step adds or takes.

    Indexed by group (value of the split, ``all`` without one) and event month; missing where no
    step changes anybody.
    """
    chosen = _counts(data, view)
    steps = [remainder.where(remainder > 0) for remainder in _remainders(data, view, chosen)]
    if not steps:
        return pd.Series(index=chosen.index, dtype=float)
    return pd.concat(steps, axis=1).min(axis=1).reindex(chosen.index)


def _remainders(data: Snapshot, view: View, chosen: Counts) -> Iterator[Counts]:
    for dimension, values in view.filters.chosen().items():
        if dimension == view.split:
            continue
        wider = replace(view, filters=replace(view.filters, **{dimension: ()}))
        yield _counts(data, wider).sub(chosen, fill_value=0)
        if len(values) > 1:
            yield from _values_apart(data, view, dimension)
    if len(view.filters.grade) > 1 or view.split == "grade_band":
        yield from _rest_of_bands(data, view)
    if view.split is not None:
        yield _other_groups(data, view, chosen)
    if view.same_students:
        yield _counts(data, replace(view, same_students=False)).sub(chosen, fill_value=0)


def _values_apart(data: Snapshot, view: View, dimension: str) -> Iterator[Counts]:
    """Each of several chosen values by itself."""
    for value in getattr(view.filters, dimension):
        one = replace(view.filters, **{dimension: (value,)})
        yield _counts(data, replace(view, filters=one))


def _rest_of_bands(data: Snapshot, view: View) -> Iterator[Counts]:
    """The grades missing from each band of which some, but not all, are chosen."""
    chosen = set(view.filters.grades())
    for grades in GRADE_BANDS.values():
        missing = tuple(grade for grade in grades if grade not in chosen)
        if missing and len(missing) < len(grades) and chosen:
            rest = replace(view.filters, grade=missing)
            yield _counts(data, replace(view, filters=rest))


def _other_groups(data: Snapshot, view: View, chosen: Counts) -> Counts:
    """All groups of the split together, chosen or not, less each group."""
    filters = view.filters
    dimension = "grade" if view.split == "grade_band" else str(view.split)
    everyone = _counts(data, View(replace(filters, **{dimension: ()}), None, view.same_students))
    total = everyone.droplevel("group").reindex(chosen.index.get_level_values("event_month"))
    return pd.Series(total.to_numpy(), chosen.index).sub(chosen)


def _counts(data: Snapshot, view: View) -> Counts:
    group = split_column(view.split) if view.split else sa.literal(EVERYBODY)
    statement = (
        sa.select(group.label("group"), trajectory_month.c.event_month, sa.func.count().label("n"))
        .join_from(
            served_student,
            trajectory_month,
            served_student.c.student_id == trajectory_month.c.student_id,
        )
        .where(*in_selection(view.filters))
        .group_by(sa.text("1"), trajectory_month.c.event_month)
    )
    if view.same_students:
        statement = statement.where(served_student.c.student_id.in_(in_every_month()))
    return data.frame(statement).set_index(["group", "event_month"])["n"]


def of_groups(data: Snapshot, view: View) -> dict[str, dict[int, float]]:
    """The same by group, then by event month."""
    remainders = smallest_remainders(data, view).dropna().rename("n").reset_index()
    found: dict[str, dict[int, float]] = {EVERYBODY: {}}
    for group, months in remainders.groupby("group"):
        found[str(group)] = dict(zip(months["event_month"], months["n"], strict=True))
    return found
