"""One district in depth: its figures, groups, schools, official attendance, deliveries, peers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from dash import Input, Output, callback, dcc, html

from access import current_viewer
from components import (
    cards,
    filter_bar,
    shell,
    standing_tables,
    states,
    tables,
    visits_tables,
    wording,
)
from components import standing_wording as words
from components import student_wording as student_words
from components.chart_frame import ChartFrame
from components.figures.bars import volume_figure
from components.figures.effect import effect_figure
from components.figures.frame import Figure
from components.figures.intervals import interval_figure
from components.figures.official import Measure, months_figure, years_figure
from components.figures.published import Level, published_figure, visited_levels
from components.figures.text import stacked
from pages.downloads import Leaving, offer_downloads
from pages.following import has_newer
from queries import visits
from queries.changes import changes, effect_before
from queries.database import Snapshot, snapshot
from queries.effects import Effect, effect, effects
from queries.facets import option_counts
from queries.filters import SPLITS, Filters, View
from queries.official import district_months, quality, schools
from queries.public import PublicContext, public_context, published_state_rates
from queries.ranking import ranked_groups
from queries.standing import contacts, nearest_baselines, row_of_all, standing
from queries.targets import MEASURES, measured, progress, read_targets
from queries.told import all_months, told_months
from queries.trajectories import EVERYBODY
from queries.values import known_values
from queries.viewer import Viewer

PATH, TITLE = "/districts/", "District"

EFFECT, VOLUME, YEARS, MONTHS, PUBLISHED, GROUPS = (
    ChartFrame("district-effect"),
    ChartFrame("district-volume"),
    ChartFrame("district-years"),
    ChartFrame("district-months"),
    ChartFrame("district-published"),
    ChartFrame("district-groups"),
)
_NAME_ID, _SELECTION_ID, _SAID_ID, _COUNTS_ID, _EFFECT_CARDS_ID = (
    "district-name",
    "district-selection",
    "district-said",
    "district-counts",
    "district-effect-cards",
)
_STATE_ID, _BODY_ID, _SCHOOLS_ID, _QUALITY_ID, _PEERS_ID, _LINKS_ID, _SHOWN_ID = (
    "district-state",
    "district-body",
    "district-schools",
    "district-quality",
    "district-peers",
    "district-links",
    "district-shown",
)
_VOLUME_PARTS = ("figure", "summary", "notes", "table")
_CODE = re.compile(r"/districts/([A-Za-z0-9]{1,20})/?")


def district_of(path: str | None) -> str | None:
    """The code in a path; None where it is no district's page."""
    found = _CODE.fullmatch(path or "")
    return found.group(1) if found else None


def district_link(code: str, filters: Filters) -> str:
    """The page of a district with the other filters kept."""
    return f"{PATH}{code}{View(replace(filters, district=())).to_search()}"


def layout() -> html.Div:
    """The page without figures; they come with the path and the URL's selection."""
    return html.Div(
        [
            html.Div(
                [
                    html.A("← All districts", href="/districts", className="back keeps-filters"),
                    html.H1(id=_NAME_ID),
                    html.P(id=_SELECTION_ID, className="selection"),
                ],
                className="page-head",
            ),
            dcc.Store(id=_SHOWN_ID),
            html.Div(id=_STATE_ID),
            html.Div(
                [
                    html.P(id=_SAID_ID, className="said"),
                    html.Div(
                        [
                            html.Div(id=_COUNTS_ID, className="some-cards"),
                            html.Div(id=_EFFECT_CARDS_ID, className="some-cards"),
                        ],
                        className="cards",
                    ),
                    html.Nav(id=_LINKS_ID, className="ways", **{"aria-label": "This district in"}),
                    EFFECT.layout(
                        "Would they have come back anyway?",
                        wording.ANYWAY,
                        wording.EFFECT_HOW_TO_READ,
                    ),
                    VOLUME.layout(
                        "Visits over time",
                        "Completed visits by modality; grey: attempts and cancellations",
                        visits_tables.VOLUME_HOW_TO_READ[:2],
                    ),
                    YEARS.layout(
                        "This school year and the one before",
                        words.YEARS_MEANING,
                        (words.TARGETS_RULE, words.YEARS_HOW_TO_READ),
                    ),
                    MONTHS.layout(
                        "Official attendance of all its students",
                        words.MONTHS_MEANING,
                        words.MONTHS_HOW_TO_READ,
                    ),
                    PUBLISHED.layout(
                        "Beside what the state publishes",
                        words.PUBLISHED_MEANING,
                        words.PUBLISHED_HOW_TO_READ,
                    ),
                    GROUPS.layout(
                        "By grade, modality, visitor and cohort",
                        wording.DESIGNS_MEANING,
                        wording.DESIGNS_HOW_TO_READ,
                    ),
                    _card("Schools", _SCHOOLS_ID, words.SCHOOLS_MEANING),
                    _card(
                        "Districts that started at a similar level", _PEERS_ID, words.PEERS_MEANING
                    ),
                    html.Section(
                        [html.H2("What it delivered"), html.Div(id=_QUALITY_ID)],
                        className="card-panel",
                    ),
                ],
                id=_BODY_ID,
            ),
        ]
    )


def _card(title: str, content: str, meaning: str) -> html.Section:
    return html.Section(
        [
            html.H2(title),
            html.P(meaning, className="meaning"),
            tables.table_area(content, title),
        ],
        className="card-panel",
    )


def _selection(data: Snapshot, path: str | None, search: str | None) -> tuple[str | None, View]:
    """The district of the path, None where it is not known, and its view with the other filters."""
    known = known_values(data)
    view, _ignored = View.parse(search, known)
    code = district_of(path)
    if code is None or code not in known.district:
        return None, view
    return code, View(replace(view.filters, district=(code,)))


@callback(
    output={
        "name": Output(_NAME_ID, "children"),
        "selection": Output(_SELECTION_ID, "children"),
        "state": Output(_STATE_ID, "children"),
        "hidden": Output(_BODY_ID, "hidden"),
        "counts": Output(_COUNTS_ID, "children"),
        "links": Output(_LINKS_ID, "children"),
        **{
            f"volume_{part}": Output(
                getattr(VOLUME, part), "data" if part == "figure" else "children"
            )
            for part in _VOLUME_PARTS
        },
        "volume_hidden": Output(VOLUME.section, "hidden"),
        "years": Output(YEARS.figure, "data"),
        "years_summary": Output(YEARS.summary, "children"),
        "years_table": Output(YEARS.table, "children"),
        "months": Output(MONTHS.figure, "data"),
        "months_summary": Output(MONTHS.summary, "children"),
        "months_notes": Output(MONTHS.notes, "children"),
        "months_table": Output(MONTHS.table, "children"),
        "schools": Output(_SCHOOLS_ID, "children"),
        "quality": Output(_QUALITY_ID, "children"),
        "shown": Output(_SHOWN_ID, "data"),
    },
    inputs=[Input(shell.URL_ID, "pathname"), Input(shell.URL_ID, "search")],
)
def show(path: str | None, search: str | None) -> dict[str, Any]:
    """What needs no comparison, and the filters' counts, from one load."""
    with snapshot() as data:
        viewer, known = current_viewer(data), known_values(data)
        code, view = _selection(data, path, search)
        counts = option_counts(data, viewer, view.filters)
        shown = _counted(data, viewer, code, view) if code else _NO_DISTRICT
        _view, ignored = View.parse(search, known)
    filter_bar.show_counts(counts, viewer.threshold)
    shell.show(data.data_as_of, ignored)
    return shown | {"shown": {"load": data.load_id, "path": path, "search": search}}


_NO_DISTRICT: dict[str, Any] = {
    **dict.fromkeys(("name", "selection", "counts", "links", "years", "months")),
    **dict.fromkeys(("years_summary", "years_table", "schools", "quality")),
    **dict.fromkeys(("months_summary", "months_notes", "months_table")),
    **dict.fromkeys(f"volume_{part}" for part in _VOLUME_PARTS),
    "volume_hidden": True,
    "state": states.no_district(),
    "hidden": True,
}


def _counted(data: Snapshot, viewer: Viewer, code: str, view: View) -> dict[str, Any]:
    known = known_values(data)
    [served] = standing(data, viewer, view).to_dict("records")
    [made] = contacts(data, viewer, view).to_dict("records")
    changed = changes(data, viewer, view.filters)
    months = district_months(data, viewer)
    own = months[months["district_code"] == code]
    measures = _measures(data, viewer, code)
    aims = [progress(data, viewer, aim) for aim in read_targets() if aim.district == code]
    others = replace(view.filters, district=())
    search = view.to_search()
    return {
        "name": known.district[code],
        "selection": wording.selection(others, known) if others.chosen() else words.WHOLE_DISTRICT,
        "state": None,
        "hidden": False,
        "counts": cards.cards(words.count_cards(served, made, changed, viewer.threshold, search)),
        "links": [
            dcc.Link("Month by month", href=f"/trajectories{search}", className="button quiet"),
            dcc.Link("Its visits", href=f"/visits{search}", className="button quiet"),
        ],
        **_volume(data, viewer, view.filters),
        "years": years_figure(measures, list(known.district).index(code)),
        "years_summary": " ".join(words.target_sentence(aim) for aim in aims),
        "years_table": standing_tables.targets_table(aims, known.district)
        if aims
        else html.P(words.NO_TARGETS),
        "months": _months_figure(data, months, code, known.district),
        "months_summary": words.months_summary(own, months, known.district[code]),
        "months_notes": _dotted_lines(data),
        "months_table": standing_tables.heat_table(
            months, {code: known.district[code], EVERYBODY: "All districts here"}
        ),
        "schools": standing_tables.schools_table(schools(data, viewer, code), viewer.threshold),
        "quality": [
            html.P(sentence) for sentence in words.quality(quality(data).loc[code].to_dict())
        ]
        + [dcc.Link("Every load and its rejected rows", href="/methods")],
    }


def _months_figure(
    data: Snapshot, months: pd.DataFrame, code: str, names: Mapping[str, str]
) -> Figure:
    of_code = months["district_code"]
    return months_figure(
        months[of_code == code],
        months[of_code == EVERYBODY],
        names[code],
        list(names).index(code),
        published_state_rates(data),
    )


def _dotted_lines(data: Snapshot) -> str:
    return words.dotted_lines(published_state_rates(data), demonstration=data.is_demonstration)


def _volume(data: Snapshot, viewer: Viewer, filters: Filters) -> dict[str, Any]:
    scope = visits.visits_scope(viewer, filters)
    frame, period = visits.volume(data, viewer, scope), visits.volume_period(data, viewer, scope)
    links = pd.Series("", index=frame.index)
    nothing = frame["withheld"].all()
    return {
        "volume_figure": None if nothing else volume_figure(frame, period, links),
        "volume_summary": student_words.volume_summary(*visits.totals(data, viewer, scope)),
        "volume_notes": student_words.volume_note(frame, period, viewer.threshold),
        "volume_table": visits_tables.volume_table(frame, period, links),
        "volume_hidden": nothing,
    }


def _measures(data: Snapshot, viewer: Viewer, code: str) -> list[Measure]:
    aims = {aim.measure: aim for aim in read_targets() if aim.district == code}
    return [
        Measure(
            words.MEASURES[measure],
            words.UNITS[measure],
            measured(data, viewer, code, measure),
            aims[measure].value if measure in aims else None,
            aims[measure].by if measure in aims else None,
        )
        for measure in MEASURES
    ]


@callback(
    output={
        "said": Output(_SAID_ID, "children"),
        "cards": Output(_EFFECT_CARDS_ID, "children"),
        "figure": Output(EFFECT.figure, "data"),
        "summary": Output(EFFECT.summary, "children"),
        "table": Output(EFFECT.table, "children"),
        "hidden": Output(EFFECT.section, "hidden"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(EFFECT.body, "className"), "chart-body loading", "chart-body")],
)
def show_effect(shown: dict[str, Any]) -> dict[str, Any]:
    """The district against similar students; by itself, because it is fitted."""
    with snapshot() as data:
        viewer = current_viewer(data)
        code, view = _selection(data, shown["path"], shown["search"])
        if code is None or has_newer(data, shown):
            return _NO_EFFECT
        found = effect(data, viewer, view.filters)
        before = effect_before(data, viewer, view.filters, found)
        [served] = standing(data, viewer, view).to_dict("records")
    nothing = found.verdict is None
    return {
        "said": wording.said(found),
        "cards": cards.cards(words.effect_cards(served, found, before, view.to_search())),
        "figure": None if nothing else effect_figure(found),
        "summary": words.lines_summary(found),
        "table": tables.effect_table([found]),
        "hidden": nothing,
    }


_NO_EFFECT: dict[str, Any] = {
    **dict.fromkeys(("said", "cards", "figure", "summary", "table")),
    "hidden": True,
}


@callback(
    output={
        "figure": Output(PUBLISHED.figure, "data"),
        "summary": Output(PUBLISHED.summary, "children"),
        "notes": Output(PUBLISHED.notes, "children"),
        "table": Output(PUBLISHED.table, "children"),
        "hidden": Output(PUBLISHED.section, "hidden"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(PUBLISHED.body, "className"), "chart-body loading", "chart-body")],
)
def show_published(shown: dict[str, Any]) -> dict[str, Any]:
    """The official yearly rates beside the program's students; by itself, because it is fitted."""
    with snapshot() as data:
        _code, view = _selection(data, shown["path"], shown["search"])
        found = None
        if not has_newer(data, shown):
            found = _published(data, current_viewer(data), view.filters)
    if found is None:
        return dict.fromkeys(("figure", "summary", "notes", "table")) | {"hidden": True}
    return {
        "figure": published_figure(found.context, found.levels),
        "summary": words.published_sentence(found.context, demonstration=data.is_demonstration),
        "notes": words.visited_sentence(found.context, found.served, found.effect),
        "table": standing_tables.published_table(
            standing_tables.published_frame(found.context, found.levels)
        ),
        "hidden": False,
    }


@dataclass(frozen=True)
class _Published:
    """Official rates, and the students first visited in the year told; None where nobody was."""

    context: PublicContext
    served: Mapping[Any, Any] | None
    effect: Effect | None

    @property
    def levels(self) -> list[Level]:
        if self.served is None or self.effect is None:
            return []
        return visited_levels(self.served, self.effect)


def _published(data: Snapshot, viewer: Viewer, filters: Filters) -> _Published | None:
    context = public_context(data, filters)
    if context is None:
        return None
    if context.filters is None:
        return _Published(context, None, None)
    return _Published(
        context,
        row_of_all(standing(data, viewer, View(context.filters))),
        effect(data, viewer, context.filters),
    )


@callback(Output(_PEERS_ID, "children"), Input(_SHOWN_ID, "data"), prevent_initial_call=True)
def show_peers(shown: dict[str, Any]) -> Any:
    """Districts of a similar baseline; by themselves, because every district is fitted."""
    with snapshot() as data:
        viewer = current_viewer(data)
        code, view = _selection(data, shown["path"], shown["search"])
        if code is None or has_newer(data, shown):
            return None
        split = View(replace(view.filters, district=()), "district")
        everybody = standing(data, viewer, split)
        rows = ranked_groups(data, viewer, split.filters, "district")
    links = {row.effect.group: district_link(row.effect.group, split.filters) for row in rows}
    near = nearest_baselines(everybody, code)
    return standing_tables.peers_table([code, *near], everybody, rows, links)


@callback(
    output={
        "figure": Output(GROUPS.figure, "data"),
        "summary": Output(GROUPS.summary, "children"),
        "table": Output(GROUPS.table, "children"),
        "hidden": Output(GROUPS.section, "hidden"),
    },
    inputs=Input(_SHOWN_ID, "data"),
    prevent_initial_call=True,
    running=[(Output(GROUPS.body, "className"), "chart-body loading", "chart-body")],
)
def show_groups(shown: dict[str, Any]) -> dict[str, Any]:
    """The district by everything else; by itself, because every group is fitted."""
    with snapshot() as data:
        if has_newer(data, shown):
            return dict.fromkeys(("figure", "summary", "table")) | {"hidden": True}
        code, view = _selection(data, shown["path"], shown["search"])
        cuts = _cuts(data, current_viewer(data), view) if code else []
    told = [cut for cut in cuts if cut[1].verdict is not None]
    return {
        "figure": interval_figure(told) if told else None,
        "summary": words.groups_summary(cuts),
        "table": tables.designs_table(cuts),
        "hidden": not told,
    }


def _cuts(data: Snapshot, viewer: Viewer, view: View) -> list[tuple[str, Effect]]:
    return [
        (split, result)
        for split in SPLITS
        if split != "district"
        for result in effects(data, viewer, View(view.filters, split))
    ]


def _asked(data: Snapshot, href: str | None) -> tuple[str | None, View]:
    try:
        parts = urlsplit(href or "")
    except ValueError:  # not an address at all
        return None, View()
    return _selection(data, parts.path, parts.query)


def _leaving_effect(href: str | None) -> Leaving:
    with snapshot() as data:
        code, view = _asked(data, href)
        found = effect(data, current_viewer(data).for_export(), view.filters)
        name = known_values(data).district.get(code or "", "")
    source = wording.effect_source(data.data_as_of, data.is_demonstration)
    is_told = code is not None and found.verdict is not None
    return Leaving(
        f"Visited and similar students: {name}",
        stacked(wording.said(found), source),
        effect_figure(found) if is_told else None,
        told_months(found) if code else told_months(found).head(0),
    )


def _leaving_volume(href: str | None) -> Leaving:
    with snapshot() as data:
        code, view = _asked(data, href)
        viewer, known = current_viewer(data).for_export(), known_values(data)
        scope = visits.Scope(view.filters, is_own=False)
        frame = visits.volume(data, viewer, scope)
        period = visits.volume_period(data, viewer, scope)
    frame = frame if code else frame.head(0)
    links = pd.Series("", index=frame.index)
    return Leaving(
        f"Contacts by {period}: {wording.selection(view.filters, known)}",
        wording.counts_source(data.data_as_of, data.is_demonstration),
        None if frame["withheld"].all() else volume_figure(frame, period, links),
        frame,
    )


def _leaving_months(href: str | None) -> Leaving:
    with snapshot() as data:
        code, _view = _asked(data, href)
        months = district_months(data, current_viewer(data).for_export())
        names = known_values(data).district
        figure = _months_figure(data, months, code, names) if code else None
        dotted = _dotted_lines(data)
    shown = months[months["district_code"].isin([code, EVERYBODY])] if code else months.head(0)
    return Leaving(
        f"Official attendance: {names.get(code or '', '')}",
        stacked(wording.official_source(data.data_as_of, data.is_demonstration), dotted),
        figure,
        shown,
    )


def _leaving_published(href: str | None) -> Leaving:
    with snapshot() as data:
        _code, view = _asked(data, href)
        found = _published(data, current_viewer(data).for_export(), view.filters)
    if found is None:
        return Leaving("Official attendance", "", None, pd.DataFrame())
    context = found.context
    return Leaving(
        f"Official attendance and visited students: {context.name}",
        words.published_sentence(context, demonstration=data.is_demonstration),
        published_figure(context, found.levels),
        standing_tables.published_frame(context, found.levels),
    )


def _leaving_years(href: str | None) -> Leaving:
    with snapshot() as data:
        code, _view = _asked(data, href)
        measures = _measures(data, current_viewer(data).for_export(), code) if code else []
        names = known_values(data).district
    return Leaving(
        f"This school year and the one before: {names.get(code or '', '')}",
        wording.official_source(data.data_as_of, data.is_demonstration),
        years_figure(measures, list(names).index(code)) if code else None,
        pd.concat([measure.values.assign(measure=measure.title) for measure in measures])
        if measures
        else pd.DataFrame(),
    )


def _leaving_groups(href: str | None) -> Leaving:
    with snapshot() as data:
        code, view = _asked(data, href)
        cuts = _cuts(data, current_viewer(data).for_export(), view) if code else []
        name = known_values(data).district.get(code or "", "")
    told = [cut for cut in cuts if cut[1].verdict is not None]
    return Leaving(
        f"Effects by group: {name}",
        wording.effect_source(data.data_as_of, data.is_demonstration),
        interval_figure(told) if told else None,
        all_months(cuts) if cuts else pd.DataFrame(),
    )


offer_downloads(EFFECT, "district-effect", _leaving_effect, part="href")
offer_downloads(VOLUME, "district-contacts", _leaving_volume, part="href")
offer_downloads(MONTHS, "district-official-attendance", _leaving_months, part="href")
offer_downloads(PUBLISHED, "district-published-rates", _leaving_published, part="href")
offer_downloads(YEARS, "district-school-years", _leaving_years, part="href")
offer_downloads(GROUPS, "district-effects-by-group", _leaving_groups, part="href")
