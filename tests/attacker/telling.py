"""What a figure as told says of the truth: the one place that knows how figures are rounded.

The attacker knows the rules. Where a test switches one off, it says so to the attacker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

Ends = tuple[float, float]

_LAST_DIGITS = 1e-9
_ABOVE, _BELOW = "above", "below"


class MisreadError(AssertionError):
    """An answer does not hold of the true values: the reading is wrong, or the answer is."""


@dataclass(frozen=True)
class Rules:
    """Numbers of the rules: what is told is a multiple of these, and lies within these."""

    units: tuple[tuple[float, float], ...] = (
        (9, 0.05),
        (19, 0.02),
        (199, 0.01),
        (math.inf, 0.001),
    )
    rate_noise: float = 0.25  # units
    share_tenths_from: int = 2_000
    share_rounded_to: int = 5
    share_noise: int = 2
    rounded_to: int = 5
    share_bounds: tuple[tuple[float, float], ...] = (
        (15, 0.5),
        (30, 0.2),
        (60, 0.1),
        (300, 0.05),
        (math.inf, 0.01),
    )
    noise: int = 2

    def mean(self, told: float, beyond: str, students: int) -> Ends | None:
        """The ends of a mean (0..1) told as a rate; None where nothing is told."""
        if math.isnan(told):
            return None
        unit = next(unit for most, unit in self.units if students <= most)
        margin = (0.5 + self.rate_noise) * unit + _LAST_DIGITS
        if beyond:  # it lies a unit further at least
            return (told + unit - margin, 1.0) if beyond == _ABOVE else (0.0, told - unit + margin)
        return told - margin, told + margin

    def share(self, told: float, beyond: str, students: int) -> Ends | None:
        """The ends of how many of so many students a share is of."""
        if math.isnan(told):
            return None
        highest = students + self.share_rounded_to
        fitting = [
            count
            for count in range(0, highest + 1, self.share_rounded_to)
            if self._says(count, students, told, beyond)
        ]
        if not fitting:
            raise MisreadError(f"no count of {students} students is told as {told} {beyond}")
        margin = self.share_noise + self.share_rounded_to // 2
        # All above count rounds to is told like the highest.
        top = math.inf if fitting[-1] + self.share_rounded_to > highest else fitting[-1] + margin
        return max(0, fitting[0] - margin), min(students, top)

    def _says(self, count: int, students: int, told: float, beyond: str) -> bool:
        unit = 0.01 if students < self.share_tenths_from else 0.001
        share = math.floor(min(1.0, count / students) / unit + 0.5 + _LAST_DIGITS) * unit
        bound = next(bound for most, bound in self.share_bounds if students <= most)
        side = _ABOVE if share >= 1 - bound else _BELOW if share <= bound else ""
        within = min(max(share, bound), 1 - bound)
        return side == beyond and abs(within - told) < unit / 10

    def count(self, told: float, *, about: bool) -> Ends:
        """The ends of a count of students, whole or rounded; noise is not in it."""
        half = self.rounded_to // 2 if about else 0
        return told - half, told + half
