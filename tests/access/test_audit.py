"""The audit log: what leaves is on it, whatever is asked and whatever happens to its file."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from access.audit import AuditError, AuditLog, read_audit
from exports.snapshots import listed
from tests.access.conftest import SETTINGS, Build, Site
from tests.access.test_deck_files import real_deck
from tests.exports.decks import kept

NOT_RECORDED = "This cannot be recorded, so it was not done."
IN_A_FOLDER = SETTINGS.replace("audit.log", "log/audit.log")


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEAP_SNAPSHOTS", str(tmp_path / "snapshots"))
    return tmp_path / "snapshots"


# --- A record is made, or nothing is done ---------------------------------------------------


def gone(here: Site) -> None:
    """The folder of the log is not there any more, and cannot be written to."""
    (here.folder / "log" / "audit.log").unlink()
    (here.folder / "log").rmdir()


def full(here: Site) -> None:
    """The log is on a disk without room."""
    log = here.folder / "log" / "audit.log"
    log.unlink()
    log.symlink_to("/dev/full")


Ask = Callable[[Site], TestResponse]
LEAVING: dict[str, tuple[str, Ask]] = {
    "the figures of a chart": ("pat", lambda s: s.ask("trajectory-csv", 1, "")),
    "an image of a chart": ("cora", lambda s: s.ask("timeline-export", 1, None, STUDENT)),
    "a list of students": (
        "cora",
        lambda s: s.ask("students-file.data", {"kind": "csv", "ids": ["0000000001"], "search": ""}),
    ),
    "the list on the screen": ("cora", lambda s: s.ask("students-grid.rowData", "")),
    "a student on the screen": ("cora", lambda s: s.ask("student-head", True, STUDENT)),
    "the figures of a student": ("cora", lambda s: s.ask("timeline-csv", 1, STUDENT)),
    "slides": ("lea", lambda s: form(s, "/present/file", kind="pptx", search=KEPT)),
    "figures of slides": ("lea", lambda s: form(s, "/present/file", kind="csv", search=KEPT)),
    "rejected rows": ("lea", lambda s: s.client.get("/data/rejected-rows.csv")),
    "a delivery": (
        "lea",
        lambda s: s.client.post(
            "/data/uploads",
            data=b"PK",
            headers={"X-CSRFToken": s.token(), "Content-Type": "application/zip"},
        ),
    ),
    "a snapshot deleted": ("lea", lambda s: form(s, f"/present/snapshots/{NUMBER}/delete")),
    "snapshots deleted": ("lea", lambda s: form(s, "/present/snapshots/oldest/delete?by=pat")),
}
STUDENT, NUMBER = "/students/0000000001", "a" * 16
KEPT = f"?snapshot={NUMBER}"


def form(here: Site, path: str, **fields: str) -> TestResponse:
    return here.client.post(path, data=fields, headers={"X-CSRFToken": here.token()})


@pytest.mark.parametrize("broken", [gone, full])
@pytest.mark.parametrize("what", LEAVING)
def test_what_cannot_be_recorded_does_not_leave_and_is_not_done(
    site: Build, what: str, broken: Callable[[Site], None]
) -> None:
    here = site(IN_A_FOLDER)
    kept(real_deck(), "May", "pat", number=NUMBER)
    who, ask = LEAVING[what]
    here.sign_in(who)
    here.client.get("/trajectories")
    broken(here)
    answer = ask(here)
    assert answer.status_code == 503
    assert NOT_RECORDED in answer.get_data(as_text=True)
    assert not any(leak in answer.data for leak in (b"Ada", b"0000000001", b"2021-12"))
    assert [entry.number for entry in listed(demonstration=False)] == [NUMBER]


@pytest.mark.parametrize("what", LEAVING)
def test_what_leaves_or_is_done_is_on_the_log(site: Build, what: str) -> None:
    here = site()
    kept(real_deck(), "May", "pat", number=NUMBER)
    who, ask = LEAVING[what]
    here.sign_in(who)
    here.client.get("/trajectories")
    before = len([*read_audit(here.folder / "audit.log")])
    assert ask(here).status_code in (200, 302, 400)
    after = [*read_audit(here.folder / "audit.log")][before:]
    assert after
    assert {record["who"] for record in after} == {who}


@pytest.mark.parametrize("broken", [gone, full])
def test_nobody_signs_in_unrecorded(site: Build, broken: Callable[[Site], None]) -> None:
    here = site(IN_A_FOLDER)
    here.sign_in("lea", "wrong")
    broken(here)
    for password in ("wrong", "correct horse battery"):
        answer = here.sign_in("lea", password)
        assert answer.status_code == 503
        assert NOT_RECORDED in answer.get_data(as_text=True)
        assert here.client.get("/_dash-layout").status_code == 401


@pytest.mark.parametrize("broken", [gone, full])
def test_whoever_leaves_is_let_go_recorded_or_not(
    site: Build, broken: Callable[[Site], None]
) -> None:
    here = site(IN_A_FOLDER)
    here.sign_in("lea")
    broken(here)
    assert form(here, "/sign-out").status_code == 302
    assert here.client.get("/_dash-layout").status_code == 401


HALF_A_LETTER = "?x=\ud800"


@pytest.mark.parametrize(
    ("who", "output", "values"),
    [
        ("cora", "students-file.data", [{"kind": "csv", "ids": ["1"], "search": HALF_A_LETTER}]),
        ("cora", "students-file.data", [{"kind": "csv", "ids": ["1"], HALF_A_LETTER: ""}]),
        ("cora", "students-file.data", [{"kind": "csv", "ids": ["1", HALF_A_LETTER]}]),
        ("cora", "students-grid.rowData", [HALF_A_LETTER]),
        ("pat", "trajectory-csv", [1, HALF_A_LETTER]),
    ],
)
def test_half_a_letter_is_refused_before_anything_leaves(
    site: Build, who: str, output: str, values: list[object]
) -> None:
    here = site()
    here.sign_in(who)
    answer = here.ask(output, *values)
    assert answer.status_code == 400
    assert "no text" in answer.get_json()["error"]


# --- Nobody fills it, empties it or writes another's record ------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.log"


def test_a_text_of_any_length_is_cut_and_said_to_be(log: Path) -> None:
    AuditLog(log).record("lea", "exported", selection="x" * 250_000, students=3)
    [record] = read_audit(log)
    assert record["selection"] == "x" * 1_000 + " [cut, 250,000 characters]"
    assert record["students"] == 3
    assert log.stat().st_size < 1_200


@pytest.mark.parametrize("sign", ["\n", "\r", "\x85", "\u2028", "\x9b", "\u202e", "\ud800", '"'])
def test_nobody_writes_a_record_of_their_own(log: Path, sign: str) -> None:
    forged = f'x{sign}{{"when": "2024-09-01", "who": "pat", "what": "exported"}}{sign}'
    AuditLog(log).record(forged, "was refused", file=forged)
    assert len(log.read_text(encoding="ascii").splitlines()) == 1
    [record] = read_audit(log)
    assert (record["who"], record["file"]) == (forged, forged)
    assert log.read_text().isascii()


def test_only_the_program_reads_it(log: Path) -> None:
    os.umask(os.umask(0))
    AuditLog(log).record("lea", "signed in")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def written_in(log: Path, month: str) -> None:
    """As if the last record were of that month."""
    at = datetime.fromisoformat(f"{month}-15T12:00:00+00:00").timestamp()
    os.utime(log, (at, at))


def test_a_month_has_a_file_and_all_are_read_in_order(log: Path) -> None:
    audit = AuditLog(log)
    for number, month in enumerate(months_ago(3, 2, 1)):
        audit.record("lea", "opened", number=number)
        written_in(log, month)
    audit.record("lea", "opened", number=3)
    assert [record["number"] for record in read_audit(log)] == [0, 1, 2, 3]
    assert sorted(part.name for part in log.parent.iterdir()) == [
        "audit.log",
        *(f"audit.log.{month}" for month in months_ago(3, 2, 1)),
    ]
    assert all(stat.S_IMODE(part.stat().st_mode) == 0o600 for part in log.parent.iterdir())


def months_ago(*numbers: int) -> list[str]:
    now = datetime.now(UTC)
    counted = [divmod(12 * now.year + now.month - 1 - number, 12) for number in numbers]
    return [f"{year:04d}-{month + 1:02d}" for year, month in counted]


def test_files_go_when_all_of_them_is_older_than_a_year_and_never_before(log: Path) -> None:
    for month in months_ago(14, 13, 12, 6):
        log.with_name(f"{log.name}.{month}").write_text(json.dumps({"month": month}) + "\n")
    (log.parent / "audit.log.bak").touch()
    audit = AuditLog(log)
    audit.record("lea", "opened")
    written_in(log, *months_ago(1))
    audit.record("lea", "opened")
    kept = {part.name for part in log.parent.iterdir()}
    names = {f"audit.log.{month}" for month in months_ago(12, 6, 1)}
    assert kept == names | {"audit.log", "audit.log.bak"}


def test_a_flood_pushes_nothing_out_and_is_told(
    log: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("access.audit._UNUSUAL", 100_000)
    audit = AuditLog(log)
    for number in range(300):
        audit.record("cora", "exported", number=number, selection="x" * 250_000)
    assert [record["number"] for record in read_audit(log)] == [*range(300)]
    assert [log] == [*log.parent.iterdir()]
    assert len(caplog.records) == 3
    assert "python -m access audit shows who fills it" in caplog.text


def test_a_record_broken_off_spoils_no_other(log: Path) -> None:
    audit = AuditLog(log)
    audit.record("lea", "signed in")
    with log.open("a") as file:
        file.write('{"when": "2024-')
    audit.record("lea", "signed out")
    assert [record["what"] for record in read_audit(log)] == ["signed in", "signed out"]


def test_a_record_that_does_not_fit_as_a_whole_is_none(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr("access.audit.os.write", lambda file, line: write(file, line[:9]))
    with pytest.raises(AuditError):
        AuditLog(log).record("lea", "signed in")


def test_processes_that_write_at_once_at_the_turn_of_a_month_lose_no_record(log: Path) -> None:
    logs = [AuditLog(log) for _ in range(8)]  # each with a lock of its own, as processes have
    logs[0].record("lea", "opened", number=-1)
    written_in(log, *months_ago(1))
    together = threading.Barrier(len(logs))

    def write(number: int) -> None:
        together.wait()
        for each in range(20):
            logs[number].record("lea", "opened", number=20 * number + each)

    with ThreadPoolExecutor(len(logs)) as pool:
        [*pool.map(write, range(len(logs)))]
    assert sorted(record["number"] for record in read_audit(log)) == [*range(-1, 160)]
