"""Places of districts, whichever of them are chosen."""

from __future__ import annotations

from itertools import pairwise

import pytest

from components import standing_wording as words
from components import wording
from queries import effects
from queries.database import Snapshot
from queries.filters import Filters
from queries.ranking import Ranked, ranked_groups
from queries.values import known_values
from queries.viewer import Viewer

LEADERSHIP = Viewer("leadership")
HARTFORD, NEW_HAVEN = "0640011", "0930011"


def by_group(rows: list[Ranked]) -> dict[str, tuple[int | None, int | None, int]]:
    return {row.effect.group: (row.best, row.worst, row.of) for row in rows}


def by_district(data: Snapshot, **chosen: tuple[str, ...]) -> list[Ranked]:
    return ranked_groups(data, LEADERSHIP, Filters(**chosen), "district")


def test_choosing_districts_makes_no_place_sure_that_was_not(data: Snapshot) -> None:
    everyone = by_district(data)
    assert len(everyone) == len(known_values(data).district) == 15
    two = by_district(data, district=(HARTFORD, NEW_HAVEN))
    assert [row.effect.group for row in two] == [HARTFORD, NEW_HAVEN]
    places = by_group(everyone)
    assert by_group(two) == {code: places[code] for code in (HARTFORD, NEW_HAVEN)}
    [one] = by_district(data, district=(HARTFORD,))
    assert (one.best, one.worst, one.of) == places[HARTFORD]
    for row in (*two, one):
        assert row.best != row.worst
        assert wording.ranked(row).endswith(f"of {row.of}")
    for rows in (everyone, two, [one]):
        assert "place of" not in words.ranking_summary(rows)
        assert "places of" not in words.ranking_summary(rows)


def test_the_figures_of_chosen_districts_are_those_among_all(data: Snapshot) -> None:
    figures = {row.effect.group: row.figure for row in by_district(data)}
    for row in by_district(data, district=(HARTFORD, NEW_HAVEN)):
        assert row.figure == figures[row.effect.group]


def test_places_follow_the_other_filters(data: Snapshot) -> None:
    seventh = by_group(by_district(data, grade=("7",)))
    [one] = by_district(data, district=(HARTFORD,), grade=("7",))
    assert (one.best, one.worst, one.of) == seventh[HARTFORD]
    assert one.effect.months[6]["students"] < 500


def test_all_districts_are_fitted_once_whichever_are_asked_for(
    data: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    assess = effects.assess
    monkeypatch.setattr(
        effects, "assess", lambda *rest, **more: made.append(1) or assess(*rest, **more)
    )
    for code in (HARTFORD, NEW_HAVEN, HARTFORD):
        by_district(data, district=(code,), grade=("8",))
    assert len(made) <= len(known_values(data).district)


def test_what_overlaps_on_the_chart_has_overlapping_places(data: Snapshot) -> None:
    told = [row for row in by_district(data) if row.best is not None]
    for upper, lower in pairwise(told):
        if upper.figure["low"] < lower.figure["high"]:
            assert not upper.is_above(lower)
