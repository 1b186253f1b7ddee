"""What a load found by what the database holds of single students, and how it is told.

Whoever sends a delivery can make one up: a row about one student, and see by what becomes of it
what is held of them. So rows that came to grief by what is held are told from FEWEST on, in fives,
and never by line; what stands in a file alone is told exactly.
"""

from __future__ import annotations

FEWEST, _STEP = 10, 5

NOT_DECLARED = "student_id is not declared in students.csv or the database"
ZEROS_LOST = (
    "student_id is declared with leading zeros alone: a spreadsheet did this; export the column as "
    "text"
)
ANOTHER_CHILD = "student_id is another child's in the database: another name and another birth date"
OF_ANOTHER_CHILD = "student_id is another child's in the database: its row of students was rejected"

# Rules of rejected rows.
HELD_RULES = (NOT_DECLARED, ZEROS_LOST, ANOTHER_CHILD, OF_ANOTHER_CHILD)
# Those that ask what a student is called and when they were born.
RULES_OF_CHILDREN = (ANOTHER_CHILD, OF_ANOTHER_CHILD)

# A doubt about a district, after its name: the only one that tells of no student.
CROSSED = (
    f"served students rose from fewer than {FEWEST} to {FEWEST} or more with this load. Are the "
    "new ones real? Figures over all of them tell of the few before"
)


def told_count(rows: int) -> int | None:
    """Rounded to fives; None where fewer than FEWEST, none included."""
    return None if rows < FEWEST else _STEP * round(rows / _STEP)
