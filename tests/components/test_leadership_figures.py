"""Figures of leadership's pages: the ranking, coloured cells, the flow, official attendance."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components import standing_wording as words
from components import wording
from components.figures.cells import calendar_figure, heat_figure
from components.figures.flow import flow_figure
from components.figures.official import Measure, months_figure, years_figure
from components.figures.ranking import ranking_figure
from components.student_wording import volume_summary
from evaluation.verdict import Verdict
from queries.effects import EVENT_MONTHS, Effect
from queries.ranking import ranked
from queries.students import NOT_REACHED
from queries.targets import MET, Progress, Target


def effect(
    group: str, size: float, error: float, verdict: Verdict | None = Verdict.EFFECT
) -> Effect:
    frame = pd.DataFrame({"event_month": EVENT_MONTHS}).assign(
        effect=size if verdict else np.nan,
        standard_error=error if verdict else np.nan,
        withheld=verdict is None,
    )
    return Effect(frame, pd.DataFrame(), verdict, 1.0, 0.01, 10, group, group.title(), len(group))


LINKS = {name: f"/districts/{name}" for name in ("ash", "birch", "cedar", "dogwood")}
FOUR = [
    effect("ash", 0.05, 0.001),
    effect("birch", 0.12, 0.001),
    effect("cedar", 0.08, 0.01, Verdict.RANGE),
    effect("dogwood", 0.0, 0.0, None),
]


def test_the_ranking_puts_the_largest_first_and_the_unknown_last() -> None:
    rows = ranked(FOUR)
    assert [row.effect.group for row in rows] == ["birch", "cedar", "ash", "dogwood"]
    assert [(row.best, row.worst) for row in rows] == [(1, 1), (None, None), (2, 2), (None, None)]
    figure = ranking_figure(rows, LINKS)
    assert [trace["x"] for trace in figure["data"]] == [[12.0], [8.0], [5.0], [None]]
    assert figure["data"][0]["customdata"] == ["/districts/birch"]
    filled = [trace["marker"]["color"] != "@paper" for trace in figure["data"]]
    assert filled == [True, False, True, False]
    told = [note["text"] for note in figure["layout"]["annotations"] if note.get("name") == "value"]
    assert told == [
        "12.0 (11.8 to 12.2) · place 1 of 2",
        "8.0 (6.0 to 10.0) past differs",
        "5.0 (4.8 to 5.2) · place 2 of 2",
        "fewer than 10 students",
    ]


def test_overlapping_places_are_said_to_be_unsure() -> None:
    alike = ranked([effect("ash", 0.05, 0.02), effect("birch", 0.06, 0.02)])
    assert "No district’s place is sure" in words.ranking_summary(alike)
    assert "Sure are the places of Birch and Ash alone" in words.ranking_summary(ranked(FOUR))
    assert "No district has a figure" in words.ranking_summary(ranked(FOUR[2:]))


MONTHS = pd.DataFrame(
    {
        "district_code": ["a", "a", "b", "b", "all", "all"],
        "month": ["2022-06", "2022-09"] * 3,
        "school_year": ["2021-22", "2022-23"] * 3,
        "students": [100, 110, 5, 50, 105, 160],
        "rate": [0.90, 0.92, np.nan, 0.88, 0.9, 0.91],
        "withheld": [False, False, True, False, False, False],
    }
)


def test_a_withheld_month_has_no_cell_and_years_stand_apart() -> None:
    figure = heat_figure(MONTHS, {"a": "Ash", "b": "Birch"})
    [trace] = figure["data"]
    assert trace["marker"]["color"] == pytest.approx([90, 92, 88])
    assert trace["x"][1] - trace["x"][0] > 1.5  # summer
    assert trace["customdata"] == ["/districts/a", "/districts/a", "/districts/b"]
    assert "September 2022" in trace["text"][1]
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["Ash", "Birch"]


def test_the_calendar_places_days_by_weekday_and_weeks_by_school_year() -> None:
    frame = pd.DataFrame(
        {
            "period": [date(2022, 1, 3), date(2022, 1, 12), date(2022, 9, 5)],  # Mon, Wed, Mon
            "contacts": [3, 4, 2],
            "about": False,
            "withheld": [False, False, True],
        }
    )
    [days] = calendar_figure(frame, by_day=True, links=["x", "y", "z"])["data"]
    assert [int(base) for base in days["base"]] == [0, 1]
    assert days["x"][1] - days["x"][0] == 1
    assert days["customdata"] == ["x", "y"]
    [weeks] = calendar_figure(frame, by_day=False, links=[""] * 3)["data"]
    assert [int(base) for base in weeks["base"]] == [0, 0]
    assert "Week of 3 January 2022" in weeks["text"][0]


def test_the_flow_leaves_out_what_is_withheld_and_adds_up() -> None:
    frame = pd.DataFrame(
        [
            ("at-once", 1, 60),
            ("at-once", 3, 20),
            ("later", 1, 30),
            ("later", 2, pd.NA),
            ("not-reached", 0, 40),
        ],
        columns=["reached", "visits", "students"],
    )
    frame = frame.assign(about=False, withheld=frame["students"].isna())
    figure = flow_figure(frame)
    notes = {note["text"] for note in figure["layout"]["annotations"]}
    assert "<b>Families contacted</b><br>150" in notes
    assert {"<b>Reached at once</b><br>80", "<b>Reached later</b><br>30"} <= notes
    assert {"<b>1 visit</b><br>90", "<b>3 or more</b><br>20"} <= notes
    assert not any("2 visits" in note for note in notes)
    heights = {
        trace["text"]: trace["y"][-1] - trace["y"][0]
        for trace in figure["data"]
        if trace.get("fill") == "toself"
    }
    share = (
        heights["Reached at once, 1 visit: 60 students"] / heights["Not reached yet: 40 students"]
    )
    assert share == pytest.approx(60 / 40)


def test_official_lines_break_over_summer_and_carry_their_names() -> None:
    of = MONTHS["district_code"]
    figure = months_figure(MONTHS[of == "a"], MONTHS[of == "all"], "Ash", 0, {"2021-22": 0.921})
    _everybody, own, state = figure["data"]
    assert own["y"][0::2] == pytest.approx([90.0, 92.0])
    assert own["y"][1] is None
    assert state["y"] == pytest.approx([92.1, 92.1])
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert any("<b>Ash</b><br>92.0" in name for name in names)
    assert "Connecticut, published" in names


def test_a_target_is_drawn_as_a_line_with_its_words() -> None:
    values = pd.DataFrame(
        {"month": ["2022-09", "2023-09"], "school_year": ["2022-23", "2023-24"], "value": [88, 89]}
    )
    with_target = Measure("Attendance", "%", values, 90.5, date(2024, 6, 30))
    figure = years_figure([with_target, Measure("Served", "students", values)], 3)
    [line] = figure["layout"]["shapes"]
    assert (line["y0"], line["yref"]) == (90.5, "y")
    notes = [note["text"] for note in figure["layout"]["annotations"]]
    assert "target 90.5 % by Jun 2024" in notes
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 88 < 90.5 < high


def test_shares_at_the_ends_say_so_and_targets_are_told_with_a_sign() -> None:
    assert [words.share(value) for value in (0.05, 0.5, 0.95)] == [
        "5\N{NO-BREAK SPACE}% or less",
        "50\N{NO-BREAK SPACE}%",
        "95\N{NO-BREAK SPACE}% or more",
    ]
    aim = Target("a", "chronic", 20.0, date(2025, 6, 30))
    told = words.target_sentence(Progress(aim, pd.DataFrame(), MET, 19.5, None, None))
    assert told.startswith("✓ Met: chronically absent")
    assert words.gain(-1.25, "chronic") == "\N{MINUS SIGN}1.2 points"
    assert words.gain(40.0, "served") == "+40"


def test_quality_is_told_in_sentences() -> None:
    found: dict[str, Any] = {
        "months": 38,
        "last_month": "2024-05",
        "late": ["2024-06"],
        "missing": ["2022-01"],
        "rejected": 1,
    }
    told = " ".join(words.quality(found))
    assert "the last May 2024" in told
    assert "others have delivered: June 2024" in told
    assert "between: January 2022" in told
    assert "rejected 1 row that" in told
    assert words.quality(found | {"last_month": None}) == ["It has delivered no attendance yet."]


def test_months_are_told_in_words() -> None:
    assert wording.month("2023-10") == "October 2023"


def test_the_share_of_contacts_that_reached_is_told_of_all_or_not_at_all() -> None:
    frame = pd.DataFrame(
        {
            "kind": ["home", "phone", NOT_REACHED],
            "contacts": [60, None, 30],
            "withheld": [False, True, False],
        }
    )
    assert volume_summary(frame, exact=False) == (
        "About 60 completed visits and about 30 attempts shown."
    )
    told = frame.assign(contacts=[60, 15, 30], withheld=False)
    assert volume_summary(told, exact=True) == (
        "75 completed visits and 30 attempts; 71\N{NO-BREAK SPACE}% of contacts reached the family."
    )
