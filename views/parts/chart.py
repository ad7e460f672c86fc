"""The only user of the map component: what a drawing says goes in, what the visitor did comes out.

The component (`layers/serve/component`) is a file of this server; only two lines go through the
socket, since Streamlit sends the script of a component again with every change of its data.
"""

from __future__ import annotations

import functools
from hashlib import sha256
from typing import Any

import streamlit as st

from layers.serve.draw.mapped import MapDrawing
from layers.serve.http.routes import COMPONENT
from layers.text import Language, say
from views.parts import state

LOADER = """export default async (component) =>
  (await import(new URL("/assets/map/map.js?%s", location.origin).href)).default(component)"""
WORDS = (
    "in", "out", "whole", "north", "area", "line", "box", "measure", "print", "print_as", "close", "layers", "card",
    "legend", "opacity", "up", "down", "search", "nothing", "mu", "do_area", "do_line", "do_box", "do_measure",
    "base_stays", "base_none", "base_failed", "base_near",
)  # fmt: skip


@functools.cache
def _component() -> Any:
    digest = sha256((COMPONENT / "map.js").read_bytes()).hexdigest()[:16]
    return st.components.v2.component("luodi_map", js=LOADER % digest)


def show(drawing: MapDrawing, key: str, height: int, language: Language) -> None:
    """Draw a map; what the visitor does on it is kept for this visit under the key (`state.said`)."""
    number, view = (state.journeys(), state.aim()) if drawing.follow else drawing.go or (0, None)
    moves = {"n": number, "view": list(view) if view is not None else None}
    words = {word: say(f"uimap.{word}", language) for word in WORDS} | {"lang": language}
    _component()(
        key=key, height=height, on_event_change=functools.partial(state.hear, key),
        data=drawing.told() | {"go": moves, "words": words},
    )  # fmt: skip
