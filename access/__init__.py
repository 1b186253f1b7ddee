"""Who is asking, and whether they may."""

from __future__ import annotations

import ipaddress

from flask import Flask, Response, request

from queries.database import Snapshot
from queries.viewer import Viewer

SIGN_IN_NEEDED = (
    "This database holds real students, and signing in is not set up: nothing is served. "
    "Point LEAP_DATABASE_URL at a demonstration database (python -m reporting demo makes one)."
)


class SignInNeededError(Exception):
    """Real data and nobody signed in; the message says what to do."""


def current_viewer(data: Snapshot) -> Viewer:
    """The person behind the current request.

    Without signing in only demonstration data is served, to a visitor with the role of
    leadership: aggregates of every district, no student by name. Raises SignInNeededError
    for real data.
    """
    if not data.is_demonstration:
        raise SignInNeededError(SIGN_IN_NEEDED)
    return Viewer(role="leadership")


def guard(server: Flask) -> None:
    """Answer this machine alone: nobody signs in, so nobody else may ask."""

    @server.before_request
    def refuse_other_machines() -> Response | None:
        address = ipaddress.ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104
        if address.is_loopback:
            return None
        return Response("Only reachable from the machine it runs on.", 403, mimetype="text/plain")
