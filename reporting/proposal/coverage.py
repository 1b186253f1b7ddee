"""How much of the students' days a file of days holds: all of them, or those missed alone?

Most student information systems store exceptions alone. Such a list has columns like those of
daily attendance, and one tardy in it says that somebody was present.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reporting.proposal.dates import days_of
from reporting.proposal.headings import filled_in

# Of its days between first and last row, a student has most in daily attendance and few in a list
# of absences, whoever came or left during the month.
_MOST = 0.6

# Where fewer rows say that a student was there, days may be missing on which all were.
_FEW_PRESENT = 0.5


@dataclass(frozen=True)
class Coverage:
    """The rows of a file of days, as numbers.

    ``rows``, ``students``, ``days``: how many. ``days_a_student``: days with a row of a usual
    student. ``of_span``: the share of days with a row, of the days from each student's first row to
    the last. ``present``: the share of rows that say that a student was present and not late.
    """

    rows: int
    students: int
    days: int
    days_a_student: int
    of_span: float
    present: float

    @property
    def is_of_absences(self) -> bool:
        """Are there rows only of days that students missed, or came late on?"""
        if not self.rows:
            return False
        is_sparse = self.of_span < _MOST or self.days_a_student < _MOST * self.days
        return (
            not self.present or self.of_span < _MOST or (is_sparse and self.present < _FEW_PRESENT)
        )

    @property
    def words(self) -> str:
        """``494 rows for 30 students over 109 school days, 16 of 109 days a student``."""
        return (
            f"{self.rows:,} row{_s(self.rows)} for {self.students:,} student{_s(self.students)} "
            f"over {self.days:,} school day{_s(self.days)}, {self.days_a_student:,} of "
            f"{self.days:,} day{_s(self.days)} a student"
        )


def coverage_of(
    students: pd.Series[str], dates: pd.Series[str], is_present: pd.Series[bool]
) -> Coverage:
    """How much of the students' days there is; rows without a student or a day do not count."""
    rows = pd.DataFrame(
        {"student": students, "day": days_of(dates.map(filled_in)), "present": is_present}
    )
    rows = rows[(rows["student"] != "") & rows["day"].notna()]
    school_days = rows["day"].drop_duplicates().sort_values()
    nth = rows["day"].map({day: n for n, day in enumerate(school_days)})
    by_student = nth.groupby(rows["student"])
    spans = by_student.max() - by_student.min() + 1
    with_row = by_student.nunique()
    return Coverage(
        rows=len(rows),
        students=len(with_row),
        days=len(school_days),
        days_a_student=round(with_row.mean()) if len(with_row) else 0,
        of_span=float(with_row.sum() / spans.sum()) if len(with_row) else 0.0,
        present=float(rows["present"].mean()) if len(rows) else 0.0,
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"
