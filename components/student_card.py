"""What stands on a student's page: head, facts, tables, ways to the next one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import dcc, html

from components import student_wording as words
from components.tables import figures_table, table_area
from queries.students import StudentRecord

PREVIOUS_ID, NEXT_ID, BACK_ID, PLACE_ID = (
    "student-previous",
    "student-next",
    "student-back",
    "student-place",
)

HOW_TO_READ = (
    "The line is the share of days attended in each school month. Summers are shaded. The dashed "
    "line is 90 %: at or below it over a school year a student is chronically absent.",
    "The grey band is where the middle half of similar students lay who were not visited by then: "
    "same month, grade band and attendance before the visit. The dotted line has half of them "
    "above it. After the visit it is moved by what is left of the difference in attendance before.",
    "Marks along the top are contacts: filled where the family was reached, open where not; their "
    "shape is the modality.",
)


def ways() -> html.Nav:
    """Back to the list, to the previous and next student of it, and to the printer."""
    return html.Nav(
        [
            dcc.Link("Back to the list", id=BACK_ID, href="/students", className="button quiet"),
            html.Span(className="ways-space"),
            dcc.Link("← Previous", id=PREVIOUS_ID, href="", className="button quiet off"),
            html.Span(id=PLACE_ID, className="ways-place"),
            dcc.Link("Next →", id=NEXT_ID, href="", className="button quiet off"),
            html.Button("Print", id="student-print", type="button"),
        ],
        className="ways",
        **{"aria-label": "Students of the list"},
    )


def card(title_: str, content_id: str) -> html.Section:
    """A titled card that a callback fills."""
    return html.Section(
        [
            html.H2(title_),
            table_area(content_id, title_),
        ],
        className="card-panel",
    )


def absences(found: StudentRecord) -> html.Section | None:
    """Days missed this school year, excused or not; None where no absences were delivered."""
    if found.absences.empty:
        return None
    section = card("Absences this school year", "student-absences-rows")
    _heading, rows = section.children
    rows.children = [html.P(words.absences(found.absences)), _absences_table(found)]
    return section


def _absences_table(found: StudentRecord) -> html.Table:
    rows: list[Sequence[Any]] = [
        [
            words.date_in_words(row["date"]),
            words.share_of_day(row["absent"]),
            words.excused(row["excused"]),
        ]
        for row in reversed(found.absences.to_dict("records"))
    ]
    return figures_table(
        "Absences, the latest first", ["Day", "Absent", "Excused"], rows, named=True
    )


def title(found: StudentRecord) -> str:
    """``Example, Ada: attendance``."""
    return f"{words.name(found.row)}: attendance by month"


def source(found: StudentRecord) -> str:
    """What stands under an exported picture of the student."""
    return f"CONFIDENTIAL: student record. {words.reason(found.row)}"


def head(found: StudentRecord) -> list[Any]:
    """Name, place, and number."""
    row = found.row
    school = row["school_name"] if isinstance(row["school_name"], str) else row["district_name"]
    return [
        html.H1(words.name(row)),
        html.P(
            f"{words.grade(row['grade'])}, {school}, {row['district_name']} · {row['student_id']}",
            className="selection",
        ),
    ]


def facts(found: StudentRecord) -> html.Section:
    """Status and need, with the reason, and the rates that they come from."""
    row = found.row
    figures = [
        ("Before the visit", words.whole(row["baseline_rate"])),
        ("Since", words.whole(row["since_rate"])),
        ("Similar students, since", words.similar(row)),
        ("Now", words.whole(row["now_rate"])),
        ("Chronically absent this year", words.chronic(row)),
        ("Completed visits", str(row["completed_visits"])),
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.Span(words.STATUS_WORDS[row["status"]], className="status-word"),
                    html.Span(
                        f"Need: {words.NEED_WORDS[row['need']].lower()}",
                        className=f"need need-{list(words.NEED_WORDS).index(row['need'])}",
                    ),
                ],
                className="status-line",
            ),
            html.P(words.reason(row), className="reason"),
            html.Dl(
                [html.Div([html.Dt(term), html.Dd(value)]) for term, value in figures],
                className="fact-row",
            ),
        ],
        className="card-panel",
    )


def summary(found: StudentRecord) -> str:
    """The figure in a sentence."""
    months = found.months
    if months.empty:
        return "No month with days enrolled."
    first, last = months.iloc[0], months.iloc[-1]
    return (
        f"{len(months)} school months, from {words.whole(first['rate'])} in "
        f"{_month(first['month'])} to {words.whole(last['rate'])} in {_month(last['month'])}; "
        f"{len(found.visits)} contacts."
    )


def signs(found: StudentRecord) -> str:
    """What the figure's marks are, of those that occur."""
    shapes = {"home": "●", "school": "■", "community": "◆", "virtual": "▲", "phone": "✚"}
    used = [
        shapes[name] + " " + words.modality(name)
        for name in shapes
        if name in set(found.visits["modality"])
    ]
    told = [] if found.weeks.empty else ["Small dots: weeks."]
    if used:
        told.append(f"Contacts: {', '.join(used)}; open marks did not reach the family.")
    return " ".join(told)


def _month(month: str) -> str:
    return f"{pd.Timestamp(f'{month}-01'):%B %Y}"


def months_table(found: StudentRecord) -> html.Table:
    """The figure's months."""
    rows = [
        [
            _month(row["month"]),
            words.whole(row["rate"]),
            f"{row['days_enrolled']:g}",
            "–"
            if pd.isna(row["median"])
            else f"{words.whole(row['low'])} to {words.whole(row['high'])}",
        ]
        for row in found.months.to_dict("records")
    ]
    return figures_table(
        "Attendance by school month",
        ["Month", "Attendance", "Days enrolled", "Middle half of similar students"],
        rows,
        named=True,
    )


def contacts_table(found: StudentRecord) -> html.Table:
    """Every contact, the latest first."""
    rows = [
        [
            words.date_in_words(row["visit_date"]),
            words.OUTCOME_WORDS[row["outcome"]],
            words.modality(row["modality"]).capitalize(),
            words.visitor(row["visitor_type"]),
            row["visitor"] if isinstance(row["visitor"], str) else "–",
        ]
        for row in reversed(found.visits.to_dict("records"))
    ]
    return figures_table(
        "Visits and attempts, the latest first",
        ["Day", "Outcome", "Modality", "Visitor", "Who"],
        rows,
        named=True,
    )


def schools_table(found: StudentRecord) -> html.Table:
    """Every enrolment, the latest first."""
    rows: list[Sequence[Any]] = [
        [
            row["school_year"],
            row["school_name"] if isinstance(row["school_name"], str) else "–",
            row["district_name"] if isinstance(row["district_name"], str) else "–",
            words.grade(row["grade"]),
            _day(row["entry_date"]),
            _day(row["exit_date"]),
        ]
        for row in reversed(found.enrollments.to_dict("records"))
    ]
    return figures_table(
        "Enrolments, the latest first",
        ["School year", "School", "District", "Grade", "From", "To"],
        rows,
        named=True,
    )


def _day(when: Any) -> str:
    return "–" if pd.isna(when) else words.date_in_words(when)
