"""What the database holds and a later delivery no longer does, until somebody decides."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.schema import (
    UNDECIDED,
    attendance_day,
    attendance_month,
    delivery,
    enrollment,
    visit,
    withdrawn_row,
)

_KEPT = "kept until a mapping says withdrawn"

# What is doubtful of each fact, in words without a row's values.
RULES = {
    attendance_day.name: f"days that a later delivery of their month no longer holds: {_KEPT}",
    attendance_month.name: f"months that a later delivery of them no longer holds: {_KEPT}",
    enrollment.name: (
        f"enrollments that a later delivery of their school year no longer holds: {_KEPT}"
    ),
    visit.name: f"visits that a later log of their months no longer holds: {_KEPT}",
}


def undecided(data: Snapshot) -> pd.DataFrame:
    """Facts that nobody has decided about, the most first: file, rule, rows, since.

    ``since`` is when a load first missed one (UTC).
    """
    columns = withdrawn_row.c
    rule = sa.case(*((columns.record == record, words) for record, words in RULES.items()))
    first = (
        sa.select(delivery.c.load_id, sa.func.min(delivery.c.loaded_at).label("loaded_at"))
        .group_by(delivery.c.load_id)
        .subquery("first")
    )
    rows = sa.func.count().label("rows")
    return data.frame(
        sa.select(
            columns.file, rule.label("rule"), rows, sa.func.min(first.c.loaded_at).label("since")
        )
        .join_from(withdrawn_row, first, first.c.load_id == columns.load_id, isouter=True)
        .where(columns.decision == UNDECIDED)
        .group_by(columns.file, columns.record)
        .order_by(rows.desc(), columns.file, columns.record)
    )
