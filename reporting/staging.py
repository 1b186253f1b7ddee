"""One delivered file on its way in: read as text, checked as a whole, split into good and bad.

The staged text and the checked values are temporary tables of the engine; rows are never
touched one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from reporting.contract import Expression, InputColumn, InputFile, Row
from reporting.csv_files import CsvFile
from reporting.errors import DeliveryRefusedError
from reporting.faults import possible_faults
from reporting.mapping import FileMapping
from reporting.reading import read_rows
from reporting.statements import insert_rows

_MALFORMED = "the row does not have the form of the header"
_CONFLICTING = "conflicting: another row has the same key and different values"


@dataclass(frozen=True)
class Outcome:
    """Rows of one file by what became of them."""

    read: int
    loaded: int
    changed: int
    duplicate: int
    rejected: int


class StagedFile:
    """A file read into the engine and checked against the contract.

    Raises DeliveryRefusedError where a required column is missing or the file is no CSV.
    """

    def __init__(
        self,
        connection: sa.Connection,
        input_file: InputFile,
        csv_file: CsvFile,
        mapping: FileMapping,
        today: date,
    ) -> None:
        self._connection = connection
        self._file = input_file
        self._csv = csv_file
        self._mapping = mapping
        self._today = today
        self._columns = self._delivered_columns()
        self._raw = read_rows(connection, input_file.name, csv_file)
        self._checked = self._check()
        self._mark_repeats()

    # --- Reading -------------------------------------------------------------

    def _delivered_columns(self) -> tuple[InputColumn, ...]:
        delivered = []
        for column in self._file.columns:
            needed = [name for name, is_column in self._mapping.parts(column.name) if is_column]
            missing = [name for name in needed if name not in self._csv.header]
            if not missing:
                delivered.append(column)
            elif column.required or column.name in self._mapping.columns:
                raise DeliveryRefusedError(
                    f"{self._csv.path.name}: the column {missing[0]} is missing. "
                    f"The file has: {', '.join(self._csv.header)[:300]}"
                )
        return tuple(delivered)

    # --- Checking ------------------------------------------------------------

    def _check(self) -> sa.Table:
        """Type every value, null where none was delivered; find the first rule each row breaks."""
        source = sa.alias(self._raw.table, "raw")
        joined: sa.FromClause = source
        text: dict[str, Expression] = {}
        value: dict[str, Expression] = {
            column.name: sa.cast(sa.null(), column.type) for column in self._file.table.c
        }
        for column in self._columns:
            text[column.name] = self._text(source, column)
            joined, value[column.name] = self._value(joined, column, text[column.name])
        blank = sa.and_(*(field.is_(None) for field in self._raw.fields(source)))
        typed = (
            sa.select(
                source.c.record,
                *(expression.label(f"text_{name}") for name, expression in text.items()),
                *(expression.label(f"value_{name}") for name, expression in value.items()),
            )
            .select_from(joined)
            .where(~blank)
            .subquery("typed")
        )
        row = Row(
            text={name: typed.c[f"text_{name}"] for name in text},
            value={name: typed.c[f"value_{name}"] for name in value},
            today=self._today,
        )
        faults = [
            (
                fault.broken,
                sa.func.list_value(fault.column, row.text[fault.column], fault.rule, fault.reason),
            )
            for fault in possible_faults(self._connection, self._file, self._columns, row)
        ]
        checked = sa.select(
            typed.c.record,
            *(column.label(f"value_{name}") for name, column in row.value.items()),
            sa.case(*faults).label("fault"),
        )
        return self._create_temporary(f"checked_{self._file.name}", checked)

    def _text(self, source: sa.FromClause, column: InputColumn) -> Expression:
        pieces: list[Expression] = [
            sa.func.trim(sa.func.coalesce(self._raw.field(source, part), ""))
            if is_column
            else sa.literal(part)
            for part, is_column in self._mapping.parts(column.name)
        ]
        joined = pieces[0]
        for piece in pieces[1:]:
            joined = joined.concat(piece)
        return sa.func.nullif(joined, "")

    def _value(
        self, joined: sa.FromClause, column: InputColumn, text: Expression
    ) -> tuple[sa.FromClause, Expression]:
        spellings = self._spellings(column)
        ours: Expression = text
        if spellings:
            table = (
                sa.values(sa.column("local", sa.Text), sa.column("ours", sa.Text))
                .data(sorted(spellings.items()))
                .alias(f"spelling_{column.name}")
            )
            joined = joined.outerjoin(table, table.c.local == sa.func.lower(text))
            ours = table.c.ours if column.choices else sa.func.coalesce(table.c.ours, text)
        pattern = self._mapping.dates.get(column.name)
        if column.is_date and pattern:
            return joined, sa.cast(sa.func.try_strptime(ours, pattern), sa.Date)
        return joined, column.typed(ours)

    def _spellings(self, column: InputColumn) -> dict[str, str]:
        """Accepted spellings of a column, in lower case, and what each means."""
        spellings = {choice: choice for choice in column.choices}
        spellings |= column.spellings | self._mapping.values.get(column.name, {})
        if column.name in self._mapping.complete and column.declared_in is not None:
            code = column.declared_in.c[column.name]
            codes = list(self._connection.scalars(sa.select(code)))
            beginnings = pd.Series(codes, dtype=str).str[:3]
            unique = ~beginnings.duplicated(keep=False)
            spellings |= dict(zip(beginnings[unique], np.array(codes)[unique], strict=True))
        return {local.strip().lower(): ours for local, ours in spellings.items()}

    # --- Repetitions ---------------------------------------------------------

    def _mark_repeats(self) -> None:
        """Find rows whose key comes twice: the same row is a duplicate, another a conflict."""
        good = sa.select(self._checked).where(self._checked.c.fault.is_(None)).subquery("good")
        key = [good.c[f"value_{name}"] for name in self._file.key]
        repeated = sa.select(*key).group_by(*key).having(sa.func.count() > 1).subquery("repeated")
        same_key = sa.and_(
            *(column.is_not_distinct_from(repeated.c[column.name]) for column in key)
        )
        contents = sa.func.hash(*(good.c[f"value_{column.name}"] for column in self._columns))
        repeats = sa.select(
            good.c.record,
            sa.func.row_number().over(partition_by=key, order_by=good.c.record).label("nth"),
            (
                sa.func.min(contents).over(partition_by=key)
                != sa.func.max(contents).over(partition_by=key)
            ).label("conflicting"),
        ).join_from(good, repeated, same_key)
        self._repeats = self._create_temporary(f"repeats_{self._file.name}", repeats)

    def _delivers(self, name: str) -> bool:
        return any(column.name == name for column in self._columns)

    # --- Results -------------------------------------------------------------

    def good_rows(self) -> sa.Select[Any]:
        """The rows to load, each once, with the columns of the fact table."""
        checked = self._checked
        left_out = sa.select(self._repeats.c.record).where(
            sa.or_(self._repeats.c.conflicting, self._repeats.c.nth > 1)
        )
        return sa.select(
            *(checked.c[f"value_{column.name}"].label(column.name) for column in self._file.table.c)
        ).where(checked.c.fault.is_(None), checked.c.record.not_in(left_out))

    def rejected_rows(self) -> list[pd.DataFrame]:
        """Rejected rows: line, column, value, rule, reason, row (the delivered text)."""
        return [self._malformed_rows(), self._faulty_rows(), self._conflicting_rows()]

    def rejected_by_district(self) -> pd.DataFrame:
        """Rejected rows of each district that they name: district_code, rows."""
        checked = self._checked.c
        if not self._delivers("district_code"):
            return pd.DataFrame({"district_code": [], "rows": []}, dtype=object)
        code = checked.value_district_code
        statement = (
            sa.select(code.label("district_code"), sa.func.count().label("rows"))
            .where(code.is_not(None), self._is_rejected())
            .group_by(code)
        )
        return pd.read_sql_query(statement, self._connection)

    def _is_rejected(self) -> Expression:
        conflicting = sa.select(self._repeats.c.record).where(self._repeats.c.conflicting)
        return sa.or_(self._checked.c.fault.is_not(None), self._checked.c.record.in_(conflicting))

    def _malformed_rows(self) -> pd.DataFrame:
        malformed = self._raw.malformed
        rows = pd.DataFrame(
            {"column": "", "value": "", "rule": _MALFORMED, "reason": list(malformed.values())}
        )
        return self._located(rows, np.array(list(malformed), dtype=np.int64))

    def _faulty_rows(self) -> pd.DataFrame:
        fault = self._checked.c.fault
        column, value, rule, reason = (sa.func.list_extract(fault, part) for part in (1, 2, 3, 4))
        return self._rejected(column, value, rule, reason, where=fault.is_not(None))

    def _conflicting_rows(self) -> pd.DataFrame:
        key = [name for name in self._file.key if self._delivers(name)]
        conflicting = sa.select(self._repeats.c.record).where(self._repeats.c.conflicting)
        return self._rejected(
            sa.literal(", ".join(key)),
            sa.func.concat_ws(", ", *(self._checked.c[f"value_{name}"] for name in key)),
            sa.literal(_CONFLICTING),
            sa.literal(_CONFLICTING),
            where=self._checked.c.record.in_(conflicting),
        )

    def _rejected(
        self,
        column: Expression,
        value: Expression,
        rule: Expression,
        reason: Expression,
        where: Expression,
    ) -> pd.DataFrame:
        checked = self._checked.c
        statement = (
            sa.select(
                checked.record,
                column.label("column"),
                value.label("value"),
                rule.label("rule"),
                reason.label("reason"),
            )
            .where(where)
            .order_by(checked.record)
        )
        rows = pd.read_sql_query(statement, self._connection)
        return self._located(rows, self._raw.records[rows.pop("record")])

    def _located(self, rows: pd.DataFrame, records: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Add each row's line in the file and its text as delivered."""
        return rows.assign(line=self._csv.lines[records], row=self._csv.texts(records))

    def merge(self) -> Outcome:
        """Put the good rows into the fact table; a key that is there already is replaced."""
        target, new = self._file.table, self.good_rows().subquery("new")
        key = sa.and_(
            *(target.c[name].is_not_distinct_from(new.c[name]) for name in self._file.key)
        )
        differs = sa.or_(*(column.is_distinct_from(new.c[column.name]) for column in target.c))
        changed = 0
        if self._count(target):
            changed = self._count(sa.join(new, target, key), differs)
            self._connection.execute(sa.delete(target).where(sa.exists().where(key)))
        insert_rows(self._connection, target, self.good_rows())
        loaded = self._count(new)
        rejected = (
            len(self._raw.malformed)
            + self._count(self._checked, self._checked.c.fault.is_not(None))
            + self._count(self._repeats, self._repeats.c.conflicting)
        )
        duplicate = self._count(
            self._repeats, ~self._repeats.c.conflicting, self._repeats.c.nth > 1
        )
        read = len(self._raw.malformed) + self._count(self._checked)
        return Outcome(read, loaded, changed, duplicate, rejected)

    def drop(self) -> None:
        """Give the staged rows' memory back."""
        for name in (self._raw.table.name, self._checked.name, self._repeats.name):
            self._execute(f"DROP TABLE {name}")

    # --- Engine --------------------------------------------------------------

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)

    def _count(self, source: sa.FromClause, *conditions: Expression) -> int:
        statement = sa.select(sa.func.count()).select_from(source).where(*conditions)
        return self._connection.scalar(statement) or 0

    def _create_temporary(self, name: str, statement: sa.Select[Any]) -> sa.Table:
        compiled = statement.compile(
            self._connection.engine, compile_kwargs={"literal_binds": True}
        )
        self._execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {compiled}")
        columns = [sa.Column(column.name, column.type) for column in statement.subquery().c]
        return sa.Table(name, sa.MetaData(), *columns)
