"""What a coordinate system is called: by its name, or by what it is where it has none."""

from __future__ import annotations

import pyproj

_NO_NAME = ("", "unknown", "unnamed", "undefined", "custom", "local", "user defined", "user-defined", "null", "none")
_LONGITUDES = ("Longitude of natural origin", "Longitude of false origin", "Longitude of projection centre")


def titled(found: pyproj.CRS) -> str:
    """Return the name of a system; of a nameless one its datum, its projection and its meridian."""
    if not _nameless(found.name):
        return str(found.name)
    base = found.geodetic_crs
    datum = base.datum.name if base is not None and base.datum is not None else ""
    if base is not None and _nameless(datum):
        datum = "" if _nameless(base.name) else base.name
    parts = [datum or f"a = {found.ellipsoid.semi_major_metre:.0f} m" if found.ellipsoid else datum]
    operation = found.coordinate_operation
    if operation is not None:
        at = next((p.value for p in operation.params if p.name in _LONGITUDES), None)
        parts += [operation.method_name, *([] if at is None else [f"{at:g}°"])]
    return " / ".join(p for p in parts if p) or str(found.name)


def _nameless(name: str) -> bool:
    plain = name.strip().casefold().removeprefix("unknown based on").strip()
    return plain in _NO_NAME or name.strip().casefold().startswith("unknown")
