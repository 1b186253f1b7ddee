"""Queries are asked on both engines: of small deliveries, and of the demonstration program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries import memory
from queries.database import Snapshot, snapshot
from reporting.stores import ServerStore
from tests import postgresql
from tests.conftest import Database, Program, database_on, once_a_run

ENGINES = ("duckdb", "postgresql")


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path
) -> Iterator[Database]:
    with database_on(request.param, tmp_path, run_folder) as database:
        yield database


@pytest.fixture(scope="module", params=ENGINES)
def data(request: pytest.FixtureRequest, program: Program, run_folder: Path) -> Iterator[Snapshot]:
    """A snapshot of the demonstration program."""
    patch = pytest.MonkeyPatch()
    on_server = request.param == "postgresql"
    patch.setenv(
        "LEAP_DATABASE_URL", program_on_server(program, run_folder) if on_server else program.url
    )
    memory._memory._results.clear()  # both engines hold the same load
    with snapshot() as data:
        yield data
    patch.undo()


def program_on_server(program: Program, run_folder: Path) -> str:
    """The program's database once more, on the tests' server: the same rows, the same load."""
    return once_a_run(run_folder, "program-on-server", lambda: _copied(program, run_folder))


def _copied(program: Program, run_folder: Path) -> str:
    server = postgresql.shared_server(run_folder)
    server.make_database("program")
    store = ServerStore(sa.make_url(server.url("leap_loader", "program")))
    store.publish(Path(sa.make_url(program.url).database or ""))
    return server.url("leap_reader", "program")
