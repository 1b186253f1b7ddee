"""Real deliveries: absences alone, facts taken back, least days, who was chronic at each load."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evaluation.absence import LEAST_DAYS, is_chronic

revision = "7"
down_revision = "6"

_NEW_TABLES = {
    "absence": "student_id district_code date:Date absent:Double excused",
    "calendar_day": "district_code school_code grade date:Date is_school_day",
    "withdrawn_row": (
        "load_id file record district_code period student_id school_code entry_date:Date date:Date "
        "visit_id decision"
    ),
}


def upgrade() -> None:
    """Add tables and columns, empty: loads before this version knew nothing of them.

    Those loads counted as chronically absent by the year's rate alone, and with any days.
    """
    for name, columns in _NEW_TABLES.items():
        op.create_table(name, *(_column(*column.split(":")) for column in columns.split()))
    op.add_column("meta", sa.Column("least_days", sa.Integer))
    op.execute(sa.update(sa.table("meta", sa.column("least_days"))).values(least_days=LEAST_DAYS))
    op.add_column("response_history", sa.Column("is_chronic", sa.Boolean))
    year_rate = sa.column("year_rate", sa.Double)
    history = sa.table("response_history", sa.column("is_chronic", sa.Boolean), year_rate)
    op.execute(sa.update(history).values(is_chronic=is_chronic(year_rate)))


def _column(name: str, kind: str = "Text") -> sa.Column[object]:
    return sa.Column(name, getattr(sa, kind))
