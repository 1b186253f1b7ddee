"""A database file that cannot be read: the dashboard and the commands say so, and nothing is lost.

The dashboard shows the data again as soon as a good file is back.
"""

from __future__ import annotations

import ctypes
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from werkzeug.test import TestResponse

from queries.schema import SCHEMA_VERSION
from reporting.__main__ import main
from tests.access.conftest import Build, Site

WIDTH = 4096  # of a header in DuckDB's file


def rewritten(change: str) -> Callable[[Path], None]:
    """Another file with a change in it takes the place of the one that the dashboard has open."""

    def rewrite(file: Path) -> None:
        changed = shutil.copy(file, file.with_suffix(".changed"))
        with duckdb.connect(changed) as engine:
            engine.execute(change)
        os.replace(changed, file)

    return rewrite


def noise(at: float) -> Callable[[Path], None]:
    """Random bytes over the file's 20 % from a place on."""

    def write(file: Path) -> None:
        size = file.stat().st_size
        with file.open("r+b") as opened:
            opened.seek(int(at * size))
            opened.write(random.Random(7).randbytes(size // 5))

    return write


def of_something_else(file: Path) -> None:
    theirs = file.with_suffix(".theirs")
    with duckdb.connect(theirs) as engine:
        engine.execute("CREATE TABLE meta AS SELECT 'theirs' AS owner")
    os.replace(theirs, file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


# How a file is spoiled, what the dashboard says, and what a load says.
DAMAGED = "cannot be read as a reporting database"
BROKEN_OFF = "The work was broken off"
SPOILED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "no bytes": (lambda file: file.write_bytes(b""), DAMAGED, BROKEN_OFF),
    "half of it": (lambda file: os.truncate(file, file.stat().st_size // 2), DAMAGED, BROKEN_OFF),
    "its beginning": (lambda file: os.truncate(file, 3 * WIDTH), DAMAGED, BROKEN_OFF),
    "noise in front": (noise(0), DAMAGED, BROKEN_OFF),
    "noise in its headers": (noise(0.001), DAMAGED, BROKEN_OFF),
    "a text": (lambda file: file.write_text("month,rate\n" * 9_999), DAMAGED, BROKEN_OFF),
    "a folder": (a_folder, DAMAGED, BROKEN_OFF),
    "a database of something else": (of_something_else, "is empty", "tables of another program"),
    "of a later version": (
        rewritten(f"UPDATE meta SET schema_version = {SCHEMA_VERSION + 1}"),
        "later program",
        "later program",
    ),
}


def test_a_spoiled_file_is_told_and_left_alone_and_a_good_one_is_shown_again(
    site: Build, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    here = site(None)
    file = here.folder / "leap.duckdb"
    good = file.read_bytes()
    assert_shown(here)
    for name, (spoil, on_the_page, from_a_load) in SPOILED.items():
        with subtests.test(name):
            spoil(file)
            spoiled = content_of(file)
            assert_told(here, on_the_page)
            assert_refused(capsys, ["check"], on_the_page)
            assert_refused(capsys, ["load", str(here.folder / "delivery")], from_a_load)
            assert content_of(file) == spoiled
        put(file, good)
        assert_shown(here)


def test_noise_in_the_middle_is_told_where_a_question_meets_it(
    site: Build, caplog: pytest.LogCaptureFixture
) -> None:
    here = site(None)
    file = here.folder / "leap.duckdb"
    good = file.read_bytes()
    for at in (0.2, 0.4, 0.6, 0.8):
        noise(at)(file)
    assert_told(here, DAMAGED)
    assert "Corrupt database" in caplog.text
    put(file, good)
    assert_shown(here)


def test_a_form_sent_without_a_database_is_answered_in_words(site: Build) -> None:
    here = site(None)
    here.client.get("/present")
    (here.folder / "leap.duckdb").unlink()
    form = {"csrf_token": here.token(), "name": "May", "search": ""}
    answer = here.client.post("/present/snapshots", data=form)
    assert answer.status_code == 503
    assert "python -m reporting demo" in answer.text


def test_a_file_that_may_not_be_read_is_told(
    site: Build, capsys: pytest.CaptureFixture[str], subtests: pytest.Subtests
) -> None:
    here = site(None)
    file, delivery = here.folder / "leap.duckdb", str(here.folder / "delivery")
    for closed in (file, here.folder):
        os.utime(file)  # not the file that the dashboard has open
        with subtests.test(closed.name), without_rights_of_root(), no_permission(closed):
            assert_told(here, DAMAGED)
            assert_refused(capsys, ["check"], DAMAGED)
            assert_refused(capsys, ["load", delivery], "Permission denied")
        assert_shown(here)


def test_a_database_of_an_earlier_version_is_told_and_how_to_bring_it_up_to_date(
    site: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    here = site(None)
    earlier = f"UPDATE meta SET schema_version = {SCHEMA_VERSION - 1}"
    rewritten(earlier)(here.folder / "leap.duckdb")
    assert_told(here, "python -m reporting upgrade")
    assert_refused(capsys, ["check"], "python -m reporting upgrade")


# --- What the browser is answered, and the person at the command line --------------------------


def answers(here: Site) -> list[TestResponse]:
    """The page, what it is made of, and what it asks next."""
    return [
        here.client.get("/trajectories"),
        here.client.get("/_dash-layout"),
        here.ask("trajectory-figure", ""),
    ]


def assert_shown(here: Site) -> None:
    page, layout, figure = answers(here)
    assert [page.status_code, layout.status_code, figure.status_code] == [200] * 3
    assert b"Hartford" in layout.data
    assert b"no data to show" not in layout.data + figure.data


def assert_told(here: Site, words: str) -> None:
    page, layout, figure = answers(here)
    assert [page.status_code, layout.status_code, figure.status_code] == [200] * 3
    for answer in (layout, figure):
        assert "There is no data to show" in answer.get_data(as_text=True)
        assert words in answer.get_data(as_text=True)
        assert b"Traceback" not in answer.data


def assert_refused(capsys: pytest.CaptureFixture[str], command: list[str], words: str) -> None:
    capsys.readouterr()
    assert main(command) == 1
    printed = capsys.readouterr()
    assert "Refused." in printed.out
    assert words in " ".join(printed.out.split())
    assert "Traceback" not in printed.out + printed.err


# --- Files ---------------------------------------------------------------------------------------


def content_of(file: Path) -> bytes | list[Path]:
    return list(file.iterdir()) if file.is_dir() else file.read_bytes()


def put(file: Path, content: bytes) -> None:
    if file.is_dir():
        file.rmdir()
    file.write_bytes(content)


@contextmanager
def no_permission(path: Path) -> Iterator[None]:
    path.chmod(0)
    yield
    path.chmod(0o700)


@contextmanager
def without_rights_of_root() -> Iterator[None]:
    """Permissions bind root too, while it lays down two of its capabilities (in this thread)."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # the third version of the call; this thread
    held = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: twice 32 bits
    assert libc.capget(header, held) == 0
    bound = (ctypes.c_uint32 * 6)(*held)
    bound[0] &= ~0b110  # to read and to write whatever the permissions
    assert libc.capset(header, bound) == 0
    yield
    assert libc.capset(header, held) == 0
