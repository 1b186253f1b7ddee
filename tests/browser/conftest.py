"""A real server over the demonstration data, and a real browser in front of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect
from werkzeug.serving import make_server

from app import create_app
from benchmarks.browser import HEADLESS_SHELL, chromium
from tests.conftest import Program
from tests.waiting import LONGEST_WAIT

WIDTHS = {"laptop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@contextmanager
def served(**environment: str) -> Iterator[str]:
    """Where the dashboard is served, set up by these settings of the environment.

    There is one app in a process, and other files set it up to sign people in.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        server = make_server("127.0.0.1", 0, create_app().server, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def address(program: Program) -> Iterator[str]:
    """Where the dashboard is served to the tests of a file."""
    with served(LEAP_DATABASE_URL=program.url) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=LONGEST_WAIT * 1000)
    with chromium(HEADLESS_SHELL) as browser:
        yield browser


@dataclass
class Visit:
    """A page in the browser, and what it asked of the server."""

    page: Page
    address: str
    questions: list[str] = field(default_factory=list)  # outputs of callbacks asked for
    foreign: list[str] = field(default_factory=list)  # requests to other hosts
    complaints: list[str] = field(default_factory=list)  # errors on the console
    waiting: int = 0  # requests without an answer yet

    def go(self, path: str) -> Visit:
        self.page.goto(f"{self.address}{path}")
        self.settle()
        return self

    def settle(self) -> None:
        """Wait until nothing is being asked or drawn."""
        self.page.locator("#content #page > *").first.wait_for(state="attached")
        quiet, end = 0, time.monotonic() + LONGEST_WAIT
        while quiet < 10:  # drawing can hold the next question back for a while
            assert time.monotonic() < end, "the page does not come to rest"
            self.page.wait_for_timeout(50)
            self._rest()
            quiet = 0 if self.waiting else quiet + 1

    def _rest(self) -> None:
        """Wait until the browser has drawn and has nothing to do, however slow the machine.

        An idle callback would not do: after a key the browser expects another, and is idle only
        when five seconds are over.
        """
        with suppress(Error):  # another page took the place of this one
            self.page.evaluate(
                "new Promise(done => requestAnimationFrame("
                "() => scheduler.postTask(done, { priority: 'background' })))"
            )

    def asked_for(self, output: str) -> int:
        return sum(output in question for question in self.questions)

    def search(self) -> str:
        return self.page.evaluate("decodeURIComponent(window.location.search)")

    def figure(self) -> Any:
        """Numbers of the drawn curves, as plotly holds them, to the ninth digit.

        The engine adds up in parallel: the last digits depend on the order.
        """
        return self.page.evaluate(
            "Array.from(document.querySelectorAll('.js-plotly-plot')).map(plot =>"
            " plot.data.map(trace => [trace.name, Array.from(trace.y, y => y && y.toFixed(9))]))"
        )

    def hover(self, mark: Locator) -> None:
        """Point at a mark of a figure until the figure has noticed."""
        mark.scroll_into_view_if_needed()
        box = mark.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.settle()

    def click(self, mark: Locator) -> None:
        """Click a mark of a figure: it follows the one that the figure knows to be hovered."""
        self.hover(mark)
        self.page.mouse.down()
        self.page.mouse.up()

    def download(self, kind: str, chart: str) -> bytes:
        """A file of the chart with the id, by its button."""
        with self.page.expect_download() as waiting:
            self.page.locator(f"#{chart}").get_by_role("button", name=kind).click()
        path: Path = waiting.value.path()
        return path.read_bytes()

    def violations(self) -> list[Any]:
        """Serious accessibility violations, with the parts of the page at fault."""
        return [
            (violation["id"], [node["html"] for node in violation["nodes"]][:3])
            for violation in Axe().run(self.page).response["violations"]
            if violation["impact"] in ("serious", "critical")
        ]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the screen."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def choose(self, filter_name: str, label: str) -> None:
        summary = self.page.locator("details.filter summary", has_text=filter_name)
        summary.click()
        self.page.get_by_role("checkbox", name=label).first.click()
        self.page.keyboard.press("Escape")
        self.settle()


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Callable[..., Visit]]:
    """Opens the dashboard at a path; asserts at the end that no page complained or called out."""
    opened: list[tuple[Visit, BrowserContext]] = []

    def open_page(
        path: str, device: str = "laptop", scheme: str = "light", *, settle: bool = True
    ) -> Visit:
        context = browser.new_context(
            viewport=WIDTHS[device],
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(LONGEST_WAIT * 1000)
        page = context.new_page()
        visit = Visit(page, address)
        page.on("request", lambda request: _note_request(visit, request))
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda _request: _note_answer(visit))
        page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        opened.append((visit, context))
        return visit.go(path) if settle else visit

    yield open_page
    for visit, context in opened:
        context.close()
        assert visit.foreign == []
        assert visit.complaints == []


def _note_request(visit: Visit, request: Any) -> None:
    visit.waiting += 1
    if "/_dash-update-component" in request.url:
        visit.questions.append(request.post_data_json["output"])
    if not request.url.startswith((visit.address, "data:", "blob:")):
        visit.foreign.append(request.url)


def _note_answer(visit: Visit) -> None:
    visit.waiting -= 1
