"""The demonstration's estimated effects against its true ones.

    python -m benchmarks.effects                  # the program's scale

Makes and loads demonstration data in a temporary folder. Prints, for every cut at months 1, 6 and
9, the estimate, the truth and whether the 95 % interval holds it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.matched import Stacks, fit, select
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot, snapshot
from queries.schema import served_student
from reporting.demonstration import write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping

MONTHS = (1, 6, 9)
CUTS = ("cohort", "grade_band", "modality", "visitor_type", "district_code")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=("district", "program", "state"), default="program")
    scale = parser.parse_args().scale
    with tempfile.TemporaryDirectory() as name:
        delivery = write_demonstration(Path(name) / "demonstration", scale, seed=2021)
        os.environ["LEAP_DATABASE_URL"] = f"duckdb:///{name}/leap.duckdb"
        load(delivery, sa.make_url(os.environ["LEAP_DATABASE_URL"]), read_mapping(None))
        truth = pd.read_csv(
            delivery.parent / "truth" / "true_effects.csv", dtype={"student_id": str}
        )
        with snapshot() as data:
            rows = comparison_rows(data, matched=True)
            _print_cuts(data, rows, truth)


def _print_cuts(data: Snapshot, rows: Stacks, truth: pd.DataFrame) -> None:
    served = data.frame(sa.select(served_student.c["student_id", *CUTS]))
    known = truth.merge(served, on="student_id")
    held = []
    print(f"{'':28}{'students':>9}" + "".join(f"{f'+{m}: found (true)':>22}" for m in MONTHS))
    for column in CUTS:
        for value in sorted(served[column].dropna().unique()):
            chosen = sa.select(served_student.c.student_id).where(served_student.c[column] == value)
            numbers = student_numbers(data, chosen)
            found = fit(select(rows, np.isin(rows.student, numbers)), MONTHS)
            true = known[known[column] == value].groupby("event_month")["true_effect"].mean()
            low, high = found.estimates.interval()
            inside = [lo <= true[m] <= hi for lo, hi, m in zip(low, high, MONTHS, strict=True)]
            held += inside
            print(
                f"{column + ' ' + value:28}{found.students.max():>9,}"
                + "".join(
                    f"{100 * estimate:>13.1f} ({100 * true[m]:4.1f}){' ' if ok else '*'}"
                    for estimate, m, ok in zip(
                        found.estimates.estimate, MONTHS, inside, strict=True
                    )
                )
            )
    print(f"true values inside their 95 % interval: {np.mean(held):.0%} of {len(held)}")


if __name__ == "__main__":
    main()
