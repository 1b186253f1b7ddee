"""The command line: ``python -m reporting``, its commands and what they print."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from exports.digest import UnknownDistrictError, digest
from queries.database import DatabaseUnavailableError, database_url, snapshot
from queries.duckdb_file import file_of
from queries.student_groups import StudentGroupsError
from reporting.bounds import Bounds, bounded
from reporting.check import database_summary
from reporting.delivery import DOUBTS_FILE, REJECTED_FILE
from reporting.demonstration import LAST_MONTH, last_month_apart, write_demonstration
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.keeping import backup, restore, upgrade
from reporting.load import MAX_REJECTED_PERCENT, LoadReport, load
from reporting.mapping import read_mapping
from reporting.private_files import written
from reporting.proposal import propose
from reporting.status import StatusFile

LOADED, REFUSED, WRONG_USAGE = 0, 1, 2

SCALES = ("district", "program", "state")

# What a person can mend.
_REFUSALS = (
    DeliveryRefusedError,
    DatabaseUnavailableError,
    UnknownDistrictError,
    StudentGroupsError,
)

_console = Console(highlight=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 when done, 1 when refused, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except _REFUSALS as error:
        return _refuse(str(error))
    except MappingError as error:
        _console.print(f"[bold red]Mapping.[/] {escape(str(error))}", soft_wrap=True)
        return WRONG_USAGE


def _refuse(words: str) -> int:
    _console.print(f"[bold red]Refused.[/] {escape(words)}", soft_wrap=True)
    return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m reporting",
        description="Fill and look after the reporting database (LEAP_DATABASE_URL).",
    )
    commands = parser.add_subparsers(required=True)

    demo = commands.add_parser("demo", help="make invented deliveries and load them")
    demo.add_argument("--scale", choices=SCALES, default="program")
    demo.add_argument("--seed", type=int, default=2021)
    demo.set_defaults(command=_demo)

    delivery = commands.add_parser("load", help="load a delivery: a folder of files")
    delivery.add_argument("folder", type=Path)
    delivery.add_argument(
        "--from",
        dest="source",
        metavar="URL",
        help="read the views of an Ed-Fi Analytics Middle Tier besides, such as "
        "postgresql+psycopg://reader@host/ods; the folder then holds the visit log",
    )
    delivery.add_argument(
        "--all", action="store_true", help="read the views from the beginning, not what is new"
    )
    delivery.add_argument(
        "--status", type=Path, metavar="FILE", help="write where the load is to a file, as JSON"
    )
    delivery.add_argument(
        "--stop", type=Path, metavar="FILE", help="end the load as soon as there is such a file"
    )
    delivery.add_argument(
        "--minutes", type=float, metavar="N", help="end the load if it takes longer"
    )
    delivery.add_argument(
        "--megabytes", type=int, metavar="N", help="end the load if it needs more memory"
    )
    delivery.add_argument("--mapping", help="TOML file that translates local names and spellings")
    delivery.add_argument(
        "--max-rejected",
        type=float,
        default=MAX_REJECTED_PERCENT,
        metavar="PCT",
        help="refuse the load if more than this percentage of a file's rows is rejected",
    )
    delivery.set_defaults(command=_load)

    export = commands.add_parser("map", help="look at an export and propose a mapping file for it")
    export.add_argument("file", type=Path)
    export.add_argument(
        "--out", type=Path, metavar="FILE.toml", help="default: beside the export, with its name"
    )
    export.set_defaults(command=_map)

    weekly = commands.add_parser(
        "digest", help="write a coordinator's weekly summary of one district, ready to be mailed"
    )
    weekly.add_argument("--district", required=True, metavar="CODE")
    weekly.add_argument(
        "--since",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="what is new against the last load before this day; default: 6 days ago",
    )
    weekly.add_argument("--out", type=Path, default=Path(), metavar="FOLDER")
    weekly.set_defaults(command=_digest)

    check = commands.add_parser("check", help="what is in the database, how fresh, what is odd")
    check.set_defaults(command=_check)

    newer = commands.add_parser("upgrade", help="bring the database to this program's version")
    newer.set_defaults(command=_upgrade)

    saved = commands.add_parser("backup", help="write all of the database to a file")
    saved.add_argument("file", type=Path)
    saved.set_defaults(command=_backup)

    again = commands.add_parser("restore", help="put a backup in the place of the database")
    again.add_argument("file", type=Path)
    again.set_defaults(command=_restore)
    return parser


def _demo(options: argparse.Namespace) -> int:
    database = file_of(database_url())
    beside = database.parent if database else Path("data")
    with _progress() as progress:
        folder = write_demonstration(
            beside / f"demonstration-{options.scale}", options.scale, options.seed, progress
        )
    # In two loads, so that the dashboard can say what the last one changed.
    outcome = LOADED
    for part in last_month_apart(folder, LAST_MONTH, folder.parent / "loads"):
        if outcome == LOADED:
            with _progress() as progress:
                report = load(part, database_url(), read_mapping(None), progress=progress)
            outcome = _print_report(report, part)
    return outcome


def _load(options: argparse.Namespace) -> int:
    status = StatusFile(options.status)
    bounds = Bounds(options.minutes, options.megabytes, options.stop)
    with status.ending(), bounded(bounds, status.break_off), _progress() as shown:
        report = load(
            options.folder,
            database_url(),
            read_mapping(options.mapping),
            options.max_rejected,
            status.told_besides(shown),
            source=_source(options.source),
            all_again=options.all,
        )
        status.report(report)
    return _print_report(report, options.folder)


def _source(url: str | None) -> sa.URL | None:
    try:
        return None if url is None else sa.make_url(url)
    except sa.exc.ArgumentError:
        raise DeliveryRefusedError(
            "--from is not the address of a database. It looks like "
            "postgresql+psycopg://reader@host/ods; the password comes from a file that only you "
            "can read: https://www.postgresql.org/docs/current/libpq-pgpass.html"
        ) from None


def _map(options: argparse.Namespace) -> int:
    target = options.out or options.file.with_suffix(".toml")
    if target.exists():
        raise DeliveryRefusedError(
            f"{target} is there already and is not overwritten: name another file with --out."
        )
    proposal = propose(options.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("x", encoding="utf-8") as file:
        file.write(proposal.text)
    for doubt in proposal.doubts:
        _console.print(f"[yellow]?[/] {escape(doubt)}", soft_wrap=True)
    load_it = ["python", "-m", "reporting", "load", f"{options.file.parent}"]
    next_command = shlex.join([*load_it, "--mapping", f"{target}"])
    _console.print(escape(f"Look through {target}, then: {next_command}"), soft_wrap=True)
    return LOADED


def _digest(options: argparse.Namespace) -> int:
    since = options.since or datetime.now(UTC).date() - timedelta(days=6)
    with snapshot() as data:
        summary = digest(data, options.district, since)
    options.out.mkdir(parents=True, exist_ok=True)
    for kind, text in (("html", summary.html), ("txt", summary.text)):
        path = options.out / f"{summary.name}.{kind}"
        with written(path) as file:
            file.write(text)
        _console.print(str(path), soft_wrap=True)
    return LOADED


def _check(_options: argparse.Namespace) -> int:
    with snapshot() as data:
        summary = database_summary(data)
    _console.print(
        f"Data through {summary.data_as_of:%B %-d, %Y}, loaded {summary.loaded_at:%c} UTC."
    )
    if summary.is_demonstration:
        _console.print("Demonstration data: invented students.")
    table = Table("table", "rows", box=None)
    table.columns[1].justify = "right"
    for name, rows in summary.rows.items():
        table.add_row(name, f"{rows:,}")
    _console.print(table)
    for oddity in summary.oddities:
        _console.print(f"[yellow]•[/] {escape(oddity)}", soft_wrap=True)
    if not summary.oddities:
        _console.print("Nothing looks wrong.")
    return LOADED


def _upgrade(_options: argparse.Namespace) -> int:
    with _progress() as progress:
        upgrade(database_url(), progress)
    return LOADED


def _backup(options: argparse.Namespace) -> int:
    with _progress() as progress:
        backup(database_url(), options.file, progress)
    return LOADED


def _restore(options: argparse.Namespace) -> int:
    with _progress() as progress:
        restore(database_url(), options.file, progress)
    return LOADED


def _print_report(report: LoadReport, folder: Path) -> int:
    columns = ("read", "loaded", "changed", "duplicate", "rejected")
    table = Table("file", *columns, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, outcome in report.outcomes.items():
        counts = (f"{getattr(outcome, column):,}" for column in columns)
        table.add_row(escape(name), *counts)
    _console.print(table)
    _print_spellings(report.spellings)
    for remark in report.remarks:
        _console.print(f"[yellow]•[/] {escape(remark)}", soft_wrap=True)
    for found, what, file in (
        (report.rejected, "Rejected rows and reasons", REJECTED_FILE),
        (report.doubts, "Rows that somebody should decide about", DOUBTS_FILE),
    ):
        if len(found):
            _console.print(f"{what}: {escape(str(folder / file))}", soft_wrap=True)
    return LOADED if report.refusal is None else _refuse(report.refusal)


def _print_spellings(spellings: pd.DataFrame) -> None:
    """What was taken as something else than it said, but for capital letters."""
    table = Table("file", "column", "as delivered", "taken as", "rows", box=None)
    table.columns[-1].justify = "right"
    for file, column, local, ours, rows in spellings.itertuples(index=False):
        if local.lower() != ours:
            table.add_row(*map(escape, (file, column, local, ours)), f"{rows:,}")
    if table.row_count:
        _console.print(table)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    if not _console.is_terminal:
        yield _line_by_line()
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=_console,
    )
    with bar:
        task = bar.add_task("Starting", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)
        bar.update(task, description="Done", completed=1.0)


def _line_by_line() -> Callable[[str, float], None]:
    """For logs: every step when it begins."""
    told: list[str] = []

    def tell(step: str, _share: float) -> None:
        if step not in told[-1:]:
            told.append(step)
            _console.print(step, markup=False, soft_wrap=True)

    return tell


if __name__ == "__main__":
    sys.exit(main())
