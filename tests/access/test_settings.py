"""Settings are checked at the start, and errors name the key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from access.settings import SettingsError, read_settings
from intake.archive import MEGABYTE
from intake.uploads import UploadSettings

KEY = {"LEAP_SECRET_KEY": "x" * 32}
GOOD = """
users_file = "users.json"
audit_log = "audit.log"
"""
OPENID = """
[openid]
name = "Microsoft"
discovery_url = "https://login.example/.well-known/openid-configuration"
client_id = "leap"
[[openid.grants]]
claim = "groups"
value = "leap-hartford"
role = "coordinator"
districts = ["0640011"]
"""


def read(tmp_path: Path, text: str, **environment: str) -> object:
    file = tmp_path / "leap.toml"
    file.write_text(text)
    return read_settings({"LEAP_SETTINGS": str(file)} | KEY | environment)


def test_paths_are_taken_from_the_settings_files_folder(tmp_path: Path) -> None:
    settings = read(tmp_path, GOOD + OPENID, LEAP_OPENID_CLIENT_SECRET="s")
    assert settings.users_file == tmp_path / "users.json"
    assert settings.openid.grants[0].districts == ("0640011",)
    assert (settings.idle_minutes, settings.session_hours, settings.tls) == (30, 10, False)


def test_without_a_file_nobody_signs_in_and_every_start_has_a_key_of_its_own() -> None:
    one, other = read_settings({}), read_settings({})
    assert not one.has_sign_in
    assert one.secret_key != other.secret_key


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("users_file = 3\naudit_log = 'a'", "users_file is 3, not text"),
        ("users_file = ''\naudit_log = 'a'", "users_file is missing or empty"),
        ("audit_log = 'a'", "users_file is missing: name it, or set up"),
        ("users_file = 'u'", "audit_log is missing"),
        (GOOD + "colour = 'red'", "colour is not a setting; known are users_file"),
        (GOOD + "idle_minutes = 0", "idle_minutes is 0; it can be 1 to 1440"),
        (GOOD + "idle_minutes = true", "idle_minutes is True; it can be"),
        (GOOD + "tls = 'yes'", "tls is 'yes', not true or false"),
        (GOOD + "trusted_proxies = 99", "trusted_proxies is 99; it can be 0 to 5"),
        (GOOD + "[thresholds]\npresenter = 4", "thresholds.presenter is 4; it can be 5 to"),
        (GOOD + "[thresholds]\nking = 9", "thresholds.king is not a setting"),
        (GOOD + OPENID.replace("https", "ftp"), "openid.discovery_url does not start with https"),
        (GOOD + OPENID.replace('"coordinator"', '"king"'), r"openid.grants\[0\].role is “king”"),
        (GOOD + OPENID.replace('["0640011"]', "[]"), r"grants\[0\].districts is for coordinators"),
        (GOOD + OPENID.split("[[")[0], "openid.grants is missing"),
        (GOOD + OPENID, "openid.client_secret_file is missing"),
        (GOOD + "uploads = 3", "uploads is not a table"),
        (GOOD + "[uploads]\nsize = 3", "uploads.size is not a setting; known are enabled"),
        (GOOD + "[uploads]\nenabled = 'no'", "uploads.enabled is 'no', not true or false"),
        (GOOD + "[uploads]\nlargest_mb = 0", "uploads.largest_mb is 0; it can be 1 to 4000"),
        (GOOD + "[uploads]\nunpacked_mb = 90000", "uploads.unpacked_mb is 90000; it can be"),
        (GOOD + "[uploads]\nlongest_minutes = 0", "uploads.longest_minutes is 0; it can be 1 to"),
        (GOOD + "[uploads]\nmemory_mb = 500", "uploads.memory_mb is 500; it can be 3000 to"),
        (GOOD + OPENID + "uploads = 1", r"openid.grants\[0\].uploads is 1, not true or false"),
        (GOOD + OPENID.replace("role = ", "# role = "), r"grants\[0\].role is missing"),
        (GOOD + "[uploads]\nmost_files = 0", "uploads.most_files is 0; it can be 1 to 1000"),
        (GOOD + "[uploads]\nmapping = 'none.toml'", "mapping names .*none.toml, and there is no"),
        (GOOD + "[uploads]\ndatabase_url_file = 'url'", "database_url_file .*url cannot be read"),
        ("users_file = ", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read(tmp_path, text)


def test_a_secret_is_long_enough_and_in_a_file_that_others_cannot_read(tmp_path: Path) -> None:
    text = GOOD + "secret_key_file = 'key'"
    file = tmp_path / "leap.toml"
    file.write_text(text)
    key = tmp_path / "key"
    environment = {"LEAP_SETTINGS": str(file)}
    with pytest.raises(SettingsError, match=r"secret_key_file .*key cannot be read"):
        read_settings(environment)
    key.write_text("short")
    os.chmod(key, 0o600)
    with pytest.raises(SettingsError, match="at least 32 characters, or set LEAP_SECRET_KEY"):
        read_settings(environment)
    key.write_text("k" * 40)
    os.chmod(key, 0o644)
    with pytest.raises(SettingsError, match="can be read by others: chmod 600"):
        read_settings(environment)
    os.chmod(key, 0o600)
    assert read_settings(environment).secret_key == "k" * 40


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"LEAP_SETTINGS: .*none\.toml cannot be read"):
        read_settings({"LEAP_SETTINGS": str(tmp_path / "none.toml")})


def test_metrics_have_a_token_where_one_is_set_and_it_is_a_secret(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).metrics_token is None
    assert read(tmp_path, GOOD, LEAP_METRICS_TOKEN="t" * 32).metrics_token == "t" * 32
    (tmp_path / "token").write_text("f" * 32)
    (tmp_path / "token").chmod(0o600)
    named = GOOD + "metrics_token_file = 'token'"
    assert read(tmp_path, named).metrics_token == "f" * 32
    with pytest.raises(SettingsError, match="metrics_token_file is missing: name a file"):
        read(tmp_path, GOOD, LEAP_METRICS_TOKEN="short")


def test_uploads_are_as_they_are_without_a_word_or_as_the_settings_say(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).uploads == UploadSettings()
    assert read_settings({}).uploads == UploadSettings()
    (tmp_path / "ours.toml").touch()
    (tmp_path / "url").write_text("postgresql+psycopg://leap_loader:secret@host/leap\n")
    (tmp_path / "url").chmod(0o600)
    table = """
    [uploads]
    folder = "inbox"
    mapping = "ours.toml"
    database_url_file = "url"
    largest_mb = 50
    """
    uploads = read(tmp_path, GOOD + table).uploads
    assert uploads.folder == tmp_path / "inbox"
    assert uploads.mapping == str(tmp_path / "ours.toml")
    assert uploads.database_url == "postgresql+psycopg://leap_loader:secret@host/leap"
    assert uploads.limits.zipped == 50 * MEGABYTE
    assert uploads.limits.unpacked == 500 * MEGABYTE
    assert "secret" not in repr(uploads)
    shipped = read(tmp_path, GOOD + "[uploads]\nmapping = 'connecticut_monthly'").uploads
    assert shipped.mapping == "connecticut_monthly"


def test_what_uploads_unpack_to_has_an_end_whatever_the_zip_file_may_be(tmp_path: Path) -> None:
    limits = read(tmp_path, GOOD + "[uploads]\nlargest_mb = 4000").uploads.limits
    assert limits.unpacked == 20_000 * MEGABYTE
