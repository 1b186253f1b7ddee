"""What is worked out once a load: remembered, and bounded in bytes.

What was asked for longest ago is forgotten first, so results of an earlier load go by themselves.
``LEAP_CACHE_MB`` is the most that a process remembers; 256 without it.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar

from cachetools import LRUCache

Made = TypeVar("Made")

_SETTING, _MEGABYTES, _MEGABYTE = "LEAP_CACHE_MB", "256", 2**20

# Python's objects take about ten times the room of their pickled form (measured on the frames
# and texts remembered here: 6 to 17); arrays take what they hold.
_PICKLED_TO_HELD = 10


@dataclass(frozen=True)
class Figures:
    """How a memory is doing: ``held`` of ``most`` bytes, calls answered from it, calls worked out.

    A caller who waited for another's work was answered from it.
    """

    held: int
    most: int
    hits: int
    misses: int


class Memory:
    """Results by load and key, in at most so many bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._results: LRUCache[tuple[str, Hashable], tuple[Any, int]] = LRUCache(
            most_bytes, getsizeof=_size_of_kept
        )
        self._under_way: dict[tuple[str, Hashable], Future[Any]] = {}
        self._lock = Lock()
        self._hits = self._misses = 0

    def once(self, load_id: str, key: Hashable, make: Callable[[], Made]) -> Made:
        """The result of ``make``, worked out at the first call for a load and key.

        Who asks while it is worked out waits for it, and gets the same result or error. An error
        is not remembered, nor is a result that does not fit. ``key`` names all that the result
        depends on; ``make`` may ask for other keys, never for its own.
        """
        place = (load_id, key)
        with self._lock:
            if place in self._results:
                self._hits += 1
                found: Made = self._results[place][0]
                return found
            is_first = place not in self._under_way
            work: Future[Made] = self._under_way.setdefault(place, Future())
            self._hits += not is_first
            self._misses += is_first
        if is_first:
            self._work_out(place, make, work)
        return work.result()

    def _work_out(
        self, place: tuple[str, Hashable], make: Callable[[], Made], work: Future[Made]
    ) -> None:
        try:
            made = make()
            self._keep(place, made)
            work.set_result(made)
        except BaseException as error:
            work.set_exception(error)
        finally:
            with self._lock:
                del self._under_way[place]

    def _keep(self, place: tuple[str, Hashable], made: object) -> None:
        size = size_in_memory(made)
        with self._lock:
            if size <= self._results.maxsize:
                self._results[place] = made, size

    def figures(self) -> Figures:
        """How it is doing now."""
        with self._lock:
            held, most = int(self._results.currsize), int(self._results.maxsize)
            return Figures(held, most, self._hits, self._misses)


def _size_of_kept(kept: tuple[Any, int]) -> int:
    return kept[1]


def size_in_memory(value: object) -> int:
    """Bytes that a result takes, about: arrays are counted without copying them."""
    arrays: list[pickle.PickleBuffer] = []
    pickled = _Counter()
    pickle.Pickler(pickled, protocol=5, buffer_callback=arrays.append).dump(value)
    return sum(array.raw().nbytes for array in arrays) + _PICKLED_TO_HELD * pickled.written


class _Counter:
    """A file that forgets what is written to it, but for its length."""

    written = 0

    def write(self, part: bytes) -> int:
        self.written += len(part)
        return len(part)


def _most_bytes() -> int:
    given = os.environ.get(_SETTING, _MEGABYTES)
    if not given.isdecimal():
        raise ValueError(f"{_SETTING} is “{given}”: it is a whole number of megabytes, such as 256")
    return int(given) * _MEGABYTE


_memory = Memory(_most_bytes())
once, figures = _memory.once, _memory.figures
