"""Time and memory of a fit, as a ratio to a library's on the same students.

    python -m benchmarks.against_library                  # the program's scale
    python -m benchmarks.against_library --scale state

Makes and loads demonstration data, then fits all, a tenth and three per cent of the visited with
their comparison students: with this program, months -9 to 12 with histories, weights and bands;
with diff-diff, Callaway-Sant'Anna of every cohort and month against the not yet visited, which has
no weights for staying unvisited. Each fit runs in a process of its own, which prints its seconds
and its peak memory.
"""

from __future__ import annotations

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from diff_diff import CallawaySantAnna

from evaluation.matched import EFFECT_MONTHS, Stacks, fit, select
from queries.comparison import comparison_rows
from queries.database import Snapshot, snapshot
from queries.schema import attendance_month, comparison_cell, school_month, served_student
from reporting.demonstration import write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping

SHARES = {"three per cent": 0.03, "a tenth": 0.1, "all": 1.0}
LONGEST = 1800  # seconds that the library may take


def main() -> None:
    """Print a line for each selection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=("district", "program", "state"), default="program")
    parser.add_argument("--fit", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fit:
        _fit(*options.fit)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        delivery = write_demonstration(folder / "demonstration", options.scale, seed=2021)
        os.environ["LEAP_DATABASE_URL"] = f"duckdb:///{name}/leap.duckdb"
        load(delivery, sa.make_url(os.environ["LEAP_DATABASE_URL"]), read_mapping(None))
        print(f"{'':16}{'visited':>9}{'students':>10}{'this program':>22}{'diff-diff':>22}  ratio")
        with snapshot() as data:
            rows = comparison_rows(data, matched=True)
            draw = np.random.default_rng(1).random(len(rows.student))
            for words, share in SHARES.items():
                chosen = select(rows, draw < share)
                _compare(words, chosen, _panel(data, chosen), folder)


def _panel(data: Snapshot, chosen: Stacks) -> pd.DataFrame:
    """The students' months in the long form that the library takes."""
    numbers = sa.select(comparison_cell.c.student_id, comparison_cell.c.student).distinct()
    number = numbers.subquery("numbers")
    months = attendance_month.c
    statement = (
        sa.select(
            number.c.student.label("unit"),
            school_month.c.number.label("month"),
            (sa.func.sum(months.days_attended) / sa.func.sum(months.days_enrolled)).label("rate"),
            sa.func.coalesce(sa.func.max(served_student.c.month_plus_one), 0).label("first"),
        )
        .join_from(attendance_month, number, number.c.student_id == months.student_id)
        .join(school_month, school_month.c.month == months.month)
        .join(served_student, served_student.c.student_id == months.student_id, isouter=True)
        .where(months.days_enrolled > 0)
        .group_by(number.c.student, school_month.c.number)
    )
    frame = data.frame(statement)
    return frame[frame["unit"].isin(chosen.student)].reset_index(drop=True)


def _compare(words: str, chosen: Stacks, panel: pd.DataFrame, folder: Path) -> None:
    measured = []
    for who, data in (("ours", chosen), ("library", panel)):
        file = folder / f"{who}.pickle"
        file.write_bytes(pickle.dumps(data))
        measured.append(_measured(who, file))
    ours, theirs = measured
    print(
        f"{words:16}{chosen.visited.sum():>9,}{panel['unit'].nunique():>10,}"
        f"{_said(ours):>22}{_said(theirs):>22}"
        + (f"{theirs[0] / ours[0]:7.0f}" if ours and theirs else ""),
        flush=True,
    )


def _measured(who: str, file: Path) -> tuple[float, float] | None:
    """Seconds and gigabytes; None where it did not end."""
    command = [sys.executable, "-m", "benchmarks.against_library", "--fit", who, str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return None
    seconds, memory = done.stdout.split()[-2:]
    return float(seconds), float(memory)


def _said(measured: tuple[float, float] | None) -> str:
    return "did not end" if measured is None else f"{measured[0]:.2f} s, {measured[1]:.1f} GB"


def _fit(who: str, file: str) -> None:
    data = pickle.loads(Path(file).read_bytes())  # noqa: S301 written a moment ago
    start = time.perf_counter()
    if who == "ours":
        fit(data, EFFECT_MONTHS).estimates.band()
    else:
        CallawaySantAnna(
            control_group="not_yet_treated", base_period="universal", allow_unbalanced_panel=True
        ).fit(data, "rate", "unit", "month", "first", aggregate="event_study")
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    print(seconds, int(status.split("VmHWM:")[1].split()[0]) / 1e6)


if __name__ == "__main__":
    main()
