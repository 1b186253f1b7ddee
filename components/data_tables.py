"""Tables of deliveries: gaps, rejected and doubtful rows, spellings, what a load did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from dash import html

from components import data_wording as words
from components.tables import figures_table
from queries.deliveries import DELIVERED, LATE, MISSING

_MOST_STEPS = 8


def freshness_table(frame: pd.DataFrame, names: Mapping[str, str]) -> html.Table:
    """What each district delivered and owes, a row a district."""
    head = ["District", "Months delivered", "First", "Last", "Missing", "Late"]
    by_code = dict(list(frame.groupby("district_code")))
    none = frame.head(0)
    rows = [[name, *_fresh_cells(by_code.get(code, none))] for code, name in names.items()]
    return figures_table("School months of attendance by district", head, rows, named=True)


def _fresh_cells(own: pd.DataFrame) -> list[str]:
    came = words.gaps(own, DELIVERED)
    ends = [words.short_month(month) for month in (came[0], came[-1])] if came else ["–", "–"]
    owed = [
        ", ".join(map(words.short_month, words.gaps(own, state))) or "–"
        for state in (MISSING, LATE)
    ]
    return [f"{len(came):,}", *ends, *owed]


def steps_list(steps: Sequence[words.Step]) -> list[html.Li]:
    """What to do next, the most urgent first."""
    shown = [html.Li([html.Strong(step.about), f": {step.words}"]) for step in steps[:_MOST_STEPS]]
    rest = len(steps) - len(shown)
    if rest:
        shown.append(html.Li(f"And {rest:,} more, below."))
    return shown or [html.Li(words.ALL_WELL)]


def rejected_table(rules: pd.DataFrame) -> html.Table | html.P:
    """Rejected rows of the last load by reason, beside the load before."""
    if rules.empty:
        return html.P(words.NO_REJECTED)
    rows = [
        [
            row["file"],
            row["column"] or "–",
            row["rule"],
            f"{row['rows']:,}",
            f"{row['before']:,}",
        ]
        for row in rules.to_dict("records")
    ]
    head = ["File", "Column", "Why", "Rows", "Load before"]
    return figures_table("Rejected rows by reason, the most first", head, rows, named=True)


def upload_rules_table(rules: Sequence[Mapping[str, Any]]) -> html.Table:
    """Why an upload's rows were rejected."""
    most_first = sorted(rules, key=lambda row: -row["rows"])
    rows = [
        [row["file"], row["column"] or "–", row["rule"], f"{row['rows']:,}"] for row in most_first
    ]
    head = ["File", "Column", "Why", "Rows"]
    return figures_table("Its rejected rows by reason, the most first", head, rows, named=True)


def outcomes_table(outcomes: Sequence[Mapping[str, Any]], *, loaded: bool) -> html.Table:
    """What became of the rows of each file, by what stands in them."""
    counts = ("read", "duplicate", "rejected", "good")
    rows = [[row["file"], *(f"{row[name]:,}" for name in counts)] for row in outcomes]
    caption = "rows by what stands in them" if loaded else "as checked; none of it was loaded"
    return figures_table(f"Its files, {caption}", ["File", *words.OUTCOMES], rows, named=True)


def spellings_table(told: pd.DataFrame) -> html.Table | html.P:
    """Local spellings and what they were taken as."""
    if told.empty:
        return html.P(words.NO_SPELLINGS)
    rows = [
        [row["file"], row["column"], row["local"], row["ours"], f"{row['rows']:,}"]
        for row in told.to_dict("records")
    ]
    head = ["File", "Column", "As delivered", "Taken as", "Rows"]
    return figures_table("Local spellings of the last load", head, rows, named=True)


def doubts_table(doubts: pd.DataFrame) -> html.Table | html.P:
    """Rows that were loaded and that somebody should decide about."""
    if doubts.empty:
        return html.P(words.NO_DOUBTS)
    rows = [
        [row["file"], row["rule"], "–" if pd.isna(row["rows"]) else f"about {row['rows']:,}"]
        for row in doubts.to_dict("records")
    ]
    return figures_table(
        "Rows somebody should decide about", ["File", "What is odd", "Rows"], rows, named=True
    )


def coverage_table(doubts: pd.DataFrame) -> html.Table | html.P:
    """Whose days cannot be whole; ``doubts`` a row a rule."""
    if doubts.empty:
        return html.P(words.NO_COVERAGE)
    rows = [
        [row["about"], row["what"], f"{row['months']:,}", words.short_month(row["last"])]
        for row in doubts.to_dict("records")
    ]
    head = ["Where", "What is odd", "Months", "Last"]
    return figures_table("Days that cannot be whole", head, rows, named=True)


def loads_table(loads: pd.DataFrame) -> html.Table:
    """The last loads as a whole, the newest first."""
    rows = [
        [words.moment(row["loaded_at"]), f"{row['files']:,}", *words.rows_by_outcome(row)]
        for row in loads.to_dict("records")
    ]
    head = ["Loaded", "Files", *words.OUTCOMES]
    return figures_table("Rows by what stands in them", head, rows, named=True)
