"""Many people at once: what they wait for, whether anything goes wrong, what memory does.

    python -m benchmarks.users                          # 200 people for three minutes
    python -m benchmarks.users --users 50 --seconds 60

Serves the database of LEAP_DATABASE_URL with gunicorn, as in production, and lets people in
several roles open pages, change filters and go from page to page, each with pauses of their own
drawn from a seed. Whoever asks what another of the same role has asked must get the same answer.
Every ten seconds the memory of each process of the server is read. The people live in this
process, on the same machine: its share of the processors is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import parse_qsl, urlencode

import numpy as np
import psutil
import requests

from benchmarks.reader import SEARCH, Heard, Reader
from benchmarks.serving import DASHBOARD, Server, gunicorn
from queries.filters import SPLIT_PARAMETER, SPLITS

ROLES = {"leadership": 0.5, "coordinator": 0.3, "presenter": 0.2}
PAGES = {
    "/": 0.25,
    "/trajectories": 0.35,
    "/districts": 0.15,
    "/visits": 0.15,
    "/present": 0.07,
    "/methods": 0.03,
}
LIST = "/students"  # for coordinators: a third of their steps to another page lead here
STEPS = {"filter": 0.6, "page": 0.25, "split": 0.08, "clear": 0.07}
DIMENSIONS = {
    "district": 0.4,
    "grade": 0.2,
    "modality": 0.15,
    "visitor_type": 0.1,
    "cohort": 0.15,
}
MOST_FILTERS = 2  # whoever has set more starts again
ARRIVAL = 0.2  # share of the time within which everybody has come
EVERY = 10  # seconds between readings of memory
MEGABYTE = 2**20

# The engine adds up in parallel: the last digits depend on the order.
_LAST_DIGITS = re.compile(rb"(\.\d{6})\d+")


def main() -> None:
    """Print requests by kind, errors, memory by process, and shares of the processors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--pause", type=float, default=8, help="seconds between clicks, on average")
    parser.add_argument("--seed", type=int, default=2021)
    options = parser.parse_args()
    record = Record()
    with gunicorn(DASHBOARD) as server:
        memory = Memory(server)
        use = Use(server)
        elapsed = _let_people_work(server, options, record, memory)
        print(f"{options.users} people, {elapsed:.0f} s, a click every {options.pause:g} s each")
        record.report(elapsed)
        memory.report()
        use.report(elapsed)


def _let_people_work(
    server: Server, options: argparse.Namespace, record: Record, memory: Memory
) -> float:
    """Seconds until everybody has stopped."""
    start, stop = time.monotonic(), threading.Event()
    people = [
        Person(server.address, number, options, record, stop) for number in range(options.users)
    ]
    threads = [threading.Thread(target=person.work, daemon=True) for person in people]
    for thread in threads:
        thread.start()
    while (left := start + options.seconds - time.monotonic()) > 0:
        memory.read(time.monotonic() - start)
        time.sleep(min(EVERY, left))
    stop.set()
    for thread in threads:
        thread.join()
    memory.read(time.monotonic() - start)
    return time.monotonic() - start


# --- One person ---------------------------------------------------------------------------


class Person:
    """Somebody in a role, clicking until told to stop."""

    def __init__(
        self,
        address: str,
        number: int,
        options: argparse.Namespace,
        record: Record,
        stop: threading.Event,
    ) -> None:
        self._random = np.random.default_rng([options.seed, number])
        self._role = self._one_of(ROLES)
        self._pause = options.pause
        self._arrival = ARRIVAL * options.seconds
        self._stop = stop
        self._record = record
        self._seen_as = "leadership"  # which everybody is at first
        self._reader = Reader(address, lambda heard: record.hear(self._seen_as, heard))

    def work(self) -> None:
        """Open the dashboard in the role, then pause and click in turn."""
        wait, step = self._random.uniform(0, self._arrival), self._open
        while not self._stop.wait(wait):
            step = self._next_after(step)
            wait = self._random.exponential(self._pause)

    def _next_after(self, step: Callable[[], None]) -> Callable[[], None]:
        """Take a step; whoever gets no answer loads the page again next."""
        try:
            step()
        except requests.RequestException as error:
            if error.response is None:  # others have been heard
                self._record.note(self._role, type(error).__name__)
            return self._open
        return {
            "filter": self._filter,
            "page": self._page,
            "split": self._split,
            "clear": self._clear,
        }[self._one_of(STEPS)]

    def _open(self) -> None:
        self._reader.open("/")
        if self._role != self._seen_as:
            self._reader.see_as(self._role)
            self._seen_as = self._role
            self._reader.open("/")

    def _page(self) -> None:
        if self._role == "coordinator" and self._random.random() < 1 / 3:
            self._students()
        else:
            self._reader.go(self._one_of(PAGES))

    def _students(self) -> None:
        """The list, or from the list to one student."""
        rows = self._reader.shown("students-grid.rowData")
        if rows:
            self._reader.go(f"{LIST}/{rows[self._random.integers(len(rows))]['id']}")
        else:
            self._reader.go(LIST)

    def _filter(self) -> None:
        """Choose a value of a dimension, one time in five beside those chosen before."""
        dimension = self._one_of(DIMENSIONS)
        values = list(self._reader.shown("known.data")[dimension])
        value = values[self._random.integers(len(values))]
        chosen = self._chosen()
        others = [pair for pair in chosen if pair[0] != dimension]
        if len({name for name, _value in others}) >= MOST_FILTERS:
            others = []
        beside = chosen if others and self._random.random() < 0.2 else others
        self._choose([*beside, (dimension, value)])

    def _split(self) -> None:
        self._reader.go("/trajectories")
        others = [pair for pair in self._chosen() if pair[0] != SPLIT_PARAMETER]
        split = SPLITS[self._random.integers(len(SPLITS))]
        self._choose([*others, (SPLIT_PARAMETER, split)])

    def _clear(self) -> None:
        self._choose([])

    def _chosen(self) -> list[tuple[str, str]]:
        return parse_qsl((self._reader.shown(SEARCH) or "").removeprefix("?"))

    def _choose(self, pairs: list[tuple[str, str]]) -> None:
        self._reader.choose(f"?{urlencode(pairs)}" if pairs else "")

    def _one_of(self, shares: dict[str, float]) -> str:
        return str(self._random.choice(list(shares), p=list(shares.values())))


# --- What was heard -----------------------------------------------------------------------


@dataclass
class Record:
    """Every answer: its time and size by kind, what was wrong, and whether answers agree."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sizes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    told: dict[tuple[str, str], str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hear(self, role: str, heard: Heard) -> None:
        """Keep an answer, and hold it against earlier ones to the same question."""
        content = hashlib.sha256(_LAST_DIGITS.sub(rb"\1", heard.body)).hexdigest()
        with self.lock:
            self.milliseconds[heard.kind].append(heard.milliseconds)
            self.sizes[heard.kind].append(heard.size)
            fault = heard.fault
            if heard.kind.startswith("asks") and not fault:
                before = self.told.setdefault((role, heard.question), content)
                fault = "" if before == content else "differs from what another was told"
        if fault:
            self.note(heard.kind, fault)

    def note(self, kind: str, fault: str) -> None:
        """Count something that went wrong."""
        with self.lock:
            self.faults[f"{kind}: {fault}"] += 1

    def report(self, elapsed: float) -> None:
        """Print a line for each kind, and everything that went wrong."""
        print(f"\n{'':34}{'requests':>9}{'p50':>8}{'p95':>8}{'p99':>8}{'longest':>9}{'kB':>7}")
        for kind in sorted(self.milliseconds):
            _print_times(kind, self.milliseconds[kind], self.sizes[kind])
        everything = list(chain.from_iterable(self.milliseconds.values()))
        _print_times("all", everything, list(chain.from_iterable(self.sizes.values())))
        print(f"{len(everything) / elapsed:.1f} requests a second")
        print(f"{len(self.told):,} different questions of the pages")
        print(f"errors: {self.faults.total()}")
        for fault, times in self.faults.most_common():
            print(f"{times:>9} {fault}")


def _print_times(kind: str, milliseconds: Sequence[float], sizes: Sequence[float]) -> None:
    p50, p95, p99, longest = np.percentile(milliseconds, (50, 95, 99, 100))
    print(
        f"{kind:34}{len(milliseconds):>9,}{p50:>6.0f}ms{p95:>6.0f}ms{p99:>6.0f}ms"
        f"{longest:>7.0f}ms{statistics.median(sizes) / 1000:>7.1f}"
    )


# --- The server -------------------------------------------------------------------------


class Memory:
    """Memory of each process of a server, read again and again."""

    def __init__(self, server: Server) -> None:
        self._first = psutil.Process(server.process)
        self._readings: dict[int, list[tuple[float, float, float]]] = defaultdict(list)

    def read(self, at: float) -> None:
        """Note what every process holds, ``at`` so many seconds after the start."""
        for process in _processes(self._first):
            held = process.memory_full_info()
            reading = (at, held.rss / MEGABYTE, held.uss / MEGABYTE)
            self._readings[process.pid].append(reading)

    def report(self) -> None:
        """Print a line for each process; growth is a line through the second half's readings."""
        print("\nmemory in MB: resident (of which nobody else's)")
        columns = ("process", "first", "half time", "highest", "last", "growth")
        print("".join(f"{column:>15}" for column in columns))
        for process, readings in self._readings.items():
            at, resident, own = np.array(readings).T
            later = at >= at[-1] / 2
            shown = (0, np.argmax(later), np.argmax(resident), -1)
            cells = [f"{resident[reading]:.0f} ({own[reading]:.0f})" for reading in shown]
            growth = 60 * np.polyfit(at[later], resident[later], 1)[0]
            line = (process, *cells, f"{growth:+.1f}/min")
            print("".join(f"{cell:>15}" for cell in line))


class Use:
    """Shares of the processors, of the server and of the people, since it was made."""

    def __init__(self, server: Server) -> None:
        self._server = psutil.Process(server.process)
        self._before = self._seconds()

    def report(self, elapsed: float) -> None:
        """Print both shares, of all processors of the machine."""
        processors = psutil.cpu_count() or 1
        server, people = (
            (now - before) / elapsed / processors
            for now, before in zip(self._seconds(), self._before, strict=True)
        )
        print(f"\nof {processors} processors the server used {server:.0%}, the people {people:.0%}")

    def _seconds(self) -> tuple[float, float]:
        return sum(map(_spent, _processes(self._server))), _spent(psutil.Process())


def _processes(first: psutil.Process) -> list[psutil.Process]:
    return [first, *first.children(recursive=True)]


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
