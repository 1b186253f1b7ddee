"""Who is chronically absent, whatever the days are made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from evaluation.absence import at_least, is_chronic, is_severe

# Days in thousandths: what each row holds is at most a day.
DAY = 1000


@st.composite
def years(draw: st.DrawFn) -> list[int]:
    """Rows of a school year whose attended thousandths come to exactly 90 %, in any order."""
    days = 10 * draw(st.integers(1, 20))
    missed = days * DAY // 10
    rows = [DAY] * days
    while missed:
        row = draw(st.integers(0, days - 1))
        part = draw(st.integers(1, DAY)) if missed > DAY else missed
        part = min(part, rows[row], missed)
        rows[row] -= part
        missed -= part
    return draw(st.permutations(rows))


def rate_of(rows: list[int]) -> float:
    attended = 0.0
    for row in rows:  # one after the other, as an engine adds
        attended += row / DAY
    return attended / len(rows)


@given(years())
def test_a_year_of_exactly_90_percent_is_chronic_however_it_is_split(rows: list[int]) -> None:
    assert is_chronic(rate_of(rows))
    assert not is_severe(rate_of(rows))


@given(years())
def test_a_thousandth_of_a_day_more_is_not(rows: list[int]) -> None:
    below = next(place for place, row in enumerate(rows) if row < DAY)
    rows[below] += 1
    assert not is_chronic(rate_of(rows))


# Ten whole days and ten of 0.8 are 18, and in some orders a last bit more.
EXACTLY = 18.000000000000004 / 20


def test_numbers_arrays_frames_and_statements_are_held_against_the_same_line() -> None:
    assert EXACTLY > 0.9
    rates, expected = [EXACTLY, 0.9, 0.9001, 0.3, np.nan], [True, True, False, True, False]
    assert [bool(is_chronic(rate)) for rate in rates] == expected
    assert is_chronic(np.array(rates)).tolist() == expected
    assert is_chronic(pd.Series(rates)).tolist() == expected
    with sa.create_engine("duckdb:///:memory:").connect() as connection:
        found = [
            connection.scalar(sa.select(is_chronic(sa.literal(rate, sa.Double))))
            for rate in rates[:-1]
        ]
    assert found == expected[:-1]


@pytest.mark.parametrize(("rate", "severe"), [(0.8, True), (0.8 + 2e-16, True), (0.8001, False)])
def test_severe_is_80_percent_likewise(rate: float, severe: bool) -> None:
    assert bool(is_severe(rate)) is severe


def test_ten_days_of_tenths_are_ten_days() -> None:
    tenths = 0.0
    for _tenth in range(100):
        tenths += 0.1
    assert tenths < 10
    assert at_least(tenths, 10)
    assert not at_least(9.999, 10)
