"""Child side: coordinate systems as programs write them, brought to what PROJ computes with.

GeoTools writes method and parameters in its own words and adds shift parameters of zero; such a system
has the numbers of a usual one but no way to be computed.
"""

from __future__ import annotations

import re

import pyproj

_METHODS = {
    "transverse mercator zoned grid system": "Transverse Mercator",
    "lambert conformal conic 2sp": "Lambert Conic Conformal (2SP)",
    "lambert conformal conic 1sp": "Lambert Conic Conformal (1SP)",
    "albers conic equal area": "Albers Equal Area",
}
_PARAMETERS = {
    "latitude of origin": "Latitude of natural origin", "central meridian": "Longitude of natural origin",
    "longitude of center": "Longitude of natural origin", "scale factor": "Scale factor at natural origin",
    "false easting": "False easting", "false northing": "False northing",
    "standard parallel 1": "Latitude of 1st standard parallel",
    "standard parallel 2": "Latitude of 2nd standard parallel",
}  # fmt: skip


def computable(found: pyproj.CRS) -> pyproj.CRS | None:
    """Return a system PROJ can compute with, in the words it knows; None where there is none.

    Shift parameters are kept, unless all are zero: then they say only that nothing is shifted.
    """
    plain = found.source_crs if found.is_bound and found.source_crs is not None and _shifts_nothing(found) else found
    if _computes(plain):
        return plain
    try:
        told = pyproj.CRS.from_wkt(_in_known_words(plain.to_wkt()))
    except pyproj.exceptions.CRSError:
        return None
    return told if _computes(told) else None


def _shifts_nothing(bound: pyproj.CRS) -> bool:
    operation = bound.coordinate_operation
    values = operation.towgs84 if operation is not None else []
    return bool(values) and not any(values)


def _computes(crs: pyproj.CRS) -> bool:
    base = crs.geodetic_crs
    if base is None or crs.is_geographic:
        return True  # nothing is projected
    try:
        pyproj.Transformer.from_crs(crs, base, always_xy=True, only_best=False)
    except pyproj.exceptions.ProjError:
        return False
    return True


def _in_known_words(wkt: str) -> str:
    wkt = re.sub(r'METHOD\["([^"]*)"', lambda m: f'METHOD["{_METHODS.get(_bare(m[1]), m[1])}"', wkt)
    return re.sub(r'PARAMETER\["([^"]*)"', lambda m: f'PARAMETER["{_PARAMETERS.get(_bare(m[1]), m[1])}"', wkt)


def _bare(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name).strip().lower()
