"""Figures at the head of a page: what each is, was and means, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import dcc, html


@dataclass(frozen=True)
class Card:
    """One figure. ``beside`` says what it is of, ``before`` what it was; ``meaning`` on hover."""

    name: str
    figure: str
    beside: str
    before: str
    meaning: str
    evidence: str
    href: str


def cards(shown: Sequence[Card]) -> html.Div:
    """The figures in a row that breaks where there is little room."""
    return html.Div([_card(card) for card in shown], className="cards")


def _card(card: Card) -> html.Section:
    return html.Section(
        [
            html.H2([card.name, html.Span(f". {card.meaning}", className="visually-hidden")]),
            html.P(card.figure, className="card-figure"),
            html.P(card.beside, className="card-beside"),
            html.P(card.before, className="card-before"),
            dcc.Link(card.evidence, href=card.href, className="card-evidence"),
        ],
        className="card-panel card-of-figure",
        title=card.meaning,
    )
