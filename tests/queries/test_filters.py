"""The URL is the state: parsing and writing it back, whatever a browser sends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from queries.filters import DIMENSIONS, SPLITS, Filters, KnownValues, View

KNOWN = KnownValues(
    district={"0640011": "Hartford", "0930011": "New Haven"},
    grade={"PK-5": "Grades PK–5", "6-12": "Grades 6–12", "K": "Kindergarten", "7": "Grade 7"},
    modality={"home": "Home", "phone": "Phone"},
    visitor_type={"school": "School staff"},
    cohort={"Summer 2021": "Summer 2021", "2021-22": "2021-22"},
    grade_band={"PK-5": "Grades PK–5", "6-12": "Grades 6–12"},
    groups={
        "home_language": {"Spanish": "Spanish", "less-common": "Less common languages"},
        "disability": {"yes": "Yes", "no": "No"},
    },
)


def test_a_url_says_filters_split_and_same_students() -> None:
    view, notices = View.parse(
        "?district=0640011&district=0930011&grade=6-12&modality=home&split=modality&same=1", KNOWN
    )
    assert notices == ()
    assert view == View(
        Filters(district=("0640011", "0930011"), grade=("6-12",), modality=("home",)),
        split="modality",
        same_students=True,
    )


def test_unknown_values_are_ignored_with_a_notice_each() -> None:
    view, notices = View.parse("?district=0000000&modality=home&split=shoe&x=1", KNOWN)
    assert view == View(Filters(modality=("home",)))
    assert notices == (
        "“0000000” is not a known district; it was ignored.",
        "The chart cannot be split by “shoe”; it was ignored.",
    )


def test_a_student_group_that_is_on_is_part_of_a_url_and_one_that_is_off_is_not() -> None:
    view, notices = View.parse("?disability=yes&free_meals=yes&home_language=Spanish", KNOWN)
    assert view == View(Filters(home_language=("Spanish",), disability=("yes",)))
    assert notices == ("“yes” is not a known value of free meals; it was ignored.",)
    assert KNOWN.dimensions[-2:] == ("home_language", "disability")


def test_a_band_stands_for_its_grades() -> None:
    assert Filters(grade=("PK-5", "7")).grades() == ("PK", "K", "1", "2", "3", "4", "5", "7")


@st.composite
def views(draw: st.DrawFn) -> View:
    chosen = {
        dimension: tuple(value for value in KNOWN.labels(dimension) if draw(st.booleans()))
        for dimension in DIMENSIONS
    }
    split = draw(st.sampled_from([None, *SPLITS]))
    return View(Filters(**chosen), split, draw(st.booleans()))


@given(views())
def test_a_view_survives_the_way_through_its_url(view: View) -> None:
    assert View.parse(view.to_search(), KNOWN) == (view, ())


@given(st.text(max_size=300))
def test_no_url_is_an_error(search: str) -> None:
    view, _notices = View.parse(search, KNOWN)
    assert View.parse(view.to_search(), KNOWN)[0] == view


def test_an_address_with_far_too_many_parts_is_ignored_with_a_notice() -> None:
    view, notices = View.parse("?modality=home" + "&a=1" * 501, KNOWN)
    assert view == View()
    assert len(notices) == 1
    assert "more than can be read" in notices[0]
