"""An Analytics Middle Tier of the tests' own: its views, over tables that the tests fill."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import duckdb
import sqlalchemy as sa

from queries.postgresql import adbc_uri
from reporting.sources.middle_tier import Reading, deliver
from tests.postgresql import Server

_STUDENT = """studentkey varchar, schoolkey varchar, schoolyear varchar,
    studentfirstname varchar, studentmiddlename varchar, studentlastname varchar,
    enrollmentdatekey varchar, gradelevel varchar, limitedenglishproficiency varchar,
    ishispanic boolean, sex varchar, internetaccessinresidence varchar,
    internetaccesstypeinresidence varchar, internetperformance varchar, digitaldevice varchar,
    deviceaccess varchar"""

# Columns and types as the Middle Tier 4.1 has them on PostgreSQL.
VIEWS = {
    "localeducationagencydim": """localeducationagencykey varchar,
        localeducationagencyname varchar, localeducationagencytype varchar,
        localeducationagencyparentlocaleducationagencykey varchar,
        localeducationagencystateeducationagencyname varchar,
        localeducationagencystateeducationagencykey varchar,
        localeducationagencyservicecentername varchar,
        localeducationagencyservicecenterkey varchar,
        localeducationagencycharterstatus varchar, lastmodifieddate timestamp""",
    "schooldim": """schoolkey varchar, schoolname varchar, schooltype varchar,
        schooladdress text, schoolcity varchar, schoolcounty varchar, schoolstate varchar,
        localeducationagencyname varchar, localeducationagencykey varchar,
        stateeducationagencyname varchar, stateeducationagencykey varchar,
        educationservicecentername varchar, educationservicecenterkey varchar,
        lastmodifieddate timestamp""",
    "studentschooldim": f"""studentschoolkey text, {_STUDENT}, lastmodifieddate timestamp,
        birthdate date""",
    "chrab_chronicabsenteeismattendancefact": """studentschoolkey text, studentkey varchar,
        schoolkey varchar, datekey text, reportedaspresentatschool integer,
        reportedasabsentfromschool integer, reportedaspresentathomeroom integer,
        reportedasabsentfromhomeroom integer, reportedasispresentinallsections integer,
        reportedasabsentfromanysection integer""",
}
WITH_LEAVERS = {
    "allstudentschooldim": f"""allstudentschoolkey text, studentschoolkey text, {_STUDENT},
        isenrolled boolean, exitwithdrawdate varchar, lastmodifieddate timestamp, birthdate date"""
}
FACT = "chrab_chronicabsenteeismattendancefact"


@dataclass
class MiddleTier:
    """A database with the views in the schema analytics, and a role that may read them alone."""

    server: Server
    database: str
    role: str

    @property
    def url(self) -> sa.URL:
        return sa.make_url(self.server.url(self.role, self.database))

    @property
    def owner_url(self) -> sa.URL:
        return sa.make_url(self.server.url("postgres", self.database))

    def run(self, script: str) -> None:
        self.server.run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", self.database, script=script)

    def make_views(self, views: dict[str, str]) -> None:
        self.run(
            "".join(
                f"CREATE TABLE edfi.{name} ({columns});"
                f"CREATE VIEW analytics.{name} AS SELECT * FROM edfi.{name};"
                f"GRANT SELECT ON analytics.{name} TO {self.role};"
                for name, columns in views.items()
            )
        )

    def replace_view(self, name: str, query: str) -> None:
        self.run(
            f"DROP VIEW analytics.{name}; CREATE VIEW analytics.{name} AS {query};"
            f"GRANT SELECT ON analytics.{name} TO {self.role};"
        )

    def fill(self, view: str, rows: duckdb.DuckDBPyRelation) -> None:
        """Append many rows, by COPY; columns that they lack stay null."""
        with adbc.connect(adbc_uri(self.owner_url)) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest(view, rows, mode="append", db_schema_name="edfi")
            connection.commit()

    def add(self, view: str, *rows: dict[str, Any]) -> None:
        """Append a few rows, each with the same columns."""
        table = sa.table(view, *(sa.column(name) for name in rows[0]), schema="edfi")
        engine = sa.create_engine(self.owner_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.insert(table), rows)

    def add_district(self, key: str, *schools: str, name: str = "A district") -> None:
        agency = {"localeducationagencykey": key, "localeducationagencyname": name}
        self.add("localeducationagencydim", agency)
        for school in schools:
            self.add("schooldim", {**agency, "schoolkey": school, "schoolname": f"School {school}"})

    def add_student(
        self, key: str, school: str, view: str = "studentschooldim", **more: Any
    ) -> None:
        usual = {
            "studentfirstname": "Ada",
            "studentlastname": "Example",
            "schoolyear": "2022",
            "enrollmentdatekey": "2021-09-01",
            "gradelevel": "Seventh grade",
            "limitedenglishproficiency": "Not applicable",
            "lastmodifieddate": "2021-09-15 08:00:00",
            "birthdate": "2010-05-01",
        }
        self.add(view, {"studentkey": key, "schoolkey": school, **usual, **more})

    def add_days(self, student: str, school: str, **days: int | dict[str, int]) -> None:
        """Days d20211001=1 (present) or 0 (absent), or the marks themselves."""
        no_marks = dict.fromkeys(MARKS, 0)
        self.add(
            FACT,
            *(
                {"studentkey": student, "schoolkey": school, "datekey": day.removeprefix("d")}
                | no_marks
                | (marks if isinstance(marks, dict) else reported(marks))
                for day, marks in days.items()
            ),
        )

    def deliver(self, into: Path, marks: dict[str, str] | None = None) -> Reading:
        into.mkdir(parents=True, exist_ok=True)
        return deliver(self.url, into, marks or {}, lambda _step, _share: None)


MARKS = [
    column.split()[0]
    for column in VIEWS[FACT].split(",")
    if column.split()[0].startswith("reportedas")
]


def reported(attended: int, at: str = "school") -> dict[str, int]:
    """The marks of a day that was reported as attended or absent at ``school`` or ``homeroom``."""
    return {f"reportedaspresentat{at}": attended, f"reportedasabsentfrom{at}": 1 - attended}


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: list(row.values()))


@contextmanager
def middle_tier_on(server: Server) -> Iterator[MiddleTier]:
    name = f"ods_{uuid.uuid4().hex}"
    tier = MiddleTier(server, name, f"reader_of_{name}")
    server.run("createdb", name)
    tier.run(
        f"CREATE ROLE {tier.role} LOGIN; CREATE SCHEMA edfi; CREATE SCHEMA analytics;"
        f"GRANT USAGE ON SCHEMA analytics TO {tier.role};"
    )
    tier.make_views(VIEWS)
    yield tier
    server.run("dropdb", "--force", name)
    server.run("dropuser", tier.role)
