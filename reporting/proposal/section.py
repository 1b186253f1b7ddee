"""The table of one input file in a proposed mapping."""

from __future__ import annotations

import pandas as pd

from reporting.contract import DISTRICTS, ENROLLMENTS, STUDENTS, VISITS, InputColumn
from reporting.errors import DeliveryRefusedError
from reporting.mapping import Form
from reporting.proposal.absences import (
    excuse_parts,
    flag_parts,
    flags_of,
    list_doubts,
    share_doubts,
)
from reporting.proposal.columns import WORDS, Assignment
from reporting.proposal.draft import (
    Doubt,
    Part,
    commented,
    entry,
    literal,
    rows_in_words,
    shown,
    table,
)
from reporting.proposal.dressed import dressed_doubts
from reporting.proposal.records import no_records, no_students, records_of, separators_of
from reporting.proposal.sample import Sample
from reporting.proposal.sources import column_parts, repeated_parts, sources_of, texts_of
from reporting.proposal.spellings import has_spellings
from reporting.proposal.times import date_parts, month_parts, school_year_parts
from reporting.proposal.values import missing_texts, spelling_parts, without
from reporting.proposal.wide import across_doubts, across_tables

# A file without them cannot be loaded; what else is missing, somebody may know.
NOBODY_KNOWS = frozenset(
    "student_id date visit_date month days_enrolled days_attended attended absent period "
    "grade".split()
)

_MARKS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_EXAMPLES = {"district_code": "0640011", "school_year": "2021-22"}


def section_parts(sample: Sample, reading: Assignment) -> list[Part]:
    """All lines and doubts of one table.

    Raises DeliveryRefusedError where the file cannot be loaded, whatever a mapping says.
    """
    name = reading.kind.name
    left_out = no_records(sample.rows, reading.theirs("student_id"))
    others = no_students(sample.rows) if reading.kind in (STUDENTS, ENROLLMENTS) else {}
    records = records_of(sample.rows, left_out | others)
    missing = missing_texts(reading, records)
    records = without(records, missing)
    if sample.blank:
        left_out[sample.blank] = ("",)
        records = records_of(records, left_out)
    sources = sources_of(sample, reading, records)
    _refuse_incomplete(sample, reading, sources)
    dates, values = _dates_and_values(sample, reading, records, sources)
    return [
        "",
        f"[{name}]",
        entry("file", sample.path.name),
        *across_doubts(sample),
        *_form_parts(sample),
        *list_doubts(reading, records),
        *share_doubts(reading, records),
        *dressed_doubts(reading, sample.raw),
        *([entry("missing", missing)] if missing else []),
        *_split_parts(reading, records),
        *_complete_parts(reading, records),
        *repeated_parts(reading, records, sources),
        *across_tables(name, sample.form.across),
        *table(f"{name}.columns", column_parts(sample, reading, records, sources)),
        *table(
            f"{name}.always",
            [*_always_parts(reading, sources), *_namesakes(sample, reading, sources)],
        ),
        *table(f"{name}.dates", dates),
        *values,
        *table(f"{name}.leave_out", _leave_out_parts(left_out, others)),
    ]


def _refuse_incomplete(sample: Sample, reading: Assignment, sources: dict[str, str]) -> None:
    lacking = [
        column.name
        for column in reading.kind.columns
        if column.name in _lacking(reading, sources) and column.name in NOBODY_KNOWS
    ]
    if lacking:
        raise DeliveryRefusedError(
            f"{sample.path.name} seems to hold {WORDS[reading.kind]}, but no column was found for "
            f"{', '.join(lacking)}. Its columns: {', '.join(sample.names)[:300]}. Export it with "
            "them, or write a mapping by hand if one of these is it."
        )


def _lacking(reading: Assignment, sources: dict[str, str]) -> set[str]:
    """Required columns that nothing says and the loader makes of no other."""
    made = {derived.column for derived in reading.kind.derived if derived.source in sources}
    required = {column.name for column in reading.kind.columns if column.required}
    return required - made - sources.keys()


# --- The file as a whole ---------------------------------------------------------


def _form_parts(sample: Sample) -> list[Part]:
    form, usual = sample.form, Form()
    keys = ("sheet", "header_line", "header_rows", "encoding", "delimiter", "quote", "escape")
    unusual = {key: getattr(form, key) for key in keys if getattr(form, key) != getattr(usual, key)}
    return [*_form_doubts(sample), *(entry(key, value) for key, value in unusual.items())]


def _form_doubts(sample: Sample) -> list[Part]:
    encoding, mark = sample.form.encoding, _MARKS.get(sample.form.delimiter, "mark")
    read = f"{len(sample.rows):,} in all"
    doubts: list[Part] = []
    if not sample.is_whole:
        doubts += [
            Doubt(
                f"Only the first and the last rows were looked at, {read}: what stands between may "
                "hold other spellings."
            )
        ]
    for lines, words in (
        (sample.short, "fewer cells than column names in {}: what is not there is taken as blank."),
        (
            sample.long,
            f"more cells than column names in {{}}, as a {mark} within a text makes that is not "
            "quoted: such rows are rejected.",
        ),
    ):
        if lines:
            where = f"{rows_in_words(len(lines))}, first in line {lines[0]}"
            doubts.append(Doubt(f"There are {words.format(where)}"))
    if sample.other_sheets:
        others = shown(sample.other_sheets)
        doubts.append(
            Doubt(f"The workbook has other sheets, {others}: a mapping reads one. Is it this one?")
        )
    if encoding in ("windows-1252", "latin-1"):
        doubts.append(Doubt(f"The text is not UTF-8, it is read as {encoding}: are accents right?"))
    return doubts


def _split_parts(reading: Assignment, records: pd.DataFrame) -> list[Part]:
    student = reading.theirs("student_id")
    marks, count = separators_of(records[student]) if student else ((), 0)
    if not count:
        return []
    several = f"“{student}” names several students in {rows_in_words(count)}"
    if reading.kind is not VISITS:
        return [Doubt(f"{several}: such rows are rejected.")]
    return [Doubt(f"{several}: each student gets the visit."), entry("split", marks)]


def _complete_parts(reading: Assignment, records: pd.DataFrame) -> list[Part]:
    district = reading.theirs("district_code")
    if district is None or reading.kind is DISTRICTS:
        return []
    codes = records[district][records[district] != ""]
    if codes.empty or not codes.str.fullmatch(r"\d{3}").all():
        return []
    return [
        Doubt(
            f"“{district}” has three digits, as in Connecticut's files: they are completed to the "
            "code in districts.csv that begins with them."
        ),
        entry("complete", ["district_code"]),
    ]


def _leave_out_parts(
    left_out: dict[str, tuple[str, ...]], others: dict[str, tuple[str, ...]]
) -> list[Part]:
    lines: list[Part] = [entry(literal(name), texts) for name, texts in left_out.items()]
    if any(text for texts in left_out.values() for text in texts):
        lines.insert(
            0, Doubt("Rows with these texts are taken for totals or titles and left out: are they?")
        )
    for name, texts in others.items():
        lines.append(
            Doubt(f"“{name}” says that these are no students: {shown(texts)}. They are left out.")
        )
        lines.append(entry(literal(name), texts))
    return lines


def _always_parts(reading: Assignment, sources: dict[str, str]) -> list[Part]:
    """What no column says, as lines that wait for somebody who knows."""
    parts: list[Part] = []
    for column in reading.kind.columns:
        if column.name not in _lacking(reading, sources):
            continue
        parts += [
            Doubt(
                f"No column says {column.name}. If it is the same for all rows, write it here and "
                "take the # away; better is a column in the export."
            ),
            commented(entry(column.name, _example(column), ", ".join(column.choices))),
        ]
    return parts


def _namesakes(sample: Sample, reading: Assignment, sources: dict[str, str]) -> list[Part]:
    """Lines that keep the loader from a column that is called like ours and holds other things."""
    parts: list[Part] = []
    for column in reading.kind.columns:
        if column.required or column.name in sources or column.name not in sample.names:
            continue
        filled = sample.rows[column.name][sample.rows[column.name] != ""]
        said = f", such as “{filled.iloc[0]}”" if len(filled) else ""
        parts += [
            Doubt(f"“{column.name}” holds something else than ours{said}: it is not read."),
            entry(column.name, ""),
        ]
    return parts


def _example(column: InputColumn) -> str:
    return column.choices[0] if column.choices else _EXAMPLES.get(column.name, "")


# --- Dates and values ------------------------------------------------------------


def _dates_and_values(
    sample: Sample, reading: Assignment, records: pd.DataFrame, sources: dict[str, str]
) -> tuple[list[Part], list[Part]]:
    """Lines of the table ``dates``, and the tables of values."""
    dates: list[Part] = []
    values: list[Part] = []
    for column in reading.kind.columns:
        across = sample.form.across
        if column.name not in sources or (across and column.name == across.key):
            continue
        source = sources[column.name]
        texts = texts_of(records, source)
        parts: list[Part] = []
        if column.is_date:
            said, parts = date_parts(sample.path.name, column.name, source, texts)
            dates += said
        elif column.name == "month":
            parts = month_parts(source, texts)
        elif column.name == "school_year":
            parts = school_year_parts(source, texts)
        elif column.name == "absent" and (
            flags := flags_of(records, reading.columns["absent"].theirs)
        ):
            parts = flag_parts(records, flags)
        elif column.name == "excused" and reading.theirs("excused") is None:
            parts = excuse_parts(source, texts)
        elif has_spellings(column):
            parts = spelling_parts(column, source, texts)
        values += table(f"{reading.kind.name}.values.{column.name}", parts)
    return dates, values
