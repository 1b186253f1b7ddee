"""The core chart: attendance before and after the first visit."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import Input, Output, State, callback, ctx, dcc, html

from access import current_viewer
from components import controls, filter_bar, shell, states, tables, wording
from components.chart_frame import ChartFrame, export_of
from components.figures.effect import effect_figure, effect_panels
from components.figures.frame import Figure
from components.figures.trajectory import trajectory_figure
from queries.database import snapshot
from queries.effects import Effect, effects
from queries.facets import option_counts
from queries.filters import KnownValues, View
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
    empty = bool(result.frame["withheld"].all())
    return {
        "figure": None if empty else trajectory_figure(result),
        "summary": wording.summary(result),
        "notes": wording.gaps(result),
        "table": tables.trajectory_table(result),
        "selection": wording.served(result, known),
        "controls": controls.trajectory_controls(PATH, result.view),
        "state": states.too_few(result.threshold, PATH) if empty else None,
        "hidden": empty,
    }


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
        if data.load_id != shown["load"]:
            shell.show(data.data_as_of, [wording.NEWER_DATA])
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
    return wording.group_sentences(results) if view.split else wording.effect_sentence(results[0])


@callback(
    Output(CHART.export, "data"),
    Input(CHART.buttons["png"], "n_clicks"),
    Input(CHART.buttons["svg"], "n_clicks"),
    State(shell.URL_ID, "search"),
    prevent_initial_call=True,
)
def export_image(_png: int | None, _svg: int | None, search: str | None) -> dict[str, Any]:
    """The figure as it may leave the screen; the browser makes the image."""
    result, known, source = _for_export(search)
    kind = "svg" if ctx.triggered_id == CHART.buttons["svg"] else "png"
    title = f"{HEADING}: {wording.selection(result.view.filters, known)}"
    return export_of(
        trajectory_figure(result), kind, "attendance-around-first-visit", title, source
    )


@callback(
    Output(CHART.csv, "data"),
    Input(CHART.buttons["csv"], "n_clicks"),
    State(shell.URL_ID, "search"),
    prevent_initial_call=True,
)
def export_csv(_clicks: int | None, search: str | None) -> dict[str, Any]:
    """The figures as they may leave the screen."""
    result, _known, _source = _for_export(search)
    columns = ["label", "event_month", "rate", "low", "high", "students", "about", "withheld"]
    frame: pd.DataFrame = result.frame[columns].rename(columns={"label": "group"})
    return dcc.send_data_frame(frame.to_csv, "attendance-around-first-visit.csv", index=False)


def _for_export(search: str | None) -> tuple[Trajectory, KnownValues, str]:
    with snapshot() as data:
        viewer, known = current_viewer(data).for_export(), known_values(data)
        view, _ignored = View.parse(search, known)
        result = trajectory(data, viewer, view)
        return result, known, wording.source(result, data.data_as_of, data.is_demonstration)


@callback(
    Output(EFFECT.export, "data"),
    Input(EFFECT.buttons["png"], "n_clicks"),
    Input(EFFECT.buttons["svg"], "n_clicks"),
    State(shell.URL_ID, "search"),
    prevent_initial_call=True,
)
def export_effect_image(_png: int | None, _svg: int | None, search: str | None) -> Any:
    """The comparison as it may leave the screen, with its sentence in the picture."""
    view, results, words, source = _effect_for_export(search)
    known = [result for result in results if result.verdict is not None]
    if not known:
        return None
    kind = "svg" if ctx.triggered_id == EFFECT.buttons["svg"] else "png"
    source = f"{_effect_words(view, results)}<br>{source}"
    title = f"Visited and similar students: {words}"
    return export_of(
        _effect_figure(view, known), kind, "visited-and-similar-students", title, source
    )


@callback(
    Output(EFFECT.csv, "data"),
    Input(EFFECT.buttons["csv"], "n_clicks"),
    State(shell.URL_ID, "search"),
    prevent_initial_call=True,
)
def export_effect_csv(_clicks: int | None, search: str | None) -> dict[str, Any]:
    """The comparison's figures as they may leave the screen."""
    _view, results, _words, _source = _effect_for_export(search)
    frame = pd.concat([result.frame.assign(group=result.label) for result in results])
    return dcc.send_data_frame(frame.to_csv, "visited-and-similar-students.csv", index=False)


def _effect_for_export(search: str | None) -> tuple[View, list[Effect], str, str]:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        results = effects(data, current_viewer(data).for_export(), view)
        words = wording.selection(view.filters, known)
        return view, results, words, wording.effect_source(data.data_as_of, data.is_demonstration)
