"""The deck of a selection: which slides, in which order and shape, and their figures.

The choice is part of the page's address: ``?district=…&slides=lines&slides=effect&shape=4x3``, or
``?snapshot=…`` for figures as they were. Everything is held to the presenter's threshold, whoever
asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args
from urllib.parse import urlencode

import pandas as pd

from components import slide_wording as words
from components import wording
from components.deck import Deck, Shape
from components.slides import SLIDES, Figures, Official, is_worth_showing, slide
from queries.database import Snapshot
from queries.effects import effect, effects
from queries.filters import Filters, View, parameters
from queries.public import public_context
from queries.ranking import Ranked, ranked, ranked_groups
from queries.standing import contacts, row_of_all, standing
from queries.values import known_values
from queries.viewer import Viewer

SLIDES_PARAMETER, SHAPE_PARAMETER, SNAPSHOT_PARAMETER = "slides", "shape", "snapshot"
SHAPES: tuple[Shape, ...] = get_args(Shape)


@dataclass(frozen=True)
class Choice:
    """Filters, the slides in their order (empty: as they come), the shape.

    ``snapshot`` is the number of a frozen deck, whose figures do not follow the filters.
    """

    filters: Filters
    slides: tuple[str, ...] = ()
    shape: Shape = "16x9"
    snapshot: str | None = None

    @classmethod
    def parse(cls, search: str | None, view: View) -> tuple[Choice, tuple[str, ...]]:
        """The choice of an address whose filters are ``view``; unknown values with a notice."""
        given = parameters(search)
        wanted, shapes, snapshots = (
            tuple(dict.fromkeys(value for name, value in given if name == parameter))
            for parameter in (SLIDES_PARAMETER, SHAPE_PARAMETER, SNAPSHOT_PARAMETER)
        )
        notices = [
            f"“{value}” is not a known {word}; it was ignored."
            for word, values, known in (
                ("slide", wanted, tuple(SLIDES)),
                ("shape of slides", shapes, SHAPES),
            )
            for value in values
            if value not in known
        ]
        choice = cls(
            view.filters,
            tuple(key for key in wanted if key in SLIDES),
            next((shape for shape in SHAPES if shape in shapes), SHAPES[0]),
            next(iter(snapshots), None),
        )
        return choice, tuple(notices)

    def to_search(self) -> str:
        """The query part of the address of this choice; empty where nothing is chosen."""
        pairs = [(SLIDES_PARAMETER, key) for key in self.slides]
        if self.shape != SHAPES[0]:
            pairs.append((SHAPE_PARAMETER, self.shape))
        if self.snapshot:
            pairs.append((SNAPSHOT_PARAMETER, self.snapshot))
        of_filters = View(self.filters).to_search().removeprefix("?")
        parts = [part for part in (of_filters, urlencode(pairs)) if part]
        return f"?{'&'.join(parts)}" if parts else ""

    def toggled(self, key: str, shown: Sequence[str]) -> Choice:
        """With a slide hidden, or shown at the end; the last one stays."""
        kept = tuple(other for other in shown if other != key)
        return replace(self, slides=kept if key in shown and kept else (*kept, key))

    def moved(self, key: str, by: int, shown: Sequence[str]) -> Choice:
        """With a shown slide nearer to the beginning (``by`` -1) or the end (1)."""
        order = list(shown)
        place = order.index(key)
        order.insert(min(max(place + by, 0), len(order) - 1), order.pop(place))
        return replace(self, slides=tuple(order))


def current_deck(data: Snapshot, viewer: Viewer, choice: Choice) -> Deck | None:
    """The slides of a choice from this load; None where fewer students match than may be shown."""
    found = figures(data, viewer, choice.filters)
    if found is None:
        return None
    keys = choice.slides or tuple(key for key in SLIDES if is_worth_showing(key, found))
    known = known_values(data)
    selection = words.selection(choice.filters, known)
    return Deck(
        tuple(slide(key, found) for key in keys),
        choice.shape,
        wording.selection(choice.filters, known),
        words.source(selection, data.data_as_of, demonstration=data.is_demonstration),
        choice.to_search(),
        data.data_as_of.isoformat(),
        data.load_id,
        data.loaded_at.isoformat(timespec="seconds"),
        data.is_demonstration,
        found.threshold,
    )


def arranged(deck: Deck, choice: Choice) -> Deck:
    """A stored deck with its slides as chosen, as far as it has them."""
    by_key = {slide.key: slide for slide in deck.slides}
    chosen = tuple(by_key[key] for key in choice.slides if key in by_key)
    return replace(
        deck, slides=chosen or deck.slides, shape=choice.shape, search=choice.to_search()
    )


def figures(data: Snapshot, viewer: Viewer, filters: Filters) -> Figures | None:
    """The figures of the slides; None where fewer students match than a slide may show."""
    viewer = viewer.for_export()
    alone = View(filters)
    everybody = row_of_all(standing(data, viewer, alone))
    if pd.isna(everybody["students"]):
        return None
    return Figures(
        everybody,
        row_of_all(contacts(data, viewer, alone)),
        standing(data, viewer, View(filters, "cohort")),
        effect(data, viewer, filters),
        bands=_groups(data, viewer, filters, "grade_band"),
        modalities=_groups(data, viewer, filters, "modality"),
        districts=_groups(data, viewer, filters, "district"),
        official=_official(data, viewer, filters),
    )


def _official(data: Snapshot, viewer: Viewer, filters: Filters) -> Official | None:
    context = public_context(data, filters)
    if context is None:
        return None
    district, state = context.told
    if state is None or state.rate is None or district.rate is None:
        return None
    served = standing(data, viewer, View(context.filters)) if context.filters else None
    return Official(
        context.name,
        context.place,
        district,
        state,
        None if served is None else row_of_all(served),
        data.is_demonstration,
    )


def _groups(data: Snapshot, viewer: Viewer, filters: Filters, split: str) -> list[Ranked]:
    if len(filters.chosen().get(split, ())) == 1:
        # A group alone stands in no order: the others need not be fitted for it.
        return ranked(effects(data, viewer, View(filters, split)))
    return ranked_groups(data, viewer, filters, split)
