"""What stands on a drawn slide and where, and that its figures are the deck's."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import matplotlib
import pytest
from lxml import etree
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from components import theme
from components.deck import Chart, Deck, Shape, Slide
from components.slide_layout import Box, slide_layout
from exports.drawing import picture, slide_figure
from exports.sheet import MORE, drawing, measured
from tests.exports.decks import COMPARED, GAP, MONTHS, NAMES, OFFICIAL, VISITED, deck, official_deck

SHAPES: tuple[Shape, ...] = ("16x9", "4x3")
FIFTEEN = (
    *("Hartford", "New Haven", "Bridgeport", "Regional Education (CREC)", "Stamford"),
    *("A district of 22 signs", "East Hartford", "Regional School District 13", "Norwalk"),
    *("Meriden", "New Britain", "Windham", "Manchester", "Torrington Public Schools", "Danbury"),
)
NOTHING = (None,) * len(MONTHS)


# --- Decks to try, and how to look at a slide --------------------------------------------


def slide_of(of: Deck, key: str) -> Slide:
    return next(slide for slide in of.slides if slide.key == key)


def chart_of(of: Deck, key: str) -> Chart:
    chart = slide_of(of, key).chart
    assert chart
    return chart


def changed(of: Deck, key: str, **values: Any) -> Deck:
    """The deck with other values of a slide."""
    slides = (replace(slide, **values) if slide.key == key else slide for slide in of.slides)
    return replace(of, slides=tuple(slides))


def recharted(of: Deck, key: str, **values: Any) -> Deck:
    """The deck with other values of a chart and, by their own names, of its first series."""
    chart = chart_of(of, key)
    of_series = {name: values.pop(name) for name in ("values", "low", "high") if name in values}
    series = (replace(chart.series[0], **of_series), *chart.series[1:])
    return changed(of, key, chart=replace(chart, series=series, **values))


def decks_to_try() -> Iterator[Deck]:
    """Few and many rows, long words, curves that meet, no figures at all."""
    for shape in SHAPES:
        usual, many = deck(shape), deck(shape, FIFTEEN)
        yield from (usual, many)
        yield recharted(many, "districts", cautions=("cannot be checked",) * 15)
        yield recharted(
            many,
            "districts",
            values=(None,) * 15,
            low=(None,) * 15,
            high=(None,) * 15,
            cautions=("fewer than 20 students",) * 15,
        )
        yield recharted(usual, "lines", values=tuple(rate and rate - 0.2 for rate in COMPARED))
        yield recharted(usual, "lines", values=NOTHING)
        yield recharted(usual, "effect", values=NOTHING, low=NOTHING, high=NOTHING)
        cohorts = tuple(
            f"Summer {year}" if year % 2 else f"{year}-21" for year in range(2020, 2029)
        )
        counts = (12_000, None, 5, 0, *[900] * 5)
        yield recharted(usual, "did", categories=cohorts, values=counts)
        long = {"title": "Words of a title " * 20, "meaning": "Words of a meaning " * 12}
        wordy = tuple(replace(slide, **long) for slide in usual.slides)
        yield replace(usual, slides=wordy, source="Words of a source " * 20)
        yield changed(usual, "unsaid", paragraphs=("Words of a paragraph " * 12,) * 9)
        yield changed(usual, "unsaid", paragraphs=("Words of a paragraph " * 200,))


def decks_of_rates() -> Iterator[Deck]:
    """Short names and long ones, and a rate that there is not."""
    long = ("District of Columbia", "Regional Scho…16", "Visited, before", "None")
    for shape in SHAPES:
        yield from (official_deck(shape), official_deck(shape, long))


@dataclass(frozen=True)
class Tried:
    """A drawn slide, and where each of its lines stands."""

    deck: Deck
    slide: Slide
    lines: list[tuple[str, Box]]


@pytest.fixture(scope="module")
def tried() -> list[Tried]:
    return [
        Tried(
            of, slide, [(text.get_text(), place(text)) for text in texts(slide_figure(slide, of))]
        )
        for of in (*decks_to_try(), *decks_of_rates())
        for slide in of.slides
    ]


def figure_of(of: Deck, key: str) -> Figure:
    return slide_figure(slide_of(of, key), of)


def texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text()]


def said(figure: Figure) -> list[str]:
    """All words of a slide, line by line."""
    return [text.get_text() for text in texts(figure)]


def place(text: Text) -> Box:
    """Where the letters of a line stand, in points from the upper left corner."""
    with drawing():
        size, extent = text.get_fontsize(), text.get_window_extent()
    _x, baseline = text.get_position()
    return Box(extent.x0, baseline - 0.73 * size, extent.width, 0.95 * size)


def place_of(figure: Figure, words: str) -> Box:
    [found] = [text for text in texts(figure) if text.get_text() == words]
    return place(found)


def is_within(inner: Box, outer: Box) -> bool:
    return (
        inner.left >= outer.left - 0.5
        and inner.top >= outer.top - 0.5
        and inner.left + inner.width <= outer.left + outer.width + 0.5
        and inner.top + inner.height <= outer.top + outer.height + 0.5
    )


def is_apart(one: Box, other: Box) -> bool:
    return (
        one.left + one.width <= other.left
        or other.left + other.width <= one.left
        or one.top + one.height <= other.top
        or other.top + other.height <= one.top
    )


def axes_of(figure: Figure) -> Axes:
    [axes] = figure.axes
    return axes


def line_of(figure: Figure, label: str) -> Line2D:
    [line] = [line for line in axes_of(figure).lines if line.get_label() == label]
    return line


def told(values: Any) -> tuple[float | None, ...]:
    """Drawn values as a deck holds them."""
    return tuple(None if math.isnan(value) else float(value) for value in values)


# --- Files -------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "size"), [("16x9", (1920, 1080)), ("4x3", (1440, 1080))])
def test_a_png_is_1080_pixels_high_in_the_shape_of_the_deck(
    shape: Shape, size: tuple[int, int]
) -> None:
    of = deck(shape)
    assert Image.open(io.BytesIO(picture(of.slides[1], of, "png"))).size == size


@pytest.mark.parametrize("key", ["did", "lines", "effect", "districts", "unsaid"])
def test_an_svg_is_vectors_alone_and_says_what_it_shows(key: str) -> None:
    of = deck()
    slide = slide_of(of, key)
    root = etree.fromstring(picture(slide, of, "svg"))
    assert (root.get("width"), root.get("height")) == ("960pt", "540pt")
    assert not root.findall(".//{*}image")
    assert len(root.findall(".//{*}path")) > 10
    assert slide.description in "".join(root.itertext())


def test_a_slide_of_another_deck_is_an_error() -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        picture(deck(names=FIFTEEN).slides[3], deck(), "png")


def test_threads_draw_what_one_alone_draws() -> None:
    of = deck()
    alone = [picture(slide, of, "png") for slide in of.slides]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda slide: picture(slide, of, "png"), of.slides * 2))
    assert together == alone * 2


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(matplotlib.rcParams)
    picture(deck().slides[1], deck(), "png")
    assert dict(matplotlib.rcParams) == before


# --- Words -------------------------------------------------------------------------------


def test_nothing_is_under_20_points() -> None:
    for of in decks_to_try():
        for slide in of.slides:
            assert min(text.get_fontsize() for text in texts(slide_figure(slide, of))) == 20


def test_all_words_stand_within_the_margins(tried: list[Tried]) -> None:
    for one in tried:
        layout = slide_layout(one.deck.shape)
        page = Box(layout.title.left, 0, layout.title.width, layout.height)
        assert [words for words, box in one.lines if not is_within(box, page)] == []


def test_no_words_stand_on_others(tried: list[Tried]) -> None:
    for one in tried:
        touching = [
            (words, others)
            for (words, here), (others, there) in combinations(one.lines, 2)
            if not is_apart(here, there)
        ]
        assert touching == []


def test_title_and_source_stand_in_their_boxes(tried: list[Tried]) -> None:
    for one in tried:
        layout = slide_layout(one.deck.shape)
        for box, words in ((layout.title, one.slide.title), (layout.source, one.deck.source)):
            lines = [line for line, place in one.lines if is_within(place, box)]
            shown = " ".join(lines).replace("\N{NO-BREAK SPACE}", " ").removesuffix("…")
            assert words.startswith(shown)
            assert shown == words or len(shown) > 90


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("key", ["did", "lines", "effect", "districts", "unsaid"])
def test_titles_of_usual_length_are_told_in_full_and_bold(key: str, shape: Shape) -> None:
    of = deck(shape)
    lines = [text for text in texts(figure_of(of, key)) if text.get_fontsize() > 22]
    words = " ".join(text.get_text() for text in lines).replace("\N{NO-BREAK SPACE}", " ")
    assert words == slide_of(of, key).title
    assert {text.get_fontweight() for text in lines} == {"bold"}


def test_a_long_title_is_told_in_full_in_smaller_letters() -> None:
    title = " ".join(
        f"Word {number} of a title that needs more than three lines," for number in range(4)
    )
    of = changed(deck("4x3"), "unsaid", title=title)
    assert title in " ".join(said(figure_of(of, "unsaid")))


def test_each_slide_tells_its_meaning_source_and_number() -> None:
    of = deck()
    words = said(figure_of(of, "effect"))
    assert "Mean attendance, % of days".replace(" %", "\N{NO-BREAK SPACE}%") in words
    assert "3 / 5" in words
    assert "Data through June 30, 2024." in " ".join(words).replace("\N{NO-BREAK SPACE}", " ")


def test_letters_that_the_type_lacks_come_from_another_one() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        of = changed(deck(), "unsaid", title="Before → after, ≥ 20 students")
        picture(slide_of(of, "unsaid"), of, "png")


def test_signs_of_mathematics_in_a_name_stay_as_they_are() -> None:
    names = ("$Har_ford^2$", r"\frac{New}{Haven}", "Bridge$port", "$x$ {CREC}", "Stam%ford")
    figure = figure_of(deck(names=names), "districts")
    for name in names:
        assert place_of(figure, name).width == pytest.approx(measured(name, 20), abs=1)


def test_control_signs_and_halves_of_letters_break_nothing() -> None:
    names = ("Har\x00tford", "New\nHaven", "Bridge\udc80port", "\x1b[31mCREC", "Stam\uffffford")
    of = deck(names=names)
    for kind in ("png", "svg"):
        assert picture(slide_of(of, "districts"), of, kind)
    assert "New Haven" in said(figure_of(of, "districts"))


# --- Paragraphs --------------------------------------------------------------------------


def test_paragraphs_are_told_in_full() -> None:
    words = " ".join(said(figure_of(deck("4x3"), "unsaid")))
    for paragraph in slide_of(deck("4x3"), "unsaid").paragraphs:
        assert paragraph in words
    assert MORE not in words


@pytest.mark.parametrize("paragraphs", [("Many words " * 15,) * 9, ("Many words " * 200,)])
def test_paragraphs_that_do_not_fit_give_way_to_words_that_there_is_more(
    paragraphs: tuple[str, ...],
) -> None:
    of = changed(deck(), "unsaid", paragraphs=paragraphs)
    figure = figure_of(of, "unsaid")
    assert is_within(place_of(figure, MORE), slide_layout("16x9").chart)
    assert " ".join(said(figure)).count("Many words") > 40


# --- Counts ------------------------------------------------------------------------------


def test_columns_are_as_high_as_their_numbers_which_stand_above_them() -> None:
    of = recharted(deck(), "did", values=(200, 1300, None, 400), about=False)
    figure = figure_of(of, "did")
    heights = told(column.get_height() for column in axes_of(figure).patches)
    assert heights == (200, 1300, None, 400)
    assert [words for words in said(figure) if words in ("200", "1,300", "–", "400")] == [
        *("200", "1,300", "–", "400")
    ]
    axes = axes_of(figure)
    for value, words in ((200, "200"), (1300, "1,300")):
        _x, top = axes.transData.transform((0, value))
        number = place_of(figure, words)
        assert 0 < (540 - top) - (number.top + number.height) < 8


def test_rounded_counts_say_about() -> None:
    assert "about 600" in said(figure_of(deck(), "did"))
    exact = recharted(deck(), "did", about=False)
    assert "about" not in " ".join(said(figure_of(exact, "did")))


def test_rates_are_columns_in_their_colours_with_per_cent_above_them() -> None:
    figure = figure_of(official_deck(), "official")
    bars = [bar for axes in figure.axes for bar in axes.patches]
    assert [bar.get_height() for bar in bars] == [91.7, 85.6, 59.4]
    assert [to_hex(bar.get_facecolor()) for bar in bars] == [
        theme.colour(role) for role in ("muted", "series-3", "accent")
    ]
    told = {text.get_text().replace("\N{NO-BREAK SPACE}", " ") for text in texts(figure)}
    assert {"91.7 %", "85.6 %", "59.4 %", *OFFICIAL} <= told


def test_names_of_columns_stand_below_them() -> None:
    figure = figure_of(deck(), "did")
    axes = axes_of(figure)
    for at, name in enumerate(chart_of(deck(), "did").categories):
        box = place_of(figure, name)
        x, bottom = axes.transData.transform((at, 0))
        assert box.left + box.width / 2 == pytest.approx(x, abs=1)
        assert box.top > 540 - bottom


def test_names_of_many_columns_are_left_out_rather_than_broken() -> None:
    [many] = [of for of in decks_to_try() if of.shape == "4x3" and len(categories(of)) == 9]
    words = said(figure_of(many, "did"))
    assert [name for name in categories(many) if name in words] == list(categories(many)[::2])
    assert not [word for word in words if word.startswith("Sum")]


def categories(of: Deck) -> tuple[str, ...]:
    return chart_of(of, "did").categories


# --- Months ------------------------------------------------------------------------------


def test_curves_are_the_rates_of_the_deck_with_a_gap_where_there_is_none() -> None:
    figure = figure_of(deck(), "lines")
    for name, values in (("Visited students", VISITED), ("Similar, not visited", COMPARED)):
        line = line_of(figure, name)
        assert tuple(line.get_xdata()) == MONTHS
        assert told(line.get_ydata()) == values


def test_visited_are_solid_in_the_accent_and_the_similar_dashed_and_muted() -> None:
    figure = figure_of(deck(), "lines")
    looks = [
        (line.get_linestyle(), to_hex(line.get_color()))
        for line in (
            line_of(figure, "Visited students"),
            line_of(figure, "Similar, not visited"),
        )
    ]
    light = theme.PALETTES["light"]
    assert looks == [("-", light["accent"]), ("--", light["muted"])]


def test_curves_are_named_at_their_ends_with_their_last_value() -> None:
    figure = figure_of(deck(), "lines")
    axes = axes_of(figure)
    for name, last, value in (
        ("Visited students", "81\N{NO-BREAK SPACE}%", 81.0),
        ("Similar, not visited", "73\N{NO-BREAK SPACE}%", 73.0),
    ):
        x, y = axes.transData.transform((12, value))
        label, number = place_of(figure, name), place_of(figure, last)
        assert 0 < label.left - x < 25
        assert label.top < 540 - y < number.top + number.height


def test_every_third_month_is_told_and_the_first_visit_is_marked() -> None:
    words = said(figure_of(deck("4x3"), "lines"))
    assert [word for word in words if word.removeprefix("+").removeprefix("−").isdigit()] == [
        *("−9", "−6", "−3", "0", "+3", "+6", "+9", "+12")
    ]
    [visit] = [
        line for line in axes_of(figure_of(deck(), "lines")).lines if line.get_linestyle() == ":"
    ]
    assert list(visit.get_xdata()) == [0, 0]
    assert "First visit" in words
    assert "School months from the first visit" in words


def test_months_stand_in_one_place_on_both_slides() -> None:
    boxes = [axes_of(figure_of(deck(), key)).get_position().bounds for key in ("lines", "effect")]
    assert boxes[0] == boxes[1]


def test_the_difference_and_its_band_are_those_of_the_deck() -> None:
    figure = figure_of(deck(), "effect")
    assert told(line_of(figure, "Difference").get_ydata()) == GAP
    [band] = axes_of(figure).collections
    runs = [{(round(x), round(y, 6)) for x, y in path.vertices} for path in band.get_paths()]
    by_month = dict(zip(MONTHS, GAP, strict=True))
    expected = [
        {(at, round((by_month[at] or 0) + half, 6)) for at in run for half in (-1.5, 1.5)}
        for run in (range(-9, -3), range(1, 13))
    ]
    assert runs == expected


def test_the_last_difference_is_told_with_its_sign() -> None:
    assert "+8.6" in said(figure_of(deck(), "effect"))
    of = recharted(deck(), "effect", values=tuple(gap and -gap for gap in GAP))
    assert "−8.6" in said(figure_of(of, "effect"))


# --- Groups ------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("names", [NAMES, FIFTEEN], ids=["five", "fifteen"])
def test_dots_and_intervals_are_those_of_the_deck(shape: Shape, names: tuple[str, ...]) -> None:
    of = deck(shape, names)
    chart = chart_of(of, "districts")
    axes = axes_of(figure_of(of, "districts"))
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert told(dot.get_xdata()[0] for dot in dots) == chart.series[0].values
    assert [dot.get_label() for dot in dots] == list(names)
    assert [dot.get_ydata()[0] for dot in dots] == list(range(len(names)))
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    ends = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 0.13 * 20]
    assert told(low for low, _high in ends) == chart.series[0].low
    assert told(high for _low, high in ends) == chart.series[0].high


def test_a_dot_is_hollow_where_the_figure_may_not_stand_by_itself() -> None:
    figure = figure_of(deck(), "districts")
    light = theme.PALETTES["light"]
    fills = {name: to_hex(line_of(figure, name).get_markerfacecolor()) for name in NAMES}
    assert fills["Hartford"] == light["series-0"]
    assert fills["Stamford"] == light["paper"]
    assert to_hex(line_of(figure, "Stamford").get_markeredgecolor()) == light["series-4"]


def row_of(figure: Figure, name: str) -> list[str]:
    """Words on the line of a name, from left to right."""
    [baseline] = {text.get_position()[1] for text in texts(figure) if text.get_text() == name}
    row = [text for text in texts(figure) if text.get_position()[1] == baseline]
    return [text.get_text() for text in sorted(row, key=lambda text: place(text).left)]


def test_each_row_tells_its_figure_interval_and_caution() -> None:
    figure = figure_of(deck(), "districts")
    assert row_of(figure, "Hartford") == ["Hartford", "12.3", "(9.7 to 14.9)"]
    assert row_of(figure, "CREC") == ["CREC", "fewer than 20 students"]
    assert row_of(figure, "Stamford") == ["Stamford", "9.5", "(6.9 to 12.1)", "past differs"]


def test_where_it_is_narrow_a_caution_takes_the_place_of_its_interval() -> None:
    figure = figure_of(deck("4x3", FIFTEEN), "districts")
    assert row_of(figure, "Stamford") == ["Stamford", "9.5", "past differs"]
    assert row_of(figure, "Hartford") == ["Hartford", "12.3", "(9.7 to 14.9)"]


def test_figures_end_under_each_other() -> None:
    figure = figure_of(deck("16x9", FIFTEEN), "districts")
    rows = [row_of(figure, name) for name in ("Hartford", "Stamford", "Danbury")]
    ends = [place_of(figure, row[1]).left + place_of(figure, row[1]).width for row in rows]
    assert ends == pytest.approx([ends[0]] * 3, abs=1.5)


@pytest.mark.parametrize("shape", SHAPES)
def test_names_of_22_letters_are_told_in_full_and_longer_ones_shortened(shape: Shape) -> None:
    words = said(figure_of(deck(shape, FIFTEEN), "districts"))
    assert "A district of 22 signs" in words
    assert "CREC" in words
    assert "Torrington Public Sch…" in words


@pytest.mark.parametrize("shape", SHAPES)
def test_names_and_figures_leave_the_plot_its_place(shape: Shape) -> None:
    figure = figure_of(deck(shape, FIFTEEN), "districts")
    plot = axes_of(figure).get_window_extent()
    assert plot.width > 140
    for text in texts(figure):
        box = place(text)
        if 540 - plot.y1 < box.top + box.height / 2 < 540 - plot.y0:
            assert box.left + box.width < plot.x0 or box.left > plot.x1


def test_a_few_rows_have_an_axis_and_many_have_the_room_instead() -> None:
    assert "Points of attendance, month +6" in said(figure_of(deck(), "districts"))
    assert "Points of attendance, month +6" not in said(figure_of(deck(names=FIFTEEN), "districts"))


# --- Measuring ---------------------------------------------------------------------------


@pytest.mark.parametrize("bold", [False, True])
def test_lines_are_as_wide_as_measured(bold: bool) -> None:
    lines = [text for text in texts(figure_of(deck(), "lines")) if bold == is_bold(text)]
    assert len(lines) > 2
    for text in lines:
        wide = measured(text.get_text(), text.get_fontsize(), bold)
        assert place(text).width == pytest.approx(wide, abs=0.5)


def is_bold(text: Text) -> bool:
    return text.get_fontweight() == "bold"
