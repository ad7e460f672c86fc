"""One area basis per study, and the survey formula for reports.

Ellipsoidal areas are taken in an equal-area projection on the study's own ellipsoid,
centred on the study: shapes are carried over once per layer, then every overlay happens
there, so areas of parts add up to the area of the whole. Planar areas stay in the study CRS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from geo.basis.errors import CallError, CrsError
from geo.basis.layer import Geometries
from geo.basis.reason import reason

Floats = npt.NDArray[np.float64]
Kind = Literal["ellipsoidal", "planar"]

EDGE_M = 100.0
"""Edges are densified to this length before they are carried into another projection."""


@dataclass(frozen=True)
class AreaBasis:
    """How areas of a study are measured.

    Parameters
    ----------
    kind : {"ellipsoidal", "planar"}
    crs : str
        Study CRS, projected, metres.
    area_crs : str
        CRS the areas are taken in (WKT); equal to `crs` for planar.
    """

    kind: Kind
    crs: str
    area_crs: str

    @cached_property
    def _transformer(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(self.crs, self.area_crs, always_xy=True, only_best=False)

    def project(self, shapes: Geometries) -> Geometries:
        """Carry shapes from the study CRS into the area CRS.

        Parameters
        ----------
        shapes : array of shapely geometries
            Study CRS; empty shapes and None pass through.

        Returns
        -------
        array of shapely geometries
            Edges densified to `EDGE_M` first; the shapes themselves for planar.

        Raises
        ------
        CrsError
            When a coordinate has no finite image; the first rows are named by position.
        """
        if self.kind == "planar" or len(shapes) == 0:
            return shapes
        return carried(shapes, self._transformer)

    def carry_points(self, xy: Floats) -> Floats:
        """Carry points, rows of x and y, from the study CRS into the area CRS; edges are to be densified before.

        Raises
        ------
        CrsError
            When a point has no finite image.
        """
        if self.kind == "planar" or len(xy) == 0:
            return xy
        moved = np.stack(self._transformer.transform(xy[:, 0], xy[:, 1]), axis=1)
        lost = np.flatnonzero(~np.isfinite(moved).all(axis=1))
        if lost.size:
            raise CrsError(reason("coordinates_not_finite", count=int(lost.size), rows=[f"{xy[lost[0]]}"]))
        out: Floats = moved
        return out

    def areas(self, shapes: Geometries) -> Floats:
        """Return areas in m² of shapes in the area CRS (see `project`); None and empty are 0."""
        found: Floats = shapely.area(shapes)
        return np.nan_to_num(found, nan=0.0)


def basis(kind: Kind, crs: str, bounds: tuple[float, float, float, float]) -> AreaBasis:
    """Return the area basis of a study.

    Parameters
    ----------
    kind : {"ellipsoidal", "planar"}
    crs : str
        Study CRS, projected, metres.
    bounds : tuple of float
        Extent of the study in that CRS: min x, min y, max x, max y.

    Notes
    -----
    Ellipsoidal: Lambert azimuthal equal area on the ellipsoid and datum of `crs`. Its
    centre is the middle of `bounds` in whole degrees, so a few more parcels do not move it.

    Raises
    ------
    CallError
        When the bounds are not finite or `kind` is not known.
    """
    if kind == "planar":
        return AreaBasis("planar", crs, crs)
    if kind != "ellipsoidal" or not np.isfinite(bounds).all():
        raise CallError(reason("area_basis_unusable", kind=str(kind), bounds=[float(b) for b in bounds]))
    study = pyproj.CRS.from_user_input(crs)
    lon, lat = _geographic(crs).transform((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    if not np.isfinite([lon, lat]).all():
        raise CrsError(reason("coordinates_not_finite", count=1, rows=[f"{bounds}"]))
    centre = f"+proj=laea +lat_0={round(lat)} +lon_0={round(lon)} +units=m +type=crs"
    made = pyproj.CRS.from_proj4(f"{centre} {_ellipsoid_words(study)}").to_json_dict()
    made["base_crs"] = _base_of(study)
    return AreaBasis("ellipsoidal", crs, pyproj.CRS.from_json_dict(made).to_wkt())


def around(crs: str) -> tuple[float, float, float, float]:
    """Return a kilometre of ground in the middle of where a CRS is used: for a study that states no ground at all.

    Metres of the CRS; around its origin where nobody says where it is used.
    """
    system = pyproj.CRS.from_user_input(crs)
    east, north = 0.0, 0.0
    if (use := system.area_of_use) is not None:
        east, north = _geographic(crs).transform(
            (use.west + use.east) / 2.0, (use.south + use.north) / 2.0, direction="INVERSE"
        )
    return east - 500.0, north - 500.0, east + 500.0, north + 500.0


def carried(shapes: Geometries, transformer: pyproj.Transformer, edge_m: float = EDGE_M) -> Geometries:
    """Densify shapes and carry them through a transformer; raise when a coordinate is lost."""
    dense = shapely.segmentize(shapes, edge_m)
    moved = shapely.transform(dense, transformer.transform, interleaved=False)  # type: ignore[arg-type]
    coordinates, owner = shapely.get_coordinates(moved, return_index=True)
    lost = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    if lost.size:
        raise CrsError(reason("coordinates_not_finite", count=int(lost.size), rows=[str(k) for k in lost[:5]]))
    out: Geometries = moved
    return out


def statutory_m2(shapes: Geometries, crs: str, edge_m: float | None = None) -> Floats:
    """Return the area on the ellipsoid by the survey formula, in m².

    Parameters
    ----------
    shapes : array of shapely geometries
        Polygons and multipolygons in `crs`: holes are subtracted, parts summed. Empty
        shapes, None and shapes without area give 0.
    crs : str
        A projected or geographic CRS. Its own datum and ellipsoid are used (CGCS2000 for
        the EPSG codes 4491-4554), nothing is shifted.
    edge_m : float or None
        Edges are cut to this length first. None, the default, takes the vertices as they
        are, as the survey's own programs do.

    Raises
    ------
    CrsError
        When a vertex has no longitude and latitude.

    Notes
    -----
    Every edge of a ring is a trapezoid down to a reference meridian, ``2b²ΔL [A sin ½ΔB
    cos Bm − B sin 3/2ΔB cos 3Bm + … + E sin 9/2ΔB cos 9Bm]``, with ΔL from the meridian
    to the middle of the edge. For display in reports only; the ledger uses `AreaBasis`.
    """
    polygons, owner = shapely.get_parts(np.asarray(shapes, object), return_index=True)
    flat = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    polygons, owner = polygons[flat], owner[flat]
    if edge_m is not None:
        polygons = shapely.segmentize(polygons, edge_m)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    size = _ring_areas(rings, owner[polygon], crs)
    hole = np.ones(len(rings), bool)
    hole[np.unique(polygon, return_index=True)[1]] = False  # the first ring of a polygon is its shell
    signed = np.where(hole, -size, size)
    return np.bincount(owner[polygon], weights=signed, minlength=len(shapes)).astype(np.float64)


def _ring_areas(rings: Geometries, row: npt.NDArray[np.intp], crs: str) -> Floats:
    """Return the unsigned area of closed rings; `row` is the shape each belongs to."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    if len(xy) == 0:
        return np.zeros(len(rings))
    lon, lat = _geographic(crs).transform(xy[:, 0], xy[:, 1])
    lost = ~(np.isfinite(lon) & np.isfinite(lat))
    if lost.any():
        bad = np.unique(row[ring[lost]])
        raise CrsError(reason("coordinates_not_finite", count=len(bad), rows=[str(k) for k in bad[:5]]))
    lon, lat = np.radians(lon), np.radians(lat)
    first = np.searchsorted(ring, np.arange(len(rings)))
    lon = lon - lon[first][ring]  # the meridian of the first vertex: keeps every digit
    within = ring[1:] == ring[:-1]
    parts = _trapezoids(lon, lat, crs)
    summed = np.bincount(ring[:-1][within], weights=parts[within], minlength=len(rings))
    return np.abs(summed).astype(np.float64)


def _trapezoids(lon: Floats, lat: Floats, crs: str) -> Floats:
    semi_minor, coefficients = _series(crs)
    middle, half = (lat[1:] + lat[:-1]) / 2, (lat[1:] - lat[:-1]) / 2
    east = (lon[1:] + lon[:-1]) / 2
    total = np.zeros_like(half)
    for k, factor in enumerate(coefficients):
        odd = 2 * k + 1
        total += (-1) ** k * factor * np.sin(odd * half) * np.cos(odd * middle)
    out: Floats = 2 * semi_minor**2 * east * total
    return out


@cache
def _series(crs: str) -> tuple[float, tuple[float, ...]]:
    """Return the semi-minor axis and the coefficients A to E of the ellipsoid of a CRS."""
    a, f = _axes(pyproj.CRS.from_user_input(crs))
    b = a * (1 - f)
    e2 = (a * a - b * b) / (a * a)
    e4, e6, e8 = e2**2, e2**3, e2**4
    return b, (
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        1 / 112 * e6 + 45 / 2304 * e8,
        5 / 2304 * e8,
    )


@cache
def _geographic(crs: str) -> pyproj.Transformer:
    """Return the way from a CRS to longitude and latitude on its own datum."""
    study = pyproj.CRS.from_user_input(crs)
    return pyproj.Transformer.from_crs(study, study.geodetic_crs or study, always_xy=True, only_best=False)


def _axes(study: pyproj.CRS) -> tuple[float, float]:
    body = study.ellipsoid
    if body is None:
        raise CrsError(reason("crs_without_ellipsoid", crs=study.name))
    flattening = 1.0 / body.inverse_flattening if body.inverse_flattening else 0.0
    return float(body.semi_major_metre), flattening


def _ellipsoid_words(study: pyproj.CRS) -> str:
    a, f = _axes(study)
    return f"+a={a!r} +rf={1 / f!r}" if f else f"+R={a!r}"


def _base_of(study: pyproj.CRS) -> Any:
    """Return the geographic CRS below a projected one, so that no datum shift creeps in."""
    base = study.geodetic_crs
    if base is None:
        raise CrsError(reason("crs_without_ellipsoid", crs=study.name))
    return base.to_2d().to_json_dict()
