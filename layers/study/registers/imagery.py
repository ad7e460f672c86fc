"""The images of a study: opened block by block, read for parcels, plots and roofs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.layer import Geometries
from geo.basis.tables import empty
from geo.idle import imagery
from geo.idle.imagery import Bounds, Image, Window
from geo.idle.seen import Reading
from layers.library import standards
from layers.sources import gate
from layers.sources.checks import crs, warp
from layers.sources.finding import Finding, finding
from layers.sources.opened import ImageFile
from layers.study import load
from layers.study.registers import supply
from layers.study.spec import READ_BANDS, SEEN_BANDS, LayerSpec, Study

if TYPE_CHECKING:
    from layers.study.run.stage import Tables, Work

STANDARD = "imagery"
KEYS = ("unit_kind", "unit_id")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Units:
    """What images are read for: ``parcel``, ``plot`` (of the supply register) and ``building``."""

    kind: str
    ids: npt.NDArray[np.object_]
    shapes: Geometries


def bounds() -> Bounds:
    """Return the thresholds of the classes, from the shipped standard."""
    pairs = [_pair(name) for name in ("ndvi-green", "ndwi-water", "bai-built")]
    return Bounds(*(value for pair in pairs for value in pair))


def reading() -> Reading:
    """Return how imagery is read as a sign, from the shipped standard."""
    return Reading(int(_pair("wait-months")[0]), _pair("open-share-pct")[0] / 100, _pair("growth-share-pct")[0] / 100)


def _pair(name: str) -> tuple[float, float]:
    figure = standards.load(STANDARD).figure(name)
    low = figure.low if figure.low is not None else figure.high
    high = figure.high if figure.high is not None else figure.low
    assert low is not None and high is not None  # noqa: PT018 - a figure without a value cannot be read
    return low, high


# --- opening ----------------------------------------------------------------------


def opened(spec: LayerSpec, source: Path, cache: Path, study_crs: str) -> tuple[Image | None, list[Finding]]:
    """Open an image; None with a finding when it cannot be used."""
    file, system, found = _placed(spec, source, cache, study_crs)
    if file is None or spec.vintage is None:
        return None, found
    found += _limits(spec, file) if _is_read(spec) else [finding("fixed", "imagery_only_seen")]
    rows, columns = file.valid.shape
    return Image(spec.id, spec.vintage, system, file.transform, (rows, columns), _reader(spec, file)), found


def seen(spec: LayerSpec, folder: Path, study_crs: str) -> tuple[ImageFile, str] | None:
    """Open an image to be looked at, with its system; None when it cannot be used, which the preflight tells.

    An image is no table: what a map shows of it are the arrays the gate made of the file.
    """
    file, system, _ = _placed(spec, load.source_path(folder, spec), folder / load.CACHE, study_crs)
    return None if file is None else (file, system)


def seen_files(study: Study, folder: Path) -> list[tuple[LayerSpec, Path]]:
    """Return the images with red, green and blue whose files are there, oldest first; a use-only one is never shown."""
    open_ones = [s for s in images(study) if set(s.bands) >= SEEN_BANDS and not s.use_only]
    found = [(spec, load.source_path(folder, spec)) for spec in open_ones]
    return [(spec, source) for spec, source in found if source.is_file()]


def _placed(spec: LayerSpec, source: Path, cache: Path, study_crs: str) -> tuple[ImageFile | None, str, list[Finding]]:
    """Open the file of an image and settle its system; no file when it cannot be used."""
    if not source.exists():
        return None, "", [finding("warn", "layer_file_missing", layer=spec.id, file=spec.source)]
    try:
        file = gate.open_image(source, cache)
    except LuodiError as error:
        return None, "", [Finding("", r.code, "warn", "", r) for r in error.reasons]
    found = list(file.findings)
    above = sorted(name for name, number in spec.bands.items() if number > len(file.bands))
    if above:
        return None, "", [*found, finding("warn", "imagery_bands_missing", bands=above, count=len(file.bands))]
    settled = crs.settle(_corners(file), file.crs, study_crs, spec.accept, spec.crs)
    found += settled.findings
    if not settled.usable:
        return None, settled.crs, found
    place, notes = warp.as_settled(
        warp.RasterGrid(np.broadcast_to(0.0, file.valid.shape), file.transform, settled.crs), settled, study_crs
    )
    if settled.swap:
        notes.append(finding("block", "raster_rotated", layer=spec.id))
    usable = not any(f.severity == "block" for f in notes)
    return (replace(file, transform=place.transform) if usable else None), settled.crs, [*found, *notes]


def _corners(file: ImageFile) -> Geometries:
    a, _, west, _, e, north = file.transform
    rows, columns = file.valid.shape
    return np.array([shapely.box(west, north + e * rows, west + a * columns, north)], object)


def _limits(spec: LayerSpec, file: ImageFile) -> list[Finding]:
    """Say what an image cannot show: cloud without a cloud band, the built-up index without short-wave infrared."""
    out = [] if "swir" in spec.bands else [finding("fixed", "imagery_without_swir")]
    if "cloud" not in spec.bands:
        out.append(finding("warn" if _eight_bits(file) is None else "fixed", "imagery_without_cloud_band"))
    return out


def _eight_bits(file: ImageFile) -> float | None:
    """Return the value from which a cell of an 8-bit image may be cloud; None for other images."""
    return _pair("cloud-8bit")[0] if file.bands.dtype == np.uint8 else None


def _reader(spec: LayerSpec, file: ImageFile) -> Callable[[Window], Mapping[str, Floats]]:
    bright, visible = _eight_bits(file), [b for b in ("red", "green", "blue") if b in spec.bands]

    def read(window: Window) -> Mapping[str, Floats]:
        at = (slice(window[0], window[1]), slice(window[2], window[3]))
        valid = np.asarray(file.valid[at])
        out = {
            name: np.where(valid, np.asarray(file.bands[number - 1][at], np.float64), np.nan)
            for name, number in spec.bands.items()
        }
        if "cloud" not in out and bright is not None and visible:
            out["cloud"] = np.all([out[b] >= bright for b in visible], axis=0).astype(np.float64)
        return out

    return read


# --- reading ----------------------------------------------------------------------


def build(work: Work) -> Tables:
    """Make the tables ``imagery``, ``imagery_change`` and ``imagery_problems``."""
    study, folder = work.plan.study, work.plan.folder
    notes: list[tuple[str, Finding]] = []
    seen: list[pd.DataFrame] = []
    wanted = units(work)
    for spec in images(study):
        image, found = opened(spec, load.source_path(folder, spec), folder / load.CACHE, study.crs)
        notes += [(spec.id, f) for f in found]
        if image is not None and _is_read(spec):
            seen += [_of(image, part, study.crs, work.progress) for part in wanted]
    whole = pd.concat(seen, ignore_index=True) if seen else empty("imagery")
    return {"imagery": whole, "imagery_change": changes(whole), "imagery_problems": load.problems(notes)}


def images(study: Study) -> tuple[LayerSpec, ...]:
    """Return the images of a study, oldest first."""
    return tuple(sorted((s for s in study.with_role("raster") if s.kind == "imagery"), key=lambda s: str(s.vintage)))


def _is_read(spec: LayerSpec) -> bool:
    """Tell whether an image has the bands it takes to be read; without them it is only seen under the map."""
    return set(spec.bands) >= READ_BANDS


def units(work: Work) -> list[Units]:
    """Return what images are read for, each kind with its shapes in the study CRS."""
    parcels = work.inputs.parcels
    out = [Units("parcel", parcels["parcel_id"].to_numpy(object), parcels.geometry.to_numpy())]
    stock = [work.inputs.layers[s.id] for s in work.plan.study.with_role("building")]
    if stock:  # of all layers together: two towns may number their buildings alike
        numbers = np.concatenate([layer.ids.astype(str).astype(object) for layer in stock])
        out.append(Units("building", numbers, np.concatenate([layer.shapes for layer in stock])))
    register = supply.read(work.plan.study, work.plan.folder, work.inputs.boundary).register
    placed = [(r.record_id, r.shape) for r in register.records if r.record_id and r.shape is not None]
    if placed:
        ids, shapes = zip(*placed, strict=True)
        out.append(Units("plot", np.array(ids, object), np.array(shapes, object)))
    return [_once(u) for u in out if len(u.ids)]


def _once(some: Units) -> Units:
    """Leave out an id that stands twice: nobody could tell which of the two is meant."""
    twice = pd.Series(some.ids).duplicated(keep=False).to_numpy()
    return Units(some.kind, some.ids[~twice], some.shapes[~twice])


def _of(image: Image, some: Units, study_crs: str, progress: Any) -> pd.DataFrame:
    found = imagery.statistics(image, some.shapes, study_crs, bounds(), progress)
    day = pd.Timestamp(image.taken_on)
    return found.assign(unit_kind=some.kind, unit_id=some.ids, layer_id=image.layer_id, taken_on=day)


def changes(seen: pd.DataFrame) -> pd.DataFrame:
    """Return what changed between every two dates."""
    order = seen[["layer_id", "taken_on"]].drop_duplicates().sort_values(["taken_on", "layer_id"])["layer_id"]
    parts = [
        imagery.change(seen[seen["layer_id"] == a], seen[seen["layer_id"] == b], KEYS)
        for a, b in combinations(order, 2)
    ]
    return pd.concat(parts, ignore_index=True) if parts else empty("imagery_change")
