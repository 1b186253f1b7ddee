"""A folder of Ed-Fi XML interchange files: enrolments, calendars and absences become days.

Source: Ed-Fi Data Standard, XML interchanges (https://docs.ed-fi.org), versions 3.1 to 5.2, which
write the elements read here in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from reporting.errors import DeliveryRefusedError
from reporting.progress import Progress
from reporting.sources.edfi_xml.days import counted, put_aside, write_files
from reporting.sources.edfi_xml.elements import Record, is_interchange_file, records
from reporting.sources.edfi_xml.remarks import obstacles, remarks, summary
from reporting.sources.edfi_xml.rows import TABLES


def is_interchange(folder: Path) -> bool:
    """Whether the folder holds files of an Ed-Fi XML interchange, whatever their names."""
    return any(is_interchange_file(path) for path in _files(folder))


def deliver(folder: Path, into: Path, attended: Mapping[str, str], progress: Progress) -> list[str]:
    """Write the contract's files but for the visits; remarks for the load report.

    ``attended``: what a mapping says of a local category of events, the share of the day attended.
    Every school day of an enrolment becomes a row of ``attendance_daily.csv``. Raises
    DeliveryRefusedError where a file is broken, and where enrolments, school days or anything
    else is missing without which no attendance can be told.
    """
    files = [
        path
        for path in _files(folder)
        if path.suffix.lower() == ".xml" or is_interchange_file(path)
    ]
    shares = {category: _share(category, text) for category, text in attended.items()}
    with TemporaryDirectory(dir=into) as aside:
        counts = put_aside(_records(files, progress), Path(aside))
        progress("Counting days enrolled and attended", 1)
        with counted(Path(aside), shares) as connection:
            missing = obstacles(connection, counts)
            if missing:
                raise DeliveryRefusedError(" ".join([*summary(connection), *missing]))
            write_files(connection, into)
            return remarks(connection, counts)


def _share(category: str, text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise DeliveryRefusedError(
            f"The mapping says “{text}” of the attendance category {category}: it can be a share "
            "of the day attended, from 0 to 1."
        )
    return share


def _files(folder: Path) -> list[Path]:
    # Other systems leave files of their own, such as ._Student.xml.
    visible = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(path for path in visible if path.is_file())


def _records(files: list[Path], progress: Progress) -> Iterator[Record]:
    size = sum(path.stat().st_size for path in files) or 1
    read = 0
    for path in files:

        def tell(count: int, name: str = path.name) -> None:
            nonlocal read
            read += count
            progress(f"Reading {name}", read / size)

        yield from records(path, TABLES.keys(), tell)
