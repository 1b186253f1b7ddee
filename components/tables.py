"""Tables of figures, readable by people and screen readers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
from dash import html

from components import difference, wording
from components.data_wording import OUTCOMES, rows_by_outcome
from evaluation.assessment import TOLD_MONTHS
from evaluation.matched import HELD_OUT_MONTHS
from queries.effects import Effect
from queries.published import Published
from queries.told import by_method, told_months
from queries.trajectories import Trajectory

Row = Sequence[Any]


def table_area(content_id: str, label: str) -> html.Div:
    """A place for a table that scrolls, by keyboard too."""
    return html.Div(
        id=content_id, className="table-area", tabIndex=0, role="region", **{"aria-label": label}
    )


def figures_table(
    caption: str, head: Sequence[str], rows: Sequence[Row], *, named: bool
) -> html.Table:
    """Cells by row; with ``named`` the first cell is the row's name."""
    return html.Table(
        [
            html.Caption(caption),
            html.Thead(html.Tr([html.Th(name, scope="col") for name in head])),
            html.Tbody([html.Tr(_row(cells, named=named)) for cells in rows]),
        ],
        className="figures",
    )


def _row(cells: Row, *, named: bool) -> list[Any]:
    first = [html.Th(cells[0], scope="row")] if named else [html.Td(cells[0])]
    return [*first, *(html.Td(cell) for cell in cells[1:])]


def trajectory_table(result: Trajectory) -> html.Table:
    """The figures of the core chart, one row per group and month."""
    grouped = result.view.split is not None
    rows = [
        [
            *([row["label"]] * grouped),
            wording.signed(row["event_month"]),
            *_cells(row, result.threshold),
        ]
        for row in result.frame.to_dict("records")
    ]
    whose = wording.ON_LIST if result.own_list else ""
    return figures_table(
        f"Mean monthly attendance rates of the students{whose}; month 0 is partial",
        [*(["Group"] * grouped), "Month", "Attendance", "95 % interval", "Students"],
        rows,
        named=grouped,
    )


def _cells(row: dict[Hashable, Any], threshold: int) -> list[str]:
    if row["withheld"]:
        return ["–", "–", wording.count(None, False, threshold)]
    return [
        wording.rate(row),
        wording.rates_span(row),
        wording.count(int(row["students"]), row["about"], threshold),
    ]


def effect_table(results: Sequence[Effect]) -> html.Table:
    """The figures of the comparison, one row per group and month."""
    grouped = len(results) > 1
    head = ["Month", wording.VISITED, wording.COMPARED, *_DIFFERENCE_HEAD, "Students"]
    rows = [
        [*([result.label] * grouped), *_effect_cells(row, result.threshold)]
        for result in results
        for row in told_months(result).to_dict("records")
    ]
    return figures_table(
        f"Mean monthly attendance rates{_whose(results)}; differences in points, each with its "
        "own interval",
        [*(["Group"] * grouped), *head],
        rows,
        named=grouped,
    )


def _whose(results: Sequence[Effect]) -> str:
    """That students on a coordinator's list alone are compared; in a split, in which groups."""
    own = [result.label for result in results if result.own_list]
    if not own:
        return ""
    groups = f" ({wording.joined(own)})" if len(own) < len(results) else ""
    return f" of the students{wording.ON_LIST}{groups}"


_DIFFERENCE_HEAD = ("Difference (95 %)", "Band of the whole curve")


def _effect_cells(row: dict[Hashable, Any], threshold: int) -> list[str]:
    month = wording.signed(row["event_month"])
    if row["withheld"]:
        return [month, "–", "–", "–", "–", wording.count(None, False, threshold)]
    gap = ["matched", ""]
    if not pd.isna(row["band_low"]):
        band = {"low": row["band_low"], "high": row["band_high"]}
        gap = [difference.estimate(row), difference.ends(band)]
    people = wording.count(int(row["students"]), row["about"], threshold)
    rates = [wording.rate(row, name) for name in ("visited_rate", "comparison_rate")]
    return [month, *rates, *gap, people]


def designs_table(cuts: Sequence[tuple[str, Effect]]) -> html.Table:
    """Both designs at the told months, one row per cut (its dimension's name, its effect)."""
    months = [wording.signed(month) for month in TOLD_MONTHS]
    rows = [
        [
            wording.cut(dimension, result.label),
            *(
                difference.estimate(by_method(result, month)[method])
                for method in (0, 1)
                for month in TOLD_MONTHS
            ),
            wording.verdict(result),
        ]
        for dimension, result in cuts
    ]
    return figures_table(
        "Effects in points with their own 95 % intervals",
        [
            "Students first visited",
            *(f"Matched, {month}" for month in months),
            *(f"Second opinion, {month}" for month in months),
            "What may be said",
        ],
        rows,
        named=True,
    )


def checks_table(cuts: Sequence[tuple[str, Effect]]) -> html.Table:
    """The held-out past and who was matched, one row per cut.

    Whether a check passed is told where its figures are withheld, too.
    """
    months = [wording.signed(month) for month in HELD_OUT_MONTHS]
    rows = [
        [
            wording.cut(dimension, result.label),
            wording.share(result.share_matched),
            *(difference.estimate(result.checked("held_out", month)) for month in HELD_OUT_MONTHS),
            wording.check(result),
            wording.chance(result.no_effect_p),
        ]
        for dimension, result in cuts
    ]
    return figures_table(
        "Gaps in points where the matching never looked; near zero is good. A dash: too few "
        "students to show, or none",
        [
            "Students first visited",
            "With similar students",
            *(f"Gap at {month}" for month in months),
            "Check of the past",
            "Chance of this if no month had an effect",
        ],
        rows,
        named=True,
    )


def published_table(rows: Sequence[Published]) -> html.Table:
    """The published evaluation's effects beside this database's."""
    cells = [
        [
            row.group,
            wording.signed(row.month),
            f"{row.points} points" if row.points else "–",
            *_here(row),
            row.note,
        ]
        for row in rows
    ]
    return figures_table(
        "Effects of the first visit in points; other years, other students: not a target",
        ["Group", "Month", "Published", "Here, matched", "Here, second opinion", "As published"],
        cells,
        named=True,
    )


def _here(row: Published) -> list[str]:
    if row.here is None:
        return ["not in this data", ""]
    return [difference.estimate(figure) for figure in by_method(row.here, row.month)]


def response_table(shares: pd.DataFrame) -> html.Table:
    """How often a flag is right, by rule and months since the visit."""
    rows = [
        [
            RULE_WORDS[row["rule"]],
            _span(row["from_month"], shares["from_month"]),
            *(wording.share(row[name]) for name in ("flagged", "right", "wrongly", "missed")),
            f"{row['students']:,}",
        ]
        for row in shares.to_dict("records")
    ]
    return figures_table(
        "Demonstration data, where it is known whom visits changed",
        [
            "Rule",
            "School months since the visit",
            "Flagged",
            "Of the flagged, rightly",
            "Of those helped, flagged wrongly",
            "Of those not helped, missed",
            "Students judged",
        ],
        rows,
        named=True,
    )


RULE_WORDS = {"below_expected": "Below expected", "small_rise": "Rose less than 5 points"}


def _span(first: int, firsts: pd.Series[int]) -> str:
    later = [month for month in firsts if month > first]
    return f"{first} to {min(later) - 1}" if later else f"{first} and more"


def loads_table(loads: pd.DataFrame) -> html.Table:
    """Files of the last loads and what became of their rows."""
    rows = [
        [
            f"{wording.short_day(row['loaded_at'])}, {row['loaded_at']:%H:%M} UTC",
            row["file"],
            *rows_by_outcome(row),
        ]
        for row in loads.to_dict("records")
    ]
    head = ["Loaded", "File", *OUTCOMES]
    return figures_table("The last loads, rows by what stands in them", head, rows, named=True)
