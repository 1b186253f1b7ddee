"""Words and numbers as people read them, in one place.

Rates are per cent of days, differences are points, counts have thousands separators, and a
rounded count says "about".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from queries.disclosure import Count
from queries.filters import Filters, KnownValues
from queries.trajectories import Trajectory

DIMENSION_NAMES = {
    "district": "District",
    "grade": "Grade",
    "grade_band": "Grade band",
    "modality": "Visit modality",
    "visitor_type": "Visitor",
    "cohort": "Cohort",
}

NOT_AN_EFFECT = (
    "This shows what happened, not what the visits caused. Students are visited when their "
    "attendance is at its lowest, and low months are often followed by better ones with or "
    "without a visit. What similar students did who were not visited is not part of this chart, "
    "so it cannot say how much of a rise is due to the visits."
)

HOW_TO_READ = (
    "Each point is the mean of the students’ own attendance rates in that school month: days "
    "attended divided by days enrolled, every student counting once.",
    "Months are counted from each student’s first completed visit. Month 0 is the month of the "
    "visit itself, partly before and partly after it, so it is drawn hollow. Summers without "
    "school are left out; students first visited in summer have no month 0.",
    "The band is the 95 % interval of the mean. The numbers under the chart are the students "
    "behind each month: not everyone has been here nine months before and twelve months after. "
    "“Same students throughout” keeps only those who have.",
    "The vertical axis does not start at zero: it fits the data, so look at the figures before "
    "judging a slope.",
)


def percent(rate: float) -> str:
    """0.8237 -> ``82.4 %``."""
    return f"{100 * rate:.1f} %"


def count(students: int | None, about: bool, threshold: int) -> str:
    """``1,387``, ``about 95`` or ``fewer than 10``."""
    if students is None:
        return f"fewer than {threshold}"
    return f"about {students:,}" if about else f"{students:,}"


def students(number: Count, threshold: int) -> str:
    """``1,387 students``."""
    return f"{count(number.students, number.about, threshold)} students"


def month(event_month: int) -> str:
    """``−9``, ``0``, ``+1``."""
    if event_month == 0:
        return "0"
    return f"+{event_month}" if event_month > 0 else f"\N{MINUS SIGN}{-event_month}"


def month_in_words(event_month: int) -> str:
    """``3 months after the first visit``."""
    if event_month == 0:
        return "the month of the first visit"
    months = "month" if abs(event_month) == 1 else "months"
    return f"{abs(event_month)} {months} {'after' if event_month > 0 else 'before'} the first visit"


def day(when: date) -> str:
    """``30 June 2024``."""
    return f"{when.day} {when:%B %Y}"


def joined(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def selection(filters: Filters, known: KnownValues) -> str:
    """The filters in words: ``Hartford or New Haven, Grades 6–12``; ``all districts``."""
    parts = [
        joined([known.labels(dimension)[value] for value in values], "or")
        for dimension, values in filters.chosen().items()
    ]
    return ", ".join(parts) or "all districts, grades and visits"


def served(result: Trajectory, known: KnownValues) -> str:
    """Whom the page shows: ``1,387 students served: Hartford``."""
    whom = selection(result.view.filters, known)
    same = ", in school in every month shown" if result.view.same_students else ""
    return f"{students(result.served, result.threshold).capitalize()} served: {whom}{same}"


def source(result: Trajectory, data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}{students(result.served, result.threshold).capitalize()} served. Mean of students’ "
        f"monthly attendance rates, band: 95 % interval.<br>Data as of {day(data_as_of)}. "
        "Before and after alone does not show what the visits caused."
    )


def hover(row: pd.Series) -> str:
    """A point as a sentence."""
    about = "about " if row["about"] else ""
    return (
        f"<b>{row['label']}</b><br>{percent(row['rate'])} of days attended, "
        f"{month_in_words(row['event_month'])}<br>mean of {about}{row['students']:,} students, "
        f"95 % interval {100 * row['low']:.1f} to {100 * row['high']:.1f}"
    )


def withheld(threshold: int) -> str:
    """What stands in the place of a figure that is not shown."""
    return f"fewer than {threshold} students"


def summary(result: Trajectory) -> str:
    """The chart in a few sentences."""
    groups = [group for _name, group in result.frame.groupby("group", sort=False)]
    sentences = [_group_summary(group, single=len(groups) == 1) for group in groups]
    return " ".join(sentence for sentence in sentences if sentence)


def _group_summary(group: pd.DataFrame, *, single: bool) -> str:
    rates = group[~group["withheld"]].set_index("event_month")["rate"]
    moments = [
        (-1, "in the last full month before the first visit"),
        (1, "in the first full month after it"),
        (6, "six months after"),
    ]
    said = [f"{percent(rates[at])} {words}" for at, words in moments if at in rates.index]
    if not said:
        return ""
    who = "Mean attendance was" if single else f"{group['label'].iloc[0]}:"
    return f"{who} {joined(said)}."


def gaps(result: Trajectory) -> str:
    """Which groups have months that are not shown, and why; empty where none has."""
    hidden = result.frame[result.frame["withheld"]]
    if hidden.empty:
        return ""
    everything = result.frame.groupby("group", sort=False)["withheld"].all()
    labels = result.frame.drop_duplicates("group").set_index("group")["label"]
    gone = [labels[group] for group in everything.index[everything]]
    some = hidden[~hidden["group"].isin(everything.index[everything])]
    parts = [f"{joined(gone)}: every month"] if gone and len(everything) > 1 else []
    parts += [
        f"{labels[group]}: {joined([month(at) for at in months])}"
        if len(everything) > 1
        else f"months {joined([month(at) for at in months])}"
        for group, months in some.groupby("group", sort=False)["event_month"]
    ]
    if not parts:
        return ""
    return f"Not shown, {withheld(result.threshold)}: {'; '.join(parts)}."
