"""Numbers as people read them, in one form everywhere.

A tenth stands only where a number has one: what was told in whole points is never printed as if it
were known to a tenth. The minus is a true one, and nothing is minus zero.
"""

from __future__ import annotations

from components.language import say


def numeral(number: float) -> str:
    """82.0 -> ``82``, 82.44 -> ``82.4``, −0.2 -> ``−0.2``, −0.04 -> ``0``."""
    tenths = f"{round(float(number), 1) + 0.0:.1f}"
    return tenths.removesuffix(".0").replace("-", "\N{MINUS SIGN}")


def signed(number: float) -> str:
    """``−9``, ``0``, ``+8.3``: months around the visit, and points."""
    words = numeral(number)
    return words if words == "0" or words.startswith("\N{MINUS SIGN}") else f"+{words}"


def per_cent(number: float) -> str:
    """82.0 -> ``82 %``, never broken over two lines."""
    return f"{numeral(number)}\N{NO-BREAK SPACE}%"


def span(low: float, high: float) -> str:
    """``7 to 10``, ``81.2 to 83.4``: a range."""
    return say("effect", "ends", low=numeral(low), high=numeral(high))
