"""Districts with few served students, before a load and after it.

Somebody who loads nine invented students beside a real one makes a figure of ten, and knows nine.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import sqlalchemy as sa

from queries.held import FEWEST
from queries.schema import district, served_student

_SERVED = sa.func.count()


def few_served(file: Path) -> list[str]:
    """Codes of districts of a working copy that have served students, and too few to be told.

    Of the marts that it holds still: none of a database that is new or of an earlier version.
    """
    if not file.exists():
        return []
    engine = sa.create_engine(
        sa.URL.create("duckdb", database=str(file)), connect_args={"read_only": True}
    )
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table(served_student.name):
                return []
            return list(connection.scalars(_districts().having(_SERVED < FEWEST)))
    finally:
        engine.dispose()


def many_served(connection: sa.Connection, among: Collection[str]) -> list[str]:
    """Names of those of some districts that have enough served students now."""
    enough = _districts().where(served_student.c.district_code.in_(among)).having(_SERVED >= FEWEST)
    names = sa.select(district.c.district_name).where(district.c.district_code.in_(enough))
    return list(connection.scalars(names.order_by(district.c.district_name)))


def _districts() -> sa.Select[tuple[str]]:
    return sa.select(served_student.c.district_code).group_by(served_student.c.district_code)
