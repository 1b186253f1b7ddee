"""A difference between visited and similar students in words: one rounding, one range, one reason.

Everything that tells a difference, on a page, a slide or in a file, says it by these functions:

- A difference is told in percentage points, as ``queries`` rounds it: whole points over few
  students, tenths over many. Tables show it so; a headline rounds a tenth to whole points, halves
  away from zero: 8.5 is about 9, −8.5 about 9 lower. Under one point a headline keeps the tenth.
- Its range is the 95 % interval of that number alone, rounded alike. The band over months is wider,
  because it holds the whole curve; where it is drawn it is called so.
- Where the checks allow no single number there is a range, and one reason why.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from components.language import SENTENCES, months, say
from components.numbers import numeral, signed, span
from evaluation.matched import HELD_OUT_MONTHS
from evaluation.verdict import LARGEST_HELD_OUT_GAP, Verdict
from queries.effects import HEADLINE_MONTH, Effect
from queries.told import by_method, is_one_number, told

Point = Mapping[Hashable, Any]
Figure = Mapping[Any, Any]


# --- A number ----------------------------------------------------------------------------


def tenths(difference: float) -> float:
    """0.0846 -> 8.5: points, no finer than they are ever told."""
    return round(100 * float(difference), 1) + 0.0


def size(difference: float, *, exact: bool = False) -> str:
    """Points without their unit: ``9``, or ``8.6`` where exact or under one; a true minus."""
    number = tenths(difference)
    if exact or abs(number) < 1:
        return numeral(number)
    return numeral(float(Decimal(str(number)).quantize(Decimal(1), ROUND_HALF_UP)))


def points(difference: float) -> str:
    """0.0914 -> ``9.1 points``, 0.08 -> ``8 points``, with a true minus sign."""
    return _with_unit(size(difference, exact=True))


def signed_points(difference: float) -> str:
    """``+9.1 points``, ``−1 point``, ``0 points``."""
    return _with_unit(signed(tenths(difference)))


def about(difference: float) -> str:
    """``about 9 points``, ``about 1 point``, of the size alone."""
    words = size(abs(difference))
    return say("effect", "about", size=words, points=unit(words))


def _with_unit(words: str) -> str:
    return f"{words} {unit(words)}"


def unit(words: str) -> str:
    """``point`` after ``1``, ``+1`` and ``−1``, ``points`` after anything else."""
    is_one = words.lstrip("+\N{MINUS SIGN}") == "1"
    return str(SENTENCES["effect"]["point" if is_one else "points"])


def ends(figure: Figure) -> str:
    """``8.2 to 10.1``; empty where there is no range."""
    if pd.isna(figure["low"]):
        return ""
    return span(tenths(figure["low"]), tenths(figure["high"]))


def interval(figure: Figure) -> str:
    """``95 % interval 7.4 to 9.9``."""
    return say("effect", "interval", ends=ends(figure)).replace(" %", "\N{NO-BREAK SPACE}%")


def estimate(figure: Figure) -> str:
    """``9.1 (8.2 to 10.1)``; a range alone ``7.1 to 11.8``; a dash where there is nothing."""
    if pd.isna(figure["effect"]):
        return ends(figure) or "–"
    number = size(figure["effect"], exact=True)
    return f"{number} ({ends(figure)})" if ends(figure) else number


# --- A finding ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Headline:
    """What may be said in one figure: the month, the points, and its interval in words."""

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
    """The figure that the verdict allows: of the main method, of the second, or none."""
    if effect.verdict is None:
        return None
    after = last_month(effect)
    is_main = effect.verdict is Verdict.EFFECT and after is not None
    event_month = int(after["event_month"]) if is_main and after else HEADLINE_MONTH
    return headline_of(told(effect, event_month), event_month)


def headline_of(figure: Figure, event_month: int = HEADLINE_MONTH) -> Headline | None:
    """The same of a figure as ``queries.told`` gives it."""
    if pd.isna(figure["effect"]) or pd.isna(figure["low"]):
        return None
    number, low, high = (float(figure[name]) for name in ("effect", "low", "high"))
    return Headline(event_month, number, low, high, interval(figure))


def last_month(effect: Effect) -> Point | None:
    """The headline month, or the last before it that is shown; None without any."""
    frame = effect.frame
    is_after = (frame["event_month"] > 0) & (frame["event_month"] <= HEADLINE_MONTH)
    known = frame[is_after & ~frame["withheld"]].dropna(subset=["effect"])
    return None if known.empty else known.to_dict("records")[-1]


def finding(effect: Effect) -> str:
    """The difference of all chosen in a sentence, without a full stop: the title of a slide."""
    if effect.verdict is None:
        return say("effect", "none", threshold=effect.threshold)
    found = headline(effect)
    if found is None:
        plain = {Verdict.RANGE: "range", Verdict.SYMMETRIC: "range", Verdict.UNCHECKED: "unchecked"}
        why = plain.get(effect.verdict, "few")
        return say("effect", "range_inherited" if effect.inherited and why == "range" else why)
    kind = "symmetric_" if effect.verdict is Verdict.SYMMETRIC else ""
    return say("effect", f"{kind}{'clear' if found.is_clear else 'unclear'}", **filled(found))


def filled(found: Headline) -> dict[str, str]:
    """What a sentence about a headline is filled in with."""
    words, is_more = SENTENCES["effect"], found.effect > 0
    return {
        "When": months(found.event_month).capitalize(),
        "about": about(found.effect),
        "direction": words["higher" if is_more else "lower"],
        "gained": words["gained" if is_more else "lost"],
        "interval": found.interval,
    }


def sentence(effect: Effect) -> str:
    """What may be said of the selection, in a sentence or two; why there is no single number."""
    if headline(effect) is None:
        return reason_for_no_figure(effect)
    parts = [f"{finding(effect)}."]
    if effect.verdict is Verdict.EFFECT:
        parts.append(second_method(effect))
    if effect.inherited:
        parts.append(taken(effect.verdict))
    return " ".join(part for part in parts if part)


def taken(verdict: Verdict | None, who: str | None = None) -> str:
    """What students take from all who were visited, being too few to check by themselves."""
    name = "FEW" if verdict is None else verdict.name
    return say("inherited", name, who=who or SENTENCES["inherited"]["these"])


def second_method(effect: Effect) -> str:
    """What the second method finds beside a headline; empty where it cannot be had."""
    figure = effect.checked("symmetric", HEADLINE_MONTH)
    if not is_one_number(figure):
        return ""
    return say("effect", "second", estimate=estimate(figure), month=HEADLINE_MONTH)


# --- Why there is no single number -------------------------------------------------------


def reason_for_no_figure(effect: Effect) -> str:
    """Why no single number is told, with the figure that says so, and what is told instead.

    Empty where there is one.
    """
    if effect.verdict is None:
        return say("no_figure", "none", threshold=effect.threshold)
    if headline(effect) is not None:
        return ""
    if effect.verdict is Verdict.EFFECT:
        return say("no_figure", "no_month")
    return f"{_why(effect)} {_instead(effect)}".strip()


def _why(effect: Effect) -> str:
    if effect.inherited:
        return taken(effect.verdict)
    if effect.verdict is Verdict.FEW:
        return say("no_figure", "few")
    if effect.verdict is Verdict.UNCHECKED:
        return say("no_figure", "unchecked")
    return already_differed(effect)


def already_differed(effect: Effect) -> str:
    """How far visited and similar students differed a year before; in words where not told."""
    gaps = [(month, effect.checked("held_out", month)) for month in HELD_OUT_MONTHS[::-1]]
    known = [(month, gap) for month, gap in gaps if is_one_number(gap)]
    if not known:
        return say("no_figure", "differed", whose=_whose(effect))
    month, gap = max(known, key=lambda found: abs(found[1]["effect"]))
    words = SENTENCES["no_figure"]
    return say(
        "no_figure",
        "range",
        when=words["before"][str(-month)],
        whose=_whose(effect),
        points=points(abs(gap["effect"])),
        more=words["more" if gap["effect"] > 0 else "less"],
        ends=ends(gap),
        allowed=size(LARGEST_HELD_OUT_GAP),
    )


def _whose(effect: Effect) -> str:
    if not effect.district:
        return str(SENTENCES["no_figure"]["these"])
    return say("no_figure", "of_district", district=effect.district)


def _instead(effect: Effect) -> str:
    """Both methods, or the range that is left of one."""
    one, other = by_method(effect, HEADLINE_MONTH)
    if is_one_number(one) and is_one_number(other):
        return say("no_figure", "both", one=estimate(one), other=estimate(other))
    left = told(effect)
    return "" if math.isnan(left["low"]) else say("no_figure", "alone", range=ends(left))


def caution(effect: Effect) -> str:
    """The same in two or three words, for a row; empty where the number may stand by itself."""
    if effect.verdict is Verdict.EFFECT and is_one_number(told(effect)):
        return ""
    return short_reason(effect, "cautions")


def short_reason(effect: Effect, topic: str = "reasons") -> str:
    """The same in a clause."""
    key = "WITHHELD" if effect.verdict is None else effect.verdict.name
    known = SENTENCES[topic]
    if effect.inherited:
        key = f"{key}_OF_ALL"
    return str(known.get(key, known["FEW"])).format(threshold=effect.threshold)
