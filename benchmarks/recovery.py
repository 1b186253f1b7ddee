"""Does the evaluation find effects that are known, and none where there is none?

    python -m benchmarks.recovery                 # 20 runs of each kind of selection
    python -m benchmarks.recovery --runs 100

Simulates 20,000 students over 40 school months, about 3,000 of them visited, chosen in different
ways. Prints, in points at months 1, 6 and 9: the bias of the plain before/after change, of
Callaway-Sant'Anna without histories, of the symmetric design and of the matched design, the
share of the matched design's intervals that hold the truth, and how often the held-out past
passes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from evaluation.group_time import Panel, dynamic_effects, group_time_effects
from evaluation.histories import Records
from evaluation.inference import Floats, Ints
from evaluation.matched import fit, prepare
from evaluation.verdict import held_out_check, symmetric_difference

STUDENTS, MONTHS, DAYS, VISITED = 20_000, 40, 18, 3_000
FIRST_VISITS, LAST_VISITS = 14, 36
DISTRICTS = 5
NOISE = 0.3  # of the choice, against attendance rates from 0 to 1
SHOWN = (1, 6, 9)
EFFECT = np.array([0.02, 0.04, 0.055, 0.07, 0.085, 0.1, 0.11, 0.109, 0.107, 0.105])
SELECTIONS = ("last month", "fixed trait", "mix", "hidden shock", "year to date", "null effect")

# What the matched design must keep to at each month: bias in points, coverage in per cent.
BARS = {
    "last month": (0.5, 85),
    "mix": (0.8, 60),
    "year to date": (0.5, 85),
    "null effect": (0.4, 0),
}


@dataclass(frozen=True)
class World:
    """A simulated program: the records, and each visited student's true effects."""

    records: Records
    truth: Floats  # at SHOWN, mean over the visited who have that month


def simulate(selection: str, seed: int, districts_apart: float = 0.0) -> World:
    """Students with a lasting inclination and passing shocks, visited by ``selection``.

    Districts differ in level by ``districts_apart`` (logit scale) and drift apart as much again.
    """
    rng = np.random.default_rng(seed)
    lasting = rng.normal(2.2, 0.6, STUDENTS) - rng.exponential(0.8, STUDENTS)
    shock = _shocks(rng)
    season = 0.25 * np.sin(np.arange(MONTHS) * 2 * np.pi / 10)
    district = np.arange(STUDENTS) % DISTRICTS
    place = np.linspace(-0.5, 0.5, DISTRICTS)[district]
    apart = districts_apart * place[:, None] * np.linspace(1, 2, MONTHS)
    probability = 1 / (1 + np.exp(-(lasting[:, None] + shock + season + apart)))
    attended = rng.binomial(DAYS, probability)
    visited_at = _visits(selection, attended / DAYS, lasting, shock, rng)
    month = np.arange(MONTHS)[None, :] - np.where(np.isfinite(visited_at), visited_at, 99)[:, None]
    growth = EFFECT[np.clip(month, 0, len(EFFECT) - 1).astype(int)] * (month >= 0)
    if selection == "null effect":
        growth = growth * 0
    responds = rng.random(STUDENTS) < 0.7
    change = np.minimum(growth * responds[:, None] / 0.7, 1 - probability)
    attended = attended + rng.binomial(DAYS - attended, change / (1 - probability))
    records = Records(
        rate=attended / DAYS,
        days=np.full((STUDENTS, MONTHS), float(DAYS)),
        band=np.repeat(rng.integers(0, 2, STUDENTS)[:, None], MONTHS, axis=1),
        visited_at=visited_at,
        district=np.repeat(district[:, None], MONTHS, axis=1),
        school=rng.integers(0, 60, STUDENTS),
        order=rng.permutation(STUDENTS),
    )
    return World(records, np.array([change[month == event].mean() for event in SHOWN]))


def _shocks(rng: np.random.Generator) -> Floats:
    shock = np.empty((STUDENTS, MONTHS))
    shock[:, 0] = rng.normal(0, 0.6, STUDENTS)
    for at in range(1, MONTHS):
        shock[:, at] = 0.6 * shock[:, at - 1] + rng.normal(0, 0.48, STUDENTS)
    return shock


def _visits(
    selection: str, rate: Floats, lasting: Floats, shock: Floats, rng: np.random.Generator
) -> Floats:
    visited_at = np.full(STUDENTS, np.inf)
    each = VISITED // (LAST_VISITS - FIRST_VISITS)
    for at in range(FIRST_VISITS, LAST_VISITS):
        september = at - at % 10 if at % 10 else at - 10
        score = {
            "last month": rate[:, at - 1],
            "null effect": rate[:, at - 1],
            "fixed trait": lasting / 5,
            "mix": 0.3 * rate[:, at - 1] + 0.3 * rate[:, september:at].mean(axis=1) + lasting / 40,
            "hidden shock": shock[:, at - 1] / 5,
            "year to date": rate[:, september:at].mean(axis=1),
        }[selection] + rng.normal(0, NOISE, STUDENTS)
        score[np.isfinite(visited_at)] = np.inf
        visited_at[np.argpartition(score, each)[:each]] = at
    return visited_at


def run(selection: str, seed: int) -> tuple[dict[str, Floats], Floats, bool]:
    """Errors of each design at SHOWN, whether the interval holds the truth, the check."""
    world = simulate(selection, seed)
    records = world.records
    stacks = prepare(records)
    matched = fit(stacks, SHOWN).estimates
    unmatched = prepare(records, range(-11, 13), by_history=False)
    symmetric = symmetric_difference(unmatched, SHOWN).estimates.estimate
    low, high = matched.interval()
    held_out = held_out_check(stacks)
    errors = {
        "before and after": _before_after(records) - world.truth,
        "plain Callaway-Sant'Anna": _callaway_santanna(records) - world.truth,
        "symmetric": symmetric - world.truth,
        "matched": matched.estimate - world.truth,
    }
    return errors, (low <= world.truth) & (world.truth <= high), bool(held_out and held_out.passes)


def _before_after(records: Records) -> Floats:
    visited = np.flatnonzero(np.isfinite(records.visited_at))
    at = records.visited_at[visited].astype(int)
    changes = []
    for event in SHOWN:
        known = at + event < MONTHS
        change = records.rate[visited, np.minimum(at + event, MONTHS - 1)]
        changes.append((change - records.rate[visited, at - 1])[known].mean())
    return np.array(changes)


def _callaway_santanna(records: Records) -> Floats:
    first: Ints = np.where(np.isfinite(records.visited_at), records.visited_at + 1, 0).astype(int)
    panel = Panel(records.rate, first, np.arange(1, MONTHS + 1))
    dynamic = dynamic_effects(group_time_effects(panel, "not_yet_treated"))
    return np.array([dynamic.estimate[dynamic.event == event][0] for event in SHOWN])


def main() -> None:
    """Print the table and whether the bars are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    print(f"bias in points at months {SHOWN}, {runs} runs each")
    for selection in SELECTIONS:
        results = [run(selection, seed) for seed in range(runs)]
        print(f"\nchosen by {selection}" if "null" not in selection else f"\n{selection}")
        for design in results[0][0]:
            bias = 100 * np.mean([errors[design] for errors, _covered, _passed in results], axis=0)
            print(f"  {design:26}" + "".join(f"{value:8.1f}" for value in bias))
        coverage = 100 * np.mean([covered for _errors, covered, _passed in results], axis=0)
        print(f"  {'intervals hold the truth':26}" + "".join(f"{c:7.0f}%" for c in coverage))
        passed = 100 * np.mean([passed for _errors, _covered, passed in results])
        print(f"  {'held-out past passes':26}{passed:7.0f}%")
        if selection in BARS:
            largest_bias, least_coverage = BARS[selection]
            kept = np.all(np.abs(bias) <= largest_bias) and np.all(coverage >= least_coverage)
            print(f"  {'bars kept' if kept else 'BARS BROKEN'}")


if __name__ == "__main__":
    main()
