"""How a program or district stands, in words: the figures at the head, the table, what changed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from components import difference, wording
from components.cards import Card
from components.numbers import per_cent
from components.student_wording import whole
from evaluation.verdict import Verdict
from queries import ranking, targets
from queries.changes import Changes, EffectBefore
from queries.disclosure import Count
from queries.effects import HEADLINE_MONTH, Effect
from queries.public import PublicContext, PublishedRate
from queries.ranking import Ranked
from queries.told import is_one_number
from queries.told import told as told_difference
from queries.trajectories import EVERYBODY

Row = Mapping[Hashable, Any]

NO_LOAD_BEFORE = "No load before to hold it against"
FIRST_LOAD = "This is the first load: from the next one on, what changed stands here."

LINES_MEANING = (
    "Mean attendance of visited students and of similar students not visited; shaded: 95 % band of "
    "the whole curve of the difference"
)
RANKING_MEANING = (
    "Attendance of the visited less that of similar students, six school months after; lines: "
    "95 % intervals"
)
RANKING_HOW_TO_READ = (
    "The largest difference stands first, but an order is only as sure as its figures: the places "
    "beside each district are those it could have among all districts of the program, right for "
    "all at once in 95 % of samples. Choosing some districts does not change them, and of fewer "
    "than three districts no place is told.",
    "Where the lines of two districts overlap, neither is ahead. Lines that lie apart can do so by "
    "chance, the more districts there are: the places tell what is sure.",
    "A ring instead of a dot is a figure of the second opinion, a line without a dot a range where "
    "no single figure may stand by itself; its row says why. Neither has a place. A small district "
    "has a wide line.",
    "Choose a dot, or a name in the data below, to open the district.",
)

GRID_MEANING = (
    "One row a district; choose a heading to sort by it, hover over it for its meaning. Places are "
    "among all districts of the program, as far as they are sure."
)
PANELS_MEANING = (
    "Mean attendance before and after the first visit: coloured, visited students; dashed grey, "
    "similar students not visited; shaded, 95 % band of the whole curve of the difference. One "
    "scale for all"
)
PANELS_HOW_TO_READ = (
    "A district keeps its colour on every page. The number beside its name is the students in the "
    "first full month after the visit; a small district has a wide band."
)
HEAT_MEANING = (
    "Days attended of all days enrolled, all students of the district, visited or not; the "
    "stronger the colour, the lower. The other filters do not narrow it"
)
HEAT_HOW_TO_READ = (
    "A cell is a school month of a district; an empty one was not delivered. Attendance has a "
    "season: compare a month with the same month of another year. Choose a cell to open the "
    "district.",
)
MONTHS_MEANING = (
    "Days attended of all days enrolled, by month: this district, all districts here, and the "
    "state’s published yearly rate"
)
MONTHS_HOW_TO_READ = (
    "All students count, visited or not; filters do not narrow this chart. The dotted lines are "
    "the state’s published rates of school years, where there are any: of its public file, or, "
    "until one is loaded, Connecticut’s as they come with this dashboard.",
    "The visited are a small part of a district: its official rate hardly shows what visits do.",
)
YEARS_MEANING = (
    "All students, school year so far, whoever has left included, beside the same month of the "
    "year before; students served in all. Target lines where targets are set"
)
YEARS_HOW_TO_READ = "Targets come from a settings file; the data below says where each stands."
SCHOOLS_MEANING = (
    "Official figures of all students of a school, visited or not, of the year’s leavers too; a "
    "school’s visited students are too few to be told apart here"
)
PEERS_MEANING = (
    "This district first, then those whose served students had the nearest attendance before the "
    "first visit"
)
PUBLISHED_MEANING = (
    "Lines: all students, as the state publishes them. Dots: students first visited in one of the "
    "years"
)
PUBLISHED_HOW_TO_READ = (
    "The lines are official: all students of the district and of the state, visited or not, days "
    "attended of days enrolled. A year “to date” was not over when it was published. A suppressed "
    "rate is a gap. The filters do not narrow them.",
    "The dots are students first visited in the year named: the mean of their own rates, in the "
    "three months before the first visit (ring) and six school months after it, where similar "
    "students who were not visited stand beside them. Students are visited when their attendance "
    "is at its lowest, so they stand far below their district, and come nearer to it in part "
    "without a visit: what tells of the visits is the distance to similar students, not that to "
    "the official rate.",
)
BEFORE_VISIT = "Visited students, three months before the first visit"
AFTER_VISIT = f"Visited students, {HEADLINE_MONTH} months after the first visit"
_REAL = " These rates are real; the students here are invented."
SIMILAR_THEN = f"Similar students, not visited, {HEADLINE_MONTH} months after"
WHOLE_DISTRICT = "all grades and visits"
NO_TARGETS = "No targets are set for this district."

_MEANINGS = {
    "served": (
        "Students with at least one completed visit, by district, grade and visit at the first one."
    ),
    "completed": (
        "Visits that reached the family, of all contacts. They count where the student is enrolled "
        "now."
    ),
    "reached": (
        "Completed visits as a share of all contacts: completed, attempted and cancelled. "
        "A family can be contacted several times."
    ),
    "attendance": (
        "Mean of the students’ own attendance rates: over the three school months before the first "
        "visit, and six school months after it. Beside it what similar students who were not "
        "visited had in that month. Not all have been here six months yet."
    ),
    "effect": (
        "Attendance of visited students less that of similar students not visited, six school "
        "months after the first visit, with its 95 % interval. Where its checks allow no single "
        "figure: the range of both methods, and why."
    ),
    "chronic": (
        "Students at or below 90 % of a school year’s days so far: in the month before the first "
        "visit, and now; the same students both times, without pre-kindergarten. Students are "
        "visited when attendance is low, so part of the fall comes without a visit."
    ),
    "above_median": (
        "Students whose attendance since the visit is above the middle of similar students not "
        "visited. Half of them would be if visits changed nothing; a little fewer in trials on "
        "invented students, because the visited start lower than those they are compared with."
    ),
}


def meaning(name: str) -> str:
    """What a figure of the head or of the table means."""
    return _MEANINGS[name]


def count(row: Row, name: str, threshold: int, about: str = "about") -> str:
    """A count of a frame as told."""
    number: int | None = None if pd.isna(row[name]) else int(row[name])
    return wording.count(number, bool(row[about]), threshold)


def reached(row: Row, before: str = "") -> float:
    """Completed visits as a share of all contacts, from the counts as told, in whole per cents.

    nan where withheld.
    """
    completed, contacts = row[f"completed{before}"], row[f"contacts{before}"]
    if pd.isna(contacts) or not contacts:
        return float("nan")
    return wording.whole_percent(completed / contacts) / 100


def count_cards(
    standing: Row, contacts: Row, changes: Changes | None, threshold: int, search: str
) -> list[Card]:
    """Whom the program reached, and chronic absence; ``search`` is the selection, for the links."""
    visits = f"/visits{search}"
    return [
        Card(
            "Students served",
            count(standing, "students", threshold),
            f"of {count(contacts, 'students', threshold)} contacted",
            f"A year ago: {count(standing, 'students_before', threshold, 'about_before')}",
            meaning("served"),
            "Month by month",
            f"/trajectories{search}",
        ),
        Card(
            "Completed visits",
            count(contacts, "completed", threshold),
            f"in {count(contacts, 'contacts', threshold)} contacts",
            f"A year ago: {count(contacts, 'completed_before', threshold, 'about_before')}",
            meaning("completed"),
            "Visits over time",
            visits,
        ),
        Card(
            "Contacts that reached the family",
            whole(reached(contacts)),
            "completed of all contacts",
            f"A year ago: {whole(reached(contacts, '_before'))}",
            meaning("reached"),
            "How long it takes",
            visits,
        ),
        Card(
            "Chronically absent",
            f"{wording.share_of(standing, 'chronic_before')} → "
            f"{wording.share_of(standing, 'chronic_now')}",
            "before the first visit → this school year",
            NO_LOAD_BEFORE
            if changes is None
            else f"Since the load before: {_counted(changes.from_chronic, threshold)} no longer, "
            f"{_counted(changes.to_chronic, threshold)} newly",
            meaning("chronic"),
            "What the words mean",
            f"/methods{search}",
        ),
    ]


def effect_cards(
    standing: Row, effect: Effect, before: EffectBefore | None, search: str
) -> list[Card]:
    """Attendance before and after beside similar students, and the difference."""
    after = effect.months[HEADLINE_MONTH]
    trajectories = f"/trajectories{search}"
    return [
        Card(
            "Attendance before and after",
            f"{wording.rate_of(standing, 'baseline')} → {told(after, 'visited_rate')}",
            f"similar students, not visited: {told(after, 'comparison_rate')}",
            _before(wording.percent(before.visited_rate) if before else None),
            meaning("attendance"),
            "Month by month",
            trajectories,
        ),
        Card(
            f"Difference at {HEADLINE_MONTH} months",
            *_effect(effect),
            _before(_effect_before(before) if before else None),
            meaning("effect"),
            "Would they have come back anyway?",
            trajectories,
        ),
    ]


def _before(words: str | None) -> str:
    return f"At the load before: {words}" if words else NO_LOAD_BEFORE


def told(point: Row, name: str) -> str:
    """A rate of a month as told; a dash where it is withheld."""
    return "–" if point["withheld"] else wording.rate(point, name)


def _effect(effect: Effect) -> tuple[str, str]:
    """The figure and what stands beside it, as its verdict allows."""
    found, figure = difference.headline(effect), told_difference(effect)
    if found is None or not is_one_number(figure):
        return "No single figure", _no_figure(effect)
    beside = difference.interval(figure)
    if effect.verdict is Verdict.SYMMETRIC:
        beside = f"{beside}, the second opinion"
    return difference.signed_points(figure["effect"]), beside


def _no_figure(effect: Effect) -> str:
    """``7.1 to 11.8: past differs``; the reason alone where there is no range."""
    ends = difference.ends(told_difference(effect))
    return f"{ends}: {difference.caution(effect)}" if ends else difference.caution(effect)


def _effect_before(before: EffectBefore) -> str:
    if before.verdict is not Verdict.EFFECT:
        return "no figure"
    return difference.signed_points(before.effect)


def _counted(number: Count, threshold: int) -> str:
    return wording.count(number.students, number.about, threshold)


def changed(
    changes: Changes | None, effect: Effect, before: EffectBefore | None, data_as_of: Any
) -> list[str]:
    """What the last load changed, a sentence each."""
    if changes is None:
        return [FIRST_LOAD]

    def people(number: Count) -> str:
        return wording.students(number, effect.threshold)

    sentences = [
        f"Attendance now reaches {wording.day(data_as_of)}"
        + (
            f", before {wording.day(changes.before.data_as_of)}."
            if changes.before.data_as_of != data_as_of
            else ", as before."
        ),
        f"First contacted since: {people(changes.contacted)}; first reached: "
        f"{people(changes.served)}.",
        f"Moved to below expected: {people(changes.to_below)}; away from it: "
        f"{people(changes.from_below)}; to above expected: {people(changes.to_above)}.",
        f"No longer chronically absent this school year: {people(changes.from_chronic)}; newly "
        f"so: {people(changes.to_chronic)}.",
    ]
    if before is not None and before.verdict is not effect.verdict:
        sentences.append(
            f"What may be said of the difference has changed: {wording.verdict(effect)}; at the "
            f"load before: {wording.verdict_words(before.verdict)}."
        )
    return sentences


def changed_since(changes: Changes | None) -> str:
    """The heading of what changed."""
    if changes is None:
        return "What changed"
    return f"What changed since the load of {wording.day(changes.before.loaded_at)}"


def lines_summary(effect: Effect) -> str:
    """Both lines at the headline month, in a sentence."""
    after = effect.months[HEADLINE_MONTH]
    if after["withheld"] or pd.isna(after["effect"]):
        return ""
    return (
        f"Six months after the first visit: visited students "
        f"{told(after, 'visited_rate')}, similar students {told(after, 'comparison_rate')} "
        f"({wording.people(after)} students{wording.ON_LIST if effect.own_list else ''})."
    )


def ranking_summary(rows: Sequence[Ranked]) -> str:
    """How far the districts can be told apart."""
    told = [row for row in rows if row.is_told]
    if not told:
        return "No district has a figure that may stand by itself."
    return f"{_span(told)}{_order(told)}"


def _span(told: Sequence[Ranked]) -> str:
    if len(told) == 1:
        return ""
    first, last = (
        f"{row.effect.label} {difference.points(row.figure['effect'])}"
        for row in (told[0], told[-1])
    )
    return f"From {first} to {last}. "


def _order(told: Sequence[Ranked]) -> str:
    """Places are among all districts of the program, whichever of them are shown."""
    number = told[0].of
    if not number:
        return f"Fewer than {ranking.FEWEST_RANKED} districts have a figure, so no place is told."
    sure = [row.effect.label for row in told if row.best == row.worst]
    if sure:
        places = "place of {} is" if len(sure) == 1 else "places of {} are"
        rest = "" if len(sure) == len(told) else "; the others’ are not"
        return f"The {places.format(wording.joined(sure))} sure among all {number} districts{rest}."
    if len(told) == 1:
        return f"{told[0].effect.label} could have place {wording.places(told[0])}."
    if any(one.is_above(other) for one in told for other in told):
        return "No district’s place is sure, but some are surely ahead of others."
    return (
        f"No district’s place is sure: among {number} districts, differences like these can come "
        "by chance."
    )


# --- Targets ------------------------------------------------------------------------------------

MEASURES = {
    targets.ATTENDANCE: "Attendance, school year so far",
    targets.CHRONIC: "Chronically absent, school year so far",
    targets.SERVED: "Students served",
}
# A word and a sign, so that colour is never the only one.
STATES = {
    targets.MET: "✓ Met",
    targets.MISSED: "✗ Missed",
    targets.ON_TRACK: "▲ On track",
    targets.BEHIND: "▼ Behind",
    targets.UNKNOWN: "? Cannot be told yet",
}
TARGETS_RULE = (
    "Met or missed: by the value in the month it is due. On track: the last twelve months brought "
    "at least what every year must bring, counted from the value a whole number of years before "
    "the due month. Behind otherwise. A month is always held against the same month a year before, "
    "so that the season does not count."
)


UNITS = {targets.ATTENDANCE: "%", targets.CHRONIC: "%", targets.SERVED: "students"}


def target_sentence(aim: targets.Progress) -> str:
    """``On track: attendance, school year so far 90.1 %, target 90.5 % by June 30, 2025.``"""
    measure = aim.target.measure
    now, value = amount(aim.now, measure), amount(aim.target.value, measure)
    return (
        f"{STATES[aim.state]}: {MEASURES[measure].lower()} {now}, target {value} by "
        f"{wording.day(aim.target.by)}."
    )


def amount(value: float | None, measure: str) -> str:
    """``90.5 %`` or ``1,500``; a dash for none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if measure == targets.SERVED else per_cent(value)


def gain(value: float | None, measure: str) -> str:
    """``+1.2 points`` toward the target, or students; a dash for none."""
    if value is None:
        return "–"
    if measure != targets.SERVED:
        return difference.signed_points(value / 100)
    return f"{value + 0.0:+,.0f}".replace("-", "\N{MINUS SIGN}")


# --- One district -------------------------------------------------------------------------------


def heat_summary(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The lowest and highest rate of the last month."""
    told = frame[~frame["withheld"]]
    last = told[told["month"] == told["month"].max()].sort_values("rate")
    if len(last) < 2:
        return ""
    low, high = last.iloc[0], last.iloc[-1]
    return (
        f"In {wording.month(low['month'])} from {names[low['district_code']]} "
        f"{wording.percent(low['rate'])} to {names[high['district_code']]} "
        f"{wording.percent(high['rate'])}."
    )


def months_summary(own: pd.DataFrame, months: pd.DataFrame, name: str) -> str:
    """The district beside all districts in its last month."""
    told = own[~own["withheld"]]
    if told.empty:
        return f"{name} has delivered no attendance."
    last = told.to_dict("records")[-1]
    everybody = months[(months["district_code"] == EVERYBODY) & (months["month"] == last["month"])]
    return (
        f"{wording.month(last['month'])}: {name} {wording.percent(last['rate'])}, all districts "
        f"here {wording.percent(everybody['rate'].iloc[0])}; school year so far "
        f"{wording.percent(last['rate_to_date'])}, chronically absent "
        f"{wording.share_of(last, 'chronic')}."
    )


def published_sentence(context: PublicContext, *, demonstration: bool) -> str:
    """Both official rates with their edition; over demonstration data, that they are real."""
    district, state = context.told
    of_state = f", {state.place} {wording.published(state)}" if state else ""
    return (
        f"As published by the state ({wording.edition(district)}): {context.name} "
        f"{wording.published(district)} in {wording.published_year(district)}{of_state}."
        f"{_REAL if demonstration else ''}"
    )


def dotted_lines(rates: Mapping[str, PublishedRate], *, demonstration: bool) -> str:
    """Whose published rates the dotted lines are, and of which edition; empty without any."""
    if not rates:
        return ""
    last = rates[max(rates)]
    edition = wording.edition(last)
    source = f"published by the state ({edition})" if edition else "they come with this dashboard"
    return f"Dotted: {last.place}’s yearly rates as {source}.{_REAL if demonstration else ''}"


def visited_sentence(context: PublicContext, served: Row | None, effect: Effect | None) -> str:
    """Where the program's students of the same year stood, beside similar ones."""
    if served is None or effect is None:
        return f"The filters leave nobody first visited in {context.year}."
    after = effect.months[HEADLINE_MONTH]
    if pd.isna(served["baseline"]) and after["withheld"]:
        return f"Too few students first visited in {context.year} match to tell of them."
    before = wording.rate_of(served, "baseline")
    said = f"Students first visited in {context.year}: {before} before the visit"
    if after["withheld"]:
        return f"{said}; too few have been here six months since."
    return (
        f"{said}, {told(after, 'visited_rate')} six months after it; similar students, not "
        f"visited, {told(after, 'comparison_rate')} then. {wording.said(effect)}"
    ).rstrip()


def groups_summary(cuts: Sequence[tuple[str, Effect]]) -> str:
    """How many groups have a figure that may stand by itself."""
    told = [result for _dimension, result in cuts if result.verdict is Verdict.EFFECT]
    return f"{len(told)} of {len(cuts)} groups have a figure that may stand by itself."


def quality(found: Row) -> list[str]:
    """What a district delivered, a sentence each; ``found`` as a row of ``queries.official``."""
    if not found["last_month"]:
        return ["It has delivered no attendance yet."]
    last = wording.month(found["last_month"])
    sentences = [f"{found['months']} school months of attendance, the last {last}."]
    for name, words in (("late", "Late, others have delivered"), ("missing", "Missing between")):
        if found[name]:
            sentences.append(f"{words}: {wording.joined([wording.month(m) for m in found[name]])}.")
    if not found["late"] and not found["missing"]:
        sentences.append("No month is late or missing.")
    rows = "1 row" if found["rejected"] == 1 else f"{found['rejected']:,} rows"
    sentences.append(f"The last load rejected {rows} that named it.")
    return sentences
