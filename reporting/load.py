"""Loading a delivery: check it, put it into a working copy of the database, publish the copy.

Whatever happens on the way, readers see the old database or the new one, whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from queries import schema
from reporting import history
from reporting.contract import (
    ATTENDANCE,
    ATTENDANCE_DAILY,
    ATTENDANCE_FILES,
    INPUT_FILES,
    REQUIRED_FILES,
    InputFile,
)
from reporting.csv_files import CsvFile, inspect
from reporting.daily import complete_months, rebuild_weeks
from reporting.errors import DeliveryRefusedError
from reporting.mapping import Mapping
from reporting.progress import Progress
from reporting.staging import Outcome, StagedFile
from reporting.statements import insert_frame
from reporting.stores import store_of
from reporting.working_copy import make_marts, opened

MAX_REJECTED_PERCENT = 2.0
REJECTED_FILE = "rejected.csv"

# A folder with this file holds invented students; such data and real data never mix.
DEMONSTRATION_MARKER = "DEMONSTRATION"


@dataclass(frozen=True)
class LoadReport:
    """What became of a delivery: rows by file, rejected rows, and why it was refused if it was."""

    outcomes: dict[str, Outcome]
    rejected: pd.DataFrame
    refusal: str | None


def load(
    folder: Path,
    url: sa.URL,
    mapping: Mapping,
    max_rejected: float = MAX_REJECTED_PERCENT,
    progress: Progress = lambda _step, _share: None,
) -> LoadReport:
    """Load the delivery in ``folder`` into the reporting database.

    ``max_rejected`` is the percentage of a file's rows that may be rejected. ``progress`` is
    told each step and the share done, 0 to 1. The rejected rows are written to
    ``folder/rejected.csv``. Raises DeliveryRefusedError where the delivery cannot be read; a
    delivery with too many bad rows comes back as a report with a refusal. Either way the
    database is then as it was.
    """
    store = store_of(url)
    with store.claimed(progress), store.working_copy() as copy:
        progress("Looking through the files", 0)
        files = _delivered_files(folder, mapping)
        with opened(copy) as connection:
            _prepare(connection, is_demonstration=(folder / DEMONSTRATION_MARKER).exists())
            report = _take_in(connection, files, mapping, max_rejected, progress)
        report.rejected.to_csv(folder / REJECTED_FILE, index=False)
        if report.refusal is None:
            progress("Putting the new database in place", 1)
            store.publish(copy)
    return report


# --- The delivery ----------------------------------------------------------------


def _delivered_files(folder: Path, mapping: Mapping) -> dict[InputFile, CsvFile]:
    if not folder.is_dir():
        raise DeliveryRefusedError(f"There is no folder {folder}.")
    paths = {file: folder / mapping[file.name].file for file in INPUT_FILES}
    missing = [paths[file].name for file in REQUIRED_FILES if not paths[file].is_file()]
    if not any(paths[file].is_file() for file in ATTENDANCE_FILES):
        missing.append(" or ".join(paths[file].name for file in ATTENDANCE_FILES))
    if missing:
        raise DeliveryRefusedError(
            f"{folder} has no {', no '.join(missing)}. A delivery holds all its files; "
            "one with nothing new may hold its header line alone."
        )
    return {file: inspect(path) for file, path in paths.items() if path.is_file()}


def _take_in(
    connection: sa.Connection,
    files: dict[InputFile, CsvFile],
    mapping: Mapping,
    max_rejected: float,
    progress: Progress,
) -> LoadReport:
    loaded_at = _moment(connection)
    load_id = loaded_at.strftime("%Y%m%dT%H%M%S%f")
    outcomes: dict[str, Outcome] = {}
    rejected: list[pd.DataFrame] = []
    counts: list[pd.DataFrame] = []
    sizes = [csv_file.path.stat().st_size for csv_file in files.values()]
    done = 0
    staged: dict[InputFile, StagedFile] = {}
    for (file, csv_file), size in zip(files.items(), sizes, strict=True):
        progress(f"Checking {csv_file.path.name}", 0.7 * done / max(sum(sizes), 1))
        staged[file] = StagedFile(connection, file, csv_file, mapping[file.name], loaded_at.date())
        name = csv_file.path.name
        rejected += [rows.assign(file=name) for rows in staged[file].rejected_rows()]
        counts.append(staged[file].rejected_by_district().assign(file=name))
        outcomes[name] = staged[file].merge()
        done += size
    if ATTENDANCE_DAILY in staged:
        complete_months(connection, staged[ATTENDANCE_DAILY], staged.get(ATTENDANCE))
        rebuild_weeks(connection)
    for staged_file in staged.values():
        staged_file.drop()
    rejected_rows = _rejected_rows(rejected, load_id)
    refusal = _too_many_rejected(outcomes, max_rejected)
    if refusal is None:
        data_as_of = make_marts(
            connection,
            loaded_at.date(),
            lambda step, share: progress(step, 0.7 + 0.3 * share),
        )
        _record(
            connection,
            load_id,
            loaded_at,
            data_as_of,
            files,
            outcomes,
            rejected_rows,
            pd.concat(counts, ignore_index=True),
        )
    return LoadReport(outcomes, rejected_rows.drop(columns="load_id"), refusal)


def _rejected_rows(rejected: list[pd.DataFrame], load_id: str) -> pd.DataFrame:
    columns = [column.name for column in schema.rejected_row.c]
    rows = [frame for frame in rejected if len(frame)]
    if not rows:
        return pd.DataFrame(columns=columns)
    return pd.concat(rows, ignore_index=True).assign(load_id=load_id)[columns]


def _too_many_rejected(outcomes: dict[str, Outcome], max_rejected: float) -> str | None:
    for name, outcome in outcomes.items():
        percent = 100 * outcome.rejected / max(outcome.read, 1)
        if percent > max_rejected:
            return (
                f"{name}: {outcome.rejected:,} of {outcome.read:,} rows ({percent:.1f} %) were "
                f"rejected, more than the {max_rejected:g} % allowed. Nothing was loaded."
            )
    return None


# --- The database ----------------------------------------------------------------


def _prepare(connection: sa.Connection, *, is_demonstration: bool) -> None:
    present = connection.scalar(sa.select(schema.meta.c.is_demonstration))
    if present is not None and present != is_demonstration:
        kinds = ("real", "demonstration")
        raise DeliveryRefusedError(
            f"The database holds {kinds[present]} data and this delivery {kinds[is_demonstration]} "
            "data. They never mix: set LEAP_DATABASE_URL to a database of its own, for example "
            "duckdb:///data/program.duckdb."
        )
    connection.execute(sa.delete(schema.meta))
    connection.execute(
        sa.insert(schema.meta).values(
            schema_version=schema.SCHEMA_VERSION, is_demonstration=is_demonstration
        )
    )


def _moment(connection: sa.Connection) -> datetime:
    """Now (UTC), but after every load before it: a clock may have been set back."""
    now = datetime.now(UTC).replace(tzinfo=None)
    last = connection.scalar(sa.select(sa.func.max(schema.delivery.c.loaded_at)))
    return now if last is None else max(now, last + timedelta(microseconds=1))


def _record(
    connection: sa.Connection,
    load_id: str,
    loaded_at: datetime,
    data_as_of: date,
    files: dict[InputFile, CsvFile],
    outcomes: dict[str, Outcome],
    rejected_rows: pd.DataFrame,
    rejected_counts: pd.DataFrame,
) -> None:
    for csv_file in files.values():
        outcome = outcomes[csv_file.path.name]
        connection.execute(
            sa.insert(schema.delivery).values(
                load_id=load_id,
                loaded_at=loaded_at,
                file=csv_file.path.name,
                sha256=csv_file.sha256,
                rows_read=outcome.read,
                rows_loaded=outcome.loaded,
                rows_changed=outcome.changed,
                rows_duplicate=outcome.duplicate,
                rows_rejected=outcome.rejected,
            )
        )
    if len(rejected_rows):
        rejected_rows.to_sql(schema.rejected_row.name, connection, if_exists="append", index=False)
    if len(rejected_counts):
        insert_frame(connection, schema.rejected_count, rejected_counts.assign(load_id=load_id))
    history.record(connection, load_id, loaded_at, data_as_of)
    history.thin_out(connection, loaded_at)
    connection.execute(
        sa.update(schema.meta).values(load_id=load_id, loaded_at=loaded_at, data_as_of=data_as_of)
    )
