"""Checks of the effect, the second opinion, and what may be said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from evaluation.histories import HISTORY
from evaluation.inference import Estimates
from evaluation.matched import (
    HELD_OUT_MONTHS,
    Fit,
    Stacks,
    fit,
    fit_outcomes,
)

# Fewer students than this: a wide band and no headline; from the second on, a check of these
# students alone says enough to pass by. Those between are too few to tell a sound comparison from
# one that is off by five points, so they pass only where all visited students pass.
FEWEST_FOR_HEADLINE, FEWEST_FOR_CHECKS = 50, 100
FEWEST_MATCHED = 0.8
LARGEST_HELD_OUT_GAP, LARGEST_HELD_OUT_Z = 0.01, 2.5
LARGEST_PLAIN_LEAD = 0.02
PLAIN_LEADS = (-9, -6, -4)
_FARTHEST_BASE = -9


class Verdict(Enum):
    """What may be said of a selection."""

    EFFECT = "the matched effect is the headline"
    SYMMETRIC = "the symmetric design is the headline"
    RANGE = "visited students already differed from the comparison group"
    UNCHECKED = "the records do not reach far enough back to check the comparison"
    FEW = "too few students for a headline"


@dataclass(frozen=True)
class Ruling:
    """A verdict, and whether it was taken from all visited students (``inherited``)."""

    verdict: Verdict
    inherited: bool = False


@dataclass(frozen=True)
class HeldOut:
    """Gaps in months the matching never used; passes where they are near zero."""

    fit: Fit
    passes: bool

    @property
    def gaps(self) -> Estimates:
        """The gaps at HELD_OUT_MONTHS."""
        return self.fit.estimates


def held_out_check(stacks: Stacks) -> HeldOut | None:
    """Fit months -15 and -12 with the year before left out; None where nobody reaches so far."""
    months = fit(stacks, HELD_OUT_MONTHS, adjust_for=HISTORY[:-1])
    known = ~np.isnan(months.estimates.estimate)
    if not known.any():
        return None
    gap = months.estimates.estimate[known]
    # A few students all alike have no error to measure by: they cannot fail by it.
    error = months.estimates.standard_error[known]
    z = np.divide(gap, error, out=np.zeros_like(gap), where=error > 0)
    passes = abs(gap.mean()) <= LARGEST_HELD_OUT_GAP or bool(
        np.all(np.abs(z) <= LARGEST_HELD_OUT_Z)
    )
    return HeldOut(months, passes)


def symmetric_difference(unmatched: Stacks, event_months: tuple[int, ...]) -> Fit:
    """Change from month -(e+2), at most -9, to month e, against the not yet visited.

    ``unmatched`` comes from ``prepare(..., by_history=False)``.
    """
    bases = tuple(max(-(event + 2), _FARTHEST_BASE) for event in event_months)
    return _change(unmatched, event_months, bases)


def plain_leads(unmatched: Stacks) -> Fit:
    """Unmatched differences before the visit, against month -1."""
    return _change(unmatched, PLAIN_LEADS, (-1,) * len(PLAIN_LEADS))


def _change(unmatched: Stacks, event: tuple[int, ...], base: tuple[int, ...]) -> Fit:
    at = [unmatched.column(month) for month in event]
    change = unmatched.outcome[:, at] - unmatched.outcome[:, [unmatched.column(b) for b in base]]
    weights = np.ones_like(change)
    return fit_outcomes(unmatched, np.array(event), change, weights, ())


def verdict(
    effect: Fit, held_out: HeldOut | None, leads: Fit, everybody: Verdict | None = None
) -> Ruling:
    """The rule: enough students, a past that matches, or else a past that runs parallel.

    ``everybody`` is the verdict of all visited students, whose result a selection takes that is
    too small to pass by itself; None where there is none to take.
    """
    students = int(effect.students.max(initial=0))
    matched = effect.share_matched[effect.students > 0].min(initial=1)
    if students < FEWEST_FOR_HEADLINE or matched < FEWEST_MATCHED:
        return Ruling(Verdict.FEW)
    if held_out is None:
        return Ruling(Verdict.UNCHECKED)
    if students < FEWEST_FOR_CHECKS:
        return inherited(everybody) if held_out.passes else Ruling(Verdict.RANGE)
    if held_out.passes:
        return Ruling(Verdict.EFFECT)
    if np.all(np.abs(leads.estimates.estimate) <= LARGEST_PLAIN_LEAD):
        return Ruling(Verdict.SYMMETRIC)
    return Ruling(Verdict.RANGE)


def inherited(everybody: Verdict | None) -> Ruling:
    """What a selection too small to pass by itself takes from all visited students.

    Where all fail, it has no headline, not even of the second opinion: that rests on a past that
    ran parallel, which is as little known of so few.
    """
    if everybody is None:
        return Ruling(Verdict.FEW)
    taken = Verdict.RANGE if everybody is Verdict.SYMMETRIC else everybody
    return Ruling(taken, inherited=True)
