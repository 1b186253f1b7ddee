"""Cells of every table that leaves: text that stays text, numbers no finer than they are told.

Whatever writes a file of cells (a chart's CSV, a list, figures, the data behind a native chart)
passes each of them through ``cell``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import pandas as pd

from components.plain_text import plain

# A spreadsheet takes a cell that begins with one of these for a formula. Tabs, line ends and
# full-width signs become these, or nothing, when it reads a file.
_FORMULA_STARTS = ("=", "+", "-", "@")
_STEERING = ("\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?[\d.,]+\s?%?")

# Of a rate between 0 and 1: it is told to a tenth of a per cent, and a file has one decimal more.
_DECIMALS = 4


def cell(value: Any) -> Any:
    """What stands in a cell of a file for a value."""
    if isinstance(value, str):
        return neutral(value)
    return round(value, _DECIMALS) if isinstance(value, float) else value


def neutral(text: str) -> str:
    """The text, never a formula: an apostrophe in front where a spreadsheet would see one."""
    seen = plain(text)
    begins = unicodedata.normalize("NFKC", seen.lstrip()[:1])
    is_formula = begins.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(seen)
    return f"'{seen}" if is_formula or text.startswith(_STEERING) else seen


def rows_of_cells(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Rows as they may leave."""
    return [[cell(value) for value in row] for row in rows]


def csv_of_frame(frame: pd.DataFrame) -> str:
    """A frame as CSV."""
    return frame.map(cell).rename(columns=cell).to_csv(index=False)
