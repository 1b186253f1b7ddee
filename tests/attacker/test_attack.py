"""Plays the attacker (privacy rule 7): nobody is found out, and without each rule somebody is.

This is a sample; ``python -m benchmarks.attacker`` asks everything.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from queries import changes, memory, standing, viewer
from queries.disclosure import counts, parts, precision
from queries.filters import Filters, View
from tests.attacker import questions
from tests.attacker.attack import Attacker
from tests.attacker.knowledge import ROLES, Load
from tests.attacker.solve import Bound
from tests.attacker.telling import Rules

QUESTIONS, SEED = 10, 20


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What other tests, with other rules, were told is not remembered."""
    memory._memory._results.clear()
    yield
    memory._memory._results.clear()


def sample(load: Load, role: str) -> list[View]:
    """Some of all questions that a role is told something of."""
    sets = questions.options(load)
    every = [*questions.up_to(2, sets), *questions.at_random(300, sets, SEED)]
    asked = questions.worth_asking(every, load, ROLES[role])
    some = random.Random(SEED).sample(asked, QUESTIONS)
    return list(questions.views([Filters(), *some]))


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_found_out_by_a_sample_of_all_questions(loads: list[Load], role: str) -> None:
    attacker = Attacker(ROLES[role], Rules())
    told = attacker.ask(loads, sample(loads[-1], role))
    assert told.figures > 200
    found = [attacker.found_out(told, name) for name in told.secrets]
    assert not any(found), found


# --- Each rule switched off -------------------------------------------------------------------


def each_district(load: Load) -> list[View]:
    """The districts one by one, once with the same students all along."""
    districts = [Filters(district=(code,)) for code in load.groups["district"]]
    return [View(one, same_students=same) for one in districts for same in (False, True)]


def each_value(load: Load) -> list[View]:
    """Everybody, and sets of values of one dimension."""
    sets = questions.options(load)
    one = [Filters(**{name: values}) for name, chosen in sets.items() for values in chosen]
    return [View(filters) for filters in (Filters(), *one)][:40]


def own_district(load: Load) -> list[View]:
    """The coordinator's own district, by sets of values of one more dimension."""
    sets = questions.options(load)
    names = ("grade", "modality", "visitor_type", "cohort")
    return [
        View(Filters(district=COORDINATOR.districts, **{name: values}))
        for name in names
        for values in sets[name]
    ]


LEADERSHIP, COORDINATOR = ROLES["leadership"], ROLES["coordinator"]

Ask = Callable[[Load], list[View]]

ASKED = [(each_district, LEADERSHIP), (each_value, LEADERSHIP), (own_district, COORDINATOR)]


@pytest.mark.parametrize(("ask", "who"), ASKED)
def test_what_tells_without_a_rule_tells_nothing_with_all(
    loads: list[Load], ask: Ask, who: viewer.Viewer
) -> None:
    assert not who_is_found_out(Attacker(who, Rules()), loads, ask)


def without_threshold(patch: pytest.MonkeyPatch) -> Attacker:
    patch.setattr(viewer, "LOWEST_THRESHOLD", 1)
    everything = viewer.Viewer("leadership", threshold=1, threshold_of_files=1)
    return Attacker(everything, Rules())


def without_regard_to_what_a_coordinator_knows(_patch: pytest.MonkeyPatch) -> Attacker:
    """A coordinator is told what people are who know nobody."""
    return Attacker(LEADERSHIP, Rules(), knows=COORDINATOR)


def without_parts(patch: pytest.MonkeyPatch) -> Attacker:
    def nothing(_cells: Any, _filters: Any, of: parts.Counts) -> parts.Counts:
        return np.full(of.shape[1], parts.NOTHING_TOLD)

    patch.setattr(parts, "_smallest_crossing", nothing)
    return Attacker(LEADERSHIP, Rules())


def with_tenths_of_all(patch: pytest.MonkeyPatch) -> Attacker:
    patch.setattr(precision, "_UNITS", ((0, precision.TENTH),))
    return Attacker(LEADERSHIP, Rules(units=((math.inf, 0.001),)))


def without_noise_of_rates(patch: pytest.MonkeyPatch) -> Attacker:
    patch.setattr(precision, "_LARGEST_NOISE", 0.0)
    return Attacker(LEADERSHIP, Rules(rate_noise=0.0))


def with_exact_shares(patch: pytest.MonkeyPatch) -> Attacker:
    def exact(yes: pd.Series, students: pd.Series) -> pd.DataFrame:
        return pd.DataFrame({"share": (yes / students.where(students > 0)).round(3), "beyond": ""})

    patch.setattr(standing, "told_share", exact)
    patch.setattr(standing, "drawn_noise", lambda _key, _what: 0)
    bounds = ((math.inf, 0.0),)
    rules = Rules(share_tenths_from=0, share_rounded_to=1, share_noise=0, share_bounds=bounds)
    return Attacker(LEADERSHIP, rules)


def without_noise_of_counts(patch: pytest.MonkeyPatch) -> Attacker:
    for module in (counts, standing, changes):
        patch.setattr(module, "drawn_noise", lambda _key, _what: 0)
    patch.setattr(counts, "_LARGEST_NOISE", 0)
    return Attacker(LEADERSHIP, Rules(noise=0, share_noise=0))


@pytest.mark.parametrize(
    ("switch_off", "ask"),
    [
        (without_threshold, each_district),
        (without_regard_to_what_a_coordinator_knows, own_district),
        (without_parts, each_value),
        (with_tenths_of_all, each_district),
        (without_noise_of_rates, each_district),
        (with_exact_shares, each_district),
        (without_noise_of_counts, each_district),
    ],
)
def test_without_a_rule_somebody_is_found_out(
    loads: list[Load],
    monkeypatch: pytest.MonkeyPatch,
    switch_off: Callable[[pytest.MonkeyPatch], Attacker],
    ask: Ask,
) -> None:
    assert who_is_found_out(switch_off(monkeypatch), loads, ask)


def who_is_found_out(attacker: Attacker, loads: list[Load], ask: Ask) -> list[Bound]:
    """Between two loads by what changes from day to day, otherwise in one of them."""
    told = attacker.ask(loads if ask is each_district else loads[-1:], ask(loads[-1]))
    found = (attacker.found_out(told, name) for name in told.secrets)
    return [one for one in found if one is not None]
