"""What the gate hands over: opened files and the findings about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.sources.finding import Finding


@dataclass(frozen=True)
class VectorFile:
    """Shapes and attributes of one layer of a file, valid and two-dimensional, in the file's CRS.

    Parameters
    ----------
    frame : DataFrame
        Attributes. Texts, whole numbers, codes and dates are text (null: NaN); only
        fields with decimals are float64. So no leading zero and no digit is lost.
    shapes : array of shapely geometries, aligned with `frame`
    rows : array, aligned with `frame`
        Position of the feature in the file, from 1; of a layer in parts text, with the name of the part before it.
    crs : str
        "" when the file does not say.
    findings : tuple of Finding
        Rejected rows are listed here: ``total == len(frame) + rejected``.
    sha256 : str
        Of the content of the file and its side files.
    layer : str
    layers : tuple of str
        The layer read, and all layers of the file.
    total : int
        Rows of the layer as stored.
    """

    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    rows: npt.NDArray[Any]
    crs: str
    findings: tuple[Finding, ...]
    sha256: str
    layer: str
    layers: tuple[str, ...]
    total: int


@dataclass(frozen=True)
class RasterFile:
    """First band of a raster as float64 with NaN for no data, north up, in the file's CRS."""

    values: npt.NDArray[np.float64]
    transform: tuple[float, float, float, float, float, float]
    crs: str
    findings: tuple[Finding, ...]
    sha256: str


@dataclass(frozen=True)
class ImageFile:
    """All bands of an image, north up, in the file's CRS; the arrays lie on disk.

    Parameters
    ----------
    bands : array (bands, rows, columns)
    valid : bool array (rows, columns)
        False where any band holds no data.
    transform, crs, findings, sha256
        As for `RasterFile`.
    """

    bands: npt.NDArray[np.generic]
    valid: npt.NDArray[np.bool_]
    transform: tuple[float, float, float, float, float, float]
    crs: str
    findings: tuple[Finding, ...]
    sha256: str


@dataclass(frozen=True)
class TableFile:
    """A table as text: header found, title and total rows set apart.

    Parameters
    ----------
    frame : DataFrame of text
        "" for an empty cell. Numbers are the text a reader sees; use
        `layers.sources.cells.recognise` to read them.
    rows : int array
        Line on the sheet, from 1.
    findings, sha256, sheet, sheets
        As for `VectorFile`.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    findings: tuple[Finding, ...]
    sha256: str
    sheet: str
    sheets: tuple[str, ...]
