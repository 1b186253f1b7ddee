"""Which district delivered which school month: cells, filled where it came, marked where not."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from components import data_wording as words
from components import theme, wording
from components.figures.frame import Figure, Layout, Trace, base_layout, finished
from components.figures.intervals import beside
from components.figures.text import TEXT_ALONE, bold, stacked, together
from queries.deliveries import DELIVERED, LATE, MISSING

_ROW_HEIGHT = 26
_GAP = 0.12  # between cells, as a share of one
_BETWEEN_YEARS = 0.6
_LETTER, _AROUND_LABEL = 6.6, 24  # pixels that the words beside a row take

# The last months that are drawn: five school years.
MOST_MONTHS = 50

# Fill and rim of a cell, and the mark in it: colour is never the only sign.
_STYLES: dict[str, tuple[str, str]] = {
    DELIVERED: ("@accent/0.2", "@accent/0"),
    MISSING: ("@accent", "@accent"),
    LATE: ("@paper", "@accent"),
}
_MARKS = {MISSING: ("x", "@on-accent", 7), LATE: ("line-ew-open", "@accent", 7)}


def freshness_figure(frame: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """District by school month, with what is missing in words beside each row.

    ``frame`` as of ``queries.deliveries.freshness``; ``names`` the districts in order.
    """
    months = sorted(frame["month"].unique())[-MOST_MONTHS:]
    columns = _columns(frame, months)
    drawn = frame[frame["month"].isin(months) & frame["district_code"].isin(names)]
    rows = {code: number for number, code in enumerate(names)}
    placed = drawn.assign(
        x=drawn["month"].map(columns),
        row=drawn["district_code"].map(rows),
        name=drawn["district_code"].map(names),
    )
    traces = [_cells(placed[placed["state"] == state], state) for state in _STYLES]
    traces += [_marks(placed[placed["state"] == state], state) for state in _MARKS]
    return finished(traces, _layout(frame, names, columns))


def _columns(frame: pd.DataFrame, months: list[str]) -> dict[str, float]:
    """Where each month stands, with room between school years."""
    year_of = dict(zip(frame["month"], frame["school_year"], strict=True))
    years = sorted({year_of[month] for month in months})
    return {
        month: number + _BETWEEN_YEARS * years.index(year_of[month])
        for number, month in enumerate(months)
    }


def _cells(rows: pd.DataFrame, state: str) -> Trace:
    fill, rim = _STYLES[state]
    return {
        "type": "bar",
        "name": words.STATE_WORDS[state],
        "x": list(rows["x"]),
        "y": [1 - 2 * _GAP] * len(rows),
        "base": list(rows["row"] + _GAP),
        "width": 1 - _GAP,
        "customdata": [f"/districts/{code}" for code in rows["district_code"]],
        "text": [
            stacked(together(bold(name), f", {wording.month(month)}"), words.STATE_WORDS[state])
            for name, month in zip(rows["name"], rows["month"], strict=True)
        ],
        "textposition": "none",
        "hovertemplate": TEXT_ALONE,
        "marker": {"color": fill, "line": {"color": rim, "width": 1.5}},
    }


def _marks(rows: pd.DataFrame, state: str) -> Trace:
    symbol, colour, size = _MARKS[state]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(rows["x"]),
        "y": list(rows["row"] + 0.5),
        "marker": {
            "symbol": symbol,
            "color": colour,
            "size": size,
            "line": {"color": colour, "width": 2 if state == LATE else 0},
        },
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _layout(frame: pd.DataFrame, names: Mapping[str, str], columns: dict[str, float]) -> Layout:
    labels = {code: words.gap_label(frame[frame["district_code"] == code]) for code in names}
    room = max(map(len, labels.values()), default=0) * _LETTER + _AROUND_LABEL
    return base_layout(_ROW_HEIGHT * len(names) + 80) | {
        "margin": {"l": 150, "r": room, "t": 26, "b": 54},
        "barmode": "overlay",
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "top",
            "itemclick": False,
            "itemdoubleclick": False,
            "font": {"size": theme.NOTE_SIZE, "color": "@muted"},
        },
        "xaxis": _month_axis(frame, columns),
        "yaxis": {"range": [len(names), 0], "visible": False, "fixedrange": True},
        "annotations": [
            note
            for number, (code, name) in enumerate(names.items())
            for note in _beside_row(number + 0.5, name, labels[code])
        ],
        "meta": {
            "kind": "freshness",
            "places": list(columns.values()),
            "names": [words.short_month(month) for month in columns],
        },
    }


def _beside_row(place: float, name: str, label: str) -> list[Trace]:
    colour = "@muted" if label == words.COMPLETE else "@ink"
    return [
        beside(wording.short(name, 20), place, "left", "@ink"),
        beside(label, place, "right", colour) | {"name": "gap", "align": "left"},
    ]


def _month_axis(frame: pd.DataFrame, columns: dict[str, float]) -> Layout:
    places = frame.drop_duplicates("month").set_index("month")["school_year"].loc[list(columns)]
    middles = pd.Series(columns).groupby(places).mean()
    return {
        "side": "top",
        "range": [-0.6, max(columns.values(), default=0) + 0.6],
        "tickvals": list(middles),
        "ticktext": list(middles.index),
        "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
        "tickangle": 0,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
