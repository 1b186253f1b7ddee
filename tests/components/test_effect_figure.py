"""The comparison as data and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from components import difference, tables, wording
from components.figures.effect import effect_figure, effect_panels
from evaluation.inference import Z95
from evaluation.matched import MATCHED_MONTHS
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.told import told_months
from queries.trajectories import EVENT_MONTHS


def result(verdict: Verdict = Verdict.EFFECT, size: float = 0.09, symmetric: float = 0.1) -> Effect:
    months = np.array(EVENT_MONTHS)
    gap = np.where(months > 0, size, 0.0)
    free = ~np.isin(months, MATCHED_MONTHS)
    frame = pd.DataFrame(
        {
            "event_month": months,
            "visited_rate": 0.7 + gap,
            "comparison_rate": 0.7,
            "effect": np.where(free, gap, np.nan),
            "standard_error": np.where(free, 0.02 / Z95, np.nan),
            "low": np.where(free, gap - 0.02, np.nan),
            "high": np.where(free, gap + 0.02, np.nan),
            "own_low": np.where(free, gap - 0.02, np.nan),
            "own_high": np.where(free, gap + 0.02, np.nan),
            "students": pd.array([1200] * len(months), dtype="Int64"),
            "about": False,
            "withheld": False,
            "beyond": "",
        }
    )
    checks = pd.DataFrame(
        {
            "design": "symmetric",
            "event_month": [6],
            "effect": symmetric,
            "low": symmetric - 0.02,
            "high": symmetric + 0.02,
        }
    )
    return Effect(frame, checks, verdict, 1.0, 0.01, 10)


def test_lines_above_and_gap_below_share_their_months() -> None:
    figure = effect_figure(result())
    lines = {trace["name"]: trace for trace in figure["data"] if trace.get("name")}
    assert set(lines) == {wording.VISITED, wording.COMPARED, "Difference"}
    assert all(trace["x"] == list(EVENT_MONTHS) for trace in lines.values())
    assert lines["Difference"]["yaxis"] == "y2"
    assert lines["Difference"]["y"][6:10] == [None, None, None, None]  # -3..-1 and month 0
    assert lines["Difference"]["y"][-1] == pytest.approx(9)
    assert figure["layout"]["yaxis2"]["ticktext"] == ["−5", "0", "+5", "+10", "+15"]
    assert figure["layout"]["xaxis"]["anchor"] == "y2"


def test_the_band_breaks_where_the_gap_does() -> None:
    bands = [trace for trace in effect_figure(result())["data"] if trace.get("fill")]
    assert [(min(band["x"]), max(band["x"])) for band in bands] == [(-9, -4), (1, 12)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (result(), "Six months after the first visit, attendance is about 9 points higher than"),
        (result(), "that of similar students (95\N{NO-BREAK SPACE}% interval 7 to 11)."),
        (result(), "finds 10 (8 to 12) points at month +6."),
        (result(size=0.085), "attendance is about 9 points higher"),
        (result(size=-0.085), "attendance is about 9 points lower"),
        (result(size=0.0849), "attendance is about 9 points higher"),  # a table says 8.5
        (result(size=0.045), "attendance is about 5 points higher"),
        (result(Verdict.SYMMETRIC, symmetric=0.021), "gained about 2 points more"),
        (result(size=-0.09), "about 9 points lower than that of similar students"),
        (result(size=0.01), "not clearly different from that of similar students"),
        (result(Verdict.SYMMETRIC), "visited students gained about 10 points more than others"),
        (
            result(Verdict.SYMMETRIC, symmetric=-0.1),
            "visited students lost about 10 points more than others",
        ),
        (result(Verdict.SYMMETRIC, symmetric=0.01), "did not clearly change more"),
        (result(Verdict.RANGE), "already differed from similar students by more than our rule"),
        (
            result(Verdict.RANGE),
            "So we show both methods: 9 (7 to 11) and 10 (8 to 12).",
        ),
        (result(Verdict.UNCHECKED), "whether similar students are alike cannot be checked. So we"),
        (result(Verdict.FEW), "too few visited students"),
        (result(Verdict.FEW), "So we show a range alone: 7 to 11."),
    ],
)
def test_each_verdict_has_its_sentence(given: Effect, words: str) -> None:
    assert words in difference.sentence(given)


def test_without_a_second_opinion_no_sentence_pretends_to_have_one() -> None:
    for verdict in Verdict:
        said = difference.sentence(result(verdict, symmetric=np.nan))
        assert said
        assert "nan" not in said
        assert "second opinion" not in said
        assert "two designs" not in said


def test_no_sentence_speaks_of_causes() -> None:
    for verdict in Verdict:
        said = difference.sentence(result(verdict)).lower()
        assert said
        assert not any(word in said for word in ("caused", "because of the visit", "due to"))


def test_a_difference_reads_like_a_sentence() -> None:
    months = told_months(result()).assign(own_list=False)
    point = months.set_index("event_month", drop=False).loc[6].to_dict()
    assert wording.gap_hover(point) == (
        "<b>9 points higher</b> than similar students not visited,<br>"
        "6 months after the first visit; 95\N{NO-BREAK SPACE}% interval 7 to 11, 1,200 students"
    )
    assert difference.points(-0.012) == "−1.2 points"


def test_the_table_marks_the_months_that_agree_by_construction() -> None:
    rows = tables.effect_table([result()]).children[2].children
    assert [cell.children for cell in rows[8].children][3:5] == ["matched", ""]
    assert [cell.children for cell in rows[15].children][3:5] == [
        "9 (7 to 11)",
        "7 to 11",
    ]


def group(label: str, verdict: Verdict, size: float = 0.09) -> Effect:
    return replace(result(verdict, size), group=label, label=label)


def test_groups_of_a_split_have_a_panel_each_on_one_scale_and_say_where_to_be_careful() -> None:
    groups = [group("Home", Verdict.EFFECT), group("Phone", Verdict.RANGE, size=0.31)]
    figure = effect_panels(groups)
    layout = figure["layout"]
    titles = [note["text"] for note in layout["annotations"]]
    assert titles == [
        "<b>Home</b> · 1,200 students",
        "<b>Phone</b> · 1,200 students · past differs",
    ]
    assert layout["yaxis"]["range"] == layout["yaxis2"]["range"]
    assert layout["yaxis"]["range"][1] == 35
    lines = [trace for trace in figure["data"] if trace.get("name") == "Difference"]
    assert [(trace["xaxis"], trace["yaxis"]) for trace in lines] == [("x", "y"), ("x2", "y2")]
    assert [trace["line"]["color"] for trace in lines] == ["@accent", "@muted"]
    zero = [shape["yref"] for shape in layout["shapes"] if shape.get("y1") == 0]
    assert zero == ["y", "y2"]


def test_what_may_be_said_of_groups_keeps_those_apart_that_earn_no_figure() -> None:
    said = wording.group_sentences(
        [
            group("Home", Verdict.EFFECT),
            group("School", Verdict.EFFECT, 0.05),
            group("Video", Verdict.RANGE),
            group("Phone", Verdict.FEW),
        ]
    )
    assert "in points: Home 9 (7 to 11) and School 5 (3 to 7)." in said
    assert "Video already differed from the comparison group" in said
    assert "Phone have too few students for a figure" in said


def test_the_table_of_groups_names_them() -> None:
    table = tables.effect_table([group("Home", Verdict.EFFECT), group("Phone", Verdict.FEW)])
    rows = table.children[2].children
    assert len(rows) == 2 * len(EVENT_MONTHS)
    assert rows[0].children[0].children == "Home"
    assert rows[-1].children[0].children == "Phone"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0.085, "about 9 points"),
        (-0.085, "about 9 points"),
        (0.0849, "about 9 points"),  # a table says 8.5
        (0.0844, "about 8 points"),
        (0.01, "about 1 point"),
        (0.0144, "about 1 point"),
        (0.005, "about 0.5 points"),
        (0.0, "about 0 points"),
    ],
)
def test_a_headline_rounds_what_the_table_tells_halves_away_from_zero(
    size: float, words: str
) -> None:
    assert difference.about(size) == words


def with_a_past(gap: float, district: str = "") -> Effect:
    past = {"design": "held_out", "event_month": -12, "effect": gap}
    ends = {"low": gap - 0.017, "high": gap + 0.017}
    found = result(Verdict.RANGE)
    return replace(
        found,
        checks=pd.concat([found.checks, pd.DataFrame([past | ends])]),
        district=district,
    )


def test_why_there_is_no_single_figure_is_told_with_the_figure_that_forbids_it() -> None:
    assert difference.sentence(with_a_past(0.025, "New Britain")) == (
        "A year before their first visit, New Britain’s visited students already attended 2.5 "
        "points more than similar students (likely range 0.8 to 4.2). Our rule allows 1. So we "
        "show both methods: 9 (7 to 11) and 10 (8 to 12)."
    )
    assert "these visited students already attended 2.5 points less" in difference.sentence(
        with_a_past(-0.025)
    )


def test_where_no_single_figure_may_be_told_the_curve_of_the_gap_is_its_band_alone() -> None:
    figure = effect_figure(with_a_past(0.025))
    [gap] = [trace for trace in figure["data"] if trace.get("name") == "Difference"]
    assert set(gap["y"]) == {None}
    assert not any(gap["text"])
    assert any(trace.get("fill") for trace in figure["data"])
    row = tables.effect_table([with_a_past(0.025)]).children[2].children[15]
    assert [cell.children for cell in row.children][3] == "7 to 12"
