"""A constraint or network layer as the core sees it: shapes, doubts and coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.basis.part import WHOLE, Part

Geometries = npt.NDArray[np.object_]
State = Literal["ok", "missing", "failed", "stale"]
Coverage = Literal["complete", "partial", "unknown"]


def _no_geometries() -> Geometries:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class Layer:
    """One layer, valid two-dimensional shapes in the study CRS (metres).

    Parameters
    ----------
    layer_id : str
    shapes : array of shapely geometries
        Polygons, lines or points; valid, non-empty.
    ids : array of str
        Identity of each shape, named in explanations.
    maybe : array of bool
        True where the shape may or may not belong to the layer (the field a filter
        reads is null): it never proves anything, it only keeps from clearing.
    classes : array of str or None
        Class of each shape when the layer is broken down by a field; "" where null.
    known : shapely geometry or None
        Ground on which absence means absence. None together with coverage
        "complete" means everywhere, with "unknown" nowhere.
    coverage : {"complete", "partial", "unknown"}
        "partial" reads `known`.
    state : {"ok", "missing", "failed", "stale"}
        Anything but "ok" makes every measurement of the layer unbounded.
    attributes : mapping of str to array
        Further fields by our name, one value per shape (planned use, plot ratio limits …);
        empty text or NaN where the file has none.
    cause : str
        Reason code of a state or coverage that is not as declared, for example
        ``"rows_rejected"``.
    """

    layer_id: str
    shapes: Geometries = field(default_factory=_no_geometries)
    ids: npt.NDArray[np.object_] = field(default_factory=_no_geometries)
    maybe: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, dtype=bool))
    classes: npt.NDArray[np.object_] | None = None
    known: Any = None
    coverage: Coverage = "unknown"
    state: State = "ok"
    cause: str = ""
    attributes: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    @property
    def has_polygons(self) -> bool:
        """True when any shape covers ground."""
        import shapely  # rules are judged without shapes, and this file is read there too

        return bool((shapely.get_dimensions(self.shapes) == 2).any())


@dataclass(frozen=True, order=True)
class Zone:
    """A layer or a part of it, or one of them with a buffer around it: the unit that parcels are measured against."""

    layer_id: str
    buffer_m: float = 0.0
    part: Part = WHOLE

    @property
    def zone_id(self) -> str:
        """Text form used in `pieces.zones`: ``"flood"``, ``"flood+50"`` or ``"forest[grade=1]"``."""
        return zone_id(self.layer_id, self.buffer_m, self.part.name)

    @property
    def reach_m(self) -> float:
        """Farthest the zone may reach beyond the shapes of its layer."""
        return max(self.buffer_m, self.part.reach_m)


def zone_id(layer_id: str, buffer_m: float, part: str) -> str:
    """Return the text form of a zone out of the columns of the table `zones`."""
    return layer_id + (f"+{buffer_m:g}" if buffer_m else "") + part


def layer_of(zone: str) -> str:
    """Return the layer of a zone in its text form, with or without the mark `UNSURE`."""
    return zone.removeprefix(UNSURE).split("+")[0].split("[")[0]


UNSURE = "?"
"""Prefix of a zone in `pieces.zones` whose presence on that ground is not known."""

SEPARATOR = "|"
"""Between the zones of one piece; zone ids never contain it (layer ids and classes are plain names)."""
