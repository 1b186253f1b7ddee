"""Columns of yes and no, one for each thing that can happen on a day: absence, tardy, dismissed."""

from __future__ import annotations

import pandas as pd

from reporting.proposal.names import says_absence, says_other_flag

_YES = frozenset("1 1.0 y yes true t x".split())
_NO = frozenset("0 0.0 n no false f".split())


def says_yes(text: str) -> bool:
    """Is a flag set?"""
    return text.lower() in _YES


def says_no(text: str) -> bool:
    """Is a flag there and not set?"""
    return text.lower() in _NO


def is_flag(texts: pd.Series[str]) -> bool:
    """Do yes and no alone stand in a column, or blanks?"""
    return all(says_yes(text) or says_no(text) for text in texts.unique() if text)


def is_flag_of_absence(rows: pd.DataFrame, name: str) -> bool:
    """Does a column say yes where a student was absent?"""
    return says_absence(name) and is_flag(rows[name])


def flags_beside(rows: pd.DataFrame) -> list[str]:
    """Columns that say yes where a student was late or left early."""
    return [str(name) for name in rows if says_other_flag(str(name)) and is_flag(rows[name])]


def any_flag(rows: pd.DataFrame, absence: str) -> pd.Series[bool]:
    """Rows in which the flag of absence or one beside it is set."""
    set_flags = rows[[absence, *flags_beside(rows)]].map(says_yes)
    return set_flags.any(axis=1)
