"""Bars of counts: contacts over time by kind, students by group. A bar leads to its students."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pandas as pd

from components import student_wording as words
from components import theme
from components.figures.frame import (
    Figure,
    Layout,
    Trace,
    axis_title,
    base_layout,
    date_axis,
    finished,
)
from components.figures.text import COUNT, DAY, NO_NAME, TEXT_ALONE, X, stacked, together
from queries.stacks import TOGETHER
from queries.students import NOT_REACHED
from queries.values import MODALITY_LABELS

_DAY = 86_400_000  # milliseconds, which is how plotly measures an axis of days
_DAYS = {"Week": 7, "Month": 30}
_SHARE_OF_PERIOD = 0.85  # of a bar
_FEWEST_PERIODS = 8  # of an axis


def volume_figure(frame: pd.DataFrame, period: str, links: pd.Series[str]) -> Figure:
    """Contacts by period, stacked by modality, those that reached nobody on top.

    Hatched above them: kinds told together. ``frame`` as of ``queries.visits.volume``; ``period``
    is ``Week`` or ``Month``; ``links`` the URL behind each of its rows, empty where there is none.
    """
    shown = frame[~frame["withheld"]]
    kinds = [*MODALITY_LABELS, NOT_REACHED, TOGETHER]
    layout = base_layout(380)
    layout |= {
        "barmode": "stack",
        "margin": {"l": 52, "r": 16, "t": 44, "b": 40},
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": theme.TICK_SIZE, "color": "@ink"},
        },
        "xaxis": date_axis() | _room_around(shown["period"], period),
        "yaxis": _count_axis("Contacts"),
        "annotations": [],
        "meta": {"kind": "bars"},
    }
    traces = []
    for place, kind in enumerate(kinds):
        rows = shown[shown["kind"] == kind]
        if rows.empty:
            continue
        traces.append(
            {
                "type": "bar",
                "name": words.kind(kind),
                "x": [f"{when:%Y-%m-%d}" for when in rows["period"]],
                "width": _SHARE_OF_PERIOD * _DAYS[period] * _DAY,
                "y": [int(count) for count in rows["contacts"]],
                "customdata": list(links.loc[rows.index]),
                "marker": _paint(kind, place),
                "hovertemplate": stacked(
                    together(f"{period} of ", DAY),
                    together(f"{words.kind(kind)}: ", COUNT, NO_NAME),
                ),
            }
        )
    return finished(traces, layout)


def _paint(kind: str, place: int) -> Trace:
    if kind == TOGETHER:
        hatched = {"shape": "/", "size": 6, "solidity": 0.3}
        hatched |= {"fgcolor": "@muted", "bgcolor": "@paper"}
        return {"color": "@paper", "pattern": hatched, "line": {"width": 1, "color": "@muted"}}
    colour = "@muted/0.35" if kind == NOT_REACHED else theme.series(place)[0]
    return {"color": colour, "line": {"width": 0}}


def _room_around(periods: pd.Series[Any], period: str) -> Layout:
    """The axis of few periods: so wide that a bar stays a bar, each with its date under it."""
    starts = sorted(set(periods))
    days = _DAYS[period] * timedelta(days=1)
    if (starts[-1] - starts[0]) / days >= _FEWEST_PERIODS:
        return {}
    middle = starts[0] + (starts[-1] - starts[0]) / 2
    ends = (middle - days * _FEWEST_PERIODS / 2, middle + days * _FEWEST_PERIODS / 2)
    form = {"Week": "%b %-d", "Month": "%b"}[period]
    return {
        "range": [f"{end:%Y-%m-%d}" for end in ends],
        "tickvals": [f"{when:%Y-%m-%d}" for when in starts],
        "ticktext": [stacked(f"{when:{form}}", f"{when:%Y}") for when in starts],
    }


def columns_figure(
    labels: Sequence[str], values: Sequence[int | None], texts: Sequence[str], links: Sequence[str]
) -> Figure:
    """Students by group, one column each with its words above it; None: withheld."""
    layout = base_layout(300)
    layout |= {
        "bargap": 0.35,
        "margin": {"l": 52, "r": 16, "t": 32, "b": 56},
        "xaxis": {
            "type": "category",
            "showgrid": False,
            "showline": True,
            "linecolor": "@line",
            "fixedrange": True,
            "tickfont": {"size": theme.TICK_SIZE, "color": "@ink"},
        },
        "yaxis": _count_axis("Students"),
        "annotations": [],
        "meta": {"kind": "bars"},
    }
    trace = {
        "type": "bar",
        "x": list(labels),
        "y": [0 if value is None else value for value in values],
        "text": list(texts),
        "textposition": "outside",
        "cliponaxis": False,
        "textfont": {"size": theme.TICK_SIZE, "color": "@ink"},
        "customdata": list(links),
        "marker": {"color": "@accent"},
        "hovertemplate": together(X, ": ", TEXT_ALONE),
    }
    return finished([trace], layout)


def _count_axis(title: str) -> Layout:
    return {
        "title": axis_title(title),
        "rangemode": "tozero",
        "tickformat": ",d",
        "tickfont": {"size": theme.TICK_SIZE, "color": "@muted"},
        "gridcolor": "@line",
        "zeroline": False,
        "nticks": 6,
        "fixedrange": True,
    }
