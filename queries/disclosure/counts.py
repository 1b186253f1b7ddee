"""Rule 6: counts of students as a viewer may see them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, TypeVar

import pandas as pd
import sqlalchemy as sa

from queries.contacted import in_caseload, unknown_to
from queries.database import Snapshot
from queries.disclosure.knowledge import is_known
from queries.filters import Filters, View
from queries.memory import once
from queries.schema import STUDENT_GROUPS, contacted_student
from queries.served import in_selection
from queries.viewer import Viewer

ROUNDED_TO = 5

# What a count by it tells of a student: everything but the place and the grade.
TELLING = (*STUDENT_GROUPS, "modality", "visitor_type", "cohort")

_LARGEST_NOISE = 2

Students = TypeVar("Students", int, "pd.Series[int]")


@dataclass(frozen=True)
class Count:
    """Students as a viewer may see them: None where fewer than the threshold."""

    students: int | None
    about: bool


def is_exact(filters: Filters, *further: str | None) -> bool:
    """Whether students are counted as a total of the program or of one district.

    ``further`` names other dimensions the count is broken down by (None: not at all). By each
    district alone a count is such a total; by several together it is not: less the count of one
    it would be that of the others.
    """
    dimensions = set(filters.chosen()) | {name for name in further if name is not None}
    return dimensions <= {"district"} and len(filters.district) <= 1


def tells_of_groups(filters: Filters, *further: str | None) -> bool:
    """Whether a count tells who is what: it is by more than place and grade."""
    return not set(TELLING).isdisjoint((*filters.chosen(), *further))


def disclosed_count(
    students: int, viewer: Viewer, *, exact: bool, noise: int | None = None
) -> Count:
    """A count of students as the viewer may see it; ``noise`` belongs to it, None: none does."""
    told = students + (noise or 0)
    if told < fewest(viewer, is_noisy=noise is not None):
        return Count(None, about=not exact)
    return Count(told if exact else rounded(told), about=not exact)


def fewest(viewer: Viewer, *, is_noisy: bool) -> int:
    """What a count must be, with its noise, to be told.

    The noise decides too: that a count is told would otherwise be a bound without any. And under
    it there are always as many students as the threshold.
    """
    return viewer.threshold + (_LARGEST_NOISE if is_noisy else 0)


def rounded(students: Students) -> Students:
    """Students to the nearest ROUNDED_TO."""
    return (students + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def set_key(table: sa.FromClause, *of_whom: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    """The key of the set of students of a mart that a select counts: what noise is drawn by."""
    keys = (
        sa.func.sum(table.c.noise_key).filter(*of_whom)
        if of_whom
        else sa.func.sum(table.c.noise_key)
    )
    return sa.func.coalesce(sa.cast(keys, sa.BigInteger), 0)


def drawn_noise(key: object, what: str) -> int:
    """What is added to a count among the set of students with this key: -2 to 2.

    ``key`` is that of everybody of whom it is asked, not of those counted: who does not count
    changes the noise like who does, so a change of the answer tells of nobody. The same question
    about the same students always has the same noise, so asking again gives nothing. Keys of
    students are made with a secret of the database (``queries.schema.meta``).
    """
    digest = blake2b(f"{key} {what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (2 * _LARGEST_NOISE + 1) - _LARGEST_NOISE


@dataclass(frozen=True)
class Whom:
    """Everybody of whom a count asks, whatever their groups: the key of their set, how many.

    ``unknown`` of them are not known to the viewer (``queries.disclosure.knowledge``).
    """

    key: int
    students: int
    unknown: int

    def noise(self, counted: int, what: str, viewer: Viewer) -> int:
        """What is added to a count among them: they are never more than there are.

        About 20 of 16 would tell of every one. Where fewer than the threshold are unknown to the
        viewer, less those known it would be a count of these: it is taken down to nobody.
        """
        if 0 < self.unknown < viewer.threshold:
            return -counted
        return min(drawn_noise(self.key, what), self.students - counted)


def without_groups(filters: Filters) -> tuple[Filters, str]:
    """The filters whatever the groups of students are, and which groups they choose."""
    groups = {name: values for name, values in filters.chosen().items() if name in TELLING}
    return replace(filters, **dict.fromkeys(groups, ())), str(groups) if groups else ""


def drawn_by(key: int, groups: str) -> str:
    """What the noise of a figure of some groups is drawn by: the key of whom it asks, and these."""
    return f"{key} {groups}" if groups else str(key)


def whom_asked(view: View) -> View:
    """The view of everybody whom a view asks of, whatever their groups."""
    everybody, _groups = without_groups(view.filters)
    return replace(view, filters=everybody, split=None if view.split in TELLING else view.split)


def group_noise(
    data: Snapshot,
    viewer: Viewer,
    filters: Filters,
    counted: int,
    mart: sa.Table,
    *of_whom: sa.ColumnElement[bool],
) -> int | None:
    """What is added to a count of students of a mart by groups; None where none is chosen.

    It is drawn by all whom the other filters leave, whatever their groups, of those of whom the
    conditions are true.
    """
    everybody, groups = without_groups(filters)
    if not groups:
        return None
    return whom(data, viewer, everybody, mart, *of_whom).noise(counted, groups, viewer)


def group_noises(
    data: Snapshot, viewer: Viewer, filters: Filters, counted: pd.Series[int], mart: sa.Table
) -> pd.Series[int] | None:
    """As ``group_noise``, of several counts of one selection."""
    found = [group_noise(data, viewer, filters, int(number), mart) for number in counted]
    return None if None in found else pd.Series(found, counted.index, dtype=int)


def whom(
    data: Snapshot,
    viewer: Viewer,
    filters: Filters,
    mart: sa.Table,
    *of_whom: sa.ColumnElement[bool],
) -> Whom:
    """The students of a mart whom filters leave, of those of whom the conditions are true."""
    key = ("whom", viewer.known_districts, mart.name, filters, *map(str, of_whom))
    return once(data.load_id, key, lambda: _whom(data, viewer, filters, mart, *of_whom))


def _whom(
    data: Snapshot,
    viewer: Viewer,
    filters: Filters,
    mart: sa.Table,
    *of_whom: sa.ColumnElement[bool],
) -> Whom:
    is_contacted = mart is contacted_student
    chosen = in_caseload if is_contacted else in_selection
    is_unknown = unknown_to(viewer, filters) if is_contacted else ~is_known(viewer)
    asked = sa.select(set_key(mart), sa.func.count(), sa.func.count().filter(is_unknown))
    found = data.connection.execute(asked.select_from(mart).where(*chosen(filters), *of_whom))
    return Whom(*found.one())
