"""What is secret of the contacts with a student: how, when, how often, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaluation.response import ABOVE, BELOW
from queries.schema import MODALITIES, VISITOR_TYPES
from queries.students import MOST_VISITS, NOT_REACHED, WAITS
from queries.visits import AT_ONCE, FLOW_VISITS, LATER

# A secret: kinds x students, the names of the kinds, the highest number there can be.
Secret = tuple[npt.NDArray[np.float64], tuple[str, ...], float]

# Nobody has so many contacts: the attacker has seen the program at work.
MOST_CONTACTS = 6.0

KINDS = (*MODALITIES, NOT_REACHED)
FLOW = (
    *(f"{how} {visits}" for how in (AT_ONCE, LATER) for visits in range(1, FLOW_VISITS + 1)),
    f"{NOT_REACHED} 0",
)
REPEATS = tuple(map(str, range(MOST_VISITS + 1)))
CHANGES = ("to_below", "from_below", "to_above", "to_chronic", "from_chronic")


def contact_secrets(
    people: pd.DataFrame, visits: pd.DataFrame, history: pd.DataFrame
) -> dict[str, Secret]:
    """The secrets of everybody contacted, in the order of ``people``."""
    found = dict(_of_visits(people, visits))
    found |= {
        name: (so.astype(float).where(_is_contacted(people)).to_numpy()[None, :], ("",), 1.0)
        for name, so in _changes(people, history).items()
    }
    return found


def _of_visits(people: pd.DataFrame, visits: pd.DataFrame) -> Iterator[tuple[str, Secret]]:
    is_contacted = _is_contacted(people)
    done = visits["outcome"] == "completed"
    day = pd.to_datetime(visits["visit_date"])

    def each(rows: pd.DataFrame) -> pd.Series:
        number = rows.groupby("student_id").size()
        return number.reindex(people.index).fillna(0).where(is_contacted)

    def yes_or_no(rows: pd.DataFrame) -> Secret:
        return each(rows).clip(upper=1).to_numpy()[None, :], ("",), 1.0

    completed = each(visits[done])
    yield "completed", (completed.to_numpy()[None, :], ("",), MOST_CONTACTS)
    yield "attempted", (each(visits[~done]).to_numpy()[None, :], ("",), MOST_CONTACTS)
    yield "contacts", (each(visits).to_numpy()[None, :], ("",), MOST_CONTACTS)
    yield "reached", (completed.clip(upper=1).to_numpy()[None, :], ("",), 1.0)
    wait = _wait(people, visits)
    yield "wait", _kinds(wait, tuple(WAITS))
    how = wait.where(wait.isin((AT_ONCE, NOT_REACHED)) | wait.isna(), LATER)
    often = completed.clip(upper=FLOW_VISITS).astype("Int64").astype(str)
    yield "flow", _kinds((how + " " + often).where(is_contacted), FLOW)
    repeats = completed.clip(upper=MOST_VISITS).astype("Int64").astype(str).where(is_contacted)
    yield "repeats", _kinds(repeats, REPEATS)
    for who in VISITOR_TYPES:
        yield f"visitor {who}", yes_or_no(visits[visits["visitor_type"] == who])
    kind = visits["modality"].where(done, NOT_REACHED)
    for (month, name), rows in visits.groupby([day.dt.strftime("%Y-%m"), kind]):
        yield f"volume {month} {name}", yes_or_no(rows)
    monday = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    for week, rows in visits[done].groupby(monday[done]):
        yield f"week {week}", yes_or_no(rows)


def _is_contacted(people: pd.DataFrame) -> pd.Series:
    return people["first_contact_date_now"].notna()


def _kinds(column: pd.Series, names: tuple[str, ...]) -> Secret:
    numbers = np.array([column.eq(name).astype(float).where(column.notna()) for name in names])
    return numbers, names, 1.0


def _wait(people: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    day = pd.to_datetime(visits["visit_date"])
    first = day.groupby(visits["student_id"]).min().reindex(people.index)
    done = visits["outcome"] == "completed"
    reached = day[done].groupby(visits["student_id"][done]).min().reindex(people.index)
    days = (reached - first).dt.days
    longest = [(name, most) for name, most in WAITS.items() if most >= 0]
    names = np.select([days <= most for _name, most in longest], [name for name, _m in longest], "")
    return pd.Series(names, people.index).where(reached.notna(), NOT_REACHED).where(first.notna())


def _changes(people: pd.DataFrame, history: pd.DataFrame) -> dict[str, pd.Series]:
    then = history.reindex(people.index)
    there = pd.Series(people.index.isin(history.index), people.index)
    now, was = people["status_now"], then["status"]
    chronic = people["is_chronic_now"].astype("boolean")
    was_chronic = then["is_chronic"].astype("boolean").fillna(False)
    in_shares = ~people["in_pre_kindergarten_now"].astype("boolean")
    is_now, is_not = (chronic & in_shares).fillna(False), (~chronic & in_shares).fillna(False)
    return {
        "to_below": there & (now == BELOW) & (was != BELOW),
        "from_below": there & (was == BELOW) & (now != BELOW),
        "to_above": there & (now == ABOVE) & (was != ABOVE),
        "to_chronic": there & is_now & ~was_chronic,
        "from_chronic": there & is_not & was_chronic,
    }
