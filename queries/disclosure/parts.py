"""Rule 3: the parts that the filters cut the students into: how small is the smallest?

A figure of 30 students beside one of 31 tells the rate of the one who makes the difference, and
four figures tell of those in neither of two selections. So disclosure control looks at every part
that a selection's filters cut all students into: for each dimension the chosen values one by one,
the grades missing from a band of which some are chosen, and the rest; all of them crossed.

Of a student group none is as telling as few: that nobody in a grade has a disability is a figure
of everybody in it. So a part without anybody of a group counts as well, where others are there.

Where values of one dimension are withheld for too few students and all of them together are too
few as well, what holds for everybody less the values told would be theirs. So the smallest value
that could be told is withheld with them. Of districts these few students leave every figure
instead: a place with one student must not take its neighbor's page away.

Students are those unknown to the viewer (``queries.disclosure.knowledge``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from queries.contacted import present_column, unknown_to
from queries.database import Snapshot
from queries.disclosure.counts import tells_of_groups, without_groups
from queries.disclosure.knowledge import is_known
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import (
    EVENT_MONTHS,
    EVERYBODY,
    GRADE_BANDS,
    STUDENT_GROUPS,
    contacted_student,
    served_student,
    trajectory_month,
)
from queries.served import in_every_month, split_column
from queries.values import known_values
from queries.viewer import LOWEST_THRESHOLD, Viewer

# Students in each event month, or in each population.
Counts = npt.NDArray[np.int64]

Populations = Sequence[sa.ColumnElement[bool]]

# The smallest part of a figure that is over known students alone: it tells the viewer nothing.
NOTHING_TOLD = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Cells:
    """Served students by everything that can be chosen: the values of each cell, and its counts.

    ``unknown`` and ``unknown_throughout`` (with days enrolled in every month) are the students
    unknown to the viewer who count: cells x event months, or cells x populations. ``left_out`` are
    by column the districts whose unknown students are so few that they count nowhere.
    """

    values: dict[str, npt.NDArray[np.object_]]
    unknown: Counts
    unknown_throughout: Counts
    left_out: tuple[tuple[str, ...], ...]
    threshold: int

    @cached_property
    def columns(self) -> dict[str, Column]:
        """The values of the cells by dimension, each once."""
        every = {name: np.unique(of, return_inverse=True) for name, of in self.values.items()}
        return {name: Column(values, place) for name, (values, place) in every.items()}


@dataclass(frozen=True)
class Column:
    """The distinct values of a dimension, and the place of each cell's among them."""

    values: npt.NDArray[np.object_]
    place: npt.NDArray[np.int64]

    def has(self, values: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which cells have one of these values."""
        return np.isin(self.values, values)[self.place]


def month_cells(data: Snapshot, viewer: Viewer) -> Cells:
    """The cells by event month."""
    dimensions = known_values(data).dimensions
    key = ("cells", dimensions, viewer.sight)
    return once(data.load_id, key, partial(_month_cells, data, viewer, dimensions))


def population_cells(data: Snapshot, viewer: Viewer, name: str, populations: Populations) -> Cells:
    """The cells of served students who fulfil conditions; ``name`` tells these from others."""
    dimensions = known_values(data).dimensions
    key = ("cells", name, dimensions, viewer.sight)
    return once(data.load_id, key, partial(_cells_of, data, viewer, dimensions, populations))


def counted_parts(
    data: Snapshot, viewer: Viewer, view: View, *of_whom: sa.ColumnElement[bool]
) -> dict[str, int]:
    """The smallest part that a count of served students tells of, by group as ``smallest_parts``.

    ``of_whom`` are conditions on them. A count of a place and grades alone tells of nobody.
    """
    groups = list(known_values(data).labels(view.split)) if view.split else [EVERYBODY]
    if not tells_of_groups(view.filters, view.split):
        return dict.fromkeys(groups, NOTHING_TOLD)
    dimensions = known_values(data).dimensions
    key = ("counted cells", dimensions, viewer.sight, *map(str, of_whom))
    cells = once(data.load_id, key, partial(_counted_cells, data, viewer, dimensions, of_whom))
    parts = smallest_parts(data, cells, View(view.filters, view.split))
    return {group: int(of_group[0]) for group, of_group in parts.items()}


def smallest_parts(data: Snapshot, cells: Cells, view: View) -> dict[str, Counts]:
    """Students in the smallest part, of those with any, in each column of the cells (0 for none).

    By group (value of the split, ``all`` without one).
    """
    groups = known_values(data).labels(view.split) if view.split else (EVERYBODY,)
    return {
        group: _smallest(cells, replace(view, filters=of_group(view, group) or view.filters))
        for group in groups
    }


def is_partly_known(cells: Cells, viewer: Viewer, filters: Filters) -> bool:
    """Whether a selection of the viewer's own districts holds too few others at some time."""
    own = set(viewer.known_districts)
    if not own or not filters.district or not set(filters.district) <= own:
        return False
    if any(not set(filters.district).isdisjoint(districts) for districts in cells.left_out):
        return True
    others = cells.unknown[_inside(cells, filters)].sum(axis=0)
    return bool(((others > 0) & (others < cells.threshold)).any())


def within(filters: Filters, split: str, group: str) -> Filters | None:
    """The filters narrowed to one group of a split; None where nobody can be in both."""
    if split != "grade_band":
        return replace(filters, **{split: (group,)})
    if not filters.grade or group in filters.grade:
        return replace(filters, grade=(group,))
    common = tuple(grade for grade in filters.grades() if grade in GRADE_BANDS[group])
    return replace(filters, grade=common) if common else None


def of_group(view: View, group: str) -> Filters | None:
    """The filters of one group of a view, ``all`` without a split; None as ``within``."""
    return within(view.filters, view.split, group) if view.split else view.filters


def groups_asked(view: View, group: str) -> str:
    """Which groups of students one group of a view asks for; empty where it asks for none."""
    _everybody, groups = without_groups(of_group(view, group) or view.filters)
    return groups


def left_out_students(districts: Sequence[str], viewer: Viewer) -> sa.Select[tuple[str]]:
    """The few of these districts who count nowhere: those unknown to the viewer."""
    return sa.select(served_student.c.student_id).where(
        served_student.c.district_code.in_(districts), ~is_known(viewer)
    )


def smallest_contacted(data: Snapshot, viewer: Viewer, filters: Filters) -> int:
    """Students in the smallest part, of those with any, that filters cut the contacted into.

    By their present district and grade, of students unknown to the viewer alone.
    """
    key = ("contacted parts", viewer.known_districts, filters)
    return once(data.load_id, key, partial(_smallest_contacted, data, viewer, filters))


# --- The smallest part -------------------------------------------------------------------


def _smallest(cells: Cells, view: View) -> Counts:
    unknown: tuple[Counts, ...] = (cells.unknown,)
    if view.same_students:
        unknown = (cells.unknown_throughout, cells.unknown - cells.unknown_throughout)
    told_of = [_smallest_crossing(cells, view.filters, counts) for counts in unknown]
    told_of += [
        _rest(cells, view.filters, name, counts)
        for name in view.filters.chosen()
        for counts in unknown
    ]
    # That none of some unknown students is in a group is told as well.
    asked, _groups = without_groups(view.filters)
    has_unknown = unknown[0][_inside(cells, asked)].any(axis=0)
    return np.where(has_unknown, np.min(told_of, axis=0), NOTHING_TOLD)


def _smallest_contacted(data: Snapshot, viewer: Viewer, filters: Filters) -> int:
    chosen = filters.chosen()
    columns = [present_column(dimension).label(dimension) for dimension in chosen]
    counted = data.arrays(
        sa.select(*columns, sa.func.count().label("students"))
        .select_from(contacted_student)
        .where(unknown_to(viewer, filters))
        .group_by(*columns)
    )
    students = np.asarray(counted["students"], dtype=np.int64)[:, np.newaxis]
    cells = Cells(_values(counted, tuple(chosen)), students, np.zeros_like(students), (), 0)
    return int(_smallest(cells, View(filters))[0])


def _inside(cells: Cells, filters: Filters) -> npt.NDArray[np.bool_]:
    inside = np.ones(len(cells.unknown), dtype=bool)
    for name, values in filters.wanted().items():
        inside &= cells.columns[name].has(values)
    return inside


def _smallest_crossing(cells: Cells, filters: Filters, counts: Counts) -> Counts:
    """The fewest in any crossing of what is chosen, by column; of those with anybody beside."""
    marks = {
        name: _marks(cells.columns[name], name, values) for name, values in filters.chosen().items()
    }
    groups = [marks.pop(name) for name in STUDENT_GROUPS if name in marks]
    place, places = _crossed(list(marks.values()), len(counts))
    group, number_of_groups = _crossed(groups, len(counts), keep_empty=True)
    sums = np.zeros((places, number_of_groups, counts.shape[1]), dtype=np.int64)
    np.add.at(sums, (place, group), counts)
    is_there = sums.any(axis=1)
    return np.where(is_there, sums.min(axis=1), NOTHING_TOLD).min(axis=0)


def _crossed(
    marks: Sequence[npt.NDArray[np.int64]], cells: int, *, keep_empty: bool = False
) -> tuple[npt.NDArray[np.int64], int]:
    """The number of the crossing that each cell is in, and how many there are."""
    crossing, crossings = np.zeros(cells, dtype=np.int64), 1
    for of_dimension in marks:
        values = int(of_dimension.max(initial=0)) + 1
        crossing, crossings = crossing * values + of_dimension, crossings * values
        if not keep_empty:
            there, crossing = np.unique(crossing, return_inverse=True)
            crossings = max(len(there), 1)
    return crossing, crossings


def _marks(column: Column, dimension: str, chosen: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """A number for each cell, from 0 on: which of the chosen values it has, or the rest."""
    marks = np.zeros(len(column.values), dtype=np.int64)
    if dimension == "grade":
        single = {grade for value in chosen for grade in GRADE_BANDS.get(value, (value,))}
        for number, grades in enumerate(GRADE_BANDS.values()):
            if single & set(grades):
                marks[np.isin(column.values, grades)] = -1 - number
    for number, value in enumerate(chosen, start=1):
        marks[np.isin(column.values, GRADE_BANDS.get(value, (value,)))] = number
    return np.unique(marks, return_inverse=True)[1][column.place]


# --- Everybody less the others --------------------------------------------------------------


def _rest(cells: Cells, filters: Filters, dimension: str, counts: Counts) -> Counts:
    """How few would be told of, those withheld for too few, by the chosen values of a dimension.

    By column. All values of the dimension, or the grades of a band, add up to a figure that is
    told too: a band that is chosen is this sum, none of its values. All other filters hold.
    """
    here = _inside(cells, replace(filters, **{dimension: ()}))
    column, chosen = cells.columns[dimension], filters.chosen()[dimension]
    of_value = np.zeros((len(column.values), counts.shape[1]), dtype=np.int64)
    np.add.at(of_value, column.place[here], counts[here])
    is_chosen = np.isin(column.values, chosen)
    rests = [
        _rest_of_few(of_value[added_up], is_chosen[added_up], cells.threshold)
        for added_up in _added_up(column.values, dimension)
    ]
    return np.stack(rests).min(axis=0)


def _added_up(values: npt.NDArray[np.object_], dimension: str) -> list[npt.NDArray[np.bool_]]:
    """Which values of a dimension add up to a figure."""
    if dimension != "grade":
        return [np.ones(len(values), dtype=bool)]
    return [np.isin(values, grades) for grades in GRADE_BANDS.values()]


def _rest_of_few(of_value: Counts, is_chosen: npt.NDArray[np.bool_], threshold: int) -> Counts:
    """The students of all values with too few, where the chosen hold the next smallest."""
    if not len(of_value):
        return np.full(of_value.shape[1], NOTHING_TOLD)
    few = (of_value > 0) & (of_value < threshold)
    rest = np.where(few, of_value, 0).sum(axis=0)
    next_smallest = np.where(of_value >= threshold, of_value, NOTHING_TOLD).argmin(axis=0)
    is_next = is_chosen[next_smallest]
    return np.where(is_next & (rest > 0) & (rest < threshold), rest, NOTHING_TOLD)


# --- The cells ---------------------------------------------------------------------------


def _month_cells(data: Snapshot, viewer: Viewer, dimensions: Sequence[str]) -> Cells:
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    throughout = in_every_month().subquery("throughout")
    is_throughout = throughout.c.student_id.is_not(None)
    months = data.arrays(
        sa.select(
            *columns,
            trajectory_month.c.event_month,
            sa.func.count().label("unknown"),
            sa.func.sum(sa.case((is_throughout, 1), else_=0)).label("throughout"),
        )
        .join_from(
            served_student,
            trajectory_month,
            served_student.c.student_id == trajectory_month.c.student_id,
        )
        .join(throughout, throughout.c.student_id == served_student.c.student_id, isouter=True)
        .where(~is_known(viewer))
        .group_by(*columns, trajectory_month.c.event_month)
        .order_by(*columns)
    )
    values = _values(months, dimensions)
    keys = np.array(["\t".join(row) for row in zip(*values.values(), strict=True)], dtype=object)
    _names, first, cell = np.unique(keys, return_index=True, return_inverse=True)
    unknown = np.zeros((len(first), len(EVENT_MONTHS)), dtype=np.int64)
    through = np.zeros_like(unknown)
    month = months["event_month"].astype(int) - EVENT_MONTHS[0]
    unknown[cell, month] = months["unknown"]
    through[cell, month] = months["throughout"]
    of_cell = {name: column[first] for name, column in values.items()}
    return _without_the_few(of_cell, unknown, through, viewer)


def _cells_of(
    data: Snapshot, viewer: Viewer, dimensions: Sequence[str], populations: Populations
) -> Cells:
    values, unknown = _read_cells(data, viewer, dimensions, populations)
    return _without_the_few(values, unknown, np.zeros_like(unknown), viewer)


def _counted_cells(
    data: Snapshot, viewer: Viewer, dimensions: Sequence[str], of_whom: Populations
) -> Cells:
    """With the few of small districts: whoever is counted counts."""
    everybody = [sa.and_(sa.true(), *of_whom)]
    values, unknown = _read_cells(data, viewer, dimensions, everybody)
    return Cells(values, unknown, np.zeros_like(unknown), (), viewer.threshold)


def _read_cells(
    data: Snapshot, viewer: Viewer, dimensions: Sequence[str], populations: Populations
) -> tuple[dict[str, npt.NDArray[np.object_]], Counts]:
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    names = [f"population_{number}" for number in range(len(populations))]
    counts = [
        sa.func.count().filter(condition).label(name)
        for name, condition in zip(names, populations, strict=True)
    ]
    cells = data.arrays(
        sa.select(*columns, *counts).where(~is_known(viewer)).group_by(*columns).order_by(*columns)
    )
    unknown = np.column_stack([np.asarray(cells[name], dtype=np.int64) for name in names])
    return _values(cells, dimensions), unknown


def _values(
    columns: Mapping[str, npt.NDArray[Any]], dimensions: Sequence[str]
) -> dict[str, npt.NDArray[np.object_]]:
    return {name: np.asarray(columns[name]).astype(str).astype(object) for name in dimensions}


def _without_the_few(
    values: dict[str, npt.NDArray[np.object_]], unknown: Counts, throughout: Counts, viewer: Viewer
) -> Cells:
    """The cells without the students of districts that have, all together, too few of them."""
    district, threshold = values["district"], viewer.threshold
    names = np.unique(district)
    of_district = np.array(
        [unknown[district == name].sum(axis=0) for name in names], dtype=np.int64
    ).reshape(len(names), unknown.shape[1])
    few = np.zeros_like(of_district, dtype=bool)
    # Whom a lower threshold leaves out, a higher one does too: screen less file would be these.
    for number in range(LOWEST_THRESHOLD, threshold + 1):
        also = (of_district > 0) & (of_district < number) & ~few
        few |= also & (np.where(also, of_district, 0).sum(axis=0) < number)
    counts = ~few[np.searchsorted(names, district)]
    left_out = tuple(tuple(names[column].tolist()) for column in few.T)
    return Cells(values, unknown * counts, throughout * counts, left_out, threshold)
