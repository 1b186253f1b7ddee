"""What the attacker knows beforehand, and the secrets that the test holds the answers against.

Known: the rules; of every student all groups but the one asked for, which months there are, who
has a figure at all, and where they are enrolled now; a coordinator knows the own list to the day
besides. Secret: every value.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from evaluation.response import ABOVE, AS_EXPECTED, BELOW
from queries.contacted import present_column
from queries.database import Snapshot, snapshot
from queries.filters import Filters
from queries.schema import (
    EVENT_MONTHS,
    GRADE_BANDS,
    contacted_student,
    response_history,
    served_student,
    trajectory_month,
    visit,
)
from queries.served import in_every_month, split_column
from queries.student_groups import SETTING
from queries.values import known_values
from queries.viewer import LOWEST_THRESHOLD, Viewer
from tests.attacker.contacts import contact_secrets

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

PERCENT = 100.0

ROLES = {
    "leadership": Viewer("leadership"),
    "presenter": Viewer("presenter", threshold=20),
    "coordinator": Viewer("coordinator", ("0640011",)),
}

# What of a student is a secret though it can be chosen by: everything but place and grade.
SECRET_GROUPS = ("home_language", "disability", "modality", "visitor_type", "cohort")


def secret_of_month(event_month: int) -> str:
    """The name of the secret: a student's rate in a month around the first visit."""
    return f"month {event_month:+d}"


RATES = (*map(secret_of_month, EVENT_MONTHS), "baseline", "since")
SHARES = ("chronic_before", "chronic_now", "above_median")


@contextmanager
def opened(database: Path) -> Iterator[Snapshot]:
    """One of the loads as the dashboard would read it, with two student groups switched on."""
    settings = {"LEAP_DATABASE_URL": f"duckdb:///{database}", SETTING: "home_language,disability"}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        with snapshot() as data:
            yield data
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


_Groups = Mapping[str, Mapping[str, Mask]]


@dataclass(frozen=True)
class Truth:
    """One secret of every student: a number each, or of several kinds (``values``) 1, 0, 0 ...

    ``numbers`` are kinds x students, nan for who has the secret not at all. No number is over
    ``highest``; nobody's may be bounded to less than ``allowed``.
    """

    numbers: Numbers
    values: tuple[str, ...] = ("",)
    highest: float = 1.0
    allowed: float = 1.0

    def of(self, inside: Mask, *values: str) -> Mask:
        """The unknowns of some students, of all kinds or of these."""
        kinds = np.array([not values or value in values for value in self.values])
        mask: Mask = (kinds[:, None] & inside[None, :] & ~np.isnan(self.numbers)).ravel()
        return mask


@dataclass(frozen=True)
class Load:
    """Everything of one load: what is known, and the secrets by name.

    Students are places in one order, the same for both loads. ``groups`` are those at the first
    visit, ``present`` the present ones of everybody contacted.
    """

    database: Path
    students: Sequence[str]
    groups: _Groups
    present: _Groups
    is_served: Mask
    is_contacted: Mask
    was_visited_a_year_ago: Mask
    has_every_month: Mask
    district_now: npt.NDArray[np.object_]
    school_now: npt.NDArray[np.object_]
    secrets: Mapping[str, Truth]

    def chosen(self, filters: Filters, *, but: str | None = None) -> Mask:
        """Served students of a selection; ``but``: whatever they are in one dimension."""
        return _chosen(self.is_served, self.groups, filters, but)

    def contacted(self, filters: Filters, *, but: str | None = None) -> Mask:
        """Students contacted of a selection, by their present district and grade."""
        return _chosen(self.is_contacted, self.present, filters, but)

    def has(self, secret: str) -> Mask:
        """Who has a secret at all."""
        has: Mask = ~np.isnan(self.secrets[secret].numbers[0])
        return has

    def known_to(self, viewer: Viewer) -> Mask:
        """Students on the viewer's own list."""
        if viewer.role != "coordinator":
            return np.zeros(len(self.students), dtype=bool)
        return np.isin(self.district_now, viewer.districts)

    def who_count(self, people: Mask, viewer: Viewer) -> Mask:
        """Those of some students who count: without the few unknown ones of small districts.

        Small districts are those with fewer unknown ones than a threshold that there can be, up to
        the viewer's: where all of these together are fewer too, they count nowhere.
        """
        unknown = people & ~self.known_to(viewer)
        sizes = {one: int((unknown & who).sum()) for one, who in self.groups["district"].items()}
        small: set[str] = set()
        for threshold in range(LOWEST_THRESHOLD, viewer.threshold + 1):
            also = {one for one, size in sizes.items() if 0 < size < threshold} - small
            small |= also if sum(sizes[one] for one in also) < threshold else set()
        in_small = [self.groups["district"][one] for one in small]
        return people & ~(unknown & np.logical_or.reduce([np.zeros_like(people), *in_small]))

    def is_on_own_list(self, over: Sequence[Mask], filters: Filters, viewer: Viewer) -> bool:
        """Whether a coordinator is told of the own list alone: too few others are in a district.

        ``over`` are the students that the question has figures over.
        """
        own = set(viewer.districts) if viewer.role == "coordinator" else set()
        if not filters.district or not own or not set(filters.district) <= own:
            return False
        others = self.chosen(filters) & ~self.known_to(viewer)
        return any(
            0 < (people & others).sum() < viewer.threshold
            or self._leaves_out_of(people, filters, viewer)
            for people in over
        )

    def _leaves_out_of(self, people: Mask, filters: Filters, viewer: Viewer) -> bool:
        left_out = people & ~self.who_count(people, viewer)
        of_districts = np.logical_or.reduce([self.groups["district"][d] for d in filters.district])
        return bool((left_out & of_districts).any())


def _chosen(people: Mask, groups: _Groups, filters: Filters, but: str | None) -> Mask:
    inside = people.copy()
    for dimension, values in filters.chosen().items():
        if dimension != but:
            inside &= np.logical_or.reduce([groups[dimension][value] for value in values])
    return inside


def read_loads(databases: Sequence[Path]) -> list[Load]:
    """What is known and secret of each load, over the students of all of them."""
    tables = [_read(database) for database in databases]
    students = sorted(set().union(*(table.people.index for table in tables)))
    return [
        _load(database, students, table) for database, table in zip(databases, tables, strict=True)
    ]


@dataclass(frozen=True)
class _Tables:
    people: pd.DataFrame
    values: dict[str, list[str]]
    months: pd.DataFrame
    visits: pd.DataFrame
    history: pd.DataFrame


def _read(database: Path) -> _Tables:
    with opened(database) as data:
        known = known_values(data)
        served = data.frame(
            sa.select(
                served_student,
                *(split_column(name).label(f"in_{name}") for name in known.dimensions),
                served_student.c.student_id.in_(in_every_month()).label("has_every_month"),
                (served_student.c.first_visit_date <= data.year_ago).label("a_year_ago"),
            )
        ).set_index("student_id")
        contacted = data.frame(
            sa.select(
                contacted_student,
                *(present_column(name).label(f"in_{name}") for name in known.dimensions),
            )
        ).set_index("student_id")
        return _Tables(
            contacted.add_suffix("_now").join(served),
            {name: list(known.labels(name)) for name in known.dimensions},
            data.frame(sa.select(trajectory_month)),
            data.frame(sa.select(visit)),
            data.frame(
                sa.select(response_history).where(response_history.c.load_id != data.load_id)
            ).set_index("student_id"),
        )


def _load(database: Path, students: Sequence[str], found: _Tables) -> Load:
    people = found.people.reindex(students)
    groups, present = (
        {name: _masks(people[f"in_{name}{when}"], of) for name, of in found.values.items()}
        for when in ("", "_now")
    )
    is_contacted = np.isin(students, found.people.index)
    return Load(
        database,
        students,
        groups,
        present,
        people["district_code"].notna().to_numpy(),
        is_contacted,
        people["a_year_ago"].eq(True).to_numpy(),
        people["has_every_month"].eq(True).to_numpy(),
        people["district_code_now"].to_numpy(dtype=object),
        people["school_code_now"].to_numpy(dtype=object),
        _rates(people, found.months)
        | _shares(people)
        | {name: _group(people[f"in_{name}"], found.values[name]) for name in SECRET_GROUPS}
        | {
            name: Truth(numbers, values, highest)
            for name, (numbers, values, highest) in contact_secrets(
                people, found.visits, found.history
            ).items()
        },
    )


def _masks(column: pd.Series, values: Sequence[str]) -> dict[str, Mask]:
    return {
        value: column.isin(GRADE_BANDS.get(value, (value,))).to_numpy(dtype=bool)
        for value in values
    }


def _group(column: pd.Series, values: Sequence[str]) -> Truth:
    numbers = np.array([column.eq(value).astype(float).where(column.notna()) for value in values])
    return Truth(numbers, tuple(values))


def _rates(people: pd.DataFrame, months: pd.DataFrame) -> dict[str, Truth]:
    by_month = months.set_index(["student_id", "event_month"])["rate"].unstack()  # noqa: PD010
    by_month = by_month.reindex(people.index).reindex(columns=EVENT_MONTHS)
    rates = {secret_of_month(month): by_month[month] for month in EVENT_MONTHS}
    rates |= {name: people[f"{name}_rate"] for name in ("baseline", "since")}
    return {
        name: Truth(PERCENT * rate.to_numpy(float)[None, :], highest=PERCENT, allowed=10.0)
        for name, rate in rates.items()
    }


def _shares(people: pd.DataFrame) -> dict[str, Truth]:
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
    return {name: Truth(share.to_numpy(float)[None, :]) for name, share in shares.items()}
