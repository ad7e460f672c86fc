"""Child side: what GDAL's Arrow path gives, as shapes and as the name of a coordinate system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from layers.sources.checks import repair
from layers.sources.finding import Finding, finding
from layers.sources.formats import dialects


def configure() -> None:
    """Settle how GDAL restores indexes, straightens arcs and splits blocks."""
    import pyogrio

    pyogrio.set_gdal_config_options(
        {"SHAPE_RESTORE_SHX": "YES", "OGR_ARC_STEPSIZE": "0.5", "DXF_MERGE_BLOCK_GEOMETRIES": "FALSE"}
    )


def built(
    path: Path, layer: str | None, blobs: list[bytes | None], skip: int = 0
) -> tuple[npt.NDArray[np.object_], list[tuple[int, str]], list[Finding]]:
    """Return shapes, the rows (from 1 in `blobs`) that cannot be built, and what was straightened.

    Parameters
    ----------
    path, layer
        Where they come from: curves are read once more, straightened.
    blobs : list of bytes or None
        WKB.
    skip : int
        Rows of the layer before the first of them.
    """
    curved = np.flatnonzero(np.isin(repair.wkb_types(blobs), list(repair.CURVES)))
    if len(curved):
        from pyogrio.raw import read

        part: dict[str, Any] = {"skip_features": skip, "max_features": len(blobs)} if skip else {}
        straight = read(path, layer=layer, columns=[], **part)[2]
        for k in curved:
            blobs[k] = straight[k]
    shapes, lost = repair.from_wkb(blobs)
    if len(curved) == 0:
        return shapes, lost, []
    rows = (curved[:5] + 1 + skip).tolist()
    return shapes, lost, [finding("fixed", "geometry_linearised", count=len(curved), rows=rows)]


def crs_text(crs: str | None) -> str:
    """Return the name, or the text, of a system PROJ can compute with; "" where there is none."""
    if not crs:
        return ""
    import pyproj

    try:
        found = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return ""
    code = found.to_epsg()
    if "Undefined" in found.name or (found.is_engineering and not code):
        return ""
    usual = dialects.computable(found)
    if usual is None:
        return ""
    found, code = usual, usual.to_epsg()
    return f"EPSG:{code}" if code else str(found.to_wkt())
