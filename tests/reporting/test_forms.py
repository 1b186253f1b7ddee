"""Files of other forms: workbooks, other separators, quotation marks and encodings."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from queries.schema import student, visit
from reporting.errors import DeliveryRefusedError
from reporting.forms import read_delivered
from reporting.load import LoadReport
from reporting.mapping import Form
from tests.conftest import Delivery

HEADER = ["visit_id", "student_id", "visit_date", "modality", "outcome", "visitor_type"]
A_VISIT = ["v1", "0000000001", date(2021, 12, 7), "home", "completed", "school"]


def workbook(path: Path, *rows: list[Any], **sheets: list[list[Any]]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, others in sheets.items():
        sheet = book.create_sheet(title)
        for row in others:
            sheet.append(row)
    book.save(path)
    return book


def read(path: Path, form: Form = Form()) -> list[tuple[int, str]]:  # noqa: B008 (immutable)
    """Lines and texts of the records, and the header as line 0."""
    csv_file, _remarks = read_delivered(path, form, path.with_suffix(".delivered"))
    texts = csv_file.texts(range(len(csv_file.lines)))
    return [(0, ",".join(csv_file.header)), *zip(csv_file.lines.tolist(), texts, strict=True)]


def log(
    delivery: Delivery, *rows: list[Any], entries: str = "", name: str = "visits"
) -> LoadReport:
    (delivery.folder / "visits.csv").unlink(missing_ok=True)
    workbook(delivery.folder / f"{name}.xlsx", *rows)
    if not entries:
        return delivery.load()
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(f"[visits]\n{entries}")
    return delivery.load(mapping=str(mapping))


def visits(delivery: Delivery) -> list[tuple]:
    return delivery.read(sa.select(visit.c["visit_id", "visit_date"]).order_by("visit_id"))


# --- Workbooks --------------------------------------------------------------------


def test_a_workbook_in_the_place_of_a_csv_file_loads_as_it_is(delivery: Delivery) -> None:
    report = log(delivery, HEADER, A_VISIT)
    assert visits(delivery) == [("v1", date(2021, 12, 7))]
    assert report.outcomes["visits.xlsx"].loaded == 1


def test_a_rejected_row_of_a_workbook_has_the_number_it_has_there(delivery: Delivery) -> None:
    bad = ["v9", "0000000001", date(2021, 12, 8), "zoo", "completed", "school"]
    report = log(delivery, HEADER, [None], A_VISIT, [None], [None], bad)
    assert report.rejected[["file", "line", "value"]].values.tolist() == [["visits.xlsx", 6, "zoo"]]


def test_cells_become_what_a_person_sees(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "log.xlsx",
        ["id", "day", "moment", "time", "share", "whole", "yes", "text"],
        [640011, date(2021, 10, 5), datetime(2021, 10, 5, 14, 30), time(9, 5), 0.5, 3.0, True, "a"],
    )
    book.active["A2"].number_format = "0000000"
    book.active["H2"] = "two\nlines,\u00a0one  space"
    book.save(tmp_path / "log.xlsx")
    assert read(tmp_path / "log.xlsx")[1:] == [
        (2, '0640011,2021-10-05,2021-10-05 14:30:00,09:05:00,0.5,3,true,"two lines, one space"')
    ]


def test_names_over_two_rows_are_joined_and_a_merged_one_goes_for_all_its_columns(
    tmp_path: Path,
) -> None:
    path = tmp_path / "log.xlsx"
    workbook(
        path, ["Log 2021"], ["Visit", None, "Student"], ["Date", "Place", "ID"], ["1", "2", "3"]
    )
    form = Form(header_line=2, header_rows=2)
    assert read(path, form) == [(0, "Visit Date,Visit Place,Student ID"), (4, "1,2,3")]


def test_columns_without_or_with_the_same_name_can_be_told_apart(tmp_path: Path) -> None:
    workbook(tmp_path / "log.xlsx", ["Date", None, "Date"], ["1", "2", "3"])
    assert read(tmp_path / "log.xlsx")[0] == (0, "Date,column 2,Date (2)")


def test_a_column_that_stands_twice_must_be_chosen(delivery: Delivery) -> None:
    twice = [*HEADER, "visit_date"], [*A_VISIT, date(2021, 12, 9)]
    with pytest.raises(DeliveryRefusedError, match=r"visit_date or visit_date \(2\)"):
        log(delivery, *twice)
    log(delivery, *twice, entries='[visits.columns]\nvisit_date = "visit_date (2)"')
    assert visits(delivery) == [("v1", date(2021, 12, 9))]


def test_the_first_filled_sheet_is_read_and_the_others_are_named(delivery: Delivery) -> None:
    (delivery.folder / "visits.csv").unlink()
    workbook(delivery.folder / "visits.xlsx", Log=[HEADER, A_VISIT], Codes=[["a"]])
    report = delivery.load()
    assert visits(delivery) == [("v1", date(2021, 12, 7))]
    [remark] = report.remarks
    assert "“Log” was read, “Codes” not" in remark


def test_a_workbook_that_says_it_is_smaller_than_it_is_is_read_whole(tmp_path: Path) -> None:
    workbook(tmp_path / "whole.xlsx", ["id", "day"], ["1", "2"], ["3", "4"])
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(path, "w") as less:
        for name in whole.namelist():
            less.writestr(name, whole.read(name).replace(b'ref="A1:B3"', b'ref="A1"'))
    assert read(path) == [(0, "id,day"), (2, "1,2"), (3, "3,4")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file", b"\xd0\xcf\x11\xe0 old"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "log.xlsx").write_bytes(content)
    with pytest.raises(DeliveryRefusedError, match="not a readable workbook"):
        read(tmp_path / "log.xlsx")


def test_a_workbook_with_entities_that_multiply_is_refused(tmp_path: Path) -> None:
    workbook(tmp_path / "plain.xlsx", ["id"], ["1"])
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
    path = tmp_path / "log.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as plain, zipfile.ZipFile(path, "w") as bad:
        for name in plain.namelist():
            bad.writestr(name, bomb if "sheet1" in name else plain.read(name))
    with pytest.raises(DeliveryRefusedError, match="not a readable workbook"):
        read(path)


# --- Text -------------------------------------------------------------------------


def test_aspen_quotes_and_escapes_its_own_way(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("'id','name','note'\n'1','O\\'Hara, Ann',NULL\n\n'2','two\nlines','x'\n")
    form = Form(quote="'", escape="\\")
    assert read(path, form) == [
        (0, "id,name,note"),
        (2, '1,"O\'Hara, Ann",NULL'),
        (4, "2,two lines,x"),
    ]


def test_semicolons_and_latin_letters_are_read_where_a_mapping_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("id;Näme\n1;Peña\n".encode("windows-1252"))
    assert read(path, Form(delimiter=";", encoding="windows-1252"))[1] == (2, "1,Peña")
    with pytest.raises(DeliveryRefusedError, match="after line 1 comes what is not utf-8 text"):
        read(path, Form(delimiter=";"))


@pytest.mark.parametrize("text", ['id;a\n"1;2\n3;4\n', 'id;a\n"1"x;2\n'])
def test_marks_that_do_not_match_are_refused_with_the_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "log.csv").write_text(text)
    with pytest.raises(DeliveryRefusedError, match="line 2 cannot be read"):
        read(tmp_path / "log.csv", Form(delimiter=";"))


def test_another_separator_without_a_mapping_is_refused_and_says_how_to_go_on(
    delivery: Delivery,
) -> None:
    semicolons = ";".join(HEADER) + "\n"
    with pytest.raises(DeliveryRefusedError, match=r"python -m reporting map visits.csv"):
        delivery.write(visits=semicolons).load()


def test_texts_that_mean_nothing_are_nothing_and_totals_are_left_out(delivery: Delivery) -> None:
    report = log(
        delivery,
        [*HEADER, "language"],
        [*A_VISIT, "N/A"],
        ["TOTAL", 1, None, None, None, None, None],
        entries='missing = ["n/a"]\n[visits.leave_out]\nvisit_id = ["Total"]',
    )
    assert delivery.read(sa.select(visit.c["visit_id", "language"])) == [("v1", None)]
    assert report.remarks == ["visits.xlsx: 1 row left out, as the mapping says."]
    assert report.outcomes["visits.xlsx"].read == 1


def test_one_export_may_serve_two_files(delivery: Delivery) -> None:
    for name in ("students", "enrollments"):
        (delivery.folder / f"{name}.csv").unlink()
    delivery.write(roster="id;name;year;district;grade\n0000000001;Ada;2021-22;0640011;7\n")
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(
        """
[students]
file = "roster.csv"
delimiter = ";"
columns = {student_id = "id", first_name = "name"}
[enrollments]
file = "roster.csv"
delimiter = ";"
columns = {student_id = "id", school_year = "year", district_code = "district"}
"""
    )
    outcomes = delivery.load(mapping=str(mapping)).outcomes
    assert outcomes["roster.csv"].loaded == outcomes["roster.csv as enrollments"].loaded == 1
    assert delivery.read(sa.select(student.c["student_id", "first_name"])) == [
        ("0000000001", "Ada")
    ]


# --- Strict Open XML --------------------------------------------------------------

STRICT_CELLS = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"><sheetData>
<row r="1">{names}</row>
<row r="2"><c r="A2" t="inlineStr"><is><t>v1</t></is></c><c r="B2" t="inlineStr"><is>
<t>0000000001</t></is></c><c r="C2" t="d"><v>2021-12-07</v></c>
<c r="D2" t="inlineStr"><is><t>home</t></is></c><c r="E2" t="inlineStr"><is><t>completed</t></is>
</c><c r="F2" t="inlineStr"><is><t>school</t></is></c></row></sheetData></worksheet>"""


def strict(path: Path) -> None:
    """A workbook with the addresses of the strict kind, its date as ISO 8601 has it."""
    workbook(path, HEADER)
    names = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDEF", HEADER, strict=True)
    )
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = STRICT_CELLS.format(names=names).encode()
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            for group in (b"officeDocument", b"spreadsheetml", b"drawingml"):
                content = content.replace(
                    b"http://schemas.openxmlformats.org/%s/2006/" % group,
                    b"http://purl.oclc.org/ooxml/%s/" % group,
                )
            book.writestr(name, content)


def test_a_workbook_saved_as_strict_open_xml_is_read(
    delivery: Delivery, recwarn: pytest.WarningsRecorder
) -> None:
    (delivery.folder / "visits.csv").unlink()
    strict(delivery.folder / "visits.xlsx")
    delivery.load()
    assert visits(delivery) == [("v1", date(2021, 12, 7))]
    assert len(recwarn) == 0
