"""A constraint or network layer as the core sees it: shapes, doubts and coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

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
    """A layer, or a layer with a buffer around it: the unit that parcels are measured against."""

    layer_id: str
    buffer_m: float = 0.0

    @property
    def zone_id(self) -> str:
        """Text form used in `pieces.zones`: ``"flood"`` or ``"flood+50"``."""
        return self.layer_id if self.buffer_m == 0 else f"{self.layer_id}+{self.buffer_m:g}"


UNSURE = "?"
"""Prefix of a zone in `pieces.zones` whose presence on that ground is not known."""

SEPARATOR = "|"
"""Between the zones of one piece; zone ids never contain it (layer ids are plain names)."""
