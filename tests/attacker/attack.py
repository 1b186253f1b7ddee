"""The attack: ask, read, solve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from queries.changes import effect_before
from queries.database import Snapshot
from queries.effects import effect, effects
from queries.filters import View
from queries.ranking import ranked_groups
from queries.standing import standing
from queries.trajectories import trajectory
from queries.viewer import Viewer
from tests.attacker import equations, solve
from tests.attacker.equations import Figure, Told
from tests.attacker.knowledge import PERCENT, Load, Mask, opened


def ask(loads: Sequence[Load], viewer: Viewer, views: Sequence[View]) -> Told:
    """Everything that these views tell, of both loads, on screen and in files."""
    told = Told(loads)
    for load in loads:
        with opened(load.database) as data:
            for number, view in enumerate(views):
                for asking in dict.fromkeys((viewer, viewer.for_export())):
                    for figures in _answers(data, loads, load, asking, view, number):
                        told.add(figures)
    return told


def _answers(
    data: Snapshot, loads: Sequence[Load], load: Load, viewer: Viewer, view: View, number: int
) -> Iterator[Iterator[Figure]]:
    yield equations.of_trajectory(load, trajectory(data, viewer, view))
    alone = View(view.filters, view.split)
    yield equations.of_standing(load, alone, standing(data, viewer, alone))
    if number % 10 == 0:
        yield equations.of_effects(load, alone, effects(data, viewer, alone))
    if number % 50 == 0:
        by_district = View(view.filters, "district")
        ranked = ranked_groups(data, viewer, view.filters, "district")
        yield equations.of_ranking(load, by_district, ranked)
    if load is not loads[0] and len(view.filters.chosen()) <= 1:
        found = effect_before(data, viewer, view.filters, effect(data, viewer, view.filters))
        if found is not None:
            yield equations.of_effect_before(loads[0], view.filters, found)


def known_of(told: Told, viewer: Viewer) -> Mask:
    """Whose values the attacker knows, among the unknowns of all loads."""
    return np.concatenate([load.known_to(viewer) for load in told.loads])


def tightest(
    told: Told, viewer: Viewer, names: Sequence[str], most: int | None = None
) -> list[solve.Bound]:
    """The narrowest bound of each secret, the narrowest of all first."""
    found = []
    for name in names:
        if name in told.secrets:
            of = solve.system(told.secrets[name], known_of(told, viewer), PERCENT)
            bound = solve.tightest(name, of, most)
            found += [bound] if bound else []
    return sorted(found, key=lambda bound: bound.width)
