"""Charts of slides as PowerPoint draws them itself, each with a workbook that can be edited.

What python-pptx cannot say is written as XML here: error bars, labels of single points, where a
plot lies in its chart.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from math import ceil, floor
from typing import Any

import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt
from xlsxwriter.utility import xl_col_to_name

from components.deck import Chart, Series, Slide, Values
from components.figures.trajectory import pushed_apart
from components.slide_layout import LABEL_SIZE, Box
from components.slide_wording import SENTENCES, say
from exports.cells import cell
from exports.office import FONT, add_run, hex_code, put, rgb, set_font

_WORDS: dict[str, str] = SENTENCES["files"]

Cells = Sequence[float | str | None]

_LINE = 24  # points from one line of labels to the next

# --- The workbook behind a chart ---------------------------------------------------------

# Of a cell that begins like a formula, also when somebody edits it. The chart takes its names from
# these cells, so they have no apostrophe in front that would be seen.
_STAYS_TEXT = {"quote_prefix": True}

_MONTHLY = ("lines", "gap")
# A tenth only where a number has one: of the formats of an office program General alone does so,
# "0.#" leaves a point behind 82.
_PER_CENT = 'General"\N{NO-BREAK SPACE}%"'
_NUMBER_FORMATS = {"columns": "#,##0", "rates": _PER_CENT}


@dataclass(frozen=True)
class _Column:
    """A column of the workbook: its heading and a cell for each category.

    ``formula`` computes the cells from others in the row, whose number is ``{row}``.
    """

    heading: str
    cells: Cells
    formula: str = ""


def _columns(chart: Chart) -> list[_Column]:
    """All that a chart shows and rests on; the plotted first, where the chart looks for them."""
    columns = [_Column(chart.axis if chart.kind in _MONTHLY else _WORDS["group"], chart.categories)]
    columns += [_Column(series.name, series.values) for series in chart.series]
    if chart.kind not in _NUMBER_FORMATS:
        columns.append(_Column(_WORDS["labels_at"], (_labels_at(chart),) * len(chart.categories)))
    for place, series in enumerate(chart.series, start=1):
        if series.low:
            columns += _ends(series, xl_col_to_name(place), len(columns))
    if any(chart.cautions):
        columns.append(_Column(_WORDS["caution"], tuple(words or None for words in chart.cautions)))
    columns.append(_Column(_WORDS["students_about" if chart.about else "students"], chart.students))
    return columns


def _ends(series: Series, value: str, place: int) -> Iterator[_Column]:
    """The ends of a series' interval from column ``place`` on, and how far they are away."""
    low, high = xl_col_to_name(place), xl_col_to_name(place + 1)
    kind = "band_" if series.is_band else ""
    yield _Column(say("files", f"{kind}low", series=series.name), series.low)
    yield _Column(say("files", f"{kind}high", series=series.name), series.high)
    down = _differences(series.values, series.low)
    yield _Column(_down(series), down, f"={value}{{row}}-{low}{{row}}")
    up = _differences(series.high, series.values)
    yield _Column(_up(series), up, f"={high}{{row}}-{value}{{row}}")


def _down(series: Series) -> str:
    return say("files", "down", series=series.name)


def _up(series: Series) -> str:
    return say("files", "up", series=series.name)


def _differences(above: Values, below: Values) -> Values:
    return tuple(
        None if one is None or other is None else one - other
        for one, other in zip(above, below, strict=True)
    )


def _workbook(columns: Sequence[_Column]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")  # as python-pptx calls it in a chart's references
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"} | _STAYS_TEXT)
    text = book.add_format(_STAYS_TEXT)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.heading, bold)
        for row, value in enumerate(column.cells, start=1):
            if isinstance(value, str):
                sheet.write_string(row, place, value, text)
            else:
                _write(sheet, row, place, cell(value), column.formula)
    sheet.set_column(0, len(columns) - 1, 18)
    sheet.freeze_panes(1, 1)
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, place: int, value: float | None, formula: str) -> None:
    if value is not None and formula:
        sheet.write_formula(row, place, formula.format(row=row + 1), None, value)
    elif value is not None:
        sheet.write_number(row, place, value)


# --- Charts ------------------------------------------------------------------------------

_TYPES = {
    "columns": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "rates": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "lines": XL_CHART_TYPE.LINE_MARKERS,
    "gap": XL_CHART_TYPE.LINE_MARKERS,
    "intervals": XL_CHART_TYPE.BAR_CLUSTERED,
}

_TITLE = 26  # points that the title of an axis takes
_BELOW = 58  # points under a plot for a line of tick labels and that title
_TICKS = 60  # points left of a plot for the labels of its value axis
_SPACE = 12
_BAR = 8  # points of a bar's thickness, or more where rows are far apart
_HIGHEST_ROW = 90
_SMALLEST_PLOT = 160
_ROWS_WITH_AXIS = 12


def add_chart(page: Any, slide: Slide, chart: Chart, box: Box) -> None:
    """The chart of a slide into a box of a page."""
    columns = _columns(chart)
    plotted = len(chart.series) + (chart.kind not in _NUMBER_FORMATS)
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = chart.categories
    for column in columns[1 : 1 + plotted]:
        data.add_series(column.heading, column.cells)
    frame = page.shapes.add_chart(_TYPES[chart.kind], 0, 0, 0, 0, data)
    put(frame, box)
    frame.name = f"Chart: {slide.name}"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", slide.description)
    drawn = frame.chart
    drawn.part.chart_workbook.update_from_xlsx_blob(_workbook(columns))
    drawn.has_legend = drawn.has_title = False
    set_font(drawn.font, LABEL_SIZE, "muted")
    drawn._chartSpace.find(qn("c:txPr")).addprevious(_xml(_BARE))
    _DRAW[chart.kind](drawn, chart, box)


def _draw_columns(drawn: Any, chart: Chart, box: Box) -> None:
    plot = Box(0, 0, box.width, box.height - _BELOW - _LINE)
    _lay_out(drawn, plot, box)
    _style_categories(drawn.category_axis, "muted")
    _add_title(drawn.category_axis, chart.axis, Box(0, box.height - _TITLE, 0, 0), box)
    low, high = _limits(chart)
    _style_values(drawn.value_axis, (low, 1.12 * high), "")  # room for the highest number
    columns = drawn.plots[0]
    columns.gap_width = 90
    _fill(columns.series[0].format, "accent")
    for place, role in enumerate(chart.colours):
        _fill(columns.series[0].points[place].format, role)
    columns.has_data_labels = True
    labels = columns.data_labels
    labels.number_format = _NUMBER_FORMATS[chart.kind]
    labels.number_format_is_linked = False
    labels.position = XL_LABEL_POSITION.OUTSIDE_END
    set_font(labels.font, LABEL_SIZE, "ink")


def _draw_lines(drawn: Any, chart: Chart, box: Box) -> None:
    room = max(_width(f"{series.name} 99.9 %") for series in chart.series) + _SPACE
    plot = Box(_TICKS, _SPACE, box.width - _TICKS - room, box.height - _BELOW - _SPACE)
    low, high = _limits(chart)
    lines = _draw_months(drawn, chart, plot, box, '0"\N{NO-BREAK SPACE}%"')
    ends = [
        (line, series.colour, end, value)
        for line, series in zip(lines, chart.series, strict=True)
        for end, value in _last(series.values)
    ]
    heights = [plot.height * (value - low) / (high - low) for *_line, value in ends]
    moved = pushed_apart(heights, _LINE, (0, plot.height))
    for (line, colour, end, _value), height, to in zip(ends, heights, moved, strict=True):
        label = _end_label(end, 4 / box.width, (height - to) / box.height, colour)
        _add_labels(line, [label])


def _last(values: Values) -> list[tuple[int, float]]:
    """Where the last value stands, and the value; empty where there is none."""
    return [(place, value) for place, value in enumerate(values) if value is not None][-1:]


def _draw_gap(drawn: Any, chart: Chart, box: Box) -> None:
    plot = Box(_TICKS, _SPACE, box.width - _TICKS - _SPACE, box.height - _BELOW - _SPACE)
    lines = _draw_months(drawn, chart, plot, box, '+0;"\N{MINUS SIGN}"0;0')
    for line, series in zip(lines, chart.series, strict=True):
        _add_error_bars(line, chart, series, '<c:errDir val="y"/>', series.colour)


def _draw_months(drawn: Any, chart: Chart, plot: Box, box: Box, numbers: str) -> list[Any]:
    """What the charts over the months share: lines (returned), and every third month named.

    The names hang on a series that is not seen. On the axis itself only PowerPoint can leave
    some out; other programs would turn all of them, or break them over two lines.
    """
    _lay_out(drawn, plot, box)
    _style_values(drawn.value_axis, _limits(chart), numbers)
    _style_categories(drawn.category_axis, None)
    foot = Box(plot.left, box.height - _TITLE, 0, 0)
    _add_title(drawn.category_axis, chart.axis, foot, box)
    lines: list[Any]
    *lines, names = drawn.plots[0].series
    for line, series in zip(lines, chart.series, strict=True):
        _style_line(line, series)
    names.format.line.fill.background()
    names.marker.style = XL_MARKER_STYLE.NONE
    third = range(0, len(chart.categories), 3)
    _add_labels(names, [_month_label(month, 4 / box.height) for month in third])
    return lines


def _style_line(line: Any, series: Series) -> None:
    line.smooth = False
    line.format.line.width, line.format.line.color.rgb = Pt(2.5), rgb(series.colour)
    if series.dashed:
        line.format.line.dash_style = MSO_LINE.DASH
    line.marker.style, line.marker.size = XL_MARKER_STYLE.CIRCLE, 6
    _fill(line.marker.format, series.colour)


def _draw_intervals(drawn: Any, chart: Chart, box: Box) -> None:
    """Bars with their intervals; the words beside them hang on a second series without colour."""
    left = max(map(_width, chart.categories)) + _SPACE
    words = _words(chart, box.width - left - _SMALLEST_PLOT)
    right = max(map(_width, words)) + _SPACE
    has_axis = len(chart.categories) <= _ROWS_WITH_AXIS
    height = box.height - _TITLE - 6 if has_axis else box.height
    row = min(_HIGHEST_ROW, height / len(chart.categories))
    plot = Box(left, 0, box.width - left - right, row * len(chart.categories))
    _lay_out(drawn, plot, box)
    _style_categories(drawn.category_axis, "ink")
    drawn.category_axis.reverse_order = True
    _style_values(drawn.value_axis, (_limits(chart)[0], _labels_at(chart)), "")
    if has_axis:
        _add_title(drawn.value_axis, chart.axis, Box(left, plot.height + 6, 0, 0), box)
    drawn.plots[0].gap_width = round(min(500, 100 * (row / _BAR - 1)))
    drawn.plots[0].overlap = 100
    bars, labels = drawn.plots[0].series
    for place, role in enumerate(chart.colours):
        _fill_row(bars, place, role, chart.cautions[place])
    _add_error_bars(bars, chart, chart.series[0], "", "ink")
    labels.format.fill.background()
    _add_labels(labels, map(_row_label, range(len(words)), words, chart.cautions))


def _fill_row(bars: Any, row: int, role: str, caution: str) -> None:
    form = bars.points[row].format
    _fill(form, "muted" if caution else role)
    form.fill.fore_color.brightness = 0.5 if caution else 0
    # Without this PowerPoint leaves bars under zero white.
    number = bars._element.get_or_add_dPt_for_point(row).find(qn("c:idx"))
    number.addnext(_xml('<c:invertIfNegative {} val="0"/>'))


def _words(chart: Chart, room: float) -> list[str]:
    """What stands beside each row: the figure, and why it may not stand by itself.

    Where that is wider than ``room``, a figure with a caution goes without its interval in words.
    """
    whole = _rows(chart)
    if max(map(_width, whole)) <= room:
        return whole
    [series] = chart.series
    low, high = (
        tuple(None if caution else end for end, caution in zip(ends, chart.cautions, strict=True))
        for ends in (series.low, series.high)
    )
    return _rows(replace(chart, series=(replace(series, low=low, high=high),)))


def _rows(chart: Chart) -> list[str]:
    return [chart.row_words(row) or "–" for row in range(len(chart.categories))]


def _labels_at(chart: Chart) -> float:
    """Where the labels hang: under the months, or right of all that is drawn in the rows."""
    low, high = _limits(chart)
    return high + (high - low) / 20 if chart.kind == "intervals" else low


def _limits(chart: Chart) -> tuple[float, float]:
    """The ends of the scale, a few points around all that is drawn, zero too but in per cent."""
    step = 5 if chart.kind in _MONTHLY else 1
    values = [end for series in chart.series for end in (*series.values, *series.low, *series.high)]
    known = [value for value in values if value is not None]
    if chart.kind != "lines" or not known:
        known.append(0)
    low = step * floor(min(known) / step)
    return low, max(step * ceil(max(known) / step), low + step)


def _width(words: str) -> float:
    """About as many points as words of a label take, rather more than less."""
    narrow, capital, other = 0.28, 0.72, 0.57
    return LABEL_SIZE * sum(
        narrow if letter in "iljtfr.,()' " else capital if letter.isupper() else other
        for letter in words
    )


# --- Parts of a chart --------------------------------------------------------------------


def _xml(template: str) -> Any:
    """An element of a chart; ``{}`` in its first tag takes the namespaces."""
    return parse_xml(template.replace("{}", nsdecls("c", "a"), 1))


def _fill(form: Any, role: str) -> None:
    form.fill.solid()
    form.fill.fore_color.rgb = rgb(role)
    form.line.fill.background()


def _lay_out(drawn: Any, plot: Box, box: Box) -> None:
    """Where the plot lies in the chart, its labels not counted."""
    area = drawn._chartSpace.chart.plotArea
    size = f'<c:w val="{plot.width / box.width}"/><c:h val="{plot.height / box.height}"/>'
    area.insert(0, _place(plot, box, '<c:layoutTarget val="inner"/>', size))


def _place(inner: Box, box: Box, target: str = "", size: str = "") -> Any:
    return _xml(
        f'<c:layout {{}}><c:manualLayout>{target}<c:xMode val="edge"/><c:yMode val="edge"/>'
        f'<c:x val="{inner.left / box.width}"/><c:y val="{inner.top / box.height}"/>{size}'
        "</c:manualLayout></c:layout>"
    )


def _style_categories(axis: Any, role: str | None) -> None:
    """The line at zero, and every name level and at the edge; without a role, no names."""
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.width, axis.format.line.color.rgb = Pt(1), rgb("muted")
    if role is None:
        axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
        return
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    set_font(axis.tick_labels.font, LABEL_SIZE, role)
    axis._element.txPr.find(qn("a:bodyPr")).set("rot", "0")
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(_xml('<c:tickLblSkip {} val="1"/>'))


def _style_values(axis: Any, limits: tuple[float, float], numbers: str) -> None:
    """The scale with quiet lines; without a format for its numbers, neither lines nor numbers."""
    axis.minimum_scale, axis.maximum_scale = limits
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.fill.background()
    axis.has_major_gridlines = bool(numbers)
    if not numbers:
        axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE
        return
    axis.major_unit = 5 if limits[1] - limits[0] <= 25 else 10
    grid = axis.major_gridlines.format.line
    grid.width, grid.color.rgb = Pt(0.75), rgb("line")
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = numbers, False


def _add_title(axis: Any, words: str, corner: Box, box: Box) -> None:
    frame = axis.axis_title.text_frame
    add_run(frame.paragraphs[0], words, LABEL_SIZE, "muted").font.bold = False
    title = axis._element.find(qn("c:title"))
    title.replace(title.find(qn("c:layout")), _place(corner, box))


def _add_error_bars(drawn: Any, chart: Chart, series: Series, direction: str, role: str) -> None:
    bars = (
        f'<c:errBars {{}}>{direction}<c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="1"/><c:plus>{_numbers(chart, _up(series))}</c:plus>'
        f"<c:minus>{_numbers(chart, _down(series))}</c:minus>"
        f'<c:spPr><a:ln w="{Pt(1.5)}"><a:solidFill><a:srgbClr val="{hex_code(role)}"/>'
        "</a:solidFill></a:ln></c:spPr></c:errBars>"
    )
    drawn._element.find(qn("c:cat")).addprevious(_xml(bars))


def _numbers(chart: Chart, heading: str) -> str:
    """A column of the workbook: where it stands, and its numbers as last known."""
    columns = _columns(chart)
    place, cells = next(
        (place, column.cells) for place, column in enumerate(columns) if column.heading == heading
    )
    letter = xl_col_to_name(place)
    points = "".join(
        f'<c:pt idx="{row}"><c:v>{cell}</c:v></c:pt>'
        for row, cell in enumerate(cells)
        if cell is not None
    )
    return (
        f"<c:numRef><c:f>Sheet1!${letter}$2:${letter}${len(cells) + 1}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(cells)}"/>{points}'
        "</c:numCache></c:numRef>"
    )


_BARE = "<c:spPr {}><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
_NO_LEADERS = (
    '<c:extLst><c:ext uri="{CE6537A1-D6FC-4f65-9D91-7224C49458BB}" '
    'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart">'
    '<c15:showLeaderLines val="0"/></c:ext></c:extLst>'
)
_SHOWN = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")


def _shown(*parts: str) -> str:
    return "".join(f'<c:show{part} val="{int(part in parts)}"/>' for part in _SHOWN)


def _add_labels(drawn: Any, labels: Iterable[str]) -> None:
    """Labels of single points; the others have none."""
    every = _xml(f"<c:dLbls {{}}>{''.join(labels)}{_shown()}{_NO_LEADERS}</c:dLbls>")
    drawn._element.find(qn("c:cat")).addprevious(every)


def _month_label(month: int, down: float) -> str:
    return _label(month, 0, down, "muted", "b", "CatName")


def _end_label(point: int, right: float, down: float, role: str) -> str:
    """The series' name and its value right of a point."""
    return _label(point, right, down, role, "r", "SerName", "Val")


def _label(point: int, right: float, down: float, role: str, position: str, *parts: str) -> str:
    """Parts of a point beside it, moved from there by parts of the chart's width and height."""
    return (
        f'<c:dLbl><c:idx val="{point}"/><c:layout><c:manualLayout><c:x val="{right}"/>'
        f'<c:y val="{down}"/></c:manualLayout></c:layout><c:numFmt sourceLinked="0" '
        f'formatCode="{escape(_PER_CENT)}"/>'
        f"<c:txPr>{_UNWRAPPED}<a:p><a:pPr>{_letters('defRPr', role)}</a:pPr>"
        f'{_letters("endParaRPr", role)}</a:p></c:txPr><c:dLblPos val="{position}"/>'
        f"{_shown(*parts)}<c:separator> </c:separator></c:dLbl>"
    )


def _row_label(row: int, words: str, caution: str) -> str:
    letters = _letters("rPr", "muted" if caution else "ink")
    return (
        f'<c:dLbl><c:idx val="{row}"/><c:tx><c:rich>{_UNWRAPPED}'
        f"<a:p><a:r>{letters}<a:t>{escape(words)}</a:t></a:r></a:p></c:rich></c:tx>"
        f'<c:dLblPos val="outEnd"/>{_shown("Val")}</c:dLbl>'
    )


_UNWRAPPED = '<a:bodyPr rot="0" wrap="none"/><a:lstStyle/>'


def _letters(tag: str, role: str) -> str:
    return (
        f'<a:{tag} lang="en-US" sz="{100 * LABEL_SIZE}" b="0"><a:solidFill><a:srgbClr '
        f'val="{hex_code(role)}"/></a:solidFill><a:latin typeface="{FONT}"/></a:{tag}>'
    )


_DRAW: dict[str, Callable[[Any, Chart, Box], None]] = {
    "columns": _draw_columns,
    "rates": _draw_columns,
    "lines": _draw_lines,
    "gap": _draw_gap,
    "intervals": _draw_intervals,
}
