"""A right delivery of an invented small program, made by chance: what the habits of
``field_habits`` are applied to.

Two districts, three schools, a school year with its real holidays; students who come, leave and
move; attendance by month or by day; a visit log. Nothing in it deserves a doubt.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

HARTFORD, NEW_HAVEN = "0640011", "0930011"
SCHOOLS = {"0640101": HARTFORD, "0640102": HARTFORD, "0930101": NEW_HAVEN}
STUDENTS_A_SCHOOL = 26

FIRST_DAY, LAST_DAY = date(2021, 9, 1), date(2022, 6, 14)
LAST_DAILY = date(2021, 12, 23)  # a delivery by day ends before winter break
HOLIDAYS = {
    date(2021, 9, 6),
    date(2021, 10, 11),
    date(2021, 11, 25),
    date(2021, 11, 26),
    *(date(2021, 12, 24) + timedelta(days=n) for n in range(9)),
    date(2022, 1, 17),
    *(date(2022, 2, 21) + timedelta(days=n) for n in range(5)),
    *(date(2022, 4, 11) + timedelta(days=n) for n in range(5)),
    date(2022, 5, 30),
}
FIRST_NAMES = "Ada Ben Cy Désirée Eli Fatou Gus Hana Ian José Kim Lía Mo Núria Ola Pia".split()
LAST_NAMES = "Alvarez Brown-Hill Cole D'Amico Evans Fiore Grüber Hall Ito Jones O'Neil Peña".split()

ENROLLMENT_COLUMNS = "student_id school_year district_code grade school_code entry_date exit_date"

Rows = list[list[str]]


@dataclass
class Sheet:
    """A file as rows of texts, and how it is written down."""

    header: list[str]
    rows: Rows
    delimiter: str = ","
    encoding: str = "utf-8"
    quoting: int = csv.QUOTE_MINIMAL
    above: str = ""
    below: str = ""

    def column(self, name: str) -> list[str]:
        """The texts of a column."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]

    def put(self, name: str, texts: Sequence[str]) -> None:
        """Replace a column."""
        at = self.header.index(name)
        for row, text in zip(self.rows, texts, strict=True):
            row[at] = text

    def bytes(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(
            text, delimiter=self.delimiter, quoting=self.quoting, lineterminator="\n"
        )
        writer.writerows([self.header, *self.rows])
        return (self.above + text.getvalue() + self.below).encode(self.encoding)


@dataclass
class Tables:
    """The files of a delivery by name, without the ending."""

    sheets: dict[str, Sheet]
    mapping: str | None = None
    others: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Sheet:
        return self.sheets[name]

    @property
    def attendance(self) -> Sheet:
        """Attendance, by month or by day."""
        return self.sheets.get("attendance") or self.sheets["attendance_daily"]

    def write(self, folder: Path) -> Path:
        folder.mkdir()
        for name, sheet in self.sheets.items():
            (folder / f"{name}.csv").write_bytes(sheet.bytes())
        for name, content in self.others.items():
            (folder / name).write_bytes(content)
        return folder


@dataclass(frozen=True)
class _Stay:
    student: str
    school: str
    grade: str
    entry: date
    exit: date
    chance: float

    @property
    def district(self) -> str:
        return SCHOOLS[self.school]

    def holds(self, day: date) -> bool:
        return self.entry <= day <= self.exit


def school_days() -> list[date]:
    """The days of 2021-22 on which there was school."""
    every = (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
    return [day for day in every if day.weekday() < 5 and day not in HOLIDAYS]


def right_delivery(seed: int, form: str = "monthly") -> Tables:
    """A right delivery; ``form`` is ``monthly`` or ``daily``."""
    chance = random.Random(seed)
    stays = list(_stays(chance))
    students = sorted({stay.student for stay in stays})
    return Tables(
        {
            "districts": Sheet(
                ["district_code", "district_name"],
                [[HARTFORD, "Hartford"], [NEW_HAVEN, "New Haven"]],
            ),
            "schools": Sheet(
                ["school_code", "school_name", "district_code"],
                [[code, f"School {code[-1]} of {code[:3]}", of] for code, of in SCHOOLS.items()],
            ),
            "students": _students(students, chance),
            "enrollments": Sheet(
                ENROLLMENT_COLUMNS.split(),
                [_enrollment(stay) for stay in stays],
            ),
            **_attendance(stays, form, chance),
            "visits": _visits(stays, form, chance),
        }
    )


def _stays(chance: random.Random) -> Iterator[_Stay]:
    for number in range(STUDENTS_A_SCHOOL * len(SCHOOLS)):
        school = list(SCHOOLS)[number % len(SCHOOLS)]
        student = f"00{number * 37 + 12_000_001:08d}"
        grade = chance.choice(("K", "2", "3", "5", "7", "8", "10", "12"))
        rate = min(0.99, max(0.35, chance.gauss(0.86, 0.1)))
        entry, exit_day = FIRST_DAY, LAST_DAY
        kind = chance.random()
        if kind < 0.06:
            entry = chance.choice(school_days()[20:60])
        elif kind < 0.12:
            exit_day = chance.choice(school_days()[30:100])
        elif kind < 0.16:
            moved = chance.choice(school_days()[30:60])
            other = "0930101" if SCHOOLS[school] == HARTFORD else "0640101"
            yield _Stay(student, school, grade, entry, moved - timedelta(days=1), rate)
            school, entry = other, moved
        yield _Stay(student, school, grade, entry, exit_day, rate)


def _students(students: list[str], chance: random.Random) -> Sheet:
    rows = [
        [
            student,
            chance.choice(FIRST_NAMES),
            chance.choice(LAST_NAMES),
            (date(2005, 1, 1) + timedelta(days=chance.randrange(4000))).isoformat(),
            chance.choice(("English", "Spanish", "Portuguese")),
        ]
        for student in students
    ]
    header = ["student_id", "first_name", "last_name", "birth_date", "home_language"]
    return Sheet(header, rows)


def _enrollment(stay: _Stay) -> list[str]:
    entry, exit_day = stay.entry.isoformat(), stay.exit.isoformat()
    return [stay.student, "2021-22", stay.district, stay.grade, stay.school, entry, exit_day]


def _attendance(stays: list[_Stay], form: str, chance: random.Random) -> dict[str, Sheet]:
    days = [
        (stay, day, int(chance.random() < stay.chance))
        for stay in stays
        for day in school_days()
        if stay.holds(day) and (form == "monthly" or day <= LAST_DAILY)
    ]
    if form == "daily":
        header = ["student_id", "district_code", "date", "attended"]
        rows = [[s.student, s.district, day.isoformat(), str(here)] for s, day, here in days]
        return {"attendance_daily": Sheet(header, rows)}
    months: dict[tuple[str, str, str], list[int]] = {}
    for stay, day, here in days:
        month = months.setdefault((stay.student, stay.district, f"{day:%Y-%m}"), [0, 0])
        month[0] += 1
        month[1] += here
    header = ["student_id", "district_code", "month", "days_enrolled", "days_attended"]
    return {
        "attendance": Sheet(
            header, [[*key, str(enrolled), str(here)] for key, (enrolled, here) in months.items()]
        )
    }


def _visits(stays: list[_Stay], form: str, chance: random.Random) -> Sheet:
    last = LAST_DAILY if form == "daily" else date(2022, 3, 31)
    rows = []
    for stay in chance.sample(stays, 24):
        days = [day for day in school_days() if stay.holds(day) and date(2021, 10, 1) < day <= last]
        for day in sorted(chance.sample(days, min(len(days), chance.choice((1, 1, 2))))):
            outcome = chance.choice(("completed", "completed", "completed", "attempted"))
            modality = chance.choice(("home", "school", "phone"))
            rows.append([stay.student, day.isoformat(), modality, outcome, "school"])
    header = ["visit_id", "student_id", "visit_date", "modality", "outcome", "visitor_type"]
    return Sheet(header, [[f"V-{number}", *row] for number, row in enumerate(rows, 101)])
