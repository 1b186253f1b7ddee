"""What was loaded, what is missing, and what somebody should look at: no student.

Rejected rows are told by file, line, column and rule, doubtful ones by file and rule: what stands
in them is for whoever has the delivery. Of rows that were rejected by what was held before nothing
is told here, and doubts in fives and from ten rows on (``queries.held``). All but the loads
themselves is for leadership alone; for everybody else there are no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import sqlalchemy as sa

from queries.coverage import coverage_rows, one_of_each_rule
from queries.database import Snapshot
from queries.held import HELD_RULES, told_count
from queries.official import quality, school_year_of
from queries.schema import (
    delivery,
    district,
    district_month,
    doubtful_row,
    rejected_row,
    translated_spelling,
)
from queries.viewer import Viewer
from queries.withdrawn import undecided

LOADS_SHOWN = 5

# Of a district's school month: it came; it did not, and later ones did; it has not come yet.
DELIVERED, MISSING, LATE = "delivered", "missing", "late"

# Columns with a fixed set of values. In others a local spelling could be somebody's name.
SPELLED = ("modality", "outcome", "visitor_type", "grade", "attended")


def sees_deliveries(viewer: Viewer) -> bool:
    """Whether the viewer looks after the deliveries."""
    return viewer.role == "leadership"


def last_loads(data: Snapshot) -> pd.DataFrame:
    """Files of the last loads, newest first: loaded_at (UTC), file, rows by outcome.

    rows_read, rows_duplicate, rows_rejected and rows_good, by what stands in them.
    """
    files = _files_of_last_loads().c
    return data.frame(sa.select(*files).order_by(files.loaded_at.desc(), files.file))


def last_loads_whole(data: Snapshot) -> pd.DataFrame:
    """The last loads, newest first: loaded_at (UTC), files, rows by outcome as in last_loads."""
    files = _files_of_last_loads().c
    # A sum of whole numbers is none for every engine.
    sums = (sa.cast(sa.func.sum(files[n]), sa.BigInteger).label(n) for n in _OUTCOMES)
    return data.frame(
        sa.select(files.loaded_at, sa.func.count().label("files"), *sums)
        .group_by(files.loaded_at)
        .order_by(files.loaded_at.desc())
    )


_OUTCOMES = ("rows_read", "rows_duplicate", "rows_rejected", "rows_good")


def _files_of_last_loads() -> sa.Subquery:
    columns, rejected = delivery.c, rejected_row.c
    bad = (
        sa.select(sa.func.count())
        .where(
            rejected.load_id == columns.load_id,
            rejected.file == columns.file,
            ~_is_held(rejected.rule),
        )
        .scalar_subquery()
    )
    outcomes = (
        columns.rows_read,
        columns.rows_duplicate,
        bad,
        columns.rows_read - columns.rows_duplicate - bad,
    )
    return (
        sa.select(
            columns.loaded_at,
            columns.file,
            *(rows.label(name) for name, rows in zip(_OUTCOMES, outcomes, strict=True)),
        )
        .where(columns.load_id.in_(_newest_loads(LOADS_SHOWN)))
        .subquery("files")
    )


def _newest_loads(number: int) -> sa.Select[Any]:
    return (
        sa.select(delivery.c.load_id)
        .group_by(delivery.c.load_id)
        .order_by(sa.func.max(delivery.c.loaded_at).desc())
        .limit(number)
    )


def freshness(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """What came of every district and school month, by district's name and month.

    district_code, month (YYYY-MM), state (DELIVERED, MISSING or LATE), school_year. A month before
    a district's first has no row; a district that delivered nothing is late with all months.
    """
    came = data.frame(
        sa.select(district_month.c.district_code, district_month.c.month).where(_allowed(viewer))
    ).assign(state=DELIVERED)
    districts = sa.select(district.c.district_code, district.c.district_name)
    names = {
        row.district_code: row.district_name
        for row in data.connection.execute(districts.where(_allowed(viewer)))
    }
    gaps = quality(data)
    found = [
        (code, month, state)
        for code in names
        for name, state in (("missing", MISSING), ("late", LATE))
        for month in gaps.loc[code, name]
    ]
    frame = pd.concat([came, pd.DataFrame(found, columns=list(came.columns))], ignore_index=True)
    frame = frame.assign(
        school_year=frame["month"].map(school_year_of), name=frame["district_code"].map(names)
    )
    ordered = frame.sort_values(["name", "district_code", "month"], ignore_index=True)
    return ordered.drop(columns="name")


def rejected_rules(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """Why the last load rejected rows, the most first: file, column, rule, rows, before.

    ``before`` is how many rows the load before rejected for the same reason.
    """
    columns = rejected_row.c
    is_last = columns.load_id == data.load_id
    both = (
        sa.select(
            columns.file,
            columns.column,
            columns.rule,
            sa.func.count().filter(is_last).label("rows"),
            sa.func.count().filter(~is_last).label("before"),
        )
        .where(columns.load_id.in_(_newest_loads(2)), ~_is_held(columns.rule), _allowed(viewer))
        .group_by(columns.file, columns.column, columns.rule)
        .subquery()
    )
    return data.frame(
        sa.select(both)
        .where(both.c.rows > 0)
        .order_by(both.c.rows.desc(), both.c.file, both.c.column, both.c.rule)
    )


def _is_held(rule: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Is it a rule of what is held? Loads of versions that did not keep rules had all of them."""
    return sa.or_(rule.is_(None), rule.in_(HELD_RULES))


def rejected_lines(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """The rows that the last load rejected by what stands in them: file, line, column, rule."""
    columns = rejected_row.c
    return data.frame(
        sa.select(columns.file, columns.line, columns.column, columns.rule)
        .where(columns.load_id == data.load_id, ~_is_held(columns.rule), _allowed(viewer))
        .order_by(columns.file, columns.line)
    )


def doubtful_rules(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """What somebody should decide about: file, rule, rows (in fives).

    Rows of the last load; then what the database holds and no file has a line of, as long as nobody
    has decided. Of what is told of the delivery as a whole, which has no line, ``rows`` is missing.
    """
    columns = doubtful_row.c
    rows = sa.func.count(columns.line).label("rows")
    of_last_load = data.frame(
        sa.select(columns.file, columns.rule, rows)
        .where(columns.load_id == data.load_id, _allowed(viewer))
        .group_by(columns.file, columns.rule)
        .order_by(rows.desc(), columns.file, columns.rule)
    )
    held = undecided(data) if sees_deliveries(viewer) else undecided(data).head(0)
    frame = pd.concat([of_last_load, held[list(of_last_load)]], ignore_index=True)
    told = frame.assign(rows=frame["rows"].map(told_count).astype("Int64"))
    return told[told["rows"].notna() | (frame["rows"] == 0)].reset_index(drop=True)


def coverage(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """Whose days cannot be whole, of all the database: as ``one_of_each_rule``."""
    return one_of_each_rule(data.frame(coverage_rows().where(_allowed(viewer))))


@dataclass(frozen=True)
class Spellings:
    """Local spellings of the last load: file, column, local, ours, rows, the most rows first.

    ``others`` is how many there are of fewer rows than the viewer's threshold.
    """

    told: pd.DataFrame
    others: int


def spellings(data: Snapshot, viewer: Viewer) -> Spellings:
    """What local spellings were taken as, but for those that differ by capital letters alone."""
    columns = translated_spelling.c
    every = data.frame(
        sa.select(columns.file, columns.column, columns.local, columns.ours, columns.rows)
        .where(
            columns.load_id == data.load_id,
            columns.column.in_(SPELLED),
            sa.func.lower(columns.local) != columns.ours,
            _allowed(viewer),
        )
        .order_by(columns.file, columns.column, columns.rows.desc(), columns.local)
    )
    is_told = every["rows"] >= viewer.threshold
    return Spellings(every[is_told].reset_index(drop=True), int((~is_told).sum()))


def _allowed(viewer: Viewer) -> sa.ColumnElement[bool]:
    return sa.true() if sees_deliveries(viewer) else sa.false()
