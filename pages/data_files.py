"""A delivery taken in, and lists of lines given out: for leadership alone.

A zip file is the body of its request, not a field of a form: so who sends it is settled before a
byte is read, and it goes to the disk as it comes.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
from flask import Blueprint, Response, abort, jsonify, request

from access import AuditError, current_account, current_viewer, record
from components.data_wording import NO_RULE, WHOLE_ROW
from exports.cells import cell
from intake import current_uploads
from intake.uploads import UploadRefusedError
from pages.data import DOUBTS_PATH, REJECTED_PATH, UPLOAD_PATH
from queries.database import Snapshot, snapshot
from queries.deliveries import doubtful_lines, rejected_lines, sees_deliveries

DATA_FILES = Blueprint("data_files", __name__)

_ZIP = "application/zip"
_FOR_LEADERSHIP = "Deliveries are for leadership alone."
_LINES = ("file", "line", "column", "rule")
_AT_ONCE = 10_000


@DATA_FILES.url_value_preprocessor
def count_zip_files_later(endpoint: str | None, _values: object) -> None:
    """Let a zip file be larger than other requests: its view counts what it reads of it."""
    if endpoint == f"{DATA_FILES.name}.{upload.__name__}" and request.mimetype == _ZIP:
        request.max_content_length = sys.maxsize


@DATA_FILES.post(UPLOAD_PATH)
def upload() -> tuple[Response, int]:
    """Take in the zip file that is the body, called ``name``, and begin to load it.

    202 with the upload's ``number``, or what refused it as ``error``.
    """
    with snapshot() as data:
        _check_allowed(data)
    if request.mimetype != _ZIP:
        abort(415, "A delivery is sent as a zip file.")
    name = request.args.get("name", "")
    record("sends a delivery", file=name)
    try:
        taken = current_uploads().receive(
            request.stream, name, request.content_length, current_account().name or ""
        )
    except UploadRefusedError as error:
        _add("was refused an upload", file=name, why=str(error))
        return jsonify(error=str(error)), error.status
    _add("uploaded", upload=taken.number, file=taken.name, bytes=taken.size, sha256=taken.sha256)
    return jsonify(number=taken.number), 202


def _add(what: str, **details: Any) -> None:
    """What became of a delivery; that it was sent is recorded, and cannot be undone here."""
    with suppress(AuditError):
        record(what, **details)


@DATA_FILES.get(REJECTED_PATH)
def rejected() -> Response:
    """Every row that the last load rejected, by line and rule."""
    with snapshot() as data:
        _check_allowed(data)
        frame = rejected_lines(data, current_viewer(data))
    record("exported", file=Path(REJECTED_PATH).name, load=data.load_id)
    return _lines("rejected-rows.csv", [frame.fillna({"rule": NO_RULE})])


@DATA_FILES.get(DOUBTS_PATH)
def doubts() -> Response:
    """Every row of the last load that somebody should decide about, by line and rule."""
    with snapshot() as data:
        _check_allowed(data)
        frame = doubtful_lines(data, current_viewer(data))
    record("exported", file=Path(DOUBTS_PATH).name, load=data.load_id)
    return _lines("rows-to-decide.csv", [frame])


@DATA_FILES.get(f"{UPLOAD_PATH}/<number>/rejected-rows.csv")
def rejected_of(number: str) -> Response:
    """Every row that the load of an upload rejected, whether or not it was refused."""
    with snapshot() as data:
        _check_allowed(data)
    file = current_uploads().kept_rejected(number)
    if file is None:
        abort(404)
    record("exported", file="rejected-rows.csv", upload=number)
    parts = pd.read_csv(file, usecols=list(_LINES), dtype=str, chunksize=_AT_ONCE)
    return _lines("rejected-rows.csv", (part[list(_LINES)].fillna("") for part in parts))


def _check_allowed(data: Snapshot) -> None:
    if not sees_deliveries(current_viewer(data)):
        abort(403, _FOR_LEADERSHIP)


def _lines(name: str, frames: Iterable[pd.DataFrame]) -> Response:
    return Response(
        _as_csv(frames),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={name}"},
    )


def _as_csv(frames: Iterable[pd.DataFrame]) -> Iterator[str]:
    """Rows under one header, each saying where the whole of it lies."""
    for number, frame in enumerate(frames):
        part = io.StringIO()
        writer = csv.writer(part)
        if number == 0:
            writer.writerow([*frame.columns, "whole_row"])
        for row in frame.itertuples(index=False):
            writer.writerow([*map(cell, row), WHOLE_ROW])
        yield part.getvalue()
