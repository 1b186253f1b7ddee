"""The text of a CSV file as a temporary table of the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from reporting.contract import Expression
from reporting.csv_files import CsvFile, inspect, whole_lines
from reporting.errors import DeliveryRefusedError

# The longest row that the engine reads, in bytes: its own default.
LONGEST_ROW = 2_000_000

# ASCII's own, which nobody types.
_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class RawRows:
    """Staged text: a table with ``record`` (0, 1, 2 ... in file order) and a column a field.

    ``part`` is 1, or 2, 3 ... of a record that names several students. ``records`` gives each
    staged record's number in the file; ``malformed`` the numbers of those that are not staged, and
    why.
    """

    csv_file: CsvFile
    table: sa.Table
    records: npt.NDArray[np.int64]
    malformed: dict[int, str]

    def field(self, source: sa.FromClause, name: str) -> Expression:
        """The column of ``source`` (the table or an alias) that holds a delivered column."""
        return source.c[f"field_{self.csv_file.header.index(name)}"]

    def fields(self, source: sa.FromClause) -> list[Expression]:
        """All delivered columns, in the order of the header."""
        return [source.c[f"field_{index}"] for index in range(len(self.csv_file.header))]


def read_rows(connection: sa.Connection, name: str, csv_file: CsvFile) -> RawRows:
    """Stage every record's text.

    Raises DeliveryRefusedError where the engine and ``inspect`` see different rows.
    """
    names = [f"field_{index}" for index in range(len(csv_file.header))]
    columns = [sa.Column(field, sa.Text) for field in names]
    numbers = (sa.Column("record", sa.BigInteger), sa.Column("part", sa.BigInteger))
    table = sa.Table(f"raw_{name}", sa.MetaData(), *numbers, *columns)
    for leftover in ("reject_errors", "reject_scans"):  # DuckDB's, of the file before
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {leftover}")
    with _one_kind_of_line_ends(connection, csv_file) as readable:
        source = str(readable.path).replace("'", "''")
        types = ", ".join(f"'{field}': 'VARCHAR'" for field in names)
        try:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TEMP TABLE {table.name} AS "  # noqa: S608 (quoted above)
                "SELECT row_number() OVER () - 1 AS record, 1 AS part, * "
                f"FROM read_csv('{source}', "
                f"columns={{{types}}}, auto_detect=false, header=true, "
                f"skip={readable.header_line - 1}, delim=',', quote='\"', escape='\"', "
                f"strict_mode=true, max_line_size={LONGEST_ROW}, "
                "store_rejects=true, rejects_limit=0)"
            )
        except sa.exc.ProgrammingError as error:  # what DuckDB cannot parse
            raise _unclear_rows(csv_file) from error
        refused = _refused_records(connection, readable)
    records = np.delete(np.arange(len(csv_file.lines)), refused)
    staged = connection.scalar(sa.select(sa.func.count()).select_from(table))
    if staged != len(records):
        raise _unclear_rows(csv_file)
    reasons = [_why_refused(text, len(names)) for text in csv_file.texts(refused)]
    return RawRows(csv_file, table, records, dict(zip(refused.tolist(), reasons, strict=True)))


def split_rows(
    connection: sa.Connection, raw: RawRows, name: str, separators: tuple[str, ...]
) -> RawRows:
    """A record for each of the values that stand in a column, separated by any of some texts."""
    field = raw.field(raw.table, name)
    text: Expression = field
    for separator in separators:
        text = sa.func.replace(text, separator, _SEPARATOR)
    pieces = sa.func.string_split(text, _SEPARATOR).compile(
        connection.engine, compile_kwargs={"literal_binds": True}
    )
    split = raw.table.to_metadata(sa.MetaData(), name=f"{raw.table.name}_split")
    others = ", ".join(c.name for c in raw.fields(split) if c.name != field.name)
    connection.exec_driver_sql(
        f"CREATE OR REPLACE TEMP TABLE {split.name} AS "  # noqa: S608 (own names, quoted texts)
        "SELECT row_number() OVER (ORDER BY whole, part) - 1 AS record, * FROM ("
        f"SELECT record AS whole, generate_subscripts(pieces, 1) AS part, "
        f"unnest(pieces) AS {field.name}, {others} FROM ("
        f"SELECT *, coalesce(nullif(list_filter({pieces}, lambda piece: trim(piece) <> ''), []), "
        f"[{field.name}]) AS pieces FROM {raw.table.name}))"
    )
    connection.exec_driver_sql(f"DROP TABLE {raw.table.name}")
    whole = connection.exec_driver_sql(f"SELECT whole FROM {split.name} ORDER BY record")  # noqa: S608
    return replace(raw, table=split, records=raw.records[list(whole.scalars())])


def _unclear_rows(csv_file: CsvFile) -> DeliveryRefusedError:
    return DeliveryRefusedError(
        f"{csv_file.name}: it cannot be said where one row ends and the next begins. "
        "Export the file again as CSV."
    )


def _refused_records(connection: sa.Connection, csv_file: CsvFile) -> npt.NDArray[np.int64]:
    """Numbers of the records that DuckDB did not take.

    It tells at which byte, counted from 1, they start, or the blank lines before them.
    """
    starts = connection.exec_driver_sql("SELECT line_byte_position - 1 FROM reject_errors")
    positions = np.array(starts.scalars().all(), dtype=np.int64)
    is_blank = (csv_file.ends - csv_file.starts <= 1) & (len(csv_file.header) == 1)
    filled = np.flatnonzero(~is_blank)
    return np.unique(filled[np.searchsorted(csv_file.starts[filled], positions)])


def _why_refused(text: str, expected: int) -> str:
    fields = 1 + sum(part.count(",") for part in text.split('"')[::2])
    if fields != expected:
        return f"the row has {fields} fields, the header {expected}"
    return f"the row is longer than {LONGEST_ROW:,} characters"


@contextmanager
def _one_kind_of_line_ends(connection: sa.Connection, csv_file: CsvFile) -> Iterator[CsvFile]:
    """The file itself, or a copy where its line ends are mixed: DuckDB takes one kind only.

    The copy lies where DuckDB puts aside what does not fit into memory.
    """
    if not csv_file.mixed_line_ends:
        yield csv_file
        return
    folder = Path(connection.scalar(sa.select(sa.func.current_setting("temp_directory"))) or "")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".csv", delete=False) as copy:
        for lines in whole_lines(csv_file.path):
            copy.write(lines.replace(b"\r\n", b"\n"))
    try:
        yield inspect(Path(copy.name))
    finally:
        Path(copy.name).unlink()
