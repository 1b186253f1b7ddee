"""Equations: each figure bounds the sum of one secret over a known set of students.

A student whose secret differs between the two loads has two unknowns, everybody else has one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.attacker.knowledge import Load, Mask, Numbers, Truth
from tests.attacker.telling import Ends, MisreadError

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Figure:
    """The sum of a secret over unknowns of a load lies between two ends.

    ``noise`` names what was added to the sum, the same wherever it is named so: -2 to 2.
    """

    secret: str
    load: Load
    inside: Mask
    low: float
    high: float
    asked: str
    noise: Hashable = None


@dataclass
class Secret:
    """All that was told of one secret, over the unknowns of all loads."""

    name: str
    truth: Truth
    loads: int
    rows: dict[tuple[bytes, Hashable], Ends] = field(default_factory=dict)
    asked: dict[tuple[bytes, Hashable], str] = field(default_factory=dict)

    def keep(self, key: tuple[bytes, Hashable], ends: Ends, asked: str) -> None:
        """Keep a figure; of the same students the narrower ends."""
        low, high = self.rows.get(key, (-np.inf, np.inf))
        if ends[0] > low or ends[1] < high:
            self.asked[key] = asked
        self.rows[key] = max(low, ends[0]), min(high, ends[1])

    def sets(self) -> Numbers:
        """Figures x unknowns (loads x kinds x students)."""
        size = self.truth.numbers.size
        keys = [np.frombuffer(inside, np.uint8) for inside, _noise in self.rows]
        return np.unpackbits(np.array(keys), axis=1)[:, :size].astype(float)

    def ends(self) -> tuple[Numbers, Numbers]:
        """The lowest and the highest sum of each figure."""
        low, high = np.array(list(self.rows.values()), dtype=float).T
        return low, high

    def noises(self) -> Numbers:
        """Figures x noises: which was added to which."""
        names = [noise for _inside, noise in self.rows]
        place = {name: n for n, name in enumerate(dict.fromkeys(names) - {None: 0}.keys())}
        added = np.zeros((len(names), len(place)))
        for row, name in enumerate(names):
            if name is not None:
                added[row, place[name]] = 1.0
        return added


class Told:
    """Everything that an attacker was told, by secret."""

    def __init__(self, loads: Sequence[Load], noise: int) -> None:
        self.loads = loads
        self.noise = noise
        self.secrets: dict[str, Secret] = {}
        self.asked = 0
        self._again: dict[str, Mask] = {}

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
        secret = self._secret(figure.secret)
        inside = self._unknowns(figure)
        total = np.nansum(secret.truth.numbers.ravel()[inside])
        unsure = _TOLERANCE + (self.noise if figure.noise is not None else 0)
        if not figure.low - unsure <= total <= figure.high + unsure:
            raise MisreadError(
                f"{figure.secret} of {inside.sum()} is told as {figure.low:.3f} to "
                f"{figure.high:.3f}, and is {total:.3f}: {figure.asked}"
            )
        key = np.packbits(inside).tobytes(), figure.noise
        secret.keep(key, (figure.low, figure.high), figure.asked)

    def merge(self, other: Told) -> None:
        """Add what another part of the same attack was told."""
        self.asked += other.asked
        for name, secret in other.secrets.items():
            mine = self._secret(name)
            for key, ends in secret.rows.items():
                mine.keep(key, ends, secret.asked[key])

    def student(self, unknown: int) -> str:
        """Who stands behind an unknown."""
        return str(self.loads[0].students[unknown % len(self.loads[0].students)])

    def _secret(self, name: str) -> Secret:
        if name not in self.secrets:
            truths = [load.secrets[name] for load in self.loads if name in load.secrets]
            numbers = [truth.numbers for truth in truths]
            # Who has it in the later load alone is told of there, as the one unknown.
            first = np.where(np.isnan(numbers[0]), numbers[-1], numbers[0])
            every = np.stack([first, *numbers[1:]])
            last = truths[-1]
            truth = Truth(every, last.values, last.highest, last.allowed)
            self.secrets[name] = Secret(name, truth, len(numbers))
            self._again[name] = np.tile(_changed(numbers), len(last.values))
        return self.secrets[name]

    def _unknowns(self, figure: Figure) -> Mask:
        """The figure's among the unknowns: later loads' own where they changed."""
        size = len(figure.inside)
        inside = np.zeros(self.secrets[figure.secret].truth.numbers.size, dtype=bool)
        later = self.loads.index(figure.load) if len(inside) > size else 0
        again = self._again[figure.secret] if later else np.zeros(size, dtype=bool)
        inside[:size] = figure.inside & ~again
        inside[size * later :][:size] |= figure.inside & again
        return inside


def _changed(numbers: Sequence[Numbers]) -> Mask:
    """Students whose secret is not the same in both loads."""
    first, last = numbers[0], numbers[-1]
    both = ~np.isnan(first) & ~np.isnan(last)
    changed: Mask = (both & (np.abs(first - last) > _TOLERANCE)).any(axis=0)
    return changed
