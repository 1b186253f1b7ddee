"""Which column of theirs is which of ours by its name: names are compared by their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reporting.proposal.usual_names import (
    NAMES_OF_ABSENCE,
    NAMES_OF_OTHER_FLAGS,
    NAMES_OF_STATE_NUMBER,
    NAMES_OF_SUBMISSION,
    USUAL_NAMES,
)

# How well a name fits. One that only hints has to be confirmed by what stands in the column.
EXACT, WITHOUT_GROUP, WITHIN, HINT = 4, 3, 2, 1

# The state's number of a student goes before any other that fits better.
_OF_STATE = 10

_PREFIXES = re.compile(
    r"\[[^\]]*\]|\([^)]*\)"  # [Students]State_StudentNumber, Date (mm/dd/yyyy)
    r"|^[Qq]?\d{1,2}[ ._):-]+(?=[A-Za-z])"  # 02 State Student ID, Q3. Where was the visit?
    r"|^(?:\w+\.)+(?=\w)"  # student.stateID
    r"|^(?:[\w-]+/)+(?=[\w-]+$)"  # group_visit/visit_date, as Kobo writes
)
_NEW_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_PLURAL = re.compile(r"^([a-z]+[^isu])s$")

# Little words, and those of questions: "What was the date of the visit?" is the date of a visit.
_LITTLE_WORDS = frozenset(
    "of the a an s is was were are for and to please enter what which your you did do does "
    "has have been this it".split()
)
_GROUP_WORDS = frozenset("visit student staff attendance att child".split())
_SAME_WORDS = {
    **dict.fromkeys(("no", "num", "nbr", "nr"), "number"),
    **dict.fromkeys(("identifier", "ident", "identification"), "id"),
    **dict.fromkeys(
        ("stu", "stud", "std", "pupil", "learner", "scholar", "participant"), "student"
    ),
    "yr": "year",
    "dt": "date",
    "cd": "code",
    "abs": "absence",
    "sch": "school",
    "dist": "district",
}

# A name of so many words is a question or a sentence, in which one known word is only a hint.
_WORDS_OF_QUESTION = 3

# Words that hint at nothing among others: special needs status, exit code.
_OF_MANY_THINGS = frozenset(("status", "code", "mark"))


@dataclass(frozen=True)
class Match:
    """One of their columns for one of ours: how well its name fits, and how usual the name is.

    ``is_states``: it is called as the state's number of a student is.
    """

    theirs: str
    ours: str
    strength: int
    rank: int
    is_states: bool = False


Words = tuple[str, ...]


def words_of(name: str) -> Words:
    """The words of a column's name: ``[Students]State_StudentNumber`` -> state student number.

    Also of ``student.stateID``: state id.
    """
    name = _PREFIXES.sub(" ", name).strip() or name
    name = _NEW_WORD.sub(" ", name.replace("#", " number "))
    words = re.findall(r"[a-z0-9]+", name.lower())
    return tuple(
        _SAME_WORDS.get(word, _PLURAL.sub(r"\1", word))
        for word in words
        if word not in _LITTLE_WORDS
    )


def _known_names(names: str) -> tuple[Words, ...]:
    return tuple(words_of(name) for name in names.split(","))


_KNOWN = {ours: _known_names(names) for ours, names in USUAL_NAMES.items()}
_ABSENCE = _known_names(NAMES_OF_ABSENCE)
_OTHER_FLAGS = _known_names(NAMES_OF_OTHER_FLAGS)
_SUBMISSION = _known_names(NAMES_OF_SUBMISSION)
_STATES = _known_names(NAMES_OF_STATE_NUMBER)


def matches(theirs: Sequence[str], ours: Sequence[str]) -> list[Match]:
    """Every likeness between their columns and some of ours, the best first."""
    found = [
        match
        for name in theirs
        for column in ours
        if (match := _likeness(name, column)) is not None
    ]
    return sorted(found, key=_order)


def _order(match: Match) -> tuple[int, int]:
    return -match.strength - _OF_STATE * match.is_states, match.rank


def _likeness(name: str, ours: str) -> Match | None:
    words = words_of(name)
    core = tuple(word for word in words if word not in _GROUP_WORDS)
    best: Match | None = None
    for rank, known in enumerate(_KNOWN[ours]):
        strength = _strength(words, core, known) or _hint(name, words, known)
        if strength and (best is None or strength > best.strength):
            is_states = ours == "student_id" and known in _STATES
            best = Match(name, ours, strength, rank, is_states)
    if best is None and ours == "visit_date" and words in _SUBMISSION:
        return Match(name, ours, HINT, len(_KNOWN[ours]) + _SUBMISSION.index(words))
    return best


def _strength(words: Words, core: Words, known: Words) -> int:
    if "".join(words) == "".join(known) or sorted(words) == sorted(known):
        return EXACT
    if core and core == known:
        return WITHOUT_GROUP
    # A date, such as one of leaving special education, is not what it is the date of.
    is_of_its_date = "date" in words and "date" not in known
    is_within = len(known) > 1 and set(known) <= set(words) and not is_of_its_date
    return WITHIN if is_within else 0


def _hint(name: str, words: Words, known: Words) -> int:
    """One known word within a question, which says nothing by itself: "entered into the log"."""
    is_question = len(re.findall(r"[A-Za-z0-9]+", name)) >= _WORDS_OF_QUESTION
    is_telling = len(known) == 1 and known[0] not in _OF_MANY_THINGS
    return HINT if is_question and is_telling and known[0] in words else 0


def says_absence(name: str) -> bool:
    """Does a column say when a student was absent, rather than present?"""
    return words_of(name) in _ABSENCE


def says_other_flag(name: str) -> bool:
    """Does a column say that a student was late or left early?"""
    return words_of(name) in _OTHER_FLAGS


def says_submission(name: str) -> bool:
    """Does a column say when a form was sent?"""
    return words_of(name) in _SUBMISSION


def is_known_for(name: str, ours: Sequence[str]) -> bool:
    """Is a name an exact one of any of these columns of ours?"""
    return any(match.strength == EXACT for match in matches([name], ours))


def says_one_of(name: str, ours: Sequence[str]) -> bool:
    """Does a name say any of these columns of ours, be it among other words?"""
    return any(match.strength > HINT for match in matches([name], ours))


def names_student(name: str) -> bool:
    """Is a text the name of a column of students' numbers, which no value of a row is?"""
    words = words_of(name)
    is_certain = len(words) > 1 or words in _STATES
    return is_certain and is_known_for(name, ["student_id"])


def known_columns(theirs: Sequence[str], ours: Sequence[str]) -> int:
    """How many of our columns the names of theirs look like."""
    found = [match for match in matches(theirs, ours) if match.strength > HINT]
    return len(best_matches(found))


def best_matches(found: Sequence[Match]) -> dict[str, Match]:
    """Our column -> its match; each of their columns is used once, the best likeness first."""
    chosen: dict[str, Match] = {}
    used: set[str] = set()
    for match in found:
        if match.ours not in chosen and match.theirs not in used:
            chosen[match.ours] = match
            used.add(match.theirs)
    return chosen
