"""A PostgreSQL server of the tests' own, with the roles that the deployment has."""

from __future__ import annotations

import os
import pickle
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from benchmarks.ports import free_port

ROLES = Path(__file__).parents[1] / "deploy" / "postgresql.sql"

NOTE = "postgresql.pickle"

_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


@dataclass(frozen=True)
class Server:
    """A running server; its databases have the roles leap_loader and leap_reader."""

    folder: Path
    port: int

    def url(self, role: str, database: str) -> str:
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def make_database(self, name: str) -> None:
        """An empty database that only the two roles may use."""
        self.run("createdb", name)
        roles = ROLES.read_text().replace("CREATE ROLE", "-- CREATE ROLE")
        self.run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", name, script=roles)

    def run(self, program: str, *arguments: str, script: str = "") -> str:
        """Run a client program as the server's superuser; gives what it prints."""
        address = ("--host", str(self.folder), "--port", str(self.port))
        return _run(program, *address, *arguments, script=script)

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
        options = f"-p {self.port} -k {self.folder} {options}"
        log = self.folder / "log"
        _run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{log}", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        _run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", how, "stop")


def shared_server(run_folder: Path) -> Server:
    """The one server of a test run, started by whoever asks first."""
    note = run_folder / NOTE
    with FileLock(f"{note}.lock"):
        if not note.exists():
            note.write_bytes(pickle.dumps(new_server()))
    found: Server = pickle.loads(note.read_bytes())  # noqa: S301 written by the line above
    return found


def stop_shared_server(run_folder: Path) -> None:
    """Stop it, where anybody asked for it."""
    note = run_folder / NOTE
    if note.exists():
        remove(pickle.loads(note.read_bytes()))  # noqa: S301 written above


def new_server() -> Server:
    """A server on a free port, in a folder that its account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="leap-postgresql-"))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    _run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "postgres", "--no-sync")
    server = Server(folder, free_port())
    server.start()
    server.run("psql", "--quiet", "postgres", script=ROLES.read_text())
    return server


def remove(server: Server) -> None:
    server.stop("immediate")
    shutil.rmtree(server.folder, ignore_errors=True)


def _run(program: str, *arguments: str, script: str = "") -> str:
    command = [_path_of(program), *arguments]
    if os.geteuid() == 0:  # the server refuses to run as root
        command = ["runuser", "-u", "postgres", "--", *command]
    environment = os.environ | {"PGUSER": "postgres"}
    done = subprocess.run(
        command, input=script, capture_output=True, text=True, env=environment, cwd="/", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _path_of(program: str) -> str:
    """Debian keeps the server's programs by version, out of the path."""
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(versions[-1]) if versions else program
