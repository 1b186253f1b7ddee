"""A deck as a PowerPoint file: real titles, charts whose data can be edited, speaker notes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pptx import Presentation
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from components import wording
from components.deck import Deck, Export, Slide, deck_from_json, deck_to_json
from components.plain_text import plain
from components.slide_layout import LABEL_SIZE, TEXT_SIZE, TITLE_SIZE, Box, slide_layout, title_size
from components.slide_wording import SENTENCES, say
from exports.native_charts import add_chart
from exports.office import FONT, add_run, hex_code, put

OPEN = str(SENTENCES["files"]["open"])
# PowerPoint takes a file with a longer address for damaged.
LONGEST_LINK = 2079

_LONGEST_PROPERTY = 255

# The theme's own names for its colours, and whose place they take.
_THEME_COLOURS = {"dk1": "ink", "lt1": "paper", "dk2": "muted", "lt2": "canvas"} | {
    "accent1": "accent",
    "accent2": "series-1",
    "accent3": "series-2",
    "accent4": "series-3",
    "accent5": "series-4",
    "accent6": "series-5",
    "hlink": "accent",
    "folHlink": "accent",
}


def powerpoint(deck: Deck, link: str) -> Export:
    """The deck as a .pptx file; ``link`` is the address that opens its figures in the dashboard.

    A link too long for PowerPoint stands in the notes alone.
    """
    deck = deck_from_json(_printable(deck_to_json(deck)))
    link = _printable(link)
    presentation = _empty(deck)
    for number, slide in enumerate(deck.slides, start=1):
        _add_slide(presentation, deck, number, slide, link)
        yield number
    file = io.BytesIO()
    presentation.save(file)
    return file.getvalue()


def _printable(value: Any) -> Any:
    """All its text without control characters: names come from elsewhere."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(part) for part in value]
    return value


# --- The empty presentation --------------------------------------------------------------


def _empty(deck: Deck) -> Any:
    """No slides yet: the shape, one layout, the house's colours and type."""
    presentation: Any = Presentation()
    layout = slide_layout(deck.shape)
    master = presentation.slide_master
    stretch = Pt(layout.width) / presentation.slide_width
    presentation.slide_width, presentation.slide_height = Pt(layout.width), Pt(layout.height)
    for shape in master.shapes:
        shape.left, shape.width = int(shape.left * stretch), int(shape.width * stretch)
    for other in list(presentation.slide_layouts):
        if other.name != "Title Only":
            presentation.slide_layouts.remove(other)
    _style_titles(presentation, layout.title)
    _style_theme(master)
    _describe(presentation.core_properties, deck)
    return presentation


def _style_titles(presentation: Any, box: Box) -> None:
    """Titles of new slides look like ours, and ours survive “Reset slide”."""
    [layout] = presentation.slide_layouts
    [title] = [shape for shape in layout.placeholders if shape.placeholder_format.idx == 0]
    put(title, box)
    _set_frame(title.text_frame)
    layout.shapes._spTree.insert(2, _accent_bar(box.left))
    style = presentation.slide_master._element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    letters = style.find(qn("a:defRPr"))
    letters.set("sz", str(100 * TITLE_SIZE))
    letters.set("b", "1")


def _accent_bar(left: float) -> Any:
    return parse_xml(
        f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="20" name="Accent"/><p:cNvSpPr/>'
        f'<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr><a:xfrm><a:off x="{Pt(left)}" y="0"/>'
        f'<a:ext cx="{Pt(56)}" cy="{Pt(6)}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        '</a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill></p:spPr></p:sp>'
    )


def _style_theme(master: Any) -> None:
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme = parse_xml(part.blob)
    for name, role in _THEME_COLOURS.items():
        place = theme.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        place[:] = [parse_xml(f'<a:srgbClr {nsdecls("a")} val="{hex_code(role)}"/>')]
    for font in theme.iterfind(f".//{qn('a:fontScheme')}/*/{qn('a:latin')}"):
        font.set("typeface", FONT)
    part.blob = serialize_part_xml(theme)


def _describe(properties: Any, deck: Deck) -> None:
    properties.title = f"LEAP: {deck.selection}"[:_LONGEST_PROPERTY]
    properties.subject = "Attendance of students visited at home"
    properties.author = properties.last_modified_by = "LEAP"
    properties.keywords = ""
    properties.comments = f"{deck.source} Students: {deck.selection}"[:_LONGEST_PROPERTY]
    properties.created = properties.modified = datetime.now(UTC).replace(tzinfo=None)


# --- A slide -----------------------------------------------------------------------------


def _add_slide(presentation: Any, deck: Deck, number: int, slide: Slide, link: str) -> None:
    layout = slide_layout(deck.shape)
    page = presentation.slides.add_slide(presentation.slide_layouts[0])
    page.shapes.title.name = "Title"
    paragraph = page.shapes.title.text_frame.paragraphs[0]
    paragraph.line_spacing = 0.95  # so that a third line stays clear of what follows
    add_run(paragraph, slide.title, title_size(slide.title, deck.shape), "ink").font.bold = True
    if slide.meaning:
        [meaning] = _text_box(page, "What is shown", layout.meaning).paragraphs
        add_run(meaning, slide.meaning, LABEL_SIZE, "muted")
    if slide.chart:
        add_chart(page, slide, slide.chart, layout.chart)
    else:
        _add_paragraphs(_text_box(page, "Text", layout.words), slide.paragraphs)
    [source] = _text_box(page, "Source", layout.source).paragraphs
    add_run(source, f"{deck.source} ", LABEL_SIZE, "muted")
    if len(link) <= LONGEST_LINK:
        add_run(source, OPEN, LABEL_SIZE, "accent").hyperlink.address = link
    [place] = _text_box(page, "Slide number", layout.number).paragraphs
    _add_number(place, number, len(deck.slides))
    _write_notes(page, slide, deck, link)


def _set_frame(frame: Any) -> None:
    """Words start in the very corner of the box and wrap in it."""
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP


def _text_box(page: Any, name: str, box: Box) -> Any:
    shape = page.shapes.add_textbox(0, 0, 0, 0)
    shape.name = name
    put(shape, box)
    _set_frame(shape.text_frame)
    return shape.text_frame


def _add_paragraphs(frame: Any, paragraphs: Sequence[str]) -> None:
    for place, words in enumerate(paragraphs):
        paragraph = frame.add_paragraph() if place else frame.paragraphs[0]
        paragraph.space_after = Pt(14)
        style = paragraph._p.get_or_add_pPr()
        style.set("marL", str(Pt(TEXT_SIZE)))
        style.set("indent", str(-Pt(TEXT_SIZE)))
        style.append(parse_xml(f'<a:buClr {nsdecls("a")}><a:schemeClr val="accent1"/></a:buClr>'))
        style.append(parse_xml(f'<a:buFont {nsdecls("a")} typeface="{FONT}"/>'))
        style.append(parse_xml(f'<a:buChar {nsdecls("a")} char="•"/>'))
        add_run(paragraph, words, TEXT_SIZE, "ink")


def _add_number(paragraph: Any, number: int, of: int) -> None:
    """The slide's own number, kept right by PowerPoint where slides are moved."""
    paragraph.alignment = PP_ALIGN.RIGHT
    field = add_run(paragraph, str(number), LABEL_SIZE, "muted")._r
    field.tag = qn("a:fld")
    field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    field.set("type", "slidenum")
    add_run(paragraph, f" / {of}", LABEL_SIZE, "muted")


def _write_notes(page: Any, slide: Slide, deck: Deck, link: str) -> None:
    frame = page.notes_slide.notes_text_frame
    as_of = say("files", "as_of", day=wording.iso_day(deck.data_as_of))
    selection = say("files", "selection", selection=deck.selection)
    lines = [line for note in slide.notes for line in (note.question, note.answer, "")]
    frame.text = "\n".join((*lines, deck.source, selection, as_of, link))
    for place in range(len(slide.notes)):
        frame.paragraphs[3 * place].font.bold = True
