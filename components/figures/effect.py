"""Visited and similar students, and under them, on the same months, the gap between them.

Groups of a split get a panel each, with the gap alone, on one scale.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import groupby

from components import difference, theme, wording
from components.figures.frame import (
    Figure,
    Layout,
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
from components.figures.text import MONTH_OF_VISIT, TEXT_ALONE, bold, stacked, together
from components.figures.trajectory import pushed_apart
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.told import told_months

_LINES, _GAP = [0.44, 1.0], [0.0, 0.34]
_HEIGHT, _LINES_HEIGHT, _MARGIN = 600, 280, {"l": 56, "r": 176, "t": 34, "b": 58}
_SMALL_HEIGHT = 380
_LABEL_DISTANCE = 32
_LONGEST_NAME = 22


def effect_figure(result: Effect) -> Figure:
    """Both lines above, their gap in points with its band below."""
    points = _points(result)
    shown = [point for point in points if not point["withheld"]]
    lines, gaps = _line_range(shown), _gap_range(shown)
    layout = base_layout(_HEIGHT) | {
        "margin": _MARGIN,
        "xaxis": month_axis() | {"anchor": "y2", "title": axis_title(wording.MONTHS_AXIS)},
        "yaxis": rate_axis(lines) | {"domain": _LINES},
        "yaxis2": _points_axis(gaps) | {"domain": _GAP},
        "shapes": [
            first_visit_line() | {"yref": "paper"},
            baseline_band(),
            _no_difference("paper", "y2"),
        ],
        "annotations": [
            note(0, "First visit", "bottom", 1.0),
            note(-2, "matched", "bottom", 1.0) | {"name": "baseline"},
            _panel_name("Difference, in points", _GAP[1]),
            *_line_names(shown, lines, _LINES_HEIGHT),
        ],
        "meta": {
            "kind": "panel",
            "narrow_months": list(NARROW_MONTHS),
            "narrowest_months": list(NARROW_MONTHS),
        },
    }
    traces = [
        *_both_lines(points, "@accent", {}),
        *_band(points, _gap_colour(result), {"yaxis": "y2"}),
        *_gap(points, _gap_colour(result), {"yaxis": "y2"}),
    ]
    return finished(traces, layout)


def effect_panels(results: Sequence[Effect]) -> Figure:
    """The gap of each group in a panel of its own, on one scale; a dash of caution where due."""
    shown = [point for result in results for point in _points(result) if not point["withheld"]]
    panels = [Panel(_title(result), partial(_gap_panel, result)) for result in results]
    figure = panels_figure(panels, _points_axis(_gap_range(shown)))
    for axis in ("", *range(2, len(panels) + 1)):
        figure["layout"]["shapes"].append(_no_difference(f"x{axis} domain", f"y{axis}"))
    return figure


def lines_figure(result: Effect) -> Figure:
    """Both lines alone; the band around the visited is that of their gap."""
    points = _points(result)
    shown = [point for point in points if not point["withheld"]]
    lines = _line_range(shown)
    layout = base_layout(_SMALL_HEIGHT) | {
        "margin": _MARGIN | {"r": 132},
        "xaxis": month_axis()
        | {
            "tickvals": list(NARROW_MONTHS),
            "ticktext": [wording.signed(at) for at in NARROW_MONTHS],
            "title": axis_title(wording.MONTHS_AXIS),
        },
        "yaxis": rate_axis(lines),
        "shapes": [first_visit_line()],
        "annotations": [
            note(0, "First visit", "bottom", 1.0),
            *_line_names(shown, lines, _SMALL_HEIGHT - _MARGIN["t"] - _MARGIN["b"]),
        ],
        "meta": {
            "kind": "panel",
            "narrow_months": list(NARROW_MONTHS),
            "narrowest_months": list(NARROW_MONTHS),
        },
    }
    traces = [*_gap_on_lines(points, "@accent", {}), *_both_lines(points, "@accent", {})]
    return finished(traces, layout)


def lines_panels(results: Sequence[Effect]) -> Figure:
    """Both lines of each group in a panel of its own, in the group's colour, on one scale."""
    shown = [point for result in results for point in _points(result) if not point["withheld"]]
    panels = [Panel(_title(result), partial(_lines_panel, result)) for result in results]
    ends = [
        point | {"visited_rate": point["comparison_rate"] + point[end]}
        for point in shown
        for end in ("band_low", "band_high")
        if not math.isnan(point[end])
    ]
    return panels_figure(panels, rate_axis(_line_range([*shown, *ends])) | {"nticks": 5})


def _lines_panel(result: Effect, axis: str) -> list[Trace]:
    points = _points(result)
    colour = theme.series(result.place)[0]
    axes = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    return [*_gap_on_lines(points, colour, axes), *_both_lines(points, colour, axes)]


def _both_lines(points: list[Point], colour: str, axes: Trace) -> list[Trace]:
    return [
        *_line(points, "comparison_rate", "@muted", "dash", wording.COMPARED, axes),
        *_line(points, "visited_rate", colour, "solid", wording.VISITED, axes),
    ]


def _gap_on_lines(points: list[Point], colour: str, axes: Trace) -> list[Trace]:
    """The band of the gap, on top of the comparison: where the visited could be."""
    ends = [
        point | {end: point["comparison_rate"] + point[end] for end in ("band_low", "band_high")}
        for point in points
    ]
    return _band(ends, colour, axes)


def _gap_panel(result: Effect, axis: str) -> list[Trace]:
    points, colour = _points(result), _gap_colour(result)
    axes = {"xaxis": f"x{axis}", "yaxis": f"y{axis}"}
    return [*_band(points, colour, axes), *_gap(points, colour, axes)]


def _gap_colour(result: Effect) -> str:
    return "@accent" if result.verdict is Verdict.EFFECT else "@muted"


def _title(result: Effect) -> str:
    after = result.months[1] | {"own_list": result.own_list}
    name = wording.short(result.label, _LONGEST_NAME)
    caution = difference.caution(result)
    title = panel_title(name, None if after["withheld"] else after)
    return together(title, f" · {caution}") if caution else title


def _points(result: Effect) -> list[Point]:
    """Months as told; where no single figure may be, the curve of the gap is its band alone."""
    months = told_months(result).assign(own_list=result.own_list)
    if result.verdict is not Verdict.EFFECT:
        months = months.assign(effect=math.nan)
    return months.to_dict("records")


def _line_range(shown: Sequence[Point]) -> tuple[float, float]:
    rates = [
        100 * point[name]
        for point in shown
        for name in ("visited_rate", "comparison_rate")
        if not math.isnan(point[name])
    ] or [50.0, 100.0]
    return 5 * math.floor((min(rates) - 1) / 5), min(5 * math.ceil((max(rates) + 1) / 5), 100)


def _gap_range(shown: Sequence[Point]) -> tuple[float, float]:
    """Points in steps of five around the band, zero within."""
    ends = [100 * point[name] for point in shown for name in ("band_low", "band_high")]
    known = [end for end in ends if not math.isnan(end)] or [0.0]
    return 5 * math.floor(min(*known, -1) / 5), 5 * math.ceil(max(*known, 1) / 5)


def _points_axis(limits: tuple[float, float]) -> Layout:
    low, high = (int(limit) for limit in limits)
    step = next(step for step in (5, 10, 20, 50) if (high - low) / step <= 5)
    ticks = range(-(-low // step) * step, high + 1, step)
    return rate_axis(limits) | {
        "ticksuffix": "",
        "tickvals": list(ticks),
        "ticktext": [wording.signed(tick) for tick in ticks],
    }


def _panel_name(words: str, y: float) -> Trace:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": y,
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "text": bold(words),
        "showarrow": False,
        "font": {"size": theme.TICK_SIZE, "color": "@ink"},
    }


def _no_difference(xref: str, yref: str) -> Trace:
    return {
        "type": "line",
        "xref": xref,
        "yref": yref,
        "x0": 0,
        "x1": 1,
        "y0": 0,
        "y1": 0,
        "line": {"color": "@muted", "width": 1},
        "layer": "below",
    }


def _runs(points: Sequence[Point], name: str) -> list[list[Point]]:
    """Unbroken stretches of full months that have a figure."""
    runs = groupby(points, key=lambda point: not math.isnan(_full(point, name)))
    return [list(run) for is_known, run in runs if is_known]


def _full(point: Point, name: str) -> float:
    """A figure of a full month; the month of the visit is partial, and drawn by itself."""
    hidden = point["withheld"] or point["event_month"] == 0
    return math.nan if hidden else 100 * point[name]


def _line(
    points: list[Point], name: str, colour: str, dash: str, who: str, axes: Trace
) -> list[Trace]:
    visit = next(point for point in points if point["event_month"] == 0)
    return [
        {
            "type": "scatter",
            "name": who,
            "x": [point["event_month"] for point in points],
            "y": [_or_none(_full(point, name)) for point in points],
            "text": [wording.line_hover(point, name, who) for point in points],
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.5, "dash": dash},
            "marker": {"color": colour, "size": 5.5},
            "hovertemplate": TEXT_ALONE,
            "connectgaps": False,
            **axes,
        },
        _hollow([visit], name, colour, wording.line_hover(visit, name, who)) | axes,
    ]


def _hollow(visit: list[Point], name: str, colour: str, words: str) -> Trace:
    return {
        "type": "scatter",
        "x": [0],
        "y": [None if point["withheld"] else _or_none(100 * point[name]) for point in visit],
        "text": [words],
        "mode": "markers",
        "marker": {"color": "@paper", "size": 9, "line": {"color": colour, "width": 2}},
        "hovertemplate": MONTH_OF_VISIT,
    }


def _band(points: list[Point], colour: str, axes: Trace) -> list[Trace]:
    """The band of the whole curve."""
    ends = [point | {"low": point["band_low"], "high": point["band_high"]} for point in points]
    runs = _runs(ends, "band_low")
    return [band(run, f"{colour}/0.16", axes) for run in runs if len(run) > 1]


def _gap(points: list[Point], colour: str, axes: Trace) -> list[Trace]:
    visit = next(point for point in points if point["event_month"] == 0)
    return [
        {
            "type": "scatter",
            "name": "Difference",
            "x": [point["event_month"] for point in points],
            "y": [_or_none(_full(point, "effect")) for point in points],
            "text": [wording.gap_hover(point) for point in points],
            "mode": "lines+markers",
            "line": {"color": colour, "width": 2.5},
            "marker": {"color": colour, "size": 5.5},
            "hovertemplate": TEXT_ALONE,
            "connectgaps": False,
            **axes,
        },
        _hollow([visit], "effect", colour, wording.gap_hover(visit)) | axes,
    ]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _line_names(shown: Sequence[Point], limits: tuple[float, float], height: int) -> list[Trace]:
    with_lines = [point for point in shown if not math.isnan(point["visited_rate"])]
    if not with_lines:
        return []
    last = with_lines[-1]
    lines = (
        ("visited_rate", wording.VISITED, "@accent"),
        ("comparison_rate", wording.COMPARED_SHORT, "@muted"),
    )
    distance = _LABEL_DISTANCE * (limits[1] - limits[0]) / height
    places = pushed_apart([100 * last[name] for name, _who, _colour in lines], distance, limits)
    return [
        {
            "x": last["event_month"],
            "y": place,
            "text": stacked(bold(who), wording.rate(last, name)),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 9,
            "align": "left",
            "font": {"color": colour, "size": theme.TICK_SIZE},
            "name": "curve",
        }
        for (name, who, colour), place in zip(lines, places, strict=True)
    ]
