"""Servers of a benchmark's own on this machine, each a process that ends with it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.ports import free_port

DASHBOARD = "app:server"

_LONGEST_START = 120  # seconds


@dataclass(frozen=True)
class Server:
    """A server that answers at ``address``; ``process`` is the first of its processes."""

    address: str
    process: int


@contextmanager
def gunicorn(application: str, database: str | None = None) -> Iterator[Server]:
    """Serve an application as in production, over the database of a URL."""
    settings = {"LEAP_SECRET_KEY": secrets.token_hex(32)}  # one for all processes of the server
    if database:
        settings["LEAP_DATABASE_URL"] = database
    port = free_port()
    bound = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "--bind", bound, application]
    with served(command, port, settings) as server:
        yield server


@contextmanager
def streamlit(file: Path) -> Iterator[Server]:
    """Serve the same chart as a page of Streamlit, over a DuckDB file."""
    port = free_port()
    page = Path(__file__).with_name("streamlit_page.py")
    options = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "logger.level": "error",
    }
    said = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(page), *said, "--", str(file)]
    with served(command, port, {}) as server:
        yield server


@contextmanager
def served(command: Sequence[str], port: int, settings: Mapping[str, str]) -> Iterator[Server]:
    """Run a command that serves at a port, from its first answer on; its log is kept quiet."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=os.environ | settings, stdout=log, stderr=subprocess.STDOUT
        )
        server = Server(f"http://127.0.0.1:{port}", process.pid)
        try:
            if not _answers(server, process):
                log.seek(0)
                raise SystemExit(f"A server did not start:\n{log.read().decode()}")
            yield server
        finally:
            process.terminate()
            process.wait()


def _answers(server: Server, process: subprocess.Popen[bytes]) -> bool:
    """Whether it answers, sooner or later."""
    deadline = time.monotonic() + _LONGEST_START
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(requests.ConnectionError):
            return requests.get(server.address, timeout=_LONGEST_START).ok
        time.sleep(0.1)
    return False
