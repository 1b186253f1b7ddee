"""The comparison that a load prepares, held against the demonstration's known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from evaluation.matched import Stacks, fit, select
from evaluation.verdict import (
    Ruling,
    Verdict,
    held_out_check,
    plain_leads,
    symmetric_difference,
    verdict,
)
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot, snapshot
from queries.schema import comparison_cell, served_student, trajectory_month
from tests.conftest import Delivery, Program

MONTHS = (1, 6, 9)


@pytest.fixture(scope="module")
def matched(data: Snapshot) -> Stacks:
    return comparison_rows(data, matched=True)


@pytest.fixture(scope="module")
def truth(program: Program) -> pd.DataFrame:
    effects = pd.read_csv(program.truth / "true_effects.csv", dtype={"student_id": str})
    return effects.set_index("student_id")


def of(data: Snapshot, stacks: Stacks, *conditions: sa.ColumnElement[bool]) -> Stacks:
    numbers = student_numbers(data, sa.select(served_student.c.student_id).where(*conditions))
    return select(stacks, np.isin(stacks.student, numbers))


def true_effect(data: Snapshot, truth: pd.DataFrame, *conditions: sa.ColumnElement[bool]) -> list:
    ids = data.connection.scalars(sa.select(served_student.c.student_id).where(*conditions))
    effects = truth.loc[truth.index.intersection(list(ids))]
    return effects.groupby("event_month")["true_effect"].mean()[list(MONTHS)].tolist()


def test_the_effect_of_all_first_visits_is_the_true_one_where_before_and_after_is_not(
    data: Snapshot, matched: Stacks, truth: pd.DataFrame
) -> None:
    found = fit(matched, MONTHS)
    true = true_effect(data, truth)
    assert found.estimates.estimate == pytest.approx(true, abs=0.01)
    low, high = found.estimates.band()
    assert np.all((low <= true) & (true <= high))
    assert np.all(found.share_matched > 0.99)
    rates = dict(
        data.connection.execute(
            sa.select(
                trajectory_month.c.event_month, sa.func.avg(trajectory_month.c.rate)
            ).group_by(trajectory_month.c.event_month)
        ).all()
    )
    assert rates[6] - rates[-1] > true[1] + 0.08


def test_cuts_find_their_own_true_effects(
    data: Snapshot, matched: Stacks, truth: pd.DataFrame
) -> None:
    cuts = (
        served_student.c.grade_band == "PK-5",
        served_student.c.grade_band == "6-12",
        served_student.c.modality.in_(("home", "school", "community")),
        served_student.c.modality.in_(("virtual", "phone")),
        served_student.c.district_code == "0640011",
        served_student.c.cohort == "2021-22",
    )
    inside = []
    for cut in cuts:
        low, high = fit(of(data, matched, cut), MONTHS).estimates.band()
        true = np.array(true_effect(data, truth, cut))
        inside += list((low <= true) & (true <= high))
    assert np.mean(inside) >= 0.8


def test_the_checks_pass_and_the_second_opinion_lies_near(
    data: Snapshot, matched: Stacks, truth: pd.DataFrame
) -> None:
    unmatched = comparison_rows(data, matched=False)
    held_out = held_out_check(matched)
    assert held_out is not None
    assert held_out.passes
    found = verdict(fit(matched, MONTHS), held_out, plain_leads(unmatched))
    assert found == Ruling(Verdict.EFFECT)
    second = symmetric_difference(unmatched, MONTHS).estimates.estimate
    assert second == pytest.approx(true_effect(data, truth), abs=0.04)


def test_what_the_load_stores_is_what_was_prepared(matched: Stacks) -> None:
    assert matched.visited.sum() > 9_000
    assert np.isnan(matched.outcome[:, matched.column(12)]).any()
    before = matched.outcome[:, matched.column(-1)]
    assert before == pytest.approx(matched.history[:, 0])
    assert np.all(matched.weight[matched.visited] == 1)
    assert 1 < matched.weight.max() <= 20
    places = matched.place[~matched.visited & (matched.stratum == matched.stratum[0])]
    assert sorted(places) == list(range(len(places)))


def test_every_student_is_told_what_similar_students_had(data: Snapshot, matched: Stacks) -> None:
    months = trajectory_month.c
    told = data.frame(
        sa.select(
            months.event_month,
            sa.func.avg(months.rate - months.comparison_rate).label("gap"),
            sa.func.count(months.comparison_rate).label("matched"),
            sa.func.count().label("students"),
        )
        .where(months.event_month.in_(MONTHS))
        .group_by(months.event_month)
        .order_by(months.event_month)
    )
    found = fit(matched, MONTHS)
    assert told["gap"].to_numpy() == pytest.approx(found.estimates.estimate, abs=1e-7)
    assert (told["matched"] == found.students).all()
    assert (told["matched"] / told["students"]).min() > 0.9


def test_a_load_without_enough_past_has_no_comparison(delivery: Delivery) -> None:
    delivery.write(visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n")
    delivery.load()
    with snapshot() as data:
        rows = data.connection.scalar(sa.select(sa.func.count()).select_from(comparison_cell))
        assert rows == 0
        with pytest.raises(ValueError, match="no students to compare"):
            comparison_rows(data, matched=True)
