"""What reading a student information system's daily export takes: memory and time, to the file.

    python -m benchmarks.daily_export                   # 6 million rows
    python -m benchmarks.daily_export --rows 600000

Invents an export of one row a student and school day, with a code, American dates and NULL for
nothing, and loads it by a mapping into a new DuckDB file, in a process of its own whose peak memory
is printed. The unit of time is the engine's own bulk read of the same file as text.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from queries.database import database_url
from reporting.load import load
from reporting.mapping import read_mapping

SCHOOL_DAYS = 180
EXPORT, MAPPING = "export.csv", "ours.toml"
MEGABYTE = 1e6

RULES = f"""
[attendance_daily]
file = "{EXPORT}"
missing = ["NULL"]
[attendance_daily.columns]
student_id = "Student_Number"
district_code = "District"
date = "Att_Date"
attended = "Att_Code"
[attendance_daily.values.attended]
P = "1"
T = "1"
A = "0"
E = "0"
[attendance_daily.dates]
date = "%m/%d/%Y"
"""


def main() -> None:
    """Print the file's size, the peak memory and the time, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=6_000_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(_load(options.measure)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "delivery"
        _invent(folder, options.rows)
        size = (folder / EXPORT).stat().st_size / MEGABYTE
        read = _bulk_read(folder / EXPORT)
        taken = _measured(folder)
        print(f"{options.rows:,} rows, {size:,.0f} MB; read in bulk as text: {read:.1f} s")
        print(
            f"loaded: {taken['seconds']:.1f} s, {taken['seconds'] / read:.1f} times the bulk read"
        )
        memory, before = taken["memory"], taken["before"]
        print(f"memory: {memory:,.0f} MB at most, {before:,.0f} MB before the load began;")
        print(f"        the difference is {(memory - before) / size:.2f} times the file")


def _measured(folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.daily_export", "--measure", str(folder)]
    settings = os.environ | {"LEAP_DATABASE_URL": f"duckdb:///{folder.parent}/leap.duckdb"}
    done = subprocess.run(command, env=settings, stdout=subprocess.PIPE, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _load(folder: Path) -> dict[str, float]:
    before, start = _peak_memory(), time.perf_counter()
    report = load(folder, database_url(), read_mapping(str(folder / MAPPING)))
    assert report.refusal is None, report.refusal
    return {
        "seconds": time.perf_counter() - start,
        "memory": _peak_memory(),
        "before": before,
    }


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE


def _bulk_read(path: Path) -> float:
    start = time.perf_counter()
    with duckdb.connect() as engine:
        engine.read_csv(str(path), all_varchar=True).create("export")
    return time.perf_counter() - start


def _invent(folder: Path, rows: int) -> None:
    """Students of one district over one school year; one in twenty visited in January."""
    folder.mkdir()
    days = np.busday_offset("2021-09-01", np.arange(SCHOOL_DAYS), roll="forward")
    students = [f"{number:010d}" for number in range(1, rows // SCHOOL_DAYS + 1)]
    tables = {
        "districts": ("district_code,district_name", ["0640011,Hartford"]),
        "students": ("student_id", students),
        "enrollments": (
            "student_id,school_year,district_code,grade",
            [f"{student},2021-22,0640011,{1 + int(student) % 12}" for student in students],
        ),
        "visits": (
            "visit_id,student_id,visit_date,modality,outcome,visitor_type",
            [
                f"v{student},{student},2022-01-12,home,completed,school"
                for student in students[::20]
            ],
        ),
    }
    for name, (header, lines) in tables.items():
        (folder / f"{name}.csv").write_text("\n".join((header, *lines, "")))
    (folder / MAPPING).write_text(RULES)
    dates = [f"{day.month}/{day.day}/{day.year}" for day in days.astype(object)]
    codes = np.array(["P", "P", "P", "P", "P", "P", "P", "T", "E", "A"])
    random = np.random.default_rng(2021)
    with (folder / EXPORT).open("w") as file:
        file.write("Student_Number,District,Att_Date,Att_Code,Comment\n")
        for student in students:
            drawn = codes[random.integers(0, len(codes), SCHOOL_DAYS)]
            file.writelines(
                f"{student},0640011,{date},{code},NULL\n"
                for date, code in zip(dates, drawn, strict=True)
            )


if __name__ == "__main__":
    main()
