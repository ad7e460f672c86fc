"""Pieces: every parcel cut into the exact sets of zones present on it.

A piece is a parcel, a set of zones, and an area; in a set a zone is out, in or unsure. Parcels may overlap one
another: each is measured alone. `by_grid` makes them out of edges, `by_overlay` out of shapes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.layer import SEPARATOR, UNSURE
from geo.basis.tables import empty
from geo.measure.local import negligible
from geo.measure.zones import Ground

OUT, IN, UNSURE_STATE = 0, 1, 2

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
    label : int array
        Row of `kinds` of each piece.
    kinds : uint8 array, sets × zones
        OUT, IN or UNSURE_STATE.
    area_m2 : float array
        Area of each piece.
    grounds : list of Ground
        The zones, in the order of the columns of `kinds`.
    failed : bool array, parcels × zones
        An overlay failed: the zone is unsure on the whole parcel.
    """

    parcel_ids: npt.NDArray[np.object_]
    gross_m2: Floats
    parcel: Positions
    label: Positions
    kinds: States
    area_m2: Floats
    grounds: list[Ground]
    failed: Bools

    @property
    def states(self) -> States:
        """Pieces × zones."""
        return self.kinds[self.label]


def coded(states: States) -> tuple[Positions, States]:
    """Number the distinct rows of a matrix; ground with nothing on it is always one of them."""
    nothing = np.zeros((1, states.shape[1]), np.uint8)
    every = np.ascontiguousarray(np.concatenate([states, nothing]))
    if states.shape[1] == 0:
        return np.zeros(len(states), np.intp), nothing
    rows = every.view(np.dtype((np.void, states.shape[1]))).ravel()
    _, first, label = np.unique(rows, return_index=True, return_inverse=True)
    return label.ravel()[:-1].astype(np.intp), every[first]


def assembled(
    parcel: Positions, label: Positions, area: Floats, kinds: States, gross: Floats
) -> tuple[Positions, Positions, Floats]:
    """Add pieces up to one per parcel and set of zones, in the order of parcels; return parcel, label and area.

    Pieces too small to be written go to the largest piece of their parcel. An empty shape keeps a row of area 0 with
    nothing on it, as the rows of a parcel add up to its area.
    """
    blank = np.flatnonzero(np.bincount(parcel, minlength=len(gross)) == 0)
    nothing = np.flatnonzero((kinds == OUT).all(axis=1))[:1]
    parcel = np.concatenate([parcel, blank])
    label = np.concatenate([label, np.repeat(nothing, len(blank))])
    area = np.concatenate([area, np.zeros(len(blank))])
    return _grouped(*_merged(*_grouped(parcel, label, area), kinds, gross))


def _grouped(parcel: Positions, label: Positions, area: Floats) -> tuple[Positions, Positions, Floats]:
    """Add up rows of equal parcel and label, in the order of parcels."""
    if not len(parcel):
        return parcel, label, area
    many = int(label.max()) + 1
    keys, row = np.unique(parcel * many + label, return_inverse=True)
    total = np.bincount(row.ravel(), weights=area, minlength=len(keys))
    return keys // many, keys % many, total.astype(np.float64)


def _merged(
    parcel: Positions, label: Positions, area: Floats, kinds: States, gross: Floats
) -> tuple[Positions, Positions, Floats]:
    """Give pieces too small to be written to other pieces of their parcel.

    One goes to the largest; several to those that leave what every zone has of the parcel nearest to the truth.
    """
    order = np.lexsort((-area, parcel))
    parcel, label, area = parcel[order], label[order].copy(), area[order]
    first = np.searchsorted(parcel, parcel)
    small = (area <= negligible(gross[parcel])) & (first != np.arange(len(parcel)))
    several = small & (np.bincount(parcel, weights=small, minlength=len(gross)) > 1)[parcel]
    alone = small & ~several
    label[alone] = label[first[alone]]
    for start in np.unique(first[several]):
        own = np.arange(start, np.searchsorted(parcel, parcel[start], side="right"))
        least = float(negligible(gross[parcel[own]])[0])
        into, area[own] = _joined(kinds[label[own]], area[own], small[own], least)
        label[own] = label[own][into]
    return parcel, label, area


def _joined(states: States, area: Floats, small: Bools, least: float) -> tuple[Positions, Floats]:
    """Join the small pieces of one parcel, the smallest first, each to the piece that keeps sums of zones truest.

    Where two do alike the other small one: together they may be large enough to be written. Returns for each piece
    the one it went to, itself where it stays.
    """
    there = np.concatenate([states == IN, states != OUT], axis=1).astype(np.float64)
    off = np.zeros(there.shape[1])
    live = np.ones(len(area), bool)
    into, area = np.arange(len(area)), area.copy()
    for k in np.flatnonzero(small)[np.argsort(area[small], kind="stable")]:
        others = np.flatnonzero(live & (np.arange(len(area)) != k))
        if area[k] > least or not len(others):
            continue
        moved = off + area[k] * (there[others] - there[k])
        far = np.abs(moved).max(axis=1, initial=0.0)
        best = np.lexsort((-area[others], ~small[others], np.abs(moved).sum(axis=1), far))[0]
        to, off = others[best], moved[best]
        area[to] += area[k]
        area[k], live[k], into[into == k] = 0.0, False, to
    return into, area


def table(pieces: Pieces) -> pd.DataFrame:
    """Return the table `pieces`: one row per parcel and set of zones, areas in m².

    The zones of a piece are joined by ``|`` in alphabetical order, ``?`` before one that
    may or may not be there; ground with nothing on it has the empty set.
    """
    if not len(pieces.parcel):
        return empty("pieces")
    names = np.empty(len(pieces.kinds), object)
    names[:] = [_label(kind, pieces.grounds) for kind in pieces.kinds]
    return pd.DataFrame(
        {"parcel_id": pieces.parcel_ids[pieces.parcel], "zones": names[pieces.label], "area_m2": pieces.area_m2}
    )


def _label(states: States, grounds: list[Ground]) -> str:
    words = [(g.zone.zone_id, state) for g, state in zip(grounds, states, strict=True) if state != OUT]
    return SEPARATOR.join(f"{UNSURE if state == UNSURE_STATE else ''}{name}" for name, state in sorted(words))
