"""What a nation would take: 50 million students, 3 million of them visited.

    python -m benchmarks.nation                     # over LEAP_DATABASE_URL; about ten minutes
    python -m benchmarks.nation --small             # a thirtieth of it
    python -m benchmarks.nation --postgresql URL    # and a tenth of it in an empty database there

Three questions. How many cores answer the trajectory's statement over all months of a nation's
visited, in a second and in a tenth? Do pages take longer where more students are not visited? What
would the comparison weigh, and do regions, each fitted by itself, add up to the same?

The months are invented, in a temporary folder of 3 GB; the rest is measured on the database, a
DuckDB file, and multiplied. ClickHouse runs inside this process; nothing else needs it, so it is
not among the requirements: ``pip install chdb clickhouse-connect``. Seconds are the processor's,
all threads added up, so that a busy machine does not count; a server's the clock's, on one core.
"""

from __future__ import annotations

import argparse
import gc
import math
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from evaluation.assessment import assess
from evaluation.histories import Records
from evaluation.matched import Fit, Stacks, fit, prepare
from queries import changes, effects, facets, official, schema, standing, students, visits
from queries.comparison import comparison_rows
from queries.database import Snapshot, database_url, snapshot
from queries.duckdb_file import file_of
from queries.filters import Filters, View
from queries.postgresql import adbc_uri
from queries.schema import COMPARISON_MONTHS, HEADLINE_MONTH, served_student, trajectory_month
from queries.trajectories import _all_rows, trajectory  # the former: the statement by itself
from queries.values import known_values
from queries.viewer import Viewer
from reporting.comparison import read_records, read_students

NATION = 50_000_000
# The program visited 9,132 of the 158,000 students whom its districts enrol in a year.
VISITED_PERCENT = 6
SMALL = 30
# One core should answer for a shard of a fiftieth in a tenth of a second.
SHARD, SAMPLE = 50, 10
ROUNDS = 3


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--postgresql", metavar="URL")
    options = parser.parse_args()
    file = file_of(database_url())
    if file is None:
        parser.error("LEAP_DATABASE_URL has to be a DuckDB file")
    if not all(map(find_spec, ("chdb", "clickhouse_connect"))):
        parser.error("ClickHouse is missing: pip install chdb clickhouse-connect")
    gc.disable()  # as timeit does: what one question left would be collected in the time of another
    visited = NATION * VISITED_PERCENT // 100 // (SMALL if options.small else 1)
    with tempfile.TemporaryDirectory() as name:
        print_trajectories(Path(name), visited, options.postgresql)
        print_unvisited(Path(name), file)
    print_comparison()


def least(act: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of the fastest of several rounds."""
    return min(_seconds(act, clock) for _round in range(ROUNDS))


def _seconds(act: Callable[[], Any], clock: Callable[[], float] = time.process_time) -> float:
    start = clock()
    act()
    return clock() - start


# --- The trajectory's statement -----------------------------------------------------------

VIEWS = {
    "all students": View(),
    "two filters, split by cohort": View(
        Filters(grade=("6-12",), modality=("home", "school")), "cohort"
    ),
    "same students, split by grades": View(split="grade_band", same_students=True),
    "one district": View(Filters(district=("0000500",))),
}


@dataclass(frozen=True)
class Answer:
    """A view's rows, and the seconds they took."""

    rows: pd.DataFrame
    seconds: float


def print_trajectories(folder: Path, visited: int, server: str | None) -> None:
    """The statement over all months of the visited: on every engine, whole and a shard."""
    whole = invented(folder / "whole.duckdb", visited)
    shard = invented(folder / "shard.duckdb", visited // SHARD)
    print(
        f"{f'months of {visited:,} visited':44}{'seconds':>8}{'of a scan':>11}"
        f"{'cores for 1 s':>15}{'for 0.1 s':>11}{f'1/{SHARD} of them':>13}"
    )
    found = answers(on_duckdb(whole))
    print_answers("DuckDB", found, answers(on_duckdb(shard)))
    on_clickhouse = clickhouse(folder / "clickhouse")
    other = answers(on_clickhouse(whole))
    print_answers("ClickHouse", other, answers(on_clickhouse(shard)))
    print(f"largest difference between their answers: {difference(found, other):.0e}")
    if server:
        sample = invented(folder / "sample.duckdb", visited // SAMPLE)
        tenth = answers(on_server(sample, sa.make_url(server)), time.perf_counter)
        print_answers("PostgreSQL", tenth, {}, SAMPLE)
    whole.unlink()


def answers(
    opened: AbstractContextManager[Snapshot], clock: Callable[[], float] = time.process_time
) -> dict[str, Answer]:
    """A plain scan of all months, then every view."""
    with opened as data:
        asked: dict[str, Callable[[], pd.DataFrame]] = {
            "plain scan": partial(data.frame, plain_scan()),
            **{name: partial(_all_rows, data, view) for name, view in VIEWS.items()},
        }
        return {name: Answer(ask(), least(ask, clock)) for name, ask in asked.items()}


def plain_scan() -> sa.Select[Any]:
    """The same figures without a selection: the least that an engine has to do."""
    months = trajectory_month.c
    spread = sa.func.stddev_samp(months.rate).label("spread")
    return (
        sa.select(
            months.event_month, sa.func.avg(months.rate).label("rate"), spread, sa.func.count()
        )
        .group_by(months.event_month)
        .order_by(months.event_month)
    )


def print_answers(
    engine: str, whole: Mapping[str, Answer], shard: Mapping[str, Answer], times: int = 1
) -> None:
    """A line a view; ``times`` what was asked makes the whole."""
    for name, answer in whole.items():
        seconds = times * answer.seconds
        of_shard = f"{1000 * shard[name].seconds:.0f} ms" if name in shard else ""
        print(
            f"{engine:14}{name:30}{seconds:>8.2f}"
            f"{answer.seconds / whole['plain scan'].seconds:>11.1f}"
            f"{math.ceil(seconds):>15}{math.ceil(10 * seconds):>11}{of_shard:>13}"
        )


def difference(some: Mapping[str, Answer], others: Mapping[str, Answer]) -> float:
    """The largest between two engines' rates, spreads and students."""
    return max(
        float((answer.rows[name] - others[view].rows[name]).abs().max())
        for view, answer in some.items()
        for name in ("rate", "spread", *(["students"] if view in VIEWS else []))
    )


_VISITED = """
INSERT INTO served_student BY NAME
SELECT printf('%010d', (number * 7368787 + 2021) % 10000000000) AS student_id,
       printf('%07d', 1 + floor(13000 * pow(hash(number, 1) % 1000000 / 1e6, 2))::INTEGER)
           AS district_code,
       $grades[1 + (hash(number, 2) % len($grades))::INTEGER] AS grade,
       if(hash(number, 2) % len($grades) < 7, 'PK-5', '6-12') AS grade_band,
       $modalities[1 + (hash(number, 3) % len($modalities))::INTEGER] AS modality,
       $visitor_types[1 + (hash(number, 4) % len($visitor_types))::INTEGER] AS visitor_type,
       $cohorts[1 + (hash(number, 5) % len($cohorts))::INTEGER] AS cohort,
       DATE '2018-07-01' + (hash(number, 5) % len($cohorts) * 183)::INTEGER AS first_visit_date
FROM range($visited) AS numbers(number)
"""
# Twenty of 22 months have days enrolled, as in the demonstration; nine of ten days are attended.
_MONTHS = """
INSERT INTO trajectory_month BY NAME
SELECT student_id, event_month,
       printf('2023-%02d', 1 + (event_month + 9) % 12) AS month,
       15.0 + chance % 7 AS days_enrolled,
       greatest(0, days_enrolled - floor(-2 * ln((1 + chance // 7 % 1000) / 1001)))
           AS days_attended,
       days_attended / days_enrolled AS rate
FROM (SELECT student_id, event_month, hash(student_id, event_month) AS chance
      FROM served_student CROSS JOIN range(-9, 13) AS months(event_month))
WHERE chance // 7000 % 11 > 0
"""
_TABLES = (schema.district, served_student, trajectory_month)


def invented(file: Path, visited: int) -> Path:
    """A DuckDB file with so many visited students; the same ones every time."""
    engine = sa.create_engine(sa.URL.create("duckdb", database=str(file)))
    schema.metadata.create_all(engine, tables=_TABLES)
    engine.dispose()
    values = {
        "grades": list(schema.GRADES),
        "modalities": list(schema.MODALITIES),
        "visitor_types": list(schema.VISITOR_TYPES),
        "cohorts": [name for y in range(18, 24) for name in (f"Summer 20{y}", f"20{y}-{y + 1}")],
    }
    with duckdb.connect(str(file)) as connection:
        connection.execute(_VISITED, values | {"visited": visited})
        connection.execute(_MONTHS)
    return file


@contextmanager
def _snapshot_of(engine: sa.Engine) -> Iterator[Snapshot]:
    with engine.connect() as connection:
        load = uuid.uuid4().hex
        yield Snapshot(connection, load, datetime(2024, 7, 1), date(2024, 6, 30), True, 10)
    engine.dispose()


def on_duckdb(file: Path) -> AbstractContextManager[Snapshot]:
    """The file as it is."""
    url = sa.URL.create("duckdb", database=str(file))
    return _snapshot_of(sa.create_engine(url, connect_args={"read_only": True}))


def clickhouse(folder: Path) -> Callable[[Path], AbstractContextManager[Snapshot]]:
    """Opens copies of DuckDB files in ClickHouse, all in one folder."""

    def engine(database: str) -> sa.Engine:
        # What an outer join misses is null; a column's name means the column, not its mean.
        standard = {"join_use_nulls": 1, "prefer_column_name_to_alias": 1}
        place = {"interface": "chdb", "path": str(folder), "database": database}
        return sa.create_engine("clickhousedb://", connect_args=place | standard)

    def copied(file: Path) -> AbstractContextManager[Snapshot]:
        with engine("default").connect() as connection, duckdb.connect(str(file)) as source:
            connection.exec_driver_sql(f"CREATE DATABASE {file.stem}")
            for table in _TABLES:
                parquet = file.with_suffix(".parquet")
                source.table(table.name).write_parquet(str(parquet))
                columns = ", ".join(f"`{column.name}` {_kind(column)}" for column in table.columns)
                key = "student_id" if "student_id" in table.columns else "tuple()"
                connection.exec_driver_sql(
                    f"CREATE TABLE {file.stem}.{table.name} ({columns}) ENGINE = MergeTree "  # noqa: S608
                    f"ORDER BY {key} AS SELECT * FROM file('{parquet}')"
                )
                parquet.unlink()
        return _snapshot_of(engine(file.stem))

    return copied


_KINDS = {
    sa.SmallInteger: "Int16",
    sa.Integer: "Int32",
    sa.Double: "Float64",
    sa.Boolean: "Bool",
    sa.Date: "Date",
    sa.String: "String",
}


def _kind(column: sa.Column[Any]) -> str:
    name = next(name for kind, name in _KINDS.items() if isinstance(column.type, kind))
    return name if column.name == "student_id" else f"Nullable({name})"


@contextmanager
def on_server(file: Path, url: sa.URL) -> Iterator[Snapshot]:
    """A copy of a DuckDB file on a PostgreSQL server, each query on one core."""
    options = {"options": "-c max_parallel_workers_per_gather=0 -c jit=off -c work_mem=256MB"}
    url = url.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, connect_args=options)
    schema.metadata.drop_all(engine, tables=_TABLES)
    schema.metadata.create_all(engine, tables=_TABLES)
    with (
        adbc.connect(adbc_uri(url)) as connection,
        connection.cursor() as cursor,
        duckdb.connect(str(file)) as source,
    ):
        for table in _TABLES:
            cursor.adbc_ingest(table.name, source.table(table.name), mode="append")
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    with _snapshot_of(engine) as data:
        yield data


# --- Students not visited -----------------------------------------------------------------

UNVISITED_TIMES = 4


def print_unvisited(folder: Path, file: Path) -> None:
    """What pages ask, as the database is and with several times the students not visited."""
    larger = folder / "larger.duckdb"
    shutil.copyfile(file, larger)
    multiply_unvisited(larger)
    print(
        f"\n{'seconds of what pages ask':44}{'as it is':>10}"
        f"{f'{UNVISITED_TIMES} times unvisited':>20}{'ratio':>8}"
    )
    with on_duckdb(file) as present, on_duckdb(larger) as other:
        asked = zip(page_queries(present).items(), page_queries(other).values(), strict=True)
        for (name, ask), ask_other in asked:
            rounds = [(_seconds(ask), _seconds(ask_other)) for _round in range(2 * ROUNDS)]
            now, then = map(min, zip(*rounds, strict=True))
            print(f"{name:44}{now:>10.3f}{then:>20.3f}{then / now:>8.2f}")


def multiply_unvisited(file: Path) -> None:
    """Every student never contacted several times, under other ids."""
    engine = sa.create_engine(sa.URL.create("duckdb", database=str(file)))
    copies = sa.func.range(1, UNVISITED_TIMES).table_valued("copy").render_derived()
    contacted = sa.select(schema.visit.c.student_id)
    with engine.begin() as connection:
        for table in (schema.student, schema.enrollment, schema.attendance_month):
            own = table.c.student_id
            others = [column for column in table.c if column is not own]
            rows = (
                sa.select(sa.func.concat(own, "-", copies.c.copy), *others)
                .join_from(table, copies, sa.true())
                .where(own.not_in(contacted))
            )
            names = [own.name, *(column.name for column in others)]
            connection.execute(sa.insert(table).from_select(names, rows))
    engine.dispose()


def page_queries(opened: Snapshot) -> dict[str, Callable[[], Any]]:
    """Figures for leadership, a coordinator's list and one of its students; nothing remembered."""
    load = opened.connection.execute(sa.select(schema.meta)).mappings().one()

    def data() -> Snapshot:
        dates = {"loaded_at": load["loaded_at"], "data_as_of": load["data_as_of"]}
        return replace(opened, load_id=uuid.uuid4().hex, **dates)

    leader, code = Viewer("leadership"), next(iter(known_values(opened).district))
    coordinator = Viewer("coordinator", districts=(code,))
    everybody, chosen = Filters(), Filters(grade=("6-12",), modality=("home",))
    scope = visits.visits_scope(leader, everybody)
    someone = students.caseload(data(), coordinator, everybody)["student_id"].iloc[0]
    return {
        "trajectory": lambda: trajectory(data(), leader, View(split="cohort")),
        "students left by each filter": lambda: facets.option_counts(data(), leader, chosen),
        "standing of districts": lambda: standing.standing(data(), leader, View(split="district")),
        "effect, filters fitted": lambda: effects.effect(data(), leader, chosen),
        "official rates": lambda: official.district_months(data(), leader),
        "visits": lambda: visits.volume(data(), leader, scope),
        "what the last load changed": lambda: changes.changes(data(), leader, chosen),
        "a district's list of students": lambda: students.caseload(data(), coordinator, everybody),
        "one student": lambda: students.one_student(data(), coordinator, someone),
    }


# --- The comparison -----------------------------------------------------------------------

REGIONS = 3
_MONTHS_TOLD = (1, HEADLINE_MONTH, 12)


def print_comparison() -> None:
    """Rows and bytes of the comparison, and regions fitted by themselves."""
    with snapshot() as data:
        designs = [comparison_rows(data, matched=matched) for matched in (True, False)]
        records = read_records(data.connection, read_students(data.connection))
    visited = int(designs[0].visited.sum())
    rows, size = (sum(map(count, designs)) for count in (_rows, _bytes))
    seconds = _seconds(partial(assess, *designs))
    times = NATION * VISITED_PERCENT / 100 / visited
    print(f"\n{'comparison':46}{'this database':>15}{'a nation':>15}")
    for name, value in (
        ("visited", visited),
        ("rows of both designs", rows),
        ("MB to hold them", size / 1e6),
        ("seconds to fit all", seconds),
    ):
        print(f"{name:46}{value:>15,.0f}{times * value:>15,.0f}")
    fewer = part(records, np.isfinite(records.visited_at) | (records.order % 2 == 0))
    ratio = _rows(prepare(fewer, COMPARISON_MONTHS)) / _rows(designs[0])
    print(f"{'rows with half of the students not visited':46}{ratio:>14.2f}x")
    print_regions(records, fit(designs[0], _MONTHS_TOLD))


def _rows(stacks: Stacks) -> int:
    return len(stacks.student)


def _bytes(stacks: Stacks) -> int:
    return sum(getattr(stacks, field.name).nbytes for field in fields(stacks))


def part(records: Records, chosen: npt.NDArray[Any]) -> Records:
    """The records of some of the students."""
    return replace(
        records, **{field.name: getattr(records, field.name)[chosen] for field in fields(records)}
    )


def print_regions(records: Records, whole: Fit) -> None:
    """The effect in one piece, and of regions: added up by students, and by precision."""
    last = records.days.shape[1] - 1 - np.argmax(records.days[:, ::-1] > 0, axis=1)
    home = records.district[np.arange(len(last)), last]
    place = np.argsort(np.argsort(-np.bincount(home)))
    fits = [
        fit(
            prepare(part(records, place[home] % REGIONS == region), COMPARISON_MONTHS), _MONTHS_TOLD
        )
        for region in range(REGIONS)
    ]
    effect = np.array([found.estimates.estimate for found in fits])
    error = np.array([found.estimates.standard_error for found in fits])
    weighed = (np.array([found.students for found in fits]), error**-2)
    pooled = [(weight * effect).sum(axis=0) / weight.sum(axis=0) for weight in weighed]
    print(f"\n{'effect, points':24}{'one piece':>14}{'by students':>14}{'by precision':>14}")
    for month, own, spread, *others in zip(
        _MONTHS_TOLD, whole.estimates.estimate, whole.estimates.standard_error, *pooled, strict=True
    ):
        told = "".join(f"{100 * other:>14.2f}" for other in others)
        print(
            f"{f'month {month}, {REGIONS} regions':24}{100 * own:>8.2f}±{100 * spread:<5.2f}{told}"
        )


if __name__ == "__main__":
    main()
