"""Settings of signing in: read once, checked at the start, errors name the key.

``LEAP_SETTINGS`` names a TOML file; secrets come from the environment or from files that only
their owner can read. Without the file nobody signs in, and only demonstration data is served.
"""

from __future__ import annotations

import os
import secrets
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from intake.archive import MEGABYTE, Limits
from intake.uploads import DATABASE_URL, UploadSettings
from queries.viewer import LOWEST_THRESHOLD, THRESHOLDS, Role

ROLES: tuple[Role, ...] = get_args(Role)

_SHORTEST_SECRET = 32

# Megabytes of an uploaded zip file, of all that it unpacks to, and how many times the one the
# other may be where nothing is said.
_LARGEST_ZIP, _LARGEST_UNPACKED, _UNPACKED_TIMES = 4_000, 20_000, 10
_MOST_FILES = 1_000

# Minutes that a load of an upload may take, and megabytes of addresses: it starts with some 2,000.
_LONGEST_LOAD = 24 * 60
_LEAST_MEMORY, _MOST_MEMORY = 3_000, 1_000_000


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says what it should be."""


@dataclass(frozen=True)
class Grant:
    """What a claim of the identity provider gives: a role, and districts for a coordinator.

    With ``uploads`` the right to load deliveries, with a role or beside the one of another grant.
    """

    claim: str
    value: str
    role: Role | None
    districts: tuple[str, ...] = ()
    uploads: bool = False


@dataclass(frozen=True)
class OpenId:
    """An OpenID Connect provider."""

    name: str
    discovery_url: str
    client_id: str
    client_secret: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class Settings:
    """How people sign in. Without users file and provider: demonstration data on loopback."""

    secret_key: str
    users_file: Path | None = None
    openid: OpenId | None = None
    tls: bool = False
    trusted_proxies: int = 0
    idle_minutes: int = 30
    session_hours: int = 10
    audit_log: Path | None = None
    metrics_token: str | None = None
    thresholds: Mapping[Role, int] = field(default_factory=lambda: dict(THRESHOLDS))
    uploads: UploadSettings = field(default_factory=UploadSettings)

    @property
    def has_sign_in(self) -> bool:
        """Whether anybody can sign in."""
        return self.users_file is not None or self.openid is not None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of LEAP_SETTINGS; raises SettingsError."""
    name = environment.get("LEAP_SETTINGS")
    if not name:
        # Nobody signs in: a key that lives as long as the process is enough.
        return Settings(
            environment.get("LEAP_SECRET_KEY") or secrets.token_hex(32),
            metrics_token=environment.get("LEAP_METRICS_TOKEN"),
            uploads=UploadSettings(database_url=environment.get(DATABASE_URL)),
        )
    file = Path(name)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"LEAP_SETTINGS: {file} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"LEAP_SETTINGS: {file} is not valid TOML: {error}.") from error
    return _Reader(file, environment).settings(table)


class _Reader:
    def __init__(self, file: Path, environment: Mapping[str, str]) -> None:
        self.file = file
        self.environment = environment

    def settings(self, table: dict[str, Any]) -> Settings:
        keys = ("users_file", "secret_key_file", "tls", "trusted_proxies", "idle_minutes")
        further = ("session_hours", "audit_log", "metrics_token_file", "thresholds", "openid")
        self._only(table, "", (*keys, *further, "uploads"))
        settings = Settings(
            secret_key=self._secret(table, "secret_key_file", "LEAP_SECRET_KEY", _SHORTEST_SECRET),
            users_file=self._path(table, "users_file"),
            openid=self._openid(table["openid"]) if "openid" in table else None,
            tls=self._typed(table, "tls", bool, False),
            trusted_proxies=self._whole(table, "trusted_proxies", 0, 5, 0),
            idle_minutes=self._whole(table, "idle_minutes", 1, 24 * 60, Settings.idle_minutes),
            session_hours=self._whole(table, "session_hours", 1, 24, Settings.session_hours),
            audit_log=self._path(table, "audit_log"),
            metrics_token=self._metrics_token(table),
            thresholds=self._thresholds(table.get("thresholds", {})),
            uploads=self._uploads(table.get("uploads", {})),
        )
        if not settings.has_sign_in:
            raise self._wrong("users_file", "is missing: name it, or set up [openid]")
        if settings.audit_log is None:
            raise self._wrong("audit_log", "is missing: name the file that access is recorded in")
        return settings

    def _metrics_token(self, table: dict[str, Any]) -> str | None:
        key, variable = "metrics_token_file", "LEAP_METRICS_TOKEN"
        if key not in table and variable not in self.environment:
            return None
        return self._secret(table, key, variable, _SHORTEST_SECRET)

    def _openid(self, table: Any) -> OpenId:
        if not isinstance(table, dict):
            raise self._wrong("openid", "is not a table")
        keys = ("name", "discovery_url", "client_id", "client_secret_file", "grants")
        self._only(table, "openid.", keys)
        url = self._text(table, "discovery_url", "openid.")
        if not url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise self._wrong("openid.discovery_url", "does not start with https://")
        grants = table.get("grants")
        if not isinstance(grants, list) or not grants:
            raise self._wrong("openid.grants", "is missing: without one nobody has a role")
        read = tuple(self._grant(grant, f"openid.grants[{n}].") for n, grant in enumerate(grants))
        return OpenId(
            name=self._text(table, "name", "openid."),
            discovery_url=url,
            client_id=self._text(table, "client_id", "openid."),
            client_secret=self._secret(
                table, "client_secret_file", "LEAP_OPENID_CLIENT_SECRET", 1, "openid."
            ),
            grants=read,
        )

    def _grant(self, table: Any, where: str) -> Grant:
        if not isinstance(table, dict):
            raise self._wrong(where.rstrip("."), "is not a table")
        self._only(table, where, ("claim", "value", "role", "districts", "uploads"))
        uploads = self._typed(table, "uploads", bool, False, where)
        # What gives the right to upload need give no role.
        role = self._text(table, "role", where) if "role" in table or not uploads else None
        districts = table.get("districts", [])
        if role is not None and role not in ROLES:
            raise self._wrong(f"{where}role", f"is “{role}”; it can be {', '.join(ROLES)}")
        if not isinstance(districts, list) or not all(isinstance(d, str) for d in districts):
            raise self._wrong(f"{where}districts", 'is not a list of codes such as ["0640011"]')
        if (role == "coordinator") != bool(districts):
            raise self._wrong(f"{where}districts", "is for coordinators, who need at least one")
        claim, value = (self._text(table, key, where) for key in ("claim", "value"))
        return Grant(claim, value, role, tuple(districts), uploads)

    def _thresholds(self, table: Any) -> dict[Role, int]:
        if not isinstance(table, dict):
            raise self._wrong("thresholds", "is not a table of roles")
        self._only(table, "thresholds.", ROLES)
        return {
            role: self._whole(table, role, LOWEST_THRESHOLD, 1000, THRESHOLDS[role], "thresholds.")
            for role in ROLES
        }

    def _uploads(self, table: Any) -> UploadSettings:
        if not isinstance(table, dict):
            raise self._wrong("uploads", "is not a table")
        where = "uploads."
        keys = ("enabled", "folder", "mapping", "database_url_file", "largest_mb", "unpacked_mb")
        self._only(table, where, (*keys, "most_files", "longest_minutes", "memory_mb"))
        largest = self._whole(
            table, "largest_mb", 1, _LARGEST_ZIP, Limits.zipped // MEGABYTE, where
        )
        times = min(_UNPACKED_TIMES * largest, _LARGEST_UNPACKED)
        unpacked = self._whole(table, "unpacked_mb", 1, _LARGEST_UNPACKED, times, where)
        return UploadSettings(
            enabled=self._typed(table, "enabled", bool, True, where),
            folder=self._path(table, "folder", where),
            mapping=self._mapping(table, where),
            database_url=self._loader_url(table, where),
            limits=Limits(
                zipped=largest * MEGABYTE,
                unpacked=unpacked * MEGABYTE,
                files=self._whole(table, "most_files", 1, _MOST_FILES, Limits.files, where),
            ),
            minutes=self._whole(
                table, "longest_minutes", 1, _LONGEST_LOAD, int(UploadSettings.minutes), where
            ),
            megabytes=self._whole(
                table, "memory_mb", _LEAST_MEMORY, _MOST_MEMORY, UploadSettings.megabytes, where
            ),
        )

    def _mapping(self, table: dict[str, Any], where: str) -> str | None:
        """A file beside the settings, or the name of a mapping that ships."""
        if "mapping" not in table:
            return None
        named = self._text(table, "mapping", where)
        if not named.endswith(".toml"):
            return named
        file = self.file.parent / named
        if not file.is_file():
            raise self._wrong(f"{where}mapping", f"names {file}, and there is no such file")
        return str(file.resolve())

    def _loader_url(self, table: dict[str, Any], where: str) -> str | None:
        key = "database_url_file"
        if key not in table and DATABASE_URL not in self.environment:
            return None
        return self._secret(table, key, DATABASE_URL, 1, where)

    def _secret(
        self, table: dict[str, Any], key: str, variable: str, shortest: int, where: str = ""
    ) -> str:
        value = self.environment.get(variable, "")
        path = self._path(table, key, where)
        if not value and path is not None:
            try:
                if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    raise self._wrong(
                        where + key, f"{path} can be read by others: chmod 600 {path}"
                    )
                value = path.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise self._wrong(
                    where + key, f"{path} cannot be read ({error.strerror})"
                ) from error
        if len(value) < shortest:
            need = f"with at least {shortest} characters" if shortest > 1 else "with the secret"
            raise self._wrong(where + key, f"is missing: name a file {need}, or set {variable}")
        return value

    def _path(self, table: dict[str, Any], key: str, where: str = "") -> Path | None:
        if key not in table:
            return None
        return (self.file.parent / self._text(table, key, where)).resolve()

    def _text(self, table: dict[str, Any], key: str, where: str = "") -> str:
        value = self._typed(table, key, str, "", where)
        if not value:
            raise self._wrong(where + key, "is missing or empty")
        return value

    def _whole(
        self,
        table: dict[str, Any],
        key: str,
        low: int,
        high: int,
        default: int,
        where: str = "",
    ) -> int:
        value = self._typed(table, key, int, default, where)
        if isinstance(value, bool) or not low <= value <= high:
            raise self._wrong(where + key, f"is {value}; it can be {low} to {high}")
        return value

    def _typed(
        self, table: dict[str, Any], key: str, kind: type, default: Any, where: str = ""
    ) -> Any:
        value = table.get(key, default)
        if not isinstance(value, kind):
            raise self._wrong(where + key, f"is {value!r}, not {_KIND_NAMES[kind]}")
        return value

    def _only(self, table: dict[str, Any], where: str, known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                raise self._wrong(where + key, f"is not a setting; known are {', '.join(known)}")

    def _wrong(self, key: str, words: str) -> SettingsError:
        return SettingsError(f"{self.file}: {key} {words}.")


_KIND_NAMES = {str: "text", int: "a whole number", bool: "true or false"}
