"""What a total less the numbers told beside it leaves is of enough students, or everything."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.sums import guarded, lines

THRESHOLD = 10


def kept(*students: int, overlapping: bool = False) -> list[int]:
    """The numbers told of one total, 0 for those withheld."""
    column = pd.Series(students)
    every = lines(column.to_frame(), ())
    return guarded(column, THRESHOLD, every, overlapping=overlapping).tolist()


@pytest.mark.parametrize("few", [0, 3, 9])
def test_beside_one_that_is_withheld_the_smallest_is_too_whether_it_was_few_or_none(
    few: int,
) -> None:
    assert kept(40, few, 15) == [40, 0, 0]


def test_few_that_are_enough_together_take_no_other_with_them() -> None:
    assert kept(40, 9, 8, 15) == [40, 0, 0, 15]


def test_the_same_students_in_two_numbers_are_not_enough_together() -> None:
    assert kept(40, 9, 8, 15, overlapping=True) == [40, 0, 0, 0]


def test_where_nothing_is_withheld_everything_is_told() -> None:
    assert kept(40, 15) == [40, 15]
    assert kept() == []


TABLES = st.lists(st.integers(min_value=0, max_value=30), min_size=6, max_size=6)


@given(TABLES)
def test_no_row_column_or_total_of_a_table_leaves_few(students: list[int]) -> None:
    table = pd.DataFrame({"row": list("aaabbb"), "column": list("xyzxyz"), "students": students})
    totals = lines(table, ("row", "column"))
    told = guarded(table["students"], THRESHOLD, totals, overlapping=False)
    assert ((told == 0) | (told == table["students"])).all()
    assert told[told > 0].ge(THRESHOLD).all()
    for line in totals:
        withheld = table["students"][line & (told == 0)]
        assert told[line].eq(0).all() or withheld.empty or withheld.sum() >= THRESHOLD
