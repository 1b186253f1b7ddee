"""How a text file is written down: its encoding, what separates fields, how they are quoted."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from reporting.errors import DeliveryRefusedError
from reporting.mapping import Form

_CHUNK_BYTES = 1 << 20
_LINES = 500
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t|"

# How files begin that are no text, whatever their names say.
_NO_TEXT = {
    b"PK\x03\x04": "is a workbook or a zip file. A workbook's name has to end in .xlsx (save an "
    ".xlsm as “Excel workbook”).",
    b"\xd0\xcf\x11\xe0": "is a workbook of the old kind (.xls), or one with a password. Open it "
    "in Excel and save it as “Excel workbook” (.xlsx) without a password.",
    b"%PDF": "is a PDF. Ask for the same report as CSV or as an Excel workbook.",
    b"{\\rtf": "is a text document. Ask for the same report as CSV or as an Excel workbook.",
}
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table|meta|head|style)", re.IGNORECASE)


def text_form(path: Path) -> Form:
    """How a text file is written.

    Raises DeliveryRefusedError where it is no table of text.
    """
    try:
        with path.open("rb") as file:
            beginning = file.read(_CHUNK_BYTES)
    except OSError as error:
        raise DeliveryRefusedError(f"{path.name} cannot be read: {error.strerror}.") from error
    _refuse_what_is_no_text(path, beginning)
    encoding = _encoding(path, beginning)
    with path.open(encoding=encoding_to_read(encoding), newline="") as file:
        lines = list(islice((line for line in file if line.strip()), _LINES))
    if not lines:
        raise DeliveryRefusedError(f"{path.name}: the file is empty.")
    quote = _quote(lines)
    escape = "\\" if any(f"\\{quote}" in line for line in lines) else None
    delimiter = _delimiter(path, lines, quote, escape)
    return Form(encoding=encoding, delimiter=delimiter, quote=quote, escape=escape)


def encoding_to_read(encoding: str) -> str:
    """The encoding to open a file with: a mark at the beginning of UTF-8 is no text."""
    return "utf-8-sig" if encoding == Form.encoding else encoding


def csv_options(form: Form) -> dict[str, Any]:
    """What Python's csv reader is told of a form."""
    return {
        "delimiter": form.delimiter,
        "quotechar": form.quote,
        "escapechar": form.escape,
        "doublequote": form.escape is None,
        "skipinitialspace": True,
    }


def _refuse_what_is_no_text(path: Path, beginning: bytes) -> None:
    for mark, words in _NO_TEXT.items():
        if beginning.startswith(mark):
            raise DeliveryRefusedError(f"{path.name} {words}")
    if _MARKUP.match(beginning.removeprefix(codecs.BOM_UTF8)):
        raise DeliveryRefusedError(
            f"{path.name} is a web page or XML, whatever its name says. Open it in Excel and save "
            "it as “CSV UTF-8” or “Excel workbook”."
        )
    is_utf16 = beginning.startswith(_UTF16)
    is_text = _can_be_read(path, "utf-16") if is_utf16 else b"\0" not in beginning
    if not is_text:
        raise DeliveryRefusedError(
            f"{path.name} is no text file. Export it as CSV or as an Excel workbook (.xlsx)."
        )


def _encoding(path: Path, beginning: bytes) -> str:
    if beginning.startswith(_UTF16):
        return "utf-16"
    if _can_be_read(path, Form.encoding):
        return Form.encoding
    if beginning.startswith(codecs.BOM_UTF8):
        raise DeliveryRefusedError(
            f"{path.name} begins as UTF-8 text and goes on as another. Export it again as “CSV "
            "UTF-8”, or as an Excel workbook."
        )
    return "windows-1252" if _can_be_read(path, "windows-1252") else "latin-1"


def _can_be_read(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _quote(lines: list[str]) -> str:
    """The mark around fields: a single one only where that is what most fields have."""
    edge = re.escape(_DELIMITERS)
    fields = {
        mark: sum(
            len(re.findall(rf"(?:^|[{edge}]){mark}[^{mark}]*{mark}(?=[{edge}\r\n]|$)", line))
            for line in lines
        )
        for mark in "\"'"
    }
    return "'" if fields["'"] > fields['"'] else '"'


def _delimiter(path: Path, lines: list[str], quote: str, escape: str | None) -> str:
    """What makes the most columns, and of the most lines the same number."""
    scores = {}
    for delimiter in _DELIMITERS:
        form = Form(delimiter=delimiter, quote=quote, escape=escape)
        widths = Counter(_widths(lines, form))
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        scores[delimiter] = (width - 1) * count / widths.total()
    best = max(scores, key=lambda delimiter: scores[delimiter])
    if not scores[best]:
        raise DeliveryRefusedError(
            f"{path.name} is no table: its lines are not divided by commas, semicolons, tabs or "
            "bars. Export it as CSV or as an Excel workbook (.xlsx)."
        )
    return best


def _widths(lines: list[str], form: Form) -> Iterator[int]:
    try:
        for row in csv.reader(lines, **csv_options(form)):
            yield len(row)
    except csv.Error:
        yield 1
