"""Coordinate systems: does the declared one fit the numbers, which could, and the transform.

Ranges (domain rules §5.3): CGCS2000 3° zones with a zone number in the easting are
EPSG:4513 to 4533 (zones 25 to 45), by central meridian without it 4534 to 4554 (75° to
135°); 6° zones 4491 to 4501 and 4502 to 4512. An easting of eight digits carries the zone.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj.transformer import TransformerGroup

from layers.sources.checks import datum_shift, plane_shift, series
from layers.sources.checks.crs_name import titled
from layers.sources.checks.datum_shift import Shift
from layers.sources.checks.plane_shift import PlaneShift
from layers.sources.finding import Finding, Severity, finding

# PROJ names grids it could fetch; the network is off and `_ballpark` says what matters
warnings.filterwarnings("ignore", message="Best transformation is not available")
Bounds = tuple[float, float, float, float]
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_EASTING, _NORTHING = (1e5, 9e5), (3.3e5, 6.1e6)
SATELLITE_RADIUS_M = 6_378_137.0
"""Semi-major axis of the ellipsoids of datums of the satellite age: GRS 80, WGS 84, CGCS2000."""
BALLPARK, SWAP, UNIT = "ballpark-datum-shift", "swap-axes", "unit:"
UNITS_M = {"mm": 1e-3, "cm": 1e-2, "km": 1e3, "ft": 0.3048, "us-ft": 1200 / 3937}
"""Units coordinates may be written in under a system of metres, in metres."""
FAR_FROM_MERIDIAN_DEG = {True: 1.5, False: 3.0}  # three-degree zones, others
LOST_FROM_MERIDIAN_DEG = 12.0


@dataclass(frozen=True)
class Settled:
    """The system coordinates are in, whether x and y are exchanged first, their unit, and what was found.

    `shift` holds local parameters from an old datum, None without any.
    """

    crs: str
    swap: bool = False
    findings: tuple[Finding, ...] = ()
    unit_m: float = 1.0
    shift: Shift | PlaneShift | None = None

    @property
    def usable(self) -> bool:
        """True when nothing blocks."""
        return all(f.severity != "block" for f in self.findings)


@cache
def parsed(crs: str) -> pyproj.CRS | None:
    """Return the CRS, or None where the text is none."""
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return None


def guesses(box: Bounds, study: str = "") -> list[str]:
    """Return proposals that fit coordinates in this range, most likely first (empty: none fits)."""
    west, south, east, north = box
    if _swapped(box) or (max(abs(south), abs(north)) > 90 and max(abs(v) for v in box) <= 180):
        return [SWAP]
    if max(abs(west), abs(east)) <= 180 and max(abs(south), abs(north)) <= 90:
        inside = _within((west, east), CHINA_LON) and _within((south, north), CHINA_LAT)
        return ["crs:EPSG:4490", "crs:EPSG:4326"] if inside else ["crs:EPSG:4326"]
    codes: list[str] = []
    zone, same = int(west // 1_000_000), int(west // 1_000_000) == int(east // 1_000_000)
    if same and _within((south, north), _NORTHING):
        if 25 <= zone <= 45:
            codes.append(f"EPSG:{4513 + zone - 25}")
        elif 13 <= zone <= 23:
            codes.append(f"EPSG:{4491 + zone - 13}")
        elif zone == 0 and _within((west, east), _EASTING):
            codes += [f"EPSG:{code}" for code in range(4534, 4555)]
    if study and _plausible(box, study):
        codes = [study] + [c for c in codes if c != study]
    return [f"crs:{c}" for c in codes] or _units(box, study)


def _units(box: Bounds, study: str) -> list[str]:
    """Return the units in which the numbers would fit the study's own system."""
    return [f"{UNIT}{name}" for name, size in UNITS_M.items() if study and _plausible(_sized(box, size), study)]


def _sized(box: Bounds, unit_m: float) -> Bounds:
    west, south, east, north = (v * unit_m for v in box)
    return west, south, east, north


def _within(span: tuple[float, float], limits: tuple[float, float]) -> bool:
    return limits[0] <= span[0] and span[1] <= limits[1]


def _swapped(box: Bounds) -> bool:
    west, south, east, north = box
    degrees = _within((west, east), CHINA_LAT) and _within((south, north), CHINA_LON)
    prefixed = 13 <= south // 1_000_000 <= 45 and south // 1_000_000 == north // 1_000_000
    metres = _within((west, east), (1e6, 6.1e6)) and (prefixed or _within((south, north), _EASTING))
    return degrees or metres


def _plausible(box: Bounds, crs: str) -> bool:
    """Tell whether numbers lie where a projected system is used: near its middle, and on its area of use."""
    off, found = off_meridian(box, crs), parsed(crs)
    if off is None or off > 3.0 or found is None:
        return False
    use = found.area_of_use
    _, south, _, north = geographic(box, found)
    return use is None or (south >= use.south - 1.0 and north <= use.north + 1.0)


def geographic(box: Bounds, projected: pyproj.CRS) -> Bounds:
    """Return a box of a projected system in degrees of its own datum."""
    back = pyproj.Transformer.from_crs(projected, projected.geodetic_crs, always_xy=True, only_best=False)
    lon, lat = back.transform([box[0], box[2]], [box[1], box[3]])
    return lon[0], lat[0], lon[1], lat[1]


def off_meridian(box: Bounds, crs: str) -> float | None:
    """Return the largest distance of the box from the middle of a projected CRS, in degrees; None: lost."""
    found = parsed(crs)
    if found is None or not found.is_projected or found.geodetic_crs is None:
        return None
    west, south, east, north = geographic(box, found)
    if not np.isfinite([west, south, east, north]).all():
        return None
    middle = _meridian(found)
    return float(max(abs((v - middle + 180) % 360 - 180) for v in (west, east)))


def _meridian(crs: pyproj.CRS) -> float:
    for parameter in crs.coordinate_operation.params if crs.coordinate_operation else ():
        if "longitude" in parameter.name.lower() and "origin" in parameter.name.lower():
            return float(parameter.value)
    area = crs.area_of_use
    return (area.west + area.east) / 2 if area else 0.0


def settle(
    shapes: npt.NDArray[np.object_], declared: str, study: str, accept: Collection[str], given: str = ""
) -> Settled:
    """Decide what coordinates are in, and what of it the user must decide.

    Parameters
    ----------
    shapes : array of shapely geometries
    declared, given : str
        What the file says, and what the study says in its place.
    study : str
        CRS of the study; "" when a bare file is checked.
    accept : collection of str
        Accepted proposals; ``crs:…`` overrules everything else.
    """
    named = accepted(accept) or given or declared
    swap, unit_m = SWAP in accept, _unit(accept)
    box = _box(shapes, swap)
    if box is None:
        return Settled(named or study, swap, unit_m=unit_m)
    box = _sized(box, unit_m)
    if not named:
        return Settled("", swap, (_ask("crs_missing", box, study),))
    found = parsed(named)
    if found is None:
        return Settled("", swap, (_ask("crs_unknown", box, study, crs=named),))
    shift, wrong = datum_shift.given(accept)
    problems = _range(found, named, box, study) + wrong + _datum(found, box, study, accept)
    return Settled(named, swap, tuple(problems), unit_m, shift)


def accepted(accept: Collection[str]) -> str:
    """Return the system people accepted, the newest of several; "" for none."""
    return next((p[4:] for p in reversed([*accept]) if p.startswith("crs:")), "")


def settle_box(box: Bounds, declared: str) -> list[Finding]:
    """Return what is to be said of the system of a file of unknown use that lies in a box; see `settle`."""
    corners = np.array([shapely.box(*box)], object)
    return list(settle(corners, declared, "", ()).findings)


def _unit(accept: Collection[str]) -> float:
    """Return the metres in the unit the user named for the coordinates (``unit:ft``)."""
    return next((UNITS_M.get(p.removeprefix(UNIT), 1.0) for p in accept if p.startswith(UNIT)), 1.0)


def elsewhere(extent: Bounds, settled: Settled, study: str, home: Bounds) -> list[str]:
    """Return proposals under which a file that lies elsewhere would lie in the study (empty: none does).

    Parameters
    ----------
    extent : (west, south, east, north)
        Of the coordinates as the file has them.
    settled : Settled
        How they were read.
    home : (west, south, east, north)
        Ground of the study, study CRS.
    """
    box = _exchanged(extent) if settled.swap else extent
    seen: dict[Bounds, str] = {}
    for proposal, other in readings(settled, study):
        moved = moved_box(_exchanged(box) if other.swap != settled.swap else box, other, study)
        if moved is not None and _meet(moved, home):
            seen.setdefault(tuple(round(v, 1) for v in moved), proposal)  # type: ignore[arg-type]
    return list(seen.values())


def readings(settled: Settled, study: str) -> list[tuple[str, Settled]]:
    """Return every other way to read a file: the study's own system, axes exchanged, zones of its datum, units."""
    zones = [f"EPSG:{code}" for code in series.of(parsed(settled.crs) if settled.crs else None)]
    systems = [c for c in dict.fromkeys([study, *zones]) if c and c != settled.crs]
    out = [(SWAP, Settled(settled.crs, not settled.swap, unit_m=settled.unit_m))] if not settled.swap else []
    out += [(f"crs:{c}", Settled(c, settled.swap, unit_m=settled.unit_m)) for c in systems]
    found = parsed(settled.crs)
    if found is not None and found.is_projected and settled.unit_m == 1.0:
        out += [(f"{UNIT}{name}", Settled(settled.crs, settled.swap, unit_m=size)) for name, size in UNITS_M.items()]
    return out


def _exchanged(box: Bounds) -> Bounds:
    west, south, east, north = box
    return south, west, north, east


def moved_box(box: Bounds, settled: Settled, study: str) -> Bounds | None:
    """Return a box in the study CRS; None where it has no place there."""
    source, target = parsed(settled.crs), parsed(study)
    if source is None or target is None:
        return None
    west, south, east, north = _sized(box, settled.unit_m)
    x, y = np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5))
    to = pyproj.Transformer.from_crs(source, target, always_xy=True, only_best=False)
    x, y = to.transform(x.ravel(), y.ravel())
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _meet(one: Bounds, two: Bounds) -> bool:
    return one[0] <= two[2] and two[0] <= one[2] and one[1] <= two[3] and two[1] <= one[3]


def extent(shapes: npt.NDArray[np.object_]) -> Bounds | None:
    """Return the bounds of shapes; None where there is nothing, or nothing finite."""
    if len(shapes) == 0:
        return None
    west, south, east, north = (float(v) for v in shapely.total_bounds(shapes))
    return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None


def _box(shapes: npt.NDArray[np.object_], swap: bool) -> Bounds | None:
    box = extent(shapes)
    return box if box is None or not swap else _exchanged(box)


def _ask(code: str, box: Bounds, study: str, **values: Any) -> Finding:
    """Block, with the proposals that fit the numbers."""
    fitting = guesses(box, study)
    if len(fitting) > 2 and fitting[0] != f"crs:{study}":
        proposal = ""  # the central meridian is not in the numbers: nothing is proposed, the choices are listed
    else:
        proposal = fitting[0] if fitting else ""
    west, south, east, north = (round(v, 4) for v in box)
    given = {"x_min": west, "x_max": east, "y_min": south, "y_max": north, "candidates": _named(fitting, study)}
    return finding("block", code if proposal else f"{code}_open", proposal=proposal, **given, **values)


def _named(fitting: list[str], study: str) -> list[str]:
    """Name the systems that fit: the study's own alone when it does, a whole series by its ends."""
    codes = [p.removeprefix("crs:") for p in fitting]
    if codes[:1] == [study]:
        return codes[:1]
    return [f"{codes[0]} … {codes[-1]}"] if len(codes) > 3 else codes or ["–"]


def _range(found: pyproj.CRS, named: str, box: Bounds, study: str) -> list[Finding]:
    degrees = max(abs(box[0]), abs(box[2])) <= 180 and max(abs(box[1]), abs(box[3])) <= 90
    label = f"{named} {titled(found)}" if len(named) < 20 else titled(found)
    if found.is_geographic:
        in_degrees = degrees or max(abs(v) for v in box) <= 180
        beyond = not degrees and in_degrees  # exchanged, a longitude stands where 90 is the end
        if beyond or (_swapped(box) and in_degrees):
            return [_ask("axes_swapped", box, study, crs=label)]
        return [] if degrees else [_ask("crs_degrees_expected", box, study, crs=label)]
    if degrees:
        return [_ask("crs_metres_expected", box, study, crs=label)]
    if _swapped(box):
        return [_ask("axes_swapped", box, study, crs=label)]
    return _meridian_findings(found, named, box, study)


def _meridian_findings(found: pyproj.CRS, named: str, box: Bounds, study: str) -> list[Finding]:
    off = off_meridian(box, named)
    operation = found.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return [_ask("crs_lost", box, study, crs=titled(found))] if off is None else []
    if off is None or off > LOST_FROM_MERIDIAN_DEG:
        return [_ask("crs_lost", box, study, crs=titled(found))]
    limit = FAR_FROM_MERIDIAN_DEG[series.is_of_three(found)]
    if off > limit + 0.25:
        return [finding("warn", "far_from_meridian", degrees=off, crs=titled(found), limit=limit)]
    return []


def _datum(found: pyproj.CRS, box: Bounds, study: str, accept: Collection[str]) -> list[Finding]:
    """An old datum has no public parameters: PROJ would shift nothing and be off by about 100 m."""
    target = parsed(study) if study else parsed("EPSG:4490")
    if target is None or found.geodetic_crs is None or target.geodetic_crs is None:
        return []
    old = series.old_datum(found)
    same = found.geodetic_crs.datum == target.geodetic_crs.datum
    if same or not (old or (study and _ballpark(found, target))):
        return []
    if not old and satellite(found) and satellite(target):
        return [finding("fixed", "datum_treated_equal", crs=titled(found), study=titled(target))]
    if (shift := datum_shift.given(accept)[0]) is not None:
        if isinstance(shift, PlaneShift) and (stop := _not_plane(shift, found, target, box)) is not None:
            return [stop]
        return [finding("fixed", "datum_shift_given", crs=titled(found), study=titled(target), parameters=shift.text)]
    severity: Severity = "warn" if BALLPARK in accept else "block"
    code = "datum_shift_unknown" if severity == "block" else "datum_shift_ballpark"
    return [
        finding(
            severity, code, proposal="" if severity == "warn" else BALLPARK, crs=titled(found), study=titled(target)
        )
    ]


def _not_plane(shift: PlaneShift, found: pyproj.CRS, target: pyproj.CRS, box: Bounds) -> Finding | None:
    """Refuse parameters of a plane for degrees, and those that lead far from where the file lies."""
    if not found.is_projected or not target.is_projected:
        return finding("block", "plane_shift_of_degrees", crs=titled(found if not found.is_projected else target))
    off = plane_shift.too_far(shift, box, found, target)
    return finding("block", "plane_shift_far", given=shift.text, distance_m=off) if off else None


def satellite(crs: pyproj.CRS) -> bool:
    """Tell whether a CRS stands on a datum of the satellite age; those agree to about a metre."""
    return crs.ellipsoid is not None and crs.ellipsoid.semi_major_metre == SATELLITE_RADIUS_M


def _ballpark(source: pyproj.CRS, target: pyproj.CRS) -> bool:
    found = TransformerGroup(source, target, always_xy=True).transformers
    return bool(found) and all("ballpark geographic offset" in t.description.lower() for t in found)


def transformed(
    shapes: npt.NDArray[np.object_], settled: Settled, target: str
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
    """Bring shapes into another CRS, once; return them and which came out finite.

    A shape whose coordinates become infinite is None in the result.
    """
    if settled.swap:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    if settled.unit_m != 1.0:
        shapes = shapely.transform(shapes, lambda xy: xy * settled.unit_m)
    source, wanted = parsed(settled.crs), parsed(target)
    if source is not None and wanted is not None and settled.shift is not None:
        shapes = shapely.transform(shapes, partial(settled.shift.moved, source=source, target=wanted))
    elif source is not None and wanted is not None and not source.equals(wanted, ignore_axis_order=True):
        to = pyproj.Transformer.from_crs(source, wanted, always_xy=True, only_best=False)

        def moved(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(to.transform(xy[:, 0], xy[:, 1]))

        shapes = shapely.transform(shapes, moved)
    finite = np.logical_and.reduce(np.isfinite(shapely.bounds(shapes)), axis=1)
    shapes = np.array(shapes, object)
    shapes[~finite] = None
    return shapes, finite
