"""Student groups: what schools record of a student, as filters that a setting switches on.

``LEAP_STUDENT_GROUPS="home_language,english_learner"``; none without it. The columns of a group
that is off are read by no query.

A home language is named where so many served students speak it that its name tells of none of
them. The others are one choice, which is always there, like *not recorded*: a choice that came
with a load would tell of whoever came with it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from queries.database import Snapshot
from queries.schema import STUDENT_GROUPS, served_student
from queries.viewer import THRESHOLDS

SETTING = "LEAP_STUDENT_GROUPS"

NOT_RECORDED, LESS_COMMON = "not-recorded", "less-common"

# Served students of a language that is named, to whoever asks.
FEWEST_NAMED = max(THRESHOLDS.values())

_LANGUAGE = "home_language"
_YES_OR_NO = {"yes": "Yes", "no": "No"}
_NOT_RECORDED_LABEL = {NOT_RECORDED: "Not recorded"}


class StudentGroupsError(Exception):
    """LEAP_STUDENT_GROUPS names what is no student group; the message says what can stand there."""


def read_student_groups(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The groups of LEAP_STUDENT_GROUPS in the order shown; raises StudentGroupsError."""
    given = [name.strip() for name in environment.get(SETTING, "").split(",")]
    if unknown := [name for name in given if name and name not in STUDENT_GROUPS]:
        raise StudentGroupsError(
            f"{SETTING}: “{unknown[0]}” is not a student group. "
            f"Name some of {', '.join(STUDENT_GROUPS)}, with commas between."
        )
    return tuple(name for name in STUDENT_GROUPS if name in given)


def group_value(table: sa.Table, group: str) -> sa.ColumnElement[str]:
    """What students of a mart count as in a group: a value of ``group_labels``."""
    recorded = table.c[group]
    if group != _LANGUAGE:
        return sa.func.coalesce(recorded, NOT_RECORDED)
    return sa.case(
        (recorded.is_(None), NOT_RECORDED),
        (recorded.in_(_named_languages()), recorded),
        else_=LESS_COMMON,
    )


def group_labels(data: Snapshot, group: str) -> dict[str, str]:
    """Value -> label of what can be chosen in a group; languages by their served students."""
    if group != _LANGUAGE:
        return _YES_OR_NO | _NOT_RECORDED_LABEL
    by_students = _named_languages().order_by(sa.func.count().desc(), _spoken)
    named = {language: language for language in data.connection.scalars(by_students)}
    return named | {LESS_COMMON: "Less common languages"} | _NOT_RECORDED_LABEL


# Of the mart by another name: conditions on the mart itself stand around it.
_spoken = served_student.alias("every_served_student").c[_LANGUAGE]


def _named_languages() -> sa.Select[Any]:
    return (
        sa.select(_spoken)
        .where(_spoken.is_not(None))
        .group_by(_spoken)
        .having(sa.func.count() >= FEWEST_NAMED)
    )
