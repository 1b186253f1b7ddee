"""Official attendance over time: a district beside all, a school year beside the one before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from components import theme, wording
from components.figures.frame import (
    Figure,
    Layout,
    Trace,
    base_layout,
    date_axis,
    finished,
    rate_axis,
    whole_ticks,
)
from components.figures.text import TEXT_ALONE, bold, stacked, together
from components.figures.trajectory import pushed_apart
from components.numbers import per_cent
from queries.public import PublishedRate

_HEIGHT, _PANEL_HEIGHT = 320, 300
_SCHOOL_MONTHS = "Aug Sep Oct Nov Dec Jan Feb Mar Apr May Jun Jul".split()
_AUGUST, _JUNE = 8, 10  # the first month of a school year; the place of its usual last one
_BESIDE = 2  # months by which two lines end apart, and more: their names cannot meet
_NAME_HEIGHT = 15 / 165  # of a year's name, as a share of its panel
_ALL = "All districts here"

# Without a trace a panel has no axes to draw, which plotly complains of.
_NOTHING: Trace = {"type": "scatter", "x": [None], "y": [None], "hoverinfo": "skip"}


def months_figure(
    own: pd.DataFrame,
    everybody: pd.DataFrame,
    name: str,
    place: int,
    published: Mapping[str, PublishedRate],
) -> Figure:
    """Monthly rates of a district and of all; ``published`` the state's rate by school year.

    Frames as of ``queries.official.district_months``; summers are gaps.
    """
    colour = theme.series(place)[0]
    lines = [(everybody, _ALL, "@muted", "dash"), (own, name, colour, "solid")]
    rates = [100 * rate for frame, *_style in lines for rate in frame["rate"].dropna()]
    years = own[own["school_year"].isin(published)].groupby("school_year")["month"]
    spans = {str(year): (str(months.min()), str(months.max())) for year, months in years}
    lines_of_state = [
        _published(rate, 100 * rate.rate, spans[year])
        for year, rate in published.items()
        if year in spans and rate.rate is not None
    ]
    rates += [line["y"][0] for line in lines_of_state]
    low, high = 5 * ((min(rates, default=80) - 1) // 5), 100
    layout = base_layout(_HEIGHT) | {
        "margin": {"l": 56, "r": 150, "t": 16, "b": 44},
        "xaxis": date_axis(),
        "yaxis": rate_axis((low, high)),
        "annotations": [*_names(lines, (low, high)), *_published_name(lines_of_state)],
        "meta": {"kind": "lines"},
    }
    return finished([*(_months(*line) for line in lines), *lines_of_state], layout)


def _months(frame: pd.DataFrame, name: str, colour: str, dash: str) -> Trace:
    x: list[str] = []
    y: list[float | None] = []
    words: list[str] = []
    rows = frame.sort_values("month").to_dict("records")
    for number, row in enumerate(rows):
        if number and rows[number - 1]["school_year"] != row["school_year"]:
            x, y, words = [*x, f"{row['month']}-01"], [*y, None], [*words, ""]
        x.append(f"{row['month']}-15")
        y.append(None if row["withheld"] else 100 * row["rate"])
        words.append(
            stacked(
                together(bold(name), f", {wording.month(row['month'])}"),
                "" if row["withheld"] else f"{wording.percent(row['rate'])} of days attended",
            )
        )
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "text": words,
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"color": colour, "size": 5},
        "connectgaps": False,
        "hovertemplate": TEXT_ALONE,
    }


def _published(rate: PublishedRate, size: float, span: tuple[str, str]) -> Trace:
    edition = wording.edition(rate)
    words = stacked(
        bold(f"{rate.place}, {wording.published_year(rate)}"),
        f"{wording.published(rate)}, as published",
        *([edition] if edition else []),
    )
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{rate.place}, published",
        "x": [f"{span[0]}-01", f"{span[1]}-28"],
        "y": [size] * 2,
        "text": [words] * 2,
        "line": {"color": "@ink", "width": 1, "dash": "dot"},
        "hovertemplate": TEXT_ALONE,
    }


def _published_name(lines: Sequence[Trace]) -> list[Trace]:
    """The name of the published lines, at the last of them."""
    return [
        {
            "x": line["x"][0],
            "y": line["y"][0],
            "text": line["name"],
            "showarrow": False,
            "xanchor": "left",
            "yanchor": "bottom",
            "font": {"size": theme.NOTE_SIZE, "color": "@muted"},
        }
        for line in lines[-1:]
    ]


def _names(
    lines: Sequence[tuple[pd.DataFrame, str, str, str]], limits: tuple[float, float]
) -> list[Trace]:
    ends = []
    for frame, name, colour, _dash in lines:
        told = frame[~frame["withheld"]].sort_values("month")
        if len(told):
            ends.append((100 * told["rate"].iloc[-1], told["month"].iloc[-1], name, colour))
    distance = 34 * (limits[1] - limits[0]) / (_HEIGHT - 60)
    places = pushed_apart([end[0] for end in ends], distance, limits)
    return [
        {
            "x": f"{month}-15",
            "y": place,
            "text": stacked(bold(wording.short(name, 18)), wording.percent(rate / 100)),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 9,
            "align": "left",
            "font": {"color": colour, "size": theme.NOTE_SIZE},
        }
        for (rate, month, name, colour), place in zip(ends, places, strict=True)
    ]


@dataclass(frozen=True)
class Measure:
    """A measure over school years: ``values`` has month, school_year and value in ``unit``.

    ``target`` and the day it is due, None without one.
    """

    title: str
    unit: str
    values: pd.DataFrame
    target: float | None = None
    by: date | None = None


def years_figure(measures: Sequence[Measure], place: int) -> Figure:
    """This school year beside the one before, a panel a measure, with the lines to reach."""
    layout = base_layout(_PANEL_HEIGHT) | {
        "margin": {"l": 52, "r": 56, "t": 30, "b": 4},
        "annotations": [],
        "shapes": [],
        "meta": {"kind": "panels", "panels": len(measures), "panel_height": _PANEL_HEIGHT},
    }
    traces: list[Trace] = []
    for number, measure in enumerate(measures):
        axis = "" if number == 0 else str(number + 1)
        lines = [_year(measure, *style) for style in _last_years(measure, place)]
        layout[f"xaxis{axis}"] = _school_axis(number, len(measures), lines) | {"anchor": f"y{axis}"}
        layout[f"yaxis{axis}"] = _measure_axis(measure) | {"anchor": f"x{axis}"}
        drawn = [line for line in lines if line["x"]] or [_NOTHING]
        traces += [line | {"xaxis": f"x{axis}", "yaxis": f"y{axis}"} for line in drawn]
        layout["annotations"] += _ends(lines, layout[f"yaxis{axis}"]["range"], axis)
        layout["annotations"].append(_title(measure.title, axis))
        if measure.target is not None:
            layout["annotations"].append(_aim(measure, measure.target, axis))
            layout["shapes"].append(_aim_line(measure.target, axis))
    return finished(traces, layout)


def _school_axis(number: int, panels: int, lines: Sequence[Trace]) -> Layout:
    """August to June, or to July where there is one, with room for the names of the years."""
    last = max((_JUNE, *(at for line in lines for at in line["x"])))
    return {
        "domain": [number / panels + 0.02, (number + 1) / panels - 0.04],
        "range": [-0.5, last + 2.5],
        "tickvals": list(range(0, len(_SCHOOL_MONTHS), 3)),
        "ticktext": list(_SCHOOL_MONTHS[::3]),
        "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": "@line",
        "fixedrange": True,
    }


def _last_years(measure: Measure, place: int) -> list[tuple[str, str, str]]:
    """The last two school years, each with its colour and dashes."""
    years = sorted(measure.values["school_year"].unique())[-2:]
    styles = [("@muted", "dash"), (theme.series(place)[0], "solid")][-len(years) :]
    return [(year, *style) for year, style in zip(years, styles, strict=True)]


def _measure_axis(measure: Measure) -> Layout:
    years = sorted(measure.values["school_year"].unique())[-2:]
    shown = measure.values[measure.values["school_year"].isin(years)]
    known = [*shown["value"].dropna(), *([] if measure.target is None else [measure.target])]
    low, high = min(known, default=0), max(known, default=1)
    room = 0.2 * max(high - low, 1)
    axis = rate_axis((low - room, high + room)) | {
        "domain": [0.14, 0.94],
        "ticksuffix": " %" if measure.unit == "%" else "",
        "tickformat": ",",
        "nticks": 5,
        "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
    }
    return axis if measure.unit == "%" else axis | {"tickvals": whole_ticks(*axis["range"])}


def _school_month(month: str) -> int:
    return (int(month[5:]) - _AUGUST) % 12


def _year(measure: Measure, year: str, colour: str, dash: str) -> Trace:
    of_year = measure.values[measure.values["school_year"] == year]
    rows = of_year.dropna(subset=["value"]).sort_values("month")
    told = [
        per_cent(value) if measure.unit == "%" else f"about {value:,.0f}" for value in rows["value"]
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": year,
        "x": [_school_month(month) for month in rows["month"]],
        "y": list(rows["value"]),
        "text": [
            stacked(bold(wording.month(month)), words)
            for month, words in zip(rows["month"], told, strict=True)
        ],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"color": colour, "size": 5},
        "hovertemplate": TEXT_ALONE,
    }


def _ends(lines: Sequence[Trace], limits: Sequence[float], axis: str) -> list[Trace]:
    """The names of the years where their lines end, never over each other."""
    drawn = [line for line in lines if line["x"]]
    levels = [line["y"][-1] for line in drawn]
    months = [line["x"][-1] for line in drawn]
    if drawn and max(months) - min(months) <= _BESIDE:
        low, high = limits
        levels = pushed_apart(levels, _NAME_HEIGHT * (high - low), (low, high))
    return [_end(line, level, axis) for line, level in zip(drawn, levels, strict=True)]


def _end(line: Trace, level: float, axis: str) -> Trace:
    return {
        "xref": f"x{axis}",
        "yref": f"y{axis}",
        "x": line["x"][-1],
        "y": level,
        "text": bold(line["name"]),
        "showarrow": False,
        "xanchor": "left",
        "xshift": 6,
        "font": {"size": theme.NOTE_SIZE, "color": line["line"]["color"]},
    }


def _title(words: str, axis: str) -> Trace:
    return {
        "xref": f"x{axis} domain",
        "yref": f"y{axis} domain",
        "x": 0,
        "y": 1,
        "yshift": 6,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": bold(words),
        "showarrow": False,
        "font": {"size": theme.NOTE_SIZE, "color": "@ink"},
    }


def _aim(measure: Measure, target: float, axis: str) -> Trace:
    size = per_cent(target) if measure.unit == "%" else f"{target:,.0f}"
    return {
        "xref": f"x{axis} domain",
        "yref": f"y{axis}",
        "x": 0.02,
        "y": target,
        "text": f"target {size} by {measure.by:%b %Y}",
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "font": {"size": theme.NOTE_SIZE, "color": "@notice"},
    }


def _aim_line(target: float, axis: str) -> Trace:
    return {
        "type": "line",
        "xref": f"x{axis} domain",
        "yref": f"y{axis}",
        "x0": 0,
        "x1": 1,
        "y0": target,
        "y1": target,
        "line": {"color": "@notice", "width": 1.5, "dash": "dashdot"},
    }
