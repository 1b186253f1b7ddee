"""Slides: what they say of any figures, and what they draw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import slide_wording as words
from components import wording
from components.deck import Slide
from components.figures.slides import slide_figure
from components.slide_layout import LABEL_SIZE, PIXELS
from components.slides import MOST_GROUPS, SLIDES, Figures, Official, is_worth_showing, slide
from evaluation.inference import Z95
from evaluation.verdict import Verdict
from queries.effects import EVENT_MONTHS, HEADLINE_MONTH, Effect
from queries.filters import DIMENSIONS, Filters
from queries.public import PublishedRate
from queries.ranking import ranked
from tests.queries.test_filters import KNOWN

RISE = re.compile(
    r"\b(higher|rose|rise|gained|increase\w*|improve\w*|up by|In part|is more than)\b"
)
CAUSE = re.compile(
    r"\b(caus\w+|because of|due to|thanks to|led to|effects?|impact\w*|made them|result of)\b", re.I
)
DIFFERENCE = re.compile(r"\b(higher|lower|larger|difference|gap|gained|lost|more than|points?)\b")


def effect(
    size: float = 0.09,
    error: float = 0.01,
    verdict: Verdict | None = Verdict.EFFECT,
    *,
    label: str = "Hartford",
    place: int = 0,
    students: int = 500,
    shown_up_to: int = 12,
    second: float = 0.08,
    held_out: float = 0.004,
) -> Effect:
    months = np.array(EVENT_MONTHS)
    is_known = (months >= 0) | (months < -3)
    gap = np.where(months > 0, size, 0.0)
    frame = pd.DataFrame({"event_month": months}).assign(
        visited_rate=0.6 + gap,
        comparison_rate=0.6,
        effect=np.where(is_known, gap, np.nan),
        standard_error=np.where(is_known, error, np.nan),
        low=np.where(is_known, (gap - 2.5 * error).round(3), np.nan),
        high=np.where(is_known, (gap + 2.5 * error).round(3), np.nan),
        own_low=np.where(is_known, (gap - Z95 * error).round(3), np.nan),
        own_high=np.where(is_known, (gap + Z95 * error).round(3), np.nan),
        students=students,
        about=False,
        beyond="",
        withheld=(months > shown_up_to) | (verdict is None),
    )
    ends = ("effect", "low", "high", "own_low", "own_high")
    figures = [name for name in frame if name.endswith("rate") or name in ends]
    frame.loc[frame["withheld"], figures] = np.nan
    frame["students"] = frame["students"].astype("Int64").mask(frame["withheld"])
    checks = pd.DataFrame(
        [
            {"design": "symmetric", "event_month": HEADLINE_MONTH, "effect": second},
            {"design": "held_out", "event_month": -12, "effect": held_out},
            {"design": "held_out", "event_month": -15, "effect": -held_out},
        ]
    )
    ends = {"low": checks["effect"] - 2 * error, "high": checks["effect"] + 2 * error}
    checks = checks.assign(**ends).round(3)
    return Effect(frame, checks, verdict, 0.98, 0.01, 20, label, label, place)


def figures(everybody: Effect, *groups: Effect, official: Official | None = None) -> Figures:
    cohorts = pd.DataFrame(
        {"label": ["2021-22", "2022-23"], "students": [900, None], "about": False}
    )
    standing = {"students": 1500, "about": False, "baseline": 0.62, "baseline_beyond": ""}
    contacts = {"students": 1800, "completed": 2900, "contacts": 5000, "about": False}
    rows = ranked(groups)
    return Figures(standing, contacts, cohorts, everybody, rows, rows, rows, official)


def official_rates(
    name: str = "Hartford",
    state: str = "Connecticut",
    baseline: float | None = 0.594,
    *,
    beyond: str = "",
    demonstration: bool = False,
) -> Official:
    """Published rates of 2021-22 to date, beside students with a baseline (nan: withheld)."""
    district, of_state = (
        PublishedRate(place, "2021-22", rate, 16371, True, "June 2022", date(2022, 7, 22))
        for place, rate in ((name, 0.8564), (state, 0.9169))
    )
    served = {"students": 355, "about": True, "baseline": baseline, "baseline_beyond": beyond}
    return Official(
        name, 3, district, of_state, None if baseline is None else served, demonstration
    )


def sentences(told: Slide) -> Iterator[str]:
    """All that is said with a slide, sentence by sentence."""
    parts = [told.title, told.meaning, told.description, *told.paragraphs]
    parts += [note.answer for note in told.notes]
    for part in parts:
        yield from re.split(r"(?<=[.;!?:]) ", part)


LONG_NAMES = [
    "Capitol Region Education Council (CREC)",
    "Regional Interdistrict School District of the Naugatuck Valley 16",
    "Regional Interdistrict School District of the Quinebaug Valley 17",
]
sizes = st.floats(-0.4, 0.4)
effects = st.builds(
    effect,
    sizes,
    st.floats(0.0005, 0.2),
    st.sampled_from([*Verdict, None]),
    label=st.sampled_from(["Hartford", *LONG_NAMES]),
    students=st.integers(20, 9000),
    shown_up_to=st.integers(-1, 12),
    second=sizes | st.just(float("nan")),
    held_out=sizes | st.just(float("nan")),
)


officials = st.none() | st.builds(
    official_rates,
    st.sampled_from(["Hartford", *LONG_NAMES]),
    st.sampled_from(["Connecticut", "District of Columbia"]),
    st.none() | st.just(float("nan")) | st.floats(0.05, 0.95),
    beyond=st.sampled_from(["", "above", "below"]),
    demonstration=st.booleans(),
)


@given(everybody=effects, groups=st.lists(effects, max_size=5), official=officials)
@settings(max_examples=200)
def test_no_figures_whatever_make_a_slide_say_more_than_they_hold(
    everybody: Effect, groups: list[Effect], official: Official | None
) -> None:
    for key in SLIDES:
        told = slide(key, figures(everybody, *groups, official=official))
        assert len(told.title) <= 140
        for sentence in sentences(told):
            assert not CAUSE.search(sentence), sentence
            assert not re.search(r"\bnan\b|None|\{|\}", sentence), sentence
            if DIFFERENCE.search(sentence):
                assert "%" not in re.sub(r"95\s% (band|interval)s?", "", sentence), sentence


@given(everybody=effects)
@settings(max_examples=200)
def test_a_rise_is_said_only_where_the_printed_interval_lies_above_zero(everybody: Effect) -> None:
    told = [slide(key, figures(everybody)) for key in ("lines", "effect", "unsaid")]
    found = words.headline(everybody)
    is_above = found is not None and round(found.low, 3) > 0
    said = [sentence for one in told for sentence in sentences(one) if RISE.search(sentence)]
    if not is_above:
        assert said == []
    if everybody.verdict is Verdict.EFFECT and is_above:
        assert said
    for sentence in said:
        printed = re.search(r"95\s% \w+ ([\d.\N{MINUS SIGN}]+) to", sentence)
        assert printed is None or float(printed[1].replace("\N{MINUS SIGN}", "-")) > 0


@given(everybody=effects)
@settings(max_examples=200)
def test_no_figure_stands_in_a_title_that_its_checks_do_not_earn(everybody: Effect) -> None:
    title = slide("effect", figures(everybody)).title
    if words.headline(everybody) is None:
        assert not re.search(r"\d\s*(point|%)", title.replace("20 students", "")), title
    elif everybody.verdict is Verdict.SYMMETRIC:
        assert title.startswith("Compared by their change")


@given(groups=st.lists(effects, min_size=2, max_size=5))
@settings(max_examples=200)
def test_an_order_is_claimed_only_where_no_places_overlap(groups: list[Effect]) -> None:
    named = [effect_of(one, f"Group {number}") for number, one in enumerate(groups)]
    rows = ranked(named)
    title = words.groups_finding(rows, "district")
    told = [row for row in rows if row.is_told]
    parted = re.match(r"The difference is larger for (.*) \(.*\) than for (.*) \(.*\)", title)
    if parted:
        upper = [row for row in told if row.effect.label in parted[1]]
        lower = [row for row in told if row.effect.label in parted[2]]
        assert len(upper) + len(lower) == len(told)
        assert max(row.worst or 0 for row in upper) < min(row.best or 0 for row in lower)
        assert all(row.figure["low"] > 0 for row in upper)
    if "no order is sure" in title:
        assert not any(one.is_above(other) for one in told for other in told)


def effect_of(one: Effect, label: str) -> Effect:
    return Effect(
        one.frame,
        one.checks,
        one.verdict,
        one.share_matched,
        one.no_effect_p,
        one.threshold,
        label,
        label,
    )


def test_many_long_names_give_way_to_the_ends_of_the_order() -> None:
    sizes = (0.20, 0.19, 0.18, 0.02, 0.01)
    groups = [effect(size, 0.002, label=f"{LONG_NAMES[1]}{at}") for at, size in enumerate(sizes)]
    title = words.groups_finding(ranked(groups), "district")
    assert title.startswith("By district, the difference is 1 (")
    assert title.endswith("the order is sure in part")


def test_a_short_name_keeps_the_number_that_tells_it_apart() -> None:
    assert words.short("Regional School District Number 16") == "Regional School Dist… 16"
    assert words.short("Regional School District of the Valley") == "Regional School Distric…"
    assert words.short(LONG_NAMES[0]) == "CREC"


def test_an_order_that_is_sure_in_part_is_told_so() -> None:
    groups = [effect(0.20, 0.001), effect(0.10, 0.05), effect(0.05, 0.001)]
    named = [effect_of(one, f"Group {number}") for number, one in enumerate(groups)]
    assert words.groups_finding(ranked(named), "district").endswith("the order is sure in part")


def test_a_larger_difference_is_not_said_of_one_below_zero() -> None:
    groups = [effect(-0.05, 0.002, label="Ash"), effect(-0.15, 0.002, label="Birch")]
    title = words.groups_finding(ranked(groups), "district")
    assert title.startswith("By district, the difference is \N{MINUS SIGN}15 (Birch)")


# --- What they say -----------------------------------------------------------------------

TITLES = [
    (
        effect(),
        "Six months after the first visit, attendance is about 9 points higher than that of "
        "similar students (95\N{NO-BREAK SPACE}% interval 7 to 11)",
    ),
    (
        effect(-0.012, 0.002),
        "Six months after the first visit, attendance is about 1 point lower than that of similar "
        "students (95\N{NO-BREAK SPACE}% interval \N{MINUS SIGN}1.6 to \N{MINUS SIGN}0.8)",
    ),
    (
        effect(0.02, 0.02),
        "Six months after the first visit, attendance is not clearly different from that of "
        "similar students (95\N{NO-BREAK SPACE}% interval \N{MINUS SIGN}1.9 to 5.9)",
    ),
    (
        effect(shown_up_to=1),
        "One month after the first visit, attendance is about 9 points higher than that of "
        "similar students (95\N{NO-BREAK SPACE}% interval 7 to 11)",
    ),
    (
        effect(verdict=Verdict.SYMMETRIC),
        "Compared by their change around the visit, visited students gained about 8 points more "
        "than others (95\N{NO-BREAK SPACE}% interval 6 to 10)",
    ),
    (
        effect(verdict=Verdict.RANGE),
        "Visited students already differed from similar ones before the visit: no single figure "
        "can be given",
    ),
    (
        effect(verdict=Verdict.UNCHECKED),
        "These visits came too early for a check of the comparison: no single figure can be given",
    ),
    (effect(verdict=Verdict.FEW), "Too few students so far to put a figure on the difference"),
    (effect(verdict=None), "Fewer than 20 students: no figure is shown"),
]


@pytest.mark.parametrize(("everybody", "title"), TITLES)
def test_the_title_says_size_interval_months_and_comparison_as_the_verdict_allows(
    everybody: Effect, title: str
) -> None:
    assert slide("effect", figures(everybody)).title == title


def test_would_they_have_come_back_is_answered_in_figures() -> None:
    [answer, *_] = [note.answer for note in slide("lines", figures(effect())).notes]
    assert answer.startswith("In part. From the month before the visit to six months after it")
    assert "9 points" in answer
    [answer, *_] = [note.answer for note in slide("lines", figures(effect(0.01, 0.02))).notes]
    assert answer.startswith("Perhaps.")
    assert "may well be none" in answer
    few = figures(effect(verdict=Verdict.FEW))
    assert slide("lines", few).notes[0].answer.startswith("We cannot say.")


def test_what_cannot_be_said_names_the_groups_without_a_figure() -> None:
    groups = [
        effect(label="Ash", place=1),
        effect(label="Birch", place=2, verdict=Verdict.RANGE),
        effect(0.1, label="Cedar", place=3),
    ]
    told = slide("unsaid", figures(effect(), *groups)).paragraphs
    assert any("Birch" in paragraph for paragraph in told)
    assert any(
        "Which district, kind of visit or grade band does best" in paragraph for paragraph in told
    )


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_the_official_rate_stands_beside_the_visited_with_edition_and_day() -> None:
    told = slide("official", figures(effect(), official=official_rates()))
    assert plain(told.title) == (
        "Visited students were at 59.4 % before the first visit; all of Hartford at 85.6 %, all of "
        "Connecticut at 91.7 % (2021-22 to date)"
    )
    assert told.meaning == "Published by the state: June 2022 edition, July 22, 2022"
    assert "published by the state (June 2022 edition, July 22, 2022)" in told.description
    assert told.chart is not None
    assert told.chart.categories == ("Connecticut", "Hartford", "Visited, before")
    assert told.chart.series[0].values == (91.7, 85.6, 59.4)
    assert told.chart.students == (16371, 16371, 355)
    assert told.chart.colours == ("muted", "series-3", "accent")


def test_over_invented_students_the_slide_says_that_published_rates_are_real() -> None:
    told = slide("official", figures(effect(), official=official_rates(demonstration=True)))
    assert told.meaning.startswith("Published rates are real")
    assert told.notes[0].answer == "The published rates are. The visited students are invented."
    real = slide("official", figures(effect(), official=official_rates()))
    assert "invented" not in " ".join(sentences(real))


@pytest.mark.parametrize("baseline", [None, float("nan")])
def test_official_rates_stand_alone_where_nobody_visited_may_be_told(
    baseline: float | None,
) -> None:
    told = slide("official", figures(effect(), official=official_rates(baseline=baseline)))
    assert plain(told.title) == (
        "In 2021-22 to date, attendance of all students was 85.6 % in Hartford and 91.7 % in "
        "Connecticut"
    )
    assert told.chart is not None
    assert len(told.chart.categories) == 2


def test_without_a_published_rate_the_slide_is_left_out_and_says_what_to_do() -> None:
    assert not is_worth_showing("official", figures(effect()))
    assert is_worth_showing("official", figures(effect(), official=official_rates()))
    told = slide("official", figures(effect()))
    assert told.chart is None
    assert told.paragraphs[0].startswith("Choose one district")


def test_a_slide_of_one_group_alone_is_not_worth_showing() -> None:
    alone = figures(effect(), effect())
    assert not is_worth_showing("districts", alone)
    assert is_worth_showing("lines", alone)


def test_a_slide_shows_no_more_groups_than_fit_those_with_most_students() -> None:
    groups = [
        effect(0.05 + number / 1000, label=f"District {number}", students=100 + number)
        for number in range(MOST_GROUPS + 3)
    ]
    told = slide("districts", figures(effect(), *groups))
    assert told.chart is not None
    assert len(told.chart.categories) == MOST_GROUPS
    assert not {"District 0", "District 1", "District 2"} & set(told.chart.categories)
    assert "the 15 with most students" in told.meaning


def test_filters_are_told_by_name_where_few_and_by_number_where_many() -> None:
    assert words.selection(Filters(), KNOWN) == "all districts, grades and visits"
    two = Filters(district=("0640011", "0930011"))
    assert words.selection(two, KNOWN) == "Hartford or New Haven"
    eight = Filters(
        district=tuple(KNOWN.district),
        grade=tuple(KNOWN.grade),
        modality=tuple(KNOWN.modality),
        visitor_type=tuple(KNOWN.visitor_type),
        cohort=tuple(KNOWN.cohort),
    )
    assert words.selection(eight, KNOWN) == "11 filters chosen"
    some = Filters(grade=tuple(KNOWN.grade), cohort=("2021-22",))
    assert words.selection(some, KNOWN) == "4 grades, 2021-22"


def test_values_of_a_student_group_say_what_they_are_of() -> None:
    chosen = Filters(home_language=("Spanish",), disability=("no",))
    said = "Home language: Spanish, Disability: No"
    assert words.selection(chosen, KNOWN) == wording.selection(chosen, KNOWN) == said


def test_every_dimension_has_words_for_many_values() -> None:
    assert set(words.SENTENCES["selection"]["some"]) == set(DIMENSIONS)


# --- What they draw ----------------------------------------------------------------------


def drawn(key: str, *groups: Effect) -> dict[str, Any]:
    chart = slide(key, figures(effect(), *groups, official=official_rates())).chart
    assert chart is not None
    return slide_figure(chart, "16x9")


def test_the_chart_draws_the_figures_and_leaves_gaps() -> None:
    [compared, visited] = drawn("lines")["data"]
    assert visited["y"][10:] == [69.0] * 12
    assert visited["y"][9] is None
    assert compared["y"][:9] == [60.0] * 9
    band, line = drawn("effect")["data"][-2:]
    assert line["y"][10:] == [9.0] * 12
    assert line["y"][6:10] == [None] * 4
    assert (min(band["y"]), max(band["y"])) == pytest.approx((6.5, 11.5))


def test_rates_are_columns_from_zero_with_their_per_cent() -> None:
    figure = drawn("official")
    [bars] = figure["data"]
    assert bars["y"] == [91.7, 85.6, 59.4]
    assert [plain(words) for words in bars["text"]] == ["91.7 %", "85.6 %", "59.4 %"]
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
    assert len(set(bars["marker"]["color"])) == 3
    title = figure["layout"]["xaxis"]["title"]["text"]
    assert title == "2021-22 to date; visited: three months before"


def test_a_group_that_may_not_stand_by_itself_is_a_range_and_says_why() -> None:
    groups = [effect(label="Ash", place=1), effect(0.05, verdict=Verdict.RANGE, label="Birch")]
    figure = drawn("districts", *groups)
    assert [trace["mode"] for trace in figure["data"]] == ["markers", "lines"]
    told = [note["text"] for note in figure["layout"]["annotations"]]
    assert "3 to 10 past differs" in told
    assert not any(text.startswith("5 ") for text in told)


def test_nothing_in_a_chart_is_smaller_than_twenty_points() -> None:
    groups = [effect(label="Ash"), effect(0.05, label="Birch")]
    for key in ("did", "official", "lines", "effect", "districts"):
        sizes = list(_font_sizes(drawn(key, *groups)))
        assert len(sizes) > 2
        assert min(sizes) >= LABEL_SIZE * PIXELS - 1e-9


def _font_sizes(part: Any) -> Iterator[float]:
    """The sizes in a figure and in all its parts."""
    if isinstance(part, list):
        for value in part:
            yield from _font_sizes(value)
    if isinstance(part, dict):
        for name, value in part.items():
            if name.endswith("font"):
                yield value["size"]
            else:
                yield from _font_sizes(value)
