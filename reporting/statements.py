"""Statements that every step of a load uses."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def insert_rows(connection: sa.Connection, table: sa.Table, rows: sa.Select[Any]) -> None:
    """Insert the rows of a select whose columns are named like the table's."""
    names = list(rows.selected_columns.keys())
    connection.execute(sa.insert(table).from_select(names, rows))
