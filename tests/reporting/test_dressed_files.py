"""Files that went through another program on their way: what stands there is read, or the reason
names what the program did.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from queries.schema import attendance_month, enrollment, student, visit
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.load import LoadReport
from reporting.mapping import read_mapping
from tests.conftest import ATTENDANCE_HEADER, STUDENTS, VISITS, Delivery

LOG = VISITS.splitlines()[0]
DONE = "home,completed,school"
ADA_IN_HARTFORD = "0000000001,0640011"


def load_log(delivery: Delivery, *rows: str, entries: str = "", header: str = LOG) -> LoadReport:
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(f"[visits]\n{entries}")
    return delivery.write(visits="\n".join((header, *rows, ""))).load(mapping=str(mapping))


def visits(delivery: Delivery, *columns: str) -> list[tuple]:
    return delivery.read(sa.select(*(visit.c[name] for name in columns)).order_by("visit_id"))


def days(delivery: Delivery) -> list[str]:
    return [f"{day:%Y-%m-%d}" for (day,) in visits(delivery, "visit_date")]


def reasons(report: LoadReport) -> list[str]:
    return report.rejected["reason"].tolist()


# --- Codes --------------------------------------------------------------------------


def test_an_export_that_went_through_pandas_makes_no_second_population(
    delivery: Delivery,
) -> None:
    delivery.load()
    delivery.write(
        students="student_id,first_name\n1000000003.0,Cy\n",
        enrollments="student_id,school_year,district_code,grade\n1000000003.0,2021-22,0640011,7.0\n",
        attendance=f"{ATTENDANCE_HEADER}1000000003.0,0640011,2021-10,20.0,18.0\n",
        visits=f"{LOG}\n2.0,1000000003.0,2021-12-08,{DONE}\n",
    )
    report = delivery.load()
    assert reasons(report) == []
    assert [row[0] for row in delivery.read(sa.select(student).order_by("student_id"))] == [
        "0000000001",
        "0000000002",
        "1000000003",
    ]
    of_cy = enrollment.c.student_id == "1000000003"
    assert set(delivery.read(sa.select(enrollment.c.grade).where(of_cy))) == {("PK",), ("7",)}
    assert visits(delivery, "visit_id", "student_id")[0] == ("2", "1000000003")
    assert report.remarks[1] == (
        "enrollments.csv: 2 values of student_id, grade came with “.0” behind them; a spreadsheet "
        "or another program did this. What is in there was read."
    )


def test_a_number_is_read_whatever_was_put_around_it_and_the_report_counts_it(
    delivery: Delivery,
) -> None:
    report = load_log(
        delivery,
        f'v1,="0000000001",2021-12-01,{DONE}',
        f'v2,"=""0000000001""",2021-12-02,{DONE}',
        f"v3,'0000000001,2021-12-03,{DONE}",
        f"v4,\u200b0000000001,2021-12-04,{DONE}",
        f"v5,\u00a00000000001\u202f,2021-12-05,{DONE}",
        f"v6,0000000001\t,2021-12-06,{DONE}",
        f"v7,０００００００００１,2021-12-07,{DONE}",
        f"v8,“0000000001”,2021-12-08,{DONE}",
        "v9,0000000001,'2021-12-09,'home,“completed”,=\"school\"",
    )
    assert reasons(report) == []
    assert visits(delivery, "student_id", "modality") == [("0000000001", "home")] * 9
    assert days(delivery) == [f"2021-12-0{day}" for day in range(1, 10)]
    assert [remark.split("; ")[0] for remark in report.remarks] == [
        "visits.csv: 1 value of student_id came with signs that nobody sees",
        "visits.csv: 1 value of student_id came with tabs, no-break spaces or a line end",
        'visits.csv: 3 values of student_id, visitor_type came as a formula, ="…"',
        "visits.csv: 5 values of student_id, visit_date, modality, outcome came with an "
        "apostrophe or quotation marks",
        "visits.csv: 1 value of student_id came in full-width digits",
    ]


def test_names_of_columns_are_read_without_what_was_put_around_them(delivery: Delivery) -> None:
    header = '="visit_id",\u200bSASID\u00a0No,"=""visit_date""",modality,outcome,visitor_type'
    entries = '[visits.columns]\nstudent_id = "SASID\u00a0No"'
    load_log(delivery, f"v1,0000000001,2021-12-07,{DONE}", header=header, entries=entries)
    assert days(delivery) == ["2021-12-07"]


def test_names_of_people_keep_their_apostrophes(delivery: Delivery) -> None:
    delivery.write(
        students="student_id,first_name,last_name\n"
        "0000000001,'Aleki,O'Neil\n0000000002,Ana\u200b,“Peña”\n1000000003,2.0,Null\n"
    )
    delivery.load()
    named = sa.select(student.c["first_name", "last_name"]).order_by("student_id")
    assert delivery.read(named) == [("'Aleki", "O'Neil"), ("Ana", "“Peña”"), ("2.0", "Null")]


def test_a_number_that_lost_its_zeros_on_the_way_to_decimals_is_told_so(
    delivery: Delivery,
) -> None:
    report = load_log(delivery, f"v1,1.0,2021-12-07,{DONE}")
    assert "lost its leading zeros, 1 should be 0000000001" in reasons(report)[0]
    delivery.add("students", "4.0,Di,Example,,")
    assert "lost its leading zeros, 4 should be 0000000004" in reasons(delivery.load())[0]


def test_a_formula_that_holds_a_comma_is_no_readable_field(delivery: Delivery) -> None:
    with pytest.raises(DeliveryRefusedError, match="line 2 has quotation marks that do not match"):
        load_log(delivery, f'v1,="0000000001,2",2021-12-07,{DONE}')


def test_what_the_mapping_spells_with_decimals_still_means_the_same(delivery: Delivery) -> None:
    delivery.write(
        enrollments="student_id,school_year,district_code,grade\n"
        "0000000001,2022.0,0640011,14.0\n0000000002,2022.0,0640011,0.0\n"
    )
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(
        '[enrollments.values.school_year]\n"2022.0" = "2021-22"\n'
        '[enrollments.values.grade]\n"14.0" = "PK"\n"0" = "K"\n'
    )
    assert reasons(delivery.load(mapping=str(mapping))) == []
    assert delivery.read(sa.select(enrollment.c.grade).order_by("student_id")) == [("PK",), ("K",)]


# --- Reasons ------------------------------------------------------------------------


def rejected_rows(delivery: Delivery, file: str, rows: Sequence[str]) -> list[str]:
    report = delivery.add(file, *rows).load()
    assert len(report.rejected) == len(rows)
    return [f"{row.reason}" for row in report.rejected.itertuples()]


def test_what_cannot_be_read_in_a_visit_is_told_by_the_habit(delivery: Delivery) -> None:
    told = rejected_rows(
        delivery,
        "visits",
        [
            f"v2,#N/A,2021-12-08,{DONE}",
            f"v3,nan,2021-12-08,{DONE}",
            f'v4,"1,000,000,003",2021-12-08,{DONE}',
            f"v5,1.0E+09,2021-12-08,{DONE}",
            f"v6,0000000001,44474,{DONE}",
            f"v7,0000000001,NaT,{DONE}",
            f"#REF!,0000000001,2021-12-08,{DONE}",
            f"v8,1234567890,2021-12-08,{DONE}",
        ],
    )
    for reason, words in zip(
        told,
        [
            "student_id is what programs write where nothing is known, #N/A: look it up",
            "student_id is what programs write where nothing is known, nan",
            "student_id has become an amount, 1,000,000,003: a spreadsheet did this",
            "student_id has become a number, 1.0E+09: a spreadsheet did this",
            "visit_date is a spreadsheet’s number for a day, 44474: give the column the format",
            "visit_date is not a date of the calendar like 2021-10-05 but what programs write",
            "visit_id is what programs write where nothing is known, #REF!",
            "student_id is not declared in students.csv or the database",
        ],
        strict=True,
    ):
        assert words in reason


def test_what_cannot_be_read_in_a_month_is_told_by_the_habit(delivery: Delivery) -> None:
    told = rejected_rows(
        delivery,
        "attendance",
        [
            f"{ADA_IN_HARTFORD},2022-07,20,85%",
            f'{ADA_IN_HARTFORD},2022-07,20,"17,500"',
            f"{ADA_IN_HARTFORD},Oct-21,20,17",
            f"{ADA_IN_HARTFORD},2022-07,#DIV/0!,17",
        ],
    )
    for reason, words in zip(
        told,
        [
            "days_attended is a percentage, 85%",
            "days_attended has a comma, 17,500",
            "month has become a day, Oct-21: a spreadsheet did this",
            "days_enrolled is not a number but what programs write where nothing is known, #DIV/0!",
        ],
        strict=True,
    ):
        assert words in reason


def test_a_student_whose_number_is_nothing_is_no_student(delivery: Delivery) -> None:
    [reason] = rejected_rows(delivery, "students", ["NULL,Di,Example,,"])
    assert "student_id is what programs write where nothing is known, NULL" in reason


def test_nothing_in_a_column_that_may_be_empty_is_nothing(delivery: Delivery) -> None:
    delivery.write(
        students=STUDENTS.replace("2010-05-01", "NaT"),
        enrollments="student_id,school_year,district_code,grade,school_code,entry_date\n"
        "0000000001,2021-22,0640011,7,NULL,#N/A\n0000000002,2021-22,0930011,3,None,nan\n",
    )
    report = delivery.load()
    assert reasons(report) == []
    assert set(delivery.read(sa.select(enrollment.c["school_code", "entry_date"]))) == {
        (None, None)
    }
    assert report.remarks == [
        "students.csv: 1 value of birth_date came as “#N/A”, “NULL” or the like, as programs write "
        "where nothing is known. Nothing was read there.",
        "enrollments.csv: 4 values of school_code, entry_date came as “#N/A”, “NULL” or the like, "
        "as programs write where nothing is known. Nothing was read there.",
    ]


# --- Months and days ----------------------------------------------------------------


def attended(delivery: Delivery, month: str) -> list[tuple]:
    days = attendance_month.c["days_enrolled", "days_attended"]
    return delivery.read(sa.select(*days).where(attendance_month.c.month == month))


def test_days_and_months_as_other_programs_write_them(delivery: Delivery) -> None:
    delivery.write(
        attendance=f'{ATTENDANCE_HEADER}{ADA_IN_HARTFORD},2021-10-01 00:00:00,20.0,"17,5"\n'
        f"{ADA_IN_HARTFORD},2021-11-01,20,-0\n"
    )
    assert reasons(delivery.load()) == []
    assert attended(delivery, "2021-10") == [(20.0, 17.5)]
    assert [str(one) for one in attended(delivery, "2021-11")[0]] == ["20.0", "0.0"]


def test_days_absent_are_taken_from_days_enrolled(delivery: Delivery) -> None:
    header = "student_id,district_code,month,days_enrolled,days_absent\n"
    delivery.load()
    delivery.write(
        attendance=f"{header}{ADA_IN_HARTFORD},2021-10,20,3\n{ADA_IN_HARTFORD},2021-11,20,0\n"
        f"{ADA_IN_HARTFORD},2021-12,20,21\n{ADA_IN_HARTFORD},2022-01,20,\n"
        f"{ADA_IN_HARTFORD},2022-02,20,-1\n"
    )
    report = delivery.load()
    assert reasons(report) == [
        "days_absent is more than the days enrolled",
        "days_absent is empty",
        "days_absent is negative",
    ]
    assert (20.0, 17.0) in attended(delivery, "2021-10")
    assert report.outcomes["attendance.csv"].changed == 2


def test_days_attended_and_absent_that_disagree_are_rejected(delivery: Delivery) -> None:
    header = "student_id,district_code,month,days_enrolled,days_attended,days_absent\n"
    delivery.write(
        attendance=f"{header}{ADA_IN_HARTFORD},2021-10,20,17,3\n{ADA_IN_HARTFORD},2021-11,20,17,2\n"
        f"{ADA_IN_HARTFORD},2021-12,20,16.67,3.33\n{ADA_IN_HARTFORD},2022-01,20,16,\n"
    )
    assert reasons(delivery.load()) == ["days_absent and days_attended are not the days enrolled"]
    assert attended(delivery, "2021-10") == [(20.0, 17.0)]
    assert attended(delivery, "2022-01") == [(20.0, 16.0)]


def test_without_days_attended_or_absent_nothing_can_be_loaded(delivery: Delivery) -> None:
    delivery.write(attendance="student_id,district_code,month,days_enrolled\n")
    with pytest.raises(DeliveryRefusedError, match="the column days_attended is missing"):
        delivery.load()


# --- Moments ------------------------------------------------------------------------

EVENING = "2021-10-31T21:15:00.000-04:00"
MOMENTS = [
    (EVENING, "2021-10-31"),
    ("2021-11-30T21:15:00.000-05:00", "2021-11-30"),
    ("2021-12-01 18:30", "2021-12-01"),
    ("2021-12-02T00:00:00", "2021-12-02"),
    ("2021-12-03 06:30 PM", "2021-12-03"),
]


def rows_of(moments: Sequence[str]) -> list[str]:
    return [f"v{n},0000000001,{moment},{DONE}" for n, moment in enumerate(moments)]


def test_a_moment_counts_on_the_day_where_the_visitor_was(delivery: Delivery) -> None:
    report = load_log(delivery, *rows_of([moment for moment, _day in MOMENTS]))
    assert (reasons(report), report.remarks) == ([], [])
    assert days(delivery) == [day for _moment, day in MOMENTS]


def test_a_format_with_an_offset_gives_the_day_that_is_written(delivery: Delivery) -> None:
    report = load_log(
        delivery,
        *rows_of([EVENING, "2021-11-30T21:15:00.000-0500", "10/31/2021 11:15 PM", "12/07/2021"]),
        entries='[visits.dates]\nvisit_date = ["%Y-%m-%dT%H:%M:%S.%f%z", "%m/%d/%Y %I:%M %p", '
        '"%m/%d/%Y"]',
    )
    assert reasons(report) == []
    assert days(delivery) == ["2021-10-31", "2021-11-30", "2021-10-31", "2021-12-07"]


IN_UTC = ["2021-11-01T01:15:00Z", "2021-11-01T16:15:00Z", "2021-11-03T03:00:00+00:00"]


def test_moments_in_utc_near_midnight_are_told_and_a_mapping_can_place_them(
    delivery: Delivery,
) -> None:
    report = load_log(delivery, *rows_of(IN_UTC))
    assert days(delivery) == ["2021-11-01", "2021-11-01", "2021-11-03"]
    [remark] = report.remarks
    assert remark.startswith("visits.csv: 2 rows have a visit_date in UTC that was another day in")
    report = load_log(delivery, *rows_of(IN_UTC), entries='time_zone = "America/New_York"')
    assert days(delivery) == ["2021-10-31", "2021-11-01", "2021-11-02"]
    assert report.remarks == []
    formats = 'time_zone = "America/New_York"\n[visits.dates]\nvisit_date = "%Y-%m-%dT%H:%M:%S%z"'
    load_log(delivery, *rows_of(IN_UTC), entries=formats)
    assert days(delivery) == ["2021-10-31", "2021-11-01", "2021-11-02"]


def test_days_that_a_program_wrote_as_midnight_in_utc_are_days(delivery: Delivery) -> None:
    report = load_log(delivery, *rows_of(["2021-11-01T00:00:00.000Z"]))
    assert days(delivery) == ["2021-11-01"]
    assert report.remarks == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ('time_zone = "Hartford"', "“Hartford” is not known"),
        ('[visits.dates]\nvisit_date = "%z %Y-%m-%d"', "stands last"),
    ],
)
def test_a_time_zone_that_cannot_be_understood_is_refused(
    delivery: Delivery, entries: str, words: str
) -> None:
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(f"[visits]\n{entries}")
    with pytest.raises(MappingError, match=words):
        read_mapping(str(mapping))


# --- Names of files -----------------------------------------------------------------


def test_capital_letters_in_the_name_of_a_file_do_not_matter(delivery: Delivery) -> None:
    (delivery.folder / "students.csv").rename(delivery.folder / "Students.CSV")
    assert delivery.load().outcomes["Students.CSV"].loaded == 3
    delivery.write(students=STUDENTS)
    with pytest.raises(
        DeliveryRefusedError, match=r"Students\.CSV and students\.csv, which differ"
    ):
        delivery.load()
