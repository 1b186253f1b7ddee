"""A small program with all that real data have and an attacker likes, and two loads of it.

Four districts and one with a single student; in each dimension a value that hardly anybody has; a
cohort of which few are left in its last months; students who moved after the first visit;
students without a school. Months have 20 days, so a student's rate is a multiple of 5 points.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from reporting.load import DEMONSTRATION_MARKER, load
from reporting.mapping import read_mapping

HARTFORD, NEW_HAVEN, STAMFORD, WATERBURY, ANSONIA = (
    "0640011",
    "0930011",
    "1350011",
    "1510011",
    "0020011",
)
NAMES = {
    HARTFORD: "Hartford",
    NEW_HAVEN: "New Haven",
    STAMFORD: "Stamford",
    WATERBURY: "Waterbury",
    ANSONIA: "Ansonia",
}
SCHOOLS = {
    HARTFORD: ("11", "12", ""),
    NEW_HAVEN: ("21", "22"),
    STAMFORD: ("31", "32", ""),
    WATERBURY: ("41",),
    ANSONIA: ("51",),
}
YEARS = ("2020-21", "2021-22", "2022-23")
DAYS = 20


def school_months() -> list[str]:
    """September 2020 to June 2023, summers apart."""
    return [
        f"{int(year[:4]) + (month < 9)}-{month:02d}"
        for year in YEARS
        for month in (9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
    ]


MONTHS = school_months()


@dataclass(frozen=True)
class Student:
    """One student as the deliveries have them; ``contacts`` are day, modality, outcome, visitor."""

    number: int
    district: str
    school: str
    grade: str
    level: float
    language: str = "English"
    disability: str = "no"
    contacts: tuple[tuple[str, str, str, str], ...] = ()
    moves_to: str | None = None
    first_month: int = 0
    days: dict[str, int] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.number:010d}"


@dataclass(frozen=True)
class Loads:
    """Two databases of one program: before a load and after it."""

    before: Path
    after: Path

    @property
    def both(self) -> tuple[Path, Path]:
        return self.before, self.after


def load_twice(folder: Path, scale: float = 1.0, seed: int = 7) -> Loads:
    """The program before and after a load that changes four students, and no more.

    The noise of invented students is the same everywhere, so an attack finds the same each time.
    """
    students = list(_students(random.Random(seed), scale))
    delivery = folder / "delivery"
    delivery.mkdir(parents=True, exist_ok=True)
    (delivery / DEMONSTRATION_MARKER).touch()
    loads = Loads(folder / "before.duckdb", folder / "after.duckdb")
    write(delivery, _before(students))
    _load(delivery, loads.before)
    loads.after.write_bytes(loads.before.read_bytes())
    write(delivery, _after(students))
    _load(delivery, loads.after)
    return loads


def write_once(folder: Path, scale: float, seed: int = 7) -> None:
    """The delivery of the later load alone."""
    write(folder, _after(list(_students(random.Random(seed), scale))))


def _load(delivery: Path, database: Path) -> None:
    load(delivery, sa.make_url(f"duckdb:///{database}"), read_mapping(None), 0)


def _students(rng: random.Random, scale: float) -> Iterator[Student]:
    """First those whom everybody could pick out, then the many."""
    rare = [
        _visited(rng, 1, ANSONIA, "4", ("2021-12-07", "home", "school")),
        _visited(rng, 2, HARTFORD, "4", ("2021-12-07", "phone", "school")),
        _visited(rng, 3, NEW_HAVEN, "11", ("2021-12-07", "home", "community")),
        _visited(rng, 4, HARTFORD, "7", ("2021-12-07", "virtual", "community")),
        _visited(rng, 5, STAMFORD, "PK", ("2021-12-07", "home", "school")),
        replace(_visited(rng, 6, HARTFORD, "3", ("2022-12-06", "home", "school")), school=""),
        # The last months of the last cohort are this student's alone.
        _visited(rng, 7, WATERBURY, "8", ("2022-09-06", "school", "school")),
        _visited(rng, 8, STAMFORD, "7", ("2021-05-04", "home", "school")),
    ]
    yield from rare
    served, compared = int(190 * scale), int(420 * scale)
    for number in range(len(rare) + 1, len(rare) + 1 + served):
        district = rng.choices((HARTFORD, NEW_HAVEN, STAMFORD, WATERBURY), (8, 6, 5, 3))[0]
        first = (
            rng.choices(("2021-12-07", "2022-12-06", "2022-03-08"), (6, 4, 2))[0],
            rng.choices(("home", "school"), (6, 4))[0],
            rng.choices(("school", "community"), (3, 2))[0],
        )
        grade = rng.choices(("3", "4", "7", "8"), (4, 3, 5, 3))[0]
        one = _visited(rng, number, district, grade, first)
        moves = STAMFORD if number % 40 == 9 and district == HARTFORD else None
        yield replace(one, moves_to=moves, first_month=rng.choice((0, 0, 0, 0, 0, 7)))
    for number in range(501, 501 + int(24 * scale)):
        yield _tried_for(rng, number)
    for number in range(1001, 1001 + compared):
        district = rng.choices((HARTFORD, NEW_HAVEN, STAMFORD, WATERBURY), (8, 6, 5, 3))[0]
        yield _student(rng, number, district, rng.choices(("3", "4", "7", "8"), (4, 3, 5, 3))[0])


def _student(rng: random.Random, number: int, district: str, grade: str) -> Student:
    level = rng.betavariate(12, 1.5)
    return Student(
        number,
        district,
        rng.choices(SCHOOLS[district], (9, 5, 1)[: len(SCHOOLS[district])])[0],
        grade,
        level,
        rng.choices(("English", "Spanish", "Urdu", "Polish", ""), (10, 9, 1, 1, 1))[0],
        rng.choices(("yes", "no", ""), (3, 12, 1))[0],
        days={month: sum(rng.random() < level for _ in range(DAYS)) for month in MONTHS},
    )


def _visited(
    rng: random.Random, number: int, district: str, grade: str, first: tuple[str, str, str]
) -> Student:
    """A student with a first visit, tried for before by every third, seen again by every second."""
    day, modality, visitor = first
    contacts = [(day, modality, "completed", visitor)]
    if rng.random() < 0.3:
        contacts.insert(0, (f"{day[:8]}01", modality, "attempted", visitor))
    if rng.random() < 0.5:
        contacts.append((f"{day[:8]}{rng.randint(10, 28)}", modality, "completed", visitor))
    return replace(_student(rng, number, district, grade), contacts=tuple(contacts))


def _tried_for(rng: random.Random, number: int) -> Student:
    """A student whom nobody reached yet."""
    district = rng.choice((HARTFORD, HARTFORD, NEW_HAVEN, STAMFORD))
    contact = (rng.choice(("2021-12-07", "2022-12-06")), "home", "attempted", "school")
    one = _student(rng, number, district, rng.choice(("3", "4", "7", "8")))
    return replace(one, contacts=(contact,))


# --- The two loads -----------------------------------------------------------------------

# Of the many, whom the second load changes.
NEWLY_VISITED, REMOVED, CORRECTED, LATE = 31, 32, 33, 34


def _before(students: list[Student]) -> list[Student]:
    return [_as_before(student) for student in students]


def _as_before(one: Student) -> Student:
    if one.number == NEWLY_VISITED:
        return replace(one, contacts=())
    if one.number == LATE:
        return replace(one, days={m: n for m, n in one.days.items() if m != _month_six(one)})
    return one


def _after(students: list[Student]) -> list[Student]:
    return [_as_after(student) for student in students]


def _as_after(one: Student) -> Student:
    if one.number == REMOVED:
        attempted = [(day, how, "attempted", who) for day, how, _what, who in one.contacts]
        return replace(one, contacts=tuple(attempted))
    if one.number == CORRECTED:
        month = MONTHS[MONTHS.index(_first_month(one)) + 1]
        days = one.days[month]
        return replace(one, days=one.days | {month: days - 1 if days > 1 else days + 1})
    return one


def _first_month(one: Student) -> str:
    return next(day[:7] for day, _how, what, _who in one.contacts if what == "completed")


def _month_six(one: Student) -> str:
    return MONTHS[MONTHS.index(_first_month(one)) + 6]


# --- As files ------------------------------------------------------------------------------


def write(folder: Path, students: list[Student]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "districts": ("district_code,district_name", [f"{c},{n}" for c, n in NAMES.items()]),
        "schools": (
            "school_code,school_name,district_code",
            [f"{s},School {s},{c}" for c, codes in SCHOOLS.items() for s in codes if s],
        ),
        "students": (
            "student_id,first_name,last_name,home_language,disability",
            [f"{s.id},A,Example,{s.language},{s.disability}" for s in students],
        ),
        "enrollments": (
            "student_id,school_year,district_code,grade,school_code",
            [row for s in students for row in _enrollments(s)],
        ),
        "attendance": (
            "student_id,district_code,month,days_enrolled,days_attended",
            [row for s in students for row in _attendance(s)],
        ),
        "visits": (
            "visit_id,student_id,visit_date,modality,outcome,visitor_type",
            [
                f"v{s.number}-{place},{s.id},{day},{how},{what},{who}"
                for s in students
                for place, (day, how, what, who) in enumerate(s.contacts)
            ],
        ),
    }
    for name, (header, rows) in files.items():
        (folder / f"{name}.csv").write_text("\n".join([header, *rows, ""]))


def _in_year(one: Student, year: str) -> tuple[str, str]:
    """District and school: who moves does so for the last school year."""
    if one.moves_to and year == YEARS[-1]:
        return one.moves_to, SCHOOLS[one.moves_to][0]
    return one.district, one.school


def _enrollments(one: Student) -> list[str]:
    return [
        f"{one.id},{year},{district},{one.grade},{school}"
        for year in YEARS
        for district, school in [_in_year(one, year)]
    ]


def _attendance(one: Student) -> list[str]:
    return [
        f"{one.id},{_in_year(one, YEARS[place // 10])[0]},{month},{DAYS},{one.days[month]}"
        for place, month in enumerate(MONTHS)
        if place >= one.first_month and month in one.days
    ]
