"""Targets of districts: an optional settings file, and where each stands.

``LEAP_TARGETS`` names a TOML file::

    [[target]]
    district = "0640011"     # left out: all districts together
    measure = "attendance"   # or "chronic": per cent of the school year so far; or "served"
    value = 90.5
    by = 2025-06-30

The rule: a target is *met* or *missed* by the value in the month it is due. Before that it is *on
track* if the last twelve months brought at least what every year must bring: the way from the
value a whole number of years before the due month to the target, by the number of years. It is
*behind* otherwise. Comparing a month with the same month a year before leaves the season out.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed
from queries.official import district_months, school_year_of
from queries.schema import EVERYBODY, school_month, served_student
from queries.values import known_values
from queries.viewer import Viewer

ATTENDANCE, CHRONIC, SERVED = "attendance", "chronic", "served"
MEASURES = (ATTENDANCE, CHRONIC, SERVED)
MET, MISSED, ON_TRACK, BEHIND, UNKNOWN = "met", "missed", "on track", "behind", "cannot be told yet"

_KEYS = {"district", "measure", "value", "by"}
_HIGHEST_PERCENT = 100


class TargetsError(Exception):
    """A targets file that cannot be used; the message names the target and what it should be."""


@dataclass(frozen=True)
class Target:
    """What a district (or ``all``) is to reach by a day: per cent, or students served."""

    district: str
    measure: str
    value: float
    by: date


@dataclass(frozen=True)
class Progress:
    """Where a target stands.

    ``values`` has month, school_year and value (per cent or students; nan where withheld);
    ``now`` is the last, ``gained`` what twelve months brought, ``needed`` what every year must
    bring (both positive in the direction of the target, None where it cannot be told).
    """

    target: Target
    values: pd.DataFrame
    state: str
    now: float | None
    gained: float | None
    needed: float | None


def read_targets(environment: Mapping[str, str] = os.environ) -> tuple[Target, ...]:
    """The targets of LEAP_TARGETS, none without it; raises TargetsError."""
    name = environment.get("LEAP_TARGETS")
    if not name:
        return ()
    try:
        table = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetsError(f"LEAP_TARGETS: {name} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TargetsError(f"LEAP_TARGETS: {name} is not valid TOML: {error}.") from error
    rows = table.get("target", [])
    if set(table) - {"target"} or not isinstance(rows, list):
        raise TargetsError(f"LEAP_TARGETS: {name} holds something else than [[target]].")
    return tuple(_target(row, number, name) for number, row in enumerate(rows, start=1))


def _target(row: Any, number: int, name: str) -> Target:
    def wrong(words: str) -> TargetsError:
        return TargetsError(f"LEAP_TARGETS: {name}, target {number}: {words}.")

    if not isinstance(row, dict) or set(row) - _KEYS:
        raise wrong(f"only {', '.join(sorted(_KEYS))} are known")
    measure, value, by = row.get("measure"), row.get("value"), row.get("by")
    if measure not in MEASURES:
        raise wrong(f"measure is not one of {', '.join(MEASURES)}")
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise wrong("value is not a number above 0")
    if measure != SERVED and not 1 < value < _HIGHEST_PERCENT:
        raise wrong("value is not a percentage, for example 90.5")
    if type(by) is not date:
        raise wrong("by is not a day, for example 2025-06-30")
    district = row.get("district", EVERYBODY)
    if not isinstance(district, str):
        raise wrong('district is not text: write it in quotes, "0640011", leading zeros included')
    return Target(district, measure, float(value), by)


def check_targets(data: Snapshot, targets: tuple[Target, ...]) -> None:
    """Raise TargetsError for districts that this database does not have."""
    known = {*known_values(data).district, EVERYBODY}
    if unknown := sorted({target.district for target in targets} - known):
        raise TargetsError(
            f"LEAP_TARGETS: {', '.join(unknown)}: no such district in the database. "
            "Codes are text, leading zeros included."
        )


def progress(data: Snapshot, viewer: Viewer, target: Target) -> Progress:
    """Where a target stands in this load, as the viewer may see it."""
    values = measured(data, viewer, target.district, target.measure)
    told = {
        month: value
        for month, value in zip(values["month"], values["value"], strict=True)
        if not pd.isna(value)
    }
    due = f"{target.by:%Y-%m}"
    last = max(told, default=None)
    now = told.get(last) if last else None
    if last is None or now is None:
        return Progress(target, values, UNKNOWN, None, None, None)
    sign = -1 if target.measure == CHRONIC else 1
    if due <= last:
        at_due = [month for month in told if month <= due]
        is_met = bool(at_due) and sign * (told[max(at_due)] - target.value) >= 0
        return Progress(target, values, MET if is_met else MISSED, now, None, None)
    before = told.get(_years_before(last, 1))
    starts = {
        years: told[start] for years in range(1, 30) if (start := _years_before(due, years)) in told
    }
    if before is None or not starts:
        return Progress(target, values, UNKNOWN, now, None, None)
    years = min(starts)
    gained, needed = sign * (now - before), sign * (target.value - starts[years]) / years
    # A tenth of a point, as figures are told.
    state = ON_TRACK if round(gained, 1) >= round(needed, 1) else BEHIND
    return Progress(target, values, state, now, gained, needed)


def _years_before(month: str, years: int) -> str:
    return f"{int(month[:4]) - years}{month[4:]}"


def measured(data: Snapshot, viewer: Viewer, district: str, measure: str) -> pd.DataFrame:
    """A measure of a district by school month: month, school_year, value (as in ``Progress``)."""
    if measure == SERVED:
        return _served(data, viewer, district)
    months = district_months(data, viewer)
    own = months[months["district_code"] == district]
    column = {ATTENDANCE: "rate_to_date", CHRONIC: "chronic"}[measure]
    return own[["month", "school_year"]].assign(value=100 * own[column])


def _served(data: Snapshot, viewer: Viewer, district: str) -> pd.DataFrame:
    """Students served up to the end of each school month, rounded like any count by date."""
    columns = served_student.c
    of_district = [] if district == EVERYBODY else [columns.district_code == district]
    firsts = data.frame(
        sa.select(columns.first_visit_date, sa.func.count().label("students"))
        .where(*of_district)
        .group_by(columns.first_visit_date)
    )
    month = pd.to_datetime(firsts["first_visit_date"]).dt.strftime("%Y-%m")
    months = list(data.connection.scalars(sa.select(school_month.c.month).order_by("month")))
    so_far = [int(firsts.loc[month <= until, "students"].sum()) for until in months]
    told = disclosed(pd.DataFrame({"month": months, "students": so_far}), viewer, (), exact=False)
    return told[["month"]].assign(
        school_year=[school_year_of(m) for m in months], value=told["students"].astype(float)
    )
