"""Named students reach the coordinators of their own district, and nobody else, by any request."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from werkzeug.test import TestResponse

from access.audit import read_audit
from tests.access.conftest import Build, Site
from tests.conftest import ATTENDANCE_HEADER, Delivery, months

OWN, OTHER = "0000000001", "0000000002"  # Adelaide of Hartford, Benedict of New Haven
# Names too long to come up by chance in what is random on a page or in a file.
STUDENTS = """student_id,last_name,first_name
0000000001,Example,Adelaide
0000000002,Example,Benedict
1000000003,Example,Cyprian
"""
NAMES = (b"Adelaide", b"Benedict", b"Cyprian")


@pytest.fixture
def here(site: Build, delivery: Delivery) -> Site:
    """Adelaide (Hartford) and Benedict (New Haven) visited, Cyprian (Hartford) attempted."""
    delivery.write(
        students=STUDENTS,
        attendance=ATTENDANCE_HEADER
        + months("0000000001", "0640011", [18, 14, 10, 12, 16, 18, 19, 20, 20, 20])
        + months("0000000002", "0930011", [12] * 10)
        + months("1000000003", "0640011", [9] * 10),
    )
    delivery.add(
        "visits",
        "v2,0000000002,2021-12-08,home,completed,school",
        "v3,1000000003,2022-01-10,phone,attempted,community",
    )
    return site()


def rows(answer: TestResponse) -> list[dict[str, Any]]:
    return answer.get_json()["response"]["students-grid"]["rowData"]


@pytest.mark.parametrize("by_day", [True, False])
def test_small_dots_are_told_of_where_there_are_weeks(
    site: Build, delivery: Delivery, by_day: bool
) -> None:
    if by_day:
        delivery.write(
            attendance_daily=f"student_id,district_code,date,attended\n{OWN},0640011,2021-10-01,1\n"
        )
    here = site()
    here.sign_in("cora")
    answer = here.ask("student-state", True, f"/students/{OWN}").get_json()["response"]
    drawn = [
        trace["name"] for trace in answer["timeline-figure"]["data"]["data"] if "name" in trace
    ]
    assert ("Weeks" in drawn) == by_day
    assert answer["timeline-notes"]["children"].startswith("Small dots: weeks. ") == by_day


def wanted(*ids: str, kind: str = "csv") -> dict[str, Any]:
    return {"kind": kind, "ids": list(ids), "search": ""}


def test_a_coordinator_lists_the_own_district(here: Site) -> None:
    here.sign_in("cora")
    listed = rows(here.ask("students-grid", ""))
    assert {row["name"] for row in listed} == {"Example, Adelaide", "Example, Cyprian"}
    assert b"Adelaide" in here.ask("student-state", True, f"/students/{OWN}").data


# What a coordinator of Hartford may try to read Benedict of New Haven by.
ATTEMPTS: dict[str, Callable[[Site], TestResponse]] = {
    "district in the URL": lambda s: s.ask("students-grid", "?district=0930011"),
    "both districts in the URL": lambda s: s.ask(
        "students-grid", "?district=0640011&district=0930011"
    ),
    "quick view and SQL": lambda s: s.ask("students-grid", "?list=all' OR 1=1 --"),
    "id in the path": lambda s: s.ask("student-state", True, f"/students/{OTHER}"),
    "id in the path, encoded": lambda s: s.ask("student-state", True, "/students/0000000002%20"),
    "SQL in the path": lambda s: s.ask("student-state", True, "/students/' OR '1'='1"),
    "id in the export": lambda s: s.ask("students-file", wanted(OTHER)),
    "id in the export, XLSX": lambda s: s.ask("students-file", wanted(OTHER, kind="xlsx")),
    "district in the export": lambda s: s.ask(
        "students-file", wanted(OTHER) | {"search": "?district=0930011"}
    ),
    "picture of the student": lambda s: s.ask("timeline-csv", 1, f"/students/{OTHER}"),
    "drawing of the student": lambda s: s.ask("timeline-export", 1, 1, f"/students/{OTHER}"),
    "document of the page": lambda s: s.client.get(f"/students/{OTHER}"),
}


def test_no_request_of_a_coordinator_answers_with_another_district(here: Site) -> None:
    here.sign_in("cora")
    for attempt, ask in ATTEMPTS.items():
        answer = ask(here)
        assert answer.status_code in (200, 204), attempt
        assert b"Benedict" not in answer.data, attempt
        assert not any("Benedict" in sheet for sheet in sheets(answer)), attempt


@pytest.mark.parametrize("who", ["lea", "pat"])
def test_leadership_and_presenters_get_no_student(here: Site, who: str) -> None:
    here.sign_in(who)
    for attempt, ask in ATTEMPTS.items():
        answer = ask(here)
        assert answer.status_code in (200, 204), attempt
        assert not any(name in answer.data for name in NAMES), attempt
        assert sheets(answer) == [], attempt


def sheets(answer: TestResponse) -> list[str]:
    """The files within an answer as text."""
    data = answer.get_json(silent=True) or {}
    file = data.get("response", {}).get("students-file", {}).get("data")
    if not file:
        return []
    if not file["base64"]:
        return [file["content"]]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(file["content"])))
    return [json.dumps([[str(cell.value) for cell in row] for row in book.active.iter_rows()])]


def test_another_districts_student_looks_like_one_who_does_not_exist(here: Site) -> None:
    here.sign_in("cora")
    known = here.ask("student-state", True, f"/students/{OTHER}").get_json()
    unknown = here.ask("student-state", True, "/students/9999999999").get_json()
    assert known == unknown


def test_the_export_is_the_list_as_shown_and_recorded(here: Site) -> None:
    here.sign_in("cora")
    answer = here.ask("students-file", wanted("1000000003", OTHER, OWN, OWN))
    [text] = sheets(answer)
    lines = text.splitlines()
    assert "CONFIDENTIAL" in lines[0]
    assert "Exported by cora on" in lines[1]
    assert [line.split('"')[1] for line in lines[3:]] == ["Example, Cyprian", "Example, Adelaide"]
    last = list(read_audit(here.folder / "audit.log"))[-1]
    assert (last["who"], last["what"], last["file"]) == ("cora", "exported", "students.csv")
    assert last["students"] == 2
    assert "Adelaide" not in (here.folder / "audit.log").read_text()


def test_what_a_list_was_searched_for_is_told_in_the_file_and_not_in_the_log(here: Site) -> None:
    here.sign_in("cora")
    text = f"  Adelaide\r\n=1 {'x' * 300}"
    [file] = sheets(here.ask("students-file", wanted(OWN) | {"text": text}))
    line = file.splitlines()[1]
    assert "Everyone, found by searching for “Adelaide =1 xxx" in line
    assert "x" * 90 not in line
    assert "Adelaide" not in (here.folder / "audit.log").read_text()
    [unasked] = sheets(here.ask("students-file", wanted(OWN) | {"text": ["x"]}))
    assert unasked.splitlines()[1].startswith('"Everyone: 1 students')


def test_opening_a_list_and_a_student_is_recorded(here: Site) -> None:
    here.sign_in("cora")
    here.ask("students-grid", "?grade=7")
    here.ask("student-state", True, f"/students/{OWN}")
    done = [record["what"] for record in read_audit(here.folder / "audit.log")]
    assert done[-2:] == ["opened the student list", "opened a student"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_an_export_is_a_formula(site: Build, delivery: Delivery, start: str) -> None:
    hostile = f'{start}HYPERLINK(""http://x"")'
    delivery.write(
        students=f'student_id,last_name,first_name\n0000000001,"{hostile}",\n'
        "0000000002,Ben,\n1000000003,Cy,\n"
    )
    here = site()
    here.sign_in("cora")
    listed = rows(here.ask("students-grid", ""))
    text = file_of(here.ask("students-file", wanted(OWN)))["content"]
    stripped = not listed[0]["name"].startswith(start)  # the load may trim white space
    shown = " " if start.isspace() else start  # a line end would break the row
    assert stripped or f"'{shown}HYPERLINK" in text
    assert f'\r\n"{start}' not in text
    content = file_of(here.ask("students-file", wanted(OWN, kind="xlsx")))["content"]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(content)))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert not any(str(cell.value).startswith(start) for cell in cells if cell.value)
    assert book.active.freeze_panes == "B5"
    assert book.active.auto_filter.ref


def file_of(answer: TestResponse) -> dict[str, Any]:
    return answer.get_json()["response"]["students-file"]["data"]


def test_a_malformed_export_answers_without_a_fault(here: Site) -> None:
    here.sign_in("cora")
    malformed = ([], {}, "x", {"ids": 3}, {"ids": [1, {}]}, {"search": 4, "ids": [OWN]})
    for given in malformed:
        assert here.ask("students-file", given).status_code in (200, 204), given
