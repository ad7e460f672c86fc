"""The maps of the Drive page: the chain, the resources, the funds, each as a graph or on the ground."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from layers.serve.pages import chain_map, drive_maps
from layers.serve.pages import drive as served
from layers.serve.pages.drive_map import DriveScene
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import frame, runner, state, tables
from views.parts.markup import tag

Ground = Callable[[Callable[[], DriveScene], str | None], None]
"""Draws a scene over the land of the study, with one project chosen or none."""


def shown() -> str:
    """Return which of the maps is open: `layers.serve.pages.drive_maps.MAPS`."""
    chosen = str(state.value_of("drive-map") or "")
    return chosen if chosen in drive_maps.MAPS else drive_maps.MAPS[0]


def ready(results: Results) -> bool:
    """Tell whether the run has what the open map rests on."""
    return drive_maps.ready(results, shown())


def draw(results: Results, ground: Ground, language: Language) -> None:
    """Draw the open map, or what is missing for it."""
    with st.container(horizontal=True, vertical_alignment="center", key="drivemaps"):
        which = st.segmented_control(
            say("uidrive.views", language), drive_maps.MAPS, default=drive_maps.MAPS[0], required=True,
            key="drive-map", format_func=lambda m: say(f"uidrive.map_{m}_tab", language),
            label_visibility="collapsed",
        )  # fmt: skip
        park = _park(results, language) if which == "chain" else ""
        drawn = st.segmented_control(
            say("uidrive.drawn", language), ("graph", "map"), default="graph", required=True, key="drive-chain-drawn",
            format_func=lambda d: say(f"uidrive.chain_{d}", language), label_visibility="collapsed",
        )  # fmt: skip
    if not drive_maps.ready(results, str(which)):
        frame.trouble([say(f"uidrive.no_{which}", language)], f"uidrive.no_{which}_title")
        runner.needed(results.folder, language)
    elif which == "chain":
        _chain(results, park, ground if drawn == "map" else None, language)
    else:
        _graph(results, str(which), ground if drawn == "map" else None, language)


def _park(results: Results, language: Language) -> str:
    whole = dict(served.chain_parks(served.chain_of(results, ""), language))
    park = st.selectbox(say("uidrive.place", language), list(whole), format_func=whole.__getitem__, key="drive-park",
                        label_visibility="collapsed")  # fmt: skip
    return str(park or "")


def _chain(results: Results, park: str, ground: Ground | None, language: Language) -> None:
    found = served.chain_of(results, park)
    picture, gaps = served.chain_view(found, language)
    if ground is not None:
        ground(lambda: chain_map.scene(found, language), None)
    else:
        st.image(picture, width="stretch")
    if gaps.empty:
        st.html(tag("p", say("uidrive.chain_no_gap", language), cls="lu-note"))
    else:
        tables.plain(gaps, f"drive-gaps-{park}-{language}")


def _graph(results: Results, which: str, ground: Ground | None, language: Language) -> None:
    made = drive_maps.resources(results, language) if which == "resource" else drive_maps.funds(results, language)
    first, *rest = made.notes if ground is not None else made.notes[1:]  # the picture has the first in it
    st.html(tag("details", tag("summary", first), *(tag("div", n, cls="lu-line") for n in rest), cls="lu-law"))
    if ground is not None:
        ground(lambda: drive_maps.on_ground(results, which, language), None)
    else:
        st.image(made.picture, width="stretch")
    for k, table in enumerate(made.tables):
        if not table.empty:
            tables.plain(table, f"drive-{which}-{k}-{language}")
