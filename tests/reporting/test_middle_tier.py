"""The Ed-Fi Analytics Middle Tier as a source: the same marts, only what is new, in plain words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import sqlalchemy as sa

from queries import schema
from reporting.errors import DeliveryRefusedError
from reporting.load import load
from reporting.mapping import read_mapping
from reporting.sources.middle_tier import deliver
from tests import postgresql
from tests.reporting.drawn import without_keys
from tests.reporting.middle_tier import (
    FACT,
    VIEWS,
    WITH_LEAVERS,
    MiddleTier,
    middle_tier_on,
    reported,
    rows_of,
)

PROJECT = Path(__file__).parents[2]
HARTFORD, NEW_HAVEN = "0640011", "0930011"
ADA, BEN, CY = "0000000001", "0000000002", "1000000003"
VISITS = """visit_id,student_id,visit_date,modality,outcome,visitor_type
v1,0000000001,2021-11-09,home,completed,school
"""


@pytest.fixture
def tier(run_folder: Path) -> Iterator[MiddleTier]:
    with middle_tier_on(postgresql.shared_server(run_folder)) as tier:
        yield tier


@pytest.fixture
def hartford(tier: MiddleTier) -> MiddleTier:
    """A district with one school and one student, who was there on one day."""
    tier.add_district(HARTFORD, "0640111", name="Hartford")
    tier.add_student(ADA, "0640111")
    tier.add_days(ADA, "0640111", d20211001=1)
    return tier


def load_from(url: sa.URL, folder: Path, database: Path, **options: bool) -> list[str]:
    into = sa.make_url(f"duckdb:///{database}")
    report = load(folder, into, read_mapping(None), 0, source=url, **options)
    assert report.refusal is None
    return report.remarks


def load_into(folder: Path, database: Path) -> None:
    report = load(folder, sa.make_url(f"duckdb:///{database}"), read_mapping(None), 0)
    assert report.refusal is None


def assert_same_data(one: Path, other: Path) -> None:
    """All facts and marts, in any order of rows, but for what each database draws."""
    with duckdb.connect() as engine:
        engine.execute(f"ATTACH '{one}' AS one (READ_ONLY); ATTACH '{other}' AS other (READ_ONLY)")
        for table in (*schema.FACTS, *schema.MARTS):
            columns = ", ".join(f'"{column.name}"' for column in without_keys(table))
            frames = [
                engine.sql(f"SELECT {columns} FROM {name}.{table.name} ORDER BY ALL").df()
                for name in ("one", "other")
            ]
            pd.testing.assert_frame_equal(*frames, check_exact=False, rtol=1e-9, obj=table.name)


# --- A program of 20,000 students -----------------------------------------------------

_GRADES = (
    "Preschool/Prekindergarten,Kindergarten,First grade,Second grade,Third grade,Fourth grade,"
    "Fifth grade,Sixth grade,Seventh grade,Eighth grade,Ninth grade,Tenth grade,Eleventh grade,"
    "Twelfth grade"
)
# Who is who, on which of 35 days, and whether they were there: what both deliveries tell.
_TRUTH = f"""
CREATE TABLE student AS
    SELECT i, (1000000000 + i)::VARCHAR AS id, '0' || (64 + i % 4) || '0011' AS district,
        '0' || (64 + i % 4) || '011' || i // 4 % 5 AS school, i % 14 AS grade,
        '0' || (64 + i % 4) || '0119' AS second_school, i % 100 = 7 AS is_in_two,
        0.8 + hash(i) % 190 / 1000 - CASE WHEN i % 25 = 0 THEN 0.2 ELSE 0 END AS rate
    FROM range(20000) AS students(i);
CREATE TABLE day AS
    SELECT row_number() OVER () AS d, make_date(2021 + m // 12, m % 12 + 1, 2 * n) AS date,
        strftime(date, '%Y%m%d') AS key
    FROM range(9, 16) AS months(m), range(1, 6) AS days(n);
CREATE TABLE attendance AS
    SELECT student.*, day.date, day.key,
        (hash(i * 1000 + d) % 1000 < 1000 * rate)::INTEGER AS attended
    FROM student, day;
CREATE MACRO grade_name(n) AS string_split('{_GRADES}', ',')[n + 1];
CREATE MACRO grade_code(n) AS CASE n WHEN 0 THEN 'PK' WHEN 1 THEN 'K' ELSE (n - 1)::VARCHAR END;
"""
_AS_VIEWS = {
    "localeducationagencydim": """SELECT DISTINCT district AS localeducationagencykey,
        'District ' || district AS localeducationagencyname FROM student""",
    "schooldim": """SELECT DISTINCT unnest([school, second_school]) AS schoolkey,
        'School ' || schoolkey AS schoolname, district AS localeducationagencykey FROM student""",
    "studentschooldim": """SELECT id AS studentkey,
        unnest(CASE WHEN is_in_two THEN [school, second_school] ELSE [school] END) AS schoolkey,
        id || '-' || schoolkey AS studentschoolkey, '2022' AS schoolyear,
        'First, "of" ' || i AS studentfirstname, '' AS studentmiddlename,
        'Last ' || i AS studentlastname, '2021-09-01' AS enrollmentdatekey,
        grade_name(grade) AS gradelevel, 'Not applicable' AS limitedenglishproficiency,
        false AS ishispanic, TIMESTAMP '2021-09-15 08:00:00' AS lastmodifieddate,
        DATE '2010-05-01' AS birthdate FROM student""",
    # One in ten is reported in homeroom, others at school; one in ten only when absent.
    FACT: """SELECT id || '-' || school AS studentschoolkey, id AS studentkey, school AS schoolkey,
        key AS datekey,
        CASE WHEN i % 10 > 1 THEN attended ELSE 0 END AS reportedaspresentatschool,
        CASE WHEN i % 10 > 0 THEN 1 - attended ELSE 0 END AS reportedasabsentfromschool,
        CASE WHEN i % 10 = 0 THEN attended ELSE 0 END AS reportedaspresentathomeroom,
        CASE WHEN i % 10 = 0 THEN 1 - attended ELSE 0 END AS reportedasabsentfromhomeroom,
        0 AS reportedasispresentinallsections, 0 AS reportedasabsentfromanysection
        FROM attendance
        UNION ALL SELECT id || '-' || second_school, id, second_school, key, 0, 1, 0, 0, 0, 0
        FROM attendance WHERE is_in_two""",
}
_AS_CSV = {
    "districts": """SELECT DISTINCT district AS district_code,
        'District ' || district AS district_name FROM student""",
    "schools": """SELECT DISTINCT unnest([school, second_school]) AS school_code,
        'School ' || school_code AS school_name, district AS district_code FROM student""",
    "students": """SELECT id AS student_id, 'First, "of" ' || i AS first_name,
        'Last ' || i AS last_name, '2010-05-01' AS birth_date FROM student""",
    "enrollments": """SELECT id AS student_id, '2021-22' AS school_year, district AS district_code,
        grade_code(grade) AS grade, '2021-09-01' AS entry_date,
        unnest(CASE WHEN is_in_two THEN [school, second_school] ELSE [school] END) AS school_code
        FROM student""",
    "attendance_daily": """SELECT id AS student_id, district AS district_code, date, attended
        FROM attendance ORDER BY i % 7, date""",
}
_VISITS_OF_800 = """SELECT 'v' || i AS visit_id, id AS student_id,
    DATE '2021-12-10' + (i // 25 % 60)::INTEGER AS visit_date, 'home' AS modality,
    'completed' AS outcome,
    'school' AS visitor_type FROM student WHERE i % 25 = 0"""


@dataclass
class Program:
    tier: MiddleTier
    as_csv: Path
    visits: str


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, run_folder: Path) -> Iterator[Program]:
    """The same students, days and visits in the Middle Tier's views and as CSV."""
    folder = tmp_path_factory.mktemp("as_csv")
    with (
        duckdb.connect() as engine,
        middle_tier_on(postgresql.shared_server(run_folder)) as tier,
    ):
        engine.execute(_TRUTH)
        for name, query in {**_AS_CSV, "visits": _VISITS_OF_800}.items():
            engine.sql(query).write_csv(f"{folder}/{name}.csv")
        for view, query in _AS_VIEWS.items():
            tier.fill(view, engine.sql(query))
        tier.run("ANALYZE")
        yield Program(tier, folder, (folder / "visits.csv").read_text())


def test_the_views_give_the_same_marts_as_the_same_data_delivered_as_csv(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "visits.csv").write_text(program.visits)
    remarks = load_from(program.tier.url, tmp_path, tmp_path / "views.duckdb")
    assert "students 20,000" in remarks[0]
    assert "attendance_daily 700,000" in remarks[0]
    load_into(program.as_csv, tmp_path / "csv.duckdb")
    with duckdb.connect(tmp_path / "views.duckdb", read_only=True) as engine:
        [(served,)] = engine.sql("SELECT count(*) FROM served_student").fetchall()
        [(matched,)] = engine.sql("SELECT count(*) FROM comparison_cell").fetchall()
    assert served == 800
    assert matched > 10_000
    assert_same_data(tmp_path / "views.duckdb", tmp_path / "csv.duckdb")


READ_AND_MEASURE = """
import sys
from pathlib import Path
import sqlalchemy as sa
from reporting.sources.middle_tier import deliver
url, into, *marks = sys.argv[1:]
marks = dict(zip(marks[::2], marks[1::2]))
deliver(sa.make_url(url), Path(into), marks, lambda _step, _share: None)
status = Path("/proc/self/status").read_text()
print(status.split("VmHWM:")[1].split()[0])  # kB; unlike ru_maxrss, not the parent's
"""


def test_seven_times_the_rows_take_no_more_memory(program: Program, tmp_path: Path) -> None:
    def megabytes(folder: str, **marks: str) -> float:
        (tmp_path / folder).mkdir()
        url = program.tier.url.render_as_string(hide_password=False)
        words = (url, str(tmp_path / folder), *(word for mark in marks.items() for word in mark))
        read = subprocess.run(
            [sys.executable, "-c", READ_AND_MEASURE, *words],
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            check=True,
        )
        return int(read.stdout) / 1024

    def days(folder: str) -> int:
        return (tmp_path / folder / "attendance_daily.csv").read_bytes().count(b"\n") - 1

    # From the month before the mark's: April, the last of seven.
    some = megabytes("some", **{FACT: "2022-05-31", "studentschooldim": "2021-09-15"})
    every = megabytes("every")
    assert (days("some"), days("every")) == (100_000, 700_000)
    assert every - some < 10


# --- Rows in the form of the contract ---------------------------------------------------


def test_students_and_enrollments_come_in_the_words_of_the_contract(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    hartford.add_student(
        BEN,
        "0640111",
        studentfirstname="Ben",
        studentlastname='O"Hara, Jr.',
        gradelevel="Kindergarten",
        limitedenglishproficiency="Limited",
        schoolyear="2023",
        enrollmentdatekey="20220829",
        birthdate=None,
    )
    hartford.deliver(tmp_path)
    assert rows_of(tmp_path, "districts") == [
        {"district_code": HARTFORD, "district_name": "Hartford"}
    ]
    assert rows_of(tmp_path, "schools") == [
        {"school_code": "0640111", "school_name": "School 0640111", "district_code": HARTFORD}
    ]
    assert [list(row.values()) for row in rows_of(tmp_path, "students")] == [
        [ADA, "Ada", "Example", "2010-05-01", ""],
        [BEN, "Ben", 'O"Hara, Jr.', "", "yes"],
    ]
    assert [list(row.values()) for row in rows_of(tmp_path, "enrollments")] == [
        [ADA, "2021-22", HARTFORD, "7", "0640111", "2021-09-01", ""],
        [BEN, "2022-23", HARTFORD, "K", "0640111", "2022-08-29", ""],
    ]
    assert rows_of(tmp_path, "attendance_daily") == [
        {"student_id": ADA, "district_code": HARTFORD, "date": "2021-10-01", "attended": "1"}
    ]


def test_empty_views_give_headers_alone_and_no_marks(tier: MiddleTier, tmp_path: Path) -> None:
    shares: list[float] = []
    reading = deliver(tier.url, tmp_path, {}, lambda _step, share: shares.append(share))
    assert reading.marks == {}
    assert shares
    assert len(list(tmp_path.iterdir())) == 5
    for file in tmp_path.iterdir():
        assert file.read_text().count("\n") == 1


def test_progress_is_told_as_a_share_that_grows_to_one(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    shares: list[float] = []
    deliver(hartford.url, tmp_path, {}, lambda _step, share: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


GRADES = {
    "Preschool/Prekindergarten": "PK",
    "Preschool": "PK",
    "Prekindergarten": "PK",
    "Transitional Kindergarten": "K",
    "Kindergarten": "K",
    "First grade": "1",
    "Ninth Grade ": "9",
    "Twelfth grade": "12",
    "Ungraded": "Ungraded",
    "Grade 13": "Grade 13",
}


def test_grades_are_translated_and_unknown_ones_are_left_for_the_loader_to_reject(
    tier: MiddleTier, tmp_path: Path
) -> None:
    tier.add_district(HARTFORD, "0640111")
    for number, grade in enumerate(GRADES):
        tier.add_student(f"100000000{number}", "0640111", gradelevel=grade)
    tier.add_days("1000000000", "0640111", d20211001=1)
    tier.deliver(tmp_path)
    assert [row["grade"] for row in rows_of(tmp_path, "enrollments")] == list(GRADES.values())
    (tmp_path / "visits.csv").write_text(VISITS.replace(ADA, "1000000000"))
    report = load(
        tmp_path, sa.make_url(f"duckdb:///{tmp_path}/leap.duckdb"), read_mapping(None), 100
    )
    assert sorted(report.rejected["value"]) == ["Grade 13", "Ungraded"]


def test_a_school_year_that_is_unknown_is_that_of_the_entry(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    for student, entry in ((BEN, "2021-08-01"), (CY, "2022-07-31")):
        hartford.add_student(student, "0640111", schoolyear="Unknown", enrollmentdatekey=entry)
    reading = hartford.deliver(tmp_path)
    assert [row["school_year"] for row in rows_of(tmp_path, "enrollments")] == ["2021-22"] * 3
    assert "2 enrollments have no school year" in " ".join(reading.remarks)


def test_codes_that_ed_fi_keeps_as_numbers_get_their_zeros_back(
    tier: MiddleTier, tmp_path: Path
) -> None:
    tier.add_district("640011", "640111")
    tier.add_district("1550011", "1550111")
    tier.add_student(ADA, "640111")
    tier.add_days(ADA, "640111", d20211001=1)
    tier.replace_view(  # as earlier versions have it
        "schooldim",
        "SELECT schoolkey, schoolname, localeducationagencykey::integer FROM edfi.schooldim",
    )
    reading = tier.deliver(tmp_path)
    codes = [row["district_code"] for row in rows_of(tmp_path, "districts")]
    assert codes == [HARTFORD, "1550011"]
    assert [row["school_code"] for row in rows_of(tmp_path, "schools")] == ["0640111", "1550111"]
    assert rows_of(tmp_path, "enrollments")[0]["school_code"] == "0640111"
    assert rows_of(tmp_path, "attendance_daily")[0]["district_code"] == HARTFORD
    assert "got their zeros back" in " ".join(reading.remarks)


def test_codes_without_a_fixed_length_stay_as_they_are(tier: MiddleTier, tmp_path: Path) -> None:
    tier.add_district("57905", "57905001")
    tier.add_district("255901", "255901001")
    reading = tier.deliver(tmp_path)
    codes = [row["district_code"] for row in rows_of(tmp_path, "districts")]
    assert codes == ["255901", "57905"]
    assert "zeros" not in " ".join(reading.remarks)


# --- Attendance ---------------------------------------------------------------------------

_AT_SCHOOL, _IN_HOMEROOM = reported(1), reported(1, "homeroom")
_NOT_AT_SCHOOL, _NOT_IN_HOMEROOM = reported(0), reported(0, "homeroom")
_MISSED_A_LESSON = {"reportedasabsentfromanysection": 1}

ATTENDED = {
    "present": (_AT_SCHOOL, "1"),
    "absent": (_NOT_AT_SCHOOL, "0"),
    "absences alone are reported, or tardy": ({}, "1"),
    "present for a part of the day": (_AT_SCHOOL | {"reportedasabsentfromschool": 1}, "1"),
    "in homeroom": (_IN_HOMEROOM, "1"),
    "not in homeroom": (_NOT_IN_HOMEROOM, "0"),
    "absent from homeroom, later at school": (_NOT_IN_HOMEROOM | _AT_SCHOOL, "1"),
    "in homeroom, and absent by the school": (_IN_HOMEROOM | _NOT_AT_SCHOOL, "0"),
    "missed a lesson": (_MISSED_A_LESSON, "1"),
    "at school, missed a lesson": (_AT_SCHOOL | _MISSED_A_LESSON, "1"),
}


def test_school_comes_before_homeroom_and_a_day_without_an_absence_is_attended(
    tier: MiddleTier, tmp_path: Path
) -> None:
    tier.add_district(HARTFORD, "0640111")
    tier.add_student(ADA, "0640111")
    days = [f"d202110{day:02d}" for day in range(1, len(ATTENDED) + 1)]
    marks = dict(zip(days, (marks for marks, _attended in ATTENDED.values()), strict=True))
    tier.add_days(ADA, "0640111", **marks)
    reading = tier.deliver(tmp_path)
    attended = [row["attended"] for row in rows_of(tmp_path, "attendance_daily")]
    assert dict(zip(ATTENDED, attended, strict=True)) == {
        case: expected for case, (_marks, expected) in ATTENDED.items()
    }
    assert "absence from sections alone: 1." in " ".join(reading.remarks)


def test_a_day_in_two_schools_is_one_row_a_district_attended_in_either(
    tier: MiddleTier, tmp_path: Path
) -> None:
    tier.add_district(HARTFORD, "0640111", "0640211")
    tier.add_district(NEW_HAVEN, "0930111")
    for school in ("0640111", "0640211", "0930111"):
        tier.add_student(ADA, school)
    tier.add_days(ADA, "0640111", d20211001=0, d20211004=0)
    tier.add_days(ADA, "0640211", d20211001=1, d20211004=0)
    tier.add_days(ADA, "0930111", d20211001=0)
    tier.deliver(tmp_path)
    assert [list(row.values())[1:] for row in rows_of(tmp_path, "attendance_daily")] == [
        [HARTFORD, "2021-10-01", "1"],
        [HARTFORD, "2021-10-04", "0"],
        [NEW_HAVEN, "2021-10-01", "0"],
    ]
    assert len(rows_of(tmp_path, "students")) == 1
    assert len(rows_of(tmp_path, "enrollments")) == 3


def test_days_that_nobody_has_reported_yet_are_not_taken_for_attended(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    hartford.add_district(NEW_HAVEN, "0930111")
    hartford.add_district("0150011", "0150111")
    hartford.add_student(BEN, "0930111")
    hartford.add_student(CY, "0150111")
    hartford.add_days(ADA, "0640111", d20211004={}, d20211005=0, d20211006={})
    hartford.add_days(BEN, "0930111", d20211005={}, d20211006=1)
    hartford.add_days(CY, "0150111", d20211005={}, d20211006={})
    reading = hartford.deliver(tmp_path)
    read = [(row["student_id"], row["date"]) for row in rows_of(tmp_path, "attendance_daily")]
    assert read == [
        (ADA, "2021-10-01"),
        (ADA, "2021-10-04"),
        (ADA, "2021-10-05"),
        (BEN, "2021-10-05"),
        (BEN, "2021-10-06"),
    ]
    words = " ".join(reading.remarks)
    assert "up to 2021-10-06" in words
    assert "left out: 0640011 after 2021-10-05." in words
    assert "Nobody is reported present or absent in 0150011" in words


# --- Students who have left ----------------------------------------------------------------


def test_days_of_students_whom_no_view_knows_are_left_out_and_it_is_said_how_to_have_them(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    hartford.add_days(BEN, "0640111", d20211001=1, d20211004=0)
    reading = hartford.deliver(tmp_path)
    assert [row["student_id"] for row in rows_of(tmp_path, "attendance_daily")] == [ADA]
    words = " ".join(reading.remarks)
    assert "2 days of them are left out" in words
    assert "analytics.allstudentschooldim" in words


def test_the_view_that_has_them_is_read_where_it_may_be(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    first = hartford.deliver(tmp_path / "first")
    hartford.make_views(WITH_LEAVERS)
    [view] = WITH_LEAVERS
    hartford.add_student(ADA, "0640111", view, exitwithdrawdate="")
    hartford.add_student(BEN, "0640111", view, exitwithdrawdate="2021-10-04")
    hartford.add_days(BEN, "0640111", d20211001=1, d20211004=0)
    reading = hartford.deliver(tmp_path / "second", first.marks)
    assert [row["exit_date"] for row in rows_of(tmp_path / "second", "enrollments")] == [
        "",
        "2021-10-04",
    ]
    # Newly known students have days before the mark: all days are read once more.
    assert len(rows_of(tmp_path / "second", "attendance_daily")) == 3
    assert "left out" not in " ".join(reading.remarks)
    hartford.run(f"REVOKE SELECT ON analytics.{view} FROM {hartford.role}")
    hartford.deliver(tmp_path / "third")
    assert [row["student_id"] for row in rows_of(tmp_path / "third", "students")] == [ADA]


# --- What is new -----------------------------------------------------------------------------


@pytest.fixture
def autumn(tier: MiddleTier) -> MiddleTier:
    """Two districts, three students, two days in each month from October to December 2021."""
    tier.add_district(HARTFORD, "0640111", name="Hartford")
    tier.add_district(NEW_HAVEN, "0930111", name="New Haven")
    tier.add_student(ADA, "0640111")
    tier.add_student(BEN, "0930111", studentfirstname="Ben", gradelevel="Third grade")
    tier.add_student(CY, "0640111", studentfirstname="Cy", gradelevel="Sixth grade")
    days = {f"d2021{month}{day}": 1 for month in (10, 11, 12) for day in ("01", "02")}
    tier.add_days(ADA, "0640111", **days)
    tier.add_days(BEN, "0930111", **days)
    tier.add_days(CY, "0640111", **days | {"d20211201": 0})
    return tier


def test_a_second_reading_brings_what_is_new_and_corrected_and_the_marts_are_those_of_a_full_one(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    first = autumn.deliver(tmp_path / "first")
    assert first.marks == {"studentschooldim": "2021-09-15 08:00:00", FACT: "2021-12-02"}
    autumn.run(
        "UPDATE edfi.studentschooldim SET gradelevel = 'Fourth grade', "
        f"lastmodifieddate = '2022-01-10 09:30:00.5' WHERE studentkey = '{BEN}';"
        f"UPDATE edfi.{FACT} SET reportedaspresentatschool = 1, reportedasabsentfromschool = 0 "
        f"WHERE studentkey = '{CY}' AND datekey = '20211201';"
    )
    autumn.add_days(ADA, "0640111", d20220103=0, d20220104=1)
    autumn.add_days(BEN, "0930111", d20220103=1, d20220104=1)
    second = autumn.deliver(tmp_path / "second", first.marks)
    assert second.marks == {"studentschooldim": "2022-01-10 09:30:00.500000", FACT: "2022-01-04"}
    assert [row["student_id"] for row in rows_of(tmp_path / "second", "students")] == [BEN]
    assert [row["grade"] for row in rows_of(tmp_path / "second", "enrollments")] == ["4"]
    days = [row["date"][:7] for row in rows_of(tmp_path / "second", "attendance_daily")]
    assert {month: days.count(month) for month in days} == {
        "2021-11": 6,
        "2021-12": 6,
        "2022-01": 4,
    }
    assert "read with --all" in " ".join(second.remarks)

    autumn.deliver(tmp_path / "every")
    for folder, database in (("first", "two"), ("second", "two"), ("every", "one")):
        (tmp_path / folder / "visits.csv").write_text(VISITS)
        load_into(tmp_path / folder, tmp_path / f"{database}.duckdb")
    assert_same_data(tmp_path / "two.duckdb", tmp_path / "one.duckdb")


def test_a_load_goes_on_where_the_last_one_stopped_and_begins_again_when_told(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    (tmp_path / "visits.csv").write_text(VISITS)
    url, database = autumn.url.update_query_dict({"application_name": "a load"}), tmp_path / "one"
    read = []
    for all_again in (False, False, True):
        remarks = load_from(url, tmp_path, database, all_again=all_again)
        read.append("Of students only those changed" in " ".join(remarks))
    assert read == [False, True, False]
    with duckdb.connect(database, read_only=True) as engine:
        [source, _part, mark] = engine.sql("FROM source_mark ORDER BY part").fetchall()[0]
    assert mark == "2021-12-02"
    assert source == f"postgresql://{url.host}:{url.port}/{url.database}"


def test_a_reading_of_nothing_new_brings_headers_and_the_last_two_months(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    first = autumn.deliver(tmp_path / "first")
    second = autumn.deliver(tmp_path / "second", first.marks)
    assert second.marks == first.marks
    assert (tmp_path / "second" / "students.csv").read_text().count("\n") == 1
    assert (tmp_path / "second" / "enrollments.csv").read_text().count("\n") == 1
    assert len(rows_of(tmp_path / "second", "attendance_daily")) == 2 * 2 * 3


def test_who_came_to_a_school_is_read_though_the_student_was_not_changed(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    first = autumn.deliver(tmp_path / "first")
    autumn.add_student(ADA, "0930111", enrollmentdatekey="2021-12-02")
    autumn.deliver(tmp_path / "second", first.marks)
    schools = [row["school_code"] for row in rows_of(tmp_path / "second", "enrollments")]
    assert schools == ["0640111", "0930111"]


def test_a_change_that_is_seconds_old_is_read_again_with_what_was_committed_meanwhile(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    autumn.run(
        "UPDATE edfi.studentschooldim SET lastmodifieddate = now() AT TIME ZONE 'UTC' "
        f"WHERE studentkey = '{ADA}'"
    )
    first = autumn.deliver(tmp_path / "first")
    autumn.deliver(tmp_path / "second", first.marks)
    assert [row["student_id"] for row in rows_of(tmp_path / "second", "students")] == [ADA]


def test_a_district_that_reports_late_is_waited_for(autumn: MiddleTier, tmp_path: Path) -> None:
    autumn.add_days(ADA, "0640111", d20220301=1)
    autumn.add_days(BEN, "0930111", d20220103={}, d20220301={})
    first = autumn.deliver(tmp_path / "first")
    assert first.marks[FACT] == "2021-12-02"
    autumn.run(
        f"UPDATE edfi.{FACT} SET reportedasabsentfromschool = 1 "
        f"WHERE studentkey = '{BEN}' AND datekey IN ('20220103', '20220301')"
    )
    second = autumn.deliver(tmp_path / "second", first.marks)
    days = rows_of(tmp_path / "second", "attendance_daily")
    assert [row["date"] for row in days if row["student_id"] == BEN][-2:] == [
        "2022-01-03",
        "2022-03-01",
    ]
    assert second.marks[FACT] == "2022-03-01"


def test_a_district_that_reports_no_more_is_not_waited_for_forever(
    autumn: MiddleTier, tmp_path: Path
) -> None:
    autumn.add_days(ADA, "0640111", d20220601=1)
    autumn.add_days(BEN, "0930111", d20220601={})
    assert autumn.deliver(tmp_path).marks[FACT] == "2022-06-01"


# --- What cannot be read -----------------------------------------------------------------------


def refusal(tier: MiddleTier, into: Path) -> str:
    with pytest.raises(DeliveryRefusedError) as refused:
        tier.deliver(into)
    return str(refused.value)


def test_a_missing_view_is_named(tier: MiddleTier, tmp_path: Path) -> None:
    for view in VIEWS:
        tier.run(f"ALTER VIEW analytics.{view} RENAME TO gone")
        words = refusal(tier, tmp_path)
        assert f"there is no view analytics.{view}. Install the Analytics Middle Tier" in words
        tier.run(f"ALTER VIEW analytics.gone RENAME TO {view}")
    tier.deliver(tmp_path)


def test_a_missing_column_is_named_with_its_view(tier: MiddleTier, tmp_path: Path) -> None:
    tier.run("ALTER VIEW analytics.schooldim RENAME localeducationagencykey TO agency")
    words = refusal(tier, tmp_path)
    assert "analytics.schooldim: column schooldim.localeducationagencykey does not exist" in words
    assert "upgrade the Middle Tier" in words


@pytest.mark.parametrize(
    "right", ["SELECT ON analytics.schooldim", "USAGE ON SCHEMA analytics"], ids=["view", "schema"]
)
def test_a_missing_right_is_named_and_the_grant_that_is_said_helps(
    hartford: MiddleTier, tmp_path: Path, right: str
) -> None:
    hartford.run(f"REVOKE {right} FROM {hartford.role}")
    words = refusal(hartford, tmp_path)
    assert f"the role {hartford.role} may not read analytics." in words
    hartford.run(words.partition("grants it: ")[2])
    hartford.deliver(tmp_path)


def test_a_server_that_is_away_and_a_database_that_is_not_there_are_said(
    tier: MiddleTier, tmp_path: Path
) -> None:
    for url, cause in (
        (tier.url.set(port=1, password="Secret-1"), "Connection refused"),
        (tier.url.set(database="nowhere", password="Secret-1"), '"nowhere" does not exist'),
        (tier.url.set(drivername="mssql+pyodbc", password="Secret-1"), r"mssql\+pyodbc://"),
    ):
        with pytest.raises(DeliveryRefusedError, match=cause) as refused:
            deliver(url, tmp_path, {}, lambda _step, _share: None)
        assert "Secret-1" not in str(refused.value)


def test_a_wrong_password_is_said_and_not_shown(tier: MiddleTier, tmp_path: Path) -> None:
    tier.run(f"ALTER ROLE {tier.role} PASSWORD 'Right-1'")
    rules = tier.server.folder / "data" / "pg_hba.conf"
    rules.write_text(f"host {tier.database} {tier.role} all scram-sha-256\n{rules.read_text()}")
    tier.run("SELECT pg_reload_conf()")
    for url in (
        tier.url.set(password="Secret-1"),
        tier.url.update_query_dict({"password": "Secret-1"}),
    ):
        with pytest.raises(DeliveryRefusedError, match="password authentication failed") as refused:
            deliver(url, tmp_path, {}, lambda _step, _share: None)
        assert "PGPASSWORD" in str(refused.value)
        assert "Secret-1" not in str(refused.value)
    deliver(tier.url.set(password="Right-1"), tmp_path, {}, lambda _step, _share: None)


def test_nothing_can_be_written_through_the_connection(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    """Whatever a view does, and with whatever rights."""
    hartford.run(
        "CREATE TABLE edfi.touched (a int);"
        "CREATE FUNCTION edfi.touch() RETURNS text LANGUAGE sql SECURITY DEFINER AS "
        "$$ INSERT INTO edfi.touched VALUES (1) RETURNING 'touched' $$;"
    )
    hartford.replace_view(
        "schooldim", "SELECT s.* FROM edfi.schooldim s WHERE edfi.touch() = 'touched'"
    )
    assert "read-only transaction" in refusal(hartford, tmp_path)


def test_a_view_is_read_by_a_cursor_planned_for_all_rows_and_all_views_at_one_moment(
    hartford: MiddleTier, tmp_path: Path
) -> None:
    hartford.replace_view(
        "schooldim",
        "SELECT schoolkey, localeducationagencykey, concat_ws(', ', "
        "current_setting('transaction_isolation'), current_setting('cursor_tuple_fraction'), "
        "(SELECT count(*) FROM pg_cursors)) AS schoolname FROM edfi.schooldim",
    )
    hartford.deliver(tmp_path)
    assert rows_of(tmp_path, "schools")[0]["school_name"] == "repeatable read, 1, 1"


def test_the_role_needs_the_views_alone(hartford: MiddleTier, tmp_path: Path) -> None:
    with sa.create_engine(hartford.url, poolclass=sa.NullPool).connect() as connection:
        for name, may in (("analytics", True), ("edfi", False)):
            right = sa.func.has_schema_privilege(name, "USAGE")
            assert connection.scalar(sa.select(right)) is may
    hartford.deliver(tmp_path)
    assert len(rows_of(tmp_path, "attendance_daily")) == 1
