"""The table that says how often a status is right is what the benchmark finds."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from benchmarks.responses import CUT_OFFS, counts, cut_off, judged, read_world
from queries.response_check import FILE, response_check
from tests.conftest import Program


def test_one_cut_off_of_the_kept_table_is_found_again(program: Program) -> None:
    now = CUT_OFFS[0]
    with sa.create_engine(program.url, connect_args={"read_only": True}).connect() as connection:
        records, responded = read_world(connection, program.truth)
    found = counts(judged(cut_off(records, now), responded), now)
    kept = pd.read_csv(FILE).query("now == @now").reset_index(drop=True)
    pd.testing.assert_frame_equal(found, kept)


def test_a_flag_is_right_more_often_than_by_a_small_rise_or_by_chance() -> None:
    shares = response_check().set_index(["rule", "from_month"])
    ours, small_rise = shares.loc["below_expected"], shares.loc["small_rise"]
    both = ours.index.intersection(small_rise.index)
    assert list(both) == [3, 6, 9, 12]
    assert (ours["right"] > small_rise.loc[both, "right"] + 0.1).all()
    assert (ours["right"] > 2 * ours["unchanged"]).all()
    assert (ours["wrongly"] < 0.1).all()
