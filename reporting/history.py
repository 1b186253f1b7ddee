"""What a load found, kept by later loads: what is new is told against it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from queries.schema import (
    CUTS,
    EVERYBODY,
    HEADLINE_MONTH,
    contacted_student,
    effect_check,
    effect_history,
    effect_month,
    response_history,
    served_student,
    trajectory_month,
)
from reporting.statements import insert_rows

# Findings of older loads are thinned out: of each month, those of its last load stay.
KEPT_IN_FULL = timedelta(days=60)


def record(connection: sa.Connection, load_id: str, loaded_at: datetime, data_as_of: date) -> None:
    """Add this load's findings to ``response_history`` and ``effect_history``."""
    load = (sa.literal(load_id).label("load_id"), sa.literal(loaded_at).label("loaded_at"))
    columns = [column.name for column in response_history.c][len(load) :]
    students = sa.select(*load, *(contacted_student.c[name] for name in columns))
    insert_rows(connection, response_history, students)
    for dimension, column in {EVERYBODY: sa.literal(EVERYBODY), **CUTS}.items():
        effects = _effects(dimension, column).add_columns(
            *load, sa.literal(data_as_of).label("data_as_of")
        )
        insert_rows(connection, effect_history, effects)


def thin_out(connection: sa.Connection, loaded_at: datetime) -> None:
    """Drop what loads found long before this one, but for the last load of each month."""
    for table in (response_history, effect_history):
        at = table.c.loaded_at
        last_of_months = sa.select(sa.func.max(at)).group_by(sa.func.date_trunc("month", at))
        connection.execute(
            sa.delete(table).where(at < loaded_at - KEPT_IN_FULL, at.not_in(last_of_months))
        )


def _effects(dimension: str, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The effect of every value of a dimension beside the mean rate of all its served students."""
    rates = (
        sa.select(
            column.label("value"),
            sa.func.avg(trajectory_month.c.rate).label("visited_rate"),
            sa.func.count().label("served"),
        )
        .join_from(
            served_student,
            trajectory_month,
            served_student.c.student_id == trajectory_month.c.student_id,
        )
        .where(trajectory_month.c.event_month == HEADLINE_MONTH)
        .group_by(sa.text("value"))
        .subquery("rates")
    )
    months, checks = effect_month.c, effect_check.c
    return (
        sa.select(
            months.dimension,
            months.value,
            rates.c.visited_rate,
            months.effect,
            months.standard_error,
            months.students,
            rates.c.served,
            checks.verdict,
        )
        .join_from(
            effect_month,
            effect_check,
            sa.and_(months.dimension == checks.dimension, months.value == checks.value),
        )
        .join(rates, rates.c.value == months.value)
        .where(
            months.dimension == dimension,
            months.design == "matched",
            months.event_month == HEADLINE_MONTH,
        )
    )
