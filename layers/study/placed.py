"""One vector file of a study brought into its CRS: what is left of it, aligned, and every finding."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.layer import State
from layers.library import roles
from layers.sources.checks import crs, place, preflight
from layers.sources.finding import Finding, Severity, finding
from layers.sources.opened import VectorFile
from layers.study import corrected, doubt, role_fields, unread
from layers.study.coverage import Seen
from layers.study.spec import LayerSpec

_SHIFT = re.compile(r"shift:(-?\d{1,3}(?:\.\d)?),(-?\d{1,3}(?:\.\d)?)")
ROW_IDS = "ids:rows"
"""Proposal: the number of the row is the id of a parcel."""


@dataclass
class Loaded:
    """One vector file in the study CRS: what is left of it, aligned, and every finding."""

    spec: LayerSpec
    frame: pd.DataFrame
    shapes: npt.NDArray[np.object_]
    rows: npt.NDArray[np.int64]
    findings: list[Finding]
    sha256: str = ""
    doubt: npt.NDArray[np.object_] = field(default_factory=lambda: np.empty(0, object))
    state: State = "ok"
    cause: str = ""
    total: int = 0
    extent: crs.Bounds | None = None
    settled: crs.Settled | None = None

    def keep(self, which: npt.NDArray[np.bool_]) -> None:
        """Keep some rows of every aligned array."""
        self.frame = self.frame[which].reset_index(drop=True)
        self.shapes, self.rows = self.shapes[which], self.rows[which]
        if len(self.doubt):
            self.doubt = self.doubt[which]

    @property
    def maybe(self) -> npt.NDArray[np.bool_]:
        """True where a row only may belong; `doubt` names the fields that leave it open."""
        return np.array([bool(fields) for fields in self.doubt], bool)

    @property
    def rejected(self) -> int:
        """Rows left out because they could not be used."""
        return sum(f.severity == "rejected" for f in self.findings)

    @property
    def seen(self) -> Seen:
        """What is known of the file, for telling what its silence proves."""
        return Seen(self.shapes, self.names, self.total, self.rejected, self.findings, self.extent, self.settled)

    @property
    def names(self) -> npt.NDArray[np.object_]:
        """Identity of every shape: the mapped id, or its row in the file."""
        column = next((self.spec.fields[k] for k in ("parcel_id", "id") if self.spec.fields.get(k)), "")
        rows = np.array([str(r) for r in self.rows], object)
        if column not in self.frame:
            return rows
        values = self.frame[column].astype("object")
        return np.where(values.isna(), rows, values.astype(str)).astype(object)


def _of_dimension(out: Loaded) -> list[Finding]:
    """Keep the shapes a layer is used with; return what is said of the others.

    Where points and polygons of a constraint are mixed the polygons are kept. Points on them label them: what a
    rule finds at such a point it finds at its polygon, so they are no rows of their own.
    """
    found: list[Finding] = []
    wanted = 2 if out.spec.role in roles.polygons() else None
    if out.spec.role == "constraint":
        label, found = preflight.labels(out.shapes, out.rows)
        out.total -= int(label.sum())
        out.keep(~label)
        wanted = 2 if set(shapely.get_dimensions(out.shapes).tolist()) == {0, 2} else None
    keep, others = preflight.of_dimension(out.shapes, out.rows, wanted)
    out.keep(keep)
    return found + others


def _without_ids(item: Loaded) -> Finding:
    """Say that no field holds the ids; the number of the row may stand for them where that is accepted."""
    if ROW_IDS in item.spec.accept:
        return finding("fixed", "ids_from_rows", count=len(item.rows))
    columns = [str(c) for c in item.frame.columns][:40]
    return finding("block", "parcel_id_not_mapped", proposal=ROW_IDS, known=columns)


def placed(file: VectorFile, spec: LayerSpec, study_crs: str) -> Loaded:
    """Bring an opened file into the study CRS; what blocks is among the findings, and the state says failed."""
    frame, told = corrected.laid(spec, file.frame, file.rows)
    out = Loaded(spec, frame, file.shapes, file.rows, [*file.findings, *told], file.sha256, total=file.total)
    notes = _of_dimension(out)
    if spec.parts:  # each has been asked and brought here
        settled = crs.settle(out.shapes, file.crs, study_crs, ())
    else:
        settled = place.settle(out.shapes, out.frame, file.crs, study_crs, spec.accept, spec.crs)
    wanted = dict(spec.fields) | ({"class": spec.class_field} if spec.class_field else {})
    out.findings += [*notes, *settled.findings, *preflight.missing_fields(out.frame, wanted)]
    if spec.role == "parcels" and not spec.fields.get("parcel_id"):
        out.findings.append(_without_ids(out))
    if any(f.severity == "block" and not _of_part(f, spec) for f in out.findings):
        out.state, out.cause = "failed", "layer_failed"
        return out
    out.extent, out.settled = crs.extent(out.shapes), settled
    out.shapes, finite = crs.transformed(out.shapes, settled, study_crs)
    _shifted(out, spec)
    _reject(out, ~finite, "geometry_not_finite")
    _still_valid(out)
    flat = (shapely.get_dimensions(out.shapes) == 2) & (shapely.area(out.shapes) < preflight.NO_AREA_M2)
    _reject(out, flat, "geometry_no_area")
    _filter(out)
    if out.state == "ok":
        out.findings += role_fields.lacking(spec.role, spec.fields, out.frame.columns)
        out.findings += unread.findings(spec, out.frame, out.rows)
    return out


def _of_part(found: Finding, spec: LayerSpec) -> bool:
    """Tell whether what blocks is one part of a constraint: the others go on forbidding, and silence proves nothing."""
    return spec.role == "constraint" and bool(spec.parts) and "of_part" in found.reason.values


def _shifted(item: Loaded, spec: LayerSpec) -> None:
    """Move a layer as a whole by the vector people accepted, and say so."""
    for east, north in (m.groups() for m in map(_SHIFT.fullmatch, spec.accept) if m):
        by = np.array([float(east), float(north)])
        known = shapely.is_missing(item.shapes)
        item.shapes[~known] = shapely.transform(item.shapes[~known], partial(np.add, by))
        item.findings.append(finding("warn", "layer_shifted", east_m=by[0], north_m=by[1]))


def _reject(item: Loaded, which: npt.NDArray[np.bool_], code: str) -> None:
    """List rows as rejected and leave them out."""
    if which.any():
        item.findings += [finding("rejected", code, row=r) for r in item.rows[which]]
        item.keep(~which)


def _still_valid(item: Loaded) -> None:
    """Rounding in the transform can break a shape that was valid in the file."""
    bad = ~shapely.is_valid(item.shapes)
    for k in np.flatnonzero(bad):
        before = float(shapely.area(item.shapes[k]))
        item.shapes[k] = preflight.polygonal(shapely.make_valid(item.shapes[k]))
        after = float(shapely.area(item.shapes[k]))
        said = finding("fixed", "geometry_repaired_moved", row=item.rows[k], before_m2=before, after_m2=after)
        item.findings.append(said)


def _filter(item: Loaded) -> None:
    """Apply the layer's filter: false rows do not belong to the layer, null ones may."""
    item.doubt = np.full(len(item.shapes), "", object)
    try:
        found = doubt.sifted(item.spec, item.frame, item.rows)
    except LuodiError as error:
        severity: Severity = "block" if item.spec.role == "parcels" else "warn"
        item.findings += [Finding("", r.code, severity, "", r) for r in error.reasons]
        item.state, item.cause = "failed", "layer_failed"
        return
    item.keep(found.keep)
    item.doubt = found.fields
    item.findings += found.findings
