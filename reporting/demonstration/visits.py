"""Who is visited when, how, and what it changes.

Each month a district visits those whose attendance was lowest of late, with some chance in
it. The effect of the first visit is a change in the probability of attending a day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.schema import MODALITIES, VISITOR_TYPES
from reporting.demonstration.population import Ints, Population

Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]

# Calendar months of first visits and how busy they were: a pilot in spring 2021, a large first
# summer, then school years and smaller summers.
_WAVES = (
    {"2021-04": 0.5, "2021-05": 0.8, "2021-06": 0.9, "2021-07": 3.0, "2021-08": 3.0}
    | {f"2021-{month:02d}": 1.1 for month in range(9, 13)}
    | {f"2022-{month:02d}": 1.1 for month in range(1, 7)}
    | {"2022-07": 1.2, "2022-08": 1.2}
    | {f"2022-{month:02d}": 0.9 for month in range(9, 13)}
    | {f"2023-{month:02d}": 0.9 for month in range(1, 7)}
    | {"2023-07": 0.9, "2023-08": 0.9}
    | {f"2023-{month:02d}": 0.8 for month in range(9, 13)}
    | {f"2024-{month:02d}": 0.7 for month in range(1, 7)}
)

PROGRAM_START = min(_WAVES)

_MODALITY_SHARE = {"home": 0.58, "school": 0.16, "community": 0.06, "virtual": 0.1, "phone": 0.1}
_SCHOOL_STAFF_SHARE = 0.55
_RESPONDERS = 0.7
_ATTEMPTED_ONLY = 0.25

# The full effect of a responder, reached in six months, before its multipliers.
_FULL_EFFECT = 0.19
_GROWTH = np.array([0.18, 0.34, 0.5, 0.65, 0.8, 0.9, 1.0])
_BY_BAND = {"PK-5": 0.65, "6-12": 1.3}
_IN_PERSON, _REMOTE = 1.15, 0.5
_BY_DISTRICT = {"0640011": 1.7}  # Hartford
_SUMMER_2021 = 0.6
_FIRST_MIDDLE_GRADE = 7  # grade 6, counted from PK = 0

# How strongly low attendance decides who is visited; higher is stricter.
_SELECTION = 6.0


@dataclass(frozen=True)
class FirstVisits:
    """First completed visits of one district, one row each.

    ``student`` is the row in the population, ``month`` the calendar month, ``plus_one`` the
    index of the first school month after it, ``modality``/``visitor_type`` indexes into the
    schema's words, ``full_effect`` the effect after six months on the probability scale.
    ``attempted_only`` holds students and months of contacts that never succeeded.
    """

    student: Ints
    month: npt.NDArray[np.str_]
    plus_one: Ints
    has_month_zero: npt.NDArray[np.bool_]
    modality: Ints
    visitor_type: Ints
    full_effect: Floats
    attempted_only: tuple[Ints, npt.NDArray[np.str_]]


def first_visits(
    population: Population,
    rate: Floats,
    months: tuple[str, ...],
    visited: int,
    district_code: str,
    rng: np.random.Generator,
) -> FirstVisits:
    """Choose ``visited`` students by recent attendance.

    ``rate`` is what they would show without visits, students x school months, nan where not
    enrolled in this district.
    """
    weights = np.array(list(_WAVES.values()))
    wanted = rng.multinomial(round(visited * (1 + _ATTEMPTED_ONLY)), weights / weights.sum())
    free = np.ones(len(population), dtype=bool)
    students, calendar, plus_one = [], [], []
    for month, count in zip(_WAVES, wanted, strict=True):
        following = int(np.searchsorted(months, month, side="right"))
        chosen = _choose(rate, free, following, month in months, count, rng)
        free[chosen] = False
        students.append(chosen)
        calendar += [month] * len(chosen)
        plus_one += [following] * len(chosen)
    student, month_of, following_month = (
        np.concatenate(students),
        np.array(calendar),
        np.array(plus_one),
    )
    reached = rng.random(len(student)) < 1 / (1 + _ATTEMPTED_ONLY)
    missed = (student[~reached], month_of[~reached])
    student, month_of, following_month = (
        student[reached],
        month_of[reached],
        following_month[reached],
    )
    modality = rng.choice(len(MODALITIES), len(student), p=[_MODALITY_SHARE[m] for m in MODALITIES])
    by_school = rng.random(len(student)) < _SCHOOL_STAFF_SHARE
    year = np.minimum(np.maximum(following_month - 1, 0) // 10, population.grade.shape[1] - 1)
    grade = population.grade[student, year]
    return FirstVisits(
        student=student,
        month=month_of,
        plus_one=following_month,
        has_month_zero=np.isin(month_of, months),
        modality=modality,
        visitor_type=np.where(
            by_school, VISITOR_TYPES.index("school"), VISITOR_TYPES.index("community")
        ),
        full_effect=_full_effect(grade, modality, month_of, district_code, rng),
        attempted_only=missed,
    )


def _choose(
    rate: Floats,
    free: npt.NDArray[np.bool_],
    following: int,
    in_school_month: bool,
    count: int,
    rng: np.random.Generator,
) -> Ints:
    """Students by chance, the likelier the lower their last months, all enrolled by then.

    In summer nobody visits a family that has moved away or whose child has graduated.
    """
    last = following - 2 if in_school_month else following - 1
    if last < 2:
        return np.empty(0, dtype=np.int64)
    recent = rate[:, last - 2 : last + 1]
    month_enrolled = following - 1 if in_school_month else following
    here_now = ~np.isnan(rate[:, month_enrolled]) & ~np.isnan(recent).any(axis=1)
    candidates = np.flatnonzero(free & here_now)
    blend = 0.5 * recent[candidates, 2] + 0.5 * recent[candidates].mean(axis=1)
    # The largest of score + Gumbel noise: sampling without replacement by weight.
    score = -_SELECTION * blend + rng.gumbel(size=len(candidates))
    return np.sort(candidates[np.argsort(-score, kind="stable")[:count]])


def _full_effect(
    grade: Ints,
    modality: Ints,
    month: npt.NDArray[np.str_],
    district_code: str,
    rng: np.random.Generator,
) -> Floats:
    remote = np.isin(modality, [MODALITIES.index("virtual"), MODALITIES.index("phone")])
    by_band = np.where(grade >= _FIRST_MIDDLE_GRADE, _BY_BAND["6-12"], _BY_BAND["PK-5"])
    by_cohort = np.where(np.isin(month, ["2021-07", "2021-08"]), _SUMMER_2021, 1.0)
    responds = rng.random(len(grade)) < _RESPONDERS
    return (
        _FULL_EFFECT
        * by_band
        * np.where(remote, _REMOTE, _IN_PERSON)
        * by_cohort
        * _BY_DISTRICT.get(district_code, 1.0)
        * responds
    )


def effect_by_month(visits: FirstVisits, months: int) -> tuple[Floats, Ints]:
    """Effect and event month, first visits x school months; effect 0 before the visit."""
    since = np.arange(months)[None, :] - visits.plus_one[:, None] + 1
    event = np.where(since >= 1, since, since - 1 + visits.has_month_zero[:, None].astype(int))
    growth = _GROWTH[np.clip(event, 0, len(_GROWTH) - 1)]
    return np.where(event >= 0, growth * visits.full_effect[:, None], 0.0), event
