"""The parameters of the county, read from ``data/demo``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).resolve().parents[1] / "data" / "demo"
Floats = npt.NDArray[np.float64]


@cache
def part(name: str) -> Mapping[str, Any]:
    """Return one parameter file, for example ``part("county")``."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Frame:
    """The working rectangle.

    Parameters
    ----------
    origin : (float, float)
        Lower left corner in the study CRS, metres.
    size : (float, float)
        Width and height, metres.
    cell : float
        Cell size of the working rasters, metres.
    """

    origin: tuple[float, float]
    size: tuple[float, float]
    cell: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a working raster; row 0 is the north."""
        return round(self.size[1] / self.cell), round(self.size[0] / self.cell)

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine coefficients a, b, c, d, e, f of a working raster."""
        return (self.cell, 0.0, self.origin[0], 0.0, -self.cell, self.origin[1] + self.size[1])

    def centres(self) -> tuple[Floats, Floats]:
        """Return easting and northing of every cell centre, two arrays of `shape`."""
        rows, cols = self.shape
        x = self.origin[0] + (np.arange(cols) + 0.5) * self.cell
        y = self.origin[1] + self.size[1] - (np.arange(rows) + 0.5) * self.cell
        return np.meshgrid(x, y)

    def cells(self, xy: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return row and column of points of shape (n, 2), clipped to the raster."""
        rows, cols = self.shape
        col = np.clip(((xy[:, 0] - self.origin[0]) / self.cell).astype(int), 0, cols - 1)
        row = np.clip(((self.origin[1] + self.size[1] - xy[:, 1]) / self.cell).astype(int), 0, rows - 1)
        return row, col

    def metres(self, km: Any) -> Floats:
        """Turn positions in kilometres from the corner into the study CRS."""
        return np.asarray(km, dtype=float) * 1000.0 + np.asarray(self.origin)


def frame() -> Frame:
    """Return the working rectangle of the county."""
    county = part("county")
    width, height = county["county"]["size_km"]
    east, north = county["county"]["origin_m"]
    return Frame((east, north), (width * 1000.0, height * 1000.0), county["terrain"]["cell_m"])


def rng(stream: str) -> np.random.Generator:
    """Return the random numbers of one named stream: adding a stream never disturbs another."""
    seed = [part("county")["county"]["seed"], *stream.encode()]
    return np.random.Generator(np.random.PCG64(seed))
