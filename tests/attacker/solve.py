"""How narrowly the figures bound each single student: linear programs over all of them at once.

Every point that fulfils all figures is kept: what it allows need not be asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack, vstack

from tests.attacker.equations import Secret
from tests.attacker.knowledge import Mask, Numbers

_MOST_ROUNDS = 60
_ROWS_A_ROUND = 60
_VIOLATED = 1e-6
# That somebody is not of a kind tells little, where hardly anybody is of it; of these it does.
_TELLING_TO_DENY = ("yes",)

_FIRST_POINTS, _SEED = 12, 20


@dataclass(frozen=True)
class Bound:
    """The narrowest interval that a value can be held to; ``student`` is a place among unknowns."""

    secret: str
    value: str
    student: int
    low: float
    high: float
    truth: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass
class System:
    """Sums of unknowns between ends: students of exactly the same sets are one unknown.

    The first ``columns`` unknowns are of students (so many each, ``size``), the others are noises.
    """

    sets: csr_array
    low: Numbers
    high: Numbers
    least: Numbers
    most: Numbers
    size: Numbers
    highest: float
    can_be_denied: Mask
    points: list[Numbers] = field(default_factory=list)

    @property
    def columns(self) -> int:
        return len(self.size)

    def extreme(self, direction: Numbers) -> float:
        """The least sum in a direction: figures join in where they are broken."""
        rows = np.zeros(len(self.low), dtype=bool)
        rows[self._narrowest_with(direction)] = True
        for _round in range(_MOST_ROUNDS):
            point, least = self._solved(direction, rows)
            sums = self.sets @ point
            broken = np.maximum(sums - self.high, self.low - sums)
            broken[rows] = 0.0
            worst = np.argsort(-broken)[:_ROWS_A_ROUND]
            worst = worst[broken[worst] > _VIOLATED]
            if not len(worst):
                self.points.append(point)
                return least
            rows[worst] = True
        return self._solved(direction, np.ones_like(rows))[1]

    def _solved(self, direction: Numbers, rows: Mask) -> tuple[Numbers, float]:
        some = self.sets[np.flatnonzero(rows)]
        limit = np.concatenate([self.high[rows], -self.low[rows]])
        is_limit = np.isfinite(limit)
        found = linprog(
            direction,
            vstack([some, -some]).tocsr()[np.flatnonzero(is_limit)],
            limit[is_limit],
            bounds=np.column_stack([self.least, self.most]),
            method="highs",
        )
        assert found.status == 0, found.message
        return found.x, float(found.fun)

    def _narrowest_with(self, direction: Numbers) -> Numbers:
        inside = self.sets @ (direction != 0).astype(float) > 0
        rows = np.flatnonzero(inside)
        return rows[np.argsort((self.high - self.low)[rows], kind="stable")][:_ROWS_A_ROUND]


def tightest(
    secret: Secret, known: Mask, noise: int, under: float = np.inf, enough: float = 0.0
) -> Bound | None:
    """The narrowest bound of all students, or the first that is at most ``enough``.

    ``known`` are the students whom the attacker knows. None where there is none under ``under``.
    """
    of, first = _system(secret, known, noise)
    if not of.columns:
        return None
    _first_points(of)
    best, bound_of = under, None
    for column in _likely_first(of):
        lowest, highest = _seen(of, column)
        if highest - lowest >= min(best, _unbounded(of)):
            continue
        bound = _bound(secret, of, column, first[column])
        if bound.width < best:
            best, bound_of = bound.width, bound
        if best <= enough:
            break
    return bound_of


def _unbounded(of: System) -> float:
    return of.highest - _VIOLATED


def _bound(secret: Secret, of: System, column: int, unknown: int) -> Bound:
    direction = np.zeros(len(of.least))
    direction[column] = 1.0
    lowest, highest = of.extreme(direction), of.highest
    if of.can_be_denied[column]:
        highest = -of.extreme(-direction)
    low, high = _of_one(of, column, lowest, highest)
    flat = secret.truth.numbers.ravel()
    students = secret.truth.numbers.shape[-1]
    value = secret.truth.values[unknown // students % len(secret.truth.values)]
    return Bound(secret.name, value, unknown, low, max(low, high), float(flat[unknown]))


def _of_one(of: System, column: int, lowest: float, highest: float) -> tuple[float, float]:
    """The ends of one of so many students, of whom the sum alone is told."""
    others = of.highest * (of.size[column] - 1)
    top = min(of.highest, highest) if of.can_be_denied[column] else of.highest
    return max(0.0, lowest - others), top


def _seen(of: System, column: int) -> tuple[float, float]:
    """What the points found so far allow."""
    values = [point[column] for point in of.points]
    return _of_one(of, column, min(values), max(values))


def _first_points(of: System) -> None:
    rng = np.random.default_rng(_SEED)
    for _ in range(_FIRST_POINTS):
        direction = np.zeros(len(of.least))
        direction[: of.columns] = rng.choice((-1.0, 1.0), of.columns)
        of.extreme(direction)


def _likely_first(of: System) -> list[int]:
    """Columns by what the points found so far allow of one student."""
    widths = [high - low for low, high in (_seen(of, column) for column in range(of.columns))]
    return [int(column) for column in np.argsort(widths, kind="stable")]


# --- The system ----------------------------------------------------------------------------


def _system(secret: Secret, known: Mask, noise: int) -> tuple[System, Numbers]:
    """The figures without what the attacker knows anyway, and the first unknown of each column."""
    loads, kinds, students = secret.truth.numbers.shape
    sets, (low, high) = secret.sets(), secret.ends()
    is_known = np.tile(known, loads * kinds)
    of_known = sets[:, is_known] @ np.nan_to_num(secret.truth.numbers.ravel()[is_known])
    # A row for every figure and kind, a column for every student: those alike are one.
    patterns = sets.reshape(len(sets), loads, kinds, students).transpose(0, 2, 1, 3)
    patterns = patterns.reshape(len(sets) * kinds, loads * students)
    asked = np.flatnonzero(patterns.any(axis=0) & ~np.tile(known, loads))
    groups, first, of_group = np.unique(
        patterns[:, asked].astype(np.uint8), axis=1, return_index=True, return_inverse=True
    )
    size = np.bincount(of_group.ravel(), minlength=groups.shape[1]).astype(float)
    number = len(size)
    load, student = np.divmod(asked[first], students)
    unknowns = [(load * kinds + kind) * students + student for kind in range(kinds)]
    figures = groups.reshape(len(sets), kinds * number).astype(float)
    of_students = System(
        csr_array(figures),
        low - of_known,
        high - of_known,
        np.zeros(kinds * number),
        secret.truth.highest * np.tile(size, kinds),
        np.tile(size, kinds),
        secret.truth.highest,
        np.repeat(
            [kinds == 1 or value in _TELLING_TO_DENY for value in secret.truth.values], number
        ),
        [_true_point(secret, asked, of_group.ravel(), number)],
    )
    of = _of_one_kind(of_students, size, kinds) if kinds > 1 else of_students
    return _with_noises(of, secret.noises(), noise), np.concatenate(unknowns)


def _true_point(secret: Secret, asked: Numbers, of_group: Numbers, number: int) -> Numbers:
    """What is true fulfils all figures, so it allows itself."""
    loads, kinds, students = secret.truth.numbers.shape
    by_kind = secret.truth.numbers.transpose(1, 0, 2).reshape(kinds, loads * students)
    of_asked = np.nan_to_num(by_kind[:, asked])
    return np.concatenate([np.bincount(of_group, one, number) for one in of_asked])


def _of_one_kind(of: System, size: Numbers, kinds: int) -> System:
    """Everybody is of one kind: of all kinds there are as many as there are students."""
    one_kind = hstack([eye_array(len(size))] * kinds)
    return replace(
        of,
        sets=vstack([of.sets, one_kind]).tocsr(),
        low=np.concatenate([of.low, size]),
        high=np.concatenate([of.high, size]),
    )


def _with_noises(of: System, noises: Numbers, most: int) -> System:
    """The noises as unknowns: what is added to one figure alone makes it less sure."""
    alone, often = noises.sum(axis=0) == 1, noises.sum(axis=0) > 1
    unsure = np.zeros(len(of.low))
    unsure[: len(noises)] = most * noises[:, alone].sum(axis=1)
    below = np.zeros((len(of.low), int(often.sum())))
    below[: len(noises)] = noises[:, often]
    most_of = np.full(below.shape[1], float(most))
    return replace(
        of,
        sets=hstack([of.sets, csr_array(below)]).tocsr(),
        low=of.low - unsure,
        high=of.high + unsure,
        least=np.concatenate([of.least, -most_of]),
        most=np.concatenate([of.most, most_of]),
    )
