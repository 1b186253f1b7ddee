"""One slide as a picture: its title, what it shows, and its source, where the layout has them."""

from __future__ import annotations

import io
from datetime import date
from typing import Literal

from matplotlib.figure import Figure

from components import wording
from components.deck import Deck, Slide
from components.plain_text import plain
from components.slide_layout import (
    LABEL_SIZE,
    SMALLER_TITLE_SIZE,
    TEXT_SIZE,
    Box,
    SlideLayout,
    slide_layout,
    title_size,
)
from exports.charts import draw_chart
from exports.sheet import (
    ASCENT,
    LEADING,
    TITLE_LEADING,
    Sheet,
    balanced,
    cut,
    draw_paragraphs,
    drawing,
    fitted,
    lines_height,
    lines_within,
    wrapped,
)

_TEXT_SIZES = TEXT_SIZE, 21, LABEL_SIZE
_AIR = 10  # above the source
_PNG_DOTS = 144  # to the inch: 1,920 pixels for 960 points


def picture(slide: Slide, deck: Deck, kind: Literal["png", "svg"]) -> bytes:
    """A slide of the deck as a picture: 1,080 pixels high, or vectors.

    Raises ValueError for a slide of another deck.
    """
    file = io.BytesIO()
    said = {"Title": plain(slide.title), "Description": plain(slide.description)}
    with drawing():
        slide_figure(slide, deck).savefig(file, format=kind, dpi=_PNG_DOTS, metadata=said)
    return file.getvalue()


def slide_figure(slide: Slide, deck: Deck, link: str | None = None) -> Figure:
    """A slide of the deck, drawn; its source leads to ``link``.

    Raises ValueError for a slide of another deck.
    """
    layout = slide_layout(deck.shape)
    with drawing():
        sheet = Sheet(layout.width, layout.height)
        sheet.block(Box(layout.title.left, 0, 56, 6), "accent")
        _title(sheet, slide.title, layout.title, title_size(slide.title, deck.shape))
        meaning = cut(wrapped(slide.meaning, layout.meaning.width, LABEL_SIZE), 2)
        sheet.lines(meaning, layout.meaning, LABEL_SIZE, LEADING, "muted")
        second_line = LEADING * LABEL_SIZE if len(meaning) > 1 else 0
        left, top, width = layout.chart.left, layout.chart.top, layout.chart.width
        shown = Box(left, top + second_line, width, layout.chart.height - second_line - _AIR)
        if slide.chart:
            draw_chart(sheet, slide.chart, shown, LABEL_SIZE)
        else:
            told, size = fitted(slide.paragraphs, shown, _TEXT_SIZES)
            draw_paragraphs(sheet, told, shown, size)
        sheet.block(Box(left, top + layout.chart.height, width, 1), "line")
        _foot(sheet, slide, deck, layout, link)
    return sheet.figure


def _title(sheet: Sheet, title: str, box: Box, size: float) -> None:
    for smaller in (size, SMALLER_TITLE_SIZE, LABEL_SIZE):
        lines = balanced(title, box.width, smaller, bold=True)
        if lines_height(len(lines), smaller, TITLE_LEADING) <= box.height:
            break
    most = lines_within(box.height, smaller, TITLE_LEADING)
    sheet.lines(cut(lines, most), box, smaller, TITLE_LEADING, bold=True)


def _foot(sheet: Sheet, slide: Slide, deck: Deck, layout: SlideLayout, link: str | None) -> None:
    """The source, its day in one piece, and the slide's number."""
    day = wording.day(date.fromisoformat(deck.data_as_of))
    source = deck.source.replace(day, day.replace(" ", "\N{NO-BREAK SPACE}"))
    lines = cut(balanced(source, layout.source.width, LABEL_SIZE), 2)
    sheet.lines(lines, layout.source, LABEL_SIZE, LEADING, "muted", link=link)
    place = f"{deck.slides.index(slide) + 1} / {len(deck.slides)}"
    right = layout.number.left + layout.number.width
    baseline = layout.number.top + ASCENT * LABEL_SIZE
    sheet.write(place, right, baseline, LABEL_SIZE, "muted", align="right")
