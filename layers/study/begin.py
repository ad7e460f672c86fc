"""How a study begins (新建项目): is the folder free, and which coordinate system do its first files speak for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyproj

from geo.basis.errors import CallError, LuodiError
from geo.basis.reason import reason
from layers.sources import gate
from layers.sources.checks import crs
from layers.sources.checks.crs import Bounds
from layers.sources.checks.crs_name import titled
from layers.sources.checks.zone import zone_of
from layers.study import delivery, load, spec
from layers.study.lock import PRIVATE
from layers.study.staged import INPUTS


@dataclass(frozen=True)
class FirstCrs:
    """The system proposed for a study, what it is called, and the file that speaks for it."""

    crs: str
    title: str
    file: str
    declared: str


def is_free(folder: Path) -> bool:
    """Tell whether a study can begin in a folder: it is not there, or holds nothing but what we put aside."""
    if not folder.exists():
        return True
    if not folder.is_dir() or (folder / spec.FILE).exists():
        return False
    return all(p.name == PRIVATE or (p.name == INPUTS and not any(p.iterdir())) for p in folder.iterdir())


def crs_of(folder: Path, given: Sequence[Path]) -> FirstCrs:
    """Return the system for a study of these files: that of the first that declares one, smallest first.

    A projected system in metres is taken as it is; degrees ask for the zone they lie in.

    Parameters
    ----------
    folder : Path
        Where the study will be; what is read is kept for it.
    given : sequence of Path
        Files, or folders as they were sent.

    Raises
    ------
    CallError
        A path that is not there, or no file that says where it lies; a file whose numbers can only be degrees is
        named with the system that would suit them, for a person to say.
    """
    guessed: tuple[str, str] | None = None
    files = [f for f in delivery.data_files(given) if f.suffix.lower() not in (".tif", ".tiff")]
    for file in sorted(files, key=_size):
        try:
            opened = gate.open_vector(file, folder / load.CACHE)
        except LuodiError:
            continue
        box = crs.extent(opened.shapes)
        declared = crs.parsed(opened.crs) if opened.crs else None
        if box is not None and declared is None and _degrees(box):
            guessed = guessed or (file.name, zone_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
        if box is None or declared is None or not crs.settle(opened.shapes, opened.crs, "", ()).usable:
            continue
        found = _proposed(declared, opened.crs, box)
        if found:
            return FirstCrs(found, titled(pyproj.CRS.from_user_input(found)), file.name, opened.crs)
    if guessed and guessed[1]:
        name, code = guessed
        title = titled(pyproj.CRS.from_user_input(code))
        raise CallError(reason("begin_no_crs_degrees", count=len(files), file=name, crs=code, title=title))
    raise CallError(reason("begin_no_crs", count=len(files)))


def _degrees(box: Bounds) -> bool:
    return any(p in ("crs:EPSG:4490", "crs:EPSG:4326") for p in crs.guesses(box))


def _size(file: Path) -> tuple[int, str]:
    """Return what a file weighs; a folder of a geodatabase by what lies in it."""
    parts = [file] if file.is_file() else [p for p in file.iterdir() if p.is_file()]
    return sum(p.stat().st_size for p in parts), file.name


def _proposed(declared: pyproj.CRS, name: str, box: Bounds) -> str:
    """Return the projected system in metres for coordinates; "" where there is none."""
    if declared.is_projected:
        metres = all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in declared.axis_info)
        if metres and not spec.distorted(name):
            code = declared.to_epsg()
            return f"EPSG:{code}" if code else name
        box = crs.geographic(box, declared)
    return zone_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
