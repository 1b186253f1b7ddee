"""The audit log: who signed in and out, was refused, changed people, exported. Never the data.

One JSON object a line, appended; nothing in the program rewrites it. A month has a file of its own:
when the next begins, it is set aside as ``audit.log.2024-09``. Files go by their age alone, never
by their size: otherwise whoever asks often enough could push out what was recorded of them.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from threading import Lock
from typing import Any

_log = logging.getLogger(__name__)

_LONGEST_TEXT = 1_000
_KEPT_MONTHS = 12
_UNUSUAL = 50_000_000  # bytes in a month: a quarter of a million records of the usual length
_MONTH = re.compile(r"\d{4}-\d{2}")


class AuditError(Exception):
    """What cannot be recorded, and is therefore not done; the message is for the person."""


_NOT_RECORDED = (
    "This cannot be recorded, so it was not done. Tell whoever runs the dashboard that the audit "
    "log cannot be written."
)

_FILLS = (
    "The audit log has grown to %d MB this month, which is unusual: python -m access audit shows "
    "who fills it. Nothing of it is deleted for its size."
)


class AuditLog:
    """Appends records to a file; without a file it forgets them."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._lock = Lock()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)

    def record(self, who: str, what: str, **details: Any) -> None:
        """Append one event: ``who`` did ``what``. Raises AuditError where it cannot be.

        So it comes before what it tells of.
        """
        if self.file is None:
            return
        line = _line(who, what, details)
        try:
            with self._lock:
                _set_aside_last_month(self.file)
                size = _append(self.file, line)
        except OSError as error:
            _log.error("The audit log cannot be written: %s", error)
            raise AuditError(_NOT_RECORDED) from error
        if size // _UNUSUAL > (size - len(line)) // _UNUSUAL:
            _log.warning(_FILLS, size // 1_000_000)


def _line(who: str, what: str, details: dict[str, Any]) -> bytes:
    """A record in ASCII: no sign that somebody sent can end the line, or fail to be written."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"when": when, "who": who, "what": what} | details
    return json.dumps({name: _cut(value) for name, value in record.items()}).encode("ascii") + b"\n"


def _cut(value: Any) -> Any:
    if not isinstance(value, str) or len(value) <= _LONGEST_TEXT:
        return value
    return f"{value[:_LONGEST_TEXT]} [cut, {len(value):,} characters]"


def _append(file: Path, line: bytes) -> int:
    """Add a line, all of it or with an error; gives the bytes that the file now has."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        whole = line if _ends_a_line(descriptor) else b"\n" + line
        if os.write(descriptor, whole) < len(whole):
            raise OSError("there was no room for all of a record")
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _ends_a_line(descriptor: int) -> bool:
    """False after a record that was broken off, as on a full disk: the next is to be readable."""
    if os.fstat(descriptor).st_size == 0:
        return True
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) == b"\n"


# --- Months ---------------------------------------------------------------------------------


def _set_aside_last_month(file: Path) -> None:
    """Give what was written in an earlier month that month's name, and let go what is too old."""
    month = _month_written(file)
    if month is None or month >= f"{datetime.now(UTC):%Y-%m}":
        return
    try:
        # A link, because it never takes the place of a file: of two processes that come here at
        # once, the second is refused and has nothing left to do.
        with suppress(FileExistsError, FileNotFoundError):
            os.link(file, _of_month(file, month))
            file.unlink()
        _remove_old(file)
    except OSError as error:
        _log.warning("The audit log goes on in the file of last month: %s", error)


def _month_written(file: Path) -> str | None:
    """The month of the last record; None where there is none yet, or no file to set aside."""
    try:
        found = file.stat()
    except FileNotFoundError:  # also where another process has just set it aside
        return None
    return (
        f"{datetime.fromtimestamp(found.st_mtime, UTC):%Y-%m}" if S_ISREG(found.st_mode) else None
    )


def _of_month(file: Path, month: str) -> Path:
    return file.with_name(f"{file.name}.{month}")


def _remove_old(file: Path) -> None:
    now = datetime.now(UTC)
    years, month = divmod(12 * now.year + now.month - 1 - _KEPT_MONTHS, 12)
    oldest = _of_month(file, f"{years:04d}-{month + 1:02d}")
    for part in _months(file):
        if part < oldest:
            part.unlink(missing_ok=True)


def _months(file: Path) -> list[Path]:
    """Files of the months before, oldest first."""
    parts = file.parent.glob(f"{file.name}.*")
    return sorted(part for part in parts if _MONTH.fullmatch(part.suffix[1:]))


# --- Reading --------------------------------------------------------------------------------


def read_audit(file: Path) -> Iterator[dict[str, Any]]:
    """Every record kept, oldest first; one that was broken off is left out."""
    for part in (*_months(file), file):
        if part.exists():
            with part.open(encoding="utf-8") as lines:
                yield from (record for line in lines if (record := _read(line)) is not None)


def _read(line: str) -> dict[str, Any] | None:
    try:
        record: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return record
