"""``python -m geo.measure`` compiles the kernels of this room, so that the first run need not."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.inputs import Inputs
from geo.basis.layer import Layer, Zone
from geo.basis.progress import silent
from geo.measure import every

CRS = "EPSG:4549"
SQUARES = np.array([shapely.box(0, 0, 40, 40), shapely.box(30, 10, 70, 60)], object)


def main() -> None:
    """Measure two squares that share ground by two layers that do."""
    ids = np.array(["1", "2"], object)
    layers = {
        name: Layer(name, shapes, ids, np.zeros(2, bool), coverage="complete")
        for name, shapes in (("a", SQUARES), ("b", shapely.transform(SQUARES, lambda xy: xy + 7.0)))
    }
    land = gpd.GeoDataFrame({"parcel_id": ids}, geometry=SQUARES, crs=CRS)
    given = Inputs(land, layers, {}, None, pd.DataFrame(), {})
    every.measure(given, [Zone("a"), Zone("b")], [], AreaBasis("planar", CRS, CRS), silent)


if __name__ == "__main__":
    main()
