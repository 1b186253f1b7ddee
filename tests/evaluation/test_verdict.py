"""What may be said of groups too small to be checked by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from benchmarks.recovery import SHOWN, simulate
from evaluation.assessment import Assessment, assess
from evaluation.matched import Stacks, fit, prepare, select
from evaluation.verdict import (
    FEWEST_FOR_CHECKS,
    FEWEST_FOR_HEADLINE,
    HeldOut,
    Ruling,
    Verdict,
    held_out_check,
    plain_leads,
    verdict,
)

SMALL = 80


@dataclass(frozen=True)
class Program:
    """Both designs of all visited students, and what may be said of them."""

    matched: Stacks
    unmatched: Stacks
    verdict: Verdict

    def group(self, number: int, size: int = SMALL) -> tuple[Stacks, Stacks]:
        """The first, second, ... so many visited students, by the month of their visit."""
        visited = np.unique(self.matched.student[self.matched.visited])
        every = len(visited) // size  # students of all months, and no student in two groups
        chosen = visited[number::every][:size]
        matched, unmatched = (
            select(rows, np.isin(rows.student, chosen)) for rows in (self.matched, self.unmatched)
        )
        return matched, unmatched

    def assessed(self, number: int) -> Assessment:
        """A group of 50 to 99 as a load assesses it."""
        found = assess(*self.group(number), everybody=self.verdict)
        assert FEWEST_FOR_HEADLINE <= found.effect.students.max() < FEWEST_FOR_CHECKS
        return found


def program(selection: str) -> Program:
    records = simulate(selection, seed=1).records
    matched, unmatched = prepare(records), prepare(records, range(-11, 13), by_history=False)
    return Program(matched, unmatched, assess(matched, unmatched).verdict)


@pytest.fixture(scope="module")
def sound() -> Program:
    return program("last month")


def test_no_small_group_has_a_headline_where_visits_follow_a_fixed_list() -> None:
    refused = program("fixed trait")
    assert refused.verdict is not Verdict.EFFECT
    groups = [refused.assessed(number) for number in range(8)]
    assert [group.verdict for group in groups] == [Verdict.RANGE] * 8
    assert any(group.held_out is not None and group.held_out.passes for group in groups)


def test_a_small_group_takes_the_pass_of_all_and_says_so(sound: Program) -> None:
    assert sound.verdict is Verdict.EFFECT
    checks = sound.assessed(0).checks()
    assert (checks["verdict"], checks["inherited"]) == ("EFFECT", True)


def ruled(
    sound: Program, size: int = SMALL, everybody: Verdict | None = None, passes: bool = True
) -> Ruling:
    matched, unmatched = sound.group(0, size)
    held_out = held_out_check(matched)
    assert held_out is not None
    told = replace(held_out, passes=passes)
    return verdict(fit(matched, SHOWN), told, plain_leads(unmatched), everybody)


@pytest.mark.parametrize(
    ("everybody", "taken"),
    [
        (Verdict.EFFECT, Ruling(Verdict.EFFECT, inherited=True)),
        (Verdict.SYMMETRIC, Ruling(Verdict.RANGE, inherited=True)),
        (Verdict.RANGE, Ruling(Verdict.RANGE, inherited=True)),
        (Verdict.UNCHECKED, Ruling(Verdict.UNCHECKED, inherited=True)),
        (Verdict.FEW, Ruling(Verdict.FEW, inherited=True)),
        (None, Ruling(Verdict.FEW)),  # these are all students of the program
    ],
)
def test_what_a_small_group_takes_is_never_more_than_all_have(
    sound: Program, everybody: Verdict | None, taken: Ruling
) -> None:
    assert ruled(sound, everybody=everybody) == taken


def test_a_past_that_differs_is_not_outvoted_by_all(sound: Program) -> None:
    assert ruled(sound, everybody=Verdict.EFFECT, passes=False) == Ruling(Verdict.RANGE)


def test_a_small_group_without_a_past_cannot_be_checked_whatever_all_have(sound: Program) -> None:
    matched, unmatched = sound.group(0)
    no_past: HeldOut | None = None
    said = verdict(fit(matched, SHOWN), no_past, plain_leads(unmatched), Verdict.EFFECT)
    assert said == Ruling(Verdict.UNCHECKED)


def test_a_group_large_enough_is_checked_by_itself_alone(sound: Program) -> None:
    assert ruled(sound, size=300, everybody=Verdict.RANGE) == Ruling(Verdict.EFFECT)
