"""The caseload and its reasons, against figures recomputed from the delivered files."""

from __future__ import annotations

import datetime as dt
import math

import duckdb
import pandas as pd
import pytest

from components import student_card
from components import student_wording as words
from queries.database import Snapshot, snapshot
from queries.filters import Filters
from queries.students import (
    QUICK_VIEWS,
    caseload,
    in_quick_view,
    one_student,
    sees_students,
)
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import Delivery, Program

HARTFORD = Viewer("coordinator", ("0640011",))


def whole(rate: float) -> str:
    return "–" if math.isnan(rate) else f"{math.floor(100 * rate + 0.5)}\N{NO-BREAK SPACE}%"


def from_files(program: Program, table: str, ids: list[str]) -> pd.DataFrame:
    path = program.delivery / f"{table}.csv"
    wanted = ", ".join(f"'{one}'" for one in ids)
    return duckdb.sql(
        f"SELECT * FROM read_csv('{path}', all_varchar = true) WHERE student_id IN ({wanted})"
    ).df()


def own_figures(
    months: pd.DataFrame, visits: pd.DataFrame, last_month: str
) -> dict[str, float | str | int]:
    """A student's rates, days and counts by plain steps from their own rows."""
    done = visits[visits["outcome"] == "completed"].sort_values("visit_date")
    first = (done if len(done) else visits.sort_values("visit_date")).iloc[0]
    days = months["days_enrolled"].astype(float)
    came = months["days_attended"].astype(float)

    def rate(chosen: pd.Series) -> float:
        return came[chosen].sum() / days[chosen].sum() if days[chosen].sum() else float("nan")

    since = months["month"] > first["visit_date"][:7]
    year, number = int(last_month[:4]), int(last_month[5:])
    recent = [f"{year}-{number - back:02d}" for back in range(5)]  # the last is a June
    return {
        "first": first["visit_date"],
        "modality": words.modality(first["modality"]),
        "attempts": int((visits["outcome"] != "completed").sum()),
        "since": rate(since),
        "since_days": days[since].sum(),
        "since_months": int((days[since] > 0).sum()),
        "now": rate(months["month"].isin(recent[:2])),
        "earlier": rate(months["month"].isin(recent[2:])),
        "reached": done["visit_date"].max() if len(done) else "",
    }


def expected_reason(figures: dict, row: dict) -> str:
    day = dt.date.fromisoformat(figures["first"])
    first = f"{day.day} {day:%b %Y}"
    since = f"since the first visit on {first} ({figures['modality']})"
    low, high = (whole(row[name]) for name in ("similar_low", "similar_high"))
    compared = f"{whole(figures['since'])} {since}; similar students not visited: "
    attempts = "1 attempt" if figures["attempts"] == 1 else f"{figures['attempts']} attempts"
    months = figures["since_months"]
    sentence = {
        "left": "No days enrolled in the last two school months.",
        "attempted only": f"Nobody has reached the family: {attempts} since {first}.",
        "too early": (
            f"Only {months} full school month{'s' if months != 1 else ''} and "
            f"{figures['since_days']:.0f} days enrolled {since}: too early to tell."
        ),
        "below expected": f"{compared}three in four were above {low}.",
        "as expected": f"{compared}half were between {low} and {high}.",
        "above expected": f"{compared}three in four were below {high}.",
    }[row["status"]]
    if math.isnan(figures["now"]):
        return sentence
    change = figures["now"] - figures["earlier"]
    course = ""
    if abs(change) >= 0.1 - 1e-9:
        course = f", {'rising' if change > 0 else 'falling'} from {whole(figures['earlier'])}"
    reached = ""
    if figures["reached"]:
        ago = (dt.date(2024, 6, 30) - dt.date.fromisoformat(figures["reached"])).days
        reached = f"; last reached {ago:,} days ago"
    return f"{sentence} Now {whole(figures['now'])}{course}{reached}."


def test_reasons_of_students_of_every_status_agree_with_the_files(
    data: Snapshot, program: Program
) -> None:
    frame = caseload(data, HARTFORD, Filters())
    told = frame[frame["status"] != "not enough data"]
    sample = told.groupby("status").sample(4, random_state=3)
    assert len(sample) == 24
    ids = sample["student_id"].tolist()
    months, visits = (from_files(program, name, ids) for name in ("attendance", "visits"))
    months = months.drop_duplicates(["student_id", "district_code", "month"])
    visits = visits.drop_duplicates("visit_id")
    for row in sample.to_dict("records"):
        own = months[months["student_id"] == row["student_id"]]
        figures = own_figures(own, visits[visits["student_id"] == row["student_id"]], "2024-06")
        assert words.reason(row) == expected_reason(figures, row), row["student_id"]


def test_the_most_urgent_come_first(data: Snapshot) -> None:
    frame = caseload(data, HARTFORD, Filters())
    needs = frame["need"].map({"urgent": 0, "high": 1, "some": 2, "none": 3})
    assert needs.is_monotonic_increasing
    urgent = frame[frame["need"] == "urgent"]
    assert len(urgent) > 10
    assert urgent["status"].iloc[0] == "below expected"
    same = urgent[urgent["status"] == urgent["status"].iloc[0]]
    assert same["now_rate"].is_monotonic_increasing


def test_every_contacted_student_is_on_exactly_one_districts_list(data: Snapshot) -> None:
    districts = known_values(data).district
    lists = [caseload(data, Viewer("coordinator", (code,)), Filters()) for code in districts]
    everyone = pd.concat(lists)
    assert everyone["student_id"].is_unique
    together = caseload(data, Viewer("coordinator", tuple(districts)), Filters())
    assert set(everyone["student_id"]) == set(together["student_id"])


def test_quick_views_hold_what_their_names_say(data: Snapshot) -> None:
    frame = caseload(data, HARTFORD, Filters())
    inside = {name: frame[in_quick_view(frame, name)] for name in QUICK_VIEWS}
    assert all(len(rows) for rows in inside.values())
    assert len(inside["all"]) == len(frame)
    not_responding = inside["not-responding"]
    assert (not_responding["since_rate"] < not_responding["similar_low"]).all()
    assert (not_responding["year_rate"] <= 0.9).all()
    assert inside["attempted-only"]["first_visit_date"].isna().all()
    assert (inside["unreached"]["days_unreached"] > 60).all()
    recovered = inside["recovered"]
    assert (recovered["baseline_rate"] <= 0.9).all()
    assert (recovered["now_rate"] > 0.9).all()


def test_filters_narrow_the_list(data: Snapshot) -> None:
    everyone = caseload(data, HARTFORD, Filters())
    some = caseload(data, HARTFORD, Filters(grade=("6-12",), modality=("home",)))
    wanted = everyone[
        everyone["grade"].isin([str(grade) for grade in range(6, 13)])
        & (everyone["modality"] == "home")
    ]
    assert 0 < len(some) == len(wanted)


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer("leadership", ("0640011",)),
        Viewer("presenter", ("0640011",), 20),
        Viewer("coordinator"),
    ],
)
def test_nobody_else_gets_a_row(data: Snapshot, viewer: Viewer) -> None:
    assert not sees_students(viewer)
    assert caseload(data, viewer, Filters()).empty
    some = caseload(data, HARTFORD, Filters())["student_id"].iloc[0]
    assert one_student(data, viewer, some) is None


def test_a_student_who_moved_is_on_the_new_districts_list_alone(delivery: Delivery) -> None:
    delivery.add("enrollments", "0000000001,2022-23,0930011,8,,2022-09-01,2023-06-14").load()
    with snapshot() as data:
        there = caseload(data, Viewer("coordinator", ("0930011",)), Filters())
        assert there["student_id"].tolist() == ["0000000001"]
        assert caseload(data, HARTFORD, Filters()).empty


def test_a_student_without_a_name_a_school_or_attendance_is_listed(delivery: Delivery) -> None:
    delivery.write(students="student_id\n0000000001\n0000000002\n1000000003\n").add(
        "visits", "v9,1000000003,2022-01-10,phone,attempted,school"
    ).load()
    with snapshot() as data:
        frame = caseload(data, HARTFORD, Filters())
        record = one_student(data, HARTFORD, "1000000003")
    assert [words.name(row) for row in frame.to_dict("records")][-1] == "Student 1000000003"
    assert record is not None
    assert record.months.empty
    assert record.row["status"] == "left"


# --- Absences -------------------------------------------------------------------------------


def with_absences(delivery: Delivery) -> Delivery:
    """Ada was away on six days of September 2021, and late on one."""
    (delivery.folder / "attendance.csv").unlink()
    days = [dt.date(2021, 9, 6) + dt.timedelta(days=number) for number in range(25)]
    school = [day for day in days if day.weekday() < 5]
    rows = [
        f"0000000001,0640011,{day},{absent},{excused}\n"
        for day, absent, excused in zip(
            school[::2],
            ("1", "1", "0.5", "1", "1", "1", "0"),
            ("yes", "Y", "yes", "no", "no", "", ""),
            strict=False,
        )
    ]
    return delivery.write(
        absences="student_id,district_code,date,absent,excused\n" + "".join(rows),
        calendar="district_code,date\n" + "".join(f"0640011,{day}\n" for day in school),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        "v1,0000000001,2021-09-10,home,completed,school\n",
    )


def test_excused_and_unexcused_absences_are_told_to_the_students_coordinator_alone(
    delivery: Delivery,
) -> None:
    with_absences(delivery).load()
    with snapshot() as data:
        found = one_student(data, HARTFORD, "0000000001")
        assert found is not None
        assert words.absences(found.absences) == (
            "Days absent: 2.5 excused, 2 unexcused, 1 not recorded; late 1 time."
        )
        section = str(student_card.absences(found))
        assert "0.5 of the day" in section
        assert "Unexcused" in section
        for viewer in (Viewer("leadership"), Viewer("coordinator", ("0930011",))):
            assert one_student(data, viewer, "0000000001") is None


def test_no_absences_are_told_where_days_or_months_were_delivered(delivery: Delivery) -> None:
    delivery.load()
    with snapshot() as data:
        found = one_student(data, HARTFORD, "0000000001")
        assert found is not None
        assert student_card.absences(found) is None
