"""Keeping a reporting database: bring it up to date, back it up, put a backup back.

A backup is a DuckDB file with all that the database holds, whatever that is kept in: it can be
put back into a file or a server.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import sqlalchemy as sa

from queries import schema
from queries.database import schema_version
from reporting.errors import DeliveryRefusedError
from reporting.progress import Progress
from reporting.stores import Store, store_of
from reporting.working_copy import make_marts, opened


def upgrade(url: sa.URL, progress: Progress) -> None:
    """Bring the tables to this program's version; the loads in them stay as they are.

    Raises DeliveryRefusedError where there is no database or it is of a later version.
    """
    store = store_of(url)
    with store.claimed(progress), store.working_copy() as copy:
        _check_database(copy, "There is no database to bring up to date.")
        _renew(copy, progress)
        _publish(store, copy, progress)


def backup(url: sa.URL, target: Path, progress: Progress) -> None:
    """Write all of the database to a file, readable by its owner alone.

    Raises DeliveryRefusedError where there is no database or the file is there already.
    """
    if target.exists():
        raise DeliveryRefusedError(f"{target} is there already: a backup overwrites nothing.")
    store = store_of(url)
    with store.claimed(progress), store.working_copy() as copy:
        _check_database(copy, "There is no database to back up.")
        progress("Writing the backup", 0.5)
        unfinished = target.with_name(f"{target.name}.unfinished")
        unfinished.touch(mode=0o600)
        shutil.copyfile(copy, unfinished)
        os.replace(unfinished, target)


def restore(url: sa.URL, source: Path, progress: Progress) -> None:
    """Put a backup in the place of the database, brought to this program's version.

    Raises DeliveryRefusedError for a file that is no backup, leaving the database as it is.
    """
    version = _check_database(source, f"{source} is not there.")
    store = store_of(url)
    with store.claimed(progress), store.working_copy() as copy:
        shutil.copyfile(source, copy)
        if version != schema.SCHEMA_VERSION:
            _renew(copy, progress)
        _publish(store, copy, progress)


def _check_database(file: Path, if_missing: str) -> int:
    """The version of the tables in a file. Raises DeliveryRefusedError where there are none."""
    if not file.is_file():
        raise DeliveryRefusedError(if_missing)
    engine = sa.create_engine(
        sa.URL.create("duckdb", database=str(file)), connect_args={"read_only": True}
    )
    try:
        with engine.connect() as connection:
            version = schema_version(connection)
    except (sa.exc.DBAPIError, duckdb.Error) as error:
        raise DeliveryRefusedError(f"{file} cannot be read as a database.") from error
    finally:
        engine.dispose()
    if version is None:
        raise DeliveryRefusedError(f"{file} is no reporting database.")
    return version


def _renew(file: Path, progress: Progress) -> None:
    with opened(file) as connection:
        loaded_at = connection.scalars(sa.select(schema.meta.c.loaded_at)).one()
        make_marts(connection, loaded_at.date(), progress)
        connection.execute(sa.update(schema.meta).values(schema_version=schema.SCHEMA_VERSION))


def _publish(store: Store, copy: Path, progress: Progress) -> None:
    progress("Putting the database in place", 1)
    store.publish(copy)
