"""What is worked out once a load: remembered until the next load, and bounded in number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Made = TypeVar("Made")

_MOST_REMEMBERED = 2_000
_results: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()
_lock = Lock()


def once(load_id: str, key: Hashable, make: Callable[[], Made]) -> Made:
    """The result of ``make``, worked out at the first call for a load and key."""
    with _lock:
        if (load_id, key) in _results:
            _results.move_to_end((load_id, key))
            found: Made = _results[load_id, key]
            return found
    made = make()
    with _lock:
        for old in [known for known in _results if known[0] != load_id]:
            del _results[old]
        _results[load_id, key] = made
        while len(_results) > _MOST_REMEMBERED:
            _results.popitem(last=False)
    return made
