"""The effect of the first visit against similar students who were not visited yet."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.inference import Estimates
from evaluation.matched import Fit, Stacks, fit, select
from evaluation.verdict import Verdict, held_out_check, plain_leads, symmetric_difference, verdict
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot
from queries.disclosure import disclosed, is_one_way
from queries.filters import Filters, View
from queries.schema import served_student
from queries.served import in_selection
from queries.trajectories import EVENT_MONTHS
from queries.viewer import Viewer

# Months that agree by construction: the matching made them so.
MATCHED_MONTHS = (-3, -2, -1)

HEADLINE_MONTH = 6

_FIGURES = ("visited_rate", "comparison_rate", "effect", "low", "high")


@dataclass(frozen=True)
class Effect:
    """Attendance of the visited and of similar students, and the gap between them.

    ``frame`` has one row per event month -9..12: event_month, visited_rate, comparison_rate
    (0..1), effect, low, high (simultaneous 95 % band; missing in the months that agree by
    construction), students, about, withheld. ``symmetric`` is the second opinion at month 6
    (nan where it cannot be had); ``verdict`` says what may be said, None where nothing is shown.
    """

    frame: pd.DataFrame
    verdict: Verdict | None
    symmetric: float
    threshold: int
    view: View


@dataclass(frozen=True)
class _Fitted:
    frame: pd.DataFrame
    verdict: Verdict | None
    symmetric: float


def effect(data: Snapshot, viewer: Viewer, view: View) -> Effect:
    """Fit the chosen served students, all splits together, and withhold what is too small."""
    fitted = _remembered(data, view.filters)
    exact = is_one_way(view.filters)
    frame = disclosed(fitted.frame, viewer, _FIGURES, exact=exact)
    withheld = frame.set_index("event_month")["withheld"]
    return Effect(
        frame=frame,
        verdict=None if withheld.all() else fitted.verdict,
        symmetric=np.nan if withheld[HEADLINE_MONTH] else fitted.symmetric,
        threshold=viewer.threshold,
        view=view,
    )


# --- Fits of the newest load are remembered --------------------------------------------

_MOST_REMEMBERED = 500
_fits: OrderedDict[tuple[str, Filters | bool], Any] = OrderedDict()
_lock = Lock()


def _remembered(data: Snapshot, filters: Filters) -> _Fitted:
    fitted: _Fitted = _once((data.load_id, filters), partial(_fit, data, filters))
    return fitted


def _once(key: tuple[str, Filters | bool], make: Any) -> Any:
    with _lock:
        if key in _fits:
            _fits.move_to_end(key)
            return _fits[key]
    made = make()
    with _lock:
        for old in [known for known in _fits if known[0] != key[0]]:
            del _fits[old]
        _fits[key] = made
        while len(_fits) > _MOST_REMEMBERED:
            _fits.popitem(last=False)
    return made


def _rows(data: Snapshot, *, matched: bool) -> Stacks:
    rows: Stacks = _once((data.load_id, matched), partial(comparison_rows, data, matched=matched))
    return rows


# --- Fitting -----------------------------------------------------------------------------


def _fit(data: Snapshot, filters: Filters) -> _Fitted:
    try:
        matched, unmatched = (_selected(data, filters, matched=kind) for kind in (True, False))
    except ValueError:
        return _Fitted(_no_rows(), None, np.nan)
    if not matched.visited.any():
        return _Fitted(_no_rows(), None, np.nan)
    found = fit(matched, EVENT_MONTHS)
    second = symmetric_difference(unmatched, (HEADLINE_MONTH,)).estimates.estimate[0]
    said = verdict(found, held_out_check(matched), plain_leads(unmatched))
    return _Fitted(_frame(found), said, float(second))


def _selected(data: Snapshot, filters: Filters, *, matched: bool) -> Stacks:
    rows = _rows(data, matched=matched)
    if not filters.chosen():
        return rows
    chosen = sa.select(served_student.c.student_id).where(*in_selection(filters))
    return select(rows, np.isin(rows.student, student_numbers(data, chosen)))


def _no_rows() -> pd.DataFrame:
    frame = pd.DataFrame({"event_month": EVENT_MONTHS, "students": 0})
    return frame.assign(**dict.fromkeys(_FIGURES, np.nan))


def _frame(found: Fit) -> pd.DataFrame:
    free = ~np.isin(found.estimates.event, MATCHED_MONTHS) & (found.students > 1)
    effect, low, high = (np.full(len(free), np.nan) for _part in range(3))
    effect[free] = found.estimates.estimate[free]
    low[free], high[free] = _columns(found.estimates, free).band()
    return pd.DataFrame(
        {
            "event_month": found.estimates.event,
            "visited_rate": found.visited_rate,
            "comparison_rate": found.comparison_rate,
            "effect": effect,
            "low": low,
            "high": high,
            "students": found.students,
        }
    )


def _columns(estimates: Estimates, chosen: np.ndarray) -> Estimates:
    return Estimates(
        estimates.event[chosen],
        estimates.estimate[chosen],
        estimates.standard_error[chosen],
        estimates.influence[:, chosen],
    )
