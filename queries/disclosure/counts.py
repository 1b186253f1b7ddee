"""Rule 6: counts of students as a viewer may see them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

import pandas as pd
import sqlalchemy as sa

from queries.filters import Filters
from queries.schema import STUDENT_GROUPS
from queries.viewer import Viewer

ROUNDED_TO = 5

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


def is_by_group(filters: Filters, *further: str | None) -> bool:
    """Whether a count tells who is in a student group."""
    return not set(STUDENT_GROUPS).isdisjoint((*filters.chosen(), *further))


def disclosed_count(students: int, viewer: Viewer, *, exact: bool) -> Count:
    """A count of students as the viewer may see it."""
    if students < viewer.threshold:
        return Count(None, about=not exact)
    return Count(students if exact else rounded(students), about=not exact)


def rounded(students: Students) -> Students:
    """Students to the nearest ROUNDED_TO."""
    return (students + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def set_key(table: sa.Table) -> sa.ColumnElement[Any]:
    """The key of the set of students that a select counts in a mart: what noise belongs to."""
    return sa.func.coalesce(sa.cast(sa.func.sum(table.c.noise_key), sa.BigInteger), 0)


def noise(key: int) -> int:
    """What is added to a count of the set of students with this key: -2 to 2.

    The same students always have the same noise, and one student more or fewer any other, so
    neither asking twice nor asking for one more tells of that one. The keys of students are made
    from a secret of the database (``queries.schema.meta``).
    """
    digest = blake2b(str(int(key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (2 * _LARGEST_NOISE + 1) - _LARGEST_NOISE


def with_noise(students: int, key: int) -> int:
    """A count with the noise of its set; nobody stays nobody."""
    return max(students + noise(key), 0) if students else 0
