"""Colours, letters and places as PowerPoint has them."""

from __future__ import annotations

from typing import Any

from pptx.dml.color import RGBColor
from pptx.util import Pt

from components.slide_layout import Box
from components.theme import PALETTES

FONT = "Arial"


def hex_code(role: str) -> str:
    """A colour of the light theme by its role: ``0B6570``."""
    return PALETTES["light"][role].removeprefix("#").upper()


def rgb(role: str) -> RGBColor:
    """The same as python-pptx takes it."""
    return RGBColor(*bytes.fromhex(hex_code(role)))  # type: ignore[no-untyped-call]


def put(shape: Any, box: Box) -> None:
    """A shape into a box."""
    shape.left, shape.top, shape.width, shape.height = map(
        Pt, (box.left, box.top, box.width, box.height)
    )


def add_run(paragraph: Any, words: str, size: float, role: str) -> Any:
    """Words at the end of a paragraph; the run."""
    run = paragraph.add_run()
    run.text = words
    set_font(run.font, size, role)
    return run


def set_font(font: Any, size: float, role: str) -> None:
    """Letters of a size in points and a colour's role."""
    font.name, font.size, font.color.rgb = FONT, Pt(size), rgb(role)
