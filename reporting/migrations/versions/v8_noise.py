"""What noise in counts is drawn by, and the students behind what earlier loads told."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "8"
down_revision = "7"


def upgrade() -> None:
    """Give the database its secret; nobody knows how many stood behind what loads before found."""
    op.add_column("meta", sa.Column("noise_salt", sa.Text))
    meta = sa.table("meta", sa.column("noise_salt", sa.Text))
    op.execute(sa.update(meta).values(noise_salt=secrets.token_hex()))
    op.add_column("effect_history", sa.Column("served", sa.Integer))
