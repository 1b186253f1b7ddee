"""Attendance without visits: a probability of attending for each student and month.

On the logit scale a student's months are: the district's level that month, a lasting
left-skewed inclination, a shock that lasts a school year, a passing shock, and the grade.
The level is solved for, so that the district's official rate comes out as published.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from reporting.demonstration.population import Population

Floats = npt.NDArray[np.float64]

_MONTHS_A_YEAR = 10
_LASTING_SPREAD, _LASTING_TAIL = 0.45, 0.75
_YEAR_SPREAD, _PASSING_SPREAD, _PASSING_MEMORY = 0.35, 0.55, 0.6

# Attendance is lowest in pre-kindergarten and high school.
_GRADE_SHIFT = np.array([-0.5, -0.2, 0.1, *[0.2] * 5, 0.1, 0.0, -0.1, -0.3, -0.3, -0.3])

_REFERENCE_STUDENTS = 40_000


def shocks(population: Population, months: int, rng: np.random.Generator) -> Floats:
    """Each student's distance from the district's level, logit scale, students x months."""
    students = len(population)
    grade_shift = _GRADE_SHIFT[population.grade[:, np.arange(months) // _MONTHS_A_YEAR]]
    distance: Floats = _distance(students, months, rng) + grade_shift
    return distance


def _distance(students: int, months: int, rng: np.random.Generator) -> Floats:
    lasting = rng.normal(0, _LASTING_SPREAD, students) - rng.exponential(_LASTING_TAIL, students)
    of_year = rng.normal(0, _YEAR_SPREAD, (students, months // _MONTHS_A_YEAR))
    distance = lasting[:, None] + np.repeat(of_year, _MONTHS_A_YEAR, axis=1)
    passing = rng.normal(0, _PASSING_SPREAD, students)
    fresh = _PASSING_SPREAD * np.sqrt(1 - _PASSING_MEMORY**2)
    for month in range(months):
        distance[:, month] += passing
        passing = _PASSING_MEMORY * passing + rng.normal(0, fresh, students)
    return distance


class Levels:
    """The level that makes the mean attendance of a large population a given rate."""

    def __init__(self, rng: np.random.Generator) -> None:
        reference = _distance(_REFERENCE_STUDENTS, _MONTHS_A_YEAR, rng)[:, -1]
        reference += rng.choice(_GRADE_SHIFT, _REFERENCE_STUDENTS)
        self._levels = np.linspace(-2, 9, 111)
        self._rates = np.array([probability(level + reference).mean() for level in self._levels])

    def of(self, rate: Floats) -> Floats:
        """Levels, logit scale, in the shape of ``rate`` (0..1)."""
        return np.interp(rate, self._rates, self._levels)


def probability(logit: Floats) -> Floats:
    """Logistic function."""
    return 1 / (1 + np.exp(-logit))
