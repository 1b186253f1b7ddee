"""What stands in columns of fixed values, and which texts mean nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from reporting.contract import InputColumn
from reporting.proposal.columns import Assignment
from reporting.proposal.draft import Doubt, Part, commented, entry, literal, rows_in_words, shown
from reporting.proposal.flags import says_no, says_yes
from reporting.proposal.names import says_absence
from reporting.proposal.plausible import MOST_SPELLINGS
from reporting.proposal.spellings import Meaning, has_spellings, meaning_of, takes_as_is

_MEAN_NOTHING = frozenset(
    "null (null) <null> \\n n/a na #n/a #ref! #value! #name? none nan (blank) - -- --- .".split()
)

_NO_CODE = "no code: in many systems, present"
_ABOUT_CODES = {
    "attended": "A value is the share of the day that counts as attended.",
    "absent": "A value is the share of the day that counts as absent; late counts as 0.",
}


def missing_texts(reading: Assignment, rows: pd.DataFrame) -> tuple[str, ...]:
    """Texts such as NULL that stand in the columns that are read, as they are written.

    One that means something in a column of fixed values, such as NA among outcomes, is none.
    """
    found: dict[str, str] = {}
    meant: set[str] = set()
    for column in reading.kind.columns:
        theirs = reading.theirs(column.name)
        for text in [] if theirs is None else rows[theirs].unique():
            if text.lower() in _MEAN_NOTHING:
                found.setdefault(text.lower(), text)
                if has_spellings(column) and meaning_of(column, text).ours is not None:
                    meant.add(text.lower())
    return tuple(text for low, text in found.items() if low not in meant)


def without(rows: pd.DataFrame, missing: Iterable[str]) -> pd.DataFrame:
    """The rows with blanks for texts that mean nothing."""
    nothing = {text.lower() for text in missing}
    return rows.apply(lambda texts: texts.mask(texts.str.lower().isin(nothing), ""))


def spelling_parts(column: InputColumn, source: str, texts: pd.Series[str]) -> list[Part]:
    """Lines that translate every spelling of a column of fixed values, with how often it comes.

    ``source`` is their column, or ``({column})`` where blanks have to be translated too.
    """
    parts = translations(source, texts, _meaning_in(column, source), _possible(column))
    if column.name in _ABOUT_CODES and parts:
        about_codes = Doubt(
            "Codes of attendance differ by district: hold each line below against your own list "
            f"of codes. {_ABOUT_CODES[column.name]}"
        )
        return [about_codes, *parts]
    return parts


def _possible(column: InputColumn) -> str:
    return f"Possible: {', '.join(column.choices) or 'shares of a day from 0 to 1'}."


def _meaning_in(column: InputColumn, source: str) -> Callable[[str], Meaning | None]:
    """Text -> its meaning, None where the loader understands it as it is."""
    is_wrapped = source.startswith("({")
    is_of_absence = column.name == "attended" and says_absence(source.strip("({})"))

    def meaning(text: str) -> Meaning | None:
        inner = text[1:-1] if is_wrapped else text
        if not inner:
            return Meaning("1" if column.name == "attended" else "0", _NO_CODE)
        if is_of_absence and (says_yes(inner) or says_no(inner)):
            return Meaning("0" if says_yes(inner) else "1")
        if takes_as_is(column, inner):
            return Meaning(inner) if is_wrapped else None
        return meaning_of(column, inner)

    return meaning


def translations(
    source: str,
    texts: pd.Series[str],
    meaning: Callable[[str], Meaning | None],
    possible: str = "",
) -> list[Part]:
    """A line for every different text, the most frequent first; a doubt where nobody can tell.

    ``meaning`` gives None for a text that needs no line.
    """
    counts = _counted(texts)
    parts: list[Part] = []
    unknown: dict[str, int] = {}
    for text, count in counts.items():
        said = meaning(text)
        if said is None:
            continue
        if said.ours is None:
            unknown[text] = count
            continue
        if said.doubt:
            parts.append(Doubt(f"“{text}” in “{source}”: {said.doubt}."))
        parts.append(entry(literal(text), said.ours, rows_in_words(count)))
    return parts + _unknown(source, unknown, possible)


def _unknown(source: str, counts: Mapping[str, int], possible: str) -> list[Part]:
    if not counts:
        return []
    rows = sum(counts.values())
    doubt = Doubt(
        f"What does “{source}” mean by {shown(counts)}? Until you say, "
        f"{rows_in_words(rows)} with it will be rejected. {possible}".rstrip()
    )
    lines = [
        commented(entry(literal(text), "", rows_in_words(count))) for text, count in counts.items()
    ]
    return [doubt, *lines[:MOST_SPELLINGS]]


def _counted(texts: pd.Series[str]) -> dict[str, int]:
    """Different texts and their rows, the most frequent first; capital letters do not matter."""
    filled = texts[texts != ""]
    lower = filled.str.lower()
    spelled = dict(zip(lower, filled, strict=True))
    return {spelled[str(text)]: int(count) for text, count in lower.value_counts().items()}
