"""Frames of figures as a viewer may see them: rules 1 and 3 withhold, rules 4 and 6 round."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from queries.disclosure.counts import fewest, rounded
from queries.disclosure.precision import to_unit, told_rate
from queries.viewer import Viewer


def disclosed(
    frame: pd.DataFrame,
    viewer: Viewer,
    rates: Sequence[str],
    *,
    exact: bool,
    differences: Sequence[str] = (),
    figures: Sequence[str] = (),
    counts: Sequence[str] = (),
    noise: pd.Series[int] | None = None,
    drawn_by: pd.Series[str] | None = None,
) -> pd.DataFrame:
    """Withhold what is over too few students or would tell of too few, round the rest.

    ``frame`` has integer columns ``students`` and, where figures stand in it, ``smallest_part``
    (students in the smallest part that the figure would tell of, ``queries.disclosure.parts``);
    ``rates`` (0..1), ``differences`` of rates, other ``figures`` and ``counts`` (rounded like
    students) are its columns; ``noise`` belongs to the number of students (None: it has none),
    ``drawn_by`` names the students of the rates (``queries.disclosure.precision.told_rate``). It
    comes back without ``smallest_part``, with the figures missing where withheld, ``students`` as
    nullable integers, and the columns ``about`` and ``withheld`` (bool) and ``beyond`` (text: the
    first of the rates lies ``above`` or ``below`` what is told).
    """
    counted = frame["students"] if noise is None else frame["students"] + noise
    withheld = counted < fewest(viewer, is_noisy=noise is not None)
    if "smallest_part" in frame:
        withheld |= frame["smallest_part"] < viewer.threshold
    behind = frame["students"]
    shown = frame.drop(columns="smallest_part", errors="ignore").assign(
        about=not exact, withheld=withheld, beyond=""
    )
    for name in reversed(rates):  # what lies beyond is said of the first
        told = told_rate(frame[name], behind, drawn_by)
        shown[name] = told["rate"].mask(withheld)
        shown["beyond"] = told["beyond"].mask(withheld, "")
    for name in differences:
        shown[name] = to_unit(frame[name].astype(float), behind).mask(withheld)
    for name, number in {"students": counted, **{name: frame[name] for name in counts}}.items():
        number = number.astype("Int64")
        shown[name] = (number if exact else rounded(number)).mask(withheld)
    if figures:
        shown[list(figures)] = shown[list(figures)].mask(withheld)
    return shown
