"""The pages of the dashboard, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from access import may_load_deliveries
from pages import (
    data,
    district,
    districts,
    methods,
    overview,
    present,
    student,
    students,
    trajectories,
    visits,
)
from queries.deliveries import sees_deliveries
from queries.students import sees_students
from queries.viewer import Viewer


@dataclass(frozen=True)
class Page:
    """A page: its path, its title in the navigation, what builds it, for whom it is there."""

    path: str
    title: str
    layout: Callable[[], Any]
    is_for: Callable[[Viewer], bool] = lambda _viewer: True


def _looks_after_deliveries(viewer: Viewer) -> bool:
    return sees_deliveries(viewer) or may_load_deliveries()


PAGES = (
    Page(overview.PATH, overview.TITLE, overview.layout),
    Page(trajectories.PATH, trajectories.TITLE, trajectories.layout),
    Page(districts.PATH, districts.TITLE, districts.layout),
    Page(students.PATH, students.TITLE, students.layout, sees_students),
    Page(visits.PATH, visits.TITLE, visits.layout),
    Page(present.PATH, present.TITLE, present.layout),
    Page(methods.PATH, methods.TITLE, methods.layout),
    Page(data.PATH, data.TITLE, data.layout, _looks_after_deliveries),
)

# Found by the rest of the path, not in the navigation.
_STUDENT = Page(student.PATH, student.TITLE, student.layout, sees_students)
_DISTRICT = Page(district.PATH, district.TITLE, district.layout)

HOME = PAGES[0].path


def page_at(path: str | None) -> Page | None:
    """The page of a path; None where there is none."""
    if student.student_of(path):
        return _STUDENT
    if district.district_of(path):
        return _DISTRICT
    return next((page for page in PAGES if page.path == path), None)
