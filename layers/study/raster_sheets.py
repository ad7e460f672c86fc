"""A raster that arrives in sheets (分幅栅格) is one raster: put together cell by cell, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources import gate
from layers.sources.finding import Finding, finding
from layers.sources.opened import RasterFile
from layers.study.layer_part import LayerPart
from layers.study.parts import CACHE
from layers.study.spec import LayerSpec

OFF_CELLS = 0.01
"""Share of a cell sheets may be off each other's grid: how coordinates were rounded."""
Sheet = tuple[str, RasterFile]


def opened(spec: LayerSpec, source: Path, cache: Path) -> RasterFile:
    """Open a raster of a study, in however many sheets it is kept.

    Parameters
    ----------
    spec : LayerSpec
    source : Path
        Its file; of sheets the first.
    cache : Path
        Folder for parsed copies in the study (`layers.study.parts.CACHE`).

    Returns
    -------
    RasterFile
        Of sheets: all of them on one grid, NaN where none has a value; where two have one, that of the first.

    Raises
    ------
    BlockedError
        A sheet cannot be read, or they are not of one grid: other systems, cells, turned, or off by part of a cell.
    """
    if not spec.parts:
        return gate.open_raster(source, cache)
    folder = cache.parents[len(CACHE.parts) - 1]
    sheets = [(p.name, _read(p, folder, cache)) for p in spec.parts]
    if odd := differing(sheets):
        raise BlockedError(reason("raster_sheets_differ", layer=spec.id, parts=odd))
    return _together(sheets)


def _read(part: LayerPart, folder: Path, cache: Path) -> RasterFile:
    try:
        return gate.open_raster(folder / part.source, cache)
    except BlockedError as error:
        raise BlockedError([Reason(r.code, dict(r.values) | {"of_part": part.name}) for r in error.reasons]) from None


def differing(sheets: Sequence[Sheet]) -> list[str]:
    """Return the names of sheets that do not lie on the grid of the first."""
    first = sheets[0][1]
    return [name for name, one in sheets if not _on_grid(one, first)]


def _on_grid(one: RasterFile, first: RasterFile) -> bool:
    (a, b, west, d, e, north), (cell, _, first_west, _, down, first_north) = one.transform, first.transform
    if one.crs != first.crs or b or d or first.transform[1] or first.transform[3]:
        return False
    drift = max(abs(a / cell - 1.0), abs(e / down - 1.0)) * max(one.values.shape)
    if drift > OFF_CELLS:
        return False
    steps = np.array([(west - first_west) / cell, (north - first_north) / down])
    return bool((np.abs(steps - np.rint(steps)) <= OFF_CELLS).all())


def overlap(one: RasterFile, other: RasterFile) -> float:
    """Return the share of the smaller of two rasters, by its bounds, that lies on the other (one system)."""
    (w1, s1, e1, n1), (w2, s2, e2, n2) = _box(one), _box(other)
    both = max(0.0, min(e1, e2) - max(w1, w2)) * max(0.0, min(n1, n2) - max(s1, s2))
    return both / min((e1 - w1) * (n1 - s1), (e2 - w2) * (n2 - s2))


def _box(one: RasterFile) -> tuple[float, float, float, float]:
    cell, _, west, _, down, north = one.transform
    rows, cols = one.values.shape
    return west, north + down * rows, west + cell * cols, north


def _together(sheets: Sequence[Sheet]) -> RasterFile:
    cell, _, _, _, down, _ = sheets[0][1].transform
    boxes = np.array([_box(one) for _, one in sheets])
    west, north = float(boxes[:, 0].min()), float(boxes[:, 3].max())
    cols = round((float(boxes[:, 2].max()) - west) / cell)
    rows = round((float(boxes[:, 1].min()) - north) / down)
    if rows * cols > gate.LIMITS.cells:
        why = {"size": f"{cols} × {rows}", "count": rows * cols, "limit": gate.LIMITS.cells}
        raise BlockedError(reason("raster_too_large", file=sheets[0][0], **why))
    values = np.full((rows, cols), np.nan)
    found: list[Finding] = []
    for name, one in sheets:
        left, top = round((one.transform[2] - west) / cell), round((one.transform[5] - north) / down)
        there = values[top : top + one.values.shape[0], left : left + one.values.shape[1]]
        both = np.isfinite(there) & np.isfinite(one.values)
        if (apart := both & (there != one.values)).any():
            found.append(finding("warn", "raster_sheets_disagree", count=int(apart.sum()), of_part=name))
        there[~both] = np.where(np.isfinite(one.values), one.values, there)[~both]
        found += [_told(f, name) for f in one.findings]
    sha256 = "-".join(one.sha256[:16] for _, one in sheets)
    return RasterFile(values, (cell, 0.0, west, 0.0, down, north), sheets[0][1].crs, tuple(found), sha256)


def _told(found: Finding, name: str) -> Finding:
    values = dict(found.reason.values) | {"of_part": name}
    return replace(found, reason=Reason(found.code, values))
