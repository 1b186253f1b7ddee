"""The deployment's proxy before the dashboard: slow senders, large bodies, what it passes on."""

from __future__ import annotations

import io
import re
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest
import requests

from tests.access.conftest import PASSWORD, SETTINGS
from tests.conftest import Delivery
from tests.operations.proxy import CADDYFILE, Proxy, caddy
from tests.operations.serving import Server, gunicorn
from tests.waiting import LONGEST_WAIT

MORE_THAN_THREADS = 30
HOST = "Host: localhost\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
ZIP = "Content-Type: application/zip\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
LONG = "Content-Length: 1000\r\n"

# Requests that are never sent whole.
SLOW = {
    "a form": f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}{LONG}\r\nn",
    "a form without a length": f"POST /sign-in HTTP/1.1\r\n{HOST}{FORM}{CHUNKED}\r\n4\r\nname\r\n",
    "a question": f"POST /_dash-update-component HTTP/1.1\r\n{HOST}{LONG}\r\n{{",
    "a delivery": f"POST /data/uploads HTTP/1.1\r\n{HOST}{ZIP}{LONG}\r\nP",
    "a form as a delivery": f"POST /data/uploads HTTP/1.1\r\n{HOST}{FORM}{LONG}\r\nn",
    "a page asked for with a body": f"GET /sign-in HTTP/1.1\r\n{HOST}{FORM}{LONG}\r\nn",
    "a page asked for with parts": f"GET /sign-in HTTP/1.1\r\n{HOST}{CHUNKED}\r\n4\r\nname\r\n",
    "half a header": f"POST /sign-in HTTP/1.1\r\n{HOST}X-Half: ",
}


@pytest.fixture
def dashboard(
    delivery: Delivery, tmp_path: Path, users_file: Path, loaded: Callable[[Delivery], None]
) -> Iterator[Server]:
    """As deployed: people sign in, over https, behind one proxy."""
    loaded(delivery)
    shutil.copy(users_file, tmp_path / "users.json")
    (tmp_path / "leap.toml").write_text(SETTINGS + "tls = true\ntrusted_proxies = 1\n")
    settings = {
        "LEAP_DATABASE_URL": delivery.url,
        "LEAP_SETTINGS": str(tmp_path / "leap.toml"),
        "LEAP_SECRET_KEY": "a secret that only the tests know of",
    }
    with gunicorn(tmp_path / "log", settings) as server:
        yield server


@pytest.fixture
def proxy(dashboard: Server, tmp_path: Path) -> Iterator[Proxy]:
    with caddy(tmp_path, dashboard, CADDYFILE.read_text()) as proxy:
        yield proxy


def form_of(browser: requests.Session, address: str) -> dict[str, str]:
    """The sign-in form's token, as the page has it."""
    page = browser.get(f"{address}/sign-in", timeout=LONGEST_WAIT).text
    return {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1]}


def sign_in(
    browser: requests.Session, address: str, password: str = PASSWORD, **headers: str
) -> requests.Response:
    form = form_of(browser, address) | {"name": "lea", "password": password}
    return browser.post(
        f"{address}/sign-in",
        data=form,
        headers=headers,
        timeout=LONGEST_WAIT,
        allow_redirects=False,
    )


# --- Who is slow ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", SLOW.values(), ids=SLOW)
def test_more_slow_senders_than_threads_keep_nobody_from_the_dashboard(
    proxy: Proxy, words: str
) -> None:
    with ExitStack() as held:
        for _ in range(MORE_THAN_THREADS):
            held.enter_context(closing(proxy.encrypted())).sendall(words.encode())
        for _ in range(MORE_THAN_THREADS):
            assert proxy.get("/sign-in").status_code == 200
        assert proxy.dashboard.get("/healthz")[0] == 200
        assert sign_in(proxy.browser(), proxy.address).status_code == 302


def test_connections_that_say_nothing_keep_nobody_from_the_dashboard(proxy: Proxy) -> None:
    with ExitStack() as held:
        for _ in range(10 * MORE_THAN_THREADS):
            held.enter_context(closing(proxy.connected()))
        assert sign_in(proxy.browser(), proxy.address).status_code == 302


def test_who_is_slow_is_hung_up_on(dashboard: Server, tmp_path: Path) -> None:
    settings = CADDYFILE.read_text()
    hasty = re.sub(r"(read_header|read_body) \w+", r"\1 1s", settings)
    assert hasty != settings
    with caddy(tmp_path, dashboard, hasty) as proxy:
        for words in (SLOW["a form"], SLOW["a delivery"], SLOW["half a header"]):
            with proxy.encrypted() as slow:
                slow.sendall(words.encode())
                assert ended(slow)
        with proxy.connected() as silent:
            assert ended(silent)


def ended(connection: socket.socket) -> bool:
    """Whether the other side hangs up; it may answer before that."""
    while connection.recv(65_536):
        pass
    return True


def test_a_form_that_breaks_off_reaches_nobody_as_a_shorter_one(
    proxy: Proxy, tmp_path: Path
) -> None:
    for words in (SLOW["a form"], SLOW["a form without a length"]):
        with proxy.encrypted() as broken:
            broken.sendall(words.encode())
    assert sign_in(proxy.browser(), proxy.address).status_code == 302
    assert (tmp_path / "audit.log").read_text().count("\n") == 1  # theirs alone


# --- What is large ----------------------------------------------------------------------------


def test_a_large_delivery_arrives_whole(proxy: Proxy) -> None:
    lea = proxy.browser()
    assert sign_in(lea, proxy.address).status_code == 302
    headers = {"X-CSRFToken": lea.cookies["_csrf_token"]}
    large = Random(1).randbytes(8_000_000)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("something.bin", large)
    asked = {"headers": headers | {"Content-Type": "application/zip"}, "timeout": LONGEST_WAIT}
    sent = lea.post(f"{proxy.address}/data/uploads?name=large.zip", packed.getvalue(), **asked)
    assert sent.status_code == 400
    assert "something.bin" in sent.json()["error"]  # which stands at the end of the file


@pytest.mark.parametrize("length", ["300000", "400000", "0400000", "12345678"])
def test_nothing_else_may_be_large_and_is_not_waited_for(proxy: Proxy, length: str) -> None:
    for path in ("/sign-in", "/_dash-update-component", "/data/uploads"):
        with proxy.encrypted() as raw, raw.makefile("rb") as answer:
            head = f"POST {path} HTTP/1.1\r\n{HOST}{FORM}Content-Length: {length}\r\n\r\n"
            raw.sendall(head.encode())
            assert answer.readline().split()[1] == b"413", path


def test_questions_up_to_what_the_dashboard_takes_reach_it_whole(proxy: Proxy) -> None:
    lea = proxy.browser()
    sign_in(lea, proxy.address)
    headers = {"X-CSRFToken": lea.cookies["_csrf_token"]}
    for size in (0, 1, 60_000, 250_000):
        body = {"output": "x" * size}
        answer = lea.post(
            f"{proxy.address}/_dash-update-component",
            json=body,
            headers=headers,
            timeout=LONGEST_WAIT,
        )
        assert answer.status_code == 400, answer.text[:200]
        assert "not a question that a page asks" in answer.json()["error"]


def test_headers_have_an_end(proxy: Proxy) -> None:
    assert proxy.get("/sign-in", **{"X-Long": "x" * 100_000}).status_code == 431


# --- What is passed on ------------------------------------------------------------------------


def test_an_address_that_somebody_claims_to_come_from_is_not_believed(
    proxy: Proxy, tmp_path: Path
) -> None:
    claimed = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http"}
    answer = sign_in(proxy.browser(), proxy.address, "a wrong one", **claimed)
    assert answer.status_code == 401
    log = (tmp_path / "audit.log").read_text()
    assert "203.0.113.7" not in log
    assert re.search(r'"address": ?"(127\.0\.0\.1|::1)"', log)


def test_browsers_are_told_to_stay_with_https_and_cookies_are_of_https_alone(proxy: Proxy) -> None:
    browser = proxy.browser()
    answer = browser.get(f"{proxy.address}/sign-in", timeout=LONGEST_WAIT)
    assert "max-age=31556926" in answer.headers["Strict-Transport-Security"]
    assert "script-src" in answer.headers["Content-Security-Policy"]
    assert browser.cookies
    assert all(cookie.secure for cookie in browser.cookies)


def test_what_is_for_machines_on_the_inside_is_not_there_from_outside(proxy: Proxy) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "//healthz", "/x/../healthz", "/%68ealthz"):
        with proxy.encrypted() as raw, raw.makefile("rb") as answer:
            raw.sendall(f"GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode())
            assert b"alive" not in answer.read(), path
    assert proxy.get("/healthz").status_code == 404
