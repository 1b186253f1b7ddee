"""From the records of an interchange to the contract's files, in an embedded database."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from reporting.contract import ATTENDANCE_DAILY, DISTRICTS, ENROLLMENTS, SCHOOLS, STUDENTS
from reporting.sources.edfi_xml.elements import Record
from reporting.sources.edfi_xml.rows import TABLES
from reporting.statements import ATTENDANCE_TAKEN

_STATEMENTS = Path(__file__).with_name("days.sql")

# What the database may hold in memory; the rest waits on disk, beside the files that are made.
_SPARING: dict[str, str | bool | int | float | list[str]] = {"memory_limit": "384MB", "threads": 2}


def put_aside(records: Iterable[Record], folder: Path) -> Counter[str]:
    """Write the rows of the records into files of ``folder``; how many records of each name."""
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {}
        for name, table in TABLES.items():
            file = (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="")
            writers[name] = csv.writer(stack.enter_context(file))
        for record in records:
            counts[record.name] += 1
            if record.name in TABLES:
                writers[record.name].writerows(TABLES[record.name].rows(record))
    return counts


@contextmanager
def counted(folder: Path, attended: Mapping[str, float]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The rows put aside in ``folder`` as tables, with all that days.sql makes of them.

    ``attended``: local category of events -> share of the day attended.
    """
    with duckdb.connect(folder / "days.duckdb", config=_SPARING) as connection:
        for table in TABLES.values():
            connection.read_csv(
                str(folder / f"{table.name}.csv"),
                columns=dict.fromkeys(table.columns, "VARCHAR"),
                auto_detect=False,
                header=False,
                sep=",",
                quotechar='"',
                escapechar='"',
            ).create(table.name)
        connection.execute("CREATE TABLE local_category (name VARCHAR, attended DOUBLE)")
        for category, share in attended.items():
            row = [category.strip().lower(), share]
            connection.execute("INSERT INTO local_category VALUES (?, ?)", row)
        connection.execute(ATTENDANCE_TAKEN.read_text(encoding="utf-8"))
        connection.execute(_STATEMENTS.read_text(encoding="utf-8"))
        yield connection


def write_files(connection: duckdb.DuckDBPyConnection, into: Path) -> None:
    """Write the contract's files."""
    for file in (DISTRICTS, SCHOOLS, STUDENTS, ENROLLMENTS, ATTENDANCE_DAILY):
        delivered = connection.table(f"delivered_{file.name}")
        delivered.write_csv(str(into / file.file_name), header=True)
