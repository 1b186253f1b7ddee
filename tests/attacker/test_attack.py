"""Plays the attacker (privacy rule 7): nobody is found out, and without each rule somebody is.

This is a sample; ``python -m benchmarks.attacker`` asks everything.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from queries import changes, memory, standing, viewer
from queries.disclosure import counts, parts
from queries.filters import Filters, View
from tests.attacker import questions
from tests.attacker.attack import Attacker
from tests.attacker.knowledge import RATES, ROLES, SHARES, Load
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
    told = attacker.ask(loads[-1:], sample(loads[-1], role))
    assert told.figures > 100
    # What a coordinator is told by group of few students unknown to them is not held yet.
    names = (*RATES, *SHARES) if role == "coordinator" else tuple(told.secrets)
    found = [attacker.found_out(told, name) for name in names if name in told.secrets]
    assert not any(found), found


# --- Each rule switched off -------------------------------------------------------------------


def each_value(load: Load) -> list[View]:
    """Everybody, and every set of values of one dimension."""
    sets = questions.options(load)
    one = [Filters(**{name: values}) for name, chosen in sets.items() for values in chosen]
    return [View(filters) for filters in (Filters(), *one)]


def without_threshold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(viewer, "LOWEST_THRESHOLD", 1)


def without_parts(patch: pytest.MonkeyPatch) -> None:
    def nothing(_cells: Any, _filters: Any, of: parts.Counts) -> parts.Counts:
        return np.full(of.shape[1], parts.NOTHING_TOLD)

    patch.setattr(parts, "_smallest_crossing", nothing)


def without_noise(patch: pytest.MonkeyPatch) -> None:
    for module in (counts, standing, changes):
        patch.setattr(module, "drawn_noise", lambda _key, _what: 0)
    patch.setattr(counts, "_LARGEST_NOISE", 0)


def test_without_a_threshold_a_single_students_months_are_told(
    loads: list[Load], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_threshold(monkeypatch)
    everything = viewer.Viewer("leadership", threshold=1, threshold_of_files=1)
    views = [View(Filters(district=("0020011",))), View(Filters(grade=("11",)))]
    assert is_somebody_found_out(Attacker(everything, Rules()), loads, views)


@pytest.mark.parametrize(
    ("switch_off", "rules", "number"),
    [(without_parts, Rules(), 40), (without_noise, Rules(noise=0), 24)],
)
def test_without_a_rule_somebody_is_found_out(
    loads: list[Load],
    monkeypatch: pytest.MonkeyPatch,
    switch_off: Callable[[pytest.MonkeyPatch], None],
    rules: Rules,
    number: int,
) -> None:
    switch_off(monkeypatch)
    views = each_value(loads[-1])[:number]
    assert is_somebody_found_out(Attacker(ROLES["leadership"], rules), loads, views)


def is_somebody_found_out(attacker: Attacker, loads: list[Load], views: list[View]) -> bool:
    told = attacker.ask(loads[-1:], views)
    return any(attacker.found_out(told, name) for name in told.secrets)
