"""The effect as pages ask for it: verdicts, small numbers, remembered fits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from evaluation.matched import MATCHED_MONTHS, NoComparisonError, fit, select
from evaluation.verdict import Verdict, held_out_check
from queries import effects
from queries.comparison import comparison_rows, student_numbers
from queries.database import Snapshot, snapshot
from queries.disclosure.parts import month_cells, smallest_parts
from queries.effects import effect
from queries.filters import Filters, View
from queries.schema import EVERYBODY, served_student
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import Delivery, Program
from tests.waiting import LONGEST_WAIT

LEADERSHIP = Viewer("leadership")


def test_the_gap_is_the_difference_of_the_lines_and_missing_where_it_is_made_so(
    data: Snapshot,
) -> None:
    frame = effect(data, LEADERSHIP, Filters()).frame.set_index("event_month")
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
        (Filters(district=("0430011",), modality=("phone",)), Verdict.FEW),
        (Filters(district=("0430011",), modality=("phone",), cohort=("2020-21",)), None),
    ],
)
def test_the_verdict_says_what_may_be_said(
    data: Snapshot, filters: Filters, said: Verdict | None
) -> None:
    assert effect(data, LEADERSHIP, filters).verdict is said


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
    filters = Filters(district=("0430011",), modality=("phone",))
    shown = effect(data, LEADERSHIP, filters).frame
    assert shown["about"].all()
    assert (shown.loc[~shown["withheld"], "students"] % 5 == 0).all()
    exported = effect(data, LEADERSHIP.for_export(), filters)
    assert exported.verdict is None
    figures = ["visited_rate", "comparison_rate", "effect", "low", "high", "students"]
    assert exported.frame[figures].isna().all().all()
    assert np.isnan(exported.symmetric)


def test_the_second_opinion_is_withheld_where_it_rests_on_few(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = effects._Asked(Filters(), own_list=False, exact=True)
    fitted = effects._fitted(data, LEADERSHIP, asked)
    months = fitted.months
    few = months["students"].where(months["design"] != "symmetric", 9)
    with_few = effects._Fitted(months.assign(students=few), fitted.said)
    monkeypatch.setattr(effects, "_fitted", lambda *_asked: with_few)
    parts = smallest_parts(data, month_cells(data, LEADERSHIP), View())[EVERYBODY]
    shown = effects._withhold(data, LEADERSHIP, asked, parts)
    assert shown.verdict is Verdict.EFFECT
    assert np.isnan(shown.symmetric)
    assert set(shown.checks["design"]) == {"held_out", "lead"}


def test_what_the_load_fitted_is_what_a_fit_on_request_finds(data: Snapshot) -> None:
    for filters in (Filters(modality=("phone",)), Filters(grade=("6-12",))):
        stored, fitted = (
            effects._stored(data, *effects.told_cut(filters)),
            effects._fit(data, filters, sa.true()),
        )
        assert stored.said == pytest.approx(fitted.said)
        keys = ["design", "event_month"]
        one, other = (each.months.set_index(keys).sort_index() for each in (stored, fitted))
        pd.testing.assert_frame_equal(one, other[one.columns], check_dtype=False, rtol=1e-9)


SMALL = Filters(district=("0150011",), modality=("virtual",))


def test_a_small_group_asked_for_takes_the_result_that_the_load_found_for_all(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = effect(data, LEADERSHIP, SMALL)
    assert 50 <= shown.frame["students"].max() < 100
    assert (shown.verdict, shown.inherited) == (Verdict.EFFECT, True)
    assert effect(data, LEADERSHIP, Filters()).inherited is False
    for refused in (Verdict.SYMMETRIC, Verdict.RANGE):
        monkeypatch.setattr(effects, "_verdict_of_all", lambda _data, found=refused: found)
        said = effects._fit(data, SMALL, sa.true()).said
        assert (said["verdict"], said["inherited"]) == ("RANGE", True)


def test_a_student_group_is_fitted_when_it_is_asked_for(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The load fits the dimensions that are always there."""
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    found = effect(data, LEADERSHIP, Filters(home_language=("Spanish",)))
    assert found.verdict is Verdict.EFFECT
    assert 0.03 < found.matched(6)["effect"] < 0.15


def test_a_split_tells_every_group_and_narrows_to_the_filters(data: Snapshot) -> None:
    by_modality = effects.effects(data, LEADERSHIP, View(split="modality"))
    assert [result.label for result in by_modality][:2] == ["Home", "School"]
    home = effect(data, LEADERSHIP, Filters(modality=("home",)))
    pd.testing.assert_frame_equal(by_modality[0].frame, home.frame)
    grades = View(Filters(grade=("4", "7")), split="grade_band")
    low, high = effects.effects(data, LEADERSHIP, grades)
    assert (low.label, high.label) == ("Grades PK–5", "Grades 6–12")
    seven = effect(data, LEADERSHIP, Filters(grade=("7",)))
    assert high.frame["effect"].equals(seven.frame["effect"])
    only_low = View(Filters(grade=("PK-5", "4")), split="grade_band")
    [result] = effects.effects(data, LEADERSHIP, only_low)
    assert result.label == "Grades PK–5"


def test_a_fit_is_made_once_for_each_selection_and_load(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    assess = effects.assess
    monkeypatch.setattr(
        effects, "assess", lambda *rest, **more: made.append(1) or assess(*rest, **more)
    )
    filters = Filters(district=("0930011",), grade=("7",))
    for _time in range(3):
        effect(data, LEADERSHIP, filters)
    assert len(made) == 1


def test_a_database_without_a_comparison_shows_nothing(delivery: Delivery) -> None:
    delivery.write(visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n")
    delivery.load()
    with snapshot() as data:
        assert effect(data, LEADERSHIP, Filters()).verdict is None


def test_no_more_than_two_selections_are_fitted_at_once_whoever_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both, may_end, under_way, most = Barrier(2), Event(), [], []

    def assess(*_designs: object, **_more: object) -> None:
        under_way.append(1)
        most.append(len(under_way))
        if not may_end.is_set():
            both.wait(LONGEST_WAIT)  # the first two are at it together
            may_end.wait(0.2)  # time for a third to come in
            may_end.set()
        under_way.pop()
        raise NoComparisonError

    monkeypatch.setattr(effects, "assess", assess)
    monkeypatch.setattr(effects, "_selected", lambda *_rest, **_more: None)
    monkeypatch.setattr(effects, "_verdict_of_all", lambda _data: None)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: effects._fit(None, Filters(), sa.true()), range(6)))
    assert max(most) == 2
