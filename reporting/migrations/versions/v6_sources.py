"""What sources bring: student groups, public rates, spellings, doubts, how far a source is read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6"
down_revision = "5"

_NEW_TABLES = {
    "public_rate": (
        "district_code district_name category student_group school_year students:BigInteger "
        "rate:Double year_to_date reporting_period updated_on:Date"
    ),
    "translated_spelling": "load_id file column local ours rows:BigInteger",
    "doubtful_row": "load_id file line:BigInteger rule words",
    "source_mark": "source part mark",
}


def upgrade() -> None:
    """Add the tables and columns, empty: loads before this version knew nothing of them."""
    for name in ("english_learner", "disability", "free_meals"):
        op.add_column("student", sa.Column(name, sa.Text))
    op.add_column("rejected_row", sa.Column("rule", sa.Text))
    for name, columns in _NEW_TABLES.items():
        op.create_table(name, *(_column(*column.split(":")) for column in columns.split()))


def _column(name: str, kind: str = "Text") -> sa.Column[object]:
    return sa.Column(name, getattr(sa, kind))
