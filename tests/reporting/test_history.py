"""What loads found is kept: of late in full, of earlier months the last load's."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from queries.schema import effect_history, metadata, response_history
from reporting.history import thin_out

LOADS = [
    datetime(2024, 1, 5),
    datetime(2024, 1, 30),
    datetime(2024, 2, 3),
    datetime(2024, 4, 1),
    datetime(2024, 4, 8),
    datetime(2024, 5, 30),
]


def test_of_months_long_past_the_last_load_stays() -> None:
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.begin() as connection:
        metadata.create_all(connection, tables=(response_history, effect_history))
        for table in (response_history, effect_history):
            rows = [{"load_id": f"{at:%m%d}", "loaded_at": at} for at in LOADS]
            connection.execute(sa.insert(table), rows)
            connection.execute(sa.insert(table), rows)  # more than one row a load
        thin_out(connection, datetime(2024, 6, 4))
        for table in (response_history, effect_history):
            kept = connection.scalars(sa.select(table.c.load_id).order_by(table.c.loaded_at))
            assert list(kept) == ["0130"] * 2 + ["0203"] * 2 + ["0408"] * 2 + ["0530"] * 2
