"""The rules of response and need, case by case, and the distribution they are held against."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from benchmarks.recovery import World, simulate
from evaluation.histories import unvisited_log_odds
from evaluation.matched import MOST_WEIGHT, prepare
from evaluation.response import (
    FEWEST_SIMILAR,
    QUARTILES,
    Similar,
    direction,
    need,
    response_status,
    similar_students,
)

# A student visited long enough ago, in the middle of the similar ones; changed case by case.
USUAL = {
    "visited": True,
    "left": False,
    "baseline_days": 55.0,
    "months_since": 6,
    "days_since": 110.0,
    "rate_since": 0.74,
    "quartiles": (0.70, 0.75, 0.80),
}
NO_QUARTILES = (np.nan, np.nan, np.nan)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "as expected"),
        ({"rate_since": 0.69}, "below expected"),
        ({"rate_since": 0.70}, "as expected"),
        ({"rate_since": 0.80}, "as expected"),
        ({"rate_since": 0.81}, "above expected"),
        ({"months_since": 2}, "too early"),
        ({"months_since": 3}, "as expected"),
        ({"days_since": 29.0}, "too early"),
        ({"days_since": 30.0}, "as expected"),
        ({"days_since": 0.0, "months_since": 0, "rate_since": np.nan}, "too early"),
        ({"baseline_days": 19.0}, "not enough data"),
        ({"baseline_days": 20.0}, "as expected"),
        ({"quartiles": NO_QUARTILES}, "not enough data"),
        ({"months_since": 2, "quartiles": NO_QUARTILES}, "too early"),
        ({"visited": False}, "attempted only"),
        ({"visited": False, "months_since": 1}, "attempted only"),
        ({"left": True}, "left"),
        ({"left": True, "visited": False}, "left"),
        ({"left": True, "rate_since": 0.1}, "left"),
    ],
)
def test_status(changes: dict, status: str) -> None:
    given = {name: np.array([value]) for name, value in (USUAL | changes).items()}
    assert response_status(**given).tolist() == [status]


@pytest.mark.parametrize(
    ("now", "earlier", "days_unreached", "expected"),
    [
        (0.95, 0.95, 10, "none"),
        (0.91, 0.50, 999, "none"),
        (np.nan, 0.5, 10, "none"),
        (0.90, 0.90, 10, "some"),  # chronic
        (0.90, 0.90, 61, "some"),  # chronic, long unreached
        (0.85, 0.95, 61, "high"),  # chronic, falling, long unreached
        (0.80, 0.80, 10, "some"),  # severe, reached of late
        (0.80, 0.80, 60, "some"),
        (0.80, 0.80, 61, "high"),  # severe, long unreached
        (0.80, 0.90, 10, "high"),  # severe, falling
        (0.80, 0.90, 61, "urgent"),  # all three
        (0.80, 0.90, np.inf, "urgent"),  # never reached
        (0.70, 0.60, 61, "some"),  # severe but rising
        (0.70, np.nan, 61, "high"),  # nothing to see a direction by
    ],
)
def test_need(now: float, earlier: float, days_unreached: float, expected: str) -> None:
    given = (np.array([value]) for value in (now, earlier, float(days_unreached)))
    assert need(*given).tolist() == [expected]


def test_direction_takes_ten_points() -> None:
    now, earlier = np.array([0.7, 0.7, 0.7, 0.7]), np.array([0.79, 0.8, 0.6, np.nan])
    assert direction(now, earlier).tolist() == [0, -1, 1, 0]


@pytest.fixture(scope="module")
def without_effect() -> tuple[World, Similar]:
    world = simulate("null effect", seed=5)
    return world, similar_students(world.records, prepare(world.records))


def rates_since(world: World, similar: Similar) -> np.ndarray:
    records = world.records
    rates = []
    for student in similar.student:
        months = slice(int(records.visited_at[student]) + 1, None)
        days = records.days[student, months]
        rates.append(np.nansum(records.rate[student, months] * days) / days.sum())
    return np.array(rates)


def test_without_an_effect_about_a_quarter_lies_below_and_above(
    without_effect: tuple[World, Similar],
) -> None:
    world, similar = without_effect
    known = ~np.isnan(similar.quartiles[:, 0])
    low, middle, high = similar.quartiles[known].T
    rate = rates_since(world, similar)[known]
    assert known.mean() > 0.9
    assert 0.2 < (rate < low).mean() < 0.32
    assert 0.42 < (rate > middle).mean() < 0.58
    assert 0.18 < (rate > high).mean() < 0.3


def test_with_an_effect_most_lie_above_the_middle() -> None:
    world = simulate("last month", seed=5)
    similar = similar_students(world.records, prepare(world.records))
    known = ~np.isnan(similar.quartiles[:, 0])
    rate = rates_since(world, similar)[known]
    assert (rate > similar.quartiles[known, 1]).mean() > 0.7


def test_the_quartiles_agree_with_a_slow_second_calculation(
    without_effect: tuple[World, Similar],
) -> None:
    world, similar = without_effect
    records, stacks = world.records, prepare(world.records)
    stay = unvisited_log_odds(records)
    slope = slow_slope(world, stacks, stay)
    place = {student: row for row, student in enumerate(similar.student)}
    visited_rows = np.flatnonzero(stacks.visited)[::300]
    assert len(visited_rows) >= 9
    for row in visited_rows:
        student = stacks.student[row]
        at = int(records.visited_at[student])
        since, of_month = Pooled(), [Pooled() for _month in range(records.rate.shape[1])]
        for other in np.flatnonzero((stacks.stratum == stacks.stratum[row]) & ~stacks.visited):
            compared = stacks.student[other]
            rates, chance = records.rate[compared], np.exp(stay[compared] - stay[compared, at])
            shift = (stacks.history[row] - stacks.history[other]) @ slope
            if records.visited_at[compared] >= len(rates):  # unvisited to the end
                # Every month has the same days.
                since.add(rates[at + 1 :].mean() + shift, min(chance[-1], MOST_WEIGHT))
            for month, rate in enumerate(rates):
                if month <= at:
                    of_month[month].add(rate, 1.0)
                elif records.visited_at[compared] > month:
                    of_month[month].add(rate + shift, min(chance[month], MOST_WEIGHT))
        here = place[student]
        assert similar.size[here] == pytest.approx(since.size())
        assert similar.quartiles[here] == pytest.approx(since.quartiles(), abs=1e-9, nan_ok=True)
        for month, pooled in enumerate(of_month):
            found = similar.by_month[here, month]
            assert found == pytest.approx(pooled.quartiles(), abs=1e-9, nan_ok=True)


@dataclass
class Pooled:
    """Values of similar students, and their weights."""

    pairs: list[tuple[float, float]] = field(default_factory=list)

    def add(self, value: float, weight: float) -> None:
        if not np.isnan(value):
            self.pairs.append((value, weight))

    def size(self) -> float:
        weights = [weight for _value, weight in self.pairs]
        return sum(weights) ** 2 / sum(weight**2 for weight in weights) if weights else 0

    def quartiles(self) -> np.ndarray:
        if self.size() < FEWEST_SIMILAR:
            return np.full(len(QUARTILES), np.nan)
        total, seen, middles = sum(weight for _value, weight in self.pairs), 0.0, []
        for _value, weight in sorted(self.pairs):
            middles.append((seen + weight / 2) / total)
            seen += weight
        values = [value for value, _weight in sorted(self.pairs)]
        return np.clip(np.interp(QUARTILES, middles, values), 0, 1)


def slow_slope(world: World, stacks: object, stay: np.ndarray) -> np.ndarray:
    """Least squares with an indicator for every stratum."""
    records = world.records
    rows = []
    for row in np.flatnonzero(~stacks.visited):
        student = stacks.student[row]
        if np.isfinite(records.visited_at[student]):
            continue
        rows.append(row)
    visit_of = dict(
        zip(
            stacks.stratum[stacks.visited],
            records.visited_at[stacks.student[stacks.visited]].astype(int),
            strict=True,
        )
    )
    kept = [row for row in rows if visit_of[stacks.stratum[row]] + 1 < records.rate.shape[1]]
    at = np.array([visit_of[stacks.stratum[row]] for row in kept])
    student, stratum = stacks.student[kept], stacks.stratum[kept]
    rate = np.array([records.rate[s, t + 1 :].mean() for s, t in zip(student, at, strict=True)])
    weight = np.minimum(np.exp(stay[student, -1] - stay[student, at]), MOST_WEIGHT)
    history = stacks.history[kept]
    columns = np.column_stack([history, rate])
    for code in np.unique(stratum):
        inside = stratum == code
        columns[inside] -= np.average(columns[inside], axis=0, weights=weight[inside])
    root = np.sqrt(weight)[:, None]
    return np.linalg.lstsq(columns[:, :-1] * root, columns[:, -1] * root[:, 0], rcond=None)[0]


def test_a_month_shows_the_middle_of_those_still_unvisited(
    without_effect: tuple[World, Similar],
) -> None:
    _world, similar = without_effect
    low, middle, high = np.moveaxis(similar.by_month, 2, 0)
    known = ~np.isnan(middle)
    assert known.mean() > 0.8
    assert (low[known] <= middle[known]).all()
    assert (middle[known] <= high[known]).all()
