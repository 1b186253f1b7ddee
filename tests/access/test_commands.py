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


def test_the_right_to_upload_is_given_and_taken_by_itself_and_recorded(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    users = Users(folder / "users.json")
    add = ("add", "lea", "--role", "leadership")
    run(monkeypatch, *add, password="a long password")
    assert not users.find("lea").uploads
    run(monkeypatch, "change", "lea", "--uploads")
    assert users.find("lea").uploads
    run(monkeypatch, "change", "lea", "--role", "presenter")
    assert users.find("lea").uploads  # of no role
    capsys.readouterr()
    run(monkeypatch, "list")
    assert "uploads" in capsys.readouterr().out
    run(monkeypatch, "change", "lea", "--no-uploads")
    assert not users.find("lea").uploads
    run(monkeypatch, "audit")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()[-4:]]
    assert [record.get("uploads") for record in records] == [None, True, None, False]


def test_a_users_file_of_an_earlier_version_gives_nobody_the_right(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, "add", "lea", "--role", "leadership", password="a long password")
    [row] = json.loads((folder / "users.json").read_text())
    del row["uploads"]
    (folder / "users.json").write_text(json.dumps([row]))
    assert Users(folder / "users.json").find("lea").uploads is False


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
