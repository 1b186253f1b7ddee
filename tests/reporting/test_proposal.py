"""A look at an export: which file it is, what its columns and values mean, and what is in doubt."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from reporting.__main__ import main
from reporting.contract import (
    ABSENCES,
    ATTENDANCE_DAILY,
    CALENDAR,
    ENROLLMENTS,
    STUDENTS,
    VISITS,
)
from reporting.errors import DeliveryRefusedError
from reporting.mapping import read_mapping
from reporting.proposal import Proposal, propose, sample
from reporting.proposal.names import words_of
from reporting.proposal.spellings import meaning_of
from reporting.proposal.times import month_of, school_year_of
from tests.reporting.dirty_files import ADA, BEN, workbook

LOG = "Visit ID,Student ID,Date,Where,Outcome,Who\n"


def proposal_for(folder: Path, content: str, name: str = "export.csv") -> Proposal:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return propose(path)


def mapping_for(folder: Path, content: str) -> dict[str, Any]:
    return tomllib.loads(proposal_for(folder, content).text)


def log(*dates: str) -> str:
    """A visit log with these dates."""
    rows = (f"V-{n},{ADA},{text},home,completed,school\n" for n, text in enumerate(dates))
    return LOG + "".join(rows)


# --- Which file, which columns ---------------------------------------------------

EXPORTS = {
    "PowerSchool, daily": (
        "attendance_daily",
        "Student_Number,SchoolID,Att_Date,Att_Code\n1001,101,10/14/2021,A\n1002,101,10/14/2021,P",
        {"student_id": "Student_Number", "date": "Att_Date", "attended": "Att_Code"},
    ),
    "PowerSchool, students": (
        "students",
        "[1]State_StudentNumber,First_Name,Last_Name,DOB,HomeLanguage\n"
        f"{ADA},Ada,Example,5/14/2010,English",
        {"student_id": "[1]State_StudentNumber", "birth_date": "DOB", "first_name": "First_Name"},
    ),
    "Infinite Campus, periods": (
        "attendance_periods",
        "student.stateID,attendance.date,attendance.periodName,attendance.code,school.districtID\n"
        f"{ADA},10/14/2021,01,P,0640011\n{BEN},10/14/2021,01,UA,0640011",
        {"student_id": "student.stateID", "period": "attendance.periodName"},
    ),
    "Aspen X2, students with apostrophes around the names": (
        "students",
        "\"'state_id'\",\"'first_name'\",\"'last_name'\",\"'home_language'\"\n"
        f'"{ADA}","Ada","Example","English"',
        {"student_id": "'state_id'", "home_language": "'home_language'"},
    ),
    "Synergy, daily": (
        "attendance_daily",
        "Perm ID,District Number,Calendar Date,Attendance Code\n1001,12,10/14/2021,Unexcused\n"
        "1002,12,10/14/2021,Present",
        {"student_id": "Perm ID", "district_code": "District Number", "date": "Calendar Date"},
    ),
    "Ed-Fi, enrollments": (
        "enrollments",
        "StudentUniqueId,SchoolYear,LocalEducationAgencyId,SchoolId,EntryDate,EntryGradeLevel,"
        f"ExitWithdrawDate\n{ADA},2022,255901,255901001,2021-08-23,Ninth grade,",
        {"exit_date": "ExitWithdrawDate", "grade": "EntryGradeLevel", "school_code": "SchoolId"},
    ),
    "Connecticut, monthly": (
        "attendance",
        "Reporting District,SASID,Date of Birth,Month,Year,In-Person Membership Days,"
        f"In-Person Attendance Days\n064,{ADA},05012010,09,2021,20,18",
        {"month": "{Year}-{Month}", "days_enrolled": "In-Person Membership Days"},
    ),
    "schools": (
        "schools",
        "Building Code,Building Name,District ID\n0640111,North School,0640011",
        {"school_code": "Building Code", "school_name": "Building Name"},
    ),
    "districts": (
        "districts",
        "District Code,District Name\n0640011,Hartford",
        {"district_code": "District Code", "district_name": "District Name"},
    ),
    "a log in a spreadsheet": (
        "visits",
        "#,Student's SASID,Date of visit (mm/dd/yyyy),Location,How did it go?,Visitor Type,Staff\n"
        f"1,{ADA},10/14/2021,Home,met with family,teacher,Ms. A",
        {
            "visit_id": "#",
            "student_id": "Student's SASID",
            "visit_date": "Date of visit (mm/dd/yyyy)",
            "outcome": "How did it go?",
            "visitor": "Staff",
        },
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_an_export_is_known_by_the_usual_names_of_its_columns(tmp_path: Path, export: str) -> None:
    kind, content, columns = EXPORTS[export]
    mapping = mapping_for(tmp_path, content + "\n")
    assert list(mapping) == [kind]
    assert mapping[kind]["columns"].items() >= columns.items()


def test_columns_with_odd_names_are_known_by_their_values(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        f"Visit,Kid,On,Spot,Ending,Sent by\n1,{ADA},10/14/2021,at home,nobody home,a teacher\n"
        f"2,{BEN},10/15/2021,zoom,done,community partner\n",
    )
    columns = tomllib.loads(proposal.text)["visits"]["columns"]
    assert columns == {
        "visit_id": "Visit",
        "student_id": "Kid",
        "visit_date": "On",
        "modality": "Spot",
        "outcome": "Ending",
        "visitor_type": "Sent by",
    }
    assert "“Spot” was taken for modality by what stands in it: is it?" in proposal.doubts


def test_the_states_number_is_preferred_and_the_other_named(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path, f"Student Number,SASID,First Name,Last Name\n1001,{ADA},Ada,Example\n"
    )
    assert tomllib.loads(proposal.text)["students"]["columns"]["student_id"] == "SASID"
    [doubt] = [said for said in proposal.doubts if said.startswith("“Student Number” could be")]
    assert doubt.endswith("The state's number is read: every file of a delivery has to use it.")


def test_a_file_that_could_be_two_is_told(tmp_path: Path) -> None:
    proposal = proposal_for(
        tmp_path,
        "Student ID,First Name,Last Name,School Year,District Code,Grade\n"
        f"{ADA},Ada,Example,2021-22,0640011,7\n",
    )
    assert list(tomllib.loads(proposal.text)) == ["enrollments"]
    assert any(doubt.startswith("The file holds students too.") for doubt in proposal.doubts)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Grade,Teacher,Room\n7,Ms. A,12\n", "it cannot be told what this file holds"),
        ("Name,Status\nAda,active\nBen,active\n", "it cannot be told what this file holds"),
        (
            f"Student ID,District,Month,Days Enrolled,Days Tardy\n{ADA},0640011,2021-09,20,2\n",
            "no column was found for days_attended. Its columns: Student ID, District, Month",
        ),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_its_columns(
    tmp_path: Path, content: str, words: str
) -> None:
    with pytest.raises(DeliveryRefusedError, match=words):
        proposal_for(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("[Students]State_StudentNumber", "state student number"),
        ("student.stateID", "state id"),
        ("Date of the visit (mm/dd/yyyy)", "date visit"),
        ("Days Enrolled", "day enrolled"),
        ("Visit #", "visit number"),
        ("Status", "status"),
    ],
)
def test_names_are_compared_by_their_words(name: str, words: str) -> None:
    assert words_of(name) == tuple(words.split())


TWO_LINES = "Visit,,Student,,Staff,,,\nID,Date,ID,Name,ID,Visitor type,Where,Outcome\n"


def test_names_in_two_lines_are_joined_where_the_upper_one_tells_the_lower_apart(
    tmp_path: Path,
) -> None:
    row = f"V-1,2021-12-07,{ADA},Ada,77,school,home,completed\n"
    mapping = mapping_for(tmp_path, TWO_LINES + row)["visits"]
    assert mapping["header_rows"] == 2
    assert mapping["columns"]["visit_id"] == "Visit ID"
    assert mapping["columns"]["student_id"] == "Student ID"


def test_a_line_under_the_names_that_explains_them_is_part_of_the_header(tmp_path: Path) -> None:
    explained = "V-...,ten digits,mm/dd/yyyy,choose one,choose one,school or not\n"
    content = log("12/20/2021").replace("\n", f"\n{explained}", 1)
    proposal = proposal_for(tmp_path, content)
    mapping = tomllib.loads(proposal.text)["visits"]
    assert mapping["header_rows"] == 2
    assert mapping["columns"]["visit_date"] == "Date mm/dd/yyyy"
    assert "values" not in mapping


# --- Dates -----------------------------------------------------------------------


def test_day_first_and_month_first_in_one_column_are_refused_with_the_first_two_rows(
    tmp_path: Path,
) -> None:
    content = log("12/07/2021", "12/20/2021", "1/2/2022", "25/01/2022", "26/01/2022")
    words = "line 3 has 12/20/2021, line 5 has 25/01/2022. In one the day stands first"
    with pytest.raises(DeliveryRefusedError, match=re.escape(words)):
        proposal_for(tmp_path, content)


def test_dates_that_can_be_read_both_ways_are_said_and_both_lines_written(tmp_path: Path) -> None:
    # 4 December 2021 is a Saturday; 12 April 2021 a Monday. Month-first, none is on a weekend.
    proposal = proposal_for(tmp_path, log("04/12/2021", "12/07/2021"))
    assert 'visit_date = "%m/%d/%Y"\n# visit_date = "%d/%m/%Y"' in proposal.text
    [doubt] = [doubt for doubt in proposal.doubts if "cannot be told apart" in doubt]
    assert "0 if the month stands first, 1 if the day does" in doubt


@pytest.mark.parametrize(
    ("dates", "formats"),
    [
        (["2021-12-07"], None),
        (["2021-12-7"], "%Y-%m-%d"),
        (["20211207"], "%Y%m%d"),
        (["12072021"], "%m%d%Y"),
        (["12/20/21"], "%m/%d/%y"),
        (["12/13/2021"], "%m/%d/%Y"),
        (["13/12/2021"], "%d/%m/%Y"),
        (["28.12.2021", "12/20/2021"], ["%d.%m.%Y", "%m/%d/%Y"]),
        (["7-Dec-2021", "December 7, 2021"], ["%d-%b-%Y", "%B %d, %Y"]),
        (["2021-12-07T14:30:00"], "%Y-%m-%dT%H:%M:%S"),
        (["12/20/2021 2:30 PM"], "%m/%d/%Y %I:%M %p"),
        (["20/12/2021 14:30"], "%d/%m/%Y %H:%M"),
    ],
)
def test_the_format_of_dates_is_found(
    tmp_path: Path, dates: list[str], formats: str | list[str] | None
) -> None:
    path = tmp_path / "export.csv"
    lines = [line.split(",", 2) for line in log(*("x" for _ in dates)).splitlines()]
    rows = [
        f'{a},{b},"{day}",{rest.split(",", 1)[1]}'
        for (a, b, rest), day in zip(lines[1:], dates, strict=True)
    ]
    path.write_text(LOG + "\n".join(rows) + "\n")
    found = tomllib.loads(propose(path).text)["visits"].get("dates", {}).get("visit_date")
    if isinstance(formats, list):
        assert sorted(found) == sorted(formats)
    else:
        assert found == formats
    assert "# visit_date" not in propose(path).text


def test_what_is_no_date_is_told_with_its_line(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, log("2021-12-07", "2021-12-08", "soon"))
    assert "“Date” holds no date in 1 row, first in line 4 (“soon”): such rows are rejected." in (
        proposal.doubts
    )


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("9/2021", "2021-09"),
        ("9/1/2021", "2021-09"),
        ("202109", "2021-09"),
        ("Sept. 2021", "2021-09"),
        ("2021-September", "2021-09"),
        ("Sep-21", "2021-09"),
        ("13/2021", None),
        ("autumn", None),
    ],
)
def test_months_are_understood(text: str, month: str | None) -> None:
    found = month_of(text)
    assert found is not None
    assert found.ours == month


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2021-2022", "2021-22"),
        ("21/22", "2021-22"),
        ("SY 2021-22", "2021-22"),
        ("2022", "2021-22"),
        ("FY22", "2021-22"),
        ("2021-23", None),
    ],
)
def test_school_years_are_understood(text: str, year: str | None) -> None:
    found = school_year_of(text)
    assert found is not None
    assert found.ours == year
    assert bool(found.doubt) == (len(text) == 4)


# --- Values ----------------------------------------------------------------------

COLUMNS = {
    column.name: column
    for file in (VISITS, ENROLLMENTS, ATTENDANCE_DAILY, STUDENTS, ABSENCES, CALENDAR)
    for column in file.columns
}


@pytest.mark.parametrize(
    ("column", "spellings", "ours"),
    [
        ("modality", "HOME VISIT|hm|HV|their house|apartment", "home"),
        ("modality", "Zoom|virtual/zoom|MS Teams|video call", "virtual"),
        ("modality", "tel.|phone|called", "phone"),
        ("modality", "the library|church|community center", "community"),
        ("modality", "school library|not at home|Purple Bus|home or phone", None),
        ("outcome", "Done|completed|Yes|met with mother", "completed"),
        ("outcome", "Nobody home|no answer|NA|attempt 2|left note|not completed", "attempted"),
        ("outcome", "Cancelled by family|canceled|CXL|rescheduled", "cancelled"),
        ("outcome", "pending", None),
        ("visitor_type", "teacher|School staff|social worker", "school"),
        ("visitor_type", "community partner|volunteer", "community"),
        ("visitor_type", "school + community|Ms. A", None),
        ("attended", "P|present|T|Excused Tardy|TDY|Unexcused Tardy|V|ED|ISS", "1"),
        ("attended", "A|E|U|UA|Unexcused Absence|Excused|truant|OSS", "0"),
        ("attended", "uri://ed-fi.org/AttendanceEventCategoryDescriptor#Unexcused Absence", "0"),
        ("attended", "H|half day", "0.5"),
        ("attended", "Q|7", None),
        ("grade", "Pre-K|PreK|-1", "PK"),
        ("grade", "Kindergarten|Kdg|0", "K"),
        ("grade", "9th|Grade 9|09|Ninth grade|Freshman", "9"),
        ("grade", "uri://ed-fi.org/GradeLevelDescriptor#Ninth grade", "9"),
        ("grade", "Present|prepared", None),
        ("attended", "T-E|T/E", "1"),
        ("attended", "A-E|ABS", "0"),
        ("absent", "A|UA|Excused", "1"),
        ("absent", "T|Present|T-E", "0"),
        ("excused", "Excused|E|Y", "yes"),
        ("excused", "Unexcused|UA|N", "no"),
        ("is_school_day", "In Session|Instructional day", "yes"),
        ("is_school_day", "Not In Session|Holiday|Winter break", "no"),
        ("grade", "13|UG", None),
        ("free_meals", "F|Reduced|Free Lunch", "yes"),
        ("free_meals", "Paid|Not eligible|P", "no"),
        ("disability", "IEP|Y|Special Education", "yes"),
        ("english_learner", "maybe", None),
    ],
)
def test_spellings_mean_what_their_words_say(column: str, spellings: str, ours: str | None) -> None:
    for spelling in spellings.split("|"):
        assert meaning_of(COLUMNS[column], spelling).ours == ours, spelling


@pytest.mark.parametrize("code", ["H", "ED", "OSS", "V"])
def test_codes_that_differ_by_district_are_doubted(code: str) -> None:
    assert meaning_of(COLUMNS["attended"], code).doubt


def test_a_spelling_is_listed_once_with_its_rows_and_ours_not_at_all(tmp_path: Path) -> None:
    rows = ["HOME VISIT", "Home visit", "home", "phone", "zoom"]
    content = LOG + "".join(
        f"V-{n},{ADA},2021-12-07,{text},completed,school\n" for n, text in enumerate(rows)
    )
    proposal = proposal_for(tmp_path, content)
    assert tomllib.loads(proposal.text)["visits"]["values"]["modality"] == {
        "Home visit": "home",
        "zoom": "virtual",
    }
    assert '"Home visit" = "home"  # 2 rows' in proposal.text


NOTHING = ["NULL", "n/a", "#N/A", "-"]


def test_na_is_an_outcome_and_nothing_elsewhere(tmp_path: Path) -> None:
    rows = [f"V-{n},{ADA},2021-12-07,home,NA,school,{text}\n" for n, text in enumerate(NOTHING)]
    mapping = mapping_for(tmp_path, LOG.replace("Who", "Who,Language") + "".join(rows))["visits"]
    assert mapping["values"]["outcome"] == {"NA": "attempted"}
    assert mapping["missing"] == NOTHING


def test_a_blank_code_of_attendance_is_proposed_as_present_and_doubted(tmp_path: Path) -> None:
    content = (
        "Student ID,District Code,Date,Attendance Code\n"
        f"{ADA},0640011,2021-10-04,\n{ADA},0640011,2021-10-05,A\n"
    )
    proposal = proposal_for(tmp_path, content)
    mapping = tomllib.loads(proposal.text)["attendance_daily"]
    assert mapping["columns"]["attended"] == "({Attendance Code})"
    assert mapping["values"]["attended"] == {"()": "1", "(A)": "0"}
    assert any("no code: in many systems, present" in doubt for doubt in proposal.doubts)


def test_several_rows_a_day_are_doubted(tmp_path: Path) -> None:
    content = "Student ID,District Code,Date,Code\n" + "".join(
        f"{ADA},0640011,2021-10-04,{code}\n" for code in "PAT"
    )
    [doubt] = [doubt for doubt in proposal_for(tmp_path, content).doubts if "by period" in doubt]
    assert "the same “Student ID”, “District Code”, “Date” as a row before" in doubt
    assert "other values: 2." in doubt


# --- The visit's number ----------------------------------------------------------


def test_without_a_number_the_template_takes_as_many_columns_as_tell_the_visits_apart(
    tmp_path: Path,
) -> None:
    rows = [f"{ADA},2021-12-07,{clock},home,completed,school\n" for clock in ("9:00", "15:30")]
    content = LOG.replace("Visit ID,", "").replace("Date", "Date,Time") + "".join(rows)
    proposal = proposal_for(tmp_path, content)
    assert 'visit_id = "{Student ID}-{Date}-{Time}"' in proposal.text
    assert any("No column numbers the visits" in doubt for doubt in proposal.doubts)


def test_visits_that_no_column_tells_apart_are_counted(tmp_path: Path) -> None:
    rows = [f"{ADA},2021-12-07,home,completed,{who}\n" for who in ("school", "community")]
    proposal = proposal_for(tmp_path, LOG.replace("Visit ID,", "") + "".join(rows))
    assert any("have the number of another: 1." in doubt for doubt in proposal.doubts)


def test_a_number_that_starts_anew_for_each_student_is_no_number_of_the_visit(
    tmp_path: Path,
) -> None:
    content = LOG + "".join(
        f"1,{student},2021-12-07,home,completed,school\n" for student in (ADA, BEN)
    )
    proposal = proposal_for(tmp_path, content)
    assert 'visit_id = "{Student ID}-{Date}"' in proposal.text
    assert any("“Visit ID” is not different for every visit" in said for said in proposal.doubts)


# --- Workbooks -------------------------------------------------------------------


def test_the_sheet_with_the_most_known_names_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "log.xlsx"
    choices = [("Location", "Outcome"), ("home", "completed"), ("phone", "attempted")]
    rows = [line.split(",") for line in log("12/20/2021").splitlines()]
    workbook(("Choices", choices), ("Log", rows))(path)
    proposal = propose(path)
    assert tomllib.loads(proposal.text)["visits"]["sheet"] == "Log"
    assert "The workbook has other sheets, “Choices”" in proposal.doubts[0]


# --- Large files -----------------------------------------------------------------


def test_of_a_large_file_beginning_and_end_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "ROWS_OF_BEGINNING", 100)
    monkeypatch.setattr(sample, "ROWS_OF_END", 10)
    monkeypatch.setattr(sample, "_BYTES_OF_END", 1_000)
    days = [f"{date(2020, 1, 1) + timedelta(days=n)}" for n in range(1_000)]
    content = log(*days) + "Total,1000,,,,\n"
    proposal = proposal_for(tmp_path, content)
    assert "Only the first and the last rows were looked at, 109 in all" in proposal.doubts[0]
    assert tomllib.loads(proposal.text)["visits"]["leave_out"] == {"Visit ID": ["Total"]}
    rows = sample.sample_of(tmp_path / "export.csv").rows
    lines = content.splitlines()
    assert all(lines[line - 1].startswith(row["Visit ID"] + ",") for line, row in rows.iterrows())
    assert len(rows) == 109


# --- The mapping file ------------------------------------------------------------


def test_every_doubt_stands_in_the_file_as_a_comment(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, log("12/07/2021", "soon").replace("home", "bus"))
    comments = " ".join(
        line.lstrip("# ") for line in proposal.text.splitlines() if line.startswith("#")
    )
    assert len(proposal.doubts) >= 3
    for doubt in proposal.doubts:
        assert f"? {doubt}" in comments


CELLS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12
).map(lambda text: '"' + text.replace('"', '""') + '"')


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(names=st.lists(CELLS, min_size=2, max_size=2), cells=st.lists(CELLS, min_size=6, max_size=6))
def test_whatever_stands_in_the_cells_the_proposal_is_a_mapping(
    tmp_path: Path, names: list[str], cells: list[str]
) -> None:
    row = [*cells[:2], f"V-1,{ADA},2021-12-07", *cells[2:5]]
    path = tmp_path / "export.csv"
    path.write_text(f"{','.join(names)},{LOG}{','.join(row)}\n", encoding="utf-8", newline="")
    mapping = tmp_path / "ours.toml"
    try:
        mapping.write_text(propose(path).text, encoding="utf-8")
    except DeliveryRefusedError:
        return
    assert read_mapping(str(mapping))["visits"].file == "export.csv"


# --- The command -----------------------------------------------------------------


def test_map_writes_beside_the_export_says_its_doubts_and_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = tmp_path / "visit log.csv"
    export.write_text(log("12/07/2021"))
    assert main(["map", str(export)]) == 0
    printed = capsys.readouterr().out
    target = tmp_path / "visit log.toml"
    assert target.read_text() == propose(export).text
    assert "? In “Date” no day is above 12" in printed
    assert f"python -m reporting load {tmp_path} --mapping '{target}'" in printed


def test_map_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = tmp_path / "log.csv"
    export.write_text(log("2021-12-07"))
    mine = tmp_path / "log.toml"
    mine.write_text("# mine")
    assert main(["map", str(export)]) == 1
    assert "is there already and is not overwritten" in capsys.readouterr().out
    assert mine.read_text() == "# mine"
    assert main(["map", str(export), "--out", str(tmp_path / "other" / "new.toml")]) == 0
    assert (tmp_path / "other" / "new.toml").exists()


def test_map_of_a_file_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", str(tmp_path / "log.csv")]) == 1
    assert "There is no file" in " ".join(capsys.readouterr().out.split())
