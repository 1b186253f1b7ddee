"""The deployment's own Caddyfile, run by Debian's Caddy before a real gunicorn."""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from benchmarks.ports import free_port
from tests.operations.serving import Server, running
from tests.test_documentation import ROOT
from tests.waiting import LONGEST_WAIT, until

CADDYFILE = ROOT / "deploy" / "Caddyfile"

# A machine of tests has no name for certificates, and keeps no authority of ours.
_OF_TESTS = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n"


@dataclass
class Proxy:
    """A Caddy with a certificate of its own authority, and the dashboard behind it."""

    port: int
    authority: Path
    dashboard: Server

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def browser(self) -> requests.Session:
        """Somebody with cookies who trusts the certificate."""
        session = requests.Session()
        session.trust_env = False  # no other proxy between, no other authorities
        session.verify = str(self.authority)
        session.headers["Referer"] = self.address
        return session

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.browser().get(
            self.address + path, headers=headers, timeout=LONGEST_WAIT, allow_redirects=False
        )

    def connected(self) -> socket.socket:
        """A connection over which nothing has been said."""
        return socket.create_connection(("localhost", self.port), timeout=LONGEST_WAIT)

    def encrypted(self) -> ssl.SSLSocket:
        """A connection over which a request may begin."""
        trusting = ssl.create_default_context(cafile=str(self.authority))
        return trusting.wrap_socket(self.connected(), server_hostname="localhost")

    def answers(self) -> bool:
        if not self.authority.exists():
            return False
        try:
            return self.get("/sign-in").status_code == 200
        except requests.ConnectionError:
            return False


@contextmanager
def caddy(folder: Path, dashboard: Server, caddyfile: str) -> Iterator[Proxy]:
    """Caddy before the dashboard, once both answer; all that it keeps is in ``folder``."""
    assert shutil.which("caddy"), "These tests need Debian's Caddy: make programs"
    file, port = folder / "Caddyfile", free_port()
    file.write_text(caddyfile.replace("{\n", _OF_TESTS, 1))
    settings = {
        "SITE_HOST": f"localhost:{port}",
        "SITE_UPSTREAM": f"127.0.0.1:{dashboard.port}",
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    command = ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
    with running(command, folder / "caddy.log", settings) as process:
        authority = folder / "caddy/pki/authorities/local/root.crt"
        proxy = Proxy(port, authority, dashboard)
        until(lambda: process.poll() is not None or proxy.answers())
        assert process.poll() is None, (folder / "caddy.log").read_text()
        yield proxy
