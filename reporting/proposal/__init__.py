"""A look at an export: a mapping file is proposed, with every guess explained and every doubt said.

``form`` says how a text file is written, ``sample`` where its column names stand, ``wide`` whether
there is a column for every day (``headings`` reads their names), ``dressed`` what a program put
around values. ``columns`` says which input file it is and which columns are ours, by their names
(``names``, ``usual_names``), by what stands in them (``plausible``) and by what else speaks for it
(``evidence``, ``coverage``). ``values``, ``dates``, ``spellings`` and ``absences`` say what the
values mean, ``records`` which rows are none, ``draft`` writes TOML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reporting.contract import ENROLLMENTS, STUDENTS
from reporting.errors import DeliveryRefusedError
from reporting.proposal.columns import WORDS, Assignment, assignments
from reporting.proposal.draft import Doubt, Note, Part, sentences, toml_of
from reporting.proposal.dressed import as_read, bare
from reporting.proposal.sample import Sample, sample_of
from reporting.proposal.section import NOBODY_KNOWS, section_parts
from reporting.proposal.wide import read_across

# A required column counts 2, another a half; one that is missing 1.5 less.
_LEAST_SCORE = 2

# What another reading may lack in score to be told of.
_NEARLY = 0.5

_ABOUT_STUDENTS = {STUDENTS, ENROLLMENTS}


@dataclass(frozen=True)
class Proposal:
    """A mapping file for an export.

    ``text``: the file, TOML with comments: every guess explained, every doubt beside its line.
    ``doubts``: sentences, what somebody should decide or check.
    """

    text: str
    doubts: tuple[str, ...]


def propose(path: Path) -> Proposal:
    """The mapping file that an export probably needs.

    Raises DeliveryRefusedError where the file is no table, cannot be told to be any of the input
    files, or contradicts itself, as dates of which some are day-first and some month-first.
    """
    found = sample_of(path)
    sample = read_across(replace(found, rows=bare(found.rows), raw=found.rows))
    best, *others = assignments(sample.rows)
    if best.score < _LEAST_SCORE:
        raise _not_recognized(sample)
    sample = replace(sample, rows=as_read(sample.rows, sample.raw, best))
    parts: list[Part] = [
        Note(
            f"Proposed by python -m reporting map from {len(sample.rows):,} rows of {path.name}, "
            f"which seems to be {WORDS[best.kind]}. Lines that begin with # are not read; a "
            "question mark says what to decide or check. What the entries mean: docs/mappings.md"
        ),
        *_why(best),
        *_other_reading(best, others),
        *section_parts(sample, best),
    ]
    return Proposal(toml_of(parts), sentences(parts))


def _why(best: Assignment) -> list[Part]:
    return [Note(f"Taken for {WORDS[best.kind]} because {best.because}.")] if best.because else []


def _other_reading(best: Assignment, others: Sequence[Assignment]) -> list[Part]:
    second = others[0]
    beside = next((other for other in others if _is_held_too(best, other)), None)
    if beside is not None:
        return [
            Doubt(
                f"The file holds {WORDS[beside.kind]} too. Write a table [{beside.kind.name}] with "
                "the same file into this mapping."
            )
        ]
    if best.score - second.score < _NEARLY:
        why = f" ({second.because})" if second.because else ""
        return [
            Doubt(
                f"It could also be {WORDS[second.kind]}{why}: then change the names of the tables."
            )
        ]
    return []


def _is_held_too(best: Assignment, other: Assignment) -> bool:
    """Are both about students, and does nothing lack that only another file could say?"""
    is_about_students = {best.kind, other.kind} == _ABOUT_STUDENTS
    is_whole = not NOBODY_KNOWS & set(other.missing)
    says_who = other.kind is not STUDENTS or {"first_name", "birth_date"} & other.columns.keys()
    return is_about_students and is_whole and bool(says_who)


def _not_recognized(sample: Sample) -> DeliveryRefusedError:
    return DeliveryRefusedError(
        f"{sample.path.name}: it cannot be told what this file holds; its columns are "
        f"{', '.join(sample.names)[:300]}. Visits need at least a student number, a date and where "
        "or how, attendance a student number, a date or month and codes or days."
    )
