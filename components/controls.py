"""Choices of one page that are part of its URL, as links: they work like any other link."""

from __future__ import annotations

from dataclasses import replace

from dash import dcc, html

from components import wording
from queries.filters import SPLITS, View


def trajectory_controls(path: str, view: View) -> html.Div:
    """One curve or split, and whether to keep the same students throughout."""
    splits = [("All together", None), *((wording.DIMENSION_NAMES[name], name) for name in SPLITS)]
    return html.Div(
        [
            html.Nav(
                [
                    html.Span("Show", className="controls-name"),
                    *(
                        _choice(words, path, replace(view, split=split), split == view.split)
                        for words, split in splits
                    ),
                ],
                className="segments",
                **{"aria-label": "Split the chart by"},
            ),
            html.Nav(
                _choice(
                    "Same students throughout",
                    path,
                    replace(view, same_students=not view.same_students),
                    view.same_students,
                ),
                className="segments switch",
                **{"aria-label": "Students counted"},
            ),
        ],
        className="controls",
    )


def _choice(words: str, path: str, view: View, chosen: bool) -> dcc.Link:
    return dcc.Link(
        [words, html.Span(" (chosen)", className="visually-hidden")] if chosen else words,
        href=f"{path}{view.to_search()}",
        className="segment chosen" if chosen else "segment",
    )
