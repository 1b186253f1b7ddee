"""The demonstration as it would have come: everything up to the last month, then that month."""

from __future__ import annotations

import shutil
from pathlib import Path

LAST_MONTH = "2024-06"

# Files whose rows belong to a month, and the character after the month in them.
_BY_MONTH = {"attendance.csv": ",", "attendance_daily.csv": "-", "visits.csv": "-"}


def last_month_apart(delivery: Path, month: str, folder: Path) -> tuple[Path, Path]:
    """Two deliveries in ``folder``: rows of ``month`` (YYYY-MM) stand in the second alone."""
    parts = (folder / "until-then", folder / "last-month")
    for part in parts:
        part.mkdir(parents=True)
    for file in delivery.iterdir():
        if file.name in _BY_MONTH:
            _split(file, f",{month}{_BY_MONTH[file.name]}", *(part / file.name for part in parts))
        else:
            for part in parts:
                shutil.copyfile(file, part / file.name)
    return parts


def _split(file: Path, sign: str, others: Path, last: Path) -> None:
    with (
        file.open(encoding="utf-8", newline="") as rows,
        others.open("w", encoding="utf-8", newline="") as before,
        last.open("w", encoding="utf-8", newline="") as after,
    ):
        header = next(rows)
        before.write(header)
        after.write(header)
        for row in rows:
            (after if sign in row else before).write(row)
