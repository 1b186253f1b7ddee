"""Tables of figures, readable by people and screen readers."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from dash import html

from components import wording
from queries.trajectories import Trajectory


def trajectory_table(result: Trajectory) -> html.Table:
    """The figures of the core chart, one row per group and month."""
    grouped = result.view.split is not None
    head = ["Month", "Attendance", "95 % interval", "Students"]
    rows = [
        html.Tr(
            [
                *([html.Th(row["label"], scope="row")] if grouped else []),
                html.Td(wording.month(row["event_month"])),
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
