"""How many served students each filter option would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed, is_exact
from queries.disclosure.counts import TELLING, Whom, set_key, tells_of_groups, without_groups
from queries.disclosure.knowledge import is_known
from queries.disclosure.parts import counted_parts
from queries.filters import Filters, KnownValues, View
from queries.memory import once
from queries.schema import EVERYBODY, GRADE_BANDS, served_student
from queries.served import split_column
from queries.values import known_values
from queries.viewer import Viewer


def option_counts(data: Snapshot, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Served students left by each option, with the other dimensions' filters applied.

    Columns: dimension, value, label, students (Int64, missing where withheld), about (bool),
    withheld (bool). One row per known value, in the order shown within its dimension; options
    that leave nobody are withheld like those that leave few.
    """
    known = known_values(data)
    key = ("option counts", viewer.sight, filters, known.dimensions)
    return once(data.load_id, key, partial(_option_counts, data, viewer, filters, known))


def _option_counts(
    data: Snapshot, viewer: Viewer, filters: Filters, known: KnownValues
) -> pd.DataFrame:
    key = ("served cells", viewer.known_districts, known.dimensions)
    cells = once(data.load_id, key, partial(_cells, data, viewer, known.dimensions))
    chosen = {name: cells[name].isin(values) for name, values in filters.wanted().items()}
    told = []
    for dimension in known.dimensions:
        others = {name: inside for name, inside in chosen.items() if name != dimension}
        counts = _sums(cells[_all(others, cells)], dimension, "students")
        options = pd.DataFrame(
            [
                (dimension, value, label, counts.get(value, 0))
                for value, label in known.labels(dimension).items()
            ],
            columns=["dimension", "value", "label", "students"],
        )
        whatever = cells[_all({n: i for n, i in others.items() if n not in TELLING}, cells)]
        noise = _noise(viewer, whatever, filters, dimension, options)
        told.append(_told(data, viewer, filters, dimension, options, noise))
    return pd.concat(told, ignore_index=True)


def _all(chosen: Mapping[str, pd.Series[bool]], cells: pd.DataFrame) -> npt.NDArray[np.bool_]:
    inside = np.ones(len(cells), dtype=bool)
    for one in chosen.values():
        inside &= one.to_numpy()
    return inside


def _noise(
    viewer: Viewer,
    whatever: pd.DataFrame,
    filters: Filters,
    dimension: str,
    options: pd.DataFrame,
) -> pd.Series[int] | None:
    """What is added to the number of each option (``queries.disclosure.counts.group_noise``).

    ``whatever`` are the cells that the filters leave, whatever the groups of students.
    """
    if not tells_of_groups(replace(filters, **{dimension: ()}), dimension):
        return None
    left = [replace(filters, **{dimension: (value,)}) for value in options["value"]]
    sums = [_sums(whatever, dimension, name) for name in _OF_WHOM]
    everybody = Whom(*(int(whatever[name].sum()) for name in _OF_WHOM))
    found = []
    for chosen, value, counted in zip(left, options["value"], options["students"], strict=True):
        one = Whom(*(of_value.get(value, 0) for of_value in sums))
        whom = everybody if dimension in TELLING else one
        found.append(whom.noise(int(counted), without_groups(chosen)[1], viewer))
    return pd.Series(found, options.index, dtype=int)


def _told(
    data: Snapshot,
    viewer: Viewer,
    filters: Filters,
    dimension: str,
    options: pd.DataFrame,
    noise: pd.Series[int] | None,
) -> pd.DataFrame:
    exact = is_exact(replace(filters, **{dimension: ()}), dimension)
    left = [replace(filters, **{dimension: (value,)}) for value in options["value"]]
    parts = [counted_parts(data, viewer, View(chosen))[EVERYBODY] for chosen in left]
    return disclosed(options.assign(smallest_part=parts), viewer, (), exact=exact, noise=noise)


def _sums(cells: pd.DataFrame, dimension: str, name: str) -> dict[str, int]:
    """Sums over the cells by value of a dimension, grade bands among the grades."""
    sums = cells.groupby(dimension, observed=True)[name].sum()
    of_value = {str(value): int(number) for value, number in sums.items()}
    if dimension == "grade":
        of_value |= {
            band: sum(of_value.get(grade, 0) for grade in grades)
            for band, grades in GRADE_BANDS.items()
        }
    return of_value


_OF_WHOM = ("noise_key", "students", "unknown")


def _cells(data: Snapshot, viewer: Viewer, dimensions: Sequence[str]) -> pd.DataFrame:
    """Served students by everything that can be chosen, as ``Whom``."""
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    cells = data.frame(
        sa.select(
            *columns,
            set_key(served_student).label("noise_key"),
            sa.func.count().label("students"),
            sa.func.count().filter(~is_known(viewer)).label("unknown"),
        )
        .select_from(served_student)
        .group_by(*columns)
    )
    return cells.astype(dict.fromkeys(dimensions, "category"))
