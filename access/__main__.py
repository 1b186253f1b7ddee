"""People and the audit log: ``python -m access add | change | disable | enable | list | audit``.

The files are those of LEAP_SETTINGS. Passwords are asked for, or read from standard input.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from pathlib import Path

from access.audit import AuditError, AuditLog, read_audit
from access.settings import ROLES, Settings, SettingsError, read_settings
from access.users import UserError, Users

DONE, REFUSED = 0, 1


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 when refused, 2 for wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        done: int = options.command(settings, options)
    except (SettingsError, UserError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m access", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, words in (
        ("add", _add, "add a person"),
        ("change", _change, "change role, districts or (with --password) the password"),
        ("disable", _disable, "end a person's sessions and let them in no more"),
        ("enable", _enable, "let a person in again"),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("name")
        one.set_defaults(command=command)
        if name in ("add", "change"):
            one.add_argument("--role", choices=ROLES, required=name == "add")
            one.add_argument(
                "--district", action="append", metavar="CODE", help="a coordinator's; repeatable"
            )
            one.add_argument(
                "--uploads",
                action=argparse.BooleanOptionalAction,
                help="may load deliveries from the page, whatever the role",
            )
        if name == "change":
            one.add_argument("--password", action="store_true", help="ask for a new one")
    everyone = commands.add_parser("list", help="everyone who can sign in with a password")
    everyone.set_defaults(command=_list)
    log = commands.add_parser("audit", help="what was recorded, oldest first")
    log.add_argument("--who", help="of one person alone")
    log.add_argument("--since", metavar="DAY", default="", help="from a day on, such as 2024-09-01")
    log.set_defaults(command=_audit)
    return parser


def _users(settings: Settings) -> Users:
    if settings.users_file is None:
        raise UserError("no users file is set: name it as users_file in LEAP_SETTINGS")
    return Users(settings.users_file)


def _recorded(settings: Settings, what: str, name: str, uploads: bool | None = None) -> int:
    """Write into the audit log what was done, and whether the right to upload came or went."""
    right = {} if uploads is None else {"uploads": uploads}
    who = f"{getpass.getuser()} (command line)"
    sys.stdout.write(f"{name}: {what}\n")
    try:
        AuditLog(settings.audit_log).record(who, what, whom=name, **right)
    except AuditError:
        sys.stderr.write(f"{settings.audit_log} cannot be written: this was done unrecorded\n")
        return REFUSED
    return DONE


def _add(settings: Settings, options: argparse.Namespace) -> int:
    districts = tuple(options.district or ())
    _users(settings).add(
        options.name, options.role, districts, _password(), uploads=bool(options.uploads)
    )
    return _recorded(settings, "added", options.name, options.uploads)


def _change(settings: Settings, options: argparse.Namespace) -> int:
    districts = tuple(options.district) if options.district else None
    password = _password() if options.password else None
    _users(settings).change(
        options.name, options.role, districts, password, uploads=options.uploads
    )
    return _recorded(settings, "changed", options.name, options.uploads)


def _disable(settings: Settings, options: argparse.Namespace) -> int:
    _users(settings).change(options.name, enabled=False)
    return _recorded(settings, "disabled", options.name)


def _enable(settings: Settings, options: argparse.Namespace) -> int:
    _users(settings).change(options.name, enabled=True)
    return _recorded(settings, "enabled", options.name)


def _list(settings: Settings, _options: argparse.Namespace) -> int:
    for user in _users(settings).all():
        state = "" if user.enabled else "disabled"
        right = "uploads" if user.uploads else ""
        sys.stdout.write(
            f"{user.name:30}{user.role:14}{' '.join(user.districts):30}{right:10}{state}\n"
        )
    return DONE


def _audit(settings: Settings, options: argparse.Namespace) -> int:
    for record in read_audit(settings.audit_log or Path()):
        if record["when"] >= options.since and options.who in (None, record["who"]):
            sys.stdout.write(f"{json.dumps(record)}\n")
    return DONE


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Once more: "):
        raise UserError("the two passwords differ")
    return password


if __name__ == "__main__":
    sys.exit(main())
