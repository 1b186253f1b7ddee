"""Waiting for what another process or thread does."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_WAIT = 120  # seconds, far more than anything takes on a slow and busy machine


def until(is_so: Callable[[], bool]) -> None:
    """Wait until it is so, and fail where it never is."""
    end = time.monotonic() + LONGEST_WAIT
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
