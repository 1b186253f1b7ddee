"""Where the reporting database is kept: a DuckDB file, or a PostgreSQL server.

Whatever is done to a database is done to a working copy, a DuckDB file: DuckDB checks a delivery
and computes the marts in a twentieth of the time a server takes, and the statements of a load need
to know one engine alone. The finished copy is then published, as a whole: readers see the old
database or the new one.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import filelock
import sqlalchemy as sa

from queries import schema
from queries.duckdb_file import file_of, is_damage
from queries.postgresql import (
    CONTROL_SCHEMA,
    NAMED_DISTRICTS,
    adbc_uri,
    current_load,
)
from reporting.errors import DeliveryRefusedError
from reporting.private_files import owner_alone
from reporting.progress import Progress

# The role that the dashboard signs in to a server with; it may read the current load, no more.
READER_ROLE = "leap_reader"

_WAITING = "Waiting for another load to end"
_LOAD_SCHEMA = "load_"
_PATIENCE_WITH_READERS = "5s"


class Store(Protocol):
    """A reporting database as what it is kept in."""

    def claimed(self, progress: Progress) -> AbstractContextManager[None]:
        """Nobody else changes the database meanwhile; waits for who does now.

        What breaks off the work, such as a full disk, becomes a DeliveryRefusedError.
        """

    def working_copy(self) -> AbstractContextManager[Path]:
        """The database as a DuckDB file to work in, gone afterwards; none where there is none."""

    def publish(self, file: Path) -> None:
        """Put a finished working copy in the place of the database."""


def store_of(url: sa.URL) -> Store:
    """The store behind LEAP_DATABASE_URL. Raises DeliveryRefusedError for an engine unknown."""
    file = file_of(url)
    if file is not None:
        return FileStore(file)
    if url.get_backend_name() == "postgresql":
        return ServerStore(url)
    raise DeliveryRefusedError(
        f"LEAP_DATABASE_URL is {url.render_as_string()}. It can be a DuckDB file, such as "
        "duckdb:///data/leap.duckdb, or a server: postgresql+psycopg://loader@host/leap."
    )


class FileStore:
    """A DuckDB file: the working copy lies beside it and takes its place."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def claimed(self, progress: Progress) -> Iterator[None]:
        """As Store says; the system frees the claim if its holder dies."""
        lock = filelock.FileLock(self._file.with_name(f"{self._file.name}.lock"))
        with _broken_off_in_words():
            self._file.parent.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                progress(_WAITING, 0)
                lock.acquire()
            try:
                with owner_alone():
                    yield
            finally:
                lock.release()

    @contextmanager
    def working_copy(self) -> Iterator[Path]:
        """As Store says."""
        with _fresh(self._file.with_name(f"{self._file.name}.new")) as copy:
            if self._file.exists():
                _copy_private(self._file, copy)
            yield copy

    def publish(self, file: Path) -> None:
        """As Store says."""
        os.replace(file, self._file)


class ServerStore:
    """A PostgreSQL server: the working copy becomes a schema beside that of the load before.

    The load before stays for those who still read it, until the next one lands.
    """

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        # Unpooled: a claim ends with its connection.
        self._engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool
        )
        self._before: str | None = None

    @contextmanager
    def claimed(self, progress: Progress) -> Iterator[None]:
        """As Store says; the server frees the claim if its holder dies."""
        claim = sa.func.hashtext(f"{CONTROL_SCHEMA}.{current_load.name}")
        with _broken_off_in_words(), self._engine.connect() as connection:
            if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(claim))):
                progress(_WAITING, 0)
                connection.execute(sa.select(sa.func.pg_advisory_lock(claim)))
            connection.commit()  # the claim is the session's; no transaction stays open
            with owner_alone():
                yield

    @contextmanager
    def working_copy(self) -> Iterator[Path]:
        """As Store says; under ``data/``, where a file would be."""
        name = f"{self._url.host}-{self._url.database}.loading.duckdb"
        with _fresh(Path("data", name).resolve()) as copy:
            copy.parent.mkdir(parents=True, exist_ok=True)
            self._before = self._current_schema()
            if self._before is not None:
                self._fetch(copy, self._before)
            yield copy

    def publish(self, file: Path) -> None:
        """As Store says. Raises DeliveryRefusedError where another load came in between."""
        load_schema = f"{_LOAD_SCHEMA}{datetime.now(UTC):%Y%m%dt%H%M%S%f}"
        tables = [
            table.to_metadata(sa.MetaData(schema=load_schema))
            for table in schema.metadata.sorted_tables
        ]
        with self._engine.begin() as connection:
            self._make_tables(connection, load_schema, tables)
        self._fill(file, load_schema, tables)
        with self._engine.begin() as connection:
            self._make_ready(connection, load_schema, tables)
            self._make_current(connection, load_schema)
        self._drop_all_but(load_schema)

    def _current_schema(self) -> str | None:
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table(current_load.name, schema=CONTROL_SCHEMA):
                return None
            return connection.scalar(sa.select(current_load.c.load_schema))

    def _fetch(self, file: Path, load_schema: str) -> None:
        with (
            adbc.connect(adbc_uri(self._url)) as connection,
            connection.cursor() as cursor,
            duckdb.connect(file) as engine,
        ):
            for name in sa.inspect(self._engine).get_table_names(schema=load_schema):
                rows = sa.select(sa.text("*")).select_from(sa.table(name, schema=load_schema))
                cursor.execute(str(rows))
                engine.from_arrow(cursor.fetch_arrow()).create(name)

    def _make_tables(
        self, connection: sa.Connection, load_schema: str, tables: list[sa.Table]
    ) -> None:
        connection.execute(sa.schema.CreateSchema(CONTROL_SCHEMA, if_not_exists=True))
        current_load.create(connection, checkfirst=True)
        connection.execute(sa.schema.CreateSchema(load_schema))
        for table in tables:
            table.create(connection)

    def _fill(self, file: Path, load_schema: str, tables: list[sa.Table]) -> None:
        with (
            adbc.connect(adbc_uri(self._url)) as connection,
            connection.cursor() as cursor,
            duckdb.connect(file, read_only=True) as engine,
        ):
            for table in tables:
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                rows = engine.table(table.name).project(columns)
                cursor.adbc_ingest(table.name, rows, mode="append", db_schema_name=load_schema)
            connection.commit()

    def _make_ready(
        self, connection: sa.Connection, load_schema: str, tables: list[sa.Table]
    ) -> None:
        """Indexes on students, statistics for the planner, and what the reader may see."""
        for table in tables:
            if "student_id" in table.columns:
                sa.Index(f"{table.name}_student", table.c.student_id).create(connection)
            _run(connection, f'ANALYZE "{load_schema}"."{table.name}"')
        if not connection.scalar(sa.select(sa.func.to_regrole(READER_ROLE))):
            return
        for name in (CONTROL_SCHEMA, load_schema):
            _run(connection, f'GRANT USAGE ON SCHEMA "{name}" TO {READER_ROLE}')
            _run(connection, f'GRANT SELECT ON ALL TABLES IN SCHEMA "{name}" TO {READER_ROLE}')
        for table in schema.UNREAD:
            _run(connection, f'REVOKE SELECT ON "{load_schema}".{table.name} FROM {READER_ROLE}')  # noqa: S608 (own names)
        for table in schema.NAMING:
            _run(connection, f'ALTER TABLE "{load_schema}".{table.name} ENABLE ROW LEVEL SECURITY')
            _run(connection, _named_to_viewer(load_schema, table.name))
        for table, private in schema.PRIVATE_COLUMNS.items():
            shown = ", ".join(
                f'"{column.name}"' for column in table.c if column.name not in private
            )
            where = f'ON "{load_schema}".{table.name}'
            _run(connection, f"REVOKE SELECT {where} FROM {READER_ROLE}")  # noqa: S608 (own names)
            _run(connection, f"GRANT SELECT ({shown}) {where} TO {READER_ROLE}")

    def _make_current(self, connection: sa.Connection, load_schema: str) -> None:
        if self._before is None:
            connection.execute(sa.insert(current_load).values(load_schema=load_schema))
            return
        changed = connection.execute(
            sa.update(current_load)
            .values(load_schema=load_schema)
            .where(current_load.c.load_schema == self._before)
        )
        if changed.rowcount != 1:
            raise DeliveryRefusedError(
                "Another load changed the database meanwhile. Nothing was loaded: load again."
            )

    def _drop_all_but(self, load_schema: str) -> None:
        """Drop what neither readers nor the next load need; what is still read stays."""
        for name in sa.inspect(self._engine).get_schema_names():
            if name.startswith(_LOAD_SCHEMA) and name not in (load_schema, self._before):
                try:
                    with self._engine.begin() as connection:
                        _run(connection, f"SET LOCAL lock_timeout = '{_PATIENCE_WITH_READERS}'")
                        connection.execute(sa.schema.DropSchema(name, cascade=True))
                except sa.exc.OperationalError:
                    continue  # somebody reads it: the next load drops it


def _named_to_viewer(load_schema: str, table: str) -> str:
    """Rows of students whose names the reader's transaction may see; nobody's by default."""
    districts = f"string_to_array(current_setting('{NAMED_DISTRICTS}', true), ',')"
    theirs = (
        f'SELECT student_id FROM "{load_schema}".contacted_student '  # noqa: S608 (own names)
        f"WHERE district_code = ANY ({districts})"
    )
    return (
        f'CREATE POLICY named_to_viewer ON "{load_schema}".{table} '
        f"FOR SELECT TO {READER_ROLE} USING (student_id IN ({theirs}))"
    )


def _run(connection: sa.Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)


@contextmanager
def _broken_off_in_words() -> Iterator[None]:
    """Turn what a machine or a server does to the work into an error that a person can act on."""
    try:
        yield
    except (OSError, sa.exc.OperationalError, duckdb.OperationalError, adbc.Error) as error:
        raise _broken_off(error) from error
    except (sa.exc.DBAPIError, duckdb.Error) as error:
        if not is_damage(error):
            raise
        raise _broken_off(error) from error


def _broken_off(error: Exception) -> DeliveryRefusedError:
    words = str(getattr(error, "orig", None) or error).strip()
    cause = words.rpartition("Original error: ")[2].splitlines()[0].strip('".!')
    advice = ""
    if "No space left" in cause:
        advice = "Free some, about three times what the database takes, and do it again."
    elif "Out of Memory" in cause:
        advice = "Let it have more memory, or deliver fewer months at a time."
    elif isinstance(error, sa.exc.DBAPIError | duckdb.Error) and is_damage(error):
        advice = (
            "If its file is damaged, put a backup in its place (python -m reporting restore FILE), "
            "or move it away and load the deliveries again."
        )
    return DeliveryRefusedError(
        f"The work was broken off: {cause}. The database is as it was. {advice}".rstrip()
    )


@contextmanager
def _fresh(file: Path) -> Iterator[Path]:
    """The path of a file that is not there yet, and not afterwards either."""
    _remove(file)
    try:
        yield file
    finally:
        _remove(file)


def made_beside(copy: Path) -> Path:
    """The folder for what a load makes of the files of a delivery."""
    return copy.with_name(f"{copy.name}.made")


def _copy_private(file: Path, copy: Path) -> None:
    """Never readable by more than the file: a copy gets its rights with its first byte."""
    copy.touch(mode=stat.S_IMODE(file.stat().st_mode), exist_ok=False)
    copy.chmod(stat.S_IMODE(file.stat().st_mode))  # whatever the process takes off new files
    shutil.copyfile(file, copy)


def _remove(file: Path) -> None:
    """Also what is kept beside it: DuckDB's log, what did not fit into memory, made files."""
    for path in (file, file.with_name(f"{file.name}.wal")):
        path.unlink(missing_ok=True)
    for folder in (file.with_name(f"{file.name}.tmp"), made_beside(file)):
        shutil.rmtree(folder, ignore_errors=True)
