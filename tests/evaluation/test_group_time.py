"""Callaway-Sant'Anna against the published figures and another implementation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from diff_diff import CallawaySantAnna
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.group_time import Comparison, Panel, dynamic_effects, group_time_effects, panel_of
from evaluation.inference import Estimates

MPDTA = pd.read_csv(Path(__file__).parents[1] / "data" / "mpdta.csv")


def counties() -> Panel:
    return panel_of(MPDTA["countyreal"], MPDTA["year"], MPDTA["g"], MPDTA["lemp"])


def at(estimates: Estimates, events: list[int], what: str) -> list[float]:
    values = dict(zip(estimates.event, getattr(estimates, what), strict=True))
    return [float(values[event]) for event in events]


def test_dynamic_effects_of_the_reference_panel_to_four_decimals() -> None:
    dynamic = dynamic_effects(group_time_effects(counties(), "never_treated"))
    estimates = at(dynamic, [0, 1, 2, 3], "estimate")
    assert np.round(estimates, 4).tolist() == [-0.0199, -0.0510, -0.1373, -0.1008]
    # The analytic standard errors of the R package did.
    errors = at(dynamic, [0, 1, 2, 3], "standard_error")
    assert errors == pytest.approx([0.0118, 0.0169, 0.0364, 0.0344], rel=0.03)


def test_all_twelve_group_time_effects_of_the_reference_panel() -> None:
    effects = group_time_effects(counties(), "never_treated")
    assert np.round(effects.estimate, 4).tolist() == [
        *(-0.0105, -0.0704, -0.1373, -0.1008),
        *(0.0065, -0.0028, -0.0046, -0.0412),
        *(0.0305, -0.0027, -0.0311, -0.0261),
    ]
    assert effects.group.tolist() == [2004] * 4 + [2006] * 4 + [2007] * 4
    assert effects.period.tolist() == [2004, 2005, 2006, 2007] * 3


def random_panel(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    units, periods = 120, 8
    first = rng.choice([0, 3, 4, 6, 8], units)
    unit, period = (grid.ravel() for grid in np.mgrid[0:units, 1 : periods + 1])
    treated = (first[unit] > 0) & (period >= first[unit])
    outcome = rng.normal(size=units)[unit] + 0.1 * period + rng.normal(size=len(unit))
    return pd.DataFrame(
        {"unit": unit, "period": period, "g": first[unit], "y": outcome + 0.5 * treated}
    )


@pytest.mark.parametrize("comparison", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("panel", ["counties", "random"])
def test_another_implementation_agrees(comparison: Comparison, panel: str) -> None:
    frame = random_panel(4)
    if panel == "counties":
        names = {"countyreal": "unit", "year": "period", "lemp": "y"}
        frame = MPDTA.rename(columns=names)[["unit", "period", "g", "y"]]
    theirs: Any = CallawaySantAnna(control_group=comparison, estimation_method="reg").fit(
        frame, outcome="y", unit="unit", time="period", first_treat="g"
    )
    ours = group_time_effects(
        panel_of(frame["unit"], frame["period"], frame["g"], frame["y"]), comparison
    )
    for group, period, estimate, error in zip(
        ours.group, ours.period, ours.estimate, ours.standard_error, strict=True
    ):
        their = theirs.group_time_effects[group, period]
        assert estimate == pytest.approx(their["effect"], abs=1e-10)
        assert error == pytest.approx(their["se"], rel=0.03)
    study = theirs.aggregate("event_study")
    dynamic = dynamic_effects(ours)
    after = [event for event in study.event_time if event >= 0]
    picked = [list(study.event_time).index(event) for event in after]
    assert len(after) >= 4
    assert at(dynamic, after, "estimate") == pytest.approx(study.att[picked], abs=1e-10)
    assert at(dynamic, after, "standard_error") == pytest.approx(study.se[picked], rel=0.03)


def fit(frame: pd.DataFrame) -> Estimates:
    panel = panel_of(frame["unit"], frame["period"], frame["g"], frame["y"])
    return dynamic_effects(group_time_effects(panel, "not_yet_treated"))


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_order_names_level_and_number_do_not_matter(seed: int) -> None:
    frame = random_panel(seed)
    before = fit(frame)
    shuffled = frame.sample(frac=1, random_state=seed)
    shuffled = shuffled.assign(unit=9_999 - 3 * shuffled["unit"], y=shuffled["y"] + 17.0)
    after = fit(shuffled)
    assert after.estimate == pytest.approx(before.estimate, abs=1e-9)
    assert after.standard_error == pytest.approx(before.standard_error, abs=1e-9)
    doubled = fit(pd.concat([frame, frame.assign(unit=frame["unit"] + 1_000)]))
    assert doubled.estimate == pytest.approx(before.estimate, abs=1e-9)
    assert doubled.standard_error == pytest.approx(before.standard_error / np.sqrt(2), abs=1e-9)


def test_the_band_is_wider_than_the_intervals_and_the_joint_test_knows_nothing_from_something() -> (
    None
):
    dynamic = dynamic_effects(group_time_effects(counties(), "never_treated"))
    assert np.all(dynamic.band()[1] > dynamic.interval()[1])
    assert dynamic.joint_p_value() < 0.01
    nothing = Estimates(
        dynamic.event, 0 * dynamic.estimate, dynamic.standard_error, dynamic.influence
    )
    assert nothing.joint_p_value() == 1


def test_a_panel_with_gaps_or_changing_groups_is_refused() -> None:
    frame = random_panel(1)
    with pytest.raises(ValueError, match="not balanced"):
        fit(frame.iloc[1:])
    with pytest.raises(ValueError, match="not the same"):
        fit(frame.assign(g=frame["g"].where(frame.index != 0, 5)))
