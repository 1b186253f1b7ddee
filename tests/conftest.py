"""Small deliveries that a person can work out by hand."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from filelock import FileLock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from werkzeug.test import TestResponse

from queries.database import snapshot
from reporting.demonstration import write_demonstration
from reporting.load import LoadReport, load
from reporting.mapping import read_mapping
from tests import postgresql

# The same examples on every machine, however slow; --hypothesis-profile=new tries others.
settings.register_profile("new", settings.get_profile("ci"), derandomize=False)
settings.load_profile("ci")


class _Reader(FlaskClient):
    """Reads answers to their end, as browsers do: until then a question is under way."""

    def open(self, *args: Any, buffered: bool = True, **more: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **more)


Flask.test_client_class = _Reader

DISTRICTS = """district_code,district_name
0640011,Hartford
0930011,New Haven
"""
STUDENTS = """student_id,first_name,last_name,birth_date,home_language
0000000001,Ada,Example,2010-05-01,English
0000000002,Ben,Example,2011-06-01,Spanish
1000000003,Cy,Example,2012-07-01,English
"""
ENROLLMENTS = """student_id,school_year,district_code,grade,school_code,entry_date,exit_date
0000000001,2021-22,0640011,7,,2021-09-01,2022-06-14
0000000002,2021-22,0930011,3,,2021-09-01,2022-06-14
1000000003,2021-22,0640011,PK,,2021-09-01,2022-06-14
"""
ATTENDANCE_HEADER = "student_id,district_code,month,days_enrolled,days_attended\n"
VISITS = """visit_id,student_id,visit_date,modality,outcome,visitor_type
v1,0000000001,2021-12-07,home,completed,school
"""
SCHOOL_YEAR = [f"2021-{m:02d}" for m in range(9, 13)] + [f"2022-{m:02d}" for m in range(1, 7)]


def months(student: str, district: str, attended: list[int], first: int = 0) -> str:
    """Attendance rows of 20 days enrolled, from the given month of 2021-22 on."""
    return "".join(
        f"{student},{district},{month},20,{days}\n"
        for month, days in zip(SCHOOL_YEAR[first:], attended, strict=False)
    )


Made = TypeVar("Made")


@dataclass(frozen=True)
class Database:
    """Where a test's data is: as who loads it, and as the dashboard reads it."""

    loader_url: str
    reader_url: str


@contextmanager
def database_on(engine: str, folder: Path, run_folder: Path) -> Iterator[Database]:
    """An empty database of a test's own on ``duckdb`` or ``postgresql``."""
    if engine == "duckdb":
        url = f"duckdb:///{folder}/leap.duckdb"
        yield Database(url, url)
        return
    server = postgresql.shared_server(run_folder)
    name = f"test_{uuid.uuid4().hex}"
    server.make_database(name)
    yield Database(server.url("leap_loader", name), server.url("leap_reader", name))
    server.run("dropdb", "--force", name)


@dataclass
class Delivery:
    """A delivery folder to write into, and the database it is loaded into."""

    folder: Path
    url: str

    def write(self, **files: str | bytes) -> Delivery:
        """Write input files by name, without the ending; the others stay as they are."""
        self.folder.mkdir(exist_ok=True)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.folder / f"{name}.csv").write_bytes(data)
        return self

    def add(self, name: str, *rows: str) -> Delivery:
        """Append rows to an input file."""
        with (self.folder / f"{name}.csv").open("a") as file:
            file.write("".join(f"{row}\n" for row in rows))
        return self

    def load(self, max_rejected: float = 100, mapping: str | None = None) -> LoadReport:
        return load(self.folder, sa.make_url(self.url), read_mapping(mapping), max_rejected)

    def read(self, statement: sa.Select) -> list[tuple]:
        with snapshot() as data:
            return [tuple(row) for row in data.connection.execute(statement)]


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of a test run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture
def database(tmp_path: Path) -> Database:
    url = f"duckdb:///{tmp_path}/leap.duckdb"
    return Database(url, url)


@pytest.fixture
def delivery(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    """A delivery of two districts and three students, one of them visited in December."""
    monkeypatch.setenv("LEAP_DATABASE_URL", database.reader_url)
    monkeypatch.chdir(tmp_path)  # a load to a server works in data/ here
    return Delivery(tmp_path / "delivery", database.loader_url).write(
        districts=DISTRICTS,
        students=STUDENTS,
        enrollments=ENROLLMENTS,
        attendance=ATTENDANCE_HEADER
        + months("0000000001", "0640011", [18, 14, 10, 12, 16, 18, 19, 20, 20, 20])
        + months("0000000002", "0930011", [20] * 10),
        visits=VISITS,
    )


@dataclass(frozen=True)
class Program:
    """The demonstration of the 15 districts, written and loaded."""

    delivery: Path
    truth: Path
    url: str
    report: LoadReport


@pytest.fixture(scope="session")
def program(run_folder: Path) -> Program:
    """Made once for all tests that need a whole program's data, whichever process they run in."""
    return once_a_run(run_folder, "program", lambda: _program(run_folder / "program"))


def once_a_run(run_folder: Path, name: str, make: Callable[[], Made]) -> Made:
    """What ``make`` gives, made by the first process of a test run that asks for it."""
    made = run_folder / f"{name}.pickle"
    with FileLock(run_folder / f"{name}.lock"):
        if not made.exists():
            made.write_bytes(pickle.dumps(make()))
    found: Made = pickle.loads(made.read_bytes())  # noqa: S301 written by the line above
    return found


def _program(folder: Path) -> Program:
    delivery = write_demonstration(folder / "demonstration", "program", seed=2021)
    url = f"duckdb:///{folder}/leap.duckdb"
    report = load(delivery, sa.make_url(url), read_mapping(None))
    return Program(delivery, delivery.parent / "truth", url, report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the server that the tests of all processes shared."""
    if not hasattr(session.config, "workerinput"):
        factory: pytest.TempPathFactory = session.config._tmp_path_factory
        postgresql.stop_shared_server(factory.getbasetemp())
