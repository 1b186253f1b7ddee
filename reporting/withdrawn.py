"""What was taken back at the source: rows that a delivery of the same months no longer holds.

A delivery states a month of a district whole (of enrollments: a school year; of visits: the months
of the log) where it holds at least half of what the database holds of it, and of days also the
first and the last, but for a few. A file of corrections, or of the days since the last delivery,
says nothing of the rest. Of what is whole, what is missing is removed or kept as the mapping says.
Enrollments are held by student: a corrected entry date makes another enrollment of every one.

Rows are found before a file is merged (``look``) and settled when all files are (``settle``):
months stated by another file, a student's district and the days of a month lie in several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from queries.schema import (
    KEPT,
    UNDECIDED,
    attendance_day,
    attendance_month,
    enrollment,
    visit,
    withdrawn_row,
)
from reporting.contract import Expression
from reporting.faults import OFFICIAL_DIGITS
from reporting.mapping import KEEP, REMOVE
from reporting.staging import StagedFile
from reporting.statements import create_temporary, insert_rows

# Of what the database holds of a month, the share that a delivery of the whole month holds.
_HALF = 2

# A first day of school that was none is taken back; a week more or less is another file's week.
_EDGE_DAYS = 4

# How much of a student-month or district-month a row stands for in the report.
STUDENT, DAY, ROW = "student", "day", "row"

Columns = Callable[[str], Expression]


def _month_of(day: Expression) -> Expression:
    return sa.func.strftime(day, "%Y-%m")


@dataclass(frozen=True)
class Kind:
    """A fact as rows of ``withdrawn_row``: its columns there, and which of them identify it.

    ``held_by``: the columns by which a delivery is known to state a row; ``unit``: what it states
    whole.
    """

    table: sa.Table
    columns: dict[str, Callable[[Columns], Expression]]
    key: tuple[str, ...]
    held_by: tuple[str, ...]
    unit: tuple[str, ...] = ("district_code", "period")

    def rows(self, column: Columns) -> list[sa.Label[object]]:
        """The columns of a fact or staged row, named as in ``withdrawn_row``."""
        return [of(column).label(name) for name, of in self.columns.items()]

    def is_same(self, left: sa.FromClause, right: sa.FromClause) -> Expression:
        """Whether rows of two selects are of one fact."""
        return _same(left, right, self.key)


def _same(left: sa.FromClause, right: sa.FromClause, names: Iterable[str]) -> Expression:
    return sa.and_(*(left.c[name].is_not_distinct_from(right.c[name]) for name in names))


_STUDENT = {"student_id": lambda column: column("student_id")}
_PLACE = {"district_code": lambda column: column("district_code")} | _STUDENT

_STUDENT_MONTH = ("student_id", "district_code", "period")

KINDS = {
    kind.table: kind
    for kind in (
        Kind(
            enrollment,
            _PLACE
            | {
                "period": lambda column: column("school_year"),
                "school_code": lambda column: column("school_code"),
                "entry_date": lambda column: column("entry_date"),
            },
            key=(*_STUDENT_MONTH, "school_code", "entry_date"),
            held_by=_STUDENT_MONTH,
        ),
        Kind(
            attendance_month,
            _PLACE | {"period": lambda column: column("month")},
            key=_STUDENT_MONTH,
            held_by=_STUDENT_MONTH,
        ),
        Kind(
            attendance_day,
            _PLACE
            | {
                "period": lambda column: _month_of(column("date")),
                "date": lambda column: column("date"),
            },
            key=("student_id", "district_code", "date"),
            held_by=("student_id", "district_code", "date"),
        ),
        Kind(
            visit,
            _STUDENT
            | {
                "period": lambda column: _month_of(column("visit_date")),
                "date": lambda column: column("visit_date"),
                "visit_id": lambda column: column("visit_id"),
            },
            key=("visit_id",),
            held_by=("visit_id",),
            unit=("district_code",),
        ),
    )
}

_ATTENDANCE = (attendance_month, attendance_day)


@dataclass(frozen=True)
class Withdrawn:
    """What one file of a delivery no longer holds.

    ``found``: a temporary table with columns of ``withdrawn_row`` and ``how`` (STUDENT: the student
    has nothing of the month there now; DAY: nobody has the day; ROW); None: nothing. ``units``:
    what the delivery states, with district_code, period, is_whole. ``decision``: REMOVE, KEEP or
    None.
    """

    staged: StagedFile
    kind: Kind
    units: sa.Table
    found: sa.Table
    decision: str | None
    is_readable: bool

    @property
    def removes(self) -> bool:
        """Whether what is gone there is removed here; not where rows could not be read."""
        return self.decision == REMOVE and self.is_readable


def look(
    connection: sa.Connection,
    staged: StagedFile,
    before: Sequence[Withdrawn],
    *,
    states_months: bool,
) -> list[Withdrawn]:
    """Find what the database holds and a file that is not merged yet does not.

    ``before``: the same of the delivery's files before it. ``states_months``: false for a file that
    holds what is new in its source. Empty where nothing can be missed: that, a file of another
    kind, or a database that holds nothing yet.
    """
    kind = KINDS.get(staged.target)
    if kind is None or connection.scalar(sa.select(sa.exists(sa.select(staged.target)))) is False:
        return []
    _forget(connection, kind, staged)
    if not states_months:
        return []
    name = staged.file.name
    if kind.table is visit:
        held = _held_visits(connection, kind, staged, before)
        if held is None:
            return []
        statement = _units(kind, held, _delivered(kind, staged))
    else:
        stated = create_temporary(connection, f"stated_{name}", _stated(kind, staged))
        held = _held(kind, stated)
        statement = _all_units(kind, held, stated, staged)
    units = create_temporary(connection, f"units_{name}", statement)
    missing = _missing(kind, held, units, staged)
    if not _may_be_missing(connection, kind, units):
        missing = missing.where(sa.false())
    found = create_temporary(connection, f"withdrawn_{name}", missing)
    is_readable = not staged.malformed
    return [Withdrawn(staged, kind, units, found, staged.mapping.withdrawn, is_readable)]


def _delivered(kind: Kind, staged: StagedFile) -> sa.Subquery:
    """Rows that the file holds, good or bad."""
    checked = staged.checked
    return sa.select(*kind.rows(lambda name: checked.c[f"value_{name}"])).subquery("delivered")


def _good(kind: Kind, staged: StagedFile) -> sa.Subquery:
    checked = staged.checked
    rows = sa.select(*kind.rows(lambda name: checked.c[f"value_{name}"]))
    return rows.where(checked.c.fault.is_(None)).subquery("good")


def _stated(kind: Kind, staged: StagedFile) -> sa.Select[tuple[object, ...]]:
    """What good rows state of what is held: rows held, first and last day delivered, is_same.

    Most of what is delivered again holds the same keys again: their number and the sum of their
    hashes tell, without a join of every row to every row.
    """
    here = _by_unit(kind, _good(kind, staged), "here")
    there = _by_unit(
        kind,
        sa.select(*kind.rows(lambda name: kind.table.c[name]))
        .where(_may_be_stated(kind, staged))
        .subquery("rows"),
        "there",
    )
    is_same = sa.and_(here.c.rows == there.c.rows, here.c.hashes == there.c.hashes)
    return sa.select(
        *(here.c[name] for name in kind.unit),
        here.c.first,
        here.c.last,
        there.c.rows.label("held"),
        is_same.label("is_same"),
    ).join_from(here, there, sa.and_(*(here.c[n] == there.c[n] for n in kind.unit)))


def _may_be_stated(kind: Kind, staged: StagedFile) -> Expression:
    """Of the districts that the file names: the engine looks no further at others' rows."""
    districts = sa.select(staged.checked.c.value_district_code).distinct()
    return kind.table.c.district_code.in_(districts)


def _by_unit(kind: Kind, rows: sa.Subquery, name: str) -> sa.Subquery:
    unit = [rows.c[column] for column in kind.unit]
    hashes = sa.func.sum(sa.func.hash(*(rows.c[column] for column in kind.key)))
    first, last = _ends(kind, rows)
    return (
        sa.select(
            *unit,
            first.label("first"),
            last.label("last"),
            sa.func.count().label("rows"),
            hashes.label("hashes"),
        )
        .group_by(*unit)
        .subquery(name)
    )


def _all_units(
    kind: Kind, held: sa.Subquery, stated: sa.Table, staged: StagedFile
) -> sa.Select[tuple[object, ...]]:
    """Units with the same rows again are whole; of the others, rows are compared."""
    delivered = _delivered(kind, staged)
    in_unit = sa.and_(*(delivered.c[name] == stated.c[name] for name in kind.unit))
    compared = (
        sa.select(delivered).join_from(delivered, stated, in_unit).where(~stated.c.is_same)
    ).subquery("compared")
    same = sa.select(
        stated.c.district_code,
        stated.c.period,
        stated.c.held,
        stated.c.held.label("known"),
        sa.true().label("is_whole"),
        sa.true().label("overlaps"),
    ).where(stated.c.is_same)
    return sa.select(sa.union_all(same, _units(kind, held, compared)).subquery("units"))


def _ends(kind: Kind, rows: sa.FromClause) -> tuple[Expression, Expression]:
    """The first and last day of rows; only days of attendance have ends that matter."""
    day = rows.c.date if kind.table is attendance_day else sa.cast(sa.null(), sa.Date)
    return sa.func.min(day), sa.func.max(day)


def _held(kind: Kind, stated: sa.Table) -> sa.Subquery:
    """What the database holds, as rows of ``withdrawn_row``, where a file states something else."""
    rows = sa.select(*kind.rows(lambda name: kind.table.c[name])).subquery("rows")
    return (
        sa.select(rows, stated.c.first, stated.c.last)
        .join_from(rows, stated, sa.and_(*(rows.c[n] == stated.c[n] for n in kind.unit)))
        .where(~stated.c.is_same)
        .subquery("held")
    )


def _held_visits(
    connection: sa.Connection, kind: Kind, staged: StagedFile, before: Sequence[Withdrawn]
) -> sa.Subquery | None:
    """Visits in the months from the first to the last of the log and of the attendance beside it.

    A visit counts for the district where its student was enrolled last.
    """
    spans = [sa.select(_good(kind, staged).c.period)]
    spans += [sa.select(one.units.c.period) for one in before if one.kind.table in _ATTENDANCE]
    periods = sa.union_all(*spans).subquery("periods")
    first, last = connection.execute(
        sa.select(sa.func.min(periods.c.period), sa.func.max(periods.c.period))
    ).one()
    if first is None:
        return None
    entry = sa.func.coalesce(sa.cast(enrollment.c.entry_date, sa.Text), "")
    latest = sa.func.arg_max(
        enrollment.c.district_code, enrollment.c.school_year.concat(" ").concat(entry)
    )
    places = (
        sa.select(enrollment.c.student_id, latest.label("district_code"))
        .where(enrollment.c.student_id.in_(sa.select(visit.c.student_id)))
        .group_by(enrollment.c.student_id)
        .subquery("places")
    )
    rows = kind.rows(lambda name: visit.c[name])
    no_end = sa.cast(sa.null(), sa.Date)
    return (
        sa.select(
            sa.func.coalesce(places.c.district_code, "").label("district_code"),
            *rows,
            no_end.label("first"),
            no_end.label("last"),
        )
        .join_from(visit, places, places.c.student_id == visit.c.student_id, isouter=True)
        .where(
            _month_of(visit.c.visit_date).between(first, last),
            visit.c.visit_id.not_in(staged.mapping.duplicates),
        )
        .subquery("held")
    )


def _units(kind: Kind, held: sa.Subquery, delivered: sa.Subquery) -> sa.Select[tuple[object, ...]]:
    """What the file states: district_code, period, rows held, of those known, is_whole."""
    is_known = sa.exists().where(_same(held, delivered, kind.held_by))
    rows = sa.select(held, is_known.label("is_known")).subquery("rows")
    known = sa.func.count().filter(rows.c.is_known)
    unit = [rows.c[name] for name in kind.unit]
    first, last = _ends(kind, rows)
    edge: Expression = sa.literal_column(str(_EDGE_DAYS))
    is_from_end_to_end = sa.and_(
        sa.func.any_value(rows.c.first) <= first + edge,
        sa.func.any_value(rows.c.last) >= last - edge,
    )
    is_whole = sa.and_(known > 0, known * _HALF >= sa.func.count())
    if kind.table is attendance_day:
        is_whole = sa.and_(is_whole, is_from_end_to_end)
    return sa.select(
        rows.c.district_code,
        sa.func.min(rows.c.period).label("period"),
        sa.func.count().label("held"),
        known.label("known"),
        is_whole.label("is_whole"),
        sa.and_(
            sa.func.any_value(rows.c.first) <= last,
            sa.func.any_value(rows.c.last) >= first,
        ).label("overlaps"),
    ).group_by(*unit)


def _missing(
    kind: Kind, held: sa.Subquery, units: sa.Table, staged: StagedFile
) -> sa.Select[tuple[object, ...]]:
    """Rows held of what the file states whole, and not in it.

    Nothing is said of students of whom a row was rejected: it may be one of theirs.
    """
    delivered, checked = _delivered(kind, staged), staged.checked
    rejected = checked.c.value_student_id
    digits: Expression = sa.literal_column(str(OFFICIAL_DIGITS["student_id"]))
    unclear = sa.union_all(
        *(
            sa.select(number).where(checked.c.fault.is_not(None), rejected.is_not(None))
            for number in (rejected, sa.func.lpad(rejected, digits, "0"))
        )
    )
    names = [column.name for column in withdrawn_row.c if column.name in held.c]
    missing = (
        sa.select(*(held.c[name] for name in names))
        .join_from(held, units, sa.and_(*(held.c[n] == units.c[n] for n in kind.unit)))
        .where(
            units.c.is_whole,
            ~sa.exists().where(kind.is_same(held, delivered)),
            held.c.student_id.not_in(unclear),
        )
        .subquery("missing")
    )
    return sa.select(
        *(
            missing.c[column.name]
            if column.name in missing.c
            else sa.cast(sa.null(), column.type).label(column.name)
            for column in withdrawn_row.c
            if column.name not in ("load_id", "file", "record", "decision")
        ),
        _how(kind, missing, staged).label("how"),
    )


def _may_be_missing(connection: sa.Connection, kind: Kind, units: sa.Table) -> bool:
    """Whether the counts leave room for any row, so that rows need not be compared in vain."""
    has_room = units.c.known < units.c.held if kind.key == kind.held_by else units.c.held > 0
    rows = sa.select(units).where(units.c.is_whole, has_room)
    return bool(connection.scalar(sa.select(sa.exists(rows))))


def _how(kind: Kind, missing: sa.FromClause, staged: StagedFile) -> Expression:
    if kind.table is not attendance_day:
        return sa.literal(ROW)
    student, day = _delivered(kind, staged), _delivered(kind, staged).alias("of_day")
    has_student = sa.exists().where(_same(missing, student, _STUDENT_MONTH))
    has_day = sa.exists().where(_same(missing, day, ("district_code", "date")))
    return sa.case((~has_student, STUDENT), (~has_day, DAY), else_=ROW)


def _forget(connection: sa.Connection, kind: Kind, staged: StagedFile) -> None:
    """What is delivered again is not withdrawn."""
    of_kind = withdrawn_row.c.record == kind.table.name
    if connection.scalar(sa.select(sa.exists(sa.select(withdrawn_row).where(of_kind)))):
        again = sa.exists().where(kind.is_same(withdrawn_row, _delivered(kind, staged)))
        connection.execute(sa.delete(withdrawn_row).where(of_kind, again))


# --- Settling ----------------------------------------------------------------------


def settle(
    connection: sa.Connection, withdrawn: Sequence[Withdrawn], staged: Iterable[StagedFile]
) -> None:
    """Remove what the mapping says is removed, when all files are merged."""
    of_attendance = [file for file in staged if file.target in _ATTENDANCE]
    for one in withdrawn:
        for other in of_attendance:
            if one.kind.table in _ATTENDANCE and other is not one.staged:
                _leave_to(connection, one, other)
        if one.removes:
            _add_undecided(connection, one)
            _remove(connection, one)


def _leave_to(connection: sa.Connection, one: Withdrawn, other: StagedFile) -> None:
    """A student's month that another file of the delivery states is that file's."""
    stated = _delivered(KINDS[other.target], other)
    connection.execute(
        sa.delete(one.found).where(sa.exists().where(_same(one.found, stated, _STUDENT_MONTH)))
    )


def _add_undecided(connection: sa.Connection, one: Withdrawn) -> None:
    """A decision counts for what earlier loads found of the same districts, too."""
    earlier = withdrawn_row.alias("earlier")
    names = [column.name for column in one.found.c if column.name != "how"]
    found = one.found.alias("already")
    insert_rows(
        connection,
        one.found,
        sa.select(*(earlier.c[name] for name in names), sa.literal(ROW).label("how")).where(
            earlier.c.record == one.kind.table.name,
            earlier.c.district_code.in_(sa.select(one.units.c.district_code)),
            ~sa.exists().where(one.kind.is_same(earlier, found)),
        ),
    )


def _remove(connection: sa.Connection, one: Withdrawn) -> None:
    table, kind = one.kind.table, one.kind
    connection.execute(sa.delete(table).where(_is_found(kind, one.found, table)))
    if table is attendance_month:
        day = KINDS[attendance_day]
        month = {name: day.columns[name](lambda n: attendance_day.c[n]) for name in _STUDENT_MONTH}
        gone = sa.and_(*(one.found.c[name] == value for name, value in month.items()))
        connection.execute(sa.delete(attendance_day).where(sa.exists().where(gone)))


def _is_found(kind: Kind, found: sa.FromClause, table: sa.Table) -> Expression:
    same = (
        found.c[name].is_not_distinct_from(kind.columns[name](lambda n: table.c[n]))
        for name in kind.key
    )
    return sa.exists().where(*same)


def months_without(withdrawn: Sequence[Withdrawn]) -> list[sa.Select[tuple[object, ...]]]:
    """Student-months whose days were removed: student_id, district_code, month."""
    return [
        sa.select(found.c.student_id, found.c.district_code, found.c.period.label("month"))
        for one in withdrawn
        if one.removes and one.kind.table is attendance_day
        for found in (one.found,)
    ]


def removed_months(connection: sa.Connection, withdrawn: Sequence[Withdrawn]) -> bool:
    """Whether months were removed, and with them any days that they were made of."""
    return any(
        one.removes
        and one.kind.table is attendance_month
        and connection.scalar(sa.select(sa.exists(sa.select(one.found))))
        for one in withdrawn
    )


def record(connection: sa.Connection, load_id: str, withdrawn: Sequence[Withdrawn]) -> None:
    """Keep in mind what nobody has decided about, and which enrollments count last."""
    for one in withdrawn:
        if not one.removes:
            _keep_in_mind(connection, load_id, one)
    for kind in KINDS.values():
        here = sa.exists().where(_is_found_here(kind))
        connection.execute(
            sa.delete(withdrawn_row).where(withdrawn_row.c.record == kind.table.name, ~here)
        )


def _is_found_here(kind: Kind) -> Expression:
    table = kind.table
    return sa.and_(
        *(
            withdrawn_row.c[name].is_not_distinct_from(kind.columns[name](lambda n: table.c[n]))
            for name in kind.key
        )
    )


def _keep_in_mind(connection: sa.Connection, load_id: str, one: Withdrawn) -> None:
    is_kept = one.decision == KEEP
    known = withdrawn_row.alias("known")
    of_kind = sa.and_(
        withdrawn_row.c.record == one.kind.table.name,
        withdrawn_row.c.district_code.in_(sa.select(one.units.c.district_code)),
    )
    if is_kept and one.kind.table is enrollment:
        connection.execute(sa.update(withdrawn_row).where(of_kind).values(decision=KEPT))
    elif is_kept:
        connection.execute(sa.delete(withdrawn_row).where(of_kind))
        return
    names = [column.name for column in one.found.c if column.name != "how"]
    insert_rows(
        connection,
        withdrawn_row,
        sa.select(
            sa.literal(load_id).label("load_id"),
            sa.literal(one.staged.name).label("file"),
            sa.literal(one.kind.table.name).label("record"),
            *(one.found.c[name] for name in names),
            sa.literal(KEPT if is_kept else UNDECIDED).label("decision"),
        ).where(
            ~sa.exists().where(
                known.c.record == one.kind.table.name, one.kind.is_same(one.found, known)
            )
        ),
    )


def counts_last() -> Expression:
    """Whether a later delivery of its school year no longer holds an enrollment."""
    return sa.exists().where(
        withdrawn_row.c.record == enrollment.name,
        *(
            withdrawn_row.c[name].is_not_distinct_from(of(lambda n: enrollment.c[n]))
            for name, of in KINDS[enrollment].columns.items()
        ),
    )
