"""The published evaluation's effects, and the same selections in this database.

Published figures: Connecticut State Department of Education, LEAP program page; evaluation by
Stemler, Werblow, Brunner and others (December 2022); Hartford: FutureEd's summary of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from queries.database import Snapshot
from queries.effects import Effect, effect
from queries.filters import View
from queries.values import known_values
from queries.viewer import Viewer

_FILE = Path(__file__).with_name("published_effects.csv")


@dataclass(frozen=True)
class Published:
    """A published effect: ``points`` as printed (empty: none printed) at ``month``.

    ``here`` is the same selection in this database; None where it has no such value.
    """

    group: str
    month: int
    points: str
    note: str
    here: Effect | None


def published_effects(data: Snapshot, viewer: Viewer) -> list[Published]:
    """Every published effect beside this database's own."""
    known = known_values(data)
    rows = pd.read_csv(_FILE, dtype=str, keep_default_na=False)
    found = []
    for row in rows.to_dict("records"):
        view, unknown = View.parse(row["selection"], known)
        here = None if unknown else effect(data, viewer, view.filters)
        found.append(
            Published(row["group"], int(row["month"]), row["published"], row["note"], here)
        )
    return found
