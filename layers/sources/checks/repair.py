"""One geometry per row, valid and flat; what was changed or left out is listed with areas.

`make_valid` runs once, here, and its effect is measured. `buffer(0)` is never used: it
throws away half of a bow-tie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.reason import Reason, reason
from layers.sources.finding import UNREAD, Finding, finding

FAR, FARTHEST = 1e8, 1e11
"""No coordinate on Earth is larger, in degrees or in metres with a zone prefix; in millimetres all of them are."""
MUCH_SHARE, MUCH_M2 = 0.01, 1.0
"""A repair that moves the area by more than both is a warning."""
_SURFACES = {15: "PolyhedralSurface", 16: "TIN", 17: "Triangle"}
CURVES = {8: "CircularString", 9: "CompoundCurve", 10: "CurvePolygon", 11: "MultiCurve", 12: "MultiSurface"}
_DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, -1])  # by shapely type id; 7 (collection) is asked of its parts


@dataclass(frozen=True)
class Whole:
    """What all shapes of a file tell together, where only some of them are looked at.

    Parameters
    ----------
    bounds : (west, south, east, north)
        Of the coordinates that may be on Earth.
    farthest : float
        Largest absolute coordinate.
    all_far : bool
        True while every shape has a coordinate beyond `FAR`.
    """

    bounds: tuple[float, float, float, float] = (np.inf, np.inf, -np.inf, -np.inf)
    farthest: float = 0.0
    all_far: bool = True

    def with_more(self, shapes: npt.NDArray[np.object_]) -> Whole:
        """Return what these shapes and those before tell together."""
        xy, owner = shapely.get_coordinates(shapes, return_index=True)
        finite = np.isfinite(xy).all(axis=1)
        far = np.zeros(len(shapes), bool)
        far[owner[(np.abs(xy) > FAR).any(axis=1)]] = True
        there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        near = xy[finite & ~far[owner]]
        low = np.minimum(self.bounds[:2], near.min(axis=0, initial=np.inf))
        high = np.maximum(self.bounds[2:], near.max(axis=0, initial=-np.inf))
        farthest = max(self.farthest, float(np.abs(xy).max(initial=0.0, where=np.isfinite(xy))))
        bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        return Whole(bounds, farthest, self.all_far and bool(far[there].all()))


@dataclass
class Repaired:
    """Shapes that may be used (None: rejected, see findings) and what was found."""

    shapes: npt.NDArray[np.object_]
    findings: list[Finding] = field(default_factory=list)

    def reject(self, which: npt.NDArray[np.bool_], code: str, **values: Any) -> None:
        """List rows as rejected and blank their shapes."""
        for k in np.flatnonzero(which):
            self.findings.append(finding("rejected", code, row=k + 1, **values))
        self.shapes[which] = None


def wkb_types(blobs: list[bytes | None]) -> npt.NDArray[np.int64]:
    """Return the plain geometry type code of each WKB (no Z or M); -1 for null."""
    out = np.full(len(blobs), -1)
    for k, blob in enumerate(blobs):
        if blob:
            code = int.from_bytes(blob[1:5], "little" if blob[0] else "big")
            out[k] = (code & 0x0FFFFFFF) % 1000
    return out


def from_wkb(blobs: list[bytes | None]) -> tuple[npt.NDArray[np.object_], list[tuple[int, str]]]:
    """Build shapes; return them and the rows (from 1) that cannot be built, with the type.

    One feature of a strange kind (TIN, curve, unclosed ring) costs that row, not the file.
    """
    types, known = wkb_types(blobs), _SURFACES | CURVES
    strange = np.isin(types, list(known))
    shapes = each(shapely.from_wkb, [None if bad else b for b, bad in zip(blobs, strange, strict=True)])
    lost = [(k + 1, known.get(int(types[k]), "")) for k in range(len(blobs)) if blobs[k] and shapes[k] is None]
    return shapes, lost


def why_lost(kind: int) -> Reason:
    """Say why a shape of a WKB type could not be built."""
    code = "geometry_curve" if kind in CURVES else "geometry_surface" if kind in _SURFACES else "geometry_unreadable"
    return reason(code, type=(_SURFACES | CURVES).get(kind, ""))


def each(build: Callable[..., Any], given: Sequence[Any]) -> npt.NDArray[np.object_]:
    """Build shapes at once; one by one where some kind of them is not known to the library, that one missing."""
    try:
        made = np.array(build(np.array(given, object), on_invalid="ignore"), object)
    except NotImplementedError:
        made = np.array([None, *(_one(build, one) for one in given)], object)[1:]
    for k in np.flatnonzero(shapely.get_type_id(made) == 7):
        try:
            _leaves(made[k])
        except NotImplementedError:  # a curve within a collection is found out late
            made[k] = None
    return made


def _one(build: Callable[..., Any], given: Any) -> Any:
    try:
        return build(given, on_invalid="ignore")
    except NotImplementedError:
        return None


def repaired(
    shapes: npt.NDArray[np.object_],
    lost: list[tuple[int, str]],
    geographic: bool | None,
    listed: frozenset[int] = frozenset(),
    whole: Whole | None = None,
) -> Repaired:
    """Make every shape valid, flat and of one dimension, or reject its row.

    Parameters
    ----------
    shapes : array of shapely geometries or None
    lost : list of (row, type)
        Rows that could not be built at all.
    geographic : bool or None
        Whether coordinates are said to be degrees; None: judged from their size. What they
        are is settled later, so nothing depends on it but the areas in findings, which are
        in m² (for degrees: on a sphere, to about 1 %).
    listed : set of int
        Rows (from 1) whose shape is missing for a reason that is already told.
    whole : Whole or None
        What the file tells as a whole, where these are only some of its shapes.
    """
    out = Repaired(np.array(shapes, object))
    for row, kind in lost:
        code = "geometry_curve" if kind in CURVES.values() else "geometry_surface" if kind else "geometry_unreadable"
        out.findings.append(finding("rejected", code, row=row, type=kind))
    known = np.zeros(len(shapes), bool)
    known[[row - 1 for row, _ in lost] + [row - 1 for row in listed]] = True
    out.reject(shapely.is_missing(out.shapes) & ~known, "geometry_missing")
    _flatten(out)
    present = ~shapely.is_missing(out.shapes)
    out.reject(present & shapely.is_empty(out.shapes), "geometry_empty")
    _finite(out, whole)
    scale = _Scale(_bounds(out.shapes) if whole is None else np.array(whole.bounds), geographic)
    _single(out)
    _valid(out, scale)
    out.reject((dimension(out.shapes) == 2) & (shapely.area(out.shapes) == 0), "geometry_no_area")
    lines = dimension(out.shapes) == 1
    out.reject(lines & (shapely.length(out.shapes) == 0), "geometry_no_length")
    return out


def dimension(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """Return 0, 1, 2 for points, lines, polygons; -1 for a missing shape or a collection."""
    ids = shapely.get_type_id(shapes)
    return np.where(ids < 0, -1, _DIMENSION[ids])


def _flatten(out: Repaired) -> None:
    high = shapely.has_z(out.shapes) | shapely.has_m(out.shapes)
    if high.any():
        out.shapes[high] = shapely.force_2d(out.shapes[high])
        out.findings.append(finding("fixed", "geometry_flattened", count=int(high.sum())))


def _finite(out: Repaired, whole: Whole | None) -> None:
    whole = whole or Whole().with_more(out.shapes)
    xy, owner = shapely.get_coordinates(out.shapes, return_index=True)
    odd, far = np.zeros((2, len(out.shapes)), bool)
    odd[owner[~np.isfinite(xy).all(axis=1)]] = True
    far[owner[(np.abs(xy) > FAR).any(axis=1)]] = True
    out.reject(odd, "geometry_not_finite")
    if whole.farthest > FARTHEST or not whole.all_far:  # all of them: a unit, which is asked about later
        out.reject(far & ~odd, "geometry_out_of_range")


def _bounds(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    return shapely.total_bounds(shapes) if len(shapes) else np.zeros(4)


class _Scale:
    """Areas in m² for findings, whatever the coordinates are and in whatever order they stand."""

    def __init__(self, bounds: npt.NDArray[np.float64], geographic: bool | None):
        box = np.abs(np.where(np.isfinite(bounds), bounds, 0.0))
        self.degrees = bool(box.max() <= 180.0) and geographic is not False
        self.latitude = 0 if max(box[1], box[3]) > 90.0 else 1

    def areas(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
        """Return areas; 0 for missing shapes."""
        area = np.nan_to_num(shapely.area(shapes))
        if not self.degrees:
            return area
        low_high = np.nan_to_num(shapely.bounds(shapes))
        latitude = np.radians((low_high[:, self.latitude] + low_high[:, self.latitude + 2]) / 2)
        out: npt.NDArray[np.float64] = area * np.abs(np.cos(latitude)) * (np.pi / 180 * 6_371_007.0) ** 2
        return out


def _single(out: Repaired) -> None:
    """Keep of a collection the parts of its highest dimension; say what was left, and what of it lay elsewhere."""
    for k in np.flatnonzero(shapely.get_type_id(out.shapes) == 7):
        whole = out.shapes[k]
        out.shapes[k], dropped = highest(whole)
        beyond = _beyond(whole, out.shapes[k]) if dropped else 0
        if beyond:
            out.findings.append(finding("warn", "geometry_parts_lost", row=k + 1, proposal=UNREAD, count=beyond))
        if dropped > beyond:
            out.findings.append(finding("fixed", "geometry_parts_dropped", row=k + 1, count=dropped - beyond))


def _beyond(whole: Any, kept: Any) -> int:
    """Count the parts of a collection that reach beyond those that are kept: land the layer speaks of elsewhere."""
    parts = _leaves(whole)
    lesser = parts[dimension(parts) < dimension(np.array([kept], object))[0]]
    hair = 1e-12 * float(np.abs(shapely.bounds(kept)).max())
    near = shapely.buffer(kept, hair) if shapely.is_valid(kept) else kept
    return int((~shapely.covers(near, lesser)).sum())


def highest(shape: Any) -> tuple[Any, int]:
    """Return the parts of the highest dimension as one shape, and the number of others."""
    parts = _leaves(shape)
    if len(parts) == 0:
        return None, 0
    dims = dimension(parts)
    keep = parts[dims == dims.max()]
    dropped = int((dims != dims.max()).sum())
    if dims.max() == 2:
        return (shapely.multipolygons(keep) if len(keep) > 1 else keep[0]), dropped
    collect = shapely.multilinestrings if dims.max() == 1 else shapely.multipoints
    return (collect(keep) if len(keep) > 1 else keep[0]), dropped


def _leaves(shape: Any) -> npt.NDArray[np.object_]:
    parts = shapely.get_parts(np.array([shape], object))
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def _valid(out: Repaired, scale: _Scale) -> None:
    bad = np.flatnonzero(~shapely.is_valid(out.shapes) & ~shapely.is_missing(out.shapes))
    if len(bad) == 0:
        return
    broken = out.shapes[bad]
    why = shapely.is_valid_reason(broken)
    before = scale.areas(broken)
    dims = dimension(broken)
    made = shapely.make_valid(broken)
    other = scale.areas(_other_reading(broken, why))
    for k, row in enumerate(bad):
        kept, dropped = highest(made[k])
        if kept is None or dimension(np.array([kept], object))[0] < dims[k]:
            out.reject(np.arange(len(out.shapes)) == row, "geometry_no_area" if dims[k] == 2 else "geometry_no_length")
            continue
        out.shapes[row] = kept
        after = float(scale.areas(np.array([kept], object))[0])
        out.findings.append(_repair(int(row), str(why[k]), (before[k], after, other[k]), dropped))


def _other_reading(broken: npt.NDArray[np.object_], why: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the second way to read broken shapes: rings merged by structure; a hole outside its shell ignored."""
    other = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    for k, text in enumerate(why):
        if "Hole lies outside" in str(text):
            shells = [shapely.Polygon(p.exterior) for p in shapely.get_parts(broken[k])]
            other[k] = shapely.union_all(shapely.make_valid(shells))
    return other


def _repair(row: int, why: str, areas: tuple[float, float, float], dropped: int) -> Finding:
    """Name a repair: plain, one that moves much area, or one two readings disagree about."""
    before, after, other = (float(a) for a in areas)
    values: dict[str, Any] = {
        "defect": why.split("[")[0].strip(),
        "before_m2": before,
        "after_m2": after,
        "dropped": dropped,
    }
    if _much(after, other):
        return finding("warn", "geometry_ambiguous", row=row + 1, other_m2=other, **values)
    code = "geometry_repaired_much" if _much(before, after) else "geometry_repaired"
    return finding("warn" if code.endswith("much") else "fixed", code, row=row + 1, **values)


def _much(one: float, two: float) -> bool:
    return abs(one - two) > max(MUCH_M2, MUCH_SHARE * max(one, two))
