"""CSV files as they come: is it text, is it CSV, and on which line does each record start?

The engine that parses millions of records does not say where a record stood in the file,
so the line of every record is found here, from the positions of line ends and quotes.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reporting.errors import DeliveryRefusedError

_CHUNK_BYTES = 1 << 25
_NEWLINE, _QUOTE, _COMMA, _RETURN = b"\n", b'"', b",", b"\r"

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CsvFile:
    """A CSV file found readable.

    ``starts`` and ``ends`` are byte positions of each record after the header, blank lines
    left out; ``lines`` the line each starts on (the header is line 1). ``mixed_line_ends``:
    some lines end as on Windows and some do not.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    starts: Positions
    ends: Positions
    lines: Positions
    mixed_line_ends: bool

    def field_counts(self) -> npt.NDArray[np.int64]:
        """Number of fields of each record."""
        content = np.memmap(self.path, dtype=np.uint8, mode="r")
        commas = np.flatnonzero(content == _COMMA[0])
        quotes = np.flatnonzero(content == _QUOTE[0])
        separators = commas[np.searchsorted(quotes, commas) % 2 == 0]
        return 1 + np.searchsorted(separators, self.ends) - np.searchsorted(separators, self.starts)

    def record(self, number: int) -> str:
        """The text of a record, 0 being the first after the header."""
        with self.path.open("rb") as file:
            file.seek(int(self.starts[number]))
            length = int(self.ends[number] - self.starts[number])
            return file.read(length).decode().rstrip("\r\n")


def inspect(path: Path) -> CsvFile:
    """Read a file once and find its header and records.

    Raises DeliveryRefusedError where the file is no UTF-8 text or no CSV.
    """
    digest = hashlib.sha256()
    text = _Utf8(path)
    line_ends, record_ends, size, open_quotes, windows_ends = [], [], 0, 0, 0
    for chunk in _chunks(path):
        digest.update(chunk)
        text.check(chunk)
        content = np.frombuffer(chunk, dtype=np.uint8)
        ends = np.flatnonzero(content == _NEWLINE[0])
        quotes = np.flatnonzero(content == _QUOTE[0])
        outside = (open_quotes + np.searchsorted(quotes, ends)) % 2 == 0
        line_ends.append(ends + size)
        record_ends.append(ends[outside] + size)
        open_quotes += len(quotes)
        windows_ends += chunk.count(_RETURN + _NEWLINE)
        size += len(chunk)
    if open_quotes % 2:
        raise DeliveryRefusedError(
            f"{path.name}: a quotation mark that opens is never closed, "
            "so this is not a readable CSV file. Export it again as CSV."
        )
    starts, ends, lines = _records(
        np.concatenate(record_ends or [np.empty(0, np.int64)]),
        np.concatenate(line_ends or [np.empty(0, np.int64)]),
        size,
    )
    filled = _not_blank(path, starts, ends)
    starts, ends, lines = starts[filled], ends[filled], lines[filled]
    header = _header(path)
    mixed = 0 < windows_ends < sum(map(len, line_ends))
    return CsvFile(path, digest.hexdigest(), header, starts[1:], ends[1:], lines[1:], mixed)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


class _Utf8:
    """Checks a file's chunks for UTF-8, and says on which line it is not."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._lines = 1

    def check(self, chunk: bytes) -> None:
        if b"\0" in chunk or chunk.startswith(b"PK\x03\x04"):
            raise DeliveryRefusedError(
                f"{self._path.name}: this is not a CSV file (it looks like a workbook or another "
                "binary file). Save it as “CSV UTF-8” and deliver that."
            )
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            line = self._lines + error.object[: error.start].count(_NEWLINE)
            raise DeliveryRefusedError(
                f"{self._path.name}: line {line} is not UTF-8 text. "
                "Save the file as “CSV UTF-8” and deliver that."
            ) from error
        self._lines += chunk.count(_NEWLINE)


def _records(
    record_ends: Positions, line_ends: Positions, size: int
) -> tuple[Positions, Positions, Positions]:
    """Start, end and line of each record, the header included."""
    if size and (not len(record_ends) or record_ends[-1] != size - 1):
        record_ends = np.append(record_ends, size)
    starts = np.concatenate([[0], record_ends[:-1] + 1]) if len(record_ends) else record_ends
    lines = 1 + np.searchsorted(line_ends, starts)
    return starts, record_ends, lines


def _not_blank(path: Path, starts: Positions, ends: Positions) -> npt.NDArray[np.bool_]:
    filled = ends > starts
    suspects = np.flatnonzero(ends - starts == 1)
    if len(suspects):
        content = np.memmap(path, dtype=np.uint8, mode="r")
        filled[suspects] = content[starts[suspects]] != _RETURN[0]
    return filled


def _header(path: Path) -> tuple[str, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next((row for row in csv.reader(file) if row), [])
    header = tuple(name.strip() for name in names)
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise DeliveryRefusedError(
            f"{path.name}: the column {repeated[0]} stands more than once in the header."
        )
    if not any(header):
        raise DeliveryRefusedError(f"{path.name}: the file is empty; a header line is needed.")
    return header
