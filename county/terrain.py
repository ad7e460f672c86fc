"""The lie of the land: a valley floor along the river, knolls, hills and ridges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

from county.settings import Floats, Frame, part, rng


def noise(frame: Frame, stream: str, wavelength: float, octaves: int = 4, gain: float = 0.5) -> Floats:
    """Return smooth noise of mean 0 and deviation 1 on the working raster."""
    generator = rng(stream)
    rows, cols = frame.shape
    out = np.zeros(frame.shape)
    for octave in range(octaves):
        step = wavelength / 2**octave / frame.cell
        grid = generator.standard_normal((int(rows / step) + 5, int(cols / step) + 5))
        at = np.meshgrid(np.arange(rows) / step + 1, np.arange(cols) / step + 1, indexing="ij")
        out += map_coordinates(grid, at, order=3, mode="nearest") * gain**octave
    return np.asarray((out - out.mean()) / out.std())


@dataclass(frozen=True)
class Terrain:
    """Rasters of the ground, all of `frame.shape`, metres.

    Parameters
    ----------
    height : array
        Elevation above sea level.
    above : array
        Height above the valley floor.
    river : array
        Distance to the river's axis.
    flow : array
        Direction of the river at the nearest point of its axis, radians.
    """

    frame: Frame
    height: Floats
    above: Floats
    river: Floats
    flow: Floats

    def at(self, raster: npt.NDArray[Any], xy: Floats) -> npt.NDArray[Any]:
        """Return the values of a raster at points (n, 2)."""
        row, col = self.frame.cells(np.atleast_2d(xy))
        return np.asarray(raster[row, col])


def build(frame: Frame, axis: Floats, streams: list[Floats], levelled: list[Any]) -> Terrain:
    """Shape the ground around the river's axis (n, 2) and its side streams; parks and towns lie level."""
    given = part("county")["terrain"]
    x, y = frame.centres()
    xy = np.c_[x.ravel(), y.ravel()]
    distance, nearest = cKDTree(axis).query(xy)
    distance, nearest = distance.reshape(frame.shape), nearest.reshape(frame.shape)
    step = np.gradient(axis, axis=0)
    flow = np.arctan2(step[:, 1], step[:, 0])[nearest]
    floor = given["floor_m"] + given["fall_m"] * (1.0 - nearest / len(axis)) + distance * 0.0025
    above = _hills(frame, distance, streams, given) + _knolls(frame, given["knolls_km"])
    above *= 1.0 - np.exp(-((_away(frame, levelled) / 260.0) ** 2))
    above += 0.6 * noise(frame, "micro", 260.0, 3)
    return Terrain(frame, floor + np.maximum(above, -1.0), above, distance, flow)


def _away(frame: Frame, shapes: list[Any]) -> Floats:
    """Return the distance to some polygons at every cell."""
    inside = rasterize(shapes, out_shape=frame.shape, transform=Affine(*frame.transform))
    return np.asarray(distance_transform_edt(inside == 0) * frame.cell)


def _hills(frame: Frame, distance: Floats, streams: list[Floats], given: Any) -> Floats:
    x, y = frame.centres()
    edge = given["plain_half_width_km"] * 1000.0 + given["plain_noise_km"] * 1000.0 * noise(frame, "edge", 2600.0, 4)
    rise = np.clip((distance - edge) / (given["foot_width_km"] * 1000.0), 0.0, None)
    ridges = 1.0 - np.abs(noise(frame, "ridge", 2100.0, 4, 0.4)) * 0.75
    side, _ = cKDTree(np.vstack(streams)).query(np.c_[x.ravel(), y.ravel()])
    # side valleys: a stream cuts into the hills, so the ground near it stays low
    cut = 1.0 - np.exp(-((side.reshape(frame.shape) / 620.0) ** 2))
    hills = given["relief_m"] * rise**1.15 * (0.35 + 0.65 * np.clip(ridges, 0, 1.2)) * (0.12 + 0.88 * cut)
    return np.asarray(gaussian_filter(np.minimum(hills, given["relief_m"] * 1.6), 5.0))


def _knolls(frame: Frame, knolls: Any) -> Floats:
    x, y = frame.centres()
    rough = 1.0 + 0.35 * noise(frame, "knoll", 420.0, 3)
    out = np.zeros(frame.shape)
    for east, north, radius, height in knolls:
        cx, cy = frame.metres([east, north])
        out += height * np.exp(-(((x - cx) ** 2 + (y - cy) ** 2) / (radius * 1000.0 * rough.clip(0.5, 1.6)) ** 2) * 1.4)
    return out


def slope_pct(terrain: Terrain) -> Floats:
    """Return the slope of the ground in percent."""
    down, across = np.gradient(gaussian_filter(terrain.height, 1.5), terrain.frame.cell)
    return np.asarray(np.hypot(down, across) * 100.0)
