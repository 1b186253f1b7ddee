"""Tables in the engine's memory, and the CSV files they are written to."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

# One small district delivers its last school year day by day.
_DAILY_DISTRICT, _DAILY_FROM = "1630011", "2023-09"

# Of that year: Thanksgiving and New Year's Day. Christmas comes after a December's school days.
HOLIDAYS = ("2023-11-23", "2024-01-01")

_STUDENT_ID = "lpad(id::VARCHAR, 10, '0') AS student_id"

_FILES = {
    "districts": "SELECT code AS district_code, name AS district_name FROM districts",
    "schools": (
        "SELECT code AS school_code, name AS school_name, district AS district_code FROM schools"
    ),
    "students": (
        f"SELECT {_STUDENT_ID}, first_name, last_name, birth_date, home_language FROM students"
    ),
    "enrollments": (
        f"SELECT {_STUDENT_ID}, school_year, district AS district_code, grade, "
        "school AS school_code, entry_date, exit_date FROM enrollments"
    ),
    "attendance": (
        f"SELECT {_STUDENT_ID}, district AS district_code, month, enrolled AS days_enrolled, "
        "attended AS days_attended FROM attendance "
        f"WHERE NOT (district = '{_DAILY_DISTRICT}' AND month >= '{_DAILY_FROM}')"
    ),
    "attendance_daily": f"""
        WITH weekday AS (
            SELECT day::DATE AS day, strftime(day, '%Y-%m') AS month,
                row_number() OVER (PARTITION BY date_trunc('month', day) ORDER BY day) AS nth
            FROM range(DATE '{_DAILY_FROM}-01', DATE '2024-06-29', INTERVAL 1 DAY) AS days(day)
            WHERE isodow(day) <= 5 AND strftime(day, '%Y-%m-%d') NOT IN {HOLIDAYS}
        ), stay AS (
            -- who comes in mid-month attends its last school days, who leaves its first
            SELECT *, CASE WHEN month = min(month) OVER (PARTITION BY id)
                THEN max(enrolled) OVER (PARTITION BY month) - enrolled ELSE 0 END AS days_before
            FROM attendance WHERE district = '{_DAILY_DISTRICT}'
            QUALIFY month >= '{_DAILY_FROM}'
        )
        SELECT {_STUDENT_ID}, district AS district_code, day AS date,
            CASE WHEN has_half_days AND place IN (attended - 1, attended) THEN '0.5'
                 WHEN place < attended THEN '1' ELSE '0' END AS attended
        FROM (
            SELECT stay.*, weekday.day,
                row_number() OVER (PARTITION BY id, weekday.month ORDER BY hash(id, day)) - 1
                    AS place,
                -- two half days for a day: the month's sum stays
                id % 5 = 0 AND attended BETWEEN 1 AND enrolled - 1 AS has_half_days
            FROM stay JOIN weekday ON weekday.month = stay.month
                AND nth BETWEEN days_before + 1 AND days_before + enrolled
        ) ORDER BY id, day""",
    "visits": (
        f"SELECT visit AS visit_id, {_STUDENT_ID}, visit_date, modality, outcome, visitor_type, "
        "visitor, language, note_code FROM visits ORDER BY visit_date, visit"
    ),
}
_TRUE_EFFECTS = f"SELECT {_STUDENT_ID}, month, event_month, effect AS true_effect FROM truth"


class Tables:
    """Rows of a demonstration, collected district by district."""

    def __init__(self) -> None:
        self._engine = duckdb.connect()
        self._names: set[str] = set()

    def add(self, name: str, frame: pd.DataFrame) -> None:
        """Append rows to a table; the first rows decide its columns."""
        self._engine.register("incoming", frame)
        if name in self._names:
            self._engine.execute(f"INSERT INTO {name} SELECT * FROM incoming")
        else:
            self._engine.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
            self._names.add(name)
        self._engine.unregister("incoming")

    def write(self, delivery: Path, truth: Path) -> None:
        """Write the input files and the true effects."""
        for name, query in _FILES.items():
            self._copy(query, delivery / f"{name}.csv")
        self._copy(_TRUE_EFFECTS, truth / "true_effects.csv")

    def _copy(self, query: str, path: Path) -> None:
        target = str(path).replace("'", "''")
        self._engine.execute(f"COPY ({query}) TO '{target}' (HEADER)")
