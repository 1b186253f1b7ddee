"""The program that is attacked, made once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacker.knowledge import Load, read_loads
from tests.attacker.program import load_twice
from tests.conftest import once_a_run


@pytest.fixture(scope="session")
def loads(run_folder: Path) -> list[Load]:
    """What is true of the program before and after a load."""
    made = once_a_run(run_folder, "attacked", lambda: load_twice(run_folder / "attacked"))
    return read_loads(made.both)
