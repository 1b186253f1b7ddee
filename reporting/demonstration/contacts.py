"""The visit log: attempts before the first completed visit, and visits after it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from queries.schema import MODALITIES
from reporting.demonstration.population import Ints
from reporting.demonstration.visits import FirstVisits

_NEEDS = ("", "health", "housing", "child care", "technology", "transport")
_NEED_SHARE = (0.6, 0.12, 0.06, 0.06, 0.06, 0.1)
_CANCELLED_SHARE = 0.2
_FOLLOW_UP_COMPLETED = 0.75


def contacts(visits: FirstVisits, last_month: str, rng: np.random.Generator) -> pd.DataFrame:
    """All contacts of a district, in order of student and day.

    Columns: student (row in the population), day, modality, visitor_type (indexes), outcome,
    note_code. Contacts after the last month of the data are left out.
    """
    first_day = _day_in(visits.month, rng)
    first = pd.DataFrame(
        {
            "student": visits.student,
            "day": first_day,
            "modality": visits.modality,
            "visitor_type": visits.visitor_type,
            "outcome": "completed",
        }
    )
    student, month = visits.attempted_only
    never = pd.DataFrame(
        {
            "student": student,
            "day": _day_in(month, rng),
            "modality": rng.integers(0, len(MODALITIES), len(student)),
            "visitor_type": rng.integers(0, 2, len(student)),
            "outcome": "attempted",
        }
    )
    before = _repeated(first, rng.geometric(0.6, len(first)) - 1, -1, (3, 15), rng)
    before["outcome"] = _not_completed(len(before), rng)
    again = _repeated(never, rng.geometric(0.5, len(never)) - 1, 1, (5, 30), rng)
    again["outcome"] = _not_completed(len(again), rng)
    after = _repeated(first, rng.geometric(0.4, len(first)) - 1, 1, (14, 60), rng)
    completed = rng.random(len(after)) < _FOLLOW_UP_COMPLETED
    after["outcome"] = np.where(completed, "completed", _not_completed(len(after), rng))
    every = pd.concat([first, before, never, again, after], ignore_index=True)
    end = pd.Timestamp(f"{last_month}-01") + pd.offsets.MonthEnd(0)
    every = every[every["day"] <= end].sort_values(["student", "day"], kind="stable")
    needs = rng.choice(_NEEDS, len(every), p=_NEED_SHARE)
    every["note_code"] = np.where(every["outcome"] == "completed", needs, "")
    return every.reset_index(drop=True)


def _day_in(month: np.ndarray, rng: np.random.Generator) -> pd.Series[pd.Timestamp]:
    """A weekday of each calendar month, not in its last days: follow-ups come later."""
    start = pd.Series(pd.to_datetime(pd.Series(month, dtype=str) + "-01"))
    day = start + pd.to_timedelta(rng.integers(1, 25, len(start)), unit="D")
    return day + pd.to_timedelta((day.dt.day_of_week - 4).clip(lower=0) % 3, unit="D")


def _repeated(
    contact: pd.DataFrame,
    times: Ints,
    direction: int,
    days_apart: tuple[int, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Further contacts of the same kind, each some days further away."""
    copies = contact.loc[contact.index.repeat(times)].reset_index()
    gaps = pd.Series(rng.integers(*days_apart, len(copies)))
    distance = gaps.groupby(copies["index"]).cumsum()
    copies["day"] = copies["day"] + pd.to_timedelta(direction * distance, unit="D")
    return copies.drop(columns="index")


def _not_completed(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(count) < _CANCELLED_SHARE, "cancelled", "attempted")
