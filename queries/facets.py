"""How many served students each filter option would leave."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed, is_one_way
from queries.filters import DIMENSIONS, Filters
from queries.schema import GRADE_BANDS, served_student
from queries.served import in_selection, split_column
from queries.values import known_values
from queries.viewer import Viewer


def option_counts(data: Snapshot, viewer: Viewer, filters: Filters) -> pd.DataFrame:
    """Served students left by each option, with the other dimensions' filters applied.

    Columns: dimension, value, label, students (Int64, missing where withheld), about (bool),
    withheld (bool). One row per known value, in the order shown within its dimension; options
    that leave nobody are withheld like those that leave few.
    """
    known = known_values(data)
    frames: dict[bool, list[pd.DataFrame]] = {True: [], False: []}
    for dimension in DIMENSIONS:
        others = replace(filters, **{dimension: ()})
        labels = known.labels(dimension)
        counts = _counts(data, dimension, others)
        frame = pd.DataFrame(
            {
                "dimension": dimension,
                "value": list(labels),
                "label": list(labels.values()),
                "students": [counts.get(value, 0) for value in labels],
            }
        )
        frames[is_one_way(others, dimension)].append(frame)
    told = [
        disclosed(pd.concat(parts, ignore_index=True), viewer, (), exact=exact)
        for exact, parts in frames.items()
        if parts
    ]
    return pd.concat(told, ignore_index=True)


def _counts(data: Snapshot, dimension: str, filters: Filters) -> dict[str, int]:
    column = split_column(dimension)
    statement = (
        sa.select(column, sa.func.count()).where(*in_selection(filters)).group_by(column)
    ).select_from(served_student)
    counts: dict[str, int] = {row[0]: row[1] for row in data.connection.execute(statement)}
    if dimension == "grade":
        counts |= {
            band: sum(counts.get(grade, 0) for grade in grades)
            for band, grades in GRADE_BANDS.items()
        }
    return counts
