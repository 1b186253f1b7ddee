"""Districts beside each other: what the visited did against similar students, and the figures."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from access import current_viewer
from components import filter_bar, shell, standing_tables, states, tables, wording
from components import standing_wording as words
from components.chart_frame import ChartFrame
from components.figures.cells import heat_figure
from components.figures.effect import lines_panels
from pages.district import district_link
from pages.downloads import Leaving, offer_downloads
from pages.following import has_newer
from queries.database import Snapshot, snapshot
from queries.effects import Effect, effects
from queries.facets import option_counts
from queries.filters import KnownValues, View
from queries.official import district_months
from queries.ranking import ranked_groups
from queries.standing import contacts, standing
from queries.targets import progress, read_targets
from queries.told import all_months
from queries.values import known_values
from queries.viewer import Viewer

PATH, TITLE = "/districts", "Districts"
HEADING = "Districts beside each other"

PANELS, HEAT = ChartFrame("districts-panels"), ChartFrame("districts-heat")
_SELECTION_ID, _STATE_ID, _BODY_ID, _TARGETS_ID, _TARGETS_CARD_ID, _SHOWN_ID, _FOLLOWED_ID = (
    "districts-selection",
    "districts-state",
    "districts-body",
    "districts-targets",
    "districts-targets-card",
    "districts-shown",
    "districts-followed",
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
                    html.Section(
                        [
                            html.H2("The figures"),
                            html.P(words.GRID_MEANING, className="meaning"),
                            standing_tables.districts_grid(),
                        ],
                        className="card-panel",
                    ),
                    PANELS.layout(
                        "Visited and similar students, district by district",
                        words.PANELS_MEANING,
                        (words.PANELS_HOW_TO_READ, *wording.EFFECT_HOW_TO_READ),
                    ),
                    html.Section(
                        [
                            html.H2("Targets"),
                            html.P(words.TARGETS_RULE, className="meaning"),
                            tables.table_area(_TARGETS_ID, "Targets"),
                        ],
                        id=_TARGETS_CARD_ID,
                        className="card-panel",
                    ),
                    HEAT.layout(
                        "Official attendance, month by month",
                        words.HEAT_MEANING,
                        words.HEAT_HOW_TO_READ,
                    ),
                ],
                id=_BODY_ID,
            ),
        ]
    )


@callback(
    output={
        "selection": Output(_SELECTION_ID, "children"),
        "heat": Output(HEAT.figure, "data"),
        "heat_summary": Output(HEAT.summary, "children"),
        "heat_table": Output(HEAT.table, "children"),
        "targets": Output(_TARGETS_ID, "children"),
        "no_targets": Output(_TARGETS_CARD_ID, "hidden"),
        "shown": Output(_SHOWN_ID, "data"),
    },
    inputs=Input(shell.URL_ID, "search"),
)
def show(search: str | None) -> dict[str, Any]:
    """What needs no comparison, and the filters' counts, from one load."""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        view, ignored = View.parse(search, known)
        months = district_months(data, viewer)
        aims = [progress(data, viewer, target) for target in read_targets()]
        counts = option_counts(data, viewer, view.filters)
    filter_bar.show_counts(counts, viewer.threshold)
    shell.show(data.data_as_of, ignored)
    names = _names(known, view)
    own = months[months["district_code"].isin(names)]
    aims = [aim for aim in aims if not view.filters.district or aim.target.district in names]
    return {
        "selection": wording.selection(view.filters, known),
        "heat": heat_figure(own, names),
        "heat_summary": words.heat_summary(own, names),
        "heat_table": standing_tables.heat_table(own, names),
        "targets": standing_tables.targets_table(aims, names),
        "no_targets": not aims,
        "shown": {"load": data.load_id, "search": search},
    }


def _names(known: KnownValues, view: View) -> dict[str, str]:
    """The chosen districts, all without a choice."""
    chosen = view.filters.district
    return {code: name for code, name in known.district.items() if not chosen or code in chosen}


@callback(
    output={
        "rows": Output(standing_tables.GRID_ID, "rowData"),
        "figure": Output(PANELS.figure, "data"),
        "summary": Output(PANELS.summary, "children"),
        "table": Output(PANELS.table, "children"),
        "hidden": Output(PANELS.section, "hidden"),
        "state": Output(_STATE_ID, "children"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(PANELS.body, "className"), "chart-body loading", "chart-body")],
)
def show_effects(shown: dict[str, Any]) -> dict[str, Any]:
    """The comparison by district; by itself, because fitting takes longer than counting."""
    with snapshot() as data:
        if has_newer(data, shown):
            nothing = dict.fromkeys(("figure", "summary", "table", "state"))
            return nothing | {"rows": [], "hidden": True}
        viewer, known = current_viewer(data), known_values(data)
        view, _ignored = View.parse(shown["search"], known)
        results, rows = _by_district(data, viewer, view)
    told = [result for result in results if result.verdict is not None]
    return {
        "rows": rows,
        "figure": lines_panels(told) if told else None,
        "summary": wording.group_sentences(results),
        "table": tables.effect_table(results),
        "hidden": not told,
        "state": None if told else states.too_few(viewer.threshold, PATH),
    }


def _by_district(
    data: Snapshot, viewer: Viewer, view: View
) -> tuple[list[Effect], list[dict[str, Any]]]:
    split = View(view.filters, "district")
    results = effects(data, viewer, split)
    months = district_months(data, viewer)
    told = months[~months["withheld"]].groupby("district_code")["students"].last()
    latest = {str(code): int(students) for code, students in told.items()}
    links = {result.group: district_link(result.group, view.filters) for result in results}
    rows = standing_tables.district_rows(
        standing(data, viewer, split),
        contacts(data, viewer, split),
        latest,
        ranked_groups(data, viewer, view.filters, "district"),
        links,
    )
    return results, rows


clientside_callback(
    ClientsideFunction("dashboard", "follow"),
    Output(_FOLLOWED_ID, "data"),
    Input(HEAT.graph, "clickData"),
    prevent_initial_call=True,
)


def _leaving_panels(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        viewer = current_viewer(data).for_export()
        results = effects(data, viewer, View(view.filters, "district"))
    told = [result for result in results if result.verdict is not None]
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    return Leaving(
        f"Visited and similar students by district: {wording.selection(view.filters, known)}",
        source,
        lines_panels(told) if told else None,
        all_months([("district", result) for result in results]),
    )


def _leaving_heat(search: str | None) -> Leaving:
    with snapshot() as data:
        known = known_values(data)
        view, _ignored = View.parse(search, known)
        months = district_months(data, current_viewer(data).for_export())
    names = _names(known, view)
    own = months[months["district_code"].isin(names)]
    return Leaving(
        "Official attendance by district and month",
        wording.official_source(data.data_as_of, data.is_demonstration),
        heat_figure(own, names),
        own,
    )


offer_downloads(PANELS, "visited-and-similar-by-district", _leaving_panels)
offer_downloads(HEAT, "official-attendance-by-month", _leaving_heat)
