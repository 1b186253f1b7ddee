"""What every load found six months after the visit, and rejected rows by district."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"


def upgrade() -> None:
    """Add ``effect_history`` and ``rejected_count``, empty: nothing is known of earlier loads."""
    op.create_table(
        "effect_history",
        sa.Column("load_id", sa.Text),
        sa.Column("loaded_at", sa.DateTime),
        sa.Column("data_as_of", sa.Date),
        sa.Column("dimension", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("visited_rate", sa.Double),
        sa.Column("effect", sa.Double),
        sa.Column("standard_error", sa.Double),
        sa.Column("students", sa.Integer),
        sa.Column("verdict", sa.Text),
    )
    op.create_table(
        "rejected_count",
        sa.Column("load_id", sa.Text),
        sa.Column("district_code", sa.Text),
        sa.Column("file", sa.Text),
        sa.Column("rows", sa.BigInteger),
    )
