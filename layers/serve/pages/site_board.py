"""Sites as a map: coloured by score, hatched where a hard limit is not known, and the site under a click."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.rank.scale import Scaled
from layers.ask.ranked import Ranked
from layers.serve.draw.mapped import Card, IdsLayer
from layers.serve.draw.numbered import bytes_url, cards_url
from layers.serve.draw.places import Places, url_of
from layers.serve.draw.published import SHELF
from layers.serve.draw.styles import rgb
from layers.serve.draw.tiles import Ink, Paint
from layers.text import Language

SCORE_COLOURS = ("#F4EDC9", "#CFE3B4", "#95CDB4", "#57B0BD", "#358CBA", "#2F62A6", "#252E72")
"""From the lowest score shown to the highest: lightness alone tells the order."""
OUT = "#CFC9C1"
"""Sites that break a hard limit."""


class SiteBoard(Places):
    """Sites of a run or of a demand; built once and shared by all visitors.

    Parameters
    ----------
    sites : GeoDataFrame
        Columns ``site_id, geometry``.
    name : str
        Equal names mean equal sites.
    """

    def __init__(self, sites: gpd.GeoDataFrame, name: str):
        super().__init__(sites["site_id"].to_numpy(object), sites.geometry, name)
        self._inks = [_ink(c, h) for h in (False, True) for c in SCORE_COLOURS] + [_ink(OUT, False)]
        self._paint = Paint(self._inks)

    def url(self, ranking: pd.DataFrame) -> str:
        """Return the tile address of the sites as a ranking colours them; equal colours share an address."""
        classes = self._classes(ranking)
        content = hashlib.sha256(classes.tobytes()).hexdigest()
        key = SHELF.put(f"{self._name}|sites|{content}", lambda at: self._tiles.png(at, classes, self._paint))
        return url_of(key)

    def layer(self, ranking: pd.DataFrame, card: Callable[[int], Card], language: Language) -> IdsLayer:
        """Return the sites as a ranking colours them, with the card of each: sites of one colour have other scores."""
        classes = self._classes(ranking)
        told = pd.util.hash_pandas_object(ranking[["site_id", "score", "state"]], index=False).to_numpy()
        name = f"{hashlib.sha256(told.tobytes()).hexdigest()}|{language}"
        return IdsLayer("sites", "", self.ids_url, len(self.ids), bytes_url(classes), "", self._inks,
                        cards=cards_url(f"{self._name}|{name}", card))  # fmt: skip

    def preview(self, made: Ranked, found: Scaled, sliders: Mapping[str, str]) -> dict[str, Any]:
        """Return what the map needs to work out scores itself while a slider is dragged.

        Parameters
        ----------
        made : Ranked
            As the weights stand.
        found : Scaled
            Units by criterion, before any weight.
        sliders : mapping of criterion to the class of its slider on the page
        """
        names = [c.id for c in found.criteria]
        place = {unit: k for k, unit in enumerate(found.unit_ids)}
        values = np.full((len(self.ids), len(names)), np.nan)
        rows = [(k, place[i]) for k, i in enumerate(self.ids) if i in place and not found.infeasible[place[i]]]
        for k, row in rows:
            values[k] = found.low[row]
        return {"values": bytes_url(values.astype("<f8")), "weights": [made.weights[n] * 100 for n in names],
                "steps": len(SCORE_COLOURS), "sliders": [sliders[n] for n in names], "layer": "sites"}  # fmt: skip

    def _classes(self, ranking: pd.DataFrame) -> np.ndarray:
        own = ranking.set_index("site_id").reindex(self.ids)
        low, high = score_range(ranking)
        part = (own["score"].to_numpy(float) - low) / max(high - low, 1e-9)
        steps = len(SCORE_COLOURS)
        step = np.clip(np.nan_to_num(part) * steps, 0, steps - 1).astype(np.uint8)
        classes = 1 + step + np.where(own["state"] == "unknown", steps, 0)
        return np.where(own["score"].isna(), 2 * steps + 1, classes).astype(np.uint8)


def score_range(ranking: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest score shown, 0 and 100 where nothing is ranked."""
    scores = ranking["score"].dropna()
    return (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 100.0)


def _ink(colour: str, hatched: bool) -> Ink:
    red, green, blue = rgb(colour)
    return Ink((red, green, blue, 225), (55, 65, 81, 230), (255, 255, 255, 200) if hatched else None,
               (55, 65, 81, 200))  # fmt: skip
