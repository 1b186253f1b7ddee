"""Colours and type: one scale, light and dark.

Figures name a colour by its role (``@accent``, ``@series-3``, with ``/0.15`` for opacity); the
browser puts in the colour of the theme in use. The styles use the same roles as custom
properties (``--accent``).
"""

from __future__ import annotations

from typing import Any

# Twelve hues told apart with the common forms of colour blindness, each with a contrast of at
# least 3 to 1 on its background; beyond twelve the line's dashes tell groups apart.
_SERIES_LIGHT = (
    "#0072b2 #c44e00 #00805e #9b3d8f #8a6d00 #3d4f9f "
    "#b0234b #007c91 #7a5230 #5e7d00 #c2459a #59636e"
).split()
_SERIES_DARK = (
    "#5bb8f0 #ff9455 #3ccb9b #d795ce #e3c04a #9dabf2 "
    "#ff7c98 #4fc9dc #d0a37b #b4d455 #ff9fdc #b6c2cd"
).split()

DASHES = ("solid", "dash", "dot")

PALETTES: dict[str, dict[str, str]] = {
    "light": {
        "canvas": "#f4f6f8",
        "paper": "#ffffff",
        "ink": "#16212c",
        "muted": "#55636f",
        "line": "#dbe1e6",
        "accent": "#0b6570",
        "on-accent": "#ffffff",
        "accent-soft": "#e2f0f1",
        "notice": "#7a4b00",
        "notice-soft": "#fdf1dc",
    }
    | {f"series-{number}": colour for number, colour in enumerate(_SERIES_LIGHT)},
    "dark": {
        "canvas": "#0f151b",
        "paper": "#171f27",
        "ink": "#e9eef2",
        "muted": "#a3b1bd",
        "line": "#2e3a45",
        "accent": "#55c8d2",
        "on-accent": "#06282c",
        "accent-soft": "#17353a",
        "notice": "#f2c274",
        "notice-soft": "#33291a",
    }
    | {f"series-{number}": colour for number, colour in enumerate(_SERIES_DARK)},
}

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"

# Sizes of a figure's words, in pixels.
LABEL_SIZE, TICK_SIZE, NOTE_SIZE = 14, 13, 12


def series(place: int) -> tuple[str, str]:
    """Colour role and dashes of a group by its place in the full list: stable on every page."""
    hues = len(_SERIES_LIGHT)
    return f"@series-{place % hues}", DASHES[place // hues % len(DASHES)]


def painted(part: Any) -> Any:
    """A figure or part of one with the light theme's colours in the place of their roles."""
    if isinstance(part, dict):
        return {name: painted(value) for name, value in part.items()}
    if isinstance(part, list):
        return [painted(value) for value in part]
    return colour(part) if isinstance(part, str) and _is_role(part) else part


def _is_role(word: str) -> bool:
    name, _slash, _opacity = word.removeprefix("@").partition("/")
    return word.startswith("@") and name in PALETTES["light"]


def colour(role: str) -> str:
    """``@accent`` as ``#0b6570``, ``@accent/0.16`` as ``rgba(11,101,112,0.16)``, in light."""
    name, _slash, opacity = role.removeprefix("@").partition("/")
    code = PALETTES["light"][name]
    if not opacity:
        return code
    channels = ",".join(str(int(code[at : at + 2], 16)) for at in (1, 3, 5))
    return f"rgba({channels},{opacity})"


def custom_properties() -> str:
    """The palettes as CSS custom properties, for the page's head."""
    return "".join(
        f'[data-bs-theme="{theme}"]{{color-scheme:{theme};'
        + "".join(f"--{role}:{colour};" for role, colour in palette.items())
        + "}"
        for theme, palette in PALETTES.items()
    )
