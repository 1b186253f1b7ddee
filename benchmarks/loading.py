"""What making and loading demonstration data takes, and what comes of it.

    python -m benchmarks.loading                  # the program's scale
    python -m benchmarks.loading --scale state

Prints seconds, peak memory, rows per table and rejected rows by reason. The time to read the
largest file with pandas alone is measured in the same run, so that the load can be told as a
ratio to it.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd
import sqlalchemy as sa

from queries import schema
from reporting.demonstration import write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping

Made = TypeVar("Made")


def main() -> None:
    """Print the figures of one scale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=("district", "program", "state"), default="program")
    parser.add_argument("--seed", type=int, default=2021)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writing, delivery = _timed(
            lambda: write_demonstration(folder / "demonstration", options.scale, options.seed)
        )
        _say("writing the delivery", writing)
        url = sa.make_url(f"duckdb:///{folder}/leap.duckdb")
        loading, report = _timed(lambda: load(delivery, url, read_mapping(None)))
        _say("loading it, marts included", loading)
        again, _report = _timed(lambda: load(delivery, url, read_mapping(None)))
        _say("loading it once more", again)
        reading, _frame = _timed(lambda: pd.read_csv(delivery / "attendance.csv", dtype=str))
        _say("pandas reads attendance.csv", reading)
        print(f"load / pandas reading its largest file: {loading / reading:.2f}")
        _print_tables(url)
        print(report.rejected.groupby(["file", "reason"]).size().to_string())


def _timed(work: Callable[[], Made]) -> tuple[float, Made]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def _say(what: str, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{what:30}{seconds:8.1f} s   peak memory so far {peak:5.1f} GB")


def _print_tables(url: sa.URL) -> None:
    engine = sa.create_engine(url, connect_args={"read_only": True})
    with engine.connect() as connection:
        for table in schema.metadata.tables.values():
            rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
            print(f"{table.name:30}{rows:12,}")


if __name__ == "__main__":
    main()
