"""Where servers of benchmarks and tests listen."""

from __future__ import annotations

import socket
from random import SystemRandom

# Below the ports that the system gives to connections: none of them takes one meanwhile.
_PORTS = range(10_000, 32_000)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    while True:
        port = SystemRandom().choice(_PORTS)
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) != 0:
                return port
