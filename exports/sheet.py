"""A sheet to draw on: words that are measured and wrapped, blocks, places for plots.

Places and sizes are in points from the upper left corner, as in ``components.slide_layout``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import Literal

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from components import theme, wording
from components.plain_text import plain
from components.slide_layout import Box
from components.slide_wording import SENTENCES

Limits = tuple[float, float]

MORE = str(SENTENCES["files"]["more"])

# How far letters reach above and below their baseline, and from line to line, in sizes.
ASCENT, DESCENT, HALF_CAPITAL = 0.97, 0.25, 0.36
TITLE_LEADING, LEADING, TEXT_LEADING = 1.12, 1.15, 1.3
_BETWEEN_PARAGRAPHS, _BULLET = 0.6, 1.0

_FAMILIES = ["Inter", "DejaVu Sans"]  # the second has the letters that the first lacks

_INCH = 72

for _file in (Path(__file__).parent.parent / "assets" / "fonts").glob("inter-latin-*.ttf"):
    font_manager.fontManager.addfont(_file)

# FreeType, with which letters are measured and drawn, is not made for several threads at once.
_LOCK = RLock()


@contextmanager
def drawing() -> Iterator[None]:
    """The right to draw, one thread at a time: text stays text, letters keep their shape."""
    with _LOCK, rc_context({"pdf.fonttype": 42, "text.hinting": "no_hinting"}):
        yield


# --- Words -----------------------------------------------------------------------------


def _type(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=_FAMILIES, size=size, weight="bold" if bold else "normal")


@lru_cache(4096)
def measured(words: str, size: float, bold: bool = False) -> float:
    """Width of a line in points."""
    return text_to_path.get_text_width_height_descent(plain(words), _type(size, bold), False)[0]


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Text in lines no wider than a width; a word that is wider by itself is broken."""
    lines: list[str] = []
    line = ""
    for word in filter(None, plain(wording.unbroken(text)).split(" ")):
        longer = f"{line} {word}" if line else word
        if measured(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *broken, line = _broken(word, width, size, bold)
        lines += broken
    return [*lines, line] if line else lines


def balanced(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """The same in as many lines, but of about one length."""
    lines = wrapped(text, width, size, bold)
    while width - size > widest_word(text, size, bold):
        width -= size
        narrower = wrapped(text, width, size, bold)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def widest_word(text: str, size: float, bold: bool = False) -> float:
    """Width in points of the widest word."""
    words = wording.unbroken(text).split(" ")
    return max(measured(word, size, bold) for word in words)


def _broken(word: str, width: float, size: float, bold: bool) -> list[str]:
    parts = [""]
    for sign in word:
        if parts[-1] and measured(parts[-1] + sign, size, bold) > width:
            parts.append("")
        parts[-1] += sign
    return parts


def cut(lines: Sequence[str], most: int) -> list[str]:
    """At most so many lines; an ellipsis in place of the last word where there were more."""
    if len(lines) <= most:
        return list(lines)
    last = lines[most - 1]
    return [*lines[: most - 1], f"{last.rpartition(' ')[0] or last[:-2]}…"]


def lines_height(lines: int, size: float, leading: float) -> float:
    """Height in points of so many lines, from the top of letters to the bottom."""
    return size * (ASCENT + DESCENT + (lines - 1) * leading)


def lines_within(height: float, size: float, leading: float) -> int:
    """How many lines stand within a height."""
    return int((height / size - ASCENT - DESCENT) / leading) + 1


def fitted(
    paragraphs: Sequence[str], box: Box, sizes: Sequence[float]
) -> tuple[list[list[str]], float]:
    """Paragraphs in lines, in the largest of the sizes (largest first) that fits the box.

    Where none fits, the last ones give way to words that there is more.
    """
    for size in sizes:
        told = [wrapped(words, box.width - _BULLET * size, size) for words in paragraphs]
        if paragraphs_height(told, size) <= box.height:
            return told, size
    while any(told) and paragraphs_height([*told, [MORE]], size) > box.height:
        told = told[:-1] if len(told) > 1 else [told[0][:-1]]
    return [*told, [MORE]], size


def paragraphs_height(told: Sequence[Sequence[str]], size: float) -> float:
    """Height in points of paragraphs in lines."""
    gaps = _BETWEEN_PARAGRAPHS * size * (len(told) - 1)
    return lines_height(sum(map(len, told)), size, TEXT_LEADING) + gaps


def draw_paragraphs(sheet: Sheet, told: Sequence[Sequence[str]], box: Box, size: float) -> None:
    """Paragraphs in lines from the top of a box, each after a bullet."""
    top, left = box.top, box.left + _BULLET * size
    for lines in told:
        sheet.write("•", box.left, top + ASCENT * size, size, "accent", bold=True)
        sheet.lines(lines, Box(left, top, box.width, 0), size, TEXT_LEADING)
        top += (len(lines) * TEXT_LEADING + _BETWEEN_PARAGRAPHS) * size


# --- The sheet -------------------------------------------------------------------------


class Sheet:
    """A page to draw on."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        paper = theme.colour("paper")
        self.figure = Figure((width / _INCH, height / _INCH), _INCH, facecolor=paper)
        inches = Affine2D().scale(1 / _INCH, -1 / _INCH).translate(0, height / _INCH)
        self._points = inches + self.figure.dpi_scale_trans

    def write(
        self,
        words: str,
        at: float,
        baseline: float,
        size: float,
        colour: str = "ink",
        *,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        link: str | None = None,
    ) -> None:
        """One line of words, flush left or right at a place or centred there."""
        self.figure.text(
            at,
            baseline,
            plain(words),
            transform=self._points,
            fontproperties=_type(size, bold),
            color=theme.colour(colour),
            horizontalalignment=align,
            parse_math=False,
            url=link,
        )

    def lines(
        self,
        lines: Sequence[str],
        box: Box,
        size: float,
        leading: float,
        colour: str = "ink",
        *,
        bold: bool = False,
        link: str | None = None,
    ) -> None:
        """Lines from the top of a box."""
        for number, line in enumerate(lines):
            baseline = box.top + (ASCENT + number * leading) * size
            self.write(line, box.left, baseline, size, colour, bold=bold, link=link)

    def block(self, box: Box, colour: str) -> None:
        """A filled rectangle."""
        corner, fill = (box.left, box.top), theme.colour(colour)
        self.figure.add_artist(
            Rectangle(corner, box.width, box.height, transform=self._points, color=fill, lw=0)
        )

    def plot(self, box: Box, x: Limits, y: Limits) -> Plot:
        """Axes without frame or words that fill a box."""
        left, width = box.left / self.width, box.width / self.width
        bottom, height = 1 - (box.top + box.height) / self.height, box.height / self.height
        axes = self.figure.add_axes((left, bottom, width, height), xlim=x, ylim=y)
        axes.set_axis_off()
        return Plot(axes, box, x, y)


@dataclass(frozen=True)
class Plot:
    """Axes, and where on the sheet their values stand."""

    axes: Axes
    box: Box
    x: Limits
    y: Limits

    def across(self, value: float) -> float:
        """The place of a value of x, from the left of the sheet."""
        return self.box.left + self.box.width * (value - self.x[0]) / (self.x[1] - self.x[0])

    def down(self, value: float) -> float:
        """The place of a value of y, from the top of the sheet."""
        return self.box.top + self.box.height * (self.y[1] - value) / (self.y[1] - self.y[0])
