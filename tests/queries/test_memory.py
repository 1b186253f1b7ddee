"""What is remembered: within its bytes, worked out once however many ask."""

from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pandas as pd
import pytest

from queries.memory import Memory, size_in_memory
from tests.waiting import LONGEST_WAIT, until

KILOBYTE = 1024


def zeros(kilobytes: int) -> np.ndarray:
    return np.zeros(kilobytes * KILOBYTE, dtype=np.int8)


def refuse() -> None:
    raise AssertionError("worked out again")


class Work:
    """Something to work out that waits until it is let go, and counts how often it ran."""

    def __init__(self, result: object = "made") -> None:
        self.result, self.runs = result, 0
        self.begun, self.may_end = Event(), Event()

    def __call__(self) -> object:
        self.runs += 1
        self.begun.set()
        assert self.may_end.wait(LONGEST_WAIT)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def test_a_result_is_worked_out_once_for_a_load_and_key() -> None:
    memory = Memory(KILOBYTE)
    assert memory.once("monday", "answer", lambda: None) is None
    assert memory.once("monday", "answer", refuse) is None
    assert memory.once("monday", "another", lambda: 2) == 2
    assert memory.once("tuesday", "answer", lambda: 3) == 3


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    memory = Memory(100 * KILOBYTE)
    for name in ("a", "b", "c"):
        memory.once("load", name, lambda: zeros(30))
    memory.once("load", "a", refuse)
    memory.once("load", "d", lambda: zeros(30))
    memory.once("load", "a", refuse)
    memory.once("load", "c", refuse)
    assert memory.once("load", "b", lambda: "worked out again") == "worked out again"


def test_no_more_bytes_are_held_than_allowed_whatever_is_asked() -> None:
    memory = Memory(100 * KILOBYTE)
    for number, kilobytes in enumerate([1, 40, 90, 7, 60, 3] * 5):
        memory.once("load", number, lambda size=kilobytes: zeros(size))
        figures = memory.figures()
        assert kilobytes * KILOBYTE <= figures.held <= figures.most == 100 * KILOBYTE


def test_a_result_larger_than_the_bound_is_returned_and_not_kept_and_drives_nothing_out() -> None:
    memory = Memory(100 * KILOBYTE)
    memory.once("load", "small", lambda: zeros(50))
    assert memory.once("load", "large", lambda: zeros(101)).nbytes == 101 * KILOBYTE
    assert memory.once("load", "large", lambda: "again") == "again"
    memory.once("load", "small", refuse)


def test_results_of_an_earlier_load_make_room_for_the_next() -> None:
    memory = Memory(100 * KILOBYTE)
    for load in ("monday", "tuesday"):
        for name in ("a", "b"):
            memory.once(load, name, lambda: zeros(45))
    memory.once("tuesday", "a", refuse)
    memory.once("tuesday", "b", refuse)


@pytest.mark.parametrize("result", ["small", zeros(2)], ids=["that fits", "that does not fit"])
def test_everyone_who_asks_at_once_waits_for_one_result(result: object) -> None:
    memory, work = Memory(KILOBYTE), Work(result)
    found = ask_at_once(memory, work, 20)
    assert work.runs == 1
    assert all(each is result for each in found)


def test_everyone_who_waits_gets_the_error_and_the_next_who_asks_tries_again() -> None:
    memory, work = Memory(KILOBYTE), Work(ValueError("the database went away"))
    found = ask_at_once(memory, work, 20)
    assert work.runs == 1
    assert all(each is work.result for each in found)
    assert memory.once("load", "key", lambda: "better now") == "better now"


def test_who_asks_for_something_else_does_not_wait() -> None:
    memory, work = Memory(KILOBYTE), Work()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(memory.once, "load", "slow", work)
        assert work.begun.wait(LONGEST_WAIT)
        assert memory.once("load", "fast", lambda: "at once") == "at once"
        assert not slow.done()
        work.may_end.set()


def test_working_something_out_may_ask_for_something_else() -> None:
    memory = Memory(KILOBYTE)
    assert memory.once("load", "sum", lambda: 1 + memory.once("load", "part", lambda: 1)) == 2
    assert memory.once("load", "part", refuse) == 1


def test_its_figures_count_those_answered_and_those_worked_out() -> None:
    memory = Memory(KILOBYTE)
    for name in ("a", "b", "a", "a"):
        memory.once("load", name, lambda: 1)
    assert (memory.figures().hits, memory.figures().misses) == (2, 2)


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.zeros((1000, 100)),
        lambda: np.asfortranarray(np.zeros((1000, 100))),
        lambda: pd.DataFrame({name: np.zeros(50_000) for name in ("a", "b")}),
        lambda: {"rows": [np.zeros(50_000), np.zeros(50_000)]},
    ],
    ids=["rows", "columns", "frame", "nested"],
)
def test_numbers_are_counted_at_what_they_hold(make: Callable[[], object]) -> None:
    assert size_in_memory(make()) == pytest.approx(800_000, rel=0.05)


def test_numbers_are_counted_without_a_copy_of_them() -> None:
    values = np.zeros(10_000_000)
    tracemalloc.start()
    size_in_memory(values)
    assert tracemalloc.get_traced_memory()[1] < values.nbytes / 100
    tracemalloc.stop()


def test_texts_count_too() -> None:
    names = pd.DataFrame({"name": [f"Student {number}" for number in range(1000)]}, dtype=object)
    assert size_in_memory(names) > 50 * 1000


@pytest.mark.parametrize("words", ["plenty", "-1", "", "1.5"])
def test_a_bound_that_is_no_number_stops_the_program_with_its_name(words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import queries.memory"],
        env=os.environ | {"LEAP_CACHE_MB": words},
        capture_output=True,
        text=True,
    )
    assert done.returncode
    assert "LEAP_CACHE_MB" in done.stderr


def ask_at_once(memory: Memory, work: Work, people: int) -> list[object]:
    """What so many find who ask for one key while it is worked out: results or errors."""
    together = Barrier(people)

    def ask() -> object:
        together.wait(LONGEST_WAIT)
        try:
            return memory.once("load", "key", work)
        except ValueError as error:
            return error

    with ThreadPoolExecutor(people) as pool:
        asked = [pool.submit(ask) for _ in range(people)]
        assert work.begun.wait(LONGEST_WAIT)
        until(lambda: memory.figures().hits == people - 1)
        work.may_end.set()
        return [each.result() for each in asked]
