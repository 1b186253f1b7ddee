"""A coordinator's week in one letter: who is new below expectation, recovered, waiting longest.

Written as HTML and as plain text for the district's own mail; nothing is sent from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from components import student_wording as words
from components import wording
from components.plain_text import plain
from queries import students
from queries.database import Snapshot
from queries.filters import Filters
from queries.values import known_values
from queries.viewer import Viewer

_MOST_LISTED = 20


def _seen(value: Any) -> Any:
    """What a letter says of a value: names come from elsewhere."""
    return plain(value) if isinstance(value, str) else value


_templates = Environment(
    loader=PackageLoader("exports"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    finalize=_seen,
    trim_blocks=True,
    lstrip_blocks=True,
)


class UnknownDistrictError(Exception):
    """No district has this code; the message names those there are."""


@dataclass(frozen=True)
class Digest:
    """The letter; ``name`` is the files' name without ending."""

    name: str
    html: str
    text: str


def digest(data: Snapshot, district: str, since: date) -> Digest:
    """The letter to the coordinators of a district.

    New is what the last load before ``since`` had not found. Raises UnknownDistrictError.
    """
    districts = known_values(data).district
    if district not in districts:
        codes = ", ".join(f"{code} ({name})" for code, name in districts.items())
        raise UnknownDistrictError(f"There is no district {district}. There are: {codes}.")
    viewer = Viewer("coordinator", (district,))
    frame = students.caseload(data, viewer, Filters())
    before = students.caseload_before(data, viewer, since)
    content = {
        "district": districts[district],
        "as_of": wording.day(data.data_as_of),
        "head": words.caseload_head(frame, [districts[district]]),
        "is_demonstration": data.is_demonstration,
        "compared_with": wording.day(before[0].date()) if before else None,
        "sections": [
            _section(
                "Newly below expected and still chronically absent",
                _new(frame, before[1] if before else None, students.NOT_RESPONDING),
            ),
            _section(
                "Newly recovered: above 90 % now",
                _new(frame, before[1] if before else None, students.RECOVERED),
            ),
            _section("Waiting longest for somebody to reach them", students.waiting_longest(frame)),
        ],
    }
    return Digest(
        f"digest-{district}-{data.data_as_of.isoformat()}",
        _templates.get_template("digest.html").render(content),
        _templates.get_template("digest.txt").render(content),
    )


def _new(frame: pd.DataFrame, before: pd.DataFrame | None, view: str) -> pd.DataFrame:
    rows = frame[students.in_quick_view(frame, view)]
    if before is None:
        return rows
    known = before.loc[students.in_quick_view(before, view), "student_id"]
    return rows[~rows["student_id"].isin(known)]


def _section(title: str, rows: pd.DataFrame) -> dict[str, Any]:
    listed = rows.head(_MOST_LISTED).to_dict("records")
    return {
        "title": title,
        "count": len(rows),
        "more": len(rows) - len(listed),
        "students": [
            {
                "name": words.name(row),
                "place": f"{words.grade(row['grade'])}, {_school(row)}",
                "reason": words.reason(row),
                "need": words.NEED_WORDS[row["need"]],
            }
            for row in listed
        ],
    }


def _school(row: dict[Any, Any]) -> str:
    return row["school_name"] if isinstance(row["school_name"], str) else row["district_name"]
