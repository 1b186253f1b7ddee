"""What is printed or handed out: the slides as a PDF, and a handout of two pages."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.backends.backend_pdf import PdfPages

from components.deck import Deck, Export, Slide
from components.plain_text import plain
from components.slide_layout import Box
from components.slide_wording import SENTENCES, say
from exports.charts import draw_chart, small_height
from exports.drawing import slide_figure
from exports.sheet import (
    ASCENT,
    LEADING,
    MORE,
    TITLE_LEADING,
    Sheet,
    balanced,
    cut,
    draw_paragraphs,
    drawing,
    fitted,
    lines_height,
    paragraphs_height,
    wrapped,
)

TITLE = str(SENTENCES["files"]["program"])

# The pages of a handout, US Letter, in points.
_WIDTH, _HEIGHT, _MARGIN, _TOP, _BOTTOM = 612, 792, 45, 34, 28
_INNER, _COLUMN, _BETWEEN = _WIDTH - 2 * _MARGIN, 247, 19
_TITLE_SIZE, _SELECTION_SIZE, _LARGE_SIZE, _FOOT_SIZE = 22, 12, 10, 8.5
_FINDING_SIZES, _SMALL_SIZES = (12, 11, 10), (9.5, 9, 8.5)
_FINDINGS, _FINDINGS_HEIGHT = 4, 150
_LARGE_CHARTS, _HIGHEST_CHART = 2, 300
_SOURCE_LINES, _LINK_LINES = 3, 2
_MOST_IN_COLUMN = {"columns": 5, "intervals": 6}  # categories
_LEAST_WORDS = 5  # height of paragraphs worth beginning, in their size


def slides_pdf(deck: Deck, link: str) -> Export:
    """The slides, one a page, as vectors with text; their sources lead to ``link``.

    Yields the number of slides done after each.
    """
    file = io.BytesIO()
    pages = _pages(file, deck)
    for number, slide in enumerate(deck.slides, 1):
        with drawing():
            pages.savefig(slide_figure(slide, deck, link))
        yield number
    with drawing():
        pages.close()
    return file.getvalue()


def handout(deck: Deck, link: str) -> Export:
    """Two pages, US Letter: what was found, with the main charts; all else, small.

    What the pages cannot hold gives way to words that the dashboard, at ``link``, has more.
    Yields the number of charts done after each.
    """
    with drawing():
        first, second = Sheet(_WIDTH, _HEIGHT), Sheet(_WIDTH, _HEIGHT)
        places = [*_first_page(first, deck, link), *_second_page(second, deck, link)]
        for place in places:
            _draw_words(place)
    charts = [(place, chart) for place in places if (chart := place.slide.chart)]
    for number, (place, chart) in enumerate(charts, 1):
        with drawing():
            draw_chart(place.sheet, chart, place.inner(), place.size)
        yield number
    file = io.BytesIO()
    with drawing(), _pages(file, deck) as pages:
        pages.savefig(first.figure)
        pages.savefig(second.figure)
    return file.getvalue()


def _pages(file: io.BytesIO, deck: Deck) -> Any:  # its methods have no types
    about = {"Title": TITLE, "Subject": plain(deck.selection), "Author": "LEAP"}
    return PdfPages(file, metadata=about)


@dataclass(frozen=True)
class _Place:
    """Where a slide stands in the handout: its heading, and under it what it shows."""

    sheet: Sheet
    slide: Slide
    heading: str
    box: Box
    size: float

    def head(self) -> list[str]:
        """The heading in lines."""
        return balanced(self.heading, self.box.width, self.size + 1, bold=True)

    def meaning(self) -> list[str]:
        """What the chart shows, in lines."""
        return wrapped(self.slide.meaning, self.box.width, self.size)

    def inner(self) -> Box:
        """What is left of the box below heading and meaning."""
        head = lines_height(len(self.head()), self.size + 1, TITLE_LEADING) + 0.3 * self.size
        head += (len(self.meaning()) * LEADING + 0.4) * self.size
        return replace(self.box, top=self.box.top + head, height=self.box.height - head)


def _first_page(sheet: Sheet, deck: Deck, link: str) -> list[_Place]:
    """Draw what was found, in words; the places of the main charts."""
    sheet.block(Box(_MARGIN, 0, 56, 6), "accent")
    sheet.write(TITLE, _MARGIN, _TOP + ASCENT * _TITLE_SIZE, _TITLE_SIZE, bold=True)
    top = _TOP + lines_height(1, _TITLE_SIZE, LEADING) + 3
    selection = cut(wrapped(deck.selection, _INNER, _SELECTION_SIZE), 3)
    sheet.lines(selection, Box(_MARGIN, top, _INNER, 0), _SELECTION_SIZE, LEADING, "muted")
    top += lines_height(len(selection), _SELECTION_SIZE, LEADING) + 14
    findings = [slide.title for slide in deck.slides if slide.chart] or [deck.slides[0].title]
    box = Box(_MARGIN, top, _INNER, _FINDINGS_HEIGHT)
    told, size = fitted(findings[:_FINDINGS], box, _FINDING_SIZES)
    draw_paragraphs(sheet, told, box, size)
    top += paragraphs_height(told, size) + 20
    slides = _charted(deck)[:_LARGE_CHARTS]
    bottom = _foot(sheet, deck, link, "1 / 2")
    height = min((bottom - top) / max(len(slides), 1), _HIGHEST_CHART)
    boxes = [Box(_MARGIN, top + height * n, _INNER, height - 14) for n in range(len(slides))]
    return [
        _Place(sheet, slide, slide.name, box, _LARGE_SIZE)
        for slide, box in zip(slides, boxes, strict=True)
    ]


def _charted(deck: Deck) -> list[Slide]:
    """Slides with a chart, curves first."""
    charts = [(slide.chart.kind, slide) for slide in deck.slides if slide.chart]
    return [slide for _kind, slide in sorted(charts, key=lambda c: c[0] not in ("lines", "gap"))]


def _second_page(sheet: Sheet, deck: Deck, link: str) -> list[_Place]:
    """The places of the other charts, and of the paragraphs after them.

    Words that there is more where there is no place for all.
    """
    slides = _charted(deck)[_LARGE_CHARTS:] + [slide for slide in deck.slides if not slide.chart]
    bottom = _foot(sheet, deck, link, "2 / 2")
    for size in _SMALL_SIZES:
        places = _in_columns(sheet, slides, size)
        if all(_end(place) <= bottom for place in places):
            return places
    kept = [_shortened(place, bottom) for place in places if _has_room(place, bottom)]
    if len(kept) < len(places):
        sheet.write(MORE, _MARGIN, bottom + 11, _FOOT_SIZE, "muted", link=link)
    return kept


def _in_columns(sheet: Sheet, slides: Sequence[Slide], size: float) -> list[_Place]:
    """Long charts over both columns, the others in the one free higher up; as high as they need."""
    lefts, tops = (_MARGIN, _WIDTH - _MARGIN - _COLUMN), [float(_TOP), float(_TOP)]
    places = []
    for slide in sorted(slides, key=_is_long, reverse=True):
        is_long = _is_long(slide)
        column = tops.index(max(tops) if is_long else min(tops))
        left, width = (_MARGIN, _INNER) if is_long else (lefts[column], _COLUMN)
        box = Box(left, tops[column], width, 0)
        place = _Place(sheet, slide, slide.title, box, size)
        height = place.inner().top - box.top + _needed(slide, size)
        places.append(replace(place, box=replace(box, height=height)))
        tops[column] += height + _BETWEEN
        tops = [tops[column]] * 2 if is_long else tops
    return places


def _is_long(slide: Slide) -> bool:
    chart = slide.chart
    return bool(chart and len(chart.categories) > _MOST_IN_COLUMN.get(chart.kind, math.inf))


def _needed(slide: Slide, size: float) -> float:
    if slide.chart:
        return small_height(slide.chart, size)
    unlimited = Box(0, 0, _COLUMN, math.inf)
    told, _size = fitted(slide.paragraphs, unlimited, (size,))
    return math.ceil(paragraphs_height(told, size)) + 1


def _end(place: _Place) -> float:
    return place.box.top + place.box.height


def _has_room(place: _Place, bottom: float) -> bool:
    """A chart as a whole, of paragraphs a few lines."""
    beginning = place.inner().top + _LEAST_WORDS * place.size
    return _end(place) <= bottom or (not place.slide.chart and beginning <= bottom)


def _shortened(place: _Place, bottom: float) -> _Place:
    height = min(place.box.height, bottom - place.box.top)
    return replace(place, box=replace(place.box, height=height))


def _draw_words(place: _Place) -> None:
    """Heading and meaning, and the paragraphs of a slide without a chart."""
    sheet, box, size, inner = place.sheet, place.box, place.size, place.inner()
    sheet.lines(place.head(), box, size + 1, TITLE_LEADING, bold=True)
    meaning = place.meaning()
    above = inner.top - (len(meaning) * LEADING + 0.4) * size
    sheet.lines(meaning, replace(box, top=above), size, LEADING, "muted")
    if not place.slide.chart:
        told, _size = fitted(place.slide.paragraphs, inner, (size,))
        draw_paragraphs(sheet, told, inner, size)


def _foot(sheet: Sheet, deck: Deck, link: str, number: str) -> float:
    """Source, address and number at the foot of a page; the place above them."""
    width = _INNER - 40
    source = cut(wrapped(deck.source, width, _FOOT_SIZE), _SOURCE_LINES)
    address = cut(wrapped(say("files", "address", link=link), width, _FOOT_SIZE), _LINK_LINES)
    height = lines_height(len(source) + len(address), _FOOT_SIZE, LEADING)
    box = Box(_MARGIN, _HEIGHT - _BOTTOM - height, width, height)
    sheet.block(Box(_MARGIN, box.top - 8, _INNER, 0.75), "line")
    sheet.lines([*source, *address], box, _FOOT_SIZE, LEADING, "muted", link=link)
    right, baseline = _WIDTH - _MARGIN, box.top + ASCENT * _FOOT_SIZE
    sheet.write(number, right, baseline, _FOOT_SIZE, "muted", align="right")
    return box.top - 24
