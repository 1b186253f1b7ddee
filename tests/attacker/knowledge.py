"""What the attacker knows beforehand, and the secrets that the test holds the answers against.

Known: of every student all groups, which months there are, who has a figure at all, and where they
are enrolled now; a coordinator knows the own list to the day besides. Secret: every value.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.database import Snapshot, snapshot
from queries.filters import Filters
from queries.schema import (
    EVENT_MONTHS,
    GRADE_BANDS,
    contacted_student,
    served_student,
    trajectory_month,
)
from queries.served import in_every_month, split_column
from queries.values import known_values
from queries.viewer import Viewer

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

PERCENT = 100.0

ROLES = {
    "leadership": Viewer("leadership"),
    "presenter": Viewer("presenter", threshold=20),
    "coordinator": Viewer("coordinator", ("0640011",)),
}


def secret_of_month(event_month: int) -> str:
    """The name of the secret: a student's rate in a month around the first visit."""
    return f"month {event_month:+d}"


RATES = (*map(secret_of_month, EVENT_MONTHS), "baseline", "since")
SHARES = ("chronic_before", "chronic_now", "above_median")


@contextmanager
def opened(database: Path) -> Iterator[Snapshot]:
    """One of the loads, as the dashboard would read it."""
    before = os.environ.get("LEAP_DATABASE_URL")
    os.environ["LEAP_DATABASE_URL"] = f"duckdb:///{database}"
    try:
        with snapshot() as data:
            yield data
    finally:
        os.environ.pop("LEAP_DATABASE_URL")
        if before is not None:
            os.environ["LEAP_DATABASE_URL"] = before


@dataclass(frozen=True)
class Load:
    """Everything of one load: known groups, and the secrets by name (nan: has none).

    Students are places in one order, the same for both loads; rates in per cent, yes and no 1, 0.
    """

    database: Path
    students: Sequence[str]
    groups: Mapping[str, Mapping[str, Mask]]
    is_served: Mask
    has_every_month: Mask
    district_now: npt.NDArray[np.object_]
    secrets: Mapping[str, Numbers]

    def chosen(self, filters: Filters) -> Mask:
        """Served students of a selection."""
        inside = self.is_served.copy()
        for dimension, values in filters.chosen().items():
            inside &= np.logical_or.reduce([self.groups[dimension][value] for value in values])
        return inside

    def group(self, split: str, value: str) -> Mask:
        """Served students of one value of a split."""
        return self.groups["grade" if split == "grade_band" else split][value]

    def known_to(self, viewer: Viewer) -> Mask:
        """Students on the viewer's own list."""
        if viewer.role != "coordinator":
            return np.zeros(len(self.students), dtype=bool)
        return np.isin(self.district_now, viewer.districts)


def read_loads(databases: Sequence[Path]) -> list[Load]:
    """What is known and secret of each load, over the students of all of them."""
    tables = [_read(database) for database in databases]
    students = sorted(set().union(*(table.index for table, _groups, _months in tables)))
    return [
        _load(database, students, *table) for database, table in zip(databases, tables, strict=True)
    ]


_Groups = dict[str, list[str]]


def _read(database: Path) -> tuple[pd.DataFrame, _Groups, pd.DataFrame]:
    with opened(database) as data:
        known = known_values(data)
        dimensions = [split_column(name).label(f"in_{name}") for name in known.dimensions]
        every = sa.select(in_every_month().subquery().c.student_id)
        now = contacted_student.c["student_id", "district_code"]
        people = data.frame(
            sa.select(
                served_student,
                *dimensions,
                now.district_code.label("district_now"),
                served_student.c.student_id.in_(every).label("has_every_month"),
            ).join_from(
                served_student, contacted_student, now.student_id == served_student.c.student_id
            )
        ).set_index("student_id")
        months = data.frame(sa.select(trajectory_month))
        return people, {name: list(known.labels(name)) for name in known.dimensions}, months


def _load(
    database: Path,
    students: Sequence[str],
    found: pd.DataFrame,
    values: _Groups,
    months: pd.DataFrame,
) -> Load:
    people = found.reindex(students)
    return Load(
        database,
        students,
        {name: _masks(people[f"in_{name}"], of_dimension) for name, of_dimension in values.items()},
        np.isin(students, found.index),
        people["has_every_month"].eq(True).to_numpy(),
        people["district_now"].to_numpy(dtype=object),
        _rates(people, months) | _shares(people),
    )


def _masks(column: pd.Series[Any], values: Sequence[str]) -> dict[str, Mask]:
    return {
        value: column.isin(GRADE_BANDS.get(value, (value,))).to_numpy(dtype=bool)
        for value in values
    }


def _rates(people: pd.DataFrame, months: pd.DataFrame) -> dict[str, Numbers]:
    by_month = months.pivot(index="student_id", columns="event_month", values="rate")
    by_month = by_month.reindex(people.index).reindex(columns=EVENT_MONTHS)
    rates = {secret_of_month(month): by_month[month].to_numpy(float) for month in EVENT_MONTHS}
    pooled = {name: people[f"{name}_rate"].to_numpy(float) for name in ("baseline", "since")}
    return {name: PERCENT * rate for name, rate in (rates | pooled).items()}


def _shares(people: pd.DataFrame) -> dict[str, Numbers]:
    """As the pages tell them: chronic absence of who has both years, the rest of the judged."""
    before, now = (people[name].astype(float) for name in ("chronic_before", "chronic_now"))
    is_judged = (
        people["status"].isin((BELOW, AS_EXPECTED, ABOVE)) & people["similar_median"].notna()
    )
    is_above = (people["since_rate"] > people["similar_median"]).astype(float).where(is_judged)
    both = before.notna() & now.notna()
    shares = {
        "chronic_before": before.where(both),
        "chronic_now": now.where(both),
        "above_median": is_above,
    }
    return {name: share.to_numpy(float) for name, share in shares.items()}
