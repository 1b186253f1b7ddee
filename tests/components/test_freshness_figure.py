"""Who delivered which month: the figure, its table, and what is said to be done next."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from components import data_wording as words
from components.data_tables import doubts_table, freshness_table, steps_list
from components.figures.freshness import MOST_MONTHS, freshness_figure
from queries.deliveries import DELIVERED, LATE, MISSING
from queries.official import school_year_of

NAMES = {"a": "Ash", "b": "Birch", "c": "Cedar"}
MONTHS = ("2022-05", "2022-06", "2022-09", "2022-10")
NO_RULES = pd.DataFrame({"file": [], "column": [], "rule": [], "rows": [], "before": []})
NO_DOUBTS = pd.DataFrame({"file": [], "rule": [], "rows": [], "first_line": []})


def frame(**states: str) -> pd.DataFrame:
    """A letter a month and district: Delivered, Missing, Late, or - for none."""
    told = {"D": DELIVERED, "M": MISSING, "L": LATE}
    rows = [
        {"district_code": code, "month": month, "state": told[letter]}
        for code, letters in states.items()
        for month, letter in zip(MONTHS, letters, strict=True)
        if letter != "-"
    ]
    found = pd.DataFrame(rows, columns=["district_code", "month", "state"])
    return found.assign(school_year=found["month"].map(school_year_of))


GAPS = frame(a="DDDD", b="DMDL", c="-DLL")


def traces(figure: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in figure["data"] if trace["type"] == "bar"}


def test_every_state_has_a_cell_of_its_own_kind_and_a_mark() -> None:
    figure = freshness_figure(GAPS, NAMES)
    cells = traces(figure)
    assert {name: len(trace["x"]) for name, trace in cells.items()} == {
        words.STATE_WORDS[DELIVERED]: 7,
        words.STATE_WORDS[MISSING]: 1,
        words.STATE_WORDS[LATE]: 3,
    }
    styles = {
        (trace["marker"]["color"], trace["marker"]["line"]["color"]) for trace in cells.values()
    }
    assert len(styles) == 3
    marks = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    assert [(trace["marker"]["symbol"], len(trace["x"])) for trace in marks] == [
        ("x", 1),
        ("line-ew-open", 3),
    ]
    missing = cells[words.STATE_WORDS[MISSING]]
    assert missing["x"] == marks[0]["x"] == [1]
    assert marks[0]["y"] == [1.5]  # the second row
    assert missing["customdata"] == ["/districts/b"]
    assert missing["text"] == ["<b>Birch</b>, June 2022<br>Missing: later months came"]


def test_school_years_stand_apart_under_their_names() -> None:
    figure = freshness_figure(GAPS, NAMES)
    assert figure["layout"]["meta"]["places"] == [0, 1, 2.6, 3.6]
    assert figure["layout"]["meta"]["names"][0] == "May 2022"
    axis = figure["layout"]["xaxis"]
    assert dict(zip(axis["ticktext"], axis["tickvals"], strict=True)) == {
        "2021-22": 0.5,
        "2022-23": 3.1,
    }


def test_beside_each_row_stands_what_the_district_owes() -> None:
    notes = freshness_figure(GAPS, NAMES)["layout"]["annotations"]
    assert [note["text"] for note in notes] == [
        *("Ash", "complete"),
        *("Birch", "Jun 2022 missing, Oct 2022 late"),
        *("Cedar", "2 months late"),
    ]
    assert [note.get("name") for note in notes] == [None, "gap"] * 3


def test_of_many_years_the_last_months_are_drawn_and_all_are_told() -> None:
    months = [f"{year}-{month:02d}" for year in range(2010, 2020) for month in range(1, 7)]
    many = pd.DataFrame({"district_code": "a", "month": months, "state": DELIVERED})
    many.loc[0, "state"] = MISSING
    many["school_year"] = many["month"].map(school_year_of)
    figure = freshness_figure(many, {"a": "Ash"})
    assert sum(len(trace["x"]) for trace in traces(figure).values()) == MOST_MONTHS
    assert figure["layout"]["annotations"][1]["text"] == "Jan 2010 missing"


def test_without_any_month_there_are_rows_and_no_cells() -> None:
    figure = freshness_figure(frame(), NAMES)
    assert all(len(trace["x"]) == 0 for trace in figure["data"])
    assert words.freshness_summary(frame(), NAMES) == "No district has delivered attendance yet."


def test_the_table_has_every_district_and_every_gap() -> None:
    rows = freshness_table(GAPS, {**NAMES, "d": "Dogwood"}).children[2].children
    assert [[cell.children for cell in row.children] for row in rows] == [
        ["Ash", "4", "May 2022", "Oct 2022", "–", "–"],
        ["Birch", "2", "May 2022", "Sep 2022", "Jun 2022", "Oct 2022"],
        ["Cedar", "1", "Jun 2022", "Jun 2022", "–", "Sep 2022, Oct 2022"],
        ["Dogwood", "0", "–", "–", "–", "–"],
    ]


def test_the_summary_counts_who_is_complete() -> None:
    assert words.freshness_summary(GAPS, NAMES).startswith(
        "1 of 3 districts have delivered every school month from their first to October 2022"
    )


# --- What to do next -----------------------------------------------------------------------


WHOLE = pd.DataFrame(columns=["about", "what", "months", "last"])


def steps(
    months: pd.DataFrame,
    rules: pd.DataFrame = NO_RULES,
    doubts: pd.DataFrame = NO_DOUBTS,
    coverage: pd.DataFrame = WHOLE,
) -> list[str]:
    found = words.next_steps(months, NAMES, rules, doubts, coverage)
    return [f"{step.about}: {step.words}" for step in found]


def test_days_that_cannot_be_whole_come_first() -> None:
    row = ["Ash, May 2022", "200 rows on Saturdays and Sundays.", 3, "2022-09"]
    doubted = pd.DataFrame([row], columns=WHOLE.columns)
    assert steps(GAPS, coverage=doubted)[0] == (
        "Ash, May 2022: 200 rows on Saturdays and Sundays. The same in 2 other months. "
        "Have the export mended."
    )


def test_gaps_are_asked_for_the_forgotten_first_and_together_where_they_are_the_same() -> None:
    assert steps(frame(a="DDLL", b="DMDL", c="DDLL")) == [
        "Birch: June 2022 is missing, though later months came. Ask for it.",
        "Ash and Cedar: September 2022 and October 2022 have not come yet, though they have from "
        "others. Ask for them.",
        "Birch: October 2022 has not come yet, though it has from others. Ask for it.",
    ]


def test_many_months_are_told_by_their_ends() -> None:
    assert words.several_months(["2022-01", "2022-02", "2022-03"]).endswith("and March 2022")
    four = ["2022-01", "2022-02", "2022-03", "2022-04"]
    assert words.several_months(four) == "4 months, January 2022 to April 2022"


@pytest.mark.parametrize(
    ("column", "rule", "told"),
    [
        (
            "days_attended",
            "days_attended is more than the days enrolled",
            "visits.csv: the last load rejected 312 rows, because days_attended is more than the "
            "days enrolled. Have the export corrected and delivered again.",
        ),
        (
            "modality",
            "modality is not one of home, school",
            "visits.csv: the last load rejected 312 rows, because modality is not one of home, "
            "school. If that is how they spell it there, add it to the mapping file and load "
            "again.",
        ),
    ],
)
def test_rejected_rows_have_their_reason_and_what_helps(column: str, rule: str, told: str) -> None:
    row = {"file": "visits.csv", "column": column, "rule": rule, "rows": 312, "before": 0}
    assert steps(GAPS[GAPS["district_code"] == "a"], pd.DataFrame([row])) == [told]


def test_of_several_reasons_the_most_frequent_is_told() -> None:
    rules = pd.DataFrame(
        [
            {"file": "visits.csv", "column": "visit_date", "rule": "it is odd", "rows": 3},
            {"file": "visits.csv", "column": "outcome", "rule": "it is new", "rows": 1},
        ]
    )
    [told] = steps(frame(a="DDDD"), rules)
    assert "rejected 4 rows for 2 reasons, the most frequent: it is odd." in told


def test_rows_in_doubt_are_for_somebody_to_decide() -> None:
    doubts = pd.DataFrame(
        [
            {"file": "visits.csv", "rule": "two on one day", "rows": 40},
            {"file": "visits.csv", "rule": "Hartford: many are new", "rows": None},
        ]
    ).astype({"rows": "Int64"})
    assert steps(frame(a="DDDD"), NO_RULES, doubts) == [
        "visits.csv: about 40 rows: two on one day. Somebody should decide.",
        "visits.csv: Hartford: many are new. Somebody should decide.",
    ]
    assert "'–'" in str(doubts_table(doubts))


def test_with_nothing_to_do_the_page_says_so_and_of_much_the_most_urgent() -> None:
    assert [item.children for item in steps_list([])] == [words.ALL_WELL]
    many = steps_list([words.Step(str(number), "") for number in range(10)])
    assert len(many) == 9
    assert many[-1].children == "And 2 more, below."
