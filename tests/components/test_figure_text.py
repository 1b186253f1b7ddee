"""Words in figures: what others wrote is shown as it is, what we mark up is markup."""

from __future__ import annotations

import html

import pandas as pd
import pytest

from components import theme
from components.figures.frame import finished
from components.figures.text import (
    TEXT_ALONE,
    bold,
    escaped,
    italic,
    stacked,
    together,
    unmarked,
)

NAMES = (
    '<a href="//e.x">N</a>',
    "<b>North</b>",
    "a<br>b",
    "R&D &lt;3",
    "<sup>x",
    "@accent",
    "@cmd/x Stamford",
    "%{x} and %{meta.kind}",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_holds_no_markup_and_no_color(name: str) -> None:
    shown = escaped(name)
    assert "<" not in shown
    assert not shown.startswith("@")
    assert "%{" not in shown
    assert html.unescape(shown) == name  # plotly reads it back


@pytest.mark.parametrize("name", NAMES)
def test_a_name_within_our_own_marks_is_shown_as_it_is(name: str) -> None:
    marked = escaped(stacked(together(bold(name), ", May"), italic(name)))
    assert marked == f"<b>{escaped(name)}</b>, May<br><i>{escaped(name)}</i>"


def test_the_words_of_a_finished_figure_are_escaped_and_its_links_and_colors_are_not() -> None:
    name = "<b>@ & Co.</b>"
    trace = {
        "name": name,
        "x": [name],
        "text": pd.Series([name]),
        "customdata": ["/visits?a=1&b=<"],
        "marker": {"color": "@accent"},
        "hovertemplate": TEXT_ALONE,
    }
    axis = {"ticktext": [name], "title": {"text": name}}
    figure = finished([trace], {"xaxis": axis, "annotations": [{"text": bold(name)}]})
    shown = "&lt;b&gt;&#64; &amp; Co.&lt;/b&gt;"
    assert figure["data"] == [
        trace | {"name": shown, "x": [shown], "text": [shown], "hovertemplate": str(TEXT_ALONE)}
    ]
    assert figure["layout"] == {
        "xaxis": {"ticktext": [shown], "title": {"text": shown}},
        "annotations": [{"text": f"<b>{shown}</b>"}],
    }


def test_signs_that_nobody_sees_turn_nothing_around() -> None:
    assert escaped("Hart\u202eford\x00\nEast") == "Hartford East"
    assert escaped(bold("\u2067Hartford")) == "<b>Hartford</b>"


def test_only_a_color_that_there_is_is_painted() -> None:
    words = ["@accent", "@accent/0.5", "@cmd/x Stamford", "@", "x"]
    assert theme.painted(words) == [
        theme.colour("@accent"),
        theme.colour("@accent/0.5"),
        *words[2:],
    ]


@pytest.mark.parametrize("name", NAMES)
def test_words_of_a_figure_stand_in_a_file_as_they_were_written(name: str) -> None:
    assert unmarked(stacked(bold(name), "Data through May")) == f"{name} Data through May"
    assert unmarked(name) == name
