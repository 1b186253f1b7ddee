"""What is told of a load to whoever sent the delivery: nothing that asks about single students.

See ``queries.held``. The whole of it stays with whoever runs the loader.
"""

from __future__ import annotations

from typing import Any

from reporting.load import LoadReport


def outcomes(report: LoadReport) -> list[dict[str, Any]]:
    """Rows by file, by what stands in them: read, duplicate, rejected and good."""
    rejected = report.rejected_by_content.groupby("file").size()
    return [
        {
            "file": name,
            "read": outcome.read,
            "duplicate": outcome.duplicate,
            "rejected": (bad := int(rejected.get(name, 0))),
            "good": outcome.read - outcome.duplicate - bad,
        }
        for name, outcome in report.outcomes.items()
    ]


def rules(report: LoadReport) -> list[dict[str, Any]]:
    """Rows rejected for what stands in them: file, column, rule, rows."""
    by_rule = report.rejected_by_content.groupby(["file", "column", "rule"], dropna=False)
    counts = by_rule.size().reset_index(name="rows")
    return [{str(name): value for name, value in row.items()} for row in counts.to_dict("records")]
