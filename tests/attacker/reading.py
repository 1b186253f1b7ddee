"""From answers to equations: what each query tells of the served students."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from queries import changes, effects, ranking, trajectories
from queries.filters import Filters, View
from queries.schema import EVENT_MONTHS, EVERYBODY, GRADE_BANDS, GRADES
from queries.viewer import Viewer
from tests.attacker.equations import Figure
from tests.attacker.knowledge import PERCENT, SECRET_GROUPS, SHARES, Load, Mask, secret_of_month
from tests.attacker.telling import Rules


@dataclass(frozen=True)
class Reader:
    """An attacker at the answers that a viewer is given of one load.

    ``told`` is the viewer that the answer is for: of files, with the threshold of files.
    """

    load: Load
    told: Viewer
    rules: Rules

    # --- Rates and shares --------------------------------------------------------------------

    def trajectory(self, found: trajectories.Trajectory) -> Iterator[Figure]:
        """The core chart: a mean for each month and group, and how many stand behind it."""
        view = found.view
        own = {group: self._is_own_of_months(view, group) for group in set(found.frame["group"])}
        assert found.own_list == all(own.values())
        for row in found.frame.to_dict("records"):
            group, month = str(row["group"]), int(row["event_month"])
            if row["withheld"] or own[group]:
                continue
            behind = self._of_month(month)
            if view.same_students:
                behind = behind & self.load.has_every_month
            yield from self._mean(secret_of_month(month), view, group, behind, row, "rate")
            yield from self._count(self._of(view, group), behind, row, str(view))
        if view.split is None and not own[EVERYBODY] and found.served.students is not None:
            behind = self.load.has_every_month if view.same_students else self.load.is_served
            row = {"students": found.served.students, "about": found.served.about}
            yield from self._count(view.filters, behind, row, f"served {view}")

    def effects(self, view: View, found: Sequence[effects.Effect]) -> Iterator[Figure]:
        """The visited line of the comparison."""
        for effect in found:
            assert effect.own_list == self._is_own_of_months(view, effect.group)
            if effect.own_list:
                continue
            for row in effect.frame.to_dict("records"):
                month = int(row["event_month"])
                yield from self._mean(
                    secret_of_month(month),
                    view,
                    effect.group,
                    self._of_month(month),
                    row,
                    "visited_rate",
                )

    def standing(self, view: View, found: pd.DataFrame) -> Iterator[Figure]:
        """Attendance before the visit, the shares of yes and no, and how many students."""
        for row in found.reset_index().to_dict("records"):
            group = str(row["group"])
            over = [self.load.has(name) & self.load.is_served for name in ("baseline", *SHARES)]
            filters = self._of(view, group)
            if filters is None:
                continue
            assert row["own_list"] == self.load.is_on_own_list(over, filters, self.told)
            if row["own_list"]:
                continue
            behind = self.load.who_count(over[0], self.told)
            told = row | {"beyond": row["baseline_beyond"]}
            yield from self._mean("baseline", view, group, behind, told, "baseline")
            for name in SHARES:
                yield from self._share(name, filters, row, str(view))
            yield from self._standing_counts(filters, row, str(view))

    def _standing_counts(
        self, filters: Filters, row: dict[Any, Any], asked: str
    ) -> Iterator[Figure]:
        yield from self._count(filters, self.load.is_served, row, f"standing {asked}")
        before = {"students": row["students_before"], "about": row["about_before"]}
        yield from self._count(
            filters, self.load.was_visited_a_year_ago, before, f"a year ago {asked}"
        )

    def _share(
        self, name: str, filters: Filters, row: dict[Any, Any], asked: str
    ) -> Iterator[Figure]:
        over = self.load.who_count(self.load.has(name) & self.load.is_served, self.told)
        behind = self.load.chosen(filters) & over
        ends = self.rules.share(row[name], row[f"{name}_beyond"], int(behind.sum()))
        if ends:
            yield Figure(name, self.load, behind, *ends, f"{name} {asked}")

    def effect_before(self, filters: Filters, found: Any) -> Iterator[Figure]:
        """The visited rate six months after the visit, as the load before had it."""
        month = secret_of_month(changes.HEADLINE_MONTH)
        behind = self.load.is_served & self.load.has(month)
        row = {"rate": found.visited_rate, "beyond": found.beyond}
        yield from self._mean(month, View(filters), EVERYBODY, behind, row, "rate")

    def ranking(self, view: View, found: Sequence[ranking.Ranked]) -> Iterator[Figure]:
        """The effects in their order bring the visited lines along."""
        yield from self.effects(view, [row.effect for row in found])

    def _mean(
        self, secret: str, view: View, group: str, behind: Mask, row: Any, name: str
    ) -> Iterator[Figure]:
        """A mean over those of a set who have the secret at all, as a sum in per cent."""
        filters = self._of(view, group)
        if filters is None or pd.isna(row[name]):
            return
        inside = self.load.chosen(filters) & behind
        students = int(inside.sum())
        ends = self.rules.mean(row[name], row["beyond"], students)
        if ends:
            low, high = (PERCENT * end * students for end in ends)
            yield Figure(secret, self.load, inside, low, high, f"{self.told.threshold} {view}")

    # --- Counts ------------------------------------------------------------------------------

    def options(self, filters: Filters, found: pd.DataFrame) -> Iterator[Figure]:
        """The menus: how many each option would leave."""
        for row in found.to_dict("records"):
            chosen = replace(filters, **{row["dimension"]: (row["value"],)})
            asked = f"menu {filters} {row['value']}"
            yield from self._count(chosen, self.load.is_served, row, asked)

    def _count(
        self, filters: Filters | None, behind: Mask, row: Any, asked: str
    ) -> Iterator[Figure]:
        """A count by groups tells of each of these groups, all others known."""
        if filters is None or pd.isna(row["students"]) or not row["about"]:
            return
        for name in (name for name in SECRET_GROUPS if filters.chosen().get(name)):
            truth = self.load.secrets[name]
            inside = truth.of(self.load.chosen(filters, but=name) & behind, *getattr(filters, name))
            low, high = self.rules.count(float(row["students"]), about=True)
            noise = self._noise(filters, behind)
            yield Figure(name, self.load, inside, low, high, asked, noise)
            yield Figure(name, self.load, inside, self.told.threshold, np.inf, asked)

    def _noise(self, filters: Filters, behind: Mask) -> Hashable:
        """What was added: it belongs to the students asked of, and to the groups asked for."""
        groups = {name: v for name, v in filters.chosen().items() if name in SECRET_GROUPS}
        if not groups:
            return None
        whom = self.load.chosen(_without_groups(filters)) & behind
        return "served", np.packbits(whom).tobytes(), str(groups)

    # --- Whose figure it is ------------------------------------------------------------------

    def _of_month(self, month: int) -> Mask:
        have = self.load.has(secret_of_month(month)) & self.load.is_served
        return self.load.who_count(have, self.told)

    def _is_own_of_months(self, view: View, group: str) -> bool:
        filters = self._of(view, group)
        if filters is None:
            return False
        have = [
            self.load.has(secret_of_month(month)) & self.load.is_served for month in EVENT_MONTHS
        ]
        return self.load.is_on_own_list(have, filters, self.told)

    def _of(self, view: View, group: str) -> Filters | None:
        """The filters of one group of a split; None where nobody can be in both."""
        if view.split is None or group == EVERYBODY:
            return view.filters
        if view.split != "grade_band":
            return replace(view.filters, **{view.split: (group,)})
        chosen = view.filters.grades() or GRADES
        both = tuple(grade for grade in chosen if grade in GRADE_BANDS[group])
        return replace(view.filters, grade=both) if both else None


def _without_groups(filters: Filters) -> Filters:
    return replace(filters, **dict.fromkeys(SECRET_GROUPS, ()))
