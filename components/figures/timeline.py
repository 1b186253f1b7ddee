"""One student's attendance from the first record to now, with every contact."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from components import student_wording as words
from components import theme
from components.figures.frame import (
    Figure,
    Layout,
    Trace,
    base_layout,
    date_axis,
    finished,
    rate_axis,
)
from components.figures.text import DAY, NO_NAME, PERCENT, TEXT_ALONE, bold, stacked, together
from queries.students import StudentRecord

_HEIGHT = 420

# Marks of contacts: a sign for each modality, filled when completed.
_SIGNS = {
    "home": "circle",
    "school": "square",
    "community": "diamond",
    "virtual": "triangle-up",
    "phone": "cross",
}
_PERCENTS = {
    "tickvals": [0, 20, 40, 60, 80, 100],
    "ticktext": [f"{percent} %" for percent in (0, 20, 40, 60, 80, 100)],
}
_MARKS_AT = 106  # per cent: above every rate


def timeline_figure(record: StudentRecord) -> Figure:
    """Rates by month (and week), what similar students did, visits, summers shaded."""
    months = with_summers(record.months)
    points = [_middle(month) for month in months["month"]]
    layout = base_layout(_HEIGHT)
    layout |= {
        "margin": {"l": 52, "r": 150, "t": 16, "b": 40},
        "xaxis": date_axis(),
        "yaxis": rate_axis((-3, 112)) | _PERCENTS,
        "shapes": [*_summers(list(record.months["month"])), _chronic_line()],
        "annotations": _names(record.months),
        "meta": {"kind": "timeline"},
    }
    traces = [
        *_similar(months, points),
        *_weeks(record.weeks),
        _rates(months, points),
        *_contacts(record.visits),
    ]
    return finished(traces, layout)


def with_summers(months: pd.DataFrame) -> pd.DataFrame:
    """The months with an empty row wherever one or more are missing, so that lines break there."""
    names = list(months["month"])
    gaps = [_after(one) for one, next_one in itertools.pairwise(names) if _after(one) != next_one]
    return (
        months.set_index("month")
        .reindex(sorted([*names, *gaps]))
        .rename_axis("month")
        .reset_index()
    )


def _middle(month: str) -> str:
    return f"{month}-15"


def _names(months: pd.DataFrame) -> list[Layout]:
    """The lines' names at their ends, kept apart, and what the dashed line is."""
    if months.empty:
        return []
    last = months.iloc[-1]
    student, similar = 100 * last["rate"], 100 * last["median"]
    labels = [("This student", student, "@accent")]
    if not pd.isna(similar):
        apart = max(14 - abs(student - similar), 0) / 2 * (1 if student >= similar else -1)
        labels = [
            ("This student", student + apart, "@accent"),
            (stacked("Similar students", "(middle half)"), similar - apart, "@muted"),
        ]
    names = [
        {
            "x": _middle(last["month"]),
            "y": at,
            "xanchor": "left",
            "xshift": 10,
            "text": text,
            "showarrow": False,
            "align": "left",
            "font": {"color": colour, "size": theme.TICK_SIZE},
        }
        for text, at, colour in labels
    ]
    chronic = {
        "xref": "paper",
        "x": 0,
        "y": 90,
        "xanchor": "left",
        "yanchor": "bottom",
        "text": "90 %: chronic absence",
        "showarrow": False,
        "font": {"color": "@muted", "size": theme.NOTE_SIZE},
    }
    return [*names, chronic]


def _rates(months: pd.DataFrame, points: Sequence[str]) -> Trace:
    text = [
        stacked(bold(f"{pd.Timestamp(point):%B %Y}"), f"{words.whole(rate)} of {days:g} days")
        for point, rate, days in zip(points, months["rate"], months["days_enrolled"], strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "This student",
        "x": list(points),
        "y": [None if pd.isna(rate) else 100 * rate for rate in months["rate"]],
        "line": {"color": "@accent", "width": 2.5},
        "marker": {"size": 6, "color": "@accent"},
        "text": text,
        "hovertemplate": TEXT_ALONE,
    }


def _similar(months: pd.DataFrame, points: Sequence[str]) -> list[Trace]:
    known = months["median"].notna().to_numpy()
    runs = [
        list(run)
        for is_known, run in itertools.groupby(range(len(known)), key=lambda at: known[at])
        if is_known
    ]
    bands = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [points[at] for at in (*run, *reversed(run))],
            "y": [
                *(100 * months["low"][at] for at in run),
                *(100 * months["high"][at] for at in reversed(run)),
            ],
            "fill": "toself",
            "fillcolor": "@muted/0.16",
            "line": {"width": 0},
            "hoverinfo": "skip",
        }
        for run in runs
    ]
    medians = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [points[at] for at in run],
            "y": [100 * months["median"][at] for at in run],
            "line": {"color": "@muted", "width": 1.5, "dash": "dot"},
            "hovertemplate": together("Similar students: half above ", PERCENT, NO_NAME),
        }
        for run in runs
    ]
    return [*bands, *medians]


def _weeks(weeks: pd.DataFrame) -> list[Trace]:
    if weeks.empty:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "Weeks",
            "x": [
                f"{pd.Timestamp(week) + pd.Timedelta(days=2):%Y-%m-%d}" for week in weeks["week"]
            ],
            "y": list(100 * weeks["rate"]),
            "marker": {"size": 4, "color": "@accent/0.45"},
            "hovertemplate": together("Week of ", DAY, ": ", PERCENT, NO_NAME),
        }
    ]


def _contacts(visits: pd.DataFrame) -> list[Trace]:
    """One trace for contacts that reached the family, one for those that did not."""
    traces = []
    for reached in (True, False):
        rows = visits[(visits["outcome"] == "completed") == reached]
        if rows.empty:
            continue
        open_sign = "" if reached else "-open"
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "Completed" if reached else "Attempted",
                "x": [f"{when:%Y-%m-%d}" for when in rows["visit_date"]],
                "y": [_MARKS_AT] * len(rows),
                "marker": {
                    "size": 10,
                    "symbol": [f"{_SIGNS[modality]}{open_sign}" for modality in rows["modality"]],
                    "color": "@notice",
                    "line": {"width": 1.5, "color": "@notice"},
                },
                "text": [_contact(row) for row in rows.to_dict("records")],
                "hovertemplate": TEXT_ALONE,
            }
        )
    return traces


def _contact(row: dict[Any, Any]) -> str:
    what = f"{words.OUTCOME_WORDS[row['outcome']]}: {words.modality(row['modality'])}"
    return stacked(bold(words.date_in_words(row["visit_date"])), what)


def _summers(months: list[str]) -> list[Layout]:
    """Shades where no school month lies between two of them."""
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": f"{_after(before)}-01",
            "x1": f"{after}-01",
            "y0": 0,
            "y1": 1,
            "fillcolor": "@muted/0.07",
            "line": {"width": 0},
            "layer": "below",
        }
        for before, after in itertools.pairwise(months)
        if _after(before) != after
    ]


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    following = date(year + number // 12, number % 12 + 1, 1)
    return f"{following:%Y-%m}"


def _chronic_line() -> Layout:
    return {
        "type": "line",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": 90,
        "y1": 90,
        "line": {"color": "@muted", "width": 1, "dash": "dash"},
        "layer": "below",
    }
