"""The deck of an address: what is chosen, and that its figures are those of the queries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from components.deck import Chart, Deck
from components.slides import SLIDES
from evaluation.verdict import Verdict
from exports.deck import Choice, arranged, current_deck
from queries.database import Snapshot, snapshot
from queries.effects import effect, effects
from queries.filters import Filters, View
from queries.standing import standing
from queries.told import told as told_of
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import Program
from tests.exports.decks import deck as small_deck

PRESENTER = Viewer("presenter", threshold=20)
LEADER = Viewer("leadership", threshold=10)
SEARCHES = ["", "?district=0640011&grade=6-12", "?modality=phone&modality=virtual"]


@pytest.fixture(scope="module")
def data(program: Program) -> Iterator[Snapshot]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_DATABASE_URL", program.url)
        with snapshot() as opened:
            yield opened


def made(data: Snapshot, search: str, viewer: Viewer = PRESENTER) -> Deck:
    view, _ignored = View.parse(search, known_values(data))
    choice, _further = Choice.parse(search, view)
    deck = current_deck(data, viewer, choice)
    assert deck is not None
    return deck


def chart(deck: Deck, key: str) -> Chart:
    [found] = [slide.chart for slide in deck.slides if slide.key == key]
    assert found is not None
    return found


def hundredths(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else pytest.approx(100 * value, abs=0.051) for value in column]


@pytest.mark.parametrize("search", SEARCHES)
def test_every_figure_of_the_slides_is_that_of_the_pages(data: Snapshot, search: str) -> None:
    deck = made(data, search)
    filters = View.parse(search, known_values(data))[0].filters
    everybody = effect(data, PRESENTER, filters).frame
    full = everybody.mask(everybody["event_month"] == 0)
    visited, compared = chart(deck, "lines").series
    assert list(visited.values) == hundredths(full["visited_rate"])
    assert list(compared.values) == hundredths(full["comparison_rate"])
    [gap] = chart(deck, "effect").series
    for values, name in ((gap.values, "effect"), (gap.low, "low"), (gap.high, "high")):
        assert list(values) == hundredths(full[name])
    cohorts = standing(data, PRESENTER, View(filters, "cohort"))
    assert chart(deck, "did").categories == tuple(cohorts["label"])
    assert [value or 0 for value in chart(deck, "did").series[0].values] == list(
        cohorts["students"].fillna(0)
    )
    for key, split in (("modalities", "modality"), ("districts", "district")):
        if key in [slide.key for slide in deck.slides]:
            told = chart(deck, key)
            by_name = {
                one.label: told_of(one) for one in effects(data, PRESENTER, View(filters, split))
            }
            for place, name in enumerate(told.categories):
                label = next(label for label in by_name if label == name or f"({name})" in label)
                sizes = [
                    ends[place]
                    for series in told.series
                    for ends in (series.values, series.low, series.high)
                ]
                assert sizes == hundredths(pd.Series(by_name[label]))


def test_whoever_asks_a_slide_is_held_to_the_presenters_threshold(data: Snapshot) -> None:
    search = "?district=0950011&cohort=2023-24"
    seen = [made(data, search, viewer) for viewer in (PRESENTER, LEADER)]
    assert seen[0] == seen[1]
    own = effect(data, LEADER, View.parse(search, known_values(data))[0].filters).frame
    visited = chart(seen[1], "lines").series[0]
    assert (
        sum(value is not None for value in visited.values) < own["visited_rate"].notna().sum() - 1
    )


def said(deck: Deck) -> str:
    parts = [
        [slide.title, slide.meaning, *slide.paragraphs, *(note.answer for note in slide.notes)]
        for slide in deck.slides
    ]
    return " ".join(words for of_slide in parts for words in of_slide)


def test_a_deck_does_not_deny_the_check_that_its_headline_rests_on(data: Snapshot) -> None:
    """New Haven’s high schools: the check passed, but its figures are of too few to be shown."""
    search = "?district=0930011&grade=9&grade=10&grade=11&grade=12"
    found = effect(data, PRESENTER.for_export(), View.parse(search, known_values(data))[0].filters)
    assert found.verdict is Verdict.EFFECT
    assert "held_out" not in set(found.checks["design"])
    deck = made(data, search)
    [title] = [slide.title for slide in deck.slides if slide.key == "effect"]
    assert "points higher than that of similar students" in title
    assert "passed; the size of the gap rests on too few students to show." in said(deck)
    assert "cannot be checked" not in said(deck)
    assert "cannot be made" not in said(deck)


def test_a_deck_of_two_districts_claims_no_order_that_all_districts_deny(data: Snapshot) -> None:
    whole, two = made(data, ""), made(data, "?district=0640011&district=0930011")
    for deck in (whole, two):
        [title] = [slide.title for slide in deck.slides if slide.key == "districts"]
        assert title.endswith("no order is sure")
    assert "We do not know: each of the 2 could be first." in said(two)


def test_too_few_students_make_no_deck(data: Snapshot) -> None:
    filters = Filters(district=("1430011",), grade=("PK",), modality=("phone",))
    assert current_deck(data, LEADER, Choice(filters)) is None


def test_slides_come_as_chosen_in_the_order_chosen(data: Snapshot) -> None:
    deck = made(data, "?slides=method&slides=lines&slides=lines&slides=hat&shape=4x3")
    assert [slide.key for slide in deck.slides] == ["method", "lines"]
    assert deck.shape == "4x3"
    every = [key for key in SLIDES if key != "official"]  # which is of one district
    assert [slide.key for slide in made(data, "").slides] == every


def test_one_district_alone_has_no_slide_of_districts_unless_chosen(data: Snapshot) -> None:
    keys = [slide.key for slide in made(data, "?district=0640011").slides]
    assert "districts" not in keys
    chosen = made(data, "?district=0640011&slides=districts")
    assert [slide.key for slide in chosen.slides] == ["districts"]


def test_one_district_alone_stands_beside_its_official_rate(data: Snapshot) -> None:
    deck = made(data, "?district=0640011")
    told = chart(deck, "official")
    view = View(Filters(district=("0640011",), cohort=("2021-22",)))
    visited = standing(data, PRESENTER, view)["baseline"].iloc[0]
    assert told.series[0].values == (91.7, 85.6, pytest.approx(100 * visited, abs=0.051))
    assert "official" not in [slide.key for slide in made(data, "").slides]


def test_what_is_not_known_is_ignored_with_a_notice(data: Snapshot) -> None:
    view = View.parse("", known_values(data))[0]
    choice, notices = Choice.parse("?slides=hat&slides=lines&shape=round", view)
    assert choice.slides == ("lines",)
    assert choice.shape == "16x9"
    assert notices == (
        "“hat” is not a known slide; it was ignored.",
        "“round” is not a known shape of slides; it was ignored.",
    )


def test_an_address_says_the_choice_and_reads_back(data: Snapshot) -> None:
    choice = Choice(Filters(district=("0640011",)), ("effect", "lines"), "4x3", "0" * 16)
    search = choice.to_search()
    view = View.parse(search, known_values(data))[0]
    assert Choice.parse(search, view) == (choice, ())
    assert Choice(Filters()).to_search() == ""


def test_slides_are_hidden_shown_and_moved() -> None:
    choice, shown = Choice(Filters()), ("did", "lines", "effect")
    assert choice.toggled("lines", shown).slides == ("did", "effect")
    assert choice.toggled("method", shown).slides == (*shown, "method")
    assert choice.toggled("did", ("did",)).slides == ("did",)
    assert choice.moved("effect", -1, shown).slides == ("did", "effect", "lines")
    assert choice.moved("did", -1, shown).slides == shown


def test_a_kept_deck_is_arranged_but_never_changed() -> None:
    kept = small_deck()
    choice = Choice(Filters(), ("unsaid", "bands", "lines"), "4x3", "0" * 16)
    told = arranged(kept, choice)
    assert [slide.key for slide in told.slides] == ["unsaid", "lines"]
    assert told.shape == "4x3"
    assert {slide.key: slide for slide in told.slides}.items() <= {
        slide.key: slide for slide in kept.slides
    }.items()
    assert arranged(kept, replace(choice, slides=("bands",))).slides == kept.slides
