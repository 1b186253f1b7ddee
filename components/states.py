"""What a page says when it has nothing to show: designed, and with the next step."""

from __future__ import annotations

from typing import Any

from dash import dcc, html


def _state(title: str, words: str, *actions: Any) -> html.Div:
    return html.Div(
        [html.H2(title), html.P(words), html.Div(actions, className="state-actions")],
        className="state",
        role="status",
    )


def _button(words: str, href: str) -> dcc.Link:
    return dcc.Link(words, href=href, className="button")


def too_few(threshold: int, path: str) -> html.Div:
    """Fewer students than the viewer may see figures of; nobody at all looks the same."""
    return _state(
        "Too few students match",
        f"Figures over fewer than {threshold} students are never shown, nor those from which so "
        "few could be worked out, so that nobody can be recognized. Choose more districts, grades "
        "or visits.",
        _button("Show all students", path),
    )


def not_named(words: str) -> html.Div:
    """A page of named students, for somebody who may not see them."""
    return _state("For coordinators", words, _button("Go to the overview", "/"))


def for_leadership() -> html.Div:
    """The page of deliveries, for somebody who does not look after them."""
    return _state(
        "For leadership",
        "Deliveries and loads are looked after by leadership. What was loaded last is on the page "
        "of methods.",
        _button("Go to the methods", "/methods"),
    )


def nobody(words: str, path: str) -> html.Div:
    """A coordinator's list without rows."""
    return _state("Nobody is on this list", words, _button("Clear the filters", path))


def no_student() -> html.Div:
    """A student of another district and one who does not exist look the same."""
    return _state(
        "No such student on your list",
        "Only students now enrolled in your own district are shown to you. The number may be "
        "mistyped, or the student has moved.",
        _button("Back to the list", "/students"),
    )


def no_district() -> html.Div:
    """A district's page with a code that this database does not have."""
    return _state(
        "There is no such district",
        "The code in the address is not one of this database. Codes are text of seven digits, "
        "leading zeros included, such as 0640011.",
        _button("All districts", "/districts"),
    )


def not_found(path: str) -> html.Div:
    """An address without a page."""
    return _state(
        "There is no such page",
        f"Nothing is at {path}. The address may be mistyped, or the page has moved.",
        _button("Go to the overview", "/"),
    )


def unavailable(words: str) -> html.Div:
    """No database to read."""
    return _state("There is no data to show", words)


def failed(number: str | None) -> html.Div:
    """A query broke; the cause is in the log, under the request's number."""
    return _state(
        "This could not be shown",
        "Something went wrong on our side, and it has been logged. The rest of the page still "
        "works: change a filter or load the page again. If it stays, tell whoever runs the "
        f"dashboard what you were looking at, and this number: {number}.",
    )
