"""Rows that are no records: totals, footers, repeated column names; several students in one row."""

from __future__ import annotations

import re

import pandas as pd

from reporting.proposal.plausible import SEVERAL_IDS

_TOTAL = re.compile(
    r"(grand |sub)?[ -]?totals?\b.*|(sum|count|average|mean)\b.*|(number|#) of .*|end of .*"
    r"|page \d+.*|(report|printed|generated|exported|created|run)\b.*|\d+ (rows|records)\b.*",
    re.IGNORECASE,
)
_MOST_TEXTS = 20
_SEPARATORS = re.compile(r"\s*([;,/&+|]|\band\b)\s*|(\s)")


def no_records(rows: pd.DataFrame, student: str | None) -> dict[str, tuple[str, ...]]:
    """Their column -> texts of rows that are totals or the like, and of column names repeated."""
    filled = (rows != "").sum(axis=1)
    suspect = filled < filled.median() / 2
    if student is not None:
        suspect |= ~rows[student].str.contains(r"\d{3}")
    found: dict[str, dict[str, None]] = {}
    for line in rows.index[suspect]:
        row = rows.loc[line]
        for name, text in row.items():
            if text and (_TOTAL.fullmatch(text) or text == name):
                found.setdefault(str(name), {})[text] = None
                break
    return {name: tuple(texts)[:_MOST_TEXTS] for name, texts in found.items()}


def records_of(rows: pd.DataFrame, left_out: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """The rows but those that are none, and but blank ones."""
    is_record = (rows != "").any(axis=1)
    for name, texts in left_out.items():
        is_record &= ~rows[name].str.lower().isin([text.lower() for text in texts])
    return rows[is_record]


def separators_of(ids: pd.Series[str]) -> tuple[tuple[str, ...], int]:
    """What stands between several ids in one cell, and how many rows have several."""
    several = ids[ids.str.fullmatch(SEVERAL_IDS)]
    found: dict[str, None] = {}
    for text in several.unique():
        for mark, blank in _SEPARATORS.findall(text):
            found[mark or blank] = None
    # A blank between ids separates them only where nothing else does.
    marks = tuple(mark for mark in found if mark != " ") or tuple(found)
    return marks, len(several)
