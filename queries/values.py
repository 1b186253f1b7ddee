"""The values that can be chosen in this database."""

from __future__ import annotations

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
from queries.student_groups import group_labels, read_student_groups

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

    The rest is fixed.
    """
    groups = read_student_groups()
    return once(data.load_id, ("known values", groups), partial(_read, data, groups))


def _read(data: Snapshot, groups: tuple[str, ...]) -> KnownValues:
    districts = sa.select(district).order_by(district.c.district_name, district.c.district_code)
    cohorts = (
        sa.select(served_student.c.cohort)
        .group_by(served_student.c.cohort)
        .order_by(sa.func.min(served_student.c.first_visit_date))
    )
    return KnownValues(
        district={
            row.district_code: row.district_name for row in data.connection.execute(districts)
        },
        grade=GRADE_BAND_LABELS | {grade: GRADE_LABELS[grade] for grade in GRADES},
        modality={modality: MODALITY_LABELS[modality] for modality in MODALITIES},
        visitor_type={kind: VISITOR_TYPE_LABELS[kind] for kind in VISITOR_TYPES},
        cohort={cohort: cohort for cohort in data.connection.scalars(cohorts)},
        grade_band={band: GRADE_BAND_LABELS[band] for band in GRADE_BANDS},
        groups={group: group_labels(data, group) for group in groups},
    )
