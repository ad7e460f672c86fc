"""Rings to polygons: shells and holes by containment, crossings named by their points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.units import HA_M2
from layers.sources.redline.model import Axes, Notes, Plot, Point, RawPlot, Ring

Floats = npt.NDArray[np.float64]
EDGES_SEARCHED = 2_000
"""Rings up to this many edges are searched for the pair that crosses; beyond, the place alone is named."""
AREA_SHARE = 0.005
"""A stated area that is this close to a multiple of the computed one is in another unit."""
HALF_MM_M, AROUND = 0.0005, 8.0
"""Points are written to the millimetre; the way around a plot is seldom more than 8 × the root of its area."""
EQUAL_HA = 1e-4
OVERLAPS_TOLD = 50
OVERLAP_M2 = 0.01
"""Coordinates are written to the millimetre: neighbours along 1 km may share this much by rounding."""
_UNITS = ((1e4, "m²"), (15.0, "亩"))


def coordinates(points: Sequence[Point], axes: Axes) -> Floats:
    """Return points as rows of east, north; the numbers are untouched."""
    pairs = [(p.second, p.first) if axes == "xy_north_first" else (p.first, p.second) for p in points]
    return np.array(pairs, dtype=np.float64)


def shaped(plot: RawPlot, axes: Axes, notes: Notes) -> Any:
    """Build the shape of a plot in the system it is written in.

    Parameters
    ----------
    plot : RawPlot
        Rings of three points or more.
    axes : {"xy_north_first", "east_first"}
    notes : Notes
        Takes crossings as problems, rings outside the first one as warnings.

    Returns
    -------
    Polygon, MultiPolygon or None
        A ring inside another is a hole, a ring outside a further part, whatever its
        number; only where all rings run the same way round and the stated area is that
        without holes, a ring inside is none. None when a problem was noted.
    """
    polygons = [_ring_polygon(ring, plot, axes, notes) for ring in plot.rings]
    if not polygons or any(p is None for p in polygons):
        return None
    inside = _containers(polygons, plot, notes)
    if inside is None:
        return None
    return _assembled(polygons, inside, plot, notes)


def _ring_polygon(ring: Ring, plot: RawPlot, axes: Axes, notes: Notes) -> Any:
    places = coordinates(ring.points, axes)
    polygon = shapely.Polygon(places)
    if polygon.is_valid and polygon.area > 0:
        return polygon
    values: dict[str, Any] = {"line": ring.points[0].line, "plot": plot.label, "ring": ring.number}
    if np.linalg.matrix_rank(places - places[0]) < 2:
        notes.problem("redline_on_one_line", count=len(ring.points), **values)
        return None
    if len(places) > EDGES_SEARCHED:
        notes.problem("redline_ring_invalid_large", why=shapely.is_valid_reason(polygon), count=len(places), **values)
        return None
    crossing = _crossing(places)
    repaired = [part.area for part in shapely.get_parts(shapely.make_valid(polygon)) if part.area > 0]
    values |= {"parts": len(repaired), "area_m2": sum(repaired), "least_m2": min(repaired, default=0.0)}
    if crossing is None:
        notes.problem("redline_ring_invalid", why=shapely.is_valid_reason(polygon), **values)
        return None
    first, second, place = crossing
    names = [p.label for p in ring.points]
    size = len(names)
    values |= {
        "edge": f"{names[first]}–{names[(first + 1) % size]}", "edge_line": ring.points[first].line,
        "other": f"{names[second]}–{names[(second + 1) % size]}", "other_line": ring.points[second].line,
        "north": float(place[1]), "east": float(place[0]),
    }  # fmt: skip
    turned = np.concatenate([places[: first + 1], places[first + 1 : second + 1][::-1], places[second + 1 :]])
    if shapely.Polygon(turned).is_valid:
        notes.problem("redline_crosses_order", start=names[first + 1], end=names[second], **values)
    else:
        notes.problem("redline_crosses", **values)
    return None


def _crossing(places: Floats) -> tuple[int, int, Floats] | None:
    """Return two edges that meet although they are not neighbours (or fold back), and where."""
    ends = np.roll(places, -1, axis=0)
    edges: Any = shapely.linestrings(np.stack([places, ends], axis=1))
    one, other = shapely.STRtree(edges).query(edges, predicate="intersects")
    keep = one < other
    one, other = one[keep], other[keep]
    meets: Any = shapely.intersection(edges[one], edges[other])
    near = (other - one == 1) | (other - one == len(edges) - 1)
    real = ~near | (shapely.length(meets) > 0)
    if not real.any():
        return None
    order = np.lexsort((other[real], one[real]))[0]
    place = shapely.get_coordinates(shapely.centroid(meets[real][order]))[0]
    return int(one[real][order]), int(other[real][order]), place


def _containers(polygons: list[Any], plot: RawPlot, notes: Notes) -> list[list[int]] | None:
    """Return per ring the rings around it; None when rings cross or repeat."""
    if len(polygons) == 1:
        return [[]]
    shapes = np.array(polygons, dtype=object)
    tree = shapely.STRtree(shapes)
    around: list[list[int]] = [[] for _ in polygons]
    for k, j in zip(*tree.query(shapes, predicate="covered_by"), strict=True):
        if k != j:
            around[k].append(int(j))
    bad = [(int(k), int(j)) for k, j in zip(*tree.query(shapes, predicate="overlaps"), strict=True) if k < j]
    twins = [(k, j) for k, outer in enumerate(around) for j in outer if k < j and k in around[j]]
    for code, pairs in (("redline_rings_cross", bad), ("redline_ring_twice", twins)):
        for k, j in pairs:
            one, other = plot.rings[k], plot.rings[j]
            shared = float(shapely.intersection(polygons[k], polygons[j]).area)
            notes.problem(
                code, line=other.points[0].line, plot=plot.label, ring=one.number, other=other.number,
                ring_line=one.points[0].line, area_m2=shared,
            )  # fmt: skip
    return None if bad or twins else around


def _assembled(polygons: list[Any], around: list[list[int]], plot: RawPlot, notes: Notes) -> Any:
    """Rings at an even depth are shells, at an odd depth holes of the smallest ring around them."""
    inner = [k for k, outer in enumerate(around) if len(outer) % 2]
    filled = _filled(polygons, around, inner, plot)
    shells = {k: [] for k, outer in enumerate(around) if len(outer) % 2 == 0}  # type: dict[int, list[Any]]
    for k in inner:
        shells[min(around[k], key=lambda j: polygons[j].area)].append(polygons[k].exterior)
    parts = [shapely.Polygon(polygons[k].exterior, [] if filled else holes) for k, holes in shells.items()]
    for part in parts:
        if not part.is_valid:
            notes.problem("redline_hole_invalid", line=plot.line, plot=plot.label, why=shapely.is_valid_reason(part))
            return None
    shape: Any = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    if not shape.is_valid or filled:  # parts share an edge, or a ring within is no hole: one piece of ground
        if not filled:
            notes.fixed("redline_parts_joined", plot.line, plot=plot.label)
        shape = shapely.union_all(parts)
    _say(polygons, around, plot, shape, notes)
    return shape


def _filled(polygons: list[Any], around: list[list[int]], inner: list[int], plot: RawPlot) -> bool:
    """Tell whether the stated area says that rings within a ring are no holes, and no ring runs the other way round."""
    if not inner or plot.stated_ha is None or _turned(polygons, around, inner):
        return False
    whole = float(shapely.union_all(polygons).area)
    net = whole - float(shapely.union_all([polygons[k] for k in inner if len(around[k]) == 1]).area)
    return _states(plot, whole) and not _states(plot, net)


def _turned(polygons: list[Any], around: list[list[int]], inner: list[int]) -> bool:
    """Tell whether a ring within another runs the other way round, as holes are written."""
    ways = [shapely.is_ccw(p.exterior) for p in polygons]
    return any(ways[k] != ways[min(around[k], key=lambda j: polygons[j].area)] for k in inner)


def _states(plot: RawPlot, area_m2: float) -> bool:
    """Tell whether a plot states just this area."""
    return plot.stated_ha is not None and abs(plot.stated_ha * HA_M2 - area_m2) <= _within(plot, area_m2)


def _within(plot: RawPlot, area_m2: float) -> float:
    """Return the difference (m²) that is none: one unit of the last digit, 1e-4 ha, and what rounded points make."""
    return max(plot.step_ha, EQUAL_HA) * HA_M2 * (1 + 1e-9) + HALF_MM_M * AROUND * math.sqrt(area_m2)


def _say(polygons: list[Any], around: list[list[int]], plot: RawPlot, shape: Any, notes: Notes) -> None:
    """Say how rings were taken; what the stated area or the numbering confirms is no question."""
    inner = [k for k, outer in enumerate(around) if len(outer) % 2]
    sure = _states(plot, shape.area)
    for k, outer in enumerate(around):
        ring, first = plot.rings[k], plot.rings[0]
        values = {"plot": plot.label, "ring": ring.number, "first": first.number}
        if k and not outer:
            beside = not around[0]
            told = notes.fixed if beside and (sure or ring.number == first.number) else notes.warn
            told("redline_ring_outside" if beside else "redline_ring_around", ring.points[0].line, **values)
    if not inner:
        return
    values = {"plot": plot.label, "line": plot.rings[inner[0]].points[0].line, "ring": plot.rings[inner[0]].number}
    if not any(part.interiors for part in shapely.get_parts(shape)):
        notes.confirm("redline_ring_no_hole", stated_ha=plot.stated_ha, **values)
    elif not sure and not _turned(polygons, around, inner) and plot.rings[inner[0]].number == plot.rings[0].number:
        notes.confirm("redline_hole_open", area_m2=sum(polygons[k].area for k in inner), **values)


def check_area(plot: RawPlot, areas_m2: Sequence[float], notes: Notes) -> None:
    """Compare the stated area with the computed ones; apart from all of them it is a warning with both.

    Offices cut digits off or round them, so one unit of the last digit is no difference, nor is 1e-4 ha.
    """
    if plot.stated_ha is None or min(areas_m2) <= 0:
        return
    if any(_states(plot, area) for area in areas_m2):
        return
    area_m2 = areas_m2[0]
    share = plot.stated_ha * HA_M2 / area_m2
    values = {"plot": plot.label, "stated_ha": plot.stated_ha, "area_m2": area_m2}
    unit = next((name for factor, name in _UNITS if abs(share / factor - 1) <= AREA_SHARE), "")
    if unit:
        notes.warn("redline_area_unit", plot.line, unit=unit, **values)
    else:
        notes.warn("redline_area_differs", plot.line, difference_pct=100 * (share - 1), **values)


def check_overlaps(plots: Sequence[Plot], notes: Notes) -> None:
    """Warn of plots that cover the same ground: their areas would count it twice."""
    shapes = np.array([plot.shape for plot in plots], dtype=object)
    for told, (k, j, shared) in enumerate(overlaps(shapes)):
        if told == OVERLAPS_TOLD:
            notes.warn("redline_overlaps_more", limit=OVERLAPS_TOLD)
            break
        notes.warn("redline_plots_overlap", plot=_called(plots[k]), other=_called(plots[j]), area_m2=shared)


def overlaps(shapes: Any) -> Iterator[tuple[int, int, float]]:
    """Yield pairs of shapes (by position, the first one first) that share ground, and how much (m²)."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for k, j in sorted(zip(one[one < other].tolist(), other[one < other].tolist(), strict=True)):
        shared = float(shapely.intersection(shapes[k], shapes[j]).area)
        if shared > OVERLAP_M2:
            yield k, j, shared


def _called(plot: Plot) -> str:
    return plot.name or plot.plot_id
