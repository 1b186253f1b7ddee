"""Plays the attacker (privacy rule 7): nobody is found out, and without each rule somebody is.

This is a sample; ``python -m benchmarks.attacker`` asks everything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from queries import memory
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
    some = random.Random(SEED).sample(asked, QUESTIONS)  # noqa: S311 no secret
    return list(questions.views([Filters(), *some]))


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_found_out_by_a_sample_of_all_questions(loads: list[Load], role: str) -> None:
    attacker = Attacker(ROLES[role], Rules())
    told = attacker.ask(loads, sample(loads[-1], role))
    assert told.figures > 100
    assert [found for name in told.secrets if (found := attacker.found_out(told, name))] == []
