"""Targets: the settings file, and the rule that says where each stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from queries import targets
from queries.database import Snapshot, snapshot
from queries.targets import Target, TargetsError, check_targets, progress, read_targets
from queries.viewer import Viewer
from tests.conftest import Delivery

GOOD = '[[target]]\ndistrict = "0640011"\nmeasure = "attendance"\nvalue = 90.5\nby = 2025-06-30\n'


def read(tmp_path: Path, text: str) -> tuple[Target, ...]:
    file = tmp_path / "targets.toml"
    file.write_text(text, encoding="utf-8")
    return read_targets({"LEAP_TARGETS": str(file)})


def test_no_file_means_no_targets(tmp_path: Path) -> None:
    assert read_targets({}) == ()
    with pytest.raises(TargetsError, match="cannot be read"):
        read_targets({"LEAP_TARGETS": str(tmp_path / "nothing.toml")})


def test_a_target_of_a_district_and_one_of_all(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD + '[[target]]\nmeasure = "served"\nvalue = 9500\nby = 2024-12-31\n')
    assert found[0] == Target("0640011", "attendance", 90.5, date(2025, 6, 30))
    assert found[1] == Target("all", "served", 9500.0, date(2024, 12, 31))


@pytest.mark.parametrize(
    ("was", "becomes", "words"),
    [
        ('"attendance"', '"happiness"', "target 1: measure is not one of attendance, chronic"),
        ("90.5", "0.905", "value is not a percentage"),
        ("90.5", "true", "value is not a number"),
        ("90.5", "120", "value is not a percentage"),
        ("2025-06-30", '"June"', "by is not a day"),
        ('"0640011"', "640011", "district is not text"),
        ("by =", "until =", "only by, district, measure, value are known"),
        ("[[target]]", "[targets]", "something else than"),
        ("value = 90.5", "value = ", "not valid TOML"),
    ],
)
def test_a_wrong_target_is_named(tmp_path: Path, was: str, becomes: str, words: str) -> None:
    with pytest.raises(TargetsError, match=words):
        read(tmp_path, GOOD.replace(was, becomes))


MONTHS = [f"{2021 + (m + 8) // 12 + y}-{(m + 8) % 12 + 1:02d}" for y in range(3) for m in range(10)]


@pytest.fixture
def stands(monkeypatch: pytest.MonkeyPatch, delivery: Delivery):
    delivery.load()

    def ask(measure: str, value: float, by: date, values: list[float]) -> targets.Progress:
        frame = pd.DataFrame({"month": MONTHS[: len(values)], "value": values})
        frame["school_year"] = frame["month"].map(targets.school_year_of)
        monkeypatch.setattr(targets, "measured", lambda *_: frame)
        with snapshot() as data:
            return progress(data, Viewer("leadership"), Target("0640011", measure, value, by))

    return ask


# Two whole years, September to June, and the third up to January.
YEARS = [92.0, 91.5, 91, 90.5, 90.3, 90.2, 90.1, 90.1, 90.0, 90.0]
BETTER = [value + 1 for value in YEARS]


def test_months_are_those_of_three_school_years() -> None:
    assert MONTHS[0] == "2021-09"
    assert MONTHS[9:11] == ["2022-06", "2022-09"]
    assert MONTHS[-1] == "2024-06"


def test_on_track_where_twelve_months_brought_what_a_year_must_bring(stands) -> None:
    now = [*YEARS, *BETTER, *(value + 2 for value in YEARS[:5])]
    # June 2023 stood at 91: one point to 92 by June 2024; January gained 1.0 on January before.
    on_track = stands("attendance", 92.0, date(2024, 6, 30), now)
    assert (on_track.state, on_track.gained, on_track.needed) == ("on track", 1.0, 1.0)
    assert stands("attendance", 92.5, date(2024, 6, 30), now).state == "behind"
    # Two years ahead the way is spread over the years since the last June.
    further = stands("attendance", 93.0, date(2025, 6, 30), now)
    assert (further.state, further.needed) == ("on track", 1.0)


def test_fewer_chronically_absent_is_better(stands) -> None:
    falling = [*([30.0] * 10), *([28.0] * 10), *([26.0] * 5)]
    assert stands("chronic", 26.0, date(2024, 6, 30), falling).state == "on track"
    assert stands("chronic", 25.0, date(2024, 6, 30), falling).state == "behind"
    assert stands("chronic", 28.0, date(2023, 6, 30), falling).state == "met"
    assert stands("chronic", 27.0, date(2023, 6, 30), falling).state == "missed"


def test_what_cannot_be_told_is_not_told(stands) -> None:
    one_year = stands("attendance", 92.0, date(2025, 6, 30), YEARS[:5])
    assert (one_year.state, one_year.now) == ("cannot be told yet", YEARS[4])
    withheld = stands("served", 50, date(2025, 6, 30), [float("nan")] * 5)
    assert (withheld.state, withheld.now) == ("cannot be told yet", None)


def test_targets_of_districts_nobody_has_are_found(data: Snapshot) -> None:
    known, unknown = (Target(c, "served", 5, date(2025, 1, 1)) for c in ("0640011", "0009999"))
    check_targets(data, (known,))
    with pytest.raises(TargetsError, match="0009999: no such district"):
        check_targets(data, (known, unknown))
