"""What visitors did, and whom they could not reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

import pandas as pd
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from access import current_viewer
from components import shell, states, visits_tables, wording
from components import student_wording as words
from components.chart_frame import ChartFrame
from components.figures.bars import columns_figure, volume_figure
from components.figures.cells import calendar_figure
from components.figures.flow import flow_figure
from components.figures.frame import Figure
from components.figures.text import stacked
from components.tables import figures_table, table_area
from pages import students as students_page
from pages.downloads import Leaving, offer_downloads
from pages.student import PATH as STUDENT_PATH
from queries import visits
from queries.database import Snapshot, snapshot
from queries.filters import View
from queries.students import Behind, caseload, waiting_longest
from queries.values import known_values
from queries.viewer import Viewer

PATH, TITLE = "/visits", "Visits"
HEADING = "Visits and attempts"

VOLUME, WAITS, REPEATS = ChartFrame("volume"), ChartFrame("waits"), ChartFrame("repeats")
CALENDAR, FLOW = ChartFrame("calendar"), ChartFrame("flow")
_FOLLOWED = (VOLUME, WAITS, REPEATS, CALENDAR)
_NAMED = {
    "volume": VOLUME,
    "flow": FLOW,
    "calendar": CALENDAR,
    "waits": WAITS,
    "repeats": REPEATS,
}
_HEAD_ID, _STATE_ID, _BODY_ID, _SCHOOLS_ID, _VISITORS_ID, _LONGEST_ID, _LONGEST_CARD_ID = (
    "visits-head",
    "visits-state",
    "visits-body",
    "visits-schools",
    "visits-visitors",
    "visits-longest",
    "visits-longest-card",
)
_LISTED = 15


def layout() -> html.Div:
    """The page without figures; they come with the URL's selection."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_HEAD_ID, className="selection")],
                className="page-head",
            ),
            html.Div(id=_STATE_ID),
            html.Div(
                [
                    VOLUME.layout(
                        "How many, and how",
                        "Completed visits by modality; grey: attempts and cancellations",
                        visits_tables.VOLUME_HOW_TO_READ,
                    ),
                    FLOW.layout(
                        "From the first contact on",
                        "Students by how they were reached, and completed visits since",
                        visits_tables.FLOW_HOW_TO_READ,
                    ),
                    html.Div(_card("Families waiting longest", _LONGEST_ID), id=_LONGEST_CARD_ID),
                    CALENDAR.layout(
                        "When visits happen",
                        "Completed visits: the stronger the colour, the more",
                        visits_tables.CALENDAR_HOW_TO_READ,
                    ),
                    WAITS.layout(
                        "How long until a family is reached",
                        "Students by days from the first contact to the first completed visit",
                        visits_tables.WAITS_HOW_TO_READ,
                    ),
                    REPEATS.layout(
                        "One visit or several",
                        "Students by completed visits so far, and how they stand since",
                        visits_tables.REPEATS_HOW_TO_READ,
                    ),
                    _card("Schools", _SCHOOLS_ID),
                    _card("Visitors", _VISITORS_ID),
                    *(dcc.Store(id=_followed(chart)) for chart in _FOLLOWED),
                ],
                id=_BODY_ID,
            ),
        ],
        className="visits",
    )


def _card(title: str, content: str) -> html.Section:
    return html.Section([html.H2(title), table_area(content, title)], className="card-panel")


def _followed(chart: ChartFrame) -> str:
    return f"{chart.graph}-followed"


for _chart in _FOLLOWED:
    clientside_callback(
        ClientsideFunction("dashboard", "follow"),
        Output(_followed(_chart), "data"),
        Input(_chart.graph, "clickData"),
        prevent_initial_call=True,
    )


@callback(
    output={
        "head": Output(_HEAD_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        **{
            f"{name}_{part}": Output(
                getattr(chart, part), "data" if part == "figure" else "children"
            )
            for name, chart in _NAMED.items()
            for part in ("figure", "summary", "notes", "table")
        },
        "schools": Output(_SCHOOLS_ID, "children"),
        "visitors": Output(_VISITORS_ID, "children"),
        "longest": Output(_LONGEST_ID, "children"),
        "no_longest": Output(_LONGEST_CARD_ID, "hidden"),
    },
    inputs=Input(shell.URL_ID, "search"),
)
def show(search: str | None) -> dict[str, Any]:
    """Everything on the page, from one load."""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        view, ignored = View.parse(search, known)
        scope = visits.visits_scope(viewer, view.filters)
        shell.show(data.data_as_of, ignored)
        parts = {
            "volume": _volume(data, viewer, scope),
            "flow": _flow(data, viewer, scope),
            "calendar": _calendar(data, viewer, scope),
            "waits": _waits(data, viewer, scope),
            "repeats": _repeats(data, viewer, scope),
        }
        schools = visits.schools(data, viewer, scope)
        visitors = visits.visitors(data, viewer, scope)
        longest = waiting_longest(caseload(data, viewer, scope.filters)).head(_LISTED)
    if all(part["figure"] is None for part in parts.values()):
        nothing: dict[str, Any] = {
            f"{name}_{part}": None
            for name in parts
            for part in ("figure", "summary", "notes", "table")
        }
        nothing |= dict.fromkeys(("schools", "visitors", "longest"))
        too_few = states.too_few(viewer.threshold, PATH)
        return nothing | {"head": "", "state": too_few, "hidden": True, "no_longest": True}
    return {
        "head": wording.selection(scope.filters, known),
        "state": None,
        "hidden": False,
        **{f"{name}_{part}": value for name, made in parts.items() for part, value in made.items()},
        "schools": visits_tables.schools_table(
            schools,
            [
                _link(scope, Behind(school=school, school_district=district))
                for school, district in zip(
                    schools["school_code"], schools["district_code"], strict=True
                )
            ],
        ),
        "visitors": visits_tables.visitors_table(visitors),
        "longest": visits_tables.longest_table(
            longest, [f"{STUDENT_PATH}{student_id}" for student_id in longest["student_id"]]
        ),
        "no_longest": longest.empty,
    }


def _link(scope: visits.Scope, behind: Behind) -> str:
    """The list of the students behind a figure; empty for those who see no names."""
    if not scope.is_own:
        return ""
    filters = View(scope.filters).to_search().removeprefix("?")
    return (
        f"{students_page.PATH}?{'&'.join(part for part in (filters, behind.to_search()) if part)}"
    )


def _volume(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> dict[str, Any]:
    frame, period = visits.volume(data, viewer, scope), visits.volume_period(data, viewer, scope)
    links = pd.Series(
        [
            _link(scope, Behind(week=row["period"], kind=row["kind"]))
            for row in frame.to_dict("records")
        ],
        index=frame.index,
        dtype=object,
    )
    return {
        "figure": _drawn(frame, volume_figure, period, links),
        "summary": words.volume_summary(*visits.totals(data, viewer, scope)),
        "notes": words.volume_note(frame, period, viewer.threshold),
        "table": visits_tables.volume_table(frame, period, links),
    }


def _drawn(frame: pd.DataFrame, figure: Callable[..., Figure], *given: Any) -> Figure | None:
    """The figure of a frame; None where it tells of nobody."""
    return figure(frame, *given) if frame["students"].fillna(0).any() else None


def _flow(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> dict[str, Any]:
    frame = visits.flow(data, viewer, scope)
    rows = [
        [
            words.FLOW_WORDS[row["reached"]],
            str(row["visits"]) if row["visits"] < visits.FLOW_VISITS else "3 or more",
            visits_tables.count(row["students"], row["about"]),
        ]
        for row in frame.to_dict("records")
    ]
    head = ["First contact", "Completed visits", "Students"]
    return {
        "figure": _drawn(frame, flow_figure),
        "summary": "",
        "notes": words.withheld_note(frame, viewer.threshold),
        "table": figures_table("Students by what came of the contacts", head, rows, named=True),
    }


def _calendar(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> dict[str, Any]:
    frame = visits.calendar(data, viewer, scope)
    days = pd.to_datetime(frame["period"])
    mondays = (days - pd.to_timedelta(days.dt.day_of_week, unit="D")).dt.date
    links = [_link(scope, Behind(week=monday)) for monday in mondays]
    figure = partial(calendar_figure, by_day=scope.is_own, links=links)
    return {
        "figure": _drawn(frame, figure),
        "summary": words.calendar_summary(frame, scope.is_own),
        "notes": words.withheld_note(frame, viewer.threshold),
        "table": visits_tables.calendar_table(frame, scope),
    }


def _waits(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> dict[str, Any]:
    frame = visits.waits(data, viewer, scope)
    links = [_link(scope, Behind(wait=name)) for name in frame["wait"]]
    labels = [words.WAIT_WORDS[name] for name in frame["wait"]]
    told = _counts(frame)
    rows = [
        [visits_tables.linked(label, link), text]
        for label, link, text in zip(labels, links, told, strict=True)
    ]
    return {
        "figure": _drawn(frame, _columns, labels, links),
        "summary": words.waits_summary(frame),
        "notes": words.withheld_note(frame, viewer.threshold),
        "table": figures_table("Students by wait", ["Wait", "Students"], rows, named=True),
    }


def _repeats(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> dict[str, Any]:
    frame = visits.repeats(data, viewer, scope)
    links = [_link(scope, Behind(visits=number)) for number in frame["visits"]]
    labels = [words.visits_in_words(number) for number in frame["visits"]]
    told = _counts(frame)
    above = [words.above_middle(row) for row in frame.to_dict("records")]
    rows = [
        [visits_tables.linked(label, link), text, share]
        for label, link, text, share in zip(labels, links, told, above, strict=True)
    ]
    head = ["Completed visits", "Students", "Above the middle of similar students"]
    return {
        "figure": _drawn(frame, _columns, labels, links, above),
        "summary": words.repeats_summary(frame),
        "notes": words.withheld_note(frame, viewer.threshold),
        "table": figures_table("Students by completed visits", head, rows, named=True),
    }


def _columns(
    frame: pd.DataFrame, labels: Sequence[str], links: Sequence[str], shares: Sequence[str] = ()
) -> Figure:
    values = [None if pd.isna(value) else int(value) for value in frame["students"]]
    texts = [
        stacked(text, share) if share not in ("", "–") else text
        for text, share in zip_longest(_counts(frame), shares, fillvalue="")
    ]
    return columns_figure(labels, values, texts, links)


def _counts(frame: pd.DataFrame) -> list[str]:
    rows = frame.to_dict("records")
    return [visits_tables.count(row["students"], row["about"]) for row in rows]


# --- What leaves, by one load --------------------------------------------------------------

# Title, frame, and its figure if there is anything to draw.
_Made = tuple[str, pd.DataFrame, Figure | None]


def _leaving(
    make: Callable[[Snapshot, Viewer, visits.Scope], _Made], search: str | None
) -> Leaving:
    with snapshot() as data:
        viewer, known = current_viewer(data).for_export(), known_values(data)
        view, _ignored = View.parse(search, known)
        filters = visits.visits_scope(viewer, view.filters).filters
        title, frame, figure = make(data, viewer, visits.Scope(filters, is_own=False))
    return Leaving(
        f"{title}: {wording.selection(filters, known)}",
        wording.counts_source(data.data_as_of, data.is_demonstration),
        figure,
        frame,
    )


def _leaving_volume(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> _Made:
    frame, period = visits.volume(data, viewer, scope), visits.volume_period(data, viewer, scope)
    links = pd.Series("", index=frame.index)
    return f"Contacts by {period}", frame, _drawn(frame, volume_figure, period, links)


def _leaving_flow(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> _Made:
    frame = visits.flow(data, viewer, scope)
    return "From the first contact on", frame, _drawn(frame, flow_figure)


def _leaving_calendar(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> _Made:
    frame = visits.calendar(data, viewer, scope)
    figure = partial(calendar_figure, by_day=False, links=[""] * len(frame))
    return "Completed visits by week", frame, _drawn(frame, figure)


def _leaving_waits(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> _Made:
    frame = visits.waits(data, viewer, scope)
    labels = [words.WAIT_WORDS[value] for value in frame["wait"]]
    figure = _drawn(frame, _columns, labels, [""] * len(frame))
    return "Days until a family is reached", frame, figure


def _leaving_repeats(data: Snapshot, viewer: Viewer, scope: visits.Scope) -> _Made:
    frame = visits.repeats(data, viewer, scope)
    labels = [words.visits_in_words(value) for value in frame["visits"]]
    return "Students by completed visits", frame, _drawn(frame, _columns, labels, [""] * len(frame))


offer_downloads(VOLUME, "contacts", partial(_leaving, _leaving_volume))
offer_downloads(FLOW, "from-the-first-contact-on", partial(_leaving, _leaving_flow))
offer_downloads(CALENDAR, "completed-visits-by-week", partial(_leaving, _leaving_calendar))
offer_downloads(WAITS, "days-until-reached", partial(_leaving, _leaving_waits))
offer_downloads(REPEATS, "completed-visits", partial(_leaving, _leaving_repeats))
