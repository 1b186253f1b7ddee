"""What programs put around a value on its way: an apostrophe, ``="…"``, ``.0``, signs nobody sees.

A habit is one rule for both engines, Python's regular expressions and DuckDB's. It is taken off
where what is left is certain; everything else is left for a reason to be said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]


class Kind(Enum):
    """What stands in a column, which decides what can be taken off with certainty."""

    TEXT = "a name or other words of people: an apostrophe or a point belongs to them"
    VALUE = "a date, a month, a school year, or one of a few words"
    NUMBER = "days or a share"
    CODE = "a number that nobody calculates with, or a grade: it has no decimals"


@dataclass(frozen=True, eq=False)
class Habit:
    """One way of dressing a value.

    ``words`` end the sentence "12 values came …". ``pattern`` finds it; ``replacement`` takes its
    place, unless signs are ``translated`` one by one. ``traces``: bytes of a CSV file without any
    of which nothing in it is dressed so. ``guard``: what every such text holds, four times as fast
    to look for.
    """

    words: str
    kinds: tuple[Kind, ...]
    traces: tuple[bytes, ...]
    pattern: str
    replacement: str = r"\1"
    translated: tuple[str, str] | None = None
    guard: str | None = None

    def found(self, text: Expression) -> Expression:
        """Is a text, which earlier habits were taken off, dressed so?"""
        found = sa.func.regexp_matches(text, self.pattern)
        if self.guard is None:
            return found
        return sa.case((sa.func.contains(text, self.guard), found), else_=sa.false())

    def off(self, text: str) -> str:
        """The text without it."""
        if self.translated is not None:
            return text.translate(str.maketrans(*self.translated)).strip(" ")
        return re.sub(self.pattern, self.replacement, text).strip(" ")

    def off_expression(self, text: Expression) -> Expression:
        """``off`` as an expression of the engine."""
        if self.translated is not None:
            return sa.func.trim(sa.func.translate(text, *self.translated))
        replaced = sa.func.regexp_replace(text, self.pattern, self.replacement, "g")
        return sa.func.trim(replaced)


_NOT_ASCII = tuple(bytes([first]) for first in (0xC2, 0xE1, 0xE2, 0xE3, 0xEF))
_EVERYWHERE = tuple(Kind)
_NOT_TEXT = (Kind.VALUE, Kind.NUMBER, Kind.CODE)
_QUOTES = "'\"`´‘’‚‛“”„‟"
_WIDE = "０１２３４５６７８９．，－／：", "0123456789.,-/:"

# Zero-width and direction signs, the soft hyphen; and byte-order marks within a file.
INVISIBLE = Habit(
    "with signs that nobody sees",
    _EVERYWHERE,
    _NOT_ASCII,
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]",
    "",
)
HARD_SPACES = Habit(
    "with tabs, no-break spaces or a line end",
    _EVERYWHERE,
    (b"\t", b'\n"', *_NOT_ASCII),
    "[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]|[\r\n]+$",
    " ",
)
FORMULA = Habit('as a formula, ="…"', _EVERYWHERE, (b"=",), '(?s)^\'?="(.*)"$')
QUOTED = Habit(
    "with an apostrophe or quotation marks",
    _NOT_TEXT,
    (b"'", b'"""', b"`", *_NOT_ASCII),
    f"(?s)^[{_QUOTES}]+([^{_QUOTES}].*?)[{_QUOTES}]*$",
)
WIDE = Habit(
    "in full-width digits",
    _NOT_TEXT,
    (b"\xef",),
    f"[{_WIDE[0]}]",
    translated=_WIDE,
)
# Of "17,500" nobody can say what it is.
DECIMAL_COMMA = Habit(
    "with a decimal comma", (Kind.NUMBER,), (b'"',), r"^(-?[0-9]*),([0-9]{1,2})$", r"\1.\2"
)
POINT_ZERO = Habit("with “.0” behind them", (Kind.CODE,), (b".0",), r"^([0-9]+)\.0+$", guard=".0")

# In the order in which they are taken off: a program dresses what another has dressed before.
HABITS = (INVISIBLE, HARD_SPACES, FORMULA, QUOTED, WIDE, DECIMAL_COMMA, POINT_ZERO)


def habits_of(kind: Kind, among: Iterable[Habit] = HABITS) -> list[Habit]:
    """The habits that are taken off what stands in a column of this kind, in their order."""
    wanted = set(among)
    return [habit for habit in HABITS if habit in wanted and kind in habit.kinds]


def undressed(text: str, kind: Kind = Kind.CODE) -> str:
    """A text as it was before any program dressed it."""
    text = text.strip(" ")
    for habit in habits_of(kind):
        text = habit.off(text)
    return text


def undress(
    text: Expression, kind: Kind = Kind.CODE, among: Iterable[Habit] = HABITS
) -> Expression:
    """``undressed`` as an expression of the engine; of habits that nothing has, none need be."""
    text = sa.func.trim(text)
    for habit in habits_of(kind, among):
        text = habit.off_expression(text)
    return text


def habit_of(text: str, kind: Kind = Kind.CODE) -> Habit | None:
    """How a text is dressed: the first habit that is taken off it, None where none is."""
    text = text.strip(" ")
    return next((habit for habit in habits_of(kind) if habit.off(text) != text), None)


def traced(content: bytes) -> set[Habit]:
    """The habits that a piece of a CSV file may have, by the bytes it holds."""
    is_plain = content.isascii()
    return {
        habit
        for habit in HABITS
        if any(_holds(content, trace) for trace in habit.traces if trace.isascii() or not is_plain)
    }


def _holds(content: bytes, trace: bytes) -> bool:
    # One byte is found ten times as fast as several, and most files lack it.
    return all(bytes([byte]) in content for byte in set(trace)) and trace in content
