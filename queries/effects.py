"""The effect of the first visit against similar students who were not visited yet.

All served students, and those of one value of one dimension, are fitted by the load; any other
selection is fitted when asked for, and remembered.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from threading import BoundedSemaphore
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.assessment import assess
from evaluation.inference import Z95
from evaluation.matched import NoComparisonError, Stacks, select
from evaluation.verdict import Verdict
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot
from queries.disclosure import RATE_DECIMALS, disclosed, is_one_way
from queries.filters import SPLITS, Filters, View
from queries.memory import once
from queries.parts import Counts, smallest_parts, within
from queries.schema import (
    EVENT_MONTHS,
    EVERYBODY,
    GRADE_BANDS,
    STUDENT_GROUPS,
    effect_check,
    effect_month,
    served_student,
)
from queries.schema import HEADLINE_MONTH as HEADLINE_MONTH
from queries.served import in_selection
from queries.trajectories import mean_rates
from queries.values import known_values
from queries.viewer import Viewer

_EFFECTS = ("effect", "low", "high")
_FIGURES = ("comparison_rate", *_EFFECTS, "standard_error", "comparison_size")


_NOT_HAD = dict.fromkeys(("effect", "low", "high"), float("nan"))


@dataclass(frozen=True)
class Effect:
    """Attendance of the visited and of similar students, and the gap between them.

    ``frame`` has one row per event month -9..12: event_month, visited_rate (of the core chart),
    comparison_rate (less the effect; 0..1), effect, standard_error, low, high (simultaneous
    95 % band; these four missing in the months that agree by construction), comparison_size,
    students, about, withheld, beyond. ``checks`` has the same columns but the rates, for the
    symmetric design, the held-out past and the leads (``design``).
    ``verdict`` says what may be said, None where nothing is shown; ``inherited`` that it was taken
    from all visited students, because these are too few to check by themselves. Whether the check
    was passed is told by the verdict: its figures may be missing because they are withheld.
    ``share_matched`` of the visited students found similar ones, in the worst month. ``group`` is
    the value of the split and ``place`` its position among all known values; ``district`` the name
    of the one district that these are all the visited students of, empty of any other selection.
    """

    frame: pd.DataFrame
    checks: pd.DataFrame
    verdict: Verdict | None
    share_matched: float
    no_effect_p: float
    threshold: int
    group: str = EVERYBODY
    label: str = "All students"
    place: int = 0
    inherited: bool = False
    district: str = ""
    own_list: bool = False

    @cached_property
    def months(self) -> dict[int, dict[Hashable, Any]]:
        """The rows of ``frame`` by event month."""
        rows = self.frame.to_dict("records")
        return {int(row["event_month"]): row for row in rows}

    @property
    def symmetric(self) -> float:
        """The second opinion at the headline month; nan where it cannot be had."""
        return self.checked("symmetric", HEADLINE_MONTH)["effect"]

    def matched(self, event_month: int) -> dict[str, float]:
        """One month of ``frame``: effect with its own 95 % interval; nan where withheld."""
        month = self.months[event_month]
        margin = Z95 * month["standard_error"]
        effect = month["effect"]
        return {"effect": effect, "low": effect - margin, "high": effect + margin}

    def checked(self, design: str, event_month: int) -> dict[str, float]:
        """One month of ``checks``: effect, low and high; nan where it cannot be had."""
        return self._checks.get((design, event_month), _NOT_HAD)

    @cached_property
    def _checks(self) -> dict[tuple[str, int], dict[str, float]]:
        rows = self.checks.to_dict("records")
        return {
            (row["design"], int(row["event_month"])): {name: float(row[name]) for name in _NOT_HAD}
            for row in rows
        }


def effect(data: Snapshot, viewer: Viewer, filters: Filters) -> Effect:
    """The chosen served students together."""
    parts = smallest_parts(data, View(filters))[EVERYBODY]
    found = _shown(data, filters, parts, viewer, exact=is_one_way(filters))
    return replace(found, district=_one_district(data, filters))


def _one_district(data: Snapshot, filters: Filters) -> str:
    match list(filters.chosen().items()):
        case [("district", (code,))]:
            return known_values(data).district.get(code, "")
    return ""


def effects(data: Snapshot, viewer: Viewer, view: View) -> list[Effect]:
    """The chosen served students: together, or each group of the split by itself."""
    if view.split is None:
        return [effect(data, viewer, view.filters)]
    key = ("effects", viewer.threshold, view.filters, view.split)
    return once(data.load_id, key, partial(_effects, data, viewer, view.filters, view.split))


def _effects(data: Snapshot, viewer: Viewer, chosen_by: Filters, split: str) -> list[Effect]:
    chosen = chosen_by.chosen().get(split)
    exact = is_one_way(chosen_by, split)
    parts = smallest_parts(data, View(chosen_by, split))
    return [
        replace(
            _shown(data, filters, parts[group], viewer, exact=exact),
            group=group,
            label=label,
            place=place,
            district=_one_district(data, filters),
        )
        for place, (group, label) in enumerate(known_values(data).labels(split).items())
        if (not chosen or group in chosen)
        and (filters := within(chosen_by, split, group)) is not None
    ]


def every_cut(data: Snapshot, viewer: Viewer) -> list[tuple[str, Effect]]:
    """All students, then every value of every dimension, with the dimension's name."""
    everybody = (EVERYBODY, effect(data, viewer, Filters()))
    return [
        everybody,
        *(
            (split, result)
            for split in SPLITS
            for result in effects(data, viewer, View(split=split))
        ),
    ]


def _shown(
    data: Snapshot, filters: Filters, parts: Counts, viewer: Viewer, *, exact: bool
) -> Effect:
    key = ("shown effect", filters, viewer.threshold, exact)
    make = partial(_withhold, _fitted(data, filters), parts, viewer, exact=exact)
    return once(data.load_id, key, make)


def _withhold(fitted: _Fitted, parts: Counts, viewer: Viewer, *, exact: bool) -> Effect:
    months = _disclosed(fitted.months, parts, viewer, exact=exact)
    is_matched = months["design"] == "matched"
    frame = months[is_matched].reset_index(drop=True)
    told = months[~is_matched & ~months["withheld"]]
    # Checks are told as differences alone: their rates stand on no chart.
    checks = told.drop(columns=["visited_rate", "comparison_rate"]).reset_index(drop=True)
    if frame["withheld"].all():
        return Effect(frame, checks.head(0), None, np.nan, np.nan, viewer.threshold)
    said = fitted.said
    return Effect(
        frame,
        checks,
        Verdict[said["verdict"]],
        said["share_matched"],
        said["no_effect_p"],
        viewer.threshold,
        inherited=said["inherited"],
    )


def _disclosed(months: pd.DataFrame, parts: Counts, viewer: Viewer, *, exact: bool) -> pd.DataFrame:
    # The held-out months lie before those counted: the smallest part of all stands for them.
    by_month = dict(zip(EVENT_MONTHS, parts.tolist(), strict=True))
    smallest = int(parts.min())
    rows = months.assign(
        smallest_part=[by_month.get(month, smallest) for month in months["event_month"]]
    ).round(dict.fromkeys(_EFFECTS, RATE_DECIMALS))
    shown = disclosed(rows, viewer, ("visited_rate",), exact=exact, figures=_FIGURES)
    comparison = shown["visited_rate"] - shown["effect"].fillna(0.0)
    return shown.assign(
        comparison_rate=comparison.where(shown["comparison_rate"].notna()).round(RATE_DECIMALS)
    )


@dataclass(frozen=True)
class _Fitted:
    months: pd.DataFrame
    said: dict[str, Any]


def _fitted(data: Snapshot, filters: Filters) -> _Fitted:
    return once(data.load_id, ("effect", filters), partial(_told, data, filters))


def _told(data: Snapshot, filters: Filters) -> _Fitted:
    """The fit, its visited line that of the core chart: of all chosen, matched or not.

    A rate of those with similar students, beside the rate of all, would tell of the few without.
    """
    cut = told_cut(filters)
    fitted = _fit(data, filters) if cut is None else _stored(data, *cut)
    is_matched = fitted.months["design"] == "matched"
    rates = fitted.months["event_month"].map(mean_rates(data, filters)).where(is_matched)
    return replace(fitted, months=fitted.months.assign(visited_rate=rates))


def told_cut(filters: Filters) -> tuple[str, str] | None:
    """The dimension and value that the load fitted for these filters, if it did."""
    chosen = filters.chosen()
    if not chosen:
        return EVERYBODY, EVERYBODY
    [(dimension, values), *more] = chosen.items()
    if more or len(values) > 1 or dimension in STUDENT_GROUPS:
        return None
    if dimension != "grade":
        return dimension, values[0]
    return ("grade_band", values[0]) if values[0] in GRADE_BANDS else None


def _rows(data: Snapshot, *, matched: bool) -> Stacks:
    key = ("comparison rows", matched)
    return once(data.load_id, key, partial(comparison_rows, data, matched=matched))


# --- Fitting -----------------------------------------------------------------------------


def _stored(data: Snapshot, dimension: str, value: str) -> _Fitted:
    def of_cut(table: sa.Table) -> sa.Select[Any]:
        columns = [column for column in table.c if column.name not in ("dimension", "value")]
        return sa.select(*columns).where(table.c.dimension == dimension, table.c.value == value)

    months = data.frame(of_cut(effect_month).order_by(effect_month.c.event_month))
    if months.empty:
        return _nobody()
    [said] = data.connection.execute(of_cut(effect_check)).mappings()
    return _Fitted(months, dict(said))


# A fit of most of a state's students takes half a gigabyte while it goes on.
_fitting = BoundedSemaphore(2)


def _fit(data: Snapshot, filters: Filters) -> _Fitted:
    everybody = _verdict_of_all(data)
    try:
        with _fitting:
            designs = [_selected(data, filters, matched=kind) for kind in (True, False)]
            found = assess(*designs, everybody=everybody)
    except NoComparisonError:
        return _nobody()
    return _Fitted(pd.DataFrame(found.by_month()), found.checks())


def _verdict_of_all(data: Snapshot) -> Verdict | None:
    """What may be said of all visited students, as the load found it; None where nothing."""
    name = data.connection.scalar(
        sa.select(effect_check.c.verdict).where(effect_check.c.dimension == EVERYBODY)
    )
    return None if name is None else Verdict[name]


def _selected(data: Snapshot, filters: Filters, *, matched: bool) -> Stacks:
    rows = _rows(data, matched=matched)
    chosen = sa.select(served_student.c.student_id).where(*in_selection(filters))
    return select(rows, np.isin(rows.student, student_numbers(data, chosen)))


def _nobody() -> _Fitted:
    frame = pd.DataFrame({"design": "matched", "event_month": EVENT_MONTHS, "students": 0})
    return _Fitted(frame.assign(**dict.fromkeys(("visited_rate", *_FIGURES), np.nan)), {})
