"""What of a student group reaches the browser: nothing where it is off, and no name of a few."""

from __future__ import annotations

import pytest

from access.audit import read_audit
from queries.student_groups import StudentGroupsError
from tests.access.conftest import Build, Site

BENS = "?home_language=Spanish"  # which nobody else speaks


def answers(here: Site, search: str) -> str:
    """The outer layout, and what every page answers to an address, as the browser gets it."""
    pages = [
        key.strip(".").split("...")[0]
        for key, declared in here.app.callback_map.items()
        if "callback" in declared
        and [(part["id"], part["property"]) for part in declared["inputs"]] == [("url", "search")]
    ]
    assert len(pages) >= 4
    asked = [here.client.get("/_dash-layout")]
    asked += [here.ask(output, search) for output in (*pages, "students-grid")]
    assert all(answer.status_code == 200 for answer in asked)
    return "".join(answer.get_data(as_text=True) for answer in asked)


def test_the_program_does_not_start_with_a_group_there_is_not(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "shoe_size")
    with pytest.raises(StudentGroupsError, match="“shoe_size” is not a student group"):
        site()


@pytest.mark.parametrize("name", ["lea", "cora", "pat"])
def test_nothing_of_a_group_reaches_the_browser_unless_it_is_on(site: Build, name: str) -> None:
    here = site()
    here.sign_in(name)
    told = answers(here, "")
    assert ("Ada" in told) == (name == "cora")
    for word in ("home_language", "Home language", "Spanish", "English", "less-common"):
        assert word not in told


def test_a_group_that_is_on_is_a_filter_without_the_names_of_a_few(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    here = site()
    here.sign_in("cora")
    told = answers(here, "")
    assert "Home language" in told
    assert "Less common languages" in told
    assert "Spanish" not in told
    assert "English learner" not in told


def test_a_language_is_not_told_by_asking_for_it(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Off, or spoken by few, or by nobody: the answer is the same but for the word asked for."""
    here = site()
    here.sign_in("pat")
    off = answers(here, BENS)
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    of_few, of_nobody = (answers(here, search) for search in (BENS, "?home_language=Klingon"))
    assert of_few == of_nobody.replace("Klingon", "Spanish")
    for told in (off, of_few):
        assert "Spanish” is not a known value of home language; it was ignored." in told


def test_a_coordinator_lists_the_own_students_of_a_group(
    site: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language,disability")
    here = site()
    here.sign_in("cora")
    asked = here.ask("students-grid", "?home_language=less-common&district=0930011")
    assert asked.get_json()["response"]["students-grid"]["rowData"] == []
    search = "?home_language=less-common&disability=not-recorded"
    rows = here.ask("students-grid", search).get_json()["response"]["students-grid"]["rowData"]
    assert [row["name"] for row in rows] == ["Example, Ada"]
    assert "English" not in str(rows)
    assert [*read_audit(here.folder / "audit.log")][-1]["selection"] == search
