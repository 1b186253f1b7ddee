"""Bad rows of every kind, so that the report of rejected rows is never empty."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

_TAKEN_FROM = 400  # rows near the start of a file that bad copies are made of


def add(delivery: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Append bad rows to the files; returns how many of each kind (file, kind, rows)."""
    added = [
        *_attendance(delivery / "attendance.csv", rng),
        *_students(delivery / "students.csv"),
        *_enrollments(delivery / "enrollments.csv", rng),
        *_visits(delivery / "visits.csv", rng),
    ]
    daily = delivery / "attendance_daily.csv"
    added += _daily(daily, rng)
    return pd.DataFrame(added, columns=["file", "kind", "rows"])


def _some(path: Path, rng: np.random.Generator, rows: int) -> pd.DataFrame:
    head = pd.read_csv(path, dtype=str, nrows=_TAKEN_FROM, keep_default_na=False)
    return head.iloc[rng.choice(len(head), rows, replace=False)]


def _append(path: Path, kinds: dict[str, pd.DataFrame]) -> list[tuple[str, str, int]]:
    for frame in kinds.values():
        frame.to_csv(path, mode="a", header=False, index=False, lineterminator="\n")
    return [(path.name, kind, len(frame)) for kind, frame in kinds.items()]


def _attendance(path: Path, rng: np.random.Generator) -> list[tuple[str, str, int]]:
    rows = _some(path, rng, 44)
    part = [rows.iloc[start : start + 4] for start in range(0, 44, 4)]
    summer = {"month": "2021-07"}  # no row has this key, so nothing else conflicts
    return _append(
        path,
        {
            "more attended than enrolled": part[0].assign(
                **summer, days_enrolled="10", days_attended="12"
            ),
            "negative": part[1].assign(**summer, days_attended="-3"),
            "not a number": part[2].assign(**summer, days_attended="n/a"),
            "more than 31 days": part[3].assign(**summer, days_enrolled="180"),
            "impossible month": part[4].assign(month="2021-13"),
            "future month": part[5].assign(month="2099-10"),
            "undeclared student": part[6].assign(**summer, student_id="0000000000"),
            "undeclared district": part[7].assign(**summer, district_code="9990011"),
            "lost zeros": part[8].assign(
                **summer, district_code=part[8]["district_code"].str.lstrip("0")
            ),
            "became a number": part[8].assign(**summer, student_id="1.23E+09"),
            "duplicate": part[9],
            "conflicting": part[10].assign(days_attended="0", days_enrolled="1"),
            "no days enrolled": part[0].assign(**summer, days_enrolled="0", days_attended="0"),
        },
    )


def _students(path: Path) -> list[tuple[str, str, int]]:
    columns = pd.read_csv(path, nrows=0).columns
    rows = pd.DataFrame("", index=range(2), columns=columns)
    return _append(
        path,
        {
            "lost zeros": rows.assign(student_id=["41", "42"], last_name="Sample"),
            "became a number": rows.assign(student_id=["1.23E+09", "4.56E+09"]),
        },
    )


def _enrollments(path: Path, rng: np.random.Generator) -> list[tuple[str, str, int]]:
    rows = _some(path, rng, 12)
    part = [rows.iloc[start : start + 3] for start in range(0, 12, 3)]
    return _append(
        path,
        {
            "unknown grade": part[0].assign(grade="13"),
            "undeclared school": part[1].assign(school_code="0009999"),
            "impossible date": part[2].assign(entry_date="2021-02-30"),
            "future date": part[3].assign(entry_date="2099-09-01"),
        },
    )


def _daily(path: Path, rng: np.random.Generator) -> list[tuple[str, str, int]]:
    head = pd.read_csv(path, dtype=str, nrows=_TAKEN_FROM)
    if len(head) < _TAKEN_FROM:
        return []
    rows = head.iloc[rng.choice(len(head), 6, replace=False)]
    return _append(
        path,
        {
            "more than a day": rows.iloc[:3].assign(attended="1.5", date="2023-08-01"),
            "impossible date": rows.iloc[3:].assign(date="2023-11-31"),
        },
    )


def _visits(path: Path, rng: np.random.Generator) -> list[tuple[str, str, int]]:
    rows = _some(path, rng, 12)
    part = [rows.iloc[start : start + 2] for start in range(0, 12, 2)]
    return _append(
        path,
        {
            "unknown modality": part[0].assign(visit_id=["X1", "X2"], modality="zoo"),
            "unknown outcome": part[1].assign(visit_id=["X3", "X4"], outcome="maybe"),
            "impossible date": part[2].assign(visit_id=["X5", "X6"], visit_date="2022-02-30"),
            "future date": part[3].assign(visit_id=["X7", "X8"], visit_date="2099-01-01"),
            "undeclared student": part[4].assign(visit_id=["X9", "X10"], student_id="0000000000"),
            "unknown visitor type": part[5].assign(visit_id=["X11", "X12"], visitor_type="robot"),
            "duplicate": part[0],
        },
    )
