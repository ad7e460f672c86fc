"""Shapes of a file that declares its CRS: taken as declared, never turned, shifted or zoned by their numbers.

What does not lie in the study as declared is refused, with the readings under which it would; the user
chooses one of them with `crs` or `axes`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
import shapely

from layers.sources.checks import crs as systems
from layers.sources.checks.crs_name import titled
from layers.sources.redline.model import Notes
from layers.sources.redline.zones import System, Wanted, moved, old_crs

KM_M = 1000.0


def placed(declared: str, shapes: list[Any], wanted: Wanted, notes: Notes) -> System | None:
    """Return the system of shapes that declare one; None after noting a problem.

    Parameters
    ----------
    declared : str
        What the file says, or what the user says in its place.
    shapes : list of shapely geometries
        As the file has them.
    wanted : Wanted
        `axes` "xy_north_first" exchanges the coordinates of a file that holds them north first.
    """
    found = pyproj.CRS.from_user_input(declared)
    if old := old_crs(declared, wanted.study_crs):
        notes.problem("redline_old_datum", datum=titled(found), name=old)
        return None
    swap = wanted.axes == "xy_north_first"
    extent = systems.extent(np.array(shapes, dtype=object))
    if extent is None:
        notes.problem("redline_not_finite", crs=_named(declared), study=wanted.study_crs)
        return None
    box = (extent[1], extent[0], extent[3], extent[2]) if swap else extent
    if not wanted.reaches(box, declared):
        _elsewhere(extent, systems.Settled(declared, swap), wanted, notes)
        return None
    _datum(found, wanted, notes)
    return System(declared, "xy_north_first" if swap else "east_first")


def _elsewhere(extent: systems.Bounds, settled: systems.Settled, wanted: Wanted, notes: Notes) -> None:
    """Say how far off the file lies as declared, and under which other readings it would lie in the study."""
    home = wanted.home
    fitting = systems.elsewhere(extent, settled, wanted.study_crs, home) if home is not None else []
    values = {"crs": _named(settled.crs), "study": wanted.study_crs, "fitting": [_option(p) for p in fitting[:3]]}
    box = (extent[1], extent[0], extent[3], extent[2]) if settled.swap else extent
    there = moved(box, settled.crs, wanted.study_crs)
    apart = shapely.distance(shapely.box(*there), shapely.box(*home)) if there and home else np.nan
    distance = float(apart) / KM_M
    if there is None or not np.isfinite(distance):
        notes.problem("redline_declared_nowhere" if fitting else "redline_declared_nowhere_open", **values)
    else:
        notes.problem("redline_declared_away" if fitting else "redline_declared_away_open", km=distance, **values)


def _option(proposal: str) -> str:
    """Return how a reading is chosen for a red line."""
    if proposal == systems.SWAP:
        return "--axes xy_north_first"
    return proposal.replace("crs:", "--crs ") if proposal.startswith("crs:") else proposal


def _named(crs: str) -> str:
    """Return the code of a CRS, or its name where it has none."""
    return crs if len(crs) < 20 else str(pyproj.CRS.from_user_input(crs).name)


def _datum(found: pyproj.CRS, wanted: Wanted, notes: Notes) -> None:
    """Datums of the satellite age agree to about a metre: that is a note; WGS 84 in China is asked about."""
    study = pyproj.CRS.from_user_input(wanted.study_crs)
    one, other = found.geodetic_crs, study.geodetic_crs
    if one is None or other is None or one.datum == other.datum:
        return
    if wanted.in_china and "WGS" in one.name:
        notes.confirm("redline_wgs84_taken", crs=titled(found))
    elif systems.satellite(found) and systems.satellite(study):
        notes.fixed("redline_datum_equal", crs=titled(found), study=titled(study))
