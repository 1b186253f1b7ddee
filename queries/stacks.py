"""Parts of a stacked bar that are too few to be told by themselves: told together, never left out.

A part left out of a stack makes the bar too low, and the total less the parts shown would be the
part withheld. So the kinds of fewer students than the threshold are one part, which holds at least
the threshold of students and two kinds: where it does not, the next smallest kind joins it. The
kinds joined are always the smallest ones, so a higher threshold (of what leaves the screen) joins
parts that a lower one tells, and never cuts through one: the two cannot be subtracted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

# The kind of the part that is told of several together.
TOGETHER = "other-kinds"


@dataclass(frozen=True)
class Bar:
    """One bar: contacts of each kind, and how many students had just these kinds of contact."""

    contacts: Mapping[str, int]
    students: Mapping[frozenset[str], int]

    def behind(self, *kinds: str) -> int:
        """Students with a contact of any of the kinds, each counted once."""
        return sum(number for had, number in self.students.items() if not had.isdisjoint(kinds))

    def parts(self, threshold: int) -> list[dict[str, Any]]:
        """The bar's parts as they may be told: kind, contacts, students.

        Of fewer students than the threshold is a part only where the whole bar is.
        """
        joined = self._joined(threshold)
        alone = [(kind, (kind,)) for kind in self.contacts if kind not in joined]
        together = [(TOGETHER, joined)] if joined else []
        return [
            {
                "kind": name,
                "contacts": sum(self.contacts[kind] for kind in kinds),
                "students": self.behind(*kinds),
            }
            for name, kinds in (*alone, *together)
        ]

    def _joined(self, threshold: int) -> tuple[str, ...]:
        """The kinds told together, the fewest students first; none where each is told.

        Never one kind alone: one of too few students is joined until they are enough.
        """
        by_size = sorted(self.contacts, key=lambda kind: (self.behind(kind), kind))
        few = sum(self.behind(kind) < threshold for kind in by_size)
        if not few:
            return ()
        for number in range(few, len(by_size)):
            if self.behind(*by_size[:number]) >= threshold:
                return tuple(by_size[:number])
        return tuple(by_size)


def bars(
    kinds: Sequence[str],
    period: sa.ColumnElement[Any],
    kind: sa.ColumnElement[Any],
    student: sa.ColumnElement[Any],
    rows: sa.Select[Any],
) -> sa.Select[Any]:
    """Contacts by period and by the set of kinds that a student had in it.

    period, kinds (a bit for each of ``kinds``), students, and ``contacts_0`` ... of each kind;
    ``rows`` selects the contacts to count.
    """
    of_student = (
        rows.with_only_columns(
            period.label("period"),
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
            *(sa.cast(sa.func.sum(number), sa.BigInteger).label(number.name) for number in numbers),
        )
        .group_by(of_student.c.period, sa.text("kinds"))
        .order_by(of_student.c.period, sa.text("kinds"))
    )


def parts_of(frame: pd.DataFrame, kinds: Sequence[str], threshold: int) -> pd.DataFrame:
    """The rows of ``bars`` as parts that may be told: period, kind, contacts, students."""
    told = [
        {"period": period, **part}
        for period, rows in frame.groupby("period")
        for part in _bar(rows, kinds).parts(threshold)
    ]
    return pd.DataFrame(told, columns=["period", "kind", "contacts", "students"])


def _bar(rows: pd.DataFrame, kinds: Sequence[str]) -> Bar:
    sums = {kind: int(rows[f"contacts_{place}"].sum()) for place, kind in enumerate(kinds)}
    return Bar(
        {kind: number for kind, number in sums.items() if number},
        {
            frozenset(kind for place, kind in enumerate(kinds) if had >> place & 1): int(number)
            for had, number in zip(rows["kinds"].astype(int), rows["students"], strict=True)
        },
    )
