"""The command line for people and the audit log."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from access.__main__ import main
from access.users import Users


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "leap.toml").write_text('users_file = "users.json"\naudit_log = "audit.log"\n')
    monkeypatch.setenv("LEAP_SETTINGS", str(tmp_path / "leap.toml"))
    monkeypatch.setenv("LEAP_SECRET_KEY", "k" * 32)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str = "") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return main(list(arguments))


def test_people_are_added_changed_disabled_and_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add = ("add", "cora", "--role", "coordinator", "--district", "0640011")
    assert run(monkeypatch, *add, password="a long password") == 0
    users = Users(folder / "users.json")
    assert users.verified("cora", "a long password")
    assert run(monkeypatch, "change", "cora", "--password", password="a newer password") == 0
    assert users.verified("cora", "a long password") is None
    assert users.verified("cora", "a newer password")
    assert run(monkeypatch, "change", "cora", "--role", "presenter") == 0
    assert users.find("cora").districts == ()
    assert run(monkeypatch, "disable", "cora") == 0
    assert users.verified("cora", "a newer password") is None
    capsys.readouterr()
    assert run(monkeypatch, "list") == 0
    listed = capsys.readouterr().out
    assert "cora" in listed
    assert "presenter" in listed
    assert "disabled" in listed
    assert run(monkeypatch, "enable", "cora") == 0
    assert users.verified("cora", "a newer password")


def test_every_change_is_recorded_and_can_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "add", "lea", "--role", "leadership", password="a long password")
    run(monkeypatch, "disable", "lea")
    capsys.readouterr()
    assert run(monkeypatch, "audit") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["what"], line["whom"]) for line in lines] == [
        ("added", "lea"),
        ("disabled", "lea"),
    ]
    assert run(monkeypatch, "audit", "--since", "2999-01-01") == 0
    assert capsys.readouterr().out == ""
    assert "password" not in (folder / "audit.log").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "x", "--role", "leadership"), "cannot be a user name"),
        (("add", "lea", "--role", "leadership"), "too short"),
        (("change", "nobody"), "there is no user nobody"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_done_is_said(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    assert run(monkeypatch, *arguments, password="short") == 1
    assert words in capsys.readouterr().err
