"""What a figure says: plotly reads a small HTML, so what others wrote is escaped.

Every word of a figure is shown as it was written, a district called ``<b>North</b>`` or ``%{x}``
too. What is meant as markup is made by ``bold``, ``italic`` and ``stacked``, which escape what they
are given; what is meant as a value that plotly puts in is one of the constants below;
``escaped`` leaves these alone and escapes all else, when a figure is finished (``frame.finished``).
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from markupsafe import Markup

from components.plain_text import plain

# Where a figure has words; all else (colors, types, links) is the house's own.
_WORDS = {
    *("name", "names", "title", "text", "texttemplate", "hovertext", "hovertemplate"),
    *("x", "y", "labels", "ticktext", "tickprefix", "ticksuffix"),
}

# A word that began with @ would be taken for the role of a color, %{x} for a value to put in.
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "{": "&#123;"})

# Ends a hover without the name of its trace beside it; the hover that is a point's text.
NO_NAME = Markup("<extra></extra>")
TEXT_ALONE = Markup("%{text}") + NO_NAME
# Where a point lies.
X = Markup("%{x}")
DAY = Markup("%{x|%b %-d, %Y}")
COUNT = Markup("%{y:,}")
PERCENT = Markup("%{y:.0f} %")
# The hover of the month that a first visit lies in.
MONTH_OF_VISIT = Markup("%{text}<br>partly before and partly after the visit") + NO_NAME


def bold(words: str) -> Markup:
    """Words in bold."""
    return Markup("<b>{}</b>").format(_marked(words))


def italic(words: str) -> Markup:
    """Words in italics."""
    return Markup("<i>{}</i>").format(_marked(words))


def stacked(*words: str) -> Markup:
    """One line below the other."""
    return Markup("<br>").join(map(_marked, words))


def together(*words: str) -> Markup:
    """Words, marked or not, one after the other."""
    return Markup("").join(map(_marked, words))


def unmarked(words: str) -> str:
    """Words of a figure for where there is no markup, on one line."""
    if not isinstance(words, Markup):
        return words
    return Markup(str(words).replace("<br>", " ")).striptags()  # noqa: S704 (marked already)


def escaped(words: str) -> str:
    """Words as plotly shows them as they are; what is marked keeps its marks."""
    return str(_marked(words))


def _marked(words: str) -> Markup:
    if isinstance(words, Markup):
        return words
    return Markup(plain(words).translate(_ENTITIES))  # noqa: S704 (nothing of it is markup now)


def escaped_words(part: Any, key: Hashable = None) -> Any:
    """A figure, or what stands in it under a key, with its words escaped."""
    if isinstance(part, dict):
        return {name: escaped_words(value, name) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [escaped_words(value, key) for value in part]
    if hasattr(part, "tolist"):  # a column of a frame
        return escaped_words(part.tolist(), key)
    return escaped(part) if isinstance(part, str) and key in _WORDS else part
