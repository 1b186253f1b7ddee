"""True slides from the filters: shown, put in order, taken along, kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from access import current_account, current_viewer
from components import filter_bar, shell, stage, states, wording
from components.deck import Deck
from components.slide_wording import SENTENCES
from exports.deck import SHAPES, Choice, arranged, current_deck
from exports.snapshots import Entry, FrozenDeck, SnapshotError, listed, opened, with_many
from queries.database import Snapshot, snapshot
from queries.facets import option_counts
from queries.filters import View
from queries.values import known_values
from queries.viewer import Account

PATH, TITLE = "/present", "Present"
HEADING = "Slides for a meeting"

_SELECTION_ID, _STATE_ID, _BODY_ID, _NOTES_ID, _OUTLINE_ID = (
    "present-selection",
    "present-state",
    "present-body",
    "present-notes",
    "present-outline",
)
_SHAPES_ID, _FROZEN_ID, _KEEP_ID, _KEPT_ID, _STAGED_ID = (
    "present-shapes",
    "present-frozen",
    "present-keep",
    "present-kept",
    "present-staged",
)


def layout() -> html.Div:
    """The page without slides; they come with the URL's selection."""
    return html.Div(
        [
            html.Div(
                [html.H1(HEADING), html.P(id=_SELECTION_ID, className="selection")],
                className="page-head",
            ),
            html.Div(id=_FROZEN_ID),
            html.Div(html.P("Working out the slides …", role="status"), id=_STATE_ID),
            html.Div(
                [
                    html.Div([stage.stage(), html.Section(id=_NOTES_ID, className="card-panel")]),
                    html.Aside(
                        [
                            _panel("Slides", html.Div(id=_SHAPES_ID), html.Div(id=_OUTLINE_ID)),
                            _panel("Take along", stage.files()),
                            _panel("Snapshots", html.Div(id=_KEEP_ID), html.Div(id=_KEPT_ID)),
                        ],
                        **{"aria-label": "The deck"},
                    ),
                ],
                id=_BODY_ID,
                className="present",
                hidden=True,
            ),
            dcc.Store(id=_STAGED_ID),
        ]
    )


def _panel(title: str, *parts: Any) -> html.Section:
    return html.Section([html.H2(title), *parts], className="card-panel")


@callback(
    output={
        "selection": Output(_SELECTION_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        "slides": Output(stage.STAGE_ID, "children"),
        "notes": Output(_NOTES_ID, "children"),
        "outline": Output(_OUTLINE_ID, "children"),
        "shapes": Output(_SHAPES_ID, "children"),
        "frozen": Output(_FROZEN_ID, "children"),
        "keep": Output(_KEEP_ID, "children"),
        "kept": Output(_KEPT_ID, "children"),
    },
    inputs=Input(shell.URL_ID, "search"),
    running=[(Output(_BODY_ID, "className"), "present loading", "present")],
)
def show(search: str | None) -> dict[str, Any]:
    """The deck of the address, from one load or as it was kept."""
    with snapshot() as data:
        viewer, account = current_viewer(data), current_account()
        choice, ignored = chosen(data, search)
        counts = option_counts(data, viewer.for_export(), choice.filters)
        try:
            frozen = _frozen(data, choice, viewer.for_export().threshold)
        except SnapshotError as error:
            frozen, choice = None, replace(choice, snapshot=None)
            ignored = (*ignored, str(error))
        deck = arranged(frozen.deck, choice) if frozen else current_deck(data, viewer, choice)
        kept = listed(demonstration=data.is_demonstration)
    threshold = viewer.for_export().threshold
    filter_bar.show_counts(counts, threshold)
    shell.show(data.data_as_of, ignored)
    return _contents(deck, choice, frozen, threshold) | {"kept": _kept(kept, account)}


def chosen(data: Snapshot, search: str | None) -> tuple[Choice, tuple[str, ...]]:
    """What an address asks for, with a sentence for every value that is not known."""
    view, ignored = View.parse(search, known_values(data))
    choice, further = Choice.parse(search, view)
    return choice, (*ignored, *further)


def _frozen(data: Snapshot, choice: Choice, threshold: int) -> FrozenDeck | None:
    if choice.snapshot is None:
        return None
    return opened(choice.snapshot, demonstration=data.is_demonstration, threshold=threshold)


def _contents(
    deck: Deck | None, choice: Choice, frozen: FrozenDeck | None, threshold: int
) -> dict[str, Any]:
    if deck is None:
        nothing = dict.fromkeys(("selection", "slides", "notes", "outline", "shapes"))
        return nothing | {
            "state": states.too_few(threshold, PATH),
            "hidden": True,
            "frozen": None,
            "keep": None,
        }
    every = tuple(slide.key for slide in frozen.deck.slides) if frozen else None
    return {
        "selection": deck.selection,
        "state": None,
        "hidden": False,
        "slides": stage.slides(deck),
        "notes": stage.speaker_notes(deck),
        "outline": stage.outline(_lines(deck, choice, every)),
        "shapes": stage.shapes(
            {shape: _link(replace(choice, shape=shape)) for shape in SHAPES}, choice.shape
        ),
        "frozen": _banner(frozen, choice) if frozen else None,
        "keep": None if frozen else stage.keep_form(KEEP_PATH, deck),
    }


KEEP_PATH = f"{PATH}/snapshots"
OLDEST_PATH = f"{KEEP_PATH}/oldest/delete"


def _link(choice: Choice) -> str:
    return f"{PATH}{choice.to_search()}"


def _lines(deck: Deck, choice: Choice, every: Sequence[str] | None) -> list[stage.Line]:
    """The shown slides in their order, then the others."""
    names: dict[str, str] = SENTENCES["names"]
    shown = tuple(slide.key for slide in deck.slides)
    others = [key for key in (every or names) if key not in shown]
    last = len(shown) - 1
    return [
        stage.Line(
            key,
            names[key],
            is_shown=True,
            toggle=_link(choice.toggled(key, shown)),
            up=_link(choice.moved(key, -1, shown)) if place else "",
            down=_link(choice.moved(key, 1, shown)) if place < last else "",
        )
        for place, key in enumerate(shown)
    ] + [
        stage.Line(key, names[key], is_shown=False, toggle=_link(choice.toggled(key, shown)))
        for key in others
    ]


def _banner(frozen: FrozenDeck, choice: Choice) -> html.Div:
    return html.Div(
        [
            html.Span(stage.frozen_words(frozen.name, frozen.by, frozen.deck)),
            dcc.Link("Today’s figures", href=_link(replace(choice, snapshot=None))),
        ],
        className="frozen",
        role="note",
    )


def _kept(kept: list[Entry], account: Account) -> Any:
    entries = (
        stage.Kept(
            entry.name,
            f"{wording.iso_day(entry.made_at)}{f', {entry.by}' if entry.by else ''}",
            _link(Choice(View().filters, snapshot=entry.number)),
            f"{KEEP_PATH}/{entry.number}/delete" if may_delete(entry.by, account) else "",
        )
        for entry in kept
    )
    return stage.kept_list(entries, dict(_clearings(kept, account)))


def _clearings(kept: list[Entry], account: Account) -> Iterator[tuple[str, str]]:
    """Buttons that delete many: their words, and where they lead."""
    for by in with_many(kept):
        if may_delete(by, account):
            whose = "yours" if by == (account.name or "") else by
            yield f"Delete the ten oldest of {whose}", f"{OLDEST_PATH}?{urlencode({'by': by})}"


def may_delete(by: str, account: Account) -> bool:
    """Who made a snapshot may, and leadership."""
    return account.role == "leadership" or by == (account.name or "")


clientside_callback(
    ClientsideFunction("present", "staged"),
    Output(_STAGED_ID, "data"),
    Input(stage.STAGE_ID, "children"),
    prevent_initial_call=True,
)
