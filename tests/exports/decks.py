"""A small deck with every kind of slide, its figures easy to follow."""

from __future__ import annotations

from dataclasses import replace

from components.deck import Chart, Deck, Note, Series, Shape, Slide
from components.wording import signed
from exports.snapshots import FrozenDeck, keep, named

MONTHS = tuple(range(-9, 13))
QUESTION = Note("Would they have come back anyway?", "In part: similar students gained 3 points.")

VISITED = tuple(None if at == 0 else 75.0 - (at < 0) * 5 + 0.5 * abs(at) for at in MONTHS)
COMPARED = tuple(None if at == 0 else 70.0 + 0.25 * abs(at) for at in MONTHS)
GAP = tuple(None if -4 < at < 1 else 0.1 if at < 0 else round(5.0 + 0.3 * at, 1) for at in MONTHS)
OFFICIAL = ("Connecticut", "Hartford", "Visited, before")
NAMES = ("Hartford", "New Haven", "Bridgeport", "CREC", "Stamford")


def _slide(key: str, title: str, chart: Chart | None, paragraphs: tuple[str, ...] = ()) -> Slide:
    return Slide(
        key,
        key.title(),
        title,
        "Mean attendance, % of days" if chart else "",
        f"{title}. Described in words.",
        (QUESTION,),
        chart,
        paragraphs,
    )


def deck(shape: Shape = "16x9", names: tuple[str, ...] = NAMES) -> Deck:
    """Six slides: columns, lines, gap, intervals with a caution and a missing figure, words."""
    low = tuple(None if value is None else round(value - 1.5, 1) for value in GAP)
    high = tuple(None if value is None else round(value + 1.5, 1) for value in GAP)
    students: tuple[int | None, ...] = tuple(500 - 10 * abs(at) for at in MONTHS)
    months = tuple(signed(at) for at in MONTHS)
    axis = "School months from the first visit"
    sizes = tuple(
        round(12.3 - 0.7 * place, 1) if place != 3 else None for place in range(len(names))
    )
    below = tuple(None if size is None else round(size - 2.6, 1) for size in sizes)
    above = tuple(None if size is None else round(size + 2.6, 1) for size in sizes)
    cautions = tuple(
        "fewer than 20 students" if place == 3 else "past differs" if place == 4 else ""
        for place in range(len(names))
    )
    return Deck(
        (
            _slide(
                "did",
                "The program reached 1,500 students in 2,900 completed visits",
                Chart(
                    "columns",
                    ("2020-21", "Summer 2021", "2021-22", "2022-23"),
                    (Series("Students first reached", (200, 300, 600, 400)),),
                    "Students by the first completed visit",
                    (200, 300, 600, 400),
                    about=True,
                ),
            ),
            _slide(
                "lines",
                "Attendance was 65.5 % before the first visit and 78 % six months after it; of "
                "similar students, not visited, 71.5 %",
                Chart(
                    "lines",
                    months,
                    (
                        Series("Visited students", VISITED),
                        Series("Similar, not visited", COMPARED, colour="muted", dashed=True),
                    ),
                    axis,
                    students,
                    about=False,
                ),
            ),
            _slide(
                "effect",
                "Six months after the first visit, attendance is about 7 points higher than that "
                "of similar students (95 % band 5 to 8)",
                Chart(
                    "gap", months, (Series("Difference", GAP, low, high),), axis, students, False
                ),
            ),
            _slide(
                "districts",
                "From about 8 points in Stamford to about 12 in Hartford; no district’s place is "
                "sure",
                Chart(
                    "intervals",
                    names,
                    (Series("Difference", sizes, below, above),),
                    "Points of attendance, month +6",
                    tuple(120 - 10 * place if place != 3 else None for place in range(len(names))),
                    about=False,
                    colours=tuple(f"series-{place % 12}" for place in range(len(names))),
                    cautions=cautions,
                ),
            ),
            _slide(
                "unsaid",
                "What we cannot say yet",
                None,
                ("Whether it lasts beyond twelve months.", "Which part of a visit it is."),
            ),
        ),
        shape,
        "Hartford, Grades 6–12",
        "Hartford, Grades 6–12. Data through June 30, 2024. Demonstration data: invented students.",
        "?district=0640011",
        "2024-06-30",
        "load-1",
        "2024-07-02T08:00:00",
        is_demonstration=True,
    )


def official_deck(shape: Shape = "16x9", names: tuple[str, ...] = OFFICIAL) -> Deck:
    """A slide of published rates beside that of the visited; of the last there is none."""
    students = (500_285, 16_371, 355, None)[: len(names)]
    chart = Chart(
        "rates",
        names,
        (Series("Attendance", (91.7, 85.6, 59.4, None)[: len(names)]),),
        "2021-22 to date; visited: three months before",
        students,
        about=True,
        colours=("muted", "series-3", "accent", "muted")[: len(names)],
    )
    title = "Visited students were at 59.4 % before the first visit; all of Hartford at 85.6 %"
    return replace(deck(shape), slides=(_slide("official", title, chart),))


def kept(deck: Deck, name: str, by: str, **changes: str) -> FrozenDeck:
    """A snapshot of the deck, kept; with the ``changes`` to how it would be."""
    frozen = replace(named(deck, name, by), **changes)
    keep(frozen)
    return frozen
