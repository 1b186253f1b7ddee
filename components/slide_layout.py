"""Where things stand on a slide, in points, the same on screen, in PowerPoint and in print.

Nothing is under 20 points: a slide is read from the back of a hall.
"""

from __future__ import annotations

from dataclasses import dataclass

from components.deck import Shape

PIXELS = 4 / 3  # of a point, at 96 to the inch

TITLE_SIZE, SMALLER_TITLE_SIZE, TEXT_SIZE, LABEL_SIZE = 28, 24, 22, 20

_HEIGHT = 540
_WIDTHS: dict[Shape, int] = {"16x9": 960, "4x3": 720}
_MARGIN = 36
_NUMBER_WIDTH = 64

# As many letters fit into the three lines of a title of the larger size.
_TITLE_LETTERS: dict[Shape, int] = {"16x9": 150, "4x3": 110}


@dataclass(frozen=True)
class Box:
    """A rectangle in points from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class SlideLayout:
    """The boxes of a slide: title, what is shown, chart (words instead of both), source, number."""

    width: int
    height: int
    title: Box
    meaning: Box
    chart: Box
    words: Box
    source: Box
    number: Box


def slide_layout(shape: Shape) -> SlideLayout:
    """The boxes of a shape."""
    width = _WIDTHS[shape]
    inner = width - 2 * _MARGIN
    return SlideLayout(
        width,
        _HEIGHT,
        title=Box(_MARGIN, 16, inner, 98),
        meaning=Box(_MARGIN, 118, inner, 26),
        chart=Box(_MARGIN, 146, inner, 338),
        words=Box(_MARGIN, 122, inner, 362),
        source=Box(_MARGIN, 488, inner - _NUMBER_WIDTH, 48),
        number=Box(width - _MARGIN - _NUMBER_WIDTH, 488, _NUMBER_WIDTH, 48),
    )


def title_size(title: str, shape: Shape) -> int:
    """Points of a title: smaller where it is long."""
    return TITLE_SIZE if len(title) <= _TITLE_LETTERS[shape] else SMALLER_TITLE_SIZE
