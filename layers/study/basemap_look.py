"""Basemaps looked at (底图检查): what a file or a service holds and where, before it is kept and before it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
from pyproj import Geod

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.reason import Reason, reason
from layers import toml
from layers.sources import tile_service
from layers.sources.formats import pmtiles
from layers.sources.tile_service import TileService
from layers.sources.tile_worker import RasterTiles
from layers.study import basemaps, inspection, spec
from layers.study.basemaps import ENDINGS, Basemap

Degrees = tuple[float, float, float, float]
TRIED_ZOOM = 12
_MAGIC = {"raster": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), "pmtiles": (pmtiles.MAGIC,)}


class MapTiles(Protocol):
    """What hands over tiles by zoom, column and row of the square of the web map; empty bytes where it has none."""

    def tile(self, z: int, x: int, y: int) -> bytes:
        """Return a tile; what cannot be had is told as an error in words."""


@dataclass(frozen=True)
class BasemapState:
    """A basemap as a page may show it: `why` says why it cannot be, None where it can."""

    basemap: Basemap
    why: Reason | None = None
    stamp: str = ""
    """What tells that its tiles are others now."""


def states(folder: Path, home: Degrees | None) -> tuple[BasemapState, ...]:
    """Return the basemaps of a study with what stands against each; no file is opened, no service asked.

    Parameters
    ----------
    folder : Path
    home : (west, south, east, north) or None
        Of the study, degrees; None where nobody knows.

    Raises
    ------
    SpecError, BlockedError
        ``basemaps.toml`` cannot be read.
    """
    return tuple(_state(folder, one, home) for one in basemaps.of_study(folder))


def _state(folder: Path, one: Basemap, home: Degrees | None) -> BasemapState:
    if why := basemaps.refusals(one):
        return BasemapState(one, why[0])
    stamp = f"{one.source}|{one.outside}|{one.crs}"
    if one.kind != "tiles":
        try:
            state = (folder / one.source).stat()
        except OSError:
            return BasemapState(one, reason("basemap_file_lost", file=Path(one.source).name))
        stamp = f"{folder}|{stamp}|{state.st_mtime_ns}|{state.st_size}"
    return BasemapState(one, _away(one, home), stamp)


def _away(one: Basemap, home: Degrees | None) -> Reason | None:
    """Say that a basemap lies beside the study, and how far."""
    if home is None or not one.extent:
        return None
    west, south, east, north = one.extent
    if west <= home[2] and east >= home[0] and south <= home[3] and north >= home[1]:
        return None
    (a, b), (c, d) = (((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (one.extent, home))
    _, _, metres = Geod(ellps="GRS80").inv(a, b, c, d)
    return reason("basemap_elsewhere", name=one.name, distance_km=metres / 1000)


def opened(folder: Path, one: Basemap) -> MapTiles:
    """Return what hands over the tiles of a basemap.

    Raises
    ------
    CallError, BlockedError
        It is refused, or its file cannot be used.
    """
    if why := basemaps.refusals(one):
        raise CallError(why)
    if one.kind == "tiles":
        return TileService(one.source, one.outside)
    if one.kind == "raster":
        return RasterTiles(folder / one.source, one.crs)
    return _archive(folder / one.source)


def _archive(path: Path) -> pmtiles.Archive:
    archive = pmtiles.opened(path)
    if archive.kind == "vector":
        raise BlockedError(reason("basemap_vector", file=path.name))
    if not archive.kind:
        raise BlockedError(reason("basemap_tile_kind", file=path.name))
    return archive


# --- adding -----------------------------------------------------------------------


@dataclass(frozen=True)
class AddedBasemap:
    """A basemap that was kept, and what is worth knowing of it."""

    basemap: Basemap
    notes: tuple[Reason, ...] = ()


def add(folder: Path, wanted: Mapping[str, Any], file: Path | None) -> AddedBasemap:
    """Look at a basemap and keep it; a file is copied into the study.

    Parameters
    ----------
    folder : Path
    wanted : mapping
        As `Basemap`, without kind and source for a file.
    file : Path or None
        A GeoTIFF or PMTiles archive, or a folder with one of them; None for an address.

    Raises
    ------
    CallError, SpecError
        It is refused (shifted coordinates, an address outside) or does not hold together.
    BlockedError
        The file is damaged, of a kind nobody can draw, or lies beside the study.
    """
    spec.require(folder)
    there, file = home_of(folder), file and _one_of(file)
    body = {"id": "", **wanted}
    if file is None:
        body |= {"kind": "tiles"}
        notes = _service(_asked(body), there)
        return AddedBasemap(basemaps.keep(folder, body), notes)
    body |= {"kind": _kind(file), "source": f"{basemaps.FOLDER}/{file.name}"}
    one = _asked(body)
    found = _placed(one, file)
    if why := _away(one.model_copy(update={"extent": found["extent"]}), there):
        raise BlockedError(why)
    notes = tuple(_shown_from(one, found["zooms"], there))
    return AddedBasemap(basemaps.keep(folder, body | found, file), notes)


def _asked(body: Mapping[str, Any]) -> Basemap:
    """Return what was asked for, refused before anything is opened."""
    one = toml.validated(Basemap, {**body, "id": body["id"] or "new"}, basemaps.FILE)
    if why := basemaps.refusals(one):
        raise CallError(why)
    return one


def _one_of(given: Path) -> Path:
    """Return the file meant by a folder: the only one in it that may be a basemap; several leave it open which."""
    if not given.is_dir():
        return given
    found = sorted(p for p in given.rglob("*") if p.suffix.lower() in ENDINGS and p.is_file())
    if len(found) != 1:
        raise CallError(reason("basemap_which", place=given.name, files=[p.name for p in found[:8]]))
    return found[0]


def _kind(file: Path) -> str:
    kind = ENDINGS.get(file.suffix.lower(), "")
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
    except OSError:
        raise BlockedError(reason("basemap_file_lost", file=file.name)) from None
    if not kind:
        raise CallError(reason("basemap_file_kind", file=file.name, known=sorted(ENDINGS)))
    if not head.startswith(_MAGIC[kind]):
        code = "basemap_not_tiff" if kind == "raster" else "basemap_not_pmtiles"
        raise BlockedError(Reason(code, {"file": file.name}))
    return kind


def _placed(one: Basemap, file: Path) -> dict[str, Any]:
    """Return extent and zooms of a file, one of whose tiles was really drawn."""
    if one.kind == "raster":
        raster = RasterTiles(file, one.crs)
        try:
            place = raster.place()
            _one_tile(raster, place.extent, place.zooms[1])
        finally:
            raster.close()
        return {"extent": place.extent, "zooms": place.zooms}
    archive = _archive(file)
    middle = _one_tile(archive, archive.extent, archive.zooms[1])
    if middle and not tile_service.is_picture(middle):
        raise BlockedError(reason("basemap_broken", file=file.name, detail=archive.kind))
    return {"extent": archive.extent, "zooms": archive.zooms}


def _one_tile(tiles: MapTiles, extent: Degrees, zoom: int) -> bytes:
    return tiles.tile(*_at((extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2, zoom))


def _at(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    """Return the tile under a place."""
    side = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(min(max(lat, -85.0), 85.0)))) / math.pi) / 2
    return zoom, min(max(int((lon + 180) / 360 * side), 0), side - 1), min(max(int(down * side), 0), side - 1)


def _shown_from(one: Basemap, zooms: tuple[int, int], home: Degrees | None) -> list[Reason]:
    """Say that the whole study cannot be seen on it: there are no tiles so far out."""
    if home is None:
        return []
    whole = math.floor(math.log2(360 / max(home[2] - home[0], 1e-6)))
    return [reason("basemap_only_near", name=one.name, zoom=zooms[0])] if zooms[0] > whole + 2 else []


def _service(one: Basemap, home: Degrees | None) -> tuple[Reason, ...]:
    """Ask a service for one tile; what it does not answer is said, and it is kept: it may answer tomorrow."""
    tile_service.reached(one.source, one.outside)
    if home is None:
        return ()
    zoom = min(max(TRIED_ZOOM, one.zooms[0]), one.zooms[1])
    try:
        got = _one_tile(TileService(one.source, one.outside), home, zoom)
    except LuodiError as problem:
        return problem.reasons
    return () if got else (reason("basemap_nothing_here", name=one.name),)


def home_of(folder: Path) -> Degrees | None:
    """Return where the study lies in degrees, None before it has boundary or parcels that can be read."""
    study = spec.read(folder)
    return _lies(*inspection.named_ground(study, folder)) if study.with_role("boundary", "parcels") else None


@cache
def _lies(folder: str, *_: Any) -> Degrees | None:
    study = spec.read(Path(folder))
    try:
        area = inspection.ground(study, Path(folder)).of("constraint")
    except LuodiError:  # a layer that cannot be read says so on its own line
        return None
    if area is None or area.is_empty:
        return None
    west, south, east, north = gpd.GeoSeries([area], crs=study.crs).to_crs(4326).total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return None
    return float(west), float(south), float(east), float(north)
