"""Benchmarks find their way through the pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from benchmarks.filter_change import CHOICES, Subject, changes, dashboard
from queries.database import snapshot
from tests.conftest import Program

pytestmark = pytest.mark.browser


def test_filters_are_changed_as_people_do_and_each_change_is_measured(
    browser: Browser, address: str, program: Program
) -> None:
    with snapshot() as data:
        measured = changes(browser, dashboard(address), Subject(program.url, data))
    assert len(measured) == len(CHOICES)
