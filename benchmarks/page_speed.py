"""How long a reader waits: first load and filter change, against an empty Dash page.

    python -m benchmarks.page_speed               # over LEAP_DATABASE_URL
    python -m benchmarks.page_speed --rounds 9

Both apps are served in this process and opened in turn by the same browser, so that a slow
machine slows both; medians and their ratios are printed.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from collections.abc import Callable

from dash import Dash, html
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from queries.database import snapshot
from queries.filters import Filters, View
from queries.trajectories import trajectory
from queries.values import known_values
from queries.viewer import Viewer

DRAWN = "document.querySelector('.js-plotly-plot .scatterlayer .trace') !== null"
EMPTY = "document.querySelector('#empty') !== null"


def main() -> None:
    """Print medians in milliseconds and ratios to the empty page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    empty = Dash("empty")
    empty.layout = html.Div("nothing", id="empty")
    dashboard, nothing = _serve(create_app()), _serve(empty)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking", "--disable-sync"],
        )
        first = _paired(
            rounds,
            lambda: _first_load(browser, f"{dashboard}/trajectories", DRAWN),
            lambda: _first_load(browser, nothing, EMPTY),
        )
        changes = _filter_changes(browser, f"{dashboard}/trajectories", rounds)
        browser.close()
    query = _query(rounds)
    print(f"{'':34}{'median':>9}{'of an empty page':>20}")
    print(f"{'empty Dash page, first load':34}{first[1]:>7.0f}ms{'1.00':>20}")
    for words, value in (
        ("trajectories, first load", first[0]),
        ("filter change, click to drawn", changes),
        ("the trajectory query alone", query),
    ):
        print(f"{words:34}{value:>7.0f}ms{value / first[1]:>20.2f}")


def _serve(app: Dash) -> str:
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _paired(
    rounds: int, one: Callable[[], float], other: Callable[[], float]
) -> tuple[float, float]:
    pairs = [(one(), other()) for _round in range(rounds + 1)][1:]  # the first warms up
    return statistics.median(a for a, _b in pairs), statistics.median(b for _a, b in pairs)


def _first_load(browser: Browser, url: str, ready: str) -> float:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = context.new_page()
    start = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_function(ready)
    elapsed = time.perf_counter() - start
    context.close()
    return 1000 * elapsed


def _filter_changes(browser: Browser, url: str, rounds: int) -> float:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page.goto(url)
    page.wait_for_function(DRAWN)
    page.wait_for_timeout(500)
    page.locator("details.filter summary").first.click()
    times = [_change(page, number % 6) for number in range(2 * rounds)]
    page.close()
    return statistics.median(times)


def _change(page: Page, option: int) -> float:
    before = page.locator("#trajectory-selection").inner_text()
    start = time.perf_counter()
    page.locator("details.filter[open] input").nth(option).click()
    page.wait_for_function(
        "before => document.querySelector('#trajectory-selection').innerText !== before",
        arg=before,
    )
    return 1000 * (time.perf_counter() - start)


def _query(rounds: int) -> float:
    times = []
    for _round in range(rounds):
        with snapshot() as data:
            known_values(data)
            start = time.perf_counter()
            trajectory(data, Viewer("leadership"), View(Filters(), split="district"))
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


if __name__ == "__main__":
    main()
