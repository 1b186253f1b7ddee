"""Charts of slides, drawn on a sheet.

A chart is told the size of its words, and everything in it follows from that: the same chart
stands large on a slide and small on a handout.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from components import theme, wording
from components.deck import Chart, Kind, Series, Values
from components.figures.trajectory import pushed_apart
from components.numbers import per_cent
from components.slide_layout import Box
from components.slide_wording import SENTENCES
from exports.sheet import (
    ASCENT,
    DESCENT,
    HALF_CAPITAL,
    LEADING,
    Limits,
    Plot,
    Sheet,
    lines_height,
    measured,
    widest_word,
    wrapped,
)

_WORDS: dict[str, str] = SENTENCES["files"]

# Of charts by month, in sizes of their words: fixed, so that months stand in one place in all.
_TICKS_WIDTH, _NAMES_WIDTH, _MONTH_WIDTH = 3.05, 9.1, 2.2

# Of a chart of intervals, in sizes of its words.
_SMALL_ROW, _HIGHEST_ROW, _SMALLEST_PLOT, _ASIDE = 1.3, 3.5, 7, 0.7
_ROWS_WITH_AXIS = 12
_LONGEST_NAME = 22


def draw_chart(sheet: Sheet, chart: Chart, box: Box, size: float) -> None:
    """A chart within a box, its words of a size."""
    _CHARTS[chart.kind](sheet, chart, box, size)


def small_height(chart: Chart, size: float) -> float:
    """Height in points of a chart that is to be no larger than it must."""
    if chart.kind != "intervals":
        return 11.5 * size
    return (_SMALL_ROW * len(chart.categories) + _axis_height(chart)) * size


def _columns(sheet: Sheet, chart: Chart, box: Box, size: float) -> None:
    """Counts or rates as columns: the number above each, its category below."""
    values = chart.series[0].values
    slot = box.width / len(values)
    width = slot - 0.4 * size
    widest = max(widest_word(name, size) for name in chart.categories)
    every = math.ceil(widest / width)
    names = [
        [] if at % every else wrapped(name, every * width, size)
        for at, name in enumerate(chart.categories)
    ]
    counts = [_count(value, chart, width, size) for value in values]
    above, below = (lines_height(max(map(len, words)), size, LEADING) for words in (counts, names))
    foot = below + 1.9 * size
    inner = Box(box.left, box.top + above, box.width, box.height - above - foot)
    highest = max([*_known(values), 1])
    plot = sheet.plot(inner, (-0.5, len(values) - 0.5), (0, highest))
    thickness = min(0.62, 7 * size / slot)
    colours = [theme.colour(role) for role in chart.column_colours()]
    plot.axes.bar(range(len(values)), _numbers(values), thickness, color=colours)
    plot.axes.axhline(0, color=theme.colour("muted"), linewidth=0.06 * size, clip_on=False)
    for at, value in enumerate(values):
        top = plot.down(value or 0) - lines_height(len(counts[at]), size, LEADING)
        _centred(sheet, counts[at], plot.across(at), top, size, bold=True)
        name_top = inner.top + inner.height + 0.3 * size
        _centred(sheet, names[at], _within(box, plot.across(at), names[at], size), name_top, size)
    _axis_words(sheet, chart.axis, plot, box, size)


def _count(value: float | None, chart: Chart, width: float, size: float) -> list[str]:
    """A number in bold lines, never broken itself."""
    about = "about " if chart.about and chart.kind == "columns" else ""
    told = "–" if value is None else f"{about}{chart.told(value)}"
    return wrapped(told, max(width, widest_word(told, size, bold=True)), size, bold=True)


def _centred(
    sheet: Sheet, lines: Sequence[str], at: float, top: float, size: float, *, bold: bool = False
) -> None:
    for number, line in enumerate(lines):
        baseline = top + (ASCENT + number * LEADING) * size
        sheet.write(line, at, baseline, size, bold=bold, align="center")


def _within(box: Box, middle: float, lines: Sequence[str], size: float) -> float:
    """The middle of centred lines, moved as far as they would leave the box at its sides."""
    half = max((measured(line, size) for line in lines), default=0) / 2
    return max(min(middle, box.left + box.width - half), box.left + half)


def _axis_words(sheet: Sheet, words: str, plot: Plot, box: Box, size: float) -> None:
    """Words in the last line of the box, under the middle of the axes where they have the room."""
    middle = _within(box, plot.box.left + plot.box.width / 2, [words], size)
    baseline = box.top + box.height - DESCENT * size
    sheet.write(words, middle, baseline, size, "muted", align="center")


def _lines(sheet: Sheet, chart: Chart, box: Box, size: float) -> None:
    """Mean attendance by month."""
    known = [value for series in chart.series for value in _known(series.values)] or [75]
    low, high = _in_fives([min(known) - 1, max(known) + 1])
    plot = _months(sheet, chart, box, (low, min(high, 100)), size, "{}\N{NO-BREAK SPACE}%".format)
    shown = [series for series in chart.series if _known(series.values)]
    for series in reversed(shown):
        _curve(plot, series, chart, size)
    labels = [
        [
            *wrapped(series.name, _NAMES_WIDTH * size, size, bold=True),
            per_cent(_known(series.values)[-1]),
        ]
        for series in shown
    ]
    distance = max(len(label) for label in labels) * LEADING * size + 0.3 * size if shown else 0
    ends = [plot.down(_known(series.values)[-1]) for series in shown]
    limits = plot.box.top, plot.box.top + plot.box.height - distance / 2
    places = pushed_apart(ends, distance, limits)
    for series, label, place in zip(shown, labels, places, strict=True):
        _end_label(sheet, plot, series, label, place, size)


def _gap(sheet: Sheet, chart: Chart, box: Box, size: float) -> None:
    """A difference by month, and its band."""
    [series] = chart.series
    limits = _in_fives([*_known(series.values), *_known(series.low), *_known(series.high), -1, 1])
    plot = _months(sheet, chart, box, limits, size, wording.signed)
    colour = theme.colour(series.colour)
    plot.axes.axhline(0, color=theme.colour("muted"), linewidth=0.06 * size, zorder=1)
    low, high = _numbers(series.low), _numbers(series.high)
    plot.axes.fill_between(_month_numbers(chart), low, high, color=colour, alpha=0.16, linewidth=0)
    _curve(plot, series, chart, size)
    for last in _known(series.values)[-1:]:
        label = [wording.signed(last), _WORDS["points"]]
        _end_label(sheet, plot, series, label, plot.down(last), size)


def _months(
    sheet: Sheet,
    chart: Chart,
    box: Box,
    limits: Limits,
    size: float,
    tick: Callable[[int], str],
) -> Plot:
    """Axes of school months from the first visit; ``tick`` is a value in words."""
    ticks = _ticks(limits, 6)
    left = max(_TICKS_WIDTH * size, *(measured(tick(at), size) + 0.5 * size for at in ticks))
    width = box.width - left - (_NAMES_WIDTH + 0.8) * size
    inner = Box(box.left + left, box.top + 1.5 * size, width, box.height - 4.7 * size)
    months = _month_numbers(chart)
    plot = sheet.plot(inner, (months[0] - 0.5, months[-1] + 0.5), limits)
    for at in ticks:
        plot.axes.axhline(at, color=theme.colour("line"), linewidth=0.05 * size, zorder=0)
        baseline = plot.down(at) + HALF_CAPITAL * size
        sheet.write(tick(at), inner.left - 0.5 * size, baseline, size, "muted", align="right")
    every = 3 if 3 * width / len(months) > _MONTH_WIDTH * size else 6
    for month, name in zip(months, chart.categories, strict=True):
        if month % every == 0:
            baseline = inner.top + inner.height + 1.3 * size
            sheet.write(name, plot.across(month), baseline, size, "muted", align="center")
    muted = theme.colour("muted")
    plot.axes.axvline(0, color=muted, linewidth=0.07 * size, linestyle=":", zorder=1)
    sheet.write(
        _WORDS["first_visit"], plot.across(0), box.top + size, size, "muted", align="center"
    )
    _axis_words(sheet, chart.axis, plot, box, size)
    return plot


def _month_numbers(chart: Chart) -> list[int]:
    return [wording.unsigned(name) for name in chart.categories]


def _curve(plot: Plot, series: Series, chart: Chart, size: float) -> None:
    plot.axes.plot(
        _month_numbers(chart),
        _numbers(series.values),
        color=theme.colour(series.colour),
        linewidth=0.15 * size,
        linestyle=(0, (2.4, 1.4)) if series.dashed else "-",
        marker="o",
        markersize=0.32 * size,
        clip_on=False,
        label=series.name,
    )


def _end_label(
    sheet: Sheet, plot: Plot, series: Series, label: Sequence[str], middle: float, size: float
) -> None:
    """Lines at the end of a curve, all but the last one bold."""
    left = plot.box.left + plot.box.width + 0.3 * size
    top = middle - lines_height(len(label), size, LEADING) / 2
    for number, line in enumerate(label, 1):
        baseline = top + (ASCENT + (number - 1) * LEADING) * size
        sheet.write(line, left, baseline, size, series.colour, bold=number < len(label))


@dataclass(frozen=True)
class _Row:
    """What stands beside an interval; empty where there is nothing to say."""

    figure: str
    interval: str
    caution: str


def _intervals(sheet: Sheet, chart: Chart, box: Box, size: float) -> None:
    """A row a category: its name, its dot and interval, and the same in words."""
    [series] = chart.series
    words_width = box.width - (_SMALLEST_PLOT + 2 * _ASIDE) * size
    rows = _rows(chart, words_width, size)
    beside = [_placed(row, rows, size) for row in rows]
    right = _width(rows, size)
    names = [_fitting(name, words_width - right, size) for name in chart.categories]
    left = max(measured(name, size) for name in names) + _ASIDE * size
    foot = _axis_height(chart) * size
    height = min(box.height - foot, _HIGHEST_ROW * size * len(rows))
    inner = Box(box.left + left, box.top, box.width - left - right - _ASIDE * size, height)
    limits = _in_fives([*_known(series.values), *_known(series.low), *_known(series.high), 0, 1])
    plot = sheet.plot(inner, limits, (len(rows) - 0.5, -0.5))
    for place, name in enumerate(names):
        baseline = plot.down(place) + HALF_CAPITAL * size
        sheet.write(name, box.left, baseline, size)
        for at, words, colour in beside[place]:
            sheet.write(words, box.left + box.width - right + at, baseline, size, colour)
        _interval(plot, chart, place, size)
    plot.axes.axvline(0, color=theme.colour("muted"), linewidth=0.06 * size, zorder=1)
    if foot:
        _value_axis(sheet, plot, size)
        _axis_words(sheet, chart.axis, plot, Box(box.left, box.top, box.width, height + foot), size)


def _axis_height(chart: Chart) -> float:
    """Height of the axis under a chart of intervals, in sizes of its words; many rows have none."""
    return 3.2 if len(chart.categories) <= _ROWS_WITH_AXIS else 0


def _rows(chart: Chart, width: float, size: float) -> list[_Row]:
    """What stands beside each; where names and words are too wide, cautions or intervals."""
    rows = [_row(chart, place) for place in range(len(chart.categories))]
    names = max(measured(wording.short(name, _LONGEST_NAME), size) for name in chart.categories)
    if names + _width(rows, size) <= width:
        return rows
    return [replace(row, interval="") if row.caution else row for row in rows]


def _row(chart: Chart, place: int) -> _Row:
    [series] = chart.series
    told = series.told(place)
    if series.values[place] is None:
        return _Row("", told, chart.cautions[place])
    figure, _space, interval = told.partition(" ")
    return _Row(figure, interval, chart.cautions[place])


def _figure(chart: Chart, place: int) -> tuple[float, float, float]:
    """Value of a category and ends of its interval, nan where there is none."""
    [series] = chart.series
    value, low, high = (
        _numbers(values)[place] if values else math.nan
        for values in (series.values, series.low, series.high)
    )
    return value, low, high


def _placed(row: _Row, rows: Sequence[_Row], size: float) -> list[tuple[float, str, str]]:
    """Words, their places and colours: figures flush right under each other, the rest left."""
    figures = max(measured(other.figure, size) for other in rows)
    intervals = max(measured(other.interval, size) for other in rows)
    interval_at = figures + 0.35 * size
    caution_at = interval_at + (intervals + 0.5 * size if row.interval else 0)
    return [
        (figures - measured(row.figure, size), row.figure, "ink"),
        (interval_at, row.interval, "muted"),
        (caution_at if row.figure or row.interval else 0, row.caution, "muted"),
    ]


def _width(rows: Sequence[_Row], size: float) -> float:
    return max(
        at + measured(words, size)
        for row in rows
        for at, words, _colour in _placed(row, rows, size)
    )


def _fitting(name: str, width: float, size: float) -> str:
    """A name as long as fits, in its own abbreviation or cut off."""
    longest = _LONGEST_NAME
    while measured(told := wording.short(name, longest), size) > width and longest > 2:
        longest -= 1
    return told


def _interval(plot: Plot, chart: Chart, place: int, size: float) -> None:
    """Filled in the category's colour where the figure may stand by itself."""
    value, low, high = _figure(chart, place)
    colour = theme.colour(chart.colours[place])
    plot.axes.plot([low, high], [place, place], color=colour, linewidth=0.13 * size)
    plot.axes.plot(
        [value],
        [place],
        marker="o",
        markersize=0.56 * size,
        markeredgewidth=0.12 * size,
        markeredgecolor=colour,
        markerfacecolor=theme.colour("paper") if chart.cautions[place] else colour,
        clip_on=False,
        zorder=3,
        label=chart.categories[place],
    )


def _value_axis(sheet: Sheet, plot: Plot, size: float) -> None:
    for tick in _ticks(plot.x, int(plot.box.width / (2.5 * size))):
        plot.axes.axvline(tick, color=theme.colour("line"), linewidth=0.05 * size, zorder=0)
        baseline = plot.box.top + plot.box.height + 1.3 * size
        words = wording.signed(tick)
        sheet.write(words, plot.across(tick), baseline, size, "muted", align="center")


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _numbers(values: Values) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _in_fives(values: Sequence[float]) -> Limits:
    """Limits in steps of five around values."""
    return 5 * math.floor(min(values) / 5), 5 * math.ceil(max(values) / 5)


def _ticks(limits: Limits, most: int) -> list[int]:
    """Round numbers within limits, no more than so many where a step of 100 allows it."""
    low, high = (int(limit) for limit in limits)
    step = next((step for step in (5, 10, 20, 50) if (high - low) // step < most), 100)
    return list(range(-(-low // step) * step, high + 1, step))


_CHARTS: dict[Kind, Callable[[Sheet, Chart, Box, float], None]] = {
    "columns": _columns,
    "rates": _columns,
    "lines": _lines,
    "gap": _gap,
    "intervals": _intervals,
}
