"""How the values of one delivered file are dressed, found once and taken off where it is so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from reporting.contract import InputColumn
from reporting.dressing import Expression, Habit, Kind, habits_of, undress
from reporting.mapping import FileMapping
from reporting.reading import RawRows

# What programs write where nothing is known. A name may be Null, and a yes or no be "None".
_NO_NAME = r"#N/A!?|#REF!|#VALUE!|#NAME\?|#DIV/0!|#NUM!|#NULL!|#ERROR!|#{3,}|<NA>|<NULL>|\\N"
_NO_CHOICE = rf"{_NO_NAME}|NULL|\(NULL\)|NaN|NaT|undefined"
_NO_VALUE = rf"{_NO_CHOICE}|None|N/?A"

_NOTHING = Habit(
    "as “#N/A”, “NULL” or the like, as programs write where nothing is known",
    kinds=(),
    traces=(),
    pattern=_NO_VALUE,
)


def nothing(column: InputColumn) -> str:
    """A pattern of the whole texts that say, as programs do, that nothing is known."""
    if column.kind is Kind.TEXT:
        return f"(?i)^(?:{_NO_NAME})$"
    return f"(?i)^(?:{_NO_CHOICE if column.choices else _NO_VALUE})$"


@dataclass(frozen=True)
class Undressing:
    """``counts``: habit -> our column -> values that are dressed so, none where none is."""

    counts: dict[Habit, dict[str, int]] = field(default_factory=dict)

    def bare(self, text: Expression, column: InputColumn, kind: Kind) -> Expression:
        """A delivered text of a column without what was put around it."""
        found = [habit for habit, columns in self.counts.items() if column.name in columns]
        bare = undress(text, kind, found)
        if _NOTHING not in found:
            return bare
        return sa.case((sa.func.regexp_matches(bare, nothing(column)), ""), else_=bare)

    def remarks(self, name: str) -> list[str]:
        """What was taken off, in sentences: one for each habit."""
        return [_in_words(name, habit, columns) for habit, columns in self.counts.items()]


def find_dressed(
    connection: sa.Connection,
    raw: RawRows,
    mapping: FileMapping,
    columns: Sequence[InputColumn],
) -> Undressing:
    """Count the dressed values of a file, by habits whose traces it has.

    A file without any is not looked at, but for columns that may be empty.
    """
    source = sa.alias(raw.table, "raw")
    tests = [
        (habit, column.name, found)
        for column in columns
        for habit, found in _tests(raw, source, mapping, column)
    ]
    if not tests:
        return Undressing()
    numbers = connection.execute(
        sa.select(*(sa.func.count_if(found) for _habit, _name, found in tests)).select_from(source)
    ).one()
    counts: dict[Habit, dict[str, int]] = {}
    for (habit, name, _found), number in zip(tests, numbers, strict=True):
        if number:
            of_habit = counts.setdefault(habit, {})
            of_habit[name] = of_habit.get(name, 0) + number
    return Undressing(counts)


def kind_of_parts(column: InputColumn, parts: Sequence[tuple[str, bool]]) -> Kind:
    """What may be taken off each part: of a template, the mapping says what stands around it."""
    return column.kind if len(parts) == 1 or column.kind is Kind.CODE else Kind.TEXT


def _tests(
    raw: RawRows, source: sa.FromClause, mapping: FileMapping, column: InputColumn
) -> Iterator[tuple[Habit, Expression]]:
    parts = mapping.parts(column.name)
    kind = kind_of_parts(column, parts)
    for part, is_column in parts:
        if not is_column:
            continue
        text: Expression = sa.func.trim(sa.func.coalesce(raw.field(source, part), ""))
        for habit in habits_of(kind, raw.csv_file.habits):
            yield habit, habit.found(text)
            text = habit.off_expression(text)
        if not column.required and len(parts) == 1 and not _is_spelled(mapping, column):
            yield _NOTHING, sa.func.regexp_matches(text, nothing(column))


def _is_spelled(mapping: FileMapping, column: InputColumn) -> bool:
    """Does the mapping say what such a text means?"""
    spellings = mapping.values.get(column.name, {})
    return any(re.match(nothing(column), spelling.strip()) for spelling in spellings)


def _in_words(name: str, habit: Habit, columns: dict[str, int]) -> str:
    number, where = sum(columns.values()), ", ".join(columns)
    values = "1 value" if number == 1 else f"{number:,} values"
    if habit is _NOTHING:
        return f"{name}: {values} of {where} came {habit.words}. Nothing was read there."
    return (
        f"{name}: {values} of {where} came {habit.words}; a spreadsheet or another program did "
        f"this. What is in there was read."
    )
