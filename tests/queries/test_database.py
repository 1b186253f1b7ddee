"""One snapshot, one load: new loads show without a restart and never mix."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from queries.database import DatabaseUnavailableError, snapshot
from queries.schema import metadata, visit
from tests.conftest import Delivery

COUNT = sa.select(sa.func.count()).select_from(visit)


def test_a_new_load_shows_without_a_restart_and_an_open_snapshot_keeps_the_old(
    delivery: Delivery,
) -> None:
    delivery.load()
    with snapshot() as before:
        delivery.add("visits", "v2,0000000002,2021-12-08,home,completed,school").load()
        with snapshot() as after:
            assert after.load_id != before.load_id
            assert after.connection.scalar(COUNT) == 2
        assert before.connection.scalar(COUNT) == 1
    with snapshot() as again:
        assert again.connection.scalar(COUNT) == 2


def test_the_database_cannot_be_written_through_a_snapshot(delivery: Delivery) -> None:
    delivery.load()
    with snapshot() as data, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        data.connection.execute(sa.delete(visit))


@pytest.mark.usefixtures("delivery")
def test_no_database_says_how_to_make_one() -> None:
    with pytest.raises(DatabaseUnavailableError, match="python -m reporting"), snapshot():
        pass


def test_the_snapshot_says_how_fresh_the_data_is(delivery: Delivery) -> None:
    delivery.load()
    with snapshot() as data:
        assert data.data_as_of.isoformat() == "2022-06-30"
        assert data.is_demonstration is False


def test_every_table_and_column_says_what_it_holds() -> None:
    for table in metadata.tables.values():
        assert table.comment
        assert all(column.comment for column in table.columns)
