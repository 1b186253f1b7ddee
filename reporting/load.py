"""Loading a delivery: check it, put it into a working copy of the database, publish the copy.

Whatever happens on the way, readers see the old database or the new one, whole.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from queries import schema
from queries.coverage import coverage_rows, in_sentences
from queries.held import CROSSED, HELD_RULES
from reporting import absences, history, withdrawn, withdrawn_words
from reporting.absence import least_days
from reporting.contract import ABSENCES, ATTENDANCE, DAILY_FILES, STUDENTS, VISITS, InputFile
from reporting.daily import complete_months, rebuild_weeks
from reporting.delivery import DOUBTS_FILE, REJECTED_FILE, Delivered, Source, take_delivery
from reporting.errors import DeliveryRefusedError
from reporting.mapping import Mapping
from reporting.private_files import written
from reporting.progress import Progress
from reporting.served import few_served, many_served
from reporting.staging import Outcome, StagedFile
from reporting.statements import insert_frame
from reporting.stores import made_beside, store_of
from reporting.unknown import unknown_students
from reporting.withdrawn import Withdrawn
from reporting.working_copy import make_marts, opened

MAX_REJECTED_PERCENT = 2.0

# The shares of a load that are done when its files are found, and when they are checked.
_FOUND, _CHECKED = 0.2, 0.7

# A folder with this file holds invented students; such data and real data never mix.
DEMONSTRATION_MARKER = "DEMONSTRATION"


@dataclass(frozen=True)
class LoadReport:
    """What became of a delivery: rows by file, and why it was refused if it was.

    ``rejected`` rows with their reasons; ``spellings`` that were taken as others; ``doubts``, rows
    that were loaded and that somebody should decide about; ``remarks`` in sentences, and those
    ``told`` to whoever sent the delivery. ``crossed``: districts that now have enough served
    students.
    """

    outcomes: dict[str, Outcome]
    rejected: pd.DataFrame
    spellings: pd.DataFrame
    doubts: pd.DataFrame
    remarks: list[str]
    told: list[str]
    refusal: str | None
    crossed: list[str] = field(default_factory=list)

    @property
    def rejected_by_content(self) -> pd.DataFrame:
        """Rows rejected for what stands in them, whatever the database holds."""
        return self.rejected[~self.rejected["rule"].isin(HELD_RULES)]


def load(
    folder: Path,
    url: sa.URL,
    mapping: Mapping,
    max_rejected: float = MAX_REJECTED_PERCENT,
    progress: Progress = lambda _step, _share: None,
    *,
    source: sa.URL | None = None,
    all_again: bool = False,
) -> LoadReport:
    """Load the delivery in ``folder`` into the reporting database.

    ``max_rejected`` is the percentage of a file's rows that may be rejected. ``progress`` is
    told each step and the share done, 0 to 1. ``source`` is a database whose views are read
    besides, from where the last load stopped or, with ``all_again``, from the beginning. The
    rejected rows are written to ``folder/rejected.csv``, doubtful ones to ``folder/doubts.csv``.
    Raises DeliveryRefusedError where the delivery cannot be read; a delivery with too many bad
    rows comes back as a report with a refusal. Either way the database is then as it was.
    """
    store, least = store_of(url), least_days()
    with store.claimed(progress), store.working_copy() as copy:
        before = few_served(copy)
        with opened(copy) as connection, _folder_beside(copy) as made:
            marks = {} if all_again else _marks(connection, source)
            is_demonstration = (folder / DEMONSTRATION_MARKER).exists()
            delivered = take_delivery(
                Source(folder, source, marks),
                mapping,
                made,
                lambda step, share: progress(step, share * _FOUND),
            )
            _prepare(connection, is_demonstration=is_demonstration, least_days=least)
            report = _take_in(connection, delivered, max_rejected, before, progress)
            _keep_marks(connection, source, delivered.marks)
        with written(folder / REJECTED_FILE) as file:
            report.rejected.to_csv(file, index=False)
        _write_doubts(report.doubts, folder / DOUBTS_FILE)
        if report.refusal is None:
            progress("Putting the new database in place", 1)
            store.publish(copy)
    return report


@contextmanager
def _folder_beside(copy: Path) -> Iterator[Path]:
    """A folder for files made of others, where there is room for a working copy; gone with it."""
    made = made_beside(copy)
    made.mkdir()
    yield made
    shutil.rmtree(made)


def _write_doubts(doubts: pd.DataFrame, file: Path) -> None:
    if len(doubts):
        with written(file) as new:
            doubts.to_csv(new, index=False)
    else:
        file.unlink(missing_ok=True)


def _take_in(
    connection: sa.Connection,
    delivered: Delivered,
    max_rejected: float,
    few_before: Collection[str],
    progress: Progress,
) -> LoadReport:
    loaded_at = _moment(connection)
    staged, outcomes, gone = _stage_and_merge(connection, delivered, loaded_at.date(), progress)
    withdrawn.settle(connection, gone, staged.values())
    daily = [staged[file] for file in DAILY_FILES if file in staged]
    if daily:
        complete_months(connection, daily, staged.get(ATTENDANCE), withdrawn.months_without(gone))
    counted = absences.take_in(connection, staged, assume_school_days=_assumes_days(delivered))
    if daily or counted or withdrawn.removed_months(connection, gone):
        rebuild_weeks(connection, absences.WEEKS if counted else None)
    of_files = [
        *delivered.remarks,
        *(said for file in staged.values() for said in file.remarks()),
    ]
    unknown = unknown_students(connection, staged.values())
    report = LoadReport(
        outcomes,
        rejected=_gathered(staged, StagedFile.rejected_rows, schema.rejected_row),
        spellings=_gathered(staged, StagedFile.spellings, schema.translated_spelling),
        doubts=_joined(
            [
                _gathered(staged, StagedFile.doubts, schema.doubtful_row),
                *([counted.doubts] if counted else ()),
            ],
            schema.doubtful_row,
        ),
        remarks=[
            *of_files,
            *(counted.remarks if counted else ()),
            *withdrawn_words.remarks(connection, gone),
        ],
        told=[*of_files, *unknown.told()],
        refusal=None,
    )
    refusal = _with_too_many_rejected(report, max_rejected) or unknown.refusal(max_rejected)
    report = replace(report, refusal=refusal)
    counts = pd.concat(
        [file.rejected_by_district().assign(file=file.name) for file in staged.values()],
        ignore_index=True,
    )
    for file in staged.values():
        file.drop()
    if report.refusal is None:
        withdrawn.record(connection, _load_id(loaded_at), gone)
        data_as_of = make_marts(
            connection,
            loaded_at.date(),
            lambda step, share: progress(step, _CHECKED + share * (1 - _CHECKED)),
        )
        doubted = in_sentences(pd.read_sql_query(coverage_rows(), connection))
        crossed = many_served(connection, few_before)
        suspected = [*unknown.told(), *(f"{name}: {CROSSED}" for name in crossed)]
        report = replace(
            report,
            doubts=_joined([report.doubts, _about(suspected, delivered)], schema.doubtful_row),
            remarks=[*report.remarks, *suspected, *doubted],
            told=[
                *of_files,
                *(counted.told if counted else ()),
                *withdrawn_words.told(connection, gone),
                *suspected,
                *doubted,
            ],
            crossed=crossed,
        )
        _record(connection, report, counts, delivered, loaded_at, data_as_of)
    # Told by every load until somebody decides, so not among the doubts of this one alone.
    undecided = withdrawn_words.doubts(connection, gone)
    return replace(report, doubts=_joined([report.doubts, undecided], schema.doubtful_row))


def _assumes_days(delivered: Delivered) -> bool:
    """Does the mapping take days with an absence for school days where there is no calendar?"""
    return ABSENCES in delivered.files and delivered.files[ABSENCES][1].school_days is not None


def _stage_and_merge(
    connection: sa.Connection, delivered: Delivered, today: date, progress: Progress
) -> tuple[dict[InputFile, StagedFile], dict[str, Outcome], list[Withdrawn]]:
    """One file after the other, because a file may refer to those before it."""
    sizes = [csv_file.path.stat().st_size for csv_file, _rules in delivered.files.values()]
    staged: dict[InputFile, StagedFile] = {}
    outcomes = {}
    gone: list[Withdrawn] = []
    for number, (file, (csv_file, rules)) in enumerate(delivered.files.items()):
        share = sum(sizes[:number]) / max(sum(sizes), 1)
        progress(f"Checking {csv_file.name}", _FOUND + share * (_CHECKED - _FOUND))
        others = staged[STUDENTS].other_children if STUDENTS in staged else None
        staged[file] = StagedFile(connection, file, csv_file, rules, today, others)
        gone += withdrawn.look(
            connection, staged[file], gone, states_months=file not in delivered.read_on
        )
        outcomes[csv_file.name] = staged[file].merge()
    return staged, outcomes, gone


def _gathered(
    staged: dict[InputFile, StagedFile],
    rows_of: Callable[[StagedFile], pd.DataFrame],
    table: sa.Table,
) -> pd.DataFrame:
    """Rows of all files, with the columns of a table of provenance but for the load."""
    return _joined([rows_of(file).assign(file=file.name) for file in staged.values()], table)


def _joined(frames: Sequence[pd.DataFrame], table: sa.Table) -> pd.DataFrame:
    columns = [column.name for column in table.c if column.name != "load_id"]
    rows = [frame[columns] for frame in frames if len(frame)]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _about(suspected: Sequence[str], delivered: Delivered) -> pd.DataFrame:
    """Doubts about the delivery as a whole, which stand on no line of its log of visits."""
    names = {file: csv_file.name for file, (csv_file, _rules) in delivered.files.items()}
    rows = pd.DataFrame({"rule": suspected, "words": suspected}, dtype=str)
    return rows.assign(file=names.get(VISITS, VISITS.file_name), line=None)


def _with_too_many_rejected(report: LoadReport, max_rejected: float) -> str | None:
    """Words about the first file of which too many rows were rejected for what stands in them."""
    rejected = report.rejected_by_content.groupby("file").size()
    for name, rows in rejected.items():
        percent = 100 * rows / report.outcomes[str(name)].read
        if percent > max_rejected:
            return (
                f"{name}: {rows:,} of {report.outcomes[str(name)].read:,} rows ({percent:.1f} %) "
                f"were rejected, more than the {max_rejected:g} % allowed. Nothing was loaded."
            )
    return None


# --- The database ----------------------------------------------------------------


def _prepare(connection: sa.Connection, *, is_demonstration: bool, least_days: int) -> None:
    present = connection.scalar(sa.select(schema.meta.c.is_demonstration))
    if present is not None and present != is_demonstration:
        kinds = ("real", "demonstration")
        raise DeliveryRefusedError(
            f"The database holds {kinds[present]} data and this delivery {kinds[is_demonstration]} "
            "data. They never mix: set LEAP_DATABASE_URL to a database of its own, for example "
            "duckdb:///data/program.duckdb."
        )
    salt = connection.scalar(sa.select(schema.meta.c.noise_salt)) or _new_salt(is_demonstration)
    connection.execute(sa.delete(schema.meta))
    connection.execute(
        sa.insert(schema.meta).values(
            schema_version=schema.SCHEMA_VERSION,
            is_demonstration=is_demonstration,
            least_days=least_days,
            noise_salt=salt,
        )
    )


def _new_salt(is_demonstration: bool) -> str:
    """A secret; invented students have none, and the same noise everywhere."""
    return "demonstration" if is_demonstration else secrets.token_hex()


def _moment(connection: sa.Connection) -> datetime:
    """Now (UTC), but after every load before it: a clock may have been set back."""
    now = datetime.now(UTC).replace(tzinfo=None)
    last = connection.scalar(sa.select(sa.func.max(schema.delivery.c.loaded_at)))
    return now if last is None else max(now, last + timedelta(microseconds=1))


def _load_id(loaded_at: datetime) -> str:
    return loaded_at.strftime("%Y%m%dT%H%M%S%f")


def _record(
    connection: sa.Connection,
    report: LoadReport,
    rejected_counts: pd.DataFrame,
    delivered: Delivered,
    loaded_at: datetime,
    data_as_of: date,
) -> None:
    load_id = _load_id(loaded_at)
    files = [
        {
            "loaded_at": loaded_at,
            "file": csv_file.name,
            "sha256": csv_file.sha256,
            **{f"rows_{kind}": n for kind, n in asdict(report.outcomes[csv_file.name]).items()},
        }
        for csv_file, _rules in delivered.files.values()
    ]
    for table, rows in (
        (schema.delivery, pd.DataFrame(files)),
        (schema.rejected_row, report.rejected),
        (schema.rejected_count, rejected_counts),
        (schema.translated_spelling, report.spellings),
        (schema.doubtful_row, report.doubts),
    ):
        if len(rows):
            insert_frame(connection, table, rows.assign(load_id=load_id))
    history.record(connection, load_id, loaded_at, data_as_of)
    history.thin_out(connection, loaded_at)
    connection.execute(
        sa.update(schema.meta).values(load_id=load_id, loaded_at=loaded_at, data_as_of=data_as_of)
    )


# --- How far a source has been read -------------------------------------------------


def _marks(connection: sa.Connection, source: sa.URL | None) -> dict[str, str]:
    if source is None:
        return {}
    marks = schema.source_mark.c
    read = sa.select(marks.part, marks.mark).where(marks.source == _name(source))
    return {row.part: row.mark for row in connection.execute(read)}


def _keep_marks(connection: sa.Connection, source: sa.URL | None, marks: dict[str, str]) -> None:
    if source is None:
        return
    table = schema.source_mark
    connection.execute(sa.delete(table).where(table.c.source == _name(source)))
    for part, mark in marks.items():
        connection.execute(sa.insert(table).values(source=_name(source), part=part, mark=mark))


def _name(source: sa.URL) -> str:
    """Its address without whoever reads it, and without options, which may hold a password."""
    return sa.URL.create(
        source.get_backend_name(), host=source.host, port=source.port, database=source.database
    ).render_as_string()
