"""The rules a row can break, as expressions of the engine over its text and its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from queries.held import HELD_RULES, NOT_DECLARED, ZEROS_LOST
from queries.schema import school, student
from reporting.contract import SPREADSHEET_NUMBER, Expression, InputColumn, InputFile, Row
from reporting.dressing import Kind
from reporting.undressing import nothing

# Connecticut's codes have these many digits: a shorter one has lost its leading zeros.
OFFICIAL_DIGITS = {"student_id": 10, "district_code": 7, "school_code": 7}

_SPREADSHEET_ADVICE = ": a spreadsheet did this; export the column as text"

# A spreadsheet shows them so: 1,000,000,000 for a number, Dec-11 for 2011-12.
_AMOUNT = r"[0-9]{1,3}(,[0-9]{3})+(\.0+)?"
_SHOWN_DAY = r"[A-Za-z]{3,9}[- ][0-9]{2}([0-9]{2})?|[0-9]{1,2}-[A-Za-z]{3}(-[0-9]{2})?"
_PERCENTAGE = r"-?[0-9]+([.,][0-9]+)? ?%"
_WITH_COMMA = r"-?[0-9]*(,[0-9]+)+(\.[0-9]+)?"
# Its number of a day: 20000 is in 1954, 69999 in 2091.
_DAY_NUMBER = r"[2-6][0-9]{4}(\.[0-9]+)?"

_DAY_NUMBER_ADVICE = ": give the column the format of a date and export it again"
_PERCENTAGE_ADVICE = ": write the number that it is a percentage of, or its share as a fraction"
_COMMA_ADVICE = ": write decimals with a point, and thousands without a sign"
_NOTHING_ADVICE = ": look it up in the system it comes from, and export it again"


@dataclass(frozen=True)
class Fault:
    """A rule: the column at fault, when it is broken, the rule and the reason in words.

    The reason may hold the row's values; without one of its own it is the rule. ``causes`` say
    better why, where one fits; only rows that break the rule are asked.
    """

    column: str
    broken: Expression
    rule: str
    own_reason: Expression | None = None
    causes: Sequence[Fault] = ()

    @property
    def reason(self) -> Expression:
        """Why a row is rejected."""
        return sa.literal(self.rule) if self.own_reason is None else self.own_reason

    def described(self, row: Row) -> Expression:
        """Column, delivered text, rule and reason, as a list."""
        itself = sa.func.list_value(self.column, row.text[self.column], self.rule, self.reason)
        if not self.causes:
            return itself
        causes = ((cause.broken, cause.described(row)) for cause in self.causes)
        return sa.case(*causes, else_=itself)


def possible_faults(
    connection: sa.Connection, input_file: InputFile, columns: Sequence[InputColumn], row: Row
) -> list[Fault]:
    """Every rule of a file's delivered columns, in the order in which they are tried."""
    faults = []
    for column in columns:
        faults += _unreadable(connection, input_file, column, row)
        if column.declared_in is student:
            faults += _unknown_student(connection, column, row)
        elif column.declared_in is not None:
            faults += _undeclared(connection, column, column.declared_in, row)
    names = {column.name for column in columns}
    faults += [
        Fault(rule.column, rule.broken(row), f"{rule.column} {rule.why}")
        for rule in input_file.reasons
        if rule.column in names
    ]
    # What stands in the file comes first: else a fault that is told would say of a row with two
    # whether the database holds its student.
    return sorted(faults, key=lambda fault: fault.rule in HELD_RULES)


def _unreadable(
    connection: sa.Connection, input_file: InputFile, column: InputColumn, row: Row
) -> list[Fault]:
    name, text, value = column.name, row.text[column.name], row.value[column.name]
    faults = []
    if column.required:
        faults.append(Fault(name, text.is_(None), f"{name} is empty"))
    if column.declared_in is None and (column.is_code or input_file.key == (name,)):
        faults += _spoiled(column, text)
    if column.is_code and column.declared_in is None:
        faults += _shortened(connection, input_file, name, text)
    if column.expected:
        unknown = sa.and_(text.is_not(None), value.is_(None))
        rule = f"{name} is not {column.expected}"
        faults.append(Fault(name, unknown, rule, causes=_misread(column, text)))
    return faults


def _spoiled(column: InputColumn, text: Expression) -> list[Fault]:
    """Codes of which a program has left something else."""
    spoiled = [_is_nothing(column, text)] if column.required else []
    if column.is_code:
        number, amount = f"{column.name} has become a number", f"{column.name} has become an amount"
        spoiled += [
            _told(column, text, SPREADSHEET_NUMBER, number, _SPREADSHEET_ADVICE),
            _told(column, text, _AMOUNT, amount, _SPREADSHEET_ADVICE),
        ]
    return spoiled


def _misread(column: InputColumn, text: Expression) -> list[Fault]:
    """Values that a person would understand, and a program cannot be sure of."""
    name, causes = column.name, [_is_nothing(column, text)]
    if column.is_date:
        words, advice = f"{name} is a spreadsheet’s number for a day", _DAY_NUMBER_ADVICE
        causes.append(_told(column, text, _DAY_NUMBER, words, advice))
    elif column.kind is Kind.NUMBER:
        causes += [
            _told(column, text, _PERCENTAGE, f"{name} is a percentage", _PERCENTAGE_ADVICE),
            _told(column, text, _WITH_COMMA, f"{name} has a comma", _COMMA_ADVICE),
        ]
    elif not column.choices:
        words = f"{name} has become a day"
        causes.append(_told(column, text, _SHOWN_DAY, words, _SPREADSHEET_ADVICE))
    return causes


def _is_nothing(column: InputColumn, text: Expression) -> Fault:
    expected = f"not {column.expected} but " if column.expected else ""
    words = f"{column.name} is {expected}what programs write where nothing is known"
    return _told(column, text, nothing(column), words, _NOTHING_ADVICE)


def _told(column: InputColumn, text: Expression, pattern: str, words: str, advice: str) -> Fault:
    """A fault of texts of one form, which the reason shows."""
    reason = sa.literal(f"{words}, ").concat(text).concat(advice)
    is_so = sa.func.regexp_full_match(text, pattern)
    return Fault(column.name, is_so, words + advice, reason)


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
    return [_lost_zeros(name, _is_short(text, digits), text, digits)]


def _undeclared(
    connection: sa.Connection, column: InputColumn, declared: sa.Table, row: Row
) -> list[Fault]:
    name, value, code = column.name, row.value[column.name], declared.c[column.name]
    digits = connection.scalar(sa.select(sa.func.mode(sa.func.length(code)))) or 0
    spoiled = _spoiled(column, row.text[name])
    if declared is school and not digits:
        return spoiled  # schools.csv is optional: without one, school codes are taken as they are
    undeclared = value.not_in(sa.select(code))
    width = sa.cast(sa.func.greatest(digits, sa.func.length(value)), sa.Integer)
    padded_is_declared = sa.func.lpad(value, width, "0").in_(sa.select(code))
    words = f"{name} is not declared in {declared.name}s.csv or the database"
    lost_zeros = _lost_zeros(name, padded_is_declared, value, digits)
    return [
        Fault(name, undeclared, words, causes=[*spoiled, lost_zeros]),
        *(_of_another_district(name, declared, row) if declared is school else ()),
    ]


def _unknown_student(connection: sa.Connection, column: InputColumn, row: Row) -> list[Fault]:
    """Numbers that are none by their form, and those that nobody has."""
    name, value, code = column.name, row.value[column.name], student.c.student_id
    length = sa.func.length(code)
    shortest, longest, is_padded = connection.execute(
        sa.select(sa.func.min(length), sa.func.max(length), sa.func.bool_or(code.startswith("0")))
    ).one()
    faults = _spoiled(column, row.text[name])
    if shortest == longest and (longest == OFFICIAL_DIGITS[name] or is_padded):
        faults.append(_lost_zeros(name, _is_short(value, longest), value, longest))
    width = sa.cast(sa.func.greatest(longest or 0, sa.func.length(value)), sa.Integer)
    padded = sa.func.lpad(value, width, "0")
    lost = Fault(name, padded.in_(sa.select(code)), ZEROS_LOST)
    undeclared = value.not_in(sa.select(code))
    return [*faults, Fault(name, undeclared, NOT_DECLARED, causes=[lost])]


def _is_short(code: Expression, digits: int) -> Expression:
    return sa.and_(sa.func.regexp_full_match(code, "[0-9]+"), sa.func.length(code) < digits)


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
