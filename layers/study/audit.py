"""What the files of a folder say of each other (交付体检): before there is a study, nothing is written.

Each file is checked by itself; then systems, years in names, grids of rasters, shapes that stand in two files, and
columns of one file that ought to find their rows in another are held against each other.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.progress import Progress, silent
from geo.basis.reason import Reason
from layers.sources import gate
from layers.sources.checks import columns, crs
from layers.sources.checks.preflight import LEGAL_UNITS
from layers.sources.finding import Finding, finding
from layers.study import delivery, inspection
from layers.study.years import years as years_of

NAMED, SHARED, FEWEST = 8, 0.5, 5
"""Values named; share of a column's values that must be found in another file before the rest counts as lost there."""
_WORDS = {"ft²": "sqft", "亩": "mu", "ha": "ha", "acre": "acre", "km²": "km2"}
UNITS_M2 = {"m²": 1.0} | {word: LEGAL_UNITS[unit] for word, unit in _WORDS.items()}
NEAR, OFF = 0.05, 0.20
"""A figure is the area of a row within this share; beyond the other it is another one."""


@dataclass(frozen=True)
class AuditedFile:
    """One layer, table or raster of the folder as far as it is held against the others.

    Parameters
    ----------
    title : str
        Name of the file, with that of the layer inside it.
    frame : DataFrame
        Its fields; empty for a raster.
    shapes : array of shapely geometries or None
    crs : str
        "" where the file states none; of a table it is not asked.
    grid : tuple or None
        Of a raster: columns, rows, cell, west and north.
    """

    title: str
    frame: pd.DataFrame
    shapes: Any = None
    crs: str = ""
    grid: tuple[float, ...] | None = None


def of_folder(folder: Path, progress: Progress = silent) -> list[Finding]:
    """Return what was found in every data file of a folder, and what they say of each other.

    Returns
    -------
    list of Finding
        ``layer`` in the values of each names the file; "" for the folder as a whole. A file that cannot be read is a
        finding.
    """
    files = delivery.data_files([folder])
    found: list[Finding] = []
    held: list[AuditedFile] = []
    with tempfile.TemporaryDirectory(prefix="luodi-") as made:
        cache = Path(made)
        for done, file in enumerate(files):
            progress(done, len(files), "load")
            for layer in _inside(file, cache):
                title = f"{file.name} · {layer}" if layer else file.name
                mine = inspection.report(file, {"layer": layer}, cache=cache)
                found += [_named(f, title) for f in mine]
                held += _opened(file, layer, title, cache)
    progress(len(files), len(files), "load")
    said = [*_systems(held), *_years(files), *_grids(held), *_shared(held), *_joins(held)]
    return found + [_named(f, str(f.reason.values.get("layer", ""))) for f in said]


def _named(f: Finding, title: str) -> Finding:
    return replace(f, reason=Reason(f.code, {"layer": title} | dict(f.reason.values)))


def _inside(file: Path, cache: Path) -> list[str]:
    """Return the layers of a file by name; one without a name where there is one only, or nobody can tell."""
    try:
        names = [] if file.suffix.lower() in (".tif", ".tiff") else gate.listing(file, cache)
    except LuodiError:
        names = []
    return list(names) if len(names) > 1 else [""]


def _opened(file: Path, layer: str, title: str, cache: Path) -> list[AuditedFile]:
    try:
        if file.suffix.lower() in (".tif", ".tiff"):
            raster = gate.open_raster(file, cache)
            rows, cols = raster.values.shape
            cell = float(np.hypot(raster.transform[0], raster.transform[3]))
            return [AuditedFile(title, pd.DataFrame(), None, raster.crs,
                                (cols, rows, cell, raster.transform[2], raster.transform[5]))]  # fmt: skip
        opened = gate.open_vector(file, cache, layer=layer)
        return [AuditedFile(title, opened.frame, opened.shapes, opened.crs)]
    except LuodiError as problem:
        if any(r.code == "table_without_coordinates" for r in problem.reasons):
            return [AuditedFile(title, gate.open_table(file, cache, sheet=layer).frame)]
        return []  # its own check has said why


# --- the folder as a whole -----------------------------------------------------------


def _systems(held: Sequence[AuditedFile]) -> Iterator[Finding]:
    """Name the coordinate systems where there are several, or where some file states none."""
    placed = [h for h in held if h.shapes is not None or h.grid is not None]
    counts = Counter(h.crs or "–" for h in placed)
    if len(counts) > 1:
        named = [f"{c} × {n}" for c, n in counts.most_common()]
        yield finding("note", "folder_systems", count=len(counts), systems=named)


def _years(files: Sequence[Path]) -> Iterator[Finding]:
    """Name files whose names carry different years, or a year where others carry none."""
    years = {f.name: years_of(f.stem) for f in files}
    said = {y for found in years.values() for y in found}
    if said and (len(said) > 1 or not all(years.values())):
        named = [f"{name}: {'/'.join(found)}" for name, found in years.items() if found]
        yield finding("note", "folder_years", files=named[:NAMED], without=sum(not found for found in years.values()))


def _grids(held: Sequence[AuditedFile]) -> Iterator[Finding]:
    """Name rasters that do not share their cells."""
    rasters = [h for h in held if h.grid is not None]
    if len({(h.crs, h.grid) for h in rasters}) > 1:
        named = [f"{h.title} {h.grid[0]:.0f} × {h.grid[1]:.0f} @ {h.grid[2]:g} ({h.grid[3]:.6g}, {h.grid[4]:.6g})"
                 for h in rasters if h.grid]  # fmt: skip
        yield finding("note", "folder_grids", files=named[:NAMED])


def _shared(held: Sequence[AuditedFile]) -> Iterator[Finding]:
    """Name pairs of layers of areas in which the very same shapes stand: who adds them up counts that ground twice."""
    shaped = [h for h in held if h.shapes is not None and len(h.shapes)]
    areas = [h for h in shaped if (shapely.get_dimensions(h.shapes) == 2).all()]
    digests = {h.title: pd.Series(shapely.to_wkb(shapely.normalize(h.shapes))) for h in areas}
    for one, two in combinations(areas, 2):
        same = digests[one.title].isin(set(digests[two.title]))
        if not same.any():
            continue
        measured = inspection.in_metres(one.shapes, crs.settle(one.shapes, one.crs, "", ()))
        area = 0.0 if measured is None else float(shapely.area(measured[same.to_numpy()]).sum())
        told = {"layer": one.title, "other": two.title}
        yield finding("note", "folder_shapes_shared", count=int(same.sum()), area_m2=area, **told)


# --- columns that ought to find their rows elsewhere -----------------------------------


def _joins(held: Sequence[AuditedFile]) -> Iterator[Finding]:
    """Hold columns of layers against columns of the same name in tables."""
    layers = [h for h in held if h.shapes is not None and len(h.frame)]
    tables = [h for h in held if h.shapes is None and h.grid is None and len(h.frame)]
    for layer in layers:
        for table in tables:
            theirs = {_plain(str(c)): str(c) for c in table.frame.columns}
            for own in map(str, layer.frame.columns):
                other = theirs.get(_plain(own))
                if other is not None:
                    yield from _join(layer, own, table, other)


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name).casefold()


def _values(frame: pd.DataFrame, column: str) -> pd.Series:
    found = frame[column]
    return found.astype("object").where(found.notna(), "").astype(str).str.strip()


def _join(layer: AuditedFile, own: str, table: AuditedFile, other: str) -> Iterator[Finding]:
    mine, theirs = _values(layer.frame, own), _values(table.frame, other)
    wanted, there = set(mine) - {""}, set(theirs) - {""}
    if len(wanted) < FEWEST or len(wanted & there) < SHARED * len(wanted):
        return
    lost = sorted(wanted - there)
    several = int((theirs[theirs != ""].value_counts() > 1).sum())
    rows = int((~mine.isin(there)).sum())
    if lost or rows or several:
        yield finding("note", "folder_join", layer=layer.title, field=own, other=table.title, rows=rows,
                      values=lost[:NAMED], count=len(lost), several=several, unused=len(there - wanted))  # fmt: skip
    if layer.shapes is not None and len(wanted & there) >= columns.SOME:
        yield from _areas(layer, mine, table, theirs)


def _areas(layer: AuditedFile, mine: pd.Series, table: AuditedFile, theirs: pd.Series) -> Iterator[Finding]:
    """Say which column of a table is the area of the shapes it belongs to, in which unit, and where it is not."""
    shapes = inspection.in_metres(layer.shapes, crs.settle(layer.shapes, layer.crs, "", ()))
    if shapes is None or not (shapely.get_dimensions(shapes) == 2).all():
        return
    area = shapely.area(shapes)
    for name in map(str, table.frame.columns):
        figures = pd.to_numeric(table.frame[name], errors="coerce")
        best = figures.groupby(theirs).max()  # several rows of one plot repeat it, or leave it 0
        stated = mine.map(best.drop(index="", errors="ignore")).to_numpy(np.float64)
        use = (stated > 0) & (area > 1.0)
        if int(use.sum()) < columns.SOME:
            continue
        ratio = area[use] / stated[use]
        unit = next((u for u, f in UNITS_M2.items() if abs(float(np.median(ratio)) / f - 1) < NEAR), "")
        off = np.abs(ratio / UNITS_M2.get(unit, np.nan) - 1)
        if unit and float((off < NEAR).mean()) >= SHARED:
            yield finding("note", "folder_join_area", layer=layer.title, field=name, other=table.title, unit=unit,
                          count=int((off > OFF).sum()), rows_all=int(use.sum()), share=OFF)  # fmt: skip
