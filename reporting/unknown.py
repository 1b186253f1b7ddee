"""Students of a delivery whom the database does not know, as many as may be told of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from queries.held import UNKNOWN, told_students
from reporting.staging import StagedFile


@dataclass(frozen=True)
class Unknown:
    """How many of the ``students`` of a delivery are unknown: about; None where few or none."""

    about: int | None
    students: int

    def told(self) -> list[str]:
        """In a sentence, or none."""
        return [f"About {self.about:,} {UNKNOWN}"] if self.about else []

    def refusal(self, max_rejected: float) -> str | None:
        """Why a delivery with so many is refused, if it is."""
        if not self.about or 100 * self.about <= max_rejected * self.students:
            return None
        return (
            f"About {self.about:,} of {self.students:,} {UNKNOWN}, more than the "
            f"{max_rejected:g} % allowed. Nothing was loaded."
        )


def unknown_students(connection: sa.Connection, staged: Iterable[StagedFile]) -> Unknown:
    """Drawn anew each time: to be asked once for a delivery."""
    numbers = [file.students() for file in staged if file.names_students]
    if not numbers:
        return Unknown(None, 0)
    of_all = sa.union_all(*numbers).subquery("of_all").c
    student = sa.distinct(of_all.student_id)
    counts = sa.select(sa.func.count(student), sa.func.count(student).filter(of_all.is_unknown))
    students, unknown = connection.execute(counts).one()
    about = told_students(unknown)
    return Unknown(about and min(about, students), students)
