"""Exports with bad habits load right with the mapping that is proposed, or are refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from queries import schema
from reporting.__main__ import main
from reporting.contract import DISTRICTS, INPUT_FILES, STUDENTS
from reporting.delivery import Source, take_delivery
from reporting.errors import DeliveryRefusedError
from reporting.mapping import read_mapping
from reporting.proposal import propose
from reporting.staging import StagedFile
from tests.conftest import Delivery
from tests.reporting.dirty_files import (
    ADA,
    FILES,
    LOADED,
    LOG,
    POWERSCHOOL,
    DirtyFile,
    text,
    workbook,
)

TODAY = date(2024, 3, 1)

VISITS = sa.select(
    schema.visit.c["visit_id", "student_id", "visit_date", "modality", "outcome", "visitor_type"]
).order_by(schema.visit.c.visit_id)
DAYS = sa.select(schema.attendance_day).order_by("student_id", "date")
ROWS = {
    "visits": VISITS,
    "attendance": sa.select(schema.attendance_month).order_by("student_id"),
    "attendance_daily": DAYS,
    "attendance_periods": DAYS,
    "enrollments": sa.select(
        schema.enrollment.c["student_id", "school_year", "district_code", "grade", "entry_date"]
    ).order_by("student_id"),
}


@pytest.fixture(scope="module")
def database_of_facts() -> Iterator[sa.Connection]:
    """A database that lives as long as these tests: its marts are not what they ask for."""
    engine = sa.create_engine("duckdb:///:memory:", connect_args={"config": {"threads": 1}})
    with engine.connect() as connection:
        schema.metadata.create_all(connection, tables=schema.FACTS)
        connection.commit()
        yield connection
    engine.dispose()


@pytest.fixture
def facts(database_of_facts: sa.Connection) -> Iterator[sa.Connection]:
    yield database_of_facts
    database_of_facts.rollback()


def load_facts(
    connection: sa.Connection, folder: Path, mapping: str, kind: str, made: Path
) -> pd.DataFrame:
    """The loader's steps but for the marts; gives the rejected rows of a kind of file."""
    made.mkdir()
    delivered = take_delivery(
        Source(folder), read_mapping(mapping), made, lambda _step, _share: None
    )
    [wanted] = [file for file in INPUT_FILES if file.name == kind]
    for file in (DISTRICTS, STUDENTS, wanted):
        staged = StagedFile(connection, file, *delivered.files[file], TODAY)
        staged.merge()
    return staged.rejected_rows()


def put_into(delivery: Delivery, dirty: DirtyFile) -> Path:
    """The dirty file takes the place of the clean one of its kind."""
    clean = "attendance" if dirty.kind.startswith("attendance") else dirty.kind
    (delivery.folder / f"{clean}.csv").unlink()
    path = delivery.folder / dirty.name
    dirty.write(path)
    return path


def proposed_and_decided(path: Path, dirty: DirtyFile) -> Path:
    """The proposed mapping, after a person has decided what its doubts leave open."""
    proposal = propose(path)
    for words in dirty.doubts:
        assert words in " ".join(proposal.doubts)
    mapping = proposal.text
    for proposed, said in dirty.decided:
        assert mapping.count(proposed) == 1
        mapping = mapping.replace(proposed, said)
    target = path.with_suffix(".toml")
    target.write_text(mapping, encoding="utf-8")
    return target


LOADED_RIGHT = [dirty for dirty in FILES if not dirty.refused]
REFUSED = [dirty for dirty in FILES if dirty.refused]


@pytest.mark.parametrize("dirty", LOADED_RIGHT, ids=lambda dirty: dirty.habit)
def test_a_file_with_a_bad_habit_gives_the_rows_of_the_clean_one(
    delivery: Delivery, facts: sa.Connection, dirty: DirtyFile
) -> None:
    path = put_into(delivery, dirty)
    mapping = proposed_and_decided(path, dirty)
    rejected = load_facts(
        facts, delivery.folder, str(mapping), dirty.kind, delivery.folder / "made"
    )
    assert [tuple(row) for row in facts.execute(ROWS[dirty.kind])] == list(dirty.loaded)
    reasons = " ".join(rejected["reason"])
    assert dirty.rejected in reasons if dirty.rejected else not reasons


@pytest.mark.parametrize("dirty", REFUSED, ids=lambda dirty: dirty.habit)
def test_a_file_that_cannot_be_a_table_of_ours_is_refused_in_a_sentence(
    tmp_path: Path, dirty: DirtyFile
) -> None:
    path = tmp_path / dirty.name
    dirty.write(path)
    with pytest.raises(DeliveryRefusedError) as refusal:
        propose(path)
    assert str(refusal.value).startswith(dirty.name)
    assert dirty.refused in str(refusal.value)


def test_there_are_thirty_habits_and_more() -> None:
    assert len({dirty.habit for dirty in FILES}) == len(FILES) >= 30


# --- From the command line, marts and all ----------------------------------------


def test_a_workbook_is_mapped_and_loaded_with_two_commands(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    (delivery.folder / "visits.csv").unlink()
    log = delivery.folder / "Visit log 2021-22.xlsx"
    workbook(("Log", LOG))(log)
    assert main(["map", str(log)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    mapping = delivery.folder / "Visit log 2021-22.toml"
    assert printed.endswith(f"python -m reporting load {delivery.folder} --mapping '{mapping}'")
    assert main(["load", str(delivery.folder), "--mapping", str(mapping)]) == 0
    assert delivery.read(VISITS) == LOADED


def test_days_with_codes_become_months(delivery: Delivery) -> None:
    [dirty] = [dirty for dirty in FILES if dirty.habit.endswith("PowerSchool")]
    path = put_into(delivery, dirty)
    mapping = proposed_and_decided(path, dirty)
    assert main(["load", str(delivery.folder), "--mapping", str(mapping)]) == 0
    assert delivery.read(sa.select(schema.attendance_month).order_by("student_id")) == [
        (ADA, "0640011", "2021-10", 2.0, 1.0),
        ("0000000002", "0640011", "2021-10", 2.0, 2.0),
    ]


def test_absences_alone_are_told_because_a_rate_needs_the_other_days_too(tmp_path: Path) -> None:
    path = tmp_path / "absences.csv"
    text([row for row in POWERSCHOOL if row[3] not in ("", "T")])(path)
    assert any("a list of absences" in doubt for doubt in propose(path).doubts)


# --- Without a mapping -----------------------------------------------------------

OURS = "visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
ROW = f"V-101,{ADA},2021-12-07,home,completed,school\n"


def test_a_byte_order_mark_needs_no_mapping(delivery: Delivery) -> None:
    delivery.write(visits="\ufeff" + OURS + ROW).load()
    assert delivery.read(VISITS) == LOADED[:1]


def test_a_workbook_with_our_names_needs_no_mapping(delivery: Delivery) -> None:
    (delivery.folder / "visits.csv").unlink()
    rows = [line.split(",") for line in (OURS + ROW).splitlines()]
    workbook(("Visits", rows))(delivery.folder / "visits.xlsx")
    delivery.load()
    assert delivery.read(VISITS) == LOADED[:1]


def test_semicolons_are_refused_and_the_way_out_is_named(delivery: Delivery) -> None:
    delivery.write(visits=(OURS + ROW).replace(",", ";"))
    with pytest.raises(DeliveryRefusedError, match=r"python -m reporting map visits\.csv"):
        delivery.load()
