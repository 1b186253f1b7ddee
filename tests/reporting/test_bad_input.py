"""What bad input gets: every line of the contract's table."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries.schema import attendance_month, rejected_row, visit
from reporting.__main__ import main
from reporting.csv_files import inspect
from reporting.errors import DeliveryRefusedError
from tests.conftest import ATTENDANCE_HEADER, DISTRICTS, STUDENTS, Delivery

NEXT_YEAR = "2999-01-01"


def reasons(delivery: Delivery, file: str, row: str) -> list[tuple[str, str, str]]:
    """(column, value, reason) of the rejected rows after loading one row more."""
    delivery.add(file, row)
    report = delivery.load()
    rejected = report.rejected[report.rejected["file"] == f"{file}.csv"]
    return list(rejected[["column", "value", "reason"]].itertuples(index=False, name=None))


# --- Refused before anything changes ---------------------------------------------


@pytest.mark.parametrize("file", ["districts", "students", "enrollments", "attendance", "visits"])
def test_a_missing_file_refuses_the_load_and_is_named(delivery: Delivery, file: str) -> None:
    (delivery.folder / f"{file}.csv").unlink()
    with pytest.raises(DeliveryRefusedError, match=rf"{file}\.csv"):
        delivery.load()


@pytest.mark.parametrize(
    ("file", "column"),
    [("attendance", "days_attended"), ("visits", "outcome"), ("students", "student_id")],
)
def test_a_missing_required_column_refuses_the_load_and_is_named(
    delivery: Delivery, file: str, column: str
) -> None:
    path = delivery.folder / f"{file}.csv"
    path.write_text(path.read_text().replace(column, "something_else", 1))
    with pytest.raises(DeliveryRefusedError, match=rf"{file}\.csv: the column {column} is missing"):
        delivery.load()


def test_a_file_without_names_of_columns_is_refused_in_words_that_tell_of_no_student(
    delivery: Delivery,
) -> None:
    delivery.write(students=STUDENTS.partition("\n")[2])
    with pytest.raises(DeliveryRefusedError, match="first line holds values") as refused:
        delivery.load()
    assert "Ada" not in str(refused.value)
    assert "0000000001" not in str(refused.value)


def test_text_that_is_not_utf8_refuses_the_load_and_names_the_line(delivery: Delivery) -> None:
    delivery.write(students=STUDENTS.replace("Ben", "Bén").encode("latin-1"))
    with pytest.raises(DeliveryRefusedError, match=r"students\.csv: line 3 is not UTF-8"):
        delivery.load()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 a workbook", "not a CSV file"),
        (b'student_id,first_name\n0000000001,"never closed\n', "never closed"),
        (b"", "empty"),
        (b"student_id,student_id\n1,1\n", "more than once"),
        (
            b'student_id,first_name\n0000000001,5 ft 3" tall, 2" wide\n',
            "line 2 has quotation marks",
        ),
        (b'student_id,first_name\n1,a"b\n2"c,d\n3,e,f\n', "line 2 has quotation marks"),
        (b"student_id\n0000000001\n\r1000000003\n", "line 3 holds a carriage return"),
        (b"student_id\n0000000001\n\xc3", "line 3 is not UTF-8"),
        pytest.param(
            b"a," + b"x" * 200_000, "the header cannot be read", id="a header without end"
        ),
        pytest.param(b"a\n" + b"x" * (1 << 26), "a line is longer", id="a line without end"),
    ],
)
def test_a_file_that_is_no_csv_refuses_the_load(
    delivery: Delivery, content: bytes, words: str
) -> None:
    delivery.write(students=content)
    with pytest.raises(DeliveryRefusedError, match=rf"students\.csv: .*{words}"):
        delivery.load()


def test_a_file_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(DeliveryRefusedError, match=r"mem cannot be read: Input/output"):
        inspect(Path("/proc/self/mem"))


def test_a_refused_load_leaves_the_database_byte_for_byte(delivery: Delivery) -> None:
    delivery.load()
    database = Path(sa.make_url(delivery.url).database)
    before = database.read_bytes()
    (delivery.folder / "visits.csv").unlink()
    with pytest.raises(DeliveryRefusedError):
        delivery.load()
    assert database.read_bytes() == before


# --- Rejected rows ---------------------------------------------------------------

ADA = "0000000001,0640011"


@pytest.mark.parametrize(
    ("file", "row", "column", "words"),
    [
        ("attendance", f"{ADA},2022-06,20,21", "days_attended", "more than the days enrolled"),
        ("attendance", f"{ADA},2022-06,20,-1", "days_attended", "negative"),
        ("attendance", f"{ADA},2022-06,-1,-2", "days_enrolled", "negative"),
        ("attendance", f"{ADA},2022-06,many,1", "days_enrolled", "not a number"),
        ("attendance", f"{ADA},2022-06,20,NaN", "days_attended", "not a number"),
        ("attendance", f"{ADA},2022-06,20,", "days_attended", "empty"),
        ("attendance", f"{ADA},2022-06,32,20", "days_enrolled", "more than 31"),
        ("attendance", f"{ADA},2022-13,20,20", "month", "not a month"),
        ("attendance", f"{ADA},2999-01,20,20", "month", "future"),
        ("attendance", f"{ADA},0021-10,20,20", "month", "before 1950"),
        ("attendance", "0000000009,0640011,2022-06,20,20", "student_id", "not declared"),
        ("attendance", "0000000001,9999999,2022-06,20,20", "district_code", "not declared"),
        ("attendance", "1,0640011,2022-06,20,20", "student_id", "lost its leading zeros"),
        ("attendance", "0000000001,640011,2022-06,20,20", "district_code", "should be 0640011"),
        ("attendance", "1.23E+09,0640011,2022-06,20,20", "student_id", "spreadsheet"),
        ("attendance", f"{ADA},2022-06,20", "", "4 fields, the header 5"),
        ("attendance", f"{ADA},2022-06,20,20,1", "", "6 fields, the header 5"),
        ("students", "2,Di,Example,2010-01-01,", "student_id", "should be 0000000002"),
        ("students", "1.23E+09,Di,Example,2010-01-01,", "student_id", "spreadsheet"),
        ("students", f"1000000004,Di,Example,{NEXT_YEAR},", "birth_date", "future"),
        ("districts", "640011,Hartford", "district_code", "should be 0640011"),
        ("enrollments", "0000000001,2021-22,0640011,13,,,", "grade", "not one of"),
        ("enrollments", "0000000001,2021-23,0640011,8,,,", "school_year", "not a school year"),
        ("enrollments", f"0000000001,2021-22,0640011,8,,{NEXT_YEAR},", "entry_date", "future"),
        (
            "enrollments",
            "0000000001,2021-22,0640011,8,,2021-10-01,2021-09-01",
            "exit_date",
            "before the entry date",
        ),
        ("visits", "v2,0000000001,2021-02-30,home,completed,school", "visit_date", "not a date"),
        ("visits", "v2,0000000001,0021-12-08,home,completed,school", "visit_date", "before 1950"),
        ("visits", f"v2,0000000001,{NEXT_YEAR},home,completed,school", "visit_date", "future"),
        ("visits", "v2,0000000001,2021-12-08,zoo,completed,school", "modality", "not one of"),
        ("visits", "v2,0000000001,2021-12-08,home,done,school", "outcome", "not one of"),
        ("visits", "v2,0000000001,2021-12-08,home,completed,alien", "visitor_type", "not one of"),
        ("visits", "v2,0000000009,2021-12-08,home,completed,school", "student_id", "not declared"),
        ("visits", "v2,,2021-12-08,home,completed,school", "student_id", "empty"),
    ],
)
def test_a_bad_row_is_rejected_with_a_reason_and_the_rest_loads(
    delivery: Delivery, file: str, row: str, column: str, words: str
) -> None:
    [(found_column, _value, reason)] = reasons(delivery, file, row)
    assert found_column == column
    assert words in reason
    assert delivery.read(sa.select(sa.func.count()).select_from(attendance_month)) == [(20,)]


def test_a_school_nobody_declared_is_rejected_once_schools_are_declared(delivery: Delivery) -> None:
    row = "1000000003,2020-21,0640011,PK,0640299,,"
    assert reasons(delivery, "enrollments", row) == []
    delivery.write(schools="school_code,school_name,district_code\n0640101,North,0640011\n")
    assert delivery.load().rejected["reason"].tolist() == [
        "school_code is not declared in schools.csv or the database"
    ]


def test_ids_of_free_length_are_not_taken_for_lost_zeros(delivery: Delivery) -> None:
    delivery.write(
        students="student_id\n7\n12\n345\n",
        enrollments="student_id,school_year,district_code,grade\n7,2021-22,0640011,1\n",
        attendance=ATTENDANCE_HEADER + "12,0640011,2021-10,20,20\n",
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n",
    )
    assert len(delivery.load().rejected) == 0


def test_one_id_that_is_too_long_does_not_make_the_others_too_short(delivery: Delivery) -> None:
    delivery.write(students=STUDENTS + "12345678901234567890,Di,Example,,\n")
    assert len(delivery.load().rejected) == 0


def test_an_exit_without_a_column_of_entries_is_no_error(delivery: Delivery) -> None:
    delivery.write(
        enrollments="student_id,school_year,district_code,grade,exit_date\n"
        "0000000001,2021-22,0640011,7,2022-06-14\n"
    )
    assert len(delivery.load().rejected) == 0


def test_a_rejected_row_keeps_file_line_value_and_the_whole_row(delivery: Delivery) -> None:
    delivery.write(
        students=STUDENTS + '\r\n"1000000004","Two\nlines","Example",,\r\n\n2,"Di, Jo",Example,,\n'
    )
    delivery.load()
    kept = delivery.read(sa.select(rejected_row.c["file", "line", "column", "value", "row"]))
    assert kept == [("students.csv", 9, "student_id", "2", '2,"Di, Jo",Example,,')]
    with (delivery.folder / "rejected.csv").open() as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["9"]


def test_a_row_longer_than_the_engine_reads_is_rejected_and_the_rest_loads(
    delivery: Delivery,
) -> None:
    long = f"1000000004,{'x' * 3_000_000},Example,,"
    delivery.write(students=f"{STUDENTS}{long}\n1000000005,Di,Example,,\n")
    report = delivery.load()
    [rejected] = report.rejected.to_dict(orient="records")
    assert rejected["reason"] == "the row is longer than 2,000,000 characters"
    assert (rejected["line"], rejected["row"]) == (5, long)
    assert report.outcomes["students.csv"].loaded == 4


def test_the_same_row_twice_counts_as_duplicate_and_loads_once(delivery: Delivery) -> None:
    delivery.add("visits", "v1,0000000001,2021-12-07, HOME ,completed,school")
    report = delivery.load()
    assert report.outcomes["visits.csv"].duplicate == 1
    assert len(report.rejected) == 0
    assert delivery.read(sa.select(sa.func.count()).select_from(visit)) == [(1,)]


def test_two_rows_with_one_key_and_different_values_are_both_rejected(delivery: Delivery) -> None:
    delivery.add("attendance", f"{ADA},2021-09,20,1", f"{ADA},2021-09,20,1")
    report = delivery.load()
    assert report.rejected["line"].tolist() == [2, 22, 23]
    assert report.rejected["reason"].str.startswith("conflicting").all()
    september = sa.select(attendance_month).where(attendance_month.c.month == "2021-09")
    assert [row[0] for row in delivery.read(september)] == ["0000000002"]


def test_a_later_delivery_wins_and_the_report_counts_what_changed(delivery: Delivery) -> None:
    delivery.load()
    delivery.write(attendance=ATTENDANCE_HEADER + f"{ADA},2021-09,20,3\n{ADA},2021-10,20,14\n")
    report = delivery.load()
    assert report.outcomes["attendance.csv"].changed == 1
    assert report.outcomes["attendance.csv"].loaded == 2
    attended = sa.select(attendance_month.c.days_attended).where(
        attendance_month.c.student_id == "0000000001", attendance_month.c.month == "2021-09"
    )
    assert delivery.read(attended) == [(3.0,)]
    assert delivery.read(sa.select(sa.func.count()).select_from(attendance_month)) == [(20,)]


def test_a_month_without_days_enrolled_is_kept_as_missing(delivery: Delivery) -> None:
    delivery.add("attendance", "1000000003,0640011,2021-10,0,0")
    assert len(delivery.load().rejected) == 0
    kept = sa.select(attendance_month.c.days_enrolled).where(
        attendance_month.c.student_id == "1000000003"
    )
    assert delivery.read(kept) == [(0.0,)]


# --- Too many, and accidents -----------------------------------------------------


def test_more_than_two_percent_rejected_refuses_the_load_and_writes_the_report(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery.add("attendance", f"{ADA},2022-06,20,99")
    assert main(["load", str(delivery.folder)]) == 1
    assert "attendance.csv: 1 of 21 rows (4.8 %) were" in " ".join(capsys.readouterr().out.split())
    assert "days_attended" in (delivery.folder / "rejected.csv").read_text()
    assert not Path(sa.make_url(delivery.url).database).exists()
    assert main(["load", str(delivery.folder), "--max-rejected", "5"]) == 0


def test_wrong_usage_exits_with_two(delivery: Delivery) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["load"])
    assert stopped.value.code == 2
    assert main(["load", str(delivery.folder), "--mapping", "nowhere.toml"]) == 2


def test_demonstration_and_real_data_never_mix(delivery: Delivery) -> None:
    delivery.load()
    (delivery.folder / "DEMONSTRATION").touch()
    with pytest.raises(DeliveryRefusedError, match="never mix"):
        delivery.load()


# --- Accepted --------------------------------------------------------------------


def test_byte_order_mark_crlf_quotes_extra_columns_and_any_order_are_accepted(
    delivery: Delivery,
) -> None:
    delivery.write(
        districts=b"\xef\xbb\xbfnote,district_name,district_code\r\n"
        b'x,"Hartford, city",0640011\r\n,New Haven,0930011'
    )
    assert delivery.load().outcomes["districts.csv"].loaded == 2


def test_a_file_with_its_header_alone_is_accepted(delivery: Delivery) -> None:
    delivery.load()
    delivery.write(districts=DISTRICTS.splitlines()[0] + "\n")
    assert delivery.load().outcomes["districts.csv"].read == 0
