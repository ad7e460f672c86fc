"""Real places the oracles measure, read without Luodi's own reader.

The data lies beside the project (``../shared/data/real``) and is not part of it; a test
that needs it skips with a clear message where it is absent.
"""

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.basis.inputs import Inputs
from geo.basis.layer import Layer
from geo.measure.robust import polygonal

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
CAMBRIDGE_CRS = "EPSG:26986"
CAMBRIDGE = {
    "flood": "hydro/FEMA_FloodPlains100Year.geojson",
    "wetlands": "hydro/HYDRO_Wetlands.geojson",
    "open_space": "open_space/RECREATION_OpenSpace.geojson",
    "zoning": "zoning/CDD_ZoningDistricts.geojson",
}


def folder(name):
    """Return the folder of a place, or skip the test."""
    path = REAL / name
    if not path.is_dir():
        pytest.skip(f"real data '{name}' not found beside the project (../shared/data/real)")
    return path


def repaired(frame):
    """Return valid polygons only, made valid once."""
    shapes = np.asarray(shapely.force_2d(frame.geometry.to_numpy()), object)
    return polygonal(np.asarray(shapely.make_valid(shapes), object))


@cache
def cambridge_parcels():
    """Return 13,116 parcels in metres; ids are row numbers since the source repeats its own."""
    file = folder("cambridge_ma") / "parcels" / "ASSESSING_ParcelsFY2014.topojson"
    frame = gpd.read_file(file).set_crs("EPSG:4326", allow_override=True).to_crs(CAMBRIDGE_CRS)
    ids = np.array([f"{k:05d}" for k in range(len(frame))], object)
    return gpd.GeoDataFrame({"parcel_id": ids}, geometry=repaired(frame), crs=CAMBRIDGE_CRS)


@cache
def cambridge_layer(name, file=None):
    """Return one layer of the city, complete everywhere."""
    frame = pyogrio.read_dataframe(folder("cambridge_ma") / (file or CAMBRIDGE[name])).to_crs(CAMBRIDGE_CRS)
    flat = shapely.get_dimensions(frame.geometry.to_numpy()) == 2
    shapes = repaired(frame) if flat.all() else frame.geometry.to_numpy()
    ids = np.arange(len(shapes)).astype(str).astype(object)
    return Layer(name, shapes, ids, np.zeros(len(shapes), bool), coverage="complete")


def inputs(parcels, *layers):
    """Return inputs of parcels and layers alone."""
    return Inputs(parcels, {x.layer_id: x for x in layers}, {}, None, pd.DataFrame(), {})
