"""Groups in the order of their effect: a dot, its interval, and the places it could have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from components import theme, wording
from components.figures.frame import Figure, Trace, axis_title, base_layout, finished, rate_axis
from components.figures.intervals import beside, in_points, zero_line
from components.figures.text import TEXT_ALONE
from evaluation.verdict import Verdict
from queries.effects import HEADLINE_MONTH
from queries.ranking import Ranked
from queries.told import is_one_number

_ROW, _TOP, _AXIS, _LEFT, _RIGHT = 26, 8, 44, 130, 206
_LONGEST_NAME = 16


def ranking_figure(ranked: Sequence[Ranked], links: Mapping[str, str]) -> Figure:
    """One row a group, the largest effect first; a dot leads to ``links`` of its group.

    Filled in the group's colour where the effect may be said by itself; those without a single
    figure stand last, with their range as a line.
    """
    figures = [row.figure for row in ranked]
    ends = [100 * figure[end] for figure in figures for end in ("low", "high")]
    known = [end for end in ends if not math.isnan(end)]
    limits = 5 * math.floor(min([*known, 0]) / 5), 5 * math.ceil(max([*known, 5]) / 5)
    places = [(number + 0.5) * _ROW for number in range(len(ranked))]
    height = _ROW * len(ranked)
    return finished(
        [
            _dot(row, place, links[row.effect.group])
            for row, place in zip(ranked, places, strict=True)
        ],
        base_layout(height + _TOP + _AXIS)
        | {
            "margin": {"l": _LEFT, "r": _RIGHT, "t": _TOP, "b": _AXIS},
            "xaxis": rate_axis(limits)
            | {
                "ticksuffix": "",
                "title": axis_title(wording.EFFECT_AXIS.format(month=HEADLINE_MONTH)),
            },
            "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
            "shapes": [zero_line()],
            "annotations": [
                note
                for row, place in zip(ranked, places, strict=True)
                for note in _words(row, place)
            ],
            "meta": {"kind": "list"},
        },
    )


def _dot(row: Ranked, place: float, link: str) -> Trace:
    figure, colour = row.figure, theme.series(row.effect.place)[0]
    if not is_one_number(figure):
        return _line(row, place, link)
    half = in_points((figure["high"] - figure["low"]) / 2)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": row.effect.label,
        "x": [in_points(figure["effect"])],
        "y": [place],
        "customdata": [link],
        "error_x": {"array": [half], "color": colour, "thickness": 2, "width": 0},
        "marker": {
            "color": colour if row.effect.verdict is Verdict.EFFECT else "@paper",
            "size": 10,
            "line": {"color": colour, "width": 2},
        },
        "text": [wording.design_hover(row.effect.label, _design(row), HEADLINE_MONTH, figure)],
        "hovertemplate": TEXT_ALONE,
    }


def _design(row: Ranked) -> str:
    return "symmetric" if row.effect.verdict is Verdict.SYMMETRIC else "matched"


def _line(row: Ranked, place: float, link: str) -> Trace:
    """A range without a figure of its own."""
    return {
        "type": "scatter",
        "mode": "lines",
        "name": row.effect.label,
        "x": [in_points(row.figure[end]) for end in ("low", "high")],
        "y": [place, place],
        "customdata": [link, link],
        "line": {"color": theme.series(row.effect.place)[0], "width": 2},
        "text": [wording.range_hover(row.effect, HEADLINE_MONTH)] * 2,
        "hovertemplate": TEXT_ALONE,
    }


def _words(row: Ranked, place: float) -> list[dict[str, Any]]:
    name = wording.short(row.effect.label, _LONGEST_NAME)
    return [
        beside(name, place, "left", "@ink"),
        beside(wording.ranked(row), place, "right", "@muted") | {"name": "value"},
    ]
