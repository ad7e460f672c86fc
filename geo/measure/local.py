"""Bring a zone down to the units it is measured on: one small shape per unit, or all, or nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries
from geo.measure import robust
from geo.measure.robust import RESOLUTION_M2

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Local:
    """What a set of polygons covers of each unit.

    Parameters
    ----------
    whole : bool array
        The unit is covered wholly.
    part : array of polygons
        What is covered where it is neither nothing nor all, otherwise None.
    failed : bool array
        The overlay failed: nothing may be said of the unit.
    rest : array of polygons
        What is not covered, where a single polygon covers `part`; otherwise None, which says nothing.
    """

    whole: Bools
    part: Geometries
    failed: Bools
    rest: Geometries

    @property
    def cut(self) -> Bools:
        """Units covered in part."""
        out: Bools = ~shapely.is_missing(self.part)
        return out

    @classmethod
    def nothing(cls, count: int) -> Local:
        """Return the answer for polygons that touch no unit."""
        none = np.full(count, None, object)
        return cls(np.zeros(count, bool), none, np.zeros(count, bool), none.copy())

    def areas(self, units: Geometries) -> Floats:
        """Return the covered area of each unit in m²; NaN where the overlay failed."""
        out: Floats = np.where(self.whole, shapely.area(units), np.nan_to_num(shapely.area(self.part), nan=0.0))
        out[self.failed] = np.nan
        return out


def local(units: Geometries, polygons: Geometries) -> Local:
    """Return what polygons cover of each unit, overlaps between them counted once.

    Parameters
    ----------
    units, polygons : arrays of polygons in one CRS
        Valid; polygons subdivided (see `subdivide`).

    Notes
    -----
    A unit inside one polygon, or touching none, needs no overlay. A remainder or a share
    far too small to be written (`trifling`) counts as nothing.
    """
    unit, polygon = touching(units, polygons)
    return covered(units, unit, polygons[polygon])


def touching(units: Geometries, polygons: Geometries) -> tuple[Positions, Positions]:
    """Return the pairs of positions of units and polygons that touch."""
    if len(units) == 0 or len(polygons) == 0:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    unit, polygon = shapely.STRtree(polygons).query(units, predicate="intersects")
    return unit, polygon


def covered(units: Geometries, unit: Positions, polygons: Geometries) -> Local:
    """Return what the polygons paired with each unit cover of it (``unit[k]`` meets ``polygons[k]``)."""
    out = Local.nothing(len(units))
    shapely.prepare(polygons)
    inside = shapely.covers(polygons, units[unit])
    out.whole[unit[inside]] = True
    open_pairs = ~out.whole[unit]
    unit, polygons = unit[open_pairs], polygons[open_pairs]
    shared, beyond = robust.parted(units[unit], polygons)
    _gather(out, unit, shared, beyond)
    out.failed[unit[shapely.is_missing(shared)]] = True
    out.part[out.failed] = None
    _settle(out, units)
    return out


def negligible(areas: Floats) -> Floats:
    """Return the area below which a part of a shape of the given area counts as nothing, in m²."""
    out: Floats = np.minimum(RESOLUTION_M2, 1e-6 * areas)
    return out


def trifling(areas: Floats) -> Floats:
    """Return the area below which a part of a unit or a cell is no part of it, in m².

    A tenth of what is `negligible`: what several units or cells of a parcel leave out adds up.
    """
    out: Floats = negligible(areas) / 10
    return out


def _gather(out: Local, unit: Positions, shared: Geometries, beyond: Geometries) -> None:
    """Unite what several polygons share with a unit; what a single one leaves of it is known already."""
    solid = shapely.area(shared) > 0
    unit, shared, beyond = unit[solid], shared[solid], beyond[solid]
    order = np.argsort(unit, kind="stable")
    unit, shared, beyond = unit[order], shared[order], beyond[order]
    touched, start, count = np.unique(unit, return_index=True, return_counts=True)
    out.part[touched[count == 1]] = shared[start[count == 1]]
    out.rest[touched[count == 1]] = beyond[start[count == 1]]
    for k in np.flatnonzero(count > 1):
        united = robust.union(shared[start[k] : start[k] + count[k]])
        out.part[touched[k]] = united
        out.failed[touched[k]] = united is None


def _settle(out: Local, units: Geometries) -> None:
    """Turn parts that are nothing or everything into that."""
    cut = np.flatnonzero(out.cut)
    size, taken = shapely.area(units[cut]), shapely.area(out.part[cut])
    small = trifling(size)
    out.whole[cut[taken >= size - small]] = True
    out.part[cut[(taken <= small) | (taken >= size - small)]] = None
