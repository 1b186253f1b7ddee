"""Small numbers: what a viewer may see of a count, decided in one place.

Rule 1: a figure over fewer students than the viewer's threshold is not shown.
Rule 2: a count is exact for a one-way total (one district, one cohort) and otherwise
rounded to the nearest 5 and marked "about", so that two overlapping selections cannot
be subtracted to reveal a student.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from queries.filters import Filters
from queries.viewer import Viewer

ROUNDED_TO = 5

Students = TypeVar("Students", int, "pd.Series[int]")


@dataclass(frozen=True)
class Count:
    """Students as a viewer may see them: None where fewer than the threshold."""

    students: int | None
    about: bool


def is_one_way(filters: Filters, *further: str | None) -> bool:
    """Whether students are counted by one dimension at most.

    ``further`` names other dimensions the figure is broken down by (None: not at all).
    """
    dimensions = set(filters.chosen()) | {name for name in further if name is not None}
    return len(dimensions) <= 1


def disclosed_count(students: int, viewer: Viewer, *, exact: bool) -> Count:
    """A count of students as the viewer may see it."""
    if students < viewer.threshold:
        return Count(None, about=not exact)
    return Count(students if exact else _rounded(students), about=not exact)


def disclosed(
    frame: pd.DataFrame, viewer: Viewer, figures: Sequence[str], *, exact: bool
) -> pd.DataFrame:
    """Withhold the figures of rows over too few students, and round the counts.

    ``frame`` has an integer column ``students``. It comes back with ``figures`` set to
    missing where withheld, ``students`` as nullable integers, and the columns ``about``
    and ``withheld`` (bool).
    """
    withheld = frame["students"] < viewer.threshold
    students = frame["students"].astype("Int64")
    if not exact:
        students = _rounded(students)
    shown = frame.assign(students=students.mask(withheld), about=not exact, withheld=withheld)
    shown[list(figures)] = shown[list(figures)].mask(withheld)
    return shown


def _rounded(students: Students) -> Students:
    return (students + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
