"""What is told of a load to whoever sent the delivery: nothing that asks about single students.

See ``queries.held``. The whole of it stays with whoever runs the loader.
"""

from __future__ import annotations

from typing import Any

from queries.held import HELD_RULES, RULES_OF_CHILDREN, told_count
from reporting.load import MAX_REJECTED_PERCENT, LoadReport


def outcomes(report: LoadReport) -> list[dict[str, Any]]:
    """By file: read, duplicate and rejected, by what stands in it.

    Of what was loaded also loaded and changed, told in fives (None: few).
    """
    rows = report.rejected
    of_files = rows[~rows["rule"].isin(HELD_RULES)].groupby("file").size()
    return [
        {
            "file": name,
            "read": outcome.read,
            "duplicate": outcome.duplicate,
            "rejected": int(of_files.get(name, 0)),
            "loaded": told_count(outcome.loaded) if report.refusal is None else None,
            "changed": told_count(outcome.changed) if report.refusal is None else None,
        }
        for name, outcome in report.outcomes.items()
    ]


def rules(report: LoadReport) -> list[dict[str, Any]]:
    """Rejected rows by file, column and rule: file, column, rule, rows, is_about."""
    counted = report.rejected.groupby(["file", "column", "rule"], dropna=False).size()
    told = []
    for row in counted.reset_index(name="rows").to_dict("records"):
        is_about = row["rule"] in HELD_RULES
        rows = told_count(row["rows"]) if is_about else row["rows"]
        if rows is not None and not (report.refusal and row["rule"] in RULES_OF_CHILDREN):
            told.append(row | {"rows": rows, "is_about": is_about})
    return told


def refusal(report: LoadReport) -> str | None:
    """Why it was refused: which file, without a count of what the database made of it."""
    if report.refusal is None:
        return None
    return (
        f"{report.refused_file}: more than the {MAX_REJECTED_PERCENT:g} % of its rows that are "
        "allowed were rejected. Nothing was loaded."
    )
