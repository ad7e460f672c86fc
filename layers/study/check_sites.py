"""Red lines as sites: a pin on a named check makes its accepted boundary a site of that project alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.tables import empty
from geo.measure.shape import widths
from layers.sources.finding import Finding, finding
from layers.study.edits import Edits
from layers.study.run import manifest, store

PREFIX = "R"
HEAD, FOLDER = "check.json", "checks"
READ = ("parcels", "candidates", "land", "composition")
TOUCH_M2 = 1.0
"""Less of a land part under a red line is the noise of two boundaries that follow each other."""


@dataclass(frozen=True)
class RedlineSites:
    """Red lines as rows of the tables ``check_sites`` and ``check_members``, and what was found."""

    sites: gpd.GeoDataFrame
    members: pd.DataFrame
    findings: tuple[tuple[str, Finding], ...]


def pinned(edits: Edits) -> dict[str, str]:
    """Return project → check of the pins that name a red line."""
    return {p: str(v["check"]) for p, v in edits.values("pin").items() if v.get("check")}


def site_id(check_id: str) -> str:
    """Return the id of the site a check makes."""
    return PREFIX + store.digest(check_id)[:12]


def contents(folder: Path, edits: Edits) -> list[Any]:
    """Return what the pinned checks say, as plain values for a stage's key."""
    out = []
    for project, check in sorted(pinned(edits).items()):
        place = folder / FOLDER / check
        known = manifest.known(place)
        sums = [known["tables"].get(t, {}).get("sha256") for t in READ]
        out.append([project, check, known.get("run_id"), sums, *([] if _whole(place) else ["damaged"])])
    return out


def _whole(place: Path) -> bool:
    """Tell whether a check is what was written, as far as a site is made of it."""
    tables = manifest.known(place)["tables"]
    return all(t in tables and store.is_whole(place, t, tables[t]) for t in READ)


@dataclass(frozen=True)
class RedlineContext:
    """What a red line is laid over.

    Parameters
    ----------
    land : GeoDataFrame
        Table `land`: usable parts.
    parks : mapping of park to its ground
    groups : callable
        Scheme and land class → flags of what converting it draws (see `layers/library/standards.py`),
        None for a class nobody knows.
    land_id : str
        What the land of the study rests on now; a check on an older one is out of date.
    crs : str
    open_parks : geometry or None
        Ground that only may be that of a park: a red line on it is not known to lie in any.
    """

    land: gpd.GeoDataFrame
    parks: Mapping[str, Any]
    groups: Any
    land_id: str
    crs: str
    open_parks: Any = None


def read(folder: Path, edits: Edits, ground: RedlineContext) -> RedlineSites:
    """Return the pinned red lines of a study as sites.

    A check that is gone or damaged, or answered on land that has changed since, is told; the
    last is a site of which nothing is certain.
    """
    rows, members, found = [], [], []
    for project, check in sorted(pinned(edits).items()):
        place = folder / FOLDER / check
        if Path(check).name != check or not (place / HEAD).is_file():
            found.append((FOLDER, finding("warn", "pinned_check_missing", check=check, project=project)))
            continue
        if not _whole(place):
            found.append((FOLDER, finding("warn", "pinned_check_damaged", check=check, project=project)))
            continue
        fresh = manifest.known(place).get("run_id") == ground.land_id
        if not fresh:
            found.append((FOLDER, finding("warn", "pinned_check_old", check=check, project=project)))
        tables = {name: store.read_table(place, name) for name in READ}
        row = _site(check, tables, ground) | {"project_id": project}
        if ground.open_parks is not None and shapely.intersects(row["geometry"], ground.open_parks):
            row |= {"outcome": "unknown", "unknowns": "park_may_belong"}
        if not fresh:
            row |= {"outcome": "unknown", "unknowns": "pinned_check_old"}
        rows.append(row)
        members += _members(row, ground.land)
    sites = pd.DataFrame(rows, columns=empty("check_sites").columns) if rows else empty("check_sites")
    parts = pd.DataFrame(members, columns=empty("check_members").columns) if members else empty("check_members")
    return RedlineSites(gpd.GeoDataFrame(sites, geometry="geometry", crs=ground.crs), parts, tuple(found))


def shapes(folder: Path, edits: Edits, parks: Mapping[str, Any]) -> pd.DataFrame:
    """Return the ground of the pinned red lines that can be read: ``parcel_id`` (the site's id), ``park_id``, shape."""
    rows = []
    for _, check in sorted(pinned(edits).items()):
        place = folder / FOLDER / check
        if Path(check).name == check and (place / HEAD).is_file() and _whole(place):
            shape = _left(gpd.GeoDataFrame(store.read_table(place, "land")))
            if not shape.is_empty:
                rows.append((site_id(check), _park(shape, parks), shape))
    unique = {row[0]: row for row in rows}
    return pd.DataFrame(unique.values(), columns=["parcel_id", "park_id", "geometry"])


def _left(land: gpd.GeoDataFrame) -> Any:
    return shapely.union_all(land.geometry.to_numpy()) if len(land) else shapely.Polygon()


def _site(check: str, tables: Mapping[str, pd.DataFrame], ground: RedlineContext) -> dict[str, Any]:
    candidates, land = tables["candidates"], gpd.GeoDataFrame(tables["land"])
    shape = _left(land)
    statuses = set(candidates["status"])
    status = next(s for s in ("excluded", "unknown", "conditional", "eligible") if s in statuses)
    drawn = _drawn(tables["composition"], ground)
    return {
        "site_id": site_id(check), "check_id": check, "kind": "land", "status": status,
        "park_id": _park(shape, ground.parks),
        "outcome": "unknown" if status == "unknown" else "clear",
        "unknowns": _names(candidates["unknowns"]), "conditions": _names(candidates["conditions"]),
        "net_m2": 0.0 if status == "excluded" else float(candidates["net_m2"].sum()),
        "net_hi_m2": 0.0 if status == "excluded" else float(candidates["net_hi_m2"].sum()),
        "min_width_m": float(widths(np.array([shape], object))[0]) if not shape.is_empty else 0.0,
        "geometry": shape,
    } | _sides(shape) | drawn  # fmt: skip


def _names(cells: pd.Series) -> str:
    return "|".join(sorted({name for cell in cells for name in str(cell).split("|") if name}))


def _sides(shape: Any) -> dict[str, float]:
    from geo.assemble.shape import largest_rectangle

    if shape.is_empty:
        return {"rect_length_m": 0.0, "rect_width_m": 0.0}
    box = largest_rectangle(max(shapely.get_parts(shape), key=lambda p: p.area))
    return {"rect_length_m": float(box.length_m), "rect_width_m": float(box.width_m)}


def _drawn(composition: pd.DataFrame, ground: RedlineContext) -> dict[str, float]:
    """Return what building on the accepted boundary draws of the county accounts, m²; unknown classes may draw all."""
    after = composition[composition["phase"] == "after"]
    names = {"quota": "new_construction", "balance": "farmland_balance", "forest": "forest"}
    low, open_m2 = dict.fromkeys(names, 0.0), 0.0
    for scheme, code, area in after[["land_use_scheme", "land_use", "area_m2"]].itertuples(index=False):
        flags = ground.groups(str(scheme), str(code))
        if flags is None:
            open_m2 += float(area)
            continue
        for name, flag in names.items():
            low[name] += float(area) if flag in flags else 0.0
    return {f"{n}_m2": v for n, v in low.items()} | {f"{n}_hi_m2": v + open_m2 for n, v in low.items()}


def _park(shape: Any, parks: Mapping[str, Any]) -> str:
    """Return the park most of the ground lies in, "" for none."""
    shares = {p: shapely.area(shapely.intersection(shape, g)) for p, g in sorted(parks.items())}
    park, area = max(shares.items(), key=lambda pair: pair[1], default=("", 0.0))
    return park if area > shape.area / 2 else ""


def _members(row: Mapping[str, Any], land: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the land parts under the boundary, and the boundary itself: no other site may have any of them."""
    near = shapely.STRtree(land.geometry.to_numpy()).query(row["geometry"], "intersects")
    parts = land.iloc[np.sort(near)]
    areas = shapely.area(shapely.intersection(parts.geometry.to_numpy(), row["geometry"]))
    taken = zip(parts["parcel_id"], parts["part"], areas, strict=True)
    out = [{"site_id": row["site_id"], "parcel_id": str(p), "part": int(k), "area_m2": float(a)}
           for p, k, a in taken if a > TOUCH_M2]  # fmt: skip
    return out or [{"site_id": row["site_id"], "parcel_id": str(row["site_id"]), "part": 1, "area_m2": row["net_m2"]}]


def meant(value: Mapping[str, Any]) -> tuple[str, str]:
    """Return site and park a pin or ban is about; a red line is named by the site it makes."""
    site = site_id(str(value["check"])) if value.get("check") else str(value.get("site", ""))
    return site, str(value.get("park", ""))
