"""Small multiples: one panel a group, all on one scale, as many beside each other as fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from components import theme, wording
from components.figures.frame import (
    Figure,
    Layout,
    Point,
    Trace,
    base_layout,
    finished,
    first_visit_line,
    month_axis,
)
from components.figures.text import bold, together

_COLUMNS = 3
_HEIGHT = 190

# Event months that keep their figures where there is little room.
NARROW_MONTHS = (-9, -6, -3, 0, 3, 6, 9, 12)


@dataclass(frozen=True)
class Panel:
    """One group: its title, and its traces on the axes of a number (empty for the first)."""

    title: str
    traces: Callable[[str], list[Trace]]


def panels_figure(panels: Sequence[Panel], value_axis: Layout) -> Figure:
    """Months along, ``value_axis`` up in every panel."""
    rows = math.ceil(len(panels) / _COLUMNS)
    layout = base_layout(rows * _HEIGHT) | {
        "margin": {"l": 44, "r": 16, "t": 30, "b": 4},
        "annotations": [],
        "shapes": [],
        "meta": {"kind": "panels", "panels": len(panels), "panel_height": _HEIGHT},
    }
    traces: list[Trace] = []
    for number, panel in enumerate(panels):
        axis = "" if number == 0 else str(number + 1)
        traces += panel.traces(axis)
        x_domain, y_domain = _cell(*divmod(number, _COLUMNS), rows)
        layout[f"xaxis{axis}"] = month_axis() | {
            "domain": x_domain,
            "anchor": f"y{axis}",
            "tickvals": list(NARROW_MONTHS),
            "ticktext": [wording.signed(at) for at in NARROW_MONTHS],
            "tickfont": {"size": 11, "color": "@muted"},
        }
        layout[f"yaxis{axis}"] = value_axis | {
            "domain": y_domain,
            "anchor": f"x{axis}",
            "tickfont": {"size": 11, "color": "@muted"},
        }
        layout["annotations"].append(_title(panel.title, axis))
        layout["shapes"].append(first_visit_line(axis))
    return finished(traces, layout)


def panel_title(name: str, point: Point | None) -> Markup:
    """A group's name, and the students behind a month of it; None where they are withheld."""
    if point is None:
        return bold(name)
    return together(bold(name), f" · {wording.people(point)} students{wording.listed(point)}")


def _cell(row: int, column: int, rows: int) -> tuple[list[float], list[float]]:
    """Share of the figure that a panel takes; the browser does the same for other widths."""
    width, height = 1 / _COLUMNS, 1 / rows
    top = 1 - row * height
    return (
        [column * width + 0.02, (column + 1) * width - 0.02],
        [top - height * 0.72, top - height * 0.06],
    )


def _title(words: str, axis: str) -> Trace:
    return {
        "xref": f"x{axis} domain",
        "yref": f"y{axis} domain",
        "x": 0,
        "y": 1,
        "yshift": 4,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": words,
        "showarrow": False,
        "font": {"size": theme.NOTE_SIZE, "color": "@ink"},
    }
