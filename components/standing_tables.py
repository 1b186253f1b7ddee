"""Tables of districts and of one district's schools, deliveries, peers and targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_ag_grid as dag
import pandas as pd
from dash import dcc, html

from components import difference, wording
from components import standing_wording as words
from components.figures.published import Level
from components.tables import figures_table
from queries.effects import HEADLINE_MONTH, Effect
from queries.public import PublicContext
from queries.ranking import Ranked
from queries.targets import Progress
from queries.trajectories import EVENT_MONTHS

GRID_ID = "districts-grid"


@dataclass(frozen=True)
class Column:
    """A column of the districts' table: its field in a row, its name, what it means, pixels."""

    field: str
    name: str
    meaning: str
    width: int
    is_picture: bool = False


COLUMNS = (
    Column("label", "District", "Opens the district’s page", 176),
    Column("months", "Around the visit", "Mean attendance, months −9 to +12", 150, True),
    Column("enrolled", "Enrolled", "Students with days enrolled in the last month", 84),
    Column("served", "Served", words.meaning("served"), 78),
    Column("reached", "Reached", words.meaning("reached"), 84),
    Column("baseline", "Baseline", "Mean attendance, three months before the first visit", 88),
    Column("plus_one", "+1", "Mean attendance in the first full month after it", 76),
    Column("plus_six", f"+{HEADLINE_MONTH}", "Mean attendance six months after it", 76),
    Column("effect", "Difference (95 %)", words.meaning("effect"), 142),
    Column("place", "Place", "Places it could have by the difference; why it has none", 144),
    Column("above_median", "Above the middle", words.meaning("above_median"), 78),
    Column("chronic_before", "Chronic before", words.meaning("chronic"), 76),
    Column("chronic_now", "Chronic now", words.meaning("chronic"), 74),
)

Cell = tuple[float | int | str | None, str]  # what is sorted by, what is shown


def district_rows(
    standing: pd.DataFrame,
    contacts: pd.DataFrame,
    enrolled: Mapping[str, int],
    ranked: Sequence[Ranked],
    links: Mapping[str, str],
) -> list[dict[str, Any]]:
    """One row a district; each field beside the words it is shown by (``field_told``)."""
    contacted = contacts.to_dict("index")
    by_group = {row.effect.group: row for row in ranked}
    rows = []
    for code, row in standing.to_dict("index").items():
        cells = _cells(row, contacted[code], enrolled.get(str(code)), by_group[str(code)])
        record: dict[str, Any] = {"code": code, "href": links[str(code)]}
        for field, (value, told) in cells.items():
            record |= {field: value, f"{field}_told": told}
        record["months"] = _months(by_group[str(code)].effect)
        rows.append(record)
    return rows


def _cells(
    row: words.Row, contacts: words.Row, enrolled: int | None, ranked: Ranked
) -> dict[str, Cell]:
    effect = ranked.effect
    months = effect.months
    threshold, served = effect.threshold, row["students"]
    size = ranked.figure["effect"]
    place = wording.places(ranked) if ranked.is_told else wording.verdict(effect)
    return {
        "label": (row["label"], row["label"]),
        "enrolled": (enrolled, "–" if enrolled is None else f"{enrolled:,}"),
        "served": (_number(served), words.count(row, "students", threshold)),
        "reached": _reached(words.reached(contacts)),
        "baseline": (_number(row["baseline"]), wording.rate_of(row, "baseline")),
        "plus_one": _rate(months[1]),
        "plus_six": _rate(months[HEADLINE_MONTH]),
        "effect": (_number(size), difference.estimate(ranked.figure)),
        "place": (ranked.best, place),
        "above_median": _share(row, "above_median"),
        "chronic_before": _share(row, "chronic_before"),
        "chronic_now": _share(row, "chronic_now"),
    }


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _reached(share: float) -> Cell:
    return _number(share), wording.share(share)


def _share(row: words.Row, name: str) -> Cell:
    return _number(row[name]), wording.share_of(row, name)


def _rate(point: words.Row) -> Cell:
    if point["withheld"]:
        return None, "–"
    return _number(point["visited_rate"]), wording.rate(point, "visited_rate")


def _months(effect: Effect) -> list[int | None]:
    points = effect.months
    return [
        None if points[at]["withheld"] else round(100 * points[at]["visited_rate"])
        for at in EVENT_MONTHS
    ]


def districts_grid() -> dag.AgGrid:
    """The empty table; a page fills ``rowData``. Sorting is the browser's."""
    return dag.AgGrid(
        id=GRID_ID,
        columnDefs=[_definition(column) for column in COLUMNS],
        rowData=[],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "suppressMovable": True,
            "sortingOrder": ["desc", "asc", None],
            "cellDataType": False,
        },
        dashGridOptions={
            "domLayout": "autoHeight",
            "rowHeight": 42,
            "tooltipShowDelay": 300,
            "suppressCellFocus": False,
        },
        className="ag-theme-quartz caseload districts",
        style={"height": None},
    )


def _definition(column: Column) -> dict[str, Any]:
    definition = {
        "field": column.field,
        "headerName": column.name,
        "headerTooltip": column.meaning,
        "width": column.width,
        "cellRenderer": "Told",
    }
    if column.is_picture:
        definition |= {
            "cellRenderer": "Picture",
            "cellRendererParams": {"first": EVENT_MONTHS[0], "low": 50},
            "sortable": False,
        }
    if column.field == "label":
        definition |= {"cellRenderer": "DistrictLink", "pinned": "left"}
    return definition


def ranking_table(rows: Sequence[Ranked], links: Mapping[str, str]) -> html.Table:
    """Districts in the order of their effect, with the places they could have."""
    cells = [
        [
            dcc.Link(row.effect.label, href=links[row.effect.group]),
            difference.estimate(row.figure),
            wording.places(row),
            wording.verdict(row.effect),
        ]
        for row in rows
    ]
    return figures_table(
        f"Difference in points, month +{HEADLINE_MONTH}, the largest first",
        ["District", "Difference (95 %)", "Places it could have", "What may be said"],
        cells,
        named=True,
    )


def heat_table(frame: pd.DataFrame, names: Mapping[str, str]) -> html.Table:
    """Official monthly rates, a row a district and a column a month, the latest first."""
    rates = frame.pivot_table(index="district_code", columns="month", values="rate")
    told = rates.to_dict("index")
    months = list(rates.columns)[::-1]
    rows = [
        [name, *(_told(told[code][month]) for month in months)]
        for code, name in names.items()
        if code in told
    ]
    return figures_table(
        "Official attendance rate by month", ["District", *months], rows, named=True
    )


def _told(rate: float) -> str:
    return "–" if pd.isna(rate) else wording.percent(rate)


def published_frame(context: PublicContext, levels: Sequence[Level]) -> pd.DataFrame:
    """Every published rate, the latest first, then the program's students: who, when, rate (0..1).

    ``attendance`` and ``students`` are in words; ``source`` says whose figure it is.
    """
    published = [
        {
            "who": f"{rate.place}, all students",
            "when": wording.published_year(rate),
            "rate": rate.rate,
            "attendance": wording.published(rate),
            "students": "–" if rate.students is None else f"{rate.students:,}",
            "source": f"Published by the state, {wording.edition(rate)}",
        }
        for rates in (context.district, context.state)
        for rate in rates[::-1]
    ]
    program = [
        {
            "who": level.meaning,
            "when": f"first visited in {context.year}",
            "rate": level.rate,
            "attendance": level.told,
            "students": level.students,
            "source": "This program",
        }
        for level in levels
    ]
    return pd.DataFrame([*published, *program])


def published_table(frame: pd.DataFrame) -> html.Table:
    """The rows of ``published_frame``."""
    return figures_table(
        "Official: days attended of days enrolled; program: means of the students’ own rates",
        ["Students", "When", "Attendance", "Number", "Source"],
        frame[["who", "when", "attendance", "students", "source"]].to_numpy().tolist(),
        named=True,
    )


def schools_table(frame: pd.DataFrame, threshold: int) -> html.Table:
    """Schools of a district, this school year so far and the year before."""
    rows = [
        [
            row["school_name"],
            wording.count(
                None if row["withheld"] else int(row["students"]), row["about"], threshold
            ),
            wording.rate(row),
            _told(row["rate_before"]),
            *(wording.share_of(row, name) for name in ("chronic", "chronic_before")),
        ]
        for row in frame.to_dict("records")
    ]
    head = ["School", "Students", "Attendance", "Year before", "Chronic", "Year before"]
    return figures_table(
        "All students enrolled, this school year so far and the whole year before",
        head,
        rows,
        named=True,
    )


def peers_table(
    peers: Sequence[str], standing: pd.DataFrame, ranked: Sequence[Ranked], links: Mapping[str, str]
) -> html.Table:
    """Districts whose served students started at a similar level."""
    by_group = {row.effect.group: row for row in ranked}
    stand = standing.to_dict("index")
    rows = [
        [
            dcc.Link(by_group[code].effect.label, href=links[code]),
            wording.rate_of(stand[code], "baseline"),
            difference.estimate(by_group[code].figure),
            wording.verdict(by_group[code].effect),
            wording.share_of(stand[code], "above_median"),
        ]
        for code in peers
    ]
    head = ["District", "Baseline", "Difference (95 %)", "What may be said", "Above the middle"]
    return figures_table(
        f"Nearest baselines; differences in points, month +{HEADLINE_MONTH}", head, rows, named=True
    )


def targets_table(progress: Sequence[Progress], names: Mapping[str, str]) -> html.Table:
    """Where the targets stand."""
    rows = [
        [
            names.get(row.target.district, "All districts"),
            words.MEASURES[row.target.measure],
            words.amount(row.target.value, row.target.measure),
            wording.day(row.target.by),
            words.amount(row.now, row.target.measure),
            words.gain(row.gained, row.target.measure),
            words.gain(row.needed, row.target.measure),
            words.STATES[row.state],
        ]
        for row in progress
    ]
    head = ["District", "Measure", "Target", "By", "Now", "Last 12 months", "Needed a year", ""]
    return figures_table("Targets", head, rows, named=True)
