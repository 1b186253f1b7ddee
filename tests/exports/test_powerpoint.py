"""The PowerPoint file: what is in it, and how it looks when another program draws it."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree
from pptx import Presentation
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn
from pptx.util import Pt

from components.deck import Chart, Deck, Series, Shape, Values, finished
from components.slide_layout import Box, slide_layout
from components.theme import PALETTES
from exports.powerpoint import LONGEST_LINK, OPEN, powerpoint
from tests.exports.decks import NAMES, deck, official_deck

LINK = "https://example.org/present?district=0640011&district=0930011&slides=lines"
LIGHT = PALETTES["light"]
SHAPES: tuple[Shape, ...] = ("16x9", "4x3")

FIFTEEN = (
    *NAMES,
    *"Waterbury Windham Norwich Meriden Torrington Danbury Manchester".split(),
    *("East Hartford", "Area Cooperative Educati…", "West Hartford"),
)
LONG_TITLE = (
    "Six months after the first visit, mean attendance of visited students is about seven points "
    "higher than that of similar students who were not visited by then"
)


def opened(made: Deck, link: str = LINK) -> Any:
    return Presentation(io.BytesIO(finished(powerpoint(made, link))))


def charts(made: Deck) -> Iterator[tuple[Chart, Any]]:
    """The charts of a deck, each with what the file has for it."""
    for slide, page in zip(made.slides, opened(made).slides, strict=True):
        for shape in page.shapes:
            if shape.has_chart:
                assert slide.chart
                yield slide.chart, shape.chart


def sheet(drawn: Any, *, computed: bool = True) -> Any:
    blob = drawn.part.chart_workbook.xlsx_part.blob
    return openpyxl.load_workbook(io.BytesIO(blob), data_only=computed).active


def same(values: Iterable[Any]) -> tuple[Any, ...]:
    """Numbers as far as a workbook keeps them: to 15 digits or so."""
    return tuple(round(value, 12) if isinstance(value, float) else value for value in values)


def columns(drawn: Any) -> dict[str, tuple[Any, ...]]:
    """The workbook's columns by their headings."""
    return {
        str(heading.value): same(cell.value for cell in cells)
        for heading, *cells in sheet(drawn).columns
    }


def cells(drawn: Any, reference: str) -> tuple[Any, ...]:
    """What stands in the workbook where a chart refers to."""
    name, _mark, area = reference.partition("!")
    found = sheet(drawn)
    assert name == found.title
    area = found[area.replace("$", "")]
    return same(cell.value for [cell] in area) if isinstance(area, tuple) else (area.value,)


def cached(reference: Any) -> tuple[Any, ...]:
    """What a chart remembers of a reference."""
    [cache] = reference.findall(qn("c:numCache")) or reference.findall(qn("c:strCache"))
    size = int(cache.find(qn("c:ptCount")).get("val"))
    known = {int(point.get("idx")): point.findtext(qn("c:v")) for point in cache.iter(qn("c:pt"))}
    convert = float if cache.tag == qn("c:numCache") else str
    return same(convert(known[place]) if place in known else None for place in range(size))


def shape_named(page: Any, name: str) -> Any:
    [shape] = [shape for shape in page.shapes if shape.name == name]
    return shape


def box_of(shape: Any) -> Box:
    return Box(*(value / Pt(1) for value in (shape.left, shape.top, shape.width, shape.height)))


# --- Slides ------------------------------------------------------------------------------


def test_progress_is_told_after_each_slide() -> None:
    assert list(powerpoint(deck(), LINK)) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("shape", SHAPES)
def test_slides_have_their_shape_and_everything_its_box(shape: Shape) -> None:
    made, layout = deck(shape), slide_layout(shape)
    presentation = opened(made)
    assert (presentation.slide_width, presentation.slide_height) == (Pt(layout.width), Pt(540))
    for slide, page in zip(made.slides, presentation.slides, strict=True):
        assert box_of(shape_named(page, "Title")) == layout.title
        if slide.chart:
            assert box_of(shape_named(page, f"Chart: {slide.name}")) == layout.chart
        else:
            assert box_of(shape_named(page, "Text")) == layout.words
        assert box_of(shape_named(page, "Source")) == layout.source
        assert box_of(shape_named(page, "Slide number")) == layout.number
        assert len(page.shapes) == (5 if slide.meaning else 4)


def test_titles_are_real_and_no_placeholder_is_empty() -> None:
    made = deck()
    for slide, page in zip(made.slides, opened(made).slides, strict=True):
        assert page.shapes.title.text_frame.text == slide.title
        assert [shape.text_frame.text for shape in page.placeholders] == [slide.title]


def test_a_slide_says_what_it_shows_where_it_comes_from_and_its_number() -> None:
    made = deck()
    pages = list(opened(made).slides)
    assert shape_named(pages[0], "What is shown").text_frame.text == made.slides[0].meaning
    assert shape_named(pages[2], "Slide number").text_frame.text == "3 / 5"
    assert shape_named(pages[2], "Source").text_frame.text == f"{made.source} {OPEN}"
    words = shape_named(pages[4], "Text").text_frame.paragraphs
    assert tuple(paragraph.text for paragraph in words) == made.slides[4].paragraphs
    assert all(paragraph._p.pPr.find(qn("a:buChar")) is not None for paragraph in words)


def test_the_same_paragraph_twice_stays_twice() -> None:
    made = deck()
    twice = replace(made, slides=(replace(made.slides[4], paragraphs=("Again.", "Again.")),))
    [page] = opened(twice).slides
    assert shape_named(page, "Text").text_frame.text == "Again.\nAgain."


def links(made: Deck, link: str) -> list[str]:
    return [
        run.hyperlink.address
        for page in opened(made, link).slides
        for run in shape_named(page, "Source").text_frame.paragraphs[0].runs
        if run.hyperlink.address
    ]


def test_every_slide_opens_its_figures_in_the_dashboard() -> None:
    assert links(deck(), LINK) == [LINK] * 5
    longest = LINK.ljust(LONGEST_LINK, "0")
    assert links(deck(), longest) == [longest] * 5


def test_a_link_too_long_for_powerpoint_stands_in_the_notes_alone() -> None:
    too_long = LINK.ljust(LONGEST_LINK + 1, "0")
    assert links(deck(), too_long) == []
    page = next(iter(opened(deck(), too_long).slides))
    assert OPEN not in shape_named(page, "Source").text_frame.text
    assert too_long in page.notes_slide.notes_text_frame.text


def test_notes_hold_the_hard_questions_and_where_the_figures_come_from() -> None:
    made = deck()
    for slide, page in zip(made.slides, opened(made).slides, strict=True):
        [note] = slide.notes
        assert page.notes_slide.notes_text_frame.text.split("\n") == [
            note.question,
            note.answer,
            "",
            made.source,
            f"Students: {made.selection}",
            "Data through June 30, 2024",
            LINK,
        ]


def test_the_file_says_what_it_is_and_whose() -> None:
    found = opened(deck()).core_properties
    assert (found.title, found.author, found.keywords) == (
        "LEAP: Hartford, Grades 6–12",
        "LEAP",
        "",
    )
    assert found.last_modified_by == "LEAP"
    assert "Data through June 30, 2024" in found.comments
    assert "Hartford, Grades 6–12" in found.comments


def test_a_selection_of_any_length_fits_the_properties() -> None:
    made = replace(deck(), selection="Hartford or " * 400)
    presentation = opened(made)
    assert len(presentation.core_properties.comments) == 255
    notes = presentation.slides[0].notes_slide.notes_text_frame.text
    assert made.selection in notes


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    name = "Hart\x00fo\x0brd\ud800\uffff & <Sons>"
    made = deck(names=(name, *NAMES[1:]))
    first = replace(made.slides[3], title=name, description=name, name=name, meaning=name)
    hostile = replace(made, slides=(first,), source=name, selection=name)
    [page] = opened(hostile, f"{LINK}\x07").slides
    assert page.shapes.title.text_frame.text == "Hartford & <Sons>"
    chart = shape_named(page, "Chart: Hartford & <Sons>").chart
    assert next(iter(chart.plots[0].categories)) == "Hartford & <Sons>"
    assert columns(chart)["Group"][0] == "Hartford & <Sons>"
    assert links(hostile, f"{LINK}\x07") == [LINK]


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    made = deck(names=("=1+1", *NAMES[1:]))
    [found] = [drawn for chart, drawn in charts(made) if chart.kind == "intervals"]
    cell = sheet(found, computed=False)["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert cell.quotePrefix  # also when somebody edits it


# --- Charts ------------------------------------------------------------------------------


def test_charts_are_charts_and_told_in_words() -> None:
    made = deck()
    kinds = []
    for slide, page in zip(made.slides, opened(made).slides, strict=True):
        assert all(shape.shape_type != MSO_SHAPE_TYPE.PICTURE for shape in page.shapes)
        for shape in page.shapes:
            if shape.has_chart:
                kinds.append(shape.chart.chart_type.name)
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr") == slide.description
                assert not shape.chart.has_legend
                assert not shape.chart.has_title
    assert kinds == ["COLUMN_CLUSTERED", "LINE", "LINE", "BAR_CLUSTERED"]


def test_every_figure_stands_in_the_workbook_behind_its_chart() -> None:
    for chart, drawn in charts(deck()):
        found = columns(drawn)
        assert next(iter(found.values())) == chart.categories
        assert found["Students, about" if chart.about else "Students"] == chart.students
        assert found.get("Caution", ()) == tuple(words or None for words in chart.cautions)
        for series in chart.series:
            assert found[series.name] == same(series.values)
            assert found.get(f"{series.name}, lower end", ()) == same(series.low)
            assert found.get(f"{series.name}, upper end", ()) == same(series.high)


def test_a_chart_remembers_what_its_workbook_says() -> None:
    for chart, drawn in charts(deck()):
        references = list(drawn._chartSpace.iter(qn("c:numRef"), qn("c:strRef")))
        assert len(references) >= 3 * len(chart.series)
        for reference in references:
            assert cells(drawn, reference.findtext(qn("c:f"))) == cached(reference)


def test_lines_and_bars_are_drawn_from_their_series() -> None:
    for chart, drawn in charts(deck()):
        shown = drawn.plots[0].series
        assert tuple(drawn.plots[0].categories) == chart.categories
        for series, line in zip(chart.series, shown, strict=False):
            assert (line.name, line.values) == (series.name, series.values)
        assert len(shown) == len(chart.series) + (chart.kind != "columns")


def uneven(made: Deck) -> Deck:
    """With every upper end further away than its lower end."""
    slides = []
    for slide in made.slides:
        if slide.chart and slide.chart.series[0].high:
            [series] = slide.chart.series
            high = tuple(None if end is None else end + 0.7 for end in series.high)
            slide = replace(slide, chart=replace(slide.chart, series=(replace(series, high=high),)))
        slides.append(slide)
    return replace(made, slides=tuple(slides))


def test_error_bars_reach_from_the_low_to_the_high_end() -> None:
    seen = []
    for chart, drawn in charts(uneven(deck())):
        bars = list(drawn._chartSpace.iter(qn("c:errBars")))
        seen += [chart.kind] * len(bars)
        for series, bar in zip((one for one in chart.series if one.low), bars, strict=True):
            assert bar.find(qn("c:errValType")).get("val") == "cust"
            for end, other, side in (("plus", series.high, 1), ("minus", series.low, -1)):
                reference = bar.findtext(f"{qn(f'c:{end}')}/{qn('c:numRef')}/{qn('c:f')}")
                assert cells(drawn, reference) == same(
                    None if value is None or far is None else side * (far - value)
                    for value, far in zip(series.values, other, strict=True)
                )
    assert seen == ["gap", "intervals"]


def test_error_bars_follow_where_figures_are_edited() -> None:
    found = 0
    for _chart, drawn in charts(uneven(deck())):
        plain, computed = sheet(drawn, computed=False), sheet(drawn)
        for cell in (cell for row in plain.iter_rows() for cell in row if cell.data_type == "f"):
            above, below = cell.value.removeprefix("=").split("-")
            difference = computed[above].value - computed[below].value
            assert computed[cell.coordinate].value == pytest.approx(difference)
            found += 1
    assert found == 2 * (18 + 4)  # months and districts with a figure, up and down


def labels(series: Any) -> dict[int, Any]:
    return {
        int(label.find(qn("c:idx")).get("val")): label
        for label in series._element.iter(qn("c:dLbl"))
    }


def parts_shown(label: Any) -> set[str]:
    return {
        etree.QName(part).localname.removeprefix("show")
        for part in label
        if etree.QName(part).localname.startswith("show") and part.get("val") == "1"
    }


def test_each_line_is_named_at_its_last_point() -> None:
    made = deck()
    chart = made.slides[1].chart
    assert chart
    early = replace(chart.series[1], values=(*chart.series[1].values[:-2], None, None))
    [(_chart, drawn)] = charts(only(made, 1, replace(chart, series=(chart.series[0], early))))
    visited, compared, _months = drawn.plots[0].series
    for line, last, role in ((visited, 21, "accent"), (compared, 19, "muted")):
        [(place, label)] = labels(line).items()
        assert place == last
        assert parts_shown(label) == {"SerName", "Val"}
        colours = {colour.get("val") for colour in label.iter(qn("a:srgbClr"))}
        assert colours == {str(line.format.line.color.rgb)} == {LIGHT[role].upper()[1:]}
    assert visited.format.line.dash_style is None
    assert compared.format.line.dash_style == MSO_LINE.DASH


def test_every_third_month_is_named_under_the_plot() -> None:
    for chart, drawn in charts(deck()):
        if chart.kind not in ("lines", "gap"):
            continue
        [*_lines, names] = drawn.plots[0].series
        assert list(labels(names)) == list(range(0, 22, 3))
        assert set(names.values) == {drawn.value_axis.minimum_scale}


def test_scales_hold_all_that_is_drawn_and_zero_where_it_matters() -> None:
    limits = {
        chart.kind: (drawn.value_axis.minimum_scale, drawn.value_axis.maximum_scale)
        for chart, drawn in charts(deck())
    }
    assert limits["lines"] == (70, 85)
    assert limits["gap"] == (-5, 15)
    assert limits["intervals"] == (0, 15.75)
    assert limits["columns"] == pytest.approx((0, 672))


def row_words(drawn: Any) -> list[str]:
    _bars, words = drawn.plots[0].series
    return ["".join(label.itertext(qn("a:t"))) for label in labels(words).values()]


ROWS = Chart(
    "intervals",
    ("Above", "Below", "Nobody"),
    (Series("Difference", (2.0, -3.1, None), (0.5, -5.6, None), (3.5, -0.6, None)),),
    "Points of attendance, month +6",
    (40, 50, None),
    about=False,
    colours=("series-1", "series-2", "series-3"),
    cautions=("", "past differs", "fewer than 20 students"),
)


def test_rows_are_told_in_figures_or_why_there_is_none() -> None:
    [(_chart, drawn)] = charts(only(deck(), 3, ROWS))
    assert row_words(drawn) == [
        "2 (0.5 to 3.5)",
        "−3.1 (−5.6 to −0.6) past differs",
        "fewer than 20 students",
    ]


def test_rows_have_their_colour_and_a_pale_grey_with_a_caution() -> None:
    [(_chart, drawn)] = charts(only(deck(), 3, ROWS))
    bars, _words = drawn.plots[0].series
    colours = [bars.points[row].format.fill.fore_color for row in range(3)]
    roles = ["series-1", "muted", "muted"]
    assert [f"#{colour.rgb}".lower() for colour in colours] == [LIGHT[role] for role in roles]
    assert [colour.brightness for colour in colours] == [0, 0.5, 0.5]
    for point in bars._element.findall(qn("c:dPt")):
        assert point.find(qn("c:invertIfNegative")).get("val") == "0"


def test_rates_are_columns_in_their_colours_with_per_cent_above_them() -> None:
    [(chart, drawn)] = charts(official_deck())
    [columns_drawn] = drawn.plots[0].series
    assert columns_drawn.values == (91.7, 85.6, 59.4)
    fills = [columns_drawn.points[row].format.fill.fore_color.rgb for row in range(3)]
    assert [f"#{fill}".lower() for fill in fills] == [LIGHT[role] for role in chart.colours]
    assert drawn.plots[0].data_labels.number_format == 'General"\N{NO-BREAK SPACE}%"'
    assert drawn.value_axis.minimum_scale == 0
    assert columns(drawn)["Students, about"] == chart.students


def test_every_row_is_named() -> None:
    [(_chart, drawn)] = charts(only(deck(names=FIFTEEN), 3))
    assert drawn.category_axis._element.find(qn("c:tickLblSkip")).get("val") == "1"


# As the schema of the format has them: PowerPoint opens no file with another order.
ORDER = {
    "ser": "idx order tx spPr invertIfNegative marker dPt dLbls errBars cat val smooth",
    "dPt": "idx invertIfNegative spPr",
    "dLbls": "dLbl numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName "
    "showPercent showBubbleSize showLeaderLines extLst",
    "dLbl": "idx layout tx numFmt spPr txPr dLblPos showLegendKey showVal showCatName "
    "showSerName showPercent showBubbleSize separator",
    "errBars": "errDir errBarType errValType noEndCap plus minus spPr",
    "catAx": "axId scaling delete axPos majorGridlines title numFmt majorTickMark minorTickMark "
    "tickLblPos spPr txPr crossAx crosses auto lblAlgn lblOffset tickLblSkip noMultiLvlLbl",
    "title": "tx layout overlay",
    "plotArea": "layout barChart lineChart catAx valAx",
    "chartSpace": "date1904 roundedCorners chart spPr txPr externalData",
}


def test_parts_of_a_chart_stand_in_the_order_powerpoint_wants() -> None:
    for _chart, drawn in charts(deck()):
        for name, order in ORDER.items():
            for element in drawn._chartSpace.iter(qn(f"c:{name}")):
                places = [order.split().index(etree.QName(part).localname) for part in element]
                assert places == sorted(places), name


def only(made: Deck, place: int, chart: Chart | None = None) -> Deck:
    """The deck with one of its slides alone, or with another chart in it."""
    slide = made.slides[place]
    return replace(made, slides=(replace(slide, chart=chart or slide.chart),))


def emptied(chart: Chart) -> Chart:
    def none(values: Values) -> Values:
        return (None,) * len(values)

    series = tuple(
        replace(one, values=none(one.values), low=none(one.low), high=none(one.high))
        for one in chart.series
    )
    return replace(chart, series=series, students=(None,) * len(chart.students))


def test_a_chart_of_withheld_figures_alone_is_empty() -> None:
    made = deck()
    slides = tuple(
        replace(slide, chart=slide.chart and emptied(slide.chart)) for slide in made.slides
    )
    for chart, drawn in charts(replace(made, slides=slides)):
        assert not any(any(drawn.plots[0].series[at].values) for at in range(len(chart.series)))
        assert drawn.value_axis.minimum_scale < drawn.value_axis.maximum_scale


def test_nothing_is_under_20_points() -> None:
    file = zipfile.ZipFile(io.BytesIO(finished(powerpoint(deck(), LINK))))
    parts = [name for name in file.namelist() if re.match(r"ppt/(slides/s|charts/c).*xml$", name)]
    assert len(parts) == 5 + 4
    for part in parts:
        root = etree.fromstring(file.read(part))
        sizes = [int(size) for size in root.xpath("//@sz")]
        assert sizes
        assert min(sizes) >= 2000
        for run in root.iter(qn("a:r"), qn("a:fld")):
            assert run.find(qn("a:rPr")).get("sz"), etree.tostring(run)
        for default in root.iter(qn("c:txPr")):
            assert default.find(f".//{qn('a:defRPr')}").get("sz"), etree.tostring(default)
        if root.tag == qn("c:chartSpace"):
            assert root.find(qn("c:txPr")) is not None


# --- As LibreOffice draws it -------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """A word on a page, in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def is_in(self, box: Box) -> bool:
        return (
            box.left - 1 <= self.left
            and self.right <= box.left + box.width + 1
            and box.top - 1 <= self.top
            and self.bottom <= box.top + box.height + 1
        )


@dataclass(frozen=True)
class Drawn:
    """A deck, and the words of its pages as drawn."""

    deck: Deck
    pages: list[list[Word]]


def crowded(shape: Shape) -> Deck:
    """The longest titles, 15 names, some of them under zero, and lines that end side by side."""
    made = deck(shape, FIFTEEN)
    title = LONG_TITLE[: 150 if shape == "16x9" else 140]
    slides = [replace(slide, title=title) for slide in made.slides]
    for place, change in ((1, side_by_side), (3, lowered)):
        chart = slides[place].chart
        assert chart
        slides[place] = replace(slides[place], chart=change(chart))
    return replace(made, slides=tuple(slides))


def side_by_side(chart: Chart) -> Chart:
    upper, lower = chart.series
    near = tuple(None if value is None else value - 0.4 for value in upper.values)
    return replace(chart, series=(upper, replace(lower, values=near)))


def lowered(chart: Chart) -> Chart:
    def less(values: Values) -> Values:
        return tuple(None if value is None else round(value - 6, 1) for value in values)

    [series] = chart.series
    values, low, high = less(series.values), less(series.low), less(series.high)
    return replace(chart, series=(replace(series, values=values, low=low, high=high),))


@pytest.fixture(scope="module", params=SHAPES)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    folder = tmp_path_factory.mktemp("drawn")
    made = crowded(request.param)
    (folder / "deck.pptx").write_bytes(finished(powerpoint(made, LINK)))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(folder / "deck.pptx")], check=True, capture_output=True)
    return Drawn(made, words_of(folder / "deck.pdf"))


def words_of(pdf: Path) -> list[list[Word]]:
    told = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], check=True, capture_output=True)
    pages = etree.fromstring(told.stdout).iter("{*}page")
    return [[word_of(word) for word in page.iter("{*}word")] for page in pages]


def word_of(found: Any) -> Word:
    left, top, right, bottom = (float(found.get(end)) for end in ("xMin", "yMin", "xMax", "yMax"))
    height = bottom - top  # of a box that is higher than any letter
    return Word(found.text, left, top + 0.08 * height, right, bottom - 0.18 * height)


def plot_of(drawn: Drawn, place: int) -> Box:
    """Where the file says that the plot of a slide lies on it."""
    [(_chart, chart)] = charts(only(drawn.deck, place))
    layout = chart._chartSpace.chart.plotArea.find(f"{qn('c:layout')}/{qn('c:manualLayout')}")
    x, y, w, h = (float(layout.find(qn(f"c:{name}")).get("val")) for name in "xywh")
    box = slide_layout(drawn.deck.shape).chart
    left, top = box.left + x * box.width, box.top + y * box.height
    return Box(left, top, w * box.width, h * box.height)


def lines(words: list[Word]) -> list[list[Word]]:
    """Words that stand side by side, from left to right, from top to bottom."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.middle):
        if found and word.middle - found[-1][0].middle < 5:
            found[-1].append(word)
        else:
            found.append([word])
    return [sorted(line, key=lambda word: word.left) for line in found]


def test_every_slide_is_one_page_and_nothing_leaves_it(drawn: Drawn) -> None:
    layout = slide_layout(drawn.deck.shape)
    page = Box(0, 0, layout.width, layout.height)
    assert len(drawn.pages) == len(drawn.deck.slides)
    assert all(word.is_in(page) for words in drawn.pages for word in words)


def test_the_longest_title_stays_in_its_box(drawn: Drawn) -> None:
    box = slide_layout(drawn.deck.shape).title
    for slide, words in zip(drawn.deck.slides, drawn.pages, strict=True):
        inside = [
            word for line in lines([word for word in words if word.is_in(box)]) for word in line
        ]
        assert [word.text for word in inside] == slide.title.split()


def test_words_of_charts_stay_in_the_chart(drawn: Drawn) -> None:
    layout = slide_layout(drawn.deck.shape)
    above, below = layout.chart.top - 1, layout.source.top - 1
    for words in drawn.pages:
        inner = [word for word in words if above < word.top < below]
        assert inner
        assert all(word.is_in(layout.chart) for word in inner)


def test_fifteen_rows_each_stand_beside_their_words_in_one_column(drawn: Drawn) -> None:
    page = drawn.pages[3]
    rows = lines([word for word in page if word.is_in(slide_layout(drawn.deck.shape).chart)])
    chart = drawn.deck.slides[3].chart
    assert chart
    told = [chart.row_words(row) for row in range(15)]
    if drawn.deck.shape == "4x3":  # too narrow for a caution after an interval
        told[4] = re.sub(r" \(.*?\)", "", told[4])
    assert [" ".join(word.text for word in row) for row in rows] == [
        f"{name} {words}" for name, words in zip(chart.categories, told, strict=True)
    ]
    starts = [row[len(name.split())].left for name, row in zip(chart.categories, rows, strict=True)]
    assert max(starts) - min(starts) < 1
    plot = plot_of(drawn, 3)  # not made smaller to find room for the words
    assert min(starts) == pytest.approx(plot.left + plot.width + 4, abs=4)
    assert all(upper[0].bottom <= lower[0].top for upper, lower in pairwise(rows))


def test_months_stand_side_by_side_under_their_points(drawn: Drawn) -> None:
    for place in (1, 2):
        [months] = [line for line in lines(drawn.pages[place]) if line[0].text == "−9"]
        assert [word.text for word in months] == "−9 −6 −3 0 +3 +6 +9 +12".split()
        assert all(left.right < right.left for left, right in pairwise(months))
        plot = plot_of(drawn, place)
        for number, word in zip(range(0, 22, 3), months, strict=True):
            middle = plot.left + plot.width * (number + 0.5) / 22
            assert (word.left + word.right) / 2 == pytest.approx(middle, abs=3)
            assert word.top > plot.top + plot.height


def test_lines_that_end_side_by_side_have_labels_apart_and_beyond_them(drawn: Drawn) -> None:
    words = {word.text: word for word in drawn.pages[1]}
    above, below, last_month = words["Visited"], words["Similar,"], words["+12"]
    assert above.bottom <= below.top
    assert abs(above.left - below.left) < 3
    assert above.left > (last_month.left + last_month.right) / 2


def test_lines_end_in_their_value_without_a_tenth_that_was_not_told(drawn: Drawn) -> None:
    words = " ".join(word.text for word in drawn.pages[1]).replace("\N{NO-BREAK SPACE}", " ")
    chart = drawn.deck.slides[1].chart
    assert chart
    ends = {f"{series.values[-1]:g} %" for series in chart.series}
    assert "81 %" in ends
    assert ends <= set(re.findall(r"\b[\d.]+ %", words))


def test_source_and_number_stand_in_their_boxes(drawn: Drawn) -> None:
    layout = slide_layout(drawn.deck.shape)
    for number, words in enumerate(drawn.pages, start=1):
        foot = [word for word in words if word.top > layout.source.top - 1]
        source = [word for word in foot if word.is_in(layout.source)]
        place = [word for word in foot if word.is_in(layout.number)]
        assert len(source) + len(place) == len(foot)
        assert source[0].left == pytest.approx(layout.source.left, abs=1)
        told = [word.text for line in lines(source) for word in line]
        assert told == f"{drawn.deck.source} {OPEN}".split()
        assert " ".join(word.text for word in place) == f"{number} / 5"
