"""What the cells of a raster say about themselves (栅格体检): range, gaps, classes without names, its system."""

from __future__ import annotations

import numpy as np

from layers.sources.checks import crs
from layers.sources.finding import Finding, finding
from layers.sources.opened import RasterFile

FEW = 64
"""Whole values up to which a raster may be one of classes."""
NAMED = 30


def audit(raster: RasterFile) -> list[Finding]:
    """Return what was found in a raster of unknown use, and notes on its values.

    An old datum is said as it is of a layer of shapes: without local parameters places are off by about 100 m.
    """
    rows, columns = raster.values.shape
    a, b, c, d, e, f = raster.transform
    corners = np.array([(c + a * x + b * y, f + d * x + e * y) for x in (0, columns) for y in (0, rows)])
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    return [*raster.findings, *crs.settle_box((west, south, east, north), raster.crs), *_values(raster)]


def _values(raster: RasterFile) -> list[Finding]:
    seen = raster.values[np.isfinite(raster.values)]
    if not seen.size:
        return []
    share = 1.0 - seen.size / raster.values.size
    rows, columns = raster.values.shape
    cell = float(np.hypot(raster.transform[0], raster.transform[3]))
    found = [
        finding("note", "raster_values", columns=columns, rows=rows, cell=f"{cell:g}", low=float(seen.min()),
                high=float(seen.max()), below=int((seen < 0).sum()), share=share)
    ]  # fmt: skip
    classes = np.unique(seen)
    if len(classes) <= FEW and (classes == np.round(classes)).all():
        named = [f"{v:g}" for v in classes[:NAMED]] + (["…"] if len(classes) > NAMED else [])
        found.append(finding("note", "raster_unnamed", count=len(classes), values=named))
    return found
