"""What a study is computed from: parcels, layers, rasters and every problem found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.layer import Layer

NO_CLASS = -(2.0**62)
"""Value of cells of a class raster that hold no data where no data is declared to mean "none of the classes"."""


@dataclass(frozen=True)
class Raster:
    """One band of a raster, north up, in a system of metres.

    Parameters
    ----------
    layer_id : str
    kind : {"dem", "slope", "classes", "index"}
    values : float64 array, rows × columns
        Scale and offset applied; NaN where the file holds no data. Row 0 is the north edge.
    transform : tuple of 6 floats
        Affine a, b, c, d, e, f: ``x = a·col + b·row + c``, ``y = d·col + e·row + f``
        (corner of the cell, not its centre); b = d = 0, e < 0.
    crs : str
        Anything pyproj reads; projected, metres.
    """

    layer_id: str
    kind: str
    values: npt.NDArray[np.float64]
    transform: tuple[float, float, float, float, float, float]
    crs: str


@dataclass(frozen=True)
class Inputs:
    """Everything the core reads, in the study CRS.

    Parameters
    ----------
    parcels : GeoDataFrame
        Columns of the table `parcels`; ``area_m2`` and ``area_statutory_m2`` are NaN
        until the study's area basis fills them.
    layers, rasters : Mapping by layer id
    boundary : shapely geometry or None
        Union of the layers of role boundary; None when the study has none.
    problems : DataFrame
        Table `problems`; for every layer: rows in = rows out + rows listed here.
    digests : Mapping of layer id to sha256
        Content of the source files; "" for a file that is not there.
    """

    parcels: gpd.GeoDataFrame
    layers: Mapping[str, Layer]
    rasters: Mapping[str, Raster]
    boundary: Any
    problems: pd.DataFrame
    digests: Mapping[str, str]
