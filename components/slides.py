"""Slides from figures: one message each, its title no bolder than its figures.

Pure functions from what ``queries`` returns, held to the presenter's threshold, to
``components.deck``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import difference, standing_wording, theme, wording
from components import slide_wording as words
from components.deck import Chart, Series, Slide, Values
from components.student_wording import whole
from evaluation.verdict import Verdict
from queries.disclosure import ROUNDED_TO
from queries.effects import HEADLINE_MONTH, Effect
from queries.public import PublishedRate
from queries.ranking import Ranked
from queries.told import told_months

# More groups than this do not fit on a slide: the most served are shown.
MOST_GROUPS = 15


@dataclass(frozen=True)
class Official:
    """What the state publishes of the one district chosen, beside the program's students.

    ``name`` is the district's, ``place`` its position among all; ``served`` the standing of those
    first visited in the same school year, None where nobody was.
    """

    name: str
    place: int
    district: PublishedRate
    state: PublishedRate
    served: words.Row | None
    is_demonstration: bool


@dataclass(frozen=True)
class Figures:
    """What the slides are made of, held to the presenter's threshold.

    ``standing`` and ``contacts`` are the one row of all chosen, ``cohorts`` the standing by
    cohort; ``districts``, ``bands`` and ``modalities`` the effects of the groups, largest first.
    ``official`` is None unless one district is chosen whose published rate is known.
    """

    standing: words.Row
    contacts: words.Row
    cohorts: pd.DataFrame
    everybody: Effect
    bands: Sequence[Ranked]
    modalities: Sequence[Ranked]
    districts: Sequence[Ranked]
    official: Official | None = None

    @property
    def threshold(self) -> int:
        """Fewest students of a figure."""
        return self.everybody.threshold


def slide(key: str, figures: Figures) -> Slide:
    """The slide of a key of ``SLIDES``."""
    return SLIDES[key](figures)


# --- What the program did ----------------------------------------------------------------


def _did(figures: Figures) -> Slide:
    standing, contacts, threshold = figures.standing, figures.contacts, figures.threshold
    served = words.count(standing["students"], standing["about"], threshold)
    told = {
        name: words.count(contacts[column], contacts["about"], threshold)
        for name, column in (
            ("completed", "completed"),
            ("contacts", "contacts"),
            ("contacted", "students"),
        )
    }
    cohorts = figures.cohorts.to_dict("records")
    about = bool(figures.cohorts["about"].any())
    numbers = tuple(None if pd.isna(row["students"]) else int(row["students"]) for row in cohorts)
    columns = [
        f"{row['label']} {words.count(row['students'], about, threshold)}" for row in cohorts
    ]
    return Slide(
        "did",
        words.SENTENCES["names"]["did"],
        words.say("did", "title_alone", served=served)
        if pd.isna(contacts["completed"])
        else words.say("did", "title", served=served, completed=told["completed"]),
        words.say("did", "meaning_about" if about else "meaning", number=ROUNDED_TO),
        words.say("did", "description", columns=words.joined(columns)),
        words.notes("did", reached=whole(standing_wording.reached(contacts)), **told),
        Chart(
            "columns",
            tuple(str(row["label"]) for row in cohorts),
            (Series(words.say("did", "series"), numbers),),
            words.say("did", "axis"),
            numbers,
            about,
        ),
    )


# --- What the state publishes ------------------------------------------------------------


def _official(figures: Figures) -> Slide:
    official = figures.official
    if official is None:
        return _in_words(
            "official", [words.say("official", "none")], "title_none", "questions_none"
        )
    columns = _official_columns(official)
    year, edition = wording.published_year(official.district), wording.edition(official.district)
    demonstration = "_demonstration" if official.is_demonstration else ""
    rates = words.joined([f"{column.name} {column.rate}" for column in columns])
    real = words.notes("official", "questions_demonstration") if demonstration else ()
    return Slide(
        "official",
        words.SENTENCES["names"]["official"],
        _official_title(columns, year),
        words.say("official", f"meaning{demonstration}", edition=edition),
        words.say("official", "description", year=year, edition=edition, rates=rates),
        (*real, *words.notes("official", year=year, edition=edition)),
        Chart(
            "rates",
            tuple(column.name for column in columns),
            (Series(words.say("official", "series"), tuple(c.value for c in columns)),),
            words.say("official", "axis", year=year),
            tuple(column.students for column in columns),
            bool(official.served and official.served["about"]),
            colours=tuple(column.colour for column in columns),
        ),
    )


def _official_title(columns: Sequence[_Column], year: str) -> str:
    state, district, *visited = columns
    told = {
        "year": year,
        "place": district.name,
        "district": district.rate,
        "state_place": state.name,
        "state": state.rate,
    }
    if not visited:
        return words.say("official", "title_alone", **told)
    return words.say("official", "title", visited=visited[0].rate, **told)


@dataclass(frozen=True)
class _Column:
    """A rate to draw: of whom, in words and in per cent."""

    name: str
    rate: str
    value: float | None
    students: int | None
    colour: str


def _official_columns(official: Official) -> list[_Column]:
    """State, district, and the visited before their first visit where that may be told."""
    published = [
        _Column(
            words.place(name),
            wording.published(rate),
            in_hundredths(rate.rate),
            rate.students,
            colour,
        )
        for name, rate, colour in (
            (official.state.place, official.state, "muted"),
            (official.name, official.district, _district_colour(official.place)),
        )
    ]
    served = official.served
    if served is None or pd.isna(served["baseline"]):
        return published
    visited = _Column(
        words.say("official", "visited"),
        wording.rate_of(served, "baseline"),
        in_hundredths(served["baseline"]),
        None if pd.isna(served["students"]) else int(served["students"]),
        "accent",
    )
    return [*published, visited]


# --- Visited and similar students --------------------------------------------------------


def _lines(figures: Figures) -> Slide:
    effect = figures.everybody
    points = effect.frame.to_dict("records")
    return Slide(
        "lines",
        words.SENTENCES["names"]["lines"],
        _lines_title(figures),
        words.say("lines", "meaning", people=_people(figures)),
        words.say(
            "lines",
            "description",
            visited=_moments(points, "visited_rate"),
            compared=_moments(points, "comparison_rate"),
        ),
        (
            *words.own_list_notes(effect),
            *words.notes(
                "lines",
                anyway=words.anyway(effect),
                first=_people_at(effect.months[1], figures.threshold),
                last=_people_at(effect.months[words.LAST_MONTH], figures.threshold),
            ),
        ),
        Chart(
            "lines",
            _months(points),
            (
                Series(words.say("lines", "visited"), _full(points, "visited_rate")),
                Series(
                    words.say("lines", "compared_short"),
                    _full(points, "comparison_rate"),
                    colour="muted",
                    dashed=True,
                ),
            ),
            words.say("lines", "axis"),
            _students(points),
            bool(points[0]["about"]),
        ),
    )


def _lines_title(figures: Figures) -> str:
    after = words.last_month(figures.everybody)
    if after is None:
        return words.say("lines", "title_none")
    told = {
        "before": wording.rate_of(figures.standing, "baseline"),
        "after": wording.rate(after, "visited_rate"),
        "when": words.months(after["event_month"]),
    }
    if pd.isna(after["comparison_rate"]):
        return words.say("lines", "title_alone", **told)
    return words.say("lines", "title", compared=wording.rate(after, "comparison_rate"), **told)


def _people(figures: Figures) -> str:
    after = words.last_month(figures.everybody)
    if after is None:
        return ""
    number = words.count(after["students"], after["about"], figures.threshold)
    return words.say("lines", "people", number=number, when=words.months(after["event_month"]))


def _people_at(point: words.Point, threshold: int) -> str:
    number = None if point["withheld"] else point["students"]
    return words.count(number, bool(point["about"]), threshold)


def _moments(points: Sequence[words.Point], name: str) -> str:
    told = [
        words.say(
            "lines",
            "moment",
            rate=wording.rate(point, name),
            month=wording.signed(point["event_month"]),
        )
        for point in points
        if point["event_month"] in (-1, 1, HEADLINE_MONTH) and not point["withheld"]
    ]
    return words.joined(told) or "–"


def _months(points: Sequence[words.Point]) -> tuple[str, ...]:
    return tuple(wording.signed(point["event_month"]) for point in points)


def _full(points: Sequence[words.Point], name: str) -> Values:
    """Per cent or points of full months; the month of the visit is partial and stays empty."""
    return tuple(
        None if point["event_month"] == 0 or point["withheld"] else in_hundredths(point[name])
        for point in points
    )


def _students(points: Sequence[words.Point]) -> tuple[int | None, ...]:
    return tuple(
        None if point["withheld"] or pd.isna(point["students"]) else int(point["students"])
        for point in points
    )


def in_hundredths(share: float | None) -> float | None:
    """A rate as per cent, a difference as points, to a tenth; None where there is none."""
    return None if share is None or pd.isna(share) else round(float(100 * share), 1) + 0.0


def _effect(figures: Figures) -> Slide:
    effect = figures.everybody
    points = told_months(effect).to_dict("records")
    told = [
        words.say(
            "effect",
            "moment",
            month=wording.signed(point["event_month"]),
            estimate=difference.estimate(point),
        )
        for point in points
        if point["event_month"] in (1, HEADLINE_MONTH, words.LAST_MONTH) and not point["withheld"]
    ]
    is_drawn = words.headline(effect) is not None and effect.verdict is Verdict.EFFECT
    return Slide(
        "effect",
        words.SENTENCES["names"]["effect"],
        words.finding(effect),
        _meaning_of_the_curve(effect) if is_drawn else "",
        words.say("effect", "description", months="; ".join(told) or "–"),
        (
            *words.own_list_notes(effect),
            *words.notes(
                "effect",
                sure=words.sure(effect),
                alike=words.alike(effect),
                second=words.second(effect),
            ),
        ),
        _gap_chart(points) if is_drawn else None,
        () if is_drawn else _instead_of_the_curve(effect),
    )


def _meaning_of_the_curve(effect: Effect) -> str:
    return words.say("effect", "meaning_inherited" if words.takes_a_pass(effect) else "meaning")


def _gap_chart(points: Sequence[words.Point]) -> Chart:
    return Chart(
        "gap",
        _months(points),
        (
            Series(
                words.say("effect", "series"),
                _full(points, "effect"),
                _full(points, "band_low"),
                _full(points, "band_high"),
                is_band=True,
            ),
        ),
        words.say("effect", "axis"),
        _students(points),
        bool(points[0]["about"]),
    )


def _instead_of_the_curve(effect: Effect) -> tuple[str, ...]:
    """Why there is no curve of single figures, and what may be told instead."""
    if effect.verdict is Verdict.SYMMETRIC and words.headline(effect):
        return difference.already_differed(effect), f"{words.finding(effect)}."
    return (difference.reason_for_no_figure(effect),)


# --- Groups ------------------------------------------------------------------------------


def _bands(figures: Figures) -> Slide:
    return _groups("bands", "grade_band", figures.bands)


def _modalities(figures: Figures) -> Slide:
    return _groups("modalities", "modality", figures.modalities)


def _districts(figures: Figures) -> Slide:
    return _groups("districts", "district", figures.districts)


def _groups(key: str, split: str, rows: Sequence[Ranked]) -> Slide:
    shown = _most_served(rows)
    when = words.months(HEADLINE_MONTH)
    told = [
        words.say("groups", "row", name=words.name(row), estimate=words.estimate(row))
        for row in shown
    ]
    some = words.say("groups", "meaning_some", month=HEADLINE_MONTH, number=len(shown))
    return Slide(
        key,
        words.SENTENCES["names"][key],
        words.groups_finding(rows, split),
        words.say("groups", "meaning", when=when) if len(shown) == len(rows) else some,
        words.say("groups", "description", when=when, rows="; ".join(told)),
        words.groups_notes(rows),
        Chart(
            "intervals",
            tuple(words.name(row) for row in shown),
            (
                Series(
                    words.say("groups", "series"),
                    _ends(shown, "effect"),
                    _ends(shown, "low"),
                    _ends(shown, "high"),
                ),
            ),
            words.say("groups", "axis", month=HEADLINE_MONTH),
            tuple(_served_then(row.effect) for row in shown),
            any(bool(row.effect.frame["about"].any()) for row in shown),
            colours=tuple(_colour(split, row.effect) for row in shown),
            cautions=tuple(words.caution(row) for row in shown),
        ),
    )


def _ends(rows: Sequence[Ranked], name: str) -> Values:
    return tuple(in_hundredths(row.figure[name]) for row in rows)


def _most_served(rows: Sequence[Ranked]) -> list[Ranked]:
    """The groups that fit, in the order given."""
    by_size = sorted(rows, key=lambda row: -(_served_then(row.effect) or 0))
    fit = {row.effect.group for row in by_size[:MOST_GROUPS]}
    return [row for row in rows if row.effect.group in fit]


def _served_then(effect: Effect) -> int | None:
    """Students behind the headline month; None where withheld."""
    point = effect.months[HEADLINE_MONTH]
    return None if point["withheld"] or pd.isna(point["students"]) else int(point["students"])


def _colour(split: str, effect: Effect) -> str:
    """A district's own colour; the accent for groups that have none of their own."""
    if split != "district":
        return "accent"
    return _district_colour(effect.place)


def _district_colour(place: int) -> str:
    return theme.series(place)[0].removeprefix("@")


# --- Words -------------------------------------------------------------------------------


def _in_words(
    key: str, paragraphs: Sequence[str], title: str = "title", questions: str = "questions"
) -> Slide:
    title = words.say(key, title)
    return Slide(
        key,
        words.SENTENCES["names"][key],
        title,
        "",
        words.say("unsaid", "description", title=title, paragraphs=" ".join(paragraphs)),
        words.notes(key, questions),
        paragraphs=tuple(paragraphs),
    )


def _unsaid(figures: Figures) -> Slide:
    return _in_words("unsaid", _limits(figures))


def _limits(figures: Figures) -> list[str]:
    effect = figures.everybody
    limits = [] if effect.verdict is Verdict.EFFECT else [difference.sentence(effect)]
    if words.takes_a_pass(effect):
        limits.append(words.inheritance(effect))
    last = effect.months[words.LAST_MONTH]
    if last["withheld"]:
        limits.append(words.say("unsaid", "last_none"))
    else:
        served = words.count(
            figures.standing["students"], figures.standing["about"], figures.threshold
        )
        limits.append(
            words.say("unsaid", "last", last=_people_at(last, figures.threshold), served=served)
        )
    always = [words.say("unsaid", sentence) for sentence in ("cause", "part")]
    return [*limits, *_limits_of_groups(figures), *always]


def _limits_of_groups(figures: Figures) -> list[str]:
    groups = {
        "district": figures.districts,
        "modality": figures.modalities,
        "grade_band": figures.bands,
    }
    shown = {split: rows for split, rows in groups.items() if len(rows) > 1}
    missing = words.missing([row for rows in shown.values() for row in rows])
    nouns = [
        words.SENTENCES["groups"]["noun"][split]
        for split, rows in shown.items()
        if words.is_order_unsure(rows)
    ]
    limits = []
    if missing:
        limits.append(words.say("unsaid", "missing", missing=words.joined(missing)))
    if nouns:
        limits.append(
            words.say("unsaid", "order", nouns=wording.joined(nouns, words.SENTENCES["or"]))
        )
    return limits


def _method(figures: Figures) -> Slide:
    return _in_words(
        "method",
        (
            *(words.say("method", sentence) for sentence in ("who", "similar", "figure")),
            words.check(figures.everybody),
            words.say("method", "interval", threshold=figures.threshold),
        ),
    )


SLIDES: dict[str, Callable[[Figures], Slide]] = {
    "did": _did,
    "official": _official,
    "lines": _lines,
    "effect": _effect,
    "bands": _bands,
    "modalities": _modalities,
    "districts": _districts,
    "unsaid": _unsaid,
    "method": _method,
}


def is_worth_showing(key: str, figures: Figures) -> bool:
    """Whether a slide has anything to put beside each other: one group alone has not."""
    if key == "official":
        return figures.official is not None
    groups: dict[str, Sequence[Any]] = {
        "bands": figures.bands,
        "modalities": figures.modalities,
        "districts": figures.districts,
    }
    return key not in groups or len(groups[key]) > 1
