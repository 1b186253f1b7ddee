"""What local spellings mean: by the words they contain, with a doubt where districts differ."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reporting.contract import InputColumn


@dataclass(frozen=True)
class Meaning:
    """Our value for a spelling; None where nobody can tell. ``doubt``: why to check it."""

    ours: str | None
    doubt: str = ""


@dataclass(frozen=True)
class _Rule:
    words: re.Pattern[str]
    ours: str
    doubt: str = ""


def _rules(*lines: tuple[str, str] | tuple[str, str, str]) -> tuple[_Rule, ...]:
    """Words that begin so, or a code, which ends in $, alone: the T of "Bo T" is no tardy."""
    return tuple(
        _Rule(re.compile(rf"\b(?:{_CODE.sub(_WHOLE, words)})"), *said) for words, *said in lines
    )


_CODE, _WHOLE = re.compile(r"\b([a-z/]+)\$"), r"^\1$"

UNKNOWN = Meaning(None)

# A pattern matches at the beginning of a word: "cancel" is also cancelled.
_PLACES = _rules(
    (
        "zoom|teams|virtual|video|online|google ?meet|meet\\b|webex|face ?time|remote|skype",
        "virtual",
    ),
    ("phone|telephone|tel\\b|tel\\.|(?<!video )(?<!zoom )(?<!teams )call|sms|text", "phone"),
    ("home\\b|hm\\b|hv\\b|house|apartment|residence|porch|door", "home"),
    ("school|office|classroom|campus|building", "school"),
    (
        "community|librar|church|park\\b|cent(?:er|re)|caf|restaurant|shelter|neutral|store|ymca"
        "|mosque|temple|workplace|public|off ?site",
        "community",
    ),
)
_NOT = re.compile(r"\b(?:no|not|nobody|never|un\w+|without)\b|n't\b")

# The first that fits counts.
_OUTCOMES = _rules(
    ("no[ -]?show", "attempted", "a family that did not come: attempted, or cancelled?"),
    ("resched", "cancelled", "a visit put off: cancelled, or no visit of its own?"),
    ("cancel|cxl|canc\\b|called off", "cancelled"),
    ("declin|refus|not interested", "attempted", "a family that declined: attempted or cancelled?"),
    ("postpon", "cancelled", "a visit put off: cancelled, or no visit of its own?"),
    (
        "attempt|nobody|no ?one|no answer|no response|no contact|not (?:at )?home|not avail"
        "|unavail|unsuccess|unable|left\\b|voice ?mail|na$|n/a$|moved|wrong address|could ?n[o']t",
        "attempted",
    ),
    (
        "incomplete|not (?:complete|done|held|made)|no$|n$|fail",
        "attempted",
        "not completed: attempted, or cancelled?",
    ),
    ("partial", "completed", "part of a visit: completed, or attempted?"),
    (
        "complet|done|yes$|y$|success|held|met\\b|visited|finished|conducted|made|occurred|contacted"
        "|true$|1$|x$",
        "completed",
    ),
)
_VISITORS = _rules(
    (
        "school|teacher|staff|counsel|social worker|principal|para|dean|nurse|district|liaison"
        "|psycholog|educator|admin|tutor|coach",
        "school",
    ),
    (
        "communit|partner|cbo|agency|volunteer|outside|non-?profit|neighbo|church|family resource"
        "|parent|ymca",
        "community",
    ),
)

_ON_TIME = _rules(
    (
        "present|in attendance|att(?:en)?d(?:ed)?\\b|p$|pr$|pre$|prs$|here|on ?time|yes$|y$|true$",
        "1",
    )
)

# T counts as attended: a student who comes late is there.
_ATTENDED = (
    *_rules(
        ("not present", "0"),
        ("unexcused tard|excused tard|tard|late\\b|t$|ty$|tdy$|l$|te$|tu$|lt$", "1"),
    ),
    *_ON_TIME,
    *_rules(
        ("h$|half|hd$", "0.5", "H is a half day in some districts and a holiday in others"),
        ("partial", "0.5", "part of a day: what share counts as attended?"),
        (
            "early|dismiss|left early|d$|ed$",
            "1",
            "a student who leaves early: attended for what share?",
        ),
        (
            "iss\\b|in[ -]school susp",
            "1",
            "in-school suspension: is the student counted as present?",
        ),
        ("oss\\b|out[ -]of[ -]school|susp|expel|s$", "0", "a suspension: is the student absent?"),
        (
            "virtual|remote|online|distance|v$|r$|vp$",
            "1",
            "a remote day: does it count as attended?",
        ),
        ("field ?trip|activity|school business|ft$|act$", "1", "away on school business: present?"),
        ("unexcused|unverified|unx?$|ux$|u$|ua$|truan|tr$", "0"),
        ("excused|e$|ex$|ea$|exc$|med|illness|sick|ill$|i$", "0"),
        ("absen|a$|ab$|abs$|no$|n$|false$", "0"),
    ),
)
_THE_REST = {"1": "0", "0.5": "0.5", "0": "1"}
_YES = re.compile(
    r"(?:y|yes|true|t|x|1|free|reduced|f|r|f/r|eligible|free lunch|reduced lunch"
    r"|sp(?:ecial)? ?ed(?:ucation)?|iep|active|ell?|lep)"
)
_NO = re.compile(
    r"(?:n|no|none|false|0|p|paid|full|full price|not eligible|not|reg(?:ular)? ?ed(?:ucation)?"
    r"|inactive|denied|non-?ell|fluent|not .*)"
)

_GRADE_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
)
_CLASS_NAMES = {"freshman": "9", "sophomore": "10", "junior": "11", "senior": "12"}


def meaning_of(column: InputColumn, spelling: str) -> Meaning:
    """What a spelling in one of our columns probably means."""
    return _READERS[column.name](_told(spelling))


def _told(spelling: str) -> str:
    """What a spelling says: of uri://ed-fi.org/GradeLevelDescriptor#Ninth_grade, ninth grade."""
    return " ".join(spelling.lower().rpartition("#")[2].replace("_", " ").split())


def is_readable(column: InputColumn, spelling: str) -> bool:
    """Is a spelling one of ours, or does it contain words that are known?"""
    return takes_as_is(column, spelling) or meaning_of(column, spelling).ours is not None


def takes_as_is(column: InputColumn, spelling: str) -> bool:
    """Does the loader understand a spelling without a mapping?"""
    text = spelling.strip().lower()
    if column.choices:
        known = (*column.choices, *column.spellings)
        return text in {each.lower() for each in known}
    return re.fullmatch(r"0(\.\d+)?|\.\d+|1(\.0+)?", text) is not None


def may_be_presence(spelling: str) -> bool:
    """Can a code of attendance say that a student was there on time? A blank or unknown one can."""
    text = _code(_told(spelling))
    if re.fullmatch(r"1(\.0+)?", text) or not text:
        return True
    rule = next((rule for rule in _ATTENDED if rule.words.search(text)), None)
    return rule is None or rule in _ON_TIME


def has_spellings(column: InputColumn) -> bool:
    """Has a column a few fixed values, which exports spell in many ways?"""
    return column.name in _READERS


def _place(text: str) -> Meaning:
    found = {rule.ours for rule in _PLACES if rule.words.search(text)}
    if len(found) != 1 or _NOT.search(text):
        return UNKNOWN
    return Meaning(found.pop())


def _visitor(text: str) -> Meaning:
    found = {rule.ours for rule in _VISITORS if rule.words.search(text)}
    return Meaning(found.pop()) if len(found) == 1 else UNKNOWN


def _outcome(text: str) -> Meaning:
    return _first(_OUTCOMES, text)


def _attended(text: str) -> Meaning:
    return _first(_ATTENDED, _code(text))


def _code(text: str) -> str:
    """A code without what comes after it: Aspen writes T-E for a tardy that is excused."""
    several = re.fullmatch(r"([a-z]{1,2})[-/][a-z]{1,2}", text)
    return several[1] if several else text


def _absent(text: str) -> Meaning:
    """The share of the day that a code of attendance leaves out."""
    attended = _attended(text)
    if attended.ours is None:
        return UNKNOWN
    return Meaning(_THE_REST[attended.ours], attended.doubt)


def _excused(text: str) -> Meaning:
    if re.search(r"\b(?:un-?|not )excused|\btruan", text):
        return Meaning("no")
    if re.search(r"\bexcused", text):
        return Meaning("yes")
    if re.fullmatch(r"(?:[a-z]{1,2}[-/])?u[anx]?|unx", text):
        return Meaning("no", "a letter alone: does it stand for unexcused?")
    if re.fullmatch(r"(?:[a-z]{1,2}[-/])?e[ax]?|exc", text):
        return Meaning("yes", "a letter alone: does it stand for excused?")
    return _yes_or_no(text) if re.fullmatch(r"y|yes|true|1|n|no|false|0", text) else UNKNOWN


def _school_day(text: str) -> Meaning:
    if re.search(r"not in session|no school|holiday|break|closed|non[- ]?instruct|weekend", text):
        return Meaning("no")
    if re.search(r"in session|school day|instruction|regular|student day|make-?up", text):
        return Meaning("yes")
    return _yes_or_no(text) if re.fullmatch(r"y|yes|true|1|n|no|false|0", text) else UNKNOWN


def _first(rules: tuple[_Rule, ...], text: str) -> Meaning:
    for rule in rules:
        if rule.words.search(text):
            return Meaning(rule.ours, rule.doubt)
    return UNKNOWN


def _grade(text: str) -> Meaning:
    if re.fullmatch(r"-\d", text):
        return Meaning("PK", "some systems write pre-kindergarten as a negative number")
    if text in ("0", "00"):
        return Meaning("K", "some systems write kindergarten as 0")
    if re.match(r"pre-? ?k|pre-?sch|pk|p-?k\b", text):
        return Meaning("PK")
    if re.fullmatch(r"k|kind.*|k[fgh]|kdg|transitional kind.*|tk", text):
        return Meaning("K")
    if number := re.fullmatch(
        r"(?:grade |gr\.? ?)?0*(\d{1,2})(?:st|nd|rd|th)?(?: grade| gr\.?)?", text
    ):
        return Meaning(number[1]) if 1 <= int(number[1]) <= 12 else UNKNOWN
    for number_of_grade, word in enumerate(_GRADE_WORDS, start=1):
        if re.fullmatch(rf"{word}(?: grade)?", text):
            return Meaning(str(number_of_grade))
    return Meaning(_CLASS_NAMES[text]) if text in _CLASS_NAMES else UNKNOWN


def _yes_or_no(text: str) -> Meaning:
    if _YES.fullmatch(text):
        return Meaning("yes")
    return Meaning("no") if _NO.fullmatch(text) else UNKNOWN


_READERS: dict[str, Callable[[str], Meaning]] = {
    "modality": _place,
    "outcome": _outcome,
    "visitor_type": _visitor,
    "grade": _grade,
    "attended": _attended,
    "absent": _absent,
    "excused": _excused,
    "is_school_day": _school_day,
    "english_learner": _yes_or_no,
    "disability": _yes_or_no,
    "free_meals": _yes_or_no,
}
