"""Buildings with a firm or a vacancy, and firms without a building, as assets; and how much of each plot is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Geometries, Layer
from geo.basis.tables import empty
from geo.idle.places import built_shares, standing_on
from layers.sources.cells import recognise
from layers.sources.finding import Finding, finding
from layers.study.registers import record_cells
from layers.study.registers.idle_records import Land
from layers.study.run.stage import Work
from layers.study.spec import LayerSpec

Findings = list[tuple[str, Finding]]
_NUMBERS = ("floors", "vacant_floors", "floor_area_m2", "vacant_m2")
_TEXTS = ("name", "park_id", "use", "vacant_since")


@dataclass(frozen=True)
class Buildings:
    """Assets that are buildings, the asset of every firm, and what is built on each plot."""

    assets: pd.DataFrame
    asset_of: Mapping[str, str]
    built: pd.DataFrame


@dataclass
class _Stock:
    """Every building of the study, of all its layers."""

    ids: list[str] = field(default_factory=list)
    layer: list[LayerSpec] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    cells: dict[str, list[Any]] = field(default_factory=lambda: {n: [] for n in (*_NUMBERS, *_TEXTS)})
    maybe: list[bool] = field(default_factory=list)

    @property
    def geometry(self) -> Geometries:
        """Shapes as an array."""
        out = np.empty(len(self.shapes), object)
        out[:] = self.shapes
        return out


def buildings_of(
    work: Work,
    firms: Mapping[str, Mapping[str, Any]],
    reporting: set[str],
    land: Land,
    found: Findings,
) -> Buildings:
    """Return the buildings that matter and the firms in them.

    Parameters
    ----------
    work : Work
    firms : mapping
        Enterprise number → its row; ``building_id`` names its building, else its place does.
    reporting : set of str
        Enterprises with monthly readings, known or not.
    land : Land
        The supply records and their ground.
    found : list
        Findings are added to it.
    """
    stock = _stock(work)
    asset_of, strays = _placed(firms, reporting, stock, found)
    chosen = {stock.ids[k] for k in range(len(stock.ids)) if stock.cells["vacant_m2"][k] > 0}
    chosen |= set(asset_of.values()) & set(stock.ids)
    rows = [_row(stock, k, work) for k in range(len(stock.ids)) if stock.ids[k] in chosen]
    _named(rows, firms, asset_of)
    rows += [_stray(name, firms.get(name, {})) for name in strays]
    assets = pd.DataFrame(rows) if rows else empty("idle_assets").assign(geometry=None)
    assets = assets.drop_duplicates("asset_id")
    open_ = _open(stock, land)
    assets["on_land"] = [plot if k not in open_ else "" for plot, k in _plots(assets, land)]
    floors = _floors(work, stock, land)
    sure = {a for n, a in asset_of.items() if not firms.get(n, {}).get("doubt")}
    whole = _complete(work, stock, {i for i in chosen if i in sure or i not in asset_of.values()}, floors, land)
    built = _built(work, land.shapes).assign(floor_m2=floors, firms_complete=whole, industry="")
    built.loc[sorted(open_), ["built_share", "floor_m2"]] = np.nan
    built.loc[sorted(open_), "firms_complete"] = False
    return Buildings(assets, asset_of | {n: n for n in strays}, built)


def _named(rows: list[dict[str, Any]], firms: Mapping[str, Mapping[str, Any]], asset_of: Mapping[str, str]) -> None:
    """Call a building without a name by the firms in it, and give it their industry if they have one in common."""
    inside: dict[str, list[str]] = {}
    kinds: dict[str, list[str]] = {}
    for number, asset in asset_of.items():
        kinds.setdefault(asset, []).append(str(firms.get(number, {}).get("industry", "")))
        inside.setdefault(asset, []).append(str(firms.get(number, {}).get("name") or number))
    for row in rows:
        row["name"] = row["name"] or "、".join(sorted(inside.get(row["asset_id"], [])))
        row["industry"] = _one({kind for kind in kinds.get(row["asset_id"], ()) if kind})


def _one(kinds: set[str]) -> str:
    return kinds.pop() if len(kinds) == 1 else ""


def _floors(work: Work, stock: _Stock, land: Land) -> npt.NDArray[np.float64]:
    """Return the floor area on each plot; NaN where the building layers do not say all of it."""
    out: npt.NDArray[np.float64] = np.full(len(land.shapes), np.nan)
    specs = work.plan.study.with_role("building")
    layers = [work.inputs.layers.get(s.id) for s in specs]
    if not specs or any(x is None or x.state != "ok" or x.coverage != "complete" for x in layers):
        return out
    out[~shapely.is_missing(land.shapes)] = 0.0
    at = standing_on(shapely.point_on_surface(stock.geometry), land.shapes)
    np.add.at(out, at[at >= 0], np.array(stock.cells["floor_area_m2"])[at >= 0])
    return out


def _complete(work: Work, stock: _Stock, chosen: set[str], floors: npt.NDArray[np.float64], land: Land) -> list[bool]:
    """Tell for each plot whether every firm on it is known.

    That is so where the list of firms is complete, or where every plant on the plot has a
    firm or a recorded vacancy (no plant at all included).
    """
    specs = work.plan.study.with_role("enterprise")
    if specs and all(s.coverage == "complete" for s in specs):
        return [not gone for gone in shapely.is_missing(land.shapes)]
    plain = [record_cells.worded("building_uses", use) == "plant" for use in stock.cells["use"]]
    lone = np.array([p and i not in chosen for p, i in zip(plain, stock.ids, strict=True)], bool)
    under = set(standing_on(shapely.point_on_surface(stock.geometry[lone]), land.shapes) if lone.any() else ())
    return [bool(np.isfinite(floor)) and k not in under for k, floor in enumerate(floors)]


def _stock(work: Work) -> _Stock:
    out = _Stock()
    for spec in work.plan.study.with_role("building"):
        layer = work.inputs.layers.get(spec.id)
        if layer is None or layer.state != "ok":
            continue
        out.ids += [str(i) for i in layer.ids]
        out.layer += [spec] * len(layer.ids)
        out.maybe += layer.maybe.tolist()
        out.shapes += list(layer.shapes)
        for name in _NUMBERS:
            out.cells[name] += _numeric(layer, name)
        for name in _TEXTS:
            out.cells[name] += [str(v) for v in layer.attributes.get(name, [""] * len(layer.ids))]
    return out


def _numeric(layer: Layer, name: str) -> list[float]:
    values = layer.attributes.get(name)
    if values is None:
        return [np.nan] * len(layer.ids)
    read = (recognise.number(v if isinstance(v, float) else str(v)) for v in values)
    return [v.value if v is not None else np.nan for v in read]


def _placed(
    firms: Mapping[str, Mapping[str, Any]], reporting: set[str], stock: _Stock, found: Findings
) -> tuple[dict[str, str], list[str]]:
    """Return the building of every firm, and the firms nobody can place in one."""
    ids = set(stock.ids)
    by_point = _around(firms, stock)
    asset_of: dict[str, str] = {}
    strays, lost = [], []
    for number in sorted({*firms, *reporting}):
        row = firms.get(number, {})
        named = row.get("building_id", "")
        if named in ids:
            asset_of[number] = named
        elif not named and number in by_point:
            asset_of[number] = by_point[number]
        else:
            strays.append(number)
            lost += [number] if named else []
    if lost:
        layer = str(firms[lost[0]]["layer"])
        found.append((layer, finding("warn", "idle_building_unknown", count=len(lost), rows=lost[:5])))
    return asset_of, strays


def _around(firms: Mapping[str, Mapping[str, Any]], stock: _Stock) -> dict[str, str]:
    """Return the building around the place of each firm that names none."""
    open_ = [n for n, row in firms.items() if not row["building_id"] and row["shape"] is not None]
    if not open_ or not stock.ids:
        return {}
    points = np.array([shapely.point_on_surface(firms[n]["shape"]) for n in open_], object)
    at = standing_on(points, stock.geometry)
    return {n: stock.ids[k] for n, k in zip(open_, at, strict=True) if k >= 0}


def _row(stock: _Stock, k: int, work: Work) -> dict[str, Any]:
    cell = {name: values[k] for name, values in stock.cells.items()}
    if stock.maybe[k]:  # a vacancy of what may not be there is no sign
        cell |= {"vacant_floors": np.nan, "vacant_m2": np.nan, "vacant_since": ""}
    shape = stock.shapes[k]
    since = recognise.day(cell["vacant_since"]) if cell["vacant_since"] else None
    floor = cell["floor_area_m2"]
    ground = float(work.basis.areas(work.basis.project(np.array([shape], object)))[0])
    return {
        "asset_id": stock.ids[k], "kind": "building", "name": cell["name"], "park_id": cell["park_id"],
        "building_use": record_cells.worded("building_uses", cell["use"]) or "other", "located": "shape",
        "parcel_ids": "", "on_land": "", "area_m2": floor if np.isfinite(floor) else ground,
        "floors": cell["floors"], "vacant_floors": cell["vacant_floors"], "vacant_m2": cell["vacant_m2"],
        "vacant_since": since.value if since else None, "source": stock.layer[k].id,
        "built_share": np.nan, "built_on": None, "built_source": "", "floor_m2": floor, "firms_complete": False,
        "industry": "", "geometry": shape,
    }  # fmt: skip


def _stray(number: str, firm: Mapping[str, Any]) -> dict[str, Any]:
    """Return a firm in no known building as an asset of its own: listed, with or without a place."""
    shape = firm.get("shape")
    return {
        "asset_id": number, "kind": "building", "name": firm.get("name", ""), "park_id": firm.get("park_id", ""),
        "building_use": "", "located": "none" if shape is None else "point", "parcel_ids": "", "on_land": "",
        "area_m2": np.nan, "floors": np.nan, "vacant_floors": np.nan, "vacant_m2": np.nan, "vacant_since": None,
        "source": str(firm.get("layer", "")), "built_share": np.nan, "built_on": None, "built_source": "",
        "floor_m2": np.nan, "firms_complete": False, "industry": firm.get("industry", ""), "geometry": shape,
    }  # fmt: skip


def _open(stock: _Stock, land: Land) -> set[int]:
    """Return the plots touched by a building that only may be there: nothing of what stands on them is known."""
    doubtful = stock.geometry[np.array(stock.maybe, bool)]
    have = np.flatnonzero(~shapely.is_missing(land.shapes))
    if not len(doubtful) or not have.size:
        return set()
    return set(have[shapely.STRtree(land.shapes[have]).query(doubtful, "intersects")[1]].tolist())


def _plots(assets: pd.DataFrame, land: Land) -> list[tuple[str, int]]:
    """Return the plot under each asset and its position, "" and -1 for none."""
    shapes = assets["geometry"].to_numpy(object)
    have = np.flatnonzero(~shapely.is_missing(shapes))
    out = [("", -1)] * len(assets)
    if have.size:
        at = standing_on(shapely.point_on_surface(shapes[have]), land.shapes)
        for k, plot in zip(have, at.tolist(), strict=True):
            out[k] = (str(land.about["asset_id"].iloc[plot]), plot) if plot >= 0 else ("", -1)
    return out


def _built(work: Work, land: Geometries) -> pd.DataFrame:
    """Return the share of each plot under buildings; none at all is known only where the layer is complete."""
    share: npt.NDArray[np.float64] = np.full(len(land), np.nan)
    source, on = "", None
    for spec in work.plan.study.with_role("building"):
        layer = work.inputs.layers.get(spec.id)
        if layer is None or layer.state != "ok":
            continue
        found = built_shares(land, layer.shapes)
        found[(found == 0) & (layer.coverage != "complete")] = np.nan
        share = np.fmax(share, found)
        source, on = spec.id, spec.vintage
    return pd.DataFrame({"built_share": share, "built_on": on, "built_source": source})
