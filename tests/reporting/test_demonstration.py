"""The demonstration data is shaped like the real program, and its truth is known."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from queries.schema import FACTS, MARTS, PROVENANCE, metadata
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


def test_the_bad_rows_are_of_every_kind_in_the_contract(program: Program) -> None:
    dirt = pd.read_csv(program.truth / "dirt.csv")
    kinds = dirt.groupby("file")["kind"].agg(set)
    assert kinds["attendance.csv"] >= {
        *("more attended than enrolled", "negative", "not a number", "more than 31 days"),
        *("impossible month", "future month", "undeclared student", "undeclared district"),
        *("lost zeros", "became a number", "duplicate", "conflicting", "no days enrolled"),
    }
    assert kinds["enrollments.csv"] >= {"unknown grade", "undeclared school", "future date"}
    assert kinds["visits.csv"] >= {"unknown modality", "unknown outcome", "unknown visitor type"}
    assert (dirt["rows"] > 0).all()


@pytest.fixture(scope="module")
def files(program: Program) -> Iterator[duckdb.DuckDBPyConnection]:
    """The delivery as written, without the rows that were made bad on purpose."""
    good = {
        "students": "length(student_id) = 10",
        "enrollments": "grade <> '13' AND school_code <> '0009999' "
        "AND try_cast(entry_date AS DATE) < DATE '2099-01-01'",
        "attendance_daily": "attended IN ('0', '0.5', '1') AND try_cast(date AS DATE) IS NOT NULL",
        "visits": "visit_id NOT LIKE 'X%'",
    }
    with duckdb.connect() as connection:
        for name, condition in good.items():
            connection.execute(
                f"CREATE TABLE {name} AS SELECT DISTINCT * FROM "
                f"read_csv('{program.delivery}/{name}.csv', all_varchar = true) WHERE {condition}"
            )
        connection.execute(
            f"""CREATE TABLE first_visit AS SELECT student_id, min(visit_date) AS day FROM visits
                WHERE outcome = 'completed' GROUP BY student_id;
                CREATE TABLE truth AS SELECT * FROM read_csv(
                '{program.truth}/true_effects.csv', types = {{'student_id': 'VARCHAR'}})"""
        )
        yield connection


def count(files: duckdb.DuckDBPyConnection, of: str) -> int:
    [(rows,)] = files.execute(f"SELECT count(*) FROM {of}").fetchall()
    return rows


def test_enrolment_stays_level_in_every_district(database: duckdb.DuckDBPyConnection) -> None:
    published = pd.read_csv(FACTS_FOLDER / "district_attendance.csv", dtype={"district_code": str})
    ours = database.execute(
        "SELECT district_code, month, students FROM district_month WHERE month LIKE '%-10'"
    ).df()
    both = ours.merge(published, on="district_code")
    assert len(both) == 15 * 4
    assert (both["students"] / both["students_2021_22"]).between(0.97, 1.03).all()


def test_grades_rise_by_one_a_year(files: duckdb.DuckDBPyConnection) -> None:
    years = """(SELECT student_id, left(school_year, 4)::INT - CASE grade WHEN 'PK' THEN -1
                WHEN 'K' THEN 0 ELSE grade::INT END AS constant FROM enrollments)"""
    assert count(files, "enrollments") > 500_000
    assert (
        count(
            files,
            f"(SELECT student_id FROM {years} GROUP BY 1 HAVING count(DISTINCT constant) > 1)",
        )
        == 0
    )


def test_every_visited_student_and_nobody_else_has_true_effects(
    program: Program, files: duckdb.DuckDBPyConnection
) -> None:
    assert "event_month" in (program.truth / "README.txt").read_text()
    assert count(files, "first_visit") > 8_500
    assert (
        count(files, "(SELECT student_id FROM first_visit EXCEPT SELECT student_id FROM truth)")
        == 0
    )
    assert (
        count(files, "(SELECT student_id FROM truth EXCEPT SELECT student_id FROM first_visit)")
        == 0
    )
    assert count(files, "truth JOIN first_visit USING (student_id) WHERE month < left(day, 7)") == 0


def test_visits_are_made_on_weekdays_of_the_program_to_students_still_there(
    files: duckdb.DuckDBPyConnection,
) -> None:
    stays = "(SELECT student_id, max(left(exit_date, 7)) AS last FROM enrollments GROUP BY 1)"
    assert count(files, "visits WHERE isodow(visit_date::DATE) > 5") == 0
    assert count(files, "visits WHERE visit_date < '2021-04' OR visit_date > '2024-06-30'") == 0
    assert (
        count(files, f"visits JOIN {stays} USING (student_id) WHERE left(visit_date, 7) > last")
        == 0
    )
    completed = "visits WHERE outcome = 'completed' GROUP BY student_id"
    assert count(files, f"(SELECT student_id FROM {completed} HAVING count(*) > 7)") == 0
    other = "visits JOIN students USING (student_id) WHERE language <> home_language"
    assert count(files, other) == 0


def test_days_lie_between_entry_and_exit(files: duckdb.DuckDBPyConnection) -> None:
    stay = """enrollments e WHERE e.student_id = d.student_id
              AND e.district_code = d.district_code AND d.date BETWEEN entry_date AND exit_date"""
    assert count(files, "attendance_daily") > 400_000
    assert count(files, f"attendance_daily d WHERE NOT EXISTS (FROM {stay})") == 0


def test_a_move_in_mid_month_leaves_one_district_before_it_enters_the_other(
    files: duckdb.DuckDBPyConnection,
) -> None:
    pairs = """enrollments one JOIN enrollments two USING (student_id, school_year)
               WHERE one.district_code <> two.district_code AND one.entry_date < two.entry_date"""
    assert count(files, pairs) > 5_000
    assert count(files, f"{pairs} AND two.entry_date <= one.exit_date") == 0


def test_one_district_delivers_days_and_they_add_up(database: duckdb.DuckDBPyConnection) -> None:
    [(days, weeks, months)] = database.execute(
        """SELECT (SELECT sum(attended) FROM attendance_day),
                  (SELECT sum(days_attended) FROM attendance_week),
                  (SELECT sum(days_attended) FROM attendance_month
                   WHERE district_code = '1630011' AND month >= '2023-09')"""
    ).fetchall()
    assert days == weeks == months > 100_000


def test_the_states_own_file_of_the_same_data_loads_into_an_identical_database(
    tmp_path: Path,
) -> None:
    delivery = write_demonstration(tmp_path / "own", "district", seed=2021)
    keep_a_tenth(delivery)
    own = sa.make_url(f"duckdb:///{tmp_path}/own.duckdb")
    assert load(delivery, own, read_mapping(None)).refusal is None
    state = tmp_path / "state"
    shutil.copytree(
        delivery, state, ignore=shutil.ignore_patterns("attendance.csv", "rejected.csv")
    )
    duckdb.execute(
        f"""COPY (SELECT left(district_code, 3) AS "Reporting District", student_id AS "SASID",
              '05012010' AS "Date of Birth", right(month, 2) AS "Month", left(month, 4) AS "Year",
              days_enrolled AS "In-Person Membership Days",
              days_attended AS "In-Person Attendance Days"
            FROM read_csv('{delivery}/attendance.csv', all_varchar = true))
            TO '{state}/membership_attendance.csv' (HEADER)"""
    )
    url = sa.make_url(f"duckdb:///{tmp_path}/state.duckdb")
    report = load(state, url, read_mapping("connecticut_monthly"))
    assert report.refusal is None
    with duckdb.connect() as both:
        both.execute(f"ATTACH '{own.database}' AS own (READ_ONLY)")
        both.execute(f"ATTACH '{url.database}' AS state (READ_ONLY)")
        [(rows,)] = both.execute("SELECT count(*) FROM own.attendance_month").fetchall()
        assert rows > 10_000
        for table in (*FACTS, *MARTS):
            for one, other in (("own", "state"), ("state", "own")):
                [(different,)] = both.execute(
                    f"SELECT count(*) FROM (SELECT * FROM {one}.{table.name} EXCEPT ALL "
                    f"SELECT * FROM {other}.{table.name})"
                ).fetchall()
                assert different == 0, table.name
    assert len(metadata.tables) == len(FACTS) + len(MARTS) + len(PROVENANCE)


def keep_a_tenth(delivery: Path) -> Path:
    """The delivery, whose files are left with every tenth student: as many rows as a test needs."""
    for name in ("students", "enrollments", "attendance", "attendance_daily", "visits"):
        whole = (delivery / f"{name}.csv").rename(delivery / f"{name}.whole")
        duckdb.execute(
            f"""COPY (SELECT * FROM read_csv('{whole}', all_varchar = true)
                      WHERE student_id LIKE '%3') TO '{delivery}/{name}.csv' (HEADER)"""
        )
        whole.unlink()
    return delivery
