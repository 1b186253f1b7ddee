"""Files for containers and systemd name what is there in the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from access.settings import read_settings
from operations import UNATTENDED
from operations.health import HEALTH
from operations.metrics import METRICS
from reporting.__main__ import main
from tests.operations.conftest import gunicorn_settings
from tests.test_documentation import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
FILES = [path for path in sorted(DEPLOY.iterdir()) if path.is_file()]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
PROGRAM = {*TOOLS["importlinter"]["root_packages"], "assets", "app.py", "gunicorn.conf.py"}


def text(name: str) -> str:
    return (DEPLOY / name).read_text()


def compose() -> dict[str, Any]:
    return yaml.safe_load(text("compose.yaml"))


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), flags=re.MULTILINE)


def seconds(words: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(s|m|min|h)?", words).groups()
    return int(number) * {"m": 60, "min": 60, "h": 3600}.get(unit, 1)


def known_settings() -> set[str]:
    """Every setting that the program reads."""
    rooms = [ROOT / name for name in TOOLS["importlinter"]["root_packages"]]
    modules = [ROOT / "gunicorn.conf.py", *(path for room in rooms for path in room.rglob("*.py"))]
    return {
        name
        for module in modules
        for name in re.findall(r'"((?:LEAP|PROMETHEUS)_[A-Z_]+)"', module.read_text())
    }


@pytest.mark.parametrize("file", [*FILES, ROOT / "docs/serving.md"], ids=lambda path: path.name)
def test_every_setting_named_is_one_that_the_program_reads(file: Path) -> None:
    named = re.findall(r"\b(?:LEAP|PROMETHEUS)_[A-Z_]+[A-Z]\b", file.read_text())
    assert set(named) <= known_settings()


def test_the_image_holds_every_room_and_nothing_else() -> None:
    sources = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", text("Dockerfile"), flags=re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert all((ROOT / source).exists() for source in sources)
    assert set(sources) == {*PROGRAM, "requirements.txt", "deploy/secrets_to_variables.sh"}
    allowed = text("Dockerfile.dockerignore").splitlines()
    assert {line[1:] for line in allowed if line.startswith("!")} == set(sources)
    assert "*" in allowed


def test_the_image_is_of_the_python_that_the_project_is_checked_with() -> None:
    versions = set(re.findall(r"^FROM python:(\d+\.\d+)-slim", text("Dockerfile"), re.MULTILINE))
    assert versions == {TOOLS["mypy"]["python_version"]}


def test_the_image_is_asked_for_its_health_where_the_program_answers() -> None:
    port = re.search(r"EXPOSE (\d+)", text("Dockerfile"))[1]
    assert f"LEAP_ADDRESS=0.0.0.0:{port}" in text("Dockerfile")
    assert f"http://127.0.0.1:{port}/healthz" in text("Dockerfile")
    assert f"app:{port}" in text("compose.yaml")
    assert "/healthz" in open_paths()


def open_paths() -> set[str]:
    """What answers without signing in."""
    server = Flask("probes")
    server.register_blueprint(HEALTH)
    server.register_blueprint(METRICS)
    return {rule.rule for rule in server.url_map.iter_rules() if rule.endpoint in UNATTENDED}


def test_the_proxy_shows_no_probe_and_no_metrics_to_the_world() -> None:
    [hidden] = re.findall(r"@inside path (.*)", text("Caddyfile"))
    assert set(hidden.split()) == open_paths()


def test_the_proxy_takes_forms_in_whole_whichever_caddy_it_is() -> None:
    assert "{$SITE_BUFFERS:buffer_requests}" in text("Caddyfile")  # of before 2.7, as Debian has it
    assert "image: caddy:2\n" in text("compose.yaml")
    assert "SITE_BUFFERS: request_buffers " in text("compose.yaml")


def test_a_reload_takes_new_code_because_what_starts_the_workers_knows_none() -> None:
    imported = re.findall(
        r"^\s*(?:import|from) (\w+)", (ROOT / "gunicorn.conf.py").read_text(), re.M
    )
    assert imported
    assert not PROGRAM & {*imported, *(f"{name}.py" for name in imported)}


def test_each_stops_later_than_what_it_waits_for() -> None:
    settings = gunicorn_settings()
    [unit] = values(DEPLOY / "leap.service", "TimeoutStopSec")
    assert seconds(unit) > settings["graceful_timeout"]
    container = compose()["services"]["app"]["stop_grace_period"]
    assert seconds(container) > settings["graceful_timeout"]
    [proxy] = re.findall(r"keepalive (\w+)", text("Caddyfile"))
    assert seconds(proxy) < settings["keepalive"]


def test_the_services_sign_in_to_the_database_with_the_least_they_need() -> None:
    services = compose()["services"]
    roles = {
        name: re.search(r"//(\w+)@database/", services[name]["environment"]["LEAP_DATABASE_URL"])[1]
        for name in ("app", "load")
    }
    assert roles == {"app": "leap_reader", "load": "leap_loader"}
    for role in roles.values():
        assert f"CREATE ROLE {role} LOGIN" in text("postgresql.sql")
        assert f"/run/secrets/{role}`" in text("passwords.sql")
        assert role in compose()["secrets"]
        assert role in services["database"]["secrets"]


def test_no_secret_is_written_in_the_files() -> None:
    for service in compose()["services"].values():
        for secret in service.get("secrets", ()):
            assert (secret["source"] if isinstance(secret, dict) else secret) in compose()[
                "secrets"
            ]
        for name, value in service["environment"].items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/")
    assert all(secret.keys() == {"file"} for secret in compose()["secrets"].values())
    targets = {
        secret["target"]
        for name in ("app", "load")
        for secret in compose()["services"][name]["secrets"]
    }
    assert targets - {"PGPASSWORD"} <= known_settings()


def test_what_compose_mounts_is_there() -> None:
    volumes = [
        volume.split(":")[0]
        for service in compose()["services"].values()
        for volume in service["volumes"]
    ]
    beside = [name for name in volumes if name.startswith("./")]
    assert len(beside) == 4
    assert all((DEPLOY / name).is_file() for name in beside)
    named = [name for name in volumes if re.fullmatch(r"\w+", name)]
    assert set(named) == set(compose()["volumes"])


def test_containers_are_read_only_and_cannot_gain_rights() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_the_settings_file_can_be_used() -> None:
    settings = read_settings(
        {"LEAP_SETTINGS": str(DEPLOY / "leap.toml"), "LEAP_SECRET_KEY": "k" * 32}
    )
    assert settings.tls
    assert settings.trusted_proxies == 1
    written = [str(settings.users_file), str(settings.audit_log)]
    assert all(path.startswith("/var/lib/leap/") for path in written)
    assert "state:/var/lib/leap" in compose()["services"]["app"]["volumes"]
    assert values(DEPLOY / "leap.service", "StateDirectory") == ["leap"]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_command_exists(file: Path) -> None:
    written = file.read_text().replace(", ", " ").replace('"', "")
    for command in re.findall(r"-m reporting (\w+)", written):
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
    for served in re.findall(r"gunicorn(?: --check-config)? ([\w:.]+)\b", written):
        assert served == "app:server"


def test_units_name_the_same_places() -> None:
    services = [unit for unit in UNITS if unit.suffix == ".service"]
    for key in ("User", "Documentation"):
        assert len({tuple(values(unit, key)) for unit in services}) == 1
    [url] = {one for unit in services for one in values(unit, "Environment") if "URL" in one}
    [state] = values(DEPLOY / "leap-load.service", "StateDirectory")
    assert f"/var/lib/{state}/" in url
    [folder] = values(DEPLOY / "leap-load.service", "ReadWritePaths")
    [load] = values(DEPLOY / "leap-load.service", "ExecStart")
    assert load.endswith(f"-m reporting load {folder}")
    [page] = {*values(services[0], "Documentation")}
    assert (ROOT / page.removeprefix("file:///opt/leap/")).is_file()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_say_what_systemd_understands(unit: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here to ask")
    for each in UNITS:
        runnable = each.read_text().replace("/opt/leap/.venv/bin/", "/usr/bin/env ")
        (tmp_path / each.name).write_text(runnable)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_secret_that_cannot_be_read_is_told_and_nothing_starts() -> None:
    nobody = {"user": "nobody"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "LEAP_SECRET_KEY").touch(0)
        script = text("secrets_to_variables.sh").replace("/run/secrets", name)
        done = subprocess.run(
            ["sh", "-c", script, "sh", "echo", "started"],
            capture_output=True,
            text=True,
            cwd="/",
            **nobody,
        )
    assert done.returncode == 1
    assert "LEAP_SECRET_KEY is not readable" in done.stderr
    assert done.stdout == ""


def test_secrets_become_variables_for_the_program_alone(tmp_path: Path) -> None:
    secret = tmp_path / "LEAP_SECRET_KEY"
    secret.write_text("one two'three\n")
    script = text("secrets_to_variables.sh").replace("/run/secrets", str(tmp_path))
    told = "import json, os; print(json.dumps(dict(os.environ)))"
    done = subprocess.run(
        ["sh", "-c", script, "sh", sys.executable, "-c", told],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["LEAP_SECRET_KEY"] == "one two'three"
