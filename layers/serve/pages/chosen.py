"""Several parcels chosen together: kept under a short key, summed, written as a file, handed in as a red line.

The address carries the key, the list stays on the server; equal lists have equal keys.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.library.standards import coded
from layers.outputs.files import export
from layers.outputs.target import bytes_of
from layers.serve.draw.styles import STATUSES
from layers.serve.held import Noted
from layers.serve.pages.board import Board
from layers.study import incoming
from layers.study.run.results import Results
from layers.text import Language, say
from layers.words import once

MOST = 2_000
"""Lists of ids longer than this are no list a person typed."""
_SPLIT = re.compile(r"[\s,;，；、]+")
MOST_KEPT = 4_000_000
"""Ids of all choices that are kept, of all visitors: some hundred megabytes."""


@dataclass(frozen=True)
class Chosen:
    """Parcels chosen together.

    Parameters
    ----------
    ids : tuple of str
        In the order of the table `parcels`.
    shape : mapping or None
        The area that was drawn, GeoJSON in longitude and latitude; None where parcels were picked.
    missed : tuple of str
        Ids asked for that no parcel bears.
    """

    ids: tuple[str, ...]
    shape: Mapping[str, Any] | None = None
    missed: tuple[str, ...] = ()


KEPT: Noted[Chosen] = Noted(MOST_KEPT, lambda chosen: 1 + len(chosen.ids) + len(chosen.missed))


def keep(results: Results, chosen: Chosen) -> str:
    """Keep a choice; return its key."""
    content = json.dumps([str(results.folder), results.run_id, chosen.ids, chosen.shape, chosen.missed], default=dict)
    key = hashlib.sha256(content.encode()).hexdigest()[:10]
    KEPT.put(key, chosen)
    return key


def kept(key: str) -> Chosen | None:
    """Return a choice, None when this server does not know it (any more)."""
    return KEPT.get(key)


def in_shape(board: Board, shape: Mapping[str, Any], kind: str) -> Chosen:
    """Return the parcels in what was drawn: by their inner point in an area, those a line crosses."""
    drawn = shapely.from_geojson(json.dumps(shape))
    found = board.crossed(drawn) if kind == "line" else board.within(drawn)
    return Chosen(tuple(str(i) for i in board.ids[found]), dict(shape) if kind == "area" else None)


def near(board: Board, ids: Iterable[str], metres: float) -> Chosen:
    """Return the parcels within a distance of some, those included."""
    return Chosen(tuple(str(i) for i in board.ids[board.near(ids, metres)]))


def with_one(board: Board, ids: Iterable[str], one: str) -> Chosen:
    """Return the choice with one parcel more, or without it when it was chosen."""
    those = set(ids) ^ {one}
    return Chosen(tuple(str(i) for i in board.ids[board.numbers(those)]))


def named(board: Board, text: str) -> Chosen:
    """Return the parcels of a list of ids, as somebody pasted it."""
    asked = list(dict.fromkeys(w for w in _SPLIT.split(text) if w))[:MOST]
    numbers = board.numbers(asked)
    return Chosen(tuple(str(board.ids[n]) for n in sorted(numbers)), missed=tuple(w for w in asked if not board.has(w)))


def _rows(results: Results, ids: Iterable[str]) -> pd.Series:
    return results.table("candidates")["parcel_id"].isin(list(ids))


def sums(results: Results, ids: Iterable[str]) -> pd.DataFrame:
    """Return parcels and areas by status, shared ground once, the sum in the last row (``""``)."""
    found = results.table("candidates")
    mine = _rows(results, ids).to_numpy()
    status = pd.Series(np.where(mine, found["status"], "*"), index=found.index)
    by = once.areas(results, found, status, STATUSES)
    whole = once.areas(results, found, pd.Series(np.where(mine, "", "*"), index=found.index), [""])
    return pd.concat([by[by["parcels"] > 0], whole])


def uses(results: Results, ids: Iterable[str], language: Language) -> list[tuple[str, int, float]]:
    """Return present use, parcels and area (m²), the largest first."""
    parcels = results.table("parcels")
    mine = parcels[parcels["parcel_id"].isin(list(ids))]
    pairs = [coded(str(s), str(u), language) or say("word.not_known", language)
             for s, u in zip(mine["land_use_scheme"], mine["land_use"], strict=True)]  # fmt: skip
    made = mine.groupby(np.array(pairs, object))["area_m2"].agg(["size", "sum"]).sort_values("sum", ascending=False)
    return [(str(name), int(count), float(area)) for name, count, area in made.itertuples()]


def file(results: Results, ids: Iterable[str], kind: str, language: Language) -> bytes:
    """Return the list of the chosen parcels in one format, by the same doors as the whole list."""
    rows = _rows(results, ids).to_numpy(bool)
    return bytes_of(f"chosen.{kind}", lambda path: export(results, path, "candidates", language, rows))


def as_redline(results: Results, chosen: Chosen, name: str) -> str:
    """Keep what was drawn, or the ground of the parcels, as a file a red line can be read from; return its path."""
    if chosen.shape is not None:
        shape = shapely.from_geojson(json.dumps(dict(chosen.shape)))
    else:
        parcels = gpd.GeoDataFrame(results.table("parcels"))
        mine = parcels[parcels["parcel_id"].isin(chosen.ids)].to_crs(4326)
        shape = shapely.union_all(mine.geometry.to_numpy())
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    plots = [{"type": "Feature", "properties": {"name": f"{name} {k + 1}" if len(parts) > 1 else name},
              "geometry": json.loads(shapely.to_geojson(p))} for k, p in enumerate(parts)]  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": plots}, ensure_ascii=False)
    return str(incoming.keep(results.folder, f"{name}.geojson", content.encode()))
