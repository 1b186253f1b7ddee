"""Numbers are printed no finer than they were told, and bounds by the side they are of."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import difference, standing_tables, tables, wording
from components.deck import Chart, Series
from components.figures.effect import effect_figure, effect_panels
from components.figures.slides import slide_figure
from components.figures.trajectory import trajectory_figure
from components.numbers import numeral, per_cent, signed, span
from components.slides import SLIDES, slide
from evaluation.inference import Z95
from tests.components.test_effect_figure import result as compared
from tests.components.test_slides import effect, figures, official_rates, sentences
from tests.components.test_trajectory_figure import group, result
from tests.queries.test_filters import KNOWN

MINUS, SPACE = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
FALSE_TENTH = re.compile(r"\d\.0(?!\d)")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (82.0, "82"),
        (82.44, "82.4"),
        (100.0, "100"),
        (0.97, "1"),
        (0.0, "0"),
        (-0.04, "0"),
        (-0.2, f"{MINUS}0.2"),
        (-9, f"{MINUS}9"),
    ],
)
def test_a_number_has_a_tenth_only_where_it_was_told_one(number: float, words: str) -> None:
    assert numeral(number) == words


@given(st.floats(-1000, 1000))
def test_no_number_ends_in_a_tenth_of_nothing_or_is_minus_zero(number: float) -> None:
    for words in (numeral(number), signed(number)):
        assert not words.endswith(".0")
        assert words not in (f"{MINUS}0", "+0")
        assert float(words.replace(MINUS, "-")) == pytest.approx(number, abs=0.0501)


def test_points_per_cents_and_ranges_are_told_alike() -> None:
    assert [signed(number) for number in (8.0, 8.4, 0.0, -1.0)] == ["+8", "+8.4", "0", f"{MINUS}1"]
    assert [per_cent(number) for number in (82.0, 82.4)] == [f"82{SPACE}%", f"82.4{SPACE}%"]
    assert span(7.0, 10.0) == "7 to 10"
    assert span(-1.5, 10.0) == f"{MINUS}1.5 to 10"
    assert [difference.points(size) for size in (0.08, 0.084, 0.01, -0.01, 0.0)] == [
        "8 points",
        "8.4 points",
        "1 point",
        f"{MINUS}1 point",
        "0 points",
    ]
    assert [difference.signed_points(size) for size in (0.08, -0.084, 0.01)] == [
        "+8 points",
        f"{MINUS}8.4 points",
        "+1 point",
    ]


@pytest.mark.parametrize(
    ("rate", "beyond", "words"),
    [
        (0.824, "", f"82.4{SPACE}%"),
        (0.82, "", f"82{SPACE}%"),
        (0.99, "", f"99{SPACE}%"),
        (0.99, "above", f"above 99{SPACE}%"),
        (0.01, "below", f"below 1{SPACE}%"),
        (float("nan"), "", "–"),
    ],
)
def test_a_rate_at_its_bound_says_on_which_side_it_lies(
    rate: float, beyond: str, words: str
) -> None:
    assert wording.rate({"rate": rate, "beyond": beyond}) == words
    assert wording.rate_of({"baseline": rate, "baseline_beyond": beyond}, "baseline") == words


@pytest.mark.parametrize(
    ("share", "beyond", "words"),
    [
        (0.46, "", f"46{SPACE}%"),
        (0.462, "", f"46.2{SPACE}%"),
        (0.5, "", f"50{SPACE}%"),
        (0.5, "above", "half or more"),
        (0.5, "below", "less than half"),
        (0.8, "above", f"80{SPACE}% or more"),
        (0.2, "below", f"20{SPACE}% or less"),
        (0.95, "above", f"95{SPACE}% or more"),
        (0.95, "", f"95{SPACE}%"),
        (float("nan"), "", "–"),
    ],
)
def test_a_share_at_its_bound_says_so_and_of_very_few_only_which_half(
    share: float, beyond: str, words: str
) -> None:
    assert wording.share_of({"chronic": share, "chronic_beyond": beyond}, "chronic") == words


def test_the_end_of_a_curve_and_the_summary_say_that_a_rate_is_at_its_bound() -> None:
    shown = result(group("all").assign(rate=0.99, low=0.98, high=0.99, beyond="above"))
    labels = [note["text"] for note in trajectory_figure(shown)["layout"]["annotations"]]
    assert f"<b>Visited students</b><br>above 99{SPACE}%" in labels
    assert wording.summary(shown).startswith(f"Mean attendance was above 99{SPACE}% in the last")
    row = tables.trajectory_table(shown).children[2].children[0].children
    assert [cell.children for cell in row][1:3] == [f"above 99{SPACE}%", "98 to 99"]


def test_schools_are_told_their_bounds_too() -> None:
    school: dict[str, Any] = {
        "school_name": "Ash School",
        "students": 12,
        "about": False,
        "withheld": False,
        "rate": 0.99,
        "beyond": "above",
        "rate_before": 0.97,
        "chronic": 0.5,
        "chronic_beyond": "below",
        "chronic_before": 0.8,
        "chronic_before_beyond": "above",
    }
    [row] = standing_tables.schools_table(pd.DataFrame([school]), 10).children[2].children
    assert [cell.children for cell in row.children] == [
        "Ash School",
        "12",
        f"above 99{SPACE}%",
        f"97{SPACE}%",
        "less than half",
        f"80{SPACE}% or more",
    ]


@pytest.mark.parametrize("key", SLIDES)
def test_no_slide_of_whole_points_prints_a_tenth(key: str) -> None:
    groups = [
        effect(0.08, 0.02 / Z95, label="Ash"),
        effect(0.02, 0.03 / Z95, label="Birch"),
    ]
    made = slide(key, figures(groups[0], *groups, official=official_rates(baseline=0.59)))
    said = [*sentences(made), *_chart_words(made.chart)]
    assert not [words for words in said if FALSE_TENTH.search(words)]


def _chart_words(chart: Chart | None) -> list[str]:
    if chart is None:
        return []
    return [str(note["text"]) for note in slide_figure(chart, "16x9")["layout"]["annotations"]]


def test_a_column_and_a_row_of_a_slide_are_told_as_they_are() -> None:
    rates = Chart("rates", ("a", "b"), (Series("s", (82.0, 82.4)),), "", (20, 300), about=False)
    assert [rates.told(value) for value in (82.0, 82.4)] == [f"82{SPACE}%", f"82.4{SPACE}%"]
    assert Series("s", (9.0,), (7.0,), (11.4,)).told(0) == "9 (7 to 11.4)"


# --- Students on the coordinator's list ---------------------------------------------------


def test_figures_over_the_own_list_say_so_in_head_hover_caption_and_picture() -> None:
    shown = replace(result(group("all")), own_list=True)
    assert wording.served(shown, KNOWN).startswith("1,200 students on your list: ")
    assert "served" not in wording.served(shown, KNOWN)
    texts = [text for trace in trajectory_figure(shown)["data"] for text in trace.get("text", ())]
    assert "mean of 1,200 students on your list, 95 % interval" in texts[0]
    assert "students on your list" in tables.trajectory_table(shown).children[0].children
    picture = wording.source(shown, date(2024, 6, 30), demonstration=False)
    assert picture.startswith("1,200 students on your list. Mean of ")
    everybody = result(group("all"))
    assert wording.served(everybody, KNOWN).startswith("1,200 students served: ")
    assert "your list" not in str(trajectory_figure(everybody))
    assert "your list" not in tables.trajectory_table(everybody).children[0].children


def test_a_comparison_over_the_own_list_says_so_wherever_its_students_are_named() -> None:
    own = replace(compared(), own_list=True)
    assert wording.said(own).startswith(difference.sentence(own))
    assert "the students on your list alone" in wording.said(own)
    drawn = str(effect_figure(own))
    assert "beside 1,200 visited students on your list" in drawn
    assert "1,200 students on your list" in str(effect_panels([own]))
    assert "of the students on your list;" in tables.effect_table([own]).children[0].children
    named = tables.effect_table([replace(own, label="Ash"), compared()])
    assert "of the students on your list (Ash);" in named.children[0].children
    assert wording.said(compared()) == difference.sentence(compared())


@pytest.mark.parametrize("key", ["lines", "effect"])
def test_a_coordinators_slides_say_in_a_note_whose_students_they_are_of(key: str) -> None:
    [note, *_others] = slide(key, figures(replace(effect(), own_list=True))).notes
    assert note.question == "Which students are these?"
    assert "coordinator’s list alone" in note.answer
    assert note not in slide(key, figures(effect())).notes
