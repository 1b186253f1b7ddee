"""Effects of many groups under each other, and the tables of the methods page."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from components import difference, tables
from components.figures.intervals import interval_figure
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.published import Published
from tests.components.test_effect_figure import group

ALL = group("All students", Verdict.EFFECT)
CUTS = [
    ("all", ALL),
    ("modality", group("Home", Verdict.EFFECT, 0.1)),
    ("modality", group("Phone", Verdict.RANGE, 0.04)),
    ("cohort", group("2021-22", Verdict.EFFECT)),
]


def withheld() -> Effect:
    nothing = replace(group("Video", Verdict.EFFECT), verdict=None)
    nothing.frame[["effect", "low", "high", "own_low", "own_high"]] = np.nan
    return replace(nothing, checks=nothing.checks.head(0))


def test_every_group_has_a_row_under_the_name_of_its_dimension() -> None:
    figure = interval_figure(CUTS)
    second, matched = figure["data"]
    assert matched["x"] == pytest.approx([9, 10, 4, 9])
    assert second["x"] == pytest.approx([10, 10, 10, 10])
    assert matched["error_x"]["array"] == pytest.approx([2] * 4)
    assert matched["marker"]["color"] == ["@accent", "@accent", "@muted", "@accent"]
    assert sorted(matched["y"]) == matched["y"]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert [text for text in texts if text.startswith("<b>")] == [
        "<b>Visit modality</b>",
        "<b>Cohort</b>",
    ]
    assert "2 to 12 past differs" in texts
    assert figure["layout"]["xaxis"]["range"] == [0, 15]


def test_a_group_that_is_withheld_says_so_and_has_no_dot() -> None:
    figure = interval_figure([("modality", withheld())])
    assert [trace["x"] for trace in figure["data"]] == [[None], [None]]
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert "fewer than 10 students" in texts


def cells(table: object) -> list[list[object]]:
    return [[cell.children for cell in row.children] for row in table.children[2].children]


def test_both_designs_stand_side_by_side_with_what_may_be_said() -> None:
    rows = cells(tables.designs_table([*CUTS, ("modality", withheld())]))
    assert rows[0] == [
        *("All students", "9 (7 to 11)", "9 (7 to 11)", "9 (7 to 11)"),
        *("–", "10 (8 to 12)", "–", "the matched figure"),
    ]
    assert rows[2][0] == "Visit modality: Phone"
    assert rows[2][-1] == "past differs: a range"
    assert rows[4][1:] == ["–"] * 6 + ["fewer than 10 students"]


def test_published_figures_stand_beside_those_of_this_database() -> None:
    rows = cells(
        tables.published_table(
            [
                Published("Hartford", 6, "30", "largest of the districts", ALL),
                Published("Elsewhere", 6, "", "no figures", None),
            ]
        )
    )
    assert rows[0][:5] == ["Hartford", "+6", "30 points", "9 (7 to 11)", "10 (8 to 12)"]
    assert rows[1][2:4] == ["–", "not in this data"]


def test_the_loads_say_what_became_of_every_row() -> None:
    names = ["rows_read", "rows_duplicate", "rows_rejected", "rows_good"]
    load = {"loaded_at": datetime(2024, 7, 1, 9, 30), "file": "visits.csv"}
    frame = pd.DataFrame([load | dict(zip(names, (1200, 4, 6, 1190), strict=True))])
    assert cells(tables.loads_table(frame)) == [
        ["Jul 1, 2024, 09:30 UTC", "visits.csv", "1,200", "4", "6", "1,190"]
    ]


def test_no_figure_is_printed_as_minus_zero() -> None:
    assert difference.points(-0.0001) == "0 points"
    assert difference.estimate({"effect": -0.0002, "low": -0.01, "high": 0.01}) == "0 (−1 to 1)"
