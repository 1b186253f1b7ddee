"""Rule 4: precision follows size.

Two means to a whole point over n and n + 1 students leave the rate of the one who makes the
difference anything within 2 n + 1 points; to a tenth, from 200 students on, within 40.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

TENTHS_FROM = 200  # students
POINT, TENTH = 0.01, 0.001

# Beyond these a mean tells of every single student in it: 99 % of ten leave each 90 % and more.
_BOUND, _BOUND_OF_VERY_FEW, _VERY_FEW = 0.01, 0.02, 10

# An engine adds up in any order: a mean between two units must not go up now and down then.
_LAST_DIGITS = 1e-9

ABOVE, BELOW = "above", "below"


def unit(students: pd.Series[int]) -> pd.Series[float]:
    """What a rate (0..1) over so many students is a multiple of."""
    return pd.Series(np.where(students < TENTHS_FROM, POINT, TENTH), students.index)


def to_unit(values: pd.Series[float], students: pd.Series[int]) -> pd.Series[float]:
    """Rates, differences and ends of ranges to their unit, halves away from zero."""
    per_one = 1 / unit(students)
    whole = (values.abs() * per_one + 0.5 + _LAST_DIGITS) // 1
    return (whole.where(values >= 0, -whole) / per_one).where(values.notna()) + 0.0


def bounds(students: pd.Series[int]) -> tuple[pd.Series[float], pd.Series[float]]:
    """The lowest and the highest rate that is told over so many students."""
    lowest = pd.Series(np.where(students < _VERY_FEW, _BOUND_OF_VERY_FEW, _BOUND), students.index)
    return lowest, 1 - lowest


def told_rate(rates: pd.Series[float], students: pd.Series[int]) -> pd.Series[float]:
    """Mean rates (0..1) over so many students as they may be told."""
    lowest, highest = bounds(students)
    return to_unit(rates.astype(float), students).clip(lowest, highest)


def beyond(rates: pd.Series[float], students: pd.Series[int]) -> pd.Series[str]:
    """``above`` or ``below`` where the rate lies beyond what is told, empty elsewhere."""
    lowest, highest = bounds(students)
    return _words(rates > highest, rates < lowest, students.index)


def _words(above: pd.Series[bool], below: pd.Series[bool], index: pd.Index) -> pd.Series[str]:
    return pd.Series(np.select([above, below], [ABOVE, BELOW], default=""), index, dtype=str)
