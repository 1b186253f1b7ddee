"""The chart's points once more, by another way: plain pandas from the CSV files."""

from __future__ import annotations

import pandas as pd
import pytest

from queries.database import snapshot
from queries.filters import Filters, View
from queries.trajectories import trajectory
from queries.viewer import Viewer
from tests.conftest import Program

DISTRICTS = ("0640011", "0930011")
SUMMER = ("07", "08")


def clean_attendance(program: Program, students: set[str], districts: set[str]) -> pd.DataFrame:
    """Student, month, days enrolled and attended, of good rows, all districts added up."""
    monthly = pd.read_csv(program.delivery / "attendance.csv", dtype=str)
    for column in ("days_enrolled", "days_attended"):
        monthly[column] = pd.to_numeric(monthly[column], errors="coerce")
    monthly = monthly[
        monthly["days_attended"].between(0, monthly["days_enrolled"])
        & monthly["days_enrolled"].between(0, 31)
        & monthly["student_id"].isin(students)
        & monthly["district_code"].isin(districts)
        & monthly["month"].str.fullmatch(r"20[0-2]\d-(0[1-9]|1[0-2])")
    ].drop_duplicates()
    key = ["student_id", "district_code", "month"]
    monthly = monthly[~monthly.duplicated(key, keep=False)]
    daily = pd.read_csv(program.delivery / "attendance_daily.csv", dtype=str)
    daily["days_attended"] = daily["attended"].astype(float)
    real_day = pd.to_datetime(daily["date"], errors="coerce").notna()
    daily = daily[real_day & (daily["days_attended"] <= 1)]
    daily = daily.assign(month=daily["date"].str[:7], days_enrolled=1.0)
    both = pd.concat([monthly, daily])[["student_id", "month", "days_enrolled", "days_attended"]]
    summed = both.groupby(["student_id", "month"], as_index=False).sum()
    return summed[summed["days_enrolled"] > 0]


def first_visits(program: Program, students: set[str]) -> pd.DataFrame:
    visits = pd.read_csv(program.delivery / "visits.csv", dtype=str)
    visits["date"] = pd.to_datetime(visits["visit_date"], errors="coerce")
    completed = visits[
        (visits["outcome"] == "completed")
        & (visits["date"] < "2030")
        & visits["modality"].isin(["home", "school", "community", "virtual", "phone"])
        & visits["student_id"].isin(students)
    ]
    return completed.sort_values(["date", "visit_id"]).drop_duplicates("student_id")


def place_at_visit(program: Program, first: pd.DataFrame) -> pd.DataFrame:
    """District and grade on the day: the covering stay, else the last one before."""
    stays = pd.read_csv(program.delivery / "enrollments.csv", dtype=str)
    for column in ("entry_date", "exit_date"):
        stays[column] = pd.to_datetime(stays[column], errors="coerce")
    good = stays["entry_date"].between("2000", "2030") & (stays["grade"] != "13")
    stays = stays[good & (stays["school_code"] != "0009999")]
    both = first.merge(stays, on="student_id")
    covers = both["date"].between(both["entry_date"], both["exit_date"])
    begun = both["entry_date"] <= both["date"]
    both["rank"] = (~covers).astype(int) + (~begun).astype(int)
    both["distance"] = (both["date"] - both["entry_date"]).abs()
    both = both.sort_values(["rank", "distance", "school_code"])
    return both.drop_duplicates("student_id")


def event_months(attendance: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    months = sorted(attendance["month"].unique())
    assert not any(month[-2:] in SUMMER for month in months)
    rows = attendance.merge(first[["student_id", "date"]], on="student_id")
    visit_month = rows["date"].dt.strftime("%Y-%m")
    number = rows["month"].map(months.index)
    following = visit_month.map({v: sum(m <= v for m in months) for v in visit_month.unique()})
    in_school = visit_month.isin(months).astype(int)
    after = number >= following
    rows["event_month"] = (number - following + 1).where(after, number - following + in_school)
    return rows


def test_the_points_of_hartford_and_new_haven_grades_6_to_12_at_home(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = pd.read_csv(program.delivery / "students.csv", dtype=str)["student_id"]
    students = set(declared[declared.str.fullmatch(r"\d{10}")])
    districts = set(pd.read_csv(program.delivery / "districts.csv", dtype=str)["district_code"])
    first = place_at_visit(program, first_visits(program, students))
    selected = first[
        first["district_code"].isin(DISTRICTS)
        & first["grade"].isin([str(grade) for grade in range(6, 13)])
        & (first["modality"] == "home")
    ]
    rows = event_months(clean_attendance(program, students, districts), selected)
    rates = rows.assign(rate=rows["days_attended"] / rows["days_enrolled"])
    expected = rates.groupby("event_month")["rate"].agg(["mean", "count"])

    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    view = View(Filters(district=DISTRICTS, grade=("6-12",), modality=("home",)))
    with snapshot() as data:
        frame = trajectory(data, Viewer("leadership"), view).frame.set_index("event_month")
    assert len(frame) == 22
    for event_month, point in frame.iterrows():
        # Told to a tenth of a point.
        assert point["rate"] == pytest.approx(expected["mean"][event_month], abs=0.0005 + 1e-9)
        assert abs(point["students"] - expected["count"][event_month]) <= 2  # rounded to fives
