"""The comparison as data and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from components import tables, wording
from components.figures.effect import effect_figure
from evaluation.verdict import Verdict
from queries.effects import MATCHED_MONTHS, Effect
from queries.filters import View
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
            "low": np.where(free, gap - 0.02, np.nan),
            "high": np.where(free, gap + 0.02, np.nan),
            "students": pd.array([1200] * len(months), dtype="Int64"),
            "about": False,
            "withheld": False,
        }
    )
    return Effect(frame, verdict, symmetric, 10, View())


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
        (result(), "Six months after the first visit, attendance of visited students was about"),
        (result(), "about 9 points higher than that of similar students who were not visited"),
        (result(size=-0.09), "about 9 points lower than that of similar students"),
        (result(size=0.01), "not clearly different from that of similar students"),
        (result(Verdict.SYMMETRIC), "they gained about 10 points at month +6"),
        (result(Verdict.RANGE), "between 9.0 points and 10.0 points"),
        (result(Verdict.UNCHECKED), "cannot be checked: no single figure is given"),
        (result(Verdict.FEW), "too few visited students"),
    ],
)
def test_each_verdict_has_its_sentence(given: Effect, words: str) -> None:
    assert words in wording.effect_sentence(given)


def test_without_a_second_opinion_no_sentence_pretends_to_have_one() -> None:
    for verdict in Verdict:
        said = wording.effect_sentence(result(verdict, symmetric=np.nan))
        assert said
        assert "nan" not in said
        assert "second opinion" not in said
        assert "two designs" not in said


def test_no_sentence_speaks_of_causes() -> None:
    for verdict in Verdict:
        said = wording.effect_sentence(result(verdict)).lower()
        assert said
        assert not any(word in said for word in ("caused", "because of the visit", "due to"))


def test_a_difference_reads_like_a_sentence() -> None:
    point = result().frame.set_index("event_month", drop=False).loc[6].to_dict()
    assert wording.gap_hover(point) == (
        "<b>9.0 points higher</b> than similar students not visited,<br>"
        "6 months after the first visit; 95 % band 7 to 11 points, 1,200 students"
    )
    assert wording.points(-0.012) == "−1.2 points"


def test_the_table_marks_the_months_that_agree_by_construction() -> None:
    rows = tables.effect_table(result()).children[2].children
    assert [cell.children for cell in rows[8].children][3:5] == ["matched", ""]
    assert [cell.children for cell in rows[15].children][3:5] == ["9.0 points", "7.0 to 11.0"]
