"""The stage of a deck: slides in full, their notes, the outline, what can be taken along.

A slide is laid out at 96 pixels an inch and scaled as a whole by the browser
(``assets/present.js``), which also turns the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import tables, wording
from components.chart_frame import CONFIG
from components.deck import Chart, Deck, Shape, Slide
from components.figures.slides import slide_figure
from components.slide_layout import (
    LABEL_SIZE,
    PIXELS,
    TEXT_SIZE,
    Box,
    SlideLayout,
    slide_layout,
    title_size,
)

STAGE_ID = "stage"
FILES = (
    ("pptx", "PowerPoint", "Slides with charts that can be edited, and speaker notes"),
    ("pdf", "PDF", "One slide a page"),
    ("handout", "Handout", "Two pages to print"),
    ("xlsx", "Excel", "The figures of every slide, with a readme"),
    ("csv", "CSV", "The same as text files"),
)
PICTURES = (("png", "PNG", "This slide as an image"), ("svg", "SVG", "This slide as a drawing"))
SHAPE_NAMES: dict[Shape, str] = {"16x9": "16:9", "4x3": "4:3"}


def stage() -> html.Section:
    """The empty stage with its buttons; a page fills ``STAGE_ID``."""
    return html.Section(
        [
            html.Div(
                [
                    html.Button("‹ Back", type="button", **{"data-turn": "-1"}),
                    html.Span("", className="stage-place", **{"aria-live": "polite"}),
                    html.Button("Next ›", type="button", **{"data-turn": "1"}),
                    html.Button("Full screen", type="button", className="stage-full"),
                    html.Span("Arrow keys turn the pages", className="stage-hint"),
                ],
                className="stage-bar",
            ),
            html.Div(html.Div(id=STAGE_ID, className="slides"), className="stage-frame"),
        ],
        className="stage",
        **{"aria-label": "Slides", "aria-roledescription": "slide deck"},
    )


def slides(deck: Deck) -> list[Any]:
    """Every slide of a deck, one above the other; the browser shows one."""
    layout = slide_layout(deck.shape)
    return [
        html.Article(
            _slide(slide, deck, layout, f"{place} / {len(deck.slides)}"),
            className="slide",
            style={"width": _pixels(layout.width), "height": _pixels(layout.height)},
            **{
                "data-key": slide.key,
                "aria-roledescription": "slide",
                "aria-label": f"Slide {place} of {len(deck.slides)}",
            },
        )
        for place, slide in enumerate(deck.slides, start=1)
    ]


def _slide(slide: Slide, deck: Deck, layout: SlideLayout, number: str) -> list[Any]:
    size = title_size(slide.title, deck.shape)
    body = (
        html.Div(
            dcc.Graph(
                figure=slide_figure(slide.chart, deck.shape),
                config=CONFIG | {"staticPlot": True},
            ),
            style=_placed(layout.chart),
            role="img",
            **{"aria-label": slide.description},
        )
        if slide.chart
        else html.Ul(
            [html.Li(paragraph) for paragraph in slide.paragraphs],
            style=_placed(layout.words, TEXT_SIZE),
        )
    )
    return [
        html.H2(wording.unbroken(slide.title), style=_placed(layout.title, size)),
        html.P(
            wording.unbroken(slide.meaning),
            className="slide-meaning",
            style=_placed(layout.meaning, LABEL_SIZE),
        ),
        body,
        html.P(deck.source, className="slide-source", style=_placed(layout.source, LABEL_SIZE)),
        html.P(number, className="slide-number", style=_placed(layout.number, LABEL_SIZE)),
    ]


def _pixels(points: float) -> str:
    return f"{points * PIXELS:g}px"


def _placed(box: Box, size: int | None = None) -> dict[str, str]:
    places = {name: _pixels(getattr(box, name)) for name in ("left", "top", "width", "height")}
    return places | ({"fontSize": _pixels(size)} if size else {})


def speaker_notes(deck: Deck) -> list[Any]:
    """The hard questions of every slide and its figures; the browser shows those of the current."""
    return [
        html.Div(
            [
                html.H2("What they will ask"),
                html.Dl(
                    [
                        part
                        for note in slide.notes
                        for part in (html.Dt(note.question), html.Dd(note.answer))
                    ]
                ),
                *(_data(slide, slide.chart) if slide.chart else []),
            ],
            className="slide-notes",
            **{"data-key": slide.key},
        )
        for slide in deck.slides
    ]


def _data(slide: Slide, chart: Chart) -> list[Any]:
    head = ["", *(series.name for series in chart.series), "Students"]
    rows = [
        [
            name,
            *(series.told(place) or "–" for series in chart.series),
            "–" if (number := chart.students[place]) is None else f"{number:,}",
        ]
        for place, name in enumerate(chart.categories)
    ]
    table = tables.figures_table(slide.meaning, head, rows, named=True)
    area = html.Div(
        table, className="table-area", role="region", tabIndex=0, **{"aria-label": slide.name}
    )
    return [html.Details([html.Summary("Show the data"), area], className="more")]


# --- Choosing ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A slide in the outline: where its links lead; no ``up`` or ``down`` where it cannot go."""

    key: str
    name: str
    is_shown: bool
    toggle: str
    up: str = ""
    down: str = ""


def outline(lines: Sequence[Line]) -> html.Ol:
    """Slides to choose, put in order and hide, each by a link."""
    return html.Ol([_line(line) for line in lines], className="outline")


def _line(line: Line) -> html.Li:
    moves = [
        dcc.Link(sign, href=href, className="segment", title=title)
        if href
        else html.Span(sign, className="segment nowhere", **{"aria-hidden": "true"})
        for sign, href, title in (
            ("↑", line.up, f"Move “{line.name}” up"),
            ("↓", line.down, f"Move “{line.name}” down"),
        )
    ]
    word = "Hide" if line.is_shown else "Show"
    title = f"{word} “{line.name}”"
    return html.Li(
        [
            html.Button(line.name, type="button", className="outline-name", **{"data-to": line.key})
            if line.is_shown
            else html.Span(line.name, className="outline-name"),
            *(moves if line.is_shown else []),
            dcc.Link(word, href=line.toggle, className="segment", title=title),
        ],
        className="" if line.is_shown else "hidden-slide",
    )


def shapes(links: Mapping[Shape, str], chosen: Shape) -> html.Nav:
    """The shape of the slides, as links."""
    return html.Nav(
        [
            html.Span("Shape", className="controls-name"),
            *(
                dcc.Link(
                    [SHAPE_NAMES[shape], html.Span(" (chosen)", className="visually-hidden")]
                    if shape == chosen
                    else SHAPE_NAMES[shape],
                    href=href,
                    className="segment chosen" if shape == chosen else "segment",
                )
                for shape, href in links.items()
            ),
        ],
        className="segments",
        **{"aria-label": "Shape of the slides"},
    )


def files() -> html.Div:
    """Buttons for every file, the progress of the one being made, and a way to stop it."""
    return html.Div(
        [
            html.Div(
                [
                    html.Button(name, type="button", title=title, **{"data-file": kind})
                    for kind, name, title in (*FILES, *PICTURES)
                ],
                className="files",
            ),
            html.Div(
                [
                    html.Progress(max="1", value="0", **{"aria-label": "Progress of the file"}),
                    html.Span(className="making-words"),
                    html.Button("Cancel", type="button", className="making-cancel"),
                ],
                className="making",
                hidden=True,
            ),
            html.P(className="made", role="status"),
        ]
    )


# --- Snapshots ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """A snapshot in the list; ``delete`` is empty where the viewer may not."""

    name: str
    told: str
    href: str
    delete: str


def keep_form(action: str, deck: Deck) -> html.Form:
    """A name for the figures on the slides."""
    return html.Form(
        [
            html.Label("Keep these figures as", htmlFor="snapshot-name"),
            dbc.Input(
                id="snapshot-name",
                name="name",
                type="text",
                required=True,
                maxlength=80,
                placeholder="Board meeting, May",
            ),
            dbc.Input(name="search", type="hidden", value=deck.search),
            dbc.Input(name="load", type="hidden", value=deck.load_id),
            html.Button("Keep", type="submit"),
        ],
        action=action,
        method="post",
        className="keep",
        **{"data-signed": "yes"},
    )


def kept_list(kept: Iterable[Kept], clearings: Mapping[str, str]) -> Any:
    """Snapshots to open or delete; ``clearings`` delete many: words, and where they lead."""
    items = [html.Li(_kept(snapshot)) for snapshot in kept]
    if not items:
        return html.P("None yet. A snapshot keeps today’s figures for a later meeting.")
    many = [_deleting(words, words, action) for words, action in clearings.items()]
    return [html.Ul(items, className="kept"), html.Div(many, className="files")]


def _kept(snapshot: Kept) -> list[Any]:
    shown = [
        dcc.Link(snapshot.name, href=snapshot.href),
        html.Span(snapshot.told, className="kept-told"),
    ]
    if not snapshot.delete:
        return shown
    return [*shown, _deleting("Delete", f"Delete “{snapshot.name}”", snapshot.delete)]


def _deleting(words: str, title: str, action: str) -> html.Button:
    asking = {"data-post": action, "data-asks": "yes"}
    return html.Button(words, type="button", title=title, **asking)


def frozen_words(name: str, by: str, deck: Deck) -> str:
    """What a frozen deck shows."""
    made = f" by {by}" if by else ""
    return (
        f"Snapshot “{name}”, kept{made}: figures of the load of {wording.iso_day(deck.loaded_at)}, "
        f"data through {wording.iso_day(deck.data_as_of)}. The filters above do not change it."
    )
