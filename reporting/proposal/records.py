"""Rows that are no records: totals, footers, repeated column names; several students in one row."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from reporting.proposal.names import words_of
from reporting.proposal.plausible import SEVERAL_IDS

_TOTAL = re.compile(
    r"(grand |sub)?[ -]?totals?\b.*|(sum|count|average|mean)\b.*|(number|#) of .*|end of .*"
    r"|page \d+.*|(report|printed|generated|exported|created|run)\b.*|\d+ (rows|records)\b.*",
    re.IGNORECASE,
)
_FOR_MACHINES = re.compile(r"\{.*\}")
_MOST_TEXTS = 20
_ROLES = {("role",), ("user", "role"), ("user", "type"), ("person", "type"), ("role", "type")}
_SEPARATORS = re.compile(r"\s*([;,/&+|]|\band\b)\s*|(\s)")


def is_for_machines(row: Sequence[str]) -> bool:
    """Does a row say what a program calls its columns, as {"ImportId":"QID1"} of Qualtrics?"""
    filled = [text for text in row if text]
    return len(filled) > 1 and all(_FOR_MACHINES.fullmatch(text) for text in filled)


def no_records(rows: pd.DataFrame, student: str | None) -> dict[str, tuple[str, ...]]:
    """Their column -> texts of rows that are totals or the like, and of column names repeated."""
    filled = (rows != "").sum(axis=1)
    suspect = filled < filled.median() / 2
    if student is not None:
        suspect |= ~rows[student].str.contains(r"\d{3}")
    found: dict[str, dict[str, None]] = {}
    if len(rows) and is_for_machines(rows.iloc[0].tolist()):
        name = next(str(name) for name, text in rows.iloc[0].items() if text)
        found[name] = {rows.iloc[0][name]: None}
    for line in rows.index[suspect]:
        row = rows.loc[line]
        for name, text in row.items():
            if text and (_TOTAL.fullmatch(text) or text == name):
                found.setdefault(str(name), {})[text] = None
                break
    return {name: tuple(texts)[:_MOST_TEXTS] for name, texts in found.items()}


def no_students(rows: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Their column of roles -> what is not a student there, of a file that has students too."""
    for name in map(str, rows):
        texts = [str(text) for text in rows[name].unique() if text]
        others = tuple(text for text in texts if not _says_student(text))
        if words_of(name) in _ROLES and 0 < len(others) < len(texts) <= _MOST_TEXTS:
            return {name: others}
    return {}


def are_no_students(rows: pd.DataFrame) -> bool:
    """Does a column of roles name others than students alone?"""
    roles = [rows[name] for name in map(str, rows) if words_of(name) in _ROLES]
    return any(
        bool((texts != "").any()) and not any(map(_says_student, texts.unique())) for texts in roles
    )


def _says_student(text: str) -> bool:
    return words_of(text) == ("student",)


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
