"""How often signing in with a password may be tried: nobody guesses one, nobody locks others out.

A limit by name alone would let anybody keep a known name out, from anywhere, by wrong passwords:

- A browser that the person has signed in with before is known by a signed cookie, and has its own
  ten attempts in ten minutes. Whatever others try, they use up nothing of these (OWASP calls it
  device cookies).
- All others have ten in ten minutes for a name from an address, and thirty in five minutes from an
  address, whatever the names.
- From many addresses, a name can be tried a hundred times an hour by browsers that are not known:
  a million guesses a year, which no password of twelve letters fears. While somebody uses these
  up, the person comes in with every browser but a new one.

What an earlier limit refuses does not count for the later: one address cannot use up the hundred.
"""

from __future__ import annotations

import ipaddress
import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

A_YEAR = 365 * 24 * 60 * 60

_BY_BROWSER_OR_PLACE = parse("10 per 10 minutes")
_BY_ADDRESS = parse("30 per 5 minutes")
_BY_NAME = parse("100 per hour")


class Attempts:
    """Attempts to sign in, as one process has seen them."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key
        self._seen = MovingWindowRateLimiter(MemoryStorage())

    def allows(self, name: str, address: str, browser: str) -> bool:
        """Whether ``name`` may be tried once more; ``browser`` is what its cookie says, or ""."""
        if known := self._known(name, browser):
            return self._seen.hit(_BY_BROWSER_OR_PLACE, "browser", known)
        place = _place(address)
        return (
            self._seen.test(_BY_ADDRESS, place)  # else every name it makes up would be remembered
            and self._seen.hit(_BY_BROWSER_OR_PLACE, place, name)
            and self._seen.hit(_BY_ADDRESS, place)
            and self._seen.hit(_BY_NAME, name)
        )

    def cookie(self, name: str) -> str:
        """What a browser keeps once ``name`` has signed in with it; it does not tell the name."""
        return self._signer(name).dumps(secrets.token_hex(8))

    def _known(self, name: str, browser: str) -> str | None:
        try:
            known: str = self._signer(name).loads(browser, max_age=A_YEAR)
        except BadSignature:
            return None
        return known

    def _signer(self, name: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret_key, salt=f"browser of {name}")


def _place(address: str) -> str:
    """An address; of the newer kind (IPv6) the network, of which one machine has every address."""
    given = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((given, 64), strict=False)) if given.version == 6 else address
