"""How long work tells where it is."""

from __future__ import annotations

from collections.abc import Callable

# The step in words, and the share done, 0 to 1.
Progress = Callable[[str, float], None]
