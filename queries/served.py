"""The served students of a selection: the piece that every aggregate query starts from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries.filters import Filters
from queries.schema import served_student


def in_selection(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``served_student``; values of one dimension are alternatives."""
    columns: dict[str, sa.Column[Any]] = {
        "district": served_student.c.district_code,
        "grade": served_student.c.grade,
        "modality": served_student.c.modality,
        "visitor_type": served_student.c.visitor_type,
        "cohort": served_student.c.cohort,
    }
    chosen = filters.chosen()
    if "grade" in chosen:
        chosen["grade"] = filters.grades()
    return [columns[dimension].in_(values) for dimension, values in chosen.items()]


def split_column(split: str) -> sa.Column[Any]:
    """The column of ``served_student`` that a split or dimension groups by."""
    return served_student.c["district_code" if split == "district" else split]
