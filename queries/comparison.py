"""The rows that effects are fitted to, as the last load prepared them.

Not for pages: nothing here has passed disclosure control.
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa

from evaluation.histories import HISTORY
from evaluation.matched import NoComparisonError, Stacks
from queries.database import Snapshot
from queries.schema import COMPARISON_MONTHS, comparison_cell, outcome_column, weight_column


def comparison_rows(data: Snapshot, *, matched: bool) -> Stacks:
    """The rows of the matched design, or of the symmetric one.

    ``student`` is the student's number in this load (``student_numbers``). Raises
    NoComparisonError where the load found nobody to compare.
    """
    columns = data.arrays(sa.select(comparison_cell).where(comparison_cell.c.matched.is_(matched)))
    rows = len(columns["student"])
    if not rows:
        raise NoComparisonError("this load has no students to compare with")
    weight = np.ones((rows, len(COMPARISON_MONTHS)))
    for place, month in enumerate(COMPARISON_MONTHS):
        if month >= 0:
            weight[:, place] = columns[weight_column(month)]
    return Stacks(
        event=np.array(COMPARISON_MONTHS),
        student=columns["student"].astype(np.int64),
        school=columns["school"].astype(np.int64),
        district=columns["district"].astype(np.int64),
        visited=columns["visited"].astype(bool),
        stratum=columns["stratum"].astype(np.int64),
        place=columns["place"].astype(np.int64),
        history=np.column_stack([columns[name] for name in HISTORY]),
        outcome=np.column_stack([columns[outcome_column(month)] for month in COMPARISON_MONTHS]),
        weight=weight,
    )


def student_numbers(data: Snapshot, students: sa.Select[tuple[str]]) -> np.ndarray:
    """Numbers in this load of the students that a select names by ``student_id``."""
    wanted = sa.select(comparison_cell.c.student).where(comparison_cell.c.student_id.in_(students))
    return np.unique(data.arrays(wanted)["student"])
