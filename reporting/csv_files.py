"""CSV files as they come: is it text, is it CSV, and on which line does each record start?

The engine that parses millions of records does not say where a record stood in the file,
so the line of every record is found here, from the positions of line ends and quotes.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from reporting.dressing import Habit, Kind, traced, undressed
from reporting.errors import DeliveryRefusedError

_CHUNK_BYTES = _LONGEST_LINE = 1 << 25

# A workbook's own; and far more columns than a register with one for every school day.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 500
LONGEST_NAME = 1_000

# Of one row, those within quotation marks included. Of a row with too many fields the engine writes
# down each that is one too many, and the whole row with it.
_MOST_COMMAS = 1_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEWLINE, _RETURN, _QUOTE, _COMMA = b'\n\r",'

# What may stand before a mark that opens a field, and after one that closes it.
_EDGES = np.isin(np.arange(256), (_NEWLINE, _RETURN, _QUOTE, _COMMA))

# A field that is a formula with a text in it: marks within an unquoted field, and no fault.
_FORMULA = re.compile(rb"(?:(?<=[\n,])|^)'?=\"[^\",\r\n]*\" *(?=[,\r\n]|$)")

# A number, a day or a time of day.
_VALUE = re.compile(r"[\d.,:/\- %]*\d[\d.,:/\- %]*([ T]\d.*)?")

Positions = npt.NDArray[np.int64]


def holds_values(line: Sequence[str]) -> bool:
    """Do values stand in a line, which names of columns hardly look like?"""
    return any(_VALUE.fullmatch(cell) for cell in line if cell)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file found readable.

    ``name``: what the delivered file is called. ``starts`` and ``ends`` are byte positions of each
    record after the header; ``lines`` the line each starts on (the file's first is line 1). A blank
    line is no record, except where records have one field. ``mixed_line_ends``: some lines end as
    on Windows and some do not. ``habits``: how values in it may be dressed; ``has_clocks``: there
    may be times of day.
    """

    path: Path
    name: str
    sha256: str
    header: tuple[str, ...]
    header_line: int
    starts: Positions
    ends: Positions
    lines: Positions
    mixed_line_ends: bool
    habits: frozenset[Habit] = frozenset()
    has_clocks: bool = False

    def texts(self, records: Iterable[int]) -> list[str]:
        """The text of some records, 0 being the first after the header."""
        texts = []
        with self.path.open("rb") as file:
            for record in records:
                file.seek(int(self.starts[record]))
                text = file.read(int(self.ends[record] - self.starts[record]))
                texts.append(text.decode().rstrip("\r\n"))
        return texts


def inspect(path: Path) -> CsvFile:
    """Read a file once and find its header and records.

    Raises DeliveryRefusedError where the file cannot be read, is no UTF-8 text or no CSV.
    """
    digest = hashlib.sha256()
    line_ends, record_ends = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    size = lines = windows_ends = first = 0
    is_quoted = has_clocks = False
    habits: set[Habit] = set()
    for content in whole_lines(path):
        digest.update(content)
        if not size and content.startswith(_BYTE_ORDER_MARK):
            first = len(_BYTE_ORDER_MARK)
            content = content.replace(_BYTE_ORDER_MARK, b" " * first, 1)
        chunk = _Chunk(content, is_quoted)
        chunk.check(path, lines)
        line_ends.append(chunk.line_ends + size)
        record_ends.append(chunk.record_ends + size)
        size += len(content)
        lines += len(chunk.line_ends)
        windows_ends += content.count(b"\r\n")
        habits |= traced(content)
        has_clocks = has_clocks or b":" in content
        is_quoted = chunk.ends_quoted
    if is_quoted:
        raise DeliveryRefusedError(
            f"{path.name}: a quotation mark that opens is never closed, "
            "so this is not a readable CSV file. Export it again as CSV."
        )
    starts, ends, numbers = _records(
        first, np.concatenate(record_ends), np.concatenate(line_ends), size
    )
    filled = np.flatnonzero(_not_blank(path, starts, ends))
    if not len(filled):
        raise DeliveryRefusedError(f"{path.name}: the file is empty; a header line is needed.")
    header = _header(path, starts[filled[0]], ends[filled[0]])
    rows = filled[1:] if len(header) > 1 else np.arange(filled[0] + 1, len(starts))
    return CsvFile(
        path,
        path.name,
        digest.hexdigest(),
        header,
        int(numbers[filled[0]]),
        starts[rows],
        ends[rows],
        numbers[rows],
        mixed_line_ends=0 < windows_ends < lines,
        habits=frozenset(habits),
        has_clocks=has_clocks,
    )


def whole_lines(path: Path) -> Iterator[bytes]:
    """The content of a file in large pieces, each of whole lines."""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                rest = file.readline(_LONGEST_LINE)
                if len(rest) == _LONGEST_LINE:
                    raise DeliveryRefusedError(
                        f"{path.name}: a line is longer than {_LONGEST_LINE:,} characters, "
                        "so this is not a readable CSV file. Export it again as CSV."
                    )
                yield chunk + rest
    except OSError as error:
        raise DeliveryRefusedError(f"{path.name} cannot be read: {error.strerror}.") from error


class _Chunk:
    """Whole lines of a file; ``is_quoted`` where a quotation mark before them is still open."""

    def __init__(self, content: bytes, is_quoted: bool) -> None:
        self._content = content
        self._bytes = np.frombuffer(content, dtype=np.uint8)
        self._is_quoted = is_quoted
        self._quotes = np.flatnonzero(self._bytes == _QUOTE)
        self.line_ends = np.flatnonzero(self._bytes == _NEWLINE)
        self.record_ends = self.line_ends[~self._within_quotes(self.line_ends)]
        self.ends_quoted = bool((is_quoted + len(self._quotes)) % 2)

    def _within_quotes(self, positions: Positions) -> npt.NDArray[np.bool_]:
        return (self._is_quoted + np.searchsorted(self._quotes, positions)) % 2 == 1

    def check(self, path: Path, lines_before: int) -> None:
        """Raise DeliveryRefusedError for what keeps the lines from being read, naming the line."""
        if b"\0" in self._content or self._content.startswith(b"PK\x03\x04"):
            raise DeliveryRefusedError(
                f"{path.name}: this is not a CSV file (it looks like a workbook or another "
                "binary file). Save it as “CSV UTF-8” and deliver that."
            )
        for position, words in (
            (self._not_utf8(), "is not UTF-8 text. Save the file as “CSV UTF-8” and deliver that."),
            (
                self._lone_return(),
                "holds a carriage return without a line feed, as old Macintoshes end lines. "
                "Save the file as “CSV UTF-8” and deliver that.",
            ),
            (
                self._stray_quote(),
                "has quotation marks that do not match, so it cannot be said where one row ends. "
                "Export the file again as CSV, with quotation marks within a field doubled.",
            ),
            (
                self._crowded(),
                f"has more than {_MOST_COMMAS:,} commas, and no row has so many fields. Export the "
                "file again as CSV, with the columns that are needed alone.",
            ),
        ):
            if position is not None:
                line = 1 + lines_before + np.searchsorted(self.line_ends, position)
                raise DeliveryRefusedError(f"{path.name}: line {line} {words}")

    def _not_utf8(self) -> int | None:
        try:
            self._content.decode()
        except UnicodeDecodeError as error:
            return error.start
        return None

    def _lone_return(self) -> int | None:
        """A carriage return outside quotation marks that no line feed follows."""
        returns = np.flatnonzero(self._bytes == _RETURN)
        lone = returns[(self._beside(returns, 1) != _NEWLINE) & ~self._within_quotes(returns)]
        return int(lone[0]) if len(lone) else None

    def _stray_quote(self) -> int | None:
        """A quotation mark that neither begins nor ends a field, nor is one of a pair in it."""
        opens = (np.arange(len(self._quotes)) + self._is_quoted) % 2 == 0
        beside = self._beside(self._quotes, np.where(opens, -1, 1))
        suspects = ~_EDGES[beside]
        for position, is_first in zip(self._quotes[suspects], opens[suspects], strict=True):
            if not (
                self._only_spaces_beside(int(position), is_first)
                or (is_first and self._opens_formula(int(position)))
            ):
                return int(position)
        return None

    def _crowded(self) -> int | None:
        """The end of a record with more commas than any has."""
        ends = np.append(self.record_ends, len(self._bytes))
        commas = np.flatnonzero(self._bytes == _COMMA)
        crowded = np.diff(np.searchsorted(commas, ends), prepend=0) > _MOST_COMMAS
        return int(ends[crowded][0]) if crowded.any() else None

    def _opens_formula(self, position: int) -> bool:
        """Is it the first mark of a field ``="0012"``, as Excel is made to keep zeros?"""
        start = (
            position - 2
            if self._content[max(0, position - 2) : position] == b"'="
            else position - 1
        )
        return start >= 0 and _FORMULA.match(self._content, start) is not None

    def _only_spaces_beside(self, position: int, is_first: bool) -> bool:
        """Are there only spaces between a field's first or last mark and the field's edge?"""
        if is_first:
            line_start = self._content.rfind(b"\n", 0, position) + 1
            return self._content[line_start:position].rstrip(b" ")[-1:] in (b"", b",")
        line_end = self._content.find(b"\n", position)
        rest = self._content[position + 1 : line_end if line_end >= 0 else None]
        return rest.lstrip(b" ")[:1] in (b"", b",", b"\r")

    def _beside(self, positions: Positions, step: int | Positions) -> npt.NDArray[np.uint8]:
        """The bytes next to some; at the edge of the chunk, which is a line's, those themselves."""
        return self._bytes[np.clip(positions + step, 0, len(self._bytes) - 1)]


def _records(
    first: int, record_ends: Positions, line_ends: Positions, size: int
) -> tuple[Positions, Positions, Positions]:
    """Start, end and line of each record, the header included; the first starts at ``first``."""
    if size and (not len(record_ends) or record_ends[-1] != size - 1):
        record_ends = np.append(record_ends, size)
    starts = np.concatenate([[first], record_ends[:-1] + 1]) if len(record_ends) else record_ends
    lines = 1 + np.searchsorted(line_ends, starts)
    return starts, record_ends, lines


def _not_blank(path: Path, starts: Positions, ends: Positions) -> npt.NDArray[np.bool_]:
    filled = ends > starts
    suspects = np.flatnonzero(ends - starts == 1)
    if len(suspects):
        content = np.memmap(path, dtype=np.uint8, mode="r")
        filled[suspects] = content[starts[suspects]] != _RETURN
    return filled


def _header(path: Path, start: int, end: int) -> tuple[str, ...]:
    with path.open("rb") as file:
        file.seek(start)
        text = file.read(end - start).decode()
    try:
        [names] = csv.reader([text], skipinitialspace=True)
    except csv.Error as error:
        raise DeliveryRefusedError(
            f"{path.name}: the header cannot be read ({error}). Export the file again as CSV."
        ) from error
    check_names(path.name, names)
    header = tuple(distinct_names(undressed(name.strip(), Kind.TEXT) for name in names))
    if not any(header):
        raise DeliveryRefusedError(f"{path.name}: the file is empty; a header line is needed.")
    return header


def check_names(file: str, names: Sequence[str]) -> None:
    """Raise DeliveryRefusedError for more or longer names of columns than any export has."""
    if len(names) > MOST_COLUMNS:
        raise DeliveryRefusedError(
            f"{file} has {len(names):,} columns; a delivery’s file has at most {MOST_COLUMNS}. "
            "Export the columns that are needed alone."
        )
    if max(map(len, names), default=0) > LONGEST_NAME:
        raise DeliveryRefusedError(
            f"{file}: the name of a column is longer than {LONGEST_NAME:,} characters. Is the "
            "first line a line of names? Export the file again with one."
        )


def distinct_names(names: Iterable[str]) -> list[str]:
    """Names of columns; one that comes again has its number after it: Date, Date (2)."""
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(f"{name} ({seen[name]})" if name and seen[name] > 1 else name)
    return distinct
