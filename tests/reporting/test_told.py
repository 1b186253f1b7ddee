"""What is told to whoever sends a delivery: the same whatever the database holds of one student."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import exp
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from queries import held as chance
from queries.database import snapshot
from queries.deliveries import doubtful_rules
from queries.held import UNKNOWN
from queries.schema import served_student
from queries.viewer import Viewer
from reporting.check import database_summary
from reporting.errors import DeliveryRefusedError
from reporting.load import LoadReport, load
from reporting.mapping import read_mapping
from reporting.status import StatusFile
from tests.conftest import (
    ATTENDANCE_HEADER,
    DISTRICTS,
    ENROLLMENTS,
    STUDENTS,
    VISITS,
    Delivery,
    months,
)

ADA, BEN, CY = "0000000001", "0000000002", "1000000003"
HELD = {
    "districts": DISTRICTS,
    "students": STUDENTS,
    "enrollments": ENROLLMENTS,
    "attendance": ATTENDANCE_HEADER
    + months(ADA, "0640011", [18, 14, 10])
    + months(BEN, "0930011", [20, 19, 18]),
    "visits": VISITS,
}


def without(student: str) -> dict[str, str]:
    """The same without a student."""
    return {
        name: "".join(line for line in text.splitlines(keepends=True) if student not in line)
        for name, text in HELD.items()
    }


# What the database might hold instead, as somebody would like to know.
OTHERWISE = {
    "a month's days": {"attendance": HELD["attendance"].replace(",20,14", ",20,15")},
    "who else was there": {"attendance": HELD["attendance"] + months(CY, "0640011", [9], first=2)},
    "a birth date": {"students": STUDENTS.replace("2010-05-01", "2010-05-02")},
    "another child": {
        "students": STUDENTS.replace("Ada,Example,2010-05-01", "Eve,Other,2009-05-01")
    },
    "a visit": {"visits": VISITS + f"v7,{ADA},2021-12-09,home,completed,school\n"},
    "how a visit went": {"visits": VISITS.replace("completed", "cancelled")},
    "a student": without(BEN),
    "when a student came": {"enrollments": ENROLLMENTS.replace("2021-09-01", "2021-10-01", 1)},
}

# Made up for the purpose: Ben is not declared in it, and rows of his are good, bad, repeated.
QUESTION = {
    "districts": DISTRICTS,
    "students": STUDENTS.splitlines()[0] + f"\n{ADA},Ada,Example,2010-05-01,English\n",
    "enrollments": ENROLLMENTS.splitlines()[0]
    + f"\n{ADA},2021-22,0640011,7,,2021-09-01,2022-06-14\n"
    + f"{BEN},2021-22,0930011,3,,2021-09-01,2022-06-14\n",
    "attendance": ATTENDANCE_HEADER
    + months(ADA, "0640011", [18, 14, 10])
    + f"{BEN},0930011,2021-09,20,20\n" * 2
    + f"{BEN},0930011,2021-10,20,19\n{BEN},0930011,2021-10,20,18\n"
    + f"{BEN},0930011,2021-11,20,21\n"
    + f"{ADA},0640011,2022-07,20,21\n",
    "visits": VISITS
    + f"v8,{ADA},2021-12-09,Home Visit,completed,school\n"
    + f"v9,{BEN},2021-12-09,home,completed,school\n"
    + f"w1,{BEN},2021-12-10,carriage,completed,school\n",
}
MAPPING = '[students]\nsame_number = "reject"\n[visits.values.modality]\n"home visit" = "home"\n'


@dataclass(frozen=True)
class Answer:
    """What a load told, and the whole of what it found."""

    told: dict[str, Any]
    report: LoadReport

    @property
    def whole(self) -> list[Any]:
        return [
            self.report.outcomes,
            self.report.rejected.to_csv(),
            self.report.doubts.to_csv(),
            self.report.remarks,
        ]


Ask = Callable[..., Answer]


@pytest.fixture
def ask(delivery: Delivery, tmp_path: Path) -> Ask:
    """Loads something, then a question about it."""
    (tmp_path / "ours.toml").write_text(MAPPING)

    def answer(held: dict[str, str], question: dict[str, str], max_rejected: float) -> Answer:
        (tmp_path / "leap.duckdb").unlink(missing_ok=True)
        delivery.write(**held).load()
        delivery.write(**question)
        mapping = read_mapping(str(tmp_path / "ours.toml"))
        report = load(delivery.folder, sa.make_url(delivery.url), mapping, max_rejected)
        StatusFile(tmp_path / "status.json").report(report)
        return Answer(json.loads((tmp_path / "status.json").read_text()), report)

    return answer


@pytest.mark.parametrize("other", OTHERWISE.values(), ids=OTHERWISE)
def test_a_refused_delivery_tells_nothing_of_what_is_held_of_a_student(
    ask: Ask, other: dict[str, str]
) -> None:
    one, another = (ask(HELD | held, QUESTION, 0) for held in ({}, other))
    assert one.whole != another.whole  # whoever has the database is told
    assert one.told == another.told
    assert one.told["refusal"]


@pytest.mark.parametrize("other", OTHERWISE.values(), ids=OTHERWISE)
def test_what_became_of_an_accepted_ones_rows_tells_nothing_of_a_student(
    ask: Ask, other: dict[str, str]
) -> None:
    one, another = (ask(HELD | held, QUESTION, 100) for held in ({}, other))
    assert one.whole != another.whole
    assert one.told["refusal"] is None
    for part in ("outcomes", "rules"):
        assert one.told[part] == another.told[part]


def test_what_stands_in_a_refused_delivery_is_told_exactly(ask: Ask) -> None:
    told = ask(HELD, QUESTION, 0).told
    assert told["refusal"].startswith("attendance.csv: 4 of 9 rows (44.4 %) were rejected")
    [attendance] = [one for one in told["outcomes"] if one["file"] == "attendance.csv"]
    assert attendance == {
        "file": "attendance.csv",
        "read": 9,
        "duplicate": 1,
        "rejected": 4,
        "good": 4,
    }
    assert [(rule["file"], rule["column"], rule["rows"]) for rule in told["rules"]] == [
        ("attendance.csv", "days_attended", 2),
        ("attendance.csv", "student_id, district_code, month", 2),
        ("visits.csv", "modality", 1),
    ]


def of_unknown(number: int, rows: int = 1) -> dict[str, str]:
    """The question, with so many rows of each of some students whom nobody declares."""
    unknown = "".join(
        f"{20 * 10**8 + n:010},0640011,20{10 + row}-06,20,20\n"
        for n in range(number)
        for row in range(rows)
    )
    return QUESTION | {"attendance": QUESTION["attendance"] + unknown}


@pytest.mark.parametrize(
    ("more", "fewer", "unknown", "told"),
    [(0, 0, 400, 400), (7, 0, 400, 405), (0, 9, 400, 390), (999, 0, 400, 420), (0, 999, 400, 380)],
)
def test_many_unknown_students_are_told_in_fives_by_chance_a_few_more_or_fewer(
    monkeypatch: pytest.MonkeyPatch, more: int, fewer: int, unknown: int, told: int
) -> None:
    draws = iter([more, fewer])
    monkeypatch.setattr(chance, "_CHANCE", SimpleNamespace(expovariate=lambda _rate: next(draws)))
    assert chance.told_students(unknown) == told


@pytest.mark.parametrize("students", [1, 10, 21, 60])
def test_one_student_more_makes_no_answer_much_likelier(students: int) -> None:
    """Whoever counts how often a delivery is answered so needs some hundred of them."""
    draws = 20_000
    one, another = (
        sum(chance.told_students(number) is None for _ in range(draws)) / draws
        for number in (students, students - 1)
    )
    assert one <= another * exp(1 / 5) + 0.02
    assert another <= one * exp(1 / 5) + 0.02


def test_where_all_students_are_known_none_is_said_to_be_unknown() -> None:
    assert {chance.told_students(0) for _ in range(10_000)} == {None}


@pytest.mark.parametrize("rows", [1, 9])
def test_many_unknown_students_are_told_whatever_their_rows_and_refuse_a_delivery(
    ask: Ask, rows: int
) -> None:
    answer = ask(HELD, of_unknown(150, rows), 60)
    [told] = [said for said in answer.told["remarks"] if said.endswith(UNKNOWN)]
    assert 130 <= int(re.match(r"About (\d+) ", told)[1]) <= 175
    assert told.split()[1] in answer.told["refusal"]
    assert answer.told["refusal"].endswith("more than the 60 % allowed. Nothing was loaded.")
    assert [one["rejected"] for one in answer.told["outcomes"]][3] == 4
    assert all("declared" not in rule["rule"] for rule in answer.told["rules"])


def test_the_rows_of_one_student_are_no_more_than_one_row(ask: Ask) -> None:
    """Else so many rows would ask what one row may not."""
    one, another = (ask(HELD | held, of_unknown(1, 80), 100) for held in ({}, without(BEN)))
    assert one.whole != another.whole
    assert one.told == another.told
    assert not any(said.endswith(UNKNOWN) for said in one.told["remarks"])


def test_what_is_told_of_unknown_students_once_stays(ask: Ask) -> None:
    answer = ask(HELD, of_unknown(400), 100)
    [told] = [said for said in answer.told["remarks"] if said.endswith(UNKNOWN)]
    for _ in range(3):
        with snapshot() as data:
            assert told in doubtful_rules(data, Viewer("leadership"))["rule"].tolist()


def test_whether_a_calendar_is_needed_tells_nothing_of_a_student(
    delivery: Delivery, tmp_path: Path
) -> None:
    absences = f"student_id,district_code,date,absent\n{BEN},0930011,2022-10-04,1\n"
    refused = []
    for held in (HELD, without(BEN)):
        (tmp_path / "leap.duckdb").unlink(missing_ok=True)
        (delivery.folder / "absences.csv").unlink(missing_ok=True)
        delivery.write(**held).load()
        students = STUDENTS.splitlines()[0] + "\n"
        with pytest.raises(DeliveryRefusedError) as refusal:
            delivery.write(students=students, absences=absences).load()
        refused.append(str(refusal.value))
    assert refused[0] == refused[1]


def test_a_short_number_is_told_by_its_line_where_all_numbers_are_longer(ask: Ask) -> None:
    short = QUESTION["attendance"] + "2,0930011,2021-12,20,20\n77,0930011,2021-12,20,20\n"
    report = ask(HELD, QUESTION | {"attendance": short}, 0).report
    rejected = report.rejected[report.rejected["rule"].str.contains("lost its leading zeros")]
    assert rejected["line"].tolist() == [11, 12]  # whether or not there is such a student


# --- Districts that come to be told of ----------------------------------------------------


def served(number: int) -> dict[str, str]:
    """So many students visited in Hartford, and none in New Haven."""
    students = [f"30000000{n:02d}" for n in range(number)]
    return {
        "students": STUDENTS + "".join(f"{one},Eve,{one},2010-05-01,English\n" for one in students),
        "enrollments": ENROLLMENTS
        + "".join(f"{one},2021-22,0640011,7,,2021-09-01,2022-06-14\n" for one in students),
        "attendance": HELD["attendance"]
        + "".join(months(one, "0640011", [20] * 10) for one in students),
        "visits": VISITS.splitlines()[0]
        + "\n"
        + "".join(f"v{one},{one},2021-12-07,home,completed,school\n" for one in students),
    }


@pytest.mark.parametrize(
    ("before", "after", "crossed"),
    [(1, 10, ["Hartford"]), (9, 12, ["Hartford"]), (1, 9, []), (0, 10, []), (10, 12, [])],
)
def test_a_load_that_makes_enough_served_students_of_few_is_flagged(
    ask: Ask, before: int, after: int, crossed: list[str]
) -> None:
    answer = ask(HELD | served(before), HELD | served(after), 100)
    with snapshot() as data:
        assert data.connection.scalar(sa.select(sa.func.count()).select_from(served_student)) == (
            after
        )
        doubts = doubtful_rules(data, Viewer("leadership"))
        oddities = database_summary(data).oddities
    flags = [f"{name}: served students rose from fewer than 10 to 10 or more" for name in crossed]
    assert answer.told["crossed"] == crossed
    assert [one.startswith("The last load: Hartford") for one in oddities if "served" in one] == (
        [True] * len(crossed)
    )
    for said in (answer.report.remarks, answer.told["remarks"], doubts["rule"].tolist()):
        assert [one.split(" with this load")[0] for one in said if "served students" in one] == (
            flags
        )
