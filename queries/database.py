"""The one way to the reporting database: a snapshot of one load."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import duckdb
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from queries import duckdb_file, postgresql
from queries.duckdb_file import attached_engine, file_of, file_version, is_damage
from queries.postgresql import enter_current_load, server_engine
from queries.schema import SCHEMA_VERSION, meta

_log = logging.getLogger(__name__)

DEFAULT_URL = "duckdb:///data/leap.duckdb"


class DatabaseUnavailableError(Exception):
    """There is no reporting database to read; the message says what to do."""


@dataclass(frozen=True)
class Snapshot:
    """One consistent load: everything asked of it comes from the same data."""

    connection: sa.Connection
    load_id: str
    loaded_at: datetime
    data_as_of: date
    is_demonstration: bool
    least_days: int

    @property
    def year_ago(self) -> date:
        """The day a year before the last that the attendance covers."""
        ago: date = (pd.Timestamp(self.data_as_of) - pd.DateOffset(years=1)).date()
        return ago

    def frame(self, statement: sa.Select[Any]) -> pd.DataFrame:
        """Rows of a select as a DataFrame, one column per selected column.

        A column of the type Double is float, even where every value is missing.
        """
        columns = statement.selected_columns
        doubles = [column.name for column in columns if isinstance(column.type, sa.Double)]
        frame = pd.read_sql_query(statement, self.connection)
        return frame.astype(dict.fromkeys(doubles, float))

    def arrays(self, statement: sa.Select[Any]) -> dict[str, npt.NDArray[Any]]:
        """Columns of a select as arrays, for millions of values; nulls of numbers are nan."""
        if self.connection.dialect.name == "postgresql":
            return postgresql.fetch_arrays(self.connection, statement)
        return duckdb_file.fetch_arrays(self.connection, statement)

    def name_students_of(self, districts: Sequence[str]) -> None:
        """Let what follows read the names of students of these districts, and no others.

        A server holds to it by itself; in a file, the queries' own conditions are all there is.
        """
        if self.connection.dialect.name == "postgresql":
            postgresql.name_students_of(self.connection, districts)


def database_url() -> sa.URL:
    """Where the reporting database is: LEAP_DATABASE_URL, or a DuckDB file under data/."""
    return sa.make_url(os.environ.get("LEAP_DATABASE_URL", DEFAULT_URL))


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Open the newest load; a load that lands meanwhile does not show in it.

    Raises DatabaseUnavailableError where there is no database yet, it cannot be read or it is of
    another version.
    """
    url = database_url()
    with _connect(url) as connection:
        try:
            yield _describe(connection)
        except (sa.exc.DBAPIError, duckdb.Error) as error:
            if not is_damage(error):
                raise
            _log.error("The reporting database cannot be read", exc_info=error)
            raise DatabaseUnavailableError(_cannot_be_opened(url, error)) from error


def _connect(url: sa.URL) -> sa.Connection:
    try:
        return _engine(url).connect()
    except (sa.exc.SQLAlchemyError, duckdb.Error, OSError) as error:
        _log.error("The reporting database cannot be opened", exc_info=error)
        raise DatabaseUnavailableError(_cannot_be_opened(url, error)) from error


def _cannot_be_opened(url: sa.URL, error: Exception) -> str:
    file = file_of(url)
    if file is None:
        return "The reporting database does not answer. It is tried again with the next click."
    if isinstance(error, FileNotFoundError):
        return (
            f"There is no reporting database at {file}. Make one: python -m reporting demo, "
            "or python -m reporting load FOLDER"
        )
    return (
        f"{file} cannot be read as a reporting database. Put a backup in its place "
        "(python -m reporting restore FILE), or move it away and load the deliveries again."
    )


def _describe(connection: sa.Connection) -> Snapshot:
    load_schema = None
    if connection.dialect.name == "postgresql":
        load_schema = enter_current_load(connection)
        if load_schema is None:
            raise DatabaseUnavailableError(_EMPTY)
    # A load never changes: what it says of itself is read once.
    place = (connection.engine, load_schema)
    row = _loads.get(place)  # which another thread may be clearing
    if row is None:
        row = _loads[place] = _read_meta(connection)
    return Snapshot(
        connection,
        row["load_id"],
        row["loaded_at"],
        row["data_as_of"],
        row["is_demonstration"],
        row["least_days"],
    )


def _read_meta(connection: sa.Connection) -> sa.RowMapping:
    version = schema_version(connection)
    if version is None:
        raise DatabaseUnavailableError(_EMPTY)
    if version > SCHEMA_VERSION:
        raise DatabaseUnavailableError(
            f"The reporting database has tables of version {version}, this program of version "
            f"{SCHEMA_VERSION}: it was written by a later program. Start that one."
        )
    if version < SCHEMA_VERSION:
        raise DatabaseUnavailableError(
            f"The reporting database has tables of version {version}, this program of version "
            f"{SCHEMA_VERSION}. Bring them up to date: python -m reporting upgrade"
        )
    return connection.execute(sa.select(meta)).mappings().one()


def schema_version(connection: sa.Connection) -> int | None:
    """The version of the tables; None where there are none, or not this program's."""
    tables, column = sa.inspect(connection), meta.c.schema_version
    if not tables.has_table(meta.name):
        return None
    if column.name not in {found["name"] for found in tables.get_columns(meta.name)}:
        return None
    return connection.scalar(sa.select(column))


_EMPTY = "The reporting database is empty. Load the deliveries: python -m reporting load FOLDER"

# The engine of the database that was asked last, with what tells its state from others.
_engines: dict[Hashable, sa.Engine] = {}
_loads: dict[tuple[sa.Engine, str | None], sa.RowMapping] = {}
_lock = threading.Lock()


def _engine(url: sa.URL) -> sa.Engine:
    file = file_of(url)
    if file is None:
        return _remembered(url, partial(server_engine, url))
    version = file_version(file)
    return _remembered(version, partial(attached_engine, version))


def _remembered(state: Hashable, make: Callable[[], sa.Engine]) -> sa.Engine:
    with _lock:
        if state not in _engines:
            _engines.clear()
            _loads.clear()
            _engines[state] = make()
        return _engines[state]
