"""Tables and words of the visits: each row leads to the students behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from components import student_wording as words
from components.tables import figures_table
from queries.visits import Scope

VOLUME_HOW_TO_READ = (
    "A bar is a week's contacts (for those who see no names: a month's), coloured by modality when "
    "the family was reached; grey on top: attempts and cancellations. Contacts count for the "
    "district where the student is enrolled now.",
    "Where names are not seen, kinds of too few students in a month, or of none, are told together,"
    " hatched: at least two kinds, and at least as many students as any figure needs. A month of "
    "fewer students has no bar, and then the smallest other month has none either: the total would "
    "tell of them. The bars are rounded part by part; the sentence above them counts all contacts.",
    "Choose a bar to see the students behind it, or open the data below: its rows are links.",
)
FLOW_HOW_TO_READ = (
    "A ribbon is as wide as its students. On the left everybody contacted; in the middle whether "
    "the first contact reached the family, a later one did, or none has yet; on the right how many "
    "completed visits there have been since. Ribbons that are not shown count in none of these.",
)
CALENDAR_HOW_TO_READ = (
    "A cell is a week of completed visits, a row a school year from August on; for those who see "
    "the names behind it, a cell is a day. Empty cells had none, or too few students to be told.",
    "Choose a cell to see the students of its week.",
)
WAITS_HOW_TO_READ = (
    "Days from the first contact of any outcome to the first completed visit. “At once”: the first "
    "contact reached the family. “Not yet” are the families nobody has reached.",
)
REPEATS_HOW_TO_READ = (
    "Students by completed visits. Under each: how many of those with a status lie above the "
    "middle of similar students not visited; half of them would if visits changed nothing. "
    "Students visited more often were chosen for it, so the bars do not show what a further visit "
    "brings.",
)


def linked(text: str, href: str) -> Any:
    """Words that lead somewhere, or words."""
    return dcc.Link(text, href=href) if href else text


def count(value: Any, about: bool) -> str:
    """``about 95``; ``not shown`` where withheld."""
    return words.NOT_SHOWN if pd.isna(value) else words.counted(int(value), about)


def _rest(frame: pd.DataFrame, what: str, columns: int) -> list[list[str]]:
    """One row for all that is withheld, which are few or nobody; none where nothing is."""
    number = int(frame["withheld"].sum())
    if not number:
        return []
    return [[f"{what} not shown: {number:,}", *["–"] * (columns - 1)]]


def volume_table(frame: pd.DataFrame, scope: Scope, links: pd.Series[str]) -> html.Table:
    """Contacts by period and kind, the latest first."""
    latest = frame[~frame["withheld"]].sort_values("period", ascending=False, kind="stable")
    rows = [
        [
            words.date_in_words(row["period"]),
            words.kind(row["kind"]),
            linked(count(row["contacts"], row["about"]), link),
            count(row["students"], row["about"]),
        ]
        for row, link in zip(latest.to_dict("records"), links.loc[latest.index], strict=True)
    ]
    head = [f"{scope.period.capitalize()} of", "Kind", "Contacts", "Students"]
    rest = _rest(frame, f"Kinds by {scope.period}", len(head))
    return figures_table("Contacts, the latest first", head, [*rows, *rest], named=True)


def calendar_table(frame: pd.DataFrame, scope: Scope) -> html.Table:
    """Completed visits by day or week, the latest first."""
    rows = [
        [words.date_in_words(row["period"]), count(row["contacts"], row["about"])]
        for row in frame[~frame["withheld"]].to_dict("records")[::-1]
    ]
    head = ["Day" if scope.is_own else "Week of", "Completed visits"]
    rest = _rest(frame, "Weeks", len(head))
    return figures_table("Completed visits, the latest first", head, [*rows, *rest], named=True)


def schools_table(frame: pd.DataFrame, links: Sequence[str]) -> html.Table:
    """Students and contacts by school; ``links`` lead from each row of the frame."""
    rows = [
        [
            linked(words.school(row["school_name"]), link),
            *(
                count(row[name], row["about"])
                for name in ("students", "reached", "completed", "attempted")
            ),
        ]
        for row, link in zip(frame.to_dict("records"), links, strict=True)
        if not row["withheld"]
    ]
    head = ["School now", "Students", "Reached", "Completed visits", "Attempts"]
    rest = _rest(frame, "Schools", len(head))
    return figures_table("By school, the most students first", head, [*rows, *rest], named=True)


def visitors_table(frame: pd.DataFrame) -> html.Table:
    """Contacts by who went."""
    rows = [
        [
            words.visitor(row["visitor_type"]),
            *(count(row[name], row["about"]) for name in ("students", "completed", "attempted")),
        ]
        for row in frame.to_dict("records")
    ]
    head = ["Visitor", "Students", "Completed visits", "Attempts"]
    return figures_table("By who went", head, rows, named=True)


def longest_table(frame: pd.DataFrame, links: Sequence[str]) -> html.Table:
    """Families in need, by how long nobody has reached them."""
    rows = [
        [
            dcc.Link(words.name(row), href=link),
            words.NEED_WORDS[row["need"]],
            words.whole(row["now_rate"]),
            "never" if pd.isna(row["days_unreached"]) else f"{row['days_unreached']:,}",
            words.date_in_words(row["first_contact_date"]),
            str(row["attempted_visits"]),
        ]
        for row, link in zip(frame.to_dict("records"), links, strict=True)
    ]
    head = ["Student", "Need", "Now", "Days since reached", "First contact", "Attempts"]
    return figures_table(
        "In need, never reached first, then the longest wait", head, rows, named=True
    )
