"""Frozen decks: the figures of a deck as they were, so that May's slides still show May's figures.

Each is a file of its own in a folder (LEAP_SNAPSHOTS, or ``data/snapshots``), readable by the
program alone. It holds what stood on the slides, under the presenter's threshold: nothing of a
single student.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from components.deck import Deck, deck_from_json, deck_to_json
from queries.viewer import THRESHOLDS

_DEFAULT_FOLDER = "data/snapshots"
_FORMAT = 1
_MOST_KEPT, _MOST_BY_ONE = 500, 50
_OLDEST = 10
_LONGEST_NAME = 80
_NUMBER = re.compile(r"[0-9a-f]{16}")


class SnapshotError(Exception):
    """A snapshot that cannot be kept or found; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A snapshot in the list: the name it was given, by whom and when (ISO, UTC)."""

    number: str
    name: str
    by: str
    made_at: str
    is_demonstration: bool


@dataclass(frozen=True)
class FrozenDeck(Entry):
    """A snapshot with its deck."""

    deck: Deck


def named(deck: Deck, name: str, by: str) -> FrozenDeck:
    """A deck under a name, to be kept. Raises SnapshotError for no name, or too many snapshots."""
    told = " ".join("".join(sign for sign in name if sign.isprintable()).split())[:_LONGEST_NAME]
    if not told:
        raise SnapshotError("Give the snapshot a name.")
    _check_room(listed(demonstration=deck.is_demonstration), by)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return FrozenDeck(secrets.token_hex(8), told, by, made_at, deck.is_demonstration, deck)


def _check_room(kept: list[Entry], by: str) -> None:
    """A limit for one person, so that nobody takes the room of all."""
    if sum(entry.by == by for entry in kept) >= _MOST_BY_ONE:
        raise SnapshotError(
            f"You keep {_MOST_BY_ONE} snapshots, as many as one person may. Delete some of them "
            "first: on the page of slides, under Snapshots."
        )
    if len(kept) >= _MOST_KEPT:
        raise SnapshotError(
            f"There are {_MOST_KEPT} snapshots, as many as there may be. Delete some of yours on "
            "the page of slides, under Snapshots, or ask leadership to delete old ones there."
        )


def keep(frozen: FrozenDeck) -> None:
    """Store a snapshot."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(folder / f"{frozen.number}.json", _to_json(frozen))


def _write(file: Path, stored: dict[str, Any]) -> None:
    """All of it or nothing; readable by its owner alone, as temporary files are."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(descriptor, "w", encoding="utf-8") as part:
        json.dump(stored, part, ensure_ascii=False)
    Path(temporary).replace(file)


def listed(*, demonstration: bool) -> list[Entry]:
    """Every snapshot, the newest first.

    Figures of real students are for those who sign in: over demonstration data, where nobody
    does, only snapshots of demonstration data are there, and the other way round.
    """
    kept = [entry for file in _folder().glob("*.json") if (entry := _entry(file)) is not None]
    own = [entry for entry in kept if entry.is_demonstration == demonstration]
    return sorted(own, key=lambda entry: entry.made_at, reverse=True)


def with_many(kept: list[Entry]) -> list[str]:
    """Who keeps more than ``oldest`` gives."""
    return [by for by, number in sorted(Counter(e.by for e in kept).items()) if number > _OLDEST]


def oldest(kept: list[Entry], by: str) -> list[Entry]:
    """The ten oldest of a person; ``kept`` as ``listed``."""
    return [entry for entry in kept if entry.by == by][-_OLDEST:]


def opened(
    number: str, *, demonstration: bool, threshold: int = THRESHOLDS["presenter"]
) -> FrozenDeck:
    """The snapshot of a number.

    Raises SnapshotError where there is none, or where it shows figures of fewer students than the
    presenter's ``threshold`` now is.
    """
    frozen = _read(_folder() / f"{number}.json") if _NUMBER.fullmatch(number) else None
    if frozen is None or frozen.deck.is_demonstration != demonstration:
        raise SnapshotError("There is no such snapshot: it may have been deleted.")
    if frozen.deck.threshold < threshold:
        raise SnapshotError(
            f"This snapshot shows figures of {frozen.deck.threshold} students and more. Now slides "
            f"show none of fewer than {threshold}, so it stays closed: keep a new one."
        )
    return frozen


def delete(entry: Entry) -> None:
    """Remove a snapshot for good."""
    (_folder() / f"{entry.number}.json").unlink(missing_ok=True)


def _folder() -> Path:
    return Path(os.environ.get("LEAP_SNAPSHOTS", _DEFAULT_FOLDER))


def _entry(file: Path) -> Entry | None:
    try:
        return _entry_of(file, file.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=2 * _MOST_KEPT)
def _entry_of(file: Path, _written: int) -> Entry | None:
    """Read once: a deck is a hundred times as long as what the list says of it."""
    frozen = _read(file)
    if frozen is None:
        return None
    return Entry(frozen.number, frozen.name, frozen.by, frozen.made_at, frozen.is_demonstration)


def _to_json(frozen: FrozenDeck) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "name": frozen.name,
        "by": frozen.by,
        "made_at": frozen.made_at,
        "deck": deck_to_json(frozen.deck),
    }


def _read(file: Path) -> FrozenDeck | None:
    """None where the file is gone or was not written by this version of the program."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["format"] != _FORMAT:
            return None
        deck = deck_from_json(stored["deck"])
        name, by, made_at = (stored[key] for key in ("name", "by", "made_at"))
        return FrozenDeck(file.stem, name, by, made_at, deck.is_demonstration, deck)
    except (OSError, ValueError, KeyError, TypeError):
        return None
