"""Land that lies in several parcels: one part keeps it, the others are what is left of them.

Parcels may overlap (see `geo.measure.stacks`). Sets of land add up and exclude one another only
where no ground is in two pieces, so ground several parts hold goes to one of them. Where another
record of that ground says something else (built, a road, another holder), it is the part's upper
bound and never proved.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Geometries
from geo.measure import robust
from geo.measure.stacks import meeting

Positions = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
CLEAR = "clear"
KEEPS = {"clear": 0, "unknown": 1, "cross": 2, "no": 3}
"""What keeps ground that several parts hold, the first first."""
SAID = ("land_use", "land_use_scheme", "tenure", "owner", "park_id", "supply_status")
"""What two records must say alike of one ground for it to be proved."""


@dataclass(frozen=True)
class Shared:
    """What overlapping parcels leave of each part.

    Parameters
    ----------
    left : array of polygons
        Ground of each part that no other part keeps; the shape itself where it shares none.
    disputed : array of polygons
        Of `left`, what another parcel holds too and another record judges otherwise; empty where none.
    others : array of str
        Parcels that keep ground of the part, joined by ``|``.
    """

    left: Geometries
    disputed: Geometries
    others: npt.NDArray[np.object_]

    @property
    def given_up(self) -> Bools:
        """Parts of which other parts keep some."""
        return np.asarray(self.others != "")

    @property
    def any_disputed(self) -> Bools:
        """Parts of which something is disputed."""
        return ~np.asarray(shapely.is_empty(self.disputed))


def shared(
    parts: gpd.GeoDataFrame, outcome: npt.NDArray[np.object_], parcels: gpd.GeoDataFrame, members: pd.DataFrame
) -> Shared:
    """Give ground that several parts hold to one of them.

    Parameters
    ----------
    parts : GeoDataFrame
        Usable parts, with the columns `SAID`, ``parcel_id part quota_rate balance_rate``.
    outcome : array of str
        Of each part: clear, unknown, cross (a patch to stride over) or no.
    parcels : GeoDataFrame
        Table `parcels`, in the CRS of the parts.
    members : DataFrame
        Table `stacks`; without rows nothing overlaps and every part stays as it is.

    Notes
    -----
    What is clear keeps before what is not known, then what draws more quota and balance (so that
    the upper bound holds for every record), then the first id: the order of rows changes nothing.
    """
    shapes: Geometries = parts.geometry.to_numpy()
    others, disputed = np.full(len(parts), "", object), np.full(len(parts), shapely.Polygon(), object)
    rows = np.flatnonzero(parts["parcel_id"].isin(members["parcel_id"]).to_numpy(bool))
    if not len(rows):
        return Shared(shapes, disputed, others)
    order = rows[_order(parts.iloc[rows], outcome[rows])]
    first, later = meeting(shapes[order])
    left = shapes.copy()
    for k in np.unique(later):
        before, own = order[first[later == k]], order[k]
        left[own] = _less(shapes[own], shapes[before])
        others[own] = "|".join(sorted(set(parts["parcel_id"].to_numpy(object)[before])))
    _dispute(disputed, parts, left, outcome, order, parcels, members)
    return Shared(left, disputed, others)


def _order(parts: pd.DataFrame, outcome: npt.NDArray[np.object_]) -> Positions:
    rates = [-parts[n].fillna(1.0).to_numpy(np.float64) for n in ("balance_rate", "quota_rate")]
    ids = parts["parcel_id"].astype(str).to_numpy(object)
    level = np.array([KEEPS[str(o)] for o in outcome])
    return np.lexsort((parts["part"].to_numpy(), np.unique(ids, return_inverse=True)[1], *rates, level))


def _less(shape: shapely.Geometry, taken: Geometries) -> shapely.Geometry:
    """Return a shape without others; nothing of it where the overlay fails, so that no ground is in two pieces."""
    whole = robust.union(taken)
    if whole is None:
        return shapely.Polygon()
    beyond = robust.parted(np.array([shape], object), np.array([whole], object))[1][0]
    return shapely.Polygon() if beyond is None else beyond


def _dispute(
    out: Geometries, parts: gpd.GeoDataFrame, left: Geometries, outcome: npt.NDArray[np.object_], order: Positions,
    parcels: gpd.GeoDataFrame, members: pd.DataFrame,
) -> None:  # fmt: skip
    """Write what other parcels hold of each kept part and do not say alike."""
    ids = parts["parcel_id"].to_numpy(object)
    ground = parcels.set_index("parcel_id").geometry
    with_ = members.groupby("stack_id")["parcel_id"].agg(list)
    beside: dict[str, set[str]] = {}
    for who in with_:
        for one in who:
            beside.setdefault(one, set()).update(who)
    said = parts[list(SAID)].astype(str).agg("\x1f".join, axis=1).to_numpy(object)
    of = pd.Series(order, index=ids[order]).groupby(level=0).agg(list)
    for own in order:
        doubt = []
        for other in sorted(beside[ids[own]] - {ids[own]}):
            alike = [k for k in of.get(other, []) if said[k] == said[own] and outcome[k] == outcome[own] == CLEAR]
            rest = ground.loc[[other]].to_numpy()[0]
            doubt.append(_less(rest, parts.geometry.to_numpy()[alike]) if alike else rest)
        if doubt:
            both = shapely.intersection(left[own], shapely.union_all(doubt))
            out[own] = robust.polygonal(np.array([both], object))[0]
