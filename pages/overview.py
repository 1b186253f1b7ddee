"""What the program did and what came of it, on one screen."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from access import current_viewer
from components import cards, filter_bar, shell, states, tables, wording
from components import standing_wording as words
from components.chart_frame import ChartFrame
from components.figures.effect import lines_figure
from components.figures.ranking import ranking_figure
from components.figures.text import stacked
from components.standing_tables import ranking_table
from pages.district import district_link
from pages.downloads import Leaving, offer_downloads
from pages.following import has_newer
from queries.changes import changes, effect_before
from queries.database import snapshot
from queries.effects import effect
from queries.facets import option_counts
from queries.filters import View
from queries.ranking import ranked_groups
from queries.standing import contacts, row_of_all, standing
from queries.told import all_months, told_months
from queries.values import known_values

PATH, TITLE = "/", "Overview"
HEADING = "The program at a glance"

LINES, RANKING = ChartFrame("overview-lines"), ChartFrame("overview-ranking")
_SELECTION_ID, _SAID_ID, _STATE_ID, _BODY_ID = (
    "overview-selection",
    "overview-said",
    "overview-state",
    "overview-body",
)
_COUNTS_ID, _EFFECT_ID, _CHANGED_ID, _SHOWN_ID, _FOLLOWED_ID = (
    "overview-counts",
    "overview-effect",
    "overview-changed",
    "overview-shown",
    "overview-followed",
)


def layout() -> html.Div:
    """The page without figures; they come with the URL's selection."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_SELECTION_ID, className="selection")],
                className="page-head",
            ),
            dcc.Store(id=_SHOWN_ID),
            dcc.Store(id=_FOLLOWED_ID),
            html.Div(id=_STATE_ID),
            html.Div(
                [
                    html.P(id=_SAID_ID, className="said"),
                    html.Div(
                        [
                            html.Div(id=_COUNTS_ID, className="some-cards"),
                            html.Div(id=_EFFECT_ID, className="some-cards"),
                        ],
                        className="cards",
                    ),
                    html.Div(
                        [
                            LINES.layout(
                                "Before and after the first visit",
                                words.LINES_MEANING,
                                wording.EFFECT_HOW_TO_READ,
                            ),
                            RANKING.layout(
                                "Districts side by side",
                                words.RANKING_MEANING,
                                words.RANKING_HOW_TO_READ,
                            ),
                        ],
                        className="pair",
                    ),
                    html.Section(id=_CHANGED_ID, className="card-panel changed"),
                ],
                id=_BODY_ID,
            ),
        ]
    )


@callback(
    output={
        "selection": Output(_SELECTION_ID, "children"),
        "counts": Output(_COUNTS_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        "shown": Output(_SHOWN_ID, "data"),
    },
    inputs=Input(shell.URL_ID, "search"),
)
def show(search: str | None) -> dict[str, Any]:
    """What needs no comparison, and the filters' counts, from one load."""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        view, ignored = View.parse(search, known)
        alone = View(view.filters)
        served = row_of_all(standing(data, viewer, alone))
        made = row_of_all(contacts(data, viewer, alone))
        changed = changes(data, viewer, view.filters)
        counts = option_counts(data, viewer, view.filters)
    filter_bar.show_counts(counts, viewer.threshold)
    shell.show(data.data_as_of, ignored)
    nobody = pd.isna(served["students"])
    return {
        "selection": wording.selection(view.filters, known),
        "counts": cards.cards(
            words.count_cards(served, made, changed, viewer.threshold, alone.to_search())
        ),
        "state": states.too_few(viewer.threshold, PATH) if nobody else None,
        "hidden": nobody,
        "shown": {"load": data.load_id, "search": search},
    }


@callback(
    output={
        "said": Output(_SAID_ID, "children"),
        "cards": Output(_EFFECT_ID, "children"),
        "figure": Output(LINES.figure, "data"),
        "summary": Output(LINES.summary, "children"),
        "table": Output(LINES.table, "children"),
        "lines_hidden": Output(LINES.section, "hidden"),
        "changed": Output(_CHANGED_ID, "children"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(LINES.body, "className"), "chart-body loading", "chart-body")],
)
def show_effect(shown: dict[str, Any]) -> dict[str, Any]:
    """The comparison; by itself, because fitting takes longer than counting."""
    with snapshot() as data:
        if has_newer(data, shown):
            return _NO_EFFECT
        viewer = current_viewer(data)
        view, _ignored = View.parse(shown["search"], known_values(data))
        alone = View(view.filters)
        found = effect(data, viewer, view.filters)
        before = effect_before(data, viewer, view.filters, found)
        served = row_of_all(standing(data, viewer, alone))
        changed = changes(data, viewer, view.filters)
    nothing = found.verdict is None
    return {
        "said": wording.said(found),
        "cards": cards.cards(words.effect_cards(served, found, before, alone.to_search())),
        "figure": None if nothing else lines_figure(found),
        "summary": words.lines_summary(found),
        "table": tables.effect_table([found]),
        "lines_hidden": nothing,
        "changed": [
            html.H2(words.changed_since(changed)),
            html.Ul(
                [
                    html.Li(sentence)
                    for sentence in words.changed(changed, found, before, data.data_as_of)
                ]
            ),
            dcc.Link("What was loaded and rejected", href=f"/methods{alone.to_search()}"),
        ],
    }


_NO_EFFECT: dict[str, Any] = {
    **dict.fromkeys(("said", "cards", "figure", "summary", "table", "changed")),
    "lines_hidden": True,
}


@callback(
    output={
        "figure": Output(RANKING.figure, "data"),
        "summary": Output(RANKING.summary, "children"),
        "table": Output(RANKING.table, "children"),
        "hidden": Output(RANKING.section, "hidden"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(RANKING.body, "className"), "chart-body loading", "chart-body")],
)
def show_ranking(shown: dict[str, Any]) -> dict[str, Any]:
    """The districts of the selection in the order of their effect."""
    with snapshot() as data:
        if has_newer(data, shown):
            return dict.fromkeys(("figure", "summary", "table")) | {"hidden": True}
        view, _ignored = View.parse(shown["search"], known_values(data))
        rows = ranked_groups(data, current_viewer(data), view.filters, "district")
    links = {row.effect.group: district_link(row.effect.group, view.filters) for row in rows}
    return {
        "figure": ranking_figure(rows, links),
        "summary": words.ranking_summary(rows),
        "table": ranking_table(rows, links),
        "hidden": all(row.effect.verdict is None for row in rows),
    }


clientside_callback(
    ClientsideFunction("dashboard", "follow"),
    Output(_FOLLOWED_ID, "data"),
    Input(RANKING.graph, "clickData"),
    prevent_initial_call=True,
)


def _leaving_lines(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        found = effect(data, current_viewer(data).for_export(), view.filters)
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    return Leaving(
        f"Before and after the first visit: {wording.selection(view.filters, known)}",
        stacked(wording.said(found), source),
        None if found.verdict is None else lines_figure(found),
        told_months(found),
    )


def _leaving_ranking(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        viewer = current_viewer(data).for_export()
        rows = ranked_groups(data, viewer, view.filters, "district")
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    return Leaving(
        f"Districts side by side: {wording.selection(view.filters, known)}",
        stacked(words.ranking_summary(rows), source),
        ranking_figure(rows, {row.effect.group: "" for row in rows}),
        all_months([("district", row.effect) for row in rows]),
    )


offer_downloads(LINES, "before-and-after", _leaving_lines)
offer_downloads(RANKING, "districts-by-effect", _leaving_ranking)
