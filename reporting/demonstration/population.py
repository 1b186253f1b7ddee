"""Who goes to school where and when: seats that students take one after another.

A district has as many seats as students. A seat's grade goes up every year; after grade 12,
after a summer departure or a mid-year departure another student takes it. So enrolment stays
level while students come, go and graduate. Some who leave in mid-year turn up in another
district in the same month; their seat stays empty, because as many move in from elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from reporting.demonstration.setting import Setting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_GRADES = 14  # PK, K, 1 to 12
_MONTHS_A_YEAR = 10
_LEAVES_MID_YEAR, _LEAVES_IN_SUMMER, _MOVES_WITHIN = 0.05, 0.03, 0.35


@dataclass(frozen=True)
class Population:
    """Students of one district, one row each; months count from 0.

    ``grade`` is students x years, 0 for PK to 13 for grade 12, valid in the years attended.
    ``first``/``last`` are the first and last month in this district; ``share_first`` and
    ``share_last`` the share of those months enrolled. Movers have ``moved_to`` (district index,
    else -1): enrolled there from month ``last`` (the rest of it) to the end.
    """

    seat: Ints
    grade: Ints
    first: Ints
    last: Ints
    share_first: Floats
    share_last: Floats
    moved_to: Ints

    def __len__(self) -> int:
        return len(self.seat)

    def only(self, rows: npt.NDArray[np.bool_]) -> Population:
        """The students of the rows that are true."""
        return Population(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def populate(setting: Setting, district: int, rng: np.random.Generator) -> Population:
    """The students who ever had a seat in a district."""
    seats, months = setting.enrolment[district], len(setting.months)
    years = months // _MONTHS_A_YEAR
    grade_at_start = rng.integers(0, _GRADES, seats)
    starts_new, share = _changes(grade_at_start, years, rng)
    seat, first = np.nonzero(starts_new)
    following = np.append(first[1:], 0)
    last = np.where(np.append(seat[1:], -1) == seat, following - 1, months - 1)
    grade = (grade_at_start[:, None] + np.arange(years)) % _GRADES
    mid_year_exit = (last < months - 1) & ((last + 1) % _MONTHS_A_YEAR != 0)
    moves = mid_year_exit & (rng.random(len(seat)) < _MOVES_WITHIN) & (len(setting.codes) > 1)
    everyone = Population(
        seat=seat,
        grade=grade[seat],
        first=first,
        last=last,
        share_first=np.where(first % _MONTHS_A_YEAR != 0, share[seat, first], 1.0),
        share_last=np.where(mid_year_exit, 1 - share[seat, np.minimum(last + 1, months - 1)], 1.0),
        moved_to=np.where(moves, _destinations(setting, district, len(seat), rng), -1),
    )
    empty_seat = np.append(False, moves[:-1])
    return everyone.only(~empty_seat)


def _destinations(setting: Setting, district: int, count: int, rng: np.random.Generator) -> Ints:
    """Other districts, by size, so that as many move in as out."""
    size = np.array(setting.enrolment, dtype=float)
    if len(size) == 1:
        return np.full(count, -1)
    size[district] = 0
    return rng.choice(len(size), count, p=size / size.sum())


def _changes(
    grade_at_start: Ints, years: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Seats x months: does another student start, and with what share of the month?"""
    seats = len(grade_at_start)
    starts_new = np.zeros((seats, years * _MONTHS_A_YEAR), dtype=bool)
    starts_new[:, 0] = True
    for year in range(years):
        september = year * _MONTHS_A_YEAR
        graduated = (grade_at_start + year) % _GRADES == 0
        starts_new[:, september] |= graduated | (rng.random(seats) < _LEAVES_IN_SUMMER)
        leaver = np.flatnonzero(rng.random(seats) < _LEAVES_MID_YEAR)
        month = rng.integers(2, _MONTHS_A_YEAR - 1, len(leaver))
        starts_new[leaver, september + month] = True
    return starts_new, rng.uniform(0.2, 0.9, starts_new.shape)


def enrolled_share(population: Population, months: int) -> tuple[Floats, Floats]:
    """Share of each month enrolled, students x months: in this district, and where they moved."""
    month = np.arange(months)
    first, last = population.first[:, None], population.last[:, None]
    here = ((month >= first) & (month <= last)).astype(float)
    rows = np.arange(len(population))
    here[rows, population.first] *= population.share_first
    here[rows, population.last] *= population.share_last
    moved = population.moved_to[:, None] >= 0
    there = (moved & (month > last)).astype(float)
    there[rows, population.last] = np.where(
        population.moved_to >= 0, 1 - population.share_last, 0.0
    )
    # A mover's schooling ends with grade 12.
    grade = population.grade[:, month // _MONTHS_A_YEAR]
    left_at = population.grade[rows, population.last // _MONTHS_A_YEAR]
    there[grade < left_at[:, None]] = 0.0
    return here, there
