"""One request, from its first moment to the last byte of its answer."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial

from dash import Dash
from flask import Flask, Response, g, request

HEADER = "X-Request-ID"

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_QUESTION = "/_dash-update-component"

_current: ContextVar[str | None] = ContextVar("request_id", default=None)


@dataclass(frozen=True)
class Answered:
    """A request and how it was answered; nothing here tells of a student or a person.

    ``route`` is the pattern that the path fits (``none``: no pattern) and never the path, which may
    hold a student's number. ``callback`` names what a page asked for, by the first part of the
    page that it changes. ``role`` is that of who is signed in. All but ``seconds`` are of small
    fixed sets, whatever is asked.
    """

    method: str
    route: str
    endpoint: str | None
    callback: str | None
    status: int
    role: str | None
    seconds: float


Listener = Callable[[Answered], None]


def request_id() -> str | None:
    """The number of the request that is being answered here; None between requests."""
    return _current.get()


def follow(app: Dash, *listeners: Listener) -> None:
    """Number every request, give the number back with the answer, tell the listeners at its end.

    A number that comes along in X-Request-ID is kept if it is one: letters, digits and hyphens,
    at most 64. Templates know it as ``request_id``.
    """
    server: Flask = app.server

    @server.before_request
    def begin() -> None:
        given = request.headers.get(HEADER, "")
        _current.set(given if _ID.fullmatch(given) else uuid.uuid4().hex)
        g.began = time.perf_counter()

    @server.after_request
    def answer(response: Response) -> Response:
        response.headers[HEADER] = request_id() or ""
        end = partial(_end, g.began, _answered(app, response), listeners)
        if response.direct_passthrough:  # a file, which the server sends without telling when
            end()
        else:
            response.call_on_close(end)
        return response

    @server.context_processor
    def numbered() -> dict[str, str | None]:
        return {"request_id": request_id()}


def _answered(app: Dash, response: Response) -> Callable[..., Answered]:
    return partial(
        Answered,
        method=request.method if request.method in _METHODS else "other",
        route=request.url_rule.rule if request.url_rule else "none",
        endpoint=request.endpoint,
        callback=_callback(app) if response.status_code < 400 else None,
        status=response.status_code,
        role=g.get("role"),  # as the guard found it
    )


def _callback(app: Dash) -> str | None:
    """What a page's question is about: ``chart.children`` of ``..chart.children...link.href..``.

    Only of a question that was answered: a body that was refused may be of any size.
    """
    if request.path != _QUESTION:
        return None
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    if not isinstance(output, str) or output not in app.callback_map:
        return None
    return output.strip(".").split("...")[0]


def _end(began: float, answered: Callable[..., Answered], listeners: tuple[Listener, ...]) -> None:
    whole = answered(seconds=time.perf_counter() - began)
    for listener in listeners:
        listener(whole)
    _current.set(None)
