"""What was loaded last, and what became of it: counts of rows, no student."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.schema import delivery

LOADS_SHOWN = 5


def last_loads(data: Snapshot) -> pd.DataFrame:
    """Files of the last loads, newest first: loaded_at (UTC), file, rows by outcome."""
    newest = (
        sa.select(delivery.c.load_id)
        .group_by(delivery.c.load_id)
        .order_by(sa.func.max(delivery.c.loaded_at).desc())
        .limit(LOADS_SHOWN)
    )
    columns = [
        column for column in delivery.c if column.name not in (delivery.c.load_id.name, "sha256")
    ]
    return data.frame(
        sa.select(*columns)
        .where(delivery.c.load_id.in_(newest))
        .order_by(delivery.c.loaded_at.desc(), delivery.c.file)
    )
