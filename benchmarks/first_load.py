"""The first load of a page, against an empty page of Dash: requests, kilobytes and time.

    python -m benchmarks.first_load               # over LEAP_DATABASE_URL
    python -m benchmarks.first_load --rounds 9

Both are served by gunicorn, compressed alike, and opened in turn by the same browser, first with
an empty cache, then once more with what it has kept; medians and their ratios are printed.
Kilobytes are those on the wire, headers included.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from dataclasses import astuple, dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from benchmarks.browser import SCREEN, chromium
from benchmarks.serving import DASHBOARD, gunicorn

EMPTY_PAGE = "benchmarks.empty_page:server"
PAGES = ("/", "/trajectories")

# Where a page shows what it is for: its chart's line; on the empty page its only words.
CHART, WORDS = ".js-plotly-plot .scatterlayer .trace", "#empty"

# The first frame in which the selector finds something, in milliseconds since navigation.
WATCH = """
    window.ready = new Promise(done => {
        const look = () => document.querySelector('SELECTOR')
            ? done(performance.now()) : requestAnimationFrame(look);
        look();
    });
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass
class Wire:
    """What went over the network for one page; seconds on the browser's own clock."""

    started: float | None = None
    answered: float = 0
    requests: int = 0
    size: float = 0
    cached: set[str] = field(default_factory=set)

    def ask(self, event: dict[str, Any]) -> None:
        """A request was made, be it to the cache."""
        self.started = self.started or event["timestamp"]

    def find(self, event: dict[str, Any]) -> None:
        """A request was answered without asking the server."""
        self.cached.add(event["requestId"])

    def receive(self, event: dict[str, Any]) -> None:
        """An answer has come in full."""
        self.answered = event["timestamp"]
        if event["requestId"] not in self.cached and event["encodedDataLength"]:
            self.requests += 1
            self.size += event["encodedDataLength"] / 1000


@dataclass(frozen=True)
class Load:
    """One load of a page: requests and kB to the server, milliseconds since navigation."""

    requests: float
    size: float
    painted: float
    ready: float
    answered: float


COLUMNS = ("requests", "kB", "first paint", "chart drawn", "all answered")


def main() -> None:
    """Print medians, and their ratios to the empty page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with (
        gunicorn(DASHBOARD) as dashboard,
        gunicorn(EMPTY_PAGE) as empty,
        chromium() as browser,
    ):
        pages = {"empty page of Dash": (empty.address, WORDS)}
        pages |= {path: (f"{dashboard.address}{path}", CHART) for path in PAGES}
        loads: dict[tuple[str, str], list[Load]] = defaultdict(list)
        for number in range(rounds + 1):
            for name, page in pages.items():
                cold, warm = _loads(browser, *page)
                if number:  # the first warms up the server
                    loads[name, "empty cache"].append(cold)
                    loads[name, "second time"].append(warm)
    for when in ("empty cache", "second time"):
        _report(when, {name: loads[name, when] for name in pages})


def _loads(browser: Browser, url: str, shown: str) -> tuple[Load, Load]:
    """A load with an empty cache, and one more."""
    context = browser.new_context(viewport=SCREEN, bypass_csp=True)
    context.add_init_script(WATCH.replace("SELECTOR", shown))
    both = _load(context, url), _load(context, url)
    context.close()
    return both


def _load(context: BrowserContext, url: str) -> Load:
    page, wire = context.new_page(), Wire()
    session = context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", wire.ask)
    session.on("Network.requestServedFromCache", wire.find)
    session.on("Network.loadingFinished", wire.receive)
    session.send("Network.enable")
    page.goto(url, wait_until="networkidle")
    ready, painted = page.evaluate("window.ready"), page.evaluate(PAINT)
    page.close()
    answered = 1000 * (wire.answered - (wire.started or 0))
    return Load(wire.requests, wire.size, painted, ready, answered)


def _report(when: str, loads: dict[str, list[Load]]) -> None:
    print(f"\n{when:22}" + "".join(f"{column:>20}" for column in COLUMNS))
    unit = _median(next(iter(loads.values())))
    for name, measured in loads.items():
        median = _median(measured)
        cells = (
            f"{value:,.0f} ({value / least:.1f})" for value, least in zip(median, unit, strict=True)
        )
        print(f"{name:22}" + "".join(f"{cell:>20}" for cell in cells))


def _median(loads: list[Load]) -> list[float]:
    """The median of each figure."""
    return [statistics.median(figures) for figures in zip(*map(astuple, loads), strict=True)]


if __name__ == "__main__":
    main()
