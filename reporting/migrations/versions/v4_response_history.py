"""What every load found of every student contacted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"


def upgrade() -> None:
    """Add ``response_history``, empty: nothing is known of earlier loads."""
    op.create_table(
        "response_history",
        sa.Column("load_id", sa.Text),
        sa.Column("loaded_at", sa.DateTime),
        sa.Column("student_id", sa.Text),
        sa.Column("status", sa.Text),
        sa.Column("first_visit_date", sa.Date),
        sa.Column("baseline_rate", sa.Double),
        sa.Column("now_rate", sa.Double),
        sa.Column("year_rate", sa.Double),
    )
