"""What is in the reporting database, how fresh it is, and what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from queries import schema
from queries.coverage import coverage_rows, in_sentences
from queries.database import Snapshot
from queries.withdrawn import undecided

# A school month that holds fewer than this share of a usual month's student-days is suspicious:
# a single summer row makes July a school month and moves every event month.
_THIN_MONTH = 0.05


@dataclass(frozen=True)
class DatabaseSummary:
    """Rows by table, how fresh, and sentences about what looks wrong."""

    data_as_of: date
    loaded_at: datetime
    is_demonstration: bool
    rows: dict[str, int]
    oddities: tuple[str, ...]


def database_summary(data: Snapshot) -> DatabaseSummary:
    """Summarise the newest load."""
    tables = (*schema.FACTS, *schema.PROVENANCE, *schema.MARTS)
    return DatabaseSummary(
        data.data_as_of,
        data.loaded_at,
        data.is_demonstration,
        {table.name: _count(data, sa.select(table)) for table in tables},
        (
            *_thin_months(data),
            *_late_districts(data),
            *in_sentences(data.frame(coverage_rows())),
            *_people_without_records(data),
            *_rejected(data),
            *_doubtful(data),
            *_withdrawn(data),
        ),
    )


def _count(data: Snapshot, rows: sa.Select[Any]) -> int:
    return data.connection.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def _thin_months(data: Snapshot) -> list[str]:
    month = schema.district_month.c
    sums = data.frame(
        sa.select(month.month, sa.func.sum(month.days_enrolled).label("days")).group_by(month.month)
    )
    thin = sums[sums["days"] <= _THIN_MONTH * sums["days"].median()].sort_values("month")
    return [
        f"{row.month} holds only {row.days:,.0f} student-days: if that is a summer month or an "
        "error, it still counts as a school month and moves months before and after visits."
        for row in thin.itertuples()
    ]


def _late_districts(data: Snapshot) -> list[str]:
    month = schema.district_month.c
    last = data.frame(
        sa.select(schema.district.c.district_name, sa.func.max(month.month).label("last"))
        .join_from(
            schema.district,
            schema.district_month,
            month.district_code == schema.district.c.district_code,
            isouter=True,
        )
        .group_by(schema.district.c.district_name)
        .order_by(schema.district.c.district_name)
    )
    newest = last["last"].dropna().max()
    return [
        f"{row.district_name}: attendance ends with {row.last}, elsewhere with {newest}."
        if isinstance(row.last, str)
        else f"{row.district_name}: no attendance at all."
        for row in last.itertuples()
        if row.last != newest
    ]


def _people_without_records(data: Snapshot) -> list[str]:
    served = schema.served_student.c
    questions = {
        "served students have no enrolment, so no district or grade": served.district_code.is_(
            None
        ),
        "served students have no attendance in the three months before the first visit": (
            served.baseline_days == 0
        ),
    }
    found = {
        words: _count(data, sa.select(served.student_id).where(rule))
        for words, rule in questions.items()
    }
    return [f"{count:,} {words}." for words, count in found.items() if count]


def _rejected(data: Snapshot) -> list[str]:
    rows = schema.rejected_row.c
    counts = data.frame(
        sa.select(rows.file, rows.column, sa.func.count().label("count"))
        .where(rows.load_id == data.load_id)
        .group_by(rows.file, rows.column)
        .order_by(rows.file, sa.desc("count"))
    )
    return [
        f"The last load rejected {count:,} rows of {file} for {column or 'their form'}."
        for file, column, count in counts.itertuples(index=False, name=None)
    ]


def _doubtful(data: Snapshot) -> list[str]:
    rows = schema.doubtful_row.c
    counts = data.frame(
        sa.select(rows.file, rows.rule, sa.func.count(rows.line).label("count"))
        .where(rows.load_id == data.load_id)
        .group_by(rows.file, rows.rule)
        .order_by(rows.file, sa.desc("count"), rows.rule)
    )
    return [
        f"The last load took in {_rows(count)} of {file} that somebody should decide about: {rule}."
        if count  # else it is about the delivery as a whole
        else f"The last load: {rule}."
        for file, rule, count in counts.itertuples(index=False, name=None)
    ]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _withdrawn(data: Snapshot) -> list[str]:
    return [
        f"{row['file']}: {_rows(row['rows'])}: {row['rule']} (since the load of "
        f"{row['since']:%B} {row['since'].day}, {row['since'].year})."
        for row in undecided(data).to_dict("records")
    ]
