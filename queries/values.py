"""The values that can be chosen in this database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import sqlalchemy as sa

from queries.database import Snapshot
from queries.filters import KnownValues
from queries.memory import once
from queries.schema import (
    GRADE_BANDS,
    GRADES,
    MODALITIES,
    VISITOR_TYPES,
    district,
    served_student,
)
from queries.student_groups import FEWEST_NAMED, group_labels, read_student_groups

MODALITY_LABELS = {
    "home": "Home",
    "school": "School",
    "community": "Community place",
    "virtual": "Video",
    "phone": "Phone",
}
VISITOR_TYPE_LABELS = {"school": "School staff", "community": "Community staff"}
GRADE_BAND_LABELS = {"PK-5": "Grades PK–5", "6-12": "Grades 6–12"}
GRADE_LABELS = {"PK": "Pre-kindergarten", "K": "Kindergarten"} | {
    grade: f"Grade {grade}" for grade in GRADES if grade.isdigit()
}


def known_values(data: Snapshot) -> KnownValues:
    """Districts by name, cohorts in order of time and languages, from the database.

    The rest is fixed. Cohorts are all from the first to the last of so many served students that
    its name tells of none of them, like a language's.
    """
    groups = read_student_groups()
    return once(data.load_id, ("known values", groups), partial(_read, data, groups))


def _read(data: Snapshot, groups: tuple[str, ...]) -> KnownValues:
    districts = sa.select(district).order_by(district.c.district_name, district.c.district_code)
    named = (
        sa.select(served_student.c.cohort)
        .group_by(served_student.c.cohort)
        .having(sa.func.count() >= FEWEST_NAMED)
    )
    return KnownValues(
        district={
            row.district_code: row.district_name for row in data.connection.execute(districts)
        },
        grade=GRADE_BAND_LABELS | {grade: GRADE_LABELS[grade] for grade in GRADES},
        modality={modality: MODALITY_LABELS[modality] for modality in MODALITIES},
        visitor_type={kind: VISITOR_TYPE_LABELS[kind] for kind in VISITOR_TYPES},
        cohort={cohort: cohort for cohort in _through(data.connection.scalars(named))},
        grade_band={band: GRADE_BAND_LABELS[band] for band in GRADE_BANDS},
        groups={group: group_labels(data, group) for group in groups},
    )


_SUMMER = "Summer "


def _through(cohorts: Iterable[str]) -> list[str]:
    """Every school year and summer from the first to the last of these."""
    places = [_place(cohort) for cohort in cohorts]
    return [_cohort(place) for place in range(min(places), max(places) + 1)] if places else []


def _place(cohort: str) -> int:
    """In order of time: a school year is even, the summer after it odd."""
    if cohort.startswith(_SUMMER):
        return 2 * int(cohort.removeprefix(_SUMMER)) - 1
    return 2 * int(cohort[:4])


def _cohort(place: int) -> str:
    year = place // 2
    return f"{_SUMMER}{year + 1}" if place % 2 else f"{year}-{(year + 1) % 100:02d}"
