"""Who is asking. Every query takes a Viewer and returns only what that viewer may have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Role = Literal["leadership", "coordinator", "presenter"]

# Fewest students behind a figure. A presenter's is Connecticut's own for published figures.
THRESHOLDS: dict[Role, int] = {"leadership": 10, "coordinator": 10, "presenter": 20}
LOWEST_THRESHOLD = 5


@dataclass(frozen=True)
class Viewer:
    """A signed-in person: the role, the own districts' codes, the fewest students of a figure.

    ``threshold_of_files`` is the presenter's, as the program sets it.
    """

    role: Role
    districts: tuple[str, ...] = ()
    threshold: int = THRESHOLDS["leadership"]
    threshold_of_files: int = THRESHOLDS["presenter"]

    def __post_init__(self) -> None:
        if self.threshold < LOWEST_THRESHOLD:
            raise ValueError(
                f"a threshold of {self.threshold} students is too low: "
                f"the lowest allowed is {LOWEST_THRESHOLD}"
            )

    def for_export(self) -> Viewer:
        """The same person, held to the presenter's threshold: for all that leaves the screen."""
        return replace(self, threshold=max(self.threshold, self.threshold_of_files))

    @property
    def known_districts(self) -> tuple[str, ...]:
        """Districts whose students the person sees by name, and so knows to the day."""
        return self.districts if self.role == "coordinator" else ()

    @property
    def sight(self) -> tuple[int, tuple[str, ...]]:
        """All that an aggregate depends on of who asks: what it is remembered by."""
        return self.threshold, self.known_districts


@dataclass(frozen=True)
class Account:
    """How a viewer appears in the head of the page.

    ``name`` is None where nobody signs in; ``roles`` are then the ones that can be tried.
    """

    name: str | None
    role: Role
    roles: tuple[Role, ...]
