"""Attacks on a PostgreSQL server by whoever asks what they like as the dashboard's role.

Row-level security keeps a query that forgets to ask for a district from naming anybody. Districts
are named by a setting of the transaction: who has the role's password can name them, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from queries.schema import NAMING, PRIVATE_COLUMNS, UNREAD
from tests.conftest import Database, Delivery, database_on

BEN_VISITED = "v2,0000000002,2021-12-08,home,completed,school"

# What is told of Ada and Ben, who are Hartford's and New Haven's, without any district named.
WHOLE = [
    *(f"SELECT * FROM {table.name}" for table in NAMING),
    *(f"COPY (SELECT * FROM {table.name}) TO STDOUT" for table in NAMING),
    "COPY contacted_name TO STDOUT",
    "TABLE contacted_name",
    "SELECT * FROM contacted_name FOR SHARE",
    "SELECT query_to_xml('SELECT * FROM contacted_name', true, true, '')",
    "SELECT table_to_xml('contacted_name', true, true, '')",
    "SELECT * FROM contacted_student JOIN contacted_name USING (student_id)",
    "SELECT * FROM contacted_name TABLESAMPLE BERNOULLI (100)",
]
# Errors tell of rows, where they are looked at before the policy.
ASIDE = [
    "SELECT * FROM contacted_name WHERE first_name::int > 0",
    "SELECT * FROM contacted_name WHERE birth_date::text::int > 0",
    "SELECT * FROM contacted_name WHERE 1 / (length(first_name) - 3) > 0",
    "SELECT count(*) FROM contacted_name GROUP BY first_name::int",
    "DO $$ BEGIN RAISE EXCEPTION '%', (SELECT max(first_name) FROM contacted_name); END $$",
    "SELECT * FROM pg_stats WHERE tablename IN ('contacted_name', 'student')",
    "SELECT * FROM pg_stats_ext_exprs",
]
FORBIDDEN = [
    *(f"COPY {table.name} TO STDOUT" for table in UNREAD),
    *(f"SELECT {column} FROM {t.name}" for t, names in PRIVATE_COLUMNS.items() for column in names),
    "SELECT * FROM rejected_row",
    "SELECT count(*) FROM student",
    "SELECT student FROM student",
    "SELECT stxdexpr FROM pg_statistic_ext_data",
    "SELECT stavalues1 FROM pg_statistic",
    "SELECT * FROM pg_authid",
    "COPY contacted_name TO '/tmp/names'",
    "COPY contacted_name TO PROGRAM 'cat'",
    "COPY contacted_name FROM STDIN",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_import('/etc/passwd')",
    "CREATE TEMPORARY VIEW mine AS SELECT * FROM contacted_name",
    "CREATE TEMPORARY TABLE mine AS SELECT * FROM contacted_name",
    "CREATE FUNCTION pg_temp.look(text) RETURNS bool COST 0.01 LANGUAGE plpgsql"
    " AS 'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END'",
    "CREATE FUNCTION look(text) RETURNS bool COST 0.01 LANGUAGE sql AS 'SELECT true'",
    "CREATE OPERATOR public.=== (PROCEDURE = texteq, LEFTARG = text, RIGHTARG = text)",
    "CREATE EXTENSION dblink",
    "CREATE POLICY all_of_them ON contacted_name USING (true)",
    "ALTER TABLE contacted_name DISABLE ROW LEVEL SECURITY",
    "ALTER ROLE leap_reader BYPASSRLS",
    "ALTER FUNCTION int4in(cstring) LEAKPROOF",
    "GRANT SELECT ON student TO leap_reader",
    "GRANT leap_loader TO leap_reader",
    "SET SESSION AUTHORIZATION leap_loader",
    "SET ROLE pg_read_all_data",
    "SET LOCAL row_security = off; SELECT * FROM contacted_name",
    "TRUNCATE contacted_name",
]


@pytest.fixture
def database(tmp_path: Path, run_folder: Path) -> Iterator[Database]:
    with database_on("postgresql", tmp_path, run_folder) as database:
        yield database


@pytest.fixture
def attacker(delivery: Delivery, database: Database) -> Iterator[psycopg.Connection]:
    """Signed in as the dashboard, in the current load, with what a role may set for itself."""
    delivery.add("visits", BEN_VISITED).load()
    address = database.reader_url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        [load_schema] = connection.execute("SELECT load_schema FROM leap.current_load").fetchone()
        connection.execute(f'SET search_path TO "{load_schema}"')
        yield connection


def answer(connection: psycopg.Connection, statement: str) -> str:
    """All that is said in answer, a refusal included."""
    said: list[str] = []
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    try:
        with connection.cursor() as cursor:
            if statement.startswith("COPY"):
                with cursor.copy(statement) as rows:
                    said += (bytes(row).decode() for row in rows)
            else:
                said.append(str(cursor.execute(statement).pgresult and rows_of(cursor)))
    except psycopg.Error as error:
        said.append(f"{error.sqlstate} {error}")
    return " ".join(said)


def rows_of(cursor: psycopg.Cursor) -> list[tuple]:
    return cursor.fetchall() if cursor.description else []


def test_no_way_of_asking_names_a_student_of_whom_no_district_is_named(
    attacker: psycopg.Connection,
) -> None:
    for statement in (*WHOLE, *ASIDE):
        said = answer(attacker, statement)
        assert not any(name in said for name in ("Ada", "Ben", "2010-05-01")), statement
        assert "division by zero" not in said, statement


def test_the_attacks_would_tell_of_students_if_they_could(attacker: psycopg.Connection) -> None:
    attacker.execute("SET leap.named_districts = '0640011'")
    for statement in ("COPY contacted_name TO STDOUT", "TABLE contacted_name", *ASIDE[:1]):
        said = answer(attacker, statement)
        assert "Ada" in said, statement
        assert "Ben" not in said, statement
    assert "division by zero" in answer(attacker, ASIDE[2])


@pytest.mark.parametrize(
    "named", ["%", "*", "0640011%", "{0640011}", "NULL", " 0640011", ",", "' OR true"]
)
def test_nothing_but_a_districts_code_names_its_students(
    attacker: psycopg.Connection, named: str
) -> None:
    attacker.execute("SELECT set_config('leap.named_districts', %s, false)", [named])
    assert attacker.execute("SELECT * FROM contacted_name").fetchall() == []


def test_the_dashboards_role_can_neither_change_nor_make_anything_nor_become_another(
    attacker: psycopg.Connection,
) -> None:
    for statement in FORBIDDEN:
        said = answer(attacker, statement)
        assert said.startswith(InsufficientPrivilege.sqlstate), f"{statement}: {said}"


def test_the_load_before_is_as_closed_as_the_present_one(
    attacker: psycopg.Connection, delivery: Delivery
) -> None:
    delivery.load()
    present = attacker.execute("SELECT load_schema FROM leap.current_load").fetchone()
    assert present != attacker.execute("SELECT current_schema()").fetchone()
    assert attacker.execute("SELECT * FROM contacted_name").fetchall() == []
    assert "permission denied" in answer(attacker, "SELECT * FROM student")
