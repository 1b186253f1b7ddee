"""The rules a row can break, as expressions of the engine over its text and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from queries.schema import school
from reporting.contract import SPREADSHEET_NUMBER, Expression, InputColumn, InputFile, Row

# Connecticut's codes have these many digits: a shorter one has lost its leading zeros.
OFFICIAL_DIGITS = {"student_id": 10, "district_code": 7, "school_code": 7}

_SPREADSHEET_ADVICE = ": a spreadsheet did this; export the column as text"


@dataclass(frozen=True)
class Fault:
    """A rule: the column at fault, when it is broken, the rule and the reason in words.

    The reason may hold the row's values; without one of its own it is the rule.
    """

    column: str
    broken: Expression
    rule: str
    own_reason: Expression | None = None

    @property
    def reason(self) -> Expression:
        """Why a row is rejected."""
        return sa.literal(self.rule) if self.own_reason is None else self.own_reason


def possible_faults(
    connection: sa.Connection, input_file: InputFile, columns: Sequence[InputColumn], row: Row
) -> list[Fault]:
    """Every rule of a file's delivered columns, in the order in which they are tried."""
    faults = []
    for column in columns:
        faults += _unreadable(connection, input_file, column, row)
        if column.declared_in is not None:
            faults += _undeclared(connection, column, column.declared_in, row)
    names = {column.name for column in columns}
    return faults + [
        Fault(rule.column, rule.broken(row), f"{rule.column} {rule.why}")
        for rule in input_file.reasons
        if rule.column in names
    ]


def _unreadable(
    connection: sa.Connection, input_file: InputFile, column: InputColumn, row: Row
) -> list[Fault]:
    name, text, value = column.name, row.text[column.name], row.value[column.name]
    faults = []
    if column.required:
        faults.append(Fault(name, text.is_(None), f"{name} is empty"))
    if column.is_code:
        became_number = sa.func.regexp_full_match(text, SPREADSHEET_NUMBER)
        reason = sa.literal(f"{name} has become a number, ").concat(text)
        rule = f"{name} has become a number{_SPREADSHEET_ADVICE}"
        faults.append(Fault(name, became_number, rule, reason.concat(_SPREADSHEET_ADVICE)))
    if column.is_code and column.declared_in is None:
        faults += _shortened(connection, input_file, name, text)
    if column.expected:
        unknown = sa.and_(text.is_not(None), value.is_(None))
        faults.append(Fault(name, unknown, f"{name} is not {column.expected}"))
    return faults


def _shortened(
    connection: sa.Connection, input_file: InputFile, name: str, text: Expression
) -> list[Fault]:
    """Codes shorter than the fixed length of this column's, where it has one, known or evident."""
    every = sa.union_all(
        sa.select(text.label("code")), sa.select(input_file.table.c[name].label("code"))
    ).subquery()
    length = sa.func.length(every.c.code)
    longest, usual, is_padded = connection.execute(
        sa.select(
            sa.func.max(length), sa.func.mode(length), sa.func.bool_or(every.c.code.startswith("0"))
        ).where(sa.func.regexp_full_match(every.c.code, "[0-9]+"))
    ).one()
    if longest != OFFICIAL_DIGITS[name] and not is_padded:
        return []
    digits = longest if longest == OFFICIAL_DIGITS[name] else usual
    is_short = sa.and_(sa.func.regexp_full_match(text, "[0-9]+"), sa.func.length(text) < digits)
    return [_lost_zeros(name, is_short, text, digits)]


def _undeclared(
    connection: sa.Connection, column: InputColumn, declared: sa.Table, row: Row
) -> list[Fault]:
    name, value, code = column.name, row.value[column.name], declared.c[column.name]
    digits = connection.scalar(sa.select(sa.func.mode(sa.func.length(code)))) or 0
    if declared is school and not digits:
        return []  # schools.csv is optional: without one, school codes are taken as they are
    undeclared = value.not_in(sa.select(code))
    width = sa.cast(sa.func.greatest(digits, sa.func.length(value)), sa.Integer)
    padded_is_declared = sa.func.lpad(value, width, "0").in_(sa.select(code))
    words = f"{name} is not declared in {declared.name}s.csv or the database"
    return [
        _lost_zeros(name, sa.and_(undeclared, padded_is_declared), value, digits),
        Fault(name, undeclared, words),
        *(_of_another_district(name, declared, row) if declared is school else ()),
    ]


def _of_another_district(name: str, declared: sa.Table, row: Row) -> list[Fault]:
    """A school's code is unique within its district alone: another district's is another school."""
    district, code = row.value["district_code"], row.value[name]
    own = sa.select(declared.c.district_code, declared.c[name])
    elsewhere = sa.and_(
        district.is_not(None), code.is_not(None), sa.tuple_(district, code).not_in(own)
    )
    return [Fault(name, elsewhere, f"{name} is a school of another district, not of the row's")]


def _lost_zeros(name: str, broken: Expression, text: Expression, digits: int) -> Fault:
    words = f"{name} has lost its leading zeros"
    reason = (
        sa.literal(f"{words}, ")
        .concat(text)
        .concat(" should be ")
        .concat(sa.func.lpad(text, digits, "0"))
        .concat(_SPREADSHEET_ADVICE)
    )
    return Fault(name, broken, words + _SPREADSHEET_ADVICE, reason)
