"""The one way to the reporting database: a snapshot of one load."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from queries.schema import SCHEMA_VERSION, meta

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
        """Columns of a select as arrays: for millions of values."""
        return fetch_arrays(self.connection, statement)


def fetch_arrays(
    connection: sa.Connection, statement: sa.Select[Any]
) -> dict[str, npt.NDArray[Any]]:
    """Columns of a select as arrays, without a Python object for every value; nulls are nan."""
    compiled = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.dbapi_connection
    columns = driver.execute(str(compiled)).fetchnumpy()
    return {
        name: np.ma.filled(column, np.nan) if column.dtype.kind == "f" else np.asarray(column)
        for name, column in columns.items()
    }


def database_url() -> sa.URL:
    """Where the reporting database is: LEAP_DATABASE_URL, or a DuckDB file under data/."""
    return sa.make_url(os.environ.get("LEAP_DATABASE_URL", DEFAULT_URL))


def duckdb_file(url: sa.URL) -> Path | None:
    """The file behind a DuckDB URL; None for a server."""
    if url.get_backend_name() == "duckdb" and url.database:
        return Path(url.database).resolve()
    return None


@contextmanager
def snapshot() -> Iterator[Snapshot]:
    """Open the newest load; a load that lands meanwhile does not show in it.

    Raises DatabaseUnavailableError where there is no database yet or it is of another version.
    """
    with _engine(database_url()).connect() as connection:
        yield _describe(connection)


def _describe(connection: sa.Connection) -> Snapshot:
    tables = sa.inspect(connection).get_table_names()
    row = None
    if meta.name in tables:
        row = connection.execute(sa.select(meta)).mappings().one_or_none()
    if row is None or row["schema_version"] != SCHEMA_VERSION:
        raise DatabaseUnavailableError(
            "The reporting database is empty or was made by another version of this program. "
            "Load the deliveries: python -m reporting load FOLDER"
        )
    return Snapshot(
        connection, row["load_id"], row["loaded_at"], row["data_as_of"], row["is_demonstration"]
    )


# A load replaces the DuckDB file. DuckDB keeps an open file by its path for the whole process,
# so a second connection to the same path would still see the old one: each version of the file
# is attached to a nameless in-memory database of its own instead.
_engines: dict[tuple[Any, ...], sa.Engine] = {}
_lock = threading.Lock()


def _engine(url: sa.URL) -> sa.Engine:
    file = duckdb_file(url)
    version = _file_version(file) if file else (str(url),)
    with _lock:
        if version not in _engines:
            _engines.clear()
            _engines[version] = _attached(file, version) if file else sa.create_engine(url)
        return _engines[version]


def _file_version(file: Path) -> tuple[Any, ...]:
    try:
        status = file.stat()
    except FileNotFoundError as error:
        raise DatabaseUnavailableError(
            f"There is no reporting database at {file}. Make one: python -m reporting demo, "
            "or python -m reporting load FOLDER"
        ) from error
    return (str(file), status.st_ino, status.st_mtime_ns, status.st_size)


def _attached(file: Path, version: tuple[Any, ...]) -> sa.Engine:
    name = f":memory:load-{abs(hash(version))}"
    engine = sa.create_engine(sa.URL.create("duckdb", database=name), poolclass=QueuePool)

    @sa.event.listens_for(engine, "connect")
    def attach(connection: Any, _record: Any) -> None:
        path = str(file).replace("'", "''")
        connection.execute(f"ATTACH IF NOT EXISTS '{path}' AS reporting (READ_ONLY)")
        connection.execute("USE reporting")

    return engine
