"""Time of every file of a deck, against one slide drawn as an image in the same run; memory.

python -m benchmarks.exports               # over LEAP_DATABASE_URL
python -m benchmarks.exports --rounds 9
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from components.deck import Deck, Export, finished
from exports.deck import Choice, current_deck
from exports.drawing import picture
from exports.figures_file import csv_files, workbook
from exports.powerpoint import powerpoint
from exports.printed import handout, slides_pdf
from queries.database import snapshot
from queries.filters import Filters
from queries.viewer import Viewer

FILES: Mapping[str, Callable[[Deck, str], Export]] = {
    "PowerPoint": powerpoint,
    "PDF": slides_pdf,
    "handout": handout,
    "Excel": workbook,
    "CSV": csv_files,
}
LINK = "https://leap.example.org/present"


def main() -> None:
    """Print times in milliseconds, ratios to one slide's image, and the memory they added."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with snapshot() as data:
        deck = current_deck(data, Viewer("presenter", threshold=20), Choice(Filters()))
    assert deck is not None
    before = _resident()
    lines = next(slide for slide in deck.slides if slide.key == "lines")
    alone = replace(deck, slides=(lines,))
    times: dict[str, list[float]] = {"one slide as PNG": [], **{name: [] for name in FILES}}
    for _round in range(rounds + 1):
        times["one slide as PNG"].append(_timed(lambda: picture(lines, alone, "png")))
        for name, make in FILES.items():
            times[name].append(_timed(lambda make=make: finished(make(deck, LINK))))
    unit = statistics.median(times["one slide as PNG"][1:])
    print(f"{len(deck.slides)} slides{'median':>22}{'of one PNG':>14}")
    for name, taken in times.items():
        median = statistics.median(taken[1:])
        print(f"{name:20}{median:>8.0f}ms{median / unit:>14.2f}")
    print(f"memory before {before:.0f} MB, added by all rounds {_resident() - before:.0f} MB")


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - start)


def _resident() -> float:
    """Megabytes of this process in memory."""
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
