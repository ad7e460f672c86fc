"""Overlaps are sums over pieces, so the two tables cannot disagree."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.basis.tables import empty
from geo.measure.by_grid import Laid, Lots, cut, lay
from geo.measure.pieces import IN, OUT, Pieces
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
    state = pieces.kinds[:, column][pieces.label]
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


def classes(lots: Lots, laid: Laid) -> pd.DataFrame:
    """Return the table `overlap_classes`: parcel × layer × class, areas in m².

    Parameters
    ----------
    lots : Lots
        The parcels.
    laid : Laid
        Whole layers without a buffer and with classes are broken down; a null class is "".

    Notes
    -----
    Within a class overlaps are counted once; classes may overlap one another. Only what
    is found for certain is counted. An area is NaN where the overlay failed.
    """
    blocks = [_class_block(lots, g, laid.basis) for g in _told(laid)]
    blocks = [b for b in blocks if len(b)]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("overlap_classes")


def classes_unknown(ids: npt.NDArray[np.object_], laid: Laid) -> pd.DataFrame:
    """Return the table `overlap_classes` of parcels nobody could measure: every class, each with an area of NaN."""
    blocks = []
    for ground in _told(laid):
        names = _classes(ground)[1]
        blocks.append(
            pd.DataFrame(
                {
                    "parcel_id": np.repeat(ids, len(names)),
                    "layer_id": ground.zone.layer_id,
                    "class": np.tile(names, len(ids)),
                    "area_m2": np.nan,
                }
            )
        )
    return pd.concat(blocks, ignore_index=True) if blocks else empty("overlap_classes")


def _told(laid: Laid) -> list[Ground]:
    """Return the grounds that are broken down by class: whole layers without a buffer."""
    return [g for g in laid.grounds if g.classes is not None and g.zone == Zone(g.zone.layer_id) and len(g.found)]


def _class_block(lots: Lots, ground: Ground, basis: AreaBasis) -> pd.DataFrame:
    """Take the classes of one layer as zones of their own."""
    code, names = _classes(ground)
    own = [ground.found[code == k] for k in range(len(names))]
    as_zones = lay([Ground(ground.zone, found=shapes) for shapes in own], basis, silent)
    pieces = cut(lots, as_zones, silent)
    areas = _of_each(pieces, len(names))
    rows = [np.flatnonzero(area != 0) for area in areas]
    parcel = np.concatenate(rows)
    kind = np.repeat(np.arange(len(names)), [len(r) for r in rows])
    order = np.lexsort((kind, parcel))
    parcel, kind = parcel[order], kind[order]
    return pd.DataFrame(
        {
            "parcel_id": lots.ids[parcel],
            "layer_id": ground.zone.layer_id,
            "class": np.asarray(names, object)[kind],
            "area_m2": np.stack(areas)[kind, parcel],
        }
    )


def _classes(ground: Ground) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    code, names = pd.factorize(pd.Series(ground.classes, dtype=object).fillna("").astype(str))
    return code, np.asarray(names, object)


def _of_each(pieces: Pieces, count: int) -> list[Floats]:
    """Return the area of each zone on every parcel, NaN where the overlay failed."""
    areas = [_sum(pieces, pieces.kinds[:, k][pieces.label] == IN) for k in range(count)]
    return [np.where(pieces.failed[:, k], np.nan, area) for k, area in enumerate(areas)]
