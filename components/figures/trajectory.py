"""The core chart: attendance by month before and after the first visit.

Up to six groups share one panel, with their names at the line ends and the students behind
each month in rows under the axis; more groups get a small panel each, on one scale.
"""

from __future__ import annotations

import math
from functools import partial
from itertools import groupby, pairwise

import pandas as pd
from markupsafe import Markup

from components import theme, wording
from components.figures.frame import (
    Figure,
    Point,
    Trace,
    axis_title,
    band,
    base_layout,
    baseline_band,
    finished,
    first_visit_line,
    month_axis,
    note,
    rate_axis,
)
from components.figures.panels import NARROW_MONTHS, Panel, panel_title, panels_figure
from components.figures.text import MONTH_OF_VISIT, TEXT_ALONE, bold, italic, stacked, together
from queries.trajectories import EVENT_MONTHS, EVERYBODY, Trajectory

Group = list[Point]  # one group's 22 months in order

MOST_CURVES = 6

_VISIT = EVENT_MONTHS.index(0)

_CHART_HEIGHT, _ROW_HEIGHT, _AXIS_HEIGHT = 360, 22, 58
_TOP, _RIGHT = 34, 176
_LETTER_WIDTH = 7  # of a row's name, in pixels
_LONGEST_NAME = 22
_LABEL_DISTANCE = 17  # pixels between the names of two line ends

# Event months that keep their figures on a narrow screen beside names at the line ends.
NARROWEST_MONTHS = (-9, -3, 3, 9)


def trajectory_figure(result: Trajectory) -> Figure:
    """A plotly figure of a trajectory; colours are role names that the browser fills in."""
    shown = result.frame[~result.frame["withheld"]]
    names = list(dict.fromkeys(shown["group"]))
    rows = result.frame.assign(own_list=result.own_list).to_dict("records")
    groups = [[row for row in rows if row["group"] == name] for name in names]
    if len(groups) > MOST_CURVES:
        return _small_multiples(groups, _rate_range(shown))
    return _one_panel(groups, _rate_range(shown), result.threshold)


def _rate_range(shown: pd.DataFrame) -> tuple[float, float]:
    """Per cent, in steps of five, around all intervals; at least 20 points high."""
    low, high = 100 * shown["low"].min(), 100 * shown["high"].max()
    bottom, top = 5 * math.floor((low - 1) / 5), 5 * math.ceil((high + 1) / 5)
    while top - bottom < 20:
        bottom, top = (bottom, top + 5) if top <= 90 else (bottom - 5, top)
    return max(bottom, 0), min(top, 100)


# --- One panel ---------------------------------------------------------------------


def _one_panel(groups: list[Group], limits: tuple[float, float], threshold: int) -> Figure:
    rows = max(len(groups), 1)
    table_height = rows * _ROW_HEIGHT
    bottom = _AXIS_HEIGHT + table_height
    height = _TOP + _CHART_HEIGHT + bottom
    traces: list[Trace] = []
    for group in groups:
        traces += _curve(group, single=len(groups) == 1)
    ends = _end_labels(groups, limits)
    layout = base_layout(height) | {
        "margin": {"l": _left_margin(groups), "r": _RIGHT, "t": _TOP, "b": bottom},
        "xaxis": month_axis() | {"title": axis_title(wording.MONTHS_AXIS)},
        "yaxis": rate_axis(limits),
        "shapes": [first_visit_line(), baseline_band()],
        "annotations": [
            note(0, "First visit", "bottom", 1.0),
            note(-2, "baseline", "bottom", 1.0) | {"name": "baseline"},
            *ends,
            *_gap_notes(groups, limits, threshold),
            *_table_of_students(groups),
        ],
        "meta": {
            "kind": "panel",
            "narrow_months": list(NARROW_MONTHS),
            "narrowest_months": list(NARROWEST_MONTHS),
        },
    }
    return finished(traces, layout)


def _left_margin(groups: list[Group]) -> int:
    longest = max((len(_row_name(group, len(groups))) for group in groups), default=0)
    return 34 + _LETTER_WIDTH * longest


def _row_name(group: Group, groups: int) -> str:
    """Name of a row of student numbers; rounded numbers say so."""
    name = "Students" if groups == 1 else _name(group)
    return f"{name}, about" if group[0]["about"] else name


def _name(group: Group) -> str:
    return wording.short(group[0]["label"], _LONGEST_NAME)


def _curve(group: Group, axis: str = "", *, single: bool) -> list[Trace]:
    colour, dash = _style(group)
    axes = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    visit = group[_VISIT]
    # A gap at month 0 keeps the full months before and after apart.
    full = [point | {"withheld": True} if point is visit else point for point in group]
    return [
        *_bands(full, colour, 0.16 if single else 0.08, axes),
        *([] if visit["withheld"] else [_link(group, colour, axes)]),
        {
            "type": "scatter",
            "name": visit["label"],
            "x": list(EVENT_MONTHS),
            "y": _percent(full),
            "text": _sentences(full),
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "marker": {"color": colour, "size": 5.5},
            "hovertemplate": TEXT_ALONE,
            "connectgaps": False,
            **axes,
        },
        {
            "type": "scatter",
            "name": f"{visit['label']}, month of the visit",
            "x": [0],
            "y": _percent([visit]),
            "text": _sentences([visit]),
            "mode": "markers",
            "marker": {"color": "@paper", "size": 9, "line": {"color": colour, "width": 2}},
            "hovertemplate": MONTH_OF_VISIT,
            **axes,
        },
    ]


def _style(group: Group) -> tuple[str, str]:
    if group[0]["group"] == EVERYBODY:
        return "@accent", "solid"
    return theme.series(group[0]["place"])


def _percent(points: Group) -> list[float | None]:
    return [None if point["withheld"] else 100 * point["rate"] for point in points]


def _sentences(points: Group) -> list[str]:
    return ["" if point["withheld"] else wording.hover(point) for point in points]


def _runs(points: Group, *, withheld: bool) -> list[Group]:
    """Unbroken stretches of months that are withheld, or that are not."""
    runs = groupby(points, key=lambda point: bool(point["withheld"]))
    return [list(run) for is_withheld, run in runs if is_withheld == withheld]


def _bands(full: Group, colour: str, opacity: float, axes: Trace) -> list[Trace]:
    """The interval as one closed shape for each unbroken run of full months."""
    runs = _runs(full, withheld=False)
    return [band(run, f"{colour}/{opacity}", axes) for run in runs if len(run) > 1]


def _link(group: Group, colour: str, axes: Trace) -> Trace:
    """A thin dotted line through the month of the visit."""
    around = group[_VISIT - 1 : _VISIT + 2]
    return {
        "type": "scatter",
        "x": [point["event_month"] for point in around],
        "y": _percent(around),
        "mode": "lines",
        "line": {"color": colour, "width": 1.25, "dash": "dot"},
        "hoverinfo": "skip",
        **axes,
    }


def _end_labels(groups: list[Group], limits: tuple[float, float]) -> list[Trace]:
    """Each curve's name and last rate at its end, pushed apart where they would overlap."""
    ends = []
    for group in groups:
        last = [point for point in group if not point["withheld"]][-1]
        name = "Visited students" if last["group"] == EVERYBODY else _name(group)
        words = _end_words(name, last, alone=len(groups) == 1)
        ends.append((100 * last["rate"], last["event_month"], words, _style(group)[0]))
    distance = _LABEL_DISTANCE * (limits[1] - limits[0]) / _CHART_HEIGHT
    places = pushed_apart([end[0] for end in ends], distance, limits)
    return [
        {
            "x": at,
            "y": place,
            "text": words,
            "showarrow": False,
            "xanchor": "left",
            "xshift": 9,
            "align": "left",
            "font": {"color": colour, "size": theme.TICK_SIZE},
            "name": "curve",
        }
        for (_rate, at, words, colour), place in zip(ends, places, strict=True)
    ]


def _end_words(name: str, last: Point, *, alone: bool) -> Markup:
    """A curve's name and its last rate; beside other curves in whole per cents, for the room."""
    if alone:
        return stacked(bold(name), wording.rate(last))
    rate = wording.rate(last) if last["beyond"] else wording.share(last["rate"])
    return together(bold(name), f" {rate}")


def pushed_apart(places: list[float], distance: float, limits: tuple[float, float]) -> list[float]:
    """Places at least ``distance`` apart, in the same order, as near as can be to the given ones.

    Later ones are pushed up; what passes the upper limit is pushed back down with its neighbours.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for lower, upper in pairwise(order):
        moved[upper] = max(moved[upper], moved[lower] + distance)
    ceiling = limits[1]
    for index in reversed(order):
        moved[index] = min(moved[index], ceiling)
        ceiling = moved[index] - distance
    return moved


def _gap_notes(groups: list[Group], limits: tuple[float, float], threshold: int) -> list[Trace]:
    """What stands where a curve is missing: the summer, or too few students."""
    notes = []
    if groups and all(_is_summer(group) for group in groups):
        notes.append(_inside(0, "summer", limits))
    if len(groups) == 1:
        [group] = groups
        for run in _runs(group, withheld=True):
            if run != [group[_VISIT]]:
                middle = (run[0]["event_month"] + run[-1]["event_month"]) / 2
                notes.append(
                    _inside(middle, stacked("fewer than", f"{threshold} students"), limits)
                )
    return notes


def _is_summer(group: Group) -> bool:
    """Nobody has a month of the visit, though the months around it are there."""
    before, visit, after = (point["withheld"] for point in group[_VISIT - 1 : _VISIT + 2])
    return bool(visit and not before and not after)


def _inside(at: float, words: str, limits: tuple[float, float]) -> Trace:
    return {
        "x": at,
        "y": limits[0],
        "text": italic(words),
        "showarrow": False,
        "yanchor": "bottom",
        "yshift": 6,
        "bgcolor": "@paper",
        "font": {"color": "@muted", "size": theme.NOTE_SIZE},
    }


def _table_of_students(groups: list[Group]) -> list[Trace]:
    """Rows under the axis: the students behind each month."""
    cells = []
    for number, group in enumerate(groups):
        shift = -(_AXIS_HEIGHT + _ROW_HEIGHT * number) + 8
        colour = "@muted" if len(groups) == 1 else _style(group)[0]
        cells.append(_cell(0, "paper", _row_name(group, len(groups)), shift, colour, "row"))
        cells += [
            _cell(point["event_month"], "x", _students(point), shift, colour, "n")
            for point in group
        ]
    return cells


def _students(point: Point) -> str:
    return "–" if point["withheld"] else f"{point['students']:,}"


def _cell(at: int, reference: str, text: str, shift: int, colour: str, role: str) -> Trace:
    is_name = role == "row"
    return {
        "xref": reference,
        "yref": "paper",
        "x": at,
        "y": 0,
        "yshift": shift,
        "xshift": -14 if is_name else 0,
        "xanchor": "right" if is_name else "center",
        "yanchor": "top",
        "text": text,
        "showarrow": False,
        "font": {"color": colour, "size": theme.NOTE_SIZE},
        "name": f"students-{role}",
    }


# --- Small multiples -----------------------------------------------------------------


def _small_multiples(groups: list[Group], limits: tuple[float, float]) -> Figure:
    panels = [Panel(_panel_title(group), partial(_curve, group, single=True)) for group in groups]
    return panels_figure(panels, rate_axis(limits) | {"nticks": 4})


def _panel_title(group: Group) -> str:
    after = group[_VISIT + 1]
    return panel_title(_name(group), None if after["withheld"] else after)
