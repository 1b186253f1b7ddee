"""Official attendance: all enrolled students of a district or school, visited or not.

Rates are ratios of sums, days attended / days enrolled, as districts report them. What the
districts delivered, and what of it was rejected.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import sqlalchemy as sa

from queries.database import Snapshot
from queries.disclosure import disclosed, rounded
from queries.disclosure.shares import told_share
from queries.memory import once
from queries.schema import (
    EVERYBODY,
    all_districts_month,
    district,
    district_month,
    is_school_of,
    rejected_count,
    school,
    school_month,
    school_year,
)
from queries.viewer import Viewer

# Counts of students, and the counts whose students each of them is.
_COUNTED_IN = {
    "students": "students",
    "students_k12": "students_k12",
    "chronic_students": "students_k12",
}


def district_months(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    """One row per district and school month delivered, then ``all`` districts together.

    district_code, month (YYYY-MM), school_year, students (Int64, of the month), rate (of the
    month), rate_to_date (of the school year so far), chronic (of everyone outside pre-kindergarten
    enrolled for the least days this school year so far, whoever has left included, the share at or
    below 90 % of it) and chronic_beyond (text), withheld. Ordered by district and month. ``all``
    counts each student once.
    """
    return once(
        data.load_id,
        ("district months", viewer.threshold),
        partial(_district_months, data, viewer),
    )


def _district_months(data: Snapshot, viewer: Viewer) -> pd.DataFrame:
    of_districts = data.frame(sa.select(district_month).order_by("district_code", "month"))
    everybody = data.frame(sa.select(all_districts_month).order_by("month"))
    each_once = _each_once(everybody, of_districts, viewer).assign(district_code=EVERYBODY)
    frame = pd.concat([of_districts, each_once], ignore_index=True)
    frame["school_year"] = frame["month"].map(school_year_of)
    so_far = frame.groupby(["district_code", "school_year"])[["days_enrolled", "days_attended"]]
    to_date = so_far.cumsum()
    shown = frame[["district_code", "month", "school_year", "students"]].assign(
        rate=frame["days_attended"] / frame["days_enrolled"],
        rate_to_date=to_date["days_attended"] / to_date["days_enrolled"],
    )
    told = disclosed(shown, viewer, ("rate", "rate_to_date"), exact=True)
    return _with_chronic(told, frame, viewer).drop(columns=["about", "beyond"])


def _with_chronic(told: pd.DataFrame, frame: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    """The rows as told, with the share of the chronically absent of the same rows' counts."""
    few = told["withheld"] | (frame["students_k12"] < viewer.threshold)
    share = told_share(frame["chronic_students"], frame["students_k12"])
    return told.assign(
        chronic=share["share"].mask(few), chronic_beyond=share["beyond"].mask(few, "")
    )


def _each_once(everybody: pd.DataFrame, of_districts: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    """Counts of all districts together, rounded where few make the difference to the sum of each.

    It would tell of those few: the students who were in more than one district.
    """
    sums = of_districts.groupby("month")[list(_COUNTED_IN)].sum().reindex(everybody["month"])
    apart = everybody[list(_COUNTED_IN)] - sums.to_numpy()
    by_few = apart.abs().ge(1) & apart.abs().lt(viewer.threshold)
    return everybody.assign(
        **{
            count: everybody[count].where(~by_few[students], rounded(everybody[count]))
            for count, students in _COUNTED_IN.items()
        }
    )


def school_year_of(month: str) -> str:
    """``2021-10`` -> ``2021-22``: a school year starts in August."""
    start = int(month[:4]) - (month[5:] < "08")
    return f"{start}-{(start + 1) % 100:02d}"


def schools(data: Snapshot, viewer: Viewer, district_code: str) -> pd.DataFrame:
    """Schools of a district this school year and the one before, the largest first.

    school_name, students (Int64, this year), rate and rate_before, chronic and chronic_before (as
    the district's in its last month, of the students last enrolled in the school), both with their
    ``_beyond``; rates are 0..1, missing where withheld, ``withheld`` tells of this year. Where one
    school is withheld, the next smallest is too: the district's own figure less the others' would
    tell of it. Students of no school are such a part too, which is never shown.
    """
    columns = school_year.c
    years = data.frame(
        sa.select(school_year, school.c.school_name)
        .join_from(school_year, school, is_school_of(school_year), isouter=True)
        .where(columns.district_code == district_code)
        .order_by(columns.school_year, columns.school_code)
    )
    told = [_told_schools(year, viewer) for _name, year in years.groupby("school_year")][-2:]
    if not told:
        return pd.DataFrame()
    now = told[-1]
    names = ["school_code", "rate", "chronic", "chronic_beyond"]
    before = (
        told[0][names]
        if len(told) == 2
        else now[names].assign(rate=float("nan"), chronic=float("nan"), chronic_beyond="")
    )
    both = now.merge(before, on="school_code", how="left", suffixes=("", "_before")).rename(
        columns={"chronic_beyond_before": "chronic_before_beyond"}
    )
    both["chronic_before_beyond"] = both["chronic_before_beyond"].fillna("")
    return both.sort_values("students", ascending=False, kind="stable", na_position="last")


def _told_schools(year: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    smallest = year["students_k12"].where(year["students_k12"] > 0, year["students"])
    few = smallest < viewer.threshold
    if few.any() and smallest[few].sum() < viewer.threshold and not few.all():
        few |= smallest == smallest[~few].min()
    rows = year[["school_code", "students"]].assign(
        school_name=year["school_name"].fillna(year["school_code"]),
        smallest_part=smallest.where(~few, 0),
        rate=year["days_attended"] / year["days_enrolled"],
    )
    told = _with_chronic(disclosed(rows, viewer, ("rate",), exact=True), year, viewer)
    return told[told["school_code"].notna()]


def quality(data: Snapshot) -> pd.DataFrame:
    """What each district delivered: no student.

    Indexed by district_code: months (school months with its attendance), last_month (YYYY-MM),
    late (list of the database's months after it), missing (list of months between its first and
    last without any), rejected (rows naming it that the last load rejected).
    """
    return once(data.load_id, "quality", partial(_quality, data))


def _quality(data: Snapshot) -> pd.DataFrame:
    every = list(data.connection.scalars(sa.select(school_month.c.month).order_by("month")))
    delivered = data.frame(sa.select(district_month.c.district_code, district_month.c.month))
    months = delivered.groupby("district_code")["month"].agg(set).to_dict()
    rejected = data.frame(
        sa.select(rejected_count.c.district_code, sa.func.sum(rejected_count.c.rows).label("rows"))
        .where(rejected_count.c.load_id == data.load_id)
        .group_by(rejected_count.c.district_code)
    ).set_index("district_code")["rows"]
    rows = {}
    for code in data.connection.scalars(sa.select(district.c.district_code)):
        own = sorted(months.get(code, ()))
        rows[code] = {
            "months": len(own),
            "last_month": own[-1] if own else None,
            "late": [month for month in every if not own or month > own[-1]],
            "missing": [m for m in every if own and own[0] < m < own[-1] and m not in own],
            "rejected": int(rejected.get(code, 0)),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
