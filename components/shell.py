"""What surrounds every page: navigation, banner, filter bar, footer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    clientside_callback,
    dcc,
    html,
    set_props,
)

from components import filter_bar, theme, wording
from components.chart_frame import PALETTES_ID, THEME_ID, VIEWPORT_ID
from queries.filters import KnownValues
from queries.viewer import Account

URL_ID, PAGE_ID, NOTICES_ID = "url", "page", "notices"
_DATA_AS_OF_ID, _KNOWN_ID, _NAVIGATION_ID, _THEME_BUTTON_ID = (
    "data-as-of",
    "known",
    "navigation",
    "theme-button",
)

Pages = Sequence[tuple[str, str]]


def shell(
    pages: Pages, known: KnownValues, data_as_of: date, account: Account, *, demonstration: bool
) -> html.Div:
    """The outer layout. ``pages`` are (path, title) in the order of the navigation."""
    labels = {dimension: dict(known.labels(dimension)) for dimension in known.dimensions}
    return html.Div(
        [
            dcc.Location(id=URL_ID, refresh=False),
            dcc.Store(id=PALETTES_ID, data=theme.PALETTES),
            dcc.Store(id=THEME_ID),
            dcc.Store(id=VIEWPORT_ID),
            dcc.Store(id=_KNOWN_ID, data=labels),
            html.A("Skip to the content", href="#content", className="skip"),
            _header(pages, account),
            *([_demonstration_banner(account)] if demonstration else []),
            html.Div(filter_bar.filter_bar(known), className="filter-strip"),
            html.Main(
                [
                    html.Div(id=NOTICES_ID, role="status", className="notices"),
                    html.Div(id=PAGE_ID),
                ],
                id="content",
                tabIndex=-1,
            ),
            _footer(data_as_of),
        ],
        className="shell",
    )


def _header(pages: Pages, account: Account) -> html.Header:
    return html.Header(
        [
            html.Div(
                [
                    html.Span("LEAP", className="brand-name"),
                    html.Span("Home visits and attendance", className="brand-words"),
                ],
                className="brand",
            ),
            html.Nav(
                [dcc.Link(title, href=path, className="nav-item") for path, title in pages],
                id=_NAVIGATION_ID,
                **{"aria-label": "Pages"},
            ),
            *(_signed_in(account.name, account.role) if account.name else []),
            html.Button("Dark", id=_THEME_BUTTON_ID, type="button", className="theme-button"),
        ],
        className="top",
    )


def _signed_in(name: str, role: str) -> list[Any]:
    return [
        html.Span([html.Strong(name), f" · {wording.ROLE_NAMES[role]}"], className="account"),
        html.Button("Sign out", type="button", **{"data-post": "/sign-out"}),
    ]


def _demonstration_banner(account: Account) -> html.Div:
    roles = [
        html.Button(
            wording.ROLE_NAMES[role],
            type="button",
            className="role chosen" if role == account.role else "role",
            **{"data-post": "/role", "data-role": role, "aria-pressed": str(role == account.role)},
        )
        for role in account.roles
    ]
    return html.Div(
        [
            html.Span([html.Strong("Demonstration data. "), "Every student here is invented."]),
            *([html.Span(["See it as ", *roles], className="roles")] if roles else []),
        ],
        className="banner",
        role="note",
    )


def _footer(data_as_of: date) -> html.Footer:
    return html.Footer(
        [
            html.Span(_as_of(data_as_of), id=_DATA_AS_OF_ID),
            html.Span("Learner Engagement and Attendance Program"),
        ]
    )


def _as_of(data_as_of: date) -> str:
    return f"Data through {wording.day(data_as_of)}"


def show(data_as_of: date, notices: Sequence[str]) -> None:
    """Say how fresh the figures on the page are, and sentences such as about the link."""
    set_props(_DATA_AS_OF_ID, {"children": _as_of(data_as_of)})
    tell(notices)


def tell(notices: Sequence[str]) -> None:
    """Say sentences above the page, in the place of those before."""
    set_props(NOTICES_ID, {"children": [html.P(sentence) for sentence in notices]})


clientside_callback(
    ClientsideFunction("dashboard", "sync"),
    Output(URL_ID, "search"),
    Output(filter_bar.choices_id(ALL), "value"),
    Output(filter_bar.said_id(ALL), "children"),
    Output(_NAVIGATION_ID, "children"),
    Input(URL_ID, "search"),
    Input(URL_ID, "pathname"),
    Input(filter_bar.CLEAR_ID, "n_clicks"),
    Input(filter_bar.choices_id(ALL), "value"),
    State(_KNOWN_ID, "data"),
    State(_NAVIGATION_ID, "children"),
)

clientside_callback(
    ClientsideFunction("dashboard", "switchTheme"),
    Output(THEME_ID, "data"),
    Output(_THEME_BUTTON_ID, "children"),
    Input(_THEME_BUTTON_ID, "n_clicks"),
)
