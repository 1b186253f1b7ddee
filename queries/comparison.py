"""The rows that effects are fitted to, as the last load prepared them.

Not for pages: nothing here has passed disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from evaluation.histories import HISTORY
from evaluation.matched import NoComparisonError, Stacks
from queries.database import Snapshot
from queries.schema import COMPARISON_MONTHS, comparison_cell, outcome_column, weight_column

_KEPT = np.float32  # half the memory; what is told ends at a tenth of a point


def comparison_rows(data: Snapshot, *, matched: bool) -> Stacks:
    """The rows of the matched design, or of the symmetric one.

    ``student`` is the student's number in this load (``student_numbers``). Raises
    NoComparisonError where the load found nobody to compare.
    """
    columns = data.arrays(_columns(matched=matched))
    rows = len(columns["student"])
    if not rows:
        raise NoComparisonError("this load has no students to compare with")
    weight = np.ones((rows, len(COMPARISON_MONTHS)), dtype=_KEPT)
    for place, month in enumerate(COMPARISON_MONTHS):
        if weight_column(month) in columns:
            weight[:, place] = columns[weight_column(month)]
    return Stacks(
        event=np.array(COMPARISON_MONTHS),
        student=columns["student"].astype(np.int64),
        school=columns["school"].astype(np.int64),
        district=columns["district"].astype(np.int64),
        visited=columns["visited"].astype(bool),
        stratum=columns["stratum"].astype(np.int64),
        place=columns["place"].astype(np.int64),
        history=_side_by_side(columns[name] for name in HISTORY),
        outcome=_side_by_side(columns[outcome_column(month)] for month in COMPARISON_MONTHS),
        weight=weight,
    )


def _columns(*, matched: bool) -> sa.Select[Any]:
    """What is kept of a row; in the symmetric design every row weighs one."""
    cell = comparison_cell.c
    weights = [weight_column(month) for month in COMPARISON_MONTHS if matched and month >= 0]
    names = (*HISTORY, *map(outcome_column, COMPARISON_MONTHS), *weights)
    codes = (cell.student, cell.school, cell.district, cell.visited, cell.stratum, cell.place)
    return sa.select(*codes, *(cell[name] for name in names)).where(cell.matched.is_(matched))


def _side_by_side(columns: Iterable[npt.NDArray[Any]]) -> npt.NDArray[np.float32]:
    return np.column_stack([column.astype(_KEPT) for column in columns])


def student_numbers(data: Snapshot, students: sa.Select[tuple[str]]) -> np.ndarray:
    """Numbers in this load of the students that a select names by ``student_id``."""
    wanted = sa.select(comparison_cell.c.student).where(comparison_cell.c.student_id.in_(students))
    return np.unique(data.arrays(wanted)["student"])
