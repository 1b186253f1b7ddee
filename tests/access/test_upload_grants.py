"""The right to upload, as the groups of an identity provider give it."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.people import person_of_claims
from access.settings import OpenId, read_settings

SETTINGS = """
users_file = "users.json"
audit_log = "audit.log"
[openid]
name = "Microsoft"
discovery_url = "https://login.example/.well-known/openid-configuration"
client_id = "leap"
[[openid.grants]]
claim = "groups"
value = "leaders"
role = "leadership"
[[openid.grants]]
claim = "groups"
value = "data office"
role = "presenter"
uploads = true
[[openid.grants]]
claim = "groups"
value = "loaders"
uploads = true
"""


@pytest.fixture
def openid(tmp_path: Path) -> OpenId:
    (tmp_path / "leap.toml").write_text(SETTINGS)
    environment = {
        "LEAP_SETTINGS": str(tmp_path / "leap.toml"),
        "LEAP_SECRET_KEY": "k" * 32,
        "LEAP_OPENID_CLIENT_SECRET": "s",
    }
    provider = read_settings(environment).openid
    assert provider
    return provider


@pytest.mark.parametrize(
    ("groups", "role", "uploads"),
    [
        (["leaders"], "leadership", False),
        (["leaders", "loaders"], "leadership", True),
        (["loaders", "leaders"], "leadership", True),
        (["data office"], "presenter", True),
        (["leaders", "data office"], "leadership", True),
        (["visitors", "leaders"], "leadership", False),
    ],
)
def test_a_group_gives_the_right_beside_the_role_or_with_it(
    openid: OpenId, groups: list[str], role: str, uploads: bool
) -> None:
    person = person_of_claims(openid, {"sub": "lea", "groups": groups})
    assert person
    assert (person.role, person.uploads) == (role, uploads)


@pytest.mark.parametrize("groups", [["loaders"], ["visitors"], [], None, {"loaders": True}])
def test_the_right_alone_lets_nobody_in(openid: OpenId, groups: object) -> None:
    assert person_of_claims(openid, {"sub": "lea", "groups": groups}) is None
