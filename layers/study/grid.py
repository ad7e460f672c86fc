"""Rasters as the core reads them: in metres, north up, with the unit of height settled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.basis.errors import LuodiError
from geo.basis.inputs import NO_CLASS, Raster
from layers.sources.checks import crs, relief, warp
from layers.sources.checks.crs_name import titled
from layers.sources.checks.warp import RasterGrid
from layers.sources.finding import Finding, finding
from layers.sources.opened import RasterFile
from layers.study import raster_sheets
from layers.study.spec import LayerSpec

Values = npt.NDArray[np.float64]
FOOT_M = 0.3048
NONE = "nodata-class:none"
"""Proposal: no data of a class raster means that none of its classes is there."""
FIRST = "first-band"
"""Proposal: of a class raster with several bands the first holds the classes."""
MOSTLY = 0.5
"""Above this share of cells without data, "no data" may be the answer rather than a gap."""


def raster(
    spec: LayerSpec, source: Path, cache: Path, study_crs: str, home: Any = None
) -> tuple[Raster | None, list[Finding]]:
    """Open a raster layer; None with a finding when it cannot be used.

    A raster in degrees, feet or turned is brought into the study CRS at its own resolution
    (heights interpolated, classes nearest neighbour), and so are heights in a system whose
    lengths are not true; others stay as they are.

    Parameters
    ----------
    home : shapely geometry or None
        Ground of the study, study CRS: a raster that has no cell there is told.
    """
    if not source.exists():
        return None, [finding("warn", "layer_file_missing", layer=spec.id, file=spec.source)]
    if _named_slope(spec):
        return None, [finding("block", "raster_is_slope", layer=spec.id)]
    try:
        file = raster_sheets.opened(spec, source, cache)
    except LuodiError as error:
        return None, [Finding("", r.code, "warn", "", r) for r in error.reasons]
    found = list(file.findings)
    settled = _settled(file, spec, study_crs)
    found += settled.findings
    if not settled.usable:
        return None, found
    whole = RasterGrid(_emptied(file.values, spec.accept), file.transform, settled.crs)
    given, notes = warp.as_settled(whole, settled, study_crs)
    found += notes
    if spec.kind == "dem":
        given, found = _doubted(given, spec.accept, found)
    grid, notes = _upright(given, spec.kind, study_crs)
    found += notes + _away(grid, study_crs, home)
    if spec.kind == "dem":
        grid, notes = _heights(grid, spec.vertical_unit)
        found += notes
    if spec.kind == "slope":
        grid, notes = _slopes(grid, spec.vertical_unit)
        found += notes
    if spec.kind == "classes":
        grid, notes = _classes(grid, spec.accept)
        found = _one_band(found, spec.accept) + notes
    if any(f.severity == "block" for f in found):
        return None, found
    return Raster(spec.id, spec.kind, grid.values, grid.transform, grid.crs), found


def _heights(grid: RasterGrid, unit: str) -> tuple[RasterGrid, list[Finding]]:
    notes = []
    if unit == "ft":
        grid = replace(grid, values=grid.values * FOOT_M)
        notes.append(finding("fixed", "dem_in_feet"))
    return grid, notes + relief.cliffs(grid.values, grid.transform[0])


def _slopes(grid: RasterGrid, unit: str) -> tuple[RasterGrid, list[Finding]]:
    """Return slopes in percent; degrees are turned into it, and values no slope has refuse the unit."""
    steepest = float(np.nanmax(grid.values, initial=0.0))
    if np.nanmin(grid.values, initial=0.0) < 0 or (unit == "deg" and steepest >= 90.0):
        return grid, [finding("block", "slope_out_of_range", unit=unit, steepest=steepest)]
    if unit == "pct":
        return grid, []
    made = replace(grid, values=100.0 * np.tan(np.radians(grid.values)))
    return made, [finding("fixed", "slope_in_degrees")]


def _one_band(found: list[Finding], accept: tuple[str, ...]) -> list[Finding]:
    """Refuse classes out of several bands until somebody says that the first holds them."""
    several = next((f for f in found if f.code == "raster_bands"), None)
    if several is None or FIRST in accept:
        return found
    said = finding("block", "raster_bands_classes", count=several.reason.values["count"], proposal=FIRST)
    return [said if f is several else f for f in found]


def _classes(grid: RasterGrid, accept: tuple[str, ...]) -> tuple[RasterGrid, list[Finding]]:
    """Return classes with no data as a class where that is accepted; propose it where no data may mean "none".

    A value between two classes is none of them, so nobody knows which class is there, whatever is accepted.
    """
    between = np.isfinite(grid.values) & (grid.values != np.rint(grid.values))
    if between.any():
        odd = grid.values[between]
        said = finding("warn", "raster_classes_not_whole", share=float(between.mean()), value=float(odd.flat[0]))
        settled, notes = _classes(replace(grid, values=np.where(between, -1.0, grid.values)), accept)
        return replace(settled, values=np.where(between, np.nan, settled.values)), [said, *notes]
    blank = np.isnan(grid.values)
    if NONE in accept:
        return replace(grid, values=np.where(blank, NO_CLASS, grid.values)), [finding("fixed", "raster_nodata_is_none")]
    share = float(blank.mean()) if blank.size else 0.0
    if share < MOSTLY and len(np.unique(grid.values[~blank])) != 1:
        return grid, []
    return grid, [finding("warn", "raster_nodata_may_be_none", share=share, proposal=NONE)] if share else []


def _named_slope(spec: LayerSpec) -> bool:
    """Tell whether the name of an index says that it is a slope: its unit would not be known."""
    words = f"{spec.id} {spec.title} {Path(spec.source).stem}".casefold()
    return spec.kind == "index" and any(word in words for word in ("slope", "坡度", "坡角"))


def _upright(grid: RasterGrid, kind: str, study_crs: str) -> tuple[RasterGrid, list[Finding]]:
    """Resample what cannot be measured as it lies, and say so."""
    true = not warp.untrue(grid) if kind == "dem" else warp.metres(grid)
    if true and not grid.turned:
        return grid, []
    to = grid.crs if true else warp.target(grid, study_crs)
    made = warp.resampled(grid, to, nearest=kind == "classes")
    if true:
        angle = float(np.degrees(np.arctan2(grid.transform[3], grid.transform[0])))
        return made, [finding("fixed", "raster_unrotated", degrees=angle)]
    return made, [finding("fixed", "raster_projected", crs=_name(grid.crs), to=_name(to), cell_m=made.transform[0])]


def _name(system: str) -> str:
    found = crs.parsed(system)
    return system if len(system) < 20 or found is None else titled(found)


def _away(grid: RasterGrid, study_crs: str, home: Any) -> list[Finding]:
    """Say that a raster has no cell where the study lies."""
    if home is None:
        return []
    to = pyproj.Transformer.from_crs(study_crs, grid.crs, always_xy=True, only_best=False)
    west, south, east, north = map(float, shapely.bounds(home))
    there = to.transform_bounds(west, south, east, north, densify_pts=21)
    apart = float(shapely.distance(shapely.box(*there), shapely.box(*grid.box)))
    return [finding("warn", "raster_elsewhere", distance_m=apart)] if apart > 0 else []


def _emptied(values: Values, accept: tuple[str, ...]) -> Values:
    """Take values the user named as no data (``nodata:-9999``) out."""
    named = [float(p.split(":", 1)[1]) for p in accept if p.startswith("nodata:")]
    return np.where(np.isin(values, named), np.nan, values) if named else values


def _doubted(given: RasterGrid, accept: tuple[str, ...], found: list[Finding]) -> tuple[RasterGrid, list[Finding]]:
    """Leave open what heights that may stand for "no data" say; one named as ground (``ground:0``) is ground."""
    ground = {float(p.split(":", 1)[1]) for p in accept if p.startswith("ground:")}
    told = {f.reason.values.get("value") for f in found if f.code == "raster_sentinel"}
    found += [f for f in relief.fills(given.values) if f.reason.values["value"] not in told]
    found = [f for f in found if f.code != "raster_sentinel" or f.reason.values["value"] not in ground]
    doubted = [float(f.reason.values["value"]) for f in found if f.code == "raster_sentinel"]
    return replace(given, values=np.where(np.isin(given.values, doubted), np.nan, given.values)), found


def _settled(file: RasterFile, spec: LayerSpec, study_crs: str) -> crs.Settled:
    """Hold the corners of the raster against its CRS, as for a vector file."""
    corners = np.array([shapely.box(*RasterGrid(file.values, file.transform, file.crs).box)], object)
    return crs.settle(corners, file.crs, study_crs, spec.accept, spec.crs)
