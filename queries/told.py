"""Which figure of a difference may be told: one number, or where the checks allow none, a range.

Every place that tells a difference asks here, so that what one withholds no other shows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from evaluation.verdict import Verdict
from queries.effects import HEADLINE_MONTH, Effect

Figure = Mapping[str, float]

_NOTHING = dict.fromkeys(("effect", "low", "high"), math.nan)
_ALLOWS_BOTH = (Verdict.EFFECT, Verdict.SYMMETRIC)


def told(effect: Effect, event_month: int = HEADLINE_MONTH) -> dict[str, float]:
    """The difference at a month as it may be told: effect, low and high (0..1).

    One number with its own 95 % interval where the verdict allows one: of the main method, or of
    the second. Otherwise ``effect`` is nan, and low and high are the range of the methods that
    reach the month (of too few students, of the main one). All nan where there is nothing.
    """
    main, second = effect.matched(event_month), effect.checked("symmetric", event_month)
    if effect.verdict is Verdict.EFFECT:
        return main
    if effect.verdict is Verdict.SYMMETRIC and is_one_number(second):
        return second
    return _range(main) if effect.verdict is Verdict.FEW else _range(main, second)


def is_one_number(figure: Figure) -> bool:
    """Whether a figure is one number, not a range alone or nothing."""
    return not math.isnan(figure["effect"])


def by_method(effect: Effect, event_month: int) -> tuple[dict[str, float], dict[str, float]]:
    """Main and second method beside each other at a month.

    Where the verdict allows no single number, each stands with the other or as a range alone.
    """
    main, second = effect.matched(event_month), effect.checked("symmetric", event_month)
    are_both = effect.verdict is not Verdict.FEW and is_one_number(main) and is_one_number(second)
    if effect.verdict in _ALLOWS_BOTH or are_both:
        return main, second
    return _range(main), _range(second)


def _range(*figures: Figure) -> dict[str, float]:
    known = [figure for figure in figures if not math.isnan(figure["low"])]
    if not known:
        return dict(_NOTHING)
    return _NOTHING | {
        "low": min(figure["low"] for figure in known),
        "high": max(figure["high"] for figure in known),
    }


def told_months(effect: Effect) -> pd.DataFrame:
    """``effect.frame`` with effect, low and high as told, each month by itself.

    ``band_low`` and ``band_high`` are the 95 % band of the whole curve, all months at once.
    """
    frame = _with_band(effect)
    return _with(frame, [told(effect, int(month)) for month in frame["event_month"]])


def _with_band(effect: Effect) -> pd.DataFrame:
    frame = effect.frame.drop(columns=["own_low", "own_high"])
    return frame.rename(columns={"low": "band_low", "high": "band_high"})


def all_months(cuts: Sequence[tuple[str, Effect]]) -> pd.DataFrame:
    """Every figure of every cut in one frame: dimension, group, design, month and figures.

    Effect, low and high as told of each method; the band of the whole curve is the main one's.
    """
    parts = [
        pd.concat([_by_method(result), _checks(result)]).assign(
            dimension=dimension, group=result.label
        )
        for dimension, result in cuts
    ]
    frame = pd.concat(parts, ignore_index=True)
    first = ["dimension", "group", "design", "event_month"]
    return frame[[*first, *frame.columns.drop(first)]]


def _by_method(effect: Effect) -> pd.DataFrame:
    frame = _with_band(effect)
    return _with(frame, [by_method(effect, int(month))[0] for month in frame["event_month"]])


def _checks(effect: Effect) -> pd.DataFrame:
    """The second method as told, and the checks as they are."""
    figures = [
        by_method(effect, int(row["event_month"]))[1]
        if row["design"] == "symmetric"
        else {name: row[name] for name in _NOTHING}
        for row in effect.checks.to_dict("records")
    ]
    return _with(effect.checks.drop(columns=["own_low", "own_high"]), figures)


def _with(frame: pd.DataFrame, figures: Sequence[Figure]) -> pd.DataFrame:
    """The frame with these figures; a range alone has no standard error that would tell more."""
    columns = {
        name: np.array([figure[name] for figure in figures], dtype=float) for name in _NOTHING
    }
    shown = frame.assign(**columns)
    error = shown["standard_error"].where(shown["effect"].notna())
    return shown.assign(standard_error=error)
