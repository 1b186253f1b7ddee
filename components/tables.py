"""Tables of figures, readable by people and screen readers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
from dash import html

from components import wording
from queries.effects import Effect
from queries.trajectories import Trajectory


def trajectory_table(result: Trajectory) -> html.Table:
    """The figures of the core chart, one row per group and month."""
    grouped = result.view.split is not None
    head = ["Month", "Attendance", "95 % interval", "Students"]
    rows = [
        html.Tr(
            [
                *([html.Th(row["label"], scope="row")] if grouped else []),
                html.Td(wording.signed(row["event_month"])),
                *_cells(row, result.threshold),
            ]
        )
        for row in result.frame.to_dict("records")
    ]
    return html.Table(
        [
            html.Caption("Mean of the students’ monthly attendance rates; month 0 is partial"),
            html.Thead(
                html.Tr([html.Th(name, scope="col") for name in (["Group"] * grouped + head)])
            ),
            html.Tbody(rows),
        ],
        className="figures",
    )


def _cells(row: dict[Hashable, Any], threshold: int) -> list[html.Td]:
    if row["withheld"]:
        return [html.Td("–"), html.Td("–"), html.Td(f"fewer than {threshold}")]
    return [
        html.Td(wording.percent(row["rate"])),
        html.Td(f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"),
        html.Td(wording.count(int(row["students"]), row["about"], threshold)),
    ]


def effect_table(results: Sequence[Effect]) -> html.Table:
    """The figures of the comparison, one row per group and month."""
    grouped = len(results) > 1
    head = ["Month", wording.VISITED, wording.COMPARED, "Difference", "95 % band", "Students"]
    rows = [
        html.Tr(
            [
                *([html.Th(result.label, scope="row")] if grouped else []),
                *(html.Td(cell) for cell in _effect_cells(row, result.threshold)),
            ]
        )
        for result in results
        for row in result.frame.to_dict("records")
    ]
    return html.Table(
        [
            html.Caption("Mean monthly attendance rates; differences in points"),
            html.Thead(
                html.Tr([html.Th(name, scope="col") for name in (["Group"] * grouped + head)])
            ),
            html.Tbody(rows),
        ],
        className="figures",
    )


def _effect_cells(row: dict[Hashable, Any], threshold: int) -> list[str]:
    month = wording.signed(row["event_month"])
    if row["withheld"]:
        return [month, "–", "–", "–", "–", f"fewer than {threshold}"]
    gap = ["matched", ""]
    if not pd.isna(row["effect"]):
        gap = [wording.points(row["effect"]), wording.band(row)]
    people = wording.count(int(row["students"]), row["about"], threshold)
    rates = [wording.percent(row[name]) for name in ("visited_rate", "comparison_rate")]
    return [month, *rates, *gap, people]
