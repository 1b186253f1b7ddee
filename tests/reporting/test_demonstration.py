"""The demonstration data is shaped like the real program, and its truth is known."""

from __future__ import annotations

import filecmp
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from queries.schema import FACTS, MARTS, metadata
from reporting import demonstration
from reporting.demonstration import write_demonstration
from reporting.load import load
from reporting.mapping import read_mapping
from tests.conftest import Program

FACTS_FOLDER = Path(demonstration.__file__).parent


@pytest.fixture(scope="module")
def database(program: Program) -> Iterator[duckdb.DuckDBPyConnection]:
    path = sa.make_url(program.url).database
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def test_the_same_seed_writes_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    one, again, other = (
        write_demonstration(tmp_path / name, "district", seed)
        for name, seed in (("one", 7), ("again", 7), ("other", 8))
    )
    names = [path.name for path in one.iterdir()]
    assert filecmp.cmpfiles(one, again, names, shallow=False)[0] == names
    assert "attendance.csv" in filecmp.cmpfiles(one, other, names, shallow=False)[1]
    truth = "true_effects.csv"
    assert filecmp.cmp(one.parent / "truth" / truth, again.parent / "truth" / truth, shallow=False)


def test_every_districts_yearly_rate_lies_within_a_point_of_the_published(
    database: duckdb.DuckDBPyConnection,
) -> None:
    published = pd.read_csv(FACTS_FOLDER / "district_attendance.csv", dtype={"district_code": str})
    rates = database.execute(
        """SELECT district_code, left(month, 4)::INT - (right(month, 2) < '08')::INT AS start,
                  100 * sum(days_attended) / sum(days_enrolled) AS rate
           FROM district_month GROUP BY ALL"""
    ).df()
    for start, column in ((2020, "rate_2020_21"), (2021, "rate_2021_22"), (2022, "rate_2022_23")):
        ours = rates[rates["start"] == start].set_index("district_code")["rate"]
        distance = (ours - published.set_index("district_code")[column]).abs()
        assert len(distance) == 15
        assert distance.max() < 1


def test_the_month_profile_lies_within_two_points_of_the_published(
    database: duckdb.DuckDBPyConnection,
) -> None:
    profile = pd.read_csv(FACTS_FOLDER / "month_profile.csv")
    months = database.execute(
        """SELECT month, avg(rate) AS rate FROM (
             SELECT month, 100 * sum(days_attended) / sum(days_enrolled) AS rate
             FROM district_month WHERE district_code <> '2410014' GROUP BY month, district_code)
           GROUP BY month"""
    ).df()
    numbers = {
        name: f"{number:02d}"
        for number, name in enumerate(
            "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1
        )
    }
    for start, column in ((2021, "mean_rate_2021_22"), (2022, "mean_rate_2022_23")):
        months_of_year = (
            profile["month"]
            .map(numbers)
            .map(lambda number, start=start: f"{start + (number < '08')}-{number}")
        )
        ours = months.set_index("month")["rate"].reindex(months_of_year).to_numpy()
        distance = (pd.Series(ours) - profile[column]).dropna().abs()
        assert len(distance) >= 9
        assert distance.max() < 2


def test_about_nine_thousand_students_were_first_visited_from_april_2021_to_june_2024(
    database: duckdb.DuckDBPyConnection,
) -> None:
    [(students, first, last)] = database.execute(
        "SELECT count(*), min(first_visit_date)::TEXT, max(first_visit_date)::TEXT "
        "FROM served_student"
    ).fetchall()
    assert 8_500 < students < 9_500
    assert first.startswith("2021-04")
    assert last.startswith("2024-06")
    [(enrolled,)] = database.execute(
        "SELECT sum(students) FROM district_month WHERE month = '2022-10'"
    ).fetchall()
    assert 148_000 < enrolled < 158_000


def test_visits_go_to_students_whose_attendance_has_fallen(
    database: duckdb.DuckDBPyConnection,
) -> None:
    rates = dict(
        database.execute(
            "SELECT event_month, avg(rate) FROM trajectory_month GROUP BY event_month"
        ).fetchall()
    )
    [(everybody,)] = database.execute(
        "SELECT sum(days_attended) / sum(days_enrolled) FROM district_month"
    ).fetchall()
    assert rates[-1] < everybody - 0.2
    assert rates[-1] < rates[-6] - 0.05


def test_the_true_effects_have_the_programs_pattern(
    program: Program, database: duckdb.DuckDBPyConnection
) -> None:
    path = program.truth / "true_effects.csv"
    effects = database.execute(
        f"""SELECT t.event_month, true_effect, s.* FROM read_csv('{path}', types={{
              'student_id': 'VARCHAR'}}) t JOIN served_student s USING (student_id)"""
    ).df()
    at_six = effects[effects["event_month"] == 6]
    by_month = effects.groupby("event_month")["true_effect"].mean()
    assert 0.03 < by_month[1] < 0.06
    assert 0.07 < by_month[6] < 0.13
    assert by_month[1] < by_month[3] < by_month[6]
    assert 0.25 < (at_six["true_effect"] == 0).mean() < 0.35

    def mean(column: str) -> pd.Series:
        return at_six.groupby(column)["true_effect"].mean()

    assert mean("grade_band")["6-12"] > 1.5 * mean("grade_band")["PK-5"]
    in_person = at_six["modality"].isin(["home", "school", "community"])
    assert at_six[in_person]["true_effect"].mean() > 1.5 * at_six[~in_person]["true_effect"].mean()
    assert mean("district_code").idxmax() == "0640011"
    assert mean("cohort")["Summer 2021"] == mean("cohort").min()
    assert abs(mean("visitor_type")["school"] - mean("visitor_type")["community"]) < 0.01


def test_bad_rows_of_every_kind_are_in_it_and_caught(program: Program) -> None:
    dirt = pd.read_csv(program.truth / "dirt.csv")
    report = program.report
    assert report.refusal is None
    kept = {"duplicate", "no days enrolled"}
    bad = dirt[~dirt["kind"].isin(kept)].groupby("file")["rows"].sum()
    # A conflict takes the row it conflicts with along.
    conflicts = dirt[dirt["kind"] == "conflicting"].groupby("file")["rows"].sum()
    expected = bad.add(conflicts, fill_value=0).astype(int).to_dict()
    caught = {name: outcome.rejected for name, outcome in report.outcomes.items()}
    assert {name: rows for name, rows in caught.items() if rows} == expected
    assert report.outcomes["visits.csv"].duplicate == 2
    assert report.rejected["reason"].str.len().min() > 10


def test_one_district_delivers_days_and_they_add_up(database: duckdb.DuckDBPyConnection) -> None:
    [(days, weeks, months)] = database.execute(
        """SELECT (SELECT sum(attended) FROM attendance_day),
                  (SELECT sum(days_attended) FROM attendance_week),
                  (SELECT sum(days_attended) FROM attendance_month
                   WHERE district_code = '1630011' AND month >= '2023-09')"""
    ).fetchall()
    assert days == weeks == months > 100_000


def test_the_states_own_file_of_the_same_data_loads_into_an_identical_database(
    program: Program, tmp_path: Path, database: duckdb.DuckDBPyConnection
) -> None:
    state = tmp_path / "state"
    state.mkdir()
    for path in program.delivery.iterdir():
        if path.name not in ("attendance.csv", "rejected.csv"):
            (state / path.name).symlink_to(path)
    duckdb.execute(
        f"""COPY (SELECT left(district_code, 3) AS "Reporting District", student_id AS "SASID",
              '05012010' AS "Date of Birth", right(month, 2) AS "Month", left(month, 4) AS "Year",
              days_enrolled AS "In-Person Membership Days",
              days_attended AS "In-Person Attendance Days"
            FROM read_csv('{program.delivery}/attendance.csv', all_varchar = true))
            TO '{state}/membership_attendance.csv' (HEADER)"""
    )
    url = sa.make_url(f"duckdb:///{tmp_path}/state.duckdb")
    report = load(state, url, read_mapping("connecticut_monthly"))
    assert report.refusal is None
    database.execute(f"ATTACH '{url.database}' AS state (READ_ONLY)")
    for table in (*FACTS, *MARTS):
        for one, other in (("", "state."), ("state.", "")):
            [(different,)] = database.execute(
                f"SELECT count(*) FROM (SELECT * FROM {one}{table.name} EXCEPT ALL "
                f"SELECT * FROM {other}{table.name})"
            ).fetchall()
            assert different == 0, table.name
    assert len(metadata.tables) == len(FACTS) + len(MARTS) + 3
