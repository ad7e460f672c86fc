"""Overlaps are sums over pieces, so the two tables cannot disagree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.layer import Geometries, Zone
from geo.basis.tables import empty
from geo.measure.local import covered, touching
from geo.measure.pieces import IN, OUT, UNIT_VERTICES, Pieces
from geo.measure.subdivide import subdivided
from geo.measure.zones import Ground

Floats = npt.NDArray[np.float64]


def table(pieces: Pieces) -> pd.DataFrame:
    """Return the table `overlaps`: parcel × zone, sparse, areas in m².

    Notes
    -----
    ``area_m2`` is found for certain, overlaps between features counted once; up to
    ``area_hi_m2`` is not excluded (ground nobody has looked at, or features that only may
    belong). ``share`` is of the parcel. ``covered_share`` is the share of the parcel on
    which the answer is known; found ground is known whatever the coverage. A parcel × zone
    without a row has no overlap, known on all its ground; a zone that is not in the table
    `zones` was never measured.
    """
    blocks = [_block(pieces, k, ground) for k, ground in enumerate(pieces.grounds)]
    blocks = [b for b in blocks if len(b)]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("overlaps")


def _block(pieces: Pieces, column: int, ground: Ground) -> pd.DataFrame:
    state = pieces.states[:, column]
    low, high = _sum(pieces, state == IN), _sum(pieces, state != OUT)
    rows = np.flatnonzero(high > 0)
    gross = pieces.gross_m2[rows]
    return pd.DataFrame(
        {
            "parcel_id": pieces.parcel_ids[rows],
            "layer_id": ground.zone.layer_id,
            "buffer_m": float(ground.zone.buffer_m),
            "part": ground.zone.part.name,
            "area_m2": low[rows],
            "area_hi_m2": high[rows],
            "share": np.minimum(low[rows] / gross, 1.0),
            "covered_share": np.clip(1.0 - (high - low)[rows] / gross, 0.0, 1.0),
        }
    )


def _sum(pieces: Pieces, taken: npt.NDArray[np.bool_]) -> Floats:
    weight = np.where(taken, pieces.area_m2, 0.0)
    return np.bincount(pieces.parcel, weights=weight, minlength=len(pieces.parcel_ids)).astype(np.float64)


def classes(parcel_ids: npt.NDArray[np.object_], shapes: Geometries, grounds: list[Ground]) -> pd.DataFrame:
    """Return the table `overlap_classes`: parcel × layer × class, areas in m².

    Parameters
    ----------
    parcel_ids : array of str
    shapes : array of polygons
        Parcels in the area CRS.
    grounds : list of Ground
        Whole layers without a buffer and with classes are broken down; a null class is "".

    Notes
    -----
    Within a class overlaps are counted once; classes may overlap one another. Only what
    is found for certain is counted. An area is NaN where the overlay failed.
    """
    units, owner = subdivided(shapes, UNIT_VERTICES)
    told = [g for g in grounds if g.classes is not None and g.zone == Zone(g.zone.layer_id) and len(g.found)]
    blocks = [_class_block(parcel_ids, units, owner, g) for g in told]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("overlap_classes")


def _class_block(
    parcel_ids: npt.NDArray[np.object_], units: Geometries, owner: npt.NDArray[np.intp], ground: Ground
) -> pd.DataFrame:
    code, names = pd.factorize(pd.Series(ground.classes, dtype=object).fillna("").astype(str))
    unit, polygon = touching(units, ground.found)
    key = unit * len(names) + code[polygon]
    targets, target = np.unique(key, return_inverse=True)
    shapes = units[targets // len(names)]
    area = covered(shapes, target.ravel(), ground.found[polygon]).areas(shapes)
    frame = pd.DataFrame(
        {
            "parcel_id": parcel_ids[owner[targets // len(names)]],
            "layer_id": ground.zone.layer_id,
            "class": np.asarray(names, object)[targets % len(names)],
            "area_m2": area,
        }
    )
    summed = frame.groupby(["parcel_id", "layer_id", "class"], sort=False)["area_m2"].sum(skipna=False).reset_index()
    return summed[~(summed["area_m2"] <= 0)]
