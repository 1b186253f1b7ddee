"""Steps from one version of the tables to the next, by Alembic.

A revision is named like the version of the schema that it leads to. Only facts and provenance are
migrated: marts are made anew by every load. A step runs in a working copy (``reporting.stores``),
whatever the database is kept in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from queries import schema
from reporting.errors import DeliveryRefusedError


def migrate(connection: sa.Connection) -> None:
    """Bring a working copy's facts and provenance to the present version, in its transaction.

    Raises DeliveryRefusedError for the database of a later version of this program.
    """
    version = version_of(connection)
    if version is None and sa.inspect(connection).get_table_names():
        raise DeliveryRefusedError(
            "The database holds tables of another program. Nothing was changed: set "
            "LEAP_DATABASE_URL to a database of its own, for example duckdb:///data/leap.duckdb."
        )
    if version is None:
        schema.metadata.create_all(connection)
    elif version > schema.SCHEMA_VERSION:
        raise DeliveryRefusedError(
            f"The database has tables of version {version}, this program of version "
            f"{schema.SCHEMA_VERSION}: it was written by a later program. Install that one."
        )
    elif version < schema.SCHEMA_VERSION:
        config = Config()
        config.set_main_option("script_location", "reporting:migrations")
        config.attributes["connection"] = connection
        command.stamp(config, str(version), purge=True)
        command.upgrade(config, str(schema.SCHEMA_VERSION))
        _explain_tables(connection)


def version_of(connection: sa.Connection) -> int | None:
    """The version of a working copy's tables; None where they are not this program's."""
    tables = sa.inspect(connection)
    column = schema.meta.c.schema_version
    if not tables.has_table(schema.meta.name) or column.name not in {
        found["name"] for found in tables.get_columns(schema.meta.name)
    }:
        return None
    return connection.scalar(sa.select(schema.meta.c.schema_version))


def _explain_tables(connection: sa.Connection) -> None:
    for table in (*schema.FACTS, *schema.PROVENANCE):
        connection.execute(sa.schema.SetTableComment(table))
        for column in table.columns:
            connection.execute(sa.schema.SetColumnComment(column))
