"""What each of our columns is read from, and what somebody should know about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from reporting.contract import ATTENDANCE_DAILY, VISITS, InputColumn
from reporting.faults import OFFICIAL_DIGITS
from reporting.proposal.absences import codes_excuse, flags_of, template_of_flags
from reporting.proposal.columns import Assignment, month_and_year
from reporting.proposal.draft import Doubt, Note, Part, entry, rows_in_words, shown
from reporting.proposal.names import WITHIN, WITHOUT_GROUP, matches, says_submission
from reporting.proposal.plausible import is_plausible
from reporting.proposal.sample import Sample

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_ONE_NUMBER = " Every file of a delivery has to use the same number; the state's is best."
_STATES_NUMBER = " The state's number is read: every file of a delivery has to use it."
_SPREADSHEET_NUMBER = r"\d(\.\d+)?[eE]\+?\d+"


def sources_of(sample: Sample, reading: Assignment, records: pd.DataFrame) -> dict[str, str]:
    """Our column -> theirs, or a template of theirs, in the order of our columns."""
    ours = [column.name for column in reading.kind.columns]
    found = {name: theirs for name in ours if (theirs := reading.theirs(name)) is not None}
    if "month" in ours and (both := month_and_year(sample.names)):
        month, year = both
        found["month"] = f"{{{year}}}-{{{month}}}"
    if "visit_id" in ours and (number := _visit_number(reading, records)):
        found["visit_id"] = number
    for code in ("attended", "absent"):
        if code in found and (records[found[code]] == "").any():
            # A blank can be translated only within something.
            found[code] = f"({{{found[code]}}})"
    if (absence := reading.theirs("absent")) and (flags := flags_of(records, absence)):
        found["absent"] = template_of_flags(flags)
    if absence and "excused" not in found and codes_excuse(records, absence):
        found["excused"] = absence
    return {name: found[name] for name in ours if name in found}


def texts_of(records: pd.DataFrame, source: str) -> pd.Series[str]:
    """A column of theirs, or what a template makes of several."""
    if not _PLACEHOLDER.search(source):
        return records[source]
    texts = pd.Series("", index=records.index, dtype=str)
    for index, piece in enumerate(_PLACEHOLDER.split(source)):
        texts = texts + (records[piece] if index % 2 else piece)
    return texts


def _visit_number(reading: Assignment, records: pd.DataFrame) -> str | None:
    """A column, or a template that gives every row another number where no column does."""
    given, student, day = map(reading.theirs, ("visit_id", "student_id", "visit_date"))
    if student is None or day is None:
        return given
    if given is not None and _tell_apart(records, [given]):
        return given
    clock = next((str(name) for name in records if "time" in str(name).lower()), None)
    others = map(reading.theirs, ("outcome", "modality", "visitor"))
    parts = [student, day]
    for other in (clock, given, *others):
        if _tell_apart(records, parts):
            break
        if other is not None and other not in parts:
            parts.append(other)
    return "-".join(f"{{{part}}}" for part in parts)


def _tell_apart(records: pd.DataFrame, names: list[str]) -> bool:
    filled = records[records[names[0]] != ""]
    return not filled.duplicated(names).any()


# --- What to know ----------------------------------------------------------------


def column_parts(
    sample: Sample, reading: Assignment, records: pd.DataFrame, sources: dict[str, str]
) -> list[Part]:
    """Lines of the table ``columns``, each with its doubts above it."""
    parts: list[Part] = []
    columns = {column.name: column for column in reading.kind.columns}
    for name, source in sources.items():
        if name == "visit_id" and source != reading.theirs(name):
            parts.append(_made_number(reading, records, source))
        elif name in reading.columns:
            parts += _doubts(sample, reading, records, columns[name])
        parts.append(entry(name, source))
    read = {name for source in sources.values() for name in _PLACEHOLDER.findall(source)}
    unread = [name for name in sample.names if name and name not in read | {*sources.values()}]
    if unread:
        parts.append(Note(f"Not read: {', '.join(unread)}."))
    return parts


def repeated_parts(
    reading: Assignment, records: pd.DataFrame, sources: dict[str, str]
) -> list[Part]:
    """A doubt about rows that say different things of the same student and day, or the like."""
    key = [sources[name] for name in reading.kind.key if name in sources]
    if not key or reading.kind is VISITS:
        return []
    told = pd.DataFrame({source: texts_of(records, source) for source in sources.values()})
    count = int(told.drop_duplicates().duplicated(key).sum())
    if not count:
        return []
    by_period = reading.kind is ATTENDANCE_DAILY
    advice = " Is it attendance by period? Then name the column of the period." if by_period else ""
    return [
        Doubt(
            f"Rows with the same {shown(key)} as a row before and other values: {count:,}. Such "
            f"rows are rejected.{advice}"
        )
    ]


def _made_number(reading: Assignment, records: pd.DataFrame, source: str) -> Doubt:
    given = reading.theirs("visit_id")
    why = f"“{given}” is not different for every visit" if given else "No column numbers the visits"
    again = int(records.duplicated(_PLACEHOLDER.findall(source)).sum())
    also = f" Rows that even so have the number of another: {again:,}." if again else ""
    return Doubt(
        f"{why}: the number is made of other columns, so a visit whose date is corrected later "
        f"becomes another visit.{also} A column with a number of its own is better."
    )


def _doubts(
    sample: Sample, reading: Assignment, records: pd.DataFrame, column: InputColumn
) -> list[Part]:
    match = reading.columns[column.name]
    source = match.theirs
    parts: list[Part] = []
    if column.name in reading.by_values:
        parts.append(Doubt(f"“{source}” was taken for {column.name} by what stands in it: is it?"))
    elif says_submission(source):
        parts.append(
            Doubt(
                f"“{source}” is when the form was sent, which may be days after the visit: it is "
                f"taken for {column.name}, for want of a column that says it."
            )
        )
    elif match.strength <= WITHIN and column.required:
        parts.append(Doubt(f"“{source}” was taken for {column.name} by its name: is it?"))
    parts += _rivals(sample, reading, column, source)
    if column.required and column.name not in ("attended", "absent"):
        parts += _blank(records[source], source)
    if column.name == "student_id":
        parts += _shortened(records[source], source)
    return parts


def _rivals(sample: Sample, reading: Assignment, column: InputColumn, source: str) -> list[Part]:
    """Doubts about columns that could be meant as well."""
    parts: list[Part] = []
    twice = f"{source} (2)"
    if twice in sample.names:
        is_same = bool((sample.rows[source] == sample.rows[twice]).all())
        holds = "the same" if is_same else "other values"
        parts.append(
            Doubt(
                f"“{source}” stands twice; the first is read. The second, “{twice}”, holds {holds}."
            )
        )
    used = {match.theirs for match in reading.columns.values()} | {twice}
    as_good = min(reading.columns[column.name].strength, WITHOUT_GROUP)
    others = [
        match.theirs
        for match in matches(_without(sample.names, used), [column.name])
        if match.strength >= max(as_good, WITHIN)
        and column.required
        and is_plausible(column, sample.rows[match.theirs])
    ]
    if others:
        states = reading.columns[column.name].is_states
        parts.append(
            Doubt(
                f"{shown(others)} could be {column.name} as well as “{source}”."
                + (_STATES_NUMBER if states else _ONE_NUMBER if column.name == "student_id" else "")
            )
        )
    return parts


def _without(names: Iterable[str], used: set[str]) -> list[str]:
    return [name for name in names if name not in used]


def _blank(texts: pd.Series[str], source: str) -> list[Part]:
    blank = texts.index[texts == ""]
    if blank.empty:
        return []
    return [
        Doubt(
            f"“{source}” is blank in {rows_in_words(len(blank))} of {len(texts):,}, first in line "
            f"{blank[0]}: such rows are rejected."
        )
    ]


def _shortened(ids: pd.Series[str], source: str) -> list[Part]:
    """Doubts about student numbers that a spreadsheet has spoiled."""
    numbers = ids[ids.str.fullmatch(r"\d+")]
    lengths, digits = numbers.str.len(), OFFICIAL_DIGITS["student_id"]
    has_official = bool((lengths == digits).any() or numbers.str.startswith("0").any())
    spoiled = {
        "has lost leading zeros": numbers[(lengths < digits) & has_official],
        "has become a number such as 1.23E+09": ids[ids.str.fullmatch(_SPREADSHEET_NUMBER)],
    }
    return [
        Doubt(
            f"“{source}” {words} in {rows_in_words(len(found))}, first in line {found.index[0]}: "
            "export the column as text. Such rows are rejected."
        )
        for words, found in spoiled.items()
        if len(found)
    ]
