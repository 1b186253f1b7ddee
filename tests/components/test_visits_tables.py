"""Tables of contacts: what is withheld is one row that tells how many rows it stands for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from components.student_wording import repeats_summary, waits_summary
from components.visits_tables import calendar_table, schools_table, volume_table
from queries.filters import Filters
from queries.students import WAITS
from queries.visits import Scope

OTHERS = Scope(Filters(), is_own=False)


def cells(table: Any) -> list[list[str]]:
    """The words of a table's body."""
    return [[cell.children for cell in row.children] for row in table.children[2].children]


def test_schools_that_are_withheld_are_not_named() -> None:
    frame = pd.DataFrame(
        {
            "school_name": ["Oak", None, "Elm", "Hill"],
            "students": [95, 20, pd.NA, pd.NA],
            "reached": [60, pd.NA, pd.NA, pd.NA],
            "completed": [120, 30, pd.NA, pd.NA],
            "attempted": [45, 15, pd.NA, pd.NA],
            "about": True,
            "withheld": [False, False, True, True],
        }
    )
    assert cells(schools_table(frame, [""] * 4)) == [
        ["Oak", "about 95", "about 60", "about 120", "about 45"],
        ["No school recorded", "about 20", "not shown", "about 30", "about 15"],
        ["Schools not shown: 2", "–", "–", "–", "–"],
    ]


def test_months_and_weeks_that_are_withheld_have_no_date() -> None:
    frame = pd.DataFrame(
        {
            "period": [date(2022, 9, 5), date(2022, 9, 12), date(2022, 9, 19)],
            "kind": "home",
            "contacts": [40, pd.NA, 25],
            "students": [40, pd.NA, 25],
            "about": True,
            "withheld": [False, True, False],
        }
    )
    links = pd.Series("", index=frame.index)
    assert cells(volume_table(frame, OTHERS, links)) == [
        ["Sep 19, 2022", "Home", "about 25", "about 25"],
        ["Sep 5, 2022", "Home", "about 40", "about 40"],
        ["Kinds by month not shown: 1", "–", "–", "–"],
    ]
    assert [row[0] for row in cells(calendar_table(frame, OTHERS))] == [
        "Sep 19, 2022",
        "Sep 5, 2022",
        "Weeks not shown: 1",
    ]


@pytest.mark.parametrize(
    ("students", "said"),
    [
        (
            [50, 10, 10, 10, 10, 10, 100],
            "About 50 families (25\N{NO-BREAK SPACE}%) were reached by the first contact; "
            "about 100 have not been reached yet.",
        ),
        ([50, *[pd.NA] * 6], "About 50 families were reached by the first contact."),
        ([*[pd.NA] * 6, 40], "About 40 have not been reached yet."),
        ([pd.NA] * 7, ""),
    ],
)
def test_what_is_withheld_is_not_said_to_be_nobody(students: list[Any], said: str) -> None:
    frame = pd.DataFrame({"wait": list(WAITS), "students": pd.array(students, dtype="Int64")})
    assert waits_summary(frame.assign(about=True)) == said


def test_a_share_is_not_told_of_what_is_left() -> None:
    counts = pd.DataFrame({"students": pd.array([60, 20, None], dtype="Int64")})
    assert repeats_summary(counts) == ""
    assert repeats_summary(counts.head(2)).startswith("25")
