"""A deck of slides as plain values: what every way of showing it draws, prints or stores.

One message a slide, one chart, and the figures behind it. Nothing here is of a single student, and
everything is text or numbers, so that a deck can be kept as JSON and opened again.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from components.numbers import numeral, per_cent, span
from queries.viewer import THRESHOLDS

Kind = Literal["columns", "rates", "lines", "gap", "intervals"]
Shape = Literal["16x9", "4x3"]

# An export: tells how many slides are done each time it goes on, and ends with the file.
Export = Generator[int, None, bytes]

Values = tuple[float | None, ...]


@dataclass(frozen=True)
class Series:
    """One line or row of bars: a value for each category of its chart, None where not shown.

    ``low`` and ``high`` are the ends of its 95 % interval, empty where it has none; with
    ``is_band``, of the band of the whole curve. ``colour`` is a role of ``components.theme``.
    """

    name: str
    values: Values
    low: Values = ()
    high: Values = ()
    colour: str = "accent"
    dashed: bool = False
    is_band: bool = False

    def told(self, place: int) -> str:
        """``9.1 (7.2 to 11.0)`` with a true minus; a range alone; empty where it is not shown.

        A band is not told: it is that of no single number.
        """
        value, interval = self.values[place], self._interval(place)
        if value is None:
            return interval
        return f"{numeral(value)} ({interval})" if interval else numeral(value)

    def _interval(self, place: int) -> str:
        low, high = (ends[place] if ends else None for ends in (self.low, self.high))
        if self.is_band or low is None or high is None:
            return ""
        return span(low, high)


@dataclass(frozen=True)
class Chart:
    """What a slide draws.

    ``columns``: counts of students, a category a column. ``rates``: attendance in per cent, a
    category a column. ``lines``: mean attendance in per cent by months from the first visit.
    ``gap``: the difference in points by the same months, with its band. ``intervals``: the
    difference in points of each category, with its interval.

    ``students`` are the students behind each category (None: withheld), ``about`` whether they
    are rounded. ``rates`` and ``intervals`` have a colour role for each category; ``intervals``
    words where a figure may not stand by itself (empty where it may), and where no single one may
    be told, the ends of a range without a value.
    """

    kind: Kind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    axis: str
    students: tuple[int | None, ...]
    about: bool
    colours: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    def told(self, value: float | None) -> str:
        """What stands over a column: ``1,387`` or ``85.6 %``; empty where it is not shown."""
        if value is None:
            return ""
        return per_cent(value) if self.kind == "rates" else f"{value:,.0f}"

    def column_colours(self) -> tuple[str, ...]:
        """A colour role for each column."""
        return self.colours or (self.series[0].colour,) * len(self.categories)

    def row_words(self, row: int) -> str:
        """A category of ``intervals`` in words: ``9.1 (7.2 to 11.0) past differs``."""
        return " ".join(part for part in (self.series[0].told(row), self.cautions[row]) if part)


@dataclass(frozen=True)
class Note:
    """A hard question and its answer in figures, for the speaker."""

    question: str
    answer: str


@dataclass(frozen=True)
class Slide:
    """One message: its title, what the chart shows and in which unit, or paragraphs instead.

    ``description`` says the chart in words, for those who cannot see it.
    """

    key: str
    name: str
    title: str
    meaning: str
    description: str
    notes: tuple[Note, ...]
    chart: Chart | None = None
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deck:
    """Slides in their order, and what stands under each of them.

    ``selection`` are the filters in words, in full; ``source`` is the line under a slide;
    ``search`` is the query part of the page's address for these filters. ``data_as_of`` and
    ``loaded_at`` are a day and a time in ISO form; ``threshold`` the fewest students of a figure.
    """

    slides: tuple[Slide, ...]
    shape: Shape
    selection: str
    source: str
    search: str
    data_as_of: str
    load_id: str
    loaded_at: str
    is_demonstration: bool
    threshold: int = THRESHOLDS["presenter"]


def deck_to_json(deck: Deck) -> dict[str, Any]:
    """The deck as values that JSON has."""
    return asdict(deck)


def deck_from_json(stored: Mapping[str, Any]) -> Deck:
    """The deck of ``deck_to_json``. Raises KeyError or TypeError for anything else."""
    return Deck(**{**stored, "slides": tuple(_slide(slide) for slide in stored["slides"])})


def _slide(stored: Mapping[str, Any]) -> Slide:
    chart = stored["chart"]
    return Slide(
        **{
            **stored,
            "notes": tuple(Note(**note) for note in stored["notes"]),
            "paragraphs": tuple(stored["paragraphs"]),
            "chart": chart and _chart(chart),
        }
    )


def _chart(stored: Mapping[str, Any]) -> Chart:
    lists = ("categories", "students", "colours", "cautions")
    return Chart(
        **{
            **stored,
            **{name: tuple(stored[name]) for name in lists},
            "series": tuple(_series(series) for series in stored["series"]),
        }
    )


def _series(stored: Mapping[str, Any]) -> Series:
    return Series(**{**stored, **{name: tuple(stored[name]) for name in ("values", "low", "high")}})


def finished(export: Export) -> bytes:
    """Run an export to its end and return the file."""
    while True:
        try:
            next(export)
        except StopIteration as end:
            file: bytes = end.value
            return file
