"""What a piece of land consists of: its area by the attributes of the parcels or plots it lies on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.layer import Geometries
from geo.measure import robust
from geo.measure.local import covered, touching

UNCOVERED = ""
"""Value of every attribute on ground no parcel covers."""


def composition(
    ids: npt.NDArray[np.object_],
    shapes: Geometries,
    fabric: Geometries,
    attributes: Mapping[str, npt.NDArray[np.object_]],
    basis: AreaBasis,
) -> pd.DataFrame:
    """Return the area of each unit by the attributes of the fabric under it.

    Parameters
    ----------
    ids : array of str
        Of the units; an id may stand on several shapes (the parts of a cut parcel).
    shapes : array of polygons
        The units, study CRS.
    fabric : array of polygons
        Parcels or planned plots, study CRS; overlapping ones of the same attributes are
        counted once, of different attributes each.
    attributes : mapping of name to array of str
        One value per shape of the fabric.
    basis : AreaBasis

    Returns
    -------
    DataFrame
        ``unit_id``, the attributes, ``area_m2`` on the basis. Ground under no shape of
        the fabric is a row of empty attributes; areas under 5e-5 m² are left out. A
        failed overlay is NaN.
    """
    units = robust.valid(basis.project(robust.polygonal(shapes)))
    keys = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in attributes.items()})
    near = np.unique(touching(shapes, fabric)[1])
    code, distinct = pd.factorize(pd.MultiIndex.from_frame(keys.iloc[near]))
    found = _areas(units, robust.valid(basis.project(robust.polygonal(fabric[near]))), code, len(distinct))
    names = list(attributes)
    known = _named(found.assign(unit_id=ids[found["unit"].to_numpy()]), distinct, names)
    frame = pd.concat([known, _bare(ids, _rest(units, found), names)], ignore_index=True)
    columns = ["unit_id", *names]
    return frame.groupby(columns, sort=True)["area_m2"].sum(min_count=1).reset_index() if len(frame) else frame


def _areas(units: Geometries, fabric: Geometries, code: npt.NDArray[np.intp], kinds: int) -> pd.DataFrame:
    """Return unit × kind → area, the shapes of one kind counted once."""
    unit, shape = touching(units, fabric)
    targets, target = np.unique(unit * max(kinds, 1) + code[shape], return_inverse=True)
    area = covered(units[targets // max(kinds, 1)], target.ravel(), fabric[shape])
    size = area.areas(units[targets // max(kinds, 1)])
    frame = pd.DataFrame({"unit": targets // max(kinds, 1), "kind": targets % max(kinds, 1), "area_m2": size})
    return frame[~(frame["area_m2"] <= robust.RESOLUTION_M2)]


def _rest(units: Geometries, found: pd.DataFrame) -> npt.NDArray[np.float64]:
    gross = shapely.area(units)
    known = found.groupby("unit")["area_m2"].sum().reindex(range(len(units)), fill_value=0.0).to_numpy()
    rest = np.maximum(gross - known, 0.0)
    return np.where(rest > np.maximum(robust.slack(gross) * 10, 0.01), rest, 0.0)


def _named(rows: pd.DataFrame, distinct: Any, names: list[str]) -> pd.DataFrame:
    words = distinct.to_frame(index=False) if len(distinct) else pd.DataFrame(columns=names)
    words.columns = pd.Index(names)
    picked = words.iloc[rows["kind"]].reset_index(drop=True)
    joined: pd.DataFrame = pd.concat([rows[["unit_id", "area_m2"]].reset_index(drop=True), picked], axis=1)
    return joined


def _bare(ids: npt.NDArray[np.object_], rest: npt.NDArray[np.float64], names: list[str]) -> pd.DataFrame:
    bare = pd.DataFrame({"unit_id": ids[rest > 0], "area_m2": rest[rest > 0]})
    for name in names:
        bare[name] = UNCOVERED
    return bare
