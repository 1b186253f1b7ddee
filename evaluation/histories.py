"""Students' attendance before a visit month: what the matching looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.inference import Floats, Ints

# Cuts of the strata: the month before, and the mean of the two months before that.
LAST_MONTH_CUTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
EARLIER_MONTHS_CUTS = (0.5, 0.65, 0.75, 0.85, 0.92)

# Histories: rates 1, 2, 3 months before, months -4..-9, and the year before (-10..-19).
HISTORY = ("L1", "L2", "L3", "LR", "PY")

# Cuts of the chance of a first visit. Finer than the strata: within a wide bin those visited
# later are the lowest, and the comparison would drift upward with every month.
VISIT_CHANCE_CUTS = tuple(np.arange(5, 100, 5) / 100)

_RECENT, _RECENT_DAYS = (4, 9), 30
_YEAR_BEFORE, _YEAR_BEFORE_DAYS = (10, 19), 60


@dataclass(frozen=True)
class Records:
    """Every student's school months.

    ``rate`` (0..1, nan where not enrolled) and ``days`` (enrolled, 0 where not) are students x
    school months; ``band`` the grade band's code in each month. ``visited_at`` is the index of
    the month of the first visit, half a month before the next one for a visit between school
    months, infinite for those never visited. ``district`` is its code in each month, ``school``
    a code of the student; ``order`` any fixed shuffle of the students, by which comparison
    students are chosen where there are more than needed.
    """

    rate: Floats
    days: npt.NDArray[np.floating]
    band: npt.NDArray[np.integer]
    visited_at: Floats
    district: npt.NDArray[np.integer]
    school: Ints
    order: Ints


def histories(records: Records, last: int) -> Floats:
    """Students x 5 (HISTORY), seen from month ``last``, the last full month before the visit.

    Too few days in months -4..-9 fall back on the mean of the last three months, too few in
    the year before on months -4..-9.
    """
    recent_three = records.rate[:, [last, last - 1, last - 2]]
    recent, recent_days = _pooled(records, last, _RECENT)
    year_before, year_days = _pooled(records, last, _YEAR_BEFORE)
    recent = np.where(recent_days < _RECENT_DAYS, recent_three.mean(axis=1), recent)
    year_before = np.where(year_days < _YEAR_BEFORE_DAYS, recent, year_before)
    return np.column_stack([recent_three, recent, year_before])


def _pooled(records: Records, last: int, months: tuple[int, int]) -> tuple[Floats, Floats]:
    """Day-weighted mean rate over event months -months[0]..-months[1], and its days."""
    nearest, farthest = months
    window = slice(max(last + 1 - farthest, 0), max(last + 2 - nearest, 0))
    days = records.days[:, window]
    attended = np.where(days > 0, np.nan_to_num(records.rate[:, window]) * days, 0.0)
    total = days.sum(axis=1)
    return attended.sum(axis=1) / np.maximum(total, 1e-9), total


def last_month_bin(rate: Floats) -> Ints:
    """Bin of the month before, 0 for the lowest."""
    return np.searchsorted(LAST_MONTH_CUTS, rate, side="right")


def earlier_months_bin(rate: Floats) -> Ints:
    """Bin of the mean of the two months before that."""
    return np.searchsorted(EARLIER_MONTHS_CUTS, rate, side="right")


def unvisited_log_odds(records: Records) -> Floats:
    """Minus the logarithm of the chance of being unvisited through each month.

    Students x school months, added up over the months. The chance of a first visit in a month
    is the share visited by month x last month's rate (VISIT_CHANCE_CUTS) x the rate of the
    month before (EARLIER_MONTHS_CUTS) x band, shrunk with 5 pseudo-observations toward the
    share by last month's rate alone.
    """
    students, months = records.rate.shape
    added = np.zeros((students, months))
    for month in range(2, months):
        at_risk = (
            ~np.isnan(records.rate[:, month - 2 : month]).any(axis=1)
            & (records.visited_at > month - 1)
            & (records.days[:, month] > 0)
        )
        visited = (records.visited_at <= month)[at_risk]
        if visited.any():
            share = _share_visited(records, month, at_risk, visited)
            added[at_risk, month] = -np.log1p(-np.minimum(share, 0.9))
    return np.cumsum(added, axis=1)


_PSEUDO_OBSERVATIONS = 5


def _share_visited(
    records: Records, month: int, at_risk: npt.NDArray[np.bool_], visited: npt.NDArray[np.bool_]
) -> Floats:
    last = np.searchsorted(VISIT_CHANCE_CUTS, records.rate[at_risk, month - 1], side="right")
    before = earlier_months_bin(records.rate[at_risk, month - 2])
    bins = len(VISIT_CHANCE_CUTS) + 1
    band = records.band[at_risk, month].astype(np.int64)
    cell = (band * bins + last) * bins + before
    wide_share = np.bincount(last, visited, bins) / np.maximum(np.bincount(last, None, bins), 1)
    cells = int(cell.max()) + 1
    seen, first = np.bincount(cell, None, cells), np.bincount(cell, visited, cells)
    prior = _PSEUDO_OBSERVATIONS * wide_share[last]
    return np.asarray((first[cell] + prior) / (seen[cell] + _PSEUDO_OBSERVATIONS))
