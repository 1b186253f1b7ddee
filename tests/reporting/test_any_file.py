"""Whatever stands in a file, the loader reads it row by row or refuses it in words.

Nothing crashes, no row vanishes, and what is loaded is what was delivered. The rows are
worked out here a second time, with a reader and typing of its own.

``LEAP_BAD_FILES=10000 python -m pytest tests/reporting/test_any_file.py`` tries so many files,
different ones every time; without it, always the same few hundred.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, note, settings

from queries import schema
from reporting import contract, csv_files
from reporting.contract import InputFile
from reporting.csv_files import inspect
from reporting.dressing import Kind, undressed
from reporting.errors import DeliveryRefusedError
from reporting.mapping import FileMapping
from reporting.staging import Outcome, StagedFile
from reporting.undressing import nothing
from tests.conftest import ATTENDANCE_HEADER, DISTRICTS, ENROLLMENTS, STUDENTS, VISITS, months

FILES = os.environ.get("LEAP_BAD_FILES")
many_files = settings(
    max_examples=int(FILES or 80),
    derandomize=FILES is None,
    suppress_health_check=list(HealthCheck),
)

TODAY = date(2024, 3, 1)
GOOD = {
    contract.DISTRICTS: DISTRICTS,
    contract.SCHOOLS: "school_code,school_name,district_code\n0640101,North,0640011\n",
    contract.STUDENTS: STUDENTS,
    contract.ENROLLMENTS: ENROLLMENTS + "0000000001,2022-23,0640011,8,0640101,,\n",
    contract.ATTENDANCE: ATTENDANCE_HEADER
    + months("0000000001", "0640011", [18, 14, 10])
    + months("0000000002", "0930011", [20, 0, 20]),
    contract.ATTENDANCE_DAILY: "student_id,district_code,date,attended\n"
    "0000000001,0640011,2021-10-04,1\n0000000001,0640011,2021-10-05,0.5\n"
    "0000000002,0930011,2021-10-04,0\n",
    contract.VISITS: VISITS + "v2,0000000002,2022-02-01,Phone,attempted,community\n",
}


# --- Files ------------------------------------------------------------------------------

VALUES = (
    *" |0|-0|1|-1|+1|.5|1.|0.5|007|1e3|1E+09|1.23E+09|0x10|NaN|inf|1 000|31.0000000001".split("|"),
    *"１２|٣|20\u00a0|\t20|2021-02-30|2021-2-3|20211005|10/05/2021|0000-00-00|0001-01-01|0021-10-05".split(
        "|"
    ),
    *"9999-12-31|2021-13|2021-1|0021-10|2021-10-05T00:00|2024-02-29|2023-02-29".split("|"),
    *"=1+1|@SUM(A1)|+1-1|=cmd|-2+3|null|NULL|\\N|None|%s|{0}|$1|:a|a'b|'; DROP TABLE x".split("|"),
    *"é|e\u0301|😀|\ufeff|\u202e|K|İ|ß|\u2028|\x85|\x0b|\x1f|\x7f|KG|kg|P3|09|HOME".split("|"),
    *'"quoted, field"|"a""b"|"two\nlines"|"two\r\nlines"|""| "spaced" |a,b'.split("|"),
    *"0000000001|1000000003|1|640011|0640011|0930011|0640101|12345678901234567890|v1".split("|"),
    "9" * 400,
    "x" * 5_000,
    "",
)
LINE_ENDS = ("\n", "\r\n", "\r", "\n\n", "\n\r\n", ",\n", ",,\r\n")
SIGNS = (*LINE_ENDS, '"', 'x"y', '"x"y', ",", " ", "\0", "\ufeff", "é", '""', '","')
ALPHABETS = (
    'ab01,,,"\n\n\r \t;é\ufeff-',
    "ab1,,,\n\n",
    ("a", "b", ",", ",", "\n", "\r\n"),
    ("a,", '"b",', '"x""y"\n', '"two\nlines",', "c\n", ",", "\n"),
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252")


Lines = list[list[str]]


def spoiled(good: str, random: Random) -> bytes:
    """A good file after a few accidents."""
    lines = [line.split(",") for line in good.splitlines()]
    for _ in range(random.choice((0, 2, 5, 15))):
        another_value(lines, random)
    for _ in range(random.choice((0, 0, 1, 3))):
        random.choice(ACCIDENTS)(lines, random)
    end = random.choice(("\n", "\n", "\r\n"))
    text = "".join(",".join(line) + end for line in lines)
    for _ in range(random.choice((0, 0, 0, 0, 1, 3))):
        text = with_an_odd_sign(text, random)
    encoding = "utf-8" if random.randrange(20) else random.choice(ENCODINGS)
    content = text.encode(encoding, errors="replace")
    return content if random.randrange(20) else with_another_byte(content, random)


def another_value(lines: Lines, random: Random) -> None:
    line = a_row(lines, random)
    line[random.randrange(len(line))] = random.choice(VALUES)


def a_field_more(lines: Lines, random: Random) -> None:
    line = a_row(lines, random)
    line.insert(random.randint(0, len(line)), random.choice(VALUES))


def a_field_less(lines: Lines, random: Random) -> None:
    line = a_row(lines, random)
    if len(line) > 1:
        line.pop(random.randrange(len(line)))


def a_row_twice(lines: Lines, random: Random) -> None:
    lines.insert(random.randint(1, len(lines)), list(a_row(lines, random)))


def a_row_less(lines: Lines, random: Random) -> None:
    if len(lines) > 1:
        lines.pop(random.randrange(1, len(lines)))


def an_empty_row(lines: Lines, random: Random) -> None:
    empty = random.choice(([""], [" "], [""] * 3, [""] * len(lines[0]), ['""'] * len(lines[0])))
    lines.insert(random.randint(0, len(lines)), list(empty))


def other_columns(lines: Lines, random: Random) -> None:
    """Two columns change places, or one is left out."""
    width = min(map(len, lines))
    here, there = random.randrange(width), random.randrange(width)
    for line in lines:
        line[here], line[there] = line[there], line[here]
        if here == there and len(line) > 1:
            line.pop(here)


def a_row(lines: Lines, random: Random) -> list[str]:
    """Any but the header, where there is one."""
    return random.choice(lines[1:] or lines)


ACCIDENTS = (
    a_field_more,
    a_field_less,
    a_row_twice,
    a_row_twice,
    a_row_less,
    an_empty_row,
    other_columns,
)


def with_an_odd_sign(text: str, random: Random) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(SIGNS) + text[place + random.randrange(2) :]


def with_another_byte(content: bytes, random: Random) -> bytes:
    place = random.randint(0, len(content))
    return content[:place] + random.randbytes(1) + content[place + 1 :]


def random_signs(random: Random) -> bytes:
    """The signs that CSV is made of in any order, most often under a header; or any bytes."""
    if random.random() < 0.1:
        return random.randbytes(random.randrange(200))
    header = random.choice(
        ("student_id\n", "student_id,first_name\n", "\ufeffx,student_id\r\n", "")
    )
    alphabet = random.choice(ALPHABETS)
    return (header + "".join(random.choices(alphabet, k=random.randrange(60)))).encode()


# --- The same rows, worked out a second time ----------------------------------------------


@dataclass(frozen=True)
class Record:
    line: int
    text: str
    fields: tuple[str, ...]


class NotReadableError(Exception):
    """The file is no CSV, or its header not the file's."""


# What the loader trims: Unicode's spaces, no tabs.
SPACES = "".join(sign for sign in map(chr, range(0x3001)) if unicodedata.category(sign) == "Zs")
FIELD = re.compile(
    r""" *"((?:[^"]|"")*)" *(?=,|\r?\n|\Z)|('?="[^",\r\n]*" *|[^",\r\n]*)(?=,|\r?\n|\Z)"""
)


def records_in(content: bytes) -> list[Record]:
    """Header and rows of a file, blank lines left out."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadableError from error
    if "\0" in text or text.startswith("PK\x03\x04"):
        raise NotReadableError
    found, fields, start, place = [], [], 0, 0
    while place < len(text) or fields:
        field = FIELD.match(text, place)
        if field is None:
            raise NotReadableError
        quoted, plain = field.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"').replace("\r\n", "\n"))
        place = field.end()
        if text.startswith(",", place):
            place += 1
            continue
        if place > start:
            line = 1 + text.count("\n", 0, start)
            found.append(Record(line, text[start:place], tuple(fields)))
        fields, place = [], place + 1 + text.startswith("\r\n", place)
        start = place
    return found


def header_and_rows(kind: InputFile, content: bytes) -> tuple[list[str], list[Record]]:
    """The columns' names and the rows that hold anything."""
    first, *rest = records_in(content) or [Record(1, "", ())]
    header = [undressed(name.strip(), Kind.TEXT) for name in first.fields]
    ours = [name for name in header if name in {column.name for column in kind.columns}]
    if len(set(ours)) < len(ours) or not any(header):
        raise NotReadableError
    if any(column.required and column.name not in header for column in kind.columns):
        raise NotReadableError
    return header, [row for row in rest if any(row.fields) or len(row.fields) < len(header)]


def typed(kind: InputFile, header: list[str], row: Record) -> dict[str, Any]:
    """A row as it has to stand in the table; an error where it cannot stand there."""
    assert not any(row.fields[len(header) :])
    given = dict(zip(header, row.fields, strict=False))
    return {
        column.name: value_of(kind, column, given.get(column.name, "").strip(SPACES))
        for column in kind.table.c
    }


def value_of(kind: InputFile, column: sa.Column[Any], text: str) -> Any:
    declared = next(declared for declared in kind.columns if declared.name == column.name)
    text = undressed(text, declared.kind)
    if not declared.required and re.match(nothing(declared), text):
        return None
    if not text:
        assert not declared.required
        return None
    if isinstance(column.type, sa.Double):
        assert re.fullmatch(r"[0-9.]+", text) or float(text) == 0
        return float(text) + 0.0  # no -0
    if isinstance(column.type, sa.Date):
        assert re.fullmatch("(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(T00:00)?", text)
        return date.fromisoformat(text[:10])
    if column.name == "month":
        year, month = re.fullmatch("((?:19|20)[0-9]{2})-([0-9]{1,2})", text).groups()
        return f"{date(int(year), int(month), 1):%Y-%m}"
    if declared.choices:
        spellings = {name.lower(): ours for name, ours in declared.spellings.items()}
        ours = spellings.get(text.lower(), text.lower())
        [choice] = [choice for choice in declared.choices if choice.lower() == ours.lower()]
        return choice
    return text


# --- What the loader makes of them ---------------------------------------------------------


@dataclass(frozen=True)
class Loaded:
    outcome: Outcome
    rejected: pd.DataFrame
    table: list[dict[str, Any]]


@dataclass(frozen=True)
class Loader:
    """The loader's own steps for one file, over what a good delivery left in the database."""

    connection: sa.Connection
    folder: Path

    def take_in(self, kind: InputFile, content: bytes) -> Loaded:
        path = self.folder / kind.file_name
        path.write_bytes(content)
        staged = StagedFile(
            self.connection, kind, inspect(path), FileMapping(kind.file_name), TODAY
        )
        rejected = staged.rejected_rows()
        by_district = staged.rejected_by_district()
        assert by_district["rows"].sum() <= len(rejected)
        outcome = staged.merge()
        staged.drop()
        return Loaded(outcome, rejected, self.table(kind))

    def table(self, kind: InputFile) -> list[dict[str, Any]]:
        rows = self.connection.execute(sa.select(kind.table)).mappings()
        return [dict(row) for row in rows]


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loader]:
    folder = tmp_path_factory.mktemp("files")
    config = {"threads": 1, "temp_directory": str(folder / "aside")}
    engine = sa.create_engine("duckdb:///:memory:", connect_args={"config": config})
    with engine.connect() as connection:
        schema.metadata.create_all(connection, tables=schema.FACTS)
        loader = Loader(connection, folder)
        for kind, content in GOOD.items():
            assert loader.take_in(kind, content.encode()).outcome.rejected == 0
        connection.commit()
        yield loader
    engine.dispose()


def check(loader: Loader, kind: InputFile, content: bytes, chunk: int) -> None:
    """``chunk`` is how many bytes are looked through at a time."""
    note(f"{kind.name}: {content!r}")
    before = loader.table(kind)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(csv_files, "_CHUNK_BYTES", chunk)
            loaded = loader.take_in(kind, content)
        check_rows(kind, content, before, loaded)
    except DeliveryRefusedError as refusal:
        check_refusal(kind, content, str(refusal))
    finally:
        loader.connection.rollback()


def check_refusal(kind: InputFile, content: bytes, words: str) -> None:
    assert words.startswith(kind.file_name)
    assert not is_readable(kind, content), words


def is_readable(kind: InputFile, content: bytes) -> bool:
    try:
        header_and_rows(kind, content)
    except NotReadableError:
        return False
    # DuckDB does not read every carriage return that is part of a field.
    return not re.search(b"\r(?!\n)", content)


def check_rows(
    kind: InputFile, content: bytes, before: list[dict[str, Any]], loaded: Loaded
) -> None:
    header, rows = header_and_rows(kind, content)
    rejected = {row.line: row for row in loaded.rejected.itertuples()}
    texts = {row.line: row.text for row in rows}
    assert len(rejected) == len(loaded.rejected)
    for line, row in rejected.items():
        assert row.row == texts[line]
        assert row.reason

    old = {key_of(kind, row): row for row in before}
    lacking = {column.name for column in kind.table.c} - {*header, *kind.key}
    good = [typed(kind, header, row) for row in rows if row.line not in rejected]
    for row in good:
        row |= {name: old.get(key_of(kind, row), row)[name] for name in lacking}
    new = {key_of(kind, row): row for row in good}
    assert all(new[key_of(kind, row)] == row for row in good)
    assert by_text(loaded.table) == by_text((old | new).values())
    assert loaded.outcome == Outcome(
        read=len(rows),
        loaded=len(new),
        changed=sum(key in old and old[key] != row for key, row in new.items()),
        duplicate=len(good) - len(new),
        rejected=len(rejected),
    )
    check_reasons(kind, header, rows, rejected)


def check_reasons(
    kind: InputFile, header: list[str], rows: list[Record], rejected: dict[int, Any]
) -> None:
    """Rows of the good file are rejected as conflicting alone, and those never one alone."""
    good_header, *good_rows = GOOD[kind].splitlines()
    in_conflict = [
        tuple(dict(zip(header, row.fields, strict=False)).get(name, "") for name in kind.key)
        for row in rows
        if row.line in rejected and rejected[row.line].reason.startswith("conflicting")
    ]
    assert len(in_conflict) != 1
    for row in rows:
        if row.line in rejected and row.text in good_rows and ",".join(header) == good_header:
            assert rejected[row.line].reason.startswith("conflicting")


def key_of(kind: InputFile, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in kind.key)


def by_text(rows: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(str(row).replace(r"\r\n", r"\n") for row in rows)  # as line ends go, all one


KINDS = {kind.name: kind for kind in GOOD}
ANY_KIND, ANY_ORDER = st.sampled_from(list(KINDS)), st.randoms(use_true_random=True)
ANY_CHUNK = st.sampled_from((1, 50, 1 << 20))


@many_files
@given(kind=ANY_KIND, random=ANY_ORDER, chunk=ANY_CHUNK)
def test_every_row_of_a_spoiled_file_is_loaded_as_delivered_or_rejected_with_a_reason(
    loader: Loader, kind: str, random: Random, chunk: int
) -> None:
    check(loader, KINDS[kind], spoiled(GOOD[KINDS[kind]], random), chunk)


@many_files
@given(random=ANY_ORDER, chunk=ANY_CHUNK)
def test_signs_in_any_order_are_read_row_by_row_or_refused(
    loader: Loader, random: Random, chunk: int
) -> None:
    check(loader, contract.STUDENTS, random_signs(random), chunk)
