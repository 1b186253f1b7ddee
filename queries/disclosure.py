"""Small numbers: what a viewer may see of a count and of a rate, decided in one place.

Rule 1: a figure over fewer students than the viewer's threshold is not shown.
Rule 2: a count is exact for a one-way total (one district, one cohort) and otherwise
rounded to the nearest 5 and marked "about", so that two overlapping selections cannot
be subtracted to reveal a student. By a student group it is always rounded: who was visited
since the last load may be known, and their group is not to be told by what was added.
Rule 3: a figure is also withheld where its filters cut all students into parts of which one
has fewer than the threshold (``queries.parts``): differences would tell of them.
Rule 4: rates are shown to 0.1 of a point; those of fewer than 200 students end at 5 and
95 %, beyond which a mean tells of every single student in it.
Rule 5: parts of a stacked bar that rule 1 hides are told together with others (``queries.stacks``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from queries.filters import Filters
from queries.schema import STUDENT_GROUPS
from queries.viewer import Viewer

ROUNDED_TO = 5
RATE_DECIMALS = 3  # of a rate from 0 to 1: a tenth of a point
LOWEST_TOLD, HIGHEST_TOLD = 0.05, 0.95

# An engine adds up in any order: a mean between two tenths must not go up now and down then.
_LAST_DIGITS = 1e-12

# A rate of 99.95 % of so many students leaves each of them anything above 90 %.
TOLD_EXACTLY_FROM = 200

Students = TypeVar("Students", int, "pd.Series[int]")


@dataclass(frozen=True)
class Count:
    """Students as a viewer may see them: None where fewer than the threshold."""

    students: int | None
    about: bool


def is_one_way(filters: Filters, *further: str | None) -> bool:
    """Whether students are counted by one dimension at most, and by no student group.

    ``further`` names other dimensions the figure is broken down by (None: not at all).
    """
    dimensions = set(filters.chosen()) | {name for name in further if name is not None}
    return len(dimensions) <= 1 and dimensions.isdisjoint(STUDENT_GROUPS)


def disclosed_count(students: int, viewer: Viewer, *, exact: bool) -> Count:
    """A count of students as the viewer may see it."""
    if students < viewer.threshold:
        return Count(None, about=not exact)
    return Count(students if exact else rounded(students), about=not exact)


def disclosed(
    frame: pd.DataFrame,
    viewer: Viewer,
    rates: Sequence[str],
    *,
    exact: bool,
    figures: Sequence[str] = (),
    counts: Sequence[str] = (),
) -> pd.DataFrame:
    """Withhold what is over too few students or would tell of too few, round the rest.

    ``frame`` has integer columns ``students`` and, where figures stand in it, ``smallest_part``
    (students in the smallest part that the filters cut all students into); ``rates`` (0..1),
    other ``figures`` and ``counts`` (rounded like students) are its columns. It comes back
    without ``smallest_part``, with the figures missing where withheld, ``students`` as nullable
    integers, and the columns ``about``, ``withheld`` and ``beyond`` (bool; the first of the rates
    lies beyond what is told exactly).
    """
    withheld = frame["students"] < viewer.threshold
    if "smallest_part" in frame:
        withheld |= frame["smallest_part"] < viewer.threshold
    students = frame["students"].astype("Int64")
    few = frame["students"] < TOLD_EXACTLY_FROM
    if not exact:
        students = rounded(students)
    shown = frame.drop(columns="smallest_part", errors="ignore").assign(
        students=students.mask(withheld), about=not exact, withheld=withheld, beyond=False
    )
    for name in rates:
        rate = shown[name].astype(float)
        told = rate.mask(few, rate.clip(LOWEST_TOLD, HIGHEST_TOLD))
        if name == rates[0]:
            shown["beyond"] = ~withheld & (told != rate) & rate.notna()
        shown[name] = (told + _LAST_DIGITS).round(RATE_DECIMALS).mask(withheld)
    for name in counts:
        further = frame[name].astype("Int64")
        shown[name] = (further if exact else rounded(further)).mask(withheld)
    if figures:
        shown[list(figures)] = shown[list(figures)].mask(withheld)
    return shown


def rounded(students: Students) -> Students:
    """Students to the nearest ROUNDED_TO."""
    return (students + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO
