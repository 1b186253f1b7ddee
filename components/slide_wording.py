"""The sentences of slides, as the figures and their checks allow.

Every sentence stands in ``components/languages/en.toml``; here it is decided which one is said and
what is filled in. Another language is another such file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from components import wording
from components.deck import Note
from evaluation.matched import HELD_OUT_MONTHS
from evaluation.verdict import Verdict
from queries.effects import HEADLINE_MONTH, Effect
from queries.filters import Filters, KnownValues
from queries.ranking import Ranked

Point = Mapping[Hashable, Any]
Row = Mapping[Any, Any]

_LANGUAGE = Path(__file__).with_name("languages") / "en.toml"

SENTENCES: dict[str, Any] = tomllib.loads(_LANGUAGE.read_text(encoding="utf-8"))

LAST_MONTH = 12
_NAMES_TOLD = 2
_LONGEST_SELECTION = 42  # with the day and the link, two lines of the narrower shape
_LONGEST_NAME, _LONGEST_PLACE = 24, 13
_MISSING_NAMED = 3
_LONGEST_TITLE = 140  # three lines of the narrower shape


def say(topic: str, sentence: str, **filled: Any) -> str:
    """A sentence of the language file with its gaps filled in."""
    return str(SENTENCES[topic][sentence]).format(**filled)


def notes(topic: str, questions: str = "questions", **filled: Any) -> tuple[Note, ...]:
    """The hard questions of a slide with their answers."""
    return tuple(
        Note(_sentence(question, filled), _sentence(answer, filled))
        for question, answer in SENTENCES[topic][questions]
    )


def _sentence(template: str, filled: Mapping[str, Any]) -> str:
    words = template.format(**filled)
    return words[:1].upper() + words[1:]


def months(number: int) -> str:
    """``six months``; up to the headline month."""
    words = SENTENCES["month" if number == 1 else "months"]
    return str(words).format(number=SENTENCES["numbers"][number])


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


@dataclass(frozen=True)
class Headline:
    """What may be said in one figure: the month, the points, and the interval in words."""

    event_month: int
    effect: float
    low: float
    high: float
    interval: str

    @property
    def is_clear(self) -> bool:
        """The interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


def headline(effect: Effect) -> Headline | None:
    """The figure that the verdict allows: the matched one, the second opinion, or none."""
    if effect.verdict is Verdict.SYMMETRIC:
        return _headline(HEADLINE_MONTH, effect.checked("symmetric", HEADLINE_MONTH), "interval")
    if effect.verdict is not Verdict.EFFECT:
        return None
    point = last_month(effect)
    return None if point is None else _headline(point["event_month"], point, "band")


def _headline(event_month: int, figure: Mapping[Any, Any], kind: str) -> Headline | None:
    if pd.isna(figure["effect"]) or pd.isna(figure["low"]):
        return None
    size, low, high = (float(figure[name]) for name in ("effect", "low", "high"))
    return Headline(event_month, size, low, high, interval(figure, kind))


def interval(figure: Mapping[Any, Any], kind: str = "interval") -> str:
    """``95 % interval 7.4 to 9.9``; of all months at once, ``95 % band``."""
    low, high = (size(figure[name], exact=True) for name in ("low", "high"))
    return say("effect", kind, low=low, high=high).replace(" %", "\N{NO-BREAK SPACE}%")


def last_month(effect: Effect) -> Point | None:
    """The headline month, or the last before it that is shown; None without any."""
    frame = effect.frame
    is_after = (frame["event_month"] > 0) & (frame["event_month"] <= HEADLINE_MONTH)
    known = frame[is_after & ~frame["withheld"]].dropna(subset=["effect"])
    return None if known.empty else known.to_dict("records")[-1]


def size(difference: float, *, exact: bool = False) -> str:
    """Points without their unit: ``9``, or ``8.6`` where exact or under one; a true minus."""
    points = round(100 * difference, 1) + 0.0
    whole = Decimal(str(points)).quantize(Decimal(1), ROUND_HALF_UP)
    told = f"{points:.1f}" if exact or abs(points) < 1 else str(whole)
    return told.replace("-", "\N{MINUS SIGN}")


def points(difference: float) -> str:
    """``point`` after ``1``, ``points`` after anything else."""
    return str(SENTENCES["effect"]["point" if size(difference) == "1" else "points"])


def finding(effect: Effect) -> str:
    """The difference of all chosen in a sentence, without a full stop."""
    if effect.verdict is None:
        return say("effect", "none", threshold=effect.threshold)
    found = headline(effect)
    if found is None:
        plain = {Verdict.RANGE: "range", Verdict.SYMMETRIC: "range", Verdict.UNCHECKED: "unchecked"}
        told = plain.get(effect.verdict, "few")
        return say("effect", "range_inherited" if effect.inherited and told == "range" else told)
    kind = "symmetric_" if effect.verdict is Verdict.SYMMETRIC else ""
    sentence = f"{kind}{'clear' if found.is_clear else 'unclear'}"
    return say("effect", sentence, **_filled(found))


def _filled(found: Headline) -> dict[str, str]:
    words, is_more = SENTENCES["effect"], found.effect > 0
    return {
        "When": months(found.event_month).capitalize(),
        "size": size(abs(found.effect)),
        "points": points(abs(found.effect)),
        "direction": words["higher" if is_more else "lower"],
        "gained": words["gained" if is_more else "lost"],
        "interval": found.interval,
    }


def anyway(effect: Effect) -> str:
    """The answer to "would they have come back anyway?", in figures."""
    found, after = headline(effect), last_month(effect)
    before = effect.months[-1]
    if effect.verdict is not Verdict.EFFECT or found is None or after is None or before["withheld"]:
        return say("lines", "anyway_unknown", verdict=f"{finding(effect)}.")
    return say(
        "lines",
        "anyway" if found.is_clear and found.effect > 0 else "anyway_unclear",
        when=months(found.event_month),
        compared_before=wording.rate(before, "comparison_rate"),
        compared_after=wording.rate(after, "comparison_rate"),
        visited_before=wording.rate(before, "visited_rate"),
        visited_after=wording.rate(after, "visited_rate"),
        size=size(found.effect, exact=True),
        interval=found.interval,
    )


def sure(effect: Effect) -> str:
    """How sure the headline is."""
    found = headline(effect)
    if found is None:
        return say("effect", "sure_none")
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
    verdict = "FEW" if effect.verdict is None else effect.verdict.name
    return say("inherited", verdict, who=SENTENCES["inherited"]["these"])


def gaps(effect: Effect) -> list[tuple[int, str]]:
    """Months that the matching never used and the gap there in points, where it is known."""
    found = [(at, effect.checked("held_out", at)["effect"]) for at in HELD_OUT_MONTHS]
    return [(at, size(gap, exact=True)) for at, gap in found if not pd.isna(gap)]


def second(effect: Effect) -> str:
    """The second opinion."""
    figure = effect.checked("symmetric", HEADLINE_MONTH)
    if pd.isna(figure["effect"]) or pd.isna(figure["low"]):
        return say("effect", "second_none")
    return say(
        "effect",
        "second",
        size=size(figure["effect"], exact=True),
        interval=interval(figure),
        month=HEADLINE_MONTH,
    )


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
        most=size(told[0].figure["effect"], exact=True),
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
    found = _headline(HEADLINE_MONTH, row.figure, "interval")
    if found is None or not found.is_clear:
        return say("groups", "one_unclear")
    return say("groups", "one_clear", **_filled(found))


def name(row: Ranked) -> str:
    """A group's name, short."""
    return short(row.effect.label)


def caution(row: Ranked) -> str:
    """Why a group's figure may not stand by itself, in two words; empty where it may."""
    return "" if row.is_told else _why(row, "cautions")


def _why(row: Ranked, topic: str) -> str:
    verdict = row.effect.verdict
    key = "WITHHELD" if verdict is None else verdict.name
    known = SENTENCES[topic]
    if row.effect.inherited:
        key = f"{key}_OF_ALL"
    return str(known.get(key, known["FEW"])).format(threshold=row.effect.threshold)


def estimate(row: Ranked) -> str:
    """``9.1 (7.2 to 11.0)``, with a caution where due; the caution alone without a figure."""
    told = "" if pd.isna(row.figure["effect"]) else wording.estimate(row.figure)
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
        say("groups", "reason", name=name(row), caution=_why(row, "reasons")) for row in unclear
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


def shown_rate(row: Row, column: str) -> str:
    """A rate of ``queries.standing``."""
    return wording.rate({column: row[column], "beyond": row[f"{column}_beyond"]}, column)
