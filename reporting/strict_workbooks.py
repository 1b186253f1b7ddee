"""Workbooks saved as “Strict Open XML Spreadsheet”: the same under names of other addresses.

Excel offers the kind beside its usual one, under the same ending. ISO/IEC 29500-4 gives the usual
addresses, ISO/IEC 29500-1 the strict ones; the reader of workbooks knows the usual ones alone.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import IO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

_BOOK = "xl/workbook.xml"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)/([A-Za-z]+)")
_SPELLED = {
    b"extendedProperties": b"extended-properties",
    b"customProperties": b"custom-properties",
}
# The addresses stand in the first element of a part; relationships have one each.
_HEAD = 2**16
_RELATIONSHIPS = ".rels"


def is_strict(path: Path) -> bool:
    """Is it a workbook of the strict kind? Raises BadZipFile where it is no workbook."""
    with ZipFile(path) as archive:
        if _BOOK not in archive.namelist():
            return False
        with archive.open(_BOOK) as part:
            return _STRICT.search(part.read(_HEAD)) is not None


def usual_names(path: Path) -> IO[bytes]:
    """A copy with the usual addresses, which is gone when it is closed."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 read by the caller
    with ZipFile(path) as archive, ZipFile(copy, "w", ZIP_STORED) as usual:
        for member in archive.infolist():
            if not member.is_dir():
                _copy(archive, member, usual)
    copy.seek(0)
    return copy


def _copy(archive: ZipFile, member: ZipInfo, usual: ZipFile) -> None:
    is_list = member.filename.endswith(_RELATIONSHIPS)
    with archive.open(member) as part, usual.open(member.filename, "w", force_zip64=True) as target:
        target.write(_STRICT.sub(_usual, part.read(-1 if is_list else _HEAD)))
        shutil.copyfileobj(part, target)


def _usual(strict: re.Match[bytes]) -> bytes:
    group, name = strict[1], _SPELLED.get(strict[2], strict[2])
    return b"http://schemas.openxmlformats.org/%s/2006/%s" % (group, name)
