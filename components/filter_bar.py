"""The filter bar: one row of choices, the same on every page.

The URL is the state. Each filter is a native disclosure with checkboxes, which the keyboard
and screen readers know; the browser keeps checkboxes and URL in step (``assets/dashboard.js``).
"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
import pandas as pd
from dash import html, set_props
from dash.dependencies import Wildcard

from components import wording
from queries.filters import KnownValues

CLEAR_ID = "filter-clear"

# On the page of one district another choice leads to that district's page; this leads to both.
_SEVERAL = html.A("Choose several side by side", href="/districts", className="several")


def choices_id(dimension: str | Wildcard) -> dict[str, str | Wildcard]:
    """Id of a filter's checkboxes; of all filters there are for ``dash.ALL``."""
    return {"type": "filter", "dimension": dimension}


def said_id(dimension: str | Wildcard) -> dict[str, str | Wildcard]:
    """Id of the words that say what a filter is set to."""
    return {"type": "filter-said", "dimension": dimension}


def filter_bar(known: KnownValues) -> html.Section:
    """Every filter, set to all."""
    return html.Section(
        [
            *(_filter(dimension, known) for dimension in known.dimensions),
            html.Button("Clear filters", id=CLEAR_ID, className="clear", type="button"),
        ],
        className="filter-bar",
        **{"aria-label": "Filters"},
    )


def _filter(dimension: str, known: KnownValues) -> html.Details:
    labels = known.labels(dimension)
    name = wording.DIMENSION_NAMES[dimension]
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(name, className="filter-name"),
                    html.Span("All", id=said_id(dimension), className="filter-said"),
                ]
            ),
            html.Div(
                [
                    *([_SEVERAL] if dimension == "district" and len(labels) > 1 else []),
                    dbc.Checklist(
                        id=choices_id(dimension),
                        options=[
                            {"label": label, "value": value} for value, label in labels.items()
                        ],
                        value=[],
                    ),
                ],
                className="filter-choices",
                role="group",
                **{"aria-label": name},
            ),
        ],
        className="filter",
    )


def show_counts(counts: pd.DataFrame, threshold: int) -> None:
    """Write beside each option how many students it would leave.

    ``counts`` is what ``queries.facets.option_counts`` returns.
    """
    for dimension, options in counts.groupby("dimension", sort=False):
        set_props(choices_id(str(dimension)), {"options": _options(options, threshold)})


def _options(options: pd.DataFrame, threshold: int) -> list[dict[str, Any]]:
    return [
        {"label": f"{label} ({_people(students, about, threshold)})", "value": value}
        for value, label, students, about in zip(
            options["value"], options["label"], options["students"], options["about"], strict=True
        )
    ]


def _people(students: Any, about: bool, threshold: int) -> str:
    return wording.count(None if pd.isna(students) else int(students), about, threshold)
