"""The slides as a PDF, and a handout of two pages whatever is chosen."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from components.deck import Deck, Shape, Slide, finished
from components.slide_layout import Box, slide_layout
from exports.printed import TITLE, handout, slides_pdf
from exports.sheet import MORE
from tests.exports.decks import deck
from tests.exports.test_drawing import FIFTEEN, changed, chart_of, is_apart, is_within, slide_of

LINK = "https://leap.example.org/present?district=0640011&grade=6-12"
SENTENCE = (
    "Months before the visit agree because the matching makes them agree; they prove nothing."
)


# --- What a PDF holds --------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """Words of a page in the order of reading, and where they stand, in points."""

    box: Box
    words: list[tuple[str, Box]]

    @property
    def text(self) -> str:
        return plain(" ".join(word for word, _box in self.words))


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def pages(file: bytes) -> list[Page]:
    read = html.fromstring(output(file, "pdftotext", "-bbox", "-", "-").decode())
    return [
        Page(
            Box(0, 0, float(page.get("width")), float(page.get("height"))),
            [(word.text, box_of(word)) for word in page.iter("word")],
        )
        for page in read.iter("page")
    ]


def box_of(word: html.HtmlElement) -> Box:
    left, top, right, bottom = (float(word.get(end)) for end in ("xmin", "ymin", "xmax", "ymax"))
    return Box(left, top, right - left, bottom - top)


def size_of(box: Box) -> float:
    """The size of a word's letters, which is less than their height with all that hangs over."""
    return box.height / 1.211


def letters(box: Box) -> Box:
    """From the top of capitals to the bottom of a g."""
    size = size_of(box)
    return Box(box.left, box.top + 0.24 * size, box.width, 0.92 * size)


def output(file: bytes, *command: str) -> bytes:
    return subprocess.run(command, input=file, capture_output=True, check=True).stdout


def rows(file: bytes, *command: str) -> list[list[str]]:
    """Lines of a tool's table, without its heading."""
    return [line.split() for line in output(file, *command).decode().splitlines()[2:]]


# --- A deck of all slides ----------------------------------------------------------------


@cache
def full_deck() -> Deck:
    """Eight slides, as many as there are, the districts fifteen."""
    usual = deck()
    cohorts = (*("2019-20", "Summer 2020", "2020-21", "Summer 2021"), *("2021-22", "2022-23"))
    counts = (10, 1200, 300, 400, 500, 600)
    did = chart_of(usual, "did")
    did = replace(did, categories=cohorts, series=(replace(did.series[0], values=counts),))
    words = (SENTENCE,) * 5
    return replace(
        usual,
        slides=(
            replace(slide_of(usual, "did"), chart=did),
            slide_of(usual, "lines"),
            slide_of(usual, "effect"),
            _groups("bands", ("Grades PK–5", "Grades 6–12")),
            _groups("modalities", ("Home", "School", "Community place", "Phone", "Video")),
            _groups("districts", FIFTEEN),
            replace(slide_of(usual, "unsaid"), paragraphs=words),
            replace(slide_of(usual, "unsaid"), key="method", title="Method", paragraphs=words),
        ),
    )


def _groups(key: str, names: tuple[str, ...]) -> Slide:
    slide = slide_of(deck(names=names), "districts")
    return replace(slide, key=key, name=key.title(), title=f"The difference by {key} is not sure")


# --- Slides ------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "width"), [("16x9", 960), ("4x3", 720)])
def test_each_slide_is_a_page_of_its_shape(shape: Shape, width: int) -> None:
    read = pages(finished(slides_pdf(deck(shape), LINK)))
    assert [page.box for page in read] == [Box(0, 0, width, 540)] * 5


def test_it_tells_after_each_slide_that_it_is_done() -> None:
    assert list(slides_pdf(deck(), LINK)) == [1, 2, 3, 4, 5]


def test_what_is_not_finished_keeps_nobody_from_drawing() -> None:
    started = slides_pdf(deck(), LINK)
    next(started)
    assert len(pages(finished(slides_pdf(deck(), LINK)))) == 5
    assert next(started) == 2


def test_slides_are_vectors_with_text_in_embedded_letters() -> None:
    file = finished(slides_pdf(deck(), LINK))
    fonts = rows(file, "pdffonts", "-")
    assert {row[0].partition("+")[2] for row in fonts} == {"Inter-Regular", "Inter-Bold"}
    assert {row[-5] for row in fonts} == {"yes"}  # embedded
    assert rows(file, "pdfimages", "-list", "-") == []


@pytest.mark.parametrize("shape", ["16x9", "4x3"])
def test_titles_can_be_read_and_stand_in_their_boxes(shape: Shape) -> None:
    of = deck(shape)
    layout = slide_layout(shape)
    for page, slide in zip(pages(finished(slides_pdf(of, LINK))), of.slides, strict=True):
        words = [(word, box) for word, box in page.words if size_of(box) > 22.5]
        assert plain(" ".join(word for word, _box in words)) == slide.title
        assert all(is_within(letters(box), layout.title) for _word, box in words)


def test_figures_and_source_can_be_read() -> None:
    of = deck()
    read = pages(finished(slides_pdf(of, LINK)))
    for page, words in zip(
        read,
        ("about 600", "Visited students 81.0 %", "+8.6", "12.3 (9.8 to 14.8)", "beyond twelve"),
        strict=True,
    ):
        assert words in page.text
        assert of.source in page.text


def test_nothing_is_under_20_points_or_off_the_page() -> None:
    for page in pages(finished(slides_pdf(replace(full_deck(), shape="4x3"), LINK))):
        assert min(size_of(box) for _word, box in page.words) > 19.9
        assert all(is_within(box, page.box) for _word, box in page.words)


def test_the_file_tells_whom_it_is_about() -> None:
    of = replace(deck(), selection="Hartford,\x00 Grades 6–12")
    for export in (slides_pdf, handout):
        told = output(finished(export(of, LINK)), "pdfinfo", "-").decode()
        assert f"Title:           {TITLE}" in told
        assert "Subject:         Hartford, Grades 6–12" in told
        assert "Author:          LEAP" in told


@pytest.mark.parametrize(("export", "count"), [(slides_pdf, 5), (handout, 2)])
def test_every_page_leads_to_the_dashboard(export: type[slides_pdf], count: int) -> None:
    file = finished(export(deck(), LINK))
    assert file.count(f"/URI ({LINK})".encode()) >= count


# --- The handout -------------------------------------------------------------------------


def test_the_first_page_has_what_was_found_and_the_curves() -> None:
    of = full_deck()
    first, _second = pages(finished(handout(of, LINK)))
    for words in (TITLE, of.selection, *(slide.title for slide in of.slides[:4])):
        assert words in first.text
    for words in ("Similar, not visited 73.0 %", "+8.6", "First visit", of.source, LINK):
        assert words in first.text


def test_the_second_page_has_all_else_with_titles_and_paragraphs() -> None:
    of = full_deck()
    _first, second = pages(finished(handout(of, LINK)))
    for slide in of.slides:
        assert (slide.title in second.text) == (slide.key not in ("lines", "effect"))
    for words in (*("1,200", "Summer 2020", "Stamford", "12.3 (9.8 to 14.8)"), of.source, LINK):
        assert words in second.text
    assert second.text.count("prove nothing.") == 10
    assert MORE not in second.text


def test_a_handout_tells_after_each_chart_that_it_is_done() -> None:
    assert list(handout(full_deck(), LINK)) == [1, 2, 3, 4, 5, 6]


def test_a_handout_is_vectors_with_text_in_embedded_letters() -> None:
    file = finished(handout(full_deck(), LINK))
    assert {row[-5] for row in rows(file, "pdffonts", "-")} == {"yes"}
    assert rows(file, "pdfimages", "-list", "-") == []


def assert_is_a_handout(of: Deck, link: str = LINK) -> None:
    """Two pages of US Letter, all words large enough, within the margins and apart."""
    read = pages(finished(handout(of, link)))
    assert [page.box for page in read] == [Box(0, 0, 612, 792)] * 2
    margins = Box(44, 20, 524, 752)
    for page in read:
        assert min(size_of(box) for _word, box in page.words) > 8.45
        places = [(word, letters(box)) for word, box in page.words]
        assert [word for word, box in places if not is_within(box, margins)] == []
        touching = [
            (one, other)
            for (one, here), (other, there) in combinations(places, 2)
            if not is_apart(here, there)
        ]
        assert touching == []


@settings(max_examples=15)
@given(st.lists(st.sampled_from(full_deck().slides), min_size=1, unique=True))
def test_a_handout_has_two_pages_whatever_slides_are_chosen(slides: list[Slide]) -> None:
    assert_is_a_handout(replace(full_deck(), slides=tuple(slides)))


@pytest.mark.parametrize("count", [1, 9, 40])
def test_too_many_paragraphs_give_way_to_words_that_there_is_more(count: int) -> None:
    of = changed(full_deck(), "unsaid", paragraphs=(SENTENCE * 3,) * count)
    assert_is_a_handout(of)
    _first, second = pages(finished(handout(of, LINK)))
    assert (MORE in second.text) == (count > 1)


def test_charts_without_a_place_give_way_to_words_that_there_is_more() -> None:
    groups = tuple(replace(_groups("districts", FIFTEEN), key=f"groups {n}") for n in range(8))
    of = replace(full_deck(), slides=groups)
    assert_is_a_handout(of)
    _first, second = pages(finished(handout(of, LINK)))
    assert MORE in second.text


def test_long_words_keep_a_handout_at_two_pages() -> None:
    of = full_deck()
    slides = tuple(replace(slide, title=f"{slide.title} " * 6) for slide in of.slides)
    long = replace(of, slides=slides, selection="Hartford, " * 600, source="Hartford, " * 60)
    assert_is_a_handout(long, LINK + "&district=0640011" * 60)
