"""A reporting database on a PostgreSQL server: who may read what, loads, and its bad days."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import create_app
from queries.database import DatabaseUnavailableError, snapshot
from queries.filters import Filters
from queries.postgresql import current_load, enter_current_load, name_students_of
from queries.schema import NAMING, UNREAD, contacted_name, metadata, visit
from queries.students import caseload, one_student
from queries.viewer import Viewer
from reporting.load import load
from reporting.mapping import read_mapping
from reporting.stores import ServerStore
from tests import postgresql
from tests.conftest import Database, Delivery, database_on
from tests.postgresql import Server
from tests.waiting import LONGEST_WAIT

ADA, BEN = "0000000001", "0000000002"
VISITS = sa.select(sa.func.count()).select_from(visit)
NAMES = sa.select(contacted_name.c.first_name).order_by(contacted_name.c.first_name)
BOTH_VISITED = "v2,0000000002,2021-12-08,home,completed,school"
PROJECT = Path(__file__).parents[2]


@pytest.fixture
def database(tmp_path: Path, run_folder: Path) -> Iterator[Database]:
    with database_on("postgresql", tmp_path, run_folder) as database:
        yield database


@pytest.fixture
def reader(database: Database) -> Iterator[sa.Engine]:
    engine = sa.create_engine(database.reader_url)
    yield engine
    engine.dispose()


def visits_loaded() -> int:
    with snapshot() as data:
        return data.connection.scalar(VISITS) or 0


def schemas(database: Database) -> list[str]:
    names = sa.inspect(sa.create_engine(database.loader_url)).get_schema_names()
    return [name for name in names if name.startswith("load_")]


# --- Rights ----------------------------------------------------------------------


FORBIDDEN = (
    *(f"SELECT student_id FROM {table.name}" for table in UNREAD),
    "DELETE FROM visit",
    "CREATE TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "UPDATE leap.current_load SET load_schema = 'mine'",
    "DROP POLICY named_to_viewer ON contacted_name",
    "CREATE TEMPORARY TABLE mine (a int)",
    "SET ROLE leap_loader",
)


def test_the_dashboards_role_can_only_read(delivery: Delivery, reader: sa.Engine) -> None:
    delivery.load()
    for statement in FORBIDDEN:
        with reader.connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            enter_current_load(connection)
            with pytest.raises(sa.exc.ProgrammingError, match=r"permission denied|must be owner"):
                connection.exec_driver_sql(statement)


def test_rows_that_name_students_are_those_of_the_named_districts_whatever_is_asked(
    delivery: Delivery, reader: sa.Engine
) -> None:
    delivery.add("visits", BOTH_VISITED).load()
    with reader.connect() as connection:
        enter_current_load(connection)
        for table in NAMING:
            assert connection.execute(sa.select(table)).all() == []
        name_students_of(connection, ["0930011"])
        assert list(connection.scalars(NAMES)) == ["Ben"]
        name_students_of(connection, ["0640011", "0930011"])
        assert list(connection.scalars(NAMES)) == ["Ada", "Ben"]
        name_students_of(connection, [])
        assert list(connection.scalars(NAMES)) == []


def test_what_one_viewer_may_see_does_not_stay_for_the_next(delivery: Delivery) -> None:
    delivery.add("visits", BOTH_VISITED).load()
    hartford = Viewer("coordinator", districts=("0640011",))
    for _ in range(3):
        with snapshot() as data:
            assert list(caseload(data, hartford, Filters())["first_name"]) == ["Ada"]
            assert one_student(data, hartford, BEN) is None
        with snapshot() as data:
            assert list(data.connection.scalars(NAMES)) == []


# --- Loads -----------------------------------------------------------------------


def test_loads_make_a_schema_each_and_only_the_last_two_stay(
    delivery: Delivery, database: Database
) -> None:
    for number in range(2, 5):
        delivery.add("visits", f"v{number},{BEN},2022-01-0{number},home,attempted,school").load()
        assert visits_loaded() == number
    assert len(schemas(database)) == 2


def test_a_load_waits_for_no_reader_and_drops_nothing_that_is_read(
    delivery: Delivery, database: Database
) -> None:
    delivery.load()
    with snapshot() as data:
        assert data.connection.scalar(VISITS) == 1
        delivery.add("visits", BOTH_VISITED).load()
        delivery.load()  # this one would drop what is read
        assert data.connection.scalar(VISITS) == 1
    assert visits_loaded() == 2
    delivery.load()
    assert len(schemas(database)) == 2


def test_two_loads_at_once_both_land_and_the_second_says_that_it_waits(
    delivery: Delivery, tmp_path: Path
) -> None:
    other = Delivery(tmp_path / "other", delivery.url)
    for file in delivery.folder.iterdir():
        other.write(**{file.stem: file.read_bytes()})
    other.add("visits", BOTH_VISITED)
    steps: list[str] = []
    under_way, go_on = threading.Event(), threading.Event()

    def hold(step: str, _share: float) -> None:
        if step.startswith("Computing"):
            under_way.set()
            assert go_on.wait(LONGEST_WAIT)

    def tell(step: str, _share: float) -> None:
        steps.append(step)
        if step.startswith("Waiting"):
            go_on.set()

    first = threading.Thread(target=_load, args=(delivery, hold))
    first.start()
    assert under_way.wait(LONGEST_WAIT)
    _load(other, tell)
    first.join()
    assert steps[0].startswith("Waiting for another load")
    assert visits_loaded() == 2


def _load(delivery: Delivery, progress: object) -> None:
    load(delivery.folder, sa.make_url(delivery.url), read_mapping(None), 100, progress)  # type: ignore[arg-type]


def test_a_load_that_lost_its_claim_does_not_undo_the_one_in_between(
    delivery: Delivery, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery.load()
    fill = ServerStore._fill

    def other_load_in_between(store: ServerStore, *arguments: object) -> None:
        monkeypatch.setattr(ServerStore, "_fill", fill)
        fill(store, *arguments)  # type: ignore[arg-type]
        with sa.create_engine(database.loader_url).begin() as connection:
            connection.execute(sa.update(current_load).values(load_schema="load_of_another"))

    monkeypatch.setattr(ServerStore, "_fill", other_load_in_between)
    with pytest.raises(Exception, match="Another load changed the database meanwhile"):
        delivery.add("visits", BOTH_VISITED).load()


# --- Bad days ----------------------------------------------------------------------

# Where a load is killed: in the working copy, then before and after each step of publishing.
KILLS = (
    "reporting.load.make_marts",
    "reporting.stores.ServerStore.publish",
    "reporting.stores.ServerStore._fill",
    "reporting.stores.ServerStore._make_ready",
    "reporting.stores.ServerStore._make_current",
    "reporting.stores.ServerStore._drop_all_but",
)
LOAD_AND_DIE = """
import os, signal, sys
from unittest import mock
from reporting.__main__ import main
def die(*_arguments, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
with mock.patch(sys.argv[1], die):
    main(["load", sys.argv[2]])
"""


def test_a_load_that_is_killed_leaves_the_old_database_or_the_new_one(
    delivery: Delivery, database: Database
) -> None:
    delivery.load()
    delivery.add("visits", BOTH_VISITED)
    for step in KILLS:
        assert visits_loaded() == 1
        killed = subprocess.run(
            [sys.executable, "-c", LOAD_AND_DIE, step, str(delivery.folder)],
            env=os.environ | {"LEAP_DATABASE_URL": database.loader_url, "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            check=False,
        )
        assert killed.returncode == -signal.SIGKILL
    assert visits_loaded() == 2  # the last one had landed, and dropped nothing
    delivery.load()
    assert visits_loaded() == 2
    assert len(schemas(database)) == 2
    assert not list(Path("data").iterdir())


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    server = postgresql.new_server()
    yield server
    postgresql.remove(server)


def test_pages_say_so_while_the_server_is_away_and_go_on_when_it_is_back(
    delivery: Delivery, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_server.make_database("leap")
    delivery.url = own_server.url("leap_loader", "leap")
    (delivery.folder / "DEMONSTRATION").touch()
    monkeypatch.setenv("LEAP_DATABASE_URL", own_server.url("leap_reader", "leap"))
    delivery.load()
    client = create_app().server.test_client()
    layout = "/_dash-layout"
    assert "does not answer" not in client.get(layout).text
    with snapshot() as data:
        own_server.stop("immediate")
        with pytest.raises(sa.exc.OperationalError):
            data.connection.scalar(VISITS)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailableError, match="does not answer"), snapshot():
            pass
        assert "does not answer" in client.get(layout).text
    with pytest.raises(Exception, match=r"broken off: .*refused.*as it was"):
        delivery.load()
    own_server.start()
    assert visits_loaded() == 1
    assert "does not answer" not in client.get(layout).text


def test_every_table_of_a_load_says_what_it_holds(delivery: Delivery, database: Database) -> None:
    delivery.load()
    inspector = sa.inspect(sa.create_engine(database.loader_url))
    [load_schema] = schemas(database)
    for table in metadata.sorted_tables:
        comment = inspector.get_table_comment(table.name, schema=load_schema)
        assert comment["text"] == table.comment
