"""Which input file a file is, and which of its columns is which of ours: by all its evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from reporting.contract import (
    ABSENCES,
    ATTENDANCE,
    ATTENDANCE_DAILY,
    ATTENDANCE_PERIODS,
    CALENDAR,
    DISTRICTS,
    ENROLLMENTS,
    SCHOOLS,
    STUDENTS,
    VISITS,
    InputColumn,
    InputFile,
)
from reporting.proposal.evidence import Reason, reasons_of
from reporting.proposal.flags import is_flag
from reporting.proposal.names import (
    EXACT,
    HINT,
    Match,
    best_matches,
    matches,
    says_one_of,
    words_of,
)
from reporting.proposal.plausible import holds, is_plausible
from reporting.proposal.spellings import has_spellings
from reporting.proposal.usual_names import USUAL_NAMES

KINDS = (
    VISITS,
    ATTENDANCE,
    ATTENDANCE_PERIODS,
    ATTENDANCE_DAILY,
    ABSENCES,
    ENROLLMENTS,
    STUDENTS,
    SCHOOLS,
    DISTRICTS,
    CALENDAR,
)

# What a file is in words.
WORDS = {
    VISITS: "a visit log",
    ATTENDANCE: "monthly attendance",
    ATTENDANCE_DAILY: "daily attendance",
    ATTENDANCE_PERIODS: "attendance by period",
    ABSENCES: "a list of absences",
    STUDENTS: "students",
    ENROLLMENTS: "enrollments",
    SCHOOLS: "schools",
    DISTRICTS: "districts",
    CALENDAR: "a calendar of school days",
}

# A mapping can make these of other columns, so a file without them may still be the one.
_CAN_BE_MADE = frozenset({"visit_id", "district_code"})

# Files about students are not these.
_WITHOUT_STUDENTS = (SCHOOLS, DISTRICTS, CALENDAR)

# The points of a required column, of another, and of a required one that is missing.
_REQUIRED, _OPTIONAL, _MISSING = 2.0, 0.5, -1.5

# Names that so many exports use for so many things that values may overrule them.
_VAGUE = frozenset("status type code name number id date day visit student child".split())

# Names of what happened to the record, not to the student.
_OF_THE_RECORD = frozenset("modified created updated uploaded changed".split())

_MOSTLY_BLANK, _FILLED = 0.5, 0.9


@dataclass(frozen=True)
class Assignment:
    """A reading of a file as one of the input files.

    ``columns``: our column -> the likeness to theirs. ``by_values``: ours that were found by what
    stands in them. ``reasons``: what else speaks for this reading or against it.
    """

    kind: InputFile
    columns: dict[str, Match]
    by_values: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def score(self) -> float:
        """The higher, the better the file fits."""
        return self._score_of_columns() + sum(reason.points for reason in self.reasons)

    def _score_of_columns(self) -> float:
        score = 0.0
        for column in self.kind.columns:
            if match := self.columns.get(column.name):
                worth = _REQUIRED if column.required else _OPTIONAL
                score += worth * (1 if match.strength == EXACT else 0.9)
            elif column.required and self._has_to_have(column.name):
                score += _MISSING
        return score

    def _has_to_have(self, ours: str) -> bool:
        if any(each.column == ours and each.source in self.columns for each in self.kind.derived):
            return False
        return ours not in _CAN_BE_MADE or self.kind in _WITHOUT_STUDENTS

    @property
    def missing(self) -> tuple[str, ...]:
        """Required columns that nothing was found for."""
        return tuple(
            column.name
            for column in self.kind.columns
            if column.required and column.name not in self.columns
        )

    @property
    def because(self) -> str:
        """What speaks for it, as the end of a sentence; blank where it is the columns alone."""
        said = [reason.words for reason in self.reasons if reason.points > 0 and reason.words]
        return " and ".join(filter(None, (", ".join(said[:-1]), *said[-1:])))

    def theirs(self, ours: str) -> str | None:
        """Their column for one of ours, None where there is none."""
        match = self.columns.get(ours)
        return match.theirs if match else None


def assignments(rows: pd.DataFrame) -> list[Assignment]:
    """The file read as each of the input files, the best fit first."""
    read = [reading for kind in KINDS if (reading := _assigned(kind, rows)) is not None]
    return sorted(read, key=lambda reading: -reading.score)


def _assigned(kind: InputFile, rows: pd.DataFrame) -> Assignment | None:
    # A name in braces would be a template in the mapping.
    names = [str(name) for name in rows if not re.fullmatch(r"(column \d+)?|.*[{}].*", str(name))]
    if kind in _WITHOUT_STUDENTS and _names_students(names):
        return None
    columns = best_matches(_plausible(kind, rows, names))
    by_values = _found_by_values(kind, rows, columns, names)
    columns |= by_values
    theirs = {ours: match.theirs for ours, match in columns.items()}
    return Assignment(kind, columns, tuple(by_values), reasons_of(kind, theirs, rows))


def _names_students(names: list[str]) -> bool:
    """Is there a column of students' numbers? “SIS ID” alone may be a school's."""
    return any({"student", "sasid", "ssid", "lasid"} & set(words_of(name)) for name in names) and (
        bool(matches(names, ["student_id"]))
    )


def _plausible(kind: InputFile, rows: pd.DataFrame, names: list[str]) -> list[Match]:
    """Likenesses of names that what stands in the columns does not speak against."""
    ours = {column.name: column for column in kind.columns}
    found = []
    for match in matches(names, [name for name in ours if name in USUAL_NAMES]):
        column, texts = ours[match.ours], rows[match.theirs]
        fits = holds if match.strength == HINT else is_plausible
        if fits(column, texts):
            found.append(match)
    return _filled_first(found, rows)


def _filled_first(found: list[Match], rows: pd.DataFrame) -> list[Match]:
    """A mostly blank column of students' numbers gives way to one that is filled."""
    filled = {match.theirs: _filled(rows[match.theirs]) for match in found}
    ids = [match for match in found if match.ours == "student_id"]
    if not any(filled[match.theirs] >= _FILLED for match in ids):
        return found
    return [
        match
        for match in found
        if match.ours != "student_id" or filled[match.theirs] > _MOSTLY_BLANK
    ]


def _filled(texts: pd.Series[str]) -> float:
    return float((texts != "").mean()) if len(texts) else 1.0


def _found_by_values(
    kind: InputFile, rows: pd.DataFrame, columns: Mapping[str, Match], names: list[str]
) -> dict[str, Match]:
    """Required columns that no name gave, where one column left over holds just such values."""
    used = {match.theirs for match in columns.values()}
    left = [name for name in names if name not in used and not _is_spoken_for(name)]
    found: dict[str, Match] = {}
    for column in kind.columns:
        if not column.required or column.name in columns:
            continue
        candidates = [
            name for name in left if holds(column, rows[name]) and _tells(column, rows[name])
        ]
        if column.name == "grade":
            student = columns.get("student_id")
            candidates = [name for name in candidates if _is_of_student(rows, name, student)]
        if len(candidates) == 1:
            found[column.name] = Match(candidates[0], column.name, 0, 0)
            left.remove(candidates[0])
    return found


def _is_spoken_for(name: str) -> bool:
    """Does a name say what stands there, as one of a date of birth or of a change does?"""
    words = words_of(name)
    is_vague = len(words) == 1 and words[0] in _VAGUE
    if _OF_THE_RECORD & set(words):
        return True
    return not is_vague and says_one_of(name, list(USUAL_NAMES))


def _tells(column: InputColumn, texts: pd.Series[str]) -> bool:
    """Does a column say several things, or dates and numbers? That all are “true” tells nothing."""
    return not has_spellings(column) or (len(set(texts) - {""}) > 1 and not is_flag(texts))


def _is_of_student(rows: pd.DataFrame, name: str, student: Match | None) -> bool:
    """Does every student have one and the same text there, as grades are?

    What changes from row to row is no grade, though it looks like one.
    """
    if student is None:
        return True
    pairs = rows[[student.theirs, name]].drop_duplicates()
    return not pairs[student.theirs].duplicated().any()


def month_and_year(names: list[str]) -> tuple[str, str] | None:
    """Two columns that together say a month."""
    month = next((name for name in names if words_of(name) == ("month",)), None)
    year = next(
        (name for name in names if words_of(name) in (("year",), ("calendar", "year"))), None
    )
    return (month, year) if month and year else None
