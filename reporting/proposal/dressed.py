"""Values that another program has dressed: read without it, and told."""

from __future__ import annotations

import pandas as pd

from reporting.contract import InputColumn
from reporting.dressing import Kind, habit_of, undressed
from reporting.proposal.columns import Assignment
from reporting.proposal.draft import Doubt, Part, rows_in_words


def bare(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without what programs put around codes and values, to recognize columns by."""
    return rows.apply(_bare, kind=Kind.CODE)


def as_read(rows: pd.DataFrame, raw: pd.DataFrame, reading: Assignment) -> pd.DataFrame:
    """The rows as the loader reads them: of a name, less is taken off than of a number.

    Of a file with a column for every day, whose rows are made, they stay as they are.
    """
    if not rows.index.equals(raw.index):
        return rows
    columns = {
        theirs: _bare(raw[theirs], column.kind)
        for column in reading.kind.columns
        if (theirs := reading.theirs(column.name)) is not None and theirs in raw
    }
    return rows.assign(**columns)


def _bare(texts: pd.Series[str], kind: Kind) -> pd.Series[str]:
    return texts.map({text: undressed(text, kind) for text in texts.unique()})


def dressed_doubts(reading: Assignment, raw: pd.DataFrame) -> list[Part]:
    """A doubt for every column that is read and every way in which its values are dressed."""
    return [
        doubt
        for column in reading.kind.columns
        if (theirs := reading.theirs(column.name)) in raw.columns and theirs is not None
        for doubt in _doubts(column, theirs, raw[theirs])
    ]


def _doubts(column: InputColumn, theirs: str, texts: pd.Series[str]) -> list[Part]:
    if column.kind is Kind.TEXT:
        return []
    found = texts.map({text: habit_of(text, column.kind) for text in texts.unique()}).dropna()
    return [
        _doubt(theirs, habit.words, texts[found.index[found == habit]], column.kind)
        for habit in found.drop_duplicates()
    ]


def _doubt(theirs: str, words: str, texts: pd.Series[str], kind: Kind) -> Doubt:
    line, text = texts.index[0], texts.iloc[0]
    return Doubt(
        f"“{theirs}” came {words} in {rows_in_words(len(texts))}, first in line {line} "
        f"({ascii(text)[1:-1]}): it is taken off, so this is read as {undressed(text, kind)}. "
        "Is that the whole number? Export the column as text next time."
    )
