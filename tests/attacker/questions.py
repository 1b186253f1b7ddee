"""What the attacker asks: selections of few dimensions all of them, deeper ones at random."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from queries.filters import SPLITS, Filters, View
from queries.schema import GRADE_BANDS
from queries.viewer import Viewer
from tests.attacker.knowledge import Load, Mask

Options = Mapping[str, Sequence[tuple[str, ...]]]


def options(load: Load) -> dict[str, list[tuple[str, ...]]]:
    """Of every dimension the sets of values that are worth asking for.

    One value, all but one, and each value together with one that hardly anybody has.
    """
    return {name: _sets(groups) for name, groups in load.groups.items()}


_RARE = 10


def _sets(groups: Mapping[str, Mask]) -> list[tuple[str, ...]]:
    students = {value: int(inside.sum()) for value, inside in groups.items() if inside.any()}
    single = [value for value in students if value not in GRADE_BANDS]
    all_but_one = [tuple(v for v in single if v != other) for other in single]
    with_rare = [
        pair
        for pair in itertools.combinations(students, 2)
        if any(students[value] < _RARE for value in pair)
    ]
    alone = [(value,) for value in students]
    return [sets for sets in dict.fromkeys([*alone, *all_but_one, *with_rare]) if sets]


def worth_asking(selections: Iterable[Filters], load: Load, viewer: Viewer) -> list[Filters]:
    """Those of enough students, once each: of fewer nothing is told."""
    distinct = dict.fromkeys(selections)
    return [one for one in distinct if load.chosen(one).sum() >= viewer.threshold]


def up_to(dimensions: int, of: Options) -> Iterator[Filters]:
    """Every selection by so many dimensions at most."""
    for number in range(dimensions + 1):
        for names in itertools.combinations(of, number):
            for values in itertools.product(*(of[name] for name in names)):
                yield Filters(**dict(zip(names, values, strict=True)))


def at_random(number: int, of: Options, seed: int) -> Iterator[Filters]:
    """Selections by any number of dimensions, with any set of values."""
    rng = random.Random(seed)
    single = {
        name: sorted({value for chosen in sets for value in chosen}) for name, sets in of.items()
    }
    for _ in range(number):
        names = rng.sample(list(of), rng.randint(2, len(of)))
        yield Filters(**{name: _some(rng, single[name]) for name in sorted(names)})


def _some(rng: random.Random, values: Sequence[str]) -> tuple[str, ...]:
    size = rng.randint(1, min(4, len(values)))
    return tuple(sorted(rng.sample(list(values), size), key=list(values).index))


def around(student: int, load: Load, of: Options) -> Iterator[Filters]:
    """Selections that could differ by this student: with the own values, and without them."""
    own = {
        name: {value for value, inside in groups.items() if inside[student]}
        for name, groups in load.groups.items()
    }
    choices = []
    for name, sets in of.items():
        mine = [chosen for chosen in sets if own[name] & set(chosen)]
        every = max(sets, key=len, default=())
        rest = tuple(value for value in every if value not in own[name])
        choices.append([(), *mine[:3], *([rest] if rest else [])])
    for values in itertools.product(*choices):
        yield Filters(**dict(zip(of, values, strict=True)))


def views(selections: Sequence[Filters]) -> Iterator[View]:
    """Each selection as one curve; every few with the same students, and by a split."""
    for number, filters in enumerate(selections):
        yield View(filters)
        if number % 4 == 0:
            yield View(filters, same_students=True)
        if number % 5 == 0:
            yield View(filters, SPLITS[number // 5 % len(SPLITS)], number % 15 == 0)
