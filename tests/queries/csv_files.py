"""The program's CSV files read by another way: plain pandas, its bad rows left out by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from evaluation.histories import Records
from tests.conftest import Program

BANDS = dict.fromkeys(("PK", "K", "1", "2", "3", "4", "5"), 0) | {
    str(grade): 1 for grade in range(6, 13)
}


@dataclass(frozen=True)
class CsvFiles:
    """Good rows: attendance by student, district and month; stays; contacts of any outcome."""

    attendance: pd.DataFrame
    stays: pd.DataFrame
    visits: pd.DataFrame


def read(program: Program) -> CsvFiles:
    declared = pd.read_csv(program.delivery / "students.csv", dtype=str)["student_id"]
    students = set(declared[declared.str.fullmatch(r"\d{10}")])
    districts = set(pd.read_csv(program.delivery / "districts.csv", dtype=str)["district_code"])
    return CsvFiles(
        _attendance(program, students, districts),
        _stays(program, students, districts),
        _visits(program, students),
    )


def _attendance(program: Program, students: set[str], districts: set[str]) -> pd.DataFrame:
    # Of six million rows few texts differ.
    monthly = pd.read_csv(program.delivery / "attendance.csv", dtype=str).astype("category")
    for column in ("days_enrolled", "days_attended"):
        texts = monthly[column].cat.categories
        numbers = dict(zip(texts, pd.to_numeric(texts, errors="coerce"), strict=True))
        monthly[column] = monthly[column].map(numbers).astype(float)
    months = monthly["month"].cat.categories
    monthly = monthly[
        monthly["days_attended"].between(0, monthly["days_enrolled"])
        & monthly["days_enrolled"].between(0, 31)
        & monthly["student_id"].isin(students)
        & monthly["district_code"].isin(districts)
        & monthly["month"].isin(months[months.str.fullmatch(r"20[0-2]\d-(0[1-9]|1[0-2])")])
    ].drop_duplicates()
    key = ["student_id", "district_code", "month"]
    monthly = monthly[~monthly.duplicated(key, keep=False)].astype(dict.fromkeys(key, str))
    daily = pd.read_csv(program.delivery / "attendance_daily.csv", dtype=str)
    daily["days_attended"] = daily["attended"].astype(float)
    real_day = pd.to_datetime(daily["date"], errors="coerce").notna()
    daily = daily[real_day & (daily["days_attended"] <= 1)]
    daily = daily.assign(month=daily["date"].str[:7], days_enrolled=1.0)
    both = pd.concat([monthly, daily])[[*key, "days_enrolled", "days_attended"]]
    summed = both.groupby(key, as_index=False).sum()
    return summed[summed["days_enrolled"] > 0]


def _stays(program: Program, students: set[str], districts: set[str]) -> pd.DataFrame:
    stays = pd.read_csv(program.delivery / "enrollments.csv", dtype=str)
    for column in ("entry_date", "exit_date"):
        stays[column] = pd.to_datetime(stays[column], errors="coerce")
    good = (
        stays["entry_date"].between("2000", "2030")
        & (stays["grade"] != "13")
        & (stays["school_code"] != "0009999")
        & stays["student_id"].isin(students)
        & stays["district_code"].isin(districts)
    )
    return stays[good]


def _visits(program: Program, students: set[str]) -> pd.DataFrame:
    visits = pd.read_csv(program.delivery / "visits.csv", dtype=str).drop_duplicates()
    visits["date"] = pd.to_datetime(visits["visit_date"], errors="coerce")
    return visits[
        (visits["date"] < "2030")
        & visits["modality"].isin(["home", "school", "community", "virtual", "phone"])
        & visits["outcome"].isin(["completed", "attempted", "cancelled"])
        & visits["visitor_type"].isin(["school", "community"])
        & visits["student_id"].isin(students)
    ]


def all_districts(files: CsvFiles) -> pd.DataFrame:
    """Each student's months, districts added up."""
    columns = ["student_id", "month", "days_enrolled", "days_attended"]
    return files.attendance[columns].groupby(["student_id", "month"], as_index=False).sum()


def first_visits(files: CsvFiles) -> pd.DataFrame:
    """The first completed visit of each student, with district, school and grade on the day:
    of the stay that covers it, else of the last one before.
    """
    completed = files.visits[files.visits["outcome"] == "completed"]
    first = completed.sort_values(["date", "visit_id"]).drop_duplicates("student_id")
    both = first.merge(files.stays, on="student_id")
    covers = both["date"].between(both["entry_date"], both["exit_date"])
    begun = both["entry_date"] <= both["date"]
    both["rank"] = (~covers).astype(int) + (~begun).astype(int)
    both["distance"] = (both["date"] - both["entry_date"]).abs()
    both = both.sort_values(["rank", "distance", "school_code"])
    return both.drop_duplicates("student_id")


def present_places(files: CsvFiles) -> pd.DataFrame:
    """Each student's district and grade by the latest stay."""
    order = ["school_year", "entry_date"]
    return files.stays.sort_values(order).drop_duplicates("student_id", keep="last")


def event_months(attendance: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """Months of the visited, numbered from the first visit."""
    months = sorted(attendance["month"].unique())
    assert not any(month[-2:] in ("07", "08") for month in months)
    rows = attendance.merge(first[["student_id", "date"]], on="student_id")
    visit_month = rows["date"].dt.strftime("%Y-%m")
    number = rows["month"].map(months.index)
    following = visit_month.map({v: sum(m <= v for m in months) for v in visit_month.unique()})
    in_school = visit_month.isin(months).astype(int)
    after = number >= following
    rows["event_month"] = (number - following + 1).where(after, number - following + in_school)
    return rows.assign(rate=rows["days_attended"] / rows["days_enrolled"])


def school_year(month: pd.Series) -> pd.Series:
    start = {one: int(one[:4]) - (one[5:] < "08") for one in month.unique()}
    return month.map({one: f"{year}-{(year + 1) % 100}" for one, year in start.items()})


def chronic_by_student(rows: pd.DataFrame) -> pd.Series:
    """Whether each student with ten days in these rows missed a tenth of them."""
    sums = rows.groupby("student_id")[["days_attended", "days_enrolled"]].sum()
    sums = sums[sums["days_enrolled"] >= 10]
    missed = sums["days_enrolled"] - sums["days_attended"]
    return (10_000 * missed).round() >= (1_000 * sums["days_enrolled"]).round()


def in_pre_kindergarten(files: CsvFiles, rows: pd.DataFrame) -> np.ndarray:
    """Which rows, of a student and a school year, were in pre-kindergarten."""
    stays = files.stays
    young = stays.loc[stays["grade"] == "PK", ["student_id", "school_year"]]
    rows = pd.MultiIndex.from_frame(rows[["student_id", "year"]])
    return rows.isin(pd.MultiIndex.from_frame(young))


def month_before(files: CsvFiles, first: pd.DataFrame) -> pd.Series:
    """The last whole school month before the first visit, by student; none: left out."""
    months = np.array(sorted(files.attendance["month"].unique()))
    at = np.searchsorted(months, first["date"].dt.strftime("%Y-%m").to_numpy(str)) - 1
    found = pd.Series(months[at], index=first["student_id"].to_numpy())
    return found[at >= 0]


def last_schools(files: CsvFiles, year: str) -> pd.DataFrame:
    """The school each student was last enrolled in, by district."""
    stays = files.stays[files.stays["school_year"] == year].sort_values("entry_date")
    return stays.drop_duplicates(["student_id", "district_code"], keep="last")


def records(files: CsvFiles, first: pd.DataFrame, shuffle: pd.Series) -> tuple[Records, np.ndarray]:
    """All students' school months as the evaluation takes them, and the students' ids.

    ``shuffle`` gives the students, by id, an order to choose comparison students by.
    """
    attendance = all_districts(files)
    months = sorted(attendance["month"].unique())
    ids, student = np.unique(attendance["student_id"].to_numpy(str), return_inverse=True)
    column = attendance["month"].map(months.index).to_numpy()
    days = np.zeros((len(ids), len(months)))
    rate = np.full(days.shape, np.nan)
    days[student, column] = attendance["days_enrolled"]
    rate[student, column] = attendance["days_attended"] / attendance["days_enrolled"]
    place = {identifier: number for number, identifier in enumerate(ids)}
    visited_at = np.full(len(ids), np.inf)
    for identifier, month in zip(
        first["student_id"], first["date"].dt.strftime("%Y-%m"), strict=True
    ):
        before = sum(known <= month for known in months)
        if identifier in place:
            visited_at[place[identifier]] = before - 1 if month in months else before - 0.5
    year = school_year(pd.Series(months)).to_numpy()
    stays = files.stays[files.stays["student_id"].isin(place)]
    band = np.full(days.shape, 2)
    school = np.zeros(len(ids), dtype=int)
    schools = np.unique(stays["school_code"].to_numpy(str), return_inverse=True)[1]
    at = stays["student_id"].map(place).to_numpy()
    bands = stays["grade"].map(BANDS).to_numpy()
    for one in np.unique(year):
        of_year = (stays["school_year"] == one).to_numpy()
        band[np.ix_(at[of_year], year == one)] = bands[of_year, None]
        school[at[of_year]] = schools[of_year] + 1
    order = shuffle[ids].rank(method="first").to_numpy().astype(int)
    district = np.zeros(days.shape, dtype=int)
    rows = files.attendance.sort_values("district_code")  # of two in a month the last counts
    codes = np.unique(rows["district_code"].to_numpy(str), return_inverse=True)[1]
    district[rows["student_id"].map(place), rows["month"].map(months.index)] = codes
    return Records(rate, days, band, visited_at, district, school, order), ids
