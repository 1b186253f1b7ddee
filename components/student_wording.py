"""What is said of a single student: status, need, and the reason in words and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import wording
from queries import students
from queries.values import GRADE_LABELS, MODALITY_LABELS, VISITOR_TYPE_LABELS

# A word and a sign, so that colour is never the only one.
STATUS_WORDS = {
    students.BELOW: "▼ Below expected",
    students.AS_EXPECTED: "● As expected",
    students.ABOVE: "▲ Above expected",
    students.TOO_EARLY: "… Too early",
    students.NOT_ENOUGH_DATA: "? Not enough data",
    students.ATTEMPTED_ONLY: "○ Attempted only",
    students.LEFT: "→ Left",
}
NEED_WORDS = {"none": "None", "some": "Some", "high": "High", "urgent": "Urgent"}
QUICK_VIEW_WORDS = {
    students.EVERYONE: "Everyone",
    students.NOT_RESPONDING: "Below expected, still chronic",
    students.NEVER_REACHED: "Attempted only",
    students.UNREACHED: f"Not reached for {students.LONG_UNREACHED_DAYS} days",
    students.RECOVERED: "Recovered",
}
OUTCOME_WORDS = {"completed": "Completed", "attempted": "Attempted", "cancelled": "Cancelled"}

NOT_NAMED = (
    "Students are named to the coordinators of their own district alone. Your role shows figures "
    "of groups; the other pages have them."
)
HOW_TO_READ = (
    "Need comes first: how low attendance is now (the last two school months: 80 % or less is "
    "severe, 90 % or less chronic), whether it is falling or rising by ten points or more, and "
    f"whether anybody has reached the family in the last {students.LONG_UNREACHED_DAYS} days.",
    "Status says whether a student did better than similar students who were not visited, over "
    "the same months: below the lowest quarter of them, above the highest quarter, or between. "
    "It is told from three school months and 30 days enrolled after the first visit on. A rise "
    "alone says little, because low months are often followed by better ones.",
    "A status can be wrong: it is one student against a range. How often, in data where the truth "
    "is known, stands under Methods. Use it to decide whom to ask, not to judge a family or a "
    "visitor.",
    "“Similar, since” is the middle half of those students’ attendance since the visit.",
)


def name(row: Mapping[Any, Any]) -> str:
    """``Example, Ada``; the student number where there is no name."""
    parts = [row[part] for part in ("last_name", "first_name") if isinstance(row[part], str)]
    return ", ".join(part for part in parts if part) or f"Student {row['student_id']}"


def whole(rate: float) -> str:
    """0.614 -> ``61 %``; a dash for none."""
    return "–" if pd.isna(rate) else f"{_points(rate)}\N{NO-BREAK SPACE}%"


def _points(rate: float) -> int:
    return int(100 * rate + 0.5)


def date_in_words(when: Any) -> str:
    """``12 Oct 2023``."""
    return f"{when.day} {when:%b %Y}"


def grade(value: Any) -> str:
    """``Grade 7``; a dash for none."""
    return GRADE_LABELS.get(value, "–")


def modality(value: Any) -> str:
    """``home``, within a sentence."""
    return MODALITY_LABELS.get(value, "unknown").lower()


def visitor(value: Any) -> str:
    """``School staff``."""
    return VISITOR_TYPE_LABELS.get(value, "–")


def similar(row: Mapping[Any, Any]) -> str:
    """``63–80 %``: the middle half of similar students since the visit."""
    if pd.isna(row["similar_low"]):
        return "–"
    low, high = _points(row["similar_low"]), _points(row["similar_high"])
    return f"{low}–{high}\N{NO-BREAK SPACE}%"


def reason(row: Mapping[Any, Any]) -> str:
    """Why the student has this status and this need, in figures."""
    return f"{_status_reason(row)} {_need_reason(row)}".strip()


def _status_reason(row: Mapping[Any, Any]) -> str:
    status = row["status"]
    if status == students.LEFT:
        return "No days enrolled in the last two school months."
    if status == students.ATTEMPTED_ONLY:
        times = (
            "1 attempt" if row["attempted_visits"] == 1 else f"{row['attempted_visits']} attempts"
        )
        return f"Nobody has reached the family: {times} since {_first(row)}."
    since = f"since the first visit on {_first(row)} ({modality(row['modality'])})"
    if status == students.TOO_EARLY:
        months, days = row["since_months"], round(row["since_days"])
        words = "1 full school month" if months == 1 else f"{months} full school months"
        return f"Only {words} and {days} days enrolled {since}: too early to tell."
    if status == students.NOT_ENOUGH_DATA:
        if pd.isna(row["similar_low"]):
            return f"{whole(row['since_rate'])} {since}; too few similar students to compare with."
        return (
            f"{whole(row['since_rate'])} {since}; only {round(row['baseline_days'])} days "
            "enrolled in the three months before."
        )
    compared = {
        students.BELOW: f"three in four were above {whole(row['similar_low'])}",
        students.AS_EXPECTED: (
            f"half were between {whole(row['similar_low'])} and {whole(row['similar_high'])}"
        ),
        students.ABOVE: f"three in four were below {whole(row['similar_high'])}",
    }[status]
    return f"{whole(row['since_rate'])} {since}; similar students not visited: {compared}."


def _first(row: Mapping[Any, Any]) -> str:
    return date_in_words(row["first_contact_date"])


def _need_reason(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["now_rate"]):
        return ""
    course = {
        -1: f", falling from {whole(row['earlier_rate'])}",
        1: f", rising from {whole(row['earlier_rate'])}",
        0: "",
    }[row["direction"]]
    unreached = row["days_unreached"]
    reached = "" if pd.isna(unreached) else f"; last reached {unreached:,} days ago"
    return f"Now {whole(row['now_rate'])}{course}{reached}."


def chronic(row: Mapping[Any, Any]) -> str:
    """Whether the student is chronically absent this school year, with the rate."""
    if pd.isna(row["year_rate"]):
        return "–"
    return f"{'Yes' if row['is_chronic'] else 'No'} ({whole(row['year_rate'])})"


def caseload_head(frame: pd.DataFrame, districts: list[str]) -> str:
    """``1,724 students contacted in Hartford, 170 of them in urgent need``."""
    urgent = int((frame["need"] == "urgent").sum())
    people = "1 student" if len(frame) == 1 else f"{len(frame):,} students"
    return f"{people} contacted in {wording.joined(districts)}, {urgent:,} in urgent need"
