"""Bad days of a load: killed, no room on the disk, two at once, a clock set back.

Whatever happens, the database is the old one or the new one, whole, and the next load succeeds.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queries.changes import load_before
from queries.database import snapshot
from queries.schema import FACTS, MARTS, visit
from queries.schema import delivery as delivery_table
from tests.conftest import VISITS, Delivery, months
from tests.reporting.load_process import LoadProcess, die_at, start_load, wait_at
from tests.waiting import until

KILLED = -9
V2 = "v2,0000000002,2022-02-01,phone,completed,community"
V3 = "v3,1000000003,2022-02-02,home,completed,community"

Content = dict[str, list[str]]


def content() -> Content:
    """Every row of every fact and mart."""
    with snapshot() as data:
        return {
            table.name: sorted(map(str, data.connection.execute(sa.select(table))))
            for table in (*FACTS, *MARTS)
        }


def visits() -> list[str]:
    with snapshot() as data:
        return sorted(data.connection.scalars(sa.select(visit.c.visit_id)))


def load_ids() -> list[str]:
    loads = sa.select(delivery_table.c.load_id).order_by(delivery_table.c.loaded_at)
    with snapshot() as data:
        return list(dict.fromkeys(data.connection.scalars(loads)))


def database_file(delivery: Delivery) -> Path:
    return Path(str(sa.make_url(delivery.url).database))


def with_another_visit(delivery: Delivery) -> Delivery:
    """The delivery with a visit more and line ends of both kinds, which are read from a copy."""
    return delivery.write(visits=VISITS + f"{V2}\r\n")


# --- Killed ---------------------------------------------------------------------------------


def test_a_load_killed_at_any_step_leaves_the_old_database_and_no_obstacle(
    delivery: Delivery, tmp_path: Path
) -> None:
    delivery.load()
    old, clean = content(), set(tmp_path.rglob("*"))
    with_another_visit(delivery)
    for fatal in count(1):
        notes = tmp_path / f"{fatal}.txt"
        exit_code = start_load(delivery, partial(die_at, fatal, notes)).exit_code()
        steps = notes.read_text().splitlines()
        notes.unlink()
        if exit_code == 0:
            break  # it has fewer steps
        assert exit_code == KILLED
        assert content() == old
    assert {"Checking visits.csv", "Computing the marts", steps[-1]} <= set(steps)
    assert len(steps) == fatal - 1
    assert visits() == ["v1", "v2"]
    assert set(tmp_path.rglob("*")) == clean


def test_a_load_killed_at_any_moment_leaves_the_old_database_or_the_new_one(
    delivery: Delivery, tmp_path: Path
) -> None:
    spellings = (VISITS, VISITS.replace("home", "phone"))
    possible = [loaded(delivery.write(visits=visits)) for visits in spellings]
    clean, started = set(tmp_path.rglob("*")), time.monotonic()
    assert start_load(delivery).exit_code() == 0
    took = time.monotonic() - started
    for attempt in range(6):
        delivery.write(visits=spellings[attempt % 2])
        dying = start_load(delivery)
        time.sleep(random.uniform(0, took))
        dying.process.kill()
        dying.exit_code()
        assert content() in possible
    assert loaded(delivery) == possible[1]
    assert set(tmp_path.rglob("*")) == clean


def loaded(delivery: Delivery) -> Content:
    delivery.load()
    return content()


# --- No room --------------------------------------------------------------------------------

# How much may be written, as a share of the database: a copy of it fails, or what comes after.
ROOMS = (0.5, 1.05, 1.6)


def test_a_file_that_cannot_grow_refuses_the_load_in_words_and_leaves_the_database(
    delivery: Delivery, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    delivery.load()
    before = files_in(tmp_path)
    for room in ROOMS:
        with subtests.test(f"{room}"):
            largest = int(room * size_of_database(delivery))
            check_refused(start_load(delivery, largest_file=largest), "File too large")
            assert files_in(tmp_path) == before


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", disk], check=False)
    if mounted.returncode:
        pytest.skip("nobody may mount a disk here")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_refuses_the_load_in_words_and_leaves_the_database(
    delivery: Delivery, disk: Path, subtests: pytest.Subtests, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk = Delivery(disk / "delivery", f"duckdb:///{disk}/leap.duckdb")
    monkeypatch.setenv("LEAP_DATABASE_URL", on_disk.url)
    on_disk.write(**files_of(delivery)).load()
    before = files_in(disk)
    used = sum(path.stat().st_blocks * 512 for path in disk.rglob("*"))
    for room in ROOMS:
        with subtests.test(f"{room}"):
            size = used + int(room * size_of_database(on_disk))
            subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)
            check_refused(start_load(on_disk), "No space left on device", "Free some")
            assert files_in(disk) == before


def test_a_report_that_cannot_be_written_refuses_the_load(
    delivery: Delivery, tmp_path: Path
) -> None:
    delivery.load()
    (delivery.folder / "rejected.csv").unlink()
    (delivery.folder / "rejected.csv").mkdir()
    old, before = content(), set(tmp_path.rglob("*"))
    delivery.add("visits", V2)
    check_refused(start_load(delivery), "Is a directory")
    assert (content(), set(tmp_path.rglob("*"))) == (old, before)


def check_refused(load: LoadProcess, *words: str) -> None:
    assert load.exit_code() == 1
    said = load.said()
    assert "Refused." in said
    assert "Traceback" not in said
    assert all(word in said for word in words)


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files_of(delivery: Delivery) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in delivery.folder.iterdir()}


def size_of_database(delivery: Delivery) -> int:
    return database_file(delivery).stat().st_size


# --- Two at once ----------------------------------------------------------------------------


def test_a_second_load_says_that_it_waits_and_both_end_in_the_database(
    delivery: Delivery, tmp_path: Path
) -> None:
    delivery.load()
    other = Delivery(tmp_path / "other", delivery.url).write(**files_of(delivery))
    go = tmp_path / "go"
    first = start_load(delivery.add("visits", V2), partial(wait_at, "Computing the marts", go))
    until(lambda: "Computing the marts" in first.said())
    second = start_load(other.add("visits", V3))
    until(lambda: "Waiting for another load to end" in second.said())
    go.touch()
    assert (first.exit_code(), second.exit_code()) == (0, 0)
    assert visits() == ["v1", "v2", "v3"]
    assert len(load_ids()) == 3


# --- A clock set back -----------------------------------------------------------------------


class Clock(datetime):
    """What the loader takes the time from."""

    today: datetime

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.today.replace(tzinfo=tz)


def test_loads_keep_their_order_when_the_clock_is_a_year_back_for_a_while(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.load.datetime", Clock)
    made, before, ends = [], [], []
    add_a_town(delivery)
    for day, new in (("2023-06-20", None), ("2022-03-20", V2), ("2023-06-21", V3)):
        Clock.today = datetime.fromisoformat(day)
        if new:
            delivery.add("visits", new)
        assert delivery.load().rejected.empty
        with snapshot() as data:
            made.append(data.load_id)
            ends.append(f"{data.data_as_of}")
            earlier = load_before(data)
            before.append(earlier and earlier.load_id)
    assert made == sorted(set(made)) == load_ids()
    assert before == [None, *made[:-1]]
    assert ends == ["2022-06-30"] * 3
    assert {"v1", "v2", "v3"} < set(visits())


def add_a_town(delivery: Delivery) -> None:
    """Forty students of Hartford, ten of them visited: enough for an effect to be told."""
    students = [f"{number:010d}" for number in range(101, 141)]
    delivery.add("students", *(f"{student},A,B,2010-01-01,English" for student in students))
    stay = "2021-22,0640011,7,,2021-09-01,2022-06-14"
    delivery.add("enrollments", *(f"{student},{stay}" for student in students))
    delivery.add("attendance", *(months(student, "0640011", [16] * 9) for student in students))
    visit = "2021-12-07,home,completed,school"
    delivery.add("visits", *(f"w{student},{student},{visit}" for student in students[:10]))
