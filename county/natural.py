"""The hills: irregular patches of wood, orchard, tea and dry land; label 0 is the plain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
from rasterio.transform import Affine
from scipy.ndimage import gaussian_filter1d, median_filter
from scipy.spatial import cKDTree
from shapely.geometry import shape as as_shape

from county.settings import Floats, part, rng
from county.terrain import Terrain, noise

PLAIN_TO_M = 7.0
"""Ground less than this above the valley floor is plain."""
SMALLEST_CELLS = 45


def patches(terrain: Terrain) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Return the patches of the whole rectangle, edge to edge, and which of them are plain."""
    labels = _labels(terrain)
    affine = Affine(*terrain.frame.transform)
    found = list(rasterio.features.shapes(labels, connectivity=4, transform=affine))
    shapes = np.array([as_shape(geometry) for geometry, _ in found], dtype=object)
    faces = shapely.get_parts(shapely.polygonize(_smooth_arcs(shapes)))
    row, col = terrain.frame.cells(shapely.get_coordinates(shapely.point_on_surface(faces)))
    return np.asarray(faces), np.asarray(labels[row, col] == 0)


def _smooth_arcs(shapes: npt.NDArray[np.object_]) -> Any:
    """Return the common edges of stair-stepped patches, rounded off; their junctions stay."""
    given = part("county")["natural"]
    edges = shapely.line_merge(shapely.union_all(shapely.boundary(shapes)))
    arcs = shapely.get_parts(shapely.segmentize(edges, part("county")["terrain"]["cell_m"]))
    smooth = [shapely.LineString(_rounded(shapely.get_coordinates(arc))) for arc in arcs]
    lines = shapely.simplify(np.array(smooth, dtype=object), given["simplify_m"])
    return shapely.get_parts(shapely.union_all(lines, grid_size=0.01))


def _rounded(arc: Floats) -> Floats:
    out = gaussian_filter1d(arc, 2.2, axis=0, mode="nearest")
    if (arc[0] == arc[-1]).all():
        out = gaussian_filter1d(arc[:-1], 2.2, axis=0, mode="wrap")
        return np.vstack([out, out[:1]])
    # the ends stay; the pull fades away from them
    fade = np.minimum(np.arange(len(arc)), np.arange(len(arc))[::-1])[:, None].clip(0, 4) / 4.0
    return np.asarray(arc * (1 - fade) + out * fade)


def _labels(terrain: Terrain) -> npt.NDArray[np.int32]:
    """Give every cell the number of its nearest seed, through a warp that bends the edges."""
    given = part("county")["natural"]
    x, y = terrain.frame.centres()
    warp = given["warp_m"]
    bent = np.c_[
        (x + warp * noise(terrain.frame, "warp x", 520.0, 4, 0.6)).ravel(),
        (y + warp * noise(terrain.frame, "warp y", 520.0, 4, 0.6)).ravel(),
    ]
    _, nearest = cKDTree(_seeds(terrain)).query(bent)
    plain = median_filter((terrain.above < PLAIN_TO_M).astype(np.uint8), 9).astype(bool)
    labels = np.where(plain, 0, nearest.reshape(terrain.frame.shape) + 1).astype(np.int32)
    # groups of a few cells join their largest neighbour
    return np.asarray(rasterio.features.sieve(labels, SMALLEST_CELLS, connectivity=4))


def _seeds(terrain: Terrain) -> Floats:
    """Scatter seeds: dense at the foot of the hills, sparse in deep forest."""
    given = part("county")["natural"]
    generator = rng("natural seeds")
    spread = generator.random((60_000, 2)) * np.asarray(terrain.frame.size) + np.asarray(terrain.frame.origin)
    above = terrain.at(terrain.above, spread)
    foot = spread[(above > PLAIN_TO_M * 0.6) & (above < 55.0)][: given["seeds_foot"]]
    deep = spread[above >= 55.0][: given["seeds_deep"]]
    return np.vstack([foot, deep])


def land_class(terrain: Terrain, xy: Floats) -> npt.NDArray[np.object_]:
    """Name the class of hill patches from their height above the valley, smooth noise and chance."""
    above = terrain.at(terrain.above, xy)
    mood = terrain.at(noise(terrain.frame, "mood", 1500.0, 3), xy)
    chance = rng("natural class").random(len(xy))
    out = np.where(mood > 0.9, "0302", np.where(chance < 0.12, "0307", "0301")).astype(object)
    out[(chance > 0.9) & (above > 90)] = "0305"
    foot = above < 55.0
    out[foot & (mood < -0.1)] = np.where(chance < 0.5, "0201", "0103")[foot & (mood < -0.1)]
    out[foot & (mood >= -0.1) & (chance < 0.38)] = "0202"
    out[foot & (chance > 0.90)] = "0404"
    out[foot & (chance > 0.985)] = "1206"
    low = above < 18.0
    out[low & (chance < 0.30)] = "0103"
    out[low & (chance >= 0.30) & (chance < 0.42)] = "0204"
    return np.asarray(out)
