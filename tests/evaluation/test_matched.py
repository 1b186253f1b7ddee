"""The matched design: what it finds, what must not matter to it, and its checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.recovery import SHOWN, World, simulate
from evaluation.assessment import assess
from evaluation.histories import Records, histories
from evaluation.inference import Estimates
from evaluation.matched import Fit, NoComparisonError, Stacks, fit, prepare, select
from evaluation.verdict import (
    Ruling,
    Verdict,
    held_out_check,
    plain_leads,
    symmetric_difference,
    verdict,
)

MONTHS = (1, 3, 6)
ROWS = (
    "student",
    "school",
    "district",
    "visited",
    "stratum",
    "place",
    "history",
    "outcome",
    "weight",
)


@pytest.fixture(scope="module")
def world() -> World:
    return simulate("last month", seed=1)


@pytest.fixture(scope="module")
def found(world: World) -> Fit:
    return fit(prepare(world.records), SHOWN)


# --- Histories ------------------------------------------------------------------------


def records(rate: list[list[float]], days: list[list[float]] | None = None) -> Records:
    rates = np.array(rate)
    students, months = rates.shape
    return Records(
        rates,
        np.where(np.isnan(rates), 0.0, 20.0) if days is None else np.array(days),
        np.zeros((students, months), dtype=np.int64),
        np.full(students, np.inf),
        np.zeros((students, months), dtype=np.int64),
        np.zeros(students, dtype=np.int64),
        np.arange(students),
    )


def test_histories_are_the_last_three_months_the_half_year_and_the_year_before() -> None:
    rates = [0.1] * 11 + [0.5] * 6 + [0.7, 0.8, 0.9]
    [history] = histories(records([rates]), last=19)
    assert history == pytest.approx([0.9, 0.8, 0.7, 0.5, 0.1])


def test_histories_weight_by_days_and_fall_back_where_days_are_few() -> None:
    rates = [0.1] * 11 + [0.2, 0.2, 0.2, 0.2, 0.2, 0.8] + [0.7, 0.8, 0.9]
    days = [0.0] * 11 + [5.0] * 5 + [20.0] + [20.0] * 3
    [history] = histories(records([rates], [days]), last=19)
    assert history[3] == pytest.approx((25 * 0.2 + 20 * 0.8) / 45)
    assert history[4] == history[3]  # no year before
    short = [0.0] * 15 + [5.0, 20.0] + [20.0] * 3
    [history] = histories(records([rates], [short]), last=19)
    assert history[3] == pytest.approx(np.mean([0.7, 0.8, 0.9]))


# --- Recovery ----------------------------------------------------------------------------


def test_the_effect_is_found_where_before_and_after_is_far_off(world: World, found: Fit) -> None:
    at = world.records.visited_at
    visited = np.flatnonzero(np.isfinite(at))
    month = at[visited].astype(int)
    rise = (
        world.records.rate[visited, np.minimum(month + 1, 39)]
        - world.records.rate[visited, month - 1]
    ).mean()
    assert rise > world.truth[0] + 0.1
    assert found.estimates.estimate == pytest.approx(world.truth, abs=0.012)
    low, high = found.estimates.interval()
    assert np.all(high - low < 0.03)
    assert np.all(found.share_matched > 0.95)


def test_where_visits_change_nothing_nothing_is_found() -> None:
    world = simulate("null effect", seed=2)
    assert np.all(world.truth == 0)
    found = fit(prepare(world.records), SHOWN).estimates
    assert np.all(np.abs(found.estimate) < 0.012)


def test_a_district_that_differs_from_the_others_is_not_taken_for_an_effect() -> None:
    world = simulate("null effect", seed=2, districts_apart=1.0)
    stacks = prepare(world.records)
    as_one = replace(stacks, district=np.zeros_like(stacks.district))

    def found(rows: Stacks, district: int) -> Estimates:
        return fit(select(rows, stacks.district == district), SHOWN).estimates

    highest = int(stacks.district.max())
    for district in (0, highest):
        apart = found(stacks, district)
        assert np.all(np.abs(apart.estimate) < 3 * apart.standard_error)
        assert np.all(apart.standard_error < 0.02)
    assert found(as_one, 0).estimate[-1] < -0.03
    assert found(as_one, highest).estimate[-1] > 0.03


def test_the_adjustment_is_the_regression_with_every_indicator_written_out(world: World) -> None:
    everyone = prepare(world.records)
    stacks = select(everyone, everyone.student < 2_000)
    column = stacks.column(6)
    known = ~np.isnan(stacks.outcome[:, column])
    visited = known & stacks.visited
    strata = np.unique(stacks.stratum[visited])
    compared = known & ~stacks.visited & np.isin(stacks.stratum, strata)
    visited &= np.isin(stacks.stratum, np.unique(stacks.stratum[compared]))
    weight = stacks.weight[:, column].copy()
    for stratum in strata:
        rows = compared & (stacks.stratum == stratum)
        people = (visited & (stacks.stratum == stratum)).sum()
        weight[rows] *= people / max(weight[rows].sum(), 1e-9)
    indicators = np.column_stack(
        [
            stacks.history,
            *(stacks.district == district for district in np.unique(stacks.district)),
            *(stacks.stratum == stratum for stratum in strata),
        ]
    ).astype(float)
    root = np.sqrt(weight[compared])
    slope = np.linalg.lstsq(
        indicators[compared] * root[:, None], stacks.outcome[compared, column] * root, rcond=None
    )[0]
    expected = (stacks.outcome[visited, column] - indicators[visited] @ slope).mean()
    assert visited.sum() > 200
    assert fit(stacks, (6,)).estimates.estimate == pytest.approx([expected], abs=1e-8)


def test_the_two_lines_differ_by_the_effect(found: Fit) -> None:
    assert found.visited_rate - found.comparison_rate == pytest.approx(found.estimates.estimate)
    assert np.all(found.students > 1_000)
    assert np.all(found.comparison_size > found.students)


def test_the_last_months_before_agree_by_construction(world: World) -> None:
    before = fit(prepare(world.records), (-3, -2, -1)).estimates.estimate
    assert before == pytest.approx(0, abs=1e-9)


# --- What must not matter -------------------------------------------------------------------


def shuffled(world: Records, seed: int = 3) -> Records:
    order = np.random.default_rng(seed).permutation(len(world.visited_at))
    return Records(
        world.rate[order],
        world.days[order],
        world.band[order],
        world.visited_at[order],
        world.district[order],
        world.school[order],
        world.order[order],
    )


def same(one: Fit, other: Fit, tolerance: float = 1e-9) -> None:
    assert one.estimates.estimate == pytest.approx(other.estimates.estimate, abs=tolerance)
    assert one.estimates.standard_error == pytest.approx(
        other.estimates.standard_error, abs=tolerance
    )


def test_the_order_and_names_of_students_do_not_matter(world: World, found: Fit) -> None:
    same(fit(prepare(shuffled(world.records)), SHOWN), found)


def test_students_in_strata_without_visited_ones_do_not_matter(world: World) -> None:
    stacks = prepare(world.records)
    kept = np.bincount(stacks.stratum, stacks.visited)
    assert np.all(kept > 0)
    far = replace(
        stacks,
        stratum=np.where(stacks.visited, stacks.stratum, stacks.stratum + 10_000),
    )
    strangers = {
        name: np.concatenate([getattr(stacks, name), getattr(far, name)[~far.visited]])
        for name in ROWS
    }
    same(fit(replace(stacks, **strangers), MONTHS), fit(stacks, MONTHS))


def test_a_selection_uses_its_own_strata_and_enough_to_compare(world: World) -> None:
    stacks = prepare(world.records)
    chosen = np.isin(stacks.student, np.flatnonzero(world.records.visited_at == 20))
    few = select(stacks, chosen)
    assert few.visited.sum() == (chosen & stacks.visited).sum() > 100
    assert set(few.stratum) == set(few.stratum[few.visited])
    everyone = chosen | ~stacks.visited
    kept = {name: getattr(stacks, name)[everyone] for name in ROWS}
    with_all_to_compare = fit(replace(stacks, **kept), MONTHS).estimates
    assert fit(few, MONTHS).estimates.estimate == pytest.approx(
        with_all_to_compare.estimate, abs=0.004
    )
    assert len(few.student) < everyone.sum() / 5


def test_doubling_the_data_halves_the_variance(world: World) -> None:
    small = shuffled(world.records)
    part = slice(0, 6_000)
    one = Records(
        small.rate[part],
        small.days[part],
        small.band[part],
        small.visited_at[part],
        small.district[part],
        np.arange(6_000),  # each student a school: clusters double too
        small.order[part],
    )
    stacks = prepare(one)
    rows = len(stacks.student)
    twice = replace(
        stacks,
        student=np.concatenate([stacks.student, stacks.student + 6_000]),
        school=np.concatenate([stacks.school, stacks.school + 6_000]),
        district=np.tile(stacks.district, 2),
        visited=np.tile(stacks.visited, 2),
        stratum=np.tile(stacks.stratum, 2),
        place=np.tile(stacks.place, 2),
        history=np.tile(stacks.history, (2, 1)),
        outcome=np.tile(stacks.outcome, (2, 1)),
        weight=np.tile(stacks.weight, (2, 1)),
    )
    assert len(twice.student) == 2 * rows
    single, double = fit(stacks, MONTHS).estimates, fit(twice, MONTHS).estimates
    assert double.estimate == pytest.approx(single.estimate, abs=1e-9)
    assert double.standard_error == pytest.approx(single.standard_error / np.sqrt(2), abs=1e-9)


def test_a_level_added_to_every_outcome_does_not_matter(world: World, found: Fit) -> None:
    stacks = prepare(world.records)
    higher = replace(stacks, outcome=stacks.outcome + 0.25)
    same(fit(higher, SHOWN), found)


def test_a_student_in_several_stacks_counts_once_in_the_clustering(world: World) -> None:
    stacks = prepare(world.records)
    several = np.bincount(stacks.student[~stacks.visited])
    assert several.max() > 1
    influence = fit(stacks, MONTHS).estimates.influence
    assert len(influence) == len(np.unique(stacks.student))


# --- Summers and limits -----------------------------------------------------------------------


def test_a_summer_visit_has_no_month_zero_and_june_is_the_month_before(world: World) -> None:
    at = world.records.visited_at
    summer = replace(world.records, visited_at=np.where(at == 20, 19.5, at))
    stacks = prepare(summer)
    rows = stacks.visited & np.isin(stacks.student, np.flatnonzero(at == 20))
    assert np.isnan(stacks.outcome[rows][:, stacks.column(0)]).all()
    student = stacks.student[rows]
    assert stacks.outcome[rows][:, stacks.column(-1)] == pytest.approx(
        world.records.rate[student, 19]
    )
    assert stacks.outcome[rows][:, stacks.column(1)] == pytest.approx(
        world.records.rate[student, 20]
    )


def test_without_three_months_before_any_visit_there_is_nothing_to_compare(world: World) -> None:
    early = replace(
        world.records, visited_at=np.where(np.isfinite(world.records.visited_at), 1.0, np.inf)
    )
    with pytest.raises(ValueError, match="three school months"):
        prepare(early)


# --- Checks and verdicts ------------------------------------------------------------------------


def opinion(records: Records) -> Verdict:
    stacks = prepare(records)
    unmatched = prepare(records, range(-11, 13), by_history=False)
    return verdict(fit(stacks, SHOWN), held_out_check(stacks), plain_leads(unmatched)).verdict


def test_visits_chosen_by_recent_attendance_pass_and_by_a_fixed_trait_do_not(world: World) -> None:
    assert opinion(world.records) is Verdict.EFFECT
    trait = simulate("fixed trait", seed=1)
    assert opinion(trait.records) is Verdict.SYMMETRIC
    unmatched = prepare(trait.records, range(-11, 13), by_history=False)
    second = symmetric_difference(unmatched, SHOWN).estimates.estimate
    assert second == pytest.approx(trait.truth, abs=0.015)


def test_few_students_get_no_headline(world: World) -> None:
    stacks = prepare(world.records)
    few = select(stacks, np.cumsum(stacks.visited) <= 40)
    unmatched = prepare(world.records, range(-11, 13), by_history=False)
    said = verdict(fit(few, SHOWN), held_out_check(few), plain_leads(unmatched))
    assert said == Ruling(Verdict.FEW)


def test_one_visited_student_gets_no_band_and_no_headline(world: World) -> None:
    stacks = prepare(world.records)
    unmatched = prepare(world.records, range(-11, 13), by_history=False)
    one = np.flatnonzero(world.records.visited_at == 20)[0]
    found = assess(*(select(rows, rows.student == one) for rows in (stacks, unmatched)))
    assert found.effect.students.max() == 1
    assert np.isnan(found.low).all()
    assert np.isnan(found.no_effect_p)
    assert found.verdict is Verdict.FEW


def test_nobody_to_assess_is_said(world: World) -> None:
    stacks = prepare(world.records)
    nobody = select(stacks, np.zeros(len(stacks.student), dtype=bool))
    with pytest.raises(NoComparisonError, match="none of these visited"):
        assess(nobody, nobody)


def test_the_joint_test_tells_an_effect_from_none(world: World) -> None:
    def p_value(records: Records) -> float:
        unmatched = prepare(records, range(-11, 13), by_history=False)
        return assess(prepare(records), unmatched).no_effect_p

    assert p_value(world.records) < 0.001
    assert p_value(simulate("null effect", seed=2).records) > 0.01
