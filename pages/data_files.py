"""A delivery taken in, from those who have the right; lines given out, to them and to leadership.

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

from access import AuditError, current_account, current_viewer, may_load_deliveries, record
from components.data_wording import WHOLE_ROW
from exports.cells import cell
from intake import current_uploads
from intake.uploads import UploadRefusedError
from pages.data import REJECTED_PATH, UPLOAD_PATH
from queries.database import Snapshot, snapshot
from queries.deliveries import rejected_lines, sees_deliveries
from queries.held import HELD_RULES

DATA_FILES = Blueprint("data_files", __name__)

_ZIP = "application/zip"
_FOR_LEADERSHIP = "Deliveries are for leadership alone."
_NO_RIGHT = "You may not load deliveries. Whoever runs the dashboard can give you the right."
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
        current_viewer(data)  # nobody who is not known, over real data
    if not may_load_deliveries():
        abort(403, _NO_RIGHT)
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
    """The rows that the last load rejected for what stands in them, by line and rule."""
    with snapshot() as data:
        _check_allowed(data)
        frame = rejected_lines(data, current_viewer(data))
    record("exported", file=Path(REJECTED_PATH).name, load=data.load_id)
    return _lines("rejected-rows.csv", [frame])


@DATA_FILES.get(f"{UPLOAD_PATH}/<number>/rejected-rows.csv")
def rejected_of(number: str) -> Response:
    """The rows that an upload's load rejected for what stands in them, refused or not."""
    with snapshot() as data:
        _check_allowed(data, or_may=may_load_deliveries())
    file = current_uploads().kept_rejected(number)
    if file is None:
        abort(404)
    record("exported", file="rejected-rows.csv", upload=number)
    parts = pd.read_csv(file, usecols=list(_LINES), dtype=str, chunksize=_AT_ONCE)
    return _lines("rejected-rows.csv", (_of_file_alone(part) for part in parts))


def _of_file_alone(rejected: pd.DataFrame) -> pd.DataFrame:
    """Without the rows that the database made something of."""
    return rejected.loc[~rejected["rule"].isin(HELD_RULES), list(_LINES)].fillna("")


def _check_allowed(data: Snapshot, *, or_may: bool = False) -> None:
    if not (sees_deliveries(current_viewer(data)) or or_may):
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
