"""The attack: ask, read, solve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from queries import visits
from queries.changes import changes, effect_before
from queries.database import Snapshot
from queries.effects import effect, effects
from queries.facets import option_counts
from queries.filters import View
from queries.ranking import ranked_groups
from queries.schema import EVERYBODY
from queries.standing import contacts, standing
from queries.trajectories import trajectory
from queries.viewer import Viewer
from tests.attacker import solve
from tests.attacker.equations import Figure, Told
from tests.attacker.knowledge import Load, Mask, opened
from tests.attacker.reading import Reader
from tests.attacker.reading_contacts import ContactReader
from tests.attacker.telling import Rules

_TOLERANCE = 1e-4

_BY_CONTACT = ("volume", "calendar", "flow", "waits", "repeats", "visitors", "schools")


@dataclass(frozen=True)
class Attacker:
    """Who asks, and what rules hold; ``knows``: whose own list is known, if not the viewer's."""

    viewer: Viewer
    rules: Rules
    knows: Viewer | None = None

    def ask(self, loads: Sequence[Load], views: Sequence[View]) -> Told:
        """Everything that these views tell, of all loads, on screen and in files."""
        told = Told(loads, self.rules.noise)
        for load in loads:
            with opened(load.database) as data:
                for number, view in enumerate(views):
                    for asking in dict.fromkeys((self.viewer, self.viewer.for_export())):
                        reader = Reader(load, asking, self.rules)
                        for figures in _answers(data, loads, reader, view, number):
                            told.add(figures)
        return told

    def tightest(self, told: Told, name: str) -> solve.Bound | None:
        """The narrowest bound of a secret."""
        return solve.tightest(told.secrets[name], self._known(told), told.noise)

    def found_out(self, told: Told, name: str) -> solve.Bound | None:
        """Somebody of whom a secret is bounded narrower than allowed."""
        secret = told.secrets[name]
        allowed = secret.truth.allowed - _TOLERANCE
        return solve.tightest(secret, self._known(told), told.noise, under=allowed, enough=allowed)

    def _known(self, told: Told) -> Mask:
        return told.loads[0].known_to(self.knows or self.viewer)


def _answers(
    data: Snapshot, loads: Sequence[Load], reader: Reader, view: View, number: int
) -> Iterator[Iterator[Figure]]:
    viewer, alone = reader.told, View(view.filters, view.split)
    yield reader.trajectory(trajectory(data, viewer, view))
    yield reader.standing(alone, standing(data, viewer, alone))
    if number % 3 == 0:
        yield reader.options(view.filters, option_counts(data, viewer, view.filters))
    # Contacts of enough students are exempt from one load to the next.
    if number % 6 == 0 and reader.load is loads[-1]:
        yield from _contact_answers(data, reader, view)
    if number % 10 == 0:
        yield reader.effects(alone, effects(data, viewer, alone))
    if number % 50 == 0:
        by_district = View(view.filters, "district")
        ranked = ranked_groups(data, viewer, view.filters, "district")
        yield reader.ranking(by_district, ranked)
    if reader.load is not loads[0] and len(view.filters.chosen()) <= 1:
        found = effect_before(data, viewer, view.filters, effect(data, viewer, view.filters))
        if found is not None:
            before = Reader(loads[0], viewer, reader.rules)
            yield before.effect_before(view.filters, found)


def _contact_answers(data: Snapshot, asking: Reader, view: View) -> Iterator[Iterator[Figure]]:
    viewer, filters = asking.told, view.filters
    scope = visits.visits_scope(viewer, filters)
    if scope.is_own:
        return
    reader = ContactReader(asking.load, viewer, asking.rules, filters)
    for name in _BY_CONTACT:
        yield getattr(reader, name)(getattr(visits, name)(data, viewer, scope))
    yield reader.contacts(contacts(data, viewer, View(filters)).loc[EVERYBODY].to_dict())
    yield reader.changes(changes(data, viewer, filters))
