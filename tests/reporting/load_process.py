"""Loads in processes of their own: the real command, killed or held up on its way.

A server that has the program in memory forks them, so that each starts in milliseconds.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from reporting import __main__ as command_line
from tests.conftest import Delivery
from tests.waiting import LONGEST_WAIT

_ROOT = Path(__file__).parents[2]
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])

# What happens in the process when a step is told.
AtStep = Callable[[str], None]


@dataclass(frozen=True)
class LoadProcess:
    """A load under way, and the file that it prints into."""

    process: BaseProcess
    output: Path

    def said(self) -> str:
        """What the person who started it has read so far, as one line."""
        return " ".join(self.output.read_text().split())

    def exit_code(self) -> int:
        """Waits for the end; negative where a signal killed it."""
        self.process.join(LONGEST_WAIT)
        assert self.process.exitcode is not None
        return self.process.exitcode


def start_load(
    delivery: Delivery, at_step: AtStep | None = None, largest_file: int | None = None
) -> LoadProcess:
    """``python -m reporting load FOLDER``; it cannot write files larger than some bytes."""
    os.environ["PYTHONPATH"] = str(_ROOT)  # for the server, which the first call starts
    output = Path(tempfile.mkstemp(suffix=".txt", dir=delivery.folder.parents[1])[1])
    arguments = (delivery, output, at_step, largest_file)
    process = _PROCESSES.Process(target=_load, args=arguments, daemon=True)
    process.start()
    return LoadProcess(process, output)


def _load(
    delivery: Delivery, output: Path, at_step: AtStep | None, largest_file: int | None
) -> None:
    printed = os.open(output, os.O_WRONLY)
    os.dup2(printed, 1)
    os.dup2(printed, 2)
    os.environ["LEAP_DATABASE_URL"] = delivery.url
    tempfile.tempdir = str(delivery.folder.parent)
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    if at_step is not None:
        command_line.load = _watched(at_step)
    sys.exit(command_line.main(["load", str(delivery.folder)]))


def _watched(at_step: AtStep) -> Callable[..., Any]:
    load = command_line.load

    def watched_load(*arguments: Any, **options: Any) -> Any:
        *others, progress = arguments

        def tell(step: str, share: float) -> None:
            progress(step, share)
            at_step(step)

        return load(*others, tell, **options)

    return watched_load


# --- What may happen at a step ---------------------------------------------------------------


def die_at(fatal: int, notes: Path, step: str) -> None:
    """Write down every step, and die by SIGKILL at the one with this number."""
    told = notes.read_text().splitlines() if notes.exists() else []
    if step not in told:
        notes.write_text("\n".join([*told, step]))
        if len(told) + 1 == fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def wait_at(held: str, go: Path, step: str) -> None:
    """Wait at a step until a file is there."""
    while step == held and not go.exists():
        time.sleep(0.01)
