"""The dashboard with people who sign in, asked over HTTP as a browser would."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from access.users import Users
from app import create_app
from queries import memory
from queries.duckdb_file import file_of
from tests.conftest import Delivery

PASSWORD = "correct horse battery"
PEOPLE = {
    "lea": ("leadership", ()),
    "cora": ("coordinator", ("0640011",)),
    "pat": ("presenter", ()),
    "lou": ("leadership", ()),
}
# Whom it has been given to load deliveries.
MAY_UPLOAD = "lea"
SETTINGS = """
users_file = "users.json"
audit_log = "audit.log"
"""


@dataclass
class Site:
    """A browser's view of the server: cookies, forms, and the questions that pages ask."""

    client: FlaskClient
    folder: Path
    app: Any

    def sign_in(self, name: str, password: str = PASSWORD, **environment: Any) -> TestResponse:
        """Open the sign-in page and send its form."""
        self.client.get("/sign-in", environ_overrides=environment)
        form = {"name": name, "password": password, "csrf_token": self.token()}
        return self.client.post("/sign-in", data=form, environ_overrides=environment)

    def token(self) -> str:
        """The token that the page sends along."""
        cookie = self.client.get_cookie("_csrf_token")
        return cookie.value if cookie else ""

    def question(self, output: str, *values: Any) -> dict[str, Any]:
        """The body of a callback with an output named so, with values for inputs and state."""
        [key] = [
            key
            for key in self.app.callback_map
            if any(name.startswith(output) for name in (key, *key.strip(".").split("...")))
        ]
        declared = self.app.callback_map[key]
        given = list(values)
        inputs = [part | {"value": given.pop(0)} for part in declared["inputs"]]
        state = [part | {"value": given.pop(0)} for part in declared["state"]]
        outputs = [
            dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
            for name in key.strip(".").split("...")
        ]
        return {
            "output": key,
            "outputs": outputs if key.startswith("..") else outputs[0],
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{part['id']}.{part['property']}" for part in inputs[:1]],
        }

    def ask(self, output: str, *values: Any) -> TestResponse:
        """Ask a callback as the page does."""
        return self.post(self.question(output, *values))

    def post(self, body: Any) -> TestResponse:
        """Send any body to the callback endpoint."""
        if not self.token():
            self.client.get("/trajectories")
        return self.client.post(
            "/_dash-update-component", json=body, headers={"X-CSRFToken": self.token()}
        )


Build = Callable[..., Site]


@contextmanager
def demonstration(database: str, folder: Path) -> Iterator[Site]:
    """The site over a database that is there, where nobody signs in; snapshots are in the folder.

    Another test may have changed what the same load tells.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_DATABASE_URL", database)
        patch.setenv("LEAP_SNAPSHOTS", str(folder / "snapshots"))
        patch.delenv("LEAP_SETTINGS", raising=False)
        memory._memory._results.clear()
        app = create_app()
        site = Site(app.server.test_client(), folder, app)
        site.client.get("/present")
        yield site
        memory._memory._results.clear()


@pytest.fixture(scope="session")
def users_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All PEOPLE, with passwords hashed once: that takes long, as it should."""
    file = tmp_path_factory.mktemp("users") / "users.json"
    for name, (role, districts) in PEOPLE.items():
        Users(file).add(name, role, districts, PASSWORD, uploads=name == MAY_UPLOAD)
    return file


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Delivery], None]:
    """Loads a delivery into its empty database, or copies what the same one became before."""
    kept = tmp_path_factory.mktemp("loaded")

    def load(delivery: Delivery) -> None:
        file = file_of(sa.make_url(delivery.url))
        if file is None:
            delivery.load()
            return
        contents = [(path.name, path.read_bytes()) for path in sorted(delivery.folder.iterdir())]
        before = kept / hashlib.sha256(repr(contents).encode()).hexdigest()
        if not before.exists():
            delivery.load()
            shutil.copyfile(file, before)
        shutil.copyfile(before, file)
        memory._memory._results.clear()  # another test may have changed what this load tells

    return load


@pytest.fixture
def site(
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    users_file: Path,
    loaded: Callable[[Delivery], None],
) -> Iterator[Build]:
    """Makes the site: with people who sign in, or without (demonstration)."""

    def build(settings: str | None = SETTINGS, *, load: bool = True) -> Site:
        folder = delivery.folder.parent
        if settings is None:
            (delivery.folder / "DEMONSTRATION").touch()
        else:
            (folder / "leap.toml").write_text(settings)
            monkeypatch.setenv("LEAP_SETTINGS", str(folder / "leap.toml"))
            monkeypatch.setenv("LEAP_SECRET_KEY", "a secret that only the tests know of")
            shutil.copy(users_file, folder / "users.json")  # private, as it is
        if load:
            loaded(delivery)
        app = create_app()
        return Site(app.server.test_client(), folder, app)

    yield build
    monkeypatch.undo()
