"""The basemaps of a study (底图), in ``basemaps.toml`` beside its settings: what lies under the maps, and nothing else.

They change no result, so they are no part of `study.toml`: no run becomes stale by one, and an address with an
access key gets into no manifest and no bundle.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import tomlkit
from pydantic import Field, field_validator, model_validator

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.frozen import Frozen
from geo.basis.reason import Reason, reason
from layers import toml
from layers.basis import disk
from layers.basis.owned import owned
from layers.library import web_maps
from layers.sources import tile_service
from layers.study import litter, names, spec
from layers.study.changes import commit
from layers.study.lock import PRIVATE, WAIT_S, writing

FILE, FOLDER = "basemaps.toml", "basemaps"
KINDS = ("raster", "pmtiles", "tiles")
Kind = Literal["raster", "pmtiles", "tiles"]
System = Literal["cgcs2000", "wgs84", "gcj02", "bd09"]
SHIFTED = {"gcj02": "GCJ-02", "bd09": "BD-09"}
ENDINGS = {".tif": "raster", ".tiff": "raster", ".pmtiles": "pmtiles"}
MOST = 30
"""Basemaps of one study."""


class Basemap(Frozen):
    """One basemap.

    Parameters
    ----------
    id, name : str
        Plain name by which maps keep what the visitor set; what it is called.
    kind : {"raster", "pmtiles", "tiles"}
        A GeoTIFF, a PMTiles archive, or the address of map tiles (WMTS, XYZ).
    source : str
        File of the study folder, or the address with ``{z}``, ``{x}``, ``{y}``.
    system : {"cgcs2000", "wgs84", "gcj02", "bd09"}
        What coordinates the tiles are drawn on; the last two are refused, as parcels do not lie on them.
    crs : str
        Of a GeoTIFF that does not say it.
    attribution : str
        What has to stand beside it (注明来源); shown on the map.
    vintage : date or None
        Day of the picture.
    opacity : float
        Of the map at first, 0.1 to 1.
    shown : bool
        Whether maps begin with it.
    outside : bool
        Whether its service may lie beyond the office's network: then this server asks there.
    leaves : bool
        Whether it may stand on a printed map. Nothing else that leaves holds a basemap.
    extent : tuple of float
        (west, south, east, north) in degrees as looked at when it was added; () where nobody knows.
    zooms : (int, int)
        Least and greatest zoom there are tiles of.
    """

    id: str = Field(pattern=r"^[\w-]{1,80}$")
    name: str = Field(min_length=1, max_length=80)
    kind: Kind
    source: str = Field(min_length=1, max_length=tile_service.LONGEST_ADDRESS)
    system: System = "cgcs2000"
    crs: str = Field("", max_length=4_000)
    attribution: str = Field("", max_length=200)
    vintage: date | None = None
    opacity: float = Field(1.0, ge=0.1, le=1.0)
    shown: bool = False
    outside: bool = False
    leaves: bool = False
    extent: tuple[float, float, float, float] | tuple[()] = ()
    zooms: tuple[int, int] = (0, 18)

    @field_validator("name")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("basemap_without_name")
        return value.strip()

    @model_validator(mode="after")
    def _consistent(self) -> Basemap:
        if not 0 <= self.zooms[0] <= self.zooms[1] <= 22:
            raise ValueError("basemap_zooms")
        return self


class _File(Frozen):
    basemaps: tuple[Basemap, ...] = Field((), max_length=MOST)


def refusals(one: Basemap) -> list[Reason]:
    """Return why a basemap may not be used, whatever its file or service holds; empty where it may."""
    if one.system in SHIFTED:
        return [reason("basemap_shifted", name=one.name, system=SHIFTED[one.system])]
    if one.kind != "tiles":
        path = Path(one.source)
        inside = not path.is_absolute() and ".." not in path.parts and ":" not in one.source and "\\" not in one.source
        return [] if inside else [reason("basemap_file_outside", name=one.name)]
    if found := web_maps.of_address(one.source) or web_maps.of_words(one.name):
        service = found.title.model_dump()
        return [reason("basemap_shifted_service", name=one.name, service=service, system=found.system)]
    return tile_service.unfit(one.source)


def of_study(folder: Path) -> tuple[Basemap, ...]:
    """Return the basemaps of a study as they are written, those that are refused too.

    Raises
    ------
    SpecError
        The file is not TOML or does not hold together.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    found = toml.validated(_File, toml.read(path), FILE).basemaps
    twice = sorted({b.id for b in found if sum(o.id == b.id for o in found) > 1})
    if twice:
        raise BlockedError(reason("basemap_twice", file=FILE, names=twice))
    return found


def keep(folder: Path, wanted: Mapping[str, Any], file: Path | None = None) -> Basemap:
    """Add a basemap, or change what is said of one that is there (of the same id).

    Parameters
    ----------
    folder : Path
    wanted : mapping
        As `Basemap`; without an id it gets one of its name.
    file : Path or None
        Copied into the study; None where `source` says it all.

    Raises
    ------
    SpecError, CallError, BlockedError
        It does not hold together, is refused, or the disk refuses its file.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    spec.require(folder)
    one = toml.validated(Basemap, _named(folder, wanted), FILE)
    if why := refusals(one):
        raise CallError(why)
    if file is None:
        with writing(folder, "basemap", WAIT_S):
            return _put(folder, one, None)
    try:
        (folder / PRIVATE).mkdir(exist_ok=True)
        with owned(folder / PRIVATE, litter.MAKING) as aside:
            copy = aside / "basemap"
            shutil.copyfile(file, copy)
            with writing(folder, "basemap", WAIT_S):
                return _put(folder, one, copy)
    except OSError as error:
        raise BlockedError(disk.refusal(error, folder / FOLDER)) from None


def _named(folder: Path, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if wanted.get("id"):
        return dict(wanted)
    known = {b.id for b in of_study(folder)}
    stem = names.slug(str(wanted.get("name", "")), "basemap").lower()[:70]
    free = next(n for k in range(1, MOST + 2) if (n := stem if k == 1 else f"{stem}_{k}") not in known)
    return {**wanted, "id": free}


def _put(folder: Path, one: Basemap, copy: Path | None) -> Basemap:
    """Write a basemap among those of the study, its file first; the caller holds the study."""
    known = of_study(folder)
    place = next((k for k, b in enumerate(known) if b.id == one.id), len(known))
    if place == len(known) == MOST:
        raise CallError(reason("basemap_many", most=MOST))
    made = None
    if copy is not None:
        inside = folder / FOLDER
        inside.mkdir(exist_ok=True)
        ending = Path(one.source).suffix.lower()
        made = inside / f"{names.free(inside, names.slug(one.id, 'basemap'), ending)}{ending}"
        one = one.model_copy(update={"source": f"{FOLDER}/{made.name}"})
        shutil.move(copy, made)
    try:
        _write(folder, [*known[:place], one, *known[place + 1 :]], reason("did_basemap", name=one.name, file=FILE))
    except BaseException:
        if made is not None:
            made.unlink(missing_ok=True)
        raise
    return one


def drop(folder: Path, basemap_id: str) -> None:
    """Take a basemap out of a study; a file that was copied into it goes too.

    Raises
    ------
    CallError
        There is none of this id.
    """
    with writing(folder, "basemap", WAIT_S):
        known = of_study(folder)
        gone = next((b for b in known if b.id == basemap_id), None)
        if gone is None:
            raise CallError(reason("basemap_unknown", id=basemap_id, known=[b.id for b in known]))
        rest = [b for b in known if b is not gone]
        _write(folder, rest, reason("did_basemap_out", name=gone.name, file=FILE))
        copied = gone.kind != "tiles" and Path(gone.source).parts[:1] == (FOLDER,) and not refusals(gone)
        if copied and not any(b.source == gone.source for b in rest):
            (folder / gone.source).unlink(missing_ok=True)


def _write(folder: Path, basemaps: list[Basemap], done: Reason) -> None:
    document = tomlkit.document()
    tables = tomlkit.aot()
    for one in basemaps:
        table = tomlkit.table()
        told = one.model_dump(exclude_defaults=True)
        table.update({k: list(v) if isinstance(v, tuple) else v for k, v in told.items()})
        tables.append(table)
    if basemaps:
        document.add("basemaps", tables)
    part = folder / f"{FILE}.part"
    try:
        part.write_text(tomlkit.dumps(document), encoding="utf-8")
        toml.validated(_File, toml.read(part), FILE)
        with commit("basemaps", done.code, **done.values):
            os.replace(part, folder / FILE)
    finally:
        part.unlink(missing_ok=True)


def damage(folder: Path) -> LuodiError | None:
    """Return why the basemaps of a study cannot be read, None where they can."""
    try:
        of_study(folder)
    except LuodiError as problem:
        return problem
    return None
