"""Effects of many groups under each other: a dot and an interval for each design."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from components import difference, theme, wording
from components.figures.frame import Figure, Trace, axis_title, base_layout, finished, rate_axis
from components.figures.text import TEXT_ALONE, bold
from evaluation.verdict import Verdict
from queries.effects import HEADLINE_MONTH, Effect
from queries.told import by_method, is_one_number, told

_ROW, _HEADING, _AXIS, _TOP = 26, 34, 44, 26
_LEFT, _RIGHT = 190, 230
_LONGEST_NAME = 24

Cut = tuple[str, Effect]


def interval_figure(cuts: Sequence[Cut], month: int = HEADLINE_MONTH) -> Figure:
    """One row a group, under the name of its dimension, both designs at an event month."""
    places, headings, height = _places(cuts)
    known = [
        end
        for _dimension, result in cuts
        for figure in by_method(result, month)
        for end in (100 * figure["low"], 100 * figure["high"])
        if not math.isnan(end)
    ]
    limits = 5 * math.floor(min([*known, 0]) / 5), 5 * math.ceil(max([*known, 5]) / 5)
    return finished(
        [_dots(cuts, places, month, design) for design in ("symmetric", "matched")],
        base_layout(height + _TOP + _AXIS)
        | {
            "margin": {"l": _LEFT, "r": _RIGHT, "t": _TOP, "b": _AXIS},
            "xaxis": rate_axis(limits)
            | {"ticksuffix": "", "title": axis_title(wording.EFFECT_AXIS.format(month=month))},
            "yaxis": {"range": [height, 0], "visible": False, "fixedrange": True},
            "shapes": [zero_line()],
            "annotations": [
                *(_heading(words, place) for words, place in headings),
                *(
                    note
                    for (_dimension, result), place in zip(cuts, places, strict=True)
                    for note in _names(result, place, month)
                ),
            ],
            "meta": {"kind": "list"},
        },
    )


def _places(cuts: Sequence[Cut]) -> tuple[list[float], list[tuple[str, float]], int]:
    """Pixels from the top of each row and each heading, and of the end."""
    places, headings, at, before = [], [], 0, None
    for dimension, _result in cuts:
        if dimension in wording.DIMENSION_NAMES and dimension != before:
            at += _HEADING
            headings.append((wording.DIMENSION_NAMES[dimension], at - _HEADING / 3))
        places.append(at + _ROW / 2)
        at += _ROW
        before = dimension
    return places, headings, at


def _dots(cuts: Sequence[Cut], places: list[float], month: int, design: str) -> Trace:
    is_matched = design == "matched"
    figures = [by_method(result, month)[0 if is_matched else 1] for _dimension, result in cuts]
    colours = [_colour(result) if is_matched else "@muted" for _dimension, result in cuts]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": wording.DESIGN_NAMES[design],
        "x": [in_points(_middle(figure)) for figure in figures],
        "y": [place + (-3 if is_matched else 5) for place in places],
        "error_x": {
            "array": [in_points((figure["high"] - figure["low"]) / 2) for figure in figures],
            "color": "@accent" if is_matched else "@muted",
            "thickness": 2 if is_matched else 1,
            "width": 0,
        },
        "marker": {
            "color": colours if is_matched else "@paper",
            "size": 9 if is_matched else 6,
            "line": {"color": colours, "width": 1.5},
            "opacity": [float(is_one_number(figure)) for figure in figures],
        },
        "text": [
            wording.design_hover(result.label, design, month, figure)
            for (_dimension, result), figure in zip(cuts, figures, strict=True)
        ],
        "hovertemplate": TEXT_ALONE,
    }


def _middle(figure: Mapping[str, float]) -> float:
    """Where a dot stands, or would stand in the middle of a range."""
    return figure["effect"] if is_one_number(figure) else (figure["low"] + figure["high"]) / 2


def _colour(result: Effect) -> str:
    """The accent where the matched figure may be said by itself."""
    return "@accent" if result.verdict is Verdict.EFFECT else "@muted"


def in_points(rate: float) -> float | None:
    """0.091 -> 9.1; None where there is no figure."""
    return None if math.isnan(rate) else 100 * rate


def zero_line() -> Trace:
    """No difference."""
    return {
        "type": "line",
        "x0": 0,
        "x1": 0,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"color": "@muted", "width": 1},
        "layer": "below",
    }


def _heading(words: str, place: float) -> Trace:
    return beside(bold(words), place, "left", "@ink") | {"xanchor": "left", "xshift": -_LEFT}


def _names(result: Effect, place: float, month: int) -> list[Trace]:
    name = wording.short(result.label, _LONGEST_NAME)
    figure = difference.estimate(told(result, month)) if result.verdict else ""
    words = f"{figure} {difference.caution(result)}".strip()
    return [
        beside(name, place, "left", "@ink"),
        beside(words, place, "right", _colour(result)) | {"name": "value"},
    ]


def beside(words: str, place: float, side: str, colour: str) -> Trace:
    """Words left or right of the axes, at a row."""
    is_left = side == "left"
    return {
        "xref": "paper",
        "x": 0 if is_left else 1,
        "xanchor": "right" if is_left else "left",
        "xshift": -10 if is_left else 10,
        "y": place,
        "text": words,
        "showarrow": False,
        "font": {"size": theme.NOTE_SIZE, "color": colour},
    }
