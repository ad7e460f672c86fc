"""Small fabrics whose answers can be worked out by hand."""

import geopandas as gpd
import numpy as np
import shapely

from geo.assemble.fabric import woven
from geo.assemble.spec import Joining

CRS = "EPSG:4549"


def nodes(shapes, **columns):
    """Pieces with everything the fabric asks for; columns override."""
    count = len(shapes)
    area = shapely.area(np.array(shapes, object))
    known = {
        "parcel_id": [f"p{k:02d}" for k in range(count)], "part": 1, "piece": 1, "net_m2": area, "net_hi_m2": area,
        "land_use": "0101", "land_use_scheme": "三调", "township": "东镇", "park_id": "", "tenure": "30",
        "status": "eligible", "conditions": "", "unknowns": "", "owner": "甲", "supply_status": "unapproved",
        "quota_rate": 1.0, "balance_rate": 1.0, "outcome": "clear", "plan_use": "100102",
    }  # fmt: skip
    return gpd.GeoDataFrame(known | columns, geometry=list(shapes), crs=CRS)


def patches(shapes, width_m=8.0, **columns):
    """Patches that may be crossed."""
    known = {
        "parcel_id": [f"r{k:02d}" for k in range(len(shapes))], "part": 1, "land_use": "1006",
        "land_use_scheme": "三调", "width_m": width_m,
    }  # fmt: skip
    return gpd.GeoDataFrame(known | columns, geometry=list(shapes), crs=CRS)


def fabric(shapes, over=(), joining=None, **columns):
    """Pieces woven together."""
    return woven(nodes(shapes, **columns), patches(over), joining or Joining())


def grid(columns, rows, size=100.0, x0=500_000.0, y0=3_180_000.0):
    """A chessboard of squares, row by row from the south-west."""
    return [
        shapely.box(x0 + c * size, y0 + r * size, x0 + (c + 1) * size, y0 + (r + 1) * size)
        for r in range(rows)
        for c in range(columns)
    ]
