"""Numbers of buildings that stand twice, as where two towns number alike: each building keeps a name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from geo.basis.layer import Layer
from layers.sources.finding import Finding, finding

NAMED = 5


def told_apart(layers: Mapping[str, Layer], ids: Sequence[str]) -> tuple[dict[str, Layer], list[tuple[str, Finding]]]:
    """Return layers in which every building has a number of its own, and what is said of those that had not.

    Parameters
    ----------
    layers : mapping
        All layers of a study; those that are not named stay as they are.
    ids : sequence of str
        Layers of buildings, in the order of the settings.
    """
    seen: dict[str, int] = {}
    out, found = dict(layers), []
    for name in (i for i in ids if i in layers):
        numbers = [str(v) for v in layers[name].ids]
        own = []
        for number in numbers:
            seen[number] = seen.get(number, 0) + 1
            own.append(number if seen[number] == 1 else f"{number}#{seen[number]}")
        twice = [n for n, o in zip(numbers, own, strict=True) if n != o]
        if twice:
            out[name] = replace(layers[name], ids=np.array(own, object))
            named = list(dict.fromkeys(twice))[:NAMED]
            found.append((name, finding("warn", "building_ids_repeat", count=len(twice), ids=named)))
    return out, found
