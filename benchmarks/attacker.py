"""The whole attack on small numbers: everything asked, every student solved for.

    python -m benchmarks.attacker                               # all roles, some 40 minutes
    python -m benchmarks.attacker --role presenter --part 3/8 --resume FOLDER
    python -m benchmarks.attacker --share 1 --resume FOLDER     # a night

Every selection by one or two dimensions is asked for, and a share of those by three and of
thousands of deeper ones, on screen and for files, of two loads.

A part's answers are kept in a file of FOLDER and are not asked for again; when all parts of a role
are there, it prints how many questions were asked, how many figures they gave, and the tightest
bound of every secret, for whom and what is true. ``tests/attacker`` plays a sample of it.
"""

from __future__ import annotations

import argparse
import pickle
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp

from queries.filters import View
from tests.attacker import questions
from tests.attacker.attack import Attacker
from tests.attacker.equations import Told
from tests.attacker.knowledge import ROLES, Load, read_loads
from tests.attacker.program import Loads, load_twice
from tests.attacker.solve import Bound
from tests.attacker.telling import Rules

PARTS, PROCESSES = 8, 2
AT_RANDOM, SEED = 3_000, 20


def main() -> None:
    """Ask what is not asked yet, and solve for the roles of which all is there."""
    given = _arguments()
    folder = given.resume or Path(mkdtemp())
    loads = _program(folder)
    parts = [given.part] if given.part else range(1, given.parts + 1)
    wanted = [(role, part) for role in given.roles for part in parts]
    ask = partial(_ask, folder, loads, given.parts, given.share)
    # A process that has asked DuckDB cannot be forked.
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as processes:
        for said in processes.map(ask, wanted):
            print(said, flush=True)
        for role in given.roles:
            files = [_file(folder, role, part, given.parts) for part in range(1, given.parts + 1)]
            if all(file.exists() for file in files):
                _solve(processes, role, files)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--role", dest="roles", action="append", choices=ROLES)
    parser.add_argument("--part", type=_part, help="K/N: part K of N alone")
    parser.add_argument("--resume", type=Path, metavar="FOLDER", help="where answers are kept")
    parser.add_argument("--share", type=float, default=0.03, help="of three dimensions and more")
    given = parser.parse_args()
    given.roles = given.roles or list(ROLES)
    given.part, given.parts = given.part or (None, PARTS)
    return given


def _part(text: str) -> tuple[int, int]:
    part, parts = map(int, text.split("/"))
    return part, parts


def _program(folder: Path) -> list[Load]:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "loads.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(load_twice(folder)))
    loads: Loads = pickle.loads(kept.read_bytes())  # noqa: S301 written by the line above
    return read_loads(loads.both)


def _file(folder: Path, role: str, part: int, parts: int) -> Path:
    return folder / f"{role}-{part}-of-{parts}.pickle"


def _ask(
    folder: Path, loads: Sequence[Load], parts: int, share: float, wanted: tuple[str, int]
) -> str:
    role, part = wanted
    kept = _file(folder, role, part, parts)
    if kept.exists():
        return f"{role}, part {part}: kept"
    start = time.process_time()
    asked = _views(loads[-1], role, share)[part - 1 :: parts]
    told = Attacker(ROLES[role], Rules()).ask(loads, asked)
    kept.write_bytes(pickle.dumps(told))
    seconds = time.process_time() - start
    return f"{role}, part {part}: {told.asked} questions, {told.figures} figures, {seconds:.0f} s"


def _views(load: Load, role: str, share: float) -> list[View]:
    """The same for every part, in an order that mixes easy and hard questions."""
    sets = questions.options(load)
    shallow = questions.worth_asking(questions.up_to(2, sets), load, ROLES[role])
    every = [*questions.up_to(3, sets), *questions.at_random(AT_RANDOM, sets, SEED)]
    deep = list(set(questions.worth_asking(every, load, ROLES[role])) - set(shallow))
    rng = random.Random(SEED)  # noqa: S311 no secret
    asked = shallow + rng.sample(sorted(deep, key=str), round(share * len(deep)))
    rng.shuffle(asked)
    return list(questions.views(asked))


def _solve(processes: ProcessPoolExecutor, role: str, files: Sequence[Path]) -> None:
    told = _together([pickle.loads(file.read_bytes()) for file in files])  # noqa: S301 our own
    print(f"\n{role}: {told.asked} questions, {told.figures} figures")
    for bound in processes.map(
        partial(Attacker(ROLES[role], Rules()).tightest, told), told.secrets
    ):
        if bound is not None:
            print(_said(told, bound), flush=True)


def _together(parts: Sequence[Told]) -> Told:
    first, *others = parts
    for other in others:
        first.merge(other)
    return first


def _said(told: Told, bound: Bound) -> str:
    secret = told.secrets[bound.secret]
    is_narrow = bound.width < secret.truth.allowed - 1e-4
    return (
        f"  {bound.secret:<24} {bound.low:.1f} to {bound.high:.1f}, truth {bound.truth:.1f} "
        f"({bound.value or 'student'} {told.student(bound.student)}, {len(secret.rows)} figures)"
        f"{': TOO NARROW' if is_narrow else ''}"
    )


if __name__ == "__main__":
    main()
