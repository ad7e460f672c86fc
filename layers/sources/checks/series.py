"""The Gauss-Krüger zones (分带) of each datum of China, by EPSG code."""

from __future__ import annotations

import re

import pyproj

_NEW = (range(4534, 4555), range(4513, 4534), range(4491, 4513))
_OLD = {
    "beijing 1954": (range(2422, 2443), range(2401, 2422), range(21453, 21464), range(21413, 21424)),
    "xian 1980": (range(2370, 2391), range(2349, 2370), range(2338, 2349), range(2327, 2338)),
}
"""Zones of 3° by meridian and by number, then those of 6°; CGCS2000, and the old datums by the words of their names."""
_THREE = re.compile(r"(?<!\d)3[-_ ]?deg", re.IGNORECASE)
"""What the names of three-degree zones hold; ``CGCS2000_GK_CM_117E`` is one of six degrees."""


def old_datum(system: pyproj.CRS | None) -> str:
    """Return the old datum of a system, "" for another."""
    base = system.geodetic_crs if system is not None else None
    if base is None:
        return ""
    name = f"{base.name} {base.datum.name if base.datum else ''}".lower().replace("_", " ")
    return next((word for word in _OLD if word in name), "")


def of(system: pyproj.CRS | None) -> list[int]:
    """Return the zones of the datum of a system; of none and of others those of CGCS2000."""
    return [code for codes in _OLD.get(old_datum(system), _NEW) for code in codes]


def is_chinese(system: pyproj.CRS) -> bool:
    """Tell whether a system stands on a datum of China."""
    base = system.geodetic_crs
    name = f"{base.name} {base.datum.name if base.datum else ''}".lower() if base is not None else ""
    return (
        bool(old_datum(system)) or "china geodetic coordinate system 2000" in name.replace("_", " ") or "cgcs" in name
    )


def is_of_three(system: pyproj.CRS) -> bool:
    """Tell whether a system is a zone of three degrees, by its name."""
    return _THREE.search(system.name) is not None
