"""Pieces by sums over edges (`geo.measure.grid`); what those cannot settle is overlaid (`by_overlay`) and counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.basis.area import AreaBasis
from geo.basis.layer import Geometries
from geo.basis.progress import Progress, steps
from geo.measure import by_overlay, robust, zones
from geo.measure.grid import rings, sets
from geo.measure.pieces import IN, OUT, UNSURE_STATE, Bools, Floats, Pieces, States, assembled, coded
from geo.measure.subdivide import Near
from geo.measure.zones import Ground

Parts = ("found", "maybe", "known")
"""Polygons of a ground: each becomes a zone of the grid where there are any."""


@dataclass(frozen=True)
class Laid:
    """Zones brought into the CRS of areas once, for whatever is measured against them.

    Parameters
    ----------
    grounds : list of Ground
        Study CRS, as they were drawn.
    basis : AreaBasis
    rings : Rings
    columns : tuple of (ground, part)
        What each zone of `rings` is, by position in `grounds` and name of `Parts`.
    """

    grounds: list[Ground]
    basis: AreaBasis
    rings: rings.Rings
    columns: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Lots:
    """Parcels brought into the CRS of areas once: their rings and areas there.

    Parameters
    ----------
    ids : array of str
    shapes : array of polygons
    basis : AreaBasis or None
        Carries the shapes into the CRS of areas; None: they are there already.
    rings : Rings
    area_m2 : float array
    """

    ids: npt.NDArray[np.object_]
    shapes: Geometries
    basis: AreaBasis | None
    rings: rings.Rings
    area_m2: Floats

    def carried(self, rows: npt.NDArray[np.intp]) -> Geometries:
        """Return some of them as valid shapes in the CRS of areas."""
        shapes = self.shapes[rows]
        return robust.valid(shapes if self.basis is None else self.basis.project(shapes))


def lots(ids: npt.NDArray[np.object_], shapes: Geometries, basis: AreaBasis | None) -> Lots:
    """Return parcels as they are measured; in the study CRS, without a basis in that of areas."""
    flat = robust.polygonal(shapes)
    return Lots(ids, flat, basis, *rings.of(flat, basis))


def lay(grounds: list[Ground], basis: AreaBasis, progress: Progress) -> Laid:
    """Return zones as they are measured against.

    Parameters
    ----------
    grounds : list of Ground
        Study CRS.
    basis : AreaBasis
    progress : Progress
        Told once per zone.
    """
    columns, made = [], []
    for number, ground in enumerate(steps(grounds, "zones", progress)):
        for part in Parts:
            shapes = getattr(ground, part)
            if shapes is not None and len(shapes):
                columns.append((number, part))
                made.append(rings.of(robust.polygonal(shapes), basis)[0])
    return Laid(grounds, basis, rings.joined(made), tuple(columns))


def cut(lots: Lots, laid: Laid, progress: Progress) -> Pieces:
    """Cut parcels by zones.

    Parameters
    ----------
    lots : Lots
        An empty shape gives one piece of area 0.
    laid : Laid
    progress : Progress

    Notes
    -----
    The pieces of a parcel add up to its area. Pieces too small to be written go to the largest piece of their
    parcel. A parcel whose sums do not balance is overlaid; where that fails too the zone is unsure on all of it,
    never absent.
    """
    progress(0, 1, "pieces")
    found = sets.found(lots.rings, lots.area_m2, laid.rings, len(laid.columns))
    label, kinds = coded(_states(found.holds, laid))
    failed = np.zeros((len(lots.ids), len(laid.grounds)), bool)
    parcel, label, area = found.parcel, label[found.label], found.area_m2
    gross = lots.area_m2.copy()
    odd = unsettled(found.off_m2, gross)
    if len(odd):
        other = overlaid(lots, odd, laid, progress)
        kept = ~np.isin(parcel, odd)
        more, every = coded(np.concatenate([kinds, other.kinds]))
        label = np.concatenate([more[label[kept]], more[other.label + len(kinds)]])
        parcel, area = np.concatenate([parcel[kept], odd[other.parcel]]), np.concatenate([area[kept], other.area_m2])
        kinds, failed[odd], gross[odd] = every, other.failed, other.gross_m2
    rows = assembled(parcel, label, area, kinds, gross)
    progress(1, 1, "pieces")
    return Pieces(lots.ids, gross, rows[0], rows[1], kinds, rows[2], laid.grounds, failed)


def unsettled(off: Floats, gross: Floats) -> npt.NDArray[np.intp]:
    """Return the parcels whose sums do not balance: their shape crosses itself, or a zone's does on them."""
    return np.flatnonzero(~(off <= robust.slack(gross)))


def overlaid(lots: Lots, rows: npt.NDArray[np.intp], laid: Laid, progress: Progress) -> Pieces:
    """Return the pieces of some parcels by overlays of shapes."""
    shapes = lots.carried(rows)
    near = Near(shapes)
    grounds = [zones.ready(g, laid.basis.project, near) for g in laid.grounds]
    return by_overlay.cut(lots.ids[rows], shapes, grounds, progress)


def _states(holds: Bools, laid: Laid) -> States:
    """Return what every set of the grid's zones says of each ground."""
    out = np.zeros((len(holds), len(laid.grounds)), np.uint8)
    has = {column: holds[:, k] for k, column in enumerate(laid.columns)}
    for k, ground in enumerate(laid.grounds):
        state = out[:, k]
        if (k, "found") in has:
            state[has[k, "found"]] = IN
        if ground.nowhere_known:
            state[state == OUT] = UNSURE_STATE
        elif (k, "maybe") in has:
            state[has[k, "maybe"] & (state == OUT)] = UNSURE_STATE
        if (k, "known") in has:
            state[~has[k, "known"] & (state == OUT)] = UNSURE_STATE
    return out
