"""What a load may take: time, memory, and no longer than until somebody asks it to stop.

Bounds are kept by the load itself, whoever started it and whether or not they are still there.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reporting.errors import DeliveryRefusedError

if os.name == "posix":
    import resource

_A_MOMENT = 0.5  # seconds
_MEGABYTE = 2**20

STOPPED = "It was stopped, as somebody asked. The database is as it was."
_ADVICE = "Deliver fewer months at a time, or have it loaded on the command line."


@dataclass(frozen=True)
class Bounds:
    """The most that a load may take; None: as much as it needs.

    ``megabytes`` of addresses, of which a load has about 2,000 more than it uses of memory.
    ``stop``: a file that ends the load as soon as there is one.
    """

    minutes: float | None = None
    megabytes: int | None = None
    stop: Path | None = None


@contextmanager
def bounded(bounds: Bounds, break_off: Callable[[str, bool], None]) -> Iterator[None]:
    """Keep the work within bounds.

    ``break_off`` is called from another thread with words, and whether somebody asked for it; it
    ends the process, or returns where it is too late. Raises DeliveryRefusedError where the memory
    does not suffice.
    """
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(bounds, over, break_off), daemon=True)
    watching.start()
    try:
        with _memory(bounds.megabytes):
            yield
    finally:
        over.set()


def _watch(bounds: Bounds, over: threading.Event, break_off: Callable[[str, bool], None]) -> None:
    minutes = bounds.minutes
    until = None if minutes is None else time.monotonic() + 60 * minutes
    while not over.wait(_A_MOMENT):
        if bounds.stop is not None and bounds.stop.exists():
            break_off(STOPPED, True)
        if until is not None and time.monotonic() > until:
            break_off(
                f"It took longer than the {minutes:g} minutes that a load may take, and was ended. "
                f"{_ADVICE}",
                False,
            )


@contextmanager
def _memory(megabytes: int | None) -> Iterator[None]:
    if megabytes is None or os.name != "posix":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, hard))
    try:
        yield
    except MemoryError as error:
        raise DeliveryRefusedError(
            f"It needs more memory than the {megabytes:,} MB that a load may take, and was ended. "
            f"The database is as it was. {_ADVICE}"
        ) from error
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
