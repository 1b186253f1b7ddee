"""The worklist: whom to call this week, for coordinators."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pandas as pd
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from access import current_account, current_viewer, record
from components import caseload, shell, states
from components import student_wording as words
from exports.student_list import LeavingList, csv_file, workbook
from queries import students
from queries.database import snapshot
from queries.filters import View, parameters
from queries.values import known_values

PATH, TITLE = "/students", "Students"
HEADING = "Who needs somebody this week"

_VIEW_PARAMETER = "list"
_ASKED_ID, _SHOWN_ID, _HEAD_ID, _VIEWS_ID, _STATE_ID, _LIST_ID = (
    "students-asked",
    "students-shown",
    "students-head",
    "students-views",
    "students-state",
    "students-list",
)
_KEPT_ID, _WANTED_ID, _FILE_ID = "students-kept", "students-wanted", "students-file"
_BEHIND_ID = "students-behind"
_XLSX_ID, _CSV_ID = "students-xlsx", "students-csv"


def layout() -> html.Div:
    """The page without rows; they come with the URL's selection."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_HEAD_ID, className="selection")],
                className="page-head",
            ),
            dcc.Store(id=_ASKED_ID),
            dcc.Store(id=_SHOWN_ID),
            dcc.Store(id=_KEPT_ID),
            dcc.Store(id=_WANTED_ID),
            dcc.Download(id=_FILE_ID),
            html.Div(id=_STATE_ID),
            html.Div(
                [
                    html.Div(id=_BEHIND_ID),
                    html.Div(id=_VIEWS_ID, className="controls"),
                    caseload.tools(
                        [
                            html.Button("XLSX", id=_XLSX_ID, type="button"),
                            html.Button("CSV", id=_CSV_ID, type="button"),
                        ]
                    ),
                    caseload.grid(),
                    html.Details(
                        [
                            html.Summary("How to read this"),
                            *(html.P(sentence) for sentence in words.HOW_TO_READ),
                        ],
                        className="more",
                    ),
                ],
                id=_LIST_ID,
                hidden=True,
            ),
        ]
    )


# The browser keeps search, order and columns of the list in the URL without asking again.
clientside_callback(
    ClientsideFunction("dashboard", "asked"),
    Output(_ASKED_ID, "data"),
    Input(shell.URL_ID, "search"),
    State(_ASKED_ID, "data"),
)
clientside_callback(
    ClientsideFunction("dashboard", "keepList"),
    Output(_KEPT_ID, "data"),
    Output(caseload.SEARCH_ID, "value"),
    Output(caseload.COLUMNS_ID, "value"),
    Input(shell.URL_ID, "search"),
    Input(_SHOWN_ID, "data"),
    Input(caseload.SEARCH_ID, "value"),
    Input(caseload.COLUMNS_ID, "value"),
    State(caseload.SCHOOLS_ID, "children"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("dashboard", "wantList"),
    Output(_WANTED_ID, "data"),
    Input(_XLSX_ID, "n_clicks"),
    Input(_CSV_ID, "n_clicks"),
    State(_ASKED_ID, "data"),
    prevent_initial_call=True,
)


@callback(
    output={
        "rows": Output(caseload.GRID_ID, "rowData"),
        "views": Output(_VIEWS_ID, "children"),
        "behind": Output(_BEHIND_ID, "children"),
        "head": Output(_HEAD_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_LIST_ID, "hidden"),
        "shown": Output(_SHOWN_ID, "data"),
        "schools": Output(caseload.SCHOOLS_ID, "children"),
    },
    inputs=Input(_ASKED_ID, "data"),
    prevent_initial_call=True,
)
def show(search: Any) -> dict[str, Any]:
    """The rows of a quick view, and how many students each quick view has."""
    search = search if isinstance(search, str) else ""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        if not students.sees_students(viewer):
            return _nothing(states.not_named(words.NOT_NAMED))
        view, ignored = View.parse(search, known)
        behind = students.Behind.parse(search)
        frame = students.caseload(data, viewer, view.filters, behind)
        schools = students.own_schools(data, viewer)
    shell.show(data.data_as_of, ignored)
    names = [known.district.get(code, code) for code in viewer.districts]
    if frame.empty:
        return _nothing(states.nobody(caseload.nothing(names), PATH))
    record("opened the student list", selection=search)
    chosen = _quick_view(search)
    inside = {name: students.in_quick_view(frame, name) for name in students.QUICK_VIEWS}
    links = {name: _link(search, name) for name in inside}
    counts = {name: int(rows.sum()) for name, rows in inside.items()}
    return {
        "rows": caseload.records(frame[inside[chosen]]),
        "views": caseload.quick_views(counts, chosen, links),
        "head": words.caseload_head(frame, names),
        "behind": caseload.narrowed(words.behind(behind, frame["school_name"].iloc[0]), PATH),
        "state": None,
        "hidden": False,
        "shown": caseload.FIRST_SHOWN,
        "schools": caseload.schools_offered(schools),
    }


def _nothing(state: html.Div) -> dict[str, Any]:
    nothing: dict[str, Any] = {"rows": [], "views": None, "behind": None, "head": "", "shown": []}
    return nothing | {"state": state, "hidden": True, "schools": []}


def _quick_view(search: str) -> str:
    given = dict(parameters(search)).get(_VIEW_PARAMETER)
    return given if given in students.QUICK_VIEWS else students.EVERYONE


def _link(search: str, name: str) -> str:
    kept = [(key, value) for key, value in parameters(search) if key != _VIEW_PARAMETER]
    chosen = [] if name == students.EVERYONE else [(_VIEW_PARAMETER, name)]
    query = urlencode(kept + chosen)
    return f"{PATH}?{query}" if query else PATH


@callback(Output(_FILE_ID, "data"), Input(_WANTED_ID, "data"), prevent_initial_call=True)
def export(wanted: Any) -> dict[str, Any] | None:
    """The list as shown: its students in its order; of the viewer's own districts alone."""
    search, ids, kind, text = _wanted(wanted)
    with snapshot() as data:
        view, _ignored = View.parse(search, known_values(data))
        frame = students.caseload(
            data, current_viewer(data), view.filters, students.Behind.parse(search)
        )
        known = {student_id: place for place, student_id in enumerate(frame["student_id"])}
        rows = frame.iloc[[known[student_id] for student_id in ids if student_id in known]]
        leaving = LeavingList(
            caseload.records(rows),
            words.list_title(_quick_view(search), text),
            current_account().name or "demonstration",
            data.data_as_of,
            data.is_demonstration,
        )
    if rows.empty:
        return None
    record("exported", file=f"students.{kind}", selection=search, students=len(rows))
    if kind == "csv":
        return dcc.send_string(csv_file(leaving), "students.csv")
    return dcc.send_bytes(workbook(leaving), "students.xlsx")


def _wanted(given: Any) -> tuple[str, list[str], str, str]:
    """What the browser asks to export, whatever it sent: selection, students, kind, search."""
    if not isinstance(given, dict):
        return "", [], "csv", ""
    search, text = (
        value if isinstance(value, str) else "" for value in map(given.get, ("search", "text"))
    )
    ids = given.get("ids")
    clean = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
    kind = "xlsx" if given.get("kind") == "xlsx" else "csv"
    shortened = " ".join(text[: caseload.LONGEST_SEARCH].split())
    return search, list(pd.unique(pd.Series(clean))), kind, shortened
