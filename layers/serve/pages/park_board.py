"""Parks on the map, coloured by whether what they still hold carries any land."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.ask.placement import PlaceTables
from layers.serve.draw.mapped import IdsLayer
from layers.serve.draw.numbered import bytes_url, cards_url
from layers.serve.draw.places import Places
from layers.serve.draw.styles import rgb
from layers.serve.draw.tiles import Ink
from layers.serve.held import Held
from layers.study.run.results import Results
from layers.text import Language
from layers.words import place_lines as words

STATES = ("carries", "full", "unknown")
STATE_COLOURS = {"carries": "#12806A", "full": "#B4432E", "unknown": "#6E64B0"}
"""A park still carries land, carries none, or nobody knows; the word stands beside the colour."""


class ParkBoard(Places):
    """Parks of a run; built once and shared by all visitors."""

    def layer(self, found: PlaceTables, language: Language) -> IdsLayer:
        """Return the parks as an answer colours them, with what binds each on its card."""
        states = [state(found, str(p)) for p in self.ids]
        classes = np.array([STATES.index(s) + 1 for s in states], np.uint8)

        def card(k: int) -> tuple[str, list[str]] | None:
            if not 0 <= k < len(self.ids):
                return None
            park = str(self.ids[k])
            table = found.table("capacity")
            return words.park(found, park), list(words.binding(table[table["park_id"] == park], language))[:3]

        # equal answers give equal cards; an answer to "what if" has its own
        name = f"{self._name}|{language}|{found.asked!r}"
        return IdsLayer("park-states", "", self.ids_url, len(self.ids), bytes_url(classes), "",
                        [_ink(STATE_COLOURS[s]) for s in STATES], cards=cards_url(name, card))  # fmt: skip


def state(found: PlaceTables, park: str) -> str:
    """Tell whether a park still carries land: by the account that binds it."""
    table = found.table("capacity")
    binding = table[(table["park_id"] == park) & table["binding"].astype(bool)]
    carried: Iterable[Any] = binding["supports_mu"]
    known = [float(mu) for mu in carried if pd.notna(mu)]
    if not known:
        return "unknown"
    return "carries" if min(known) > 0 else "full"


def _ink(colour: str) -> Ink:
    red, green, blue = rgb(colour)
    return Ink((red, green, blue, 150), (red, green, blue, 255), None, (red, green, blue, 255))


_boards: Held[ParkBoard | None] = Held(3)


def park_board(results: Results) -> ParkBoard | None:
    """Return the parks of a run, None where no park has a shape and an id."""
    return _boards.get(results.name(), lambda: _made(results))


def shapes(results: Results) -> gpd.GeoDataFrame | None:
    """Return the parks of a run: ``park_id`` and geometry, one row a park; None where none has a shape and an id."""
    found = [results.layer_shapes(s.id) for s in results.study.with_role("park")]
    found = [f[["park_id", "geometry"]] for f in found if "park_id" in f and len(f)]
    if not found:
        return None
    every = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=results.study.crs)
    whole = every[every["park_id"].fillna("") != ""].dissolve("park_id").reset_index()
    return whole if len(whole) else None


def _made(results: Results) -> ParkBoard | None:
    found = shapes(results)
    return None if found is None else ParkBoard(found["park_id"].to_numpy(object), found.geometry, results.name())
