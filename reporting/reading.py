"""The text of a CSV file as a temporary table of the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from reporting.contract import Expression
from reporting.csv_files import CsvFile
from reporting.errors import DeliveryRefusedError


@dataclass(frozen=True)
class RawRows:
    """Staged text: a table with ``record`` (0, 1, 2 ... in file order) and a column a field.

    ``records`` gives each staged record's number in the file; ``malformed`` the numbers of
    fields of those that have too few or too many and are not staged.
    """

    csv_file: CsvFile
    table: sa.Table
    records: npt.NDArray[np.int64]
    malformed: dict[int, int]

    def field(self, source: sa.FromClause, name: str) -> Expression:
        """The column of ``source`` (the table or an alias) that holds a delivered column."""
        return source.c[f"field_{self.csv_file.header.index(name)}"]

    def fields(self, source: sa.FromClause) -> list[Expression]:
        """All delivered columns, in the order of the header."""
        return [source.c[f"field_{index}"] for index in range(len(self.csv_file.header))]


def read_rows(connection: sa.Connection, name: str, csv_file: CsvFile) -> RawRows:
    """Stage every record's text.

    Raises DeliveryRefusedError where it cannot be said where one row ends.
    """
    names = [f"field_{index}" for index in range(len(csv_file.header))]
    columns = [sa.Column(field, sa.Text) for field in names]
    table = sa.Table(f"raw_{name}", sa.MetaData(), sa.Column("record", sa.BigInteger), *columns)
    for leftover in ("reject_errors", "reject_scans"):  # DuckDB's, of the file before
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {leftover}")
    with _one_kind_of_line_ends(csv_file) as path:
        source = str(path).replace("'", "''")
        types = ", ".join(f"'{field}': 'VARCHAR'" for field in names)
        connection.exec_driver_sql(
            f"CREATE OR REPLACE TEMP TABLE {table.name} AS "  # noqa: S608 (quoted above)
            f"SELECT row_number() OVER () - 1 AS record, * FROM read_csv('{source}', "
            f"columns={{{types}}}, auto_detect=false, header=true, delim=',', quote='\"', "
            "escape='\"', strict_mode=true, store_rejects=true, rejects_limit=0)"
        )
    staged = connection.scalar(sa.select(sa.func.count()).select_from(table))
    records, malformed = np.arange(len(csv_file.lines)), {}
    if staged != len(records):
        fields = csv_file.field_counts()
        wrong = np.flatnonzero(fields != len(names))
        malformed = {int(record): int(fields[record]) for record in wrong}
        records = np.delete(records, wrong)
    if staged != len(records):
        raise DeliveryRefusedError(
            f"{csv_file.path.name}: the quotation marks do not match, so it cannot be said "
            "where one row ends. Export the file again as CSV."
        )
    return RawRows(csv_file, table, records, malformed)


@contextmanager
def _one_kind_of_line_ends(csv_file: CsvFile) -> Iterator[Path]:
    """The file itself, or a copy where its line ends are mixed: DuckDB takes one kind only."""
    if not csv_file.mixed_line_ends:
        yield csv_file.path
        return
    with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as copy:
        copy.write(csv_file.path.read_bytes().replace(b"\r\n", b"\n"))
    try:
        yield Path(copy.name)
    finally:
        Path(copy.name).unlink()
