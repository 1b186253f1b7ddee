"""Days where a file may say moments: the day is the one that is written there.

A form sends ``2021-10-31T21:15:00.000-04:00`` for a visit on the evening of October 31. In UTC
that is November 1; the day where the visitor was is the one that stands there. Of a moment that is
in UTC itself nobody can see that day: a mapping may name the time zone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]

ISO_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK = r"(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?(?: ?[AaPp][Mm])?"
UTC = r"(?: ?[Zz]| ?UTC| ?GMT| ?[+-]00(?::?00)?)"
# An offset from UTC, or a zone's short name, such as EDT.
OFFSET = rf"(?:{UTC}| ?[+-][0-9]{{2}}(?::?[0-9]{{2}})?| [A-Z]{{3,4}})"
ISO_MOMENT = rf"{ISO_DAY}[T ]{CLOCK}{OFFSET}?"

# How a format says an offset or a zone; it stands last.
OFFSET_FORMATS = ("%z", "%Z")

# Where the program is: of moments in UTC, those are doubtful that were another day there.
HOME = "America/New_York"


def iso_day(text: Expression) -> Expression:
    """The day of an ISO date or moment; null where it is neither, or no day of the calendar."""
    is_day = sa.func.regexp_full_match(text, ISO_DAY)
    is_moment = sa.func.regexp_full_match(text, ISO_MOMENT)
    return sa.case(
        (is_day, sa.try_cast(text, sa.Date)),
        (is_moment, sa.try_cast(sa.func.left(text, 10), sa.Date)),
    )


def day_of(text: Expression, formats: tuple[str, ...], time_zone: str | None) -> Expression:
    """The day of a text as the formats of a mapping write it, or as ISO does where it has none.

    Moments in UTC have the day of ``time_zone``, where one is named.
    """
    written = sa.cast(_clock_there(text, formats), sa.Date) if formats else iso_day(text)
    if time_zone is None:
        return written
    there = sa.cast(_in_zone(_clock_there(text, formats), time_zone), sa.Date)
    return sa.case((_is_utc(text), there), else_=written)


def doubtful_days(text: Expression, formats: tuple[str, ...]) -> Expression:
    """How many moments in UTC were another day at home.

    None where all are midnight: those are days that a program wrote as moments.
    """
    clock = _clock_there(text, formats)
    is_other_day = sa.cast(_in_zone(clock, HOME), sa.Date) != sa.cast(clock, sa.Date)
    is_midnight = clock == sa.func.date_trunc("day", clock)
    is_utc = _is_utc(text)
    return sa.case(
        (
            sa.func.bool_or(sa.and_(is_utc, ~is_midnight)),
            sa.func.count_if(sa.and_(is_utc, is_other_day)),
        ),
        else_=0,
    )


def _is_utc(text: Expression) -> Expression:
    return sa.func.regexp_matches(text, f"{CLOCK}{UTC}$")


def _clock_there(text: Expression, formats: tuple[str, ...]) -> Expression:
    """Day and time as they are written, whatever offset stands behind them."""
    has_offset = sa.func.regexp_matches(text, f"{CLOCK}{OFFSET}$")
    bare = sa.func.regexp_replace(text, f"({CLOCK}){OFFSET}$", r"\1")
    if not formats:
        return sa.try_cast(sa.case((has_offset, bare), else_=text), sa.DateTime)
    plain = [form for form in formats if not form.endswith(OFFSET_FORMATS)]
    with_offset = [form[:-2].rstrip(" ") for form in formats if form.endswith(OFFSET_FORMATS)]
    read: list[Expression] = []
    if with_offset:
        moment = sa.func.try_strptime(bare, sa.func.list_value(*with_offset))
        read.append(sa.case((has_offset, moment)))
    if plain:
        read.append(sa.func.try_strptime(text, sa.func.list_value(*plain)))
    return sa.func.coalesce(*read) if read[1:] else read[0]


def _in_zone(clock: Expression, time_zone: str) -> Expression:
    """The clock of a time zone when a clock in UTC shows this."""
    return sa.func.timezone(time_zone, sa.func.timezone("UTC", clock))
