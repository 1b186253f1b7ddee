"""The effect as pages ask for it: verdicts, small numbers, remembered fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from evaluation.matched import fit, select
from evaluation.verdict import Verdict, held_out_check
from queries import effects
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot, snapshot
from queries.effects import MATCHED_MONTHS, effect
from queries.filters import Filters, View
from queries.schema import served_student
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import Delivery, Program

LEADERSHIP = Viewer("leadership")


def test_the_gap_is_the_difference_of_the_lines_and_missing_where_it_is_made_so(
    data: Snapshot,
) -> None:
    frame = effect(data, LEADERSHIP, View()).frame.set_index("event_month")
    matched = frame.loc[list(MATCHED_MONTHS)]
    assert matched[["effect", "low", "high"]].isna().all().all()
    assert np.allclose(matched["visited_rate"], matched["comparison_rate"])
    rest = frame.drop(list(MATCHED_MONTHS))
    assert np.allclose(rest["visited_rate"] - rest["comparison_rate"], rest["effect"])
    assert (rest["low"] < rest["effect"]).all()
    assert (rest["effect"] < rest["high"]).all()


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(), Verdict.EFFECT),
        (Filters(cohort=("Summer 2021",)), Verdict.UNCHECKED),
        (Filters(district=("1430011",), modality=("phone",)), Verdict.FEW),
        (Filters(district=("1430011",), modality=("phone",), cohort=("2020-21",)), None),
    ],
)
def test_the_verdict_says_what_may_be_said(
    data: Snapshot, filters: Filters, said: Verdict | None
) -> None:
    assert effect(data, LEADERSHIP, View(filters)).verdict is said


def test_districts_true_effects_lie_in_their_intervals_and_their_pasts_agree(
    data: Snapshot, program: Program
) -> None:
    truth = pd.read_csv(program.truth / "true_effects.csv", dtype={"student_id": str})
    served = data.frame(sa.select(served_student.c["student_id", "district_code"]))
    true = truth.merge(served, on="student_id").groupby(["district_code", "event_month"])
    mean = true["true_effect"].mean()
    rows = comparison_rows(data, matched=True)
    distances, passed = [], []
    for code in known_values(data).district:
        chosen = served_student.c.district_code == code
        numbers = student_numbers(data, sa.select(served_student.c.student_id).where(chosen))
        own = select(rows, np.isin(rows.student, numbers))
        found = fit(own, (1, 6, 9)).estimates
        error = found.estimate - [mean[code, month] for month in (1, 6, 9)]
        distances.append(error / found.standard_error)
        held_out = held_out_check(own)
        passed.append(held_out is not None and held_out.passes)
    assert len(passed) == 15
    assert np.mean(np.abs(distances) < 1.96) > 0.85
    assert np.mean(passed) > 0.75


def test_figures_over_few_students_are_withheld_and_counts_in_combinations_rounded(
    data: Snapshot,
) -> None:
    view = View(Filters(district=("1430011",), modality=("phone",)))
    shown = effect(data, LEADERSHIP, view).frame
    assert shown["about"].all()
    assert (shown.loc[~shown["withheld"], "students"] % 5 == 0).all()
    exported = effect(data, LEADERSHIP.for_export(), view)
    assert exported.verdict is None
    figures = ["visited_rate", "comparison_rate", "effect", "low", "high", "students"]
    assert exported.frame[figures].isna().all().all()
    assert np.isnan(exported.symmetric)


def test_the_second_opinion_is_withheld_with_its_month(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = effect(data, LEADERSHIP, View())
    few = whole.frame["students"].where(whole.frame["event_month"] != 6, 9).astype(int)
    fitted = effects._Fitted(whole.frame.assign(students=few), whole.verdict, whole.symmetric)
    monkeypatch.setattr(effects, "_remembered", lambda *_: fitted)
    shown = effect(data, LEADERSHIP, View())
    assert shown.verdict is whole.verdict
    assert np.isnan(shown.symmetric)


def test_a_fit_is_made_once_for_each_selection_and_load(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    fit = effects.fit
    monkeypatch.setattr(effects, "fit", lambda *rest: made.append(1) or fit(*rest))
    view = View(Filters(district=("0930011",), grade=("7",)))
    for split in (None, "modality", None):
        effect(data, LEADERSHIP, View(view.filters, split))
    assert len(made) == 1


def test_a_database_without_a_comparison_shows_nothing(delivery: Delivery) -> None:
    delivery.write(visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n")
    delivery.load()
    with snapshot() as data:
        assert effect(data, LEADERSHIP, View()).verdict is None
