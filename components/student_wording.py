"""What is said of a single student: status, need, and the reason in words and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from components import wording
from queries import students, visits
from queries.stacks import TOGETHER
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


def list_title(view: str, text: str) -> str:
    """``Everyone``, and what the list was searched for."""
    searched = f", found by searching for “{text}”" if text else ""
    return f"{QUICK_VIEW_WORDS[view]}{searched}"


def name(row: Mapping[Any, Any]) -> str:
    """``Example, Ada``; the student number where there is no name."""
    parts = [row[part] for part in ("last_name", "first_name") if isinstance(row[part], str)]
    return ", ".join(part for part in parts if part) or f"Student {row['student_id']}"


def whole(rate: float) -> str:
    """0.614 -> ``61 %``; a dash for none."""
    return wording.share(rate)


def date_in_words(when: Any) -> str:
    """``Oct 12, 2023``."""
    return wording.short_day(when)


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
    low, high = (wording.whole_percent(row[f"similar_{end}"]) for end in ("low", "high"))
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
    if pd.isna(row["is_chronic"]):
        return f"Too few days yet ({whole(row['year_rate'])})"
    return f"{'⚑ Yes' if row['is_chronic'] else 'No'} ({whole(row['year_rate'])})"


_EXCUSED_WORDS = {"yes": "excused", "no": "unexcused"}
_NOT_RECORDED = "not recorded"


def excused(value: Any) -> str:
    """``Excused``, ``Unexcused`` or ``Not recorded``."""
    return _EXCUSED_WORDS.get(value, _NOT_RECORDED).capitalize()


def share_of_day(absent: float) -> str:
    """``all day``, ``0.5 of the day``, ``late``."""
    if absent >= 1:
        return "all day"
    return f"{absent:g} of the day" if absent > 0 else "late"


def absences(frame: pd.DataFrame) -> str:
    """``12 days excused, 9 unexcused, 3 not recorded; late 4 times.``."""
    kinds = frame["excused"].map(_EXCUSED_WORDS).fillna(_NOT_RECORDED)
    days = frame["absent"].groupby(kinds).sum()
    told = [
        f"{days[kind]:g} {kind}"
        for kind in (*_EXCUSED_WORDS.values(), _NOT_RECORDED)
        if days.get(kind, 0) > 0
    ]
    late = int((frame["absent"] == 0).sum())
    said = f"Days absent: {', '.join(told) or 'none'}"
    return f"{said}; late {late} {'time' if late == 1 else 'times'}." if late else f"{said}."


def caseload_head(frame: pd.DataFrame, districts: list[str]) -> str:
    """``1,724 students contacted in Hartford, 170 of them in urgent need``."""
    urgent = int((frame["need"] == "urgent").sum())
    people = "1 student" if len(frame) == 1 else f"{len(frame):,} students"
    where = wording.joined(districts) if len(districts) < 4 else f"{len(districts)} districts"
    return f"{people} contacted in {where}, {urgent:,} in urgent need"


# --- Visits -------------------------------------------------------------------------------------

TOGETHER_WORDS = "Other kinds together"
NOT_SHOWN = "not shown"
WAIT_WORDS = {
    "at-once": "At once",
    "week": "1–7 days",
    "two-weeks": "8–14",
    "month": "15–30",
    "two-months": "31–60",
    "longer": "Over 60",
    students.NOT_REACHED: "Not yet",
}


def kind(value: str) -> str:
    """``Home``; ``Not reached`` for attempts and cancellations."""
    others = {students.NOT_REACHED: "Not reached", TOGETHER: TOGETHER_WORDS}
    return others.get(value) or MODALITY_LABELS[value]


def school(name: Any) -> str:
    """Its name; words where none is recorded."""
    return name if isinstance(name, str) else "No school recorded"


def visits_in_words(number: int) -> str:
    """``1 visit``, ``5 or more``."""
    if number == students.MOST_VISITS:
        return f"{number} or more"
    return "1 visit" if number == 1 else f"{number} visits"


def volume_summary(completed: int | None, attempts: int | None, about: bool) -> str:
    """``2,747 completed visits and 2,086 attempts; 57 % of contacts reached the family.``

    All of them, whatever the bars show by itself; empty where they are withheld.
    """
    if completed is None or attempts is None:
        return ""
    counts = f"{counted(completed, about)} completed visits and {counted(attempts, about)} attempts"
    share = whole(completed / max(completed + attempts, 1))
    words = f"{counts}; {'about ' if about else ''}{share} of contacts reached the family."
    return words.capitalize()


def volume_note(frame: pd.DataFrame, threshold: int) -> str:
    """What is told together in bars of months, and which bars are missing."""
    notes = []
    if (frame.loc[~frame["withheld"], "kind"] == TOGETHER).any():
        notes.append(
            f"Hatched: kinds of contact with fewer than {threshold} students in a month, or none, "
            "told together with the next smallest kind where they are still too few. Every bar is "
            "whole."
        )
    if frame.groupby("period")["withheld"].all().any():
        notes.append(
            f"Not shown: months in which fewer than {threshold} students had a contact, or none, "
            f"and {_NEXT_SMALLEST}."
        )
    return " ".join(notes)


_NEXT_SMALLEST = "the smallest other number, where a total would tell of them"


def calendar_summary(frame: pd.DataFrame, by_day: bool) -> str:
    """The busiest day or week."""
    told = frame[~frame["withheld"]]
    if told.empty:
        return ""
    most = told.sort_values("contacts").to_dict("records")[-1]
    when = f"{'day' if by_day else 'week'}, {'' if by_day else 'from '}"
    return (
        f"The busiest {when}{date_in_words(most['period'])}, had "
        f"{wording.completed(int(most['contacts']), bool(most['about']))}."
    )


def withheld_note(frame: pd.DataFrame, threshold: int) -> str:
    """What is missing; empty where nothing is."""
    if not frame["withheld"].any():
        return ""
    return f"Not shown: fewer than {threshold} students, or none, and {_NEXT_SMALLEST}."


def waits_summary(frame: pd.DataFrame) -> str:
    """How many were reached at once, of all where these are told, and how many not yet."""
    counts, about = frame.set_index("wait")["students"], bool(frame["about"].any())
    at_once, waiting = counts["at-once"], counts[students.NOT_REACHED]
    said = []
    if not pd.isna(at_once) and counts.sum():
        every = "" if counts.isna().any() else f" ({whole(at_once / counts.sum())})"
        said += [f"{counted(at_once, about)} families{every} were reached by the first contact"]
    if not pd.isna(waiting) and counts.sum():
        said += [f"{counted(waiting, about)} have not been reached yet"]
    return f"{'; '.join(said)}.".capitalize() if said else ""


FLOW_ALL, FLOW_SHOWN = "Families contacted", "Families shown"
FLOW_WORDS = {
    visits.AT_ONCE: "Reached at once",
    visits.LATER: "Reached later",
    students.NOT_REACHED: "Not reached yet",
}


def counted(number: int, about: bool) -> str:
    """``about 1,250``."""
    return f"{'about ' if about else ''}{number:,}"


def flow_visits(number: int) -> str:
    """``1 visit``, ``3 or more``."""
    return f"{number} or more" if number == visits.FLOW_VISITS else visits_in_words(number)


def flow_words(reached: str, number: int | None, count: int, about: bool) -> str:
    """A ribbon as a sentence: ``Reached at once, then 2 visits: 1,250 students``."""
    then = "" if number is None else f", {flow_visits(number)}"
    return f"{FLOW_WORDS[reached]}{then}: {counted(count, about)} students"


def above_middle(row: Mapping[Any, Any]) -> str:
    """``82 % above the middle``; a dash where it is not told."""
    if pd.isna(row.get("above_median", float("nan"))):
        return "–"
    return f"{whole(row['above_median'])} above the middle"


def repeats_summary(frame: pd.DataFrame) -> str:
    """How many had more than one visit; empty where some are withheld."""
    counts = frame["students"]
    if counts.isna().any() or not counts.sum():
        return ""
    more = whole(counts.iloc[1:].sum() / counts.sum())
    return f"{more} of the students reached had more than one completed visit."


def behind(found: students.Behind, school_name: str | None) -> str:
    """What narrows a list that was opened from a bar: ``contacts by phone in the week of …``."""
    parts = []
    if found.kind or found.week:
        how = (
            ""
            if not found.kind
            else (
                " that did not reach the family"
                if found.kind == students.NOT_REACHED
                else f" by {modality(found.kind)}"
            )
        )
        when = "" if not found.week else f" in the week of {date_in_words(found.week)}"
        parts.append(f"contacts{how}{when}")
    if found.wait:
        parts.append(f"reached: {WAIT_WORDS[found.wait].lower()}")
    if found.visits:
        parts.append(f"completed visits: {visits_in_words(found.visits)}")
    if found.school:
        parts.append(school_name or f"school {found.school}")
    return wording.joined(parts)
