"""The contacted students of a selection, by their present district and grade."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries.filters import Filters
from queries.schema import STUDENT_GROUPS, contacted_student
from queries.student_groups import group_value
from queries.viewer import Viewer


def present_column(dimension: str) -> sa.ColumnElement[Any]:
    """The column of ``contacted_student`` of a dimension: the present district and grade."""
    if dimension in STUDENT_GROUPS:
        return group_value(contacted_student, dimension)
    return contacted_student.c["district_code" if dimension == "district" else dimension]


def in_caseload(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``contacted_student``, whose district and grade are the present ones."""
    return [present_column(name).in_(values) for name, values in filters.wanted().items()]


def unknown_to(viewer: Viewer, filters: Filters) -> sa.ColumnElement[bool]:
    """On ``contacted_student``: those whose number decides, because the viewer does not know them.

    A coordinator knows the own ones. But what is told of these alone as to others, a file, is for
    people who know none of them.
    """
    if not viewer.known_districts:
        return sa.true()
    is_own = contacted_student.c.district_code.in_(viewer.districts)
    chosen = set(filters.district)
    return is_own if chosen and chosen <= set(viewer.districts) else ~is_own
