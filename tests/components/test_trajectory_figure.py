"""The core chart as data: points, gaps, labels, words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from components import tables, theme, wording
from components.figures.trajectory import pushed_apart, trajectory_figure
from queries.disclosure import Count
from queries.filters import Filters, View
from queries.trajectories import EVENT_MONTHS, Trajectory


def group(name: str, place: int = 0, hidden: tuple[int, ...] = (), rate: float = 0.7) -> Any:
    rates = np.array([rate + month / 200 for month in EVENT_MONTHS])
    frame = pd.DataFrame(
        {
            "group": name,
            "label": "All students" if name == "all" else name.title(),
            "place": place,
            "event_month": EVENT_MONTHS,
            "rate": rates,
            "low": rates - 0.01,
            "high": rates + 0.01,
            "students": pd.array([1200] * len(EVENT_MONTHS), dtype="Int64"),
            "about": False,
            "withheld": False,
            "beyond": "",
        }
    )
    at = frame["event_month"].isin(hidden)
    frame.loc[at, ["rate", "low", "high", "students"]] = None
    frame.loc[at, "withheld"] = True
    return frame


def result(*groups: pd.DataFrame, split: str | None = None) -> Trajectory:
    frame = pd.concat(groups, ignore_index=True)
    return Trajectory(frame, Count(1200, about=False), 10, View(Filters(), split))


def curves(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["mode"] == "lines+markers"]


def notes(figure: dict[str, Any]) -> list[str]:
    return [annotation["text"] for annotation in figure["layout"]["annotations"]]


def test_a_curve_has_every_full_month_and_a_hollow_point_for_the_month_of_the_visit() -> None:
    figure = trajectory_figure(result(group("all")))
    [curve] = curves(figure)
    assert curve["x"] == list(EVENT_MONTHS)
    assert curve["y"][9] is None
    assert curve["y"][8] == pytest.approx(100 * (0.7 - 1 / 200))
    assert curve["connectgaps"] is False
    [hollow] = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert hollow["x"] == [0]
    assert hollow["y"] == [pytest.approx(70)]
    assert hollow["marker"]["color"] == "@paper"


def test_a_summer_cohort_has_a_break_that_is_named() -> None:
    figure = trajectory_figure(result(group("all", hidden=(0,))))
    assert "<i>summer</i>" in notes(figure)
    assert not [trace for trace in figure["data"] if trace.get("line", {}).get("dash") == "dot"]
    assert wording.gaps(result(group("all", hidden=(0,)))) == ""


def test_months_over_too_few_students_are_a_gap_that_says_so() -> None:
    shown = result(group("all", hidden=(10, 11, 12)))
    figure = trajectory_figure(shown)
    [curve] = curves(figure)
    assert curve["y"][-3:] == [None, None, None]
    assert curve["text"][-3:] == ["", "", ""]
    assert "<i>fewer than<br>10 students</i>" in notes(figure)
    bands = [trace for trace in figure["data"] if trace.get("fill") == "toself"]
    assert max(max(band["x"]) for band in bands) == 9
    assert wording.gaps(shown) == ("Not shown, fewer than 10 students: months +10, +11 and +12.")
    cells = tables.trajectory_table(shown).children[2].children[-1].children
    assert [cell.children for cell in cells] == ["+12", "–", "–", "fewer than 10"]


def test_up_to_six_groups_share_a_panel_and_more_get_one_each() -> None:
    six = [group(f"g{n}", n, rate=0.6 + n / 100) for n in range(6)]
    assert trajectory_figure(result(*six, split="cohort"))["layout"]["meta"]["kind"] == "panel"
    figure = trajectory_figure(result(*six, group("g7", 6), split="cohort"))
    assert figure["layout"]["meta"] == {"kind": "panels", "panels": 7, "panel_height": 190}
    ranges = {tuple(figure["layout"][f"yaxis{n}"]["range"]) for n in ("", *range(2, 8))}
    assert len(ranges) == 1


def test_a_group_without_any_figure_has_no_curve_and_is_named_as_missing() -> None:
    shown = result(group("home"), group("phone", 1, hidden=EVENT_MONTHS), split="modality")
    assert [curve["name"] for curve in curves(trajectory_figure(shown))] == ["Home"]
    assert wording.gaps(shown) == "Not shown, fewer than 10 students: Phone in every month."


def test_names_at_the_line_ends_do_not_overlap() -> None:
    groups = [group(f"g{n}", n, rate=0.7 + n / 10_000) for n in range(6)]
    layout = trajectory_figure(result(*groups, split="modality"))["layout"]
    places = sorted(note["y"] for note in layout["annotations"] if note.get("name") == "curve")
    low, high = layout["yaxis"]["range"]
    pixels = np.diff(places) * 360 / (high - low)
    assert len(places) == 6
    assert pixels.min() >= 16.9


def test_pushing_apart_keeps_order_distance_and_the_upper_limit() -> None:
    moved = pushed_apart([9.9, 5.0, 9.8], 1.0, (0.0, 10.0))
    assert moved == [10.0, 5.0, 9.0]


def test_the_axis_fits_the_data_and_never_leaves_zero_to_a_hundred() -> None:
    figure = trajectory_figure(result(group("all", rate=0.95)))
    low, high = figure["layout"]["yaxis"]["range"]
    assert (low, high) == (85, 100) or high == 100
    assert high - low >= 15


def test_hovering_reads_like_a_sentence() -> None:
    row = group("all").assign(own_list=False).set_index("event_month", drop=False).loc[3]
    assert wording.hover(row).replace("\N{NO-BREAK SPACE}", " ") == (
        "<b>All students</b><br>71.5 % of days attended, 3 months after the first visit"
        "<br>mean of 1,200 students, 95 % interval 70.5 to 72.5"
    )


def test_the_summary_states_the_figures_and_what_they_cannot_say() -> None:
    words = wording.summary(result(group("all"))).replace("\N{NO-BREAK SPACE}", " ")
    assert words == (
        "Mean attendance was 69.5 % in the last full month before the first visit, "
        "70.5 % in the first full month after it and 73 % six months after it. "
        "Before and after alone does not show what the visits caused."
    )


def test_numbers_read_as_people_write_them() -> None:
    assert wording.signed(-9) == "−9"
    assert wording.signed(12) == "+12"
    assert wording.count(1387, False, 10) == "1,387"
    assert wording.count(95, True, 10) == "about 95"
    assert wording.count(None, True, 20) == "fewer than 20"
    assert wording.short("Capitol Region Education Council (CREC)", 22) == "CREC"
    assert wording.short("A very long name of a town", 10) == "A very lo…"


def test_a_districts_colour_depends_on_its_place_among_all_alone() -> None:
    alone = curves(trajectory_figure(result(group("hartford", 4), split="district")))[0]
    among = curves(
        trajectory_figure(result(group("a", 0), group("hartford", 4), split="district"))
    )[1]
    assert alone["line"] == among["line"]
    assert theme.series(1) != theme.series(13)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_words_and_lines_have_enough_contrast(name: str) -> None:
    palette = theme.PALETTES[name]
    for words, ground in (
        ("ink", "paper"),
        ("ink", "canvas"),
        ("muted", "paper"),
        ("muted", "canvas"),
        ("accent", "paper"),
        ("accent", "accent-soft"),
        ("on-accent", "accent"),
        ("notice", "notice-soft"),
    ):
        assert contrast(palette[words], palette[ground]) >= 4.5, (words, ground)
    for role, colour in palette.items():
        if role.startswith("series"):
            assert contrast(colour, palette["paper"]) >= 4.5, role  # they colour words too
