"""Which supply records lie on which parcel: by number, by plot, by ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.layer import Geometries, Layer
from geo.measure import robust
from geo.measure.fabric import composition
from geo.measure.local import local
from geo.screen.records import Record

WHOLE_SHARE = 0.9
"""Records or plots that cover this share of a parcel speak for the whole of it."""
SLIVER_SHARE = 0.02
"""Less than this is the inaccuracy of drawing, not a record of the parcel."""
Floats = npt.NDArray[np.float64]
State = Literal["none", "ok", "missing", "failed", "stale"]


@dataclass(frozen=True)
class Register:
    """The land supply register of a study.

    Parameters
    ----------
    records : tuple of Record
    state : {"none", "ok", "missing", "failed", "stale"}
        none: the study has no register. Anything but ok: nothing is read from it.
    complete : bool
        Absence of a record means that there is none, on the ground of `known`.
    known : shapely polygon or None
        None with `complete`: everywhere.
    recovered : frozenset of int
        Positions of the records whose land is taken as recovered (收回): it is back in the hands of
        the county, its conversion approved and its supply undone.
    """

    records: tuple[Record, ...] = ()
    state: State = "none"
    complete: bool = False
    known: Any = None
    recovered: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Links:
    """Records on parcels.

    Parameters
    ----------
    pairs : DataFrame
        ``parcel`` and ``record`` (positions), ``by`` (parcel_id, parcel_no, plot_id,
        location), ``share`` of the parcel (1 for a number).
    covered_share : float array, one per parcel
        Share of the parcel under any record, 1 where a number names it.
    unmatched : mapping of record position to reason code
        Records that lie on no parcel, with why.
    astray : frozenset of record positions
        The number names one parcel and the shape lies on others.
    unsure : frozenset of record positions
        Placed by a plot that only may belong to its plan.
    """

    pairs: pd.DataFrame
    covered_share: Floats
    unmatched: Mapping[int, str]
    astray: frozenset[int]
    unsure: frozenset[int] = frozenset()


def links(parcels: gpd.GeoDataFrame, register: Register, plans: Sequence[Layer], basis: AreaBasis) -> Links:
    """Match records to parcels: by parcel number, by plot, by ground.

    Parameters
    ----------
    parcels : GeoDataFrame
        Table `parcels`; ``parcel_no`` and ``plot_id`` are used when they are there. A
        number that several parcels bear names none of them.
    register : Register
    plans : sequence of Layer
        Planned plots; ``plot_id`` among their attributes gives a record without a shape
        the ground of its plot.
    basis : AreaBasis
    """
    records = register.records
    keyed, repeated = _keyed(parcels, records)
    shapes = _shapes(records, plans)
    placed = _placed(parcels, shapes, basis)
    near = placed[~(placed["share"] < SLIVER_SHARE)]  # a share nobody could measure stays
    pairs = pd.concat([keyed, near], ignore_index=True).drop_duplicates(["parcel", "record"])
    covered = _covered(parcels, shapes, placed, basis)
    covered[keyed["parcel"].to_numpy(int)] = 1.0
    lost = set(range(len(records))) - set(pairs["record"])
    why = {k: _why_lost(k, records[k], shapes[k], repeated) for k in sorted(lost)}
    unsure = _on_doubtful_plots(records, plans)
    ordered = pairs.sort_values(["parcel", "record"], ignore_index=True)
    return Links(ordered, covered, why, _astray(keyed, near) - unsure, unsure)


def _keyed(parcels: gpd.GeoDataFrame, records: Sequence[Record]) -> tuple[pd.DataFrame, set[int]]:
    """Return pairs by number, and the records whose number several parcels bear."""
    rows: list[tuple[int, int, str, float]] = []
    repeated: set[int] = set()
    for ours, column in (("parcel_ids", "parcel_id"), ("parcel_nos", "parcel_no"), ("plot_ids", "plot_id")):
        wanted = {number for record in records for number in getattr(record, ours)}
        if column not in parcels or not wanted:
            continue
        named = parcels[column].reset_index(drop=True)
        named = named[named.isin(wanted)]
        bearers = pd.Series(named.index, index=named.index).groupby(named.to_numpy(object)).agg(list).to_dict()
        for k, record in enumerate(records):
            for number in getattr(record, ours):
                found = bearers.get(number, [])
                # the patches of one plot all bear its number; a parcel number names one parcel
                if len(found) == 1 or column == "plot_id":
                    rows += [(p, k, column, 1.0) for p in found]
                elif found:
                    repeated.add(k)
    return pd.DataFrame(rows, columns=["parcel", "record", "by", "share"]), repeated


def _shapes(records: Sequence[Record], plans: Sequence[Layer]) -> Geometries:
    """Return the ground of every record: its own, or that of the plots it names, or None."""
    plots: dict[str, list[Any]] = {}
    for plan in plans:
        ids = plan.attributes.get("plot_id", plan.ids)
        for number, shape in zip(ids, plan.shapes, strict=True):
            plots.setdefault(str(number), []).append(shape)
    out = np.full(len(records), None, object)
    for k, record in enumerate(records):
        mine = [s for number in record.plot_ids for s in plots.get(number, [])]
        out[k] = record.shape if record.shape is not None else (shapely.union_all(mine) if mine else None)
    return out


def _on_doubtful_plots(records: Sequence[Record], plans: Sequence[Layer]) -> frozenset[int]:
    """Return the records whose ground is that of plots of which one only may belong to its plan."""
    doubtful = {str(n) for p in plans for n in p.attributes.get("plot_id", p.ids)[p.maybe]}
    return frozenset(k for k, r in enumerate(records) if r.shape is None and doubtful.intersection(r.plot_ids))


def _placed(parcels: gpd.GeoDataFrame, shapes: Geometries, basis: AreaBasis) -> pd.DataFrame:
    """Return pairs by ground with the share of the parcel under the record."""
    have = np.flatnonzero(~shapely.is_missing(shapes))
    number = np.arange(len(parcels)).astype(str).astype(object)
    names = {"record": have.astype(str).astype(object)}
    found = composition(number, parcels.geometry.to_numpy(), shapes[have], names, basis) if have.size else None
    if found is None or found.empty:
        return pd.DataFrame({"parcel": pd.Series(dtype=int), "record": pd.Series(dtype=int), "by": "", "share": 0.0})
    found = found[found["record"] != ""]
    parcel = found["unit_id"].astype(int).to_numpy()
    gross = areas(parcels, basis)[parcel]
    share = np.minimum(found["area_m2"].to_numpy() / gross, 1.0)
    columns = {"parcel": parcel, "record": found["record"].astype(int).to_numpy(), "by": "location", "share": share}
    return pd.DataFrame(columns)


def areas(parcels: gpd.GeoDataFrame, basis: AreaBasis) -> Floats:
    """Return the area of the parcels on the basis, in m²."""
    return basis.areas(robust.valid(basis.project(robust.polygonal(parcels.geometry.to_numpy()))))


def _covered(parcels: gpd.GeoDataFrame, shapes: Geometries, placed: pd.DataFrame, basis: AreaBasis) -> Floats:
    """Return the share of each parcel under any record, ground under two of them counted once."""
    out = np.zeros(len(parcels))
    touched = np.unique(placed["parcel"].to_numpy(int))
    ground = shapes[np.unique(placed["record"].to_numpy(int))]
    if touched.size:
        units = robust.valid(basis.project(robust.polygonal(parcels.geometry.to_numpy()[touched])))
        size = basis.areas(units)
        over = local(units, robust.valid(basis.project(robust.polygonal(ground)))).areas(units)
        out[touched] = np.nan_to_num(over / size, nan=0.0)
    return out


def _astray(keyed: pd.DataFrame, near: pd.DataFrame) -> frozenset[int]:
    """Return the records whose own shape does not lie on the parcel their number names."""
    there = set(zip(near["parcel"], near["record"], strict=True))
    with_ground = set(near["record"])
    wrong = {r for p, r in zip(keyed["parcel"], keyed["record"], strict=True) if (p, r) not in there}
    return frozenset(int(r) for r in wrong & with_ground)


def _why_lost(k: int, record: Record, shape: Any, repeated: set[int]) -> str:
    if k in repeated:
        return "supply_number_repeats"
    if shape is not None:
        return "supply_record_elsewhere"
    named = record.parcel_ids or record.parcel_nos or record.plot_ids
    return "supply_number_unknown" if named else "supply_record_without_place"


def within(parcels: gpd.GeoDataFrame, register: Register, basis: AreaBasis) -> npt.NDArray[np.bool_]:
    """Tell for which parcels the absence of a record means that there is none."""
    if register.state != "ok" or not register.complete:
        return np.zeros(len(parcels), bool)
    if register.known is None:
        return np.ones(len(parcels), bool)
    units = robust.valid(basis.project(robust.polygonal(parcels.geometry.to_numpy())))
    known = robust.valid(basis.project(robust.polygonal(np.array([register.known], object))))
    over: Floats = np.nan_to_num(local(units, known).areas(units), nan=0.0)
    out: npt.NDArray[np.bool_] = over >= (1.0 - SLIVER_SHARE) * basis.areas(units)
    return out
