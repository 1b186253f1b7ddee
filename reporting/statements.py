"""Statements that every step of a load uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

# How far attendance has been taken where absences alone are known.
ATTENDANCE_TAKEN = Path(__file__).with_name("attendance_taken.sql")


def insert_rows(connection: sa.Connection, table: sa.Table, rows: sa.Select[Any]) -> None:
    """Insert the rows of a select whose columns are named like the table's."""
    names = list(rows.selected_columns.keys())
    connection.execute(sa.insert(table).from_select(names, rows))


def make_temporary(connection: sa.Connection, name: str, rows: sa.Select[Any]) -> None:
    """Make a temporary table of the rows of a select, in the place of one of that name."""
    compiled = rows.compile(connection.engine, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"CREATE OR REPLACE TEMP TABLE {name} AS {compiled}")


def insert_frame(connection: sa.Connection, table: sa.Table, frame: pd.DataFrame) -> None:
    """Insert a frame whose columns are named like the table's, as a whole."""
    driver: Any = connection.connection.dbapi_connection
    driver.complete()  # DuckDB registers nothing while a result is unread
    driver.register("incoming", frame)
    columns = ", ".join(f'"{column}"' for column in frame.columns)
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({columns}) SELECT * FROM incoming")
    driver.unregister("incoming")
