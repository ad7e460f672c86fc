"""Bring the files of a study into the study CRS: parcels, layers, rasters, problems.

Nothing disappears: rows of a file = rows handed over + rows listed in `problems`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.errors import BlockedError, LuodiError
from geo.basis.inputs import Inputs, Raster
from geo.basis.layer import Coverage, Layer, State
from geo.basis.progress import Progress, silent
from geo.basis.reason import Reason, reason
from geo.basis.tables import TABLES, empty
from geo.measure import ridges
from layers.library import roles
from layers.library.roles import Role
from layers.sources import gate
from layers.sources.cells.quantity import number_of
from layers.sources.checks import crs, preflight, scale
from layers.sources.finding import Finding, blocked, finding
from layers.study import coverage, grid, in_parks, parts, stated, stock_ids, unread
from layers.study.class_fields import classified
from layers.study.placed import Loaded, placed
from layers.study.spec import LayerSpec, Study

CACHE = parts.CACHE
AT_ONCE = 2
_LEGAL = {"legal_m2": "", "legal_mu": "mu", "legal_ha": "ha"}


def ours() -> tuple[Role, ...]:
    """Return the roles of the files opened here; records have readers of their own."""
    return roles.opened_as("parcels", "boundary", "raster", "layer")


def inputs(study: Study, folder: Path, progress: Progress = silent) -> Inputs:
    """Open every layer of a study.

    Parameters
    ----------
    study : Study
    folder : Path
        The study folder; sources are relative to it, parsed copies go to its cache.
    progress : callable
        Told after each file.

    Returns
    -------
    Inputs
        Geometries in the study CRS, valid, flat. A constraint file that is missing or
        cannot be read becomes a layer of state "missing" or "failed" (unknown
        everywhere), with the finding in `problems`.

    Raises
    ------
    BlockedError
        The study has neither parcels nor a supply register, or they cannot be used as they are; every reason is given.
    """
    specs = [s for s in study.layers if s.role in ours()]
    registered = bool(study.with_role("supply"))
    if not (study.with_role("parcels") or registered):
        raise BlockedError(reason("parcels_not_declared"))
    vectors = [s for s in specs if s.role != "raster"]
    opened = {item.spec.id: item for item in _all(vectors, study, folder, progress)}
    edges = [opened[s.id] for s in study.with_role("boundary")]
    boundary = _union(edges)
    declared = study.with_role("parcels")
    parcels = _parcels(opened[declared[0].id], study, boundary) if declared else _no_parcels(study)
    ground = shapely.box(*shapely.total_bounds(parcels.geometry.to_numpy())) if len(parcels) else None
    for edge in edges if ground is not None else ():
        edge.findings += coverage.strays(edge.seen, edge.names, ground, study.crs)
    home = boundary if boundary is not None else ground
    layers = {
        s.id: _layer(opened[s.id], study, folder, boundary, home) for s in vectors if s.role in roles.opened_as("layer")
    }
    layers, twice = stock_ids.told_apart(layers, [s.id for s in study.with_role("building")])
    if declared and "park_id" not in declared[0].fields:
        parcels["park_id"], said = in_parks.by_place(parcels, study, layers)
        opened[declared[0].id].findings += said
    grids, notes = rasters(study, folder, home)
    found = [(i.spec.id, f) for i in opened.values() for f in i.findings] + notes + twice
    digests = {i.spec.id: i.sha256 for i in opened.values()} | _other_digests(study, folder, set(opened))
    return Inputs(parcels, layers, grids, boundary, problems(found), digests)


@dataclass(frozen=True)
class Home:
    """Where a study lies, for holding a file against it; read when asked for, once.

    `lies` has the bounds of each layer a check has opened, by its id, in the study CRS.
    """

    study: Study
    folder: Path
    lies: dict[str, crs.Bounds] = field(default_factory=dict, compare=False)

    def of(self, role: str) -> Any:
        """Return the ground a layer of some role should meet; None: nobody has said where that is.

        The boundary, or the parcels where there is none; a boundary is held against the parcels.
        """
        if role == "boundary":
            return self._parcels
        return self._boundary if self._boundary is not None or role == "parcels" else self._parcels

    @cached_property
    def parcels(self) -> Any:
        """Shapes of the parcels; empty while there are none that can be used."""
        usable = [i.shapes for i in self._opened("parcels") if i.state == "ok"]
        return np.concatenate(usable) if usable else np.empty(0, object)

    @cached_property
    def parks(self) -> dict[str, str]:
        """Parks by id with their names; none of a layer that cannot be used."""
        out: dict[str, str] = {}
        for item in (i for i in self._opened("park") if i.state == "ok"):
            ids = _text(item, "park_id") if "park_id" in item.spec.fields else item.names
            out |= dict(zip(map(str, ids), map(str, _text(item, "name")), strict=True))
        return out

    @cached_property
    def _boundary(self) -> Any:
        return _union(self._opened("boundary"))

    @cached_property
    def _parcels(self) -> Any:
        return shapely.box(*shapely.total_bounds(self.parcels)) if len(self.parcels) else None

    def _opened(self, role: str) -> list[Loaded]:
        return [open_layer(s, self.study, self.folder) for s in self.study.with_role(role)]


def source_path(folder: Path, spec: LayerSpec) -> Path:
    """Return where the file of a layer lies."""
    return folder / spec.source


def _all(specs: Sequence[LayerSpec], study: Study, folder: Path, progress: Progress) -> Iterable[Loaded]:
    """Open files, two parsing processes at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(open_layer, spec, study, folder) for spec in specs]
        try:
            for done, item in enumerate(waiting):
                progress(done, len(specs), "load")
                yield item.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    progress(len(specs), len(specs), "load")


def open_layer(spec: LayerSpec, study: Study, folder: Path) -> Loaded:
    """Open one vector file of a study and bring it into its CRS; one that is missing or cannot be read says so."""
    if not any(file.exists() for file in parts.sources(spec, folder)):
        return _without(spec, "missing", [reason("layer_file_missing", layer=spec.id, file=spec.source)])
    declared = crs.accepted(spec.accept) or spec.crs
    try:
        file = parts.opened(spec, folder, study.crs, declared)
    except LuodiError as error:
        return _without(spec, "failed", error.reasons)
    return placed(file, spec, study.crs)


def _without(spec: LayerSpec, state: State, reasons: Iterable[Reason]) -> Loaded:
    none = np.empty(0, object)
    found = [Finding("", r.code, "block" if spec.role == "parcels" else "warn", "", r) for r in reasons]
    return Loaded(spec, pd.DataFrame(), none, np.empty(0, np.int64), found, state=state, cause=f"layer_{state}")


# --- parcels ---------------------------------------------------------------------


def parcel_findings(item: Loaded, boundary: Any, study_crs: str) -> list[Finding]:
    """Return what is to be said of a placed parcel file beyond its findings so far."""
    ids, legal, found = _identified(item, boundary, study_crs)
    figures = {n: _further(item, n) for n in ridges.COLUMNS if n in item.spec.fields} if len(ids) else {}
    ridged = pd.DataFrame({"parcel_id": ids, "legal_m2": legal} | figures)
    return found + scale.scale(study_crs, item.shapes) + (stated.ridge_findings(ridged) if figures else [])


def _identified(
    item: Loaded, boundary: Any, study_crs: str
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64], list[Finding]]:
    """Return ids, legal areas (m²) and findings about ids, areas, overlaps and repeats."""
    accept = item.spec.accept
    if len(item.shapes) == 0:
        none = np.empty(0, object)
        return none, np.empty(0), [finding("block", "parcels_empty", rejected=item.rejected)]
    column = item.spec.fields.get("parcel_id")
    given = pd.Series(item.rows.astype(str), dtype=object) if column is None else item.frame[column]
    given, told = parts.told_apart(item.spec, given, item.rows)
    ids, found = preflight.settled_ids(given, item.rows, accept)
    found = told + [f for f in found if not (told and f.code == "ids_repeat" and f.severity == "block")]
    legal, more = _legal(item, ids)
    found = found + more + preflight.overlapping(item.shapes, ids) + preflight.duplicates(item.shapes, ids)
    found += coverage.strays(item.seen, ids, boundary, study_crs)
    return ids, legal, found


def _no_parcels(study: Study) -> gpd.GeoDataFrame:
    """Return the parcels of a study that has a supply register alone: enough for idle land, and for nothing else."""
    return gpd.GeoDataFrame(empty("parcels"), geometry="geometry", crs=study.crs)


def _parcels(item: Loaded, study: Study, boundary: Any) -> gpd.GeoDataFrame:
    """Return the parcels table; whatever blocks is raised, all of it together."""
    spec = item.spec
    if item.state == "ok":
        ids, legal, more = _identified(item, boundary, study.crs)
        item.findings += more + scale.scale(study.crs, item.shapes)
    stop = blocked(item.findings)
    if stop.reasons:
        raise stop
    columns: dict[str, Any] = {"parcel_id": ids}
    for column in TABLES["parcels"].columns:
        if column.kind in ("code", "text"):
            columns[column.name] = _text(item, column.name)
    columns |= {"parcel_kind": spec.parcel_kind or _text(item, "parcel_kind"), "legal_m2": legal}
    columns["land_use_scheme"] = spec.land_use_scheme or _text(item, "land_use_scheme")
    columns |= {"area_m2": np.nan, "area_statutory_m2": np.nan}
    if item.maybe.any():
        columns["may_belong"] = item.doubt
    for ours in sorted(set(spec.fields) - set(columns) - set(_LEGAL)):
        columns[ours] = _further(item, ours)
    made = gpd.GeoDataFrame(columns, geometry=item.shapes, crs=study.crs)
    item.findings += stated.ridge_findings(pd.DataFrame(made))
    return made


def _legal(item: Loaded, ids: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.float64], list[Finding]]:
    for ours, unit in _LEGAL.items():
        if theirs := item.spec.fields.get(ours):
            return preflight.legal_area(item.frame[theirs], item.shapes, ids, unit, item.spec.accept)
    return np.full(len(ids), np.nan), []


def _text(item: Loaded, ours: str) -> npt.NDArray[np.object_]:
    theirs = item.spec.fields.get(ours)
    if not theirs:
        return np.full(len(item.frame), "", object)
    values = item.frame[theirs]
    return values.astype("object").where(values.notna(), "").map(preflight.id_text).to_numpy(object)


def attributes(item: Loaded) -> dict[str, Any]:
    """Return the mapped fields of a placed file by our names, but for its ids."""
    return {ours: _further(item, ours) for ours in item.spec.fields if ours not in ("id", "parcel_id")}


def _further(item: Loaded, ours: str) -> Any:
    """Return a mapped column beyond the declared ones: a number when its name ends in a unit."""
    number = TABLES["parcels"].column(ours).kind == "float" or unread.kind_of(item.spec.role, ours) == "number"
    return _numbers(item.frame[item.spec.fields[ours]], ours) if number else _text(item, ours)


def _numbers(values: pd.Series, ours: str) -> npt.NDArray[np.float64]:
    """Return a column as numbers in the unit our name ends in; what is none was told when the file was placed."""
    heading = str(values.name)
    out: npt.NDArray[np.float64] = np.array(pd.to_numeric(values, errors="coerce"), np.float64)
    out *= number_of("1", ours, heading) or 1.0
    if pd.api.types.is_numeric_dtype(values):
        return out
    for k in np.flatnonzero(np.isnan(out) & values.notna().to_numpy()):
        read = number_of(str(values.iloc[k]).strip(), ours, heading)
        out[k] = np.nan if read is None else read
    return out


# --- layers ----------------------------------------------------------------------


def _union(items: Sequence[Loaded]) -> Any:
    """Return the ground of layers together: only what certainly belongs to them."""
    shapes = [s for i in items if i.state == "ok" for s in i.shapes[~i.maybe]]
    return shapely.union_all(shapes) if shapes else None


def _layer(item: Loaded, study: Study, folder: Path, boundary: Any, home: Any) -> Layer:
    if item.state in ("missing", "failed"):
        return Layer(item.spec.id, state=item.state, cause=item.cause)
    item.findings, doubt = coverage.examined(item.seen, item.spec.accept, home, study.crs)
    covered, known, cause = _coverage(item, study, folder, boundary, doubt)
    state: State = "ok"
    if _stale(item.spec, study):
        state, cause = "stale", "layer_stale"
        days = None if item.spec.vintage is None else (study.as_of - item.spec.vintage).days
        stale = "layer_outdated" if days is not None else "layer_undated"
        item.findings.append(finding("warn", stale, days=days, limit=item.spec.stale_after_days))
    item.findings += stated.dated_later(item.spec, study)
    field_name = item.spec.class_field
    classes = _classes(item.frame[field_name]) if field_name else None
    told, more = classified(attributes(item))
    item.findings += more
    return Layer(item.spec.id, item.shapes, item.names, item.maybe, classes, known, covered, state, cause, told)


def _classes(values: pd.Series) -> npt.NDArray[np.object_]:
    return values.astype("object").where(values.notna(), "").map(preflight.id_text).to_numpy(object)


def _stale(spec: LayerSpec, study: Study) -> bool:
    if spec.stale_after_days is None:
        return False
    return spec.vintage is None or spec.vintage + timedelta(days=spec.stale_after_days) < study.as_of


def _coverage(item: Loaded, study: Study, folder: Path, boundary: Any, doubt: str) -> tuple[Coverage, Any, str]:
    """Return where absence means absence; a file nobody saw whole takes that away from the layer."""
    declared = item.spec.coverage
    if declared == "unknown":
        return "unknown", None, ""
    if doubt:
        return "unknown", None, doubt
    if declared == "complete":
        # a declared boundary that could not be read must not turn into "everywhere"
        lost = boundary is None and bool(study.with_role("boundary"))
        return ("unknown", None, "boundary_failed") if lost else ("complete", boundary, "")
    known = _area_of(declared, item, study, folder)
    return ("partial", known, "") if known is not None else ("unknown", None, "coverage_failed")


def known_area(source: str, study: Study, folder: Path) -> tuple[Any, list[Finding]]:
    """Return the area a file of coverage draws, None where it cannot be used, and what was found in it."""
    area = open_layer(LayerSpec(id="coverage", role="boundary", source=source), study, folder)
    usable = area.state == "ok" and len(area.shapes)
    return (shapely.union_all(area.shapes) if usable else None), area.findings


def _area_of(source: str, item: Loaded, study: Study, folder: Path) -> Any:
    known, found = known_area(source, study, folder)
    if known is not None:
        return known
    codes = [f.code for f in found if f.severity in ("block", "warn")]
    item.findings.append(finding("warn", "coverage_failed", file=source, causes=codes))
    return None


# --- rasters, problems, digests --------------------------------------------------


def rasters(study: Study, folder: Path, home: Any = None) -> tuple[dict[str, Raster], list[tuple[str, Finding]]]:
    """Read every raster of the study that is measured, with what was found wrong."""
    out: dict[str, Raster] = {}
    notes: list[tuple[str, Finding]] = []
    for spec in (s for s in study.with_role("raster") if s.kind != "imagery"):  # read by a stage of its own
        raster, found = grid.raster(spec, folder / spec.source, folder / CACHE, study.crs, home)
        notes += [(spec.id, f) for f in found]
        if raster is not None:
            out[spec.id] = raster
    return out, notes


def problems(found: Iterable[tuple[str, Finding]]) -> pd.DataFrame:
    """Return findings as the table `problems`; a second one of the same row and code gets a number."""
    seen: dict[tuple[str, str, str], int] = {}
    rows = []
    for layer_id, f in found:
        key = (layer_id, f.row, f.code)
        seen[key] = seen.get(key, 0) + 1
        row = f.row if seen[key] == 1 else f"{f.row}#{seen[key]}"
        rows.append((layer_id, row, f.code, f.severity, f.proposal, f.reason.to_json()))
    names = [c.name for c in TABLES["problems"].columns]
    return pd.DataFrame(rows, columns=names).astype("str") if rows else empty("problems")


def _other_digests(study: Study, folder: Path, done: set[str]) -> dict[str, str]:
    """Digest what is not a vector layer: its change must be noticed too."""
    out = {}
    for spec in study.layers:
        if spec.id not in done:
            source = folder / spec.source
            out[spec.id] = gate.digest(source) if source.exists() else ""
    return out


def outline(study: Study, found: Inputs) -> dict[str, gpd.GeoDataFrame]:
    """Return the study's boundary as a table for the map: one shape, whatever the number of layers it came from."""
    given = study.with_role("boundary")
    if not given or found.boundary is None or found.boundary.is_empty:
        return {}
    frame = pd.DataFrame({"id": [given[0].id], "maybe": [False]})
    return {f"shape_{given[0].id}": gpd.GeoDataFrame(frame, geometry=[found.boundary], crs=study.crs)}
