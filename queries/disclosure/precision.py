"""Rule 4: precision follows size, and rates carry a noise of up to a quarter of their unit.

Where one student joins n others between two loads, a mean that is told a unit U higher, rounded
alone, would say that the student lies above it: of a mean over 90 %, within less than 10 points.
With a noise of up to U/4 that belongs to the set of students, it says so of no more than the mean
less n U/2. And a mean that one student can move by no more than half a unit never moves by two.
Both hold where U is at least 20 points / n: two points from 10 students on, one from 20.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

POINT, TENTH = 0.01, 0.001

# Students up to which a rate is a multiple of so much; of more, of a tenth of a point.
_UNITS = ((9, 5 * POINT), (19, 2 * POINT), (199, POINT))

# Beyond these a mean tells of every single student in it: 99 % of ten leave each 90 % and more.
_BOUND = 0.01

_LARGEST_NOISE = 0.25  # units

# An engine adds up in any order: a mean between two units must not go up now and down then.
_LAST_DIGITS = 1e-9

ABOVE, BELOW = "above", "below"


def to_unit(values: pd.Series[float], students: pd.Series[int]) -> pd.Series[float]:
    """Rates, differences and ends of ranges to their unit, halves away from zero."""
    return pd.Series(_to_unit(np.asarray(values, dtype=np.float64), _unit(students)), values.index)


def _unit(students: pd.Series[int]) -> Values:
    """What a rate (0..1) over so many students is a multiple of."""
    number = students.to_numpy(float)
    sizes = [number <= most for most, _unit in _UNITS]
    return np.select(sizes, [unit for _most, unit in _UNITS], default=TENTH)


def _to_unit(values: Values, units: Values) -> Values:
    per_one = np.round(1 / units)
    whole = np.floor(np.abs(values) * per_one + 0.5 + _LAST_DIGITS)
    return np.copysign(whole, values) / per_one + 0.0


def drawn_shift(key: str) -> float:
    """The noise of a rate in units, -1/4 to 1/4; ``key`` as of ``told_rate``."""
    drawn = int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) / 2**64
    return (2 * drawn - 1) * _LARGEST_NOISE


def told_rate(
    rates: pd.Series[float], students: pd.Series[int], drawn_by: pd.Series[str] | None = None
) -> pd.DataFrame:
    """Mean rates (0..1) over so many students as they may be told.

    Columns ``rate`` and ``beyond`` (``above`` or ``below`` where the rate lies beyond what is told,
    empty elsewhere). ``drawn_by`` names the students that each is the mean of, with a secret of the
    database in it (``queries.disclosure.counts.set_key``): the same students have the same noise,
    so asking again gives nothing. None: rates of everybody enrolled, which have no noise.
    """
    units = _unit(students)
    shift = 0.0 if drawn_by is None else drawn_by.map(drawn_shift).to_numpy(float)
    rounded = _to_unit(np.asarray(rates, dtype=np.float64) + shift * units, units)
    lowest = np.where(units > _BOUND, units, _BOUND)
    above, below = rounded > 1 - lowest + _LAST_DIGITS, rounded < lowest - _LAST_DIGITS
    beyond = np.select([above, below], [ABOVE, BELOW], default="")
    return pd.DataFrame(
        {"rate": np.clip(rounded, lowest, 1 - lowest), "beyond": beyond}, students.index
    )
