"""Groups in the order of their effect, with the places that each could have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.inference import Z95
from evaluation.ranks import rank_ranges
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.told import is_one_number, told


@dataclass(frozen=True)
class Ranked:
    """A group's effect at the headline month: ``figure`` as ``queries.told`` gives it.

    ``best`` and ``worst`` are the places it could have among ``of`` groups whose effect may be
    said by itself; None where its own may not.
    """

    effect: Effect
    figure: dict[str, float]
    best: int | None = None
    worst: int | None = None
    of: int = 0


def ranked(effects: Sequence[Effect]) -> list[Ranked]:
    """The largest effect first; those without a figure last, in their own order."""
    rows = [Ranked(effect, told(effect)) for effect in effects]
    placed = [row for row in rows if row.effect.verdict is Verdict.EFFECT and _is_known(row)]
    size = np.array([row.figure["effect"] for row in placed])
    error = np.array([(row.figure["high"] - row.figure["low"]) / (2 * Z95) for row in placed])
    best, worst = rank_ranges(size, error)
    places = {
        id(row): Ranked(row.effect, row.figure, int(first), int(last), len(placed))
        for row, first, last in zip(placed, best, worst, strict=True)
    }
    found = [places.get(id(row), row) for row in rows]
    return sorted(found, key=lambda row: -row.figure["effect"] if _is_known(row) else math.inf)


def _is_known(row: Ranked) -> bool:
    return is_one_number(row.figure)
