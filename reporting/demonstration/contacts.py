"""The visit log: attempts before the first completed visit, and visits after it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from queries.schema import MODALITIES
from reporting.demonstration.population import Ints
from reporting.demonstration.visits import PROGRAM_START, FirstVisits, Strings

Days = npt.NDArray[np.datetime64]

_NEEDS = ("", "health", "housing", "child care", "technology", "transport")
_NEED_SHARE = (0.6, 0.12, 0.06, 0.06, 0.06, 0.1)
_CANCELLED_SHARE = 0.2
_FOLLOW_UP_COMPLETED = 0.75
_MOST_FOLLOW_UPS = 6
# Weekdays a first visit falls on; schools close in the middle of June.
_MONTH_WEEKDAYS, _JUNE_WEEKDAYS = 17, 8


def contacts(visits: FirstVisits, last_month: Strings, rng: np.random.Generator) -> pd.DataFrame:
    """All contacts of a district, in order of student and day.

    Columns: student (row in the population), day, modality, visitor_type (indexes), outcome,
    note_code. ``last_month`` is each student's last school month (one of the population's rows
    each); contacts after it, or before the program began, are left out.
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
    before = _repeated(first, rng.geometric(0.6, len(first)) - 1, -1, (2, 11), rng)
    before["outcome"] = _not_completed(len(before), rng)
    again = _repeated(never, rng.geometric(0.5, len(never)) - 1, 1, (4, 22), rng)
    again["outcome"] = _not_completed(len(again), rng)
    follow_ups = np.minimum(rng.geometric(0.4, len(first)) - 1, _MOST_FOLLOW_UPS)
    after = _repeated(first, follow_ups, 1, (10, 43), rng)
    completed = rng.random(len(after)) < _FOLLOW_UP_COMPLETED
    after["outcome"] = np.where(completed, "completed", _not_completed(len(after), rng))
    every = pd.concat([first, before, never, again, after], ignore_index=True)
    month_of = every["day"].dt.strftime("%Y-%m")
    in_time = (month_of >= PROGRAM_START) & (month_of <= last_month[every["student"]])
    every = every[in_time].sort_values(["student", "day"], kind="stable")
    needs = rng.choice(_NEEDS, len(every), p=_NEED_SHARE)
    every["note_code"] = np.where(every["outcome"] == "completed", needs, "")
    return every.reset_index(drop=True)


def _day_in(month: Strings, rng: np.random.Generator) -> Days:
    """A weekday of each calendar month, not in its last days: follow-ups come later."""
    weekdays = np.where(np.char.endswith(month, "-06"), _JUNE_WEEKDAYS, _MONTH_WEEKDAYS)
    first = month.astype("datetime64[M]").astype("datetime64[D]")
    return np.busday_offset(first, rng.integers(0, weekdays), roll="forward")


def _repeated(
    contact: pd.DataFrame,
    times: Ints,
    direction: int,
    weekdays_apart: tuple[int, int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Further contacts of the same kind, each some weekdays further away."""
    copies = contact.loc[contact.index.repeat(times)].reset_index()
    gaps = pd.Series(rng.integers(*weekdays_apart, len(copies)))
    distance = gaps.groupby(copies["index"]).cumsum().to_numpy()
    copies["day"] = np.busday_offset(copies["day"].to_numpy("datetime64[D]"), direction * distance)
    return copies.drop(columns="index")


def _not_completed(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.where(rng.random(count) < _CANCELLED_SHARE, "cancelled", "attempted")
