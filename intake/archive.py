"""A delivery that came as a zip file: looked at before it is unpacked, and measured while it is.

What a zip file says of itself may be wrong: names that lead elsewhere, sizes that are lies. So only
plain files are taken that have the endings of a delivery or that its mapping names, each is written
under its own name into one folder, and what is written is counted.
"""

from __future__ import annotations

import errno
import os
import stat
import struct
import tomllib
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

MEGABYTE = 2**20

MAPPING_ENDING = ".toml"
ENDINGS = (".csv", ".xlsx", ".xml", MAPPING_ENDING)

# A folder of invented students holds a file of this name; the loader asks for it.
DEMONSTRATION_MARKER = "DEMONSTRATION"
# What the loader writes into the folder: an earlier load's is no part of a delivery.
REJECTED_FILE, DOUBTS_FILE = "rejected.csv", "doubts.csv"
# What systems put into a zip file by themselves.
_LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LITTER_FOLDER = "__MACOSX"

_LONGEST_NAME = 120
_SEARCHED_FOR = frozenset("*?[]{}")  # a name is never a pattern of names
_ENCRYPTED = 0x1
_PLAIN_KINDS = (0, stat.S_IFREG)  # 0: the zip file says nothing of it

# The list of contents ends a zip file, and is read into memory as a whole.
_LARGEST_CONTENTS = _LARGEST_MAPPING = MEGABYTE
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\5\6", 22, 2**16
_END_OF_HUGE, _END_OF_HUGE_SIZE = b"PK\6\7", 20

_UNREADABLE = (
    BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)


class ArchiveRefusedError(Exception):
    """A zip file that is not unpacked; the message says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """The most that an upload may be: bytes of the zip file, of all it unpacks to, and files."""

    zipped: int = 200 * MEGABYTE
    unpacked: int = 2_000 * MEGABYTE
    files: int = 100


def unpack(
    archive: Path, into: Path, limits: Limits, also: Collection[str] = frozenset()
) -> list[str]:
    """Unpack the files of a delivery into the empty folder ``into``; gives their names.

    What its mapping names is part of it, whatever its ending; without a mapping, so is ``also``.
    Raises ArchiveRefusedError; what was written by then stays for the caller to remove.
    """
    try:
        _check_contents_size(archive)
        with ZipFile(archive) as opened:
            named = _named_by_mapping(opened)
            members = _delivered(opened.infolist(), limits, also if named is None else named)
            written = 0
            for member in members:
                written += _write(opened, member, into, limits.unpacked - written)
                if written > limits.unpacked:
                    raise ArchiveRefusedError(_too_large(limits))
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise  # the disk's fault; it says so of a place before the beginning of the file
        raise ArchiveRefusedError(
            "This is not a zip file that can be read: it may be damaged, or something else under "
            "the name of one. Make it again and upload that."
        ) from error
    names = [_name(member) for member in members]
    for name in names:
        if name.lower().endswith(MAPPING_ENDING):
            _check_mapping(into / name)
    return names


def _check_contents_size(archive: Path) -> None:
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _END_OF_HUGE_SIZE))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise BadZipFile
    contents = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_huge = tail[max(0, at - _END_OF_HUGE_SIZE) :].startswith(_END_OF_HUGE)
    if contents > _LARGEST_CONTENTS or is_huge:
        raise ArchiveRefusedError(
            "The zip file lists far more than a delivery holds. Zip the delivery’s folder alone."
        )


def _named_by_mapping(opened: ZipFile) -> set[str] | None:
    """The names of files that the zip file's mapping reads; None where it holds none.

    The mapping itself is checked like every other file, afterwards.
    """
    mappings = [
        member
        for member in opened.infolist()
        if _name(member).lower().endswith(MAPPING_ENDING) and not _is_litter(member)
    ]
    if not mappings:
        return None
    try:
        with opened.open(mappings[0]) as content:
            return files_named(content.read(_LARGEST_MAPPING))
    except _UNREADABLE:
        return set()


def files_named(mapping: bytes) -> set[str]:
    """The names of files that a mapping reads; none where it is no mapping."""
    try:
        content = tomllib.loads(mapping.decode())
    except (ValueError, RecursionError):
        return set()  # the loader says what is wrong with it
    tables = [entries for entries in content.values() if isinstance(entries, dict)]
    return {name for entries in tables if isinstance(name := entries.get("file"), str)}


def _delivered(members: Sequence[ZipInfo], limits: Limits, named: Collection[str]) -> list[ZipInfo]:
    """The members to unpack, in their order; raises ArchiveRefusedError for what is no delivery."""
    wanted = {name.lower() for name in named}
    files = [member for member in members if not member.is_dir() and not _is_litter(member)]
    for member in files:
        if fault := _fault(member, is_named=_name(member).lower() in wanted):
            raise ArchiveRefusedError(f"“{_told(member)}” {fault}")
    _check_together(files, limits)
    return [member for member in files if _name(member).lower() not in (REJECTED_FILE, DOUBTS_FILE)]


def _fault(member: ZipInfo, *, is_named: bool) -> str | None:
    """Why a file cannot be taken; None where it can."""
    name = member.orig_filename  # as it stands there, not as Python mended it
    parts = name.split("/")
    if not name.isprintable() or "\\" in name or ":" in name or {"", ".", ".."} & set(parts):
        return "has a path that leads elsewhere. Zip the delivery’s folder anew."
    if len(parts) > 2:
        return "lies in a folder within a folder. Zip the folder that holds the files."
    if stat.S_IFMT(member.external_attr >> 16) not in _PLAIN_KINDS:
        return "is a link or something else that is no plain file. Put the file itself there."
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted. Zip the folder without a password: the connection is encrypted."
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is packed in an unusual way. Zip the folder with what your system has for it."
    if len(parts[-1]) > _LONGEST_NAME or _SEARCHED_FOR & set(parts[-1]):
        return f"has a name that cannot be taken: at most {_LONGEST_NAME} signs, none of *?[]{{}}."
    ending = PurePosixPath(name).suffix.lower()
    if ending not in ENDINGS and parts[-1] != DEMONSTRATION_MARKER and not is_named:
        return (
            f"is no part of a delivery, which holds {', '.join(ENDINGS)} files and what its "
            "mapping names. Leave it out, or name it there."
        )
    return None


def _check_together(files: Sequence[ZipInfo], limits: Limits) -> None:
    names = Counter(_name(member).lower() for member in files)
    twice = [name for name, number in names.items() if number > 1]
    mappings = [name for name in names if name.endswith(MAPPING_ENDING)]
    size = sum(member.file_size for member in files)
    words = None
    if not files:
        words = f"The zip file holds no {', '.join(ENDINGS)} file: there is nothing to load."
    elif len(files) > limits.files:
        words = f"The zip file holds {len(files):,} files; a delivery has at most {limits.files:,}."
    elif twice:
        words = f"“{twice[0]}” is there more than once. Which one counts? Leave the others out."
    elif len({PurePosixPath(member.filename).parent for member in files}) > 1:
        words = "The files lie in several folders. A delivery is one folder: zip that."
    elif mappings[1:]:
        words = f"There are several mappings: {', '.join(mappings)}. A delivery is read by one."
    elif size > limits.unpacked:
        words = _too_large(limits)
    if words is not None:
        raise ArchiveRefusedError(words)


def _write(opened: ZipFile, member: ZipInfo, into: Path, most: int) -> int:
    """Unpack one file, and stop where it is larger than ``most``; gives its bytes as found."""
    found = 0
    descriptor = os.open(into / _name(member), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file, opened.open(member) as content:
        while found <= most and (chunk := content.read(MEGABYTE)):
            found += len(chunk)
            file.write(chunk[: max(0, most - found + len(chunk))])
    return found


def _check_mapping(file: Path) -> None:
    """A mapping names files of its own folder, and the loader opens what it names."""
    if file.stat().st_size > _LARGEST_MAPPING:
        raise ArchiveRefusedError(f"“{file.name}” is too large for a mapping.")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return  # the loader says what is wrong with it
    for entries in content.values():
        named = entries.get("file", "") if isinstance(entries, dict) else ""
        if not isinstance(named, str) or set("/\\\0") & set(named) or named in (".", ".."):
            raise ArchiveRefusedError(
                f"“{file.name}” names a file outside its own folder: {named!r:.80}. A mapping "
                "names the files of its delivery."
            )


def _name(member: ZipInfo) -> str:
    return PurePosixPath(member.filename).name


def _is_litter(member: ZipInfo) -> bool:
    name = _name(member).lower()
    folder = PurePosixPath(member.filename).parts[:1]
    return name in _LITTER or name.startswith("._") or folder == (_LITTER_FOLDER,)


def _told(member: ZipInfo) -> str:
    name = "".join(sign if sign.isprintable() else "?" for sign in member.orig_filename)
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def _too_large(limits: Limits) -> str:
    return (
        f"The files unpack to more than {limits.unpacked // MEGABYTE:,} MB. Deliver fewer months "
        "at a time, or have it loaded on the server."
    )
