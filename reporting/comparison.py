"""The comparison with similar students not visited: its rows and its results, by every load."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from evaluation.assessment import assess
from evaluation.histories import HISTORY, Records
from evaluation.matched import Fit, NoComparisonError, Stacks, prepare, select
from evaluation.response import similar_students
from evaluation.verdict import Verdict
from queries import schema
from queries.duckdb_file import fetch_arrays
from queries.schema import (
    COMPARISON_MONTHS,
    CUTS,
    EVERYBODY,
    attendance_month,
    comparison_cell,
    effect_check,
    effect_month,
    enrollment,
    school_month,
    served_student,
    trajectory_month,
)
from reporting import responses
from reporting.progress import Progress
from reporting.statements import insert_frame

_UNKNOWN_BAND = len(schema.GRADE_BANDS)


def rebuild(connection: sa.Connection, data_as_of: date, progress: Progress) -> None:
    """Fill the empty ``comparison_cell``, ``effect_month`` and ``effect_check``.

    Also gives every served student's months what similar students had, and every contacted
    student's status. The comparison stays empty where no visit month has three school months of
    attendance before it. ``progress`` is told a share
    from 0 to 1.
    """
    progress("Finding similar students", 0.0)
    students = read_students(connection)
    records = read_records(connection, students)
    try:
        matched, unmatched = (
            prepare(records, COMPARISON_MONTHS, by_history=kind) for kind in (True, False)
        )
    except NoComparisonError:
        responses.rebuild(connection, data_as_of, None, students["student_id"])
        return
    similar = similar_students(records, matched)
    responses.rebuild(connection, data_as_of, similar, students["student_id"])
    insert_frame(connection, comparison_cell, _frame(matched, students, matched=True))
    insert_frame(connection, comparison_cell, _frame(unmatched, students, matched=False))
    everybody: Verdict | None = None
    cuts = _cuts(connection, students)
    for done, (dimension, value, chosen) in enumerate(cuts):
        progress("Comparing with similar students", 0.4 + 0.6 * done / len(cuts))
        designs = [select(rows, chosen[rows.student]) for rows in (matched, unmatched)]
        try:
            found = assess(*designs, everybody=everybody)
        except NoComparisonError:
            continue
        names = {"dimension": dimension, "value": value}
        insert_frame(connection, effect_month, pd.DataFrame(names | found.by_month()))
        connection.execute(sa.insert(effect_check).values(names | found.checks()))
        if dimension == EVERYBODY:
            everybody = found.verdict
            ids = students["student_id"].to_numpy()[designs[0].student[designs[0].visited]]
            _tell_each_student(connection, found.effect, ids)


Cut = tuple[str, str, npt.NDArray[np.bool_]]


def _cuts(connection: sa.Connection, students: pd.DataFrame) -> list[Cut]:
    """All, and every value of every dimension, with a flag for each student of it.

    All come first: groups too small to be checked by themselves take their result.
    """
    columns = [column.label(name) for name, column in CUTS.items()]
    served = pd.DataFrame(
        fetch_arrays(connection, sa.select(served_student.c.student_id, *columns))
    )
    ids = students["student_id"]
    cuts: list[Cut] = [(EVERYBODY, EVERYBODY, ids.isin(served["student_id"]).to_numpy())]
    for dimension in CUTS:
        for value, group in served.groupby(dimension)["student_id"]:
            cuts.append((dimension, str(value), ids.isin(group).to_numpy()))
    return cuts


def _tell_each_student(connection: sa.Connection, effect: Fit, ids: npt.NDArray[Any]) -> None:
    events = effect.estimates.event
    expected = pd.DataFrame(
        {
            "student_id": np.repeat(ids, len(events)),
            "event_month": np.tile(events, len(ids)),
            "rate": effect.expected.ravel(),
        }
    )
    _expected_rate.create(connection)
    insert_frame(connection, _expected_rate, expected.dropna())
    months, told = trajectory_month.c, _expected_rate.c
    connection.execute(
        sa.update(trajectory_month)
        .values(comparison_rate=told.rate)
        .where(months.student_id == told.student_id, months.event_month == told.event_month)
    )
    _expected_rate.drop(connection)


_expected_rate = sa.Table(
    "expected_rate",
    sa.MetaData(),
    sa.Column("student_id", sa.Text),
    sa.Column("event_month", sa.SmallInteger),
    sa.Column("rate", sa.Double),
    prefixes=["TEMPORARY"],
)


def _numbered() -> sa.Subquery:
    """Students with days enrolled, numbered from 0 by id."""
    ids = (
        sa.select(attendance_month.c.student_id)
        .where(attendance_month.c.days_enrolled > 0)
        .distinct()
        .subquery("ids")
    )
    number = sa.func.row_number().over(order_by=ids.c.student_id) - 1
    return sa.select(ids.c.student_id, number.label("student")).subquery("numbered")


def read_students(connection: sa.Connection) -> pd.DataFrame:
    """Ids by number, and a fixed shuffle of them."""
    numbered = _numbered()
    shuffle = sa.func.hash(numbered.c.student_id)
    rows = sa.select(numbered.c.student_id, shuffle.label("shuffle")).order_by(numbered.c.student)
    return pd.DataFrame(fetch_arrays(connection, rows))


def read_records(connection: sa.Connection, people: pd.DataFrame) -> Records:
    """Every student's school months, in the order of ``read_students``."""
    students = len(people)
    months = connection.scalar(sa.select(sa.func.count()).select_from(school_month)) or 0
    days = np.zeros((students, months), dtype=np.float32)
    rate = np.full((students, months), np.nan)
    district = np.zeros((students, months), dtype=np.int16)
    attendance = fetch_arrays(connection, _attendance())
    at = (attendance["student"], attendance["month"])
    days[at] = attendance["enrolled"]
    district[at] = attendance["district"]
    rate[at] = attendance["attended"] / attendance["enrolled"]
    visited_at = np.full(students, np.inf)
    visits = fetch_arrays(connection, _first_visits())
    visited_at[visits["student"]] = visits["visited_at"]
    band, school = _places(connection, students, months)
    order = people["shuffle"].rank(method="first").to_numpy().astype(np.int64)
    return Records(rate, days, band, visited_at, district, school, order)


def _attendance() -> sa.Select[tuple[int, int, int, float, float]]:
    numbered = _numbered()
    months = attendance_month.c
    code = schema.district.c.district_code
    districts = sa.select(
        code, (sa.func.row_number().over(order_by=code) - 1).label("number")
    ).subquery("districts")
    return (
        sa.select(
            numbered.c.student,
            (school_month.c.number - 1).label("month"),
            # Of a move in mid-month either district will do.
            sa.func.max(districts.c.number).label("district"),
            sa.func.sum(months.days_enrolled).label("enrolled"),
            sa.func.sum(months.days_attended).label("attended"),
        )
        .join_from(attendance_month, numbered, numbered.c.student_id == months.student_id)
        .join(school_month, school_month.c.month == months.month)
        .join(districts, districts.c.district_code == months.district_code)
        .where(months.days_enrolled > 0)
        .group_by(numbered.c.student, school_month.c.number)
    )


def _first_visits() -> sa.Select[tuple[int, float]]:
    numbered = _numbered()
    # Months count from 0 here; a visit between school months lies half a month before the next.
    following = sa.cast(served_student.c.month_plus_one, sa.Double) - 1
    visited_at = sa.case((served_student.c.has_month_zero, following - 1), else_=following - 0.5)
    return sa.select(numbered.c.student, visited_at.label("visited_at")).join_from(
        served_student, numbered, numbered.c.student_id == served_student.c.student_id
    )


def _places(
    connection: sa.Connection, students: int, months: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
    """Grade band by month, and the last school, as codes."""
    numbered = _numbered()
    bands = schema.GRADE_BANDS.values()
    code = sa.case(
        *((enrollment.c.grade.in_(grades), number) for number, grades in enumerate(bands)),
        else_=_UNKNOWN_BAND,
    )
    place = sa.func.coalesce(enrollment.c.school_code, enrollment.c.district_code)
    rows = (
        sa.select(
            numbered.c.student,
            sa.cast(sa.func.left(enrollment.c.school_year, 4), sa.Integer).label("start"),
            sa.func.max(code).label("band"),
            sa.func.max(place).label("place"),
        )
        .join_from(enrollment, numbered, numbered.c.student_id == enrollment.c.student_id)
        .group_by(numbered.c.student, sa.text("start"))
        .order_by(sa.text("start"))
    )
    found = fetch_arrays(connection, rows)
    names = list(connection.scalars(sa.select(school_month.c.month).order_by("number")))
    starts = np.array([int(name[:4]) - (name[5:] < "08") for name in names])
    band = np.full((students, months), _UNKNOWN_BAND, dtype=np.int8)
    for start in np.unique(starts):
        of_year = found["start"] == start
        band[np.ix_(found["student"][of_year], starts == start)] = found["band"][of_year, None]
    school = np.zeros(students, dtype=np.int64)
    school[found["student"]] = np.unique(found["place"].astype(str), return_inverse=True)[1] + 1
    return band, school


def _frame(stacks: Stacks, students: pd.DataFrame, *, matched: bool) -> pd.DataFrame:
    columns = {
        "student_id": students["student_id"].to_numpy()[stacks.student],
        "student": stacks.student,
        "school": stacks.school,
        "district": stacks.district,
        "matched": matched,
        "visited": stacks.visited,
        "stratum": stacks.stratum,
        "place": stacks.place,
    }
    columns |= {name: stacks.history[:, place] for place, name in enumerate(HISTORY)}
    for place, month in enumerate(stacks.event):
        columns[schema.outcome_column(month)] = stacks.outcome[:, place]
        if month >= 0:
            columns[schema.weight_column(month)] = stacks.weight[:, place]
    return pd.DataFrame(columns)
