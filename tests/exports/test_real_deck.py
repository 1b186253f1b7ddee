"""The deck of a whole program through the narrowest filter, as LibreOffice and the PDF show it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from components.deck import Deck, Shape, finished
from components.slide_layout import slide_layout
from exports.deck import Choice, current_deck
from exports.powerpoint import powerpoint
from exports.printed import slides_pdf
from queries.database import snapshot
from queries.filters import View
from queries.values import known_values
from queries.viewer import Viewer
from tests.conftest import Program
from tests.exports.test_powerpoint import Word, lines, words_of

LINK = "https://leap.example.org/present?district=0640011"
SEARCHES = {
    "all": "?",
    # The longest name of a district, and others.
    "four-way": "?district=2410014&district=0640011&district=0930011&grade=6-12",
}


def real_deck(search: str) -> Deck:
    with snapshot() as data:
        view, _ignored = View.parse(search, known_values(data))
        choice, _further = Choice.parse(search, view)
        made = current_deck(data, Viewer("presenter", threshold=20), choice)
    assert made is not None
    return made


def in_libreoffice(made: Deck, folder: Path) -> list[list[Word]]:
    (folder / "deck.pptx").write_bytes(finished(powerpoint(made, LINK)))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(folder / "deck.pptx")], check=True, capture_output=True)
    return words_of(folder / "deck.pdf")


def in_print(made: Deck, folder: Path) -> list[list[Word]]:
    (folder / "print.pdf").write_bytes(finished(slides_pdf(made, LINK)))
    return words_of(folder / "print.pdf")


@pytest.mark.parametrize("shape", ["16x9", "4x3"])
@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_titles_and_sources_stay_in_their_boxes(
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    search: str,
    shape: Shape,
) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    made = real_deck(f"{search}&shape={shape}")
    layout = slide_layout(shape)
    for pages in (in_libreoffice(made, tmp_path), in_print(made, tmp_path)):
        assert len(pages) == len(made.slides)
        for slide, words in zip(made.slides, pages, strict=True):
            for told, box in ((slide.title, layout.title), (made.source, layout.source)):
                inside = [word for word in words if word.is_in(box)]
                shown = [word.text for line in lines(inside) for word in line]
                assert shown[: len(told.split())] == told.split()
