"""The state's public yearly file: told by its header, completed, and refused in clear words."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from queries.schema import public_rate, served_student
from reporting.demonstration.setting import PUBLIC_FILE
from reporting.errors import DeliveryRefusedError
from reporting.sources.connecticut_public import deliver, is_public_file
from tests.conftest import Delivery

HEADER = (
    "District code,District name,Category,Student group,"
    "2022-2023 student count - year to date,2022-2023 attendance rate - year to date,"
    "2021-2022 student count,2021-2022 attendance rate,Reporting period,Date update"
)
STATE = "00000CT,Connecticut,,All Students,500000,0.92,500100,0.91,May 2023,06/20/2023"
HARTFORD = "640011,Hartford School District,,All Students,16000,0.87,16100,0.86,May 2023,06/20/2023"
SMALL = "10011,Small School District,Homelessness,Homeless,,,25,0.8,May 2023,06/20/2023"
TITLE = "School_Attendance_by_Student_Group_and_District"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "any name.csv", TITLE, HEADER, STATE, HARTFORD, SMALL)


def written(path: Path, *lines: str, encoding: str = "utf-8", end: str = "\r\n") -> Path:
    path.write_bytes("".join(f"{line}{end}" for line in lines).encode(encoding))
    return path


def made(file: Path, into: Path) -> pd.DataFrame:
    deliver(file, into)
    return pd.read_csv(into / "public_rates.csv", dtype=str, keep_default_na=False)


# --- Which file it is --------------------------------------------------------------------


def test_it_is_told_by_its_header_under_a_title_or_not_whatever_years_it_has(
    file: Path, tmp_path: Path
) -> None:
    assert is_public_file(file)
    assert is_public_file(PUBLIC_FILE)
    bare = HEADER.replace("2022-2023", "2031-32").replace("2021-2022", "2030-31")
    assert is_public_file(written(tmp_path / "bare.csv", bare, STATE, encoding="utf-8-sig"))


@pytest.mark.parametrize(
    "header",
    [
        "student_id,district_code,month,days_enrolled,days_attended",
        HEADER.replace("Reporting period", "Period"),
        "District code,District name,Category,Student group,Reporting period,Date update",
        HEADER.replace("2021-2022 attendance rate", "2021-2022 share"),
        "",
    ],
)
def test_other_files_are_not_it(tmp_path: Path, header: str) -> None:
    assert not is_public_file(written(tmp_path / "other.csv", header, STATE))
    assert not is_public_file(tmp_path / "none.csv")


# --- What it becomes ---------------------------------------------------------------------


def test_each_row_becomes_a_row_for_every_school_year(file: Path, tmp_path: Path) -> None:
    rows = made(file, tmp_path)
    assert len(rows) == 3 * 2
    of_hartford = rows[rows["district_code"] == "0640011"].to_dict("records")
    assert of_hartford[0] == {
        "district_code": "0640011",
        "district_name": "Hartford School District",
        "category": "",
        "student_group": "All Students",
        "school_year": "2021-22",
        "students": "16100",
        "rate": "0.86",
        "year_to_date": "no",
        "reporting_period": "May 2023",
        "updated_on": "2023-06-20",
    }
    assert (of_hartford[1]["school_year"], of_hartford[1]["rate"]) == ("2022-23", "0.87")
    assert of_hartford[1]["year_to_date"] == "yes"


def test_lost_zeros_come_back_and_suppressed_figures_stay_empty(file: Path, tmp_path: Path) -> None:
    rows = made(file, tmp_path)
    assert set(rows["district_code"]) == {"00000CT", "0640011", "0010011"}
    small = rows[rows["district_code"] == "0010011"].set_index("school_year")
    assert small.loc["2022-23", ["students", "rate"]].tolist() == ["", ""]
    assert small.loc["2021-22", ["students", "rate"]].tolist() == ["25", "0.8"]


def test_columns_may_stand_in_any_order(file: Path, tmp_path: Path) -> None:
    usual = made(file, tmp_path)
    names, *rows = (line.split(",") for line in (HEADER, STATE, HARTFORD, SMALL))
    turned = [",".join(cells[::-1]) for cells in (names, *rows)]
    assert made(written(tmp_path / "turned.csv", *turned), tmp_path).equals(usual)


def test_what_was_delivered_is_told_in_sentences(file: Path, tmp_path: Path) -> None:
    assert deliver(file, tmp_path) == [
        "any name.csv: the state’s public file, May 2023 edition of June 20, 2023: 3 rows, "
        "3 codes; 2021-22, 2022-23 to date.",
        "any name.csv: 2 codes had lost leading zeros and were completed to 7 characters.",
        "any name.csv: 1 of 6 rates are suppressed; they stay empty.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("640011", "6.4E+05", "line 4, column “District code”: “6.4E+05” is not"),
        ("0.86", "86.0", "line 4, column “2021-22 attendance rate”: “86.0” is not a fraction"),
        ("0.86", "1.01", "“1.01” is not a fraction from 0 to 1"),
        ("16100", "-5", "line 4, column “2021-22 student count”: “-5” is not a number"),
        (",06/20/2023", ",20.6.23", "column “Date update”: “20.6.23” is not a date"),
        (",06/20/2023", "", "line 4: the row has 9 fields and the header 10"),
        ("Hartford School", '"Hartford', "this is not readable as CSV"),
    ],
)
def test_a_damaged_file_is_refused_naming_line_and_column(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    damaged = written(tmp_path / "f.csv", TITLE, HEADER, STATE, HARTFORD.replace(old, new, 1))
    with pytest.raises(DeliveryRefusedError, match=r"f\.csv") as refused:
        deliver(damaged, tmp_path)
    assert words in str(refused.value)
    assert not (tmp_path / "public_rates.csv").exists()


def test_a_file_without_rows_or_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryRefusedError, match="no row under the header"):
        deliver(written(tmp_path / "empty.csv", TITLE, HEADER), tmp_path)
    foreign = HARTFORD.replace("Hartford", "Härtford")
    latin = written(tmp_path / "latin.csv", HEADER, foreign, encoding="latin-1")
    assert is_public_file(latin)
    with pytest.raises(DeliveryRefusedError, match="UTF-8"):
        deliver(latin, tmp_path)


# --- Through a load ----------------------------------------------------------------------


def all_students(delivery: Delivery, code: str) -> list[tuple]:
    columns = public_rate.c
    return delivery.read(
        sa.select(columns.school_year, columns.rate)
        .where(columns.district_code == code, columns.category.is_(None))
        .order_by(columns.school_year)
    )


def test_the_published_file_loads_whole_with_its_201_codes(delivery: Delivery) -> None:
    said = deliver(PUBLIC_FILE, delivery.folder)
    assert "June 2022 edition of July 22, 2022: 2,019 rows, 201 codes" in said[0]
    assert said[1:] == [
        f"{PUBLIC_FILE.name}: 86 codes had lost leading zeros and were completed to 7 characters.",
        f"{PUBLIC_FILE.name}: 118 of 6,057 rates are suppressed; they stay empty.",
    ]
    outcome = delivery.load().outcomes["public_rates.csv"]
    assert (outcome.read, outcome.loaded, outcome.rejected) == (6057, 6057, 0)
    [(codes, rows, shortest, told, edition)] = delivery.read(
        sa.select(
            sa.func.count(public_rate.c.district_code.distinct()),
            sa.func.count(),
            sa.func.min(sa.func.length(public_rate.c.district_code)),
            sa.func.count(public_rate.c.rate),
            sa.func.max(public_rate.c.updated_on),
        )
    )
    assert (codes, rows, shortest, told) == (201, 3 * 2019, 7, 6057 - 118)
    assert edition == date(2022, 7, 22)
    in_2021 = {"0640011": 0.8564, "0930011": 0.8383, "0950011": 0.8868, "00000CT": 0.9169}
    for code, rate in in_2021.items():
        assert all_students(delivery, code)[-1] == ("2021-22", rate)


def test_a_later_edition_corrects_the_one_before(delivery: Delivery, file: Path) -> None:
    deliver(file, delivery.folder)
    delivery.load()
    later = HARTFORD.replace("0.87", "0.88").replace("06/20/2023", "07/20/2023")
    deliver(written(file, HEADER, STATE, later, SMALL), delivery.folder)
    outcome = delivery.load().outcomes["public_rates.csv"]
    assert (outcome.loaded, outcome.changed) == (6, 2)
    assert all_students(delivery, "0640011") == [("2021-22", 0.86), ("2022-23", 0.88)]


def test_it_may_lie_in_a_delivery_under_any_name(delivery: Delivery, file: Path) -> None:
    file.rename(delivery.folder / "School_Attendance (1).csv")
    report = delivery.load()
    assert "3 rows, 3 codes" in report.remarks[0]
    assert all_students(delivery, "0640011") == [("2021-22", 0.86), ("2022-23", 0.87)]


def test_a_folder_with_it_alone_is_a_delivery(delivery: Delivery, file: Path) -> None:
    delivery.load()
    alone = file.parent / "alone"
    alone.mkdir()
    file.rename(alone / "state.csv")
    report = Delivery(alone, delivery.url).load()
    assert report.refusal is None
    assert len(all_students(delivery, "00000CT")) == 2
    assert delivery.read(sa.select(sa.func.count()).select_from(served_student)) == [(1,)]
