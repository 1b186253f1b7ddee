"""What a page shows: the filters and options of its URL, in one definition.

``?district=0640011&district=0930011&grade=6-12&modality=home&split=modality&same=1``

Student groups are dimensions where a setting switches them on (``queries.student_groups``);
``KnownValues.dimensions`` are those that can be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl, urlencode

from queries.schema import CUTS, GRADE_BANDS, GRADES, STUDENT_GROUPS

SPLITS = tuple(CUTS)
SPLIT_PARAMETER = "split"
SAME_STUDENTS_PARAMETER = "same"


@dataclass(frozen=True)
class Filters:
    """Chosen values of each dimension of a served student; an empty tuple means all.

    A grade is a band (``PK-5``, ``6-12``) or a single grade.
    """

    district: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    visitor_type: tuple[str, ...] = ()
    cohort: tuple[str, ...] = ()
    home_language: tuple[str, ...] = ()
    english_learner: tuple[str, ...] = ()
    disability: tuple[str, ...] = ()
    free_meals: tuple[str, ...] = ()

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The dimensions that are filtered, with their values."""
        values = {dimension: getattr(self, dimension) for dimension in DIMENSIONS}
        return {dimension: value for dimension, value in values.items() if value}

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """``chosen`` with bands as their single grades: values as students have them."""
        chosen = self.chosen()
        return chosen | ({"grade": self.grades()} if self.grade else {})

    def grades(self) -> tuple[str, ...]:
        """The single grades behind the chosen grades and bands."""
        wanted = {single for value in self.grade for single in GRADE_BANDS.get(value, (value,))}
        return tuple(grade for grade in GRADES if grade in wanted)


_MOST_PARAMETERS = 500
_UNREADABLE = "The address holds more than can be read; what it asks for was ignored."


def parameters(search: str | None) -> list[tuple[str, str]]:
    """Names and values of a URL's query part, in order; none where there are far too many."""
    try:
        return parse_qsl((search or "").removeprefix("?"), max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        return []


DIMENSIONS = tuple(dimension.name for dimension in fields(Filters))


@dataclass(frozen=True)
class KnownValues:
    """Every value that can be chosen, with its label, in the order shown.

    ``groups`` has the values of the student groups that are switched on, by group.
    """

    district: Mapping[str, str]
    grade: Mapping[str, str]
    modality: Mapping[str, str]
    visitor_type: Mapping[str, str]
    cohort: Mapping[str, str]
    grade_band: Mapping[str, str]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What can be filtered by, in the order shown."""
        return tuple(
            name for name in DIMENSIONS if name not in STUDENT_GROUPS or name in self.groups
        )

    def labels(self, dimension: str) -> Mapping[str, str]:
        """Value -> label of a dimension (none of a group that is off) or of ``grade_band``."""
        if dimension in STUDENT_GROUPS:
            return self.groups.get(dimension, {})
        labels: Mapping[str, str] = getattr(self, dimension)
        return labels


@dataclass(frozen=True)
class View:
    """All that the URL of a page says."""

    filters: Filters = field(default_factory=Filters)
    split: str | None = None
    same_students: bool = False

    @classmethod
    def parse(cls, search: str | None, known: KnownValues) -> tuple[View, tuple[str, ...]]:
        """Read the query part of a URL.

        Unknown values are left out, each with a sentence that says so. Values come back
        in the order of ``known``, once, whatever the order in the URL.
        """
        given: dict[str, list[str]] = {}
        for name, value in parameters(search):
            given.setdefault(name, []).append(value)
        notices = [_UNREADABLE] if (search or "").count("&") >= _MOST_PARAMETERS else []
        notices += [
            f"“{value}” is not a known {_word(dimension)}; it was ignored."
            for dimension in DIMENSIONS
            for value in given.get(dimension, ())
            if value not in known.labels(dimension)
        ]
        filters = Filters(
            **{
                dimension: tuple(
                    value for value in known.labels(dimension) if value in given.get(dimension, ())
                )
                for dimension in DIMENSIONS
            }
        )
        split = given.get(SPLIT_PARAMETER, [""])[-1] or None
        if split is not None and split not in SPLITS:
            notices.append(f"The chart cannot be split by “{split}”; it was ignored.")
            split = None
        same_students = given.get(SAME_STUDENTS_PARAMETER, ["0"])[-1] == "1"
        return cls(filters, split, same_students), tuple(notices)

    def to_search(self) -> str:
        """The query part of the URL of this view; empty where nothing is chosen."""
        pairs = [
            (dimension, value)
            for dimension, values in self.filters.chosen().items()
            for value in values
        ]
        if self.split:
            pairs.append((SPLIT_PARAMETER, self.split))
        if self.same_students:
            pairs.append((SAME_STUDENTS_PARAMETER, "1"))
        return f"?{urlencode(pairs)}" if pairs else ""


def _word(dimension: str) -> str:
    word = dimension.replace("_", " ")
    return f"value of {word}" if dimension in STUDENT_GROUPS else word
