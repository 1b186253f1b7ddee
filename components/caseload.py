"""The worklist: its columns, its rows as the grid and the exports show them, the grid itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import dash_ag_grid as dag
import dash_bootstrap_components as dbc
import pandas as pd
from dash import dcc, html

from components import student_wording as words
from components import wording
from queries.students import NEEDS, PICTURE_MONTHS

Kind = Literal["text", "number", "percent", "date", "name", "need", "picture"]

GRID_ID, SEARCH_ID, COLUMNS_ID = "students-grid", "students-search", "students-columns"
SCHOOLS_ID = "students-schools"
_FOUND_ID = "students-found"  # the browser says there how many are found

LONGEST_SEARCH = 100  # letters


@dataclass(frozen=True)
class Column:
    """A column of the worklist: its field in a row, its name, what it means, pixels wide."""

    field: str
    name: str
    meaning: str
    width: int
    kind: Kind = "text"
    first_hidden: bool = False


COLUMNS = (
    Column("name", "Student", "Opens the student’s page", 170, "name"),
    Column(
        "need", "Need", "Level now, direction, days since anyone reached the family", 92, "need"
    ),
    Column("status", "Status", "Against similar students not visited", 158),
    Column("months", "Around the visit", "Six months before to twelve after", 172, "picture"),
    Column("before", "Before", "Three months before the first contact", 88, "percent"),
    Column("since", "Since", "From the first full month after to now", 84, "percent"),
    Column("now", "Now", "The last two school months", 96, "percent"),
    Column("similar", "Similar, since", "Middle half of similar students not visited", 122),
    Column("reached", "Days since reached", "Since the last completed visit", 110, "number"),
    Column("contact", "Days since contact", "Of any outcome", 110, "number", first_hidden=True),
    Column("first", "First visit", "First completed visit, or first attempt", 118, "date"),
    Column("modality", "Modality", "Of that visit", 146),
    Column("visits", "Visits", "Completed visits so far", 80, "number"),
    Column("attempts", "Attempts", "Attempted and cancelled", 96, "number", first_hidden=True),
    Column("school", "School", "Of the latest enrolment", 180),
    Column("grade", "Grade", "Of the latest enrolment", 92),
    Column("chronic", "Chronic this year", "90 % or less this school year so far", 120),
    Column("id", "Student number", "The state’s number", 130, first_hidden=True),
    Column("reason", "Why", "Status and need in figures", 880),
)

FIRST_SHOWN = [
    column.field for column in COLUMNS if not column.first_hidden and column.kind != "name"
]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of ``queries.students.caseload`` as the grid and the exports show them, by field."""
    return [_record(row) for row in frame.to_dict("records")]


def _record(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["student_id"],
        "name": words.name(row),
        "need": NEEDS.index(row["need"]),
        "status": words.STATUS_WORDS[row["status"]],
        "months": [_percent(rate) for rate in row["months"]],
        "before": _percent(row["baseline_rate"]),
        "since": _percent(row["since_rate"]),
        "now": _percent(row["now_rate"]),
        "similar": words.similar(row),
        "reached": None if pd.isna(row["days_unreached"]) else int(row["days_unreached"]),
        "contact": int(row["days_since_contact"]),
        "first": row["first_contact_date"].isoformat(),
        "modality": words.modality(row["modality"]).capitalize(),
        "visits": int(row["completed_visits"]),
        "attempts": int(row["attempted_visits"]),
        "school": row["school_name"] if isinstance(row["school_name"], str) else "–",
        "grade": row["grade"] if isinstance(row["grade"], str) else "–",
        "chronic": words.chronic(row),
        "reason": words.reason(row),
    }


def _percent(rate: float) -> int | None:
    return None if pd.isna(rate) else wording.whole_percent(rate)


def grid() -> dag.AgGrid:
    """The grid without rows; they come with the page's selection."""
    return dag.AgGrid(
        id=GRID_ID,
        columnDefs=[_definition(column) for column in COLUMNS],
        rowData=[],
        getRowId="params.data.id",
        defaultColDef={"sortable": True, "resizable": True, "wrapHeaderText": True},
        dashGridOptions={
            "rowHeight": 42,
            "headerHeight": 52,
            "tooltipShowDelay": 400,
            "enableCellTextSelection": True,
            "animateRows": False,
            "localeText": dict.fromkeys(("noRowsToShow", "noMatchingRows"), "No student matches."),
        },
        className="caseload",
        style={"height": None},
    )


def _definition(column: Column) -> dict[str, Any]:
    definition: dict[str, Any] = {
        "field": column.field,
        "headerName": column.name,
        "headerTooltip": column.meaning,
        "width": column.width,
        "hide": column.first_hidden,
    }
    if column.kind in ("number", "percent"):
        definition["type"] = "rightAligned"
    renderers = {
        "name": "StudentLink",
        "picture": "Picture",
        "percent": "Percent",
        "number": "Count",
        "need": "Need",
        "date": "Day",
    }
    if column.kind in renderers:
        definition["cellRenderer"] = renderers[column.kind]
    if column.kind == "name":
        definition |= {"pinned": "left", "lockPinned": True}
    if column.kind == "picture":
        definition |= {
            "sortable": False,
            "cellDataType": False,
            "cellRendererParams": {"first": PICTURE_MONTHS[0]},
        }
    if column.kind == "need":
        definition["cellRendererParams"] = {"words": [words.NEED_WORDS[need] for need in NEEDS]}
    if column.field == "reason":
        definition["tooltipField"] = "reason"
    return definition


def quick_views(counts: dict[str, int], chosen: str, links: dict[str, str]) -> html.Nav:
    """Links to the quick views, each with its number of students; ``links`` are URLs by name."""
    return html.Nav(
        [_quick_view(name, count, name == chosen, links[name]) for name, count in counts.items()],
        className="segments",
        **{"aria-label": "Quick views"},
    )


def _quick_view(name: str, count: int, is_chosen: bool, href: str) -> dcc.Link:
    return dcc.Link(
        [
            words.QUICK_VIEW_WORDS[name],
            html.Span(f"{count:,}", className="segment-count"),
            *([html.Span(" (chosen)", className="visually-hidden")] if is_chosen else []),
        ],
        href=href,
        className="segment chosen" if is_chosen else "segment",
    )


def tools(buttons: Sequence[html.Button]) -> html.Div:
    """Search, columns and exports, in a row above the grid."""
    return html.Div(
        [
            html.Label(
                [
                    html.Span("Search the list", className="visually-hidden"),
                    dbc.Input(
                        id=SEARCH_ID,
                        type="search",
                        placeholder="Search name, number, school …",
                        debounce=250,
                        value="",
                        maxLength=LONGEST_SEARCH,
                        list=SCHOOLS_ID,
                    ),
                    html.Datalist(id=SCHOOLS_ID),
                ]
            ),
            html.Span(id=_FOUND_ID, className="found", role="status"),
            html.Details(
                [
                    html.Summary("Columns"),
                    html.Div(
                        dbc.Checklist(
                            id=COLUMNS_ID,
                            options=[
                                {"label": column.name, "value": column.field}
                                for column in COLUMNS
                                if column.kind != "name"
                            ],
                            value=FIRST_SHOWN,
                        ),
                        className="filter-choices",
                        role="group",
                        **{"aria-label": "Columns shown"},
                    ),
                ],
                className="filter",
            ),
            html.Div(
                [html.Span("Export this list", className="actions-name"), *buttons],
                className="actions",
            ),
        ],
        className="list-tools",
    )


def schools_offered(names: Sequence[str]) -> list[html.Option]:
    """Schools under the search box: one chosen or typed in full lists its students alone."""
    return [html.Option(value=name) for name in names]


def narrowed(what: str, path: str) -> html.P | None:
    """Says that the list was opened from a bar of the visits, with the way to all of it."""
    if not what:
        return None
    return html.P([f"Only {what}. ", dcc.Link("Show everyone", href=path)], className="narrowed")


def nothing(districts: Sequence[str]) -> str:
    """Why a coordinator's list is empty."""
    return (
        f"Nobody contacted in {wording.joined(list(districts), 'or')} matches these filters. "
        "Only students of your own district are listed."
    )
