"""Files with a column for every day or month: made into a row for each.

Teachers' registers have a column a day, and many reports a column a month. A mapping says which day
or month a column is about; what stands in it becomes a row of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from reporting.contract import InputFile
from reporting.errors import DeliveryRefusedError, MappingError

# What a column of theirs can be about, and how it is written.
_ABOUT = {"date": r"\d{4}-\d\d-\d\d", "month": r"\d{4}-\d\d"}
_EXAMPLES_OF_ABOUT = {"date": "2021-10-05", "month": "2021-10"}

NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True)
class Across:
    """Columns of a local file that are about a day or a month each.

    ``key``: our column that says which, ``date`` or ``month``. ``values``: our column -> {their
    column: the day or month it is about}, such as days_attended -> {Sep Present: 2021-09}.
    """

    key: str
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Their columns, which no other entry of a mapping can name."""
        return [name for columns in self.values.values() for name in columns]

    def names(self, names: Sequence[str]) -> list[str]:
        """The names of what is made: ours, then theirs that stay."""
        taken = {self.key, *self.values}
        stay = [names[at] for at in self._staying(names)]
        return [self.key, *self.values, *(f"{n} (2)" if n in taken else n for n in stay)]

    def rows(self, names: Sequence[str], rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
        """For each row of theirs one for every day or month, with the line it comes from."""
        at = {name: index for index, name in enumerate(names)}
        staying = self._staying(names)
        keys = sorted({key for columns in self.values.values() for key in columns.values()})
        cells = [
            [[at[name] for name, about in columns.items() if about == key] for key in keys]
            for columns in self.values.values()
        ]
        for line, row in rows:
            full = row + [""] * (len(names) - len(row))
            stay = [full[index] for index in staying]
            for nth, key in enumerate(keys):
                said = [full[column[nth][0]] if column[nth] else "" for column in cells]
                yield line, [key, *said, *stay, *row[len(names) :]]

    def _staying(self, names: Sequence[str]) -> list[int]:
        read = set(self.columns)
        return [index for index, name in enumerate(names) if name not in read]

    def check(self, file: str, names: Sequence[str]) -> None:
        """Raises DeliveryRefusedError where the file lacks a column that is named."""
        lacking = [name for name in self.columns if name not in names]
        if lacking:
            raise DeliveryRefusedError(
                f"{file} has no column {lacking[0]}, which the mapping's across names."
            )


def read_across(path: str, input_file: InputFile, entries: dict[str, Any]) -> Across | None:
    """The entry ``across`` of a mapping file, None where it has none.

    Raises MappingError where it is not understood, or a day or month in it is none.
    """
    if not entries:
        return None
    key = next((name for name in _ABOUT if name in input_file.key), None)
    names = {column.name for column in input_file.columns} - {key}
    wrong = [name for name, columns in entries.items() if name not in names or not columns]
    if key is None or wrong or not all(isinstance(each, dict) for each in entries.values()):
        raise MappingError(
            f"{path}: [{input_file.name}] across gives columns of ours the columns of theirs that "
            f"are about a day or month each: [{input_file.name}.across.{sorted(names)[0]}] with "
            'lines such as "their column" = "the day or month"'
        )
    for columns in entries.values():
        for local, about in columns.items():
            if not re.fullmatch(_ABOUT[key], str(about)):
                raise MappingError(
                    f"{path}: [{input_file.name}] across says that “{local}” is about “{about}”: "
                    f"write a {key} like {_EXAMPLES_OF_ABOUT[key]}"
                )
    return Across(key, {ours: dict(columns) for ours, columns in entries.items()})
