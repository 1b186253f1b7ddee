"""How many served students each filter option would leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed, group_noise, is_exact
from queries.disclosure.counts import is_by_group
from queries.disclosure.parts import population_cells, smallest_parts
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
    key = ("served cells", known.dimensions)
    cells = once(data.load_id, key, partial(_cells, data, known.dimensions))
    chosen = {name: cells[name].isin(values) for name, values in filters.wanted().items()}
    told = []
    for dimension in known.dimensions:
        others = [inside for name, inside in chosen.items() if name != dimension]
        counts = _counts(cells[np.logical_and.reduce(others)] if others else cells, dimension)
        options = pd.DataFrame(
            [
                (dimension, value, label, counts.get(value, 0))
                for value, label in known.labels(dimension).items()
            ],
            columns=["dimension", "value", "label", "students"],
        )
        told.append(_told(data, viewer, filters, dimension, options))
    return pd.concat(told, ignore_index=True)


def _told(
    data: Snapshot, viewer: Viewer, filters: Filters, dimension: str, options: pd.DataFrame
) -> pd.DataFrame:
    exact = is_exact(replace(filters, **{dimension: ()}), dimension)
    if not is_by_group(filters, dimension):
        return disclosed(options, viewer, (), exact=exact)
    left = [replace(filters, **{dimension: (value,)}) for value in options["value"]]
    everybody = population_cells(data, viewer, "served", [sa.true()])
    parts = [smallest_parts(data, everybody, View(chosen))[EVERYBODY][0] for chosen in left]
    noise = pd.Series([group_noise(data, chosen) for chosen in left], dtype=int)
    return disclosed(options.assign(smallest_part=parts), viewer, (), exact=exact, noise=noise)


def _counts(cells: pd.DataFrame, dimension: str) -> dict[str, int]:
    """Students of the cells by value of a dimension, grade bands among the grades."""
    values = cells[dimension]
    known = values.notna()
    students = np.bincount(values.cat.codes[known], cells["students"][known])
    counts = dict(zip(values.cat.categories, students.astype(int).tolist(), strict=False))
    if dimension == "grade":
        counts |= {
            band: sum(counts.get(grade, 0) for grade in grades)
            for band, grades in GRADE_BANDS.items()
        }
    return counts


def _cells(data: Snapshot, dimensions: Sequence[str]) -> pd.DataFrame:
    """Served students by everything that can be chosen."""
    columns = [split_column(dimension).label(dimension) for dimension in dimensions]
    cells = data.frame(
        sa.select(*columns, sa.func.count().label("students"))
        .select_from(served_student)
        .group_by(*columns)
    )
    return cells.astype(dict.fromkeys(dimensions, "category"))
