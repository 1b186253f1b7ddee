"""A line for every request, and its number on everything logged while it is answered.

How lines look is the server's to say (``gunicorn.conf.py``: plain, or JSON).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from operations.requests import Answered, Listener, request_id

_log = logging.getLogger(__name__)


def teller(*, quiet: Collection[str]) -> Listener:
    """What logs an answered request; those to ``quiet`` endpoints only where they fail."""

    def tell(answered: Answered) -> None:
        level = logging.ERROR if answered.status >= 500 else logging.INFO
        if answered.endpoint in quiet and answered.status < 400:
            level = logging.DEBUG
        fields = {
            "method": answered.method,
            "route": answered.route,
            "callback": answered.callback,
            "status": answered.status,
            "milliseconds": round(1000 * answered.seconds),
            "role": answered.role,
        }
        what = f"{answered.method} {answered.callback or answered.route}"
        _log.log(
            level, "%s %d in %d ms", what, answered.status, fields["milliseconds"], extra=fields
        )

    return tell


def number_records() -> None:
    """Give every record that is logged from now on the number of the request behind it."""
    make = logging.getLogRecordFactory()

    def numbered(*parts: Any, **more: Any) -> logging.LogRecord:
        record = make(*parts, **more)
        record.request_id = request_id()
        return record

    logging.setLogRecordFactory(numbered)
