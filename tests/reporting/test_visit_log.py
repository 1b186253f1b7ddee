"""The visit log as people keep it: spellings, siblings in one row, a visit written down twice."""

from __future__ import annotations

import sqlalchemy as sa

from queries.schema import doubtful_row, source_mark, student, translated_spelling, visit
from reporting.load import LoadReport
from tests.conftest import STUDENTS, VISITS, Delivery

HEADER = VISITS.splitlines()[0]


def load_log(delivery: Delivery, *rows: str, entries: str = "") -> LoadReport:
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(f"[visits]\n{entries}")
    return delivery.write(visits="\n".join((HEADER, *rows, ""))).load(mapping=str(mapping))


def ids(delivery: Delivery) -> list[tuple]:
    return delivery.read(sa.select(visit.c["visit_id", "student_id"]).order_by("visit_id"))


def test_what_became_of_spellings_is_told_with_how_many_rows(delivery: Delivery) -> None:
    report = load_log(
        delivery,
        "v1,0000000001,2021-12-07,HOME VISIT,completed,school",
        "v2,0000000001,2021-12-08, home visit ,Completed,school",
        "v3,0000000001,2021-12-09,home,completed,school",
        entries='[visits.values.modality]\n"home visit" = "home"',
    )
    told = [
        ("visits.csv", "modality", "HOME VISIT", "home", 1),
        ("visits.csv", "modality", "home visit", "home", 1),
        ("visits.csv", "outcome", "Completed", "completed", 1),
    ]
    spelling = translated_spelling.c["file", "column", "local", "ours", "rows"]
    assert sorted(map(tuple, report.spellings.values.tolist())) == told
    assert sorted(delivery.read(sa.select(*spelling))) == told


def test_siblings_of_one_row_are_a_visit_each(delivery: Delivery) -> None:
    report = load_log(
        delivery,
        "v1,0000000001 & 1000000003;,2021-12-07,home,completed,school",
        "v2,0000000002,2021-12-08,home,completed,school",
        "v3,0000000001/0000000009,2021-12-09,zoo,completed,school",
        entries='split = [";", "&", "/"]',
    )
    assert ids(delivery) == [("v1", "0000000001"), ("v1-2", "1000000003"), ("v2", "0000000002")]
    assert report.rejected["line"].tolist() == [4, 4]
    assert report.rejected["row"].str.startswith("v3,0000000001/0000000009").all()
    assert report.remarks == ["visits.csv: 2 rows named several students: 2 rows more."]
    assert report.outcomes["visits.csv"].read == 5


TWICE = (
    "v1,0000000001,2021-12-07,home,completed,school",
    "v2,0000000001,2021-12-07,phone,completed,school",
    "v3,0000000001,2021-12-08,home,attempted,school",
    "v4,0000000001,2021-12-08,phone,completed,school",
    "v5,0000000002,2021-12-07,home,completed,school",
)


def test_contacts_of_one_student_on_one_day_are_loaded_and_shown_for_decision(
    delivery: Delivery,
) -> None:
    report = load_log(delivery, *TWICE)
    assert report.outcomes["visits.csv"].loaded == 5
    assert report.doubts["line"].tolist() == [2, 3, 4, 5]
    assert report.doubts["rule"].str.rpartition(" with ")[2].tolist() == [
        *["the same outcome"] * 2,
        *["different outcomes"] * 2,
    ]
    both = "0000000001 on 2021-12-07: v1 home completed, v2 phone completed"
    assert report.doubts["words"].tolist()[:2] == [both, both]
    assert delivery.read(sa.select(sa.func.count()).select_from(doubtful_row)) == [(4,)]
    assert "v1 home completed" in (delivery.folder / "doubts.csv").read_text()


def test_a_contact_of_an_earlier_delivery_is_seen_too(delivery: Delivery) -> None:
    load_log(delivery, TWICE[0])
    assert load_log(delivery, TWICE[1]).doubts["line"].tolist() == [2]


def test_what_is_decided_to_be_a_duplicate_is_left_out_and_taken_back(delivery: Delivery) -> None:
    load_log(delivery, *TWICE)
    decided = load_log(delivery, *TWICE, entries='duplicates = ["v2"]\ndistinct = ["v4"]')
    assert len(decided.doubts) == 0
    assert "v2" not in dict(ids(delivery))
    assert not (delivery.folder / "doubts.csv").exists()
    assert decided.outcomes["visits.csv"].read == 4


def test_a_column_that_a_later_delivery_lacks_keeps_what_was_known(delivery: Delivery) -> None:
    delivery.load()
    known = sa.select(student.c["student_id", "first_name", "home_language"]).order_by("student_id")
    before = delivery.read(known)
    rows = [line.split(",") for line in STUDENTS.splitlines()]
    shorter = "\n".join(",".join([row[0], row[1].upper()]) for row in rows)
    delivery.write(students=shorter.replace("FIRST_NAME", "first_name")).load()
    assert delivery.read(known) == [(id, first.upper(), home) for id, first, home in before]


def test_a_folder_without_a_source_keeps_no_mark(delivery: Delivery) -> None:
    delivery.load()
    assert delivery.read(sa.select(source_mark)) == []
