"""The chart of a slide as a plotly figure in the light colours, sized for its box.

A slide is drawn at 96 pixels an inch and scaled as a whole, so nothing here depends on a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from textwrap import wrap

from components import theme, wording
from components.deck import Chart, Series, Shape, Values
from components.figures.frame import Figure, Layout, Trace, finished
from components.figures.text import bold, stacked, together
from components.figures.trajectory import pushed_apart
from components.numbers import per_cent
from components.slide_layout import LABEL_SIZE, PIXELS, slide_layout

_LABEL = LABEL_SIZE * PIXELS
_LETTER = 0.56 * _LABEL  # the width of a letter, about
_EVERY_THIRD = 3
_ROWS_WITH_AXIS = 12
_LINES_RIGHT = 16  # letters beside the ends of two lines
_LABEL_LINES = 2.4  # lines between the middles of two labels
_HIGHEST_ROW = 88
_LONGEST_LINE = 16  # letters under a column


def slide_figure(chart: Chart, shape: Shape) -> Figure:
    """A figure in pixels; its hover tells nothing that is not drawn."""
    box = slide_layout(shape).chart
    draw: dict[str, Callable[[Chart, float, float], Figure]] = {
        "columns": _columns,
        "rates": _columns,
        "lines": _lines,
        "gap": _gap,
        "intervals": _intervals,
    }
    return Figure(theme.painted(draw[chart.kind](chart, box.width * PIXELS, box.height * PIXELS)))


def _layout(width: float, height: float, margin: dict[str, float]) -> Layout:
    return {
        "width": width,
        "height": height,
        "margin": margin,
        "paper_bgcolor": "@paper",
        "plot_bgcolor": "@paper",
        "font": {"family": theme.FONT, "color": "@ink", "size": _LABEL},
        "showlegend": False,
        "hovermode": False,
        "dragmode": False,
        "annotations": [],
        "shapes": [],
    }


def _axis(**more: object) -> Layout:
    return {
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickfont": {"size": _LABEL, "color": "@muted"},
        **more,
    }


def _words(text: str, x: float, y: float, **more: object) -> Trace:
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": {"size": _LABEL}, **more}


# --- Counts and rates --------------------------------------------------------------------


def _columns(chart: Chart, width: float, height: float) -> Figure:
    [series] = chart.series
    is_few = chart.kind == "rates"
    title = {"text": chart.axis, "font": _quiet(), "standoff": 18} if is_few else None
    layout = _layout(width, height, {"l": 0, "r": 0, "t": 44, "b": 112 if is_few else 80}) | {
        "xaxis": _axis(tickangle=0, showline=True, linecolor="@line", title=title)
        | {
            "tickvals": list(range(len(chart.categories))),
            "ticktext": [_broken(name, chart) for name in chart.categories],
        },
        "yaxis": {"visible": False, "rangemode": "tozero", "fixedrange": True},
        "bargap": 0.35,
    }
    bars: Trace = {
        "type": "bar",
        "x": list(range(len(series.values))),
        "y": list(series.values),
        "text": list(map(chart.told, series.values)),
        "textposition": "outside",
        "textfont": {"size": _LABEL},
        "cliponaxis": False,
        "marker": {"color": [f"@{colour}" for colour in chart.column_colours()]},
    }
    return finished([bars], layout)


def _broken(name: str, chart: Chart) -> str:
    """A word a line under many columns; under few, as many words as fit."""
    width = 1 if chart.kind == "columns" else _LONGEST_LINE
    return stacked(*wrap(name, width, break_long_words=False))


# --- Months ------------------------------------------------------------------------------


def _months_layout(chart: Chart, width: float, height: float, right: float) -> Layout:
    places = [at for at, name in enumerate(chart.categories) if _is_third(name)]
    visit = _visit(chart)
    layout = _layout(width, height, {"l": 84, "r": right, "t": 34, "b": 84})
    layout["xaxis"] = _axis(
        range=[-0.5, len(chart.categories) - 0.5],
        tickvals=places,
        ticktext=[chart.categories[at] for at in places],
        showline=True,
        linecolor="@line",
        title={"text": chart.axis, "font": {"size": _LABEL, "color": "@muted"}, "standoff": 4},
    )
    layout["shapes"].append(_upright(visit))
    layout["annotations"].append(
        _words("First visit", visit, 1, yref="paper", yanchor="bottom", font=_quiet())
    )
    return layout


def _quiet() -> Layout:
    return {"size": _LABEL, "color": "@muted"}


def _visit(chart: Chart) -> int:
    return chart.categories.index("0")


def _is_third(name: str) -> bool:
    return wording.unsigned(name) % _EVERY_THIRD == 0


def _upright(at: float) -> Trace:
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": "@muted", "width": 2, "dash": "dot"},
        "layer": "below",
    }


def _lines(chart: Chart, width: float, height: float) -> Figure:
    layout = _months_layout(chart, width, height, right=_LINES_RIGHT * _LETTER)
    low, high = _limits([value for series in chart.series for value in series.values], 5)
    layout["yaxis"] = _axis(
        range=[low, high], ticksuffix=" %", nticks=5, showgrid=True, gridcolor="@line"
    )
    ends = [(series, *_last(series.values)) for series in chart.series if _known(series.values)]
    area = height - layout["margin"]["t"] - layout["margin"]["b"]
    apart = _LABEL_LINES * _LABEL * (high - low) / area
    places = pushed_apart([value for _series, _at, value in ends], apart, (low, high))
    layout["annotations"] += [
        _words(
            together(bold(per_cent(value)), " ", stacked(*series.name.split(" ", 1))),
            at,
            place,
            xanchor="left",
            xshift=12,
            align="left",
            font={"size": _LABEL, "color": f"@{series.colour}"},
        )
        for (series, at, value), place in zip(ends, places, strict=True)
    ]
    return finished([_line(series) for series in reversed(chart.series)], layout)


def _line(series: Series) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(range(len(series.values))),
        "y": list(series.values),
        "line": {
            "color": f"@{series.colour}",
            "width": 5,
            "dash": "dash" if series.dashed else "solid",
        },
        "marker": {"color": f"@{series.colour}", "size": 10},
        "connectgaps": False,
    }


def _gap(chart: Chart, width: float, height: float) -> Figure:
    [series] = chart.series
    layout = _months_layout(chart, width, height, right=6 * _LETTER)
    low, high = _limits([0.0, *series.values, *series.low, *series.high], 5)
    step = next(step for step in (5, 10, 20, 50) if (high - low) / step <= 5)
    ticks = [at for at in range(int(low), int(high) + 1) if at % step == 0]
    layout["yaxis"] = _axis(
        range=[low, high],
        tickvals=ticks,
        ticktext=[wording.signed(at) for at in ticks],
        showgrid=True,
        gridcolor="@line",
        zeroline=True,
        zerolinecolor="@muted",
        zerolinewidth=2,
    )
    if _known(series.values):
        at, value = _last(series.values)
        layout["annotations"].append(
            _words(
                bold(wording.signed(value)),
                at,
                value,
                xanchor="left",
                xshift=12,
                font={"size": _LABEL, "color": f"@{series.colour}"},
            )
        )
    return finished([*_bands(series), _line(series)], layout)


def _bands(series: Series) -> list[Trace]:
    """The interval as one closed shape for each unbroken run of months."""
    ends = list(zip(range(len(series.low)), series.low, series.high, strict=True))
    runs = groupby(ends, key=lambda end: end[1] is not None and end[2] is not None)
    return [_band(list(run), series.colour) for is_known, run in runs if is_known]


def _band(run: Sequence[tuple[int, float | None, float | None]], colour: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [at for at, _low, _high in (*run, *reversed(run))],
        "y": [*(low for _at, low, _high in run), *(high for _at, _low, high in reversed(run))],
        "fill": "toself",
        "fillcolor": f"@{colour}/0.16",
        "line": {"width": 0},
    }


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _last(values: Values) -> tuple[int, float]:
    """The place and value of the last that is shown."""
    return [(at, value) for at, value in enumerate(values) if value is not None][-1]


def _limits(values: Sequence[float | None], step: int) -> tuple[float, float]:
    """Steps around all values that are shown."""
    known = _known(tuple(values)) or [0.0, 100.0]
    return step * ((min(known) - 1) // step), step * -((-max(known) - 1) // step)


# --- Groups ------------------------------------------------------------------------------


def _intervals(chart: Chart, width: float, height: float) -> Figure:
    [series] = chart.series
    rows = len(chart.categories)
    told = [chart.row_words(row) for row in range(rows)]
    has_axis = rows <= _ROWS_WITH_AXIS
    left = _LETTER * max(map(len, chart.categories), default=0) + 40
    right = _LETTER * max(map(len, told), default=0) + 16
    below = 84 if has_axis else 0
    height = min(height, rows * _HIGHEST_ROW + below)
    layout = _layout(width, height, {"l": left, "r": right, "t": 0, "b": below})
    low, high = _limits([0.0, *series.values, *series.low, *series.high], 5)
    title = {"text": chart.axis, "font": _quiet(), "standoff": 4}
    layout["xaxis"] = _axis(
        range=[low, high], nticks=4, showticklabels=has_axis, title=title if has_axis else None
    )
    layout["yaxis"] = {"range": [rows - 0.5, -0.5], "visible": False, "fixedrange": True}
    layout["shapes"] = [_upright(0) | {"line": {"color": "@line", "width": 2}}]
    layout["annotations"] = [
        note
        for row, name in enumerate(chart.categories)
        for note in (_beside(name, row, "left", "@ink"), _beside(told[row], row, "right", "@muted"))
    ]
    dots = [_dot(chart, series, row) for row in range(rows) if series.told(row)]
    return finished(dots, layout)


def _beside(words: str, row: int, side: str, colour: str) -> Trace:
    is_left = side == "left"
    return _words(
        words,
        0 if is_left else 1,
        row,
        xref="paper",
        xanchor="right" if is_left else "left",
        xshift=-12 if is_left else 12,
        font={"size": _LABEL, "color": colour},
    )


def _dot(chart: Chart, series: Series, row: int) -> Trace:
    colour = f"@{chart.colours[row]}"
    value = series.values[row]
    if value is None:
        return {
            "type": "scatter",
            "mode": "lines",
            "x": [series.low[row], series.high[row]],
            "y": [row, row],
            "line": {"color": colour, "width": 4},
        }
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [value],
        "y": [row],
        "error_x": {
            "symmetric": False,
            "array": [(series.high[row] or value) - value],
            "arrayminus": [value - (series.low[row] or value)],
            "color": colour,
            "thickness": 4,
            "width": 0,
        },
        "marker": {
            "size": 17,
            "color": "@paper" if chart.cautions[row] else colour,
            "line": {"color": colour, "width": 3},
        },
    }
