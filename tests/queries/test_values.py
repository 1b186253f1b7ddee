"""What can be chosen: the being there of a choice tells of nobody."""

from __future__ import annotations

import pytest

from queries.database import snapshot
from queries.filters import View
from queries.values import known_values
from tests.conftest import Delivery

# Students by the day of their first visit.
VISITED = {"2021-05-04": 20, "2021-07-20": 1, "2022-03-01": 20}


@pytest.mark.parametrize("day", ["2020-03-03", "2022-07-12", "2022-10-04"])
def test_a_cohort_of_one_student_is_no_choice_of_its_own(delivery: Delivery, day: str) -> None:
    """Before the first, or after the last, of 20; between them every one is, whoever is in it."""
    write_visited(delivery, VISITED | {day: 1})
    with snapshot() as data:
        known = known_values(data)
    assert list(known.cohort) == ["2020-21", "Summer 2021", "2021-22"]
    view, notices = View.parse("?cohort=Summer+2022", known)
    assert view == View()
    assert len(notices) == 1


def test_a_summer_of_nobody_is_a_choice_like_one_of_few(delivery: Delivery) -> None:
    write_visited(delivery, {"2021-05-04": 20, "2022-03-01": 20})
    with snapshot() as data:
        assert list(known_values(data).cohort) == ["2020-21", "Summer 2021", "2021-22"]


def write_visited(delivery: Delivery, visited: dict[str, int]) -> None:
    days = [day for day, number in visited.items() for _one in range(number)]
    ids = [f"{number:010d}" for number in range(1, len(days) + 1)]
    delivery.write(
        students="student_id\n" + "".join(f"{one}\n" for one in ids),
        enrollments="student_id,school_year,district_code,grade\n"
        + "".join(f"{one},2021-22,0640011,7\n" for one in ids),
        attendance="student_id,district_code,month,days_enrolled,days_attended\n"
        + "".join(f"{one},0640011,2021-10,20,15\n" for one in ids),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(
            f"v{one},{one},{day},home,completed,school\n"
            for one, day in zip(ids, days, strict=True)
        ),
    ).load()
