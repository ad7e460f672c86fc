"""Kinds of layers (图层种类): what a layer of a study is, by its id, or by the name people gave it.

The list is ``data/codes/layers.toml``: a new kind, its names, fields and look are one block there.
"""

from __future__ import annotations

from functools import cache

from layers.library import standards
from layers.library.codelist import Code, CodeList, Look

LIST = "layers"
ROAD = "road"
"""Mark of ways: roads and railways."""


@cache
def kinds() -> CodeList:
    """Return the list of kinds."""
    return standards.codes(LIST)


def kind(layer_id: str, title: str = "") -> Code | None:
    """Return what a layer is: by its id, else by its title where exactly one kind bears it; None for another."""
    if found := kinds().get(layer_id):
        return found
    named = [*kinds().recognised(layer_id), *(kinds().recognised(title) if title else ())]
    return named[0] if len({k.code for k in named}) == 1 else None


def look(layer_id: str, title: str = "") -> Look | None:
    """Return how a layer is drawn; None takes the look of its role."""
    found = kind(layer_id, title)
    return found.look if found else None


def is_way(layer_id: str, title: str = "") -> bool:
    """Tell whether a layer is one of ways: roads or railways."""
    found = look(layer_id, title)
    return found is not None and found.mark == ROAD
