"""What images show of a parcel, a plot or a roof: green, bare, built, water, or nothing that can be told.

An image is read block by block. Every cell counts by the exact share of it a shape covers.
Cells without data, under cloud, or between two thresholds are unknown: they are never green,
never bare, never built, and only widen what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import exactextract
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from exactextract.raster import NumPyRasterSource

from geo.basis.area import carried
from geo.basis.layer import Geometries
from geo.basis.progress import Progress, silent

Floats = npt.NDArray[np.float64]
Window = tuple[int, int, int, int]
"""First row, last row (not included), first column, last column (not included)."""

UNKNOWN, GREEN, BARE, BUILT, WATER = range(5)
CLASSES = ("unknown", "green", "bare", "built", "water")
"""Words of the cell classes; unset memory is 0, unknown."""

BLOCK = 1024
NOTHING = 1e-6
"""A smaller unknown share is rounding of the cell weights."""

NDBI, BAI = "ndbi", "bai"
"""Built-up indices. NDBI = (SWIR - NIR) / (SWIR + NIR), Zha et al. 2003, wherever the image has a
short-wave infrared band; otherwise the substitute BAI = (blue - NIR) / (blue + NIR)."""


@dataclass(frozen=True)
class Bounds:
    """Thresholds of the classes; what lies between a pair is not told apart.

    Parameters
    ----------
    not_green, green : float
        NDVI up to the first is not green, from the second on it is.
    dry, water : float
        NDWI (green, NIR), the same way.
    bare, built : float
        BAI up to the first is bare ground, from the second on built. NDBI cannot tell
        these two apart, so it is reported and never decides.
    """

    not_green: float
    green: float
    dry: float
    water: float
    bare: float
    built: float


@dataclass(frozen=True)
class Image:
    """One date of imagery.

    Parameters
    ----------
    layer_id : str
    taken_on : date
    crs : str
        Anything pyproj reads.
    transform : tuple of 6 floats
        As in `geo.basis.inputs.Raster`; north up.
    shape : (rows, columns)
    read : callable
        Window → bands by name (``red green blue nir swir``), float64 with NaN for no data,
        and ``cloud`` (1 where a cell is, or may be, under cloud). Bands the image does not
        have are left out.
    """

    layer_id: str
    taken_on: date
    crs: str
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    read: Callable[[Window], Mapping[str, Floats]]


def normalised(one: Floats, other: Floats) -> Floats:
    """Return (one - other) / (one + other); NaN where either is unknown or both are zero."""
    total = one + other
    out = np.full(np.shape(total), np.nan)
    np.divide(one - other, total, out=out, where=np.isfinite(total) & (total != 0))
    return out


def indices(bands: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return NDVI, NDWI, NDBI and BAI as far as the bands allow; NaN under cloud and without data."""
    pairs = {"ndvi": ("nir", "red"), "ndwi": ("green", "nir"), NDBI: ("swir", "nir"), BAI: ("blue", "nir")}
    out = {name: normalised(bands[a], bands[b]) for name, (a, b) in pairs.items() if a in bands and b in bands}
    if "cloud" in bands:
        hidden = ~(bands["cloud"] == 0)
        out = {name: np.where(hidden, np.nan, values) for name, values in out.items()}
    return out


def classes(found: Mapping[str, Floats], bounds: Bounds) -> npt.NDArray[np.uint8]:
    """Return the class of every cell; without near infrared and red nothing is told.

    A cell that is neither green nor water is bare or built by BAI; an image without a
    blue band leaves it unknown.
    """
    ndvi = found.get("ndvi")
    if ndvi is None:
        some: Floats = next(iter(found.values()), np.empty((0, 0)))
        return np.zeros(some.shape, np.uint8)
    nothing = np.full(ndvi.shape, np.nan)
    ndwi, bai = found.get("ndwi", nothing), found.get(BAI, nothing)
    out = np.full(ndvi.shape, UNKNOWN, np.uint8)
    out[ndvi >= bounds.green] = GREEN
    open_ = ndvi <= bounds.not_green
    out[open_ & (ndwi >= bounds.water)] = WATER
    ground = open_ & (ndwi <= bounds.dry)
    out[ground & (bai <= bounds.bare)] = BARE
    out[ground & (bai >= bounds.built)] = BUILT
    return out


@dataclass
class _Sums:
    """Sums over the cells of each shape, block by block."""

    count: int
    built_index: str = ""
    shares: Floats = field(init=False)
    total: dict[str, Floats] = field(init=False)
    seen: dict[str, Floats] = field(init=False)
    least: Floats = field(init=False)
    most: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.shares = np.zeros((len(CLASSES), self.count))
        self.total = {name: np.zeros(self.count) for name in ("ndvi", "built")}
        self.seen = {name: np.zeros(self.count) for name in ("ndvi", "built")}
        self.least, self.most = np.full(self.count, np.nan), np.full(self.count, np.nan)

    def add(self, owner: npt.NDArray[np.intp], weight: Floats, cells: Mapping[str, Floats], kind: Floats) -> None:
        """Take in some cells: the shape, the weight and the values of each."""
        np.add.at(self.shares, (kind.astype(np.intp), owner), weight)
        self._mean("ndvi", owner, weight, cells.get("ndvi"))
        self._mean("built", owner, weight, cells.get(self.built_index))
        if "ndvi" in cells:
            np.fmin.at(self.least, owner, cells["ndvi"])
            np.fmax.at(self.most, owner, cells["ndvi"])

    def _mean(self, name: str, owner: npt.NDArray[np.intp], weight: Floats, values: Floats | None) -> None:
        if values is None:
            return
        known = np.isfinite(values)
        np.add.at(self.total[name], owner[known], weight[known] * values[known])
        np.add.at(self.seen[name], owner[known], weight[known])


def statistics(image: Image, shapes: Geometries, crs: str, bounds: Bounds, progress: Progress = silent) -> pd.DataFrame:
    """Return what an image shows of every shape.

    Parameters
    ----------
    image : Image
    shapes : array of polygons
        In `crs`; carried into the image's system, long edges densified. Empty ones are unknown.
    crs : str
    bounds : Bounds
    progress : Progress
        Told after each block.

    Returns
    -------
    DataFrame
        One row per shape: ``ndvi_mean_index ndvi_min_index ndvi_max_index`` and
        ``built_mean_index`` (of ``built_index``: ndbi, bai or "") over the ground that is
        seen, NaN where none is; ``seen_share``; shares of the shape that are certainly
        green, bare, built, water; and ``unknown_share``, which closes them to 1.
    """
    those = _placed(shapes, crs, image.crs)
    area = np.nan_to_num(shapely.area(those), nan=0.0)
    solid = np.flatnonzero(area > 0)
    tree = shapely.STRtree(those[solid])
    windows = list(blocks(image.shape))
    sums = _Sums(len(shapes))
    for done, window in enumerate(windows):
        near = solid[np.sort(tree.query(_box(image, window)))]
        if len(near):
            _add(sums, image, window, bounds, (those, area, near))
        progress(done + 1, len(windows), "imagery")
    return _table(sums)


def blocks(shape: tuple[int, int], size: int = BLOCK) -> Iterator[Window]:
    """Yield windows that cover an image, row by row."""
    for top in range(0, shape[0], size):
        for left in range(0, shape[1], size):
            yield top, min(top + size, shape[0]), left, min(left + size, shape[1])


def _placed(shapes: Geometries, crs: str, target: str) -> Geometries:
    source, wanted = pyproj.CRS.from_user_input(crs), pyproj.CRS.from_user_input(target)
    if source == wanted:
        return shapes
    return carried(shapes, pyproj.Transformer.from_crs(source, wanted, always_xy=True, only_best=False))


def _box(image: Image, window: Window) -> shapely.Polygon:
    a, _, west, _, e, north = image.transform
    top, bottom, left, right = window
    return shapely.box(west + a * left, north + e * bottom, west + a * right, north + e * top)


def _add(
    sums: _Sums, image: Image, window: Window, bounds: Bounds, of: tuple[Geometries, Floats, npt.NDArray[np.intp]]
) -> None:
    """Add the cells of one block to the shapes that touch it."""
    shapes, area, near = of
    found = indices(image.read(window))
    kinds = classes(found, bounds)
    if not sums.built_index:
        sums.built_index = next((name for name in (NDBI, BAI) if name in found), "")
    owner, cell, covered = _covered(image, window, shapes[near])
    row = near[owner]
    size = abs(image.transform[0] * image.transform[4])
    values = {name: array.ravel()[cell] for name, array in found.items()}
    kind = kinds.ravel()[cell] if kinds.size else np.zeros(len(cell))
    sums.add(row, covered * size / area[row], values, kind.astype(np.float64))


def _covered(
    image: Image, window: Window, shapes: Geometries
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """Return shape, cell of the block and covered share of the cell for every cell under a shape."""
    height, width = window[1] - window[0], window[3] - window[2]
    box = dict(zip(("xmin", "ymin", "xmax", "ymax"), shapely.bounds(_box(image, window)).tolist(), strict=True))
    numbers = np.arange(height * width, dtype=np.float64).reshape(height, width)
    source = NumPyRasterSource(numbers, **box, name="cell", srs_wkt=pyproj.CRS(image.crs).to_wkt())
    frame = gpd.GeoDataFrame({"row": np.arange(len(shapes))}, geometry=shapes, crs=image.crs)
    found = exactextract.exact_extract(
        source, frame, ["values", "coverage"], strategy="raster-sequential", include_cols=["row"], output="pandas"
    )
    lists = [np.atleast_1d(v) for v in found["values"]]
    owner = np.repeat(found["row"].to_numpy(np.intp), [len(v) for v in lists])
    cell = np.concatenate([np.empty(0), *lists]).astype(np.intp)
    covered = np.concatenate([np.empty(0), *map(np.atleast_1d, found["coverage"])]).astype(np.float64)
    return owner, cell, covered


def _table(sums: _Sums) -> pd.DataFrame:
    inside = sums.shares.sum(axis=0)
    outside = np.where(1.0 - inside < NOTHING, 0.0, 1.0 - inside)
    # weights are exact to single precision: where nothing lies outside they are made to add up
    factor = np.divide(1.0, inside, out=np.ones_like(inside), where=(outside == 0) & (inside > 0))
    shares = sums.shares * factor
    shares[UNKNOWN] += outside
    mean = {n: np.divide(t, sums.seen[n], out=np.full(sums.count, np.nan), where=sums.seen[n] > 0)
            for n, t in sums.total.items()}  # fmt: skip
    columns = {
        "ndvi_mean_index": mean["ndvi"], "ndvi_min_index": sums.least, "ndvi_max_index": sums.most,
        "built_index": np.full(sums.count, sums.built_index, object), "built_mean_index": mean["built"],
        "seen_share": np.minimum(sums.seen["ndvi"] * factor, 1.0),
    }  # fmt: skip
    named = {f"{word}_share": np.clip(shares[k], 0.0, 1.0) for k, word in enumerate(CLASSES)}
    return pd.DataFrame(columns | named)


def change(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return what changed between two dates, unit by unit.

    Parameters
    ----------
    before, after : DataFrame
        Rows of the table ``imagery``, one per unit.
    keys : sequence of str
        Columns that name a unit.

    Returns
    -------
    DataFrame
        ``ndvi_change_index``: difference of the means, NaN unless all of the unit is seen
        on both dates. For green, bare and built the change of the share, from … to: what
        is unknown on either date may be anything, so less data only widens it.
    """
    both = before.merge(after, on=list(keys), suffixes=("_0", "_1"), validate="1:1")
    whole = (both["seen_share_0"] > 1 - NOTHING) & (both["seen_share_1"] > 1 - NOTHING)
    out = both[list(keys)].assign(
        from_layer=both["layer_id_0"], to_layer=both["layer_id_1"], from_on=both["taken_on_0"],
        to_on=both["taken_on_1"],
        ndvi_change_index=(both["ndvi_mean_index_1"] - both["ndvi_mean_index_0"]).where(whole),
    )  # fmt: skip
    for word in ("green", "bare", "built"):
        first, last = both[f"{word}_share_0"], both[f"{word}_share_1"]
        out[f"{word}_change_share"] = last - (first + both["unknown_share_0"])
        out[f"{word}_change_hi_share"] = (last + both["unknown_share_1"]) - first
    return out
