"""Groups in the order of their effect, with the places that each could have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluation.inference import Z95
from evaluation.ranks import rank_ranges, surely_above
from evaluation.verdict import Verdict
from queries.database import Snapshot
from queries.effects import Effect, effects
from queries.filters import DIMENSIONS, Filters, View
from queries.told import told
from queries.viewer import Viewer

# Of two districts one is always first: that is no order of a program. Grade bands are but two.
FEWEST_RANKED, FEWEST_BANDS_RANKED = 3, 2


@dataclass(frozen=True)
class Ranked:
    """A group's effect at the headline month: ``figure`` as ``queries.told`` gives it.

    ``best`` and ``worst`` are the places it could have among all ``of`` groups whose effect may
    be said by itself; None where its own may not, or where those are too few to be put in order.
    ``above`` are the groups whose effect is surely smaller.
    """

    effect: Effect
    figure: dict[str, float]
    best: int | None = None
    worst: int | None = None
    of: int = 0
    above: frozenset[str] = frozenset()

    @property
    def is_told(self) -> bool:
        """Whether its effect may be said by itself."""
        return self.effect.verdict is Verdict.EFFECT and not math.isnan(self.figure["effect"])

    def is_above(self, other: Ranked) -> bool:
        """Whether its effect is surely the larger one."""
        return other.effect.group in self.above


def ranked_groups(data: Snapshot, viewer: Viewer, filters: Filters, split: str) -> list[Ranked]:
    """The chosen groups of a split, their places those among all groups there are.

    All other filters hold. So choosing two districts makes no place sure that was not.
    """
    chosen = filters.chosen().get(split)
    everyone = replace(filters, **{split: ()}) if split in DIMENSIONS else filters
    fewest = FEWEST_BANDS_RANKED if split == "grade_band" else FEWEST_RANKED
    rows = ranked(effects(data, viewer, View(everyone, split)), fewest)
    return [row for row in rows if not chosen or row.effect.group in chosen]


def ranked(groups: Sequence[Effect], fewest: int = FEWEST_RANKED) -> list[Ranked]:
    """The largest effect first; those without a figure last, in their own order.

    ``groups`` are all there are; no place is told of fewer than ``fewest`` with a figure.
    """
    rows = [Ranked(effect, told(effect)) for effect in groups]
    sure = [row for row in rows if row.is_told]
    placed = iter(_placed(sure) if len(sure) >= fewest else sure)
    found = [next(placed) if row.is_told else row for row in rows]
    return sorted(found, key=lambda row: -_size(row))


def _placed(rows: Sequence[Ranked]) -> list[Ranked]:
    size = np.array([row.figure["effect"] for row in rows])
    error = np.array([(row.figure["high"] - row.figure["low"]) / (2 * Z95) for row in rows])
    best, worst = rank_ranges(size, error)
    group = np.array([row.effect.group for row in rows], dtype=object)
    above = [frozenset(group[smaller]) for smaller in surely_above(size, error)]
    return [
        replace(row, best=int(first), worst=int(last), of=len(rows), above=others)
        for row, first, last, others in zip(rows, best, worst, above, strict=True)
    ]


def _size(row: Ranked) -> float:
    size = row.figure["effect"]
    return -math.inf if math.isnan(size) else size
