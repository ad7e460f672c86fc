"""Which projected system in metres suits a place (投影带): a zone of CGCS2000 in China, a UTM zone elsewhere."""

from __future__ import annotations

from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info

from layers.sources.checks.crs import CHINA_LAT, CHINA_LON

_FIRST_3_DEG, _FIRST_MERIDIAN = 4534, 75
"""CGCS2000 3° zones by central meridian: EPSG:4534 is 75° E, one more for every 3°."""
_LAST_MERIDIAN = 135


def zone_of(lon: float, lat: float) -> str:
    """Return the CGCS2000 3° zone of a place in China by its central meridian, elsewhere its UTM zone."""
    meridian = round(lon / 3) * 3
    inside = CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]
    if inside and _FIRST_MERIDIAN <= meridian <= _LAST_MERIDIAN:
        return f"EPSG:{_FIRST_3_DEG + (meridian - _FIRST_MERIDIAN) // 3}"
    found = query_utm_crs_info(datum_name="WGS 84", area_of_interest=AreaOfInterest(lon, lat, lon, lat))
    return f"{found[0].auth_name}:{found[0].code}" if found else ""
