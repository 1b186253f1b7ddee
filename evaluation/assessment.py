"""All that is said of a selection of visited students: effect, second opinion, checks, verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.inference import Estimates, Floats
from evaluation.matched import (
    EFFECT_MONTHS,
    MATCHED_MONTHS,
    Fit,
    NoComparisonError,
    Stacks,
    fit,
)
from evaluation.verdict import (
    HeldOut,
    Ruling,
    Verdict,
    held_out_check,
    plain_leads,
    symmetric_difference,
    verdict,
)

# Months at which both designs are told side by side.
TOLD_MONTHS = (1, 6, 9)


@dataclass(frozen=True)
class Assessment:
    """Both designs of one selection, and what may be said of it.

    ``effect`` at EFFECT_MONTHS, with ``low`` and ``high`` the simultaneous 95 % band of the
    months that do not agree by construction; ``symmetric`` at TOLD_MONTHS; ``no_effect_p`` the
    chance of months after the visit this far from zero if all were zero; ``ruling`` what may be
    said, and whether that was taken from all visited students.
    """

    effect: Fit
    low: Floats
    high: Floats
    symmetric: Fit
    held_out: HeldOut | None
    leads: Fit
    no_effect_p: float
    ruling: Ruling

    @property
    def verdict(self) -> Verdict:
        """What may be said of the selection."""
        return self.ruling.verdict

    def by_month(self) -> dict[str, Any]:
        """Equally long columns over designs and event months, effects in rates.

        Designs: ``matched`` (EFFECT_MONTHS), ``symmetric`` (TOLD_MONTHS), and the checks
        ``held_out`` of the one and ``lead`` of the other. nan where there is no figure. ``low``
        and ``high`` are the simultaneous band of the matched design and each month's own 95 %
        interval of the others, whose ``visited_rate`` and ``comparison_rate`` are changes.
        """
        fits = {"matched": self.effect, "symmetric": self.symmetric, "lead": self.leads}
        if self.held_out is not None:
            fits["held_out"] = self.held_out.fit
        parts = [self._rows(design, fit) for design, fit in fits.items()]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _rows(self, design: str, fit: Fit) -> dict[str, Any]:
        estimates = fit.estimates
        low, high = estimates.interval()
        free = np.full(len(low), True)
        if design == "matched":
            low, high = self.low, self.high
            free = ~np.isin(estimates.event, MATCHED_MONTHS)
        return {
            "design": np.full(len(free), design),
            "event_month": estimates.event,
            "visited_rate": fit.visited_rate,
            "comparison_rate": fit.comparison_rate,
            "effect": np.where(free, estimates.estimate, np.nan),
            "standard_error": np.where(free, estimates.standard_error, np.nan),
            "low": low,
            "high": high,
            "students": fit.students,
            "comparison_size": fit.comparison_size,
        }

    def checks(self) -> dict[str, Any]:
        """The verdict's name and, beside the months, what it rests on."""
        return {
            "verdict": self.verdict.name,
            "inherited": self.ruling.inherited,
            "share_matched": float(self.effect.share_matched[self.effect.students > 0].min()),
            "held_out_passes": None if self.held_out is None else self.held_out.passes,
            "no_effect_p": self.no_effect_p,
        }


def assess(matched: Stacks, unmatched: Stacks, *, everybody: Verdict | None = None) -> Assessment:
    """Fit both designs to the same selection and check them.

    ``everybody`` is the verdict of all visited students, None where these are all or have none.
    Raises NoComparisonError where no visited student of the selection finds similar ones.
    """
    if not matched.visited.any() or not (effect := fit(matched, EFFECT_MONTHS)).students.any():
        raise NoComparisonError("none of these visited students finds similar students")
    event = effect.estimates.event
    # A single student, or several all alike, say nothing about chance.
    known = (effect.students > 1) & (effect.estimates.standard_error > 0)
    free = ~np.isin(event, MATCHED_MONTHS) & known
    low, high = np.full((2, len(free)), np.nan)
    low[free], high[free] = _months(effect.estimates, free).band()
    after = known & (event > 0)
    held_out, leads = held_out_check(matched), plain_leads(unmatched)
    return Assessment(
        effect=effect,
        low=low,
        high=high,
        symmetric=symmetric_difference(unmatched, TOLD_MONTHS),
        held_out=held_out,
        leads=leads,
        no_effect_p=_months(effect.estimates, after).joint_p_value() if after.any() else np.nan,
        ruling=verdict(effect, held_out, leads, everybody),
    )


def _months(estimates: Estimates, chosen: np.ndarray) -> Estimates:
    return Estimates(
        estimates.event[chosen],
        estimates.estimate[chosen],
        estimates.standard_error[chosen],
        estimates.influence[:, chosen],
    )
