"""Trajectories and counts, on data a person can work out, and what small numbers hide."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from queries.database import snapshot
from queries.facets import option_counts
from queries.filters import Filters, View
from queries.trajectories import Trajectory, trajectory
from queries.viewer import Viewer
from tests.conftest import ATTENDANCE_HEADER, Delivery, months

LEADERSHIP = Viewer("leadership", threshold=10)


def load_students(
    delivery: Delivery,
    hartford: int,
    new_haven: int,
    attended: int | None = None,
    by_phone: int | None = None,
) -> None:
    """Students visited in December; the n-th attends n mod 20 days of every month.

    Every second one is phoned, or the first ``by_phone``.
    """
    codes = ["0640011"] * hartford + ["0930011"] * new_haven
    ids = [f"{number:010d}" for number in range(1, len(codes) + 1)]
    lines = list(zip(ids, codes, strict=True))

    def phoned(number: int) -> bool:
        return number % 2 == 0 if by_phone is None else number <= by_phone

    delivery.write(
        students="student_id\n" + "".join(f"{student}\n" for student in ids),
        enrollments="student_id,school_year,district_code,grade\n"
        + "".join(f"{student},2021-22,{code},7\n" for student, code in lines),
        attendance=ATTENDANCE_HEADER
        + "".join(
            months(student, code, [int(student) % 20 if attended is None else attended] * 10)
            for student, code in lines
        ),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(
            f"v{student},{student},2021-12-07,{'phone' if phoned(int(student)) else 'home'},"
            "completed,school\n"
            for student in ids
        ),
    ).load()


def ask(view: View, viewer: Viewer = LEADERSHIP) -> Trajectory:
    with snapshot() as data:
        return trajectory(data, viewer, view)


def at(result: Trajectory, event_month: int, group: str = "all") -> pd.Series:
    frame = result.frame
    return frame[(frame["group"] == group) & (frame["event_month"] == event_month)].iloc[0]


def test_each_student_counts_once_in_the_mean_with_its_interval(delivery: Delivery) -> None:
    load_students(delivery, 30, 0)
    rates = np.array([number % 20 / 20 for number in range(1, 31)])
    point = at(ask(View()), 1)
    margin = 1.959963984540054 * rates.std(ddof=1) / math.sqrt(30)
    # Told to a whole point, after a noise of up to a quarter of it: they are few.
    for name, truth in (("rate", 0.0), ("low", -margin), ("high", margin)):
        assert point[name] == pytest.approx(rates.mean() + truth, abs=0.0075)
        assert point[name] == round(point[name], 2)
    assert point["students"] == 30


def test_every_group_has_all_months_and_months_without_data_are_withheld(
    delivery: Delivery,
) -> None:
    load_students(delivery, 30, 12)
    frame = ask(View(split="district")).frame
    assert frame.groupby("group", sort=False).size().to_dict() == {"0640011": 22, "0930011": 22}
    assert frame["label"].unique().tolist() == ["Hartford", "New Haven"]
    assert frame[frame["event_month"] < -3]["withheld"].all()
    assert not frame[frame["event_month"].between(-3, 6)]["withheld"].any()


def test_a_figure_over_fewer_students_than_the_threshold_is_withheld(delivery: Delivery) -> None:
    load_students(delivery, 30, 9)
    withheld = at(ask(View(split="district")), 1, "0930011")
    assert withheld["withheld"]
    assert withheld[["rate", "low", "high", "students"]].isna().all()
    assert ask(View(Filters(district=("0930011",)))).served.students is None
    # Those who count are thirty.
    assert at(ask(View(), LEADERSHIP.for_export()), 1)["students"] == 30
    assert ask(View(Filters(modality=("phone",))), LEADERSHIP.for_export()).served.students is None


def test_counts_are_exact_one_way_and_rounded_in_combinations(delivery: Delivery) -> None:
    load_students(delivery, 33, 23)
    assert ask(View(Filters(district=("0640011",)))).served.students == 33
    combined = ask(View(Filters(district=("0640011",), modality=("home",))))
    assert combined.served.students in (15, 20)  # 17 in truth, with a noise of up to two
    assert combined.served.about
    split = at(ask(View(Filters(modality=("home",)), split="district")), 1, "0640011")
    assert split["students"] in (15, 20)
    assert split["about"]


def test_a_figure_is_withheld_where_the_rest_would_tell_of_few(delivery: Delivery) -> None:
    load_students(delivery, 30, 0, by_phone=9)
    everyone = at(ask(View()), 1)
    assert not everyone["withheld"]
    home = View(Filters(modality=("home",)))
    assert at(ask(home), 1)["withheld"]  # all but nine
    assert at(ask(View(split="modality")), 1, "home")["withheld"]
    load_students(delivery, 30, 0, by_phone=10)
    assert not at(ask(home), 1)["withheld"]


def test_the_few_of_a_district_count_nowhere_and_withhold_no_other(delivery: Delivery) -> None:
    load_students(delivery, 30, 9)
    everyone, hartford = at(ask(View()), 1), at(ask(View(Filters(district=("0640011",)))), 1)
    assert everyone["students"] == hartford["students"] == 30
    mean = sum(number % 20 / 20 for number in range(1, 31)) / 30
    assert everyone["rate"] == hartford["rate"] == round(mean, 2)
    assert at(ask(View(split="district")), 1, "0640011")["rate"] == everyone["rate"]


@pytest.mark.parametrize("students", [30, 220])
def test_rates_near_the_ends_are_told_exactly_of_nobody(delivery: Delivery, students: int) -> None:
    load_students(delivery, students, 0, attended=20)
    point = at(ask(View()), 1)
    assert (point["rate"], point["beyond"]) == (0.99, "above")


def test_a_grade_band_selects_its_grades(delivery: Delivery) -> None:
    load_students(delivery, 30, 0)  # all in grade 7
    assert ask(View(Filters(grade=("6-12",)))).served.students == 30
    assert ask(View(Filters(grade=("PK-5", "7")))).served.students == 30
    assert ask(View(Filters(grade=("PK-5", "8")))).served.students is None


def test_the_result_says_which_threshold_it_was_held_to(delivery: Delivery) -> None:
    load_students(delivery, 30, 0)
    assert ask(View()).threshold == 10
    assert ask(View(), LEADERSHIP.for_export()).threshold == 20


def test_same_students_throughout_leaves_out_who_misses_a_month(delivery: Delivery) -> None:
    load_students(delivery, 30, 0)
    result = ask(View(same_students=True))  # nobody has 22 months in one school year
    assert result.served.students is None
    assert result.frame["withheld"].all()


def test_options_say_how_many_students_each_would_leave(delivery: Delivery) -> None:
    load_students(delivery, 33, 23)
    with snapshot() as data:
        counts = option_counts(data, LEADERSHIP, Filters(district=("0640011",)))
    by_value = counts.set_index(["dimension", "value"])["students"]
    assert by_value["district", "0640011"] == 33  # its own dimension is not filtered
    assert by_value["district", "0930011"] == 23
    assert by_value["modality", "home"] in (15, 20)  # 17: a combination by groups has noise
    assert pd.isna(by_value["modality", "virtual"])
    assert by_value["grade", "6-12"] == 35
    assert by_value["grade", "7"] == 35


def test_a_threshold_below_five_is_refused() -> None:
    with pytest.raises(ValueError, match="lowest allowed"):
        Viewer("leadership", threshold=4)
