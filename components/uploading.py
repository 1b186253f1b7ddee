"""The card of uploads: where a zip file is chosen or dropped, and how its load goes.

Choosing and sending is the browser's (``assets/data.js``); the rest is told by the server.
"""

from __future__ import annotations

from typing import Any

from dash import html

from components import data_tables
from components import data_wording as words
from components.tables import table_area
from intake.archive import Limits
from intake.uploads import Upload

CARD_ID, OFFER_ID, STATE_ID, STOP_ID = (
    "data-uploads",
    "data-offer",
    "data-upload-state",
    "data-stop",
)


def upload_card() -> html.Section:
    """The empty card, hidden; a page fills ``OFFER_ID`` and ``STATE_ID``, and shows ``STOP_ID``."""
    return html.Section(
        [
            html.H2("Load a delivery"),
            html.P(words.UPLOAD_MEANING, className="meaning"),
            html.Div(id=OFFER_ID),
            html.Div(id=STATE_ID),
            html.Button("Stop this load", id=STOP_ID, className="button quiet", hidden=True),
        ],
        id=CARD_ID,
        className="card-panel",
        hidden=True,
    )


def offer(obstacle: str | None, limits: Limits, path: str) -> html.Div | html.P:
    """Where a zip file is chosen, to be sent to ``path``; with an ``obstacle`` that instead."""
    return html.P(obstacle, className="refusal") if obstacle else _drop(limits, path)


def _drop(limits: Limits, path: str) -> html.Div:
    return html.Div(
        [
            html.Button("Choose a zip file", type="button", className="button drop-choose"),
            html.Span("or drop it here", className="drop-words"),
            html.P(words.upload_limits(limits), className="meaning"),
            html.Div(
                [
                    html.Progress(max="1", value="0", **{"aria-label": "Sent"}),
                    html.Span(className="making-words"),
                    html.Button("Cancel", type="button", className="drop-cancel"),
                ],
                className="making",
                hidden=True,
            ),
            html.P(className="drop-said", role="status"),
        ],
        className="drop",
        **{"data-path": path, "data-largest": str(limits.zipped)},
    )


def upload_state(upload: Upload | None, rejected_path: str) -> Any:
    """How the last upload stands; ``rejected_path`` leads to its rejected lines."""
    if upload is None:
        return None
    if upload.state == "running":
        return html.Div([_head(upload, "Loading"), *_progress(upload)], className="upload")
    state, sentence = words.ended(upload)
    return html.Div(
        [
            _head(upload, state),
            html.P(sentence),
            *([html.Ul([html.Li(one) for one in upload.remarks])] if upload.remarks else []),
            *_outcome(upload, rejected_path),
        ],
        className="upload" if upload.state == "loaded" else "upload upload-failed",
    )


def _head(upload: Upload, state: str) -> html.P:
    return html.P(
        [html.Strong(state), html.Span(words.sent(upload), className="upload-sent")],
        className="upload-head",
        role=None if upload.state == "running" else "status",  # its steps are told as they go
    )


def _progress(upload: Upload) -> list[Any]:
    told = f"{upload.step} …"
    return [
        html.Progress(max="1", value=str(upload.share), **{"aria-label": "Loaded"}),
        html.P(told, className="meaning"),
    ]


def _outcome(upload: Upload, rejected_path: str) -> list[Any]:
    parts: list[Any] = []
    if upload.outcomes:
        table = data_tables.outcomes_table(upload.outcomes, loaded=upload.state == "loaded")
        parts.append(_table("data-upload-outcomes", "What became of its rows", table))
        parts.append(html.P(words.NOT_TOLD, className="meaning"))
    if upload.rules and upload.state == "refused":  # what is loaded stands in the page below
        table = data_tables.upload_rules_table(upload.rules)
        parts.append(_table("data-upload-rules", "Why its rows were rejected", table))
        lines = "Download lines and reasons"
        parts.append(html.A(lines, href=rejected_path, className="button quiet"))
    if upload.state != "loaded":
        parts.append(html.P(words.kept(upload), className="meaning"))
    return parts


def _table(name: str, label: str, table: html.Table) -> html.Div:
    area = table_area(name, label)
    area.children = table
    return area
