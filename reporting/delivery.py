"""What a delivery consists of: files as delivered, and files made of other sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from reporting.contract import (
    ATTENDANCE_DAILY,
    ATTENDANCE_FILES,
    INPUT_FILES,
    PUBLIC_RATES,
    REQUIRED_FILES,
    InputFile,
)
from reporting.csv_files import CsvFile
from reporting.errors import DeliveryRefusedError
from reporting.forms import WORKBOOK, read_delivered
from reporting.mapping import FileMapping
from reporting.progress import Progress
from reporting.sources import connecticut_public, edfi_xml, middle_tier

# What the loader itself writes into the folder of a delivery.
REJECTED_FILE, DOUBTS_FILE = "rejected.csv", "doubts.csv"


@dataclass(frozen=True)
class Source:
    """Where a delivery comes from: a folder, and a database if its views are to be read.

    ``marks``: view -> how far an earlier load has read it.
    """

    folder: Path
    database: sa.URL | None = None
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivered:
    """Input files found readable, with their mappings; remarks; how far a database was read.

    ``read_on``: files that hold what is new in a database, and of no month all of it.
    """

    files: dict[InputFile, tuple[CsvFile, FileMapping]]
    remarks: list[str]
    marks: dict[str, str]
    read_on: frozenset[InputFile] = frozenset()


def take_delivery(
    source: Source, mapping: Mapping[str, FileMapping], made: Path, progress: Progress
) -> Delivered:
    """Find the files of a delivery; what is not in the contract's form is made so, in ``made``.

    Raises DeliveryRefusedError where a file is missing or cannot be read.
    """
    if not source.folder.is_dir():
        raise DeliveryRefusedError(f"There is no folder {source.folder}.")
    _check_links(source.folder)
    remarks, marks = _make_files(source, mapping, made, progress)
    paths = {file: _path(source.folder, mapping[file.name].file) for file in INPUT_FILES}
    sources = {
        file: (paths[file], mapping[file.name])
        if paths[file].is_file()
        else (made / file.file_name, _of_made(file, mapping[file.name]))
        for file in INPUT_FILES
    }
    found = {file: source for file, source in sources.items() if source[0].is_file()}
    _check_complete(source.folder, mapping, found)
    files: dict[InputFile, tuple[CsvFile, FileMapping]] = {}
    for file, (path, rules) in found.items():
        progress(f"Looking through {path.name}", 1)
        csv_file, said = read_delivered(path, rules.form, made / f"{file.name}.delivered")
        if any(csv_file.name == other.name for other, _rules in files.values()):
            csv_file = replace(csv_file, name=f"{csv_file.name} as {file.name}")
        files[file] = (csv_file, rules)
        remarks += said
    is_read_on = source.database is not None
    read_on = {file for file, (path, _rules) in found.items() if is_read_on and path.parent == made}
    return Delivered(files, remarks, marks, frozenset(read_on))


def _check_links(folder: Path) -> None:
    """See that nothing in a delivery is read from elsewhere: the loader may read more than others.

    Nor from a pipe or a device, which may have no end. What the loader writes takes the place of a
    link.
    """
    for path in sorted(folder.iterdir()):
        is_ours = path.name in (REJECTED_FILE, DOUBTS_FILE)
        if not is_ours and not path.resolve().is_relative_to(folder.resolve()):
            raise DeliveryRefusedError(
                f"{path.name} is a link that leads out of {folder}. Put the file itself there."
            )
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DeliveryRefusedError(
                f"{path.name} in {folder} is no file. Put the files of the delivery there alone."
            )


def _of_made(file: InputFile, rules: FileMapping) -> FileMapping:
    """Of the mapping, what counts for a file made of another source, too."""
    return FileMapping(
        file.file_name,
        values=rules.values,
        withdrawn=rules.withdrawn,
        same_number=rules.same_number,
    )


def _make_files(
    source: Source, mapping: Mapping[str, FileMapping], made: Path, progress: Progress
) -> tuple[list[str], dict[str, str]]:
    remarks: list[str] = []
    marks: dict[str, str] = {}
    if source.database is not None:
        reading = middle_tier.deliver(source.database, made, source.marks, progress)
        remarks += reading.remarks
        marks = reading.marks
    if edfi_xml.is_interchange(source.folder):
        attended = mapping[ATTENDANCE_DAILY.name].values.get("attended", {})
        remarks += edfi_xml.deliver(source.folder, made, attended, progress)
    for path in _public_files(source.folder, mapping):
        remarks += connecticut_public.deliver(path, made)
    return remarks, marks


def _public_files(folder: Path, mapping: Mapping[str, FileMapping]) -> list[Path]:
    ours = {rules.file for rules in mapping.values()} | {REJECTED_FILE, DOUBTS_FILE}
    named = {name.lower() for name in ours}
    others = (
        path
        for path in sorted(folder.glob("*.csv"))
        if path.name.lower() not in named and path.is_file()
    )
    found = [path for path in others if connecticut_public.is_public_file(path)]
    if found[1:]:
        raise DeliveryRefusedError(
            f"{folder} holds several of the state's public files: "
            f"{', '.join(path.name for path in found)}. Load one at a time, the older first."
        )
    return found


def _path(folder: Path, name: str) -> Path:
    """The file of that name; where it is not there, a workbook of the same name may be.

    Capital letters do not matter. Raises DeliveryRefusedError where two files differ by them alone.
    """
    path = folder / name
    for wanted in (path, path.with_suffix(WORKBOOK)):
        found = [file for file in folder.iterdir() if file.name.lower() == wanted.name.lower()]
        if found[1:]:
            raise DeliveryRefusedError(
                f"{folder} holds {' and '.join(sorted(file.name for file in found))}, which differ "
                "by capital letters alone. Which one counts? Take the other out."
            )
        if found:
            return found[0]
    return path


def _check_complete(
    folder: Path, mapping: Mapping[str, FileMapping], found: Mapping[InputFile, object]
) -> None:
    if set(found) == {PUBLIC_RATES}:
        return
    missing = [mapping[file.name].file for file in REQUIRED_FILES if file not in found]
    if not any(file in found for file in ATTENDANCE_FILES):
        missing.append(" or ".join(mapping[file.name].file for file in ATTENDANCE_FILES))
    if missing:
        raise DeliveryRefusedError(
            f"{folder} has no {', no '.join(missing)}. A delivery holds all its files; "
            "one with nothing new may hold its header line alone."
        )
