"""Student groups as filters: which are on, what can be chosen, and what small groups hide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from queries.database import Snapshot, snapshot
from queries.disclosure import is_exact
from queries.disclosure.parts import month_cells, smallest_parts
from queries.effects import effect
from queries.facets import option_counts
from queries.filters import DIMENSIONS, Filters, View
from queries.schema import STUDENT_GROUPS
from queries.standing import contacts, standing
from queries.student_groups import (
    LESS_COMMON,
    NOT_RECORDED,
    StudentGroupsError,
    read_student_groups,
)
from queries.students import caseload
from queries.trajectories import trajectory
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import ATTENDANCE_HEADER, DISTRICTS, Delivery, database_on, months
from tests.queries.conftest import ENGINES

LEADERSHIP, PRESENTER = Viewer("leadership", threshold=10), Viewer("presenter", threshold=25)
HARTFORD = Viewer("coordinator", ("0640011",))

MAYAN = "Q'anjob'al, 100% \\"  # nothing in a name may break a statement

# Served students of Hartford by language: one fewer than are named, and one whose is not recorded.
SPOKEN = ["Spanish"] * 40 + [MAYAN] * 20 + ["Urdu"] * 19 + [""]


def write_speakers(delivery: Delivery, spoken: list[str]) -> Delivery:
    """Students visited in December; every second one of them learns English."""
    ids = [f"{number:010d}" for number in range(1, len(spoken) + 1)]
    rows = zip(ids, spoken, ["yes", ""] * len(spoken), strict=False)
    return delivery.write(
        districts=DISTRICTS,
        students="student_id,home_language,english_learner\n"
        + "".join(f'{one},"{language}",{learns}\n' for one, language, learns in rows),
        enrollments="student_id,school_year,district_code,grade\n"
        + "".join(f"{one},2021-22,0640011,7\n" for one in ids),
        attendance=ATTENDANCE_HEADER
        + "".join(months(one, "0640011", [10 + int(one) % 10] * 10) for one in ids),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n"
        + "".join(f"v{one},{one},2021-12-07,home,completed,school\n" for one in ids),
    )


@pytest.fixture(scope="module", params=ENGINES)
def speakers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, run_folder: Path
) -> Iterator[Snapshot]:
    """SPOKEN; home language and who learns English are filters."""
    folder = tmp_path_factory.mktemp("speakers")
    with (
        pytest.MonkeyPatch.context() as patch,
        database_on(request.param, folder, run_folder) as at,
    ):
        patch.setenv("LEAP_DATABASE_URL", at.reader_url)
        patch.setenv("LEAP_STUDENT_GROUPS", "home_language,english_learner")
        patch.chdir(folder)
        write_speakers(Delivery(folder / "delivery", at.loader_url), SPOKEN).load()
        with snapshot() as data:
            yield data


def speaking(*languages: str) -> View:
    return View(Filters(home_language=languages))


def told(data: Snapshot, view: View, viewer: Viewer) -> pd.DataFrame:
    """The months of a trajectory that are not withheld."""
    frame = trajectory(data, viewer, view).frame
    return frame[~frame["withheld"]]


def options(
    data: Snapshot, viewer: Viewer, filters: Filters, dimension: str
) -> dict[str, int | None]:
    frame = option_counts(data, viewer, filters)
    rows = frame[frame["dimension"] == dimension]
    students = rows["students"].astype(object).where(rows["students"].notna(), None)
    return dict(zip(rows["value"], students, strict=True))


# --- The setting --------------------------------------------------------------------------


def test_no_group_is_a_filter_unless_it_is_switched_on() -> None:
    assert read_student_groups({}) == ()
    assert read_student_groups({"LEAP_STUDENT_GROUPS": ""}) == ()


def test_groups_stand_in_their_own_order_whatever_that_of_the_setting() -> None:
    setting = {"LEAP_STUDENT_GROUPS": " disability, home_language,"}
    assert read_student_groups(setting) == ("home_language", "disability")


def test_a_group_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(StudentGroupsError, match="“shoe_size” is not a student group") as refused:
        read_student_groups({"LEAP_STUDENT_GROUPS": "home_language,shoe_size"})
    assert all(group in str(refused.value) for group in ("LEAP_STUDENT_GROUPS", *STUDENT_GROUPS))


def test_every_group_is_a_dimension_after_the_others() -> None:
    assert DIMENSIONS[-len(STUDENT_GROUPS) :] == STUDENT_GROUPS


# --- What can be chosen -------------------------------------------------------------------


def test_languages_stand_by_students_and_those_of_few_have_no_name(speakers: Snapshot) -> None:
    labels = known_values(speakers).labels("home_language")
    assert list(labels) == ["Spanish", MAYAN, LESS_COMMON, NOT_RECORDED]
    assert "Urdu" not in str(labels)


def test_no_choice_comes_or_goes_with_a_few_students(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was visited since the last load would be told by a choice that came with them."""
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    found = []
    for spoken in (["Spanish"] * 40, ["Spanish"] * 40 + ["Urdu"] * 9 + [""]):
        write_speakers(delivery, spoken).load()
        with snapshot() as data:
            found.append(options(data, LEADERSHIP, Filters(), "home_language"))
    assert found == [{"Spanish": 40, LESS_COMMON: None, NOT_RECORDED: None}] * 2


def test_counts_by_a_group_are_never_exact(speakers: Snapshot) -> None:
    assert not is_exact(Filters(home_language=("Spanish",)))
    assert options(speakers, LEADERSHIP, Filters(), "home_language") == {
        "Spanish": 40,  # or 38 or 42: to fives
        MAYAN: 20,
        LESS_COMMON: None,  # with the one whose language is not recorded
        NOT_RECORDED: None,
    }


def test_yes_no_and_not_recorded_are_choices_whoever_there_is(speakers: Snapshot) -> None:
    counts = options(speakers, LEADERSHIP, Filters(home_language=("Spanish",)), "english_learner")
    assert counts == {"yes": 20, "no": None, NOT_RECORDED: 20}


def test_a_group_narrows_every_count_and_figure(speakers: Snapshot) -> None:
    view = View(Filters(home_language=("Spanish",), english_learner=("yes",)))
    assert (told(speakers, view, LEADERSHIP)["students"] == 20).all()
    assert standing(speakers, LEADERSHIP, view)["students"].tolist() == [20]
    assert contacts(speakers, LEADERSHIP, view)["completed"].tolist() == [20]
    assert effect(speakers, LEADERSHIP, view.filters).threshold == 10  # it can be asked


def test_a_coordinators_list_can_be_narrowed_to_a_group(speakers: Snapshot) -> None:
    assert len(caseload(speakers, HARTFORD, speaking(MAYAN).filters)) == 20
    assert len(caseload(speakers, HARTFORD, speaking(LESS_COMMON).filters)) == 19
    assert len(caseload(speakers, HARTFORD, Filters(english_learner=("yes",)))) == 40


# --- Small groups -------------------------------------------------------------------------


def test_a_figure_is_withheld_where_those_of_other_languages_are_few(speakers: Snapshot) -> None:
    """80 students beside 79 would tell of the one whose language is not recorded."""
    everyone_else = speaking("Spanish", MAYAN, LESS_COMMON)
    cells = month_cells(speakers, LEADERSHIP)
    assert smallest_parts(speakers, cells, everyone_else)["all"].min() == 1
    assert told(speakers, everyone_else, LEADERSHIP).empty
    assert not told(speakers, speaking("Spanish"), LEADERSHIP).empty


def test_each_viewers_threshold_holds_for_a_group(speakers: Snapshot) -> None:
    assert not told(speakers, speaking(MAYAN), LEADERSHIP).empty
    assert told(speakers, speaking(MAYAN), PRESENTER).empty


# --- Off ----------------------------------------------------------------------------------


def test_a_group_that_is_off_is_ignored_like_a_value_there_is_not(
    speakers: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEAP_STUDENT_GROUPS")
    known = known_values(speakers)
    for value in ("Spanish", "Klingon"):
        view, notices = View.parse(f"?home_language={value}", known)
        assert view == View()
        assert notices == (f"“{value}” is not a known value of home language; it was ignored.",)
    assert known.dimensions == ("district", "grade", "modality", "visitor_type", "cohort")


def test_a_language_of_few_is_ignored_like_one_there_is_not(speakers: Snapshot) -> None:
    _view, notices = View.parse("?home_language=Urdu", known_values(speakers))
    assert notices == ("“Urdu” is not a known value of home language; it was ignored.",)


def test_groups_change_no_figure_that_does_not_name_them(
    speakers: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = View(Filters(grade=("6-12",)), split="district")
    found = []
    for setting in ("home_language,english_learner", ""):
        monkeypatch.setenv("LEAP_STUDENT_GROUPS", setting)
        counts = option_counts(speakers, LEADERSHIP, view.filters)
        is_group = counts["dimension"].isin(STUDENT_GROUPS)
        assert is_group.any() == bool(setting)
        others = counts[~is_group].sort_values(["dimension", "value"], ignore_index=True)
        parts = smallest_parts(speakers, month_cells(speakers, LEADERSHIP), view)
        found.append((others, parts["0640011"].tolist()))
    pd.testing.assert_frame_equal(found[0][0], found[1][0])
    assert found[0][1] == found[1][1]
