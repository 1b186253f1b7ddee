"""Cells of files: no name is a formula, no number finer than it is told, and all else as it is."""

from __future__ import annotations

import io
from datetime import date

import pandas as pd
import pytest

from exports.cells import cell, csv_of_frame, neutral

FORMULAS = (
    '=HYPERLINK("http://x","Hartford")',
    "+1+cmd|' /C calc'!A1",
    "-2+3",
    "@SUM(1)",
    " =1+1",
    "\uff1d1+1",  # full-width: a spreadsheet takes it for the sign itself
    "\uff0bx",
    "\uff0dx",
    "\uff20x",
    "\u200b=1+1",  # behind a sign that nobody sees
    "\u202e=1+1",
)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_looks_like_a_formula_is_text(name: str) -> None:
    assert neutral(name).startswith("'")
    assert neutral(name)[1:] == name.strip("\u200b\u202e")


@pytest.mark.parametrize("name", ["\t=1", "\r=1", "\n=1", "\tx", "\rx"])
def test_a_tab_or_line_end_does_not_begin_a_cell(name: str) -> None:
    assert neutral(name) == f"' {name[1:]}"


@pytest.mark.parametrize(
    "words", ["-3", "+6", "-0.45", "−3", "-1,234.5", "-5 %", "2022-10-01", "Hartford", "", "a=b"]
)
def test_numbers_days_and_names_stay_as_they_are(words: str) -> None:
    assert neutral(words) == words


def test_a_direction_sign_turns_no_figure_around() -> None:
    assert neutral("Hart\u202eford\x07 & Söhne") == "Hartford & Söhne"
    persian = "می\u200cخواهم"  # its joiner is a part of the word
    assert neutral(persian) == persian


def test_a_number_has_four_decimals_at_most() -> None:
    assert cell(0.12345678901234567) == 0.1235
    assert [cell(7), cell(None), cell(True)] == [7, None, True]


def test_a_frame_as_csv_is_the_same_table() -> None:
    frame = pd.DataFrame(
        {
            "=district": ["=1+1", "Hartford"],
            "standard_error": [0.012345678912345, float("nan")],
            "students": [12, 1_387],
            "day": [date(2022, 10, 1), date(2022, 10, 2)],
            "withheld": [False, True],
        }
    )
    assert csv_of_frame(frame).splitlines() == [
        "'=district,standard_error,students,day,withheld",
        "'=1+1,0.0123,12,2022-10-01,False",
        "Hartford,,1387,2022-10-02,True",
    ]
    assert pd.read_csv(io.StringIO(csv_of_frame(frame))).shape == frame.shape
