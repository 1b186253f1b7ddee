"""Frozen decks: kept whole, opened as they were, private."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports import snapshots
from exports.snapshots import Entry, FrozenDeck, SnapshotError, delete, listed, oldest, opened
from tests.exports.decks import deck, kept


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LEAP_SNAPSHOTS", str(tmp_path / "snapshots"))
    return tmp_path / "snapshots"


def test_a_snapshot_opens_with_the_figures_it_was_kept_with() -> None:
    snap = kept(deck("4x3"), "Board meeting, May", "lea")
    assert opened(snap.number, demonstration=True) == snap
    assert opened(snap.number, demonstration=True).deck == deck("4x3")
    assert [one.name for one in listed(demonstration=True)] == ["Board meeting, May"]


def test_a_deleted_snapshot_is_gone() -> None:
    snap = kept(deck(), "May", "lea")
    delete(snap)
    assert listed(demonstration=True) == []
    with pytest.raises(SnapshotError, match="may have been deleted"):
        opened(snap.number, demonstration=True)


def test_figures_of_real_students_are_not_there_over_demonstration_data() -> None:
    real = kept(replace(deck(), is_demonstration=False), "May", "lea")
    assert listed(demonstration=True) == []
    with pytest.raises(SnapshotError):
        opened(real.number, demonstration=True)
    assert opened(real.number, demonstration=False) == real


@pytest.mark.parametrize("number", ["../secret", "", "0" * 15, "g" * 16, "0" * 16, "0" * 16 + "/"])
def test_a_number_that_is_none_leads_to_no_file(number: str, folder: Path) -> None:
    kept(deck(), "May", "lea")
    [file] = folder.iterdir()
    (folder.parent / "secret.json").write_text(file.read_text())
    with pytest.raises(SnapshotError):
        opened(number, demonstration=True)


@pytest.mark.parametrize("name", ["", "   ", "\n\t", "\u200b"])
def test_a_snapshot_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(SnapshotError, match="name"):
        kept(deck(), name, "lea")
    assert listed(demonstration=True) == []


@given(name=st.text(max_size=200))
def test_any_name_is_kept_on_one_line_of_eighty_signs(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEAP_SNAPSHOTS", str(tmp_path_factory.mktemp("any")))
        try:
            snap = kept(deck(), name, "lea")
        except SnapshotError:
            return
        assert snap.name.isprintable()
        assert 0 < len(snap.name) <= 80
        assert opened(snap.number, demonstration=True).name == snap.name


def test_only_the_program_can_read_a_snapshot(folder: Path) -> None:
    kept(deck(), "May", "lea")
    [file] = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 1}', '{"format": 2, "deck": {}}'])
def test_a_broken_file_is_no_snapshot_and_breaks_no_list(content: str, folder: Path) -> None:
    snap = kept(deck(), "May", "lea")
    (folder / f"{'a' * 16}.json").write_text(content)
    assert listed(demonstration=True) == [entry_of(snap)]
    with pytest.raises(SnapshotError):
        opened("a" * 16, demonstration=True)


def test_nothing_of_a_single_student_is_kept(folder: Path) -> None:
    kept(deck(), "May", "lea")
    [file] = folder.iterdir()
    stored = json.loads(file.read_text())
    assert set(stored) == {"format", "name", "by", "made_at", "deck"}
    assert "student_id" not in file.read_text()


def test_too_many_snapshots_are_refused_and_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_MOST_KEPT", 2)
    kept(deck(), "one", "lea")
    kept(deck(), "two", "lea")
    with pytest.raises(SnapshotError, match="ask leadership to delete old ones"):
        kept(deck(), "three", "lea")
    assert len(listed(demonstration=True)) == 2


def test_a_person_keeps_so_many_and_others_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_MOST_BY_ONE", 2)
    kept(deck(), "one", "pat")
    snap = kept(deck(), "two", "pat")
    with pytest.raises(SnapshotError, match="You keep 2 snapshots, as many as one person may"):
        kept(deck(), "three", "pat")
    kept(deck(), "three", "lea")
    delete(snap)
    kept(deck(), "three", "pat")


def test_the_oldest_of_a_person_are_theirs_alone() -> None:
    hers = [kept(deck(), "x", "pat", made_at=f"2024-05-{day:02d}") for day in range(1, 13)]
    kept(deck(), "x", "lea", made_at="2024-04-01")
    chosen = oldest(listed(demonstration=True), "pat")
    assert [entry.number for entry in chosen] == [snap.number for snap in hers[9::-1]]


def test_a_list_of_hundreds_reads_each_snapshot_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []
    reading = snapshots._read
    monkeypatch.setattr(snapshots, "_read", lambda file: read.append(file) or reading(file))
    for number in range(200):
        kept(deck(), "x", f"person {number}")
    for _ in range(3):
        assert len(listed(demonstration=True)) == 200
    assert len(read) == len(set(read)) == 200


def test_a_snapshot_of_fewer_students_than_slides_may_now_show_stays_closed() -> None:
    snap = kept(deck(), "Board meeting, May", "lea")
    assert opened(snap.number, demonstration=True, threshold=20) == snap
    with pytest.raises(SnapshotError, match="none of fewer than 50, so it stays closed"):
        opened(snap.number, demonstration=True, threshold=50)


def entry_of(snap: FrozenDeck) -> Entry:
    return Entry(snap.number, snap.name, snap.by, snap.made_at, snap.is_demonstration)
