"""Nothing goes wrong in silence: a right delivery with one habit of the field gives the right
marts, or the load, its files or ``check`` tell of the habit.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from queries import schema
from queries.database import snapshot
from reporting.__main__ import main
from reporting.delivery import DOUBTS_FILE, REJECTED_FILE
from tests.conftest import once_a_run
from tests.reporting.drawn import without_keys
from tests.reporting.field_habits import HABITS, Habit
from tests.reporting.right_delivery import right_delivery

SEED = 2021
COMPARED = (
    schema.served_student,
    schema.contacted_student,
    schema.contacted_name,
    schema.contacted_enrollment,
    schema.contacted_month,
    schema.contacted_week,
    schema.trajectory_month,
    schema.district_month,
    schema.school_year,
    schema.visit_month,
)

Marts = dict[str, pd.DataFrame]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{tmp_path}/leap.duckdb")
    monkeypatch.setenv("COLUMNS", "400")  # sentences are not broken
    return tmp_path


def marts() -> Marts:
    """The marts as plain rows in an order of their own, without what each database draws."""
    with snapshot() as data:
        frames = {table.name: data.frame(sa.select(*without_keys(table))) for table in COMPARED}
    return {
        name: frame.sort_values(list(frame.columns), ignore_index=True)
        for name, frame in frames.items()
    }


def differing(found: Marts, right: Marts) -> list[str]:
    """Names of the marts that differ by more than the last bits of a sum."""
    differ = []
    for name, frame in right.items():
        try:
            pd.testing.assert_frame_equal(found[name], frame, check_dtype=False, rtol=1e-9)
        except AssertionError:
            differ.append(name)
    return differ


def load(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """All that is said of a delivery: by the load, in its files, and by ``check``."""
    main(["load", str(folder)])
    main(["check"])
    lines = capsys.readouterr().out.splitlines()
    sentences = [
        line for line in lines if line.startswith(("•", "Refused.", "Nothing looks wrong"))
    ]
    for name, column in ((REJECTED_FILE, "reason"), (DOUBTS_FILE, "rule")):
        if (folder / name).exists():
            sentences += pd.read_csv(folder / name, dtype=str)[column].tolist()
    return "\n".join(sentences)


def right_marts(
    run_folder: Path, folder: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> Marts:
    """The marts of the right delivery, made once a run."""

    def make() -> Marts:
        load(right_delivery(SEED, form).write(folder / "right"), capsys)
        return marts()

    return once_a_run(run_folder, f"right-{form}", make)


@pytest.mark.parametrize("form", ["monthly", "daily"])
@pytest.mark.parametrize("seed", [SEED, 7, 8])
def test_a_right_delivery_gives_no_doubt(
    form: str, seed: int, database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = load(right_delivery(seed, form).write(database / "delivery"), capsys)
    assert said == "Nothing looks wrong."


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_no_habit_changes_a_figure_in_silence(
    habit: Habit,
    database: Path,
    run_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tables = right_delivery(SEED, habit.form)
    habit.change(tables, random.Random(f"{SEED} {habit.name}"))
    if habit.again:
        right_alone = tables.write(database / "alone")
        monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{database}/alone.duckdb")
        load(right_alone, capsys)
        right = marts()
        monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{database}/leap.duckdb")
        load(right_delivery(SEED, habit.form).write(database / "before"), capsys)
    else:
        monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{database}/right.duckdb")
        right = right_marts(run_folder, database, habit.form, capsys)
        monkeypatch.setenv("LEAP_DATABASE_URL", f"duckdb:///{database}/leap.duckdb")
    said = load(tables.write(database / "delivery"), capsys)
    if re.search(habit.says, said):
        return
    if "Refused" in said:
        pytest.fail(f"refused without a word of the habit: {said}")
    assert differing(marts(), right) == [], f"in silence: {said}"
