"""What a sum gives away: a total less the numbers told beside it is the number withheld.

So where the rows of a total that are withheld hold too few students together, the smallest row
told is withheld too. None and few are the same here: a row that is withheld may be either, and
what is withheld besides does not depend on which.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd

Lines = Sequence["pd.Series[bool]"]


def lines(frame: pd.DataFrame, by: Sequence[str]) -> Lines:
    """The rows behind each total that somebody may know: of every value of ``by``, and of all."""
    every = pd.Series(True, index=frame.index)
    return [*(frame[name] == value for name in by for value in frame[name].unique()), every]


def guarded(
    students: pd.Series[int], threshold: int, totals: Lines, *, overlapping: bool
) -> pd.Series[int]:
    """The students behind each number, 0 where it is to be withheld.

    ``overlapping``: a student may stand behind several numbers of a total.
    """
    kept = students.where(students >= threshold, 0)
    while (row := _next_withheld(students, kept, threshold, totals, overlapping)) is not None:
        kept = kept.mask(kept.index == row, 0)
    return kept


def _next_withheld(
    students: pd.Series[int],
    kept: pd.Series[int],
    threshold: int,
    totals: Lines,
    overlapping: bool,
) -> Hashable | None:
    """The smallest number told of the first total whose withheld ones hold too few students."""
    for line in totals:
        told, withheld = students[line & (kept > 0)], students[line & (kept == 0)]
        together = withheld.max() if overlapping else withheld.sum()
        if len(told) and len(withheld) and together < threshold:
            return told.idxmin()
    return None
