"""The served students of a selection: the piece that every aggregate query starts from."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries.filters import Filters
from queries.schema import CUTS, served_student


def in_selection(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Conditions on ``served_student``; values of one dimension are alternatives."""
    chosen = filters.chosen()
    if "grade" in chosen:
        chosen["grade"] = filters.grades()
    return [split_column(dimension).in_(values) for dimension, values in chosen.items()]


def split_column(split: str) -> sa.Column[Any]:
    """The column of ``served_student`` that a split or dimension groups by."""
    return served_student.c.grade if split == "grade" else CUTS[split]
