"""What real deliveries bring: absences alone, with the calendar that makes days of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"

_NEW_TABLES = {
    "absence": "student_id district_code date:Date absent:Double excused",
    "calendar_day": "district_code school_code grade date:Date is_school_day",
}


def upgrade() -> None:
    """Add the tables, empty: loads before this version knew nothing of them."""
    for name, columns in _NEW_TABLES.items():
        op.create_table(name, *(_column(*column.split(":")) for column in columns.split()))


def _column(name: str, kind: str = "Text") -> sa.Column[object]:
    return sa.Column(name, getattr(sa, kind))
