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
from queries.database import schema_version
from reporting.errors import DeliveryRefusedError


def migrate(connection: sa.Connection) -> None:
    """Bring a working copy's facts and provenance to the present version, in its transaction.

    Raises DeliveryRefusedError for the database of a later version of this program.
    """
    version = schema_version(connection)
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
        config = steps_in(connection)
        command.stamp(config, str(version), purge=True)
        command.upgrade(config, str(schema.SCHEMA_VERSION))
        _explain_tables(connection)


def steps_in(connection: sa.Connection) -> Config:
    """What Alembic needs to know to run the steps in a connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "reporting:migrations")
    return config


def _explain_tables(connection: sa.Connection) -> None:
    for table in (*schema.FACTS, *schema.PROVENANCE):
        connection.execute(sa.schema.SetTableComment(table))
        for column in table.columns:
            connection.execute(sa.schema.SetColumnComment(column))
