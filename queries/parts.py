"""The parts that the filters cut the students into, month by month: how small is the smallest?

A figure of 30 students beside one of 31 tells the rate of the one who makes the difference, and
four figures tell of those in neither of two selections. So disclosure control looks at every part
that a selection's filters cut all students into: for each dimension the chosen values one by one,
the grades missing from a band of which some are chosen, and the rest; all of them crossed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from queries.database import Snapshot
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import (
    EVENT_MONTHS,
    EVERYBODY,
    GRADE_BANDS,
    contacted_student,
    served_student,
    trajectory_month,
)
from queries.served import in_every_month, split_column
from queries.students import present_column, sees_students, unknown_to
from queries.values import known_values
from queries.viewer import Viewer

# Students in each event month.
Counts = npt.NDArray[np.int64]

Populations = Sequence[sa.ColumnElement[bool]]


@dataclass(frozen=True)
class _Cells:
    """Served students by everything that can be chosen: the values of each cell, and its counts.

    ``students`` and ``throughout`` (with days enrolled in every month) are cells x event months,
    or cells x populations.
    """

    values: dict[str, npt.NDArray[np.object_]]
    students: Counts
    throughout: Counts


def smallest_parts(data: Snapshot, view: View) -> dict[str, Counts]:
    """Students in the smallest part, of those with any, in each event month (0 for none).

    By group (value of the split, ``all`` without one).
    """
    dimensions = known_values(data).dimensions
    cells = once(data.load_id, ("cells", dimensions), partial(_cells, data, dimensions))
    return once(data.load_id, ("parts", view), partial(_by_group, data, view, cells))


def smallest_parts_of(
    data: Snapshot, view: View, name: str, populations: Populations
) -> dict[str, Counts]:
    """The same of served students who fulfil conditions: one number each, in their order.

    ``name`` tells these populations from others.
    """
    dimensions = known_values(data).dimensions
    key = ("cells", name, dimensions)
    cells = once(data.load_id, key, partial(_cells_of, data, dimensions, populations))
    view = View(view.filters, view.split)
    return once(data.load_id, ("parts", name, view), partial(_by_group, data, view, cells))


def smallest_contacted(data: Snapshot, viewer: Viewer, filters: Filters) -> int:
    """Students in the smallest part, of those with any, that filters cut the contacted into.

    By their present district and grade. Of students unknown to the viewer alone; 0 for none.
    """
    known = viewer.districts if sees_students(viewer) else ()
    key = ("contacted parts", known, filters)
    return once(data.load_id, key, partial(_smallest_contacted, data, viewer, filters))


def _smallest_contacted(data: Snapshot, viewer: Viewer, filters: Filters) -> int:
    chosen = filters.chosen()
    columns = [present_column(dimension).label(dimension) for dimension in chosen]
    statement = sa.select(*columns, sa.func.count().label("students"))
    cells = data.arrays(
        statement.select_from(contacted_student)
        .where(unknown_to(viewer, filters))
        .group_by(*columns)
    )
    students = np.asarray(cells["students"], dtype=np.int64)[:, np.newaxis]
    found = _Cells(_values(cells, tuple(chosen)), students, np.zeros_like(students))
    return int(_smallest(found, View(filters))[0])


def _by_group(data: Snapshot, view: View, cells: _Cells) -> dict[str, Counts]:
    if view.split is None:
        return {EVERYBODY: _smallest(cells, view)}
    groups = {
        group: within(view.filters, view.split, group)
        for group in known_values(data).labels(view.split)
    }
    return {
        group: _smallest(cells, replace(view, filters=filters or view.filters))
        for group, filters in groups.items()
    }


def within(filters: Filters, split: str, group: str) -> Filters | None:
    """The filters narrowed to one group of a split; None where nobody can be in both."""
    if split != "grade_band":
        return replace(filters, **{split: (group,)})
    if not filters.grade or group in filters.grade:
        return replace(filters, grade=(group,))
    common = tuple(grade for grade in filters.grades() if grade in GRADE_BANDS[group])
    return replace(filters, grade=common) if common else None


def _smallest(cells: _Cells, view: View) -> Counts:
    chosen = view.filters.chosen()
    part = np.zeros(len(cells.students), dtype=np.int64)
    for name, values in chosen.items():
        of_dimension = np.unique(_marks(cells.values[name], name, values), return_inverse=True)[1]
        part = part * len(cells.students) + of_dimension
        part = np.unique(part, return_inverse=True)[1]
    parts = int(part.max(initial=-1)) + 1
    counted = [cells.students]
    if view.same_students:
        counted = [cells.throughout, cells.students - cells.throughout]
    sums = np.zeros((len(counted) * parts, cells.students.shape[1]), dtype=np.int64)
    for number, counts in enumerate(counted):
        np.add.at(sums, part + number * parts, counts)
    most = np.iinfo(np.int64).max
    smallest = np.where(sums > 0, sums, most).min(axis=0, initial=most)
    return np.where(sums.any(axis=0), smallest, 0)


def _marks(
    column: npt.NDArray[np.object_], dimension: str, values: tuple[str, ...]
) -> npt.NDArray[np.int64]:
    """A number for each cell: which of the chosen values it has, 0 for the rest."""
    marks = np.zeros(len(column), dtype=np.int64)
    if dimension == "grade":
        single = {grade for value in values for grade in GRADE_BANDS.get(value, (value,))}
        for number, grades in enumerate(GRADE_BANDS.values()):
            if single & set(grades):
                marks[np.isin(column, grades)] = -1 - number
    for number, value in enumerate(values, start=1):
        marks[np.isin(column, GRADE_BANDS.get(value, (value,)))] = number
    return marks


def _cells(data: Snapshot, dimensions: Sequence[str]) -> _Cells:
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    throughout = in_every_month().subquery("throughout")
    is_throughout = throughout.c.student_id.is_not(None)
    months = data.arrays(
        sa.select(
            *columns,
            trajectory_month.c.event_month,
            sa.func.count().label("students"),
            sa.func.sum(sa.case((is_throughout, 1), else_=0)).label("throughout"),
        )
        .join_from(
            served_student,
            trajectory_month,
            served_student.c.student_id == trajectory_month.c.student_id,
        )
        .join(throughout, throughout.c.student_id == served_student.c.student_id, isouter=True)
        .group_by(*columns, trajectory_month.c.event_month)
        .order_by(*columns)
    )
    values = _values(months, dimensions)
    keys = np.array(["\t".join(row) for row in zip(*values.values(), strict=True)], dtype=object)
    _names, first, cell = np.unique(keys, return_index=True, return_inverse=True)
    shape = (len(first), len(EVENT_MONTHS))
    students, through = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    month = months["event_month"].astype(int) - EVENT_MONTHS[0]
    students[cell, month] = months["students"]
    through[cell, month] = months["throughout"]
    return _Cells({name: column[first] for name, column in values.items()}, students, through)


def _cells_of(data: Snapshot, dimensions: Sequence[str], populations: Populations) -> _Cells:
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    names = [f"population_{number}" for number in range(len(populations))]
    counts = [
        sa.func.count().filter(condition).label(name)
        for name, condition in zip(names, populations, strict=True)
    ]
    cells = data.arrays(sa.select(*columns, *counts).group_by(*columns).order_by(*columns))
    students = np.column_stack([np.asarray(cells[name], dtype=np.int64) for name in names])
    return _Cells(_values(cells, dimensions), students, np.zeros_like(students))


def _values(
    columns: Mapping[str, npt.NDArray[Any]], dimensions: Sequence[str]
) -> dict[str, npt.NDArray[np.object_]]:
    return {name: np.asarray(columns[name]).astype(str).astype(object) for name in dimensions}
