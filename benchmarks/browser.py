"""The browser that benchmarks and tests drive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, ViewportSize, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# Without its own interface, which takes a second of a processor for each new window.
HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"
# Without the switches it asks its maker's servers for updates.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREEN = ViewportSize(width=1440, height=900)


@contextmanager
def chromium(program: str = CHROMIUM) -> Iterator[Browser]:
    """Debian's Chromium without a window: as people have it, or its headless shell."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()
