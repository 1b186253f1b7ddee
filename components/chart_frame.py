"""The frame every chart stands in: title, figure, downloads, how to read it, its data.

A figure arrives in a store with colours by role; the browser dresses it in the theme and width
of the screen (``assets/dashboard.js``) and draws it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import ClientsideFunction, Input, Output, clientside_callback, dcc, html

from components.figures.frame import Figure
from components.figures.text import escaped
from components.tables import table_area
from components.wording import unbroken

VIEWPORT_ID, THEME_ID, PALETTES_ID = "viewport", "theme", "palettes"

# Until its figure comes a chart shows no axes.
_EMPTY = {
    "data": [],
    "layout": {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    },
}

# plotly offers to upload a chart to a third party: never.
CONFIG = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}


class ChartFrame:
    """Ids and layout of one chart; ``name`` tells charts on a page apart."""

    def __init__(self, name: str) -> None:
        self.section = f"{name}-section"
        self.figure = f"{name}-figure"
        self.graph = f"{name}-graph"
        self.area = f"{name}-area"
        self.body = f"{name}-body"
        self.summary = f"{name}-summary"
        self.notes = f"{name}-notes"
        self.table = f"{name}-table"
        self.export = f"{name}-export"
        self.csv = f"{name}-csv"
        self.buttons = {kind: f"{name}-download-{kind}" for kind in ("png", "svg", "csv")}
        self.copy = f"{name}-copy"
        self._done = f"{name}-done"
        self._connect()

    def layout(self, title: str, meaning: str, how_to_read: Sequence[str]) -> html.Section:
        """The empty frame; a page fills ``figure``, ``summary``, ``notes`` and ``table``."""
        return html.Section(
            [
                html.Div(
                    [
                        html.Div([html.H2(title), html.P(unbroken(meaning), className="meaning")]),
                        self._actions(),
                    ],
                    className="chart-head",
                ),
                html.Div(
                    [
                        html.P(id=self.summary, className="chart-summary"),
                        html.Div(
                            dcc.Graph(
                                id=self.graph, figure=_EMPTY, config=CONFIG, responsive="auto"
                            ),
                            id=self.area,
                            className="chart-area",
                            role="img",
                            **{"aria-label": title, "aria-describedby": self.summary},
                        ),
                        html.P(id=self.notes, className="chart-notes"),
                    ],
                    id=self.body,
                    className="chart-body",
                ),
                html.Details(
                    [
                        html.Summary("How to read this"),
                        *(html.P(unbroken(words)) for words in how_to_read),
                        html.P(
                            html.A(
                                "Every definition and the method in full",
                                href="/methods",
                                className="keeps-filters",
                            )
                        ),
                    ],
                    className="more",
                ),
                html.Details(
                    [
                        html.Summary("Show the data"),
                        table_area(self.table, "Data of the chart"),
                    ],
                    className="more",
                ),
                dcc.Store(id=self.figure),
                dcc.Store(id=self.export),
                dcc.Download(id=self.csv),
                html.Div(id=self._done, className="visually-hidden", role="status"),
            ],
            id=self.section,
            className="card-panel chart",
        )

    def _actions(self) -> html.Div:
        downloads = [
            html.Button(kind.upper(), id=button, type="button", title=f"Download as {kind.upper()}")
            for kind, button in self.buttons.items()
        ]
        return html.Div(
            [
                html.Span("Download", className="actions-name"),
                *downloads,
                html.Button("Copy link", id=self.copy, type="button"),
            ],
            className="actions",
        )

    def _connect(self) -> None:
        clientside_callback(
            ClientsideFunction("dashboard", "draw"),
            Output(self.graph, "figure"),
            Output(self.area, "hidden"),
            Input(self.figure, "data"),
            Input(THEME_ID, "data"),
            Input(VIEWPORT_ID, "data"),
            Input(PALETTES_ID, "data"),
            prevent_initial_call=True,
        )
        clientside_callback(
            ClientsideFunction("dashboard", "downloadImage"),
            Output(self._done, "children"),
            Input(self.export, "data"),
            Input(PALETTES_ID, "data"),
            prevent_initial_call=True,
        )
        clientside_callback(
            ClientsideFunction("dashboard", "copyLink"),
            Output(self.copy, "children"),
            Input(self.copy, "n_clicks"),
            prevent_initial_call=True,
        )


def export_of(figure: Figure, kind: str, name: str, title: str, source: str) -> dict[str, Any]:
    """What the browser needs to save a figure as an image, with title and source inside it."""
    words = {"title": escaped(title), "source": escaped(source)}
    return {"figure": figure, "kind": kind, "name": name, **words}
