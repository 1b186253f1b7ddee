"""Rule 5: the share of students of whom something is so, as it may be told.

It comes from a count rounded to 5, in whole percents (tenths from 2,000 students on), and ends at
bounds by size, as in the federal files of accountability data: a share of 100 % would tell of
every student in it, and a share of 97 % of nearly every one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from queries.disclosure.counts import rounded
from queries.disclosure.precision import ABOVE, BELOW, POINT, TENTH

TENTHS_FROM = 2_000  # students

# Students up to which a share ends at this bound and its complement.
_BOUNDS = ((15, 0.5), (30, 0.2), (60, 0.1), (300, 0.05))
_BOUND_OF_MANY = 0.01

_LAST_DIGITS = 1e-9


def told_share(counts: pd.Series[int], students: pd.Series[int]) -> pd.DataFrame:
    """The share that ``counts`` are of ``students``, as it may be told.

    Columns ``share`` (0..1, missing of nobody) and ``beyond`` (``above``, ``below`` or empty: the
    share is at the bound told or beyond it).
    """
    share = (rounded(counts) / students.where(students > 0)).clip(0, 1).astype(float)
    unit = pd.Series(np.where(students < TENTHS_FROM, POINT, TENTH), students.index)
    whole = np.floor(share / unit + 0.5 + _LAST_DIGITS) * unit
    bound = _bound(students)
    above = (whole >= 1 - bound) & share.notna()
    below = (whole <= bound) & ~above & share.notna()
    words = np.select([above, below], [ABOVE, BELOW], default="")
    return pd.DataFrame(
        {
            "share": whole.clip(bound, 1 - bound).round(3),
            "beyond": pd.Series(words, students.index, dtype=str),
        }
    )


def _bound(students: pd.Series[int]) -> pd.Series[float]:
    sizes = [students <= most for most, _share in _BOUNDS]
    bounds = [bound for _most, bound in _BOUNDS]
    return pd.Series(np.select(sizes, bounds, default=_BOUND_OF_MANY), students.index)
