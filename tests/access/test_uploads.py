"""Uploads over HTTP: who may send, what is taken, how it is loaded, what is recorded.

Loads are real ones, in processes of their own; one is held up by the lock of the database.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from werkzeug.test import TestResponse

from access.audit import read_audit
from access.users import Users
from intake import UPLOADS
from intake.archive import MEGABYTE, Limits
from intake.uploads import BUSY, Upload, UploadRefusedError, Uploads, UploadSettings
from queries.database import snapshot
from tests.access.conftest import SETTINGS, Build, Site
from tests.conftest import VISITS, Database, Delivery, database_on
from tests.waiting import until

PATH = "/data/uploads"
LINES = "/data/rejected-rows.csv"

OF_NOBODY = "2000000009,0640011,2022-06,20,20"
TOO_MANY = "0000000001,0640011,2022-07,20,21"
SECRETS = ("LEAP_SECRET_KEY", "LEAP_METRICS_TOKEN", "LEAP_OPENID_CLIENT_SECRET")


def zipped(delivery: Delivery, folder: str = "October/") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in delivery.folder.iterdir():
            archive.write(path, f"{folder}{path.name}")
    return file.getvalue()


def send(site: Site, content: bytes | io.RawIOBase, **changes: Any) -> TestResponse:
    """Send a zip file as the page does."""
    if not site.token():
        site.client.get("/data")
    asked: dict[str, Any] = {
        "query_string": {"name": "October.zip"},
        "headers": {"X-CSRFToken": site.token()},
        "content_type": "application/zip",
    }
    body: dict[str, Any] = {"data": content}
    if isinstance(content, io.RawIOBase):
        said = {"wsgi.input": content, "CONTENT_LENGTH": str(2 * MEGABYTE)}
        body = {"environ_overrides": said}
    return site.client.post(PATH, **(asked | body | changes))


def folder_of(site: Site) -> Path:
    return site.folder / "leap-uploads"


def stored(site: Site) -> list[str]:
    """What lies in the folder of uploads, but for the claim."""
    # Not rglob, which fails on a folder that the load removes meanwhile.
    names = [name for _, *kinds in os.walk(folder_of(site)) for kind in kinds for name in kind]
    return [name for name in names if name != "claim"]


def uploads_of(site: Site) -> Uploads:
    uploads: Uploads = site.app.server.extensions[UPLOADS]
    return uploads


def ended(site: Site) -> Upload:
    """The last upload, when its load has ended and the delivered files are gone."""
    uploads = uploads_of(site)
    until(lambda: (last := uploads.last()) is not None and last.state != "running")
    until(lambda: "work" not in stored(site))
    last = uploads.last()
    assert last
    return last


@contextmanager
def held_up(delivery: Delivery) -> Iterator[None]:
    """No load can begin its work meanwhile."""
    with FileLock(delivery.folder.parent / "leap.duckdb.lock"):
        yield


def an_upload(site: Site, number: str) -> Path:
    """The folder of an upload that is over."""
    place = folder_of(site) / number
    place.mkdir(parents=True)
    told = {"name": "o.zip", "size": 1, "sha256": "", "by": "", "at": "2020-01-01T00:00:00+00:00"}
    (place / "upload.json").write_text(json.dumps(told))
    (place / "rejected.csv").write_text("file,line,column,rule,row\nvisits.csv,2,x,y,Ada\n")
    return place


def panel(site: Site) -> str:
    """What the page says of the last upload."""
    answer = site.ask("data-upload-state", None, None, None)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def load_id() -> str:
    with snapshot() as data:
        return data.load_id


@pytest.fixture
def lea(site: Build) -> Site:
    """Leadership with the right to upload, signed in over a first load of real data."""
    here = site()
    here.sign_in("lea")
    return here


# --- A delivery is loaded -----------------------------------------------------------------


def test_a_delivery_is_loaded_in_the_background_and_nothing_of_it_stays(
    lea: Site, delivery: Delivery
) -> None:
    before = load_id()
    delivery.write(visits=VISITS.replace("2021-12-07", "2021-12-08"))
    answer = send(lea, zipped(delivery))
    assert answer.status_code == 202
    last = ended(lea)
    assert (last.number, last.state) == (answer.get_json()["number"], "loaded")
    assert load_id() > before
    assert [outcome["good"] for outcome in last.outcomes if outcome["file"] == "visits.csv"] == [1]
    assert "Changed" not in panel(lea)
    assert "Loaded" in panel(lea)
    assert "visits.csv" in panel(lea)
    kept = {"upload.json", "status.json", "said.txt", "rejected.csv", last.number}
    assert set(stored(lea)) == kept
    assert stat.S_IMODE(folder_of(lea).stat().st_mode) == 0o700
    assert stat.S_IMODE((folder_of(lea) / last.number).stat().st_mode) == 0o700


def test_a_delivery_with_too_many_bad_rows_is_refused_and_says_which_but_not_what(
    lea: Site, delivery: Delivery
) -> None:
    before = load_id()
    send(lea, zipped(delivery.add("attendance", TOO_MANY)))
    last = ended(lea)
    assert last.state == "refused"
    assert load_id() == before
    told = panel(lea)
    assert "attendance.csv: 1 of 21 rows (4.8 %) were rejected, more than the 2 % allowed" in told
    assert "none of it was loaded" in told
    assert "days_attended is more than the days enrolled" in told
    lines = lea.client.get(f"{PATH}/{last.number}/rejected-rows.csv")
    assert lines.mimetype == "text/csv"
    head, row = lines.get_data(as_text=True).splitlines()
    assert head == "file,line,column,rule,whole_row"
    assert row.startswith("attendance.csv,22,days_attended,days_attended is more than")
    assert "rejected.csv" in row
    assert "0000000001" not in f"{told}{row}"
    assert "Changed" not in told
    whole = folder_of(lea) / last.number / "rejected.csv"
    assert TOO_MANY in whole.read_text()
    assert stat.S_IMODE(whole.stat().st_mode) == 0o600


def test_a_delivery_is_read_by_the_mapping_that_lies_in_it(lea: Site, delivery: Delivery) -> None:
    (delivery.folder / "visits.csv").rename(delivery.folder / "log.csv")
    (delivery.folder / "ours.toml").write_text('[visits]\nfile = "log.csv"\n')
    send(lea, zipped(delivery))
    last = ended(lea)
    assert last.state == "loaded"
    assert "log.csv" in {outcome["file"] for outcome in last.outcomes}


def test_a_text_export_that_the_mapping_names_is_taken_as_the_loader_takes_it(
    lea: Site, delivery: Delivery
) -> None:
    log = (delivery.folder / "visits.csv").read_text().replace(",", "\t").replace("\n", "\r")
    (delivery.folder / "visits.csv").unlink()
    (delivery.folder / "visit.export.text").write_text(log, newline="")
    (delivery.folder / "ours.toml").write_text(
        '[visits]\nfile = "visit.export.text"\ndelimiter = "\\t"\n'
    )
    send(lea, zipped(delivery))
    last = ended(lea)
    assert last.state == "loaded"
    [log_outcome] = [one for one in last.outcomes if one["file"] == "visit.export.text"]
    assert (log_outcome["read"], log_outcome["rejected"]) == (1, 0)


def test_what_the_loader_cannot_read_is_told_in_its_words(lea: Site, delivery: Delivery) -> None:
    (delivery.folder / "visits.csv").unlink()
    send(lea, zipped(delivery, folder=""))
    last = ended(lea)
    assert last.state == "refused"
    assert "has no visits.csv" in (last.refusal or "")
    assert str(lea.folder) not in panel(lea)


# --- A load under way ------------------------------------------------------------------------


def loader_of(site: Site) -> int:
    """The process of the load, found by where it works; its number."""
    for process in Path("/proc").iterdir():
        try:
            if (
                process.name.isdigit()
                and folder_of(site) in Path(os.readlink(process / "cwd")).parents
            ):
                return int(process.name)
        except OSError:
            continue  # gone meanwhile
    raise AssertionError("no load is running")


def test_a_load_under_way_is_told_of_and_seen_by_every_process(
    lea: Site, delivery: Delivery
) -> None:
    with held_up(delivery):
        send(lea, zipped(delivery))
        until(lambda: "Waiting for another load to end" in panel(lea))
        another = Uploads(UploadSettings())  # as another process of the server has it
        last = another.last()
        assert last is not None
        assert last.state == "running"
        assert os.getpgid(loader_of(lea)) != os.getpgid(0)  # a signal to the server is none to it
        refused = send(lea, zipped(delivery))
        assert (refused.status_code, refused.get_json()["error"]) == (409, BUSY)
    assert ended(lea).state == "loaded"


def test_the_load_knows_no_secret_of_the_dashboard(
    lea: Site, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "known to the dashboard alone")
    with held_up(delivery):
        send(lea, zipped(delivery))
        until(lambda: "Waiting" in panel(lea))
        environment = Path(f"/proc/{loader_of(lea)}/environ").read_text()
        assert "LEAP_DATABASE_URL" in environment
        assert "known to the dashboard alone" not in environment
    ended(lea)


def test_a_load_that_dies_without_a_word_is_told_as_such(lea: Site, delivery: Delivery) -> None:
    before = load_id()
    with held_up(delivery):
        send(lea, zipped(delivery))
        until(lambda: "Waiting" in panel(lea))
        os.kill(loader_of(lea), signal.SIGKILL)
        assert ended(lea).state == "broken off"
    assert "ended without a word" in panel(lea)
    assert load_id() == before
    assert send(lea, zipped(delivery)).status_code == 202  # the claim went with it
    assert ended(lea).state == "loaded"


def press_stop(site: Site) -> None:
    assert site.ask("data-sent.data", 1).status_code in (200, 204)


def test_a_load_under_way_can_be_stopped_and_the_next_one_goes_on(
    lea: Site, delivery: Delivery
) -> None:
    before = load_id()
    with held_up(delivery):
        number = send(lea, zipped(delivery)).get_json()["number"]
        until(lambda: "Waiting" in panel(lea))
        assert '"data-stop":{"hidden":false}' in panel(lea)
        press_stop(lea)
        assert ended(lea).state == "stopped"
        assert "It was stopped, as somebody asked." in panel(lea)
        assert '"data-stop":{"hidden":true}' in panel(lea)
    assert load_id() == before
    records = [(r["who"], r["what"]) for r in read_audit(lea.folder / "audit.log")]
    assert records[-2:] == [("lea", "stopped an upload"), ("lea", "an upload was stopped")]
    assert send(lea, zipped(delivery)).status_code == 202
    assert ended(lea).state == "loaded"
    assert (folder_of(lea) / number / "stop").read_text() == "lea"


def test_nothing_is_stopped_where_no_load_is_under_way(lea: Site) -> None:
    press_stop(lea)
    assert list(folder_of(lea).glob("*/stop")) == []


def bounded(site: Site, **bounds: Any) -> Site:
    site.app.server.extensions[UPLOADS] = Uploads(UploadSettings(**bounds))
    return site


def goes_on(lea: Site, delivery: Delivery) -> bool:
    """Whether the next delivery is loaded as if nothing had been."""
    send(bounded(lea), zipped(delivery))
    return ended(lea).state == "loaded"


def test_a_load_that_takes_too_long_ends_and_the_next_one_goes_on(
    lea: Site, delivery: Delivery
) -> None:
    with held_up(delivery):
        send(bounded(lea, minutes=0.001), zipped(delivery))
        last = ended(lea)
        assert last.state == "refused"
        assert "longer than the 0.001 minutes that a load may take" in (last.refusal or "")
    assert goes_on(lea, delivery)


def test_a_load_that_needs_too_much_memory_ends_and_the_next_one_goes_on(
    lea: Site, delivery: Delivery
) -> None:
    send(bounded(lea, megabytes=100), zipped(delivery))
    last = ended(lea)
    assert last.state == "refused"
    assert "more memory than the 100 MB that a load may take" in (last.refusal or "")
    assert goes_on(lea, delivery)


def test_the_load_of_a_command_line_goes_on_after_a_load_that_was_stopped(
    lea: Site, delivery: Delivery
) -> None:
    with held_up(delivery):
        send(lea, zipped(delivery))
        until(lambda: "Waiting" in panel(lea))
        press_stop(lea)
        ended(lea)
    before = load_id()
    assert delivery.load().refusal is None
    assert load_id() > before


def test_of_several_at_once_one_is_taken(lea: Site, delivery: Delivery) -> None:
    content, statuses = zipped(delivery), []
    lea.client.get("/data")
    uploads = uploads_of(lea)

    def come() -> None:
        try:
            uploads.receive(io.BytesIO(content), "one.zip", len(content), "lea")
            statuses.append(202)
        except UploadRefusedError as error:
            statuses.append(error.status)

    with held_up(delivery):
        coming = [threading.Thread(target=come) for _ in range(4)]
        for one in coming:
            one.start()
        for one in coming:
            one.join()
        assert sorted(statuses) == [202, 409, 409, 409]
    ended(lea)
    assert len([name for name in stored(lea) if name == "upload.json"]) == 1


def test_the_last_twenty_are_kept_and_what_was_broken_off_goes(
    lea: Site, delivery: Delivery
) -> None:
    folder = folder_of(lea)
    for number in range(25):
        place = an_upload(lea, f"20200101T0000{number:02d}-00000000")
        (place / "work" / "delivery").mkdir(parents=True)
        (place / "work" / "delivery" / "students.csv").write_text("Ada")
    (place / "upload.json").unlink()
    old = folder / "arriving-0"
    old.touch()
    os.utime(old, (0, 0))
    assert send(lea, zipped(delivery)).status_code == 202
    last = ended(lea)
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [
        *(f"20200101T0000{number:02d}-00000000" for number in range(5, 24)),
        last.number,
    ]
    assert not old.exists()
    assert not list(folder.rglob("students.csv"))


# --- Who may -------------------------------------------------------------------------------


def navigation(site: Site) -> list[str]:
    """Paths that the head of the page leads to."""
    layout = json.dumps(site.client.get("/_dash-layout").get_json())
    paths = re.findall(r'"href": "(/[^"]*)"', layout)
    assert "/methods" in paths
    return paths


@pytest.mark.parametrize("who", ["cora", "pat"])
def test_other_roles_can_send_nothing_and_get_nothing(
    site: Build, delivery: Delivery, who: str
) -> None:
    here = site()
    delivery.add("attendance", TOO_MANY).load()
    here.sign_in(who)
    assert send(here, Unreadable()).status_code == 403
    assert stored(here) == []
    number = an_upload(here, "20240101T000000-00000000").name
    for path in (LINES, f"{PATH}/{number}/rejected-rows.csv"):
        assert here.client.get(path).status_code == 403
    shown = here.ask("data-state.children", None).get_json()["response"]
    assert "For leadership" in json.dumps(shown.pop("data-state"))
    assert {value for part in shown.values() for value in part.values()} == {None, True}
    offered = here.ask("..data-offer", True).get_json()["response"]
    assert offered == {"data-offer": {"children": None}, "data-uploads": {"hidden": True}}
    followed = here.ask("data-upload-state", None, None, None).get_json()["response"]
    assert followed["data-upload-state"] == {"children": None}
    assert followed["data-stop"] == {"hidden": True}
    assert "/data" not in navigation(here)


@pytest.mark.parametrize("who", ["lea", "lou"])
def test_leadership_has_the_page_in_the_navigation_and_the_lines(
    site: Build, delivery: Delivery, who: str
) -> None:
    here = site()
    here.sign_in(who)
    assert "/data" in navigation(here)
    delivery.add("attendance", TOO_MANY, OF_NOBODY).load()
    rejected = here.client.get(LINES).get_data(as_text=True)
    assert "attendance.csv,22,days_attended," in rejected
    assert "attendance.csv,23" not in rejected  # whether the database knows a number is not told
    assert "0000000001" not in rejected
    exported = [r for r in read_audit(here.folder / "audit.log") if r["what"] == "exported"]
    assert [record["file"] for record in exported] == ["rejected-rows.csv"]


def test_leadership_without_the_right_sees_how_a_load_goes_and_begins_and_ends_none(
    site: Build, delivery: Delivery
) -> None:
    here = site()
    here.sign_in("lou")
    assert "a right of its own" in offer(here)
    assert "Choose a zip file" not in offer(here)
    assert send(here, Unreadable()).status_code == 403
    assert stored(here) == []
    uploads = uploads_of(here)
    with held_up(delivery):
        content = zipped(delivery)
        uploads.receive(io.BytesIO(content), "one.zip", len(content), "lea")
        until(lambda: "Waiting for another load to end" in panel(here))
        assert '"data-stop":{"hidden":true}' in panel(here)
        press_stop(here)
        assert list(folder_of(here).glob("*/stop")) == []
    assert ended(here).state == "loaded"


@pytest.mark.parametrize("who", ["cora", "pat"])
def test_the_right_is_not_of_a_role_and_shows_the_load_alone(
    site: Build, delivery: Delivery, who: str
) -> None:
    here = site()
    Users(here.folder / "users.json").change(who, uploads=True)
    here.sign_in(who)
    assert "/data" in navigation(here)
    assert "Choose a zip file" in offer(here)
    assert send(here, zipped(delivery.add("attendance", TOO_MANY))).status_code == 202
    number = ended(here).number
    assert "Refused" in panel(here)
    lines = here.client.get(f"{PATH}/{number}/rejected-rows.csv")
    assert "attendance.csv,22,days_attended" in lines.get_data(as_text=True)
    shown = here.ask("data-state.children", None).get_json()["response"]
    assert {value for part in shown.values() for value in part.values()} == {None, True}
    assert here.client.get(LINES).status_code == 403


def test_who_loses_the_right_can_send_nothing_more(lea: Site) -> None:
    Users(lea.folder / "users.json").change("lea", uploads=False)
    lea.sign_in("lea")
    assert send(lea, Unreadable()).status_code == 403


def test_signed_out_nothing_is_taken_and_nothing_given(site: Build) -> None:
    here = site()
    here.client.get("/sign-in")
    assert send(here, Unreadable()).status_code == 401
    assert stored(here) == []
    number = an_upload(here, "20240101T000000-00000000").name
    for path in (LINES, f"{PATH}/{number}/rejected-rows.csv"):
        assert here.client.get(path).status_code == 302
    for output, values in (("data-state.children", [None]), ("..data-offer", [True])):
        assert here.ask(output, *values).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"X-CSRFToken": "x"}])
def test_without_the_sessions_token_nothing_is_taken(lea: Site, headers: dict[str, str]) -> None:
    assert send(lea, Unreadable(), headers=headers).status_code == 400
    assert stored(lea) == []


def test_what_was_sent_by_whom_is_recorded(lea: Site, delivery: Delivery) -> None:
    content = zipped(delivery)
    number = send(lea, content).get_json()["number"]
    ended(lea)
    send(lea, b"no zip file", query_string={"name": "x" * 500})
    *_, taken, loaded, _sending, refused = read_audit(lea.folder / "audit.log")
    assert (loaded["who"], loaded["what"], loaded["upload"]) == (
        "lea",
        "an upload was loaded",
        number,
    )
    assert taken.pop("when")
    assert taken == {
        "who": "lea",
        "what": "uploaded",
        "upload": number,
        "file": "October.zip",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert (refused["who"], refused["what"]) == ("lea", "was refused an upload")
    assert refused["file"] == "x" * 500


# --- What is not taken -----------------------------------------------------------------------


class Unreadable(io.RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: Any) -> int:
        raise AssertionError("the body was read")


class Endless(io.RawIOBase):
    """A body without an end; counts what is read of it."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.given += len(buffer)
        return len(buffer)


def small(site: Site) -> Site:
    """At most a megabyte, two unpacked."""
    limits = Limits(zipped=MEGABYTE, unpacked=2 * MEGABYTE)
    site.app.server.extensions[UPLOADS] = Uploads(UploadSettings(limits=limits))
    return site


def test_what_says_that_it_is_too_large_is_not_read(lea: Site) -> None:
    answer = send(small(lea), Unreadable())
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.get_json()["error"]
    assert stored(lea) == []


def test_what_does_not_say_so_is_read_to_the_limit(lea: Site) -> None:
    endless = Endless()
    unsaid = {"wsgi.input": endless, "wsgi.input_terminated": True}
    answer = send(small(lea), endless, environ_overrides=unsaid)
    assert answer.status_code == 413
    assert endless.given <= 2 * MEGABYTE
    assert stored(lea) == []


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", ""])
def test_only_a_zip_file_may_be_larger_than_other_requests(lea: Site, kind: str) -> None:
    assert send(lea, Unreadable(), content_type=kind).status_code == 413
    assert send(lea, b"small", content_type=kind).status_code == 415
    assert stored(lea) == []


BOMB = io.BytesIO()
with zipfile.ZipFile(BOMB, "w", zipfile.ZIP_DEFLATED) as _archive:
    _archive.writestr("visits.csv", bytes(20 * MEGABYTE))


def of_names(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a zip file"),
        (b"<script>", "not a zip file"),
        (of_names("../../leap.duckdb"), "leads elsewhere"),
        (of_names("/etc/passwd"), "leads elsewhere"),
        (of_names("<img src=x>.exe"), "no part of a delivery"),
        (BOMB.getvalue(), "unpack to more than 2 MB"),
    ],
)
def test_what_is_no_delivery_is_refused_and_leaves_nothing(
    lea: Site, content: bytes, words: str
) -> None:
    answer = send(small(lea), content)
    assert answer.status_code == 400
    assert answer.mimetype == "application/json"
    assert words in answer.get_json()["error"]
    assert stored(lea) == []


@pytest.mark.parametrize(
    "number",
    [
        "20240101T000000-00000000",
        "..%2f..%2fusers.json",
        "../../users.json",
        "%2e%2e",
        "20240101T000000-0000000g",
    ],
)
def test_an_upload_that_is_none_is_not_found(lea: Site, number: str) -> None:
    assert lea.client.get(f"{PATH}/{number}/rejected-rows.csv").status_code == 404


def test_a_full_disk_is_told_in_words(lea: Site, delivery: Delivery) -> None:
    folder_of(lea).mkdir()
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no disk here that is always full")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("intake.uploads.secrets.token_hex", lambda _length: "full")
        (folder_of(lea) / "arriving-full").symlink_to(full)
        answer = send(lea, zipped(delivery))
    assert answer.status_code == 507
    assert "It could not be stored" in answer.get_json()["error"]


# --- Where it is offered ---------------------------------------------------------------------


def offer(site: Site) -> str:
    return site.ask("..data-offer", True).get_data(as_text=True)


def test_uploads_can_be_switched_off(site: Build, delivery: Delivery) -> None:
    here = site(f"{SETTINGS}\n[uploads]\nenabled = false\n")
    here.sign_in("lea")
    assert "switched off" in offer(here)
    assert send(here, zipped(delivery)).status_code == 409
    assert stored(here) == []


def test_settings_name_folder_and_mapping(site: Build, delivery: Delivery) -> None:
    (delivery.folder.parent / "ours.toml").write_text('[visits]\nfile = "log.csv"\n')
    uploads = '[uploads]\nfolder = "inbox"\nmapping = "ours.toml"\n'
    here = site(f"{SETTINGS}\n{uploads}")
    here.sign_in("lea")
    (delivery.folder / "visits.csv").rename(delivery.folder / "log.csv")
    send(here, zipped(delivery))
    until(lambda: (last := uploads_of(here).last()) is not None and last.state == "loaded")
    assert (here.folder / "inbox").is_dir()
    assert not folder_of(here).exists()


def test_in_the_demonstration_leadership_uploads_and_real_students_stay_out(
    site: Build, delivery: Delivery
) -> None:
    here = site(None)
    assert "Choose a zip file" in offer(here)
    (delivery.folder / "DEMONSTRATION").unlink()
    send(here, zipped(delivery))
    last = ended(here)
    assert last.state == "refused"
    assert "They never mix" in (last.refusal or "")
    (delivery.folder / "DEMONSTRATION").touch()
    send(here, zipped(delivery))
    assert ended(here).state == "loaded"
    here.client.post("/role", data={"role": "presenter", "csrf_token": here.token()})
    assert send(here, zipped(delivery)).status_code == 403


@pytest.fixture
def server(tmp_path: Path, run_folder: Path) -> Iterator[Database]:
    with database_on("postgresql", tmp_path, run_folder) as database:
        yield database


def test_on_a_server_the_load_is_the_loaders_and_needs_its_address(
    server: Database, site: Build, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAP_DATABASE_URL", server.reader_url)
    delivery.url = server.loader_url
    here = site()
    here.sign_in("lea")
    assert "database_url_file" in offer(here)
    assert send(here, zipped(delivery)).status_code == 409
    before = load_id()
    uploads = UploadSettings(folder=folder_of(here), database_url=server.loader_url)
    here.app.server.extensions[UPLOADS] = Uploads(uploads)
    assert "Choose a zip file" in offer(here)
    send(here, zipped(delivery))
    assert ended(here).state == "loaded"
    assert load_id() > before
    assert server.loader_url not in repr(uploads)
