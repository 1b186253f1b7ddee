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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from components.deck import Deck, deck_from_json, deck_to_json
from queries.viewer import THRESHOLDS

_DEFAULT_FOLDER = "data/snapshots"
_FORMAT = 1
_MOST_KEPT = 500
_LONGEST_NAME = 80
_NUMBER = re.compile(r"[0-9a-f]{16}")


class SnapshotError(Exception):
    """A snapshot that cannot be kept or found; the message says why."""


@dataclass(frozen=True)
class FrozenDeck:
    """A deck with the name it was given, by whom and when (ISO, UTC)."""

    number: str
    name: str
    by: str
    made_at: str
    deck: Deck


def keep(deck: Deck, name: str, by: str) -> FrozenDeck:
    """Store a deck under a name. Raises SnapshotError for no name, or too many snapshots."""
    told = " ".join("".join(sign for sign in name if sign.isprintable()).split())[:_LONGEST_NAME]
    if not told:
        raise SnapshotError("Give the snapshot a name.")
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if len(list(folder.glob("*.json"))) >= _MOST_KEPT:
        raise SnapshotError(f"There are {_MOST_KEPT} snapshots: delete some first.")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    frozen = FrozenDeck(secrets.token_hex(8), told, by, made_at, deck)
    _write(folder / f"{frozen.number}.json", _to_json(frozen))
    return frozen


def _write(file: Path, stored: dict[str, Any]) -> None:
    """All of it or nothing; readable by its owner alone, as temporary files are."""
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
    with os.fdopen(descriptor, "w", encoding="utf-8") as part:
        json.dump(stored, part, ensure_ascii=False)
    Path(temporary).replace(file)


def listed(*, demonstration: bool) -> list[FrozenDeck]:
    """Every snapshot, the newest first.

    Figures of real students are for those who sign in: over demonstration data, where nobody
    does, only snapshots of demonstration data are there, and the other way round.
    """
    files = sorted(_folder().glob("*.json"))
    kept = [frozen for file in files if (frozen := _read(file)) is not None]
    own = [frozen for frozen in kept if frozen.deck.is_demonstration == demonstration]
    return sorted(own, key=lambda frozen: frozen.made_at, reverse=True)


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


def delete(frozen: FrozenDeck) -> None:
    """Remove a snapshot for good."""
    (_folder() / f"{frozen.number}.json").unlink(missing_ok=True)


def _folder() -> Path:
    return Path(os.environ.get("LEAP_SNAPSHOTS", _DEFAULT_FOLDER))


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
        return FrozenDeck(file.stem, stored["name"], stored["by"], stored["made_at"], deck)
    except (OSError, ValueError, KeyError, TypeError):
        return None
