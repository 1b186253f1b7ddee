"""Days that cannot be whole are doubted in words, and sound deliveries are not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from queries.database import snapshot
from queries.deliveries import coverage
from queries.schema import coverage_doubt
from queries.viewer import Viewer
from reporting.check import database_summary
from tests.conftest import ATTENDANCE_HEADER, SCHOOL_YEAR, Delivery, Program

HARTFORD, NEW_HAVEN = "0640011", "0930011"
IDS = [f"10000000{number:02d}" for number in range(40)]
AUTUMN = SCHOOL_YEAR[:4]


def students_of(delivery: Delivery, ids: Sequence[str], *enrollments: str) -> Delivery:
    """Students in Hartford all the year, but for those whose enrolments are given."""
    apart = {row.partition(",")[0] for row in enrollments}
    rows = [f"{one},2021-22,{HARTFORD},5,,," for one in ids if one not in apart]
    header = "student_id,school_year,district_code,grade,school_code,entry_date,exit_date\n"
    return delivery.write(
        students="student_id\n" + "\n".join(ids) + "\n",
        enrollments=header + "".join(f"{row}\n" for row in [*rows, *enrollments]),
        visits="visit_id,student_id,visit_date,modality,outcome,visitor_type\n",
    )


def days_of(month: str, weekdays: Iterable[int] = range(5)) -> list[date]:
    first = date.fromisoformat(f"{month}-01")
    days = [first + timedelta(days=number) for number in range(31)]
    return [day for day in days if day.month == first.month and day.weekday() in set(weekdays)]


def daily(delivery: Delivery, rows: Iterable[tuple[str, date, int]], code: str = HARTFORD) -> None:
    (delivery.folder / "attendance.csv").unlink(missing_ok=True)
    text = "".join(f"{student},{code},{day},{there}\n" for student, day, there in rows)
    delivery.write(attendance_daily="student_id,district_code,date,attended\n" + text).load()


def usual(ids: Sequence[str], days: Sequence[date]) -> list[tuple[str, date, int]]:
    """Every student on every day; one in ten days missed."""
    return [
        (student, day, int((number + day.day) % 10 > 0))
        for number, student in enumerate(ids)
        for day in days
    ]


Months = Iterable[tuple[str, str, int, float]]


def monthly(delivery: Delivery, of_hartford: Months, of_new_haven: Months = ()) -> None:
    text = "".join(
        f"{one},{code},{month},{days},{there}\n"
        for code, rows in ((HARTFORD, of_hartford), (NEW_HAVEN, of_new_haven))
        for one, month, days, there in rows
    )
    delivery.write(attendance=ATTENDANCE_HEADER + text).load()


def words(delivery: Delivery) -> list[str]:
    columns = coverage_doubt.c
    return [text for (text,) in delivery.read(sa.select(columns.words).order_by(columns.month))]


def test_a_list_of_absences_and_tardies_delivered_as_days(delivery: Delivery) -> None:
    students_of(delivery, IDS[:30])
    days = days_of("2021-09")
    # Six lists of five students take turns: on every day five are absent or late.
    listed = [
        (IDS[5 * (number % 6) + place], day, place % 2)
        for number, day in enumerate(days)
        for place in range(5)
    ]
    daily(delivery, listed)
    assert words(delivery) == [
        "Hartford, September 2021: a usual day has a row for 5 of 30 enrolled students: this looks "
        "like a list of absences."
    ]


def test_a_whole_file_of_a_sound_school_has_no_doubt(delivery: Delivery) -> None:
    """Some came and left during the months, and two Saturdays made up for snow days."""
    students_of(
        delivery,
        IDS[:30],
        f"{IDS[0]},2021-22,{HARTFORD},5,,2021-09-20,",
        f"{IDS[1]},2021-22,{HARTFORD},5,,,2021-10-12",
    )
    days = [*days_of("2021-09"), *days_of("2021-10"), date(2021, 10, 16), date(2021, 10, 23)]
    came = [
        row
        for row in usual(IDS[:30], days)
        if not (row[0] == IDS[0] and row[1] < date(2021, 9, 20))
        and not (row[0] == IDS[1] and row[1] > date(2021, 10, 12))
    ]
    daily(delivery, came)
    assert words(delivery) == []


def test_days_on_saturdays_and_sundays(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    daily(delivery, usual(IDS[:20], days_of("2021-10", range(7))))
    assert words(delivery) == [
        "Hartford, October 2021: up to 31 days enrolled, and the month has 21 weekdays.",
        "Hartford, October 2021: 200 rows on Saturdays and Sundays.",
    ]


def test_months_with_more_days_than_weekdays(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    monthly(delivery, [(one, "2022-02", 28, 26) for one in IDS[:20]])
    assert words(delivery) == [
        "Hartford, February 2022: up to 28 days enrolled, and the month has 20 weekdays."
    ]


def test_a_school_that_stops_while_its_district_goes_on(delivery: Delivery) -> None:
    rows = [f"{one},2021-22,{HARTFORD},5,{101 + number % 2},," for number, one in enumerate(IDS)]
    students_of(delivery, IDS, *rows)
    delivery.write(
        schools=f"school_code,school_name,district_code\n101,Oak,{HARTFORD}\n102,Elm,{HARTFORD}\n"
    )
    monthly(
        delivery,
        [
            (one, month, 20, 18)
            for number, one in enumerate(IDS)
            for month in SCHOOL_YEAR
            if number % 2 == 0 or month < "2022-03"
        ],
    )
    assert words(delivery) == [
        "Elm in Hartford, March 2022: no attendance, though 20 students are enrolled and other "
        "schools of the district have it; here it ends with February 2022."
    ]


def test_students_with_days_outside_their_enrollment(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20], f"{IDS[0]},2021-22,{HARTFORD},5,,,2021-10-08")
    monthly(delivery, [(one, month, 20, 18) for one in IDS[:20] for month in AUTUMN[:3]])
    assert words(delivery) == [
        "Hartford, November 2021: fewer than 10 students with days outside the enrollment in the "
        "district.",
    ]


def test_a_holiday_on_which_all_have_rows(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    daily(delivery, usual(IDS[:20], days_of("2021-11")))
    assert words(delivery) == [
        "Hartford, November 2021: 20 rows on Thanksgiving, November 25, 2021."
    ]


def test_a_snow_day_recorded_as_an_absence_of_all(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    rows = usual(IDS[:20], days_of("2022-02"))
    snow = date(2022, 2, 4)
    daily(delivery, [(one, day, 0 if day == snow else there) for one, day, there in rows])
    assert words(delivery) == [
        "Hartford, February 2022: all 20 students are absent on February 4, 2022: was there school?"
    ]


def test_everybody_present_because_nobody_took_attendance(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    monthly(
        delivery,
        [
            (one, month, 20, 20 if month == "2021-10" else 18)
            for one in IDS[:20]
            for month in AUTUMN
        ],
    )
    assert words(delivery) == [
        "Hartford, October 2021: none of 20 students missed a day: was attendance taken?"
    ]


def test_a_district_whose_students_halve(delivery: Delivery) -> None:
    students_of(delivery, IDS)
    monthly(
        delivery,
        [
            (one, month, 20, 18)
            for number, one in enumerate(IDS)
            for month in AUTUMN
            if month < "2021-11" or number < 15
        ],
    )
    assert words(delivery) == [
        f"Hartford, {month} 2021: 15 students of 40 enrolled all month have attendance."
        for month in ("November", "December")
    ]


def test_a_month_forgotten_between_others(delivery: Delivery) -> None:
    others = [f"20000000{number:02d}" for number in range(20)]
    students_of(delivery, IDS[:20] + others, *(f"{one},2021-22,{NEW_HAVEN},5,,," for one in others))
    monthly(
        delivery,
        [(one, month, 20, 18) for one in IDS[:20] for month in AUTUMN if month != "2021-10"],
        [(one, month, 20, 18) for one in others for month in AUTUMN],
    )
    assert words(delivery) == [
        "Hartford, October 2021: no attendance, though 20 students are enrolled."
    ]


@pytest.mark.parametrize(("told", "percent"), [(2, "10%"), (0.9, "4%"), (0, "0%")])
def test_days_absent_or_shares_of_days_delivered_as_days_attended(
    told: float, percent: str, delivery: Delivery
) -> None:
    students_of(delivery, IDS[:20])
    monthly(
        delivery,
        [
            (one, month, 20, told if month == "2021-10" else 18)
            for one in IDS[:20]
            for month in AUTUMN
        ],
    )
    assert words(delivery) == [
        f"Hartford, October 2021: {percent} of the days enrolled were attended: are days absent or "
        "shares of days in the place of days attended, or is the month not entered yet?"
    ]


def test_two_districts_that_both_count_the_whole_month_of_who_moved(delivery: Delivery) -> None:
    """Twelve moved in October; eight others too, and each district counts its own days of them."""
    moved, rightly = IDS[:12], IDS[12:20]
    both = [*moved, *rightly]
    students_of(
        delivery,
        both,
        *(f"{one},2021-22,{HARTFORD},5,,,2021-10-15" for one in both),
        *(f"{one},2021-22,{NEW_HAVEN},5,,2021-10-18," for one in both),
    )
    monthly(
        delivery,
        [(one, "2021-10", 20 if one in moved else 10, 9) for one in both],
        [(one, "2021-10", 20 if one in moved else 10, 9) for one in both],
    )
    assert words(delivery) == [
        "Hartford, October 2021: 12 students with more days here and in New Haven together than "
        "the month has weekdays: do both count the whole month of students who moved?"
    ]


def test_school_days_taken_from_absences_stay_doubtful(delivery: Delivery) -> None:
    students_of(delivery, IDS[:20])
    (delivery.folder / "attendance.csv").unlink()
    rows = [f"{IDS[day % 20]},{HARTFORD},2021-10-{day:02d},1" for day in (4, 5, 7, 8)]
    delivery.write(absences="student_id,district_code,date,absent\n" + "\n".join(rows) + "\n")
    mapping = delivery.folder.parent / "assumed.toml"
    mapping.write_text('[absences]\nschool_days = "days with an absence"\n')
    delivery.load(mapping=str(mapping))
    [told] = words(delivery)
    assert told.startswith("Hartford, October 2021: 4 school days taken from the days on which")


def test_load_check_and_page_tell_the_same_doubt_and_nobody_else_hears_it(
    delivery: Delivery,
) -> None:
    students_of(delivery, IDS[:20])
    text = "".join(f"{one},{HARTFORD},{month},30,28\n" for one in IDS[:20] for month in AUTUMN)
    report = delivery.write(attendance=ATTENDANCE_HEADER + text).load()
    sentence = (
        "Hartford, September 2021: up to 30 days enrolled, and the month has 22 weekdays. "
        "The same in 3 other months."
    )
    assert sentence in report.remarks
    with snapshot() as data:
        assert sentence in database_summary(data).oddities
        [row] = coverage(data, Viewer("leadership")).to_dict("records")
        assert (row["about"], row["months"]) == ("Hartford, September 2021", 4)
        for viewer in (Viewer("presenter"), Viewer("coordinator", (HARTFORD,))):
            assert coverage(data, viewer).empty


@pytest.mark.usefixtures("program")
def test_the_demonstration_has_no_doubt(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    with snapshot() as data:
        assert data.frame(sa.select(coverage_doubt)).empty
