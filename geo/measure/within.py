"""The ground of units inside a layer, or outside one they must lie in, as shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from geo.basis.layer import Geometries, Layer
from geo.measure import cut, robust
from geo.measure.cut import Taken


def grounds(
    shapes: Geometries, layers: Mapping[str, Layer], wanted: Sequence[Taken]
) -> Iterator[tuple[Taken, Geometries]]:
    """Yield for each ground what of the units is surely in it.

    Parameters
    ----------
    shapes : array of polygons
        The units, study CRS.
    layers : mapping of layer id to Layer
        A layer that is missing or was not read yields nothing.
    wanted : sequence of Taken

    Yields
    ------
    tuple
        The ground, and a shape per unit, empty where there is none.
    """
    units = robust.valid(robust.polygonal(shapes))
    for one in wanted:
        found = cut.shares(units, layers, one)
        if found is not None:
            yield one, robust.polygonal(found)
