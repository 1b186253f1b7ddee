"""Tables of coloured cells: district by month, week by year. A cell's colour is its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from components import theme, wording
from components.figures.frame import Figure, Trace, base_layout, finished, whole_ticks
from components.figures.intervals import beside
from components.figures.text import TEXT_ALONE, bold, stacked, together

_GAP = 0.08  # between cells, as a share of one
_BETWEEN_YEARS = 0.6

_FIRST_SCHOOL_MONTH = 8
_WEEKS = 53  # that a school year has days in
_WEEKDAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
# The week in which each month begins, counted from the one of 1 August.
_MONTH_COLUMNS = [
    (round(number * 52.18 / 12), name)
    for number, name in enumerate("Aug Sep Oct Nov Dec Jan Feb Mar Apr May Jun Jul".split())
]


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
    are_counts: bool = False,
) -> Figure:
    """Cells under column names (their place, words) beside row names, with the scale of colours.

    ``scale`` is the colour roles of the lowest and the highest value; of counts the lowest is 0.
    """
    highest = max((cell.value for cell in cells), default=1)
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
        "hovertemplate": TEXT_ALONE,
        "marker": {
            "color": [cell.value for cell in cells],
            "colorscale": [[0, scale[0]], [1, scale[1]]],
            **({"cmin": 0, "cmax": highest} if are_counts else {}),
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
                **({"tickvals": whole_ticks(0, highest, 4)} if are_counts else {"nticks": 4}),
                "ticksuffix": suffix,
                "tickangle": 0,
                "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
            },
        },
    }
    return finished(
        [trace],
        base_layout(height + 84)
        | {
            "margin": {"l": 150, "r": 12, "t": 26, "b": 58},
            "barmode": "overlay",
            "xaxis": {
                "side": "top",
                "tickvals": [place for place, _words in columns],
                "ticktext": [words for _place, words in columns],
                "tickfont": {"size": theme.NOTE_SIZE, "color": "@muted"},
                "tickangle": 0,
                "showgrid": False,
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {"range": [len(rows), 0], "visible": False, "fixedrange": True},
            "annotations": [
                beside(wording.short(name, 20), number + 0.5, "left", "@ink")
                for number, name in enumerate(rows)
            ],
            "meta": {"kind": "cells"},
        },
    )


def calendar_figure(frame: pd.DataFrame, *, by_day: bool, links: Sequence[str]) -> Figure:
    """Completed visits by week of the school year, a row a year; by day, a row a weekday of each.

    ``frame`` as of ``queries.visits.calendar``; what is withheld or empty stays blank. ``links``
    is where each of its rows leads.
    """
    days = pd.to_datetime(frame["period"])
    starts = days.dt.year - (days.dt.month < _FIRST_SCHOOL_MONTH)
    years = sorted(starts.unique())
    weekdays = sorted(days.dt.day_of_week.unique()) if by_day else [0]
    row_of = {
        (year, weekday): number for number, (year, weekday) in enumerate(product(years, weekdays))
    }
    monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    first = pd.to_datetime({"year": starts, "month": _FIRST_SCHOOL_MONTH, "day": 1})
    column = (monday - (first - pd.to_timedelta(first.dt.day_of_week, unit="D"))).dt.days // 7
    rows = frame.assign(day=days, start=starts, column=column, link=list(links))
    cells = [
        Cell(
            float(row["column"]),
            row_of[row["start"], row["day"].weekday() if by_day else 0],
            float(row["contacts"]),
            stacked(
                bold(f"{'' if by_day else 'Week of '}{wording.day(row['day'])}"),
                wording.completed(int(row["contacts"]), row["about"]),
            ),
            row["link"],
        )
        for row in rows[~rows["withheld"]].to_dict("records")
    ]
    names = [
        f"{year}–{(year + 1) % 100:02d}" if not by_day else _weekday(year, weekday, weekdays)
        for year, weekday in row_of
    ]
    figure = cells_figure(
        cells,
        names,
        _MONTH_COLUMNS,
        ("@accent-soft", "@accent"),
        14 if by_day else 44,
        are_counts=True,
    )
    figure["layout"]["xaxis"]["range"] = [-0.5, _WEEKS - 0.5]
    return figure


def _weekday(year: int, weekday: int, weekdays: Sequence[int]) -> str:
    name = _WEEKDAYS[weekday]
    return f"{year}–{(year + 1) % 100:02d} {name}" if weekday == weekdays[0] else name


def heat_figure(frame: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """District by month, the stronger the colour the lower; a month not delivered stays empty.

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
            stacked(
                together(bold(names[code]), f", {wording.month(month)}"),
                f"{wording.percent(rate)} of days attended, {students:,} students",
            ),
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
