"""A register with a column for every day, or a report with one for every month, read as rows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from reporting.across import Across
from reporting.contract import ATTENDANCE_DAILY
from reporting.errors import DeliveryRefusedError
from reporting.proposal.draft import Doubt, Part, entry, literal, table
from reporting.proposal.headings import (
    UNKNOWN_MONTH,
    UNKNOWN_YEAR,
    days_of_names,
    is_in_doubt,
    months_of_names,
)
from reporting.proposal.names import matches
from reporting.proposal.plausible import holds, is_plausible, is_share
from reporting.proposal.sample import Sample
from reporting.proposal.spellings import may_be_presence

# The rows made of one line have its number, those of further columns with this added, once for
# each: the first of a column's doubts names the line of the file.
_NEXT_COLUMN = 10**9

_ATTENDED = next(column for column in ATTENDANCE_DAILY.columns if column.name == "attended")


def read_across(sample: Sample) -> Sample:
    """The sample with a row for every day or month, where it has columns for them.

    Raises DeliveryRefusedError where it has a column for every month that does not say what it
    counts.
    """
    across = _register(sample) or _by_month(sample)
    if across is None:
        return sample
    rows = _made(sample.rows, across)
    form = replace(sample.form, across=across)
    blank = (rows[[*across.values]] == "").all(axis=1)
    if blank.any() and _says_presence(rows, across):
        first = next(iter(across.values))
        return replace(sample, form=form, rows=rows, blank=first)
    return replace(sample, form=form, rows=rows)


def is_register(cells: list[str]) -> bool:
    """Are there days among the names of columns, and the name of a student's number?"""
    names = [cell for cell in cells if cell]
    return bool(matches(names, ["student_id"])) and bool(days_of_names(names))


def _register(sample: Sample) -> Across | None:
    days = days_of_names(sample.names)
    if not days or not matches(sample.names, ["student_id"]):
        return None
    texts = pd.concat([sample.rows[name] for name in days])
    is_codes = is_share(texts) or holds(_ATTENDED, texts) or is_plausible(_ATTENDED, texts)
    return Across("date", {"attended": days}) if is_codes else None


def _by_month(sample: Sample) -> Across | None:
    months = months_of_names(sample.names)
    if not months or not matches(sample.names, ["student_id"]):
        return None
    if not any(ours for _month, ours in months.values()):
        raise DeliveryRefusedError(
            f"{sample.path.name} has a column for every month (“{next(iter(months))}”), but they "
            "do not say what they count. Attendance needs days enrolled and days present of every "
            "month: name the columns so, or deliver a row for each student and month."
        )
    values: dict[str, dict[str, str]] = {}
    for name, (month, ours) in months.items():
        if ours:
            values.setdefault(ours, {})[name] = month
    return Across("month", values)


def _made(rows: pd.DataFrame, across: Across) -> pd.DataFrame:
    names = [str(name) for name in rows]
    numbered = ((int(line), row) for line, row in zip(rows.index, rows.to_numpy(), strict=True))
    lines, cells, seen = [], [], dict[int, int]()
    for line, row in across.rows(names, ((line, list(row)) for line, row in numbered)):
        nth = seen[line] = seen.get(line, -1) + 1
        lines.append(line + nth * _NEXT_COLUMN)
        cells.append(row)
    return pd.DataFrame(cells, columns=across.names(names), index=lines, dtype=str)


def _says_presence(rows: pd.DataFrame, across: Across) -> bool:
    """Is somebody said to be present, so that a blank cell means neither?"""
    if across.key == "month":
        return True
    filled = rows["attended"][rows["attended"] != ""].unique()
    return any(may_be_presence(text) for text in filled)


# --- Lines of the mapping --------------------------------------------------------


def across_doubts(sample: Sample) -> list[Part]:
    """What the file is, said as doubts: which days and months, and what they do not say."""
    across = sample.form.across
    if across is None:
        return []
    first, last = across.columns[0], across.columns[-1]
    about = sorted(set().union(*map(_about, across.values.values())))
    doubts: list[Part] = [_what_it_is(across.key, len(about), first, last, bool(sample.blank))]
    if UNKNOWN_YEAR in about[0]:
        lacking = "month and year" if f"-{UNKNOWN_MONTH}-" in about[0] else "year"
        doubts.append(
            Doubt(
                f"“{first}” does not say which {lacking} it is about: write it in place of the "
                f"question marks, such as in {about[0]}. Until then the mapping is not taken."
            )
        )
    if across.key == "date" and is_in_doubt(across.columns):
        doubts.append(
            Doubt(
                f"In “{first}” day and month cannot be told apart: {about[0]} is proposed, because "
                "so the days lie closest together."
            )
        )
    return doubts


def _what_it_is(key: str, count: int, first: str, last: str, has_blanks: bool) -> Doubt:
    what = "a register with a column for every day"
    if key == "month":
        what = "attendance with a column for every month"
    blanks = " Cells that are blank are left out: is nobody present there?" if has_blanks else ""
    return Doubt(
        f"This is {what}, {count} in all, from “{first}” to “{last}”: each becomes a row.{blanks}"
    )


def _about(columns: dict[str, str]) -> set[str]:
    return set(columns.values())


def across_tables(name: str, across: Across | None) -> list[Part]:
    """The tables that say which day or month a column is about."""
    if across is None:
        return []
    tables: list[Part] = []
    for ours, columns in across.values.items():
        lines: list[Part] = [entry(literal(local), about) for local, about in columns.items()]
        tables += table(f"{name}.across.{ours}", lines)
    return tables
