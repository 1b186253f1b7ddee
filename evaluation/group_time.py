"""Group-time effects and their dynamic aggregation, after Callaway and Sant'Anna (2021).

Brantly Callaway and Pedro H. C. Sant'Anna, "Difference-in-differences with multiple time
periods", Journal of Econometrics 225 (2021): the unconditional estimator for a balanced panel,
with base period g-1 from treatment on and the period before (t-1) ahead of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from evaluation.inference import Estimates, Floats, Ints, standard_errors

Comparison = Literal["never_treated", "not_yet_treated"]

NEVER = 0


@dataclass(frozen=True)
class Panel:
    """A balanced panel: ``outcome`` is units x periods, ``periods`` in order.

    ``first_treated`` holds each unit's first treated period, NEVER for those without one.
    """

    outcome: Floats
    first_treated: Ints
    periods: Ints


@dataclass(frozen=True)
class GroupTimeEffects:
    """ATT(g, t) for every group g and period t after the first; rows of ``influence`` are units."""

    panel: Panel
    group: Ints
    period: Ints
    estimate: Floats
    standard_error: Floats
    influence: Floats


def panel_of(
    unit: npt.ArrayLike,
    period: npt.ArrayLike,
    first_treated: npt.ArrayLike,
    outcome: npt.ArrayLike,
) -> Panel:
    """A panel from one row per unit and period, in any order.

    Raises ValueError where a unit lacks a period, has one twice, or changes its first
    treated period.
    """
    units, row = np.unique(np.asarray(unit), return_inverse=True)
    periods, column = np.unique(np.asarray(period), return_inverse=True)
    treated = np.asarray(first_treated, dtype=np.int64)
    if len(row) != len(units) * len(periods) or len(set(zip(row, column, strict=True))) != len(row):
        raise ValueError("the panel is not balanced: every unit needs every period once")
    values = np.empty((len(units), len(periods)))
    values[row, column] = np.asarray(outcome, dtype=float)
    groups = np.empty((len(units), len(periods)), dtype=np.int64)
    groups[row, column] = treated
    if np.any(groups != groups[:, :1]):
        raise ValueError("the first treated period of a unit is not the same in all its rows")
    return Panel(values, groups[:, 0], periods.astype(np.int64))


def group_time_effects(panel: Panel, comparison: Comparison) -> GroupTimeEffects:
    """Effect of each group in each period.

    Groups treated in the first period have no base and are left out; a pair without anyone to
    compare with is left out. Standard errors are analytic, by unit.
    """
    groups = [g for g in np.unique(panel.first_treated) if g != NEVER and g > panel.periods[0]]
    found = []
    for group in groups:
        for at in range(1, len(panel.periods)):
            effect = _effect(panel, int(group), at, comparison)
            if effect is not None:
                found.append((int(group), int(panel.periods[at]), *effect))
    influence = np.column_stack([psi for *_rest, psi in found])
    return GroupTimeEffects(
        panel,
        np.array([group for group, *_rest in found]),
        np.array([period for _group, period, *_rest in found]),
        np.array([estimate for _group, _period, estimate, _psi in found]),
        standard_errors(influence),
        influence,
    )


def _effect(
    panel: Panel, group: int, at: int, comparison: Comparison
) -> tuple[float, Floats] | None:
    period = panel.periods[at]
    base = at - 1 if period < group else int(np.searchsorted(panel.periods, group)) - 1
    treated = panel.first_treated == group
    compared = panel.first_treated == NEVER
    if comparison == "not_yet_treated":
        latest = max(period, panel.periods[base])
        compared |= (panel.first_treated > latest) & ~treated
    if not compared.any():
        return None
    change = panel.outcome[:, at] - panel.outcome[:, base]
    own, other = change[treated].mean(), change[compared].mean()
    influence = np.zeros(len(change))
    influence[treated] = (change[treated] - own) / treated.sum()
    influence[compared] -= (change[compared] - other) / compared.sum()
    return float(own - other), influence


def dynamic_effects(effects: GroupTimeEffects) -> Estimates:
    """Effects by periods since treatment, groups weighted by their size.

    The weights are estimated too, and count in the standard error.
    """
    first = effects.panel.first_treated
    events = np.unique(effects.period - effects.group)
    estimates, influences = [], []
    for event in events:
        at = np.flatnonzero(effects.period - effects.group == event)
        members = first[:, None] == effects.group[at][None, :]
        share = members.mean(axis=0)
        weight = share / share.sum()
        estimate = float(weight @ effects.estimate[at])
        own_share = (members - share) / share.sum()
        drift = own_share @ effects.estimate[at] - estimate * own_share.sum(axis=1)
        estimates.append(estimate)
        influences.append(effects.influence[:, at] @ weight + drift / len(first))
    influence = np.column_stack(influences)
    return Estimates(events, np.array(estimates), standard_errors(influence), influence)
