"""Figures of leadership's pages: the ranking, coloured cells, the flow, official attendance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from components import standing_wording as words
from components import wording
from components.figures.bars import volume_figure
from components.figures.cells import calendar_figure, heat_figure
from components.figures.flow import flow_figure
from components.figures.official import Measure, months_figure, years_figure
from components.figures.published import published_figure, visited_levels
from components.figures.ranking import ranking_figure
from components.standing_tables import published_frame
from components.student_wording import volume_note, volume_summary
from evaluation.verdict import Verdict
from queries.effects import EVENT_MONTHS, Effect
from queries.filters import Filters
from queries.public import PublicContext, PublishedRate
from queries.ranking import ranked
from queries.stacks import TOGETHER
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


LINKS = {name: f"/districts/{name}" for name in ("ash", "birch", "cedar", "dogwood", "elm")}
FIVE = [
    effect("ash", 0.05, 0.001),
    effect("birch", 0.12, 0.001),
    effect("cedar", 0.08, 0.01, Verdict.RANGE),
    effect("dogwood", 0.0, 0.0, None),
    effect("elm", 0.02, 0.001),
]


def test_the_ranking_puts_the_largest_first_and_the_unknown_last() -> None:
    rows = ranked(FIVE)
    assert [row.effect.group for row in rows] == ["birch", "ash", "elm", "cedar", "dogwood"]
    places = [(row.best, row.worst) for row in rows]
    assert places == [(1, 1), (2, 2), (3, 3), (None, None), (None, None)]
    figure = ranking_figure(rows, LINKS)
    at = [trace["x"] for trace in figure["data"]]
    assert at[:3] == [[12.0], [5.0], [2.0]]
    assert at[3] == pytest.approx([6, 10], abs=0.05)
    assert at[4] == [None, None]
    assert figure["data"][0]["customdata"] == ["/districts/birch"]
    drawn = [trace["mode"] for trace in figure["data"]]
    assert drawn == ["markers", "markers", "markers", "lines", "lines"]
    told = [note["text"] for note in figure["layout"]["annotations"] if note.get("name") == "value"]
    assert told == [
        "12.0 (11.8 to 12.2) · place 1 of 3",
        "5.0 (4.8 to 5.2) · place 2 of 3",
        "2.0 (1.8 to 2.2) · place 3 of 3",
        "6.0 to 10.0 past differs",
        "fewer than 10 students",
    ]


def said(*sizes: float, error: float = 0.02, shown: int | None = None) -> str:
    rows = ranked([effect(f"d{number}", size, error) for number, size in enumerate(sizes)])
    return words.ranking_summary(rows[:shown])


def test_overlapping_places_are_said_to_be_unsure() -> None:
    told = said(0.05, 0.06, 0.07)
    assert told.endswith(
        "No district’s place is sure: among 3 districts, differences like these can come by chance."
    )
    assert said(0.05, 0.06, 0.07, shown=1) == "D2 could have place 1–3 of 3."


def test_sure_places_are_told_and_so_is_an_order_that_is_sure_in_part() -> None:
    told = words.ranking_summary(ranked(FIVE))
    assert told.endswith("The places of Birch, Ash and Elm are sure among all 3 districts.")
    told = said(0.5, 0.05, 0.06)
    assert told.endswith("The place of D0 is sure among all 3 districts; the others’ are not.")
    told = said(0.5, 0.49, 0.05, 0.06)
    assert told.endswith("No district’s place is sure, but some are surely ahead of others.")


def test_of_two_districts_nobody_is_told_to_be_first() -> None:
    """One of two is always first; a filter, or a small program, made that a result."""
    rows = ranked([effect("ash", 0.05, 0.001), effect("birch", 0.12, 0.001)])
    assert [row.best for row in rows] == [None, None]
    assert [wording.ranked(row) for row in rows] == ["12.0 (11.8 to 12.2)", "5.0 (4.8 to 5.2)"]
    told = words.ranking_summary(rows)
    assert told == (
        "From Birch 12.0 points to Ash 5.0 points. Fewer than 3 districts have a figure, so no "
        "place is told."
    )
    assert "sure" not in words.ranking_summary(rows[:1])
    assert "No district has a figure" in words.ranking_summary(ranked(FIVE[2:4]))


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
    figure = calendar_figure(frame, by_day=False, links=[""] * 3)
    assert figure["layout"]["xaxis"]["range"] == [-0.5, 52.5]  # a week stays a week
    [weeks] = figure["data"]
    assert [int(base) for base in weeks["base"]] == [0, 0]
    assert "Week of January 3, 2022" in weeks["text"][0]


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
    assert "<b>Families shown</b><br>150" in notes
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


EDITION = ("June 2022", date(2022, 7, 22))


def test_official_lines_break_over_summer_and_carry_their_names() -> None:
    of = MONTHS["district_code"]
    published = {
        "2020-21": PublishedRate("Connecticut", "2020-21", 0.931),  # no month of it here
        "2021-22": PublishedRate("Connecticut", "2021-22", 0.921, 500, True, *EDITION),
    }
    figure = months_figure(MONTHS[of == "a"], MONTHS[of == "all"], "Ash", 0, published)
    _everybody, own, state = figure["data"]
    assert own["y"][0::2] == pytest.approx([90.0, 92.0])
    assert own["y"][1] is None
    assert state["y"] == pytest.approx([92.1, 92.1])
    names = [note["text"] for note in figure["layout"]["annotations"]]
    assert any("<b>Ash</b><br>92.0" in name for name in names)
    assert "Connecticut, published" in names
    assert "2021-22 to date" in state["text"][0]
    assert "June 2022 edition, July 22, 2022" in state["text"][0]


# --- What the state publishes ------------------------------------------------------------


def published(place: str, *rates: float | None) -> tuple[PublishedRate, ...]:
    """A place's rates from 2019-20 on, the last one of a year to date."""
    years = ("2019-20", "2020-21", "2021-22")
    return tuple(
        PublishedRate(place, year, rate, rate and 1000, year == years[-1], *EDITION)
        for year, rate in zip(years, rates, strict=True)
    )


ASH = PublicContext(
    "Ash",
    2,
    published("Ash School District", 0.908, None, 0.856),
    published("Connecticut", 0.948, 0.929, 0.917),
    "2021-22",
    Filters(district=("a",), cohort=("2021-22",)),
)
SERVED = {"students": 120, "about": False, "baseline": 0.594, "baseline_beyond": False}


def six_months_after(**changed: Any) -> Effect:
    month = {"visited_rate": 0.811, "comparison_rate": 0.657, "effect": 0.154, "students": 100}
    frame = pd.DataFrame({"event_month": EVENT_MONTHS}).assign(
        **month, standard_error=0.02, low=0.12, high=0.19, about=False, beyond=False, withheld=False
    )
    checks = pd.DataFrame(columns=["design", "event_month", "effect", "low", "high"])
    return Effect(frame.assign(**changed), checks, Verdict.EFFECT, 1.0, 0.01, 10)


def test_published_rates_are_lines_with_gaps_and_the_visited_dots_in_their_year() -> None:
    state, ash, *dots = published_figure(ASH, visited_levels(SERVED, six_months_after()))["data"]
    assert state["y"] == pytest.approx([94.8, 92.9, 91.7])
    assert ash["y"] == [pytest.approx(90.8), None, pytest.approx(85.6)]
    assert [(dot["name"], dot["x"], dot["y"]) for dot in dots] == [
        ("Visited, before", [2], [pytest.approx(59.4)]),
        ("Visited, at +6", [2], [pytest.approx(81.1)]),
        ("Similar, at +6", [2], [pytest.approx(65.7)]),
    ]
    assert dots[0]["marker"]["color"] == "@paper"  # a ring
    layout = published_figure(ASH, [])["layout"]
    assert layout["xaxis"]["ticktext"] == ["2019-20", "2020-21", "2021-22<br>to date"]
    names = [note["text"].replace("\N{NO-BREAK SPACE}", " ") for note in layout["annotations"]]
    assert names == ["<b>Connecticut</b><br>91.7 %", "<b>Ash</b><br>85.6 %"]


def test_what_is_withheld_of_the_visited_has_no_dot() -> None:
    nobody = six_months_after(withheld=True, visited_rate=np.nan, comparison_rate=np.nan)
    few = SERVED | {"students": None, "baseline": np.nan}
    levels = visited_levels(few, nobody)
    assert len(published_figure(ASH, levels)["data"]) == 2
    frame = published_frame(ASH, levels)
    assert frame["attendance"].tolist()[-3:] == ["–", "–", "–"]
    assert frame["students"].tolist()[-3:] == ["fewer than 10", "–", "–"]


def test_the_data_tell_every_rate_with_its_edition() -> None:
    rows = published_frame(ASH, visited_levels(SERVED, six_months_after())).to_dict("records")
    assert (rows[0]["who"], rows[0]["when"]) == (
        "Ash School District, all students",
        "2021-22 to date",
    )
    assert rows[0]["source"] == "Published by the state, June 2022 edition, July 22, 2022"
    assert rows[1]["attendance"] == "suppressed"
    assert (rows[-1]["source"], rows[-1]["rate"]) == ("This program", 0.657)


def test_the_official_rates_are_told_with_edition_and_what_is_real() -> None:
    said = words.published_sentence(ASH, demonstration=False).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (
        "As published by the state (June 2022 edition, July 22, 2022): Ash 85.6 % in 2021-22 to "
        "date, Connecticut 91.7 %."
    )
    in_demonstration = words.published_sentence(ASH, demonstration=True)
    assert in_demonstration.endswith("These rates are real; the students here are invented.")
    suppressed = replace(ASH, district=published("Ash School District", None, None, None), state=())
    told = words.published_sentence(suppressed, demonstration=False)
    assert told.endswith(": Ash suppressed in 2021-22 to date.")


def test_dotted_lines_tell_their_edition_or_that_they_are_packaged() -> None:
    loaded = {rate.school_year: rate for rate in ASH.state}
    assert words.dotted_lines(loaded, demonstration=False) == (
        "Dotted: Connecticut’s yearly rates as published by the state (June 2022 edition, "
        "July 22, 2022)."
    )
    packaged = {"2021-22": PublishedRate("Connecticut", "2021-22", 0.921)}
    assert words.dotted_lines(packaged, demonstration=True) == (
        "Dotted: Connecticut’s yearly rates as they come with this dashboard. These rates are "
        "real; the students here are invented."
    )
    assert words.dotted_lines({}, demonstration=False) == ""


def test_a_change_of_the_visited_is_never_told_without_similar_students() -> None:
    said = words.visited_sentence(ASH, SERVED, six_months_after())
    said = said.replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith(
        "Students first visited in 2021-22: 59.4 % before the visit, 81.1 % six months after it; "
        "similar students, not visited, 65.7 % then. Six months after the first visit"
    )
    assert "about 15 points higher than that of similar students (95 % interval " in said
    later = words.visited_sentence(ASH, SERVED, six_months_after(withheld=True))
    assert later.endswith("before the visit; too few have been here six months since.")
    nothing = SERVED | {"baseline": np.nan}
    few = words.visited_sentence(ASH, nothing, six_months_after(withheld=True))
    assert few == "Too few students first visited in 2021-22 match to tell of them."
    nobody = words.visited_sentence(ASH, None, None)
    assert nobody == "The filters leave nobody first visited in 2021-22."


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


def over_months(start: int, months: str, values: Sequence[float]) -> pd.DataFrame:
    """Values of a school year that begins in ``start``, in the months named (``08 09 …``)."""
    year = f"{start}-{(start + 1) % 100}"
    named = [f"{start + (month < '08')}-{month}" for month in months.split()]
    return pd.DataFrame({"month": named, "school_year": year, "value": values})


AUGUST_TO_JUNE = "08 09 10 11 12 01 02 03 04 05 06"


def test_august_is_drawn_before_september_and_no_line_crosses_the_year() -> None:
    months = over_months(2021, AUGUST_TO_JUNE, [90.0] * 11)
    figure = years_figure([Measure("Attendance", "%", months.iloc[::-1])], 0)
    [line] = figure["data"]
    assert [later - earlier for earlier, later in pairwise(line["x"])] == [1] * 10
    assert "August 2021" in line["text"][0]
    axis = figure["layout"]["xaxis"]
    assert axis["ticktext"][axis["tickvals"].index(line["x"][0])] == "Aug"
    assert axis["range"][0] < line["x"][0] < line["x"][-1] < axis["range"][1]


def test_july_closes_the_year_and_stays_inside_the_panel() -> None:
    months = over_months(2021, f"{AUGUST_TO_JUNE} 07", [90.0] * 12)
    figure = years_figure([Measure("Attendance", "%", months)], 0)
    assert figure["data"][0]["x"][-1] == 11
    assert figure["layout"]["xaxis"]["range"][1] > 12


def test_a_year_without_august_stands_under_the_same_months_as_one_with_it() -> None:
    both = [
        over_months(2021, AUGUST_TO_JUNE, [90.0] * 11),
        over_months(2022, "09 10 11", [91.0] * 3),
    ]
    before, now = years_figure([Measure("Attendance", "%", pd.concat(both))], 0)["data"]
    assert now["x"] == before["x"][1:4]


def names_of_years(figure: dict[str, Any]) -> list[dict[str, Any]]:
    return [note for note in figure["layout"]["annotations"] if "20" in note["text"]]


def test_two_years_that_end_at_one_level_are_not_named_over_each_other() -> None:
    both = [over_months(2021, "05 06", [90.0, 90.0]), over_months(2022, "05 06", [90.0, 90.0])]
    figure = years_figure([Measure("Attendance", "%", pd.concat(both))], 0)
    levels = [note["y"] for note in names_of_years(figure)]
    low, high = figure["layout"]["yaxis"]["range"]
    assert abs(levels[0] - levels[1]) == pytest.approx((high - low) * 15 / 165)
    apart = [both[0], over_months(2022, "09 10", [90.0, 90.0])]  # its name is left of the other
    figure = years_figure([Measure("Attendance", "%", pd.concat(apart))], 0)
    assert [note["y"] for note in names_of_years(figure)] == [90.0, 90.0]


@pytest.mark.parametrize("values", [[10.0, 10.0], [10.0, 15.0], [0.0, 1.0], [980.0, 1460.0]])
def test_students_are_counted_by_whole_ticks(values: list[float]) -> None:
    served = Measure("Served", "students", over_months(2021, "09 10", values))
    axis = years_figure([served], 0)["layout"]["yaxis"]
    assert axis["tickvals"]
    assert all(isinstance(tick, int) for tick in axis["tickvals"])
    assert len(axis["tickvals"]) <= 5
    low, high = axis["range"]
    assert low <= axis["tickvals"][0] <= axis["tickvals"][-1] <= high


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
    assert volume_summary(75, 30, about=False) == (
        "75 completed visits and 30 attempts; 71\N{NO-BREAK SPACE}% of contacts reached the family."
    )
    assert volume_summary(1400, 790, about=True).startswith(
        "About 1,400 completed visits and about 790 attempts; about 64"
    )
    assert volume_summary(None, None, about=True) == ""


def contacts(*rows: tuple[date, str, int | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["period", "kind", "contacts"])
    return frame.assign(withheld=frame["contacts"].isna())


def volume(frame: pd.DataFrame, period: str) -> dict[str, Any]:
    return volume_figure(frame, period, pd.Series("", index=frame.index))


def test_the_first_week_is_a_bar_of_a_week_with_its_date_under_it() -> None:
    figure = volume(contacts((date(2022, 11, 7), "home", 6)), "Week")
    [bar] = figure["data"]
    assert 0.5 < bar["width"] / (7 * 86_400_000) <= 1
    axis = figure["layout"]["xaxis"]
    assert axis["tickvals"] == ["2022-11-07"]
    assert axis["ticktext"] == ["Nov 7<br>2022"]
    low, high = (date.fromisoformat(end) for end in axis["range"])
    assert (high - low).days >= 7 * 7
    assert low < date(2022, 11, 7) < high


def test_the_first_month_is_a_bar_of_a_month_and_many_months_have_no_date_each() -> None:
    [month, year] = (
        volume(contacts(*((date(2022, at, 1), "home", 20) for at in range(1, last))), "Month")
        for last in (2, 13)
    )
    assert month["layout"]["xaxis"]["ticktext"] == ["Jan<br>2022"]
    assert month["data"][0]["width"] == year["data"][0]["width"]
    assert "range" not in year["layout"]["xaxis"]


def test_kinds_told_together_are_one_hatched_part_on_top() -> None:
    months = [date(2022, at, 1) for at in range(9, 12)]
    frame = contacts(
        (months[0], "home", 40),
        (months[0], TOGETHER, 25),
        (months[1], TOGETHER, None),
        (months[2], NOT_REACHED, 30),
    )
    traces = volume(frame, "Month")["data"]
    assert [trace["name"] for trace in traces] == [
        "Home",
        "Not reached",
        "Other kinds together",
    ]
    assert [bool(trace["marker"].get("pattern")) for trace in traces] == [False, False, True]
    assert traces[-1]["y"] == [25]
    told = volume_note(frame, 10)
    assert "Hatched: kinds of contact with fewer than 10 students" in told
    assert "months in which fewer than 10 students had a contact" in told
    assert volume_note(frame[frame["kind"] == "home"], 10) == ""


@pytest.mark.parametrize(("counts", "ticks"), [([6, 7], [0, 2, 4, 6]), ([1], [0, 1])])
def test_the_palest_colour_of_a_calendar_is_no_visit_at_all(
    counts: list[int], ticks: list[int]
) -> None:
    days = [date(2022, 11, 7 + at) for at in range(len(counts))]
    frame = pd.DataFrame({"period": days, "contacts": counts, "about": False, "withheld": False})
    [cells] = calendar_figure(frame, by_day=True, links=[""] * len(counts))["data"]
    assert (cells["marker"]["cmin"], cells["marker"]["cmax"]) == (0, max(counts))
    assert cells["marker"]["colorbar"]["tickvals"] == ticks
