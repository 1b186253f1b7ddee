"""One student: every month, every contact, what similar students did."""

from __future__ import annotations

from typing import Any

import pandas as pd
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from access import current_viewer, record
from components import shell, states, student_card
from components.chart_frame import ChartFrame
from components.figures.timeline import timeline_figure
from pages.downloads import Leaving, offer_downloads
from queries.database import snapshot
from queries.students import StudentRecord, one_student

PATH, TITLE = "/students/", "Student"

TIMELINE = ChartFrame("timeline")
_OPENED_ID, _HEAD_ID, _STATE_ID, _BODY_ID, _FACTS_ID, _ABSENCES_ID, _CONTACTS_ID, _SCHOOLS_ID = (
    "student-opened",
    "student-head",
    "student-state",
    "student-body",
    "student-facts",
    "student-absences",
    "student-contacts",
    "student-schools",
)
_LONGEST_ID = 40


def student_of(path: str | None) -> str | None:
    """The student's id in a path such as ``/students/0000000001``; None in any other."""
    if not path or not path.startswith(PATH):
        return None
    found = path.removeprefix(PATH)
    return found if found and "/" not in found and len(found) <= _LONGEST_ID else None


def layout() -> html.Div:
    """The page without the student."""
    return html.Div(
        [
            student_card.ways(),
            html.Div(id=_STATE_ID),
            html.Div(
                [
                    html.Div(id=_HEAD_ID, className="page-head"),
                    html.Div(id=_FACTS_ID),
                    TIMELINE.layout(
                        "Attendance from the first record to now",
                        "Share of days attended by month. Marks above: contacts",
                        student_card.HOW_TO_READ,
                    ),
                    html.Div(id=_ABSENCES_ID),
                    student_card.card("Contacts", _CONTACTS_ID),
                    student_card.card("Schools", _SCHOOLS_ID),
                ],
                id=_BODY_ID,
                hidden=True,
            ),
            dcc.Store(id=_OPENED_ID, data=True),
        ],
        className="student",
    )


clientside_callback(
    ClientsideFunction("dashboard", "neighbours"),
    Output(student_card.PREVIOUS_ID, "href"),
    Output(student_card.PREVIOUS_ID, "className"),
    Output(student_card.NEXT_ID, "href"),
    Output(student_card.NEXT_ID, "className"),
    Output(student_card.PLACE_ID, "children"),
    Output(student_card.BACK_ID, "href"),
    Input(_OPENED_ID, "data"),
    Input(shell.URL_ID, "pathname"),
    State(shell.URL_ID, "search"),
)


@callback(
    output={
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        "head": Output(_HEAD_ID, "children"),
        "facts": Output(_FACTS_ID, "children"),
        "figure": Output(TIMELINE.figure, "data"),
        "summary": Output(TIMELINE.summary, "children"),
        "notes": Output(TIMELINE.notes, "children"),
        "table": Output(TIMELINE.table, "children"),
        "absences": Output(_ABSENCES_ID, "children"),
        "contacts": Output(_CONTACTS_ID, "children"),
        "schools": Output(_SCHOOLS_ID, "children"),
    },
    inputs={"_opened": Input(_OPENED_ID, "data"), "path": Input(shell.URL_ID, "pathname")},
)
def show(_opened: Any, path: str | None) -> dict[str, Any]:
    """The student, or the same answer for one of another district and one who does not exist."""
    found = _found(path)
    if found is None:
        parts = "head facts figure summary notes table absences contacts schools"
        nothing: dict[str, Any] = dict.fromkeys(parts.split())
        return nothing | {"state": states.no_student(), "hidden": True}
    record("opened a student", student=found.row["student_id"])
    return {
        "state": None,
        "hidden": False,
        "head": student_card.head(found),
        "facts": student_card.facts(found),
        "figure": timeline_figure(found),
        "summary": student_card.summary(found),
        "notes": student_card.signs(found),
        "table": student_card.months_table(found),
        "absences": student_card.absences(found),
        "contacts": student_card.contacts_table(found),
        "schools": student_card.schools_table(found),
    }


def _found(path: str | None) -> StudentRecord | None:
    with snapshot() as data:
        shell.show(data.data_as_of, [])
        student_id = student_of(path)
        return one_student(data, current_viewer(data), student_id) if student_id else None


def _leaving(path: str | None) -> Leaving:
    found = _found(path)
    if found is None:
        return Leaving("", "", None, pd.DataFrame())
    return Leaving(
        student_card.title(found),
        student_card.source(found),
        timeline_figure(found),
        found.months,
    )


offer_downloads(TIMELINE, "student", _leaving, "pathname")
