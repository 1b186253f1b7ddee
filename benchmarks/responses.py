"""How often is a flagged student one whom the visits did not change?

    python -m benchmarks.responses            # over the demonstration database, prints the table
    python -m benchmarks.responses --write    # and keeps it for the page "Methods"

In the demonstration the truth is known: three in ten visited students are not changed by visits.
The program's history is cut off at several months, as if each were now, and every student visited
by then is judged by this program's rule and by "rose less than 5 points since before the visit".
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.histories import Records
from evaluation.matched import prepare
from evaluation.response import BELOW, response_status, similar_students
from queries import response_check
from queries.database import database_url, snapshot
from queries.duckdb_file import file_of
from reporting.comparison import read_records, read_students

SMALL_RISE = 0.05

# School months taken for now, counted from the first of the database.
CUT_OFFS = (16, 19, 22, 25, 28, 31, 34, 37)

# Months since the visit that are told apart, each with those that follow until the next.
SINCE = (1, 3, 6, 9, 12)


def cut_off(records: Records, months: int) -> Records:
    """The records as they were after so many school months."""
    return replace(
        records,
        rate=records.rate[:, :months],
        days=records.days[:, :months],
        band=records.band[:, :months],
        district=records.district[:, :months],
        visited_at=np.where(records.visited_at < months, records.visited_at, np.inf),
    )


def judged(records: Records, responded: np.ndarray) -> pd.DataFrame:
    """Every visited student: months since, the truth, and both rules' verdict.

    ``responded`` flags the students whom visits changed.
    """
    similar = similar_students(records, prepare(records, (1,)))
    student = similar.student
    first = np.floor(records.visited_at[student]).astype(int)
    place = np.arange(records.rate.shape[1])
    since = place > first[:, None]
    in_school = records.visited_at[student] == first
    last_before = first - in_school.astype(int)
    before = (place <= last_before[:, None]) & (place > last_before[:, None] - 3)
    days, attended = records.days[student], np.nan_to_num(records.rate[student])

    def pooled(months: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = np.where(months, days, 0).sum(axis=1)
        return np.where(months, attended * days, 0).sum(axis=1) / np.maximum(total, 1e-9), total

    rate_since, days_since = pooled(since)
    rate_before, days_before = pooled(before)
    months_since = (since & (days > 0)).sum(axis=1)
    status = response_status(
        visited=np.ones(len(student), bool),
        left=days[:, -2:].sum(axis=1) == 0,
        baseline_days=days_before,
        months_since=months_since,
        days_since=days_since,
        rate_since=rate_since,
        quartiles=similar.quartiles,
    )
    return pd.DataFrame(
        {
            "months": months_since,
            "unchanged": ~responded[student],
            "judged": np.isin(status, [BELOW, "as expected", "above expected"]),
            "below_expected": status == BELOW,
            "small_rise": rate_since - rate_before < SMALL_RISE,
        }
    )


def counts(frame: pd.DataFrame, now: int) -> pd.DataFrame:
    """Students by months since the visit, truth and flags: columns of ``response_check.csv``.

    A row for each rule and span of months; our rule tells nothing in the first span.
    """
    rows = []
    for start, end in zip(SINCE, (*SINCE[1:], 999), strict=True):
        inside = frame[frame["months"].between(start, end - 1)]
        judged_groups = {"below_expected": inside[inside["judged"]], "small_rise": inside}
        for rule, group in judged_groups.items():
            flagged = group[rule]
            rows.append(
                {
                    "now": now,
                    "from_month": start,
                    "rule": rule,
                    "students": len(group),
                    "unchanged": int(group["unchanged"].sum()),
                    "flagged": int(flagged.sum()),
                    "flagged_unchanged": int((flagged & group["unchanged"]).sum()),
                }
            )
    return pd.DataFrame(rows)


def read_world(connection: sa.Connection, truth: Path) -> tuple[Records, np.ndarray]:
    """The records of a demonstration database, and whom visits changed, by their order."""
    students = read_students(connection)
    effects = pd.read_csv(truth / "true_effects.csv", dtype={"student_id": str})
    changed = effects.groupby("student_id")["true_effect"].max() > 0
    responded = students["student_id"].map(changed).fillna(False).to_numpy(bool)
    return read_records(connection, students), responded


def main() -> None:
    """Print the table; with ``--write`` keep it where the page reads it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--truth", type=Path)
    options = parser.parse_args()
    database = file_of(database_url())
    assert database is not None
    truth = options.truth or database.parent / "demonstration-program" / "truth"
    with snapshot() as data:
        records, responded = read_world(data.connection, truth)
    found = pd.concat(
        [counts(judged(cut_off(records, now), responded), now) for now in CUT_OFFS],
        ignore_index=True,
    )
    if options.write:
        found.to_csv(response_check.FILE, index=False, lineterminator="\n")
    print(response_check.shares(found).to_string(index=False, float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
