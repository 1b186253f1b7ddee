"""What a figure as told says of the truth: the one place that knows how figures are rounded.

Each value is read as coarsely as the rules round it, and as finely as it turns out to be told: so a
rule that is switched off is seen by its values, and every reading holds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

# Shares from 0 to 1: whole points, and tenths of a point.
_STEPS = (0.01, 0.001)
_EXACT = 1e-9
_BEYOND = {"above": 1, "below": -1}

COUNTS_ROUNDED_TO = 5
NOISE = 2

Ends = tuple[float, float]


def mean_ends(told: float, beyond: Any) -> Ends | None:
    """The ends of a mean (0..1) told as a rate; None where nothing is told."""
    if told is None or math.isnan(told):
        return None
    side = _side(told, beyond)
    if side:
        return (told - _EXACT, 1.0) if side > 0 else (0.0, told + _EXACT)
    margin = _half_step(told)
    return max(0.0, told - margin), min(1.0, told + margin)


def count_ends(told: float, beyond: Any, students: int) -> Ends | None:
    """The ends of how many of so many students a share is of."""
    if told is None or math.isnan(told):
        return None
    side = _side(told, beyond)
    if side:
        ends = (told * students, students) if side > 0 else (0, told * students)
        return _widened(ends, COUNTS_ROUNDED_TO // 2, students)
    margin = _half_step(told) * students
    low, high = told * students - margin, told * students + margin
    if _half_step(told) < _STEPS[0] / 2:
        return low, high
    # A whole per cent of a count to the nearest 5: where one fits, the count is that or near.
    fitting = [
        count
        for count in range(0, students + COUNTS_ROUNDED_TO, COUNTS_ROUNDED_TO)
        if low - _EXACT <= min(count, students) <= high + _EXACT
    ]
    if not fitting:
        return low, high
    half = COUNTS_ROUNDED_TO // 2
    return max(0, min(low, fitting[0] - half)), min(students, max(high, fitting[-1] + half))


def rounded_count_ends(told: float, about: bool, noise: int = 0) -> Ends | None:
    """The ends of a count of students, whole or to the nearest 5, with noise where it has any."""
    if told is None or math.isnan(told):
        return None
    margin = noise + (COUNTS_ROUNDED_TO // 2 if about else 0)
    return max(0, told - margin), told + margin


def _side(told: float, beyond: Any) -> int:
    """1: the truth lies above what is told, -1 below, 0: it is what is told."""
    if isinstance(beyond, str):
        return _BEYOND.get(beyond, 0)
    if not beyond:
        return 0
    return 1 if told > 0.5 else -1


def _half_step(told: float) -> float:
    for step in _STEPS:
        if abs(told / step - round(told / step)) < 1e-6:
            return step / 2 + _EXACT
    return _EXACT


def _widened(ends: Ends, by: float, most: float) -> Ends:
    return max(0.0, ends[0] - by), min(most, ends[1] + by)


def beyond_of(row: Mapping[Any, Any], name: str) -> Any:
    """The column that says whether a share lies beyond what is told."""
    return row.get(f"{name}_beyond", "")
