"""DuckDB, the default engine: one file, many readers, replaced as a whole by a load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

# What the engine may hold in memory to answer questions; beyond it, it uses the disk.
_MEMORY = "2GB"

Version = tuple[str, int, int, int]


def file_of(url: sa.URL) -> Path | None:
    """The file behind a DuckDB URL; None for a server."""
    if url.get_backend_name() == "duckdb" and url.database:
        return Path(url.database).resolve()
    return None


def file_version(file: Path) -> Version:
    """What changes when a load replaces the file. Raises FileNotFoundError without one."""
    status = file.stat()
    return (str(file), status.st_ino, status.st_mtime_ns, status.st_size)


def is_damage(error: sa.exc.DBAPIError | duckdb.Error) -> bool:
    """Did the file fail, and not the statement?"""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    failed = isinstance(cause, duckdb.IOException | duckdb.FatalException)
    return failed or "Corrupt database" in str(cause)


def attached_engine(version: Version) -> sa.Engine:
    """An engine over one version of a file, which stays readable when the file is replaced.

    DuckDB keeps an open file by its path for the whole process, so a second connection to the
    same path would still see the old one: each version of the file is attached to a nameless
    in-memory database of its own instead.
    """
    name = f":memory:load-{abs(hash(version))}"
    engine = sa.create_engine(
        sa.URL.create("duckdb", database=name),
        poolclass=QueuePool,
        max_overflow=-1,  # as many as ask: one more costs nothing
        hide_parameters=True,  # errors are logged, and parameters may be students' numbers
        connect_args={"config": {"memory_limit": _MEMORY}},
    )

    @sa.event.listens_for(engine, "connect")
    def attach(connection: Any, _record: Any) -> None:
        path = version[0].replace("'", "''")
        connection.execute(f"ATTACH IF NOT EXISTS '{path}' AS reporting (READ_ONLY)")
        connection.execute("USE reporting")

    return engine


def fetch_arrays(
    connection: sa.Connection, statement: sa.Select[Any]
) -> dict[str, npt.NDArray[Any]]:
    """Columns of a select as arrays, without a Python object for every value; nulls are nan."""
    compiled = statement.compile(connection.engine, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.dbapi_connection
    return as_arrays(driver.execute(str(compiled)))


def as_arrays(result: duckdb.DuckDBPyConnection | duckdb.DuckDBPyRelation) -> dict[str, Any]:
    """The columns of a DuckDB result; nulls of numbers are nan."""
    return {
        name: np.ma.filled(column, np.nan) if column.dtype.kind == "f" else np.asarray(column)
        for name, column in result.fetchnumpy().items()
    }
