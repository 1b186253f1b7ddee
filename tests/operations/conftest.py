"""The dashboard over a small delivery, as in the tests of signing in; and gunicorn's settings."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

# Fixtures:
from tests.access.conftest import loaded as loaded
from tests.access.conftest import site as site
from tests.access.conftest import users_file as users_file
from tests.test_documentation import ROOT


def gunicorn_settings() -> dict[str, Any]:
    """What gunicorn reads, in the environment as it is."""
    return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment alone."""
    for name in ("LEAP_LOG", "LEAP_METRICS_TOKEN", "PROMETHEUS_MULTIPROC_DIR", "WEB_CONCURRENCY"):
        monkeypatch.delenv(name, raising=False)
