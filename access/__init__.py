"""Who is asking, and whether they may."""

from __future__ import annotations

from queries.viewer import Viewer


def current_viewer() -> Viewer:
    """The person behind the current request.

    Only demonstration data is served, so every request is a visitor's with the role of
    leadership: aggregates of every district, no student by name.
    """
    return Viewer(role="leadership")
