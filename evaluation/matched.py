"""The effect of the first visit against similar students not visited yet.

Every visit month is a stack: the visited, and those not yet visited with the same recent
attendance. The comparison at month e are the students of the stratum still unvisited by then,
weighted up by the chance of staying unvisited, because those who do are the ones doing better.
What is left of the differences in history, and what sets one district apart from the others in
the same month, is taken off by regression within strata.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.histories import (
    EARLIER_MONTHS_CUTS,
    HISTORY,
    LAST_MONTH_CUTS,
    Records,
    earlier_months_bin,
    histories,
    last_month_bin,
    unvisited_log_odds,
)
from evaluation.inference import Estimates, Floats, Ints, standard_errors, summed_by

Flags = npt.NDArray[np.bool_]
Kept = npt.NDArray[np.floating]  # single precision will do to keep rows; fits count in double

# Months shown, and the two that the matching never used, to check it by.
EFFECT_MONTHS = tuple(range(-9, 13))
HELD_OUT_MONTHS = (-15, -12)

# Months that agree by construction: the matching makes them so.
MATCHED_MONTHS = (-3, -2, -1)

MOST_WEIGHT = 20.0
_MOST_STACKS = 10_000
_SINGULAR = 1e-10
_FEWEST_COMPARED, _COMPARED_PER_VISITED = 60, 10


class NoComparisonError(ValueError):
    """There is nobody to compare, or no past to compare by."""


@dataclass(frozen=True)
class Stacks:
    """Rows prepared for any number of fits: a student in a visit month's comparison.

    ``outcome`` and ``weight`` are rows x ``event`` (nan where there is none); ``history`` rows x
    HISTORY. ``student`` and ``school`` are codes; visited rows come with ``visited`` true.
    ``district`` is the one in the last month before; ``place`` numbers the comparison rows of a
    stratum in the order of a fixed shuffle.
    """

    event: Ints
    student: Ints
    school: Ints
    district: Ints
    visited: Flags
    stratum: Ints
    place: Ints
    history: Kept
    outcome: Kept
    weight: Kept

    def column(self, event: int) -> int:
        """Index of an event month."""
        return int(np.flatnonzero(self.event == event)[0])


@dataclass(frozen=True)
class Fit:
    """Effects by event month, with who they rest on.

    ``estimates`` in rates (0.04 is 4 points); ``visited_rate`` and ``comparison_rate`` are the
    two lines whose gap the effect is; ``students`` visited students behind each month;
    ``comparison_size`` the effective number of comparison rows; ``share_matched`` of the
    visited with an outcome. ``expected`` is each visited student's own comparison, visited rows
    in the order of the stacks x events, nan where there is none.
    """

    estimates: Estimates
    visited_rate: Floats
    comparison_rate: Floats
    students: Ints
    comparison_size: Floats
    share_matched: Floats
    expected: Floats


def prepare(
    records: Records,
    event_months: Sequence[int] = (*HELD_OUT_MONTHS, *EFFECT_MONTHS),
    *,
    by_history: bool = True,
) -> Stacks:
    """Stack every visit month's visited and comparison students.

    With ``by_history`` strata are visit month x band x recent attendance, and comparison rows
    are weighted by the chance of staying unvisited; without, visit month x band, unweighted.
    """
    stay = unvisited_log_odds(records) if by_history else np.zeros(records.rate.shape)
    times = np.unique(records.visited_at[np.isfinite(records.visited_at)])
    stacks = [
        stack
        for number, time in enumerate(times)
        if (stack := _stack(records, float(time), event_months, stay, number, by_history))
    ]
    if not stacks:
        raise NoComparisonError("no visit month has three school months of attendance before it")
    parts = [np.concatenate(part) for part in zip(*stacks, strict=True)]
    student, district, visited, stratum, place, history, outcome, weight = parts
    return Stacks(
        np.array(event_months),
        student,
        records.school[student],
        district,
        visited.astype(bool),
        np.unique(stratum, return_inverse=True)[1],
        place,
        history,
        outcome,
        weight,
    )


def select(stacks: Stacks, chosen: Flags) -> Stacks:
    """The stacks of some of the visited rows alone, with as many to compare as they need.

    ``chosen`` flags rows; those of them that are visited stay, with the comparison rows of
    their strata up to the cap.
    """
    visited = stacks.visited & chosen
    strata = int(stacks.stratum.max()) + 1
    people = np.bincount(stacks.stratum[visited], None, strata)
    cap = np.where(people > 0, _cap(people), 0)
    kept = visited | (~stacks.visited & (stacks.place < cap[stacks.stratum]))
    return Stacks(
        stacks.event,
        *(
            getattr(stacks, name)[kept]
            for name in (
                "student",
                "school",
                "district",
                "visited",
                "stratum",
                "place",
                "history",
                "outcome",
                "weight",
            )
        ),
    )


def _cap(visited: Ints) -> Ints:
    return np.asarray(np.maximum(_FEWEST_COMPARED, _COMPARED_PER_VISITED * visited))


def _stack(
    records: Records,
    time: float,
    event_months: Sequence[int],
    stay: Floats,
    number: int,
    by_history: bool,
) -> tuple[npt.NDArray[np.generic], ...] | None:
    in_school = time == np.floor(time)
    last = int(time) - 1 if in_school else int(np.floor(time))
    if last < 2:
        return None
    has_past = ~np.isnan(records.rate[:, last - 2 : last + 1]).any(axis=1)
    rows = np.flatnonzero(has_past & (records.visited_at >= time))
    history = histories(records, last)[rows]
    visited = records.visited_at[rows] == time
    if not visited.any():
        return None
    stratum = _strata(history, records.band[rows, last], number, by_history)
    kept, place = _kept(stratum, visited, records.order[rows])
    rows, history, visited, stratum = rows[kept], history[kept], visited[kept], stratum[kept]
    outcome = np.full((len(rows), len(event_months)), np.nan)
    weight = np.ones_like(outcome)
    for column, event in enumerate(event_months):
        month = _month(event, last, in_school)
        if month is None or not 0 <= month < records.rate.shape[1]:
            continue
        values = records.rate[rows, month]
        unvisited = records.visited_at[rows] > max(month, time)
        outcome[:, column] = np.where(visited | unvisited, values, np.nan)
        if event >= 0:
            # Only the months after the visit's own choose among the comparison students.
            weight[:, column] = np.exp(stay[rows, month] - stay[rows, int(np.floor(time))])
    weight[visited] = 1.0
    district = records.district[rows, last].astype(np.int64)
    weight = np.minimum(weight, MOST_WEIGHT)
    return rows, district, visited, stratum, place, history, outcome, weight


def _month(event: int, last: int, in_school: bool) -> int | None:
    """School month of an event month; a visit between school months has no month 0."""
    if event < 0:
        return last + 1 + event
    if in_school:
        return last + 1 + event
    return last + event if event > 0 else None


def _strata(history: Floats, band: npt.NDArray[np.integer], number: int, by_history: bool) -> Ints:
    code = band.astype(np.int64)
    if by_history:
        code = code * (len(LAST_MONTH_CUTS) + 1) + last_month_bin(history[:, 0])
        earlier = earlier_months_bin(history[:, 1:3].mean(axis=1))
        code = code * (len(EARLIER_MONTHS_CUTS) + 1) + earlier
    return np.asarray(code * _MOST_STACKS + number)


def _kept(stratum: Ints, visited: Flags, order: Ints) -> tuple[Ints, Ints]:
    """Rows of strata with a visited student, comparison rows up to the cap, and their places."""
    codes, stratum = np.unique(stratum, return_inverse=True)
    people = np.bincount(stratum, visited, len(codes))
    sorting = np.lexsort((order, visited, stratum))
    starts = np.searchsorted(stratum[sorting], np.arange(len(codes)))
    place = np.empty(len(sorting), dtype=np.int64)
    place[sorting] = np.arange(len(sorting)) - starts[stratum[sorting]]
    kept = (visited | (place < _cap(people)[stratum])) & (people[stratum] > 0)
    return np.flatnonzero(kept), place[kept]


def fit(stacks: Stacks, event_months: Sequence[int], adjust_for: Sequence[str] = HISTORY) -> Fit:
    """Effects at the given event months.

    ``adjust_for`` names the histories whose remaining differences are taken off.
    """
    at = [stacks.column(event) for event in event_months]
    outcomes, weights = stacks.outcome[:, at], stacks.weight[:, at]
    return fit_outcomes(stacks, np.array(event_months), outcomes, weights, adjust_for)


def fit_outcomes(
    stacks: Stacks, event: Ints, outcomes: Kept, weights: Kept, adjust_for: Sequence[str]
) -> Fit:
    """The same for any outcome of the stacks' rows, one column an event month."""
    covariates = stacks.history[:, [HISTORY.index(name) for name in adjust_for]].astype(float)
    months = [
        _one_month(
            stacks,
            outcomes[:, column].astype(float),
            weights[:, column].astype(float),
            covariates,
        )
        for column in range(len(event))
    ]
    influence = np.column_stack([month.influence for month in months])
    by_student = summed_by(np.unique(stacks.student, return_inverse=True)[1], influence)
    by_school = summed_by(np.unique(stacks.school, return_inverse=True)[1], influence)
    error = np.maximum(standard_errors(by_student), standard_errors(by_school))
    effect = np.array([month.effect for month in months])
    own = np.array([month.visited_rate for month in months])
    return Fit(
        Estimates(event, effect, error, by_student),
        own,
        own - effect,
        np.array([month.students for month in months]),
        np.array([month.comparison_size for month in months]),
        np.array([month.share_matched for month in months]),
        np.column_stack([month.expected for month in months])[stacks.visited],
    )


@dataclass(frozen=True)
class _Month:
    effect: float
    visited_rate: float
    students: int
    comparison_size: float
    share_matched: float
    influence: Floats
    expected: Floats


def _one_month(stacks: Stacks, outcome: Floats, weight: Floats, covariates: Floats) -> _Month:
    strata = int(stacks.stratum.max()) + 1
    known = ~np.isnan(outcome)
    visited, compared = known & stacks.visited, known & ~stacks.visited
    wanted = int(visited.sum())
    people = np.bincount(stacks.stratum[visited], None, strata)
    total = np.bincount(stacks.stratum[compared], weight[compared], strata)
    filled = ((people > 0) & (total > 0))[stacks.stratum]
    visited, compared = visited & filled, compared & filled
    if not visited.any():
        nothing = np.full(len(outcome), np.nan)
        return _Month(np.nan, np.nan, 0, 0.0, 0.0, np.zeros(len(outcome)), nothing)
    own, other = stacks.stratum[visited], stacks.stratum[compared]
    # Each stratum's comparison counts as much as its visited students.
    share = weight[compared] * (people / np.maximum(total, 1e-12))[other]

    def means(values: Floats) -> Floats:
        return np.bincount(other, share * values, strata) / np.maximum(people, 1)

    rate = means(outcome[compared])
    level = np.empty((strata, covariates.shape[1]))
    for column, values in enumerate(covariates[compared].T):
        level[:, column] = means(values)
    district = stacks.district
    mix = _district_mix(other, district[compared], share, people, int(district.max()) + 1)
    around = _Gaps(covariates[compared] - level[other], district[compared], other, mix)
    gap = _Gaps(covariates[visited] - level[own], district[visited], own, mix)
    distance = outcome[compared] - rate[other]
    inverse = np.linalg.pinv(around.products(share), rcond=_SINGULAR, hermitian=True)
    slope = inverse @ around.total(share * distance)
    difference = outcome[visited] - rate[own] - gap.times(slope)
    effect = difference.mean()
    leverage = around.times(inverse @ gap.total(np.ones(len(own))))
    influence = np.zeros(len(outcome))
    influence[visited] = (difference - effect) / len(own)
    influence[compared] = -share * (distance - around.times(slope)) * (1 + leverage) / len(own)
    expected = np.full(len(outcome), np.nan)
    expected[visited] = outcome[visited] - difference
    return _Month(
        float(effect),
        float(outcome[visited].mean()),
        len(own),
        float(share.sum() ** 2 / np.sum(share**2)),
        len(own) / wanted,
        influence,
        expected,
    )


def _district_mix(
    stratum: Ints, district: Ints, share: Floats, people: Ints, districts: int
) -> Floats:
    """Share of each district in a stratum's comparison, strata x districts."""
    cells = np.bincount(stratum * districts + district, share, len(people) * districts)
    return cells.reshape(len(people), districts) / np.maximum(people, 1)[:, None]


@dataclass(frozen=True)
class _Gaps:
    """Rows' distances from their stratum's comparison: in covariates, and in districts.

    A district is an indicator less its share in the stratum (``mix``, strata x districts).
    Those columns follow the covariates' ``values`` and are never written out: they are
    sums by district.
    """

    values: Floats
    district: Ints
    stratum: Ints
    mix: Floats

    def times(self, slope: Floats) -> Floats:
        """Each row's distances times a slope per column."""
        of_values, of_district = np.split(slope, [self.values.shape[1]])
        by_district = of_district[self.district] - (self.mix @ of_district)[self.stratum]
        return np.asarray(self.values @ of_values + by_district)

    def total(self, weight: Floats) -> Floats:
        """Weighted sum of the rows, one figure a column."""
        strata, districts = self.mix.shape
        here = np.bincount(self.district, weight, districts)
        expected = np.bincount(self.stratum, weight, strata) @ self.mix
        return np.append(weight @ self.values, here - expected)

    def products(self, weight: Floats) -> Floats:
        """Weighted sums of the products of all columns, for rows that are their own comparison."""
        strata, districts = self.mix.shape
        count = self.values.shape[1]
        crossed = np.empty((count, count + districts))
        for column, values in enumerate(self.values.T):
            crossed[column] = self.total(weight * values)
        rows = np.bincount(self.stratum, weight, strata)[:, None]
        here = np.diag(np.bincount(self.district, weight, districts))
        by_district = here - self.mix.T @ (rows * self.mix)
        return np.block([[crossed], [crossed[:, count:].T, by_district]])
