"""The ground of units inside a layer, or outside one they must lie in, as shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import shapely

from geo.basis.layer import Geometries, Layer, Zone
from geo.measure import robust, zones


def grounds(
    shapes: Geometries, layers: Mapping[str, Layer], wanted: Sequence[tuple[Zone, bool]]
) -> Iterator[tuple[Zone, bool, Geometries]]:
    """Yield for each zone what of the units is surely in it, or with True surely outside.

    Parameters
    ----------
    shapes : array of polygons
        The units, study CRS.
    layers : mapping of layer id to Layer
        A layer that is missing or was not read yields nothing.
    wanted : sequence of (Zone, bool)

    Yields
    ------
    tuple
        Zone, whether it is the ground outside, and a shape per unit, empty where there is none.
    """
    units = robust.polygonal(shapes)
    for zone, outside in wanted:
        layer = layers.get(zone.layer_id)
        if layer is None:
            continue
        ground = zones.ground(layer, zone, lambda polygons: polygons)
        if ground.state != "ok" or (outside and ground.coverage != "complete"):
            continue
        near = shapely.STRtree(ground.found).query(units, "intersects")[1] if len(ground.found) else []
        found = shapely.union_all(robust.valid(ground.found[sorted(set(near))])) if len(near) else shapely.Polygon()
        cut = shapely.difference if outside else shapely.intersection
        yield zone, outside, robust.polygonal(cut(robust.valid(units), found))
