"""Chronic absence as expressions over the facts: the words of ``evaluation.absence`` in a load."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from evaluation.absence import LEAST_DAYS, at_least, is_chronic
from queries.schema import enrollment, meta
from reporting.errors import DeliveryRefusedError

SETTING = "LEAP_LEAST_DAYS"
_MOST = 100

Expression = sa.ColumnElement[Any]


def least_days(environment: Mapping[str, str] = os.environ) -> int:
    """LEAP_LEAST_DAYS: who was enrolled for fewer days this school year counts in no chronic share.

    Ten days without it. Raises DeliveryRefusedError.
    """
    given = environment.get(SETTING, str(LEAST_DAYS)).strip()
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= _MOST):
        raise DeliveryRefusedError(
            f"{SETTING} is {given!r}. It is a number of days from 1 to {_MOST}: who was enrolled "
            f"for fewer this school year is not counted as chronically absent. Without it: "
            f"{LEAST_DAYS}."
        )
    return int(given)


def least_days_of_load() -> Expression:
    """The least days that this load counts by."""
    return sa.select(meta.c.least_days).scalar_subquery()


def rate_of(attended: Expression, enrolled: Expression) -> Expression:
    """Days attended / days enrolled; null without any."""
    return attended / sa.func.nullif(enrolled, 0)


def chronic(attended: Expression, enrolled: Expression) -> Expression:
    """Whether days of a school year so far are those of chronic absence; null for too few days."""
    has_enough = at_least(enrolled, least_days_of_load())
    return sa.case((has_enough, is_chronic(rate_of(attended, enrolled))))


def start_year_of(month: Expression) -> Expression:
    """The year in which the school year of a month ``YYYY-MM`` begins: it starts in August."""
    year = sa.cast(sa.func.left(month, 4), sa.Integer)
    return sa.case((sa.func.right(month, 2) >= "08", year), else_=year - 1)


def named_school_year(start_year: Expression) -> Expression:
    """2021 -> ``2021-22``."""
    end = sa.func.right(sa.cast(start_year + 1, sa.Text), 2)
    return sa.cast(start_year, sa.Text).concat("-").concat(end)


def school_year_of(month: Expression) -> Expression:
    """The school year of a month ``YYYY-MM``."""
    return named_school_year(start_year_of(month))


def in_pre_kindergarten() -> sa.Subquery:
    """Students and school years that published chronic shares leave out."""
    return (
        sa.select(enrollment.c.student_id, enrollment.c.school_year)
        .where(enrollment.c.grade == "PK")
        .distinct()
        .subquery("pre_kindergarten")
    )
