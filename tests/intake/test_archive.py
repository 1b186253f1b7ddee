"""Zip files from anywhere: a delivery is unpacked, everything else is refused in words."""

from __future__ import annotations

import io
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipInfo

import pytest

from intake.archive import (
    DEMONSTRATION_MARKER,
    DOUBTS_FILE,
    MEGABYTE,
    REJECTED_FILE,
    ArchiveRefusedError,
    Limits,
    unpack,
)
from reporting import delivery, load

LIMITS = Limits(zipped=MEGABYTE, unpacked=2 * MEGABYTE, files=5)
VISITS = b"visit_id,student_id\n"


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """Where is unpacked; what lies beside it is looked at afterwards."""
    folder = tmp_path / "uploads" / "delivery"
    folder.mkdir(parents=True)
    return folder


def zipped(*members: tuple[str | ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(content: bytes, into: Path, limits: Limits = LIMITS) -> dict[str, bytes]:
    archive = into.parents[1] / "arriving.zip"
    archive.write_bytes(content)
    names = unpack(archive, into, limits)
    found = {file.name: file.read_bytes() for file in into.iterdir()}
    assert set(found) == set(names)
    return found


def of_kind(name: str, kind: int) -> ZipInfo:
    info = ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    return info


def with_flag(content: bytes, flag: int) -> bytes:
    """Set a flag on the first member, in both places where it stands."""
    changed = bytearray(content)
    changed[6] |= flag
    changed[content.index(b"PK\1\2") + 8] |= flag
    return bytes(changed)


# --- Deliveries --------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["", "October 2024/"])
def test_files_of_a_delivery_are_unpacked_side_by_side(into: Path, folder: str) -> None:
    members = [(f"{folder}{name}", VISITS) for name in ("visits.csv", "Log.XLSX", "ours.toml")]
    content = zipped((folder, b""), *members) if folder else zipped(*members)
    members[2] = (f"{folder}ours.toml", b'[visits]\nfile = "log.xlsx"\n')
    content = zipped(*members)
    assert set(unpacked(content, into)) == {"visits.csv", "Log.XLSX", "ours.toml"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in into.iterdir()} == {0o600}


NAMES_A_TEXT = b'[attendance_daily]\nfile = "Student.Export.text"\n'


def test_a_file_that_the_mapping_names_is_part_of_the_delivery(into: Path) -> None:
    content = zipped(
        ("d/student.export.text", b"a\tb\r"),
        ("__MACOSX/d/._ours.toml", b"x"),
        ("d/ours.toml", NAMES_A_TEXT),
    )
    assert set(unpacked(content, into)) == {"student.export.text", "ours.toml"}


def test_a_file_that_the_mapping_of_the_settings_names_is_part_of_a_delivery_without_one(
    into: Path,
) -> None:
    archive = into.parents[1] / "arriving.zip"
    archive.write_bytes(zipped(("log.dat", VISITS)))
    assert unpack(archive, into, LIMITS, {"log.dat"}) == ["log.dat"]


def test_the_mapping_of_the_settings_names_nothing_of_a_delivery_with_its_own(
    into: Path,
) -> None:
    archive = into.parents[1] / "arriving.zip"
    archive.write_bytes(zipped(("log.dat", VISITS), ("ours.toml", b"")))
    with pytest.raises(ArchiveRefusedError, match="no part of a delivery"):
        unpack(archive, into, LIMITS, {"log.dat"})


def test_litter_of_systems_and_of_the_loader_is_left_out(into: Path) -> None:
    content = zipped(
        ("d/visits.csv", VISITS),
        ("d/", b""),
        ("d/.DS_Store", b"x"),
        ("__MACOSX/d/._visits.csv", b"x"),
        ("d/Thumbs.db", b"x"),
        ("d/rejected.csv", b"an earlier load's"),
        ("d/doubts.csv", b"an earlier load's"),
        ("d/DEMONSTRATION", b""),
    )
    assert set(unpacked(content, into)) == {"visits.csv", "DEMONSTRATION"}


def test_the_loaders_own_files_are_called_as_it_calls_them() -> None:
    assert (REJECTED_FILE, DOUBTS_FILE) == (delivery.REJECTED_FILE, delivery.DOUBTS_FILE)
    assert load.DEMONSTRATION_MARKER == DEMONSTRATION_MARKER


# --- Everything else ----------------------------------------------------------------------

HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not a zip file that can be read"),
    "a text": (VISITS, "not a zip file that can be read"),
    "cut off": (zipped(("visits.csv", VISITS))[:-30], "not a zip file that can be read"),
    "empty": (zipped(), "nothing to load"),
    "absolute": (zipped(("/etc/cron.d/x.csv", VISITS)), "leads elsewhere"),
    "upwards": (zipped(("../visits.csv", VISITS)), "leads elsewhere"),
    "upwards within": (zipped(("d/../../visits.csv", VISITS)), "leads elsewhere"),
    "here": (zipped(("./visits.csv", VISITS)), "leads elsewhere"),
    "backslashes": (zipped((r"..\..\visits.csv", VISITS)), "leads elsewhere"),
    "a drive": (zipped(("C:visits.csv", VISITS)), "leads elsewhere"),
    "a line end": (zipped(("visits\n.csv", VISITS)), "leads elsewhere"),
    "turned round": (zipped(("\u202evsc.visits.csv", VISITS)), "leads elsewhere"),
    "deep": (zipped(("a/b/visits.csv", VISITS)), "a folder within a folder"),
    "two folders": (zipped(("a/visits.csv", VISITS), ("b/c.csv", VISITS)), "several folders"),
    "a link": (zipped((of_kind("visits.csv", stat.S_IFLNK), b"/etc/passwd")), "is a link"),
    "a device": (zipped((of_kind("visits.csv", stat.S_IFCHR), b"")), "is a link or something"),
    "a pipe": (zipped((of_kind("visits.csv", stat.S_IFIFO), b"")), "is a link or something"),
    "encrypted": (with_flag(zipped(("visits.csv", VISITS)), 1), "is encrypted"),
    "a pattern": (zipped(("*.csv", VISITS)), "a name that cannot be taken"),
    "a long name": (zipped((f"{'v' * 200}.csv", VISITS)), "a name that cannot be taken"),
    "a zip": (zipped(("more.zip", zipped(("visits.csv", VISITS)))), "no part of a delivery"),
    "a program": (zipped(("visits.csv", VISITS), ("run.sh", b"#!")), "no part of a delivery"),
    "a text that no mapping names": (
        zipped(("visits.text", VISITS), ("ours.toml", NAMES_A_TEXT)),
        "no part of a delivery",
    ),
    "a link that a mapping names": (
        zipped(
            (of_kind("Student.Export.text", stat.S_IFLNK), b"/etc/passwd"),
            ("ours.toml", NAMES_A_TEXT),
        ),
        "is a link",
    ),
    "a name that leads elsewhere, in the mapping too": (
        zipped(("../x.text", VISITS), ("ours.toml", b'[visits]\nfile = "../x.text"\n')),
        "leads elsewhere",
    ),
    "a mapping within a mapping": (
        zipped(("more.zip", VISITS), ("ours.toml", b"[visits]\nfile = 3\n")),
        "no part of a delivery",
    ),
    "no ending": (zipped(("visits", VISITS)), "no part of a delivery"),
    "twice": (zipped(("visits.csv", VISITS), ("VISITS.csv", VISITS)), "more than once"),
    "many": (zipped(*((f"{n}.csv", VISITS) for n in range(6))), "holds 6 files"),
    "two mappings": (zipped(("a.toml", b""), ("b.toml", b"")), "several mappings"),
    "a bomb": (zipped(("visits.csv", bytes(3 * MEGABYTE))), "unpack to more than 2 MB"),
    "many small bombs": (
        zipped(*((f"{n}.csv", bytes(MEGABYTE // 2)) for n in range(5))),
        "unpack to more than 2 MB",
    ),
    "a mapping that leads elsewhere": (
        zipped(("ours.toml", b'[visits]\nfile = "/etc/leap/secret.key"\n')),
        "outside its own folder",
    ),
    "a mapping that leads upwards": (
        zipped(("ours.toml", b'[students]\nfile = ".."\n')),
        "outside its own folder",
    ),
    "a large mapping": (zipped(("ours.toml", bytes(MEGABYTE + 1))), "too large for a mapping"),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_delivery_is_refused_in_words(into: Path, name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(ArchiveRefusedError, match=words):
        unpacked(content, into)
    assert_nothing_beside(into)


def assert_nothing_beside(into: Path) -> None:
    """What was written lies in the folder, as plain files, and within the limit."""
    around = {path for path in into.parents[1].rglob("*") if into not in path.parents}
    assert {path.name for path in around} == {"uploads", "delivery", "arriving.zip"}
    files = list(into.iterdir())
    assert all(file.is_file() and not file.is_symlink() for file in files)
    assert sum(file.stat().st_size for file in files) <= LIMITS.unpacked


def lying(content: bytes, size: int) -> bytes:
    """The zip file says of its first member that it unpacks to another size."""
    changed = bytearray(content)
    changed[22:26] = struct.pack("<L", size)
    at = content.index(b"PK\1\2")
    changed[at + 24 : at + 28] = struct.pack("<L", size)
    return bytes(changed)


@pytest.fixture(scope="module")
def bomb() -> bytes:
    bomb = zipped(("visits.csv", bytes(200 * MEGABYTE)))
    assert len(bomb) < MEGABYTE / 4
    return bomb


@pytest.mark.parametrize("size", [0, 100, MEGABYTE])
def test_a_bomb_that_says_it_is_small_is_never_written(into: Path, bomb: bytes, size: int) -> None:
    with pytest.raises(ArchiveRefusedError, match="not a zip file that can be read"):
        unpacked(lying(bomb, size), into)
    assert_nothing_beside(into)


def test_what_is_written_is_counted_whatever_the_contents_say(
    into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sum of what is said is checked first; here as if nobody had."""
    monkeypatch.setattr("intake.archive._check_together", lambda _files, _limits: None)
    half = ((f"{n}.csv", random.Random(n).randbytes(MEGABYTE)) for n in range(5))
    with pytest.raises(ArchiveRefusedError, match="unpack to more than 2 MB"):
        unpacked(zipped(*half), into)
    assert_nothing_beside(into)


def test_a_list_of_contents_that_fills_the_memory_is_not_read(into: Path) -> None:
    many = zipped(*((f"{n:0100d}.csv", b"") for n in range(8_000)))
    with pytest.raises(ArchiveRefusedError, match="lists far more"):
        unpacked(many, into)
    huge = zipped(("visits.csv", VISITS)).replace(b"PK\5\6", b"PK\6\7" + bytes(16) + b"PK\5\6")
    with pytest.raises(ArchiveRefusedError, match="lists far more"):
        unpacked(huge, into)


Change = Callable[[random.Random, bytearray], None]


def flip(rng: random.Random, content: bytearray) -> None:
    content[rng.randrange(len(content))] = rng.randrange(256)


def cut(rng: random.Random, content: bytearray) -> None:
    at = rng.randrange(len(content))
    del content[at : at + rng.randrange(1, 20)]


def repeat(rng: random.Random, content: bytearray) -> None:
    at = rng.randrange(len(content))
    content[at:at] = content[at : at + rng.randrange(1, 60)]


CHANGES: tuple[Change, ...] = (flip, flip, flip, cut, repeat)


def test_five_hundred_mangled_zip_files_are_unpacked_or_refused(into: Path) -> None:
    rng = random.Random(2021)
    whole = zipped(("d/visits.csv", VISITS * 20), ("d/students.csv", VISITS), ("d/a.toml", b"[a]"))
    refused = 0
    for _ in range(500):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            rng.choice(CHANGES)(rng, content)
        for file in into.iterdir():
            file.unlink()
        try:
            unpacked(bytes(content), into)
        except ArchiveRefusedError:
            refused += 1
        assert_nothing_beside(into)
    assert 100 < refused < 500
