"""What the state publishes of a district and of itself, and which students belong beside it."""

from __future__ import annotations

from datetime import date

from queries.database import Snapshot, snapshot
from queries.filters import Filters
from queries.public import PublishedRate, public_context, published_state_rates
from tests.conftest import Delivery

HEADER = (
    "district_code,district_name,category,student_group,school_year,students,rate,year_to_date,"
    "reporting_period,updated_on"
)
EDITION = "June 2022,2022-07-22"
STATE = [
    f"00000CT,Connecticut,,All Students,2020-21,496092,0.9294,no,{EDITION}",
    f"00000CT,Connecticut,,All Students,2021-22,500285,0.9169,yes,{EDITION}",
    f"00000CT,Connecticut,Race/Ethnicity,White,2021-22,250000,0.93,yes,{EDITION}",
]
HARTFORD = [
    f"0640011,Hartford School District,,All Students,2020-21,15785,0.8325,no,{EDITION}",
    f"0640011,Hartford School District,,All Students,2021-22,16371,0.8564,yes,{EDITION}",
    f"0640011,Hartford School District,Homelessness,Homeless,2021-22,30,0.7,yes,{EDITION}",
]
SUPPRESSED = [f"0930011,New Haven School District,,All Students,2021-22,,,,{EDITION}"]


def loaded(delivery: Delivery, *rows: str) -> None:
    delivery.write(public_rates="\n".join((HEADER, *rows)) + "\n").load()


def twenty_visited(delivery: Delivery) -> None:
    """19 more students of Hartford first visited in 2021-22, so that it is a cohort with a name."""
    ids = [f"20000000{number:02d}" for number in range(19)]
    delivery.add("students", *(f"{one},F,L,2010-01-01,English" for one in ids))
    delivery.add("enrollments", *(f"{one},2021-22,0640011,7,,2021-09-01,2022-06-14" for one in ids))
    delivery.add("attendance", *(f"{one},0640011,2021-10,20,15" for one in ids))
    delivery.add("visits", *(f"t{one},{one},2021-12-07,home,completed,school" for one in ids))


def of_hartford(data: Snapshot, **filters: tuple[str, ...]) -> Filters | None:
    """Whom the program's figure beside Hartford's published rate is of."""
    context = public_context(data, Filters(district=("0640011",), **filters))
    assert context is not None
    return context.filters


def test_all_students_of_district_and_state_are_told_with_their_edition(delivery: Delivery) -> None:
    loaded(delivery, *STATE, *HARTFORD)
    with snapshot() as data:
        context = public_context(data, Filters(district=("0640011",)))
    assert context is not None
    assert (context.name, context.place, context.year) == ("Hartford", 0, "2021-22")
    assert [(rate.school_year, rate.rate) for rate in context.district] == [
        ("2020-21", 0.8325),
        ("2021-22", 0.8564),
    ]
    district, state = context.told
    edition = ("June 2022", date(2022, 7, 22))
    assert district == PublishedRate(
        "Hartford School District", "2021-22", 0.8564, 16371, True, *edition
    )
    assert state == PublishedRate("Connecticut", "2021-22", 0.9169, 500285, True, *edition)


def test_the_visited_beside_it_are_those_first_visited_in_the_year_told(delivery: Delivery) -> None:
    twenty_visited(delivery)
    loaded(delivery, *STATE, *HARTFORD)
    with snapshot() as data:
        assert of_hartford(data) == Filters(district=("0640011",), cohort=("2021-22",))
        assert of_hartford(data, grade=("7",)) == Filters(
            district=("0640011",), grade=("7",), cohort=("2021-22",)
        )
        assert of_hartford(data, cohort=("Summer 2022",)) is None


def test_the_last_year_that_has_visited_students_is_told(delivery: Delivery) -> None:
    later = [row.replace("2021-22", "2022-23").replace("2022-07", "2023-07") for row in HARTFORD]
    twenty_visited(delivery)
    loaded(delivery, *STATE, *HARTFORD, *later)
    with snapshot() as data:
        context = public_context(data, Filters(district=("0640011",)))
        assert context is not None
        assert context.year == "2021-22"
        without = public_context(data, Filters(district=("0640011",), cohort=("2019-20",)))
    assert without is not None
    assert (without.year, without.told[1]) == ("2022-23", None)  # the state's is not published


def test_a_suppressed_rate_is_none_and_a_district_that_is_not_in_the_file_has_nothing(
    delivery: Delivery,
) -> None:
    loaded(delivery, *STATE, *SUPPRESSED)
    with snapshot() as data:
        context = public_context(data, Filters(district=("0930011",)))
        assert public_context(data, Filters(district=("0640011",))) is None
        assert public_context(data, Filters(district=("0640011", "0930011"))) is None
        assert public_context(data, Filters()) is None
    assert context is not None
    district, _state = context.told
    assert (district.rate, district.students, district.to_date) == (None, None, False)


def test_the_states_rates_are_those_loaded_and_as_packaged_until_then(delivery: Delivery) -> None:
    delivery.load()
    with snapshot() as data:
        packaged = published_state_rates(data)
        assert public_context(data, Filters(district=("0640011",))) is None
    assert packaged["2021-22"] == PublishedRate("Connecticut", "2021-22", 0.921)
    assert all(0.9 < (rate.rate or 0) < 1 for rate in packaged.values())
    loaded(delivery, *STATE)
    with snapshot() as data:
        rates = published_state_rates(data)
    # 2022-23 is packaged, but years of two editions never mix.
    assert {year: rate.rate for year, rate in rates.items()} == {
        "2020-21": 0.9294,
        "2021-22": 0.9169,
    }
