"""Files that hold rows of students: for their owner alone, and never written through a link.

Whoever may put files into a folder of deliveries may put a link there under the name that the
loader writes: what it leads to is then none of the loader's business.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_OWNER_ALONE = 0o077


@contextmanager
def written(file: Path) -> Iterator[IO[str]]:
    """A new file, which takes the place of ``file`` when it is whole; a link there is replaced."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as new:
            yield new
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def owner_alone() -> Iterator[None]:
    """Nobody else can read what this process creates meanwhile."""
    before = os.umask(_OWNER_ALONE)
    try:
        yield
    finally:
        os.umask(before)
