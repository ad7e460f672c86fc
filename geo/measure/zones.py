"""What is there, what may be there, and where nobody has looked: the ground of each zone.

A zone is a layer, or a layer with a buffer around it. Buffers are drawn in the study CRS
and whole features are buffered, also those outside the study, so a feature beyond the
edge still reaches in. Where a buffer of b metres is asked for, the layer is known only b
metres inside its coverage: an unseen feature just outside it could reach that far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Geometries, Layer, Zone
from geo.basis.tables import empty
from geo.measure import robust
from geo.measure.chosen import Chosen, chosen
from geo.measure.curves import height_m, rims
from geo.measure.subdivide import Near, subdivided

SAGITTA_M = 0.05
"""Round buffers lie within this of the true curve, up to a radius of 42 km."""
QUAD_SEGMENTS = (8, 512)

Carry = Callable[[Geometries], Geometries]


def _none() -> Geometries:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class Ground:
    """A zone as polygons in one CRS: as they were drawn, or subdivided (`ready`).

    Parameters
    ----------
    zone : Zone
    found : array of polygons
        The zone is there.
    maybe : array of polygons
        It may be there.
    known : array of polygons or None
        Outside them nobody has looked; None: known everywhere.
    classes : array of str or None
        Class of each polygon of `found`.
    features, doubtful : int
        Number of features that are in, and that may be in.
    state, cause, coverage : str
        As the table `zones` shows them.
    """

    zone: Zone
    found: Geometries = field(default_factory=_none)
    maybe: Geometries = field(default_factory=_none)
    known: Geometries | None = None
    classes: npt.NDArray[np.object_] | None = None
    features: int = 0
    doubtful: int = 0
    state: str = "ok"
    cause: str = ""
    coverage: str = "complete"

    @property
    def nowhere_known(self) -> bool:
        """True when absence is known on no ground at all."""
        return self.known is not None and len(self.known) == 0


def grounds(layers: Mapping[str, Layer], zones: list[Zone]) -> list[Ground]:
    """Return the ground of every zone whose layer exists; the others stay unmeasured."""
    return [ground(layers[z.layer_id], z) for z in zones if z.layer_id in layers]


def ground(layer: Layer, zone: Zone) -> Ground:
    """Return the ground of one zone, in the study CRS.

    Parameters
    ----------
    layer : Layer
        Study CRS. A layer whose state is not "ok" is known nowhere, and its shapes
        count for nothing.
    zone : Zone
        Without a buffer only polygons have ground; a layer of nothing but lines or
        points cannot be measured without one and comes back as failed (``no_area``).
    """
    taken = chosen(layer, zone.part)
    counts: dict[str, Any] = {"features": int(taken.sure.sum()), "doubtful": int((taken.may & ~taken.sure).sum())}
    if layer.state != "ok":
        cause = layer.cause or f"layer_{layer.state}"
        return Ground(zone, known=_none(), state=layer.state, cause=cause, coverage=layer.coverage, **counts)
    if zone.reach_m == 0 and len(layer.shapes) and not (shapely.get_dimensions(layer.shapes) == 2).any():
        return Ground(zone, known=_none(), state="failed", cause="no_area", coverage=layer.coverage, **counts)
    drawn = _widened(layer, zone, taken)
    return Ground(
        zone,
        found=drawn.sure,
        maybe=drawn.maybe,
        known=_known(layer, zone.reach_m),
        classes=layer.classes[taken.sure] if layer.classes is not None and zone.reach_m == 0 else None,
        cause=layer.cause or _cause(layer, taken, drawn),
        coverage=layer.coverage,
        **counts,
    )


def ready(ground: Ground, carry: Carry, near: Near | None = None) -> Ground:
    """Return a ground for overlays: carried into the CRS to measure in, valid, subdivided.

    Parameters
    ----------
    ground : Ground
        As it was drawn.
    carry : callable
        `AreaBasis.project`, or identity.
    near : Near or None
        Ground that meets none of those shapes, in the CRS to measure in, may be left out.
    """
    found, owner = _ready(ground.found, carry, near)
    return replace(
        ground,
        found=found,
        maybe=_ready(ground.maybe, carry, near)[0],
        known=None if ground.known is None else _ready(ground.known, carry, near)[0],
        classes=None if ground.classes is None else ground.classes[owner],
    )


@dataclass(frozen=True)
class _Drawn:
    """Ground that is in a zone, and ground that may be; `rim` tells that round sides have something to do with it."""

    sure: Geometries
    maybe: Geometries
    rim: bool


def _widened(layer: Layer, zone: Zone, taken: Chosen) -> _Drawn:
    """Widen every feature by what it reaches for sure, and by what it may reach."""
    sure, beyond = taken.sure, taken.may & ~(taken.sure & (taken.hi <= taken.lo))
    near, rim = _by_width(layer.shapes[sure], zone.buffer_m + taken.lo[sure])
    far, rim_far = _by_width(layer.shapes[beyond], zone.buffer_m + taken.hi[beyond])
    return _Drawn(near, np.concatenate([far, rim, rim_far]), len(rim) > 0)


def _by_width(shapes: Geometries, reach: npt.NDArray[np.float64]) -> tuple[Geometries, Geometries]:
    """Return shapes widened each by its own reach, in their order, and what the true curves may have beyond."""
    out, rims_ = shapes.copy(), [_none()]
    for width in np.unique(reach):
        own = np.flatnonzero(reach == width)
        out[own] = widened(shapes[own], float(width))
        rims_.append(_rim(shapes[own], out[own], float(width)))
    return out, np.concatenate(rims_)


def _cause(layer: Layer, taken: Chosen, drawn: _Drawn) -> str:
    """Return why some of a zone is open although its layer was seen."""
    if layer.coverage != "complete":
        return ""
    if taken.by_class:
        return "class_unknown"
    return "buffer_curve" if drawn.rim and not layer.maybe[taken.may].any() else ""


def _rim(shapes: Geometries, drawn: Geometries, buffer_m: float) -> Geometries:
    """Return what true buffers may have beyond the drawn ones."""
    if buffer_m == 0 or len(shapes) == 0:
        return _none()
    return rims(shapes, drawn, buffer_m, height_m(buffer_m, quad_segments(buffer_m)))


def widened(shapes: Geometries, buffer_m: float) -> Geometries:
    """Return shapes buffered in the study CRS; a buffer of 0 leaves them as they are."""
    if buffer_m == 0 or len(shapes) == 0:
        return shapes
    out: Geometries = shapely.buffer(shapes, buffer_m, quad_segs=quad_segments(buffer_m))
    return out


def quad_segments(buffer_m: float) -> int:
    """Return segments per quarter circle that keep the sagitta within `SAGITTA_M`, from 8 to 512."""
    low, high = QUAD_SEGMENTS
    if buffer_m <= SAGITTA_M:
        return low
    needed = np.ceil(np.pi / (4 * np.arccos(1 - SAGITTA_M / buffer_m)))
    return int(np.clip(needed, low, high))


def table(grounds: list[Ground]) -> pd.DataFrame:
    """Return the table `zones`: one row per measured zone.

    It tells the judge that an absent overlap is "nothing, and fully known"; a zone that
    is not in it was never measured.
    """
    if not grounds:
        return empty("zones")
    return pd.DataFrame(
        {
            "layer_id": [g.zone.layer_id for g in grounds],
            "buffer_m": [float(g.zone.buffer_m) for g in grounds],
            "part": [g.zone.part.name for g in grounds],
            "state": [g.state for g in grounds],
            "cause": [g.cause for g in grounds],
            "coverage": [g.coverage for g in grounds],
            "features": [g.features for g in grounds],
            "maybe": [g.doubtful for g in grounds],
        }
    )


def _known(layer: Layer, buffer_m: float) -> Geometries | None:
    if layer.coverage == "unknown" or (layer.coverage == "partial" and layer.known is None):
        return _none()
    if layer.known is None:
        return None
    eroded = layer.known if buffer_m == 0 else _eroded(layer.known, buffer_m)
    return _none() if shapely.is_empty(eroded) else np.array([eroded], object)


def _eroded(known: shapely.Geometry, buffer_m: float) -> shapely.Geometry:
    """Return what is surely so many metres inside the known ground: chords around its inner corners cut too little."""
    segments = quad_segments(buffer_m)
    inner = shapely.buffer(known, -buffer_m, quad_segs=segments)
    edge, drawn = np.array([shapely.boundary(known)], object), np.array([inner], object)
    if shapely.is_empty(inner):
        return inner
    strips = rims(edge, drawn, buffer_m, -height_m(buffer_m, segments))
    return shapely.difference(inner, shapely.union_all(strips)) if len(strips) else inner


def _ready(shapes: Geometries, carry: Carry, near: Near | None) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Return polygons carried, valid and subdivided, with the position of the shape they come from."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    flat = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    owner = owner[inner][flat]
    small, source = subdivided(robust.valid(carry(parts[flat])), near=near)
    return small, owner[source]
