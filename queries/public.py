"""What the state publishes of a district and of itself: context beside the program's own figures.

Published figures are public, so nobody is withheld anything of them. They are of all students of a
place, days attended of days enrolled, as the state's public file has them that was loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.filters import Filters
from queries.memory import once
from queries.schema import public_rate
from queries.values import known_values

# The state's own code begins like this: Connecticut is 00000CT.
_STATE = "00000"
_PACKAGED = Path(__file__).with_name("state_rates.csv")


@dataclass(frozen=True)
class PublishedRate:
    """The attendance rate of all students of a place in a school year, as published.

    ``place`` is its name as published. ``rate`` (0..1) and ``students`` are None where suppressed.
    ``to_date``: the year was not over. ``period`` and ``updated_on`` tell the edition; None of the
    figures that are packaged with this program.
    """

    place: str
    school_year: str
    rate: float | None
    students: int | None = None
    to_date: bool = False
    period: str | None = None
    updated_on: date | None = None


@dataclass(frozen=True)
class PublicContext:
    """A district and its state as published, and which of the program's students belong beside.

    ``name`` is the district's here, ``place`` its position among all districts. ``district`` and
    ``state`` have a rate for each published school year, the earliest first. ``year`` is the one
    to tell: the last with students first visited in it. ``filters`` choose those students; None
    where the selection has none.
    """

    name: str
    place: int
    district: tuple[PublishedRate, ...]
    state: tuple[PublishedRate, ...]
    year: str
    filters: Filters | None

    @property
    def told(self) -> tuple[PublishedRate, PublishedRate | None]:
        """District and state in the year to tell."""
        [district] = [rate for rate in self.district if rate.school_year == self.year]
        states = [rate for rate in self.state if rate.school_year == self.year]
        return district, states[0] if states else None


def public_context(data: Snapshot, filters: Filters) -> PublicContext | None:
    """What is published of the one district chosen; None of several, and of one not in the file."""
    known = known_values(data)
    if len(filters.district) != 1:
        return None
    [code] = filters.district
    district = _published(data, public_rate.c.district_code == code)
    if not district:
        return None
    years = {rate.school_year for rate in district}
    visited = years & set(filters.cohort or known.cohort)
    year = max(visited or years)
    return PublicContext(
        known.district[code],
        list(known.district).index(code),
        district,
        _published_of_state(data),
        year,
        replace(filters, cohort=(year,)) if visited else None,
    )


def published_state_rates(data: Snapshot) -> dict[str, PublishedRate]:
    """The state's published rate by school year: of its public file, or as packaged without one.

    Years of the two never mix: a later edition counts a year again, and a change from one year to
    the next would be none. Source of the packaged: Connecticut State Department of Education,
    attendance files on the state's open-data portal; all students, whole years.
    """
    rates = _published_of_state(data) or _packaged()
    return {rate.school_year: rate for rate in rates if rate.rate is not None}


def _published_of_state(data: Snapshot) -> tuple[PublishedRate, ...]:
    is_state = public_rate.c.district_code.startswith(_STATE)
    return once(data.load_id, "published of state", partial(_published, data, is_state))


def _published(data: Snapshot, of: sa.ColumnElement[bool]) -> tuple[PublishedRate, ...]:
    """All students by school year; the file has no category where no group is cut out."""
    columns = public_rate.c
    statement = (
        sa.select(
            columns.district_name,
            columns.school_year,
            columns.rate,
            columns.students,
            columns.year_to_date.is_not_distinct_from("yes"),
            columns.reporting_period,
            columns.updated_on,
        )
        .where(of, columns.category.is_(None))
        .order_by(columns.school_year)
    )
    return tuple(PublishedRate(*row) for row in data.connection.execute(statement))


def _packaged() -> tuple[PublishedRate, ...]:
    rows = pd.read_csv(_PACKAGED).to_dict("records")
    return tuple(
        PublishedRate("Connecticut", str(row["school_year"]), float(row["rate"])) for row in rows
    )
