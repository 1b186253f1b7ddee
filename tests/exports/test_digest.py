"""The weekly letter: what is new, against what an earlier load had found."""

from __future__ import annotations

import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries.database import snapshot
from queries.schema import response_history
from reporting.__main__ import main
from tests.conftest import ATTENDANCE_HEADER, Delivery, Program, months

TOMORROW = (date.today() + timedelta(days=1)).isoformat()


def letter(out: Path, *arguments: str) -> dict[str, str]:
    assert main(["digest", "--district", "0640011", "--out", str(out), *arguments]) == 0
    return {path.suffix: path.read_text() for path in out.glob("digest-0640011-*")}


def part(text: str, title: str) -> str:
    """A section of the plain letter."""
    return text.split(title.upper())[1].split("\n\n")[0]


def test_the_letter_of_a_district(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", program.url)
    found = letter(tmp_path)
    assert set(found) == {".html", ".txt"}
    for text in found.values():
        assert "Hartford: students to call this week" in text
        assert "onfidential".upper() in text.upper()
        assert "Demonstration data" in text
        assert "No earlier load to compare with" in text
        assert "Waiting longest" in text or "WAITING LONGEST" in text
    assert found[".txt"].count("\n* ") == found[".html"].count("<strong>") - 1
    assert "more in the dashboard" in found[".txt"]
    [path, _text] = sorted(tmp_path.glob("digest-*"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_those_who_recovered_since_the_earlier_load_are_new(
    delivery: Delivery, tmp_path: Path
) -> None:
    weak = [18, 14, 10, 12, 16, 15]
    first = ATTENDANCE_HEADER + months("0000000001", "0640011", weak)
    delivery.write(attendance=first).load()
    assert "(0)\nNobody." in part(letter(tmp_path, "--since", TOMORROW)[".txt"], "Newly recovered")
    delivery.write(
        attendance=ATTENDANCE_HEADER + months("0000000001", "0640011", [*weak, 20, 20, 20, 20])
    ).load()
    before_both = letter(tmp_path, "--since", "2000-01-01")[".txt"]
    assert "No earlier load" in before_both
    assert "Example, Ada" in part(before_both, "Newly recovered")
    with snapshot() as data:
        loads = sa.select(response_history.c.loaded_at).distinct()
        assert len(list(data.connection.scalars(loads))) == 2
    # Against the load just made nobody is new any more.
    assert "Nobody." in part(letter(tmp_path, "--since", TOMORROW)[".txt"], "Newly recovered")


def test_names_cannot_write_into_the_letter(delivery: Delivery, tmp_path: Path) -> None:
    delivery.write(
        students="student_id,last_name\n0000000001,<script>alert(1)</script>\n"
        "0000000002,Ben\n1000000003,Cy\n",
        attendance=ATTENDANCE_HEADER + months("0000000001", "0640011", [10] * 10),
    ).load()
    found = letter(tmp_path)
    assert "<script>" not in found[".html"]
    assert "&lt;script&gt;" in found[".html"]


def test_an_unknown_district_is_refused_with_the_known_ones(
    delivery: Delivery, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    delivery.load()
    assert main(["digest", "--district", "640011", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "There is no district 640011" in said
    assert "0640011 (Hartford)" in said
    assert not list(tmp_path.glob("digest-*"))
