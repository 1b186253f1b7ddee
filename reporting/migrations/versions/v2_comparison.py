"""The comparison with similar students: marts alone."""

from __future__ import annotations

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Nothing: marts are made anew by every load."""
