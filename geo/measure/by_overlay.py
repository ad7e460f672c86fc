"""Pieces by overlays of shapes: the judge of the other way (`by_grid`), and the way of what that cannot settle.

Cells of ground start as the parcels and are split zone by zone; a parcel that lies wholly inside or outside a zone is
not touched.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries
from geo.basis.progress import Progress, steps
from geo.measure import robust
from geo.measure.local import Local, local, trifling
from geo.measure.pieces import IN, OUT, UNSURE_STATE, Bools, Floats, Pieces, Positions, assembled, coded
from geo.measure.subdivide import by_load, subdivided
from geo.measure.zones import Ground

UNIT_VERTICES = 1024
"""Parcels of more vertices are measured in parts; their areas are added up again."""

LOAD_VERTICES = 4096
"""Parcels under more vertices of zones than this are measured in parts as well."""

LOST_M2 = robust.RESOLUTION_M2 / 100
"""So much of a zone may go missing among the cells of a parcel before it is looked for."""


def cut(parcel_ids: npt.NDArray[np.object_], shapes: Geometries, grounds: list[Ground], progress: Progress) -> Pieces:
    """Cut parcels by zones.

    Parameters
    ----------
    parcel_ids : array of str
    shapes : array of polygons
        In the area CRS, valid. An empty shape gives one piece of area 0.
    grounds : list of Ground
        In the same CRS, subdivided (`zones.ready`), one per zone.
    progress : Progress
        Told once per zone.

    Notes
    -----
    Where an overlay failed the zone is unsure on the whole parcel, never absent.
    """
    units, owner = subdivided(shapes, UNIT_VERTICES)
    laid = [p for g in grounds for p in (g.found, g.maybe, g.known) if p is not None]
    units, owner = by_load(units, owner, np.concatenate(laid) if laid else units[:0], LOAD_VERTICES)
    cells = _Cells(units, owner, len(grounds))
    for column, ground in enumerate(steps(grounds, "pieces", progress)):
        cells.mark(column, ground)
    gross = np.nan_to_num(shapely.area(shapes), nan=0.0)
    label, kinds = coded(cells.states)
    parcel, label, area = assembled(owner[cells.unit], label, cells.area, kinds, gross)
    return Pieces(parcel_ids, gross, parcel, label, kinds, area, grounds, cells.failures(len(shapes)))


class _Cells:
    """Cells of ground while they are being split."""

    def __init__(self, units: Geometries, owner: Positions, zones: int):
        self.units = units
        self.owner = owner
        self.shape = units.copy()
        self.area = shapely.area(units)
        self.unit = np.arange(len(units))
        self.states = np.zeros((len(units), zones), np.uint8)
        self.failed = np.zeros((len(units), zones), bool)

    def mark(self, column: int, ground: Ground) -> None:
        """Write one zone into the states, splitting cells where its edge runs through them."""
        self._cover(column, local(self.units, ground.found), IN)
        if ground.nowhere_known:
            self._turn(column, np.ones(len(self.unit), bool))
        elif len(ground.maybe):
            self._cover(column, local(self.units, ground.maybe), UNSURE_STATE)
        if ground.known is not None and len(ground.known):
            self._uncover(column, local(self.units, ground.known))
        self._turn(column, self.failed[self.unit, column], also_in=True)

    def _cover(self, column: int, zone: Local, state: int) -> None:
        """Set the state inside the zone where nothing is set yet."""
        self.failed[:, column] |= zone.failed
        inside = self._split(column, zone)
        self.states[inside & (self.states[:, column] == OUT), column] = state

    def _uncover(self, column: int, known: Local) -> None:
        """Make ground outside the known polygons unsure where nothing is set yet."""
        self.failed[:, column] |= known.failed
        inside = self._split(column, known)
        self._turn(column, ~inside)

    def _turn(self, column: int, where: Bools, also_in: bool = False) -> None:
        unset = where if also_in else where & (self.states[:, column] == OUT)
        self.states[unset, column] = UNSURE_STATE

    def _split(self, column: int, zone: Local) -> Bools:
        """Split the cells that are still out and that the zone's edge crosses; tell which lie inside."""
        inside = zone.whole[self.unit]
        crossed = np.flatnonzero(zone.cut[self.unit] & (self.states[:, column] == OUT))
        if not len(crossed):
            return inside
        shapes, parts = self.shape[crossed], zone.part[self.unit[crossed]]
        within, beyond = robust.parted(shapes, parts)
        broken = shapely.is_missing(within)
        taken = self._settled(crossed, within, parts)
        left, small = self.area[crossed] - taken, trifling(self.area[crossed])
        self.failed[self.unit[crossed[broken]], column] = True
        inside[crossed[~broken & (left <= small)]] = True
        both = ~broken & (left > small) & (taken > small)
        return self._grow(inside, crossed[both], (within[both], beyond[both]), taken[both])

    def _settled(self, crossed: Positions, within: Geometries, parts: Geometries) -> Floats:
        """Return how much of each crossed cell a zone takes, so that a unit loses what the zone has of it.

        What a zone has of a unit was overlaid once, and checked. Overlaying that part again loses slivers
        without a sign (inside nothing, outside everything), and gives a crumb of a cell more than it has; so it
        only says how cells share the part. What is missing goes to the cells that hold most of it and have room
        for it, or else run longest along it.
        """
        size = self.area[crossed]
        taken: Floats = np.minimum(np.nan_to_num(shapely.area(within), nan=0.0), size)
        unit, whole, count = self.unit[crossed], shapely.area(parts), len(self.units)
        cells = np.bincount(self.unit, minlength=count)
        every = (np.bincount(unit, minlength=count) == cells)[unit] & ~shapely.is_missing(within)
        alone = every & (cells[unit] == 1)
        lost = alone & (taken == 0)
        within[lost], taken[alone] = parts[lost], whole[alone]
        short = whole - np.bincount(unit, weights=taken, minlength=count)[unit]
        off = every & ~alone & (np.abs(short) > LOST_M2)
        for u in np.unique(unit[off]):
            own = np.flatnonzero(unit == u)
            along = shapely.intersection(shapely.boundary(parts[own]), self.shape[crossed[own]])
            order = own[np.lexsort((-shapely.length(along), -taken[own]))]
            room = size[order] - taken[order] if short[order[0]] > 0 else taken[order]
            moved = _filled(abs(float(short[order[0]])), room) * np.sign(short[order[0]])
            bare = order[(taken[order] == 0) & (moved > 0)]
            within[bare] = parts[bare]
            taken[order] += moved
        return np.clip(taken, 0.0, size)

    def _grow(self, inside: Bools, rows: Positions, shapes: tuple[Geometries, Geometries], taken: Floats) -> Bools:
        """Keep the part beyond in place and append the part within."""
        within, beyond = shapes
        self.shape[rows] = beyond
        self.area[rows] -= taken
        self.area = np.concatenate([self.area, taken])
        self.shape = np.concatenate([self.shape, within])
        self.unit = np.concatenate([self.unit, self.unit[rows]])
        self.states = np.concatenate([self.states, self.states[rows]])
        return np.concatenate([inside, np.ones(len(rows), bool)])

    def failures(self, parcels: int) -> Bools:
        """Return parcels × zones where an overlay failed."""
        out = np.zeros((parcels, self.failed.shape[1]), bool)
        np.logical_or.at(out, self.owner, self.failed)
        return out


def _filled(amount: float, room: Floats) -> Floats:
    """Return how much of an amount goes into each vessel when the first is filled before the next."""
    before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
    return np.clip(amount - before, 0.0, room)
