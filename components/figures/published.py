"""Official yearly rates of a district and its state, and where the program's students stood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from components import standing_wording as words
from components import theme, wording
from components.figures.frame import Figure, Layout, Trace, base_layout, finished, rate_axis
from components.figures.text import TEXT_ALONE, bold, stacked
from components.figures.trajectory import pushed_apart
from queries.effects import HEADLINE_MONTH, Effect
from queries.public import PublicContext, PublishedRate

_HEIGHT, _TOP, _BOTTOM = 340, 16, 52
_LONGEST_NAME = 18
_LABEL_DISTANCE = 34  # pixels of two lines


@dataclass(frozen=True)
class Level:
    """Where students first visited in a year, or similar ones, stood at some time.

    ``name`` is short, ``meaning`` in full; ``rate`` (0..1) is nan where it is not told, ``told``
    says it in words. ``students`` behind it, in words.
    """

    name: str
    meaning: str
    rate: float
    told: str
    students: str
    colour: str
    is_filled: bool


def visited_levels(served: Mapping[Any, Any], effect: Effect) -> list[Level]:
    """Before the first visit, and six months after it beside similar students.

    ``served`` is the students' row of ``queries.standing``, ``effect`` theirs.
    """
    after = effect.months[HEADLINE_MONTH]
    counted = "–" if after["withheld"] else wording.people(after)
    return [
        Level(
            "Visited, before",
            words.BEFORE_VISIT,
            float(served["baseline"]),
            wording.rate_of(served, "baseline"),
            words.count(served, "students", effect.threshold),
            "@accent",
            is_filled=False,
        ),
        *(
            Level(
                name,
                meaning,
                float(after[column]),
                words.told(after, column),
                counted,
                colour,
                is_filled=True,
            )
            for name, meaning, column, colour in (
                ("Visited, at +6", words.AFTER_VISIT, "visited_rate", "@accent"),
                ("Similar, at +6", words.SIMILAR_THEN, "comparison_rate", "@muted"),
            )
        ),
    ]


def published_figure(context: PublicContext, levels: Sequence[Level]) -> Figure:
    """Published rates by school year as lines; ``levels`` as dots in the year they are told for.

    Suppressed years are gaps.
    """
    years = sorted({rate.school_year for rate in (*context.district, *context.state)})
    shown = [level for level in levels if not pd.isna(level.rate)]
    rates = [
        100 * rate.rate for rate in (*context.district, *context.state) if rate.rate is not None
    ] + [100 * level.rate for level in shown]
    limits = 5 * ((min(rates, default=85) - 2) // 5), 100.0
    lines = [
        (context.state, context.state[0].place if context.state else "", "@muted", "dash"),
        (context.district, context.name, theme.series(context.place)[0], "solid"),
    ]
    at = years.index(context.year)
    layout = base_layout(_HEIGHT) | {
        "margin": {"l": 56, "r": 150, "t": _TOP, "b": _BOTTOM},
        "xaxis": _years_axis(years, context),
        "yaxis": rate_axis(limits),
        "annotations": _labels(
            [label for line in lines for label in _end(*line[:3], years)]
            + [(at, 100 * level.rate, level.name, level.told, level.colour) for level in shown],
            limits,
        ),
        "meta": {"kind": "lines"},
    }
    traces = [_line(*line, years) for line in lines]
    return finished([*traces, *(_dot(level, at) for level in shown)], layout)


def _years_axis(years: Sequence[str], context: PublicContext) -> Layout:
    to_date = {rate.school_year for rate in (*context.district, *context.state) if rate.to_date}
    return {
        "range": [-0.15, len(years) - 0.85],
        "tickvals": list(range(len(years))),
        "ticktext": [stacked(year, "to date") if year in to_date else year for year in years],
        "tickfont": {"size": theme.TICK_SIZE, "color": "@muted"},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": "@line",
        "fixedrange": True,
    }


def _line(
    rates: Sequence[PublishedRate], name: str, colour: str, dash: str, years: Sequence[str]
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [years.index(rate.school_year) for rate in rates],
        "y": [None if rate.rate is None else 100 * rate.rate for rate in rates],
        "text": [
            stacked(
                bold(f"{name}, {wording.published_year(rate)}"),
                f"{wording.published(rate)}, all {rate.students or 0:,} students",
                wording.edition(rate),
            )
            for rate in rates
        ],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "marker": {"color": colour, "size": 6},
        "connectgaps": False,
        "hovertemplate": TEXT_ALONE,
    }


def _dot(level: Level, at: int) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": level.name,
        "x": [at],
        "y": [100 * level.rate],
        "text": [stacked(bold(level.meaning), f"{level.told}, {level.students} students")],
        "marker": {
            "color": level.colour if level.is_filled else "@paper",
            "size": 11,
            "line": {"color": level.colour, "width": 2},
        },
        "cliponaxis": False,
        "hovertemplate": TEXT_ALONE,
    }


_Label = tuple[int, float, str, str, str]  # where, per cent, name, rate in words, colour


def _end(
    rates: Sequence[PublishedRate], name: str, colour: str, years: Sequence[str]
) -> list[_Label]:
    """The name and last rate of a line."""
    known = [(rate, 100 * rate.rate) for rate in rates if rate.rate is not None]
    return [
        (years.index(rate.school_year), size, name, wording.published(rate), colour)
        for rate, size in known[-1:]
    ]


def _labels(labels: Sequence[_Label], limits: tuple[float, float]) -> list[Trace]:
    distance = _LABEL_DISTANCE * (limits[1] - limits[0]) / (_HEIGHT - _TOP - _BOTTOM)
    places = pushed_apart([size for _at, size, *_words in labels], distance, limits)
    return [
        {
            "x": at,
            "y": place,
            "text": stacked(bold(wording.short(name, _LONGEST_NAME)), told),
            "showarrow": False,
            "xanchor": "left",
            "xshift": 12,
            "align": "left",
            "font": {"color": colour, "size": theme.NOTE_SIZE},
        }
        for (at, _size, name, told, colour), place in zip(labels, places, strict=True)
    ]
