"""One delivered file on its way in: read as text, checked as a whole, split into good and bad.

The staged text and the checked values are temporary tables of the engine; rows are never
touched one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from queries.held import ANOTHER_CHILD, HELD_RULES, OF_ANOTHER_CHILD
from queries.schema import student, visit
from reporting.contract import Derived, Expression, InputColumn, InputFile, Row
from reporting.csv_files import CsvFile, holds_values
from reporting.dressing import Kind, undress, undressed
from reporting.errors import DeliveryRefusedError
from reporting.faults import Fault, possible_faults
from reporting.mapping import REJECT, FileMapping
from reporting.moments import HOME, day_of, doubtful_days
from reporting.reading import RawRows, read_rows, split_rows
from reporting.same_number import other_children
from reporting.statements import create_temporary, insert_rows
from reporting.undressing import find_dressed, kind_of_parts

_MALFORMED = "the row does not have the form of the header"
_SAME_OUTCOME = "two contacts of one student on one day with the same outcome"
_SAME_DAY = "two contacts of one student on one day with different outcomes"
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
        rejected_numbers: sa.Table | None = None,
    ) -> None:
        self._connection = connection
        self._file = input_file
        self._csv = csv_file
        self._mapping = mapping
        self._today = today
        self._rejected_numbers = rejected_numbers
        self.name = csv_file.name
        self._derived = self._derived_columns()
        self._columns = self._delivered_columns()
        self._raw = self._read()
        self._undressing = find_dressed(connection, self._raw, mapping, self._columns)
        self._checked = self._check()
        self.other_children = self._other_children()
        self._mark_repeats()

    @property
    def file(self) -> InputFile:
        """The input file that it is."""
        return self._file

    @property
    def mapping(self) -> FileMapping:
        """How it became one."""
        return self._mapping

    @property
    def target(self) -> sa.Table:
        """The fact table that it fills."""
        return self._file.summary.table if self._file.summary else self._file.table

    @property
    def checked(self) -> sa.Table:
        """Every row: record, ``value_`` and the name of each column, fault (null: none)."""
        return self._checked

    @property
    def malformed(self) -> int:
        """Rows of which nothing is known."""
        return len(self._raw.malformed)

    # --- Reading -------------------------------------------------------------

    def _derived_columns(self) -> list[Derived]:
        """Those that are not delivered and need not be, for what they are made of is."""
        return [
            derived
            for derived in self._file.derived
            if derived.column not in self._mapping.columns
            and self._missing(derived.column)
            and not self._missing(derived.source)
        ]

    def _missing(self, column: str) -> list[str]:
        """The local columns that one of ours would be read from, and that are not there."""
        needed = [name for name, is_column in self._mapping.parts(column) if is_column]
        return [name for name in needed if name not in self._csv.header]

    def _delivered_columns(self) -> tuple[InputColumn, ...]:
        sources = {derived.source for derived in self._derived}
        made = {derived.column for derived in self._derived}
        delivered = []
        for column in self._file.columns:
            missing = self._missing(column.name)
            if not missing:
                delivered.append(
                    replace(column, required=True) if column.name in sources else column
                )
            elif column.name in made:
                continue
            elif column.required or column.name in self._mapping.columns:
                raise DeliveryRefusedError(
                    f"{self.name}: the column {missing[0]} is missing. {self._columns_in_words()}"
                )
            twice = f"{column.name} (2)"
            if column.name not in self._mapping.columns and twice in self._csv.header:
                raise DeliveryRefusedError(
                    f"{self.name}: the column {column.name} stands more than once in the "
                    f"header. A mapping says which is meant: {column.name} or {twice}."
                )
        for name in self._mapping.leave_out:
            if name not in self._csv.header:
                raise DeliveryRefusedError(
                    f"{self.name} has no column {name}, which the mapping's leave_out names."
                )
        return tuple(delivered)

    def _columns_in_words(self) -> str:
        """What the file has; not where its first line may tell of a student."""
        if holds_values(self._csv.header):
            return "Its first line holds values: put a line with the names of the columns above it."
        return (
            f"The file has: {', '.join(self._csv.header)[:300]}. Where columns are called "
            f"otherwise, a mapping says how: python -m reporting map {self.name}"
        )

    def _read(self) -> RawRows:
        raw = read_rows(self._connection, self._file.name, self._csv)
        if not self._mapping.split:
            return raw
        [(student, _is_column)] = self._mapping.parts("student_id")
        return split_rows(self._connection, raw, student, self._mapping.split)

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
        for derived in self._derived:
            value[derived.column] = derived.value(value)
        blank = sa.and_(*(field.is_(None) for field in self._raw.fields(source)))
        no_record = sa.or_(blank, self._is_left_out(source))
        typed = (
            sa.select(
                source.c.record,
                *(expression.label(f"text_{name}") for name, expression in text.items()),
                *(expression.label(f"value_{name}") for name, expression in value.items()),
            )
            .select_from(joined)
            .where(~no_record)
            .subquery("typed")
        )
        row = Row(
            text={name: typed.c[f"text_{name}"] for name in text},
            value={name: typed.c[f"value_{name}"] for name in value},
            today=self._today,
        )
        faults = [(fault.broken, fault.described(row)) for fault in self._possible_faults(row)]
        checked = sa.select(
            typed.c.record,
            *(column.label(f"value_{name}") for name, column in row.value.items()),
            sa.case(*faults).label("fault"),
        )
        return self._create_temporary(f"checked_{self._file.name}", checked)

    def _possible_faults(self, row: Row) -> list[Fault]:
        faults = possible_faults(self._connection, self._file, self._columns, row)
        if self._rejected_numbers is None or not self._delivers("student_id"):
            return faults
        is_rejected = row.value["student_id"].in_(sa.select(self._rejected_numbers.c.student_id))
        return [*faults, Fault("student_id", is_rejected, OF_ANOTHER_CHILD)]

    def _other_children(self) -> sa.Table | None:
        """Students whose number is another child's in the database, rejected if a mapping says so.

        None: this is no file of students, or the mapping does not reject them.
        """
        if self._file.table is not student:
            return None
        found = self._create_temporary("other_children", other_children(self._checked))
        if self._mapping.same_number != REJECT:
            return None
        checked = self._checked
        why = sa.literal(ANOTHER_CHILD)
        fault = sa.func.list_value("student_id", checked.c.value_student_id, why, why)
        self._connection.execute(
            sa.update(checked)
            .where(checked.c.record.in_(sa.select(found.c.record)))
            .values(fault=fault)
        )
        return found

    def _text(self, source: sa.FromClause, column: InputColumn) -> Expression:
        parts = self._mapping.parts(column.name)
        kind = kind_of_parts(column, parts)
        pieces: list[Expression] = [
            self._without_missing(
                self._undressing.bare(self._filled(source, part), column, kind), kind
            )
            if is_column
            else sa.literal(part)
            for part, is_column in parts
        ]
        if self._mapping.split and column.name == "visit_id":
            nth = sa.literal("-").concat(sa.cast(source.c.part, sa.Text))
            pieces.append(sa.case((source.c.part > 1, nth), else_=""))
        joined = pieces[0]
        for piece in pieces[1:]:
            joined = joined.concat(piece)
        return sa.func.nullif(joined, "")

    def _filled(self, source: sa.FromClause, name: str) -> Expression:
        return sa.func.coalesce(self._raw.field(source, name), "")

    def _without_missing(self, text: Expression, kind: Kind) -> Expression:
        if not self._mapping.missing:
            return text
        return sa.case((_is_one_of(text, self._mapping.missing, kind), ""), else_=text)

    def _local_text(self, source: sa.FromClause, name: str) -> Expression:
        text = undress(self._filled(source, name), Kind.TEXT, self._csv.habits)
        return self._without_missing(text, Kind.TEXT)

    def _is_left_out(self, source: sa.FromClause) -> Expression:
        """Is a row no record, by what the mapping says of totals and duplicates?"""
        said = [
            _is_one_of(self._local_text(source, name), texts, Kind.TEXT)
            for name, texts in self._mapping.leave_out.items()
        ]
        if self._mapping.duplicates:
            [visit_id] = [column for column in self._columns if column.name == "visit_id"]
            said.append(self._text(source, visit_id).in_(self._mapping.duplicates))
        return sa.func.coalesce(sa.or_(sa.false(), *said), sa.false())

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
        formats = self._mapping.dates.get(column.name, ())
        if column.is_date and (formats or self._mapping.time_zone):
            return joined, day_of(ours, formats, self._mapping.time_zone)
        return joined, column.typed(ours)

    def _spellings(self, column: InputColumn) -> dict[str, str]:
        """Accepted spellings of a column, in lower case, and what each means."""
        spellings = {choice: choice for choice in column.choices}
        spellings |= column.spellings | self._mapping.values.get(column.name, {})
        if column.name in self._mapping.complete and column.declared_in is not None:
            code = column.declared_in.c[column.name]
            codes = list(self._connection.scalars(sa.select(code).distinct()))
            beginnings = pd.Series(codes, dtype=str).str[:3]
            unique = ~beginnings.duplicated(keep=False)
            spellings |= dict(zip(beginnings[unique], np.array(codes)[unique], strict=True))
        kind = kind_of_parts(column, self._mapping.parts(column.name))
        return {undressed(local, kind).lower(): ours for local, ours in spellings.items()}

    # --- Repetitions ---------------------------------------------------------

    def _mark_repeats(self) -> None:
        """Find rows whose key comes twice: the same row is a duplicate, another a conflict.

        Among all rows that are sound by themselves, whether or not the database has their student.
        """
        good = sa.select(self._checked).where(self._is_sound()).subquery("good")
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

    def _is_sound(self) -> Expression:
        """Has a row no fault, but perhaps by what the database holds?"""
        fault = self._checked.c.fault
        return sa.or_(fault.is_(None), sa.func.list_extract(fault, 3).in_(HELD_RULES))

    @property
    def names_students(self) -> bool:
        """Are its rows about students?"""
        return student.c.student_id.name in self._file.table.c

    def students(self) -> sa.Select[Any]:
        """Of rows that are sound by themselves: student_id, is_unknown (to the database)."""
        checked = self._checked.c
        is_unknown = checked.fault.is_not(None).label("is_unknown")
        number = checked.value_student_id.label("student_id")
        return sa.select(number, is_unknown).where(self._is_sound())

    def _left_out(self) -> sa.Select[Any]:
        """Records of repeated rows that are not loaded."""
        repeats = self._repeats.c
        return sa.select(repeats.record).where(sa.or_(repeats.conflicting, repeats.nth > 1))

    def _is_faulty(self) -> Expression:
        checked = self._checked.c
        return sa.and_(checked.fault.is_not(None), checked.record.not_in(self._left_out()))

    def _delivers(self, name: str) -> bool:
        made = {derived.column for derived in self._derived}
        return name in made or any(column.name == name for column in self._columns)

    # --- Results -------------------------------------------------------------

    def good_rows(self) -> sa.Select[Any]:
        """The rows to load, each once, with the columns of the fact table."""
        return self._values(self._accepted())

    def sound_rows(self) -> sa.Select[Any]:
        """The rows without a fault, but perhaps by what the database holds."""
        return self._values(sa.select(self._checked).where(self._is_sound()))

    def _values(self, checked: sa.Select[Any]) -> sa.Select[Any]:
        rows = checked.subquery("rows_of_file").c
        columns = self._file.table.c
        return sa.select(*(rows[f"value_{one.name}"].label(one.name) for one in columns))

    def numbered_rows(self) -> sa.Select[Any]:
        """The rows to load with their ``record``, which ``lines`` finds in the file."""
        accepted = self._accepted().subquery("accepted").c
        columns = self._file.table.c
        values = (accepted[f"value_{one.name}"].label(one.name) for one in columns)
        return sa.select(accepted.record, *values)

    def lines(self, records: pd.Series[int]) -> npt.NDArray[np.int64]:
        """The lines of the file that records are on."""
        return self._csv.lines[self._raw.records[records]]

    def _accepted(self) -> sa.Select[Any]:
        checked = self._checked.c
        return sa.select(self._checked).where(
            checked.fault.is_(None), checked.record.not_in(self._left_out())
        )

    def facts(self) -> sa.Select[Any]:
        """The rows for the fact table: the good ones, or what they are summed up to."""
        good, summary = self.good_rows(), self._file.summary
        return summary.of(good) if summary else good

    def spellings(self) -> pd.DataFrame:
        """What was taken as something else than it said: column, local, ours, rows."""
        source = sa.alias(self._raw.table, "raw")
        found = [
            self._spellings_of(source, column)
            for column in self._columns
            if column.choices or column.name in self._mapping.values
        ]
        return pd.concat(found or [pd.DataFrame(columns=["column", "local", "ours", "rows"])])

    def _spellings_of(self, source: sa.FromClause, column: InputColumn) -> pd.DataFrame:
        text = self._text(source, column)
        ours = sa.cast(self._checked.c[f"value_{column.name}"], sa.Text)
        said = tuple(self._mapping.values.get(column.name, {}))
        mapped = _is_one_of(text, said, column.kind)
        statement = (
            sa.select(
                sa.literal(column.name).label("column"),
                text.label("local"),
                ours.label("ours"),
                sa.func.count().label("rows"),
            )
            .join_from(source, self._checked, self._checked.c.record == source.c.record)
            .where(self._is_sound(), text != ours if column.choices else mapped)
            .group_by(text, ours)
            .order_by(sa.desc("rows"), text)
        )
        return pd.read_sql_query(statement, self._connection)

    def remarks(self) -> list[str]:
        """What else became of rows, in sentences."""
        source, name = sa.alias(self._raw.table, "raw"), self.name
        left_out = self._count(source, self._is_left_out(source))
        several = self._count(source, source.c.part == 2)
        further = self._count(source, source.c.part > 1)
        return [
            *self._undressing.remarks(name),
            *self._doubtful_days(source),
            *([f"{name}: {_rows(left_out)} left out, as the mapping says."] if left_out else ()),
            *(
                [f"{name}: {_rows(several)} named several students: {further:,} rows more."]
                if several
                else ()
            ),
        ]

    def _doubtful_days(self, source: sa.FromClause) -> list[str]:
        """What is to be known of moments whose day is another at home."""
        if not self._csv.has_clocks or self._mapping.time_zone:
            return []
        days = [column for column in self._columns if column.is_date]
        said = []
        for column in days:
            formats = self._mapping.dates.get(column.name, ())
            text = self._text(source, column)
            counted = sa.select(doubtful_days(text, formats)).select_from(source)
            if count := self._connection.scalar(counted):
                said.append(
                    f"{self.name}: {_rows(count)} have a {column.name} in UTC that was another day "
                    f"in {HOME}; the day that is written there was taken. If those are times of "
                    f'visits, say so in the mapping: time_zone = "{HOME}"'
                )
        return said

    def rejected_rows(self) -> pd.DataFrame:
        """Rejected rows: line, column, value, rule, reason, row (the delivered text)."""
        return pd.concat(
            [self._malformed_rows(), self._faulty_rows(), self._conflicting_rows()],
            ignore_index=True,
        )

    def doubts(self) -> pd.DataFrame:
        """Rows that somebody should decide about: line, rule, words.

        Student numbers that were another child's. Contacts of one student on one day: perhaps one
        contact, written down twice. Those that the mapping calls distinct are no doubt.
        """
        if self._file.table is student:
            return self._children_in_doubt()
        if self._file.table is not visit:
            return pd.DataFrame(columns=["line", "rule", "words"])
        row = self._accepted().subquery("row").c
        undecided = visit.c.visit_id.not_in(self._mapping.distinct)
        contact = sa.func.concat_ws(" ", visit.c.visit_id, visit.c.modality, visit.c.outcome)
        with_same_outcome = sa.func.count().filter(visit.c.outcome == row.value_outcome)
        statement = (
            sa.select(
                row.record,
                sa.case((with_same_outcome > 1, _SAME_OUTCOME), else_=_SAME_DAY).label("rule"),
                sa.func.concat_ws(
                    " ",
                    row.value_student_id,
                    "on",
                    sa.cast(row.value_visit_date, sa.Text).concat(":"),
                    sa.func.string_agg(
                        contact, aggregate_order_by(sa.literal(", "), visit.c.visit_id)
                    ),
                ).label("words"),
            )
            .where(
                visit.c.student_id == row.value_student_id,
                visit.c.visit_date == row.value_visit_date,
                row.value_visit_id.not_in(self._mapping.distinct),
                undecided,
            )
            .group_by(row.record, row.value_student_id, row.value_visit_date, row.value_outcome)
            .having(sa.func.count() > 1)
            .order_by(row.record)
        )
        rows = pd.read_sql_query(statement, self._connection)
        return rows.assign(line=self._csv.lines[self._raw.records[rows.pop("record")]])

    def _children_in_doubt(self) -> pd.DataFrame:
        """Students that were loaded with a number that was another child's before."""
        found = sa.table("other_children", sa.column("record"), sa.column("words"))
        accepted = self._accepted().subquery("accepted")
        statement = (
            sa.select(found.c.record, sa.literal(ANOTHER_CHILD).label("rule"), found.c.words)
            .where(found.c.record.in_(sa.select(accepted.c.record)))
            .order_by(found.c.record)
        )
        rows = pd.read_sql_query(statement, self._connection)
        return rows.assign(line=self._csv.lines[self._raw.records[rows.pop("record")]])

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
        return sa.or_(self._is_faulty(), self._checked.c.record.in_(conflicting))

    def _malformed_rows(self) -> pd.DataFrame:
        malformed = self._raw.malformed
        rows = pd.DataFrame(
            {"column": "", "value": "", "rule": _MALFORMED, "reason": list(malformed.values())}
        )
        return self._located(rows, np.array(list(malformed), dtype=np.int64))

    def _faulty_rows(self) -> pd.DataFrame:
        fault = self._checked.c.fault
        column, value, rule, reason = (sa.func.list_extract(fault, part) for part in (1, 2, 3, 4))
        return self._rejected(column, value, rule, reason, where=self._is_faulty())

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
        """Put the facts into their table; a key that is there already is replaced.

        Columns that this file does not have stay as they are there.
        """
        summary, target = self._file.summary, self.target
        names = summary.key if summary else self._file.key
        new = self._completed(target, names)
        key = sa.and_(*(target.c[name].is_not_distinct_from(new.c[name]) for name in names))
        differs = sa.or_(*(column.is_distinct_from(new.c[column.name]) for column in target.c))
        changed = 0
        if self._count(target):
            changed = self._count(sa.join(new, target, key), differs)
            self._connection.execute(sa.delete(target).where(sa.exists().where(key)))
            if self._mapping.duplicates:
                is_duplicate = target.c.visit_id.in_(self._mapping.duplicates)
                self._connection.execute(sa.delete(target).where(is_duplicate))
        insert_rows(self._connection, target, sa.select(new))
        loaded = self._count(self.good_rows().subquery())
        rejected = (
            len(self._raw.malformed)
            + self._count(self._checked, self._is_faulty())
            + self._count(self._repeats, self._repeats.c.conflicting)
        )
        duplicate = self._count(
            self._repeats, ~self._repeats.c.conflicting, self._repeats.c.nth > 1
        )
        read = len(self._raw.malformed) + self._count(self._checked)
        return Outcome(read, loaded, changed, duplicate, rejected)

    def _completed(self, target: sa.Table, key: tuple[str, ...]) -> sa.FromClause:
        """The facts, with what the target knows of them in the columns that the file lacks."""
        facts = self.facts().subquery("facts")
        lacking = [
            column.name
            for column in target.c
            if column.name not in key and not self._delivers(column.name)
        ]
        if not lacking:
            return facts
        same = sa.and_(*(target.c[name].is_not_distinct_from(facts.c[name]) for name in key))
        columns = (
            (target if column.name in lacking else facts).c[column.name] for column in target.c
        )
        completed = sa.select(*columns).join_from(facts, target, same, isouter=True)
        return self._create_temporary(self._completed_name, completed)

    @property
    def _completed_name(self) -> str:
        return f"completed_{self._file.name}"

    def drop(self) -> None:
        """Give the staged rows' memory back."""
        for name in (self._raw.table.name, self._checked.name, self._repeats.name):
            self._execute(f"DROP TABLE {name}")
        self._execute(f"DROP TABLE IF EXISTS {self._completed_name}")

    # --- Engine --------------------------------------------------------------

    def _execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)

    def _count(self, source: sa.FromClause, *conditions: Expression) -> int:
        statement = sa.select(sa.func.count()).select_from(source).where(*conditions)
        return self._connection.scalar(statement) or 0

    def _create_temporary(self, name: str, statement: sa.Select[Any]) -> sa.Table:
        return create_temporary(self._connection, name, statement)


def _is_one_of(text: Expression, texts: tuple[str, ...], kind: Kind) -> Expression:
    """Is it one of some texts that a mapping gives, however they or it are dressed?"""
    bare = [one.strip().lower() for one in texts]
    return sa.func.lower(text).in_(bare + [undressed(one, kind) for one in bare])


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
