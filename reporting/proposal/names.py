"""What exports call our columns, and which column of theirs is which of ours.

The names are those of PowerSchool, Infinite Campus, Aspen X2, Synergy, Skyward, Ed-Fi,
Connecticut's state files and of logs that people keep by hand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Our column: their usual names as words, the better one first. Capital letters, signs and
# little words do not matter: "student id" is also StudentID, student_id and Student's ID.
USUAL_NAMES = {
    "student_id": "sasid, state student id, student state id, state id, ssid, std id state, "
    "state student number, student unique id, student id, student number, std id local, "
    "local student id, student local id, local id, sis number, perm id, perm number, pupil id, "
    "pupil number, other id, student key, child id, student, pupil, child, id",
    "district_code": "district code, reporting district, district id, district number, "
    "district organization code, organization code, org code, lea code, lea id, lea number, "
    "local education agency id, local education agency key, dst id, lea, district",
    "district_name": "district name, lea name, local education agency name, name institution, "
    "organization name, district, name",
    "school_code": "school code, school id, school number, skl school id, school local id, "
    "building code, building id, facility code, entity id, school key, school, building",
    "school_name": "school name, building name, name institution, skl school name, facility name, "
    "school, building, name",
    "school_year": "school year, academic year, end year, ctx school year, enrollment year, sy, "
    "year",
    "grade": "grade, grade level, grade code, entry grade level, std grade level, current grade, "
    "grade lvl, gr, grd",
    "entry_date": "entry date, enrollment date, enroll date, enrollment start date, start date, "
    "date entered, entry, registration date, enrollment date key",
    "exit_date": "exit date, exit withdraw date, withdrawal date, withdraw date, "
    "enrollment end date, end date, leave date, date left, exit",
    "first_name": "first name, student first name, given name, first, legal first name, "
    "first middle name, psn name first",
    "last_name": "last name, student last name, last surname, surname, family name, last, "
    "legal last name, psn name last",
    "birth_date": "birth date, date birth, dob, birthday, psn dob, student dob",
    "home_language": "home language, primary language, native language, dominant language, "
    "language home, home language code, std home language code",
    "english_learner": "english learner, ell, el, el status, ell status, lep, ml, "
    "multilingual learner, limited english proficiency, english language learner",
    "disability": "disability, special education, sped, special ed, swd, iep, student disability, "
    "sped status, disability status",
    "free_meals": "free meals, free reduced lunch, frl, frpl, lunch status, meal status, "
    "free reduced price meals, lunch code, meal code, free lunch, eligible free reduced meals",
    "month": "month, attendance month, reporting month, year month, calendar month",
    "days_enrolled": "days enrolled, membership days, days membership, days in membership, "
    "in person membership days, possible days, days possible, days scheduled, enrolled days, "
    "total membership days, member days, membership, scheduled days, total days, dayspossible",
    "days_attended": "days attended, attendance days, days attendance, days in attendance, "
    "in person attendance days, days present, present days, total days present, attended days, "
    "total attendance days, present",
    "date": "date, attendance date, att date, absence date, event date, school date, "
    "calendar date, day, absent date, date key",
    "attended": "attended, attendance code, att code, att code view, daily attendance code, "
    "absence code, attendance event category, attendance event category descriptor, "
    "attendance status, attendance type, absence type, present, status, code, attendance, "
    "attendance value, absence, absent, absent ind, att absent ind, mark",
    "period": "period, class period, period name, period number, period id, section period, per, "
    "period abbreviation, hour, block, section, course section",
    "visit_id": "visit id, visit number, visit code, visit key, record id, record number, log id, "
    "log number, contact id, contact number, entry number, event id, case number, number, "
    "row, visit, id",
    "visit_date": "visit date, date visit, home visit date, date home visit, contact date, "
    "date contact, date, when, meeting date, event date, date completed, day",
    "modality": "modality, visit type, type visit, visit location, location visit, where, "
    "location, place, visit mode, mode, method, contact method, contact type, setting, "
    "visit format, format, type, how",
    "outcome": "outcome, visit outcome, visit result, result, visit status, status, disposition, "
    "contact made, contact result, completed, successful, how did it go, done",
    "visitor_type": "visitor type, type visitor, visitor role, role, staff type, visitor group, "
    "visitor affiliation, school or community, team type, who, visitors from, affiliation",
    "visitor": "visitor, visitors, visited by, visitor name, names visitors, home visitor, "
    "home visitors, staff, staff name, staff member, team, team members, conducted by, by whom, "
    "completed by",
    "language": "language, visit language, language visit, language used, language spoken, "
    "spoken language",
    "note_code": "note code, needs, need, needs identified, need code, topic, topics",
}

# Columns that say when a student was absent: what is "yes" there was not attended.
NAMES_OF_ABSENCE = "absence, absent, absent ind, att absent ind"

EXACT, WITHOUT_GROUP, WITHIN = 3, 2, 1

_LITTLE_WORDS = frozenset("of the a an s was is were for and to please enter".split())
_GROUP_WORDS = frozenset("visit student pupil child staff attendance std att".split())
_PLURAL = re.compile(r"^([a-z]+[^isu])s$")
_SAME_WORDS = {"no": "number", "num": "number", "nbr": "number", "yr": "year"}


@dataclass(frozen=True)
class Match:
    """One of their columns for one of ours: how well its name fits, and how usual the name is."""

    theirs: str
    ours: str
    strength: int
    rank: int


def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name: ``[Students]State_StudentNumber`` -> state student number.

    Also of ``student.stateID``: state id.
    """
    name = re.sub(r"\[[^\]]*\]|\([^)]*\)|^\w+\.(?=\w)", " ", name) or name
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.replace("#", " number "))
    words = re.findall(r"[a-z0-9]+", name.lower())
    return tuple(
        _SAME_WORDS.get(word, _PLURAL.sub(r"\1", word))
        for word in words
        if word not in _LITTLE_WORDS
    )


def _known_names(names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(words_of(name) for name in names.split(","))


_KNOWN = {ours: _known_names(names) for ours, names in USUAL_NAMES.items()}
_ABSENCE = _known_names(NAMES_OF_ABSENCE)


def matches(theirs: Sequence[str], ours: Sequence[str]) -> list[Match]:
    """Every likeness between their columns and some of ours, the best first."""
    found = [
        match
        for name in theirs
        for column in ours
        if (match := _likeness(name, column)) is not None
    ]
    return sorted(found, key=lambda match: (-match.strength, match.rank))


def _likeness(name: str, ours: str) -> Match | None:
    words = words_of(name)
    core = tuple(word for word in words if word not in _GROUP_WORDS)
    best: Match | None = None
    for rank, known in enumerate(_KNOWN[ours]):
        strength = _strength(words, core, known)
        if strength and (best is None or strength > best.strength):
            best = Match(name, ours, strength, rank)
    return best


def _strength(words: tuple[str, ...], core: tuple[str, ...], known: tuple[str, ...]) -> int:
    if "".join(words) == "".join(known):
        return EXACT
    if core and core == known:
        return WITHOUT_GROUP
    # One little word within a long name says nothing: "date entered into the system".
    return WITHIN if len(known) > 1 and set(known) <= set(words) else 0


def says_absence(name: str) -> bool:
    """Does a column say when a student was absent, rather than present?"""
    return words_of(name) in _ABSENCE


def known_columns(theirs: Sequence[str], ours: Sequence[str]) -> int:
    """How many of our columns the names of theirs look like."""
    return len(best_matches(matches(theirs, ours)))


def best_matches(found: Sequence[Match]) -> dict[str, Match]:
    """Our column -> its match; each of their columns is used once, the best likeness first."""
    chosen: dict[str, Match] = {}
    used: set[str] = set()
    for match in found:
        if match.ours not in chosen and match.theirs not in used:
            chosen[match.ours] = match
            used.add(match.theirs)
    return chosen
