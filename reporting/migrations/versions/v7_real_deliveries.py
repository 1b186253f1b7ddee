"""Real deliveries: the least days that count, and who was chronically absent at each load."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from evaluation.absence import LEAST_DAYS, is_chronic

revision = "7"
down_revision = "6"


def upgrade() -> None:
    """Add the columns; loads before this version counted by the year's rate alone."""
    op.add_column("meta", sa.Column("least_days", sa.Integer))
    op.execute(sa.update(sa.table("meta", sa.column("least_days"))).values(least_days=LEAST_DAYS))
    op.add_column("response_history", sa.Column("is_chronic", sa.Boolean))
    year_rate = sa.column("year_rate", sa.Double)
    history = sa.table("response_history", sa.column("is_chronic", sa.Boolean), year_rate)
    op.execute(sa.update(history).values(is_chronic=is_chronic(year_rate)))
