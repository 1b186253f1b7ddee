"""Words and numbers as people read them, in one place.

Rates are per cent of days, differences are points, counts have thousands separators, and a
rounded count says "about".
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from evaluation.matched import HELD_OUT_MONTHS
from evaluation.verdict import Verdict
from queries.disclosure import Count
from queries.effects import HEADLINE_MONTH, Effect
from queries.filters import Filters, KnownValues
from queries.public import PublishedRate
from queries.ranking import Ranked
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


def signed_tenths(points: float) -> str:
    """``+8.3``, ``−0.2``, ``0.0``: points around no difference."""
    sign = "+" if round(points, 1) > 0 else ""
    return f"{sign}{round(points, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")


def month_in_words(event_month: int) -> str:
    """``3 months after the first visit``."""
    if event_month == 0:
        return "the month of the first visit"
    months = "month" if abs(event_month) == 1 else "months"
    return f"{abs(event_month)} {months} {'after' if event_month > 0 else 'before'} the first visit"


def day(when: date) -> str:
    """``30 June 2024``."""
    return f"{when.day} {when:%B %Y}"


def iso_day(when: str) -> str:
    """``2024-06-30`` or a time of it -> ``30 June 2024``."""
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
    if name.endswith(")"):
        return name[name.rindex("(") + 1 : -1]
    last = name.rpartition(" ")[2]
    end = f" {last}" if last.isdigit() else ""
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
    return (
        f"{kind}{students(result.served, result.threshold).capitalize()} served. Mean of students’ "
        f"monthly attendance rates, band: 95 % interval.<br>Data as of {day(data_as_of)}. "
        "Before and after alone does not show what the visits caused."
    )


def hover(row: Mapping[Hashable, Any]) -> str:
    """A point, one row of a trajectory, as a sentence."""
    about = "about " if row["about"] else ""
    return (
        f"<b>{row['label']}</b><br>{rate(row)} of days attended, "
        f"{month_in_words(row['event_month'])}<br>mean of {about}{row['students']:,} students, "
        f"95 % interval {100 * row['low']:.1f} to {100 * row['high']:.1f}"
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

# Beside a group whose gap is no headline.
CAUTIONS = {
    Verdict.RANGE: "past differs",
    Verdict.UNCHECKED: "cannot be checked",
    Verdict.FEW: "few students",
}

_ALL_DIFFER = "past of all differs"


def caution(result: Effect) -> str:
    """Why a group's gap is no headline, in two to four words; empty where it is one."""
    if result.inherited and result.verdict is Verdict.RANGE:
        return _ALL_DIFFER
    return CAUTIONS.get(result.verdict, "") if result.verdict else ""


DESIGNS_MEANING = (
    "Attendance of visited students less that of similar students who were not visited. Filled "
    "dot: matched comparison; ring: second opinion; lines: 95 % intervals."
)

DESIGNS_HOW_TO_READ = (
    "Each row is a group of visited students. The filled dot is the matched comparison, the small "
    "ring the second opinion, each with its own 95 % interval. Where the two lie apart, trust "
    "neither alone.",
    "A grey dot is a figure that may not stand by itself: its row says why.",
    "Groups with overlapping intervals cannot be put in an order.",
)

EFFECT_HOW_TO_READ = (
    "Every visited student is compared with students of the same grade band who had the same "
    "attendance in the months before, in the same calendar month, and who had not been visited "
    "by the month shown. The upper lines are their mean attendance, the lower one the gap.",
    "Months −3 to −1 agree because the matching makes them agree; they prove nothing. The check "
    "is attendance 12 and 15 months before the visit, which the matching never used.",
    "The band holds the gaps of all months at once in 95 % of samples. The second opinion "
    "compares changes around the visit without matching on attendance.",
)


def unbroken(text: str) -> str:
    """Numbers of a text stay on the line of their ``%``."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def points(difference: float) -> str:
    """0.0914 -> ``9.1 points``, with a true minus sign."""
    number = f"{round(100 * difference, 1) + 0.0:.1f}".replace("-", "\N{MINUS SIGN}")
    return f"{number} points"


def line_hover(point: Mapping[Hashable, Any], name: str, who: str) -> str:
    """A point of one of the two lines as a sentence."""
    if point["withheld"] or pd.isna(point[name]):
        return ""
    return (
        f"<b>{who}</b><br>{rate(point, name)} of days attended, "
        f"{month_in_words(point['event_month'])}<br>beside {people(point)} visited students"
    )


def gap_hover(point: Mapping[Hashable, Any]) -> str:
    """A difference as a sentence."""
    if point["withheld"] or pd.isna(point["effect"]):
        return ""
    higher = "higher" if point["effect"] >= 0 else "lower"
    return (
        f"<b>{points(abs(point['effect']))} {higher}</b> than similar students not visited,<br>"
        f"{month_in_words(point['event_month'])}; 95 % band {_ends(point)} points, "
        f"{people(point)} students"
    )


def people(point: Mapping[Hashable, Any]) -> str:
    """``1,387`` or ``about 95``: the students behind a point that is shown."""
    return f"{'about ' if point['about'] else ''}{point['students']:,}"


def band(point: Mapping[Any, Any]) -> str:
    """``8.2 to 10.1``."""
    return f"{100 * point['low']:.1f} to {100 * point['high']:.1f}".replace("-", "\N{MINUS SIGN}")


EFFECT_AXIS = "Points of attendance, month +{month}"

DESIGN_NAMES = {"matched": "Matched", "symmetric": "Second opinion"}


def cut(dimension: str, label: str) -> str:
    """``Grade band: Grades 6–12``; all students need no dimension."""
    name = DIMENSION_NAMES.get(dimension)
    return f"{name}: {label}" if name else label


def design_hover(label: str, design: str, month: int, figure: Mapping[str, float]) -> str:
    """A group's effect by one design as a sentence."""
    if pd.isna(figure["effect"]):
        return ""
    return (
        f"<b>{label}</b><br>{DESIGN_NAMES[design]}: {estimate(figure)} points,<br>"
        f"{month_in_words(month)}, 95 % interval"
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


def estimate(figure: Mapping[str, float]) -> str:
    """``9.1 (8.2 to 10.1)``: points with the interval; a dash where there is none."""
    if pd.isna(figure["effect"]):
        return "–"
    size = points(figure["effect"]).removesuffix(" points")
    return f"{size} ({band(figure)})" if not pd.isna(figure["low"]) else size


def share(part: float) -> str:
    """``99 %``; a dash where it is not known."""
    return "–" if pd.isna(part) else f"{100 * part:.0f}\N{NO-BREAK SPACE}%"


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
    told = estimate(row.figure)
    if row.best is None:
        return f"{told} {caution(row.effect)}".rstrip()
    return f"{told} · place {places(row)}"


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
    Verdict.RANGE: f"{_ALL_DIFFER}: a range",
}


def effect_source(data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture of the comparison."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}Similar: same grade band, month and recent attendance, not visited by then. "
        f"Band: 95 %, all months at once. Data as of {day(data_as_of)}."
    )


def _ends(point: Mapping[Any, Any]) -> str:
    return f"{100 * point['low']:.0f} to {100 * point['high']:.0f}".replace("-", "\N{MINUS SIGN}")


def effect_sentence(result: Effect) -> str:
    """What may be said of the selection, by its verdict, and by whose check."""
    if result.verdict is None or not result.inherited:
        return _own_sentence(result)
    return f"{_own_sentence(result)} {_taken('These students are too few', result.verdict)}".strip()


def inheritance(results: Sequence[Effect]) -> str:
    """Which groups are too few to check, and what they take instead; empty for none."""
    too_few = {
        verdict: [row.label for row in results if row.inherited and row.verdict is verdict]
        for verdict in Verdict
    }
    return " ".join(
        _taken(f"{joined(names)} {'has' if len(names) == 1 else 'have'} too few students", verdict)
        for verdict, names in too_few.items()
        if names
    )


def _taken(who: str, verdict: Verdict) -> str:
    how = {Verdict.EFFECT: "passed", Verdict.RANGE: "failed"}.get(verdict)
    if how is None:
        return f"{who} to check by themselves, and all visited students cannot be checked either."
    return (
        f"{who} to check by themselves; the check of all visited students {how}, and we take its "
        "result."
    )


def _own_sentence(result: Effect) -> str:
    if result.verdict is None:
        return ""
    if result.verdict is Verdict.FEW:
        return (
            "These are too few visited students, or too few of them find similar students, to "
            "put a figure on the difference; the wide band shows why."
        )
    known = result.frame[~result.frame["withheld"] & (result.frame["event_month"] > 0)]
    known = known[known["event_month"] <= HEADLINE_MONTH].dropna(subset=["effect"])
    if known.empty:
        return ""
    return _said(result, known.to_dict("records")[-1])


def group_sentences(results: Sequence[Effect]) -> str:
    """What may be said of each group of a split, those alike together."""
    told = {
        verdict: [result for result in results if result.verdict is verdict]
        for verdict in (*Verdict, None)
    }
    sentences = [
        _sizes(told[Verdict.EFFECT]),
        _names(
            told[Verdict.SYMMETRIC],
            "differed from the comparison group before the visit, but "
            "ran parallel to it: see the second opinion in the data",
        ),
        _names(
            [row for row in told[Verdict.RANGE] if not row.inherited],
            "already differed from the comparison group before the visit: "
            "no single figure can be given",
        ),
        _names(told[Verdict.UNCHECKED], "were visited too early for a check: no single figure"),
        _names([*told[Verdict.FEW], *told[None]], "have too few students for a figure"),
        inheritance(results),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _names(results: Sequence[Effect], words: str) -> str:
    return f"{joined([result.label for result in results])} {words}." if results else ""


def _sizes(results: Sequence[Effect]) -> str:
    known = sorted(
        (month["effect"], f"{result.label} {points(month['effect'])} ({_ends(month)})")
        for result in results
        if not pd.isna((month := result.months[HEADLINE_MONTH])["effect"])
    )
    if not known:
        return ""
    sizes = [words for _effect, words in known]
    told = joined(sizes[::-1])
    if len(sizes) > _GROUPS_NAMED:
        told = f"from {sizes[0]} to {sizes[-1]}; where bands overlap, no order is claimed"
    when = f"{_NUMBERS[HEADLINE_MONTH]} months after the first visit"
    return f"{when}, against similar students: {told}."


def _said(result: Effect, point: Mapping[Hashable, Any]) -> str:
    when = month_in_words(point["event_month"]).replace(
        str(point["event_month"]), _NUMBERS[point["event_month"]]
    )
    has_second = not pd.isna(result.symmetric)
    if result.verdict is Verdict.EFFECT:
        size = f"about {abs(100 * point['effect']):.0f} points"
        higher = "higher" if point["effect"] >= 0 else "lower"
        sure = (
            f"{size} {higher} than that of similar students who were not visited"
            if point["low"] > 0 or point["high"] < 0
            else "not clearly different from that of similar students who were not visited"
        )
        return (
            f"{when}, attendance of visited students was {sure} (95 % band {_ends(point)} "
            f"points).{_second_opinion(result) if has_second else ''}"
        )
    if result.inherited:
        return f"No single figure is given.{_designs(result, point)}"
    differed = "Visited students already differed from the comparison group before the visit"
    if result.verdict is Verdict.SYMMETRIC and has_second:
        return (
            f"{differed}, so the matched gap is no headline. Compared by their change around the "
            f"visit, {_change(result.checked('symmetric', HEADLINE_MONTH))} by month "
            f"+{HEADLINE_MONTH}."
        )
    designs = _designs(result, point)
    if result.verdict is Verdict.UNCHECKED:
        return (
            "The records do not reach a year before these visits, so whether the comparison "
            f"students are alike cannot be checked: no single figure is given.{designs}"
        )
    return f"{differed}: no single figure can be given.{designs}"


def _designs(result: Effect, point: Mapping[Hashable, Any]) -> str:
    second = result.symmetric
    return "" if pd.isna(second) else _both_designs(point["effect"], second)


def _change(change: Mapping[str, float]) -> str:
    if change["low"] <= 0 <= change["high"]:
        return "they did not clearly change more than others"
    gained = "gained" if change["effect"] > 0 else "lost"
    size = f"about {abs(100 * change['effect']):.0f} points"
    return f"they {gained} {size} more than others (95 % interval {_ends(change)})"


def _second_opinion(result: Effect) -> str:
    return f" The second opinion finds {points(result.symmetric)} at month +{HEADLINE_MONTH}."


def _both_designs(one: float, other: float) -> str:
    low, high = sorted((one, other))
    return f" The two designs find between {points(low)} and {points(high)}."


def counts_source(data_as_of: date, demonstration: bool) -> str:
    """What stands under an exported picture of counts."""
    kind = "Demonstration data: invented students. " if demonstration else ""
    return (
        f"{kind}Data as of {day(data_as_of)}. Counts are rounded to the nearest 5 and not shown "
        "where they are of few students."
    )


def edition(rate: PublishedRate) -> str:
    """``June 2022 edition, 22 July 2022``; empty of figures that tell none."""
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
        f"{kind}All students enrolled; days attended of days enrolled. Data as of "
        f"{day(data_as_of)}."
    )
