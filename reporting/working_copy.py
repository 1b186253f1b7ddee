"""A working copy of the database, a DuckDB file: opened, brought up to date, its marts made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import sqlalchemy as sa

from queries import schema
from reporting import comparison, coverage, marts
from reporting.migrations import migrate
from reporting.progress import Progress

# What the engine may hold in memory; beyond it, it uses the disk beside the file.
_ENGINE_MEMORY = "3GB"


@contextmanager
def opened(file: Path) -> Iterator[sa.Connection]:
    """One transaction over a working copy whose tables have their present form, the marts empty.

    Raises DeliveryRefusedError for the database of a later version of this program.
    """
    engine = sa.create_engine(
        sa.URL.create("duckdb", database=str(file)),
        connect_args={"config": {"memory_limit": _ENGINE_MEMORY}},
        pool_reset_on_return=None,  # an engine that failed cannot be reset, and says so at length
    )
    try:
        with engine.begin() as connection:
            schema.metadata.drop_all(connection, tables=schema.MARTS)
            migrate(connection)
            schema.metadata.create_all(connection, tables=schema.MARTS)
            yield connection
    finally:
        engine.dispose()
    _check_written(file)


def _check_written(file: Path) -> None:
    """Closing a file puts into it what its log holds, and is silent where the disk is full."""
    with duckdb.connect(file) as engine:
        engine.execute("CHECKPOINT")


def make_marts(connection: sa.Connection, today: date, progress: Progress) -> date:
    """Fill the empty marts from the facts; gives the last day that the attendance covers.

    ``progress`` is told a share from 0 to 1.
    """
    progress("Computing the marts", 0)
    marts.rebuild(connection)
    coverage.rebuild(connection)
    data_as_of = _data_as_of(connection, today)
    comparison.rebuild(
        connection, data_as_of, lambda step, share: progress(step, 0.3 + 0.7 * share)
    )
    return data_as_of


def _data_as_of(connection: sa.Connection, today: date) -> date:
    """The last month's end, today at most."""
    month = connection.scalar(sa.select(sa.func.max(schema.school_month.c.month)))
    if month is None:
        return today
    month_end: date = (pd.Timestamp(f"{month}-01") + pd.offsets.MonthEnd(0)).date()
    return min(month_end, today)
