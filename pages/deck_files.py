"""Files of a deck, made while the browser waits and watches; snapshots kept and deleted.

A file comes as lines of JSON: how many slides are done, and at the end the file itself. Whoever
stops reading stops the work.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, stream_with_context
from werkzeug.wrappers import Response as BaseResponse

from access import current_account, current_viewer, record
from components import wording
from components.deck import Deck, Export
from exports.deck import arranged, current_deck
from exports.drawing import picture
from exports.figures_file import csv_files, workbook
from exports.powerpoint import powerpoint
from exports.printed import handout, slides_pdf
from exports.snapshots import SnapshotError, delete, keep, listed, named, oldest, opened
from pages.present import KEEP_PATH, OLDEST_PATH, PATH, chosen, may_delete
from queries.database import snapshot

DECK_FILES = Blueprint("deck_files", __name__)

_TOO_FEW = "Too few students match these filters: there is nothing to take along."

_NO_SLIDE = "There is no such slide in the deck."


def _picture(kind: Any) -> Callable[[Deck, str], Export]:
    """The one slide of a deck as an image."""

    def make(deck: Deck, _link: str) -> Export:
        [slide] = deck.slides
        file = picture(slide, deck, kind)
        yield 1
        return file

    return make


_MAKERS: dict[str, tuple[str, Callable[[Deck, str], Export]]] = {
    "pptx": ("leap-slides.pptx", powerpoint),
    "pdf": ("leap-slides.pdf", slides_pdf),
    "handout": ("leap-handout.pdf", handout),
    "xlsx": ("leap-figures.xlsx", workbook),
    "csv": ("leap-figures.zip", csv_files),
    "png": ("leap-slide.png", _picture("png")),
    "svg": ("leap-slide.svg", _picture("svg")),
}


@DECK_FILES.post(f"{PATH}/file")
def file() -> Response:
    """The form's ``kind`` of file for the page at ``search``; a picture is of one ``slide``."""
    kind, search = request.form.get("kind", ""), request.form.get("search", "")
    if kind not in _MAKERS:
        abort(404)
    slide = request.form.get("slide") if kind in ("png", "svg") else None
    try:
        deck = _deck(search, slide)
    except SnapshotError as error:
        return _lines([_line(error=str(error))])
    if deck is None or not deck.slides:
        return _lines([_line(error=_TOO_FEW if deck is None else _NO_SLIDE)])
    # Before the answer begins: what cannot be recorded is refused.
    record("exported", file=_MAKERS[kind][0], selection=search)
    return _lines(stream_with_context(_steps(kind, deck)))


def _lines(steps: Iterable[str]) -> Response:
    return Response(steps, mimetype="application/x-ndjson", headers={"X-Accel-Buffering": "no"})


def _steps(kind: str, deck: Deck) -> Iterator[str]:
    name, make = _MAKERS[kind]
    work = make(deck, f"{request.host_url.rstrip('/')}{PATH}{deck.search}")
    while True:
        try:
            yield _line(done=next(work), of=len(deck.slides))
        except StopIteration as end:
            yield _line(name=name, data=base64.b64encode(end.value).decode())
            return


def _line(**values: Any) -> str:
    return f"{json.dumps(values)}\n"


def _deck(search: str, slide: str | None) -> Deck | None:
    """The deck of an address, or one slide of it."""
    with snapshot() as data:
        viewer = current_viewer(data)
        choice, _ignored = chosen(data, search)
        if choice.snapshot:
            frozen = opened(
                choice.snapshot,
                demonstration=data.is_demonstration,
                threshold=viewer.for_export().threshold,
            )
            deck: Deck | None = arranged(frozen.deck, choice)
        else:
            deck = current_deck(data, viewer, choice)
    if deck is None or slide is None:
        return deck
    return replace(deck, slides=tuple(one for one in deck.slides if one.key == slide)[:1])


@DECK_FILES.post(KEEP_PATH)
def keep_snapshot() -> BaseResponse:
    """Keep the deck of the form's ``search`` and ``load`` under its ``name``, and open it."""
    with snapshot() as data:
        choice, _ignored = chosen(data, request.form.get("search"))
        deck = current_deck(data, current_viewer(data), replace(choice, snapshot=None))
    if deck is None:
        abort(400, _TOO_FEW)
    if deck.load_id != request.form.get("load"):
        abort(409, wording.NEWER_DATA)
    try:
        frozen = named(deck, request.form.get("name", ""), current_account().name or "")
    except SnapshotError as error:
        abort(400, str(error))
    record("kept a snapshot", snapshot=frozen.number, selection=deck.search)
    keep(frozen)
    return redirect(f"{PATH}?snapshot={frozen.number}")


@DECK_FILES.post(f"{KEEP_PATH}/<number>/delete")
def delete_snapshot(number: str) -> BaseResponse:
    """Delete a snapshot, for who made it and for leadership."""
    with snapshot() as data:
        demonstration = data.is_demonstration
    try:
        frozen = opened(number, demonstration=demonstration)
    except SnapshotError as error:
        abort(404, str(error))
    _check_may_delete(frozen.by)
    record("deleted a snapshot", snapshot=number)
    delete(frozen)
    return redirect(PATH)


@DECK_FILES.post(OLDEST_PATH)
def delete_oldest() -> BaseResponse:
    """Delete the oldest snapshots of the address's ``by``, for themselves and for leadership."""
    by = request.args.get("by", "")
    _check_may_delete(by)
    with snapshot() as data:
        entries = oldest(listed(demonstration=data.is_demonstration), by)
    record("deleted snapshots", snapshots=" ".join(entry.number for entry in entries), of=by)
    for entry in entries:
        delete(entry)
    return redirect(PATH)


def _check_may_delete(by: str) -> None:
    if not may_delete(by, current_account()):
        abort(403, "Only its maker and leadership may delete a snapshot.")
