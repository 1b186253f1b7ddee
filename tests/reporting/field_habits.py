"""What programs, spreadsheets and people do to a right delivery, one habit each.

A habit changes a delivery of ``right_delivery`` in place; chance decides where. ``says`` are words
by which the load, its files or ``check`` have to tell of it, unless the marts come out right.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.reporting.right_delivery import (
    FIRST_DAY,
    HARTFORD,
    HOLIDAYS,
    NEW_HAVEN,
    Sheet,
    Tables,
)

Change = Callable[[Tables, random.Random], None]


@dataclass(frozen=True)
class Habit:
    """``again``: the delivery comes after the right one was loaded."""

    name: str
    change: Change
    says: str
    form: str = "monthly"
    again: bool = False


HABITS: list[Habit] = []


def habit(says: str, form: str = "monthly", *, again: bool = False) -> Callable[[Change], Change]:
    def add(change: Change) -> Change:
        HABITS.append(Habit(change.__name__, change, says, form, again))
        return change

    return add


def _dress(tables: Tables, chance: random.Random, dressed: Callable[[str], str]) -> None:
    """Dress the student numbers of one file, all of them or some."""
    sheet = chance.choice([tables.attendance, tables["visits"], tables["enrollments"]])
    some = chance.choice((1, 1, 0.3))
    sheet.put(
        "student_id",
        [dressed(text) if chance.random() < some else text for text in sheet.column("student_id")],
    )


# --- Spreadsheets and data frames dress numbers --------------------------------------


@habit("“.0” behind them")
def numbers_become_decimals(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f"{text}.0")


@habit("leading zeros")
def numbers_lose_their_zeros(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: text.lstrip("0"))


@habit("leading zeros")
def numbers_lose_their_zeros_and_become_decimals(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f"{int(text)}.0")


@habit("become a number")
def numbers_become_powers_of_ten(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f"{int(text):.2E}")


@habit("as a formula")
def numbers_become_formulas(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f'="{text}"')
    if chance.random() < 0.5:  # as programs write it that know nothing of CSV
        for sheet in tables.sheets.values():
            if any(row[0].startswith('="') or '="' in row[1] for row in sheet.rows):
                sheet.quoting = csv.QUOTE_NONE


@habit("apostrophe")
def numbers_get_an_apostrophe(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f"'{text}")


@habit("signs that nobody sees")
def numbers_get_an_invisible_sign(tables: Tables, chance: random.Random) -> None:
    sign = chance.choice("\u200b\u200e\ufeff\u2060\u00ad")
    front = chance.random() < 0.5
    _dress(tables, chance, lambda text: sign + text if front else text + sign)


@habit("no-break spaces")
def numbers_get_spaces_that_do_not_break(tables: Tables, chance: random.Random) -> None:
    space = chance.choice("\u00a0\u202f\t")
    _dress(tables, chance, lambda text: text + space)


@habit("full-width digits")
def numbers_come_in_full_width_digits(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: text.translate({48 + n: 0xFF10 + n for n in range(10)}))


@habit("not declared")
def numbers_come_with_hyphens(tables: Tables, chance: random.Random) -> None:
    _dress(tables, chance, lambda text: f"{text[:3]}-{text[3:6]}-{text[6:]}")


@habit("not declared|leading zeros")
def district_codes_are_cut_to_three_digits(tables: Tables, chance: random.Random) -> None:
    sheet = chance.choice([tables.attendance, tables["enrollments"]])
    sheet.put("district_code", [text[:3] for text in sheet.column("district_code")])


@habit("“.0” behind them")
def grades_become_decimals(tables: Tables, chance: random.Random) -> None:
    sheet = tables["enrollments"]
    sheet.put("grade", [f"{g}.0" if g.isdigit() else g for g in sheet.column("grade")])


@habit("grade is not")
def grades_are_written_in_words(tables: Tables, chance: random.Random) -> None:
    form = chance.choice(("Grade {}", "{}th grade"))
    sheet = tables["enrollments"]
    sheet.put("grade", [form.format(g) if g.isdigit() else g for g in sheet.column("grade")])


# --- Dates and years -----------------------------------------------------------------


def _dates(tables: Tables, chance: random.Random, form: str) -> None:
    sheet, name = chance.choice(
        [(tables["visits"], "visit_date"), (tables["enrollments"], "entry_date")]
    )
    days = map(date.fromisoformat, sheet.column(name))
    sheet.put(name, [f"{day:{form}}" for day in days])


@habit("is not a date")
def dates_are_american(tables: Tables, chance: random.Random) -> None:
    _dates(tables, chance, "%m/%d/%Y")


@habit("is not a date")
def dates_have_two_digits_for_the_year(tables: Tables, chance: random.Random) -> None:
    _dates(tables, chance, "%m/%d/%y")


@habit("midnight|moments")
def dates_come_with_midnight(tables: Tables, chance: random.Random) -> None:
    _dates(tables, chance, chance.choice(("%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00")))


@habit("spreadsheet’s number for a day")
def dates_become_the_numbers_of_a_spreadsheet(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    days = map(date.fromisoformat, sheet.column("visit_date"))
    sheet.put("visit_date", [str((day - date(1899, 12, 30)).days) for day in days])


@habit("moments|zone")
def moments_come_with_their_zone(tables: Tables, chance: random.Random) -> None:
    sheet, clock = tables["visits"], chance.choice(("21:15:00.000", "19:40:03"))
    sheet.put(
        "visit_date",
        [
            f"{day}T{clock}{'-04:00' if day < '2021-11-07' or day > '2022-03-12' else '-05:00'}"
            for day in sheet.column("visit_date")
        ],
    )


@habit("UTC")
def moments_come_in_universal_time(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    evening = [  # half past nine in the evening is the next day in UTC
        f"{date.fromisoformat(day) + timedelta(days=1)}T01:30:00Z"
        if chance.random() < 0.5
        else f"{day}T16:30:00Z"
        for day in sheet.column("visit_date")
    ]
    sheet.put("visit_date", evening)


@habit("is not a school year")
def school_years_are_written_in_full(tables: Tables, chance: random.Random) -> None:
    year = chance.choice(("2021-2022", "2022", "21-22", "2021/22"))
    sheet = tables["enrollments"]
    sheet.put("school_year", [year] * len(sheet.rows))


@habit("outside the enrollment")
def school_years_are_named_by_their_end_as_if_by_their_start(
    tables: Tables, chance: random.Random
) -> None:
    sheet = tables["enrollments"]
    sheet.put("school_year", ["2022-23"] * len(sheet.rows))


@habit("is not a month|month has become a day")
def months_become_dates_of_a_spreadsheet(tables: Tables, chance: random.Random) -> None:
    form = chance.choice(("%b-%y", "%m/%Y", "%B"))
    sheet = tables.attendance
    days = (date.fromisoformat(f"{month}-01") for month in sheet.column("month"))
    sheet.put("month", [f"{day:{form}}" for day in days])


@habit("outside the enrollment")
def entry_dates_become_the_day_of_the_export(tables: Tables, chance: random.Random) -> None:
    sheet, day = tables["enrollments"], chance.choice(("2022-05-02", "2022-06-01"))
    sheet.put("entry_date", [day] * len(sheet.rows))
    sheet.put("exit_date", [""] * len(sheet.rows))


# --- Files -----------------------------------------------------------------------------


@habit("UTF-8|utf-16|encoding")
def the_file_is_what_excel_calls_unicode(tables: Tables, chance: random.Random) -> None:
    tables["students"].encoding = "utf-16"
    tables["students"].delimiter = chance.choice("\t,")


@habit("UTF-8|windows-1252|encoding")
def the_file_is_of_an_old_windows(tables: Tables, chance: random.Random) -> None:
    tables["students"].encoding = "cp1252"


@habit("column|semicolon|separat")
def the_file_has_semicolons_and_decimal_commas(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.delimiter = ";"
    sheet.put("days_attended", [f"{text},0" for text in sheet.column("days_attended")])


@habit("decimal comma")
def days_have_decimal_commas(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.put("days_attended", [f"{text},0" for text in sheet.column("days_attended")])


@habit("column|sep=")
def the_first_line_tells_excel_the_separator(tables: Tables, chance: random.Random) -> None:
    tables[chance.choice(("visits", "students"))].above = "sep=,\n"


@habit("form of the header|column")
def lines_of_a_title_stand_above(tables: Tables, chance: random.Random) -> None:
    tables["visits"].above = "Visit log 2021-22\nprinted on June 30\n\n"


@habit("duplicate")
def a_file_holds_everything_twice(tables: Tables, chance: random.Random) -> None:
    sheet = chance.choice([tables.attendance, tables["visits"], tables["enrollments"]])
    sheet.rows += [list(row) for row in sheet.rows]


@habit("student_id|rejected")
def exports_are_pasted_under_each_other_with_their_headers(
    tables: Tables, chance: random.Random
) -> None:
    sheet = tables.attendance
    sheet.rows.insert(chance.randrange(len(sheet.rows)), list(sheet.header))


@habit("not declared|rejected")
def a_total_stands_at_the_foot(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    row = ["Total", "", "", *("" for _ in sheet.header[3:])]
    row[-1] = str(sum(int(text) for text in sheet.column(sheet.header[-1])))
    sheet.rows.append(row)


@habit("blank|empty")
def empty_rows_stand_at_the_foot(tables: Tables, chance: random.Random) -> None:
    sheet = chance.choice([tables.attendance, tables["visits"], tables["students"]])
    sheet.below = ("," * (len(sheet.header) - 1) + "\n") * chance.randrange(1, 40)


@habit("column")
def a_column_of_row_numbers_comes_along(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.header.insert(0, "")
    for number, row in enumerate(sheet.rows):
        row.insert(0, str(number))


@habit("column")
def names_of_columns_are_written_otherwise(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    sheet.header = [chance.choice((name.upper(), name.title())) for name in sheet.header]


@habit("fields, the header|form of the header")
def a_comma_in_a_name_is_not_quoted(tables: Tables, chance: random.Random) -> None:
    sheet = tables["students"]
    sheet.quoting, sheet.delimiter = csv.QUOTE_NONE, ","
    sheet.header = list(sheet.header)
    at = chance.randrange(len(sheet.rows))
    sheet.rows[at][2:3] = [sheet.rows[at][2], " Jr."]


@habit("nothing is known")
def nothing_is_written_as_a_word(tables: Tables, chance: random.Random) -> None:
    word = chance.choice(("NULL", "None", "nan", "#N/A", "\\N"))
    sheet = tables["enrollments"]
    name = chance.choice(("school_code", "exit_date"))
    sheet.put(name, [word if chance.random() < 0.3 else text for text in sheet.column(name)])


# --- What the numbers mean --------------------------------------------------------------


def _changed(sheet: Sheet, name: str, change: Callable[[float, float], object]) -> None:
    both = zip(sheet.column("days_enrolled"), sheet.column("days_attended"), strict=True)
    sheet.put(name, [f"{change(float(one), float(other))}" for one, other in both])


@habit("[Dd]ays.[Aa]bsent")
def days_absent_come_instead_of_present(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    _changed(sheet, "days_attended", lambda enrolled, attended: int(enrolled - attended))
    sheet.header[-1] = chance.choice(("days_absent", "Days Absent"))


@habit("days absent or shares of days")
def days_absent_come_under_the_name_of_days_present(tables: Tables, chance: random.Random) -> None:
    _changed(tables.attendance, "days_attended", lambda enrolled, here: int(enrolled - here))


@habit("days absent or shares of days")
def rates_come_instead_of_days(tables: Tables, chance: random.Random) -> None:
    _changed(tables.attendance, "days_attended", lambda enrolled, here: round(here / enrolled, 3))


@habit("more than the days enrolled")
def percentages_come_instead_of_days(tables: Tables, chance: random.Random) -> None:
    _changed(
        tables.attendance, "days_attended", lambda enrolled, here: round(100 * here / enrolled)
    )


@habit("more than the days enrolled")
def the_two_columns_of_days_change_places(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.header[-2:] = sheet.header[:-3:-1]


@habit("are these hours")
def hours_come_instead_of_days(tables: Tables, chance: random.Random) -> None:
    hours = chance.choice((6.5, 7))
    for name in ("days_attended", "days_enrolled"):
        sheet = tables.attendance
        sheet.put(name, [f"{hours * float(text):g}" for text in sheet.column(name)])


@habit("days of the year so far")
def days_of_the_year_so_far_come_instead_of_the_months(
    tables: Tables, chance: random.Random
) -> None:
    sheet = tables.attendance
    so_far: dict[str, list[int]] = {}
    for row in sheet.rows:
        sums = so_far.setdefault(row[0], [0, 0])
        sums[0] += int(row[3])
        sums[1] += int(row[4])
        row[3:] = map(str, sums)


@habit("the month has .* weekdays")
def every_day_of_the_calendar_counts_as_enrolled(tables: Tables, chance: random.Random) -> None:
    sheet, of = tables.attendance, chance.choice((HARTFORD, NEW_HAVEN))
    for row in sheet.rows:
        if row[1] == of and int(row[3]) >= 15:
            first = date.fromisoformat(f"{row[2]}-01")
            days = ((first + timedelta(days=32)).replace(day=1) - first).days
            row[3:] = [str(days), str(int(row[4]) + days - int(row[3]))]


@habit("missed a day: was attendance taken")
def one_month_is_present_by_default(tables: Tables, chance: random.Random) -> None:
    month, of = chance.choice(("2021-11", "2022-02")), chance.choice((HARTFORD, NEW_HAVEN))
    for row in tables.attendance.rows:
        if row[1] == of and row[2] == month:
            row[4] = row[3]


@habit("is the month not entered yet")
def the_last_month_is_there_but_not_entered_yet(tables: Tables, chance: random.Random) -> None:
    of = chance.choice((HARTFORD, NEW_HAVEN))
    for row in tables.attendance.rows:
        if row[1] == of and row[2] == "2022-06":
            row[4] = "0"


@habit("here it ends with March")
def one_school_stops_in_march(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    school = chance.choice(("0640101", "0640102"))
    gone = {row[0] for row in tables["enrollments"].rows if row[4] == school}
    sheet.rows = [row for row in sheet.rows if row[2] < "2022-04" or row[0] not in gone]


@habit("enrolled all month have attendance")
def the_export_was_cut_off(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.rows.sort(key=lambda row: (row[2], row[0]))
    sheet.rows = sheet.rows[: int(len(sheet.rows) * chance.uniform(0.5, 0.85))]


@habit("enrolled all month have attendance|no attendance at all")
def the_export_of_students_was_cut_off(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.rows.sort()
    sheet.rows = sheet.rows[: int(len(sheet.rows) * chance.uniform(0.3, 0.7))]


@habit("no attendance, though")
def a_month_is_forgotten(tables: Tables, chance: random.Random) -> None:
    month, of = chance.choice(("2021-11", "2022-02")), chance.choice((HARTFORD, NEW_HAVEN))
    sheet = tables.attendance
    sheet.rows = [row for row in sheet.rows if (row[1], row[2]) != (of, month)]


@habit("together than the month|outside the enrollment")
def both_districts_report_the_whole_month_of_who_moved(
    tables: Tables, chance: random.Random
) -> None:
    sheet = tables.attendance
    chosen = chance.sample(sorted({row[0] for row in sheet.rows}), 8)
    other = {HARTFORD: NEW_HAVEN, NEW_HAVEN: HARTFORD}
    there = {(row[0], row[1], row[2]) for row in sheet.rows}
    sheet.rows += [
        [row[0], other[row[1]], *row[2:]]
        for row in sheet.rows
        if row[0] in chosen and (row[0], other[row[1]], row[2]) not in there
    ]


def _day(row: list[str]) -> date:
    return date.fromisoformat(row[2])


# --- By day --------------------------------------------------------------------------------


@habit("this looks like a list of absences", "daily")
def absences_and_tardies_come_as_if_they_were_all_days(
    tables: Tables, chance: random.Random
) -> None:
    sheet = tables.attendance
    tardy = chance.choice((0, 0.03))
    sheet.rows = [row for row in sheet.rows if row[3] == "0" or chance.random() < tardy]


@habit("on Saturdays and Sundays", "daily")
def weekends_come_as_days_of_school(tables: Tables, chance: random.Random) -> None:
    sheet, of = tables.attendance, chance.choice((HARTFORD, NEW_HAVEN))
    fridays = [row for row in sheet.rows if row[1] == of and _day(row).weekday() == 4]
    sheet.rows += [
        [row[0], row[1], (_day(row) + timedelta(days=later)).isoformat(), "1"]
        for row in fridays
        for later in (1, 2)
    ]


@habit("on Thanksgiving", "daily")
def holidays_come_as_days_of_school(tables: Tables, chance: random.Random) -> None:
    sheet, of = tables.attendance, chance.choice((HARTFORD, NEW_HAVEN))
    here = sorted({row[0] for row in sheet.rows if row[1] == of and row[2] == "2021-11-24"})
    days = [day for day in HOLIDAYS if date(2021, 11, 20) < day < date(2022, 1, 2)]
    sheet.rows += [
        [student, of, day.isoformat(), "1"]
        for student in here
        for day in sorted(days)
        if day.weekday() < 5
    ]


@habit("absent on December [89], 2021: was there school", "daily")
def a_snow_day_comes_as_a_day_all_missed(tables: Tables, chance: random.Random) -> None:
    of = chance.choice((HARTFORD, NEW_HAVEN))
    for row in tables.attendance.rows:
        if row[1] == of and row[2] in ("2021-12-08", "2021-12-09"):
            row[3] = "0"


@habit("days absent or shares of days", "daily")
def one_means_absent(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.put("attended", [str(1 - int(text)) for text in sheet.column("attended")])


@habit("more than one day", "daily")
def days_come_in_percent(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.put("attended", [str(100 * int(text)) for text in sheet.column("attended")])


@habit("is not a number", "daily")
def days_come_as_letters(tables: Tables, chance: random.Random) -> None:
    present, absent = chance.choice((("P", "A"), ("Y", "N"), ("Present", "Absent")))
    sheet = tables.attendance
    codes = {"1": present, "0": absent}
    sheet.put("attended", [codes[text] for text in sheet.column("attended")])


@habit("conflicting|duplicate|period", "daily")
def periods_come_as_if_they_were_days(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    sheet.rows = [
        [*row[:3], str(int(row[3] == "1" and chance.random() < 0.95))]
        for row in sheet.rows
        for _period in range(4)
    ]


@habit("outside the enrollment", "daily")
def days_go_on_after_the_student_has_left(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    left = chance.sample(tables["enrollments"].rows, 12)
    for row in left:
        row[6] = min(row[6], (FIRST_DAY + timedelta(days=35)).isoformat())
        row[5] = min(row[5], row[6])
    assert sheet.rows


# --- The visit log --------------------------------------------------------------------------


@habit("same outcome|one day")
def visits_are_written_down_twice(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    sheet.rows += [[f"X-{row[0]}", *row[1:]] for row in chance.sample(sheet.rows, 5)]


@habit("not declared")
def one_row_names_brother_and_sister(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    one, other = chance.sample(sheet.rows, 2)
    one[1] = f"{one[1]}; {other[1]}"


@habit("is not one of")
def kinds_of_visit_are_spelled_as_people_do(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    spelled = {"home": "Home Visit", "school": "@ school", "phone": "Phone call"}
    sheet.put("modality", [spelled[text] for text in sheet.column("modality")])


@habit("is in the future|before 1950|no attendance|before any attendance")
def the_year_of_a_visit_is_mistyped(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    row = chance.choice(sheet.rows)
    row[2] = chance.choice(("2012", "0021", "2201")) + row[2][4:]


# --- A second delivery ------------------------------------------------------------------------


@habit("(is|are) not in this delivery", "daily", again=True)
def days_are_taken_out_of_the_calendar(tables: Tables, chance: random.Random) -> None:
    sheet = tables.attendance
    gone = chance.choice(sorted(set(sheet.column("date"))))
    sheet.rows = [row for row in sheet.rows if row[2] != gone]


@habit("(is|are) not in this delivery", again=True)
def who_never_came_is_taken_out(tables: Tables, chance: random.Random) -> None:
    gone = set(chance.sample(tables["students"].column("student_id"), 3))
    gone -= set(tables["visits"].column("student_id"))
    for name in ("attendance", "enrollments", "students"):
        tables[name].rows = [row for row in tables[name].rows if row[0] not in gone]


@habit("(is|are) not in this delivery", again=True)
def visits_are_taken_out_of_the_log(tables: Tables, chance: random.Random) -> None:
    sheet = tables["visits"]
    sheet.rows = chance.sample(sheet.rows, len(sheet.rows) - 2)


@habit("(is|are) not in this delivery", again=True)
def the_first_day_of_students_is_corrected(tables: Tables, chance: random.Random) -> None:
    for row in chance.sample(tables["enrollments"].rows, 5):
        row[5] = min(date.fromisoformat(row[5]) + timedelta(days=2), date(2022, 6, 1)).isoformat()
        row[6] = max(row[5], row[6])


@habit("another name and another birth date|another child", again=True)
def another_district_has_the_same_numbers(tables: Tables, chance: random.Random) -> None:
    for row in chance.sample(tables["students"].rows, 4):
        row[1:4] = ["Zoe", "Zachary", "2003-03-03"]
