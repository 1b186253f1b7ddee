"""What cannot be whole: the rules that sums of days break, in words without a student's data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from queries.schema import coverage_doubt
from reporting.wording import day_in_words, number

LIST_OF_ABSENCES = "only some of the enrolled students have a row on a usual day"
FEW_STUDENTS = "fewer than four in five of the enrolled students have attendance"
HALVED = "the number of students has halved since the month before"
STOPS = "a school's attendance stops while its district's goes on"
NO_MONTH = "a month without attendance between others"
LOW = "fewer than half of the days were attended"
TWICE = "students with days of the same month in two districts"
BEYOND_WEEKDAYS = "more days enrolled than the month has weekdays"
WEEKENDS = "rows on Saturdays or Sundays"
HOLIDAY = "rows on a holiday"
NOBODY_THERE = "a day on which nobody was there"
NOBODY_ABSENT = "nobody missed a day"
NOT_ENROLLED = "days of students outside their enrollment"
ASSUMED_DAYS = "school days are taken from the absences"

# Of fewer nothing is said: it could be chance, and it could be told of a few students.
_LEAST_STUDENTS = 10

# Present by default: so many students with so many days that chance cannot have done it.
_PRESENT_STUDENTS, _PRESENT_DAYS = 20, 300

# Saturdays of a month that make up for lost days.
_MAKE_UP_SATURDAYS = 2

# A share too small to be more than chance or single mistakes.
_FEW = 0.1

# Of students enrolled all through a month: of nearly all something is known.
_FEWEST_KNOWN = 0.8

# Whole districts and schools attend more than nine in ten days.
_LOWEST_SHARE = 0.5

_SUMMER = ("07", "08")


@dataclass(frozen=True)
class Doubt:
    """A row of ``coverage_doubt``."""

    district_code: str
    school_code: str | None
    month: str
    rule: str
    words: str
    rows: int | None = None


@dataclass(frozen=True)
class Measured:
    """The sums that ``reporting.coverage`` counts, as frames.

    ``names``: the districts; ``schools``; ``months``: attendance by district, school and month;
    ``expected``: students enrolled all through a month, likewise; ``days``: daily rows by district
    and date; ``twice``: students with too many days in two districts together, by month and both;
    ``assumed``: months of districts whose school days were taken from the absences.
    """

    names: pd.DataFrame
    schools: pd.DataFrame
    months: pd.DataFrame
    expected: pd.DataFrame
    days: pd.DataFrame
    twice: pd.DataFrame
    assumed: pd.DataFrame

    def doubt(self, row: Any, rule: str, words: str, rows: int | None = None) -> Doubt:
        """A doubt of a row with district, month and perhaps school; ``words`` without them."""
        school_code = getattr(row, "school_code", None)
        school_code = school_code if isinstance(school_code, str) else None
        about = f"{self.name(row.district_code, school_code)}, {_in_words(row.month)}"
        rows = rows if rows is None or rows >= _LEAST_STUDENTS else None
        return Doubt(row.district_code, school_code, row.month, rule, f"{about}: {words}", rows)

    def name(self, district_code: str, school_code: str | None = None) -> str:
        """``Oak School in Hartford``, ``Hartford``; the code where there is no name."""
        names = dict(zip(self.names["district_code"], self.names["district_name"], strict=True))
        name: str = names.get(district_code, district_code)
        if school_code is None:
            return name
        schools = self.schools[self.schools["district_code"] == district_code]
        names = dict(zip(schools["school_code"], schools["school_name"], strict=True))
        return f"{names.get(school_code, f'School {school_code}')} in {name}"


Doubts = Iterator[Doubt]


def doubts(measured: Measured) -> pd.DataFrame:
    """Rows of ``coverage_doubt``, by district, school, rule and month."""
    rules: tuple[Callable[[Measured], Doubts], ...] = (
        _lists_of_absences,
        _few_students,
        _halved,
        _stops,
        _no_month,
        _low,
        _beyond_weekdays,
        _twice,
        _weekends,
        _holidays,
        _nobody_there,
        _nobody_absent,
        _not_enrolled,
        _assumed_days,
    )
    found = _said_once([doubt for rule in rules for doubt in rule(measured)])
    frame = pd.DataFrame(found, columns=[column.name for column in coverage_doubt.c])
    return frame.astype({"rows": "Int64"})


_NEVER = "9999-12"

# What the doubt of a district says already, or what follows from it.
_FOLLOWS_FROM = {
    FEW_STUDENTS: (LIST_OF_ABSENCES,),
    HALVED: (LIST_OF_ABSENCES, FEW_STUDENTS),
    LOW: (LIST_OF_ABSENCES,),
}


def _said_once(found: list[Doubt]) -> list[Doubt]:
    """Of a school nothing that is said of its district, and no consequence beside its cause."""
    said = {(one.district_code, one.month, one.rule) for one in found if one.school_code is None}
    stopped = {one.district_code: one.month for one in found[::-1] if one.rule == STOPS}

    def is_said(one: Doubt) -> bool:
        same = (one.rule,) if one.school_code else ()
        causes = (*_FOLLOWS_FROM.get(one.rule, ()), *same)
        last = stopped.get(one.district_code, _NEVER)
        of_stopped = one.rule == FEW_STUDENTS and not one.school_code and one.month >= last
        return of_stopped or any((one.district_code, one.month, rule) in said for rule in causes)

    return [one for one in found if not is_said(one)]


def _in_words(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def _each(frame: pd.DataFrame) -> Iterator[Any]:
    return frame.itertuples(index=False)


def _count(count: float, noun: str) -> str:
    """How many, but for a few."""
    if count < _LEAST_STUDENTS:
        return f"fewer than {_LEAST_STUDENTS} {noun}s"
    return number(int(count), noun)


# --- Who has days at all ------------------------------------------------------------------------

_COUNTS = ["students", "days_enrolled", "days_attended", "never_absent", "beyond", "outside"]


def _by_district(measured: Measured) -> pd.DataFrame:
    """The months of districts as a whole, with the students ``expected``."""
    key = ["district_code", "month"]
    months = measured.months.groupby([*key, "school_year", "weekdays"])
    sums = months[_COUNTS].sum().assign(most_days=months["most_days"].max()).reset_index()
    expected = measured.expected.groupby(key)["expected"].sum().reset_index()
    return sums.merge(expected, how="left", on=key).fillna({"expected": 0})


def _by_school(measured: Measured) -> pd.DataFrame:
    """The months of schools, also those for which students are expected and none came."""
    key = ["district_code", "school_code", "month"]
    months = measured.months.dropna(subset=["school_code"])
    expected = measured.expected.dropna(subset=["school_code"])
    both = months.merge(expected, how="outer", on=key)
    return both.fillna(dict.fromkeys(("students", "expected"), 0))


def _but_summers(months: pd.DataFrame) -> pd.DataFrame:
    return months[~months["month"].str[-2:].isin(_SUMMER)]


def _lists_of_absences(measured: Measured) -> Doubts:
    """A list of absences delivered as days: on a usual day most students have no row."""
    days = _with_weekday(measured.days)
    usual = days.groupby(["district_code", "month"])["rows"].median().reset_index()
    months = _but_summers(_by_district(measured)).merge(usual, on=["district_code", "month"])
    months = months.assign(enrolled=months[["students", "expected"]].max(axis=1))
    is_some = months["rows"] < months["students"] / 2
    for row in _each(months[is_some & (months["enrolled"] >= _LEAST_STUDENTS)]):
        yield measured.doubt(
            row,
            LIST_OF_ABSENCES,
            f"a usual day has a row for {round(row.rows):,} of {int(row.enrolled):,} enrolled "
            "students: this looks like a list of absences.",
        )


def _few_students(measured: Measured) -> Doubts:
    for months in map(_but_summers, (_by_district(measured), _by_school(measured))):
        is_few = (months["students"] > 0) & (
            months["students"] < months["expected"] * _FEWEST_KNOWN
        )
        for row in _each(months[is_few & (months["expected"] >= _LEAST_STUDENTS)]):
            yield measured.doubt(
                row,
                FEW_STUDENTS,
                f"{_count(row.students, 'student')} of {int(row.expected):,} enrolled all month "
                "have attendance.",
            )


def _halved(measured: Measured) -> Doubts:
    """Within a school year."""
    months = _but_summers(_by_district(measured)).sort_values(["district_code", "month"])
    before = months.groupby(["district_code", "school_year"])["students"].shift()
    has_halved = (before >= 2 * _LEAST_STUDENTS) & (months["students"] < before / 2)
    for row in _each(months.assign(before=before)[has_halved]):
        yield measured.doubt(
            row,
            HALVED,
            f"{_count(row.students, 'student')} have attendance; in the month before "
            f"{int(row.before):,} had.",
        )


def _stops(measured: Measured) -> Doubts:
    """A school that had months, and then none while students are enrolled and others go on."""
    schools, key = _by_school(measured), ["district_code", "school_code"]
    last = schools[schools["students"] > 0].groupby(key)["month"].max().rename("last")
    going_on = _but_summers(_by_district(measured))[["district_code", "month"]]
    missing = schools[(schools["students"] == 0) & (schools["expected"] >= _LEAST_STUDENTS)]
    missing = missing.merge(going_on, on=["district_code", "month"]).merge(
        last.reset_index(), on=key
    )
    after = missing[missing["month"] > missing["last"]].sort_values("month")
    for row in _each(after.drop_duplicates(key)):
        yield measured.doubt(
            row,
            STOPS,
            f"no attendance, though {int(row.expected):,} students are enrolled and other schools "
            f"of the district have it; here it ends with {_in_words(row.last)}.",
        )


def _no_month(measured: Measured) -> Doubts:
    """A month that a district has left out: those around it came."""
    own = measured.months.groupby("district_code")["month"].agg(first="min", last="max")
    expected = measured.expected.groupby(["district_code", "month"])["expected"].sum()
    came = measured.months[["district_code", "month"]].drop_duplicates()
    months = _but_summers(expected.reset_index()).merge(own.reset_index(), on="district_code")
    months = months.merge(came, how="left", on=["district_code", "month"], indicator="came")
    is_between = months["month"].between(months["first"], months["last"])
    is_missing = is_between & (months["came"] == "left_only")
    for row in _each(months[is_missing & (months["expected"] >= _LEAST_STUDENTS)]):
        yield measured.doubt(
            row, NO_MONTH, f"no attendance, though {int(row.expected):,} students are enrolled."
        )


# --- Days that cannot be ----------------------------------------------------------------------


def _beyond_weekdays(measured: Measured) -> Doubts:
    months = _by_district(measured)
    for row in _each(months[months["beyond"] > months["students"] * _FEW]):
        yield measured.doubt(
            row,
            BEYOND_WEEKDAYS,
            f"up to {row.most_days:g} days enrolled, and the month has {row.weekdays} weekdays.",
        )


def _low(measured: Measured) -> Doubts:
    """Days absent, shares of days or codes turned round; or a month that is not entered yet."""
    for months in (_by_district(measured), measured.months.dropna(subset=["school_code"])):
        share = months["days_attended"] / months["days_enrolled"]
        is_low = (share < _LOWEST_SHARE) & (months["students"] >= _LEAST_STUDENTS)
        for row in _each(months.assign(share=share)[is_low]):
            yield measured.doubt(
                row,
                LOW,
                f"{row.share:.0%} of the days enrolled were attended: are days absent or shares of "
                "days in the place of days attended, or is the month not entered yet?",
            )


def _twice(measured: Measured) -> Doubts:
    for row in _each(measured.twice):
        yield measured.doubt(
            row,
            TWICE,
            f"{_count(row.students, 'student')} with more days here and in "
            f"{measured.name(row.other_code)} together than the month has weekdays: do both count "
            "the whole month of students who moved?",
        )


def _with_weekday(days: pd.DataFrame) -> pd.DataFrame:
    dates = pd.to_datetime(days["date"])
    return days.assign(day=dates, weekday=dates.dt.day_of_week, month=dates.dt.strftime("%Y-%m"))


def _weekends(measured: Measured) -> Doubts:
    """Sundays, and more Saturdays than make up for lost days."""
    days, key = _with_weekday(measured.days), ["district_code", "month"]
    usual = days[days["weekday"] < 5].groupby(key)["rows"].median().rename("usual").reset_index()
    days = days.merge(usual, on=key, how="left").fillna({"usual": 0})
    days = days[(days["weekday"] >= 5) & (days["rows"] >= days["usual"] * _FEW)]
    by_month = days.assign(is_sunday=days["weekday"] == 6).groupby(key)
    months = by_month.agg(
        rows=("rows", "sum"), sundays=("is_sunday", "sum"), days=("date", "count")
    ).reset_index()
    is_told = (months["sundays"] > 0) | (months["days"] > _MAKE_UP_SATURDAYS)
    for row in _each(months[is_told]):
        words = f"{_count(row.rows, 'row')} on Saturdays and Sundays."
        yield measured.doubt(row, WEEKENDS, words, row.rows)


def _holiday(day: date) -> str | None:
    """Days on which there is no school anywhere in the country."""
    november = date(day.year, 11, 1)
    fourth_thursday = november + timedelta(days=(3 - november.weekday()) % 7 + 21)
    if (day.month, day.day) == (11, fourth_thursday.day):
        return "Thanksgiving"
    fixed = {(12, 25): "Christmas Day", (1, 1): "New Year's Day", (7, 4): "Independence Day"}
    return fixed.get((day.month, day.day))


def _holidays(measured: Measured) -> Doubts:
    days = _with_weekday(measured.days)
    holidays = pd.Series(map(_holiday, days["day"]), index=days.index, dtype=object)
    is_told = holidays.notna() & (days["rows"] >= _LEAST_STUDENTS)
    for row in _each(days.assign(holiday=holidays)[is_told]):
        words = f"{number(row.rows, 'row')} on {row.holiday}, {day_in_words(row.day)}."
        yield measured.doubt(row, HOLIDAY, words, row.rows)


def _nobody_there(measured: Measured) -> Doubts:
    """A snow day, perhaps, recorded as an absence of all."""
    days = _with_weekday(measured.days)
    for row in _each(days[(days["there"] == 0) & (days["rows"] >= _LEAST_STUDENTS)]):
        yield measured.doubt(
            row,
            NOBODY_THERE,
            f"all {number(row.rows, 'student')} are absent on {day_in_words(row.day)}: was there "
            "school?",
            row.rows,
        )


# --- Attendance that nobody took, and students who are not enrolled -----------------------------


def _nobody_absent(measured: Measured) -> Doubts:
    for months in (_by_district(measured), measured.months.dropna(subset=["school_code"])):
        is_default = (
            (months["never_absent"] == months["students"])
            & (months["students"] >= _PRESENT_STUDENTS)
            & (months["days_enrolled"] >= _PRESENT_DAYS)
        )
        for row in _each(months[is_default]):
            yield measured.doubt(
                row,
                NOBODY_ABSENT,
                f"none of {row.students:,} students missed a day: was attendance taken?",
            )


def _not_enrolled(measured: Measured) -> Doubts:
    months = _by_district(measured)
    for row in _each(months[months["outside"] > 0]):
        yield measured.doubt(
            row,
            NOT_ENROLLED,
            f"{_count(row.outside, 'student')} with days outside the enrollment in the district.",
        )


def _assumed_days(measured: Measured) -> Doubts:
    for row in _each(measured.assumed):
        yield measured.doubt(
            row,
            ASSUMED_DAYS,
            f"{number(row.days, 'school day')} taken from the days on which anybody of a school "
            "was absent; days on which everybody was there are missing.",
        )
