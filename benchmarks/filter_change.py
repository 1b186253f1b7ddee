"""What a filter change on the trajectories takes: on the server, and until the chart is drawn.

    python -m benchmarks.filter_change                           # over LEAP_DATABASE_URL
    python -m benchmarks.filter_change duckdb:///data/leap.duckdb postgresql+psycopg://localhost/leap

For every database: the answers of a server over HTTP, held against one scan of the mart by its
engine; and in a browser the time from the click on an option to the chart drawn, held against the
same chart as a Streamlit page over the same DuckDB file (for another engine, over a file of those
given that has as many rows). A new selection is one that nobody asked for since the server started.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page

from benchmarks.browser import SCREEN, chromium
from benchmarks.reader import Heard, Reader
from benchmarks.serving import DASHBOARD, gunicorn, streamlit
from components.wording import DIMENSION_NAMES
from queries.database import Snapshot, database_url, snapshot
from queries.filters import DIMENSIONS, Filters, View
from queries.schema import trajectory_month
from queries.values import known_values

PATH = "/trajectories"
CHART, COMPARISON = "asks for trajectory-figure", "asks for effect-figure"

# The options chosen one after another, each beside those before, by their place in the filter.
CHOICES = (("district", 0), ("district", 1), ("cohort", 1), ("district", 2), ("cohort", 2))

# The plainest question of the chart's kind.
_MONTH = trajectory_month.c.event_month
SCAN = sa.select(_MONTH, sa.func.avg(trajectory_month.c.rate)).group_by(_MONTH)

FIRST, NEW, AGAIN = "first after the start", "new selection", "asked again"

Times = dict[tuple[str, str], list[float]]  # milliseconds by what was measured and when


@dataclass
class Subject:
    """A database, and what was measured over it."""

    url: str
    data: Snapshot
    times: Times = field(default_factory=lambda: defaultdict(list))

    def rows(self) -> int:
        """Rows of the mart: databases with as many hold the same students."""
        count = sa.select(sa.func.count()).select_from(trajectory_month)
        return self.data.connection.scalar(count) or 0

    def file(self) -> Path | None:
        """The DuckDB file; None of another engine."""
        url = sa.make_url(self.url)
        return Path(url.database or "") if url.get_backend_name() == "duckdb" else None

    def options(self) -> list[tuple[str, str, str]]:
        """Dimension, value and label of each option that is chosen."""
        known = known_values(self.data)
        return [
            (dimension, *list(known.labels(dimension).items())[place])
            for dimension, place in CHOICES
        ]

    def searches(self) -> list[str]:
        """The query parts of the addresses that the choices lead to."""
        chosen: dict[str, tuple[str, ...]] = dict.fromkeys(DIMENSIONS, ())
        searches = []
        for dimension, value, _label in self.options():
            chosen[dimension] += (value,)
            searches.append(View(Filters(**chosen)).to_search())
        return searches


def main() -> None:
    """Print medians in milliseconds and ratios, for each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="*", metavar="URL")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    urls = options.urls or [database_url().render_as_string(hide_password=False)]
    with ExitStack() as stack:
        subjects = [Subject(url, stack.enter_context(_opened(url))) for url in urls]
        _ask_servers(subjects, options.rounds)
        rivals = _click(subjects, options.rounds)
        for subject in subjects:
            _report(subject, rivals[subject.rows()])


@contextmanager
def _opened(url: str) -> Iterator[Snapshot]:
    os.environ["LEAP_DATABASE_URL"] = url
    with snapshot() as data:
        yield data


# --- Over HTTP ------------------------------------------------------------------------------


def _ask_servers(subjects: Sequence[Subject], rounds: int) -> None:
    with ExitStack() as stack:
        readers = []
        for subject in subjects:
            server = stack.enter_context(gunicorn(DASHBOARD, subject.url))
            heard: list[Heard] = []
            reader = Reader(server.address, heard.append)
            reader.open(PATH)
            _note(subject, heard, FIRST)
            readers.append((subject, reader, heard))
        for number in range(rounds + 1):
            for subject, reader, heard in readers:
                for search in subject.searches():
                    _scan(subject)
                    reader.choose(search)
                    _note(subject, heard, AGAIN if number else NEW)


def _note(subject: Subject, heard: list[Heard], when: str) -> None:
    """Keep the answers heard since the last time."""
    for answer in heard:
        assert not answer.fault, f"{answer.kind}: {answer.fault}"
        subject.times[answer.kind, when].append(answer.milliseconds)
    heard.clear()


def _scan(subject: Subject) -> None:
    start = time.perf_counter()
    subject.data.connection.execute(SCAN).all()
    subject.times["scan", AGAIN].append(1000 * (time.perf_counter() - start))


# --- In a browser ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Front:
    """How a page's filters are used; ``chart`` and ``busy`` are selectors."""

    address: str
    chart: str
    busy: str  # on the page while something is being asked
    filter: Callable[[Page, str], Locator]
    option: Callable[[Page, str], Locator]


def dashboard(address: str) -> Front:
    """The trajectories of the dashboard at an address."""
    return Front(
        f"{address}{PATH}",
        "#trajectory-graph",
        ".loading",
        lambda page, dimension: page.locator(
            "details.filter summary", has_text=DIMENSION_NAMES[dimension]
        ),
        lambda page, label: page.locator("details[open]").get_by_role(
            "checkbox", name=re.compile(rf"^{re.escape(label)} \(")
        ),
    )


def _streamlit_page(address: str) -> Front:
    return Front(
        address,
        ".js-plotly-plot",
        "[data-testid=stStatusWidget]",
        lambda page, dimension: (
            page.locator("[data-testid=stMultiSelect]")
            .filter(has_text=dimension.capitalize())
            .locator("input")
        ),
        lambda page, label: page.get_by_role("option", name=label, exact=True),
    )


def _click(subjects: Sequence[Subject], rounds: int) -> dict[int, Times]:
    """Change filters in the dashboard over each database; the same in Streamlit, by rows."""
    rivals: dict[int, Times] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        fronts = []
        for subject in subjects:
            server = stack.enter_context(gunicorn(DASHBOARD, subject.url))
            fronts.append((subject, dashboard(server.address), subject.times))
            if file := subject.file():
                server = stack.enter_context(streamlit(file))
                fronts.append((subject, _streamlit_page(server.address), rivals[subject.rows()]))
        for number in range(rounds + 1):
            for subject, front, times in fronts:
                when = AGAIN if number else NEW
                times["click", when] += changes(browser, front, subject)
    return rivals


def changes(browser: Browser, front: Front, subject: Subject) -> list[float]:
    """Choose one option after another; milliseconds of each, from the click to the chart drawn."""
    page = browser.new_page(viewport=SCREEN, bypass_csp=True)
    page.set_default_timeout(120_000)
    page.goto(front.address)
    page.locator(f"{front.chart} path.js-line").first.wait_for(state="attached")
    _rest(page, front)
    times = [_change(page, front, dimension, label) for dimension, _, label in subject.options()]
    page.close()
    return times


def _change(page: Page, front: Front, dimension: str, label: str) -> float:
    front.filter(page, dimension).click()
    page.evaluate(WATCH, front.chart)
    front.option(page, label).click()
    milliseconds: float = page.evaluate("window.drawn")
    page.keyboard.press("Escape")
    _rest(page, front)
    return milliseconds


def _rest(page: Page, front: Front) -> None:
    page.wait_for_timeout(500)
    page.wait_for_function("busy => !document.querySelector(busy)", arg=front.busy)


# From the next click to the first frame in which a line of the chart has another form.
WATCH = """chart => {
    const form = () => Array.from(
        document.querySelectorAll(`${chart} path.js-line`), line => line.getAttribute('d')).join();
    const before = form();
    window.drawn = new Promise((done, fail) => {
        setTimeout(() => fail(new Error('the chart stayed as it was')), 120000);
        document.addEventListener('click', click => {
            const look = () => [before, ''].includes(form())
                ? requestAnimationFrame(look) : done(performance.now() - click.timeStamp);
            look();
        }, { capture: true, once: true });
    });
}"""


# --- What came of it --------------------------------------------------------------------------


def _report(subject: Subject, rival: Times) -> None:
    scan = statistics.median(subject.times["scan", AGAIN])
    name = sa.make_url(subject.url).render_as_string()
    print(f"\n{name}, {subject.rows():,} rows of the mart")
    print(f"{'on the server':50}{'median':>9}{'of a scan':>16}")
    _line("one scan of the mart", scan, scan)
    for words, kind in (("chart", CHART), ("comparison", COMPARISON)):
        for when in (FIRST, NEW, AGAIN):
            _line(f"{words}, {when}", statistics.median(subject.times[kind, when]), scan)
    print(f"{'in the browser, click to chart drawn':50}{'median':>9}{'of Streamlit':>16}")
    for when in (NEW, AGAIN):
        measured = rival["click", when]
        unit = statistics.median(measured) if measured else None
        if unit:
            _line(f"Streamlit page, {when}", unit, unit)
        _line(f"dashboard, {when}", statistics.median(subject.times["click", when]), unit)


def _line(words: str, milliseconds: float, unit: float | None) -> None:
    ratio = f"{milliseconds / unit:.2f}" if unit else "–"
    print(f"{words:50}{milliseconds:>7.0f}ms{ratio:>16}")


if __name__ == "__main__":
    main()
