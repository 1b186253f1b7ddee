"""One student number, two children: the database's has another name and another birth date.

A last name alone changes by marriage, a birth date alone is corrected; both at once are nobody's.
Names are compared without case, accents, spaces and hyphens; what one side lacks says nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from queries.schema import student
from reporting.contract import Expression


def other_children(checked: sa.FromClause) -> sa.Select[Any]:
    """Checked rows of students whose number is another child's: record, student_id, words."""
    row = checked.c
    differs = sa.or_(
        _letters(row.value_first_name) != _letters(student.c.first_name),
        _letters(row.value_last_name) != _letters(student.c.last_name),
    )
    here = _person(row.value_first_name, row.value_last_name, row.value_birth_date)
    there = _person(student.c.first_name, student.c.last_name, student.c.birth_date)
    return (
        sa.select(
            row.record,
            row.value_student_id.label("student_id"),
            sa.func.concat(row.value_student_id, ": ", here, " here, ", there, " before").label(
                "words"
            ),
        )
        .join_from(checked, student, student.c.student_id == row.value_student_id)
        .where(row.fault.is_(None), differs, row.value_birth_date != student.c.birth_date)
    )


def _letters(name: Expression) -> Expression:
    plain = sa.func.strip_accents(sa.func.lower(name))
    return sa.func.nullif(sa.func.regexp_replace(plain, r"[^\p{L}\p{N}]", "", "g"), "")


def _person(first: Expression, last: Expression, born: Expression) -> Expression:
    return sa.func.concat_ws(" ", first, last, "born", sa.cast(born, sa.Text))
