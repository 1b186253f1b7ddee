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

    tenths_from: int = 200
    share_tenths_from: int = 2_000
    lowest_rate: float = 0.01
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
        if beyond:
            return (told - _LAST_DIGITS, 1.0) if beyond == _ABOVE else (0.0, told + _LAST_DIGITS)
        margin = _unit(students, self.tenths_from) / 2 + _LAST_DIGITS
        return (
            max(told - margin, self.lowest_rate - _LAST_DIGITS),
            min(told + margin, 1 - self.lowest_rate + _LAST_DIGITS),
        )

    def share(self, told: float, beyond: str, students: int) -> Ends | None:
        """The ends of how many of so many students a share is of."""
        if math.isnan(told):
            return None
        highest = students + self.rounded_to
        fitting = [
            count
            for count in range(0, highest + 1, self.rounded_to)
            if self._says(count, students, told, beyond)
        ]
        if not fitting:
            raise MisreadError(f"no count of {students} students is told as {told} {beyond}")
        margin = self.noise + self.rounded_to // 2
        # All above count rounds to is told like the highest.
        top = math.inf if fitting[-1] + self.rounded_to > highest else fitting[-1] + margin
        return max(0, fitting[0] - margin), min(students, top)

    def _says(self, count: int, students: int, told: float, beyond: str) -> bool:
        unit = _unit(students, self.share_tenths_from)
        share = math.floor(min(1.0, count / students) / unit + 0.5 + _LAST_DIGITS) * unit
        bound = next(bound for most, bound in self.share_bounds if students <= most)
        side = _ABOVE if share >= 1 - bound else _BELOW if share <= bound else ""
        within = min(max(share, bound), 1 - bound)
        return side == beyond and abs(within - told) < unit / 10

    def count(self, told: float, *, about: bool) -> Ends:
        """The ends of a count of students, whole or rounded; noise is not in it."""
        half = self.rounded_to // 2 if about else 0
        return told - half, told + half


def _unit(students: int, tenths_from: int) -> float:
    return 0.01 if students < tenths_from else 0.001
