"""Days that cannot be whole: what the last load doubts of districts, schools and months."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from queries.schema import coverage_doubt


def coverage_rows() -> sa.Select[tuple[object, ...]]:
    """Every doubt, the first month of a rule first."""
    columns = coverage_doubt.c
    return sa.select(
        columns.district_code, columns.school_code, columns.rule, columns.month, columns.words
    ).order_by(columns.district_code, columns.school_code, columns.rule, columns.month)


def one_of_each_rule(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each rule of a district or school: the first month's words, and of how many.

    ``words`` is the first month's sentence; ``about`` what it is about and ``what`` the rest;
    ``months`` how many months there are and ``last`` the last of them.
    """
    keys = ["district_code", "school_code", "rule"]
    by_rule = rows.groupby(keys, dropna=False, sort=False)
    first = by_rule.agg(
        words=("words", "first"), months=("month", "nunique"), last=("month", "max")
    )
    parts = first["words"].astype(str).str.split(": ", n=1)
    return first.assign(about=parts.str[0], what=parts.str[1]).reset_index()


def in_sentences(rows: pd.DataFrame) -> list[str]:
    """What stands for the doubts of all months, a sentence or two for each rule."""
    return [
        words if months == 1 else f"{words} {others(months)}"
        for words, months in one_of_each_rule(rows)[["words", "months"]].to_numpy().tolist()
    ]


def others(months: int) -> str:
    """``The same in 3 other months.``."""
    return f"The same in {months - 1:,} other {'month' if months == 2 else 'months'}."
