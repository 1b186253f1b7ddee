"""Files with a column for every day or month: made into a row for each.

Teachers' registers have a column a day, and many reports a column a month. A mapping says which day
or month a column is about; what stands in it becomes a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reporting.errors import DeliveryRefusedError

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
