"""Who responded and who needs somebody: rows of ``contacted_student``, by every load."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import sqlalchemy as sa

from evaluation.response import Similar, need, response_status
from queries.schema import (
    contacted_student,
    school_month,
    served_student,
    similar_month,
)
from reporting.marts import contacted_students
from reporting.statements import insert_frame

_QUARTILE_COLUMNS = ["similar_low", "similar_median", "similar_high"]


def rebuild(
    connection: sa.Connection, data_as_of: date, similar: Similar | None, ids: pd.Series[str]
) -> None:
    """Fill the empty ``contacted_student`` and ``similar_month``, and the served's status.

    ``ids`` are the student ids by the numbers that ``similar`` uses; None: nobody is compared.
    """
    students = pd.read_sql_query(contacted_students(), connection).astype({"is_chronic": "boolean"})
    if similar is not None:
        found = pd.DataFrame(similar.quartiles, columns=_QUARTILE_COLUMNS)
        found = found.assign(
            student_id=ids.to_numpy()[similar.student], similar_students=similar.size
        )
        students = students.merge(found, on="student_id", how="left")
        insert_frame(connection, similar_month, _months(connection, similar, ids))
    else:
        students[[*_QUARTILE_COLUMNS, "similar_students"]] = np.nan
    insert_frame(connection, contacted_student, _with_status(students, data_as_of))
    contacted = contacted_student.c
    connection.execute(
        sa.update(served_student)
        .values(
            status=contacted.status,
            similar_median=contacted.similar_median,
            chronic_now=sa.case((~contacted.in_pre_kindergarten, contacted.is_chronic)),
        )
        .where(contacted.student_id == served_student.c.student_id)
    )


def _with_status(students: pd.DataFrame, data_as_of: date) -> pd.DataFrame:
    unreached = pd.Timestamp(data_as_of) - pd.to_datetime(students["last_reached_date"])
    status = response_status(
        visited=students["first_visit_date"].notna().to_numpy(),
        left=students["now_rate"].isna().to_numpy(),
        baseline_days=students["baseline_days"].to_numpy(float),
        months_since=students["since_months"].to_numpy(int),
        days_since=students["since_days"].to_numpy(float),
        rate_since=students["since_rate"].to_numpy(float),
        quartiles=students[_QUARTILE_COLUMNS].to_numpy(float),
    )
    needs = need(
        students["now_rate"].to_numpy(float),
        students["earlier_rate"].to_numpy(float),
        np.asarray(unreached.dt.days.fillna(np.inf), dtype=float),
    )
    return students.assign(status=status, need=needs)


def _months(connection: sa.Connection, similar: Similar, ids: pd.Series[str]) -> pd.DataFrame:
    months = list(connection.scalars(sa.select(school_month.c.month).order_by("number")))
    student, month = np.nonzero(~np.isnan(similar.by_month[:, :, 0]))
    quartiles = similar.by_month[student, month]
    return pd.DataFrame(
        {
            "student_id": ids.to_numpy()[similar.student[student]],
            "month": np.array(months)[month],
            "low": quartiles[:, 0],
            "median": quartiles[:, 1],
            "high": quartiles[:, 2],
        }
    )
