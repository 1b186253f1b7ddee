"""The pages of the dashboard, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages import methods, trajectories


@dataclass(frozen=True)
class Page:
    """A page: its path, its title in the navigation, and what builds it."""

    path: str
    title: str
    layout: Callable[[], Any]


PAGES = tuple(Page(page.PATH, page.TITLE, page.layout) for page in (trajectories, methods))

HOME = PAGES[0].path


def page_at(path: str | None) -> Page | None:
    """The page of a path; None where there is none."""
    return next((page for page in PAGES if page.path == path), None)
