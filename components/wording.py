"""Words and numbers as people read them, in one place.

Rates are per cent of days, counts have thousands separators, and a rounded count says "about".
Differences are told by ``components.difference``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from components.difference import caution, estimate, interval, points, taken
from components.figures.text import bold, stacked, together
from components.language import say
from evaluation.matched import HELD_OUT_MONTHS
from evaluation.verdict import Verdict
from queries.disclosure import Count
from queries.effects import HEADLINE_MONTH, Effect
from queries.filters import Filters, KnownValues
from queries.public import PublishedRate
from queries.ranking import Ranked
from queries.told import is_one_number, told
from queries.trajectories import Trajectory

ROLE_NAMES = {
    "leadership": "Leadership",
    "coordinator": "Coordinator",
    "presenter": "Presenter",
}

DIMENSION_NAMES = {
    "district": "District",
    "grade": "Grade",
    "grade_band": "Grade band",
    "modality": "Visit modality",
    "visitor_type": "Visitor",
    "cohort": "Cohort",
    "home_language": "Home language",
    "english_learner": "English learner",
    "disability": "Disability",
    "free_meals": "Free meals",
}

ANYWAY = (
    "Students are visited when their attendance is at its lowest, and low months are often "
    "followed by better ones with or without a visit. So the visited are compared with similar "
    "students who were not visited, in the same months."
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
    "The shaded months −3 to −1 are the baseline, the level before the visit.",
    "The vertical axis does not start at zero: it fits the data, so look at the figures before "
    "judging a slope.",
)


def percent(rate: float) -> str:
    """0.8237 -> ``82.4 %``, never broken over two lines."""
    return f"{100 * rate:.1f}\N{NO-BREAK SPACE}%"


def rate(point: Mapping[Hashable, Any], name: str = "rate") -> str:
    """``82.4 %``; ``above 95 %`` where few students' rate is not told exactly; a dash for none."""
    if pd.isna(point[name]):
        return "–"
    if not point["beyond"]:
        return percent(point[name])
    return f"{'above' if point[name] > 0.5 else 'below'} {100 * point[name]:.0f}\N{NO-BREAK SPACE}%"


def count(students: int | None, about: bool, threshold: int) -> str:
    """``1,387``, ``about 95`` or ``fewer than 10``."""
    if students is None:
        return f"fewer than {threshold}"
    return f"about {students:,}" if about else f"{students:,}"


NOTHING_TOLD = "Nothing is shown: every figure here is of too few students, or of none."


def students(number: Count, threshold: int) -> str:
    """``1,387 students``."""
    return f"{count(number.students, number.about, threshold)} students"


def signed(number: int) -> str:
    """``−9``, ``0``, ``+1``: months around the visit, and points."""
    if number == 0:
        return "0"
    return f"+{number}" if number > 0 else f"\N{MINUS SIGN}{-number}"


def unsigned(month: str) -> int:
    """The number behind ``signed``."""
    return int(month.replace("\N{MINUS SIGN}", "-"))


def signed_tenths(number: float) -> str:
    """``+8.3``, ``−0.2``, ``0.0``: points around no difference."""
    sign = "+" if round(number, 1) > 0 else ""
    return f"{sign}{round(number, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def month_in_words(event_month: int) -> str:
    """``3 months after the first visit``."""
    if event_month == 0:
        return "the month of the first visit"
    months = "month" if abs(event_month) == 1 else "months"
    return f"{abs(event_month)} {months} {'after' if event_month > 0 else 'before'} the first visit"


def day(when: date) -> str:
    """``June 30, 2024``."""
    return f"{when:%B} {when.day}, {when.year}"


def short_day(when: date) -> str:
    """``Jun 30, 2024``, in tables and where there is little room."""
    return f"{when:%b} {when.day}, {when.year}"


def iso_day(when: str) -> str:
    """``2024-06-30`` or a time of it -> ``June 30, 2024``."""
    return day(date.fromisoformat(when[:10]))


def month(when: str) -> str:
    """``2023-10`` -> ``October 2023``."""
    return f"{date.fromisoformat(f'{when}-01'):%B %Y}"


def completed(visits: int, about: bool) -> str:
    """``about 35 completed visits``."""
    noun = "visit" if visits == 1 else "visits"
    return f"{'about ' if about else ''}{visits:,} completed {noun}"


def joined(words: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def short(name: str, longest: int) -> str:
    """A name that fits: its own abbreviation in brackets, or cut off with an ellipsis.

    A number at the end stays: it may be all that tells two names apart.
    """
    if len(name) <= longest:
        return name
    own = re.search(r"\(([^()]+)\)$", name)
    if own and len(own[1]) <= longest:
        return own[1]
    last = name.rpartition(" ")[2]
    end = f" {last}" if last.isdigit() and len(last) < longest // 2 else ""
    return f"{name[: longest - 1 - len(end)].rstrip()}…{end}"


def selection(filters: Filters, known: KnownValues) -> str:
    """The filters in words: ``Hartford or New Haven, Grades 6–12``; ``all districts``."""
    parts = [
        chosen(dimension, [known.labels(dimension)[value] for value in values], "or", known)
        for dimension, values in filters.chosen().items()
    ]
    return ", ".join(parts) or "all districts, grades and visits"


def chosen(dimension: str, names: Sequence[str], last: str, known: KnownValues) -> str:
    """Values of one dimension: ``Hartford or New Haven``; ``Home language: Spanish``."""
    words = joined(names, last)
    return f"{DIMENSION_NAMES[dimension]}: {words}" if dimension in known.groups else words


def served(result: Trajectory, known: KnownValues) -> str:
    """Whom the page shows: ``1,387 students served: Hartford``."""
    whom = selection(result.view.filters, known)
    same = ", in school in every month shown" if result.view.same_students else ""
    return f"{students(result.served, result.threshold).capitalize()} served: {whom}{same}"


def source(result: Trajectory, data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return stacked(
        f"{kind}{students(result.served, result.threshold).capitalize()} served. Mean of students’ "
        "monthly attendance rates, band: 95 % interval.",
        f"Data through {day(data_as_of)}. "
        "Before and after alone does not show what the visits caused.",
    )


def hover(row: Mapping[Hashable, Any]) -> str:
    """A point, one row of a trajectory, as a sentence."""
    about = "about " if row["about"] else ""
    return stacked(
        bold(row["label"]),
        f"{rate(row)} of days attended, {month_in_words(row['event_month'])}",
        f"mean of {about}{row['students']:,} students, "
        f"95 % interval {100 * row['low']:.1f} to {100 * row['high']:.1f}",
    )


def withheld(threshold: int) -> str:
    """What stands in the place of a figure that is not shown."""
    return f"fewer than {threshold} students"


_MOMENTS = (
    (-1, "in the last full month before the first visit"),
    (1, "in the first full month after it"),
    (6, "six months after it"),
)
_GROUPS_NAMED = 6
_BEFORE_AFTER_ALONE = "Before and after alone does not show what the visits caused."


def summary(result: Trajectory) -> str:
    """The chart in a few sentences, ending with what it cannot say."""
    shown = result.frame[~result.frame["withheld"]]
    moments = [
        (groups, words)
        for at, words in _MOMENTS
        if len(groups := shown[shown["event_month"] == at])
    ]
    if not moments:
        return ""
    if result.view.split is None:
        rates = [f"{percent(groups['rate'].iloc[0])} {words}" for groups, words in moments]
        return f"Mean attendance was {joined(rates)}. {_BEFORE_AFTER_ALONE}"
    return " ".join([*(_by_group(*moment) for moment in moments), _BEFORE_AFTER_ALONE])


def _by_group(groups: pd.DataFrame, words: str) -> str:
    named = [f"{row['label']} {percent(row['rate'])}" for row in groups.to_dict("records")]
    if len(named) > _GROUPS_NAMED:
        order = groups["rate"].argsort()
        lowest, highest = (named[order.iloc[place]] for place in (0, -1))
        return f"{words.capitalize()}: from {lowest} to {highest}."
    return f"{words.capitalize()}: {joined(named)}."


def gaps(result: Trajectory) -> str:
    """What is not shown, and why; empty where all is."""
    groups = [group for _name, group in result.frame.groupby("group", sort=False)]
    parts = [words for group in groups if (words := _gap(group, alone=len(groups) == 1))]
    return f"Not shown, {withheld(result.threshold)}: {'; '.join(parts)}." if parts else ""


def _gap(group: pd.DataFrame, *, alone: bool) -> str:
    hidden = list(group.loc[group["withheld"], "event_month"])
    if not hidden or hidden == [0]:
        return ""
    label = group["label"].iloc[0]
    if len(hidden) == len(group):
        return f"{label} in every month"
    months = f"{'month' if len(hidden) == 1 else 'months'} {joined([signed(at) for at in hidden])}"
    return months if alone else f"{label} in {months}"


NEWER_DATA = "New data was loaded a moment ago. What you see is of before: load the page again."

_NUMBERS = ("", *"One Two Three Four Five Six".split())  # up to HEADLINE_MONTH

# --- The effect ------------------------------------------------------------------------

MONTHS_AXIS = "School months from the first visit"
VISITED, COMPARED, COMPARED_SHORT = (
    "Visited students",
    "Similar students, not visited",
    "Similar, not visited",
)

METHODS_SCOPE = "Of all students served; the filters above do not narrow this page."

PUBLISHED_SOURCE = (
    "The published evaluation of the program studied about 8,690 students in 15 districts. Its "
    "figures stand here for orientation: other students, another comparison. Nothing here is tuned "
    "to them. Sources: Connecticut State Department of Education, program page; Stemler, Werblow, "
    "Brunner and others, December 2022; Hartford: FutureEd."
)

DESIGNS_MEANING = (
    "Attendance of visited students less that of similar students who were not visited. Filled "
    "dot: matched comparison; ring: second opinion; lines: 95 % intervals, without a dot where "
    "there are too few students for a single figure."
)

DESIGNS_HOW_TO_READ = (
    "Each row is a group of visited students. The filled dot is the matched comparison, the small "
    "ring the second opinion, each with its own 95 % interval. Where the two lie apart, trust "
    "neither alone.",
    "A grey dot is a figure that may not stand by itself: its row gives the range of both and says "
    "why.",
    "Groups with overlapping intervals cannot be put in an order.",
)

EFFECT_HOW_TO_READ = (
    "Every visited student is compared with students of the same grade band who had the same "
    "attendance in the months before, in the same calendar month, and who had not been visited "
    "by the month shown. The upper lines are their mean attendance, the lower one the gap.",
    "Months −3 to −1 agree because the matching makes them agree; they prove nothing. The check "
    "is attendance 12 and 15 months before the visit, which the matching never used.",
    "The band is that of the whole curve: it holds the gaps of all months at once in 95 % of "
    "samples. A single month is told with its own, narrower interval. Where the past differs, the "
    "band stands without a line. The second opinion compares changes around the visit without "
    "matching on attendance.",
)


def unbroken(text: str) -> str:
    """Numbers of a text stay on the line of their ``%``."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def line_hover(point: Mapping[Hashable, Any], name: str, who: str) -> str:
    """A point of one of the two lines as a sentence."""
    if point["withheld"] or pd.isna(point[name]):
        return ""
    return stacked(
        bold(who),
        f"{rate(point, name)} of days attended, {month_in_words(point['event_month'])}",
        f"beside {people(point)} visited students",
    )


def gap_hover(point: Mapping[Hashable, Any]) -> str:
    """A difference as a sentence, with the interval of this month alone."""
    if point["withheld"] or pd.isna(point["effect"]):
        return ""
    higher = "higher" if point["effect"] >= 0 else "lower"
    return stacked(
        together(
            bold(f"{points(abs(point['effect']))} {higher}"), " than similar students not visited,"
        ),
        f"{month_in_words(point['event_month'])}; {interval(point)}, {people(point)} students",
    )


def people(point: Mapping[Hashable, Any]) -> str:
    """``1,387`` or ``about 95``: the students behind a point that is shown."""
    return f"{'about ' if point['about'] else ''}{point['students']:,}"


EFFECT_AXIS = "Points of attendance, month +{month}"

DESIGN_NAMES = {"matched": "Matched", "symmetric": "Second opinion"}


def cut(dimension: str, label: str) -> str:
    """``Grade band: Grades 6–12``; all students need no dimension."""
    name = DIMENSION_NAMES.get(dimension)
    return f"{name}: {label}" if name else label


def design_hover(label: str, design: str, month: int, figure: Mapping[str, float]) -> str:
    """A group's effect by one design as a sentence."""
    if pd.isna(figure["low"]):
        return ""
    return stacked(
        bold(label),
        f"{DESIGN_NAMES[design]}: {estimate(figure)} points,",
        f"{month_in_words(month)}, 95 % interval",
    )


def range_hover(result: Effect, month: int) -> str:
    """A group's range as a sentence, and why it has no single figure."""
    if pd.isna(told(result, month)["low"]):
        return ""
    return stacked(
        bold(result.label),
        f"{estimate(told(result, month))} points,",
        f"{month_in_words(month)}: {caution(result)}",
    )


def overall(result: Effect) -> str:
    """The checks of all students together in a sentence or two."""
    if result.verdict is None:
        return ""
    known = [result.checked("held_out", month) for month in HELD_OUT_MONTHS]
    gaps = [
        f"{points(gap['effect'])} at month {signed(month)}"
        for month, gap in zip(HELD_OUT_MONTHS, known, strict=True)
        if not pd.isna(gap["effect"])
    ]
    past = f" In months the matching never used the gap was {joined(gaps)}." if gaps else ""
    return (
        f"Of the visited students, {share(result.share_matched)} found similar students."
        f"{past} Check of the past: {check(result)}. What may be said of all together: "
        f"{verdict(result)}."
    )


def check(result: Effect) -> str:
    """What became of the check of the past; its figures may be withheld all the same."""
    if result.verdict is None:
        return withheld(result.threshold)
    return f"{'all students: ' if result.inherited else ''}{_CHECKS[result.verdict]}"


_CHECKS = {
    Verdict.EFFECT: "passed",
    Verdict.SYMMETRIC: "failed",
    Verdict.RANGE: "failed",
    Verdict.UNCHECKED: "cannot be made, no records so far back",
    Verdict.FEW: "cannot be made, too few students",
}


def share(part: float) -> str:
    """``99 %``, halves up; a dash where it is not known."""
    return "–" if pd.isna(part) else f"{whole_percent(part)}\N{NO-BREAK SPACE}%"


def whole_percent(part: float) -> int:
    """0.615 -> 62, halves up."""
    return int(round(1000 * part, 6) / 10 + 0.5)


def chance(p_value: float) -> str:
    """``0.012`` or ``below 0.001``."""
    if pd.isna(p_value):
        return "–"
    return "below 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def verdict(result: Effect) -> str:
    """What may be said of a selection, in a few words."""
    if result.verdict is None:
        return withheld(result.threshold)
    told = _VERDICTS[result.verdict]
    return _INHERITED.get(result.verdict, told) if result.inherited else told


def verdict_words(found: Verdict) -> str:
    """The same of a verdict alone."""
    return _VERDICTS[found]


def ranked(row: Ranked) -> str:
    """``9.1 (7.2 to 11.0), place 1 to 6 of 15``; why there is none."""
    if row.effect.verdict is None:
        return withheld(row.effect.threshold)
    if row.best is None or row.worst is None:
        return f"{estimate(row.figure)} {caution(row.effect)}".rstrip()
    return f"{estimate(row.figure)} · place {places(row)}"


def places(row: Ranked) -> str:
    """``1–6 of 15``; a dash where no place is told."""
    if row.best is None:
        return "–"
    place = f"{row.best}" if row.best == row.worst else f"{row.best}–{row.worst}"
    return f"{place} of {row.of}"


_VERDICTS = {
    Verdict.EFFECT: "the matched figure",
    Verdict.SYMMETRIC: "the second opinion",
    Verdict.RANGE: "past differs: a range",
    Verdict.UNCHECKED: "cannot be checked: a range",
    Verdict.FEW: "too few students: no figure",
}
# Of students too few to check by themselves.
_INHERITED = {
    Verdict.EFFECT: "the matched figure, checked with all students",
    Verdict.RANGE: "past of all differs: a range",
}


def effect_source(data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture of the comparison."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}Similar: same grade band, month and recent attendance, not visited by then. "
        f"Band: 95 %, of the whole curve. Data through {day(data_as_of)}."
    )


def inheritance(results: Sequence[Effect]) -> str:
    """Which groups are too few to check, and what they take instead; empty for none."""
    too_few = {
        verdict: [row.label for row in results if row.inherited and row.verdict is verdict]
        for verdict in Verdict
    }
    return " ".join(
        taken(verdict, say("inherited", _number(names), names=joined(names)))
        for verdict, names in too_few.items()
        if names
    )


def _number(names: Sequence[str]) -> str:
    return "group" if len(names) == 1 else "groups"


def group_sentences(results: Sequence[Effect]) -> str:
    """What may be said of each group of a split, those alike together."""
    alike = {
        verdict: [result for result in results if result.verdict is verdict]
        for verdict in (*Verdict, None)
    }
    sentences = [
        _sizes(alike[Verdict.EFFECT]),
        _names(
            alike[Verdict.SYMMETRIC],
            "differed from the comparison group before the visit, but "
            "ran parallel to it: see the second opinion in the data",
        ),
        _names(
            [row for row in alike[Verdict.RANGE] if not row.inherited],
            "already differed from the comparison group before the visit: "
            "no single figure can be given",
        ),
        _names(alike[Verdict.UNCHECKED], "were visited too early for a check: no single figure"),
        _names([*alike[Verdict.FEW], *alike[None]], "have too few students for a figure"),
        inheritance(results),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _names(results: Sequence[Effect], words: str) -> str:
    return f"{joined([result.label for result in results])} {words}." if results else ""


def _sizes(results: Sequence[Effect]) -> str:
    known = sorted(
        (figure["effect"], f"{result.label} {estimate(figure)}")
        for result in results
        if is_one_number(figure := told(result))
    )
    if not known:
        return ""
    sizes = [words for _effect, words in known]
    named = joined(sizes[::-1])
    if len(sizes) > _GROUPS_NAMED:
        named = f"from {sizes[0]} to {sizes[-1]}; where intervals overlap, no order is claimed"
    when = f"{_NUMBERS[HEADLINE_MONTH]} months after the first visit"
    return f"{when}, against similar students, in points: {named}."


def counts_source(data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture of counts."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}Data through {day(data_as_of)}. Counts are rounded to the nearest 5 and not shown "
        "where they are of few students."
    )


def edition(rate: PublishedRate) -> str:
    """``June 2022 edition, July 22, 2022``; empty of figures that tell none."""
    if rate.updated_on is None:
        return ""
    return f"{rate.period} edition, {day(rate.updated_on)}"


def published_year(rate: PublishedRate) -> str:
    """``2021-22 to date`` where the year was not over when it was published."""
    return f"{rate.school_year} to date" if rate.to_date else rate.school_year


def published(rate: PublishedRate | None) -> str:
    """``85.6 %``, ``suppressed``, or ``not published``."""
    if rate is None:
        return "not published"
    return "suppressed" if rate.rate is None else percent(rate.rate)


def official_source(data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture of official attendance."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}All students enrolled; days attended of days enrolled. Data through "
        f"{day(data_as_of)}."
    )
