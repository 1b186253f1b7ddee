"""Where a load is, in a file for others to read: a page that shows how an upload goes."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reporting import told
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.load import LoadReport
from reporting.progress import Progress


class StatusFile:
    """A JSON file, whole at every moment; nothing is written without a path.

    step and share (0 to 1); when it has ended: ended, refusal (null: loaded), stopped (because
    somebody asked), outcomes, rules and remarks (``reporting.told``), crossed (districts).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._status: dict[str, Any] = {
            "step": "Starting",
            "share": 0.0,
            "ended": False,
            "stopped": False,
            "refusal": None,
            "outcomes": [],
            "rules": [],
            "remarks": [],
            "crossed": [],
        }

    def told_besides(self, shown: Progress) -> Progress:
        """Progress that is also written down."""

        def tell(step: str, share: float) -> None:
            self._write(step=step, share=round(share, 3))
            shown(step, share)

        return tell

    def report(self, report: LoadReport) -> None:
        """Write down what became of the delivery, as it may be told to whoever sent it."""
        self._write(
            refusal=report.refusal,
            outcomes=told.outcomes(report),
            rules=told.rules(report),
            remarks=report.told,
            crossed=report.crossed,
        )

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Say at the end that it is one, and what refused the load if anything did."""
        try:
            yield
        except (DeliveryRefusedError, MappingError) as error:
            self._write(refusal=str(error))
            raise
        finally:
            self._write(ended=True)

    def break_off(self, words: str, is_asked_for: bool) -> None:
        """End this process, and say why; not where somebody asked for it while it is published."""
        with self._writing:
            if is_asked_for and self._status["share"] >= 1:
                return
            self._write_down(refusal=words, stopped=is_asked_for, ended=True)
            sys.stderr.write(f"{words}\n")
            sys.stderr.flush()
            os._exit(1)  # whatever it is doing: what it holds is freed with it

    def _write(self, **news: Any) -> None:
        with self._writing:
            self._write_down(**news)

    def _write_down(self, **news: Any) -> None:
        self._status |= news
        if self._path is None:
            return
        unfinished = self._path.with_name(f"{self._path.name}.unfinished")
        unfinished.write_text(json.dumps(self._status), encoding="utf-8")
        os.replace(unfinished, self._path)
