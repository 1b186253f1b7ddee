"""What loading a delivery takes, step by step, against the engine's own bulk read of its files.

    python -m benchmarks.loading                        # invented data at the program's scale
    python -m benchmarks.loading FOLDER                 # a delivery, such as one of a state
    python -m benchmarks.loading FOLDER --into postgresql+psycopg://localhost/scratch
    python -m benchmarks.loading FOLDER --again         # and once more, over what is there then

Loads into a new DuckDB file, and with ``--into`` into a PostgreSQL database too, whose data it
replaces. The bulk read takes the same rows and types, those left out that have no such type, and
checks nothing: CREATE TABLE AS of DuckDB, COPY of PostgreSQL into unlogged tables. Each works in a
process of its own, whose peak memory is printed; a server's memory is not among it.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import duckdb
import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.dialects import postgresql

from queries.database import database_url
from reporting.contract import INPUT_FILES, InputFile
from reporting.demonstration import write_demonstration
from reporting.demonstration.setting import Scale
from reporting.load import DEMONSTRATION_MARKER, load
from reporting.mapping import read_mapping
from reporting.progress import Progress

READINGS = 3  # of a bulk read, whose median counts
SCRATCH = sql.Identifier("bulk_read")  # the schema that the server's bulk read fills


@dataclass(frozen=True)
class Measured:
    """What work took: seconds, of them by step, and gigabytes of memory at the most."""

    seconds: float
    memory: float
    steps: dict[str, float]


def main() -> None:
    """Print seconds, ratios to the bulk read, peak memory, and the steps of each load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--scale", choices=get_args(Scale), default="program")
    parser.add_argument("--into", metavar="URL", help="a PostgreSQL database to load into besides")
    parser.add_argument("--again", action="store_true", help="load the same once more")
    parser.add_argument("--measure", choices=WORK, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(vars(_done(WORK[options.measure], options.folder))))
        return
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        delivery = _linked(options.folder or _invented(place, options.scale), place / "delivery")
        clean = _cleaned(delivery, place / "clean")
        file = f"duckdb:///{place / 'leap.duckdb'}"
        _compare("DuckDB", "read", clean, delivery, file, options.again)
        if options.into:
            _compare("PostgreSQL", "copy", clean, delivery, options.into, options.again)


def _compare(
    engine: str, bulk_read: str, clean: Path, delivery: Path, url: str, again: bool
) -> None:
    reads = [_measured(bulk_read, clean, url) for _reading in range(READINGS)]
    read = replace(reads[0], seconds=statistics.median(each.seconds for each in reads))
    print(f"\n{engine:46}{'time':>10}{'of the bulk read':>20}{'peak memory':>14}")
    _line("bulk read of the files", read, read)
    names = ["loading them", "loading them once more"] if again else ["loading them"]
    for name in names:
        taken = _measured("load", delivery, url)
        _line(name, taken, read)
        for step, seconds in taken.steps.items():
            print(f"    {step:42}{seconds:>8.1f} s{seconds / taken.seconds:>19.0%}")


def _measured(work: str, folder: Path, url: str) -> Measured:
    command = [sys.executable, "-m", "benchmarks.loading", str(folder), "--measure", work]
    settings = os.environ | {"LEAP_DATABASE_URL": url}
    done = subprocess.run(command, env=settings, stdout=subprocess.PIPE, check=True)
    return Measured(**json.loads(done.stdout))


def _line(words: str, measured: Measured, unit: Measured) -> None:
    print(
        f"{words:46}{measured.seconds:>8.1f} s{measured.seconds / unit.seconds:>20.1f}"
        f"{measured.memory:>11.1f} GB",
        flush=True,
    )


# --- The delivery ---------------------------------------------------------------------------


def _invented(place: Path, scale: Scale) -> Path:
    start = time.perf_counter()
    delivery = write_demonstration(place / "demonstration", scale, seed=2021)
    print(f"inventing and writing the delivery: {time.perf_counter() - start:.1f} s", flush=True)
    return delivery


def _linked(delivery: Path, place: Path) -> Path:
    """The delivery in a folder of its own: a load writes the rejected rows beside the files."""
    place.mkdir()
    for name in (DEMONSTRATION_MARKER, *(file.file_name for file in INPUT_FILES)):
        if (delivery / name).exists():
            (place / name).symlink_to((delivery / name).resolve())
    return place


def _cleaned(delivery: Path, place: Path) -> Path:
    """The files without the rows that bulk reads would stumble over."""
    place.mkdir()
    with duckdb.connect() as connection:
        for file in _files(delivery):
            good = _rows(connection, delivery, file, ignore_errors=True)
            good.write_csv(str(place / file.file_name))
    return place


def _files(folder: Path) -> Sequence[InputFile]:
    return [file for file in INPUT_FILES if (folder / file.file_name).exists()]


def _types(folder: Path, file: InputFile, dialect: sa.Dialect | None = None) -> dict[str, str]:
    """The type of each column of a file, in their order."""
    with (folder / file.file_name).open(newline="") as lines:
        names = next(csv.reader(lines))
    return {name: file.table.c[name].type.compile(dialect) for name in names}


def _rows(
    connection: duckdb.DuckDBPyConnection, folder: Path, file: InputFile, **options: Any
) -> duckdb.DuckDBPyRelation:
    types = _types(folder, file)
    path = str(folder / file.file_name)
    return connection.read_csv(path, columns=types, auto_detect=False, header=True, **options)


# --- What is measured, each in a process of its own ---------------------------------------


def load_delivery(folder: Path, progress: Progress) -> None:
    """The load, as the command line does it."""
    report = load(folder, database_url(), read_mapping(None), progress=progress)
    assert report.refusal is None, report.refusal


def read_into_file(folder: Path, _progress: Progress) -> None:
    """DuckDB's bulk read into the tables of a new file."""
    place = Path(f"{database_url().database}.read")
    with duckdb.connect(place) as connection:
        for file in _files(folder):
            _rows(connection, folder, file).create(file.name)
    place.unlink()


def copy_to_server(folder: Path, _progress: Progress) -> None:
    """PostgreSQL's bulk read into unlogged tables, dropped again."""
    address = database_url().set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(SCRATCH))
        for file in _files(folder):
            _copy(connection, folder, file)
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(SCRATCH))


def _copy(connection: psycopg.Connection, folder: Path, file: InputFile) -> None:
    table = sql.SQL("{}.{}").format(SCRATCH, sql.Identifier(file.name))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in _types(folder, file, postgresql.dialect()).items()
    )
    connection.execute(sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(table, columns))
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv, HEADER)").format(table)
    with connection.cursor().copy(statement) as copy, (folder / file.file_name).open("rb") as lines:
        while chunk := lines.read(1 << 20):
            copy.write(chunk)


WORK = {"load": load_delivery, "read": read_into_file, "copy": copy_to_server}


def _done(work: Callable[[Path, Progress], None], folder: Path) -> Measured:
    """Do the work in this process and tell what it took."""
    marks: list[tuple[str, float]] = []
    start = time.perf_counter()
    work(folder, lambda step, _share: marks.append((step, time.perf_counter())))
    marks.append(("", time.perf_counter()))
    steps: dict[str, float] = defaultdict(float)
    for (step, begun), (_next, ended) in pairwise(marks):
        steps[step] += ended - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return Measured(marks[-1][1] - start, memory, steps)


if __name__ == "__main__":
    main()
