"""Values that another program has dressed: read without it, and told."""

from __future__ import annotations

import pandas as pd

from reporting.contract import InputColumn
from reporting.dressing import Kind, habit_of, undressed
from reporting.proposal.columns import Assignment
from reporting.proposal.draft import Doubt, Part, rows_in_words


def bare(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without what programs put around codes and values."""
    return rows.apply(lambda texts: texts.map({text: undressed(text) for text in texts.unique()}))


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
