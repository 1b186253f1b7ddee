"""What is said of a check: passed, failed, taken from all students, or impossible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import difference, tables, wording
from components import slide_wording as words
from components.slides import SLIDES, slide
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.ranking import ranked
from tests.components.test_slides import effect, figures, sentences

WITHHELD = float("nan")
IMPOSSIBLE = ("cannot be checked", "do not reach a year", "cannot be made")
TAKEN = (
    "These students are too few to check by themselves; the check of all visited students passed, "
    "and we take its result."
)


def said_of(everybody: Effect, *groups: Effect) -> Iterator[str]:
    """Every sentence of every slide, and of the pages."""
    for key in SLIDES:
        yield from sentences(slide(key, figures(everybody, *groups)))
    yield from (difference.sentence(everybody), wording.overall(everybody))
    yield from (wording.verdict(everybody), wording.check(everybody))


@given(verdict=st.sampled_from([*Verdict, None]), gap=st.sampled_from([0.004, WITHHELD]))
@settings(max_examples=30)
def test_a_check_is_impossible_only_where_the_records_do_not_reach_back(
    verdict: Verdict | None, gap: float
) -> None:
    """A deck headlined a figure that had passed, and its notes said it cannot be checked."""
    told = " ".join(said_of(effect(verdict=verdict, held_out=gap)))
    if verdict not in (Verdict.UNCHECKED, Verdict.FEW):
        assert not any(words in told for words in IMPOSSIBLE), told
    if verdict is Verdict.UNCHECKED:
        assert "do not reach a year before these visits" in told


@pytest.mark.parametrize(
    ("verdict", "became"),
    [(Verdict.EFFECT, "passed"), (Verdict.SYMMETRIC, "failed"), (Verdict.RANGE, "failed")],
)
def test_a_withheld_check_is_told_with_its_size_withheld(verdict: Verdict, became: str) -> None:
    hidden = effect(verdict=verdict, held_out=WITHHELD)
    sentence = (
        f"The check of months a year before, which the matching never used, {became}; the size of "
        "the gap rests on too few students to show."
    )
    assert words.alike(hidden).startswith(sentence)
    assert sentence in slide("method", figures(hidden)).paragraphs
    assert f"Check of the past: {became}." in wording.overall(hidden)
    [row] = tables.checks_table([("district", hidden)]).children[2].children
    told = [cell.children for cell in row.children]
    assert told[1:5] == ["98\N{NO-BREAK SPACE}%", "–", "–", became]


def test_a_shown_check_is_told_in_figures() -> None:
    assert words.check(effect()) == (
        "The check of months a year before, which the matching never used, passed; gap in points: "
        "\N{MINUS SIGN}0.4 at month \N{MINUS SIGN}15 and 0.4 at month \N{MINUS SIGN}12."
    )


def taken(verdict: Verdict, label: str = "Ash") -> Effect:
    return replace(effect(verdict=verdict, label=label), inherited=True)


def test_a_figure_taken_from_all_students_says_so_wherever_it_stands() -> None:
    ash = taken(Verdict.EFFECT)
    assert "about 9 points higher" in difference.sentence(ash)
    assert difference.sentence(ash).endswith(TAKEN)
    assert wording.verdict(ash) == "the matched figure, checked with all students"
    assert wording.check(ash) == "all students: passed"
    shown = slide("effect", figures(ash))
    assert shown.meaning.endswith("all students' check")
    assert any(note.answer.startswith(TAKEN) for note in shown.notes)
    assert TAKEN in slide("unsaid", figures(ash)).paragraphs
    assert TAKEN in slide("method", figures(ash)).paragraphs


def test_groups_that_take_the_result_of_all_are_named() -> None:
    groups = [taken(Verdict.EFFECT), effect(label="Birch"), taken(Verdict.RANGE, "Cedar")]
    told = wording.group_sentences(groups)
    assert "Ash has too few students to check by themselves; the check of all visited" in told
    assert "Cedar has too few students to check by themselves" in told
    assert "already differed" not in told  # nobody knows whether Cedar's did
    notes = words.groups_notes(ranked([*groups, effect(label="Dogwood")]))
    assert notes[1].answer.startswith("Ash has too few students to check by themselves; the check")
    assert "Cedar: too few students to check by themselves" in notes[2].answer
    both = wording.group_sentences([taken(Verdict.EFFECT), taken(Verdict.EFFECT, "Elm")])
    assert "Ash and Elm have too few students to check by themselves" in both


@pytest.mark.parametrize("verdict", [Verdict.RANGE, Verdict.UNCHECKED, Verdict.FEW])
def test_without_a_pass_to_take_no_single_figure_is_given(verdict: Verdict) -> None:
    ash = taken(verdict)
    told = " ".join(said_of(ash))
    assert difference.headline(ash) is None
    assert "higher" not in told
    assert "too few to check by themselves" in told
    assert difference.caution(ash) in ("past of all differs", "cannot be checked", "few students")
