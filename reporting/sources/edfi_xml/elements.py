"""The records of an interchange file, one after the other: memory does not grow with the file.

Expat tells each element as it passes. A DOCTYPE, without which there are no entity bombs and no
external entities, is refused where it begins.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date
from pathlib import Path
from xml.parsers import expat

from reporting.errors import DeliveryRefusedError

_ROOT = "Interchange"  # begins the name of every interchange's root element
_CHUNK = 1 << 20
_ENDED_EARLY = {
    expat.errors.codes[message]
    for message in (expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN)
}


class Record:
    """A child of the root, such as ``Student``.

    ``leaves``: (path below the record, text) in the order of the file; an attribute's path ends in
    ``@name``. Names are local ones: the namespace changes with every version of the standard.
    """

    def __init__(self, name: str, file: str, line: int) -> None:
        self.name, self.file, self.line = name, file, line
        self.leaves: list[tuple[str, str]] = []

    def texts(self, path: str) -> list[str]:
        """The texts of all elements with that path."""
        return [text for found, text in self.leaves if found == path]

    def text(self, path: str) -> str:
        """The text of the first element with that path; empty where there is none."""
        for found, text in self.leaves:
            if found == path:
                return text
        return ""

    def needed(self, path: str) -> str:
        """The text at a path; refused where there is none."""
        return self.text(path) or self.refuse(f"has no {path}")

    def code(self, path: str) -> str:
        """The code value of a descriptor: ``Tardy`` of ``uri://ed-fi.org/...Descriptor#Tardy``."""
        return code_value(self.text(path))

    def day(self, path: str) -> str:
        """A date without its time zone; refused where there is none in the calendar."""
        text = self.text(path)[:10]
        if text:
            try:
                date.fromisoformat(text)
            except ValueError:
                self.refuse(f"has {self.text(path)!r} as {path}, no date like 2021-10-05")
        return text

    def identity(self, path: str) -> str:
        """An XML id or a reference to one, which count within one file."""
        text = self.text(path)
        return f"{self.file}#{text}" if text else ""

    def refuse(self, words: str) -> str:
        """Raise DeliveryRefusedError: the record, where it stands, and what is wrong with it."""
        raise DeliveryRefusedError(f"{self.file}, line {self.line}: this {self.name} {words}.")


def code_value(descriptor: str) -> str:
    """What stands behind the namespace of a descriptor."""
    return descriptor.rpartition("#")[2]


def is_interchange_file(path: Path) -> bool:
    """Whether the root element is an interchange's. Reads no further than that."""
    return (_root_of(path) or "").startswith(_ROOT)


def records(
    path: Path, wanted: Collection[str], has_read: Callable[[int], None]
) -> Iterator[Record]:
    """All records; those without a wanted name have no leaves.

    ``has_read`` is told the number of bytes with every piece of the file. Raises
    DeliveryRefusedError where the file is no whole interchange.
    """
    parser = expat.ParserCreate()
    reader = _Reader(parser, path.name, wanted)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                yield from reader.take()
                has_read(len(chunk))
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _broken(path.name, error) from error


class _Reader:
    """Expat's handlers, and what they have gathered."""

    def __init__(self, parser: expat.XMLParserType, file: str, wanted: Collection[str]) -> None:
        self._parser, self._file, self._wanted = parser, file, wanted
        self._record: Record | None = None
        self._paths: list[str] = []  # from the root to where the parser stands
        self._pieces: list[str] = []
        self._is_leaf = False
        self._done: list[Record] = []
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._pieces.append

    def take(self) -> list[Record]:
        """The records completed since the last time."""
        done, self._done = self._done, []
        return done

    def _refuse_doctype(self, *_declaration: object) -> None:
        raise DeliveryRefusedError(
            f"{self._file}, line {self._parser.CurrentLineNumber}: the file declares a DOCTYPE, "
            "with which a file can pull in others or grow without bounds. An Ed-Fi file needs "
            "none: export it without."
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        depth = len(self._paths)
        path = f"{self._paths[-1]}/{name}" if depth > 2 else name if depth == 2 else ""
        self._paths.append(path)
        if depth == 0:
            self._check_root(name)
        elif depth == 1:
            self._start_record(name)
        if self._record is not None:
            self._is_leaf = depth > 1
            self._record.leaves += [(f"{path}@{key}", text) for key, text in attributes.items()]
        self._pieces.clear()

    def _start_record(self, name: str) -> None:
        record = Record(name, self._file, self._parser.CurrentLineNumber)
        if name in self._wanted:
            self._record = record
        else:
            self._done.append(record)

    def _check_root(self, name: str) -> None:
        if not name.startswith(_ROOT):
            raise DeliveryRefusedError(
                f"{self._file}, line {self._parser.CurrentLineNumber}: the root element is {name}, "
                "not that of an Ed-Fi interchange such as InterchangeStudent. Take the file out "
                "of the folder."
            )

    def _end(self, _name: str) -> None:
        path = self._paths.pop()
        if self._record is not None:
            if self._is_leaf:
                text = " ".join("".join(self._pieces).split())
                self._record.leaves.append((path, text))
            elif len(self._paths) == 1:
                self._done.append(self._record)
                self._record = None
        self._is_leaf = False
        self._pieces.clear()


def _root_of(path: Path) -> str | None:
    """The local name of the root element; None where the file is no XML or cannot be read."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: found.append(name)
    try:
        with path.open("rb") as file:
            while not found and (chunk := file.read(_CHUNK)):
                parser.Parse(chunk, False)
    except (expat.ExpatError, OSError):
        pass  # what comes after the root is not asked for here, and others say why they cannot
    return found[0].rpartition(":")[2] if found else None


def _broken(file: str, error: expat.ExpatError) -> DeliveryRefusedError:
    if error.code in _ENDED_EARLY:
        return DeliveryRefusedError(
            f"{file}, line {error.lineno}: the file ends in the middle. Export or copy it again."
        )
    return DeliveryRefusedError(
        f"{file}, line {error.lineno}: this is no well-formed XML "
        f"({expat.ErrorString(error.code)}). Export the file again."
    )
