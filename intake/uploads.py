"""Uploads of deliveries: one at a time, loaded by a process of its own that outlives this one.

Each upload has a folder of its own that its owner alone can enter::

    20240903T101500-5f2c9a01/
        upload.json     who sent what, and its SHA-256
        work/           where the load works, until it has ended: the files, and what it makes
        status.json     how far the load is, as the loader writes it
        stop            where somebody asked the load to stop, who
        said.txt        what the loader printed
        rejected.csv    what it wrote about rows, kept: see docs/administering.md
        doubts.csv

Whoever loads holds a claim: a lock on one file, which the loader's process inherits. So every
process of the server sees whether a load is running, and a loader that died is seen to have.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Literal

import sqlalchemy as sa

from intake.archive import (
    DOUBTS_FILE,
    MAPPING_ENDING,
    MEGABYTE,
    REJECTED_FILE,
    ArchiveRefusedError,
    Limits,
    files_named,
    unpack,
)
from queries.database import database_url
from queries.duckdb_file import file_of

if os.name == "posix":
    import fcntl

_log = logging.getLogger(__name__)

State = Literal["running", "loaded", "refused", "stopped", "broken off"]

LOADER = (sys.executable, "-m", "reporting", "load")
_PROJECT = Path(__file__).parents[1]

# Secrets of the dashboard that a load has no need of.
_OF_THE_DASHBOARD = ("LEAP_SECRET_KEY", "LEAP_OPENID_CLIENT_SECRET", "LEAP_METRICS_TOKEN")
DATABASE_URL = "LEAP_UPLOADS_DATABASE_URL"

_NUMBER = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")
_WORK, _DELIVERY = "work", "delivery"
_UPLOAD, _STATUS, _SAID = "upload.json", "status.json", "said.txt"
_STOP = "stop"
_ARRIVING = "arriving-"
_KEPT = 20
_PATIENCE, _A_MOMENT, _A_DAY = 2.0, 0.05, 24 * 60 * 60  # seconds
_A_MINUTE = 60  # for a load to end by itself when its time is over
_LOADERS_NICENESS = 10  # pages come first
_LONGEST_NAME = 120

BUSY = "Another delivery is being loaded. One goes at a time: wait until it has ended."
_NOT_POSIX = "Uploads need Linux or macOS: here, load on the command line."
_OFF = "Uploads are switched off."
_READS_ALONE = (
    "The dashboard may only read its database. To load from here, let it write to the database’s "
    "folder; for a server, name the loader’s address in the settings: [uploads] database_url_file."
)


class UploadRefusedError(Exception):
    """An upload that is not loaded; the message says why. ``status`` is the answer's, of HTTP."""

    def __init__(self, words: str, status: int = 400) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class UploadSettings:
    """How deliveries may be uploaded.

    ``folder``: where; None: beside the database. ``mapping``: a file, or the name of one that
    ships, for deliveries without one of their own. ``database_url``: as who the loader writes;
    None: as the dashboard, which on a server may only read. ``minutes`` and ``megabytes`` (of
    addresses) are the most that a load may take.
    """

    enabled: bool = True
    folder: Path | None = None
    mapping: str | None = None
    database_url: str | None = field(default=None, repr=False)
    limits: Limits = field(default_factory=Limits)
    minutes: float = 60
    megabytes: int = 10_000


@dataclass(frozen=True)
class Upload:
    """A delivery that came, and what became of it.

    ``size`` in bytes, ``at`` when it came (UTC), ``by`` who sent it ("" where nobody signs in).
    ``share`` of the load from 0 to 1. ``outcomes``: rows by file (file, read, duplicate, rejected,
    good); ``rules``: rejected rows by file, column and rule; both as ``reporting.told`` has them.
    ``refusal`` where the loader refused it. ``crossed``: districts with enough served students now,
    and too few before.
    """

    number: str
    name: str
    size: int
    sha256: str
    by: str
    at: datetime
    state: State
    step: str
    share: float
    refusal: str | None
    outcomes: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    remarks: list[str]
    crossed: list[str]


class Uploads:
    """The uploads of one dashboard."""

    def __init__(
        self, settings: UploadSettings, ended: Callable[[Upload], None] = lambda _upload: None
    ) -> None:
        """``ended`` is told of every upload whose load has ended, once."""
        self._settings = settings
        self._ended = ended

    @property
    def limits(self) -> Limits:
        """How large an upload may be."""
        return self._settings.limits

    def obstacle(self) -> str | None:
        """Why nothing can be uploaded here, and what to do; None where it can."""
        if os.name != "posix":
            return _NOT_POSIX
        if not self._settings.enabled:
            return _OFF
        if not self._may_write():
            return _READS_ALONE
        try:
            self._make_folder()
        except OSError as error:
            return f"Uploads have no room: {self._folder} cannot be written ({error.strerror})."
        return None

    def receive(self, content: IO[bytes], name: str, size: int | None, by: str) -> Upload:
        """Take in a zip file named ``name``, of ``size`` bytes as far as is said; begin to load it.

        Raises UploadRefusedError where it cannot be, or is not a delivery; nothing is then left.
        """
        if words := self.obstacle():
            raise UploadRefusedError(words, 409)
        self._check_size(size or 0)
        self._check_idle()
        arriving = self._folder / f"{_ARRIVING}{secrets.token_hex(8)}"
        try:
            digest, received = self._store(content, arriving)
            with self._claimed() as claim:
                self._settle()
                self._remove_leftovers()
                return self._begin(arriving, _tidy(name), received, digest, by, claim)
        except ArchiveRefusedError as error:
            raise UploadRefusedError(str(error)) from error
        except OSError as error:
            _log.error("An upload could not be stored", exc_info=error)
            raise UploadRefusedError(f"It could not be stored: {error.strerror}.", 507) from error
        finally:
            arriving.unlink(missing_ok=True)

    def stop(self, by: str) -> Upload | None:
        """Ask the load under way to stop, which it does in a moment; None where there is none."""
        last = self.last()
        if last is None or last.state != "running":
            return None
        (self._folder / last.number / _STOP).write_text(by, encoding="utf-8")
        return last

    def last(self) -> Upload | None:
        """The upload that came last."""
        number = self._last_number()
        return None if number is None else self.find(number)

    def find(self, number: str) -> Upload | None:
        """The upload of a number; None where there is none."""
        place = self._place(number)
        if place is None:
            return None
        # In this order: what is no longer claimed has said its last.
        is_claimed = number == self._last_number() and self._is_claimed()
        if not is_claimed and (place / _WORK).exists():
            self._look_after()
        return _read(number, place, is_claimed=is_claimed)

    def kept_rejected(self, number: str) -> Path | None:
        """The rejected rows that an upload's load wrote down, if it did."""
        place = self._place(number)
        file = place / REJECTED_FILE if place else None
        return file if file is not None and file.exists() else None

    # --- Coming in ----------------------------------------------------------------------

    def _check_size(self, size: int) -> None:
        most = self._settings.limits.zipped
        if size > most:
            words = f"The zip file is larger than {most // MEGABYTE:,} MB, the most that is taken."
            raise UploadRefusedError(f"{words} Deliver fewer months at a time.", 413)

    def _check_idle(self) -> None:
        if self._is_claimed():
            raise UploadRefusedError(BUSY, 409)

    def _store(self, content: IO[bytes], file: Path) -> tuple[str, int]:
        """Write down what comes; gives its SHA-256 and its bytes."""
        digest, size = hashlib.sha256(), 0
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stored:
            while chunk := content.read(MEGABYTE):
                size += len(chunk)
                self._check_size(size)
                digest.update(chunk)
                stored.write(chunk)
        return digest.hexdigest(), size

    def _begin(
        self, archive: Path, name: str, size: int, digest: str, by: str, claim: int
    ) -> Upload:
        now = datetime.now(UTC)
        number = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        place = self._folder / number
        try:
            place.mkdir(mode=0o700)
            (place / _WORK / _DELIVERY).mkdir(parents=True)
            into = place / _WORK / _DELIVERY
            names = unpack(archive, into, self._settings.limits, self._files_of_mapping())
            told = {"name": name, "size": size, "sha256": digest, "by": by, "at": now.isoformat()}
            _write_whole(place / _UPLOAD, told)
            process = self._start(place, self._mapping(names), claim)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        threading.Thread(target=self._see_off, args=(process,), daemon=True).start()
        return _read(number, place, is_claimed=True)

    def _mapping(self, names: list[str]) -> str | None:
        """The delivery's own mapping, or that of the settings."""
        own = [name for name in names if name.lower().endswith(MAPPING_ENDING)]
        return f"{_DELIVERY}/{own[0]}" if own else self._settings.mapping

    def _files_of_mapping(self) -> set[str]:
        """What the mapping of the settings names, where it is a file."""
        file = Path(self._settings.mapping or "")
        return files_named(file.read_bytes()) if file.is_file() else set()

    def _start(self, place: Path, mapping: str | None, claim: int) -> subprocess.Popen[bytes]:
        command = [*LOADER, _DELIVERY, "--status", str(place / _STATUS)]
        command += ["--stop", str(place / _STOP), "--minutes", str(self._settings.minutes)]
        command += ["--megabytes", str(self._settings.megabytes)]
        command += ["--mapping", mapping] if mapping else []
        with (place / _SAID).open("wb") as said:
            process = subprocess.Popen(  # noqa: S603 our own program; no word of it is the sender's
                command,
                cwd=place / _WORK,  # where a load to a server has its working copy
                env=self._environment() | {"TMPDIR": str(place / _WORK)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                pass_fds=[claim],
                start_new_session=True,  # a signal to the server is none to the load
            )
        with suppress(OSError):  # it has ended by now, or may not be told
            os.setpriority(os.PRIO_PROCESS, process.pid, _LOADERS_NICENESS)
        return process

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _OF_THE_DASHBOARD}
        kept.pop(DATABASE_URL, None)
        if self._settings.database_url is not None:
            kept.pop("PGPASSWORD", None)  # the dashboard's own
        paths = [str(_PROJECT), *filter(None, [kept.get("PYTHONPATH")])]
        return kept | {
            "LEAP_DATABASE_URL": self._loader_url(),
            "PYTHONPATH": os.pathsep.join(paths),
        }

    def _may_write(self) -> bool:
        if self._settings.database_url is not None:
            return True
        file = file_of(database_url())
        return file is not None and os.access(file.parent, os.W_OK)

    def _loader_url(self) -> str:
        """Where the loader writes, whatever folder it works in."""
        if self._settings.database_url is not None:
            return self._settings.database_url
        file = str(file_of(database_url()))
        return sa.URL.create("duckdb", database=file).render_as_string()

    # --- The claim ------------------------------------------------------------------------

    @contextmanager
    def _claimed(self) -> Iterator[int]:
        """Hold the claim; a process that inherits the descriptor holds it on.

        Raises UploadRefusedError where another holds it.
        """
        descriptor = os.open(self._folder / "claim", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            until = time.monotonic() + _PATIENCE  # who looks whether it is held, holds it a moment
            while not _locks(descriptor):
                if time.monotonic() > until:
                    raise UploadRefusedError(BUSY, 409)
                time.sleep(_A_MOMENT)
            yield descriptor
        finally:
            os.close(descriptor)

    def _is_claimed(self) -> bool:
        try:
            descriptor = os.open(self._folder / "claim", os.O_RDWR)
        except OSError:
            return False  # nobody ever has
        try:
            return not _locks(descriptor)
        finally:
            os.close(descriptor)

    # --- Afterwards -------------------------------------------------------------------------

    def _see_off(self, process: subprocess.Popen[bytes]) -> None:
        try:
            process.wait(60 * self._settings.minutes + _A_MINUTE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._look_after()

    def _look_after(self) -> None:
        try:
            with self._claimed():
                self._settle()
        except UploadRefusedError:
            return  # the next load has begun, and settled before

    def _settle(self) -> None:
        """Remove delivered files, for their loads have ended; what these wrote of them stays."""
        for work in self._folder.glob(f"*/{_WORK}"):
            for name in (REJECTED_FILE, DOUBTS_FILE):
                written, kept = work / _DELIVERY / name, work.parent / name
                if written.exists():
                    os.replace(written, kept)
                    kept.chmod(0o600)
            shutil.rmtree(work, ignore_errors=True)
            number = work.parent.name
            if self._place(number) is not None:
                self._ended(_read(number, work.parent, is_claimed=False))

    def _remove_leftovers(self) -> None:
        """Remove all but the last uploads, and what was broken off on its way in."""
        old = time.time() - _A_DAY
        for file in self._folder.glob(f"{_ARRIVING}*"):
            if file.stat().st_mtime < old:
                file.unlink(missing_ok=True)
        whole = self._numbers()
        for place in self._folder.iterdir():
            if _NUMBER.fullmatch(place.name) and place.name not in whole[-_KEPT + 1 :]:
                shutil.rmtree(place, ignore_errors=True)

    # --- Folders ----------------------------------------------------------------------------

    @property
    def _folder(self) -> Path:
        if self._settings.folder is not None:
            return self._settings.folder
        file = file_of(database_url())
        return file.with_name(f"{file.stem}-uploads") if file else Path("data/uploads").resolve()

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
        self._folder.chmod(0o700)

    def _numbers(self) -> list[str]:
        """Of the uploads that came whole, in their order."""
        return sorted(
            file.parent.name
            for file in self._folder.glob(f"*/{_UPLOAD}")
            if _NUMBER.fullmatch(file.parent.name)
        )

    def _last_number(self) -> str | None:
        return max(self._numbers(), default=None)

    def _place(self, number: str) -> Path | None:
        if not _NUMBER.fullmatch(number):
            return None
        place = self._folder / number
        return place if (place / _UPLOAD).exists() else None


def _locks(descriptor: int) -> bool:
    """Whether the file was free, and is ours until the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_whole(file: Path, told: dict[str, Any]) -> None:
    """Nobody ever sees half of it."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    os.replace(part, file)


def _read(number: str, place: Path, *, is_claimed: bool) -> Upload:
    told = json.loads((place / _UPLOAD).read_text(encoding="utf-8"))
    status = _read_status(place / _STATUS)
    return Upload(
        number,
        told["name"],
        told["size"],
        told["sha256"],
        told["by"],
        datetime.fromisoformat(told["at"]),
        _state(status, is_claimed=is_claimed),
        status.get("step", "Starting"),
        status.get("share", 0.0),
        status.get("refusal"),
        status.get("outcomes", []),
        status.get("rules", []),
        status.get("remarks", []),
        status.get("crossed", []),
    )


def _read_status(file: Path) -> dict[str, Any]:
    try:
        status: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}  # the loader has not begun to write
    return status


def _state(status: dict[str, Any], *, is_claimed: bool) -> State:
    if is_claimed and not status.get("ended"):
        return "running"
    if status.get("refusal") is not None:
        return "stopped" if status.get("stopped") else "refused"
    # A loader that failed says that it has ended, and nothing of any file.
    return "loaded" if status.get("ended") and status.get("outcomes") else "broken off"


def _tidy(name: str) -> str:
    told = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    return told[:_LONGEST_NAME] or "delivery.zip"
