"""PostgreSQL as reporting database: every load is a schema of its own, one of them current.

A load fills a new schema beside the present one and points ``leap.current_load`` to it. Who reads
the one before goes on reading it, and waits for nobody. Arrays and loads go through ADBC, which
moves columns by COPY.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import numpy.typing as npt
import sqlalchemy as sa

from queries.duckdb_file import as_arrays

CONTROL_SCHEMA = "leap"

current_load = sa.Table(
    "current_load",
    sa.MetaData(schema=CONTROL_SCHEMA),
    sa.Column("load_schema", sa.Text, comment="schema of the load that readers see"),
    comment="one row: which load is current",
)

# The setting that row-level security reads: codes of the districts whose students are named to
# the viewer, separated by commas. Unset or empty: nobody is.
NAMED_DISTRICTS = "leap.named_districts"

_MOST_SECONDS = 60

# With this parameter style, a percent sign in a literal stays as it is.
_LITERAL = sa.create_engine("postgresql+psycopg://", paramstyle="named").dialect


def server_engine(url: sa.URL) -> sa.Engine:
    """An engine that only reads, and notices when the server was away."""
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        max_overflow=-1,  # as many as the threads that ask
        hide_parameters=True,  # errors are logged, and parameters may be students' numbers
    )
    return engine.execution_options(postgresql_readonly=True)


def enter_current_load(connection: sa.Connection) -> str | None:
    """Make the tables of the current load those of this transaction; gives its schema's name.

    None where nothing was ever loaded.
    """
    if connection.scalar(sa.select(sa.func.to_regclass(current_load.fullname))) is None:
        return None
    settings = (
        sa.func.set_config("search_path", current_load.c.load_schema, True),
        # Compiling these short statements takes longer than running them.
        sa.func.set_config("jit", "off", True),
        sa.func.set_config("statement_timeout", f"{_MOST_SECONDS}s", True),
    )
    row = connection.execute(sa.select(current_load.c.load_schema, *settings)).first()
    return None if row is None else row.load_schema


def name_students_of(connection: sa.Connection, districts: Sequence[str]) -> None:
    """Let this transaction read the names of students of these districts, and no others."""
    setting = sa.func.set_config(NAMED_DISTRICTS, ",".join(districts), True)
    connection.execute(sa.select(setting))


def fetch_arrays(
    connection: sa.Connection, statement: sa.Select[Any]
) -> dict[str, npt.NDArray[Any]]:
    """As ``duckdb_file.fetch_arrays``, of the same load as the connection's."""
    compiled = statement.compile(dialect=_LITERAL, compile_kwargs={"literal_binds": True})
    load_schema = connection.scalar(sa.select(sa.func.current_schema()))
    with adbc.connect(adbc_uri(connection.engine.url)) as columns, columns.cursor() as cursor:
        cursor.execute(f'SET search_path TO "{load_schema}"')
        cursor.execute(str(compiled))
        with duckdb.connect() as engine:
            return as_arrays(engine.from_arrow(cursor.fetch_arrow()))


def adbc_uri(url: sa.URL) -> str:
    """The same server for ADBC."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
