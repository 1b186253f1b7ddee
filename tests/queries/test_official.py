"""Official figures: what is withheld, and what of the deliveries is told."""

from __future__ import annotations

import pytest

from queries.database import snapshot
from queries.official import (
    district_months,
    quality,
    school_year_of,
    schools,
)
from queries.viewer import Viewer
from tests.conftest import ENROLLMENTS, SCHOOL_YEAR, Delivery

LEADERSHIP = Viewer("leadership")


def enrol(delivery: Delivery, first: int, number: int, school: str, *, months: int = 10) -> None:
    students = range(first, first + number)
    delivery.add("students", *(f"{n:010d},A,B,2010-01-01,English" for n in students))
    stays = (f"{n:010d},2021-22,0640011,7,{school},2021-09-01,2022-06-14" for n in students)
    delivery.add("enrollments", *stays)
    rows = [f"{n:010d},0640011,{m},20,17" for n in students for m in SCHOOL_YEAR[:months]]
    delivery.add("attendance", *rows)


@pytest.fixture
def town(delivery: Delivery) -> Delivery:
    names = ("0000001,One,0640011", "0000002,Two,0640011", "0000003,Three,0640011")
    delivery.write(
        schools="school_code,school_name,district_code\n" + "\n".join(names) + "\n",
        enrollments=ENROLLMENTS.replace("0640011,7,,", "0640011,7,0000001,"),
    )
    enrol(delivery, 1001, 40, "0000001")
    enrol(delivery, 2001, 25, "0000002")
    return delivery


def test_a_small_school_takes_the_next_smallest_with_it(town: Delivery) -> None:
    enrol(town, 3001, 6, "0000003")
    town.load()
    with snapshot() as data:
        told = schools(data, LEADERSHIP, "0640011").set_index("school_name")
    # One and Two less the district's own figure would tell of Three.
    assert told["withheld"].to_dict() == {"One": False, "Two": True, "Three": True}
    assert told["rate"]["One"] == pytest.approx(0.85)
    assert told.loc[["Two", "Three"], ["rate", "chronic"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("without", "is_withheld"), [(0, False), (1, True), (9, True), (10, False)]
)
def test_a_few_students_of_no_school_take_the_smallest_school_with_them(
    town: Delivery, without: int, is_withheld: bool
) -> None:
    """The district's own figure less its schools' would tell of them."""
    enrol(town, 3001, without, "")
    town.load()
    with snapshot() as data:
        told = schools(data, LEADERSHIP, "0640011").set_index("school_name")
    assert told["withheld"].to_dict() == {"One": False, "Two": is_withheld}
    assert told["rate"].isna().to_dict() == {"One": False, "Two": is_withheld}


def test_students_of_a_district_without_a_stay_are_of_no_school(town: Delivery) -> None:
    rows = [f"{n:010d},0640011,{month},20,17" for n in range(3001, 3006) for month in SCHOOL_YEAR]
    town.add("students", *(f"{n:010d},A,B,2010-01-01,English" for n in range(3001, 3006)))
    town.add("attendance", *rows).load()
    with snapshot() as data:
        told = schools(data, LEADERSHIP, "0640011").set_index("school_name")
    assert told["withheld"].to_dict() == {"One": False, "Two": True}


def test_schools_with_enough_students_are_all_told(town: Delivery) -> None:
    town.load()
    with snapshot() as data:
        told = schools(data, LEADERSHIP, "0640011")
        assert schools(data, LEADERSHIP, "0930011").empty
    assert told["school_name"].tolist() == ["One", "Two"]  # the largest first
    assert told["students"].tolist() == [41, 25]
    # Everybody: not told exactly.
    assert told["chronic"].tolist() == [0.9, 0.8]
    assert told["chronic_beyond"].tolist() == ["above", "above"]
    assert told["rate_before"].isna().all()  # the first year


def test_a_district_of_few_students_is_withheld(town: Delivery) -> None:
    town.load()
    with snapshot() as data:
        months = district_months(data, LEADERSHIP).set_index(["district_code", "month"])
    assert months.loc["0930011", "withheld"].all()  # one student
    assert months.loc["0930011", ["rate", "rate_to_date", "chronic"]].isna().all(axis=None)
    assert not months.loc["0640011", "withheld"].any()


def test_late_and_missing_months_and_rejected_rows_are_told_by_district(town: Delivery) -> None:
    enrol(town, 3001, 12, "0000003", months=4)
    town.write(attendance=(town.folder / "attendance.csv").read_text())
    lines = (town.folder / "attendance.csv").read_text().splitlines(keepends=True)
    of_new_haven = [line for line in lines if ",0930011," in line]
    kept = [line for line in lines if line not in of_new_haven[2:3] + of_new_haven[-2:]]
    kept.append("0000000002,0930011,2021-09,20,21\n")  # more attended than enrolled, and twice
    town.write(attendance="".join(kept)).load()
    with snapshot() as data:
        found = quality(data)
    assert found.loc["0930011", "last_month"] == SCHOOL_YEAR[7]
    assert found.loc["0930011", "late"] == SCHOOL_YEAR[8:]
    assert found.loc["0930011", "missing"] == [SCHOOL_YEAR[2]]
    assert found["rejected"].to_dict() == {"0640011": 0, "0930011": 1}
    assert found.loc["0640011", "late"] == found.loc["0640011", "missing"] == []


def test_school_years_start_in_august() -> None:
    assert school_year_of("2021-08") == "2021-22"
    assert school_year_of("2022-07") == "2021-22"
    assert school_year_of("1999-09") == "1999-00"
