"""What was taken back at the source, in words: remarks with counts, and a doubt for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import sqlalchemy as sa

from queries.held import told_count
from queries.schema import attendance_day, attendance_month, district, enrollment, visit
from queries.withdrawn import RULES
from reporting.mapping import KEEP
from reporting.withdrawn import DAY, ROW, STUDENT, Withdrawn

_COLUMNS = ["file", "line", "rule", "words"]

# One and many of each fact.
_NAMES = {
    attendance_day: ("student-day", "student-days"),
    attendance_month: ("student-month", "student-months"),
    enrollment: ("enrollment", "enrollments"),
    visit: ("visit", "visits"),
}


def remarks(connection: sa.Connection, withdrawn: Sequence[Withdrawn]) -> list[str]:
    """What a load did with what its files no longer hold, and which it took as corrections."""
    said = []
    for one in withdrawn:
        rows = _rows(connection, one)
        if len(rows):
            said.append(f"{_gone(one, rows)} {_decided(one)}")
        if few := _corrections(connection, one):
            said.append(few)
    return said


def told(connection: sa.Connection, withdrawn: Sequence[Withdrawn]) -> list[str]:
    """The same to whoever sent the delivery: of enough rows, in fives."""
    said = []
    for one in withdrawn:
        rows = _rows(connection, one)
        if (number := told_count(len(rows))) is not None:
            said.append(
                f"{one.staged.name}: about {number:,} {_NAMES[one.kind.table][1]} that the "
                f"database holds of {_where(one, rows)} are not in this delivery, which states the "
                f"same again. {_decided(one)}"
            )
    return said


def doubts(connection: sa.Connection, withdrawn: Sequence[Withdrawn]) -> pd.DataFrame:
    """What nobody has decided about: file, line (none), rule, words.

    Days come together: all of a student's month, and all students of a day that nobody has now.
    """
    undecided = [one for one in withdrawn if not one.removes and one.decision != KEEP]
    frames = [pd.DataFrame(columns=_COLUMNS)]
    for one in undecided:
        words = _in_words(one, _rows(connection, one))
        frames.append(
            pd.DataFrame({"words": words}).assign(
                file=one.staged.name, line=None, rule=RULES[one.kind.table.name]
            )[_COLUMNS]
        )
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)


def _rows(connection: sa.Connection, one: Withdrawn) -> pd.DataFrame:
    """What is gone, with the district's name: the columns of ``found``, district_name."""
    found = one.found
    name = sa.func.coalesce(district.c.district_name, found.c.district_code, "no district")
    return pd.read_sql_query(
        sa.select(found, name.label("district_name"))
        .join_from(found, district, district.c.district_code == found.c.district_code, isouter=True)
        .order_by(name, found.c.period, found.c.student_id, found.c.date, found.c.visit_id),
        connection,
    )


# --- Remarks -----------------------------------------------------------------------


def _gone(one: Withdrawn, rows: pd.DataFrame) -> str:
    many = len(rows) > 1
    what = f"{len(rows):,} {_NAMES[one.kind.table][many]}"
    parts = _parts(rows) if one.kind.table is attendance_day else ""
    return (
        f"{one.staged.name}: {what} that the database holds of {_where(one, rows)} "
        f"{'are' if many else 'is'} not in this delivery, which states the same again{parts}."
    )


def _where(one: Withdrawn, rows: pd.DataFrame) -> str:
    in_words = str if one.kind.table is enrollment else _month
    districts, periods = sorted(set(rows["district_name"])), sorted(set(rows["period"]))
    where = districts[0] if len(districts) == 1 else f"{len(districts)} districts"
    if len(periods) == 1:
        return f"{where}, {in_words(periods[0])}"
    return f"{where}, {in_words(periods[0])} to {in_words(periods[-1])}"


def _parts(rows: pd.DataFrame) -> str:
    """Of days: those of students who have none now, those that nobody has now, and others."""
    of_students, of_days, others = (rows[rows["how"] == how] for how in (STUDENT, DAY, ROW))
    parts = []
    if len(of_students):
        students = of_students["student_id"].nunique()
        who = "1 student who has" if students == 1 else f"{students:,} students who have"
        parts.append(f"{len(of_students):,} of {who} none there now")
    if len(of_days):
        days = sorted(set(pd.to_datetime(of_days["date"]).dt.date))
        which = _day(days[0]) if len(days) == 1 else f"{len(days)} days"
        parts.append(f"{len(of_days):,} of {which}, which nobody has now")
    if len(others):
        parts.append(f"{len(others):,} of single days")
    return f": {'; '.join(parts)}"


def _decided(one: Withdrawn) -> str:
    if one.removes:
        return "Removed, as the mapping says."
    if one.decision == KEEP:
        return "Kept, as the mapping says."
    section = f"[{one.staged.file.name}]"
    if one.decision is None:
        return (
            f'Kept until somebody decides: withdrawn = "remove" or "keep" in {section} of a '
            "mapping."
        )
    return "Kept, though the mapping says remove: some rows could not be read."


def _corrections(connection: sa.Connection, one: Withdrawn) -> str:
    """Months of which a file holds a part, so that the rest of them stays."""
    units = one.units.c
    of_days = units.overlaps if one.kind.table is attendance_day else sa.true()
    of_visits = units.known > 0 if one.kind.table is visit else sa.true()
    count, districts = connection.execute(
        sa.select(sa.func.count(), sa.func.count(units.district_code.distinct())).where(
            ~units.is_whole, of_days, of_visits
        )
    ).one()
    if not count:
        return ""
    of = "1 district" if districts == 1 else f"{districts} districts"
    noun = {enrollment: ("school year", "school years"), visit: ("log", "logs")}
    what = noun.get(one.kind.table, ("month", "months"))[count > 1]
    return (
        f"{one.staged.name} holds a part alone of {count:,} {what} of {of}, against what the "
        "database holds: taken as corrections and additions, the rest stays."
    )


# --- Doubts ------------------------------------------------------------------------


def _in_words(one: Withdrawn, rows: pd.DataFrame) -> list[str]:
    if one.kind.table is attendance_day:
        return [*_days_of_students(rows[rows["how"] != DAY]), *_days(rows[rows["how"] == DAY])]
    say = {attendance_month: _month_row, enrollment: _enrollment_row, visit: _visit_row}
    return [say[one.kind.table](row) for _number, row in rows.iterrows()]


def _days_of_students(rows: pd.DataFrame) -> list[str]:
    names = ["district_name", "period", "student_id"]
    counted = rows.groupby(names, sort=False).size().reset_index(name="days")
    return [
        f"{row['student_id']}: {_counted(row['days'], 'day')} of {_month(row['period'])} in "
        f"{row['district_name']}"
        for row in counted.to_dict("records")
    ]


def _days(rows: pd.DataFrame) -> list[str]:
    counted = (
        rows.groupby(["district_name", "date"], sort=False).size().reset_index(name="students")
    )
    return [
        f"{_day(row['date'])} in {row['district_name']}: {_counted(row['students'], 'student')}; "
        "nobody has the day now"
        for row in counted.to_dict("records")
    ]


def _month_row(row: pd.Series) -> str:
    return f"{row['student_id']}: {_month(row['period'])} in {row['district_name']}"


def _enrollment_row(row: pd.Series) -> str:
    school = "" if pd.isna(row["school_code"]) else f", school {row['school_code']}"
    since = "" if pd.isna(row["entry_date"]) else f", since {_day(row['entry_date'])}"
    return f"{row['student_id']}: {row['period']} in {row['district_name']}{school}{since}"


def _visit_row(row: pd.Series) -> str:
    return f"{row['visit_id']}: {row['student_id']} on {_day(row['date'])}"


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def _month(period: str) -> str:
    return f"{pd.Period(period, 'M'):%B %Y}"


def _day(day: date) -> str:
    return f"{pd.Timestamp(day):%B} {pd.Timestamp(day).day}, {pd.Timestamp(day).year}"
