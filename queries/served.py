"""The served students of a selection: the piece that every aggregate query starts from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries.filters import Filters
from queries.schema import (
    CUTS,
    FIRST_EVENT_MONTH,
    LAST_EVENT_MONTH,
    STUDENT_GROUPS,
    served_student,
    trajectory_month,
)
from queries.student_groups import group_value


def in_selection(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``served_student``; values of one dimension are alternatives."""
    return [split_column(dimension).in_(values) for dimension, values in filters.wanted().items()]


def split_column(split: str) -> sa.ColumnElement[Any]:
    """The column of ``served_student`` that a split or dimension groups by."""
    if split in STUDENT_GROUPS:
        return group_value(served_student, split)
    return served_student.c.grade if split == "grade" else CUTS[split]


def in_every_month() -> sa.Select[Any]:
    """Students with days enrolled in every month shown, the visit's own apart."""
    return (
        sa.select(trajectory_month.c.student_id)
        .where(trajectory_month.c.event_month != 0)
        .group_by(trajectory_month.c.student_id)
        .having(sa.func.count() == LAST_EVENT_MONTH - FIRST_EVENT_MONTH)
    )
