"""How narrowly the figures bound each single student: linear programs over all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from tests.attacker.equations import Secret
from tests.attacker.knowledge import Mask, Numbers

_MOST_ROUNDS = 40
_ROWS_A_ROUND = 60
_VIOLATED = 1e-6


@dataclass(frozen=True)
class Bound:
    """The narrowest interval that a value can be held to; ``student`` is a place among unknowns."""

    secret: str
    student: int
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True)
class System:
    """Sums of unknowns between ends: students of exactly the same sets are one unknown."""

    sets: csr_array
    low: Numbers
    high: Numbers
    size: Numbers
    first: Sequence[int]
    highest: float


def system(secret: Secret, known: Mask, highest: float) -> System:
    """The figures without what the attacker knows anyway."""
    sets, low, high = secret.figures()
    of_known = sets[:, known] @ secret.truth[known]
    unknown = np.flatnonzero(~known & sets.any(axis=0))
    columns, first, of_column = np.unique(
        sets[:, unknown], axis=1, return_index=True, return_inverse=True
    )
    size = np.bincount(of_column.ravel(), minlength=columns.shape[1]).astype(float)
    useful = columns.any(axis=1)
    return System(
        csr_array(columns[useful]),
        (low - of_known)[useful],
        (high - of_known)[useful],
        size,
        unknown[first],
        highest,
    )


def bounds(name: str, of: System) -> Iterator[Bound]:
    """The bound of one student of every group of students in the same sets, likely ones first."""
    for column in _likely_first(of):
        lowest, highest = (_extreme(of, column, sign) for sign in (1, -1))
        others = of.highest * (of.size[column] - 1)
        low = max(0.0, lowest - others)
        yield Bound(name, of.first[column], low, max(low, min(of.highest, highest)))


def tightest(name: str, of: System, most: int | None = None) -> Bound | None:
    """The narrowest bound of all, or of so many likely ones."""
    found = [bound for bound, _ in zip(bounds(name, of), range(most or len(of.size)), strict=False)]
    return min(found, key=lambda bound: bound.width, default=None)


def _likely_first(of: System) -> list[int]:
    """Columns by what two figures that differ by them alone would tell."""
    spread = of.high - of.low
    narrow = np.full(len(of.size), np.inf)
    rows = [frozenset(of.sets.indices[a:b]) for a, b in zip(of.sets.indptr, of.sets.indptr[1:])]
    place = {columns: number for number, columns in enumerate(rows)}
    for columns, number in place.items():
        for column in columns:
            less = place.get(columns - {column})
            if less is not None:
                narrow[column] = min(narrow[column], spread[number] + spread[less])
    few = [
        min((spread[n] for n, r in enumerate(rows) if c in r), default=np.inf)
        for c in range(len(narrow))
    ]
    return sorted(range(len(narrow)), key=lambda c: (of.size[c] > 1, narrow[c], few[c]))


def _extreme(of: System, column: int, sign: int) -> float:
    """The least (1) or greatest (-1) sum of a column: figures join in where they are broken."""
    direction = np.zeros(len(of.size))
    direction[column] = sign
    rows = np.zeros(len(of.low), dtype=bool)
    rows[_narrowest_with(of, column)] = True
    limits = [(0.0, of.highest * size) for size in of.size]
    for _round in range(_MOST_ROUNDS):
        some = of.sets[np.flatnonzero(rows)]
        limit = np.concatenate([of.high[rows], -of.low[rows]])
        matrix = csr_array(np.concatenate([some.toarray(), -some.toarray()]))
        found = linprog(direction, matrix, limit, bounds=limits, method="highs")
        assert found.status == 0, found.message
        sums = of.sets @ found.x
        broken = np.maximum(sums - of.high, of.low - sums)
        broken[rows] = 0.0
        worst = np.argsort(-broken)[:_ROWS_A_ROUND]
        worst = worst[broken[worst] > _VIOLATED]
        if not len(worst):
            break
        rows[worst] = True
    return float(sign * found.fun)


def _narrowest_with(of: System, column: int) -> Sequence[int]:
    inside = of.sets[:, [column]].toarray().ravel() > 0
    rows = np.flatnonzero(inside)
    return rows[np.argsort((of.high - of.low)[rows])][:_ROWS_A_ROUND]
