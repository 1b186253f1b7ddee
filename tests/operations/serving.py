"""The dashboard behind a real gunicorn, as it runs in a place of work."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ports import free_port
from tests.test_documentation import ROOT
from tests.waiting import LONGEST_WAIT, until


@dataclass
class Server:
    """A gunicorn of its own, and the lines of its log."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_WAIT)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def workers(self, words: str) -> list[str]:
        """Numbers of the processes of which the log says so."""
        said = (re.fullmatch(rf"{words}.*?(\d+)\)?", line["message"]) for line in self.lines())
        return [one[1] for one in said if one]

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False


@contextmanager
def gunicorn(log: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """The dashboard with these settings, once it is ready."""
    port = free_port()
    where = {"LEAP_ADDRESS": f"127.0.0.1:{port}", "LEAP_LOG": "json"}
    command = [sys.executable, "-m", "gunicorn", "app:server"]
    with running(command, log, {**settings, **where}) as process:
        server = Server(process, port, log)
        until(server.is_ready)
        yield server


@contextmanager
def running(
    command: list[str], log: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, until it is no longer needed; what it prints is in ``log``."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=lines, stderr=lines
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(LONGEST_WAIT)
