"""Parts of a stacked bar that are too few to be told by themselves: told together, never left out.

A part left out of a stack makes the bar too low, and the total less the parts shown would be the
part withheld. So the kinds of fewer students than the threshold, none included, are one part, which
holds at least the threshold of students and two kinds: where it does not, the next smallest kind
joins it. Whether a kind joined was of few students or of none decides nothing, so nothing tells it.
The kinds joined are always the smallest ones, so a higher threshold (of what leaves the screen)
joins parts that a lower one tells, and never cuts through one: the two cannot be subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

# The kind of the part that is told of several together.
TOGETHER = "other-kinds"

# Students by the kinds of contact that they had in a bar.
Students = Mapping[frozenset[str], int]


@dataclass(frozen=True)
class Bar:
    """One bar: contacts of every kind there is, and how many students had just these kinds.

    ``unknown`` are those of the students whom the viewer does not know: their number decides.
    """

    contacts: Mapping[str, int]
    students: Students
    unknown: Students

    def parts(self, threshold: int) -> list[dict[str, Any]]:
        """A part of every kind, then of those told together: kind, contacts, students, unknown.

        All four numbers are 0 of what is not told by itself. Of fewer students than the threshold
        is what is told together only where the whole bar is.
        """
        joined = self._joined(threshold)
        alone = [(kind, () if kind in joined else (kind,)) for kind in self.contacts]
        return [
            {
                "kind": name,
                "contacts": sum(self.contacts[kind] for kind in kinds),
                "students": behind(self.students, *kinds),
                "unknown": behind(self.unknown, *kinds),
            }
            for name, kinds in (*alone, (TOGETHER, joined))
        ]

    def _joined(self, threshold: int) -> tuple[str, ...]:
        """The kinds told together, the fewest students first; none where each is told.

        Never one kind alone: it is of too few students, so the next smallest joins it.
        """
        by_size = sorted(self.contacts, key=lambda kind: (behind(self.unknown, kind), kind))
        few = sum(behind(self.unknown, kind) < threshold for kind in by_size)
        if few and behind(self.unknown, *by_size[:few]) < threshold:
            few += 1
        return tuple(by_size[:few])


def behind(students: Students, *kinds: str) -> int:
    """Students with a contact of any of the kinds, each counted once."""
    return sum(number for had, number in students.items() if not had.isdisjoint(kinds))


def bars(
    kinds: Sequence[str],
    period: sa.ColumnElement[Any],
    kind: sa.ColumnElement[Any],
    student: sa.ColumnElement[Any],
    is_unknown: sa.ColumnElement[bool],
    rows: sa.Select[Any],
) -> sa.Select[Any]:
    """Contacts by period and by the set of kinds that a student had in it.

    period, kinds (a bit for each of ``kinds``), students, unknown (those of them whom the viewer
    does not know), and ``contacts_0`` ... of each kind; ``rows`` selects the contacts to count.
    """
    of_student = (
        rows.with_only_columns(
            period.label("period"),
            sa.func.max(sa.case((is_unknown, 1), else_=0)).label("unknown"),
            *(
                sa.func.count().filter(kind == name).label(f"contacts_{place}")
                for place, name in enumerate(kinds)
            ),
        )
        .group_by(sa.text("period"), student)
        .subquery("of_student")
    )
    numbers = [of_student.c[f"contacts_{place}"] for place in range(len(kinds))]
    had = sum(
        (sa.case((number > 0, 2**place), else_=0) for place, number in enumerate(numbers)),
        sa.literal(0),
    )
    return (
        sa.select(
            of_student.c.period,
            had.label("kinds"),
            sa.func.count().label("students"),
            sa.cast(sa.func.sum(of_student.c.unknown), sa.BigInteger).label("unknown"),
            *(sa.cast(sa.func.sum(number), sa.BigInteger).label(number.name) for number in numbers),
        )
        .group_by(of_student.c.period, sa.text("kinds"))
        .order_by(of_student.c.period, sa.text("kinds"))
    )


def parts_of(
    frame: pd.DataFrame, kinds: Sequence[str], periods: Sequence[date], threshold: int
) -> pd.DataFrame:
    """The rows of ``bars`` as parts that may be told: period, kind, contacts, students, unknown.

    The same rows of each of the ``periods``, whatever was in them.
    """
    by_period = dict(list(frame.groupby("period")))
    told = [
        {"period": period, **part}
        for period in periods
        for part in _bar(by_period.get(period, frame.head(0)), kinds).parts(threshold)
    ]
    return pd.DataFrame(told, columns=["period", "kind", "contacts", "students", "unknown"])


def _bar(rows: pd.DataFrame, kinds: Sequence[str]) -> Bar:
    had = [
        frozenset(kind for place, kind in enumerate(kinds) if bits >> place & 1)
        for bits in rows["kinds"].astype(int)
    ]
    return Bar(
        {kind: int(rows[f"contacts_{place}"].sum()) for place, kind in enumerate(kinds)},
        dict(zip(had, rows["students"].astype(int), strict=True)),
        dict(zip(had, rows["unknown"].astype(int), strict=True)),
    )
