"""Both engines hold the same load: every public query gives the same answer, to 1e-9."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from queries import memory, visits
from queries.changes import changes
from queries.database import Snapshot, snapshot
from queries.deliveries import last_loads
from queries.effects import effects
from queries.facets import option_counts
from queries.filters import Filters, View
from queries.official import district_months, quality, schools
from queries.standing import contacts, standing
from queries.students import caseload, one_student
from queries.targets import SERVED, measured
from queries.trajectories import trajectory
from queries.viewer import Viewer
from tests.conftest import Program
from tests.queries.conftest import program_on_server

HARTFORD = "0640011"
LEADERSHIP, PRESENTER = Viewer("leadership"), Viewer("presenter", threshold=20)
COORDINATOR = Viewer("coordinator", districts=(HARTFORD, "0930011"))
VIEWS = [
    View(),
    View(split="district"),
    View(split="cohort", same_students=True),
    View(Filters(grade=("6-12",), modality=("home", "phone"))),
    View(Filters(district=(HARTFORD,)), split="modality"),
    View(Filters(home_language=("Spanish", "less-common"))),
]


def answers(data: Snapshot) -> dict[str, pd.DataFrame]:
    """What the public queries say, by a name for each."""
    found = {"loads": last_loads(data), "quality": quality(data).reset_index()}
    found["official"] = district_months(data, LEADERSHIP)
    found["schools"] = schools(data, LEADERSHIP, HARTFORD)
    found["served"] = measured(data, LEADERSHIP, HARTFORD, SERVED)
    for view in VIEWS:
        name = view.to_search()
        for viewer in (LEADERSHIP, PRESENTER):
            found[f"trajectory {viewer.role} {name}"] = trajectory(data, viewer, view).frame
            found[f"options {viewer.role} {name}"] = option_counts(data, viewer, view.filters)
        found[f"standing {name}"] = standing(data, LEADERSHIP, view)
        found[f"contacts {name}"] = contacts(data, LEADERSHIP, view)
        for one in effects(data, LEADERSHIP, view):
            found[f"effect {name} {one.label}"] = one.frame
            found[f"checks {name} {one.label}"] = one.checks
    for viewer in (LEADERSHIP, COORDINATOR):
        scope = visits.visits_scope(viewer, Filters())
        for query in ("volume", "waits", "calendar", "flow", "repeats", "schools", "visitors"):
            found[f"{query} {viewer.role}"] = getattr(visits, query)(data, viewer, scope)
    students = caseload(data, COORDINATOR, Filters())
    found["caseload"] = students.sort_values("student_id", ignore_index=True)
    for student_id in students["student_id"][:5]:
        record = one_student(data, COORDINATOR, student_id)
        assert record is not None
        for part in ("months", "weeks", "visits", "enrollments"):
            found[f"{part} of {student_id}"] = getattr(record, part)
    found["changes"] = pd.DataFrame({"told": [repr(changes(data, LEADERSHIP, Filters()))]})
    return found


def test_postgresql_answers_what_duckdb_answers(
    program: Program, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_STUDENT_GROUPS", "home_language")
    found = []
    for url in (program.url, program_on_server(program, run_folder)):
        monkeypatch.setenv("LEAP_DATABASE_URL", url)
        memory._memory._results.clear()
        with snapshot() as data:
            found.append(answers(data))
    of_duckdb, of_postgresql = found
    assert of_duckdb.keys() == of_postgresql.keys()
    assert len(of_duckdb) > 80
    for name, frame in of_duckdb.items():
        pd.testing.assert_frame_equal(
            of_postgresql[name], frame, rtol=0, atol=1e-9, check_dtype=False, obj=name
        )
