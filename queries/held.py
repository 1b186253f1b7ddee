"""What a load found by what the database holds of single students, and how it is told.

Whoever sends a delivery can make one up: rows about one student, and see by what becomes of them
what is held of that student. So what stands in a file is told exactly, and what depends on what is
held never by line: students whom the database does not know are told in fives, by chance a few
more or fewer, so that one student makes no answer more than a fifth likelier.
"""

from __future__ import annotations

import secrets

FEWEST, _STEP = 10, 5

NOT_DECLARED = "student_id is not declared in students.csv or the database"
ZEROS_LOST = (
    "student_id is declared with leading zeros alone: a spreadsheet did this; export the column as "
    "text"
)
ANOTHER_CHILD = "student_id is another child's in the database: another name and another birth date"
OF_ANOTHER_CHILD = "student_id is another child's in the database: its row of students was rejected"

# Rules of rejected rows, all about the student_id.
HELD_RULES = (NOT_DECLARED, ZEROS_LOST, ANOTHER_CHILD, OF_ANOTHER_CHILD)

# Doubts about a delivery as a whole, after a number or the name of a district.
UNKNOWN = (
    "students of this delivery are declared in neither students.csv nor the database, or are other "
    "children there: their rows were rejected"
)
CROSSED = (
    f"served students rose from fewer than {FEWEST} to {FEWEST} or more with this load. Are the "
    "new ones real? Figures over all of them tell of the few before"
)

# Laplace noise: one student more makes an answer at most exp(1 / 5) times likelier (C. Dwork et
# al., Calibrating noise to sensitivity in private data analysis, 2006). It has an end, beyond which
# nobody is told of: a delivery whose students are all known never looks like another.
_SPREAD, _MOST_NOISE = 5, 20
_CHANCE = secrets.SystemRandom()


def told_students(students: int) -> int | None:
    """Unknown students as a sender may be told of them: about as many; None where few or none.

    To be drawn once for a delivery: asked again, it is another number.
    """
    noise = _CHANCE.expovariate(1 / _SPREAD) - _CHANCE.expovariate(1 / _SPREAD)
    told = students + max(-_MOST_NOISE, min(_MOST_NOISE, noise))
    return None if told <= _MOST_NOISE else _in_fives(told)


def told_count(rows: int) -> int | None:
    """Rows that became something by what was held, in fives; None where fewer than FEWEST."""
    return None if rows < FEWEST else _in_fives(rows)


def _in_fives(number: float) -> int:
    return _STEP * round(number / _STEP)
