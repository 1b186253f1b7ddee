"""Every definition, the method, its checks and figures in this database, and the loads."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback, dcc, html

from access import current_viewer
from components import method, shell, tables, wording
from components.chart_frame import ChartFrame
from components.figures.intervals import interval_figure
from pages.downloads import Leaving, offer_downloads
from queries.database import snapshot
from queries.deliveries import last_loads
from queries.effects import every_cut
from queries.published import published_effects
from queries.response_check import response_check
from queries.told import all_months

PATH, TITLE = "/methods", "Methods"
_HEADING = "What the figures mean, and how far to trust them"
_DESIGNS_TITLE = "Visited against similar students, six months after"

DESIGNS = ChartFrame("designs")
_OPENED_ID, _OVERALL_ID, _CHECKS_ID, _PUBLISHED_ID, _RESPONSE_ID, _LEAST_ID, _LOADS_ID = (
    "methods-opened",
    "methods-overall",
    "methods-checks",
    "methods-published",
    "methods-response",
    "methods-least-days",
    "methods-loads",
)


def layout() -> html.Div:
    """The text; the figures of this database come after it."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_HEADING),
                    html.P(wording.METHODS_SCOPE, className="selection"),
                ],
                className="page-head",
            ),
            dcc.Store(id=_OPENED_ID, data=True),
            method.plain(),
            DESIGNS.layout(_DESIGNS_TITLE, wording.DESIGNS_MEANING, wording.DESIGNS_HOW_TO_READ),
            method.section(
                "Checks in this database",
                html.P(id=_OVERALL_ID),
                tables.table_area(_CHECKS_ID, "Checks of the comparison"),
                name="checks",
            ),
            method.section(
                "Beside the published evaluation",
                html.P(wording.PUBLISHED_SOURCE),
                tables.table_area(_PUBLISHED_ID, "Published effects and this database’s"),
                name="published",
            ),
            method.response(tables.table_area(_RESPONSE_ID, "How often a status is right")),
            method.words(_LEAST_ID),
            method.in_full(),
            method.section(
                "The loads", tables.table_area(_LOADS_ID, "Rows of the last loads"), name="loads"
            ),
        ]
    )


@callback(
    output={
        "figure": Output(DESIGNS.figure, "data"),
        "summary": Output(DESIGNS.summary, "children"),
        "table": Output(DESIGNS.table, "children"),
        "overall": Output(_OVERALL_ID, "children"),
        "checks": Output(_CHECKS_ID, "children"),
        "published": Output(_PUBLISHED_ID, "children"),
        "response": Output(_RESPONSE_ID, "children"),
        "least": Output(_LEAST_ID, "children"),
        "loads": Output(_LOADS_ID, "children"),
    },
    inputs=Input(_OPENED_ID, "data"),
)
def show(_opened: bool) -> dict[str, Any]:
    """This database's figures, all from one load."""
    with snapshot() as data:
        viewer = current_viewer(data)
        cuts = every_cut(data, viewer)
        published = published_effects(data, viewer)
        loads, least_days = last_loads(data), data.least_days
        shell.show(data.data_as_of, [])
    everybody = cuts[0][1]
    return {
        "figure": interval_figure(cuts),
        "summary": wording.said(everybody),
        "table": tables.designs_table(cuts),
        "overall": wording.overall(everybody),
        "checks": tables.checks_table(cuts),
        "published": tables.published_table(published),
        "response": tables.response_table(response_check()),
        "least": method.least_days(least_days),
        "loads": tables.loads_table(loads),
    }


def _leaving_designs(_search: str | None) -> Leaving:
    with snapshot() as data:
        cuts = every_cut(data, current_viewer(data).for_export())
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    return Leaving(_DESIGNS_TITLE, source, interval_figure(cuts), all_months(cuts))


offer_downloads(DESIGNS, "effects-by-group", _leaving_designs)
