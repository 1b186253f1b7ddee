"""Who is asking, and whether they may."""

from __future__ import annotations

from typing import Any

from flask import current_app

from access.audit import AuditError
from access.guard import NOT_NOW, Guard
from access.people import (
    SIGN_IN_NEEDED,
    SignInNeededError,
    account_of,
    may_upload,
    viewer_of,
)
from access.settings import Settings, SettingsError, read_settings
from queries.database import Snapshot
from queries.viewer import Account, Viewer

__all__ = [
    "GUARD",
    "NOT_NOW",
    "AuditError",
    "Guard",
    "Settings",
    "SettingsError",
    "SignInNeededError",
    "check_servable",
    "current_account",
    "current_viewer",
    "may_load_deliveries",
    "read_settings",
    "record",
]

GUARD = "leap-guard"


def check_servable(settings: Settings, data: Snapshot) -> None:
    """Raise SignInNeededError for real data that anybody could open."""
    if not settings.has_sign_in and not data.is_demonstration:
        raise SignInNeededError(SIGN_IN_NEEDED)


def current_viewer(data: Snapshot) -> Viewer:
    """The person behind the current request; raises SignInNeededError."""
    return viewer_of(_settings(), data)


def current_account() -> Account:
    """How the person is called and in which role, for the head of the page."""
    return account_of(_settings())


def may_load_deliveries() -> bool:
    """Whether the person behind the current request may load deliveries, whatever the role."""
    return may_upload(_settings())


def record(what: str, **details: Any) -> None:
    """Write into the audit log that the person behind the current request did ``what``.

    ``details`` say which part of the data, never the data itself. Comes before what it tells of:
    raises AuditError where it cannot be recorded, and then nothing is to be done.
    """
    current_app.extensions[GUARD].audit.record(current_account().name or "", what, **details)


def _settings() -> Settings:
    settings: Settings = current_app.extensions[GUARD].settings
    return settings
