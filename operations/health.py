"""Is the process alive, and can it show data? For whoever starts, watches and replaces it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, jsonify

from queries.database import DatabaseUnavailableError, snapshot

_log = logging.getLogger(__name__)

HEALTH = Blueprint("health", __name__)
ENDPOINTS = frozenset({"health.alive", "health.ready"})

UNAVAILABLE = (DatabaseUnavailableError, sa.exc.SQLAlchemyError)


@HEALTH.get("/healthz")
def alive() -> dict[str, Any]:
    """The process answers; nothing is said of the database."""
    return {"alive": True}


@HEALTH.get("/readyz")
def ready() -> tuple[Any, int]:
    """Whether the database holds a load to show, and its age in seconds: 200, or 503 and why."""
    try:
        age = datetime.now(UTC) - loaded_at()
    except DatabaseUnavailableError:
        return _not_ready("there is no load of this version to show")
    except sa.exc.SQLAlchemyError:
        return _not_ready("the database does not answer")
    return jsonify(ready=True, load_age_seconds=int(age.total_seconds())), 200


def loaded_at() -> datetime:
    """When the load that is shown was made, in UTC; raises UNAVAILABLE."""
    with snapshot() as data:
        return data.loaded_at.replace(tzinfo=UTC)


def _not_ready(reason: str) -> tuple[Any, int]:
    # Anybody may ask: causes, with paths and hosts in them, are for the log.
    _log.warning("Not ready: %s", reason, exc_info=True)
    return jsonify(ready=False, reason=reason), 503
