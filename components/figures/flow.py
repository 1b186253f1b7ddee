"""How contacts go on: families contacted, reached at once or later or not yet, visited again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from components import student_wording as words
from components import theme
from components.figures.frame import Figure, Trace, base_layout, finished
from components.figures.text import bold, stacked
from queries.students import NOT_REACHED
from queries.visits import AT_ONCE, FLOW_VISITS, LATER

_HEIGHT = 360
_GAP = 0.09  # between nodes of a column, as a share of the height
_NODE = 0.012  # half the width of a node, where columns are 1 apart
_STEPS = 24

_REACHED = (AT_ONCE, LATER, NOT_REACHED)
_COLOURS = {AT_ONCE: "@accent", LATER: "@series-0", NOT_REACHED: "@muted"}

Span = tuple[float, float]  # top and bottom, downward from 0 to 1


def flow_figure(frame: pd.DataFrame) -> Figure:
    """Ribbons as wide as their students, from all contacted to completed visits.

    ``frame`` as of ``queries.visits.flow``; pairs that are withheld are left out.
    """
    shown = frame[~frame["withheld"]]
    pairs = {
        (row["reached"], int(row["visits"])): int(row["students"])
        for row in shown.to_dict("records")
    }
    about = bool(shown["about"].any())
    by_reached = {
        name: sum(count for (reached, _visits), count in pairs.items() if reached == name)
        for name in _REACHED
    }
    visits = range(1, FLOW_VISITS + 1)
    by_visits = {
        number: sum(count for (_reached, times), count in pairs.items() if times == number)
        for number in visits
    }
    total = sum(by_reached.values())
    everybody = words.FLOW_SHOWN if frame["withheld"].any() else words.FLOW_ALL
    scale = (1 - _GAP * (len(_REACHED) - 1)) / max(total, 1)
    left = _stacked([total], scale)[0]
    middle = dict(zip(_REACHED, _stacked(list(by_reached.values()), scale), strict=True))
    right = dict(zip(visits, _stacked(list(by_visits.values()), scale), strict=True))
    traces, at_left, at_right = [], left[0], {number: span[0] for number, span in right.items()}
    for name in _REACHED:
        size = by_reached[name] * scale
        told = words.flow_words(name, None, by_reached[name], about)
        traces.append(_ribbon(0, (at_left, at_left + size), middle[name], _COLOURS[name], told))
        at_left += size
        from_top = middle[name][0]
        for number in visits:
            count = pairs.get((name, number), 0)
            wide = count * scale
            told = words.flow_words(name, number, count, about)
            source = (from_top, from_top + wide)
            target = (at_right[number], at_right[number] + wide)
            if count:
                traces.append(_ribbon(1, source, target, _COLOURS[name], told))
            from_top += wide
            at_right[number] += wide
    nodes = [
        (0, left, everybody, total),
        *((1, middle[name], words.FLOW_WORDS[name], by_reached[name]) for name in _REACHED),
        *((2, right[n], words.flow_visits(n), by_visits[n]) for n in visits),
    ]
    return finished(
        [*traces, *(_node(column, span) for column, span, _name, _count in nodes)],
        base_layout(_HEIGHT)
        | {
            "margin": {"l": 8, "r": 150, "t": 8, "b": 8},
            "xaxis": {"range": [-0.02, 2.02], "visible": False, "fixedrange": True},
            "yaxis": {"range": [1.02, -0.02], "visible": False, "fixedrange": True},
            "annotations": [
                _label(column, span, name, words.counted(count, about))
                for column, span, name, count in nodes
                if count
            ],
            "meta": {"kind": "flow"},
        },
    )


def _stacked(counts: Sequence[int], scale: float) -> list[Span]:
    spans, top = [], 0.0
    for count in counts:
        spans.append((top, top + count * scale))
        top += count * scale + _GAP
    return spans


def _ribbon(column: int, source: Span, target: Span, colour: str, told: str) -> Trace:
    steps = [step / _STEPS for step in range(_STEPS + 1)]
    eased = [3 * step**2 - 2 * step**3 for step in steps]
    x = [column + _NODE + step * (1 - 2 * _NODE) for step in steps]

    def edge(which: int) -> list[float]:
        return [source[which] + (target[which] - source[which]) * part for part in eased]

    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*x, *reversed(x)],
        "y": [*edge(0), *reversed(edge(1))],
        "fill": "toself",
        "fillcolor": f"{colour}/0.28",
        "line": {"width": 0},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": told,
        "name": told,
    }


def _node(column: int, span: Span) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [column, column],
        "y": list(span),
        "line": {"color": "@ink", "width": 5},
        "hoverinfo": "skip",
    }


def _label(column: int, span: Span, name: str, told: str) -> Mapping[str, object]:
    return {
        "x": column,
        "y": sum(span) / 2,
        "text": stacked(bold(name), told),
        "showarrow": False,
        "xanchor": "left",
        "xshift": 8,
        "align": "left",
        "font": {"size": theme.TICK_SIZE, "color": "@ink"},
    }
