"""Files made to harm: links, workbooks and lines without an end, mappings that break the reader."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from reporting.csv_files import MOST_COLUMNS, MOST_ROWS
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.forms import filled_sheets, workbook_rows
from reporting.load import load
from reporting.mapping import Form, read_mapping
from tests.conftest import Delivery

SHEET = "xl/worksheets/sheet1.xml"
BAD_ROW = "0000000001,0640011,2022-07,20,21"
SAME_DAY = "v2,0000000001,2021-12-07,home,completed,school"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_rights() -> Iterator[None]:
    """New files can be read by everybody, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


# --- Who can read what a load writes ----------------------------------------------------


def test_what_a_load_writes_can_be_read_by_its_owner_alone(delivery: Delivery) -> None:
    delivery.add("attendance", BAD_ROW).add("visits", SAME_DAY).load()
    for name in ("rejected.csv", "doubts.csv"):
        assert mode(delivery.folder / name) == 0o600
    assert mode(delivery.folder.parent / "leap.duckdb") == 0o600


@pytest.mark.parametrize("given", [0o600, 0o640])
def test_a_load_leaves_the_databases_rights_as_they_are(delivery: Delivery, given: int) -> None:
    delivery.load()
    database = delivery.folder.parent / "leap.duckdb"
    database.chmod(given)
    delivery.load()
    assert mode(database) == given


def test_what_a_load_makes_on_its_way_can_be_read_by_its_owner_alone(delivery: Delivery) -> None:
    found: dict[str, int] = {}

    def look(_step: str, _share: float) -> None:
        found.update((path.name, mode(path)) for path in delivery.folder.parent.glob("*.new*"))

    load(delivery.folder, sa.make_url(delivery.url), read_mapping(None), 100, look)
    assert {"leap.duckdb.new", "leap.duckdb.new.made"} <= found.keys()
    assert not any(rights & 0o077 for rights in found.values())
    assert os.umask(0o022) == 0o022  # only meanwhile


# --- Links ------------------------------------------------------------------------------


@pytest.fixture
def victim(delivery: Delivery) -> Path:
    """A file that no load has any business with."""
    file = delivery.folder.parent / "victim.txt"
    file.write_text("dear\n")
    return file


@pytest.mark.parametrize("name", ["rejected.csv", "doubts.csv"])
def test_a_load_writes_through_no_link(delivery: Delivery, victim: Path, name: str) -> None:
    link = delivery.folder / name
    link.symlink_to(victim)
    delivery.add("attendance", BAD_ROW).add("visits", SAME_DAY).load()
    assert victim.read_text() == "dear\n"
    assert not link.is_symlink()
    assert "0000000001" in link.read_text()


def test_a_link_is_removed_and_not_what_it_leads_to(delivery: Delivery, victim: Path) -> None:
    (delivery.folder / "doubts.csv").symlink_to(victim)
    delivery.load()
    assert victim.read_text() == "dear\n"
    assert not (delivery.folder / "doubts.csv").is_symlink()


@pytest.mark.parametrize("name", ["visits.csv", "schools.csv", "notes.txt"])
def test_a_delivery_that_leads_elsewhere_is_refused(
    delivery: Delivery, victim: Path, name: str
) -> None:
    (delivery.folder / name).unlink(missing_ok=True)
    (delivery.folder / name).symlink_to(victim)
    with pytest.raises(DeliveryRefusedError, match=f"{name} is a link that leads out of"):
        delivery.load()
    assert not (delivery.folder / "rejected.csv").exists()


@pytest.mark.parametrize("name", ["visits.csv", "schools.csv", "other.csv", "notes.txt"])
def test_a_pipe_that_nobody_writes_into_is_not_waited_for(delivery: Delivery, name: str) -> None:
    (delivery.folder / name).unlink(missing_ok=True)
    os.mkfifo(delivery.folder / name)
    with pytest.raises(DeliveryRefusedError, match=f"{name} in .* is no file"):
        delivery.load()


def test_a_load_writes_into_no_other_name_of_a_file(delivery: Delivery, victim: Path) -> None:
    (delivery.folder / "rejected.csv").hardlink_to(victim)
    delivery.add("attendance", BAD_ROW).load()
    assert victim.read_text() == "dear\n"


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        (",".join(f"c{n}" for n in range(600)) + "\n", "600 columns"),
        (",".join(f"c{n}" for n in range(1_000_000)) + "\n", "line 1 has more than 1,000 commas"),
        ("visit_id" * 10_000 + "\n", "longer than 1,000 characters"),
        ("visit_id" * 200_000 + "\n", "the header cannot be read"),
        ("visit_id\n1\n" + "x," * 1_500_000, "line 3 has more than 1,000 commas"),
        ('visit_id\n1\n"\n' + "x," * 2_000 + '\n"\n', "line 5 has more than 1,000 commas"),
    ],
    ids=["columns", "more columns", "name", "names", "fields", "a field of commas"],
)
def test_a_text_file_without_an_end_is_refused(delivery: Delivery, visits: str, words: str) -> None:
    delivery.write(visits=visits)
    with pytest.raises(DeliveryRefusedError, match=words):
        delivery.load()


def test_a_line_without_an_end_is_rejected(delivery: Delivery) -> None:
    report = delivery.add("visits", "x" * 3_000_000).load()
    assert report.rejected["line"].tolist() == [3]
    assert report.outcomes["visits.csv"].loaded == 1


def test_a_link_within_the_delivery_is_read(delivery: Delivery) -> None:
    (delivery.folder / "visits.csv").rename(delivery.folder / "log of visits")
    (delivery.folder / "visits.csv").symlink_to("log of visits")
    assert delivery.load().outcomes["visits.csv"].loaded == 1


# --- Workbooks --------------------------------------------------------------------------


def workbook(path: Path, sheet: str, **parts: str) -> Path:
    """A workbook whose sheet, or other parts, are replaced by what is given."""
    usual = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["visit_id"])
    book.save(usual)
    replaced = {SHEET: sheet, **parts}
    with zipfile.ZipFile(usual) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *replaced}:
            new.writestr(name, replaced[name] if name in replaced else old.read(name))
    return path


def sheet_of(rows: str) -> str:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>visit_id</t></is></c></row>'


def cell(place: str) -> str:
    return f'<c r="{place}"><v>1</v></c>'


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (f'<row r="900000000000">{cell("A9")}</row>', f"rows beyond {MOST_ROWS:,}"),
        (f'<row r="2">{cell("A2")}</row><row r="1e12"/>', f"rows beyond {MOST_ROWS:,}"),
        (f'<row r="2">{cell("XFD2")}</row>', f"row 2 of the sheet .* at most {MOST_COLUMNS}"),
        (f'<row r="2">{cell("A2") * 600}{cell("XFD2")}</row>', f"at most {MOST_COLUMNS}"),
        ('<row r="1e999"/>', "not a readable workbook"),
        ('<row r="2"><c r="A2" t="s"><v>77</v></c></row>', "not a readable workbook"),
    ],
)
@pytest.mark.parametrize("sheet", [None, "Sheet"])
def test_a_workbook_without_an_end_is_refused(
    tmp_path: Path, rows: str, words: str, sheet: str | None
) -> None:
    path = workbook(tmp_path / "visits.xlsx", sheet_of(HEADER + rows))
    with pytest.raises(DeliveryRefusedError, match=words) as refused:
        list(workbook_rows(path, Form(sheet=sheet), []))
    assert "visits.xlsx" in str(refused.value)


def test_a_workbook_that_unpacks_to_far_more_than_a_real_one_is_refused(tmp_path: Path) -> None:
    strings = "<sst>" + "<si><t>a</t></si>" * 2_000_000 + "</sst>"
    path = workbook(tmp_path / "visits.xlsx", sheet_of(HEADER), **{"xl/sharedStrings.xml": strings})
    with pytest.raises(DeliveryRefusedError, match=r"unpacks to \d+ MB, more than is read"):
        list(workbook_rows(path, Form(), []))


def test_a_real_workbook_of_one_value_throughout_is_read(tmp_path: Path) -> None:
    rows = (
        f'<row r="{n}">{"".join(cell(f"{column}{n}") for column in "ABCDEFGHIJ")}</row>'
        for n in range(2, 80_000)
    )
    path = workbook(tmp_path / "same.xlsx", sheet_of(HEADER + "".join(rows)))
    assert filled_sheets(path) == ["Sheet"]


# --- Text -------------------------------------------------------------------------------


def wide(columns: int) -> str:
    return ",".join(["visit_id", *(f"column {n}" for n in range(1, columns))]) + "\n"


@pytest.mark.parametrize("mapping", ["", "[visits]\ndelimiter = ';'\n"])
def test_more_columns_than_any_export_has_are_refused(delivery: Delivery, mapping: str) -> None:
    header = wide(MOST_COLUMNS + 1)
    delivery.write(visits=header.replace(",", ";") if mapping else header)
    (delivery.folder / "ours.toml").write_text(mapping)
    with pytest.raises(DeliveryRefusedError, match=r"visits.csv has 501 columns; .* at most 500"):
        delivery.load(mapping=str(delivery.folder / "ours.toml"))


def test_a_name_of_a_column_without_an_end_is_refused(delivery: Delivery) -> None:
    delivery.write(visits="1" * 100_000 + "x,visit_id\n")
    with pytest.raises(DeliveryRefusedError, match=r"visits.csv: the name of a column is longer"):
        delivery.load()


def test_a_line_without_an_end_is_refused_and_not_read_to_its_end(delivery: Delivery) -> None:
    (delivery.folder / "ours.toml").write_text("[visits]\ndelimiter = ';'\n")
    delivery.write(visits="visit_id;x\n" + ";" * 3_000_000)
    with pytest.raises(DeliveryRefusedError, match=r"visits.csv: line 2 is longer than 2,000,000"):
        delivery.load(mapping=str(delivery.folder / "ours.toml"))


def test_a_folder_that_is_called_like_a_file_is_left_alone(delivery: Delivery) -> None:
    (delivery.folder / "other.csv").mkdir()
    assert delivery.load().refusal is None


# --- Mappings ---------------------------------------------------------------------------

NESTED = "x = " + "[" * 3_000 + "]" * 3_000
DOTTED = "[visits.always]\nvisitor" + ".a" * 3_000 + " = 'x'"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (NESTED, "brackets lie too deep"),
        (DOTTED, "always holds tables or lists within each other"),
        ("[visits]\nmissing = [[[['x']]]]", "missing holds tables or lists within each other"),
        ("x = " + "1" * 5_000, "not a TOML file"),
        *(
            (f"[visits]\nencoding = {name!r}", "encoding “.*” is not known")
            for name in ("rot13", "base64", "zlib", "hex", "undefined", "x" * 5_000)
        ),
        ('[visits]\nencoding = "utf-8\\u0000"', "encoding “.*” is not known"),
        ('[visits]\nencoding = "\\u00e9"', "encoding “.*” is not known"),
        ("[visits]\nheader_rows = 100000000000000000000", "counted from 1, to"),
        ("[visits]\nheader_line = 100000000000000000000", "counted from 1, to"),
        ("[visits]\nheader_line = -1", "counted from 1, to"),
        ('[visits]\ndelimiter = "\\n"', "delimiter is a mark that also"),
        ("[visits]\ndelimiter = '\"'", "delimiter is a mark that also"),
        ('[visits]\nquote = "\\r"', "delimiter is a mark that also"),
        ('[visits]\ntime_zone = "America/\\u0000"', "is not known"),
    ],
    ids=range(19),
)
def test_a_mapping_that_breaks_the_reader_is_refused_in_words(
    tmp_path: Path, content: str, words: str
) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MappingError, match=words) as refused:
        read_mapping(str(path))
    assert len(str(refused.value)) < 1_000


@pytest.mark.parametrize("encoding", ["idna", "punycode", "utf-7", "unicode_escape", "utf-16"])
def test_an_encoding_that_a_file_has_not_is_told_in_words(
    delivery: Delivery, encoding: str
) -> None:
    (delivery.folder / "ours.toml").write_text(f"[visits]\nencoding = '{encoding}'\n")
    delivery.write(visits=b"visit_id\n\\u12\xff.+\xff..\n")
    with pytest.raises(DeliveryRefusedError, match=r"visits.csv"):
        delivery.load(mapping=str(delivery.folder / "ours.toml"))
