"""The command line as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reporting.__main__ import main
from reporting.demonstration import write_demonstration
from tests.conftest import ATTENDANCE_HEADER, Delivery, months
from tests.reporting.test_demonstration import keep_a_tenth

ADA = "0000000001"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_a_load_prints_a_table_of_what_became_of_each_file(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery.add("attendance", f"{ADA},0640011,2022-06,20,99")
    assert main(["load", str(delivery.folder), "--max-rejected", "10"]) == 0
    words = said(capsys)
    assert "file read loaded changed duplicate rejected" in words
    assert "attendance.csv 21 20 0 0 1" in words
    assert "rejected.csv" in words


def test_a_load_prints_spellings_doubts_and_remarks(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery.add("visits", f"v2,{ADA},2021-12-07,HOME VISIT,Completed,school", "Total,2,,,,")
    mapping = delivery.folder.parent / "ours.toml"
    mapping.write_text(
        '[visits.values.modality]\n"home visit" = "home"\n[visits.leave_out]\nvisit_id = "Total"'
    )
    assert main(["load", str(delivery.folder), "--mapping", str(mapping)]) == 0
    words = said(capsys)
    assert "visits.csv modality HOME VISIT home 1" in words
    assert "Completed" not in words, "capital letters are no news"
    assert "visits.csv: 1 row left out, as the mapping says." in words
    assert "should decide about:" in words


def test_where_a_load_is_and_what_came_of_it_stands_in_a_file(delivery: Delivery) -> None:
    file = delivery.folder.parent / "status.json"
    options = ["--status", str(file), "--max-rejected", "3"]
    assert main(["load", str(delivery.folder), *options]) == 0
    status = json.loads(file.read_text())
    assert status["ended"]
    assert status["refusal"] is None
    assert status["outcomes"][0] == {
        "file": "districts.csv",
        "read": 2,
        "duplicate": 0,
        "rejected": 0,
        "good": 2,
    }
    delivery.add("attendance", f"{ADA},0640011,2022-06,20,99")
    assert main(["load", str(delivery.folder), *options]) == 1
    assert "attendance.csv: 1 of 21 rows" in json.loads(file.read_text())["refusal"]
    assert main(["load", "/nowhere/at/all", *options]) == 1
    assert "no folder /nowhere" in json.loads(file.read_text())["refusal"]
    assert main(["load", str(delivery.folder), *options, "--mapping", "nowhere"]) == 2
    assert "no mapping file nowhere" in json.loads(file.read_text())["refusal"]


@pytest.mark.parametrize(
    ("url", "words"),
    [("no address", "--from is not the address"), ("sqlite://", "read from PostgreSQL")],
)
def test_a_source_that_cannot_be_read_is_refused(
    delivery: Delivery, capsys: pytest.CaptureFixture[str], url: str, words: str
) -> None:
    assert main(["load", str(delivery.folder), "--from", url]) == 1
    assert words in said(capsys)


def test_check_says_what_is_there_and_what_looks_wrong(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery.write(
        districts="district_code,district_name\n0640011,Hartford\n0930011,New Haven\n1,Nowhere\n",
        attendance=ATTENDANCE_HEADER
        + months(ADA, "0640011", [18] * 10)
        + f"0000000002,0930011,2021-09,20,20\n{ADA},0640011,2022-07,1,1\n",
    )
    delivery.add("visits", "v2,1000000003,2021-12-08,home,completed,school")
    delivery.load()
    capsys.readouterr()
    assert main(["check"]) == 0
    words = said(capsys)
    assert "Data through July 31, 2022" in words
    assert "attendance_month 12" in words
    assert "2022-07 holds only 1 student-days" in words
    assert "New Haven: attendance ends with 2021-09, elsewhere with 2022-07" in words
    assert "1 served students have no attendance in the three months before" in words
    assert "The last load rejected 1 rows of districts.csv for district_code" in words


def test_check_without_a_database_says_how_to_make_one(
    delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    assert delivery.folder.exists()
    assert main(["check"]) == 1
    assert "python -m reporting demo" in said(capsys)


def test_demo_makes_a_demonstration_database(
    delivery: Delivery, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_a_tenth(*arguments: Any) -> Path:
        return keep_a_tenth(write_demonstration(*arguments))

    monkeypatch.setattr("reporting.__main__.write_demonstration", write_a_tenth)
    assert delivery.folder.exists()
    assert main(["demo", "--scale", "district", "--seed", "5"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "Demonstration data: invented students." in said(capsys)


def test_a_folder_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "/nowhere/at/all"]) == 1
    assert "There is no folder /nowhere/at/all" in said(capsys)
