"""A snapshot of the demonstration program, for queries over a whole program's data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from queries.database import Snapshot, snapshot
from tests.conftest import Program


@pytest.fixture(scope="module")
def data(program: Program) -> Iterator[Snapshot]:
    patch = pytest.MonkeyPatch()
    patch.setenv("LEAP_DATABASE_URL", program.url)
    with snapshot() as data:
        yield data
    patch.undo()
