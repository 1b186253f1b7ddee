"""Bars of counts: contacts over time by kind, students by group. A bar leads to its students."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from components import student_wording as words
from components import theme
from components.figures.frame import Figure, axis_title, base_layout, date_axis
from queries.students import NOT_REACHED
from queries.values import MODALITY_LABELS


def volume_figure(frame: pd.DataFrame, period: str, links: pd.Series[str]) -> Figure:
    """Contacts by period, stacked by modality, those that reached nobody on top.

    ``frame`` as of ``queries.visits.volume``; ``links`` the URL behind each of its rows, empty
    where there is none.
    """
    shown = frame[~frame["withheld"]]
    kinds = [*MODALITY_LABELS, NOT_REACHED]
    layout = base_layout(380)
    layout |= {
        "barmode": "stack",
        "bargap": 0.15,
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
        "xaxis": date_axis(),
        "yaxis": _count_axis("Contacts"),
        "annotations": [],
        "meta": {"kind": "bars"},
    }
    traces = []
    for place, kind in enumerate(kinds):
        rows = shown[shown["kind"] == kind]
        if rows.empty:
            continue
        colour = "@muted/0.35" if kind == NOT_REACHED else theme.series(place)[0]
        traces.append(
            {
                "type": "bar",
                "name": words.kind(kind),
                "x": [f"{when:%Y-%m-%d}" for when in rows["period"]],
                "y": [int(count) for count in rows["contacts"]],
                "customdata": list(links.loc[rows.index]),
                "marker": {"color": colour, "line": {"width": 0}},
                "hovertemplate": f"{period} of %{{x|%b %-d, %Y}}<br>{words.kind(kind)}: "
                "%{y:,}<extra></extra>",
            }
        )
    return {"data": traces, "layout": layout}


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
        "hovertemplate": "%{x}: %{text}<extra></extra>",
    }
    return {"data": [trace], "layout": layout}


def _count_axis(title: str) -> Figure:
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
