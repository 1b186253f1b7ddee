"""Parts of a page that are asked for after its first: they are of the same load, or empty."""

from __future__ import annotations

from typing import Any

from components import shell, wording
from queries.database import Snapshot


def has_newer(data: Snapshot, shown: dict[str, Any]) -> bool:
    """Has a load landed since the first part was ``shown``? The page then says so."""
    if data.load_id == shown["load"]:
        return False
    shell.tell([wording.NEWER_DATA])
    return True
