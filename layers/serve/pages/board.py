"""One run as a map: tiles of parcels and layers, and the parcel under a click."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.screen.counterfactual import Change
from layers.ask.whatif import desk
from layers.library import grounds, roles
from layers.serve.draw.drawn import ShapeTiles, Style
from layers.serve.draw.mapped import IdsLayer
from layers.serve.draw.mercator import unit_square
from layers.serve.draw.numbered import bytes_url, cards_url, find_url, words_url
from layers.serve.draw.places import Places, url_of
from layers.serve.draw.published import SHELF, Address
from layers.serve.draw.styles import GROUND, STATUSES, css, layer_style, status_inks, status_paint
from layers.serve.draw.tiles import Ink, Paint
from layers.serve.held import Held
from layers.serve.pages.board_words import Words
from layers.serve.pages.image_desk import SeenImage, seen_images
from layers.study.run.results import Results
from layers.text import Language, say

FIRST_SHOWN = ("boundary", "park", "network")
PLAIN = Ink((226, 222, 213, 255), (203, 197, 186, 190), None, (240, 238, 232, 255))
"""Ground on which something else is looked at."""


@dataclass(frozen=True)
class DrawnLayer:
    """A layer that can be switched on the map; `title` is text of the user's, not yet escaped."""

    layer_id: str
    title: str
    role: str
    vintage: str
    colour: str
    outline_only: bool
    shown_first: bool
    url: str
    leaves: bool = True
    mark: str = "plain"
    base: bool = False


class Board(Places):
    """What the map of one run shows; built once per run and shared by all visitors."""

    def __init__(self, results: Results, name: str):
        parcels = gpd.GeoDataFrame(results.table("parcels"))
        super().__init__(parcels["parcel_id"].to_numpy(object), parcels.geometry, name)
        self._results = results
        self.words = Words(results, parcels, self.boxes)
        self._classes = self._status_classes(results.table("candidates"))
        self._paint = status_paint()
        self._styles: dict[str, Style] = {}
        self._drawings: dict[str, ShapeTiles] = {}
        self._reading = threading.Lock()

    def _status_classes(self, found: pd.DataFrame) -> npt.NDArray[np.uint8]:
        status = found.set_index("parcel_id")["status"].reindex(self.ids)
        # a parcel without a state is drawn as unknown: never as nothing
        words = status.fillna("unknown").to_numpy(object)
        number = {word: k + 1 for k, word in enumerate(STATUSES)}
        return np.array([number[w] for w in words], np.uint8)

    def parcels_url(self, shown: Iterable[str] = STATUSES, found: pd.DataFrame | None = None) -> str:
        """Return the tile address of the parcels, with the statuses that are shown.

        Parameters
        ----------
        shown : iterable of str
        found : DataFrame or None
            ``parcel_id, status`` of a trial; None: as in the run. Equal answers share
            an address, whatever led to them.
        """
        classes = self._shown(shown, found)
        content = hashlib.sha256(classes.tobytes()).hexdigest()
        key = SHELF.put(f"{self._name}|parcels|{content}", lambda at: self._tiles.png(at, classes, self._paint))
        return url_of(key)

    def _shown(self, shown: Iterable[str], found: pd.DataFrame | None) -> npt.NDArray[np.uint8]:
        wanted = [s in set(shown) for s in STATUSES]
        lut = np.r_[False, wanted]
        states = self._classes if found is None else self._status_classes(found)
        return np.where(lut[states], states, 0).astype(np.uint8)

    def counts(self) -> dict[str, int]:
        """Return how many parcels have each status, in the order of the statuses."""
        found = np.bincount(self._classes, minlength=len(STATUSES) + 1)
        return {status: int(found[k]) for k, status in enumerate(STATUSES, 1)}

    def parcels(
        self, language: Language, shown: Iterable[str] = STATUSES, found: pd.DataFrame | None = None, asked: bool = True
    ) -> IdsLayer:
        """Return the parcels for the map: their states over their present use; parameters as `parcels_url`."""
        card = cards_url(f"{self._name}|{language}", lambda k: self.words.card(k, language)) if asked else ""
        return IdsLayer("parcels", "", self.ids_url, len(self.ids), bytes_url(self._shown(shown, found)),
                        bytes_url(self.words.uses + np.uint8(1)), status_inks(), self.grounds, card,
                        leaves=self.leaves)  # fmt: skip

    def fabric(self) -> IdsLayer:
        """Return the parcels as ground on which something else is looked at: their present use, nothing more."""
        classes = bytes_url(np.zeros(len(self.ids), np.uint8))
        return IdsLayer("fabric", "", self.ids_url, len(self.ids), classes, bytes_url(self.words.uses + np.uint8(1)),
                        [], self.grounds, leaves=self.leaves)  # fmt: skip

    @property
    def grounds(self) -> list[str]:
        """Colours of present use by number."""
        return [look.colour for look in grounds.looks()]

    @property
    def leaves(self) -> bool:
        """Whether the shapes of parcels may leave this computer."""
        return not any(s.use_only for s in self._results.study.with_role("parcels"))

    def labels_url(self) -> str:
        """Return the address of the names on the map."""
        return words_url(f"{self._name}|labels", self.words.labels)

    def find_url(self, language: Language) -> str:
        """Return the address of the search."""
        return find_url(f"{self._name}|{language}", lambda text: self.words.find(text, language))

    def sheet(self, language: Language) -> dict[str, Any]:
        """Return what stands on a printed map, or why it may not leave."""
        results, day = self._results, self._results.study.as_of.isoformat()
        lines = [" · ".join([say("ui.as_of", language, day=day), results.study.crs,
                             say("ui.run", language, run=results.run_id[:8])])]  # fmt: skip
        kept = [layer.title for layer in self._described if not layer.leaves]
        lines += [say("uimap.left_out", language, layers=kept)] if kept else []
        lines += [say("ui.synthetic", language)] if results.study.demonstration else []
        refused = "" if self.leaves else say("ui.use_only_no_export", language)
        return {
            "title": results.study.name,
            "lines": lines,
            "file": f"luodi-map-{results.run_id[:8]}",
            "refused": refused,
        }

    def ground_url(self) -> str:
        """Return the tile address of the parcels as plain ground, whatever their status."""
        classes, paint = np.ones(len(self.ids), np.uint8), Paint([PLAIN])
        return url_of(SHELF.put(f"{self._name}|ground", lambda at: self._tiles.png(at, classes, paint)))

    @cached_property
    def _described(self) -> list[DrawnLayer]:
        out = []
        for place, spec in enumerate(self._results.study.with_role(*roles.drawn())):
            if not self._results.manifest["tables"].get(f"shape_{spec.id}", {}).get("rows"):
                continue
            style = layer_style(spec, place)
            self._styles[spec.id] = style
            shown = DrawnLayer(
                spec.id, spec.title or spec.id, spec.role, str(spec.vintage or ""), css(style.colour),
                style.fill == 0, spec.role in FIRST_SHOWN, "", not spec.use_only, style.mark,
            )  # fmt: skip
            out.append(shown)
        return out

    def layers(self) -> list[DrawnLayer]:
        """Return the layers that have shapes to draw, each with its tile address; none is read yet."""
        out = []
        for layer in self._described:
            key = SHELF.put(f"{self._name}|layer|{layer.layer_id}", partial(self._layer_png, layer.layer_id))
            out.append(replace(layer, url=url_of(key)))
        return out

    def _layer_png(self, layer_id: str, at: Address) -> bytes:
        with self._reading:
            tiles = self._drawings.get(layer_id)
            if tiles is None:
                shapes = self._results.layer_shapes(layer_id)
                square = unit_square(shapes.geometry.to_numpy(), shapes.crs)
                tiles = self._drawings[layer_id] = ShapeTiles(square, self._styles[layer_id])
        return tiles.png(at)

    def images(self) -> list[DrawnLayer]:
        """Return the images of the ground, the newest on top, each with its tile address; none is opened yet."""
        return [
            DrawnLayer(one.layer_id, one.title, "raster", one.vintage, GROUND, False, False,
                       url_of(SHELF.put(one.content, one.png)), base=True)
            for one in self._images
        ]  # fmt: skip

    @cached_property
    def _images(self) -> list[SeenImage]:
        return seen_images(self._results, self._name)

    def left_after(self, parcel_id: str, change: Change) -> dict[str, Any] | None:
        """Return what a cut leaves of a parcel as GeoJSON in longitude and latitude; None when nothing is left."""
        parts = desk(self._results).drawn(parcel_id, change).geometry
        shapes = [shape for shape in parts if shape is not None and not shape.is_empty]
        return self._lonlat(shapes) if shapes else None


_boards: Held[Board] = Held(3)


def board(results: Results) -> Board:
    """Return the map of a run; the second visitor waits for the first instead of building it again."""
    name = results.name("parcels", "candidates")
    return _boards.get(name, lambda: Board(results, name))
