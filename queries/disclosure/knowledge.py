"""Rule 2: whom the viewer cannot see.

A coordinator knows the students of the own list to the day: an aggregate less these is a figure
of the others. So the students that count are the unknown ones. For everybody else all are unknown.
"""

from __future__ import annotations

import sqlalchemy as sa

from queries.schema import contacted_student, served_student
from queries.viewer import Viewer


def is_known(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Whether a served student is on the viewer's own list."""
    if not viewer.known_districts:
        return sa.false()
    own = sa.select(contacted_student.c.student_id).where(
        contacted_student.c.district_code.in_(viewer.known_districts)
    )
    return served_student.c.student_id.in_(own)
