"""A real gunicorn: its reloads, its log, its end."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import Delivery
from tests.operations.serving import Server, gunicorn
from tests.waiting import LONGEST_WAIT, until

TOKEN = "t" * 40


@pytest.fixture
def server(delivery: Delivery, tmp_path: Path) -> Iterator[Server]:
    (delivery.folder / "DEMONSTRATION").touch()
    delivery.load()
    settings = {
        "LEAP_DATABASE_URL": delivery.url,
        "LEAP_METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
    }
    with gunicorn(tmp_path / "log", settings) as server:
        yield server


@dataclass
class Clients:
    """Who asks without a pause: how many answers there were, and what was wrong."""

    server: Server
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Three of them ask meanwhile: two over a connection they keep, one over new ones."""
        with ThreadPoolExecutor(3) as pool:
            threads = [pool.submit(self._ask, keep) for keep in (True, True, False)]
            try:
                yield
            finally:
                self._stop.set()
        for thread in threads:
            thread.result()

    def _ask(self, keep: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=LONGEST_WAIT)
        while not self._stop.is_set():
            try:
                connection.request("GET", "/readyz")
                answer = connection.getresponse()
                answer.read()
                self._note(None if answer.status == 200 else str(answer.status))
            except OSError as error:
                self._note(repr(error))
                connection.close()
            if not keep:
                connection.close()
        connection.close()

    def _note(self, wrong: str | None) -> None:
        with self._lock:
            if wrong is None:
                self.answered += 1
            else:
                self.wrong.append(wrong)


def test_a_reload_swaps_the_worker_and_loses_no_request(server: Server) -> None:
    begun = Begun(server)
    clients = Clients(server)
    with clients.asking():
        until(lambda: clients.answered > 20)
        [old] = server.workers("Booting worker")
        server.process.send_signal(signal.SIGHUP)
        until(lambda: len(server.workers("Booting worker")) == 2)
        new = server.workers("Booting worker")[-1]
        assert begun.end().startswith("HTTP/1.1 400")  # the old worker ends what it has begun
        until(lambda: old in server.workers("Worker exiting"))
        reached = clients.answered
        until(lambda: clients.answered > reached + 20)
    assert clients.wrong == []
    assert server.process.poll() is None

    metrics = server.get("/metrics", Authorization=f"Bearer {TOKEN}")[1]
    ready = re.search(r'leap_requests_total\{.*route="/readyz".*\} (\S+)', metrics)
    assert float(ready[1]) >= clients.answered  # of both workers
    assert re.findall(r'leap_process_resident_bytes\{pid="(\d+)"\}', metrics) == [new]


def test_it_logs_json_without_paths_and_ends_when_told(server: Server) -> None:
    assert server.get("/students/0000000001?search=Ada")[0] == 200
    server.process.terminate()
    assert server.process.wait(LONGEST_WAIT) == 0
    lines = server.lines()
    asked = [line for line in lines if line["logger"] == "operations.logs"]
    assert [line["route"] for line in asked if line["method"] == "GET"] == ["/<path:path>"]
    assert "0000000001" not in server.log.read_text()
    assert "Ada" not in server.log.read_text()


class Begun:
    """A request of which the second half is yet to come."""

    def __init__(self, server: Server) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=LONGEST_WAIT)
        head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 8\r\n"
        kind = "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        self._socket.sendall(f"{head}{kind}name".encode())

    def end(self) -> str:
        """Send the rest, and return the answer."""
        self._socket.sendall(b"=lea")
        with self._socket, self._socket.makefile("rb") as answer:
            return answer.readline().decode()
