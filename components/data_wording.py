"""What the page of deliveries says: what is missing, what was rejected, what to do about it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from components import wording
from intake.archive import ENDINGS, MAPPING_ENDING, MEGABYTE, Limits
from intake.uploads import Upload
from queries.coverage import others
from queries.deliveries import DELIVERED, LATE, MISSING, SPELLED, Spellings
from queries.held import FEWEST

STATE_WORDS = {
    DELIVERED: "Delivered",
    MISSING: "Missing: later months came",
    LATE: "Late: others’ has come",
}

FRESHNESS_MEANING = "Attendance by school month, as it is in the database now"
FRESHNESS_HOW_TO_READ = (
    "A cell is a school month of a district. Filled softly: it came. A cross: it is missing, "
    "though later months came. A frame with a dash: it has not come yet, though it has from "
    "another district. Nothing: before the district’s first month.",
    "A month that nobody delivered is not here: it counts as a month without school. At most the "
    "last fifty school months are drawn, on narrow screens fewer; the data below has all gaps.",
)

REJECTED_MEANING = (
    "Each row that the last load rejected broke a rule. What stood in it may tell of a student: it "
    "is in rejected.csv in the folder of the delivery, for whoever made the export. Rows of "
    "students whom the database does not know are not among them: many such students are told of "
    "below, as a doubt about the delivery."
)
MAPPING_MEANING = (
    "What local spellings were taken as, and rows that were loaded although they look odd, from "
    f"{FEWEST} on and in fives: is it meant so? If not, change the mapping file and load the "
    "delivery again. Which rows they are is in doubts.csv in the folder of the delivery."
)
UPLOAD_MEANING = (
    "A zip file of a delivery’s folder. It is checked, then loaded in the background: you can "
    "leave this page and come back."
)
NO_RIGHT = (
    "Loading deliveries from here is a right of its own, and you do not have it. Whoever runs the "
    "dashboard can give it to you."
)
NOT_TOLD = (
    "Whether the database knows a student, or held something else before, is told here of many "
    "alone: else a delivery could be made up to ask about one. rejected.csv and doubts.csv on the "
    "server have all of it."
)

COMPLETE = "complete"
WHOLE_ROW = "rejected.csv in the folder of the delivery or upload"
NO_REJECTED = "The last load rejected no row for what stands in it."
NO_DOUBTS = f"Fewer than {FEWEST} rows of the last load look odd."
NO_COVERAGE = "The days of every district and school look whole."
COVERAGE_MEANING = (
    "Of all that is in the database: months whose days cannot be whole, and days that cannot be "
    "school days. Rates of these months are not to be trusted until the export is mended."
)
NO_SPELLINGS = "The last load translated no spelling that is shown here."
ALL_WELL = (
    "Nothing: every district has delivered every month since its first, the days look whole, and "
    "the last load rejected no row for what stands in it."
)

_MONTHS_NAMED, _LABELLED = 3, 2


def head(loaded_at: datetime, data_as_of: date) -> str:
    """Of when the data is; the filters do not narrow the page."""
    return (
        f"Last load {moment(loaded_at)}; data through {wording.day(data_as_of)}. Of all "
        "districts: the filters above do not narrow this page."
    )


def short_month(month: str) -> str:
    """``2022-03`` -> ``Mar 2022``."""
    return f"{date.fromisoformat(f'{month}-01'):%b %Y}"


def several_months(months: Sequence[str]) -> str:
    """``March 2022 and May 2022``; ``5 months, September 2021 to June 2022``."""
    if len(months) <= _MONTHS_NAMED:
        return wording.joined([wording.month(month) for month in months])
    return f"{len(months)} months, {wording.month(months[0])} to {wording.month(months[-1])}"


def gaps(own: pd.DataFrame, state: str) -> list[str]:
    """The months of one district that are ``state``, in order."""
    return sorted(own.loc[own["state"] == state, "month"])


def gap_label(own: pd.DataFrame) -> str:
    """What one district owes, short: ``Mar 2022 missing, 3 months late``; ``complete``."""
    parts = [
        f"{_few(months)} {word}"
        for state, word in ((MISSING, "missing"), (LATE, "late"))
        if (months := gaps(own, state))
    ]
    return ", ".join(parts) or COMPLETE


def _few(months: Sequence[str]) -> str:
    if len(months) < _LABELLED:
        return short_month(months[0])
    return f"{len(months)} months"


def freshness_summary(frame: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How many districts are complete, and until when."""
    if frame.empty:
        return "No district has delivered attendance yet."
    owing = frame.loc[frame["state"] != DELIVERED, "district_code"].nunique()
    complete = len(names) - owing
    last = frame.loc[frame["state"] == DELIVERED, "month"].max()
    return (
        f"{complete} of {len(names)} districts have delivered every school month from their first "
        f"to {wording.month(last)}, the newest in the database."
    )


# --- What to do next ----------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something to do: about whom or which file, and what."""

    about: str
    words: str


def next_steps(
    frame: pd.DataFrame,
    names: Mapping[str, str],
    rules: pd.DataFrame,
    doubts: pd.DataFrame,
    coverage: pd.DataFrame,
) -> list[Step]:
    """What an administrator would do, the most urgent first.

    Frames as of ``queries.deliveries``; ``names`` the districts by code.
    """
    return [
        *(_look_at(row) for row in coverage.to_dict("records")),
        *_ask_for(frame, names, MISSING),
        *_ask_for(frame, names, LATE),
        *_correct(rules),
        *(_decide(row) for row in doubts.to_dict("records")),
    ]


_OWED = {
    MISSING: (
        "is missing, though later months came. Ask for it.",
        "are missing, though later months came. Ask for them.",
    ),
    LATE: (
        "has not come yet, though it has from others. Ask for it.",
        "have not come yet, though they have from others. Ask for them.",
    ),
}


def _ask_for(frame: pd.DataFrame, names: Mapping[str, str], state: str) -> list[Step]:
    """One step for all districts that owe the same months."""
    owing: dict[tuple[str, ...], list[str]] = {}
    for code, name in names.items():
        if months := gaps(frame[frame["district_code"] == code], state):
            owing.setdefault(tuple(months), []).append(name)
    return [
        Step(
            wording.joined(districts),
            f"{several_months(months)} {_OWED[state][len(months) > 1]}",
        )
        for months, districts in owing.items()
    ]


def _correct(rules: pd.DataFrame) -> list[Step]:
    """One step for each file of which rows were rejected."""
    steps = []
    for file, own in rules.groupby("file", sort=False):
        rejected = f"the last load rejected {rows_in_words(int(own['rows'].sum()))}{_why(own)}."
        steps.append(Step(str(file), f"{rejected} {_advice(own['column'].iloc[0])}"))
    return steps


def _why(own: pd.DataFrame) -> str:
    rule = own["rule"].iloc[0]
    if len(own) == 1:
        return f", because {rule}"
    return f" for {len(own)} reasons, the most frequent: {rule}"


def _advice(column: str) -> str:
    if column in SPELLED:
        return "If that is how they spell it there, add it to the mapping file and load again."
    return "Have the export corrected and delivered again."


def _look_at(row: Mapping[Hashable, Any]) -> Step:
    return Step(row["about"], " ".join([row["what"], *_others(row), "Have the export mended."]))


def _others(row: Mapping[Hashable, Any]) -> list[str]:
    return [others(row["months"])] if row["months"] > 1 else []


def _decide(row: Mapping[Hashable, Any]) -> Step:
    found = "" if pd.isna(row["rows"]) else f"about {row['rows']:,} rows: "
    return Step(row["file"], f"{found}{row['rule']}. Somebody should decide.")


OUTCOMES = ("Read", "Repeated", "Rejected", "Good")


def rows_by_outcome(row: Mapping[Hashable, Any]) -> list[str]:
    """Rows of a load or of its file by what stands in them, as OUTCOMES."""
    names = ("rows_read", "rows_duplicate", "rows_rejected", "rows_good")
    return [f"{row[name]:,}" for name in names]


def rows_in_words(number: int) -> str:
    """``1 row``, ``1,312 rows``."""
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def other_spellings(spellings: Spellings, threshold: int) -> str:
    """How many spellings are too rare to be shown."""
    if not spellings.others:
        return ""
    noun = "spelling" if spellings.others == 1 else "spellings"
    return f"And {spellings.others:,} {noun} of fewer than {threshold} rows each, not shown."


# --- Uploads --------------------------------------------------------------------------------


def megabytes(size: int) -> str:
    """``12.3 MB`` of a number of bytes."""
    return f"{max(size / MEGABYTE, 0.1):,.1f} MB"


def upload_limits(limits: Limits) -> str:
    """What may be in a zip file, and how large it may be."""
    return (
        f"{', '.join(ENDINGS[:-1])} files, one mapping ({MAPPING_ENDING}) if it needs its own, and "
        f"the files that it names; at most {limits.zipped // MEGABYTE:,} MB zipped, "
        f"{limits.unpacked // MEGABYTE:,} MB "
        f"unpacked, {limits.files:,} files."
    )


def sent(upload: Upload) -> str:
    """What was sent, when and by whom."""
    by = f" by {upload.by}" if upload.by else ""
    return f"{upload.name}, {megabytes(upload.size)}, sent{by} on {moment(upload.at)}"


def moment(when: datetime) -> str:
    """``September 3, 2024, 10:15 UTC``."""
    return f"{wording.day(when.date())}, {when:%H:%M} UTC"


def ended(upload: Upload) -> tuple[str, str]:
    """What became of an upload: in two words, and in a sentence."""
    if upload.state == "loaded":
        return "Loaded", "The dashboard shows it already."
    if upload.state in ("refused", "stopped"):
        return upload.state.capitalize(), upload.refusal or ""
    return "Broken off", BROKEN_OFF


def kept(upload: Upload) -> str:
    """Where the rest of a failed upload is."""
    return (
        f"Upload {upload.number}: whoever runs the dashboard finds rejected.csv with the whole "
        "rows, where there are any, and what the load printed in its folder."
    )


BROKEN_OFF = (
    "The load ended without a word: it was stopped, the machine ran out of memory, or something "
    "went wrong on our side. The database is as it was. Upload it again, or fewer months at a time."
)
