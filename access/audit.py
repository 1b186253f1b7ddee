"""The audit log: who signed in and out, was refused, changed people, exported. Never the data.

One JSON object a line, appended and rotated; nothing in the program rewrites it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from logging import LogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_LARGEST, _KEPT = 10_000_000, 20


class AuditLog:
    """Appends records to a file; without a file it forgets them."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._handler: RotatingFileHandler | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._handler = _PrivateFile(file, maxBytes=_LARGEST, backupCount=_KEPT, delay=True)

    def record(self, who: str, what: str, **details: Any) -> None:
        """Append one event: ``who`` did ``what``."""
        if self._handler is None:
            return
        when = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"when": when, "who": who, "what": what} | details, ensure_ascii=False)
        self._handler.handle(LogRecord("audit", 20, "", 0, line, None, None))


class _PrivateFile(RotatingFileHandler):
    def _open(self) -> Any:
        os.close(os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        return super()._open()


def read_audit(file: Path) -> Iterator[dict[str, Any]]:
    """Every record kept, oldest first."""
    rotated = sorted(
        file.parent.glob(f"{file.name}.*"), key=lambda path: int(path.suffix[1:]), reverse=True
    )
    for part in (*rotated, file):
        if part.exists():
            with part.open(encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines)
