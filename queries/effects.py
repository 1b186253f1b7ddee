"""The effect of the first visit against similar students who were not visited yet.

All served students, and those of one value of one dimension, are fitted by the load; any other
selection is fitted when asked for, and remembered.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.assessment import assess
from evaluation.inference import Z95
from evaluation.matched import NoComparisonError, Stacks, select
from evaluation.verdict import Verdict
from queries.busy import Places
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot
from queries.disclosure import disclosed, is_exact, rounded
from queries.disclosure.counts import group_noises
from queries.disclosure.knowledge import is_known
from queries.disclosure.parts import NOTHING_TOLD, Counts, month_cells, smallest_parts, within
from queries.disclosure.precision import told_rate
from queries.filters import SPLITS, Filters, View
from queries.memory import once
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
from queries.trajectories import groups_of_own_list, mean_rates
from queries.values import known_values
from queries.viewer import Viewer

_EFFECTS = ("effect", "low", "high", "own_low", "own_high", "standard_error")


_NOT_HAD = dict.fromkeys(("effect", "low", "high"), float("nan"))


@dataclass(frozen=True)
class Effect:
    """Attendance of the visited and of similar students, and the gap between them.

    ``frame`` has one row per event month -9..12: event_month, visited_rate (of the core chart),
    comparison_rate (less the effect; 0..1), effect, standard_error, own_low, own_high (the 95 %
    interval of this month), low, high (simultaneous 95 % band; these six missing in the months
    that agree by construction), comparison_size, students, about, withheld, beyond. ``checks`` has
    the same columns but the rates, for the symmetric design, the held-out past and the leads
    (``design``).
    ``verdict`` says what may be said, None where nothing is shown; ``inherited`` that it was taken
    from all visited students, because these are too few to check by themselves. Whether the check
    was passed is told by the verdict: its figures may be missing because they are withheld.
    ``share_matched`` of the visited students found similar ones, in the worst month. ``group`` is
    the value of the split and ``place`` its position among all known values; ``district`` the name
    of the one district that these are all the visited students of, empty of any other selection.
    ``own_list``: told over the viewer's own list alone, because too few others are among them.
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
        return {"effect": month["effect"], "low": month["own_low"], "high": month["own_high"]}

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
    view, cells = View(filters), month_cells(data, viewer)
    parts = smallest_parts(data, cells, view)[EVERYBODY]
    own_list = EVERYBODY in groups_of_own_list(data, cells, viewer, view)
    asked = _Asked(filters, own_list, exact=is_exact(filters))
    return replace(_shown(data, viewer, asked, parts), district=_one_district(data, filters))


def _one_district(data: Snapshot, filters: Filters) -> str:
    match list(filters.chosen().items()):
        case [("district", (code,))]:
            return known_values(data).district.get(code, "")
    return ""


def effects(data: Snapshot, viewer: Viewer, view: View) -> list[Effect]:
    """The chosen served students: together, or each group of the split by itself."""
    if view.split is None:
        return [effect(data, viewer, view.filters)]
    key = ("effects", viewer.sight, view.filters, view.split)
    return once(data.load_id, key, partial(_effects, data, viewer, view.filters, view.split))


def _effects(data: Snapshot, viewer: Viewer, chosen_by: Filters, split: str) -> list[Effect]:
    chosen = chosen_by.chosen().get(split)
    exact = is_exact(chosen_by, split)
    view, cells = View(chosen_by, split), month_cells(data, viewer)
    parts = smallest_parts(data, cells, view)
    own = groups_of_own_list(data, cells, viewer, view)
    return [
        replace(
            _shown(data, viewer, _Asked(filters, group in own, exact), parts[group]),
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


@dataclass(frozen=True)
class _Asked:
    """Whose effect: all of a selection, or those of them on the viewer's own list."""

    filters: Filters
    own_list: bool
    exact: bool


def _shown(data: Snapshot, viewer: Viewer, asked: _Asked, parts: Counts) -> Effect:
    key = ("shown effect", viewer.sight, asked)
    return once(data.load_id, key, partial(_withhold, data, viewer, asked, parts))


def _withhold(data: Snapshot, viewer: Viewer, asked: _Asked, parts: Counts) -> Effect:
    fitted = _fitted(data, viewer, asked)
    months = _disclosed(data, viewer, asked, _with_rates(data, viewer, asked, fitted.months), parts)
    is_matched = months["design"] == "matched"
    frame = months[is_matched].reset_index(drop=True)
    told = months[~is_matched & ~months["withheld"]]
    # Checks are told as differences alone: their rates stand on no chart.
    checks = told.drop(columns=["visited_rate", "comparison_rate"]).reset_index(drop=True)
    nothing = Effect(
        frame, checks.head(0), None, np.nan, np.nan, viewer.threshold, own_list=asked.own_list
    )
    if frame["withheld"].all():
        return nothing
    said = fitted.said
    return replace(
        nothing,
        checks=checks,
        verdict=Verdict[said["verdict"]],
        share_matched=round(said["share_matched"], 2),
        no_effect_p=round(said["no_effect_p"], 3),
        inherited=said["inherited"],
    )


def _with_rates(
    data: Snapshot, viewer: Viewer, asked: _Asked, months: pd.DataFrame
) -> pd.DataFrame:
    """The fit with the visited line of the core chart: of all chosen, matched or not.

    A rate of those with similar students, beside the rate of all, would tell of the few without.
    """
    own = frozenset({EVERYBODY} if asked.own_list else ())
    rates = mean_rates(data, viewer, asked.filters, own).reindex(months["event_month"])
    return months.assign(
        visited_rate=rates["rate"].where(months["design"].eq("matched").to_numpy()).to_numpy(),
        visited=rates["students"].fillna(0).to_numpy(),
        drawn_by=rates["drawn_by"].fillna("").to_numpy(),
    )


def _disclosed(
    data: Snapshot, viewer: Viewer, asked: _Asked, months: pd.DataFrame, parts: Counts
) -> pd.DataFrame:
    # The held-out months lie before those counted: the smallest part of all stands for them.
    by_month = dict(zip(EVENT_MONTHS, parts.tolist(), strict=True))
    smallest = NOTHING_TOLD if asked.own_list else int(parts.min())
    margin = Z95 * months["standard_error"]
    rows = months.assign(
        smallest_part=[
            smallest if asked.own_list else by_month.get(month, smallest)
            for month in months["event_month"]
        ],
        own_low=months["effect"] - margin,
        own_high=months["effect"] + margin,
        comparison_size=rounded(months["comparison_size"]),
    )
    shown = disclosed(
        rows.drop(columns=["visited", "drawn_by"]),
        viewer,
        (),
        exact=asked.exact,
        differences=_EFFECTS,
        figures=("comparison_rate", "comparison_size"),
        noise=group_noises(data, viewer, asked.filters, rows["students"], served_student),
    )
    # As on the core chart, which is over those without similar students as well.
    visited = told_rate(rows["visited_rate"], rows["visited"], rows["drawn_by"])
    shown["visited_rate"] = visited["rate"].mask(shown["withheld"])
    shown["beyond"] = visited["beyond"].mask(shown["withheld"], "")
    comparison = shown["visited_rate"] - shown["effect"].fillna(0.0)
    return shown.assign(comparison_rate=comparison.where(shown["comparison_rate"].notna()).round(3))


@dataclass(frozen=True)
class _Fitted:
    months: pd.DataFrame
    said: dict[str, Any]


def _fitted(data: Snapshot, viewer: Viewer, asked: _Asked) -> _Fitted:
    if asked.own_list:
        key: Hashable = ("effect", asked.filters, viewer.known_districts)
        return once(data.load_id, key, partial(_fit, data, asked.filters, is_known(viewer)))
    return once(data.load_id, ("effect", asked.filters), partial(_of_all, data, asked.filters))


def _of_all(data: Snapshot, filters: Filters) -> _Fitted:
    cut = told_cut(filters)
    return _fit(data, filters, sa.true()) if cut is None else _stored(data, *cut)


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
_fitting = Places(2, waiting=10)


def _fit(data: Snapshot, filters: Filters, whom: sa.ColumnElement[bool]) -> _Fitted:
    everybody = _verdict_of_all(data)
    try:
        with _fitting:
            designs = [_selected(data, filters, whom, matched=kind) for kind in (True, False)]
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


def _selected(
    data: Snapshot, filters: Filters, whom: sa.ColumnElement[bool], *, matched: bool
) -> Stacks:
    rows = _rows(data, matched=matched)
    chosen = sa.select(served_student.c.student_id).where(whom, *in_selection(filters))
    return select(rows, np.isin(rows.student, student_numbers(data, chosen)))


def _nobody() -> _Fitted:
    frame = pd.DataFrame({"design": "matched", "event_month": EVENT_MONTHS, "students": 0})
    figures = ("comparison_rate", "effect", "low", "high", "standard_error", "comparison_size")
    return _Fitted(frame.assign(**dict.fromkeys(figures, np.nan)), {})
