"""What each database draws for itself: two of the same data differ in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def without_keys(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of a table without the keys that noise is drawn by."""
    return [column for column in table.c if column.name != "noise_key"]
