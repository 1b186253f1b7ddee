"""Effects adjusted for districts: marts alone."""

from __future__ import annotations

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Nothing: marts are made anew by every load."""
