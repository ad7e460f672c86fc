"""What is wrong with a file, a layer or a whole study; nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.basis.errors import LuodiError
from geo.basis.progress import Progress
from geo.basis.reason import Reason, reason
from geo.measure.topology import KINDS
from geo.rules.spec import Rule
from layers.library import roles
from layers.sources import gate
from layers.sources.checks import cells, columns, crs, place, preflight, scale
from layers.sources.checks.zone import zone_of
from layers.sources.finding import EMPTY, Finding, finding
from layers.study import (
    ageing,
    corrected,
    coverage,
    doubt,
    drifted,
    grid,
    load,
    origins,
    overrides,
    packs,
    parts,
    role_fields,
    stated,
    topology,
    unread,
)
from layers.study.coverage import Seen
from layers.study.load import Home
from layers.study.placed import Loaded, placed
from layers.study.registers import imagery, project_cells, told
from layers.study.spec import LayerSpec, Study

_WIDEST_DEG = 12.0
"""Widest file whose overlaps are told in one zone."""
_BEYOND_M2, NAMED = 10.0, 5
"""Ground beyond the boundary from which a parcel is said to stick out; less is how edges were drawn."""
_READING = ("layer", "crs", "encoding")
"""Keys of an entry that say how a file is to be read, whatever it is used for."""


def report(
    file: Path, given: Mapping[str, Any] | None = None, *, study_crs: str = "", cache: Path | None = None
) -> list[Finding]:
    """Check a bare file of unknown role: can it be read, where is it, what is wrong with its shapes.

    A file without coordinates is checked as a table, a GeoTIFF as a raster.
    """
    asked = {"layer": "", "crs": "", "encoding": ""} | {k: str(v) for k, v in (given or {}).items() if k in _READING}
    accept = tuple((given or {}).get("accept", ()))
    with tempfile.TemporaryDirectory(prefix="luodi-") as made:
        own = cache or Path(made)
        try:
            opened = gate.open_vector(file, own, **asked)
        except LuodiError as error:
            return _other_than_vector(file, own, error, asked["layer"])
    label, said = preflight.labels(opened.shapes, opened.rows)
    keep, notes = preflight.of_dimension(opened.shapes[~label], opened.rows[~label], None)
    shapes, rows = opened.shapes[~label][keep], opened.rows[~label][keep].astype(str).astype(object)
    settled = place.settle(shapes, opened.frame, opened.crs, study_crs, accept, asked["crs"])
    found = [*opened.findings, *said, *notes, *settled.findings]
    if settled.usable:
        lost = sum(f.severity == "rejected" for f in found)
        total = opened.total - int(label.sum())
        found = coverage.examined(Seen(shapes, rows, total, lost, found), accept, None, study_crs)[0]
    strays = preflight.far_away(shapes, rows, None) if (given or {}).get("role") == "parcels" else []
    return found + _shapes(shapes, rows, settled) + strays + columns.audit(opened.frame)


def _shapes(shapes: Any, rows: Any, settled: crs.Settled) -> list[Finding]:
    found = preflight.duplicates(shapes, rows)
    if len(shapes) and (shapely.get_dimensions(shapes) == 2).all():
        measured = in_metres(shapes, settled)
        found += [] if measured is None else preflight.overlapping(measured, rows)
    return found


def in_metres(shapes: Any, settled: crs.Settled) -> Any:
    """Return shapes in a system in metres: areas of one file can be told before it is settled where it lies.

    None where the numbers speak for no system.
    """
    offered = next((f.proposal[4:] for f in settled.findings if f.proposal.startswith("crs:")), "")
    system = crs.parsed(offered or settled.crs) if settled.usable or offered else None
    box = crs.extent(shapes)
    if system is None or box is None or not (system.is_projected or system.is_geographic):
        return None
    if system.is_projected:
        return shapes
    zone = zone_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    if not zone or max(box[2] - box[0], box[3] - box[1]) > _WIDEST_DEG:
        return None
    placed, finite = crs.transformed(shapes, replace(settled, crs=offered or settled.crs), zone)
    return placed if finite.all() else None


def _other_than_vector(file: Path, cache: Path, error: LuodiError, layer: str) -> list[Finding]:
    codes = {r.code: r for r in error.reasons}
    try:
        if "table_without_coordinates" in codes:
            table = gate.open_table(file, cache, sheet=layer)
            return [*table.findings, *columns.audit(table.frame)]
        if "not_vector" in codes and codes["not_vector"].values.get("kind") == "tiff":
            return cells.audit(gate.open_raster(file, cache))
    except LuodiError as again:
        return _blocks(again)
    return _blocks(error)


def of_area(entry: Mapping[str, Any]) -> list[Finding]:
    """Return what blocks the file an entry names as its coverage; nothing where it names none."""
    area = str(entry.get("coverage", "unknown"))
    return [] if area in ("complete", "unknown") else [f for f in report(Path(area)) if f.severity == "block"]


def _blocks(error: LuodiError) -> list[Finding]:
    return [Finding("", r.code, "block", str(r.values.get("proposal", "")), r) for r in error.reasons]


def check_layer(layer: LayerSpec, home: Home) -> list[Finding]:
    """Check one layer as it would be loaded into the study; what blocks is among the findings."""
    old = ageing.findings(layer, home.study, _rules(home))
    return [*_looked_at(layer, home), *stated.dated_later(layer, home.study), *old]


def _rules(home: Home) -> tuple[Rule, ...]:
    """Return the rules of the study; none while its packs do not hold together, which they say themselves."""
    try:
        return packs.effective_rules(home.study, home.folder)
    except LuodiError:
        return ()


def _looked_at(layer: LayerSpec, home: Home) -> list[Finding]:
    study, folder = home.study, home.folder
    source = load.source_path(folder, layer)
    if not any(file.exists() for file in parts.sources(layer, folder)):
        return [finding("block", "file_missing", file=source.name, path=str(layer.source))]
    if layer.role == "raster":
        return _cells_found(layer, source, home)
    try:
        opened = parts.opened(layer, folder, study.crs)
    except LuodiError as error:
        if layer.role in roles.opened_as("sheet") and any(r.code == "table_without_coordinates" for r in error.reasons):
            return _table_findings(layer, source, home)
        return _blocks(error)
    item = placed(opened, layer, study.crs)
    if item.state != "ok":
        return _blocking(item.findings)
    if (box := crs.extent(item.shapes)) is not None:
        home.lies[layer.id] = box
    if layer.parts:
        item.findings += parts.overlapping(item.shapes, item.rows)
    grave = [replace(f, severity="block") if f.code == "fields_needed" else f for f in _at_home(item, home)]
    return _more(grave, told.of_facilities(item, home) if layer.role == "facility" else told.of_sheet(layer, home))


def _cells_found(layer: LayerSpec, source: Path, home: Home) -> list[Finding]:
    """Check an image or a grid."""
    cache, study = home.folder / load.CACHE, home.study
    if layer.kind == "imagery":
        image, found = imagery.opened(layer, source, cache, study.crs)
        if image is None:
            return _blocking(found)
        _lies(home, layer, image.crs, image.transform, image.shape)
        return found
    raster, found = grid.raster(layer, source, cache, study.crs, home.of(layer.role))
    if raster is None:
        return _blocking(found)
    rows, columns = raster.values.shape
    _lies(home, layer, raster.crs, raster.transform, (rows, columns))
    return found


def _lies(home: Home, layer: LayerSpec, system: str, affine: tuple[float, ...], shape: tuple[int, int]) -> None:
    """Note where an image or a grid lies."""
    a, _, west, _, e, north = affine
    box = (west, north + e * shape[0], west + a * shape[1], north)
    turn = pyproj.Transformer.from_crs(system, home.study.crs, always_xy=True, only_best=False)
    there = turn.transform_bounds(*box)
    if np.isfinite(there).all():
        home.lies[layer.id] = there


@dataclass(frozen=True)
class Looked:
    """What the check of a layer came to.

    Parameters
    ----------
    findings : tuple of Finding
        What stops the check is among them.
    lies : (west, south, east, north) or None
        Where it lies, study CRS; None for a table, or a file that cannot be placed.
    """

    findings: tuple[Finding, ...]
    lies: crs.Bounds | None


def looked(layer: LayerSpec, home: Home) -> Looked:
    """Check a layer, and note where it lies."""
    try:
        found = tuple(check_layer(layer, home))
    except LuodiError as problem:
        found = tuple(_blocks(problem))
    return Looked(found, home.lies.get(layer.id))


def named(layer: LayerSpec, folder: Path) -> tuple[Hashable, ...]:
    """Return what tells that settings, corrections or a file of a layer are others now, side files too."""
    try:
        stats = [(p.name, p.stat()) for file in parts.sources(layer, folder) for p in gate.parts(file)]
    except OSError:
        stats = []
    return layer.model_dump_json(), *((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def named_ground(study: Study, folder: Path) -> tuple[Hashable, ...]:
    """Return what tells that the ground layers are held against is another one now."""
    return (
        str(folder),
        study.crs,
        study.area,
        tuple(named(s, folder) for s in study.with_role("boundary", "parcels", "park")),
    )


def added_before(layer: LayerSpec, home: Home) -> list[Finding]:
    """Name the layers that are this very file already, read the same way: what they count would count twice."""
    if layer.parts:
        return []
    source = load.source_path(home.folder, layer)
    try:
        size, mine = _size(source), ""
        for other in home.study.layers:
            known = load.source_path(home.folder, other)
            same = all(getattr(other, key) == getattr(layer, key) for key in ("role", "layer", "where"))
            if not same or not known.exists() or _size(known) != size:
                continue
            mine = mine or gate.digest(source)
            if gate.digest(known) == mine:
                return [finding("warn", "file_added_before", layer=other.id)]
    except (LuodiError, OSError):  # a file that cannot be read says so when it is checked
        return []
    return []


def _size(source: Path) -> int:
    return sum(part.stat().st_size for part in gate.members(source))


def _at_home(item: Loaded, home: Home) -> list[Finding]:
    """Return what is said of a placed layer, held against the study's ground, and of what its silence proves."""
    role, ground, found = item.spec.role, home.of(item.spec.role), item.findings
    if role == "parcels":
        more = load.parcel_findings(item, ground, home.study.crs)
        said = [*_of_name(item, home), *drifted.findings(item, home), *_beyond(item, home)]
        return [*found, *more, *said, *topology.findings(item, home.study.crs)]
    if role == "boundary":
        away = [] if ground is None else coverage.strays(item.seen, item.names, ground, home.study.crs)
        scaled = scale.scale(home.study.crs, item.shapes)
        return [*found, *away, *scaled, *_of_name(item, home), *drifted.findings(item, home)]
    if role in (*roles.opened_as("layer"), "supply"):
        found = coverage.examined(item.seen, item.spec.accept, ground, home.study.crs)[0]
        return [*found, *drifted.findings(item, home), *topology.findings(item, home.study.crs, KINDS)]
    if len(item.shapes) == 0:
        return [*found, finding("warn", "layer_nothing_left", rejected=item.rejected, proposal=EMPTY)]
    return found if ground is None else found + coverage.strays(item.seen, item.names, ground, home.study.crs)


def _of_name(item: Loaded, home: Home) -> list[Finding]:
    """Hold ground against the district the study is named after; a file with codes of districts has been asked."""
    box = crs.extent(item.shapes)
    return [] if box is None or place.said(item.frame) else place.of_name(home.study.name, box, home.study.crs)


def _beyond(item: Loaded, home: Home) -> list[Finding]:
    """Name parcels that stick out of the boundary: beyond it no layer is complete, so nothing there is clear."""
    edge = home.of("parcels")
    if edge is None or not len(item.shapes):
        return []
    shapely.prepare(edge)
    out = np.flatnonzero(~shapely.covered_by(item.shapes, edge))
    beyond = shapely.area(shapely.difference(item.shapes[out], edge))
    far = beyond > _BEYOND_M2
    if not far.any():
        return []
    named = item.names[out[far][np.argsort(-beyond[far], kind="stable")]][:NAMED].tolist()
    return [finding("warn", "parcels_beyond_boundary", count=int(far.sum()), area_m2=float(beyond[far].sum()),
                    least_m2=_BEYOND_M2, rows=named)]  # fmt: skip


def _blocking(found: list[Finding]) -> list[Finding]:
    """The layer cannot be used at all: what says why blocks (a wrong filter is a warning once it is in a study)."""
    if any(f.severity == "block" for f in found):
        return found
    return [Finding(f.row, f.code, "block", f.proposal, f.reason) if f.severity == "warn" else f for f in found]


def _table_findings(layer: LayerSpec, source: Path, home: Home) -> list[Finding]:
    try:
        opened = gate.open_table(source, home.folder / load.CACHE, sheet=layer.layer)
        frame, laid = corrected.laid(layer, opened.frame, opened.rows, "")
        found = [*opened.findings, *laid, *preflight.missing_fields(frame, dict(layer.fields))]
        kept = doubt.sifted(layer, frame.replace("", pd.NA), opened.rows)
        found += [*kept.findings, *_lacking(layer, frame)]
        found += unread.findings(layer, frame[kept.keep], opened.rows[kept.keep])
        if layer.role == "project":
            headings = [str(c) for c in frame]
            found += project_cells.nameless(headings, project_cells.recognised(headings, layer.fields, ())[0])
    except LuodiError as error:
        return _blocks(error)
    return _more(coverage.of_table(found, layer.accept), told.of_sheet(layer, home))


def _lacking(layer: LayerSpec, frame: pd.DataFrame) -> list[Finding]:
    """Block a file none of whose columns is the one its role cannot do without."""
    return [replace(f, severity="block") for f in role_fields.lacking(layer.role, layer.fields, frame.columns)]


def _more(found: list[Finding], by_reader: Sequence[tuple[str, Finding]]) -> list[Finding]:
    """Add what the reader of a role tells and nobody told before."""
    known = {f.reason.to_json() for f in found}
    return [*found, *(f for _, f in by_reader if f.reason.to_json() not in known)]


def ground(study: Study, folder: Path) -> Home:
    """Return where a study lies, which each of its layers is held against; made once for many layers."""
    return Home(study, folder)


def looked_at(source: str, study: Study, folder: Path) -> Any:
    """Return the ground a file of coverage draws (study CRS), None where it cannot be used."""
    return load.known_area(source, study, folder)[0]


def of_study(folder: Path, progress: Progress, *, asking: bool = False) -> list[Finding]:
    """Check every layer by itself, so that one that blocks does not hide the others.

    `asking` databases whether their tables are what they were when they were copied touches a network.
    """
    study = overrides.study(folder)
    packs.effective_rules(study, folder)
    found: list[Finding] = []
    home = ground(study, folder)
    if not study.with_role("parcels", "supply"):
        found.append(finding("block", "parcels_not_declared"))
    lost = sorted(set(overrides.standing(folder)) - {layer.id for layer in study.layers})
    found += [finding("warn", "override_no_layer", layer=layer_id) for layer_id in lost]
    for k, layer in enumerate(study.layers):
        progress(k, len(study.layers), "load")
        mine = [_of_layer(f, layer.id) for f in _as_used(check_layer(layer, home), layer)]
        mine += [_of_layer(f, layer.id) for f in (origins.changed(layer, folder) if asking else ())]
        found += _nameless(mine, k + 1) if layer.use_only else mine
    progress(len(study.layers), len(study.layers), "load")
    return found


def _nameless(found: list[Finding], place: int) -> list[Finding]:
    """Say of a use-only layer that something was found and how grave it is; its own file tells the rest."""
    said = reason("restricted_said", place=place)
    return [Finding("", said.code, severity, "", said) for severity in dict.fromkeys(f.severity for f in found)]


def _as_used(found: list[Finding], layer: LayerSpec) -> list[Finding]:
    """In a study only the parcels stop a run; another layer that fails is unknown, with a warning."""
    if layer.role in ("parcels", "boundary"):
        return found
    return [Finding(f.row, f.code, "warn", f.proposal, f.reason) if f.severity == "block" else f for f in found]


def _of_layer(f: Finding, layer_id: str) -> Finding:
    return Finding(f.row, f.code, f.severity, f.proposal, Reason(f.code, {"layer": layer_id} | dict(f.reason.values)))
