"""Mapping files: how a local export's files, columns and values become the contract's.

A mapping is a TOML file with a table for each input file it changes; what it does not
name is taken as it is. docs/mappings.md describes it with examples.
"""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from reporting.across import Across, read_across
from reporting.contract import (
    ABSENCES,
    ATTENDANCE,
    DAILY_FILES,
    ENROLLMENTS,
    INPUT_FILES,
    STUDENTS,
    VISITS,
    InputFile,
)
from reporting.csv_files import MOST_ROWS
from reporting.dressing import Kind, undressed
from reporting.errors import MappingError
from reporting.moments import OFFSET_FORMATS

SHIPPED = Path(__file__).parent / "formats"

# A file is taken as another form only where a mapping says so.
_FORM_ENTRIES = {
    "sheet": str,
    "header_line": int,
    "header_rows": int,
    "encoding": str,
    "delimiter": str,
    "quote": str,
    "escape": str,
}

# Of tables and lists within an entry, as in values: our column -> {local spelling: ours}.
_DEEPEST_ENTRY = 2
_MOST_NAME_ROWS = 20

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_ENTRIES = {
    "file": str,
    "columns": dict,
    "always": dict,
    "values": dict,
    "dates": dict,
    "complete": list,
    "missing": list,
    "split": list,
    "leave_out": dict,
    "across": dict,
    "duplicates": list,
    "distinct": list,
    "time_zone": str,
    "withdrawn": str,
    "same_number": str,
    "school_days": str,
    **_FORM_ENTRIES,
}
_OF_VISITS_ALONE = ("split", "duplicates", "distinct")

# Entries with few answers, and the files they are asked of.
REMOVE, KEEP, REJECT = "remove", "keep", "reject"
# What takes the place of a calendar: the days on which anybody of a school was absent.
DAYS_WITH_AN_ABSENCE = "days with an absence"
_ANSWERS = {
    "withdrawn": (REMOVE, KEEP),
    "same_number": (REJECT,),
    "school_days": (DAYS_WITH_AN_ABSENCE,),
}
_ASKED_OF = {
    "withdrawn": (ENROLLMENTS, ATTENDANCE, *DAILY_FILES, VISITS),
    "same_number": (STUDENTS,),
    "school_days": (ABSENCES,),
}


@dataclass(frozen=True)
class Form:
    """How a local file is written down; the defaults are the contract's own form.

    ``header_line``: line of the column names, from 1; None: the first that is not blank.
    ``header_rows``: lines that the names take. ``escape``: what marks a quotation mark within a
    field; None: it is doubled. ``across``: columns that are about a day or a month each.
    """

    sheet: str | None = None
    header_line: int | None = None
    header_rows: int = 1
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    escape: str | None = None
    across: Across | None = None


@dataclass(frozen=True)
class FileMapping:
    """How one local file becomes an input file.

    ``columns``: our column -> local column, or a template such as ``{Year}-{Month}``.
    ``always``: our column -> what every row has there, where no local column says it.
    ``values``: our column -> {local spelling: our value}. ``dates``: our column -> formats.
    ``complete``: code columns that hold only the first characters of the declared code.
    ``time_zone``: where moments that the file has in UTC were, such as America/New_York.
    ``missing``: texts that stand for nothing. ``leave_out``: local column -> texts of rows that
    are no records. Of visits: ``split``, what separates several students named in one row;
    ``duplicates`` and ``distinct``, numbers of visits that somebody decided about. ``withdrawn``:
    REMOVE or KEEP what the database holds of a month that a delivery states again without it;
    None: nobody has decided. ``same_number``: REJECT a student whose number is another child's. Of
    absences: ``school_days``, DAYS_WITH_AN_ABSENCE where there is no calendar.
    """

    file: str
    form: Form = Form()
    columns: dict[str, str] = field(default_factory=dict)
    always: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)
    complete: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    leave_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    time_zone: str | None = None
    withdrawn: str | None = None
    same_number: str | None = None
    school_days: str | None = None

    def parts(self, column: str) -> list[tuple[str, bool]]:
        """The source of a column in order: (local column, True) or (literal text, False)."""
        if column in self.always:
            return [(self.always[column], False)]
        source = self.columns.get(column, column)
        if not _PLACEHOLDER.search(source):
            return [(source, True)]
        pieces = _PLACEHOLDER.split(source)
        return [(text, index % 2 == 1) for index, text in enumerate(pieces) if text]


Mapping = dict[str, FileMapping]


def read_mapping(source: str | None) -> Mapping:
    """Input file name -> its mapping, from a TOML file or the name of a shipped mapping.

    Raises MappingError where there is no such file or an entry is not understood.
    """
    if source is None:
        return {file.name: FileMapping(file.file_name) for file in INPUT_FILES}
    path = _find(source)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # TOML's faults, the encoding's, and numbers of thousands of digits
        raise MappingError(f"{path.name}: this is not a TOML file: {error}") from error
    except RecursionError as error:
        raise MappingError(
            f"{path.name}: its brackets lie too deep in each other. A mapping needs three at most."
        ) from error
    content.pop("name", None)
    of_all = {"withdrawn": content.pop("withdrawn")} if "withdrawn" in content else {}
    mapping = {
        file.name: _file_mapping(path.name, file, of_all if file in _ASKED_OF["withdrawn"] else {})
        for file in INPUT_FILES
    }
    for name, entries in content.items():
        input_file = next((file for file in INPUT_FILES if file.name == name), None)
        if input_file is None or not isinstance(entries, dict):
            known = ", ".join(file.name for file in INPUT_FILES)
            raise MappingError(f"{path.name}: [{name}] is not an input file. Known: {known}")
        asked = of_all if input_file in _ASKED_OF["withdrawn"] else {}
        mapping[name] = _file_mapping(path.name, input_file, asked | entries)
    return mapping


def _find(source: str) -> Path:
    candidates = (Path(source), SHIPPED / f"{source}.toml")
    for path in candidates:
        if path.is_file():
            return path
    shipped = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.toml")))
    raise MappingError(f"There is no mapping file {source}. Mappings that ship: {shipped}")


def _file_mapping(path: str, input_file: InputFile, entries: dict[str, Any]) -> FileMapping:
    for entry, value in entries.items():
        if entry not in _ENTRIES or not isinstance(value, _ENTRIES[entry]):
            raise MappingError(
                f"{path}: [{input_file.name}] has an entry “{entry}” that is not understood. "
                f"Known: {', '.join(_ENTRIES)}"
            )
        if _is_deeper(value, _DEEPEST_ENTRY):
            raise MappingError(
                f"{path}: [{input_file.name}] {entry} holds tables or lists within each other, "
                "where texts are expected"
            )
    name = entries.get("file", input_file.file_name)
    if name in ("", "..") or Path(name).name != name:
        raise MappingError(
            f"{path}: [{input_file.name}] file is “{name}”: it has to be the name of a "
            "file in the delivery folder"
        )
    names = {column.name for column in input_file.columns}
    for entry in ("columns", "always", "values", "dates", "complete"):
        for column in entries.get(entry, ()):
            if column not in names:
                raise MappingError(
                    f"{path}: [{input_file.name}] {entry} names “{column}”, which is not a column "
                    f"of {input_file.file_name}. Columns: {', '.join(sorted(names))}"
                )
    for entry in _ANSWERS:
        _check_answer(path, input_file, entry, entries)
    for entry in _OF_VISITS_ALONE:
        if entry in entries and input_file is not VISITS:
            raise MappingError(f"{path}: [{input_file.name}] {entry} is an entry of [visits] alone")
    dates = _texts_by_column(entries, "dates")
    for column, patterns in dates.items():
        for pattern in patterns:
            _check_date(path, input_file, column, pattern)
    for column, spellings in entries.get("values", {}).items():
        _check_values(path, input_file, column, spellings)
    return FileMapping(
        file=entries.get("file", input_file.file_name),
        form=_form(path, input_file, entries),
        columns={column: _name(local) for column, local in entries.get("columns", {}).items()},
        always={column: str(text) for column, text in entries.get("always", {}).items()},
        values={
            column: {str(local): str(ours) for local, ours in spellings.items()}
            for column, spellings in entries.get("values", {}).items()
        },
        dates=dates,
        leave_out={
            _name(local): texts for local, texts in _texts_by_column(entries, "leave_out").items()
        },
        time_zone=_time_zone(path, input_file, entries.get("time_zone")),
        withdrawn=entries.get("withdrawn"),
        same_number=entries.get("same_number"),
        school_days=entries.get("school_days"),
        **{
            entry: tuple(map(str, entries.get(entry, ())))
            for entry in ("complete", "missing", "split")
        },
        **{
            entry: tuple(undressed(str(number)) for number in entries.get(entry, ()))
            for entry in ("duplicates", "distinct")
        },
    )


def _name(local: object) -> str:
    """A column's name, or a template of names, as a file's header is read."""
    return undressed(str(local), Kind.TEXT)


def _time_zone(path: str, input_file: InputFile, name: str | None) -> str | None:
    if name is None:
        return None
    try:
        with duckdb.connect() as engine:
            engine.execute("SELECT timezone(?, now())", [name])
    except duckdb.Error as error:
        raise MappingError(
            f"{path}: [{input_file.name}] time_zone “{name}” is not known. One is written like "
            "America/New_York."
        ) from error
    return name


def _check_answer(path: str, input_file: InputFile, entry: str, entries: dict[str, Any]) -> None:
    if entry not in entries:
        return
    if input_file not in _ASKED_OF[entry]:
        files = ", ".join(f"[{file.name}]" for file in _ASKED_OF[entry])
        raise MappingError(f"{path}: [{input_file.name}] {entry} is an entry of {files} alone")
    if entries[entry] not in _ANSWERS[entry]:
        raise MappingError(
            f"{path}: [{input_file.name}] {entry} is “{entries[entry]}”: "
            f"it can be {' or '.join(f'“{answer}”' for answer in _ANSWERS[entry])}"
        )


def _texts_by_column(entries: dict[str, Any], entry: str) -> dict[str, tuple[str, ...]]:
    """One text or a list of them for each column of an entry."""
    return {
        column: tuple(map(str, texts)) if isinstance(texts, list) else (str(texts),)
        for column, texts in entries.get(entry, {}).items()
    }


def _form(path: str, input_file: InputFile, entries: dict[str, Any]) -> Form:
    form = Form(
        **{entry: entries[entry] for entry in _FORM_ENTRIES if entry in entries},
        across=read_across(path, input_file, entries.get("across", {})),
    )
    where = f"{path}: [{input_file.name}]"
    for entry in ("delimiter", "quote", "escape"):
        mark = getattr(form, entry)
        if mark is not None and len(mark) != 1:
            raise MappingError(f"{where} {entry} has to be one character")
    if not (1 <= (form.header_line or 1) <= MOST_ROWS and 1 <= form.header_rows <= _MOST_NAME_ROWS):
        raise MappingError(
            f"{where} header_line and header_rows are counted from 1, to {MOST_ROWS:,} and "
            f"{_MOST_NAME_ROWS}"
        )
    _check_marks(where, form)
    _check_encoding(where, form.encoding)
    return form


def _check_marks(where: str, form: Form) -> None:
    marks = {form.quote, form.escape, "\n", "\r"}
    if form.delimiter in marks or {form.quote, form.escape} & {"\n", "\r"}:
        raise MappingError(
            f"{where} delimiter is a mark that also quotes, escapes or ends a line, or one of "
            "these ends a line"
        )


def _check_encoding(where: str, encoding: str) -> None:
    """Python also calls encodings what makes text of text (rot13) or bytes of bytes (zlib)."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=encoding).read()
    except (LookupError, ValueError) as error:
        raise MappingError(
            f"{where} encoding “{encoding:.80}” is not known. "
            "Usual ones: utf-8, windows-1252, latin-1, utf-16"
        ) from error


def _is_deeper(value: object, levels: int) -> bool:
    """Do tables or lists lie deeper in each other than so many levels?"""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)


def _check_date(path: str, input_file: InputFile, name: str, pattern: str) -> None:
    dates = {column.name for column in input_file.columns if column.is_date}
    if name not in dates:
        raise MappingError(
            f"{path}: [{input_file.name}] dates names “{name}”, which is not a date. "
            f"Dates: {', '.join(sorted(dates)) or 'none'}"
        )
    if any(one in pattern[:-2] for one in OFFSET_FORMATS):
        raise MappingError(
            f"{path}: [{input_file.name}] dates gives {name} the format “{pattern}”: %z, what a "
            "clock is ahead of UTC, stands last in a format."
        )
    try:
        with duckdb.connect() as engine:
            engine.execute("SELECT try_strptime('', ?)", [pattern])
    except duckdb.Error as error:
        raise MappingError(
            f"{path}: [{input_file.name}] dates gives {name} the format “{pattern}”, which is not "
            "understood. A format is written like %m/%d/%Y."
        ) from error


def _check_values(path: str, input_file: InputFile, name: str, spellings: Any) -> None:
    if not isinstance(spellings, dict):
        raise MappingError(
            f"{path}: [{input_file.name}] values has to give {name} a table: "
            f'[{input_file.name}.values.{name}] with lines such as "local spelling" = "ours"'
        )
    [column] = [column for column in input_file.columns if column.name == name]
    choices = column.choices
    # Of a column that may be blank, a spelling can say that nothing is known.
    may_be = choices if column.required else (*choices, "")
    unknown = [ours for ours in spellings.values() if choices and ours not in may_be]
    if unknown:
        raise MappingError(
            f"{path}: [{input_file.name}] values translates {name} into “{unknown[0]}”, "
            f"which is not one of {', '.join(choices)}"
        )
