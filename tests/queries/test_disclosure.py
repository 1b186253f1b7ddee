"""Disclosure control, rule by rule: what a viewer may see of counts, rates and shares."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.contacted import in_caseload
from queries.database import Snapshot, snapshot
from queries.disclosure import Count, disclosed, disclosed_count, group_noise, is_exact, rounded
from queries.disclosure.counts import drawn_noise, set_key
from queries.disclosure.parts import NOTHING_TOLD, Cells, is_partly_known, smallest_parts
from queries.disclosure.precision import drawn_shift, to_unit, told_rate
from queries.disclosure.shares import told_share
from queries.filters import SPLITS, Filters, View
from queries.schema import contacted_student, meta, served_student
from queries.standing import contacts, standing
from queries.trajectories import Trajectory, trajectory
from queries.viewer import Viewer
from tests.conftest import ATTENDANCE_HEADER, Delivery, Program, months

HARTFORD, NEW_HAVEN, ANSONIA = "0640011", "0930011", "0020011"
LEADERSHIP = Viewer("leadership", threshold=10)


def of(value: float, students: int) -> tuple[pd.Series, pd.Series]:
    return pd.Series([value], dtype=float), pd.Series([students])


# --- Precision follows size ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("students", "value", "told"),
    [
        (9, 0.8249, 0.8),
        (10, 0.8499, 0.84),
        (19, 0.8501, 0.86),
        (20, 0.8449, 0.84),
        (199, 0.8449, 0.84),
        (200, 0.8449, 0.845),
        (50, 0.825, 0.83),
        (50, -0.825, -0.83),  # away from zero
        (50, 0.835, 0.84),
        (500, 0.8245, 0.825),
        (500, -0.8245, -0.825),
        (50, 0.285, 0.29),  # 28.499999999999996 in binary
        (50, 0.0049, 0.0),
    ],
)
def test_rates_and_differences_are_told_to_their_unit_by_size(
    students: int, value: float, told: float
) -> None:
    assert to_unit(*of(value, students)).tolist() == pytest.approx([told], abs=1e-12)


def test_a_difference_of_nothing_has_no_sign_and_a_missing_one_stays_missing() -> None:
    assert math.copysign(1, to_unit(*of(-0.004, 50))[0]) == 1
    assert to_unit(*of(math.nan, 50)).isna().all()
    told = told_rate(*of(math.nan, 50))
    assert told["rate"].isna().all()
    assert told["beyond"].tolist() == [""]


@pytest.mark.parametrize(
    ("students", "rate", "told", "word"),
    [
        (9, 1.0, 0.95, "above"),
        (9, 0.976, 0.95, "above"),
        (9, 0.974, 0.95, ""),
        (9, 0.0, 0.05, "below"),
        (10, 1.0, 0.98, "above"),
        (10, 0.989, 0.98, ""),
        (20, 1.0, 0.99, "above"),
        (20, 0.996, 0.99, "above"),
        (20, 0.985, 0.99, ""),
        (20, 0.004, 0.01, "below"),
        (20, 0.01, 0.01, ""),
        (5000, 0.9906, 0.99, "above"),
        (5000, 0.9904, 0.99, ""),
        (5000, 0.0, 0.01, "below"),
    ],
)
def test_a_rate_ends_at_a_bound_and_says_on_which_side_it_lies(
    students: int, rate: float, told: float, word: str
) -> None:
    found = told_rate(*of(rate, students))
    assert found["rate"].tolist() == pytest.approx([told], abs=1e-12)
    assert found["beyond"].tolist() == [word]


def test_the_noise_of_a_rate_belongs_to_whom_it_is_of_and_is_at_most_a_quarter() -> None:
    drawn = [drawn_shift(f"rate 1 {key}") for key in range(5_000)]
    assert drawn == [drawn_shift(f"rate 1 {key}") for key in range(5_000)]
    assert max(map(abs, drawn)) <= 0.25
    assert statistics.mean(drawn) == pytest.approx(0, abs=0.01)
    assert min(drawn) < -0.24
    assert max(drawn) > 0.24


@given(
    st.integers(10, 2_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.text(),
    st.text(),
)
@settings(max_examples=3_000, deadline=None)
def test_no_student_who_joins_others_is_told_of_within_ten_points(
    others: int, mean: float, one: float, before: str, after: str
) -> None:
    """Two means, before and after, bound the one who makes the difference."""
    both = [
        (others, mean, before),
        (others + 1, (others * mean + one) / (others + 1), after),
    ]
    (low_before, high_before), (low, high) = (_sums_told(*mean) for mean in both)
    lowest, highest = max(0, low - high_before), min(1, high - low_before)
    assert lowest - 1e-6 <= one <= highest + 1e-6
    assert highest - lowest >= 0.1 - 1e-6


def _sums_told(students: int, rate: float, key: str) -> tuple[float, float]:
    """The least and the greatest sum of rates that a mean as told allows."""
    of = pd.Series([students])
    [told] = told_rate(pd.Series([rate]), of, pd.Series([key])).to_dict("records")
    unit = next(u for most, u in ((19, 0.02), (199, 0.01), (math.inf, 0.001)) if students <= most)
    low, high = told["rate"] - 0.75 * unit, told["rate"] + 0.75 * unit
    match told["beyond"]:
        case "above":
            low, high = told["rate"] + 0.25 * unit, 1.0
        case "below":
            low, high = 0.0, told["rate"] - 0.25 * unit
    return students * low, students * high


# --- Shares -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yes", "students", "share", "word"),
    [
        (8, 15, 0.5, "above"),  # of the fewest only: half or more, less than half
        (7, 15, 0.5, "below"),
        (8, 16, 0.63, ""),  # 10 of 16
        (16, 16, 0.8, "above"),
        (24, 30, 0.8, "above"),
        (22, 30, 0.67, ""),  # 20 of 30, whether there are 18 or 22
        (18, 30, 0.67, ""),
        (7, 30, 0.2, "below"),
        (20, 25, 0.8, "above"),  # at the bound itself
        (5, 25, 0.2, "below"),
        (25, 31, 0.81, ""),
        (2, 31, 0.1, "below"),
        (55, 60, 0.9, "above"),
        (45, 50, 0.9, "above"),
        (5, 50, 0.1, "below"),
        (55, 61, 0.9, ""),
        (285, 300, 0.95, "above"),
        (285, 301, 0.95, ""),
        (301, 301, 0.99, "above"),
        (1, 301, 0.01, "below"),
        (1235, 1999, 0.62, ""),
        (1235, 2000, 0.618, ""),  # tenths from here on
        (10_000, 10_000, 0.99, "above"),
    ],
)
def test_a_share_comes_from_a_rounded_count_and_ends_at_bounds_by_size(
    yes: int, students: int, share: float, word: str
) -> None:
    told = told_share(pd.Series([yes]), pd.Series([students]))
    assert told.to_dict("records") == [{"share": pytest.approx(share, abs=1e-12), "beyond": word}]


def test_of_nobody_there_is_no_share() -> None:
    told = told_share(pd.Series([0]), pd.Series([0]))
    assert told["share"].isna().all()
    assert told["beyond"].tolist() == [""]


def test_a_noise_below_zero_makes_no_negative_share_nor_one_above_all() -> None:
    told = told_share(pd.Series([-5, 2_010]), pd.Series([2_000, 2_000]))
    assert told["share"].tolist() == pytest.approx([0.01, 0.99])


# --- Counts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "further", "exact"),
    [
        (Filters(), (), True),
        (Filters(district=(HARTFORD,)), (), True),
        (Filters(), ("district",), True),
        (Filters(), (None,), True),
        # Hartford or Stamford less the one is the other.
        (Filters(district=(HARTFORD, NEW_HAVEN)), (), False),
        (Filters(district=(HARTFORD, NEW_HAVEN)), ("district",), False),
        (Filters(cohort=("2021-22",)), (), False),
        (Filters(), ("cohort",), False),
        (Filters(district=(HARTFORD,)), ("modality",), False),
        (Filters(district=(HARTFORD,), modality=("home",)), (), False),
        (Filters(), ("a year ago",), False),
        (Filters(disability=("yes",)), (), False),
    ],
)
def test_counts_are_exact_for_the_program_and_one_district_alone(
    filters: Filters, further: tuple[str | None, ...], exact: bool
) -> None:
    assert is_exact(filters, *further) is exact


def test_counts_are_rounded_to_fives_where_they_are_not_exact() -> None:
    assert [rounded(students) for students in (12, 13, 17, 18, 20)] == [10, 15, 15, 20, 20]
    assert disclosed_count(33, LEADERSHIP, exact=True) == Count(33, about=False)
    assert disclosed_count(33, LEADERSHIP, exact=False) == Count(35, about=True)
    assert disclosed_count(31, LEADERSHIP, exact=False, noise=2) == Count(35, about=True)


def test_a_count_that_noise_takes_over_the_threshold_is_withheld_either_way() -> None:
    assert disclosed_count(9, LEADERSHIP, exact=False, noise=2).students is None
    assert disclosed_count(11, LEADERSHIP, exact=False, noise=-2).students is None
    frame = pd.DataFrame({"students": [9, 13, 14]})
    noise = pd.Series([2, -2, -2])
    told = disclosed(frame, LEADERSHIP, (), exact=False, noise=noise)
    assert told["withheld"].tolist() == [True, True, False]
    assert told["students"].isna().tolist() == [True, True, False]


def test_noise_is_two_at_most_the_same_for_the_same_question_and_as_often_up_as_down() -> None:
    drawn = [drawn_noise(key, "new") for key in range(5_000)]
    assert drawn == [drawn_noise(key, "new") for key in range(5_000)]
    counts = pd.Series(drawn).value_counts()
    assert sorted(counts.index) == [-2, -1, 0, 1, 2]
    assert counts.between(900, 1_100).all()
    assert drawn != [drawn_noise(key, "left") for key in range(5_000)]


# --- Noise of students in a database ------------------------------------------------------


def write_town(
    delivery: Delivery,
    districts: Sequence[str],
    disability: Sequence[str] | None = None,
    attended: Sequence[int] | None = None,
) -> Delivery:
    """Students visited in December, the n-th of the n-th district, with days of 20 attended."""
    ids = [f"{number:010d}" for number in range(1, len(districts) + 1)]
    says = disability or [""] * len(ids)
    days = attended or [16] * len(ids)
    lines = list(zip(ids, districts, says, days, strict=True))
    return delivery.write(
        districts=f"district_code,district_name\n{HARTFORD},Hartford\n{NEW_HAVEN},New Haven\n"
        f"{ANSONIA},Ansonia\n",
        students="student_id,disability\n"
        + "".join(f"{one},{yes}\n" for one, _c, yes, _d in lines),
        enrollments="student_id,school_year,district_code,grade,entry_date,exit_date\n"
        + "".join(f"{one},2021-22,{code},7,2021-09-01,2022-06-14\n" for one, code, *_ in lines),
        attendance=ATTENDANCE_HEADER
        + "".join(months(one, code, [day] * 10) for one, code, _yes, day in lines),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(f"v{one},{one},2021-12-07,home,completed,school\n" for one in ids),
    )


def set_of(data: Snapshot, *of_whom: sa.ColumnElement[bool]) -> int:
    key: int = data.connection.scalar(sa.select(set_key(served_student, *of_whom)))
    return key


WITH_DISABILITY = Filters(disability=("yes",))


def test_noise_belongs_to_whom_it_is_asked_of_whoever_of_them_counts(delivery: Delivery) -> None:
    """A student who gets a disability changes the count by one, and the noise in no way."""
    found = []
    for few, students in ((20, 40), (21, 40), (21, 41)):
        says = ["yes"] * few + ["no"] * (students - few)
        write_town(delivery, [HARTFORD] * students, says).load()
        with snapshot() as data:
            noise = group_noise(data, LEADERSHIP, WITH_DISABILITY, few, served_student)
            found.append(set_of(data))
            assert noise == drawn_noise(found[-1], str({"disability": ("yes",)}))
    before, another_has_one, another_student = found
    assert before == another_has_one
    assert another_student != before


def test_counts_without_a_student_group_have_no_noise(delivery: Delivery) -> None:
    write_town(delivery, [HARTFORD] * 40).load()
    with snapshot() as data:
        here = Filters(district=(HARTFORD,), grade=("7",))
        assert group_noise(data, LEADERSHIP, here, 40, served_student) is None


def test_the_noise_of_the_contacted_is_drawn_by_those_enrolled_where_it_is_asked(
    delivery: Delivery,
) -> None:
    write_town(delivery, [HARTFORD] * 30 + [NEW_HAVEN] * 12).load()
    filters = replace(WITH_DISABILITY, district=(HARTFORD,))
    with snapshot() as data:
        here = sa.select(set_key(contacted_student)).where(
            *in_caseload(Filters(district=(HARTFORD,)))
        )
        key = data.connection.scalar(here)
        expected = drawn_noise(key, str({"disability": ("yes",)}))
        assert group_noise(data, LEADERSHIP, filters, 10, contacted_student) == expected


@pytest.mark.parametrize("split", [None, *SPLITS])
def test_of_a_selection_that_leaves_nobody_nothing_is_told(
    delivery: Delivery, split: str | None
) -> None:
    write_town(delivery, [HARTFORD] * 30).load()
    with snapshot() as data:
        found = standing(data, LEADERSHIP, View(Filters(grade=("3",)), split))
        made = contacts(data, LEADERSHIP, View(Filters(grade=("3",))))
    figures = ["students", "students_before", "baseline", "chronic_before", "chronic_now"]
    assert found[figures].isna().all(axis=None)
    assert made["students"].isna().all()


@pytest.mark.parametrize(("others", "is_told"), [(9, False), (24, True)])
def test_a_count_by_group_of_few_others_is_not_told_to_who_knows_the_rest(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, others: int, is_told: bool
) -> None:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "disability")
    says = ["yes", "no"] * 32
    write_town(delivery, [HARTFORD] * 40 + [NEW_HAVEN] * others, says[: 40 + others]).load()
    view = View(WITH_DISABILITY)
    with snapshot() as data:
        of_coordinator = standing(data, Viewer("coordinator", (HARTFORD,)), view)
        of_leadership = standing(data, LEADERSHIP, view)
    assert of_coordinator["students"].notna().tolist() == [is_told]
    assert of_leadership["students"].notna().all()


def test_a_database_keeps_its_secret_and_no_other_has_it(
    delivery: Delivery, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_town(delivery, [HARTFORD] * 12)
    salts, keys = [], []
    for url in (delivery.url, delivery.url, f"duckdb:///{tmp_path}/other.duckdb"):
        monkeypatch.setenv("LEAP_DATABASE_URL", url)
        replace(delivery, url=url).load()
        with snapshot() as data:
            salts.append(data.connection.scalar(sa.select(meta.c.noise_salt)))
            keys.append(set_of(data))
    first, later, of_another = salts
    assert first == later
    assert len(first) == 64
    assert of_another not in (None, "", first)
    assert keys[0] == keys[1] != keys[2]


def test_invented_students_have_the_same_noise_everywhere(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    with snapshot() as data:
        assert data.connection.scalar(sa.select(meta.c.noise_salt)) == "demonstration"


# --- Parts --------------------------------------------------------------------------------


def cells(*rows: tuple[str, str, str, str, int]) -> Cells:
    columns = np.array([row[:4] for row in rows], dtype=object).T
    names = ("district", "grade", "modality", "disability")
    students = np.array([[row[4]] for row in rows])
    values = dict(zip(names, columns, strict=True))
    return Cells(values, students, np.zeros_like(students), ((),), LEADERSHIP.threshold)


def smallest(of_cells: Cells, **filters: tuple[str, ...]) -> int:
    parts = smallest_parts(None, of_cells, View(Filters(**filters)))
    return int(parts["all"][0])


def test_the_smallest_part_is_that_of_every_crossing_of_the_filters() -> None:
    town = cells(
        ("H", "7", "home", "no", 50),
        ("H", "7", "phone", "no", 40),
        ("N", "7", "home", "no", 30),
        ("N", "7", "phone", "no", 3),
    )
    assert smallest(town) == 123
    assert smallest(town, district=("H",)) == 33
    assert smallest(town, modality=("home",)) == 43
    # In neither: 80 + 90 - 50 of 123 would tell of three.
    assert smallest(town, district=("H",), modality=("home",)) == 3
    assert smallest(town, modality=("home", "phone")) == 43


def test_a_crossing_without_anybody_is_no_part_but_a_student_group_without_anybody_is() -> None:
    town = cells(
        ("H", "7", "home", "no", 50),
        ("N", "7", "phone", "no", 40),
        ("N", "7", "phone", "yes", 30),
    )
    assert smallest(town, district=("H",), modality=("home",)) == 50
    assert smallest(town, disability=("no",)) == 30
    # That nobody at H has a disability would be a figure of everybody there.
    assert smallest(town, district=("H",), disability=("no",)) == 0


def test_the_grades_of_a_band_that_are_not_chosen_are_a_part() -> None:
    town = cells(
        ("H", "6", "home", "no", 50),
        ("H", "7", "home", "no", 4),
        ("H", "2", "home", "no", 60),
    )
    assert smallest(town, grade=("6",)) == 4
    assert smallest(town, grade=("6", "7")) == 4
    assert smallest(town, grade=("6-12",)) == 54


def test_the_next_smallest_value_is_withheld_with_one_of_too_few() -> None:
    town = cells(
        ("H", "7", "home", "no", 100),
        ("H", "7", "phone", "no", 20),
        ("H", "7", "virtual", "no", 9),
    )
    assert smallest(town, modality=("home",)) == 29
    assert smallest(town, modality=("phone",)) == 9  # all less home and phone are nine
    enough = cells(("H", "7", "home", "no", 100), ("H", "7", "phone", "no", 20))
    assert smallest(enough, modality=("phone",)) == 20


def test_of_a_band_with_a_grade_of_few_the_next_smallest_grade_is_withheld_alone() -> None:
    town = cells(
        ("H", "6", "home", "no", 50),
        ("H", "7", "home", "no", 20),
        ("H", "8", "home", "no", 4),
        ("H", "2", "home", "no", 60),
    )
    assert smallest(town, grade=("6-12",)) == 60
    assert smallest(town, grade=("6",)) == 24  # beside grades 7 and 8
    assert smallest(town, grade=("7",)) == 4


def test_two_values_of_few_that_are_enough_together_withhold_no_third() -> None:
    town = cells(
        ("H", "7", "home", "no", 100),
        ("H", "7", "phone", "no", 20),
        ("H", "7", "virtual", "no", 9),
        ("H", "7", "school", "no", 9),
    )
    assert smallest(town, modality=("phone",)) == 20


def test_of_students_whom_the_viewer_knows_a_figure_tells_nothing() -> None:
    town = cells(("H", "7", "home", "no", 0), ("N", "7", "home", "no", 30))
    assert smallest(town, district=("H",)) == NOTHING_TOLD


# --- Districts of few ---------------------------------------------------------------------


def ask(viewer: Viewer, **filters: tuple[str, ...]) -> Trajectory:
    with snapshot() as data:
        return trajectory(data, viewer, View(Filters(**filters)))


def after(result: Trajectory) -> pd.Series:
    return result.frame.set_index("event_month").loc[1]


def test_the_few_of_a_tiny_district_leave_every_figure_and_withhold_no_neighbor(
    delivery: Delivery,
) -> None:
    """With the three, who never come, the mean would be 75."""
    write_town(
        delivery,
        [HARTFORD] * 30 + [NEW_HAVEN] * 15 + [ANSONIA] * 3,
        attended=[16] * 45 + [0] * 3,
    ).load()
    everybody = after(ask(LEADERSHIP))
    assert (everybody["rate"], everybody["students"]) == (0.8, 45)
    assert after(ask(LEADERSHIP, district=(NEW_HAVEN,)))["rate"] == 0.8
    assert after(ask(LEADERSHIP, district=(NEW_HAVEN, ANSONIA)))["students"] == 15
    assert after(ask(LEADERSHIP, district=(ANSONIA,)))["withheld"]


def test_two_districts_of_few_that_are_enough_together_count(delivery: Delivery) -> None:
    write_town(
        delivery,
        [HARTFORD] * 30 + [NEW_HAVEN] * 6 + [ANSONIA] * 6,
        attended=[16] * 30 + [9] * 12,
    ).load()
    everybody = after(ask(LEADERSHIP))
    # 70 % in the mean, so far from a half that no noise rounds it elsewhere.
    assert (everybody["rate"], everybody["students"]) == (pytest.approx(0.7), 42)
    assert after(ask(LEADERSHIP, district=(NEW_HAVEN,)))["withheld"]


def test_two_districts_together_are_not_counted_exactly(delivery: Delivery) -> None:
    write_town(delivery, [HARTFORD] * 31 + [NEW_HAVEN] * 16 + [ANSONIA] * 16).load()
    both = ask(LEADERSHIP, district=(HARTFORD, NEW_HAVEN))
    assert both.served == Count(45, about=True)  # 47
    assert (after(both)["students"], after(both)["about"]) == (45, True)
    assert ask(LEADERSHIP, district=(HARTFORD,)).served == Count(31, about=False)
    assert ask(LEADERSHIP).served == Count(63, about=False)


# --- The own list -------------------------------------------------------------------------

OWN = Viewer("coordinator", (HARTFORD,), threshold=10)


def with_moved(delivery: Delivery, moved: int) -> None:
    """Of 40 students of Hartford the last ``moved`` are in New Haven now, and never came."""
    attended = [16] * (40 - moved) + [0] * moved + [12] * 30
    write_town(delivery, [HARTFORD] * 40 + [NEW_HAVEN] * 30, attended=attended)
    ids = [f"{number:010d}" for number in range(41 - moved, 41)]
    delivery.add("enrollments", *(f"{one},2022-23,{NEW_HAVEN},8,2022-09-01," for one in ids))
    delivery.add("attendance", *(f"{one},{NEW_HAVEN},2022-09,20,0" for one in ids))
    delivery.load()


def test_where_too_few_others_are_left_a_coordinator_is_told_of_the_own_list(
    delivery: Delivery,
) -> None:
    for moved, own_list, rate in (
        (1, True, 0.8),
        (9, True, 0.8),
        (10, False, 0.6),
    ):
        with_moved(delivery, moved)
        result = ask(OWN, district=(HARTFORD,))
        assert (result.own_list, after(result)["rate"]) == (own_list, rate), moved
        assert after(result)["students"] == (40 - moved if own_list else 40)


@pytest.mark.parametrize(
    ("unknown", "told_of_own"), [(0, False), (1, True), (9, True), (10, False)]
)
def test_a_selection_of_the_own_district_with_few_others_is_told_of_the_own_list(
    unknown: int, told_of_own: bool
) -> None:
    """However many others are in the rest of the district."""
    others = cells(("H", "7", "home", "no", 40), ("H", "7", "phone", "no", unknown))
    phoned = Filters(district=("H",), modality=("phone",))
    assert is_partly_known(others, Viewer("coordinator", ("H",)), phoned) is told_of_own
    assert not is_partly_known(others, Viewer("coordinator", ("H",)), Filters(district=("H",)))
    assert not is_partly_known(others, Viewer("coordinator", ("N",)), phoned)
    assert not is_partly_known(others, LEADERSHIP, phoned)


def test_who_knows_nobody_has_no_own_list(delivery: Delivery) -> None:
    with_moved(delivery, 9)
    result = ask(LEADERSHIP, district=(HARTFORD,))
    assert result.own_list is False
    assert after(result)["rate"] == pytest.approx(round(31 / 40 * 0.8, 2))


def test_of_other_districts_a_coordinator_is_told_what_holds_without_the_own_students(
    delivery: Delivery,
) -> None:
    """Everybody less the own 40 would be the nine."""
    write_town(delivery, [HARTFORD] * 40 + [NEW_HAVEN] * 9).load()
    assert after(ask(OWN, district=(NEW_HAVEN,)))["withheld"]
    assert after(ask(OWN))["students"] == 40
    write_town(delivery, [HARTFORD] * 40 + [NEW_HAVEN] * 10).load()
    assert after(ask(OWN))["students"] == 50


# --- Files --------------------------------------------------------------------------------


def test_what_leaves_the_screen_is_held_to_the_presenters_threshold_as_it_is_set(
    delivery: Delivery,
) -> None:
    write_town(delivery, [HARTFORD] * 26).load()
    set_to_40 = replace(LEADERSHIP, threshold_of_files=40)
    assert set_to_40.for_export().threshold == 40
    assert not after(ask(set_to_40))["withheld"]
    assert after(ask(set_to_40.for_export()))["withheld"]
    assert not after(ask(LEADERSHIP.for_export()))["withheld"]  # twenty, where nothing is set
    higher = Viewer("leadership", threshold=50, threshold_of_files=40)
    assert higher.for_export().threshold == 50
