"""The pages of the dashboard, in the order of the navigation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pages import (
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


@dataclass(frozen=True)
class Page:
    """A page: its path, its title in the navigation, what builds it, whether it names students."""

    path: str
    title: str
    layout: Callable[[], Any]
    names_students: bool = False


PAGES = (
    Page(overview.PATH, overview.TITLE, overview.layout),
    Page(trajectories.PATH, trajectories.TITLE, trajectories.layout),
    Page(districts.PATH, districts.TITLE, districts.layout),
    Page(students.PATH, students.TITLE, students.layout, names_students=True),
    Page(visits.PATH, visits.TITLE, visits.layout),
    Page(present.PATH, present.TITLE, present.layout),
    Page(methods.PATH, methods.TITLE, methods.layout),
)

# Found by the rest of the path, not in the navigation.
_STUDENT = Page(student.PATH, student.TITLE, student.layout, names_students=True)
_DISTRICT = Page(district.PATH, district.TITLE, district.layout)

HOME = PAGES[0].path


def page_at(path: str | None) -> Page | None:
    """The page of a path; None where there is none."""
    if student.student_of(path):
        return _STUDENT
    if district.district_of(path):
        return _DISTRICT
    return next((page for page in PAGES if page.path == path), None)
