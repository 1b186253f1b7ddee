"""Did a student respond to the visits, and who needs somebody now? The rules, in one place.

One student's month is mostly chance: with 20 days at 80 % its standard deviation is 9 points. So
a student is not told by a rise or fall, but against what similar students not visited did over
the same months; and who needs somebody is told by the level now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.absence import at_least, is_chronic, is_severe
from evaluation.histories import Records, unvisited_log_odds
from evaluation.inference import Floats, Ints
from evaluation.matched import MOST_WEIGHT, Flags, Stacks

ATTEMPTED_ONLY, LEFT = "attempted only", "left"
TOO_EARLY, NOT_ENOUGH_DATA = "too early", "not enough data"
BELOW, AS_EXPECTED, ABOVE = "below expected", "as expected", "above expected"
STATUSES = (BELOW, AS_EXPECTED, ABOVE, TOO_EARLY, NOT_ENOUGH_DATA, ATTEMPTED_ONLY, LEFT)

FEWEST_BASELINE_DAYS = 20
FEWEST_MONTHS_SINCE, FEWEST_DAYS_SINCE = 3, 30
FEWEST_SIMILAR = 10

QUARTILES = (0.25, 0.5, 0.75)

# What raises or lowers need beyond the level: a change of so much, so long without reaching.
DIRECTION_POINTS = 0.10
LONG_UNREACHED_DAYS = 60
NEEDS = ("none", "some", "high", "urgent")


@dataclass(frozen=True)
class Similar:
    """What similar students not visited did, one row per visited student compared.

    ``student`` is the row in the records; ``quartiles`` (students x 3) are of their pooled rates
    over the visited student's own months from +1 to now, ``size`` the effective number of them;
    ``by_month`` (students x school months x 3) are of their rates in each month. nan where too
    few are similar.
    """

    student: Ints
    quartiles: Floats
    size: Floats
    by_month: Floats


def similar_students(records: Records, stacks: Stacks) -> Similar:
    """The distribution that each visited student's attendance is held against.

    Compared are the students of the stratum who stay unvisited through the visited student's last
    month and are enrolled for at least half as many days in the same months, weighted up by the
    chance of staying unvisited. Within a stratum the visited had lower attendance still, so every
    compared rate after the visit is shifted by what that difference in history is worth.
    """
    stay = unvisited_log_odds(records)
    worth = stacks.history @ _slope(records, stacks, stay)
    attended = np.nan_to_num(records.rate) * records.days
    parts = [
        part
        for rows in _strata(stacks)
        if (part := _of_stratum(records, stacks, rows, stay, attended, worth))
    ]
    months = records.rate.shape[1]
    if not parts:
        nothing = np.empty((0, len(QUARTILES)))
        return Similar(np.empty(0, int), nothing, np.empty(0), np.empty((0, months, 3)))
    return Similar(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _of_stratum(
    records: Records, stacks: Stacks, rows: Ints, stay: Floats, attended: Floats, worth: Floats
) -> tuple[npt.NDArray[np.generic], ...] | None:
    visited_rows, compared_rows = rows[stacks.visited[rows]], rows[~stacks.visited[rows]]
    compared = stacks.student[compared_rows]
    at = int(np.floor(records.visited_at[stacks.student[visited_rows[0]]]))
    enrolled = records.days[stacks.student[visited_rows], at + 1 :] > 0
    known = enrolled.any(axis=1)
    if not known.any():
        return None
    visited_rows, enrolled = visited_rows[known], enrolled[known].astype(float)
    visited = stacks.student[visited_rows]
    last = records.days.shape[1] - 1 - enrolled[:, ::-1].argmax(axis=1)
    days = enrolled @ records.days[compared, at + 1 :].T
    rate = enrolled @ attended[compared, at + 1 :].T / np.maximum(days, 1e-9)
    own_days = records.days[visited, at + 1 :].sum(axis=1)
    usable = (records.visited_at[compared] > last[:, None]) & (days >= own_days[:, None] / 2)
    staying = np.minimum(np.exp((stay[compared] - stay[compared, at][:, None]).T), MOST_WEIGHT)
    weight = np.where(usable, staying[last], 0.0)
    shift = worth[visited_rows][:, None] - worth[compared_rows]
    quartiles, size = _quartiles(rate + shift, weight)
    month = np.arange(records.days.shape[1])[:, None]
    rates, is_after = records.rate[compared].T, month > at
    unvisited = records.visited_at[compared] > month
    by_month, _size = _quartiles(
        rates - is_after * worth[compared_rows],
        ~np.isnan(rates) * np.where(is_after, unvisited * staying, 1.0),
    )
    # A visited student's own share of the shift is the same for everybody they are compared with.
    by_month = by_month + is_after * worth[visited_rows][:, None, None]
    # A shifted rate can leave the scale.
    quartiles, by_month = (np.clip(shifted, 0, 1) for shifted in (quartiles, by_month))
    return visited, quartiles, size, by_month


def _slope(records: Records, stacks: Stacks, stay: Floats) -> Floats:
    """What a difference in each history is worth in the rate since, among students not visited.

    Weighted least squares within strata over comparison students unvisited to the end.
    """
    rate, weight = np.zeros(len(stacks.student)), np.zeros(len(stacks.student))
    attended = np.nan_to_num(records.rate) * records.days
    for rows in _strata(stacks):
        at = int(np.floor(records.visited_at[stacks.student[rows[stacks.visited[rows]][0]]]))
        compared = rows[~stacks.visited[rows]]
        student = stacks.student[compared]
        days = records.days[student, at + 1 :].sum(axis=1)
        stays = np.isinf(records.visited_at[student]) & (days > 0)
        rate[compared] = attended[student, at + 1 :].sum(axis=1) / np.maximum(days, 1e-9)
        chance = np.exp(stay[student, -1] - stay[student, at])
        weight[compared] = stays * np.minimum(chance, MOST_WEIGHT)
    total = np.maximum(np.bincount(stacks.stratum, weight), 1e-9)

    def around(values: Floats) -> Floats:
        means = np.bincount(stacks.stratum, weight * values) / total
        return np.asarray(values - means[stacks.stratum])

    history = np.column_stack([around(column) for column in stacks.history.T])
    root = np.sqrt(weight)
    solved = np.linalg.lstsq(history * root[:, None], around(rate) * root, rcond=1e-10)
    return np.asarray(solved[0], dtype=float)


def _strata(stacks: Stacks) -> Iterator[Ints]:
    """The rows of each stratum that somebody visited is in."""
    order = np.argsort(stacks.stratum, kind="stable")
    starts = np.flatnonzero(np.diff(stacks.stratum[order])) + 1
    return (rows for rows in np.split(order, starts) if stacks.visited[rows].any())


def _quartiles(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """QUARTILES of each row's values, and the effective number behind them.

    Values without weight do not count; a value stands at the middle of its weight.
    """
    total = weights.sum(axis=1)
    size = total**2 / np.maximum((weights**2).sum(axis=1), 1e-12)
    order = np.argsort(np.where(weights > 0, values, np.inf), axis=1)
    value = np.take_along_axis(values, order, axis=1)
    weight = np.take_along_axis(weights, order, axis=1)
    middle = (np.cumsum(weight, axis=1) - weight / 2) / np.maximum(total, 1e-12)[:, None]
    found = np.full((len(values), len(QUARTILES)), np.nan)
    for row in np.flatnonzero(size >= FEWEST_SIMILAR):
        known = weight[row] > 0
        found[row] = np.interp(QUARTILES, middle[row, known], value[row, known])
    return found, np.asarray(size)


def response_status(
    *,
    visited: Flags,
    left: Flags,
    baseline_days: Floats,
    months_since: Ints,
    days_since: Floats,
    rate_since: Floats,
    quartiles: Floats,
) -> npt.NDArray[np.str_]:
    """One of STATUSES for each student; ``quartiles`` students x 3, nan without similar ones."""
    early = (months_since < FEWEST_MONTHS_SINCE) | (days_since < FEWEST_DAYS_SINCE)
    unknown = (baseline_days < FEWEST_BASELINE_DAYS) | np.isnan(quartiles[:, 0])
    return np.select(
        [
            left,
            ~visited,
            early,
            unknown,
            rate_since < quartiles[:, 0],
            rate_since > quartiles[:, 2],
        ],
        [LEFT, ATTEMPTED_ONLY, TOO_EARLY, NOT_ENOUGH_DATA, BELOW, ABOVE],
        AS_EXPECTED,
    )


def direction(now: Floats, earlier: Floats) -> Ints:
    """1 where the rate now is DIRECTION_POINTS above the months before, -1 where below, else 0."""
    change = np.nan_to_num(now - earlier)
    reached = at_least(np.abs(change), DIRECTION_POINTS)
    return np.where(reached, np.sign(change), 0).astype(int)


def need(now: Floats, earlier: Floats, days_unreached: Floats) -> npt.NDArray[np.str_]:
    """One of NEEDS for each student.

    Severely absent now counts two, chronically one; falling one more, rising one less, and one
    more where nobody has reached the family for LONG_UNREACHED_DAYS (inf: never). Four is urgent,
    three high, less some. Without a rate now, or above the chronic level, there is none.
    """
    level = np.select([is_severe(now), is_chronic(now)], [2, 1], 0)
    points = level - direction(now, earlier) + (days_unreached > LONG_UNREACHED_DAYS)
    return np.array(NEEDS)[np.where(level == 0, 0, np.clip(points - 1, 1, 3))]
