"""Pieces that the figures share: layout, axes, marks of the first visit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import count
from math import ceil, floor
from typing import Any, NewType

from components import theme, wording
from components.figures.text import escaped_words
from queries.trajectories import EVENT_MONTHS

# A figure with all its words escaped: ``finished`` alone makes one.
Figure = NewType("Figure", dict[str, Any])
Layout = dict[str, Any]
Trace = dict[str, Any]
Point = dict[Hashable, Any]  # one month of a query's frame


def finished(traces: Sequence[Mapping[str, Any]], layout: Layout) -> Figure:
    """The finished figure; its words are shown as they were written."""
    return Figure({"data": escaped_words(traces), "layout": escaped_words(layout)})


def base_layout(height: int) -> Layout:
    """What all figures have: height, colours, type, hover."""
    return {
        "height": height,
        "paper_bgcolor": "@paper",
        "plot_bgcolor": "@paper",
        "font": {"family": theme.FONT, "color": "@ink", "size": theme.TICK_SIZE},
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 24,
        "dragmode": False,
        "hoverlabel": {
            "bgcolor": "@paper",
            "bordercolor": "@line",
            "font": {"family": theme.FONT, "color": "@ink", "size": theme.TICK_SIZE},
            "align": "left",
        },
    }


def month_axis() -> Layout:
    """The axis of school months from the first visit."""
    return {
        "range": [EVENT_MONTHS[0] - 0.5, EVENT_MONTHS[-1] + 0.5],
        "tickvals": list(EVENT_MONTHS),
        "ticktext": [wording.signed(at) for at in EVENT_MONTHS],
        "tickfont": {"size": theme.TICK_SIZE, "color": "@muted"},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": "@line",
        "fixedrange": True,
    }


def date_axis() -> Layout:
    """An axis of days, told by month and year."""
    return {
        "type": "date",
        "showgrid": False,
        "showline": True,
        "linecolor": "@line",
        "fixedrange": True,
        "tickformat": "%b\n%Y",
        "tickfont": {"size": theme.TICK_SIZE, "color": "@muted"},
    }


def axis_title(words: str) -> Layout:
    """A quiet title of an axis."""
    return {
        "text": words,
        "font": {"size": theme.NOTE_SIZE, "color": "@muted"},
        "standoff": 6,
    }


def rate_axis(limits: tuple[float, float]) -> Layout:
    """An axis of attendance rates in per cent."""
    return {
        "range": list(limits),
        "ticksuffix": " %",
        "tickfont": {"size": theme.TICK_SIZE, "color": "@muted"},
        "gridcolor": "@line",
        "gridwidth": 1,
        "zeroline": False,
        "nticks": 7,
        "fixedrange": True,
    }


def whole_ticks(low: float, high: float, most: int = 5) -> list[int]:
    """Round whole numbers from ``low`` to ``high``, ``most`` of them or fewer: nobody is half."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    step = next(step for step in steps if (high - low) / step < most)
    return list(range(step * ceil(low / step), floor(high) + 1, step))


def first_visit_line(axis: str = "") -> Layout:
    """A dotted line at month 0."""
    return {
        "type": "line",
        "xref": f"x{axis}",
        "yref": f"y{axis} domain",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "line": {"color": "@muted", "width": 1, "dash": "dot"},
        "layer": "below",
    }


def baseline_band() -> Layout:
    """A shade behind months -3 to -1."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": -3.5,
        "x1": -0.5,
        "y0": 0,
        "y1": 1,
        "fillcolor": "@muted/0.07",
        "line": {"width": 0},
        "layer": "below",
    }


def note(at: float, words: str, anchor: str, y: float) -> Trace:
    """Quiet words at a month; ``y`` is the share of the figure's height."""
    return {
        "xref": "x",
        "yref": "paper",
        "x": at,
        "y": y,
        "yanchor": anchor,
        "text": words,
        "showarrow": False,
        "font": {"color": "@muted", "size": theme.NOTE_SIZE},
    }


def band(run: Sequence[Point], fill: str, axes: Trace) -> Trace:
    """The interval (``low`` to ``high``) over an unbroken run of months, as one closed shape."""
    return {
        "type": "scatter",
        "x": [point["event_month"] for point in (*run, *reversed(run))],
        "y": [
            *(100 * point["low"] for point in run),
            *(100 * point["high"] for point in reversed(run)),
        ],
        "fill": "toself",
        "fillcolor": fill,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
        **axes,
    }
