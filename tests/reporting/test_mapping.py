"""Mapping files: local names, spellings, dates and shortened codes."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from queries.schema import attendance_month, visit
from reporting.errors import DeliveryRefusedError, MappingError
from reporting.mapping import read_mapping
from tests.conftest import Delivery

STATE_FILE = (
    "Reporting District,SASID,Date of Birth,Month,Year,"
    "In-Person Membership Days,In-Person Attendance Days\n"
    "064,0000000001,05012010,09,2021,20,18\n"
    "093,0000000002,06012011,9,2021,20,17\n"
)


def test_the_states_monthly_file_loads_as_it_is(delivery: Delivery) -> None:
    (delivery.folder / "attendance.csv").unlink()
    delivery.write(membership_attendance=STATE_FILE)
    report = delivery.load(mapping="connecticut_monthly")
    assert len(report.rejected) == 0
    assert delivery.read(sa.select(attendance_month).order_by("student_id")) == [
        ("0000000001", "0640011", "2021-09", 20.0, 18.0),
        ("0000000002", "0930011", "2021-09", 20.0, 17.0),
    ]


def test_a_districts_own_mapping_translates_columns_spellings_and_dates(
    delivery: Delivery,
) -> None:
    mapping = delivery.folder / "ours.toml"
    mapping.write_text(
        """
[visits]
file = "log.csv"
[visits.columns]
visit_id = "No."
student_id = "Student"
visit_date = "When"
modality = "Where"
outcome = "Result"
visitor_type = "Who"
[visits.values.modality]
"HOME VISIT" = "home"
"virtual/zoom" = "virtual"
[visits.values.outcome]
"done" = "completed"
[visits.dates]
visit_date = "%m/%d/%Y"
"""
    )
    delivery.write(
        log="No.,Student,When,Where,Result,Who\n"
        "1,0000000001,12/7/2021, home visit ,Done,school\n"
        "2,0000000001,28/12/2021,Virtual/Zoom,done,school\n"
    )
    (delivery.folder / "visits.csv").unlink()
    report = delivery.load(mapping=str(mapping))
    [rejected] = report.rejected.to_dict(orient="records")
    assert (rejected["column"], rejected["value"]) == ("visit_date", "28/12/2021")
    [row] = delivery.read(sa.select(visit.c["visit_id", "modality", "outcome"]))
    assert row == ("1", "home", "completed")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[visit]\n", "not an input file"),
        ("[visits]\ncolums = {}\n", "not understood"),
        ("[visits.columns]\nvisitdate = 'x'\n", "not a column of visits.csv"),
        ("[attendance.dates]\nmonth = '%m/%Y'\n", "which is not a date"),
        ("[visits.dates]\nvisit_date = '%Q'\n", "the format “%Q”, which is not understood"),
        ("[visits.values]\nmodality = ['home']\n", "has to give modality a table"),
        ("[visits.values.modality]\nvisit = 'zoo'\n", "into “zoo”, which is not one of home"),
        ("not toml", "not a TOML file"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_which_entry(
    delivery: Delivery, content: str, words: str
) -> None:
    path = delivery.folder / "broken.toml"
    path.write_text(content)
    with pytest.raises(MappingError, match=words):
        read_mapping(str(path))


def test_a_mapped_column_that_is_not_there_refuses_the_load(delivery: Delivery) -> None:
    path = delivery.folder / "ours.toml"
    path.write_text("[students.columns]\nhome_language = 'Idioma'\n")
    with pytest.raises(DeliveryRefusedError, match="Idioma is missing"):
        delivery.load(mapping=str(path))


@pytest.mark.parametrize("name", ["/etc/hostname", "../visits.csv", "a/b.csv", "..", ""])
def test_a_mapping_names_files_of_the_delivery_folder_alone(delivery: Delivery, name: str) -> None:
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(f'[visits]\nfile = "{name}"')
    with pytest.raises(MappingError, match="the name of a file in the delivery folder"):
        read_mapping(str(mapping))
