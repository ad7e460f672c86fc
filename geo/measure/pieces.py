"""Pieces: every parcel cut into the exact sets of zones present on it.

One matrix carries the answer: a row per cell of ground, a column per zone, and in it out, in
or unsure. Cells start as the parcels and are split zone by zone; a parcel that lies wholly
inside or outside a zone is not touched. Parcels may overlap one another: each is measured alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import SEPARATOR, UNSURE, Geometries
from geo.basis.progress import Progress, steps
from geo.basis.tables import empty
from geo.measure import robust
from geo.measure.local import Local, local, negligible, trifling
from geo.measure.subdivide import by_load, subdivided
from geo.measure.zones import Ground

OUT, IN, UNSURE_STATE = 0, 1, 2

UNIT_VERTICES = 1024
"""Parcels of more vertices are measured in parts; their areas are added up again."""

LOAD_VERTICES = 4096
"""Parcels under more vertices of zones than this are measured in parts as well."""

LOST_M2 = robust.RESOLUTION_M2 / 100
"""So much of a zone may go missing among the cells of a parcel before it is looked for."""

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
States = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Pieces:
    """Pieces of all parcels.

    Parameters
    ----------
    parcel_ids : array of str
    gross_m2 : float array
        Area of each parcel.
    parcel : int array
        Position of the parcel of each piece.
    states : uint8 array, pieces × zones
        OUT, IN or UNSURE_STATE.
    area_m2 : float array
        Area of each piece.
    grounds : list of Ground
        The zones, in the order of the columns of `states`.
    failed : bool array, parcels × zones
        An overlay failed: the zone is unsure on the whole parcel.
    """

    parcel_ids: npt.NDArray[np.object_]
    gross_m2: Floats
    parcel: Positions
    states: States
    area_m2: Floats
    grounds: list[Ground]
    failed: Bools


def cut(parcel_ids: npt.NDArray[np.object_], shapes: Geometries, grounds: list[Ground], progress: Progress) -> Pieces:
    """Cut parcels by zones.

    Parameters
    ----------
    parcel_ids : array of str
    shapes : array of polygons
        In the area CRS, valid. An empty shape gives one piece of area 0.
    grounds : list of Ground
        In the same CRS, one per zone.
    progress : Progress
        Told once per zone.

    Notes
    -----
    The pieces of a parcel add up to its area; where an overlay failed the zone is unsure
    on the whole parcel, never absent. Pieces too small to be written go to the largest
    piece of their parcel.
    """
    units, owner = subdivided(shapes, UNIT_VERTICES)
    laid = [p for g in grounds for p in (g.found, g.maybe, g.known) if p is not None]
    units, owner = by_load(units, owner, np.concatenate(laid) if laid else units[:0], LOAD_VERTICES)
    cells = _Cells(units, owner, len(grounds))
    for column, ground in enumerate(steps(grounds, "pieces", progress)):
        cells.mark(column, ground)
    gross = np.nan_to_num(shapely.area(shapes), nan=0.0)
    found = cells.summed(gross)
    return Pieces(parcel_ids, gross, *found, grounds, cells.failures(len(shapes)))


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

    def summed(self, gross: Floats) -> tuple[Positions, States, Floats]:
        """Add the cells up to one piece per parcel and set of zones."""
        parcel = self.owner[self.unit]
        area = self.area
        blank = np.setdiff1d(np.arange(len(gross)), parcel)  # empty shapes keep a row of area 0
        parcel = np.concatenate([parcel, blank])
        area = np.concatenate([area, np.zeros(len(blank))])
        states = np.concatenate([self.states, np.zeros((len(blank), self.states.shape[1]), np.uint8)])
        return _grouped(*_merged(*_grouped(parcel, states, area), gross))


def _filled(amount: float, room: Floats) -> Floats:
    """Return how much of an amount goes into each vessel when the first is filled before the next."""
    before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
    return np.clip(amount - before, 0.0, room)


def _grouped(parcel: Positions, states: States, area: Floats) -> tuple[Positions, States, Floats]:
    """Add up rows of equal parcel and states, in the order of parcels."""
    label = _codes(states)
    keys = np.stack([parcel, label], axis=1)
    distinct, first, row = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    total = np.bincount(row.ravel(), weights=area, minlength=len(distinct))
    return parcel[first], states[first], total.astype(np.float64)


def _codes(states: States) -> Positions:
    """Number the distinct rows."""
    if states.shape[1] == 0:
        return np.zeros(len(states), np.intp)
    rows = np.ascontiguousarray(states).view(np.dtype((np.void, states.shape[1]))).ravel()
    return np.unique(rows, return_inverse=True)[1].ravel()


def _merged(parcel: Positions, states: States, area: Floats, gross: Floats) -> tuple[Positions, States, Floats]:
    """Give pieces too small to be written to other pieces of their parcel.

    One goes to the largest; several to those that leave what every zone has of the parcel nearest to the truth.
    """
    order = np.lexsort((-area, parcel))
    parcel, states, area = parcel[order], states[order].copy(), area[order]
    first = np.searchsorted(parcel, parcel)
    small = (area <= negligible(gross[parcel])) & (first != np.arange(len(parcel)))
    several = small & (np.bincount(parcel, weights=small, minlength=len(gross)) > 1)[parcel]
    alone = small & ~several
    states[alone] = states[first[alone]]
    for start in np.unique(first[several]):
        own = np.arange(start, np.searchsorted(parcel, parcel[start], side="right"))
        states[own], area[own] = _joined(states[own], area[own], small[own], float(negligible(gross[parcel[own]])[0]))
    return parcel, states, area


def _joined(states: States, area: Floats, small: Bools, least: float) -> tuple[States, Floats]:
    """Join the small pieces of one parcel, the smallest first, each to the piece that keeps sums of zones truest.

    Where two do alike the other small one: together they may be large enough to be written.
    """
    there = np.concatenate([states == IN, states != OUT], axis=1).astype(np.float64)
    off = np.zeros(there.shape[1])
    live = np.ones(len(area), bool)
    states, area = states.copy(), area.copy()
    for k in np.flatnonzero(small)[np.argsort(area[small], kind="stable")]:
        others = np.flatnonzero(live & (np.arange(len(area)) != k))
        if area[k] > least or not len(others):
            continue
        moved = off + area[k] * (there[others] - there[k])
        far = np.abs(moved).max(axis=1, initial=0.0)
        best = np.lexsort((-area[others], ~small[others], np.abs(moved).sum(axis=1), far))[0]
        to, off = others[best], moved[best]
        area[to] += area[k]
        area[k], live[k], states[k] = 0.0, False, states[to]
    return states, area


def table(pieces: Pieces) -> pd.DataFrame:
    """Return the table `pieces`: one row per parcel and set of zones, areas in m².

    The zones of a piece are joined by ``|`` in alphabetical order, ``?`` before one that
    may or may not be there; ground with nothing on it has the empty set.
    """
    if not len(pieces.parcel):
        return empty("pieces")
    codes = _codes(pieces.states)
    distinct, first = np.unique(codes, return_index=True)
    names = np.empty(len(distinct), object)
    names[:] = [_label(pieces.states[row], pieces.grounds) for row in first]
    return pd.DataFrame(
        {"parcel_id": pieces.parcel_ids[pieces.parcel], "zones": names[codes], "area_m2": pieces.area_m2}
    )


def _label(states: States, grounds: list[Ground]) -> str:
    words = [(g.zone.zone_id, state) for g, state in zip(grounds, states, strict=True) if state != OUT]
    return SEPARATOR.join(f"{UNSURE if state == UNSURE_STATE else ''}{name}" for name, state in sorted(words))
