"""Small worlds with known answers."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.inputs import Inputs
from geo.basis.layer import Layer
from geo.basis.progress import silent
from geo.measure import by_grid, every

CRS = "EPSG:4549"
X, Y = 500_000.0, 3_100_000.0  # on the map, so that projected tests are real
PLANAR = AreaBasis("planar", CRS, CRS)


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def layer(*shapes, name="flood", maybe=(), **more):
    """A layer of given shapes; `maybe` lists positions of doubtful ones."""
    array = np.empty(len(shapes), object)
    array[:] = shapes
    doubtful = np.zeros(len(shapes), bool)
    doubtful[list(maybe)] = True
    ids = np.array([f"{name}{k}" for k in range(len(shapes))], object)
    more = {"coverage": "complete"} | more
    return Layer(name, array, ids, doubtful, **more)


def parcels(*shapes, ids=None):
    names = list(ids) if ids is not None else [f"p{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"parcel_id": np.array(names, object)}, geometry=list(shapes), crs=CRS)


def world(lands, *layers, rasters=None):
    return Inputs(lands, {x.layer_id: x for x in layers}, rasters or {}, None, pd.DataFrame(), {})


def measure(inputs, zones, distances=(), basis=PLANAR, progress=silent):
    return every.measure(inputs, zones, distances, basis, progress)


def pieces(tables, parcel="p0"):
    """Pieces of one parcel as a dict of label to area."""
    mine = tables["pieces"][tables["pieces"]["parcel_id"] == parcel]
    return dict(zip(mine["zones"], mine["area_m2"], strict=True))


def overlap(tables, layer_id="flood", parcel="p0", buffer_m=0.0):
    """(found, not excluded, share, covered share) of one parcel; zeros where there is no row."""
    rows = tables["overlaps"]
    row = rows[(rows["parcel_id"] == parcel) & (rows["layer_id"] == layer_id) & (rows["buffer_m"] == buffer_m)]
    if row.empty:
        return (0.0, 0.0, 0.0, 1.0)
    return tuple(row[["area_m2", "area_hi_m2", "share", "covered_share"]].iloc[0])


def overlaid(monkeypatch):
    """Make sums over edges be believed of no parcel: all are overlaid."""
    monkeypatch.setattr(by_grid, "unsettled", lambda off, gross: np.arange(len(gross)))
