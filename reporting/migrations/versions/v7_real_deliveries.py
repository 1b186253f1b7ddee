"""What real deliveries need: facts that a later delivery no longer holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7"
down_revision = "6"

_NEW_TABLES = {
    "withdrawn_row": (
        "load_id file record district_code period student_id school_code entry_date:Date date:Date "
        "visit_id decision"
    ),
}


def upgrade() -> None:
    """Add the tables and columns, empty: loads before this version knew nothing of them."""
    for name, columns in _NEW_TABLES.items():
        op.create_table(name, *(_column(*column.split(":")) for column in columns.split()))


def _column(name: str, kind: str = "Text") -> sa.Column[object]:
    return sa.Column(name, getattr(sa, kind))
