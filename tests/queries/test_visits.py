"""The visits' figures: counted again from the file, behind every bar its students, small ones."""

from __future__ import annotations

import pandas as pd
import pytest

from queries import visits
from queries.database import Snapshot
from queries.filters import Filters
from queries.students import NOT_REACHED, Behind, caseload, waiting_longest
from queries.viewer import Viewer
from queries.visits import Scope, visits_scope
from tests.conftest import Program

HARTFORD = Viewer("coordinator", ("0640011",))
PRESENTER = Viewer("presenter", (), 20)


@pytest.fixture(scope="module")
def contacts(data: Snapshot, program: Program) -> pd.DataFrame:
    """The delivered contacts of Hartford's students."""
    rows = pd.read_csv(program.delivery / "visits.csv", dtype=str).drop_duplicates("visit_id")
    own = caseload(data, HARTFORD, Filters())["student_id"]
    rows = rows[rows["student_id"].isin(own)]
    known = rows["modality"].isin(["home", "school", "community", "virtual", "phone"])
    rows = rows[known & rows["outcome"].isin(["completed", "attempted", "cancelled"])]
    days = pd.to_datetime(rows["visit_date"], errors="coerce")
    return rows.assign(day=days)[(days < "2025").to_numpy()]


@pytest.fixture(scope="module")
def own() -> Scope:
    return visits_scope(HARTFORD, Filters())


def test_a_coordinator_sees_the_own_districts_and_exact_counts(own: Scope) -> None:
    assert own == Scope(Filters(district=("0640011",)), is_own=True)
    assert not visits_scope(HARTFORD, Filters(district=("0640011", "0930011"))).is_own
    assert visits_scope(PRESENTER, Filters()) == Scope(Filters(), is_own=False)


def test_the_volume_is_the_files(data: Snapshot, own: Scope, contacts: pd.DataFrame) -> None:
    frame = visits.volume(data, HARTFORD, own)
    monday = contacts["day"] - pd.to_timedelta(contacts["day"].dt.day_of_week, unit="D")
    kind = contacts["modality"].where(contacts["outcome"] == "completed", NOT_REACHED)
    expected = contacts.groupby([monday, kind]).size()
    assert frame["contacts"].sum() == len(contacts) > 3_000
    for row in frame.to_dict("records"):
        assert row["contacts"] == expected[pd.Timestamp(row["period"]), row["kind"]]


def test_waits_and_repeats_are_the_files(
    data: Snapshot, own: Scope, contacts: pd.DataFrame
) -> None:
    first = contacts.groupby("student_id")["day"].min()
    done = contacts[contacts["outcome"] == "completed"].groupby("student_id")["day"]
    days = (done.min() - first).dt.days
    told = visits.waits(data, HARTFORD, own).set_index("wait")["students"]
    assert told[NOT_REACHED] == days.isna().sum()
    assert told["at-once"] == (days == 0).sum()
    assert told["week"] == days.between(1, 7).sum()
    assert told.sum() == len(first)
    number = done.size().clip(upper=5).value_counts()
    repeats = visits.repeats(data, HARTFORD, own).set_index("visits")["students"]
    assert repeats.to_dict() == number.to_dict()


def test_behind_every_bar_are_as_many_students_as_it_says(data: Snapshot, own: Scope) -> None:
    volume = visits.volume(data, HARTFORD, own)
    for row in volume.sample(6, random_state=1).to_dict("records"):
        behind = Behind(week=row["period"], kind=row["kind"])
        assert len(caseload(data, HARTFORD, Filters(), behind)) == row["students"]
    for row in visits.waits(data, HARTFORD, own).to_dict("records"):
        assert len(caseload(data, HARTFORD, Filters(), Behind(wait=row["wait"]))) == row["students"]
    for row in visits.repeats(data, HARTFORD, own).to_dict("records"):
        found = caseload(data, HARTFORD, Filters(), Behind(visits=row["visits"]))
        assert len(found) == row["students"]
    for row in visits.schools(data, HARTFORD, own).head(4).to_dict("records"):
        found = caseload(data, HARTFORD, Filters(), Behind(school=row["school_code"]))
        assert len(found) == row["students"]
        assert found["completed_visits"].sum() == row["completed"]


def test_what_stands_behind_a_bar_survives_the_url() -> None:
    behind = Behind.parse("?week=2023-10-09&kind=phone&wait=week&visits=5&school=0642001")
    assert Behind.parse(f"?{behind.to_search()}") == behind
    assert Behind.parse("?week=9999-12-31") == Behind()
    assert Behind.parse("?week=x&kind=' OR 1=1&wait=never&visits=-1") == Behind()


@pytest.mark.parametrize("district", [(), ("0640011",)])
def test_others_see_months_and_no_small_or_exact_count(
    data: Snapshot, district: tuple[str, ...]
) -> None:
    scope = visits_scope(PRESENTER, Filters(district=district))
    frames = [
        query(data, PRESENTER, scope)
        for query in (
            visits.volume,
            visits.waits,
            visits.repeats,
            visits.schools,
            visits.visitors,
        )
    ]
    assert frames[0]["period"].map(lambda day: day.day).eq(1).all()
    counts = ["contacts", "students", "judged", "reached", "completed", "attempted"]
    for frame in frames:
        told = frame[~frame["withheld"]]
        assert (told["students"] >= 20).all()
        for name in frame.columns.intersection(counts):
            assert (told[name] % 5 == 0).all()
            assert frame.loc[frame["withheld"], name].isna().all()
    assert "above_median" not in frames[2]
    assert any(frame["withheld"].any() for frame in frames)


def test_those_waiting_longest_are_in_need_and_never_reached_first(data: Snapshot) -> None:
    frame = waiting_longest(caseload(data, HARTFORD, Filters()))
    assert (frame["need"] != "none").all()
    never = frame["last_reached_date"].isna()
    assert never.iloc[0]
    assert never.sort_values(ascending=False).tolist() == never.tolist()
    assert frame.loc[never, "first_contact_date"].is_monotonic_increasing
    assert frame.loc[~never, "last_reached_date"].is_monotonic_increasing
