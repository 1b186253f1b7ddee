"""From answers to equations: what the pages of visits and changes tell of those contacted."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries.changes import Changes
from queries.filters import Filters
from queries.stacks import TOGETHER
from queries.viewer import Viewer
from tests.attacker.contacts import CHANGES
from tests.attacker.equations import Figure
from tests.attacker.knowledge import SECRET_GROUPS, Load, Mask
from tests.attacker.telling import Rules


@dataclass(frozen=True)
class ContactReader:
    """An attacker at the answers about contacts of one selection."""

    load: Load
    told: Viewer
    rules: Rules
    filters: Filters

    def volume(self, found: pd.DataFrame) -> Iterator[Figure]:
        """Who had a contact of a kind in a month. Kinds told together are no sum."""
        for row in self._told(found[found["kind"] != TOGETHER]):
            secret = f"volume {row['period']:%Y-%m} {row['kind']}"
            yield from self._is_so(secret, row["students"])

    def calendar(self, found: pd.DataFrame) -> Iterator[Figure]:
        """Who had a completed visit in a week."""
        for row in self._told(found):
            yield from self._is_so(f"week {row['period']:%Y-%m-%d}", row["students"])

    def flow(self, found: pd.DataFrame) -> Iterator[Figure]:
        """How students were reached, and how often visited."""
        for row in self._told(found):
            yield from self._is_so("flow", row["students"], f"{row['reached']} {row['visits']}")

    def waits(self, found: pd.DataFrame) -> Iterator[Figure]:
        """How long it took to reach them."""
        for row in self._told(found):
            yield from self._is_so("wait", row["students"], row["wait"])

    def repeats(self, found: pd.DataFrame) -> Iterator[Figure]:
        """How often they were visited."""
        for row in self._told(found):
            yield from self._is_so("repeats", row["students"], str(row["visits"]))

    def visitors(self, found: pd.DataFrame) -> Iterator[Figure]:
        """Who came to them."""
        for row in self._told(found):
            yield from self._is_so(f"visitor {row['visitor_type']}", row["students"])

    def schools(self, found: pd.DataFrame) -> Iterator[Figure]:
        """Who of a school was reached, and how often."""
        for row in self._told(found):
            inside = self._of_school(row["district_code"], row["school_code"])
            for name in ("reached", "completed", "attempted"):
                if not pd.isna(row[name]):
                    yield from self._sum(name, inside, row[name], about=True)

    def contacts(self, row: Mapping[Any, Any]) -> Iterator[Figure]:
        """Of one selection how many contacts; exact ones, of a district, anybody may have."""
        if row["about"] and not row["withheld"]:
            for name in ("completed", "contacts"):
                yield from self._sum(name, self._everybody(), row[name], about=True)
            yield from self._by_group(row["students"], self.load.is_contacted)

    def changes(self, found: Changes | None) -> Iterator[Figure]:
        """What is new; each count has a noise of its own."""
        for name in CHANGES if found is not None else ():
            told = getattr(found, name).students
            if told is not None:
                low, high = self.rules.count(told, about=True)
                ends = low - self.rules.noise, high + self.rules.noise
                inside = self.load.secrets[name].of(self._everybody())
                yield Figure(name, self.load, inside, *ends, f"{name} {self.filters}")

    def _told(self, found: pd.DataFrame) -> list[dict[Any, Any]]:
        rows: list[dict[Any, Any]] = found[~found["withheld"]].to_dict("records")
        return rows

    def _everybody(self) -> Mask:
        return self.load.contacted(self.filters)

    def _of_school(self, district: str, school: Any) -> Mask:
        in_none = pd.isna(self.load.school_now)
        of_school = in_none if pd.isna(school) else self.load.school_now == school
        return self._everybody() & (self.load.district_now == district) & of_school

    def _is_so(self, secret: str, told: Any, *values: str) -> Iterator[Figure]:
        if secret not in self.load.secrets:
            return
        truth = self.load.secrets[secret]
        inside = truth.of(self._everybody(), *values)
        yield from self._figures(secret, inside, float(told))
        # Or this is known of everybody, and their group is not.
        kinds = [truth.values.index(value) for value in values or truth.values]
        yield from self._by_group(told, truth.numbers[kinds].sum(axis=0) > 0)

    def _sum(self, secret: str, inside: Mask, told: Any, *, about: bool) -> Iterator[Figure]:
        """A sum of contacts, which has no noise."""
        low, high = self.rules.count(float(told), about=about)
        unknowns = self.load.secrets[secret].of(inside)
        yield Figure(secret, self.load, unknowns, low, high, f"{secret} {self.filters}")

    def _by_group(self, told: Any, behind: Mask) -> Iterator[Figure]:
        """Who is in a group of those contacted, all else known."""
        for name in SECRET_GROUPS:
            people = self.load.contacted(self.filters, but=name) & behind
            values = self.filters.chosen().get(name)
            if values and not (people & ~self.load.has(name)).any():
                inside = self.load.secrets[name].of(people, *values)
                yield from self._figures(name, inside, float(told))

    def _figures(self, secret: str, inside: Mask, told: float) -> Iterator[Figure]:
        low, high = self.rules.count(told, about=True)
        yield Figure(
            secret, self.load, inside, low, high, f"{secret} {self.filters}", self._noise()
        )

    def _noise(self) -> Hashable:
        groups = {name: v for name, v in self.filters.chosen().items() if name in SECRET_GROUPS}
        if not groups:
            return None
        whom = self.load.contacted(replace(self.filters, **dict.fromkeys(groups, ())))
        return "contacted", np.packbits(whom).tobytes(), str(groups)
