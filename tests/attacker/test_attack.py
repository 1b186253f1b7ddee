"""Plays the attacker (privacy rule 7): nobody is found out, and without each rule somebody is.

This is a sample; ``python -m benchmarks.attacker`` asks everything.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from queries import changes, effects, memory, standing, trajectories, viewer
from queries.disclosure import counts, parts, precision, shares
from queries.filters import Filters, View
from tests.attacker import questions
from tests.attacker.attack import Attacker
from tests.attacker.knowledge import ROLES, Load
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
    assert [found for name in told.secrets if (found := attacker.found_out(told, name))] == []


# --- Each rule switched off -------------------------------------------------------------------

Switch = Callable[[pytest.MonkeyPatch], None]
Counts = parts.Counts


def _without_parts(patch: pytest.MonkeyPatch) -> None:
    def nothing(_cells: Any, _filters: Any, of: Counts) -> Counts:
        return np.full(of.shape[1], parts.NOTHING_TOLD)

    patch.setattr(parts, "_smallest_crossing", nothing)


def _without_rest(patch: pytest.MonkeyPatch) -> None:
    def nothing(_cells: Any, _filters: Any, _name: str, of: Counts) -> Counts:
        return np.full(of.shape[1], parts.NOTHING_TOLD)

    patch.setattr(parts, "_rest", nothing)


def _without_noise(patch: pytest.MonkeyPatch) -> None:
    for module in (counts, standing, changes):
        patch.setattr(module, "drawn_noise", lambda _key, _what: 0)
    patch.setattr(counts, "_LARGEST_NOISE", 0)


def _without_share_rounding(patch: pytest.MonkeyPatch) -> None:
    _without_noise(patch)
    patch.setattr(shares, "rounded", lambda students: students)


def _everybody_unknown(patch: pytest.MonkeyPatch) -> None:
    for module in (trajectories, standing, effects, parts):
        patch.setattr(module, "is_known", lambda _viewer: sa.false())


def _without_precision(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(precision, "TENTHS_FROM", 0)


def _without_bounds(patch: pytest.MonkeyPatch) -> None:
    def none(students: pd.Series) -> tuple[pd.Series, pd.Series]:
        return students * 0.0, students * 0.0 + 1.0

    patch.setattr(precision, "bounds", none)


def _without_threshold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(viewer, "LOWEST_THRESHOLD", 1)
