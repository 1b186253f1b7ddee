"""Upgrade, backup and restore, on both engines and from one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command

from queries import schema
from queries.database import DatabaseUnavailableError, snapshot
from reporting.__main__ import main
from reporting.keeping import backup, restore, upgrade
from reporting.migrations import steps_in
from reporting.stores import ServerStore, store_of
from tests.conftest import Database, Delivery, database_on
from tests.reporting.drawn import without_keys

ENGINES = ("duckdb", "postgresql")
ADA = "0000000001"
FIRST_VERSION, BEFORE_NOISE = "1", "7"
LATER_VERSION = schema.SCHEMA_VERSION + 1
KEPT = (*schema.FACTS, *schema.PROVENANCE)


def quiet(_step: str, _share: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(params=ENGINES)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path
) -> Iterator[Database]:
    with database_on(request.param, tmp_path, run_folder) as database:
        yield database


def contents(url: str) -> dict[str, pd.DataFrame]:
    """Every table of a database, its rows in a fixed order."""
    with store_of(sa.make_url(url)).working_copy() as copy:
        engine = sa.create_engine(f"duckdb:///{copy}")
        with engine.connect() as connection:
            tables = {
                table.name: pd.read_sql_query(sa.select(table), connection)
                for table in schema.metadata.sorted_tables
            }
        engine.dispose()
    return {
        name: frame.sort_values(list(frame.columns), ignore_index=True)
        for name, frame in tables.items()
    }


def assert_same(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    for name, frame in expected.items():
        compared = found[name][frame.columns]
        pd.testing.assert_frame_equal(compared, frame, rtol=0, atol=1e-9, check_dtype=False)


def test_a_backup_put_back_into_the_other_engine_is_the_same_database(
    delivery: Delivery, database: Database, tmp_path: Path, run_folder: Path
) -> None:
    delivery.add("attendance", f"{ADA},0640011,2022-06,20,99").load()
    [other_engine] = [name for name in ENGINES if not database.loader_url.startswith(name)]
    before = contents(database.loader_url)
    assert len(before["rejected_row"]) == 1
    file = tmp_path / "monday.backup"
    backup(sa.make_url(database.loader_url), file, quiet)
    assert file.stat().st_mode & 0o077 == 0
    (tmp_path / "elsewhere").mkdir()
    with database_on(other_engine, tmp_path / "elsewhere", run_folder) as other:
        restore(sa.make_url(other.loader_url), file, quiet)
        assert_same(contents(other.loader_url), before)


def test_a_restore_undoes_a_load(delivery: Delivery, database: Database, tmp_path: Path) -> None:
    delivery.load()
    before, file = contents(database.loader_url), tmp_path / "before"
    backup(sa.make_url(database.loader_url), file, quiet)
    delivery.add("visits", "v2,0000000002,2021-12-08,home,completed,school").load()
    assert len(contents(database.loader_url)["visit"]) == 2
    restore(sa.make_url(database.loader_url), file, quiet)
    assert_same(contents(database.loader_url), before)


def test_a_backup_overwrites_nothing_and_needs_a_database(
    delivery: Delivery,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", database.loader_url)
    assert main(["backup", str(tmp_path / "none")]) == 1
    assert "There is no database to back up" in capsys.readouterr().out
    delivery.load()
    assert main(["backup", str(tmp_path / "one")]) == 0
    assert main(["backup", str(tmp_path / "one")]) == 1
    assert "overwrites nothing" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no database", b"\0" * 50_000], ids=len)
def test_what_is_no_backup_is_refused_and_the_database_stays(
    delivery: Delivery,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
) -> None:
    delivery.load()
    before = contents(database.loader_url)
    monkeypatch.setenv("LEAP_DATABASE_URL", database.loader_url)
    (tmp_path / "broken").write_bytes(content)
    assert main(["restore", str(tmp_path / "broken")]) == 1
    assert "broken" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "missing")]) == 1
    assert_same(contents(database.loader_url), before)


# --- Versions ------------------------------------------------------------------------


def first_released(delivery: Delivery, database: Database) -> None:
    """Load the delivery, then turn the database into what the first release would have made."""
    delivery.load()
    store = store_of(sa.make_url(database.loader_url))
    with store.working_copy() as copy:
        engine = sa.create_engine(f"duckdb:///{copy}")
        with engine.begin() as connection:
            rows = {table: connection.execute(sa.select(table)).mappings().all() for table in KEPT}
            schema.metadata.drop_all(connection)
            command.upgrade(steps_in(connection), FIRST_VERSION)
            first = _columns(connection)
            for table in KEPT:
                names = first.get(table.name, ())
                if rows[table] and names:
                    kept = [{name: row[name] for name in names} for row in rows[table]]
                    connection.execute(
                        sa.insert(sa.table(table.name, *map(sa.column, names))), kept
                    )
            connection.execute(sa.update(schema.meta).values(schema_version=int(FIRST_VERSION)))
            if isinstance(store, ServerStore):
                _give_all_that_a_server_takes(connection, first)
        engine.dispose()
        store.publish(copy)
    if isinstance(store, ServerStore):
        _drop_what_came_later(database, first)


def _columns(connection: sa.Connection) -> dict[str, set[str]]:
    inspector = sa.inspect(connection)
    return {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in inspector.get_table_names()
    }


def _give_all_that_a_server_takes(connection: sa.Connection, first: dict[str, set[str]]) -> None:
    schema.metadata.create_all(connection)
    for table in KEPT:
        for name in set(table.c.keys()) - first.get(table.name, set(table.c.keys())):
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {name} TEXT")


def _drop_what_came_later(database: Database, first: dict[str, set[str]]) -> None:
    with sa.create_engine(database.loader_url).begin() as connection:
        load_schema = connection.exec_driver_sql("SELECT load_schema FROM leap.current_load")
        name = load_schema.scalar_one()
        for table in schema.metadata.sorted_tables:
            if table.name not in first:
                connection.exec_driver_sql(f'DROP TABLE "{name}".{table.name} CASCADE')
                continue
            for column in set(table.c.keys()) - first[table.name]:
                connection.exec_driver_sql(f'ALTER TABLE "{name}".{table.name} DROP {column}')


def test_the_first_released_database_is_brought_up_to_date(
    delivery: Delivery, database: Database
) -> None:
    delivery.load()
    before = contents(database.loader_url)
    first_released(delivery, database)
    with pytest.raises(DatabaseUnavailableError, match="python -m reporting upgrade"), snapshot():
        pass
    upgrade(sa.make_url(database.loader_url), quiet)
    after = contents(database.loader_url)
    for table in (*schema.FACTS, *schema.MARTS):
        columns = [column.name for column in without_keys(table)]
        assert_same(after, {table.name: before[table.name][columns]})
    assert len(after["response_history"]) == len(after["effect_history"]) == 0
    with snapshot() as data:
        assert data.load_id == after["meta"]["load_id"][0]


def test_a_load_into_the_first_released_database_brings_it_up_to_date(
    delivery: Delivery, database: Database
) -> None:
    first_released(delivery, database)
    delivery.add("visits", "v2,0000000002,2021-12-08,home,completed,school").load()
    after = contents(database.loader_url)
    assert len(after["visit"]) == 2
    assert after["meta"]["schema_version"][0] == schema.SCHEMA_VERSION


def test_migrated_tables_are_those_of_a_new_database(tmp_path: Path, delivery: Delivery) -> None:
    delivery.load()
    new = _described(delivery.url)
    engine = sa.create_engine(f"duckdb:///{tmp_path}/migrated.duckdb")
    with engine.begin() as connection:
        command.upgrade(steps_in(connection), "head")
    engine.dispose()
    migrated = _described(f"duckdb:///{tmp_path}/migrated.duckdb")
    for table in KEPT:
        assert migrated[table.name] == new[table.name]


def test_a_database_of_before_noise_gets_a_secret_and_knows_nobody_behind_older_rates(
    tmp_path: Path,
) -> None:
    salts = []
    for name in ("one", "other"):
        engine = sa.create_engine(f"duckdb:///{tmp_path}/{name}.duckdb")
        with engine.begin() as connection:
            command.upgrade(steps_in(connection), BEFORE_NOISE)
            connection.exec_driver_sql("INSERT INTO meta (schema_version) VALUES (7)")
            connection.exec_driver_sql("INSERT INTO effect_history (load_id) VALUES ('last')")
            command.upgrade(steps_in(connection), "head")
            salts.append(connection.scalar(sa.select(schema.meta.c.noise_salt)))
            served = sa.select(schema.effect_history.c.served)
            assert connection.scalars(served).all() == [None]
        engine.dispose()
    one, other = salts
    assert len(one) == len(other) == 64
    assert one != other


def _described(url: str) -> dict[str, list[tuple[str, str]]]:
    with store_of(sa.make_url(url)).working_copy() as copy:
        engine = sa.create_engine(f"duckdb:///{copy}")
        inspector = sa.inspect(engine)
        tables = {
            name: sorted(
                (column["name"], str(column["type"])) for column in inspector.get_columns(name)
            )
            for name in inspector.get_table_names()
        }
        engine.dispose()
    return tables


def test_the_database_of_a_later_program_is_left_alone(
    delivery: Delivery,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    delivery.load()
    store = store_of(sa.make_url(database.loader_url))
    with store.working_copy() as copy:
        engine = sa.create_engine(f"duckdb:///{copy}")
        with engine.begin() as connection:
            connection.execute(sa.update(schema.meta).values(schema_version=LATER_VERSION))
        engine.dispose()
        store.publish(copy)
    before = contents(database.loader_url)
    monkeypatch.setenv("LEAP_DATABASE_URL", database.loader_url)
    for words in (["load", str(delivery.folder)], ["upgrade"]):
        assert main(words) == 1
        assert "later program" in capsys.readouterr().out
    assert_same(contents(database.loader_url), before)
