"""What administrators are told of deliveries, on both engines: rules and lines, no student."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from queries.database import snapshot
from queries.deliveries import (
    DELIVERED,
    LATE,
    MISSING,
    doubtful_rules,
    freshness,
    last_loads,
    last_loads_whole,
    rejected_lines,
    rejected_rules,
    spellings,
)
from queries.viewer import Viewer
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, VISITS, Delivery, months

LEADERSHIP = Viewer("leadership")
OTHERS = (Viewer("presenter", threshold=20), Viewer("coordinator", ("0640011",)))

ADA = [18, 14, 10, 12, 16, 18, 19, 20, 20, 20]
TOO_MANY = "0000000001,0640011,2021-09,20,21\n"


@pytest.fixture
def gaps(delivery: Delivery) -> Delivery:
    """Hartford delivers all of 2021-22; New Haven from October, not December, nor May and June."""
    of_new_haven = months("0000000002", "0930011", [20] * 10).splitlines(keepends=True)
    return delivery.write(
        attendance=ATTENDANCE_HEADER
        + months("0000000001", "0640011", ADA)
        + "".join([*of_new_haven[1:3], *of_new_haven[4:8]])
    )


def states(frame: pd.DataFrame, code: str) -> dict[str, str]:
    own = frame[frame["district_code"] == code]
    return dict(zip(own["month"], own["state"], strict=True))


def visits(*rows: str) -> str:
    """Visits of Ada's, numbered, each a day and a place."""
    head = VISITS.splitlines(keepends=True)[0]
    return head + "".join(
        f"w{n},0000000001,{row},completed,school\n" for n, row in enumerate(rows, start=1)
    )


def test_every_month_from_the_first_on_is_delivered_missing_or_late(gaps: Delivery) -> None:
    gaps.load()
    with snapshot() as data:
        found = freshness(data, LEADERSHIP)
    assert states(found, "0640011") == dict.fromkeys(SCHOOL_YEAR, DELIVERED)
    assert states(found, "0930011") == {
        "2021-10": DELIVERED,
        "2021-11": DELIVERED,
        "2021-12": MISSING,
        **dict.fromkeys(SCHOOL_YEAR[4:8], DELIVERED),
        "2022-05": LATE,
        "2022-06": LATE,
    }
    assert list(found.columns) == ["district_code", "month", "state", "school_year"]


def test_a_district_that_delivered_nothing_is_late_with_everything(delivery: Delivery) -> None:
    delivery.write(attendance=ATTENDANCE_HEADER + months("0000000001", "0640011", ADA)).load()
    with snapshot() as data:
        found = freshness(data, LEADERSHIP)
    assert states(found, "0930011") == dict.fromkeys(SCHOOL_YEAR, LATE)


def test_rejected_rows_are_counted_by_rule_beside_the_load_before(delivery: Delivery) -> None:
    attendance = (delivery.folder / "attendance.csv").read_text()
    delivery.write(attendance=attendance + TOO_MANY.replace("2021-09", "2022-07")).load()
    bad_visits = visits("2021-12-01,carriage", "2021-12-02,carriage", "2021-12-03,carriage")
    july = "".join(TOO_MANY.replace("2021-09", month) for month in ("2022-07", "2022-08"))
    delivery.write(attendance=attendance + july, visits=bad_visits).load()
    with snapshot() as data:
        rules = rejected_rules(data, LEADERSHIP)
        lines = rejected_lines(data, LEADERSHIP)
    assert rules[["file", "column", "rows", "before"]].to_numpy().tolist() == [
        ["visits.csv", "modality", 3, 0],
        ["attendance.csv", "days_attended", 2, 1],
    ]
    assert "more than" in rules["rule"][1]
    assert list(lines.columns) == ["file", "line", "column", "rule"]
    assert lines["line"].tolist() == [22, 23, 2, 3, 4]
    told = f"{rules.to_csv()}{lines.to_csv()}"
    assert "carriage" not in told
    assert "0000000001" not in told


def doubtful_visits(number: int) -> str:
    return visits(*["2021-12-07,home"] * number)


def test_doubts_are_told_by_rule_in_fives_without_lines_and_words(delivery: Delivery) -> None:
    delivery.write(visits=doubtful_visits(13)).load()
    with snapshot() as data:
        rules = doubtful_rules(data, LEADERSHIP)
    assert list(rules.columns) == ["file", "rule", "rows"]
    assert rules[["file", "rows"]].to_numpy().tolist() == [["visits.csv", 15]]
    assert "same" in rules["rule"][0]
    assert "0000000001" not in rules.to_csv()


def test_few_doubts_look_like_none(delivery: Delivery) -> None:
    # Of one row it would tell whether the database has a contact of that student on that day.
    delivery.write(visits=doubtful_visits(9)).load()
    with snapshot() as data:
        assert doubtful_rules(data, LEADERSHIP).empty


def of_unknown(number: int) -> str:
    """Months of students that nobody has declared."""
    return "".join(f"20000000{n:02d},0640011,2022-06,20,20\n" for n in range(number))


@pytest.mark.parametrize("number", [0, 9, 13])
def test_rows_of_unknown_students_are_neither_counted_nor_listed(
    delivery: Delivery, number: int
) -> None:
    attendance = (delivery.folder / "attendance.csv").read_text()
    too_many = TOO_MANY.replace("2021-09", "2022-07")
    delivery.write(attendance=f"{attendance}{too_many}{of_unknown(number)}").load()
    with snapshot() as data:
        rules, lines = rejected_rules(data, LEADERSHIP), rejected_lines(data, LEADERSHIP)
        [loads] = last_loads_whole(data).to_dict("records")
    assert rules["rows"].tolist() == [1]
    assert lines["line"].tolist() == [22]
    assert loads["rows_rejected"] == 1


def test_what_is_told_of_loads_is_what_stands_in_their_files(delivery: Delivery) -> None:
    head, *rows = (delivery.folder / "attendance.csv").read_text().splitlines()
    for changed in (0, 1, 14):  # days enrolled, of so many months
        new = [row.replace(",20,", ",31,", 1) for row in rows[:changed]]
        again = [rows[19], TOO_MANY.strip()]
        delivery.write(attendance="\n".join([head, *new, *rows[changed:], *again])).load()
    with snapshot() as data:
        files, whole = last_loads(data), last_loads_whole(data)
    attendance = files[files["file"] == "attendance.csv"]
    told = ["rows_read", "rows_duplicate", "rows_rejected", "rows_good"]
    assert attendance[told].to_numpy().tolist() == [[22, 1, 1, 20]] * 3
    assert list(files.columns) == ["loaded_at", "file", *told]
    assert whole[told].nunique().tolist() == [1] * 4
    assert whole["files"].tolist() == [5] * 3


def test_what_a_district_took_back_is_told_in_counts_until_somebody_decides(
    delivery: Delivery,
) -> None:
    of_ada, of_cy = (months(one, "0640011", ADA) for one in ("0000000001", "1000000003"))
    of_ben = months("0000000002", "0930011", [20] * 10)
    delivery.write(attendance=ATTENDANCE_HEADER + of_ada + of_cy).load()
    delivery.write(attendance=ATTENDANCE_HEADER + of_cy).load()
    delivery.write(attendance=ATTENDANCE_HEADER + of_ben).load()  # says nothing of Hartford
    with snapshot() as data:
        rules = doubtful_rules(data, LEADERSHIP)
        assert all(doubtful_rules(data, viewer).empty for viewer in OTHERS)
    assert rules[["file", "rows"]].to_numpy().tolist() == [["attendance.csv", 10]]
    assert rules["rule"][0].startswith("months that a later delivery of them no longer holds")


MAPPING = """
[visits.values.modality]
"HOME VISIT" = "home"
"Marias kitchen" = "home"
[visits.values.language]
"Marias" = "Spanish"
"""


@pytest.fixture
def spelled(delivery: Delivery, tmp_path: Path) -> Delivery:
    """Six visits HOME VISIT, five HOME, four in a kitchen whose owner is named."""
    places = ["HOME VISIT"] * 6 + ["HOME"] * 5 + ["Marias kitchen"] * 4
    rows = visits(
        *(f"2022-{1 + n // 5:02d}-{10 + n % 5},{place}" for n, place in enumerate(places))
    )
    head, *lines = rows.splitlines()
    named = "".join(f"{line},Marias\n" for line in lines)
    (tmp_path / "ours.toml").write_text(MAPPING)
    delivery.write(visits=f"{head},language\n{named}").load(mapping=str(tmp_path / "ours.toml"))
    return delivery


@pytest.mark.usefixtures("spelled")
def test_spellings_are_told_of_fixed_columns_and_of_enough_rows() -> None:
    with snapshot() as data:
        found = spellings(data, Viewer("leadership", threshold=5))
        assert len(spellings(data, LEADERSHIP).told) == 0
    assert found.told.to_numpy().tolist() == [["visits.csv", "modality", "HOME VISIT", "home", 6]]
    assert found.others == 1


@pytest.mark.usefixtures("spelled")
@pytest.mark.parametrize("viewer", OTHERS, ids=lambda viewer: viewer.role)
def test_nobody_else_is_told_of_spellings(viewer: Viewer) -> None:
    with snapshot() as data:
        found = spellings(data, replace(viewer, threshold=5))
    assert found.told.empty
    assert found.others == 0


@pytest.mark.parametrize("viewer", OTHERS, ids=lambda viewer: viewer.role)
def test_nobody_else_is_told_of_gaps_rejected_rows_or_doubts(
    gaps: Delivery, viewer: Viewer
) -> None:
    gaps.write(visits=doubtful_visits(12))
    gaps.add("attendance", TOO_MANY.strip()).load()
    with snapshot() as data:
        for query in (freshness, rejected_rules, rejected_lines, doubtful_rules):
            assert len(query(data, LEADERSHIP))
            assert query(data, viewer).empty
