"""Lines and doubts of a list of absences: what it is, its flags, and what has to come with it."""

from __future__ import annotations

import pandas as pd

from reporting.contract import ABSENCES, ATTENDANCE_DAILY, ATTENDANCE_PERIODS, InputFile
from reporting.proposal.columns import Assignment
from reporting.proposal.draft import Doubt, Part, entry, literal, rows_in_words, shown
from reporting.proposal.evidence import coverage_in
from reporting.proposal.flags import any_flag, flags_beside, is_flag_of_absence, says_no, says_yes
from reporting.proposal.plausible import is_share
from reporting.proposal.spellings import UNKNOWN, Meaning, meaning_of

_BETWEEN = " / "
_EXCUSED = next(column for column in ABSENCES.columns if column.name == "excused")

_OURS = {ABSENCES: "absent", ATTENDANCE_DAILY: "attended", ATTENDANCE_PERIODS: "attended"}


def list_doubts(reading: Assignment, records: pd.DataFrame) -> list[Part]:
    """A doubt where rows of days seem to be of days missed alone."""
    ours = _OURS.get(reading.kind)
    theirs = {name: match.theirs for name, match in reading.columns.items()}
    coverage = coverage_in(theirs, records, ours) if ours else None
    if coverage is None or not coverage.is_of_absences:
        return []
    return [
        Doubt(
            f"This seems to be a list of absences and tardies: {coverage.words}. "
            f"{_what_to_do(reading.kind)}"
        )
    ]


def _what_to_do(kind: InputFile) -> str:
    if kind is ABSENCES:
        return (
            "It is read as one. It does not say on which days there was school: deliver them with "
            "it (calendar.csv: district_code, date), and enrollments with entry dates. If it does "
            "hold every day of every student, write it as [attendance_daily]."
        )
    return (
        "Attendance needs a row for every day enrolled: export all days, or months with days "
        "enrolled and attended."
    )


def share_doubts(reading: Assignment, records: pd.DataFrame) -> list[Part]:
    """A doubt about a column of parts of a day beside the codes that are read."""
    ours = _OURS.get(reading.kind)
    code = reading.theirs(ours) if ours else None
    if code is None or is_share(records[code]):
        return []
    read = {match.theirs for match in reading.columns.values()}
    return [
        Doubt(
            f"“{name}” holds parts of a day, such as 0.5, and is not read: does it say {ours} "
            f"better than “{code}”, which counts whole days?"
        )
        for name in map(str, records)
        if name not in read and _holds_parts(records[name])
    ]


def _holds_parts(texts: pd.Series[str]) -> bool:
    return is_share(texts) and any(0 < float(text) < 1 for text in texts.unique() if text)


def flags_of(records: pd.DataFrame, absence: str) -> list[str]:
    """The columns of flags that are read together, where there are others beside absence."""
    beside = flags_beside(records) if is_flag_of_absence(records, absence) else []
    return [absence, *beside] if beside else []


def template_of_flags(flags: list[str]) -> str:
    """What makes one code of several flags: ``{absence} / {tardy} / {dismissed}``."""
    return _BETWEEN.join(f"{{{flag}}}" for flag in flags)


def flag_parts(records: pd.DataFrame, flags: list[str]) -> list[Part]:
    """Lines that translate every combination of flags, the first of which says absent."""
    texts = records[flags].agg(_BETWEEN.join, axis=1)
    lines: list[Part] = [
        entry(
            literal(str(text)),
            "1" if says_yes(str(text).split(_BETWEEN)[0]) else "0",
            rows_in_words(int(count)),
        )
        for text, count in texts[texts != _BETWEEN.join("" for _flag in flags)]
        .value_counts()
        .items()
    ]
    return [*_flag_doubts(records, flags), *lines]


def _flag_doubts(records: pd.DataFrame, flags: list[str]) -> list[Part]:
    absence, *others = flags
    is_absent = records[absence].map(says_yes)
    without = int((~any_flag(records, absence)).sum())
    both = int((is_absent & records[others].map(says_yes).any(axis=1)).sum())
    doubts: list[Part] = [
        Doubt(
            f"Each line is what {shown(flags)} say together. Late or dismissed counts as 0 days "
            "absent: is that so in your district?"
        )
    ]
    if without:
        doubts.append(
            Doubt(
                f"{rows_in_words(without).capitalize()} without any flag: taken as not absent. "
                "What are they?"
            )
        )
    if both:
        doubts.append(
            Doubt(
                f"{rows_in_words(both).capitalize()} with a flag of absence and another one: "
                "taken as absent for the whole day. Did they come late, or not at all?"
            )
        )
    return doubts


def codes_excuse(records: pd.DataFrame, absent: str) -> bool:
    """Do codes of absence, of which there is one column, say whether it is excused?"""
    says = any(_excuse(str(text)).ours for text in records[absent].unique())
    return says and not flags_of(records, absent)


def excuse_parts(source: str, codes: pd.Series[str]) -> list[Part]:
    """Lines that say of every code whether it is excused; blank where it does not say."""
    counts = codes[codes != ""].value_counts()
    lines: list[Part] = []
    for text, count in counts.items():
        said = _excuse(str(text))
        if said.doubt:
            lines.append(Doubt(f"“{text}” in “{source}”: {said.doubt}"))
        lines.append(entry(literal(str(text)), said.ours or "", rows_in_words(int(count))))
    return [
        Doubt(
            f"No column says excused, but codes in “{source}” do. Where a code does not say, it "
            "stays unknown."
        ),
        *lines,
    ]


def _excuse(code: str) -> Meaning:
    """Of letters and words alone: a 1 among codes is no yes."""
    return UNKNOWN if says_yes(code) or says_no(code) else meaning_of(_EXCUSED, code)
