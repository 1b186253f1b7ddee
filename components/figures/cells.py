"""Tables of coloured cells: district by month, week by year. A cell's colour is its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from components import theme, wording
from components.figures.frame import Figure, Trace, base_layout
from components.figures.intervals import beside

_GAP = 0.08  # between cells, as a share of one
_BETWEEN_YEARS = 0.6


@dataclass(frozen=True)
class Cell:
    """A place counted from left and top, a value (colour), words on hover, and where it leads."""

    column: float
    row: int
    value: float
    words: str
    href: str = ""


def cells_figure(
    cells: Sequence[Cell],
    rows: Sequence[str],
    columns: Sequence[tuple[float, str]],
    scale: tuple[str, str],
    row_height: int,
    *,
    suffix: str = "",
) -> Figure:
    """Cells under column names (their place, words) beside row names, with the scale of colours.

    ``scale`` is the colour roles of the lowest and the highest value.
    """
    height = row_height * len(rows)
    trace: Trace = {
        "type": "bar",
        "x": [cell.column for cell in cells],
        "y": [1 - _GAP] * len(cells),
        "base": [cell.row + _GAP / 2 for cell in cells],
        "width": 1 - _GAP,
        "customdata": [cell.href for cell in cells],
        "text": [cell.words for cell in cells],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "color": [cell.value for cell in cells],
            "colorscale": [[0, scale[0]], [1, scale[1]]],
            "line": {"width": 0},
            "showscale": True,
            "colorbar": {
                "orientation": "h",
                "thickness": 8,
                "len": 0.35,
                "x": 1,
                "xanchor": "right",
                "y": 0,
                "yanchor": "top",
                "ypad": 14,
                "outlinewidth": 0,
                "nticks": 4,
                "ticksuffix": suffix,
                "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
            },
        },
    }
    return {
        "data": [trace],
        "layout": base_layout(height + 84)
        | {
            "margin": {"l": 150, "r": 12, "t": 26, "b": 58},
            "barmode": "overlay",
            "xaxis": {
                "side": "top",
                "tickvals": [place for place, _words in columns],
                "ticktext": [words for _place, words in columns],
                "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"range": [len(rows), 0], "visible": False, "fixedrange": True},
            "annotations": [
                beside(wording.short(name, 20), number + 0.5, "left", "@ink")
                for number, name in enumerate(rows)
            ],
            "meta": {"kind": "list"},
        },
    }


def heat_figure(frame: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """District by month, darker where attendance is lower; a month not delivered stays empty.

    ``frame`` as of ``queries.official.district_months``; ``names`` the districts in order.
    """
    months = sorted(frame["month"].unique())
    year_of = dict(zip(frame["month"], frame["school_year"], strict=True))
    years = sorted(set(year_of.values()))
    column = {
        month: number + _BETWEEN_YEARS * years.index(year_of[month])
        for number, month in enumerate(months)
    }
    rows = {code: number for number, code in enumerate(names)}
    shown = frame[frame["district_code"].isin(names) & ~frame["withheld"]]
    cells = [
        Cell(
            column[month],
            rows[code],
            100 * rate,
            f"<b>{names[code]}</b>, {wording.month(month)}<br>{wording.percent(rate)} of days "
            f"attended, {students:,} students",
            f"/districts/{code}",
        )
        for code, month, rate, students in zip(
            shown["district_code"], shown["month"], shown["rate"], shown["students"], strict=True
        )
    ]
    middles = [
        (sum(places) / len(places), year)
        for year in years
        if (places := [column[month] for month in months if year_of[month] == year])
    ]
    return cells_figure(
        cells, list(names.values()), middles, ("@accent", "@accent-soft"), 24, suffix=" %"
    )
