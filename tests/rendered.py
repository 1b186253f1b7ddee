"""Everything a person can read of one selection: pages, charts, tables, slides and files.

Nothing is named here by its id: whatever a page asks for, and whatever its buttons give, is walked
to its last string, so that a new place is read as well.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from pptx import Presentation

from tests.access.conftest import Site

PAGES = ("/", "/trajectories", "/districts", "/visits", "/students", "/methods", "/present")
_FILES = ("pptx", "handout", "xlsx", "csv", "svg")
# What an address or the machinery of a page says is not read by a person.
_UNREAD = {"id", "href", "className", "namespace", "type", "customdata", "filename", "content"}
_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Text:
    """Something a person can read, and where it stands."""

    where: str
    words: str


def page_texts(site: Site, path: str, search: str) -> Iterator[Text]:
    """All that a page shows: its answers, and what they in turn ask for."""
    for key, answer in page_answers(site, path, search):
        yield from _read(key, answer)


def page_answers(site: Site, path: str, search: str) -> Iterator[tuple[str, Any]]:
    """What a page gets for every question it asks when it is opened."""
    site.client.get(f"{path}{search}")
    address = {"search": search, "pathname": path, "href": f"http://localhost{path}{search}"}
    for key, declared in site.app.callback_map.items():
        asked = [f"{part['id']}.{part['property']}" for part in declared["inputs"]]
        if "callback" not in declared or not set(asked) <= {f"url.{name}" for name in address}:
            continue
        yield from _answers(site, key, [address[name.split(".")[1]] for name in asked])


def _answers(site: Site, key: str, values: list[Any]) -> Iterator[tuple[str, Any]]:
    answer = _ask(site, key, values, [])
    yield key, answer
    for store, value in _stores(answer):
        for further, declared in site.app.callback_map.items():
            inputs = [f"{part['id']}.{part['property']}" for part in declared["inputs"]]
            if "callback" in declared and inputs == [store] and not declared["state"]:
                yield further, _ask(site, further, [value], [])


def _stores(answer: Any) -> Iterator[tuple[str, Any]]:
    for component, properties in answer.items():
        value = properties.get("data")
        if isinstance(value, dict) and "load" in value:
            yield f"{component}.data", value


def download_texts(site: Site, path: str, search: str) -> Iterator[Text]:
    """Titles, sources, drawings and figures of every download that a page's buttons give."""
    for key, answer in download_answers(site, path, search):
        yield from _read(key, answer)
        for content in csv_contents(answer):
            yield from _cells(key, csv.reader(io.StringIO(content)))


def csv_contents(answer: Any) -> Iterator[str]:
    """The CSV files of an answer."""
    for properties in answer.values():
        content = (properties.get("data") or {}).get("content")
        if isinstance(content, str):
            yield content


def download_answers(site: Site, path: str, search: str) -> Iterator[tuple[str, Any]]:
    """What each of a page's buttons for a download gives."""
    address = {"search": search, "pathname": path, "href": f"http://localhost{path}{search}"}
    for key, declared in site.app.callback_map.items():
        inputs = [part["property"] for part in declared["inputs"]]
        state = [f"{part['id']}.{part['property']}" for part in declared["state"]]
        known = {f"url.{name}" for name in address}
        if set(inputs) != {"n_clicks"} or not set(state) <= known or "callback" not in declared:
            continue
        values = [address[name.split(".")[1]] for name in state]
        yield key, _ask(site, key, [1] * len(inputs), values)


def deck_texts(site: Site, search: str) -> Iterator[Text]:
    """All that the files of a deck say."""
    for kind in _FILES:
        file = deck_file(site, kind, search)
        if file is not None:
            yield from _of_file(kind, file)


def deck_file(site: Site, kind: str, search: str) -> bytes | None:
    """A file of the deck; None where there is nothing to take along."""
    answer = site.client.post(
        "/present/file",
        data={"kind": kind, "search": search, "slide": "effect"},
        headers={"X-CSRFToken": site.token()},
    )
    last = json.loads(answer.get_data(as_text=True).splitlines()[-1])
    return base64.b64decode(last["data"]) if "data" in last else None


def _of_file(kind: str, file: bytes) -> Iterator[Text]:
    if kind == "pptx":
        yield from _of_powerpoint(file)
    elif kind == "handout":
        words = subprocess.run(
            ["pdftotext", "-", "-"],
            input=file,
            capture_output=True,
            check=True,
        ).stdout.decode()
        yield Text(kind, " ".join(words.split()))
    elif kind == "xlsx":
        for sheet in load_workbook(io.BytesIO(file)):
            yield from _cells(f"xlsx {sheet.title}", sheet.values)
    elif kind == "csv":
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            for name in archive.namelist():
                content = archive.read(name).decode("utf-8-sig")
                yield from _cells(name, csv.reader(io.StringIO(content)))
    else:
        yield Text(kind, _plain(file.decode()))


def _of_powerpoint(file: bytes) -> Iterator[Text]:
    for number, slide in enumerate(Presentation(io.BytesIO(file)).slides, start=1):
        where = f"pptx {number}"
        yield Text(f"{where} notes", slide.notes_slide.notes_text_frame.text)
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield Text(where, shape.text_frame.text)
            if shape.has_chart:
                properties = shape._element.nvGraphicFramePr.cNvPr
                yield Text(f"{where} description", properties.get("descr"))
                labels = shape.chart._chartSpace.iter("{*}t")
                yield from (Text(f"{where} label", label.text) for label in labels)
                book = load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
                yield from _cells(f"{where} data", book.active.values)


def _cells(where: str, rows: Any) -> Iterator[Text]:
    """A row at a time, each cell under its heading: ``effect: 0.123``."""
    head: list[str] = []
    for row in rows:
        cells = ["" if cell is None else str(cell) for cell in row]
        head = head if len(head) == len(cells) and len(cells) > 1 else cells
        yield Text(
            where,
            " | ".join(
                f"{h}: {c}" if head is not cells else c for h, c in zip(head, cells, strict=True)
            ),
        )


def _ask(site: Site, key: str, values: list[Any], state: list[Any]) -> Any:
    """The answer of a callback by the components it changes; empty where it has none."""
    answer = site.post(site.question(key, *values, *state))
    if answer.status_code == 204:
        return {}
    assert answer.status_code == 200, (key, answer.status_code)
    body = answer.get_json()
    return body.get("response", {}) | body.get("sideUpdate", {})


def _read(where: str, part: Any) -> Iterator[Text]:
    """Every string of an answer, text that is broken into parts as one."""
    if isinstance(part, str):
        yield Text(where, _plain(part))
    elif isinstance(part, list):
        if part and all(isinstance(value, str) for value in part):
            yield from (Text(where, _plain(value)) for value in part)
        else:
            for value in part:
                yield from _read(where, value)
    elif isinstance(part, dict):
        for name, value in part.items():
            if name not in _UNREAD:
                yield from _read(f"{where[:40]} {name}", value)


def _plain(words: str) -> str:
    return _TAGS.sub(" ", words).replace("\N{NO-BREAK SPACE}", " ")
