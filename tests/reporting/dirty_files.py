"""Exports and spreadsheets as they really come: one habit each, all of the same three visits,
or of the same few days of attendance.

``FILES`` is the list: a file, what is odd about it, and what has to come out.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Sequence[Any]]

ADA, BEN, CY = "0000000001", "0000000002", "1000000003"

# The three visits, as a log in the United States writes them.
NAMES = ("Visit No.", "Student ID", "Visit date", "Location", "Outcome", "Visitor type", "Visitor")
VISITS: list[tuple[Any, ...]] = [
    ("V-101", ADA, "12/07/2021", "home", "completed", "school", "Ms. Peña"),
    ("V-102", BEN, "12/20/2021", "phone", "attempted", "community", "O'Neil"),
    ("V-103", CY, "01/25/2022", "virtual", "cancelled", "school", "Lee, Kim"),
]
LOG = [NAMES, *VISITS]

# The same in the database: visit_id, student_id, visit_date, modality, outcome, visitor_type.
LOADED = [
    ("V-101", ADA, date(2021, 12, 7), "home", "completed", "school"),
    ("V-102", BEN, date(2021, 12, 20), "phone", "attempted", "community"),
    ("V-103", CY, date(2022, 1, 25), "virtual", "cancelled", "school"),
]


@dataclass(frozen=True)
class DirtyFile:
    """A file with one habit.

    ``write`` writes it; its content is of the input file ``kind``. ``loaded``: the rows that come
    out. ``refused``: words of the sentence with which it is refused instead. ``doubts``: words of
    doubts that the proposal has to say. ``decided``: what a person changes in the proposed
    mapping, where a doubt asks for it. ``rejected``: words of the reason for rows that are
    rejected while the rest loads.
    """

    habit: str
    name: str
    write: Callable[[Path], None]
    kind: str = "visits"
    loaded: Sequence[tuple[Any, ...]] = field(default_factory=lambda: LOADED)
    refused: str | None = None
    doubts: tuple[str, ...] = ()
    decided: tuple[tuple[str, str], ...] = ()
    rejected: str | None = None


# --- Writing ---------------------------------------------------------------------


def text(
    rows: Rows, encoding: str = "utf-8", line_end: str = "\r\n", **form: Any
) -> Callable[[Path], None]:
    """Writes rows as text; ``form`` is what Python's csv writer takes."""
    file = io.StringIO()
    csv.writer(file, lineterminator=line_end, **form).writerows(rows)
    return content(file.getvalue().encode(encoding))


def content(data: bytes) -> Callable[[Path], None]:
    """Writes bytes as they are."""

    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def workbook(
    *sheets: tuple[str, Rows], polish: Callable[[Worksheet], None] = lambda _sheet: None
) -> Callable[[Path], None]:
    """Writes a workbook with these sheets; ``polish`` has the last."""

    def write(path: Path) -> None:
        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets:
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        polish(sheet)
        book.save(path)

    return write


def with_column(name: str, *values: Any) -> list[tuple[Any, ...]]:
    """The log with other values in one column."""
    at = NAMES.index(name)
    rows = [(*row[:at], value, *row[at + 1 :]) for row, value in zip(VISITS, values, strict=True)]
    return [NAMES, *rows]


def merged_header(sheet: Worksheet) -> None:
    """Two rows of names, the upper ones over several columns."""
    sheet.insert_rows(1)
    for area, words in (("A1:B1", "Student"), ("C1:E1", "Visit")):
        sheet[area.partition(":")[0]] = words
        sheet.merge_cells(area)


def zero_padded(sheet: Worksheet) -> None:
    """Student numbers are numbers that a format shows with zeros."""
    for row in sheet.iter_rows(min_row=2, min_col=2, max_col=2):
        row[0].value = int(row[0].value)
        row[0].number_format = "0000000000"


def wrapped(sheet: Worksheet) -> None:
    """Column names over two lines."""
    sheet["C1"] = "Visit\ndate"
    sheet["C1"].alignment = Alignment(wrap_text=True)
    sheet["D2"] = "home\n"


def far_away_note(sheet: Worksheet) -> None:
    """Thousands of empty rows between the last visit and a cell that somebody once touched."""
    sheet.cell(9_000, 3).value = " "
    sheet.cell(8_000, 12).number_format = "0.00"


def blank_left_and_between(sheet: Worksheet) -> None:
    """A column free on the left, one between."""
    sheet.insert_cols(4)
    sheet.insert_cols(1)


def a_zip(path: Path) -> None:
    """A workbook under the name of a CSV file."""
    workbook(("Log", LOG))(path)


def encrypted(path: Path) -> None:
    """How a workbook with a password begins."""
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def damaged(path: Path) -> None:
    """A workbook of which the end did not arrive."""
    workbook(("Log", LOG))(path)
    path.write_bytes(path.read_bytes()[:3_000])


def bomb(path: Path) -> None:
    """A small workbook that says it unpacks to two gigabytes."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<sheet>")
        archive.getinfo("xl/worksheets/sheet1.xml").file_size = 2**31


EMPTY = [("",) * len(NAMES)]
CLEAN_DATES = [datetime(2021, 12, 7), datetime(2021, 12, 20), datetime(2022, 1, 25)]
HTML = b"<html><body><table><tr><td>Student ID</td></tr></table></body></html>"

# --- Days ------------------------------------------------------------------------

# student_id, district_code, date, attended
DAYS = [
    (ADA, "0640011", date(2021, 10, 4), 1.0),
    (ADA, "0640011", date(2021, 10, 15), 0.0),
    (BEN, "0640011", date(2021, 10, 4), 1.0),
    (BEN, "0640011", date(2021, 10, 15), 1.0),
]
HARTFORD = ('# district_code = "0640011"', 'district_code = "0640011"')
POWERSCHOOL = [
    ("[Students]State_StudentNumber", "SchoolID", "Att_Date", "Att_Code"),
    (ADA, 101, "10/04/2021", ""),
    (ADA, 101, "10/15/2021", "UA"),
    (BEN, 101, "10/04/2021", "T"),
    (BEN, 101, "10/15/2021", ""),
]
# Ada misses two of three periods of the 15th; Ben one, and comes late to another.
INFINITE_CAMPUS = [
    ("stateID", "districtNumber", "date", "periodName", "code"),
    *((ADA, "0640011", "10/04/2021", period, "P") for period in (1, 2, 3)),
    *((ADA, "0640011", "10/15/2021", period, code) for period, code in enumerate("UUP", start=1)),
    *((BEN, "0640011", "10/04/2021", period, "P") for period in (1, 2, 3)),
    *((BEN, "0640011", "10/15/2021", period, code) for period, code in enumerate("PTU", start=1)),
]
ASPEN = (
    "'STD_ID_STATE','DST_ID','ATT_DATE','ATT_CODE','ATT_COMMENT'\n"
    f"'{ADA}','0640011','2021-10-04','P',NULL\n"
    f"'{ADA}','0640011','2021-10-15','A','mother\\'s note, filed'\n"
    f"'{BEN}','0640011','2021-10-04','P','NULL'\n"
    f"'{BEN}','0640011','2021-10-15','T','NULL'\n"
)
INDICATOR = [
    ("state_id", "district_code", "absence", "tardy", "event_date"),
    (ADA, "0640011", 0, 0, "2021-10-04"),
    (ADA, "0640011", 1, 0, "2021-10-15"),
    (BEN, "0640011", 0, 0, "2021-10-04"),
    (BEN, "0640011", 0, 1, "2021-10-15"),
]

# student_id, district_code, month, days_enrolled, days_attended
MONTHS = [(ADA, "0640011", "2021-09", 20.0, 18.0), (BEN, "0930011", "2021-10", 19.0, 17.5)]
CONNECTICUT = [
    (
        *("Reporting District", "SASID", "Date of Birth", "Month", "Year"),
        *("In-Person Membership Days", "In-Person Attendance Days"),
    ),
    ("064", ADA, "05012010", "09", "2021", "20", "18"),
    ("093", BEN, "06012011", "10", "2021", "19", "17.5"),
]
NAMED_MONTHS = [
    ("Student ID", "District Code", "Month", "Days Enrolled", "Days Present"),
    (ADA, "0640011", "Sep 2021", 20, 18),
    (BEN, "0930011", "October 2021", 19, 17.5),
]

# student_id, school_year, district_code, grade, entry_date
ENROLLMENTS = [
    (ADA, "2021-22", "0640011", "7", date(2021, 9, 1)),
    (BEN, "2021-22", "0930011", "K", date(2021, 8, 30)),
]
GRADES = [
    ("Student ID", "School Year", "District Code", "Grade Level", "Entry Date"),
    (ADA, "2021-2022", "0640011", "7th", "9/1/2021"),
    (BEN, "2021-2022", "0930011", "Kindergarten", "8/30/2021"),
]

SIBLINGS = [
    ("V-101", ADA, date(2021, 12, 7), "home", "completed", "school"),
    ("V-101-2", CY, date(2021, 12, 7), "home", "completed", "school"),
    ("V-102", BEN, date(2021, 12, 20), "phone", "attempted", "community"),
]

# --- The list --------------------------------------------------------------------

FILES = (
    # How the text is written down.
    DirtyFile("clean, but for local names", "log.csv", text(LOG)),
    DirtyFile("a byte-order mark", "log.csv", text(LOG, "utf-8-sig")),
    DirtyFile("Latin-1", "log.csv", text(LOG, "latin-1"), doubts=("not UTF-8",)),
    DirtyFile(
        "UTF-16 with tabs, Excel's “Unicode text”", "log.txt", text(LOG, "utf-16", delimiter="\t")
    ),
    DirtyFile("semicolons, as Excel writes in Europe", "log.csv", text(LOG, delimiter=";")),
    DirtyFile("tabs", "log.tsv", text(LOG, delimiter="\t")),
    DirtyFile(
        "bars, every field quoted", "log.txt", text(LOG, delimiter="|", quoting=csv.QUOTE_ALL)
    ),
    DirtyFile(
        "single quotes, a backslash before a quote, NULL: Aspen X2",
        "aspen.csv",
        content(ASPEN.encode()),
        "attendance_daily",
        DAYS,
    ),
    DirtyFile(
        "line ends of old Macintoshes",
        "log.csv",
        text(LOG, line_end="\r"),
        refused="holds a carriage return without a line feed",
    ),
    DirtyFile(
        "Windows and Unix line ends in one file",
        "log.csv",
        content(
            b"".join(
                row.encode() + (b"\n", b"\r\n")[at % 2]
                for at, row in enumerate(",".join(f'"{cell}"' for cell in row) for row in LOG)
            )
        ),
    ),
    DirtyFile(
        "a quotation mark that is never closed",
        "log.csv",
        content(b'Visit No.,Student ID,Visit date\nV-1,"0000000001,12/07/2021\n'),
        refused="a quotation mark that opens is never closed",
    ),
    # Where the table is.
    DirtyFile(
        "a comma more at the end of every row",
        "log.csv",
        text([NAMES, *((*row, "") for row in VISITS)]),
    ),
    DirtyFile(
        "blank cells at the end of a row not written",
        "log.csv",
        text([NAMES, VISITS[0][:6], *VISITS[1:]]),
        doubts=("fewer cells than column names in 1 row, first in line 2",),
    ),
    DirtyFile(
        "a comma within a text that is not quoted",
        "log.csv",
        content("\n".join(",".join(row) for row in LOG).encode()),
        doubts=("more cells than column names in 1 row, first in line 4",),
        loaded=LOADED[:2],
        rejected="the row has 8 fields, the header 7",
    ),
    DirtyFile(
        "titles above the column names",
        "log.csv",
        text([("LEAP visit log 2021-22",), (), ("Printed", "", "6/1/2022"), *LOG]),
    ),
    DirtyFile(
        "two header rows",
        "log.csv",
        text(
            [
                ("Visit", "Student", "Visit", "", "", "Staff", ""),
                ("No.", "ID", "date", "Location", "Outcome", "Visitor type", "Name"),
                *VISITS,
            ]
        ),
    ),
    DirtyFile(
        "merged header cells",
        "log.xlsx",
        workbook(
            (
                "Log",
                [
                    ("ID", "Name", "date", "Location", "Outcome", "Visitor type", "No."),
                    *((row[1], row[6], *row[2:6], row[0]) for row in VISITS),
                ],
            ),
            polish=merged_header,
        ),
    ),
    DirtyFile(
        "a trailing row of totals",
        "log.csv",
        text([*LOG, ("Total", "", 3, "", "", "", "")]),
        doubts=("taken for totals",),
    ),
    DirtyFile(
        "column names again on every page, a footer",
        "log.csv",
        text([*LOG[:3], NAMES, LOG[3], ("Report run on 6/1/2022", *[""] * 6)]),
        doubts=("taken for totals",),
    ),
    DirtyFile(
        "thousands of empty rows in a workbook",
        "log.xlsx",
        workbook(("Log", LOG), polish=far_away_note),
    ),
    DirtyFile(
        "thousands of empty rows in a CSV file",
        "log.csv",
        text([*LOG[:2], *EMPTY * 3_000, *LOG[2:], *EMPTY * 3_000]),
    ),
    DirtyFile(
        "blank columns left of the table and within it",
        "log.xlsx",
        workbook(("Log", LOG), polish=blank_left_and_between),
    ),
    DirtyFile(
        "the log is the second sheet, behind instructions",
        "log.xlsx",
        workbook(
            ("Read me", [("How to fill in the log",), ("One row a visit, please",)]),
            ("Log 21-22", LOG),
        ),
        doubts=("other sheets, “Read me”",),
    ),
    DirtyFile(
        "line breaks and spaces in cells", "log.xlsx", workbook(("Log", LOG), polish=wrapped)
    ),
    DirtyFile(
        "a column twice, with different values",
        "log.csv",
        text(
            [
                (*row, "" if row[0] == "Visit No." else "x")[:-1]
                + (("Visit date",) if row is NAMES else ("01/31/2022",))
                for row in LOG
            ]
        ),
        doubts=("“Visit date” stands twice", "“Visit date (2)”, holds other values"),
    ),
    DirtyFile(
        "no column names",
        "log.csv",
        text(VISITS),
        refused="no line holds column names that are known",
    ),
    DirtyFile(
        "a letter, no table",
        "log.csv",
        content(b"Dear all\nplease find the visits below\nKind regards\n"),
        refused="is no table",
    ),
    DirtyFile("an empty file", "log.csv", content(b""), refused="the file is empty"),
    # Not what its name says.
    DirtyFile("a workbook called .csv", "log.csv", a_zip, refused="has to end in .xlsx"),
    DirtyFile("a web page called .xls", "log.xls", content(HTML), refused="is a web page"),
    DirtyFile("a workbook of the old kind", "log.xls", encrypted, refused="of the old kind (.xls)"),
    DirtyFile("a workbook with a password", "log.xlsx", encrypted, refused="without a password"),
    DirtyFile("a damaged workbook", "log.xlsx", damaged, refused="it may be damaged"),
    DirtyFile("a workbook that unpacks to a gigabyte", "log.xlsx", bomb, refused="unpacks to"),
    DirtyFile("a PDF", "log.pdf", content(b"%PDF-1.7\n\0"), refused="is a PDF"),
    # Dates.
    DirtyFile(
        "real dates in a workbook",
        "log.xlsx",
        workbook(("Log", with_column("Visit date", *CLEAN_DATES))),
    ),
    DirtyFile(
        "Excel's numbers of days",
        "log.csv",
        text(with_column("Visit date", 44537, 44550, 44586)),
        doubts=("days as Excel counts them",),
    ),
    DirtyFile(
        "dates in 1900, where a cell was blank",
        "log.csv",
        text(
            [
                *with_column("Visit date", "2021-12-07", "2021-12-20", "2022-01-25"),
                ("V-104", ADA, "1900-01-01", "home", "completed", "school", ""),
            ]
        ),
        doubts=("dates before 1950 in 1 row, first in line 5",),
        rejected="visit_date is before 1950",
    ),
    DirtyFile(
        "day-first and month-first mixed",
        "log.csv",
        text(with_column("Visit date", "12/07/2021", "20/12/2021", "01/25/2022")),
        refused="line 3 has 20/12/2021, line 4 has 01/25/2022",
    ),
    DirtyFile(
        "day-first",
        "log.csv",
        text(with_column("Visit date", "07.12.2021", "20.12.2021", "25.01.2022")),
    ),
    DirtyFile(
        "dates that can be read both ways",
        "log.csv",
        text([NAMES, VISITS[0]]),
        loaded=LOADED[:1],
        doubts=("day and month cannot be told apart",),
    ),
    DirtyFile(
        "two-digit years and names of months",
        "log.csv",
        text(with_column("Visit date", "7-Dec-21", "20-Dec-21", "25-Jan-22")),
    ),
    DirtyFile(
        "dates in several forms",
        "log.csv",
        text(with_column("Visit date", "2021-12-07", "12/20/2021", "January 25, 2022")),
    ),
    DirtyFile(
        "dates with a time of day",
        "log.csv",
        text(
            with_column(
                "Visit date", "12/7/2021 3:30 PM", "12/20/2021 9:05 AM", "1/25/2022 12:00 PM"
            )
        ),
    ),
    # Numbers of students.
    DirtyFile("numbers kept as text in a workbook", "log.xlsx", workbook(("Log", LOG))),
    DirtyFile(
        "numbers shown with zeros by a format",
        "log.xlsx",
        workbook(("Log", LOG), polish=zero_padded),
    ),
    DirtyFile(
        "leading zeros lost",
        "log.csv",
        text(with_column("Student ID", 1, 2, CY)),
        doubts=("has lost leading zeros in 2 rows, first in line 2",),
        loaded=LOADED[2:],
        rejected="student_id has lost its leading zeros",
    ),
    DirtyFile(
        "numbers like 1E+09",
        "log.csv",
        text(with_column("Student ID", ADA, BEN, "1E+09")),
        doubts=("has become a number such as 1.23E+09 in 1 row, first in line 4",),
        loaded=LOADED[:2],
        rejected="student_id has become a number",
    ),
    DirtyFile(
        "siblings in one row",
        "log.csv",
        text([NAMES, ("V-101", f"{ADA} & {CY}", *VISITS[0][2:]), VISITS[1]]),
        loaded=SIBLINGS,
        doubts=("names several students in 1 row",),
    ),
    DirtyFile(
        "names of students and no numbers",
        "log.csv",
        text(with_column("Student ID", "Ada Example", "Ben Example", "Cy Example")),
        refused="no column was found for student_id",
    ),
    DirtyFile(
        "no number of the visit",
        "log.csv",
        text([row[1:] for row in LOG]),
        loaded=[
            (f"{row[1]}-{row[2]}", *done[1:]) for row, done in zip(VISITS, LOADED, strict=True)
        ],
        doubts=("No column numbers the visits",),
    ),
    # Spellings.
    DirtyFile(
        "spelling variants",
        "log.csv",
        text(
            [
                NAMES,
                ("V-101", ADA, "12/07/2021", "HOME VISIT ", "Done", "School staff", ""),
                ("V-102", BEN, "12/20/2021", "tel.", "Nobody home", "Community partner", ""),
                ("V-103", CY, "01/25/2022", "virtual/zoom", "canceled", "teacher", ""),
            ]
        ),
    ),
    DirtyFile(
        "a spelling that only the program knows",
        "log.csv",
        text(with_column("Location", "home", "phone", "Purple Bus")),
        doubts=("What does “Location” mean by “Purple Bus”?",),
        decided=(('# "Purple Bus" = ""', '"Purple Bus" = "virtual"'),),
    ),
    DirtyFile(
        "no show: attempted or cancelled is a decision",
        "log.csv",
        text(with_column("Outcome", "completed", "attempted", "No show")),
        doubts=("attempted, or cancelled?",),
        decided=(('"No show" = "attempted"', '"No show" = "cancelled"'),),
    ),
    DirtyFile(
        "NULL, N/A and #N/A for nothing",
        "log.csv",
        text(with_column("Visitor", "NULL", "N/A", "#N/A")),
    ),
    DirtyFile(
        "a column that is the same for all and not there",
        "log.csv",
        text([row[:5] for row in LOG]),
        loaded=[(*row[:5], "school") for row in LOADED],
        doubts=("No column says visitor_type",),
        decided=(('# visitor_type = "school"', 'visitor_type = "school"'),),
    ),
    # Attendance and enrollments.
    DirtyFile(
        "codes a day, blank where present: PowerSchool",
        "daily.csv",
        text(POWERSCHOOL),
        "attendance_daily",
        DAYS,
        doubts=("Codes of attendance differ by district", "No column says district_code"),
        decided=(HARTFORD,),
    ),
    DirtyFile(
        "codes a period: Infinite Campus",
        "periods.csv",
        text(INFINITE_CAMPUS),
        "attendance_periods",
        DAYS,
        doubts=("Codes of attendance differ by district",),
    ),
    DirtyFile(
        "1 where absent: Aspen's indicators",
        "absences.csv",
        text(INDICATOR),
        "attendance_daily",
        DAYS,
    ),
    DirtyFile(
        "month and year apart, districts of three digits: Connecticut",
        "members.csv",
        text(CONNECTICUT),
        "attendance",
        MONTHS,
        doubts=("has three digits",),
    ),
    DirtyFile(
        "names of months", "members.xlsx", workbook(("Sheet1", NAMED_MONTHS)), "attendance", MONTHS
    ),
    DirtyFile(
        "grades and school years in words", "enrolled.csv", text(GRADES), "enrollments", ENROLLMENTS
    ),
)
