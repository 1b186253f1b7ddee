"""What the pages show once more, by another way: plain pandas from the CSV files."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from evaluation.inference import Estimates
from evaluation.matched import fit, prepare, select
from queries.database import Snapshot
from queries.effects import effect
from queries.filters import Filters, View
from queries.official import district_months, quality, schools
from queries.standing import contacts, standing
from queries.targets import SERVED, measured
from queries.trajectories import trajectory
from queries.viewer import Viewer
from reporting.comparison import read_students
from tests.conftest import Program
from tests.queries import csv_files
from tests.queries.csv_files import CsvFiles

HARTFORD, NEW_HAVEN, NORWICH = "0640011", "0930011", "1040011"
VIEWS = {"all": Filters()} | {code: Filters(district=(code,)) for code in (HARTFORD, NORWICH)}
LEADERSHIP = Viewer("leadership")
A_YEAR_AGO = "2023-06-30"
AFTER = (1, 6)  # months

# Shares end at a bound and its complement, by the most students it holds for.
BOUNDS = ((15, 0.5), (30, 0.2), (60, 0.1), (300, 0.05), (math.inf, 0.01))

# Rates and differences are multiples of these, by the most students it holds for.
UNITS = ((9, 0.05), (19, 0.02), (199, 0.01), (math.inf, 0.001))


def half(students: int) -> float:
    """How far a difference as told may lie from the true one: half of what it is a multiple of."""
    unit = next(unit for most, unit in UNITS if students <= most)
    return unit / 2 + 1e-9


def with_noise(students: int) -> float:
    """The same of a rate of visited students, which carries a noise of a quarter of it besides."""
    return 1.5 * half(students)


def told_shares(yes: int, students: int, noise: int = 0) -> set[float]:
    """The shares that may be told of so many: of the count and a noise to fives, within bounds."""
    unit = 0.01 if students < 2000 else 0.001
    lowest = next(bound for most, bound in BOUNDS if students <= most)
    counts = {(yes + drawn + 2) // 5 * 5 for drawn in range(-noise, noise + 1)}
    shares = {math.floor(count / students / unit + 0.5 + 1e-9) * unit for count in counts}
    return {round(min(max(share, lowest), 1 - lowest), 3) for share in shares}


@pytest.fixture(scope="module")
def files(program: Program) -> CsvFiles:
    return csv_files.read(program)


@pytest.fixture(scope="module")
def first(files: CsvFiles) -> pd.DataFrame:
    return csv_files.first_visits(files)


@pytest.fixture(scope="module")
def attendance(files: CsvFiles) -> pd.DataFrame:
    return csv_files.all_districts(files)


@dataclass(frozen=True)
class Served:
    """The served of a view: who, their months, and what similar students did, by plain numpy."""

    students: pd.DataFrame
    months: pd.DataFrame
    found: Estimates


@pytest.fixture(scope="module")
def views(
    program: Program, files: CsvFiles, attendance: pd.DataFrame, first: pd.DataFrame
) -> dict[str, Served]:
    with sa.create_engine(program.url, connect_args={"read_only": True}).connect() as connection:
        shuffle = read_students(connection).set_index("student_id")["shuffle"]
    records, ids = csv_files.records(files, first, shuffle)
    stacks = prepare(records, AFTER)
    views = {}
    for name, filters in VIEWS.items():
        served = of(first, filters)
        chosen = np.isin(ids, served["student_id"].to_numpy(str))
        found = fit(select(stacks, chosen[stacks.student]), AFTER).estimates
        views[name] = Served(served, csv_files.event_months(attendance, served), found)
    return views


def of(rows: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    chosen = filters.district
    return rows[rows["district_code"].isin(chosen)] if chosen else rows


def one(frame: pd.DataFrame) -> dict:
    [row] = frame.to_dict("records")
    return row


def test_the_points_of_hartford_and_new_haven_grades_6_to_12_at_home(
    data: Snapshot, attendance: pd.DataFrame, first: pd.DataFrame
) -> None:
    selected = first[
        first["district_code"].isin((HARTFORD, NEW_HAVEN))
        & first["grade"].isin([str(grade) for grade in range(6, 13)])
        & (first["modality"] == "home")
    ]
    rows = csv_files.event_months(attendance, selected)
    expected = rows.groupby("event_month")["rate"].agg(["mean", "count"])
    filters = Filters(district=(HARTFORD, NEW_HAVEN), grade=("6-12",), modality=("home",))
    frame = trajectory(data, LEADERSHIP, View(filters)).frame.set_index("event_month")
    assert len(frame) == 22
    for event_month, point in frame.iterrows():
        within = with_noise(expected["count"][event_month])
        assert point["rate"] == pytest.approx(expected["mean"][event_month], abs=within)
        assert abs(point["students"] - expected["count"][event_month]) <= 4  # noise, and to fives


@pytest.mark.parametrize("name", VIEWS)
def test_students_served_and_their_attendance_before(
    data: Snapshot, views: dict[str, Served], name: str
) -> None:
    filters, served, rows = VIEWS[name], views[name].students, views[name].months
    before = rows[rows["event_month"].between(-3, -1)].groupby("student_id")
    sums = before[["days_attended", "days_enrolled"]].sum()
    found = one(standing(data, LEADERSHIP, View(filters)))
    assert found["students"] == len(served)
    a_year_ago = (served["date"] <= A_YEAR_AGO).sum()
    assert abs(found["students_before"] - a_year_ago) <= 2  # to fives
    mean = (sums["days_attended"] / sums["days_enrolled"]).mean()
    assert found["baseline"] == pytest.approx(mean, abs=with_noise(len(sums)))


@pytest.mark.parametrize("name", VIEWS)
def test_shares_chronically_absent_before_the_visit_and_now(
    data: Snapshot, files: CsvFiles, views: dict[str, Served], name: str
) -> None:
    rows = views[name].months.assign(year=lambda rows: csv_files.school_year(rows["month"]))
    rows = rows[~csv_files.in_pre_kindergarten(files, rows)]
    last = csv_files.month_before(files, views[name].students)
    year = csv_files.school_year(last)
    at_visit = csv_files.chronic_by_student(
        rows[
            (rows["month"] <= rows["student_id"].map(last))
            & (rows["year"] == rows["student_id"].map(year))
        ]
    )
    now = csv_files.chronic_by_student(rows[rows["year"] == "2023-24"])
    both = pd.concat([at_visit, now], axis=1, keys=["before", "now"]).dropna()
    found = one(standing(data, LEADERSHIP, View(VIEWS[name])))
    for column in ("before", "now"):
        shares = told_shares(int(both[column].sum()), len(both), noise=2)
        assert found[f"chronic_{column}"] in shares


@pytest.mark.parametrize("name", VIEWS)
def test_contacts_and_completed_visits(data: Snapshot, files: CsvFiles, name: str) -> None:
    filters = VIEWS[name]
    made = of(files.visits.merge(csv_files.present_places(files), on="student_id"), filters)
    completed = made["outcome"] == "completed"
    until = made["date"] <= A_YEAR_AGO
    found = one(contacts(data, LEADERSHIP, View(filters)))
    assert found["students"] == made["student_id"].nunique()
    assert (found["completed"], found["contacts"]) == (completed.sum(), len(made))
    # Of a year ago: to fives.
    assert abs(found["completed_before"] - (completed & until).sum()) <= 2
    assert abs(found["contacts_before"] - until.sum()) <= 2


@pytest.mark.parametrize("name", VIEWS)
def test_visited_and_similar_students_six_months_after(
    data: Snapshot, views: dict[str, Served], name: str
) -> None:
    rows, found = views[name].months, views[name].found
    told = effect(data, LEADERSHIP, VIEWS[name]).frame.set_index("event_month")
    for at, month in enumerate(AFTER):
        rates = rows.loc[rows["event_month"] == month, "rate"]
        within = half(told["students"][month])
        assert told["visited_rate"][month] == pytest.approx(
            rates.mean(), abs=with_noise(len(rates))
        )
        assert told["effect"][month] == pytest.approx(found.estimate[at], abs=within)
        # A student of two schools in a year counts to either of them.
        error = found.standard_error[at]
        assert told["standard_error"][month] == pytest.approx(error, abs=within + 0.02 * error)


def test_official_attendance_of_two_districts_and_all(data: Snapshot, files: CsvFiles) -> None:
    rows = files.attendance.assign(year=csv_files.school_year(files.attendance["month"]))
    told = district_months(data, LEADERSHIP)
    for code in (HARTFORD, NORWICH, "all"):
        own = rows if code == "all" else rows[rows["district_code"] == code]
        sums = own.groupby(["year", "month"])[["days_attended", "days_enrolled"]].sum()
        so_far = sums.groupby("year").cumsum()
        shown = told[told["district_code"] == code].set_index(["school_year", "month"])
        assert len(shown) == len(sums) == 40
        rate = sums["days_attended"] / sums["days_enrolled"]
        assert np.allclose(shown["rate"], rate, rtol=0, atol=half(shown["students"].min()))
        to_date = so_far["days_attended"] / so_far["days_enrolled"]
        within = half(shown["students"].min())
        assert np.allclose(shown["rate_to_date"], to_date, rtol=0, atol=within)
        students = own.loc[own["month"] == "2024-06", "student_id"].nunique()
        moved = rows["month"].eq("2024-06").sum() - students if code == "all" else 0
        # Where few moved within the month, the count of all is rounded to fives.
        assert abs(shown["students"].iloc[-1] - students) <= (2 if 0 < moved < 10 else 0)
    assert list(quality(data).loc[[HARTFORD, NORWICH], "months"]) == [40, 40]


@pytest.mark.parametrize("month", ["2022-11", "2023-06", "2024-06"])
def test_chronic_absence_of_every_district_all_and_the_schools(
    data: Snapshot, files: CsvFiles, month: str
) -> None:
    rows = files.attendance.assign(year=csv_files.school_year(files.attendance["month"]))
    year = csv_files.school_year(pd.Series([month])).iloc[0]
    rows = rows[(rows["year"] == year) & (rows["month"] <= month)]
    rows = rows[~csv_files.in_pre_kindergarten(files, rows)]
    chronic = csv_files.chronic_by_student(rows)
    here = rows.groupby(["district_code", "student_id"], as_index=False)["days_enrolled"].sum()
    here = here[here["days_enrolled"] >= 10].assign(chronic=lambda r: r["student_id"].map(chronic))
    shown = district_months(data, LEADERSHIP)
    shown = shown[shown["month"] == month].set_index("district_code")["chronic"]
    assert shown["all"] in told_shares(int(chronic.sum()), len(chronic))
    counts = here.groupby("district_code")["chronic"].agg(["sum", "size"])
    assert len(counts) == 15
    for code, count in counts.iterrows():
        assert shown[code] in told_shares(int(count["sum"]), int(count["size"]))
    if month != "2024-06":
        return
    stays = csv_files.last_schools(files, year)
    both = here.merge(stays, on=["district_code", "student_id"])
    for code in (HARTFORD, NORWICH):
        told = schools(data, LEADERSHIP, code).set_index("school_code")["chronic"]
        own = both[both["district_code"] == code].groupby("school_code")["chronic"]
        for school, count in own.agg(["sum", "size"]).iterrows():
            assert told[school] in told_shares(int(count["sum"]), int(count["size"]))


@pytest.mark.parametrize("code", [HARTFORD, NORWICH])
def test_schools_of_a_district(data: Snapshot, files: CsvFiles, code: str) -> None:
    own = files.attendance[files.attendance["district_code"] == code]
    year = own[csv_files.school_year(own["month"]) == "2023-24"]
    sums = year.groupby("student_id")[["days_attended", "days_enrolled"]].sum().reset_index()
    stays = csv_files.last_schools(files, "2023-24")
    both = sums.merge(stays[stays["district_code"] == code], on="student_id")
    told = schools(data, LEADERSHIP, code).set_index("school_code")
    assert len(told) == both["school_code"].nunique()
    for school, rows in both.groupby("school_code"):
        assert told["students"][school] == len(rows)
        rate = rows["days_attended"].sum() / rows["days_enrolled"].sum()
        assert told["rate"][school] == pytest.approx(rate, abs=half(len(rows)))


def test_students_served_over_time(data: Snapshot, first: pd.DataFrame) -> None:
    told = measured(data, LEADERSHIP, HARTFORD, SERVED).set_index("month")["value"]
    own = first[first["district_code"] == HARTFORD]
    for month in ("2021-09", "2022-12", "2024-06"):
        until = (own["date"].dt.strftime("%Y-%m") <= month).sum()
        assert abs(told[month] - until) <= 2
