"""What the last load changed: each load's findings are kept, and held against the one before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from evaluation.inference import Z95
from evaluation.response import ABOVE, BELOW
from evaluation.verdict import Verdict
from queries.contacted import in_caseload
from queries.database import Snapshot
from queries.disclosure import Count, disclosed, disclosed_count
from queries.disclosure.counts import drawn_noise, set_key
from queries.disclosure.parts import smallest_contacted
from queries.disclosure.precision import told_rate
from queries.effects import Effect, told_cut
from queries.filters import Filters
from queries.memory import once
from queries.schema import (
    HEADLINE_MONTH,
    contacted_student,
    effect_history,
    effect_month,
    response_history,
)
from queries.trajectories import mean_rates
from queries.viewer import Viewer


@dataclass(frozen=True)
class LoadBefore:
    """The load before the last: when, and the last day its attendance covered."""

    load_id: str
    loaded_at: datetime
    data_as_of: date


def load_before(data: Snapshot) -> LoadBefore | None:
    """The load before the last that found anything; None where the last is the first."""
    columns = effect_history.c
    row = data.connection.execute(
        sa.select(columns.load_id, columns.loaded_at, columns.data_as_of)
        .where(columns.loaded_at < data.loaded_at)
        .order_by(columns.loaded_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else LoadBefore(*row)


@dataclass(frozen=True)
class EffectBefore:
    """What the load before the last found six months after the visit (rates and effects 0..1).

    ``beyond`` as of ``queries.disclosure.disclosed``.
    """

    visited_rate: float
    beyond: str
    effect: float
    low: float
    high: float
    verdict: Verdict


def effect_before(
    data: Snapshot, viewer: Viewer, filters: Filters, present: Effect
) -> EffectBefore | None:
    """The same selection at the load before the last; ``present`` is what it is now.

    None where nothing may be told: no load before, a selection that loads do not keep (more than
    one value of one dimension), or, of those behind either figure, a number of students that
    differs from the present one by fewer than the threshold: the difference would tell of them.
    """
    before, cut = load_before(data), told_cut(filters)
    now = present.months[HEADLINE_MONTH]
    if before is None or cut is None or now["withheld"]:
        return None
    columns = effect_history.c
    row = (
        data.connection.execute(
            sa.select(effect_history).where(
                columns.load_id == before.load_id,
                columns.dimension == cut[0],
                columns.value == cut[1],
            )
        )
        .mappings()
        .one_or_none()
    )
    if row is None or min(row["students"], row["served"] or 0) < viewer.threshold:
        return None
    counted = mean_rates(data, viewer, filters)
    apart = (
        abs(_matched_in_headline_month(data, *cut) - row["students"]),
        abs(int(counted["students"].loc[HEADLINE_MONTH]) - row["served"]),
    )
    if present.own_list or any(0 < few < viewer.threshold for few in apart):
        return None
    margin = Z95 * row["standard_error"]
    found = pd.DataFrame([dict(row)]).assign(
        low=row["effect"] - margin, high=row["effect"] + margin
    )
    [told] = disclosed(found, viewer, (), exact=True, differences=_EFFECT).to_dict("records")
    drawn_by = pd.Series([counted["drawn_by"].loc[HEADLINE_MONTH]])
    rates = told_rate(found["visited_rate"], found["served"], drawn_by)
    return EffectBefore(
        visited_rate=rates["rate"].item(),
        beyond=rates["beyond"].item(),
        verdict=Verdict[row["verdict"]],
        **{name: told[name] for name in _EFFECT},
    )


_EFFECT = ("effect", "low", "high")


def _matched_in_headline_month(data: Snapshot, dimension: str, value: str) -> int:
    """Visited students behind the effect of a selection that the load fitted."""
    months = effect_month.c
    found = sa.select(months.students).where(
        months.dimension == dimension,
        months.value == value,
        months.design == "matched",
        months.event_month == HEADLINE_MONTH,
    )
    return int(data.connection.scalar(found) or 0)


@dataclass(frozen=True)
class Changes:
    """Students of a selection by what is new since the load before.

    ``to_below`` and ``from_below`` are those who came to and left the status below expected;
    ``to_above`` came to above expected; ``to_chronic`` and ``from_chronic`` crossed 90 % of the
    school year so far, outside pre-kindergarten; who had too few days before may cross it too.
    """

    before: LoadBefore
    contacted: Count
    served: Count
    to_below: Count
    from_below: Count
    to_above: Count
    to_chronic: Count
    from_chronic: Count


def changes(data: Snapshot, viewer: Viewer, filters: Filters) -> Changes | None:
    """What is new among the students contacted, by their present district and grade.

    None where the last load is the first.
    """
    key = ("changes", viewer.sight, filters)
    return once(data.load_id, key, partial(_changes, data, viewer, filters))


def _changes(data: Snapshot, viewer: Viewer, filters: Filters) -> Changes | None:
    before = load_before(data)
    if before is None:
        return None
    earlier = (
        sa.select(response_history)
        .where(response_history.c.load_id == before.load_id)
        .subquery("before")
    )
    now, then = contacted_student.c, earlier.c
    was_there, is_below, was_below = (
        then.student_id.is_not(None),
        now.status == BELOW,
        then.status == BELOW,
    )
    was_chronic = sa.func.coalesce(then.is_chronic, sa.false())
    in_shares = ~now.in_pre_kindergarten
    new = {
        "contacted": ~was_there,
        "served": sa.and_(now.first_visit_date.is_not(None), then.first_visit_date.is_(None)),
        "to_below": sa.and_(was_there, is_below, ~was_below),
        "from_below": sa.and_(was_below, ~is_below),
        "to_above": sa.and_(was_there, now.status == ABOVE, then.status != ABOVE),
        "to_chronic": sa.and_(was_there, in_shares, now.is_chronic, ~was_chronic),
        "from_chronic": sa.and_(in_shares, ~now.is_chronic, was_chronic),
    }
    row = (
        data.connection.execute(
            sa.select(
                set_key(contacted_student).label("key"),
                *(sa.func.count().filter(rule).label(name) for name, rule in new.items()),
            )
            .select_from(contacted_student)
            .join(earlier, earlier.c.student_id == now.student_id, isouter=True)
            .where(*in_caseload(filters))
        )
        .mappings()
        .one()
    )
    is_told = smallest_contacted(data, viewer, filters) >= viewer.threshold
    return Changes(before, **{name: _told(row, name, viewer) if is_told else _FEW for name in new})


_FEW = Count(None, about=True)


def _told(row: RowMapping, name: str, viewer: Viewer) -> Count:
    noise = drawn_noise(row["key"], name)
    return disclosed_count(row[name], viewer, exact=False, noise=noise)
