"""Downloads of a chart: its image and its figures, as they may leave the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from dash import Input, Output, State, callback, ctx, dcc

from access import record
from components import shell, wording
from components.chart_frame import ChartFrame, export_of
from components.figures.frame import Figure
from components.figures.text import unmarked
from exports.cells import csv_of_frame


@dataclass(frozen=True)
class Leaving:
    """A chart with what stands around it; no ``figure`` where there is nothing to draw.

    ``frame`` holds the figures as the CSV file shows them.
    """

    title: str
    source: str
    figure: Figure | None
    frame: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The rows of the file; where all are withheld only why, and what they would be of."""
        if "withheld" not in self.frame or not self.frame["withheld"].all():
            return self.frame
        return pd.DataFrame({wording.NOTHING_TOLD: [unmarked(self.source)]})


def offer_downloads(
    chart: ChartFrame, name: str, make: Callable[[str | None], Leaving], part: str = "search"
) -> None:
    """Connect the buttons of ``chart``; files are called ``name``.

    ``make`` answers a ``part`` of the URL (its search, its pathname) with the chart, held to what
    may be exported.
    """

    @callback(
        Output(chart.export, "data"),
        Input(chart.buttons["png"], "n_clicks"),
        Input(chart.buttons["svg"], "n_clicks"),
        State(shell.URL_ID, part),
        prevent_initial_call=True,
    )
    def image(_png: int | None, _svg: int | None, selection: str | None) -> dict[str, Any] | None:
        leaving = make(selection)
        if leaving.figure is None:
            return None
        kind = "svg" if ctx.triggered_id == chart.buttons["svg"] else "png"
        record("exported", file=f"{name}.{kind}", selection=selection)
        return export_of(leaving.figure, kind, name, leaving.title, leaving.source)

    @callback(
        Output(chart.csv, "data"),
        Input(chart.buttons["csv"], "n_clicks"),
        State(shell.URL_ID, part),
        prevent_initial_call=True,
    )
    def figures(_clicks: int | None, selection: str | None) -> dict[str, Any]:
        record("exported", file=f"{name}.csv", selection=selection)
        return dcc.send_string(csv_of_frame(make(selection).table), f"{name}.csv")
