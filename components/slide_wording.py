"""The sentences of slides, as the figures and their checks allow.

Every sentence stands in ``components/languages/en.toml``; here it is decided which one is said and
what is filled in. Another language is another such file.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from components import difference, wording
from components.deck import Note
from components.difference import finding as finding
from components.difference import headline as headline
from components.difference import last_month as last_month
from components.difference import size
from components.language import SENTENCES as SENTENCES
from components.language import months as months
from components.language import say as say
from evaluation.matched import HELD_OUT_MONTHS
from evaluation.verdict import Verdict
from queries.effects import Effect
from queries.filters import Filters, KnownValues
from queries.ranking import Ranked

Point = Mapping[Hashable, Any]
Row = Mapping[Any, Any]

LAST_MONTH = 12
_NAMES_TOLD = 2
_LONGEST_SELECTION = 42  # with the day and the link, two lines of the narrower shape
_LONGEST_NAME, _LONGEST_PLACE = 24, 13
_MISSING_NAMED = 3
_LONGEST_TITLE = 140  # three lines of the narrower shape


def notes(topic: str, questions: str = "questions", **filled: Any) -> tuple[Note, ...]:
    """The hard questions of a slide with their answers."""
    return tuple(
        Note(_sentence(question, filled), _sentence(answer, filled))
        for question, answer in SENTENCES[topic][questions]
    )


def _sentence(template: str, filled: Mapping[str, Any]) -> str:
    words = template.format(**filled)
    return words[:1].upper() + words[1:]


def joined(words: Sequence[str]) -> str:
    """``a, b and c`` in the language."""
    return wording.joined(words, SENTENCES["and"])


def short(name: str) -> str:
    """A group's name, short enough for a title."""
    return wording.short(name, _LONGEST_NAME)


def place(name: str) -> str:
    """The name of a place, short enough for a title that has two of them."""
    return wording.short(name, _LONGEST_PLACE)


def count(number: Any, about: bool, threshold: int) -> str:
    """``1,387``, ``about 95`` or ``fewer than 20``."""
    if pd.isna(number):
        return say("counts", "withheld", threshold=threshold)
    return say("counts", "about" if about else "exact", number=int(number))


# --- What is shown -----------------------------------------------------------------------


def selection(filters: Filters, known: KnownValues) -> str:
    """The filters in a line: names where they are few, numbers where they are many."""
    chosen = filters.chosen()
    if not chosen:
        return str(SENTENCES["selection"]["everything"])
    for told in range(_NAMES_TOLD, -1, -1):
        words = ", ".join(
            _chosen(dimension, values, known, told) for dimension, values in chosen.items()
        )
        if len(words) <= _LONGEST_SELECTION:
            return words
    return say("selection", "many", number=sum(map(len, chosen.values())))


def _chosen(dimension: str, values: Sequence[str], known: KnownValues, told: int) -> str:
    if len(values) > max(told, 1):
        return str(SENTENCES["selection"]["some"][dimension]).format(number=len(values))
    names = [short(known.labels(dimension)[value]) for value in values]
    return wording.chosen(dimension, names, SENTENCES["or"], known)


def source(words: str, data_as_of: date, *, demonstration: bool) -> str:
    """The line under every slide."""
    kind = SENTENCES["source"]["demonstration"] if demonstration else ""
    line = say("source", "line", selection=words, day=wording.day(data_as_of), demonstration=kind)
    return line[:1].upper() + line[1:]


# --- The difference ----------------------------------------------------------------------


def anyway(effect: Effect) -> str:
    """The answer to "would they have come back anyway?", in figures."""
    found, after = headline(effect), last_month(effect)
    before = effect.months[-1]
    if effect.verdict is not Verdict.EFFECT or found is None or after is None or before["withheld"]:
        return say("lines", "anyway_unknown", verdict=difference.sentence(effect))
    return say(
        "lines",
        "anyway" if found.is_clear and found.effect > 0 else "anyway_unclear",
        when=months(found.event_month),
        compared_before=wording.rate(before, "comparison_rate"),
        compared_after=wording.rate(after, "comparison_rate"),
        visited_before=wording.rate(before, "visited_rate"),
        visited_after=wording.rate(after, "visited_rate"),
        points=difference.points(found.effect),
        interval=found.interval,
    )


def sure(effect: Effect) -> str:
    """How sure the headline is."""
    found = headline(effect)
    if found is None:
        return difference.reason_for_no_figure(effect)
    return say(
        "effect", "sure_clear" if found.is_clear else "sure_unclear", interval=found.interval
    )


def alike(effect: Effect) -> str:
    """Whether visited and similar students agreed where the matching did not make them."""
    if effect.verdict in (None, Verdict.FEW):
        return check(effect)
    return say("effect", "alike", check=check(effect), share=wording.share(effect.share_matched))


def check(effect: Effect) -> str:
    """What became of the check of the past, its gaps where they may be shown."""
    if effect.verdict is None:
        return say("check", "FEW")
    if effect.inherited:
        return inheritance(effect)
    told = [say("check", "gap", size=gap, month=wording.signed(at)) for at, gap in gaps(effect)]
    shown = say("check", "gaps", gaps=joined(told)) if told else say("check", "withheld")
    return say("check", effect.verdict.name, gaps=shown)


def takes_a_pass(effect: Effect) -> bool:
    """Whether its figure may be said because the check of all visited students passed."""
    return effect.inherited and effect.verdict is Verdict.EFFECT


def inheritance(effect: Effect) -> str:
    """What students take that are too few to check by themselves."""
    return difference.taken(effect.verdict)


def gaps(effect: Effect) -> list[tuple[int, str]]:
    """Months that the matching never used and the gap there in points, where it is known."""
    found = [(at, effect.checked("held_out", at)["effect"]) for at in HELD_OUT_MONTHS]
    return [(at, size(gap, exact=True)) for at, gap in found if not pd.isna(gap)]


def own_list_notes(effect: Effect) -> tuple[Note, ...]:
    """Whose students a coordinator's slides are of, where they are not all that match."""
    return notes("own_list") if effect.own_list else ()


def second(effect: Effect) -> str:
    """The second method; where no single number may be told, why both stand side by side."""
    if headline(effect) is None:
        return difference.reason_for_no_figure(effect)
    return difference.second_method(effect) or say("effect", "second_none")


# --- Groups ------------------------------------------------------------------------------


def groups_finding(rows: Sequence[Ranked], split: str) -> str:
    """The groups of a split in a sentence that claims no order the intervals do not hold."""
    noun = SENTENCES["groups"]["noun"][split]
    told = [row for row in rows if row.is_told]
    if not told:
        return say("groups", "none", noun=noun)
    if len(told) == 1:
        return say("groups", "one", noun=noun, name=name(told[0]), figure=_alone(told[0]))
    upper, lower = _parted(told)
    if upper:
        sentence = say(
            "groups",
            "larger",
            top=joined([name(row) for row in upper]),
            most=_sizes(upper),
            rest=joined([name(row) for row in lower]),
            least=_sizes(lower),
        )
        if len(sentence) <= _LONGEST_TITLE:
            return sentence
    is_sure_in_part = any(one.is_above(other) for one in told for other in told)
    return say(
        "groups",
        "span",
        noun=noun,
        least=size(told[-1].figure["effect"], exact=True),
        lowest=name(told[-1]),
        most=difference.points(told[0].figure["effect"]),
        highest=name(told[0]),
        order=SENTENCES["groups"]["order_some" if is_sure_in_part else "order_unsure"],
    )


def _parted(told: Sequence[Ranked]) -> tuple[Sequence[Ranked], Sequence[Ranked]]:
    """The groups surely above the others, each clearly above zero, and those; or nobody."""
    for number in range(1, len(told)):
        upper, lower = told[:number], told[number:]
        is_above = all(one.is_above(other) for one in upper for other in lower)
        if is_above and all(row.figure["low"] > 0 for row in upper):
            return upper, lower
    return (), ()


def _sizes(rows: Sequence[Ranked]) -> str:
    sizes = sorted(row.figure["effect"] for row in rows)
    least, most = size(sizes[0]), size(sizes[-1])
    return say("groups", "size" if least == most else "sizes", least=least, most=most)


def _alone(row: Ranked) -> str:
    found = difference.headline_of(row.figure)
    if found is None or not found.is_clear:
        return say("groups", "one_unclear")
    return say("groups", "one_clear", **difference.filled(found))


def name(row: Ranked) -> str:
    """A group's name, short."""
    return short(row.effect.label)


def caution(row: Ranked) -> str:
    """Why a group's figure may not stand by itself, in two words; empty where it may."""
    return difference.caution(row.effect)


def estimate(row: Ranked) -> str:
    """``9.1 (7.2 to 11.0)``, with a caution where due; the caution alone without a figure."""
    told = "" if pd.isna(row.figure["low"]) else difference.estimate(row.figure)
    why = caution(row)
    if told and why:
        return say("groups", "caution_row", estimate=told, caution=why)
    return told or why


def missing(rows: Sequence[Ranked]) -> list[str]:
    """Names of groups without a figure that may stand by itself, the rest in a number."""
    names = [name(row) for row in rows if not row.is_told]
    more = len(names) - _MISSING_NAMED
    return names if more <= 1 else [*names[:_MISSING_NAMED], SENTENCES["more"].format(number=more)]


def groups_notes(rows: Sequence[Ranked]) -> tuple[Note, ...]:
    """Which is best, which take the check of all students, and why some have no figure."""
    taken = [name(row) for row in rows if row.is_told and row.effect.inherited]
    unclear = [row for row in rows if not row.is_told]
    asked = notes("groups", best=_best([row for row in rows if row.is_told]))
    if taken:
        who = say("inherited", "group" if len(taken) == 1 else "groups", names=joined(taken))
        told = say("inherited", "EFFECT", who=who)
        asked += notes("groups", "questions_inherited", inherited=told)
    if not unclear:
        return asked
    reasons = [
        say("groups", "reason", name=name(row), caution=difference.short_reason(row.effect))
        for row in unclear
    ]
    named = joined(missing(rows))
    why = notes("groups", "questions_missing", missing=named, reasons=f"{'; '.join(reasons)}.")
    return (*asked, *why)


def _best(told: Sequence[Ranked]) -> str:
    first = _first(told)
    if len(told) < 2:
        return say("groups", "best_none")
    if len(first) == len(told):
        return say("groups", "best_all", number=len(told))
    if len(first) > 1:
        return say("groups", "best_some", names=joined([name(row) for row in first]))
    return say("groups", "best_one", name=name(first[0]))


def _first(told: Sequence[Ranked]) -> list[Ranked]:
    """The groups that none of those told is surely above."""
    return [row for row in told if not any(other.is_above(row) for other in told)]


def is_order_unsure(rows: Sequence[Ranked]) -> bool:
    """Whether several groups with a figure could be first among them."""
    return len(_first([row for row in rows if row.is_told])) > 1
