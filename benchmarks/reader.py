"""A reader without a screen: asks a running dashboard what a browser would, over HTTP.

Pages are not known here. As Dash's own renderer does, a reader holds the tree of components and
asks every callback whose inputs have changed or whose outputs have come onto the page, until
nothing is left to ask; one request after another.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from components.shell import NOTICES_ID, PAGE_ID, URL_ID

PATH, SEARCH = f"{URL_ID}.pathname", f"{URL_ID}.search"

# What a callback in the browser copies, and callbacks of the server wait for.
_COPIES = {"students-asked.data": SEARCH}

# What a browser takes decides how much work compressing is.
_ACCEPTED = "gzip, deflate, br, zstd"
_FILE = re.compile(r'(?:src|href)="(/(?:assets|_dash-component-suites|_favicon)[^"]*)"')


@dataclass(frozen=True)
class Heard:
    """An answer of the server.

    ``kind`` says what was asked for, ``question`` all that the answer depends on besides the
    role; ``size`` is the body on the wire, in bytes; ``fault`` is what is wrong with the answer.
    """

    kind: str
    question: str
    milliseconds: float
    size: int
    body: bytes
    fault: str


class Reader:
    """One browser, with its cookies and the page it shows; ``hear`` is told every answer.

    Raises requests.RequestException where no answer comes or it is a refusal, which is heard too.
    """

    def __init__(self, address: str, hear: Callable[[Heard], None]) -> None:
        self._address = address
        self._hear = hear
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = _ACCEPTED
        self._kept: set[str] = set()
        self._page = _Page({})
        self._callbacks: list[_Callback] = []

    def open(self, path: str, search: str = "") -> None:
        """Load a page, with the files that belong to it where they are not kept already."""
        document = self._send("GET", path + search, "document").text
        for file in set(_FILE.findall(document)) - self._kept:
            self._send("GET", file, "script or style")
            self._kept.add(file)
        self._callbacks = _callbacks(self._send("GET", "/_dash-dependencies", "callbacks").json())
        self._page = _Page(self._send("GET", "/_dash-layout", "outer layout").json())
        self._change({PATH: path, SEARCH: search})

    def see_as(self, role: str) -> None:
        """Take a role of the demonstration, by its button."""
        form = {"role": role, "next": "/", "csrf_token": self._token()}
        self._send("POST", "/role", "role", data=form, allow_redirects=False)

    def go(self, path: str) -> None:
        """Follow a link inside the dashboard; the filters go along."""
        self._change({PATH: path})

    def choose(self, search: str) -> None:
        """Change filters or options, which are the query part of the address."""
        self._change({SEARCH: search})

    def shown(self, name: str) -> Any:
        """What a part of the page holds, by ``id.property``; None where there is no such part."""
        return self._page.value(name)

    # --- As Dash's renderer ------------------------------------------------------------

    def _change(self, address: dict[str, Any]) -> None:
        """Go to another address, and ask for all that hangs on it; nothing for the same."""
        waiting = self._touched_by(
            {name: value for name, value in address.items() if value != self.shown(name)}
        )
        while waiting:
            callback = waiting.pop(0)
            if self._page.has(callback):  # it may have gone with its page
                waiting += [
                    other for other in self._touched_by(self._ask(callback)) if other not in waiting
                ]

    def _touched_by(self, changes: dict[str, Any]) -> list[_Callback]:
        """Write changes into the page; the callbacks that are to be asked then, the page first."""
        there_before = self._page.parts.keys()
        changed = self._page.put(changes)
        touched = [
            callback
            for callback in self._callbacks
            if self._page.has(callback)
            and (changed.intersection(callback.inputs) or callback.is_new(there_before))
        ]
        return sorted(touched, key=lambda callback: not callback.makes_page)

    def _ask(self, callback: _Callback) -> dict[str, Any]:
        """What a callback answers: the new values by ``id.property``."""
        response = self._send(
            "POST",
            "/_dash-update-component",
            callback.kind,
            question=callback.question(self._page),
            headers={"X-CSRFToken": self._token()},
        )
        return _values(response)

    # --- Over HTTP ---------------------------------------------------------------------

    def _token(self) -> str:
        return self._session.cookies.get("_csrf_token") or ""

    def _send(
        self, method: str, path: str, kind: str, question: Any = None, **options: Any
    ) -> requests.Response:
        start = time.perf_counter()
        response = self._session.request(
            method, self._address + path, json=question, timeout=120, **options
        )
        heard = Heard(
            kind=kind,
            question=f"{path} {json.dumps(question)}",
            milliseconds=1000 * (time.perf_counter() - start),
            size=int(response.headers.get("Content-Length", len(response.content))),
            body=response.content,
            fault=_fault(response, question),
        )
        self._hear(heard)
        response.raise_for_status()
        return response


@dataclass(frozen=True)
class _Callback:
    """A callback of the server, as it declares itself; names are ``id.property``."""

    output: str
    inputs: tuple[str, ...]
    state: tuple[str, ...]
    waits_for_change: bool

    @property
    def outputs(self) -> list[str]:
        return self.output.strip(".").split("...")

    @property
    def kind(self) -> str:
        return f"asks for {self.outputs[0].split('.')[0]}"

    @property
    def makes_page(self) -> bool:
        return self.output == f"{PAGE_ID}.children"

    def is_new(self, there_before: Any) -> bool:
        return not self.waits_for_change and any(
            _split(name)[0] not in there_before for name in self.outputs
        )

    def question(self, page: _Page) -> dict[str, Any]:
        """The body of the request, as the browser sends it."""
        outputs = [_named(name) for name in self.outputs]
        return {
            "output": self.output,
            "outputs": outputs if self.output.startswith("..") else outputs[0],
            "inputs": [_named(name) | {"value": page.value(name)} for name in self.inputs],
            "state": [_named(name) | {"value": page.value(name)} for name in self.state],
            "changedPropIds": list(self.inputs),
        }


def _callbacks(declared: list[dict[str, Any]]) -> list[_Callback]:
    return [
        _Callback(
            each["output"],
            tuple(f"{of['id']}.{of['property']}" for of in each["inputs"]),
            tuple(f"{of['id']}.{of['property']}" for of in each["state"]),
            each["prevent_initial_call"],
        )
        for each in declared
        if not each["clientside_function"]
    ]


class _Page:
    """The tree of components; ``parts`` are those with an id, each with its properties."""

    def __init__(self, layout: Any) -> None:
        self._layout = layout
        self.parts: dict[str, dict[str, Any]] = dict(_parts(layout))

    def value(self, name: str) -> Any:
        part, of = _split(name)
        return self.parts.get(part, {}).get(of)

    def has(self, callback: _Callback) -> bool:
        names = (*callback.inputs, *callback.outputs)
        return all(_split(name)[0] in self.parts for name in names)

    def put(self, values: dict[str, Any]) -> set[str]:
        """Write values where their parts are there; the names of those written."""
        written = {name for name in values if _split(name)[0] in self.parts}
        for name in written:
            part, of = _split(name)
            self.parts[part][of] = values[name]
        self.parts = dict(_parts(self._layout))
        late = {copy: self.value(of) for copy, of in _COPIES.items() if self._lags(copy, of)}
        return written | self.put(late) if late else written

    def _lags(self, copy: str, of: str) -> bool:
        return _split(copy)[0] in self.parts and self.value(copy) != self.value(of)


def _parts(component: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(component, list):
        for each in component:
            yield from _parts(each)
    elif isinstance(component, dict) and "props" in component:
        properties = component["props"]
        if "id" in properties:
            yield _name(properties["id"]), properties
        yield from _parts(properties.get("children"))


def _name(part: str | dict[str, str]) -> str:
    """An id as callbacks and answers write it."""
    if isinstance(part, str):
        return part
    return json.dumps(part, sort_keys=True, separators=(",", ":"))


def _values(response: requests.Response) -> dict[str, Any]:
    """New values of an answer; one that changes nothing has no body."""
    answer = response.json() if response.content else {}
    return {
        f"{part}.{of}": value
        for key in ("response", "sideUpdate")
        for part, properties in answer.get(key, {}).items()
        for of, value in properties.items()
    }


def _fault(response: requests.Response, question: Any) -> str:
    """What is wrong with an answer: nothing that is asked for here should need a notice."""
    if not response.ok:
        return f"{response.status_code} {response.reason}"
    if question is None:
        return "" if response.content or response.is_redirect else "empty"
    return "says that something is wrong" if _values(response).get(f"{NOTICES_ID}.children") else ""


def _split(name: str) -> tuple[str, str]:
    part, of = name.rsplit(".", 1)
    return part, of


def _named(name: str) -> dict[str, str]:
    part, of = _split(name)
    return {"id": part, "property": of}
