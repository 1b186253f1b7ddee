"""From answers to equations: each figure bounds the sum of one secret over a known set of students.

A student whose value differs between the two loads has two unknowns, everybody else has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from queries import changes, effects, ranking, trajectories
from queries.filters import Filters, View
from queries.schema import EVERYBODY
from tests.attacker.knowledge import (
    PERCENT,
    SHARES,
    Load,
    Mask,
    Numbers,
    secret_of_month,
)
from tests.attacker.telling import Ends, beyond_of, count_ends, mean_ends

_TOLERANCE = 1e-6


class MisreadError(AssertionError):
    """An answer does not hold of the true values: the reading is wrong, or the answer is."""


@dataclass(frozen=True)
class Figure:
    """The sum of a secret over students of a load lies between two ends."""

    secret: str
    load: Load
    inside: Mask
    low: float
    high: float
    asked: str


@dataclass
class Secret:
    """All that was told of one secret, over the unknowns of both loads."""

    truth: Numbers
    rows: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def add(self, inside: Mask, low: float, high: float) -> None:
        """Keep a figure of a set of unknowns."""
        self.keep(np.packbits(inside).tobytes(), low, high)

    def keep(self, key: bytes, low: float, high: float) -> None:
        """Keep a figure; of the same students the narrower ends."""
        known_low, known_high = self.rows.get(key, (-np.inf, np.inf))
        self.rows[key] = max(low, known_low), min(high, known_high)

    def figures(self) -> tuple[Numbers, Numbers, Numbers]:
        """The sets (figures x unknowns), and the ends of their sums."""
        size = len(self.truth)
        sets = np.array([np.unpackbits(np.frombuffer(key, np.uint8))[:size] for key in self.rows])
        ends = np.array(list(self.rows.values()), dtype=float)
        return sets.astype(float), ends[:, 0], ends[:, 1]


class Told:
    """Everything that an attacker was told, by secret."""

    def __init__(self, loads: Sequence[Load]) -> None:
        self.loads = loads
        self.secrets: dict[str, Secret] = {}
        self.asked = 0
        self._again = {
            name: _changed([load.secrets[name] for load in loads]) for name in loads[0].secrets
        }

    @property
    def figures(self) -> int:
        """How many distinct figures there are."""
        return sum(len(secret.rows) for secret in self.secrets.values())

    def add(self, figures: Iterable[Figure]) -> None:
        """Keep the figures of one question."""
        self.asked += 1
        for figure in figures:
            self._keep(figure)

    def _keep(self, figure: Figure) -> None:
        if figure.secret not in self.secrets:
            self.secrets[figure.secret] = Secret(self._truth(figure.secret))
        secret, inside = self.secrets[figure.secret], self._unknowns(figure)
        total = secret.truth[inside].sum()
        if not figure.low - _TOLERANCE <= total <= figure.high + _TOLERANCE:
            raise MisreadError(
                f"{figure.secret} of {figure.inside.sum()} students is told as {figure.low:.3f} to "
                f"{figure.high:.3f}, and is {total:.3f}: {figure.asked}"
            )
        secret.add(inside, figure.low, figure.high)

    def merge(self, other: Told) -> None:
        """Add what another part of the same attack was told."""
        self.asked += other.asked
        for name, secret in other.secrets.items():
            mine = self.secrets.setdefault(name, Secret(secret.truth))
            for key, ends in secret.rows.items():
                mine.keep(key, *ends)

    def student(self, unknown: int) -> str:
        """Who stands behind an unknown."""
        return str(self.loads[0].students[unknown % len(self.loads[0].students)])

    def _truth(self, name: str) -> Numbers:
        parts = [load.secrets[name] for load in self.loads]
        first = np.where(np.isnan(parts[0]), parts[-1], parts[0])
        return np.concatenate([first, *parts[1:]])

    def _unknowns(self, figure: Figure) -> Mask:
        """The figure's students among the unknowns: later loads' own where they changed."""
        size, later = len(figure.inside), self.loads.index(figure.load)
        inside = np.zeros(size * len(self.loads), dtype=bool)
        again = self._again[figure.secret] if later else np.zeros(size, dtype=bool)
        inside[:size] = figure.inside & ~again
        inside[size * later :][:size] |= figure.inside & again
        return inside


def _changed(values: Sequence[Numbers]) -> Mask:
    first, last = values[0], values[-1]
    both: Mask = ~np.isnan(first) & ~np.isnan(last)
    return both & (np.abs(first - last) > _TOLERANCE)


# --- What each query tells ------------------------------------------------------------------


def of_trajectory(load: Load, found: trajectories.Trajectory) -> Iterator[Figure]:
    """The core chart: a mean for each month and group."""
    if getattr(found, "own_list", False):
        return
    frame, view = found.frame, found.view
    for row in frame[frame["rate"].notna()].to_dict("records"):
        inside = _of_view(load, view, str(row["group"]))
        if view.same_students:
            inside = inside & load.has_every_month
        secret = secret_of_month(int(row["event_month"]))
        yield from _mean(load, secret, inside, mean_ends(row["rate"], row["beyond"]), view)


def of_effects(load: Load, view: View, found: Sequence[effects.Effect]) -> Iterator[Figure]:
    """The visited line of the comparison."""
    for effect in found:
        if getattr(effect, "own_list", False):
            continue
        inside = _of_view(load, view, effect.group)
        frame = effect.frame
        for row in frame[frame["visited_rate"].notna()].to_dict("records"):
            secret = secret_of_month(int(row["event_month"]))
            ends = mean_ends(row["visited_rate"], row["beyond"])
            yield from _mean(load, secret, inside, ends, view)


def of_standing(load: Load, view: View, found: pd.DataFrame) -> Iterator[Figure]:
    """Attendance before the visit, and the shares of yes and no."""
    for row in found.reset_index().to_dict("records"):
        if row.get("own_list", False):
            continue
        inside = _of_view(load, view, str(row["group"]))
        ends = mean_ends(row["baseline"], beyond_of(row, "baseline"))
        yield from _mean(load, "baseline", inside, ends, view)
        for name in SHARES:
            behind = inside & ~np.isnan(load.secrets[name])
            counted = count_ends(row[name], beyond_of(row, name), int(behind.sum()))
            if counted is not None:
                yield Figure(name, load, behind, *counted, str(view))


def of_effect_before(load: Load, filters: Filters, found: changes.EffectBefore) -> Iterator[Figure]:
    """The visited rate six months after the visit, as the load before had it."""
    inside = load.chosen(filters)
    ends = mean_ends(
        found.visited_rate, getattr(found, "beyond", found.visited_rate in (0.05, 0.95))
    )
    view = View(filters)
    yield from _mean(load, secret_of_month(trajectories_headline), inside, ends, view)


trajectories_headline = changes.HEADLINE_MONTH


def of_ranking(load: Load, view: View, found: Sequence[ranking.Ranked]) -> Iterator[Figure]:
    """The effects in their order bring the visited lines along."""
    yield from of_effects(load, view, [row.effect for row in found])


def _of_view(load: Load, view: View, group: str) -> Mask:
    inside = load.chosen(view.filters)
    if view.split is None or group == EVERYBODY:
        return inside
    return inside & load.group(view.split, group)


def _mean(load: Load, secret: str, inside: Mask, ends: Ends | None, view: View) -> Iterator[Figure]:
    """A mean over those of a set who have the secret at all, as a sum in per cent."""
    if ends is None:
        return
    behind = inside & ~np.isnan(load.secrets[secret])
    students = int(behind.sum())
    low, high = (PERCENT * end * students for end in ends)
    yield Figure(secret, load, behind, low, high, str(view))
