"""For administrators: what came in and what is missing, what was rejected, a delivery to load."""

from __future__ import annotations

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
)

from access import current_account, current_viewer, may_load_deliveries, record
from components import data_tables, shell, states, tables, uploading, wording
from components import data_wording as words
from components.chart_frame import ChartFrame
from components.figures.freshness import freshness_figure
from intake import current_uploads
from pages.downloads import Leaving, offer_downloads
from queries.database import snapshot
from queries.deliveries import (
    coverage,
    doubtful_rules,
    freshness,
    last_loads_whole,
    rejected_rules,
    sees_deliveries,
    spellings,
)
from queries.values import known_values

PATH, TITLE = "/data", "Data"
HEADING = "What came in, and what is missing"
UPLOAD_PATH = f"{PATH}/uploads"
REJECTED_PATH = f"{PATH}/rejected-rows.csv"

FRESHNESS = ChartFrame("freshness")
_OPENED_ID, _STATE_ID, _BODY_ID, _HEAD_ID, _STEPS_ID = (
    "data-opened",
    "data-state",
    "data-body",
    "data-head",
    "data-steps",
)
_SENT_ID, _LOADED_ID, _CLOCK_ID, _FOLLOWED_ID = (
    "data-sent",
    "data-loaded",
    "data-clock",
    "data-followed",
)
_COVERAGE_ID, _REJECTED_ID, _DOUBTS_ID, _SPELLINGS_ID, _OTHERS_ID, _LOADS_ID = (
    "data-coverage",
    "data-rejected",
    "data-doubts",
    "data-spellings",
    "data-others",
    "data-loads",
)
_DOWNLOAD_REJECTED_ID = "data-download-rejected"
_EVERY_SECOND = 1_000  # milliseconds


def layout() -> html.Div:
    """The page without figures; they come for leadership alone, uploads for who may load."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_HEAD_ID, className="selection")],
                className="page-head",
            ),
            dcc.Store(id=_OPENED_ID, data=True),
            dcc.Store(id=_SENT_ID),
            dcc.Store(id=_LOADED_ID),
            dcc.Store(id=_FOLLOWED_ID),
            dcc.Interval(id=_CLOCK_ID, interval=_EVERY_SECOND, disabled=True),
            html.Div(id=_STATE_ID),
            uploading.upload_card(),
            html.Div(_parts(), id=_BODY_ID, hidden=True),
        ],
        className="deliveries",
    )


def _parts() -> list[Any]:
    return [
        _card("What to do next", html.Ul(id=_STEPS_ID, className="steps")),
        FRESHNESS.layout(
            "Who delivered which month", words.FRESHNESS_MEANING, words.FRESHNESS_HOW_TO_READ
        ),
        _card(
            "Are the days whole?",
            html.P(words.COVERAGE_MEANING, className="meaning"),
            tables.table_area(_COVERAGE_ID, "Days that cannot be whole"),
        ),
        _card(
            "Rejected rows by reason",
            html.P(words.REJECTED_MEANING, className="meaning"),
            tables.table_area(_REJECTED_ID, "Rejected rows by reason"),
            _download(_DOWNLOAD_REJECTED_ID, "Download lines and reasons", REJECTED_PATH),
        ),
        _card(
            "Is it meant so?",
            html.P(words.MAPPING_MEANING, className="meaning"),
            tables.table_area(_DOUBTS_ID, "Rows somebody should decide about"),
            tables.table_area(_SPELLINGS_ID, "Local spellings"),
            html.P(id=_OTHERS_ID, className="meaning"),
        ),
        _card(
            "The last loads",
            tables.table_area(_LOADS_ID, "Rows of the last loads"),
            html.P(dcc.Link("File by file, on the page of methods", href="/methods#loads")),
        ),
    ]


def _card(title: str, *content: Any) -> html.Section:
    return html.Section([html.H2(title), *content], className="card-panel")


def _download(name: str, words: str, path: str) -> html.P:
    return html.P(html.A(words, href=path, className="button quiet"), id=name)


@callback(
    Output(uploading.OFFER_ID, "children"),
    Output(uploading.CARD_ID, "hidden"),
    Input(_OPENED_ID, "data"),
)
def offer(_opened: bool) -> tuple[Any, bool]:
    """Where a zip file is chosen, or what keeps it from being."""
    if not _sees_uploads():
        return None, True
    uploads = current_uploads()
    obstacle = uploads.obstacle() if may_load_deliveries() else words.NO_RIGHT
    return uploading.offer(obstacle, uploads.limits, UPLOAD_PATH), False


def _sees_uploads() -> bool:
    with snapshot() as data:
        return sees_deliveries(current_viewer(data)) or may_load_deliveries()


@callback(
    output={
        "upload": Output(uploading.STATE_ID, "children"),
        "rests": Output(_CLOCK_ID, "disabled"),
        "loaded": Output(_LOADED_ID, "data"),
        "no_stop": Output(uploading.STOP_ID, "hidden"),
    },
    inputs=[Input(_SENT_ID, "data"), Input(_CLOCK_ID, "n_intervals")],
    state=State(_LOADED_ID, "data"),
)
def follow(_sent: Any, _seconds: int | None, loaded: Any) -> dict[str, Any]:
    """How the last upload stands, asked every second while it is loaded, by whoever looks."""
    last = current_uploads().last() if _sees_uploads() else None
    is_running = last is not None and last.state == "running"
    rejected = f"{UPLOAD_PATH}/{last.number}/rejected-rows.csv" if last else ""
    now = {"upload": last.number if last and last.state == "loaded" else None}
    return {
        "upload": uploading.upload_state(last, rejected),
        "rests": not is_running,
        "loaded": no_update if now == loaded else now,
        "no_stop": not (is_running and may_load_deliveries()),
    }


@callback(
    Output(_SENT_ID, "data", allow_duplicate=True),
    Input(uploading.STOP_ID, "n_clicks"),
    prevent_initial_call=True,
)
def stop(clicks: int | None) -> Any:
    """End the load under way, for who may begin one."""
    if not clicks or not may_load_deliveries():
        return no_update
    stopped = current_uploads().stop(current_account().name or "")
    if stopped is None:
        return no_update
    record("stopped an upload", upload=stopped.number)
    return {"stopped": stopped.number}


@callback(
    output={
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        "head": Output(_HEAD_ID, "children"),
        "steps": Output(_STEPS_ID, "children"),
        "figure": Output(FRESHNESS.figure, "data"),
        "summary": Output(FRESHNESS.summary, "children"),
        "table": Output(FRESHNESS.table, "children"),
        "coverage": Output(_COVERAGE_ID, "children"),
        "rejected": Output(_REJECTED_ID, "children"),
        "no_rejected": Output(_DOWNLOAD_REJECTED_ID, "hidden"),
        "doubts": Output(_DOUBTS_ID, "children"),
        "spellings": Output(_SPELLINGS_ID, "children"),
        "others": Output(_OTHERS_ID, "children"),
        "loads": Output(_LOADS_ID, "children"),
    },
    inputs=Input(_LOADED_ID, "data"),
)
def show(_loaded: Any) -> dict[str, Any]:
    """The newest load and what is to do about it, for leadership; again when an upload landed."""
    with snapshot() as data:
        viewer = current_viewer(data)
        if not sees_deliveries(viewer):
            state = None if may_load_deliveries() else states.for_leadership()
            return _FOR_LEADERSHIP | {"state": state}
        names, fresh = known_values(data).district, freshness(data, viewer)
        rules, doubts = rejected_rules(data, viewer), doubtful_rules(data, viewer)
        whole = coverage(data, viewer)
        spelled, loads = spellings(data, viewer), last_loads_whole(data)
        shell.show(data.data_as_of, [])
    return {
        "state": None,
        "hidden": False,
        "head": words.head(data.loaded_at, data.data_as_of),
        "steps": data_tables.steps_list(words.next_steps(fresh, names, rules, doubts, whole)),
        "figure": freshness_figure(fresh, names),
        "summary": words.freshness_summary(fresh, names),
        "table": data_tables.freshness_table(fresh, names),
        "coverage": data_tables.coverage_table(whole),
        "rejected": data_tables.rejected_table(rules),
        "no_rejected": rules.empty,
        "doubts": data_tables.doubts_table(doubts),
        "spellings": data_tables.spellings_table(spelled.told),
        "others": words.other_spellings(spelled, viewer.threshold),
        "loads": data_tables.loads_table(loads),
    }


_PARTS = "head steps figure summary table coverage rejected doubts spellings others loads".split()
_FOR_LEADERSHIP: dict[str, Any] = dict.fromkeys(_PARTS) | dict.fromkeys(
    ("hidden", "no_rejected"), True
)

clientside_callback(
    ClientsideFunction("dashboard", "follow"),
    Output(_FOLLOWED_ID, "data"),
    Input(FRESHNESS.graph, "clickData"),
    prevent_initial_call=True,
)


def _leaving(_search: str | None) -> Leaving:
    with snapshot() as data:
        names, fresh = known_values(data).district, freshness(data, current_viewer(data))
    source = wording.official_source(data.data_as_of, data.is_demonstration)
    figure = None if fresh.empty else freshness_figure(fresh, names)
    return Leaving("Who delivered which month", source, figure, fresh)


offer_downloads(FRESHNESS, "delivered-months", _leaving)
