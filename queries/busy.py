"""Work that is done for so many at a time: a few more wait, and whoever comes then is refused.

Waiting takes a thread of the server. Without a bound, those who wait for one thing would take
every thread, and nobody else would be answered.
"""

from __future__ import annotations

from threading import BoundedSemaphore

_WORDS = "Many are asking at once. Try again in a moment."


class BusyError(Exception):
    """Too many ask for the same at once; the message says what to do."""


class Places:
    """So many ``places`` at a time, and so many ``waiting`` for them, at most ``longest`` seconds.

    Used with ``with``, or by ``take`` and ``give_back``.
    """

    def __init__(self, places: int, waiting: int, longest: float | None = None) -> None:
        self._admitted = BoundedSemaphore(places + waiting)
        self._places = BoundedSemaphore(places)
        self._longest = longest

    def take(self) -> None:
        """Take a place, after a wait where none is free; raises BusyError."""
        if not self._admitted.acquire(blocking=False):
            raise BusyError(_WORDS)
        if not self._places.acquire(timeout=self._longest):
            self._admitted.release()
            raise BusyError(_WORDS)

    def give_back(self) -> None:
        """Let the next have a place that was taken."""
        self._places.release()
        self._admitted.release()

    def __enter__(self) -> None:
        self.take()

    def __exit__(self, *_error: object) -> None:
        self.give_back()
