"""The core chart: attendance before and after the first visit."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Input, Output, callback, dcc, html

from access import current_viewer
from components import controls, filter_bar, shell, states, tables, wording
from components.chart_frame import ChartFrame
from components.figures.effect import effect_figure, effect_panels
from components.figures.frame import Figure
from components.figures.text import stacked
from components.figures.trajectory import trajectory_figure
from pages.downloads import Leaving, offer_downloads
from pages.following import has_newer
from queries.database import snapshot
from queries.effects import Effect, effects
from queries.facets import option_counts
from queries.filters import KnownValues, View
from queries.told import told_months
from queries.trajectories import Trajectory, trajectory
from queries.values import known_values

PATH, TITLE = "/trajectories", "Trajectories"
HEADING = "Attendance before and after the first visit"

CHART, EFFECT = ChartFrame("trajectory"), ChartFrame("effect")
_SELECTION_ID, _CONTROLS_ID, _STATE_ID, _CHART_ID, _EFFECT_ID, _SHOWN_ID = (
    "trajectory-selection",
    "trajectory-controls",
    "trajectory-state",
    "trajectory-chart",
    "trajectory-effect",
    "trajectory-shown",
)


def layout() -> html.Div:
    """The page without figures; they come with the URL's selection."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_SELECTION_ID, className="selection")],
                className="page-head",
            ),
            html.Div(id=_CONTROLS_ID),
            dcc.Store(id=_SHOWN_ID),
            html.Div(id=_STATE_ID),
            html.Div(
                CHART.layout(
                    "Mean attendance by school month",
                    "Share of days attended, mean over students; band: 95 % interval",
                    wording.HOW_TO_READ,
                ),
                id=_CHART_ID,
            ),
            html.Div(
                EFFECT.layout(
                    "Would they have come back anyway?", wording.ANYWAY, wording.EFFECT_HOW_TO_READ
                ),
                id=_EFFECT_ID,
            ),
        ]
    )


@callback(
    output={
        "figure": Output(CHART.figure, "data"),
        "summary": Output(CHART.summary, "children"),
        "notes": Output(CHART.notes, "children"),
        "table": Output(CHART.table, "children"),
        "selection": Output(_SELECTION_ID, "children"),
        "controls": Output(_CONTROLS_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_CHART_ID, "hidden"),
        "shown": Output(_SHOWN_ID, "data"),
    },
    inputs=Input(shell.URL_ID, "search"),
    running=[(Output(CHART.body, "className"), "chart-body loading", "chart-body")],
)
def show(search: str | None) -> dict[str, Any]:
    """Everything on the page, and the filters' counts, from one load."""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        view, ignored = View.parse(search, known)
        result = trajectory(data, viewer, view)
        counts = option_counts(data, viewer, view.filters)
    filter_bar.show_counts(counts, viewer.threshold)
    shell.show(data.data_as_of, ignored)
    return _contents(result, known) | {"shown": {"load": data.load_id, "search": search}}


def _contents(result: Trajectory, known: KnownValues) -> dict[str, Any]:
    figure = _figure(result)
    return {
        "figure": figure,
        "summary": wording.summary(result),
        "notes": wording.gaps(result),
        "table": tables.trajectory_table(result),
        "selection": wording.served(result, known),
        "controls": controls.trajectory_controls(PATH, result.view),
        "state": None if figure else states.too_few(result.threshold, PATH),
        "hidden": figure is None,
    }


def _figure(result: Trajectory) -> Figure | None:
    return None if result.frame["withheld"].all() else trajectory_figure(result)


@callback(
    output={
        "figure": Output(EFFECT.figure, "data"),
        "summary": Output(EFFECT.summary, "children"),
        "table": Output(EFFECT.table, "children"),
        "hidden": Output(_EFFECT_ID, "hidden"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(EFFECT.body, "className"), "chart-body loading", "chart-body")],
)
def show_effect(shown: dict[str, Any]) -> dict[str, Any]:
    """The comparison to the chart above; by itself, because fitting takes longer than drawing."""
    with snapshot() as data:
        if has_newer(data, shown):
            return {"figure": None, "summary": "", "table": None, "hidden": True}
        view, _ignored = View.parse(shown["search"], known_values(data))
        results = effects(data, current_viewer(data), view)
    known = [result for result in results if result.verdict is not None]
    return {
        "figure": _effect_figure(view, known) if known else None,
        "summary": _effect_words(view, results),
        "table": tables.effect_table(results),
        "hidden": not known,
    }


def _effect_figure(view: View, results: list[Effect]) -> Figure:
    return effect_panels(results) if view.split else effect_figure(results[0])


def _effect_words(view: View, results: list[Effect]) -> str:
    return wording.group_sentences(results) if view.split else wording.said(results[0])


def _leaving_trajectory(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        result = trajectory(data, current_viewer(data).for_export(), view)
    figures = ["rate", "beyond", "low", "high", "students", "about", "withheld"]
    return Leaving(
        f"{HEADING}: {wording.selection(view.filters, known)}",
        wording.source(result, data.data_as_of, data.is_demonstration),
        _figure(result),
        result.frame[["label", "event_month", *figures]].rename(columns={"label": "group"}),
    )


def _leaving_effect(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        results = effects(data, current_viewer(data).for_export(), view)
    told = [result for result in results if result.verdict is not None]
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    return Leaving(
        f"Visited and similar students: {wording.selection(view.filters, known)}",
        stacked(_effect_words(view, results), source),
        _effect_figure(view, told) if told else None,
        pd.concat([told_months(result).assign(group=result.label) for result in results]),
    )


offer_downloads(CHART, "attendance-around-first-visit", _leaving_trajectory)
offer_downloads(EFFECT, "visited-and-similar-students", _leaving_effect)
