"""How many served students each filter option would leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed, is_one_way
from queries.filters import Filters, KnownValues
from queries.memory import once
from queries.schema import GRADE_BANDS, served_student
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
    key = ("option counts", viewer.threshold, filters, known.dimensions)
    return once(data.load_id, key, partial(_option_counts, data, viewer, filters, known))


def _option_counts(
    data: Snapshot, viewer: Viewer, filters: Filters, known: KnownValues
) -> pd.DataFrame:
    key = ("served cells", known.dimensions)
    cells = once(data.load_id, key, partial(_cells, data, known.dimensions))
    frames: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for dimension in known.dimensions:
        others = replace(filters, **{dimension: ()})
        labels = known.labels(dimension)
        counts = _counts(cells, dimension, others)
        frame = pd.DataFrame(
            {
                "dimension": dimension,
                "value": list(labels),
                "label": list(labels.values()),
                "students": counts.reindex(list(labels), fill_value=0).astype(int).to_list(),
            }
        )
        frames[is_one_way(others, dimension)].append(frame)
    told = [
        disclosed(pd.concat(parts, ignore_index=True), viewer, (), exact=exact)
        for exact, parts in frames.items()
        if parts
    ]
    return pd.concat(told, ignore_index=True)


def _counts(cells: pd.DataFrame, dimension: str, filters: Filters) -> pd.Series[int]:
    selected = np.ones(len(cells), dtype=bool)
    for name, values in filters.wanted().items():
        selected &= cells[name].isin(values).to_numpy()
    counts = cells["students"].where(selected, 0).groupby(cells[dimension], observed=False).sum()
    if dimension == "grade":
        bands = {band: int(counts.reindex(grades).sum()) for band, grades in GRADE_BANDS.items()}
        counts = pd.concat([counts, pd.Series(bands, dtype=int)])
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
