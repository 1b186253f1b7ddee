"""People who sign in with a password: a small file with salted hashes (scrypt)."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import filelock
from werkzeug.security import check_password_hash, generate_password_hash

from access.settings import ROLES
from queries.viewer import Role

SHORTEST_PASSWORD = 12
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")

# Checked in place of an unknown user's, so that both take as long.
_NOBODY = generate_password_hash(os.urandom(16).hex())


class UserError(Exception):
    """A user that cannot be added or changed; the message says why."""


@dataclass(frozen=True)
class User:
    """A person: role, the own districts of a coordinator, and whether they may sign in.

    ``uploads``: whether they may load deliveries. ``version`` goes up with every change; sessions
    of an earlier version end.
    """

    name: str
    role: Role
    districts: tuple[str, ...]
    password_hash: str
    enabled: bool = True
    version: int = 1
    uploads: bool = False


class Users:
    """The users file; read anew whenever it has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self._users: dict[str, User] = {}

    def all(self) -> list[User]:
        """Everyone in the file, by name."""
        return sorted(self._current().values(), key=lambda user: user.name)

    def find(self, name: str) -> User | None:
        """The user of a name."""
        return self._current().get(name)

    def verified(self, name: str, password: str) -> User | None:
        """The user whom name and password identify, if they may sign in."""
        user = self.find(name)
        fits = check_password_hash(user.password_hash if user else _NOBODY, password)
        return user if user and fits and user.enabled else None

    def add(
        self,
        name: str,
        role: str,
        districts: tuple[str, ...],
        password: str,
        *,
        uploads: bool = False,
    ) -> None:
        """Add a user; raises UserError."""
        if not _NAME.fullmatch(name):
            raise UserError(
                f"“{name}” cannot be a user name: 2 to 64 small letters, digits or . _ @ -"
            )
        if self.find(name):
            raise UserError(f"{name} exists already: python -m access change {name}")
        known = _checked_role(role, districts)
        self._write(User(name, known, districts, _hashed(password), uploads=uploads))

    def change(
        self,
        name: str,
        role: str | None = None,
        districts: tuple[str, ...] | None = None,
        password: str | None = None,
        enabled: bool | None = None,
        uploads: bool | None = None,
    ) -> None:
        """Change what is given; the user's sessions end. Raises UserError."""
        user = self.find(name)
        if user is None:
            raise UserError(f"there is no user {name}: python -m access list")
        new_districts = user.districts if districts is None else districts
        if role is not None and role != "coordinator" and districts is None:
            new_districts = ()
        self._write(
            replace(
                user,
                role=_checked_role(role or user.role, new_districts),
                districts=new_districts,
                password_hash=_hashed(password) if password else user.password_hash,
                enabled=user.enabled if enabled is None else enabled,
                uploads=user.uploads if uploads is None else uploads,
                version=user.version + 1,
            )
        )

    def _current(self) -> dict[str, User]:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._users, self._read_at = {}, None
            return self._users
        if (version := (status.st_mtime_ns, status.st_size)) != self._read_at:
            rows = json.loads(self._file.read_text(encoding="utf-8"))
            users = [User(**row | {"districts": tuple(row["districts"])}) for row in rows]
            self._users, self._read_at = {user.name: user for user in users}, version
        return self._users

    def _write(self, user: User) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self._file.with_name(f"{self._file.name}.lock")):
            users = self._current() | {user.name: user}
            new = self._file.with_name(f"{self._file.name}.new")
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                json.dump([asdict(each) for each in users.values()], file, indent=1)
            new.replace(self._file)


def _checked_role(role: str, districts: tuple[str, ...]) -> Role:
    for known in ROLES:
        if known == role:
            break
    else:
        raise UserError(f"“{role}” is not a role: {', '.join(ROLES)}")
    if (known == "coordinator") != bool(districts):
        raise UserError("a coordinator needs districts (--district CODE), other roles have none")
    return known


def _hashed(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"the password is too short: at least {SHORTEST_PASSWORD} characters")
    return generate_password_hash(password)
