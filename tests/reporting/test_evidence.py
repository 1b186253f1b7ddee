"""A file is known by all its evidence, and what it seems to be is said with the reasons."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reporting.errors import DeliveryRefusedError, MappingError
from reporting.forms import read_delivered
from reporting.mapping import read_mapping
from reporting.proposal import Proposal, propose
from reporting.proposal.columns import assignments
from reporting.proposal.dressed import as_read, bare

CLASS = [f"10000000{n:02}" for n in range(30)]
SCHOOL_DAYS = [
    day for day in (date(2021, 9, 1) + timedelta(days=n) for n in range(60)) if day.weekday() < 5
]


def proposal_for(folder: Path, *lines: str, name: str = "export.csv") -> Proposal:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return propose(path)


def kind_of(proposal: Proposal) -> str:
    [kind] = tomllib.loads(proposal.text)
    return kind


def section(proposal: Proposal) -> dict[str, Any]:
    return tomllib.loads(proposal.text)[kind_of(proposal)]


def said(proposal: Proposal) -> str:
    return " ".join(proposal.doubts)


def because(proposal: Proposal) -> str:
    """The sentence that says why, from the comments of the mapping."""
    comments = " ".join(line.lstrip("# ") for line in proposal.text.splitlines() if "#" in line)
    return comments.partition("Taken for ")[2].partition(". ")[0]


# --- Lists of absences -----------------------------------------------------------


def exceptions(*codes: str) -> list[str]:
    """A row on every sixth day of a student alone, with one of the codes."""
    return [
        f"{student},{day:%m/%d/%Y},{codes[(n + d) // 6 % len(codes)]}"
        for n, student in enumerate(CLASS)
        for d, day in enumerate(SCHOOL_DAYS)
        if (n + d) % 6 == 0
    ]


def whole(code: str = "P") -> list[str]:
    """A row for every student and day; on every sixth day of a student it is an absence."""
    return [
        f"{student},{day:%m/%d/%Y},{'A' if (n + d) % 6 == 0 else code}"
        for n, student in enumerate(CLASS)
        for d, day in enumerate(SCHOOL_DAYS)
    ]


HEADER = "State_StudentNumber,Att_Date,Att_Code"


@pytest.mark.parametrize("codes", ["AE", "ATEU", "T", "AEUTP"])
def test_one_tardy_does_not_make_daily_attendance_of_a_list_of_absences(
    tmp_path: Path, codes: str
) -> None:
    proposal = proposal_for(tmp_path, HEADER, *exceptions(*codes))
    assert kind_of(proposal) == "absences"
    words = "a list of absences and tardies: 215 rows for 30 students over 43 school days, 7 of 43"
    assert words in said(proposal)
    assert "calendar.csv" in said(proposal)
    assert because(proposal).startswith("a list of absences because “Att_Code” holds codes")


def test_a_whole_daily_file_is_no_list_of_absences(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, HEADER, *whole())
    assert kind_of(proposal) == "attendance_daily"
    assert "list of absences" not in said(proposal)
    assert "students have a row for every day" in because(proposal)


def test_students_who_came_or_left_during_the_month_make_no_list_of_absences(
    tmp_path: Path,
) -> None:
    middle = f"{SCHOOL_DAYS[20]:%m/%d/%Y}"
    rows = [
        row
        for row in whole()
        if not (row.startswith(tuple(CLASS[:8])) and row.split(",")[1] > middle)
        and not (row.startswith(tuple(CLASS[8:16])) and row.split(",")[1] < middle)
    ]
    proposal = proposal_for(tmp_path, HEADER, *rows)
    assert kind_of(proposal) == "attendance_daily"
    assert "list of absences" not in said(proposal)


def test_a_blank_code_on_every_day_is_no_absence(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, HEADER, *whole(""))
    assert kind_of(proposal) == "attendance_daily"
    assert section(proposal)["values"]["attended"] == {"()": "1", "(A)": "0"}


def test_a_row_without_a_flag_is_no_day_of_a_present_student(tmp_path: Path) -> None:
    rows = [row.replace("/", "-") for row in exceptions("1,0,0", "0,1,0", "1,1,0", "0,0,0")]
    proposal = proposal_for(tmp_path, "local_id,event_date,absence,tardy,dismissed", *rows)
    assert kind_of(proposal) == "absences"
    assert section(proposal)["columns"]["absent"] == "{absence} / {tardy} / {dismissed}"
    assert section(proposal)["values"]["absent"] == {
        "1 / 0 / 0": "1",
        "0 / 1 / 0": "0",
        "1 / 1 / 0": "1",
        "0 / 0 / 0": "0",
    }
    assert "rows without any flag: taken as not absent" in said(proposal)
    assert "with a flag of absence and another one" in said(proposal)


# --- What one column or word made of a file --------------------------------------


def test_a_roster_with_active_students_is_no_daily_attendance(tmp_path: Path) -> None:
    rows = [
        f"{student},Ada,Example,2010-05-{n % 28 + 1:02},Active" for n, student in enumerate(CLASS)
    ]
    proposal = proposal_for(tmp_path, "Student ID,First Name,Last Name,Birth Date,Status", *rows)
    assert kind_of(proposal) == "students"
    assert section(proposal)["columns"]["birth_date"] == "Birth Date"
    assert "every student has one row" in because(proposal)


@pytest.mark.parametrize("period", ["", "All", "Daily"])
def test_an_export_whose_period_says_nothing_is_daily(tmp_path: Path, period: str) -> None:
    rows = [f"{row},{period}" for row in whole()]
    proposal = proposal_for(tmp_path, f"{HEADER},Period", *rows)
    assert kind_of(proposal) == "attendance_daily"


def test_several_rows_a_day_with_periods_are_attendance_by_period(tmp_path: Path) -> None:
    rows = [f"{row},{period}" for row in whole() for period in (1, 2, 3)]
    proposal = proposal_for(tmp_path, f"{HEADER},Period", *rows)
    assert kind_of(proposal) == "attendance_periods"
    assert "several rows on one day, each of a period" in because(proposal)


def test_what_changes_from_day_to_day_is_no_grade(tmp_path: Path) -> None:
    rows = [
        f"{student},2021-22,0640011,{day},{'KP'[(n + d) % 5 == 0]}"
        for n, student in enumerate(CLASS)
        for d, day in enumerate(SCHOOL_DAYS)
    ]
    proposal = proposal_for(tmp_path, "Student ID,School Year,District Code,Date,Mark", *rows)
    assert kind_of(proposal) == "attendance_daily"
    assert section(proposal)["columns"]["attended"] == "Mark"


def test_present_is_no_kindergarten(tmp_path: Path) -> None:
    words = ("Present", "Present", "Absent")
    rows = [f"{CLASS[0]},0640011,{day},{words[d % 3]}" for d, day in enumerate(SCHOOL_DAYS)]
    proposal = proposal_for(tmp_path, "Student ID,District Code,Date,Today", *rows)
    assert kind_of(proposal) == "attendance_daily"
    assert "grade" not in proposal.text


def test_a_sheet_of_contacts_is_visits(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "Student ID,Contact Date,Contact Type,Contact Result,Staff",
        f"{CLASS[0]},2021-10-05,Phone call,Left message,Ms. A",
        f"{CLASS[0]},2021-10-12,Home visit,Completed,Ms. A",
        f"{CLASS[1]},2021-10-13,Home visit,No answer,Mr. B",
    )
    assert kind_of(proposal) == "visits"
    assert section(proposal)["columns"]["modality"] == "Contact Type"
    assert "says where or how" in because(proposal)


def test_a_column_that_is_called_like_ours_and_holds_other_things_rejects_nobody(
    tmp_path: Path,
) -> None:
    proposal = proposal_for(
        tmp_path,
        "student_id,first_name,last_name,disability",
        f"{CLASS[0]},Ada,Example,Specific LDs",
        f"{CLASS[1]},Ben,Muster,Autism",
    )
    assert section(proposal)["always"] == {"disability": ""}
    assert "“disability” holds something else than ours, such as “Specific LDs”" in said(proposal)


def test_the_districts_number_is_taken_where_the_states_is_blank(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "State ID,Student Number,First Name,Last Name",
        f",{CLASS[0]},Ada,Example",
        f",{CLASS[1]},Ben,Muster",
    )
    assert section(proposal)["columns"]["student_id"] == "Student Number"


# --- Columns that are days or months ---------------------------------------------

REGISTER = "Student ID,Student Name,10/1/2021,10/4/2021,10/5/2021"


def made_of(folder: Path, proposal: Proposal) -> list[str]:
    """The lines that the loader makes of export.csv with the proposed mapping."""
    (folder / "ours.toml").write_text(proposal.text, encoding="utf-8")
    mapping = read_mapping(str(folder / "ours.toml"))[kind_of(proposal)]
    csv_file, _remarks = read_delivered(folder / "export.csv", mapping.form, folder / "made")
    lines = (folder / "made").read_text().splitlines()
    return [
        lines[0],
        *(f"line {n}: {row}" for n, row in zip(csv_file.lines, lines[1:], strict=True)),
    ]


def test_a_register_with_a_column_for_every_day_is_read(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, REGISTER, f"{CLASS[0]},Ada,P,A,P", f"{CLASS[1]},Ben,P,P,T")
    assert kind_of(proposal) == "attendance_daily"
    assert "This is a register with a column for every day, 3 in all" in said(proposal)
    assert made_of(tmp_path, proposal) == [
        "date,attended,Student ID,Student Name",
        f"line 2: 2021-10-01,P,{CLASS[0]},Ada",
        f"line 2: 2021-10-04,A,{CLASS[0]},Ada",
        f"line 2: 2021-10-05,P,{CLASS[0]},Ada",
        f"line 3: 2021-10-01,P,{CLASS[1]},Ben",
        f"line 3: 2021-10-04,P,{CLASS[1]},Ben",
        f"line 3: 2021-10-05,T,{CLASS[1]},Ben",
    ]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ("2021-10-01,2021-10-04,2021-10-05", "2021-10-01"),
        ("12/1/2024,12/2/2024,12/3/2024", "2024-12-01"),
        ("1.12.2024,2.12.2024,3.12.2024", "2024-12-01"),
        ("Mon 10/4/21,Tue 10/5/21,Wed 10/6/21", "2021-10-04"),
        ("4-Oct-21,5-Oct-21,6-Oct-21", "2021-10-04"),
        ("10/4,10/5,10/6", "????-10-04"),
        ("Oct 4,Oct 5,Oct 6", "????-10-04"),
        ("1,2,3,4,5", "????-??-01"),
    ],
)
def test_days_are_read_as_registers_write_them(tmp_path: Path, days: str, first: str) -> None:
    codes = ",".join("P" for _day in days.split(","))
    proposal = proposal_for(tmp_path, f"Student ID,{days}", f"{CLASS[0]},{codes}")
    assert next(iter(section(proposal)["across"]["attended"].values())) == first
    assert ("does not say which" in said(proposal)) == ("?" in first)


def test_a_register_that_marks_absences_alone_means_present_by_a_blank(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, REGISTER, f"{CLASS[0]},Ada,,A,", f"{CLASS[1]},Ben,,,T")
    assert section(proposal)["values"]["attended"] == {"()": "1", "(A)": "0", "(T)": "1"}


def test_a_blank_beside_present_is_no_day_of_the_student(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, REGISTER, f"{CLASS[0]},Ada,P,A,P", f"{CLASS[1]},Ben,,,P")
    assert section(proposal)["leave_out"] == {"attended": [""]}
    assert "Cells that are blank are left out" in said(proposal)


def test_a_column_for_every_month_is_attendance(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "Student ID,Sep 2021 Membership,Sep 2021 Present,Oct 2021 Membership,Oct 2021 Present",
        f"{CLASS[0]},20,18,19,17",
    )
    assert kind_of(proposal) == "attendance"
    assert "This is attendance with a column for every month, 2 in all" in said(proposal)
    assert made_of(tmp_path, proposal)[1:] == [
        f"line 2: 2021-09,20,18,{CLASS[0]}",
        f"line 2: 2021-10,19,17,{CLASS[0]}",
    ]


def test_months_without_a_year_are_asked_for_before_anything_loads(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "Student ID,Sep Membership,Sep Present,Oct Membership,Oct Present",
        f"{CLASS[0]},20,18,19,17",
    )
    assert "“Sep Membership” does not say which year it is about" in said(proposal)
    with pytest.raises(MappingError, match=r"“Sep Membership” is about “[?]{4}-09”: write a month"):
        made_of(tmp_path, proposal)


def test_months_that_do_not_say_what_they_count_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefusedError, match=r"a column for every month .* do not say what"):
        proposal_for(tmp_path, "Student ID,Sep 2021,Oct 2021", f"{CLASS[0]},18,17")


def test_days_absent_beside_days_enrolled_are_enough(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "Student ID,District Code,Month,Days Enrolled,Days Absent",
        f"{CLASS[0]},0640011,2021-10,20,3",
    )
    assert section(proposal)["columns"]["days_absent"] == "Days Absent"
    assert "days_attended" not in proposal.text


# --- Habits of programs ----------------------------------------------------------


@pytest.mark.parametrize(
    ("dressed", "words"),
    [
        ("1000000000.0", "with “.0” behind them in 1 row, first in line 2 (1000000000.0)"),
        ("'1000000000", "with an apostrophe or quotation marks in 1 row"),
        ('"=""1000000000"""', 'as a formula, ="…" in 1 row'),
        ('="1000000000"', 'as a formula, ="…" in 1 row'),
        ("\u200b1000000000", "with signs that nobody sees in 1 row"),
    ],
)
def test_a_number_that_a_program_dressed_is_named(tmp_path: Path, dressed: str, words: str) -> None:
    proposal = proposal_for(
        tmp_path,
        "visit_id,student_id,visit_date,modality,outcome,visitor_type",
        f"V0,{dressed},2021-11-10,home,completed,school",
    )
    assert kind_of(proposal) == "visits"
    assert f"“student_id” came {words}" in said(proposal)
    assert "so this is read as 1000000000" in said(proposal)


MOMENTS = "number,Student ID,Visit Date,Where,Outcome,Visitor Type"


def test_a_moment_with_its_zone_is_a_date(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        MOMENTS,
        f"V0,{CLASS[0]},2021-10-31T21:15:00.000-04:00,Home,Completed,School",
        f"V1,{CLASS[1]},2021-11-09T21:15:00.000-05:00,Home,Completed,School",
    )
    assert section(proposal)["columns"]["visit_date"] == "Visit Date"
    assert section(proposal)["dates"]["visit_date"] == "%Y-%m-%dT%H:%M:%S.%f%z"


def test_a_moment_in_utc_is_doubted(tmp_path: Path) -> None:
    row = f"V0,{CLASS[0]},2021-11-01T01:15:00Z,Home,Completed,School"
    assert "moments in UTC in 1 row, first in line 2" in said(proposal_for(tmp_path, MOMENTS, row))


def test_codes_that_say_excused_are_read_so_and_the_rest_stays_unknown(tmp_path: Path) -> None:
    days = [f"2021-10-{day:02}" for day in (4, 6, 8, 13, 15)]
    codes = ["A-E", "E", "U", "A", "T"]
    rows = [
        f"{student},{day},{code}"
        for student in ("1000000001", "1000000002")
        for day, code in zip(days, codes, strict=True)
    ]
    path = tmp_path / "absences.csv"
    path.write_text("\n".join(("Student ID,Absence Date,Code", *rows)) + "\n", encoding="utf-8")
    proposal = propose(path)
    mapping = tomllib.loads(proposal.text)["absences"]
    assert mapping["columns"]["excused"] == mapping["columns"]["absent"] == "Code"
    said = mapping["values"]["excused"]
    assert (said["E"], said["U"], said["A"], said["T"]) == ("yes", "no", "", "")
    assert "“E” in “Code”: a letter alone: does it stand for excused?" in proposal.doubts


def test_an_apostrophe_belongs_to_a_name_and_not_to_a_number() -> None:
    raw = pd.DataFrame(
        {
            "Student ID": ["'1000000001", "'1000000002"],
            "First Name": ["'Aleki", "Ben"],
            "Last Name": ["Example", "Muster"],
            "DOB": ["2010-05-01", "2010-06-01"],
        }
    )
    rows = bare(raw)
    read = as_read(rows, raw, assignments(rows)[0])
    assert read["Student ID"].tolist() == ["1000000001", "1000000002"]
    assert read["First Name"].tolist() == ["'Aleki", "Ben"]
